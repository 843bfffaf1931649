"""Models of the official examples of Keras, written anew in small."""

from __future__ import annotations

from zoo.examples import (
    adversarial,
    convolutional,
    diffusion,
    generative,
    pixelwise,
    representations,
    sequences,
    siamese,
    structured,
    swin,
    text,
    transformers,
)
from zoo.examples.example import Example

EXAMPLES: tuple[Example, ...] = (
    *generative.EXAMPLES,
    *diffusion.EXAMPLES,
    *adversarial.EXAMPLES,
    *representations.EXAMPLES,
    *siamese.EXAMPLES,
    *transformers.EXAMPLES,
    *swin.EXAMPLES,
    *convolutional.EXAMPLES,
    *pixelwise.EXAMPLES,
    *text.EXAMPLES,
    *sequences.EXAMPLES,
    *structured.EXAMPLES,
)

__all__ = ["EXAMPLES", "Example"]
