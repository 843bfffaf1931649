"""How the shipped network is trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Args:
        seed: Seed of weights, order, mirroring and dropout.
        sizes: Sides of the pictures in pixels; batches of them take turns, and the
            network learns all faces from those in the smallest to the largest.
        pictures: How many of each size are drawn for training; each epoch shows all,
            half of them mirrored at random.
        epochs: How often the network sees all pictures.
        batch_size: Pictures per step.
        learning_rate: That of Adam, after warming up; falls to 0 along a cosine.
        warm_up: Share of the steps in which the learning rate rises from 0.
        dropout: Share of the last fire module's outputs that a step leaves out.
        clip: Largest norm of a weight's gradient.
        held_out: How many unseen pictures of each size measure the accuracy.
    """

    seed: int = 1
    sizes: tuple[int, ...] = (128, 227)
    pictures: int = 6000
    epochs: int = 5
    batch_size: int = 32
    learning_rate: float = 7e-4
    warm_up: float = 0.1
    dropout: float = 0.2
    clip: float = 1.0
    held_out: int = 2000
