"""How the shipped network is trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Args:
        seed: of weights, order, mirroring and dropout.
        sizes: sides of the pictures in pixels; batches of them take turns, and the
            network learns all faces from those in the smallest to the largest.
        pictures: how many of each size are drawn for training; each epoch shows all,
            half of them mirrored by lot.
        epochs: how often.
        batch_size: pictures per step.
        learning_rate: of Adam, after warming up; falls to 0 along a cosine.
        warm_up: share of the steps in which the learning rate rises from 0.
        dropout: share of the last fire module's outputs that a step leaves out.
        clip: largest norm of a weight's gradient.
        held_out: how many unseen pictures of each size measure the accuracy.
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
