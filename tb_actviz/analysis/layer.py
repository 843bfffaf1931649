"""What a layer does over all inputs of one step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tb_actviz.analysis.channels import ChannelStatistics
from tb_actviz.analysis.reals import real_numbers


@dataclass(frozen=True)
class LayerStatistics:
    """Numbers of one layer over all channels, positions and inputs.

    NaN and infinities are counted and otherwise left out.

    Args:
        minimum: Smallest finite value; NaN where there is none, as in the next three.
        maximum: Largest finite value.
        mean: Mean of the finite values.
        std: Their standard deviation, that of the population.
        zero_share: Share of all values that are zero, 0…1: the layer's sparsity.
        nan_count: How many values are NaN.
        inf_count: How many values are infinite.
        dead: Channels, from 0, that are zero at every position of every input.
        channels: How many channels there are.
    """

    minimum: float
    maximum: float
    mean: float
    std: float
    zero_share: float
    nan_count: int
    inf_count: int
    dead: tuple[int, ...]
    channels: int

    @property
    def dead_share(self) -> float:
        """Share of the channels that are dead, 0…1."""
        return len(self.dead) / self.channels


def layer_statistics(
    per_input: Sequence[ChannelStatistics], values_per_channel: Sequence[int]
) -> LayerStatistics:
    """Combine the statistics of a layer's channels for several inputs.

    Args:
        per_input: For each input the statistics of its C channels, arrays (C,).
        values_per_channel: For each input how many positions a channel has, H * W;
            inputs may differ in size.

    Returns:
        The statistics of all values together, as if the inputs were one array.

    Raises:
        ValueError: If there is no input, or not one number for each, or the inputs do
            not have the same channels.
    """
    shapes = {one.minimum.shape for one in per_input}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1:
        raise ValueError(
            f"Received channel statistics of shapes {sorted(shapes)}; expected one "
            f"shape (C,) for every input, and at least one input."
        )
    if len(per_input) != len(values_per_channel):
        raise ValueError(
            f"Received {len(per_input)} inputs and the numbers of positions of "
            f"{len(values_per_channel)}; expected one number for each input."
        )
    # Rows are inputs, columns channels.
    minimum = np.stack([one.minimum for one in per_input])
    maximum = np.stack([one.maximum for one in per_input])
    mean = np.stack([one.mean for one in per_input])
    std = np.stack([one.std for one in per_input])
    zero_share = np.stack([one.zero_share for one in per_input])
    nan_count = np.stack([one.nan_count for one in per_input])
    inf_count = np.stack([one.inf_count for one in per_input])
    positions = np.array(values_per_channel, np.int64)[:, None]
    count = positions - nan_count - inf_count
    known = count > 0
    low = high = middle = deviation = math.nan
    if known.any():
        low, high = float(minimum[known].min()), float(maximum[known].max())
        middle, deviation = _moments(mean[known], std[known], count[known], low, high)
    # A share is one whole number divided by another; rounding restores the first.
    zeros = np.rint(zero_share * positions).sum()
    return LayerStatistics(
        minimum=low,
        maximum=high,
        mean=middle,
        std=deviation,
        zero_share=float(zeros / (positions.sum() * zero_share.shape[1])),
        nan_count=int(nan_count.sum()),
        inf_count=int(inf_count.sum()),
        dead=tuple(np.flatnonzero((zero_share == 1).all(axis=0)).tolist()),
        channels=zero_share.shape[1],
    )


def saturated_share(
    values: ArrayLike, low: float | None, high: float | None, tolerance: float = 0.01
) -> float:
    """Measure how much of a bounded activation sits at its bounds.

    There its slope is nearly zero, and nothing is learned. A sigmoid has the bounds 0
    and 1, a hyperbolic tangent −1 and 1. ReLU6 has only 6: that its other values are
    zero is not saturation but sparsity.

    Args:
        values: Any shape, any real dtype, not empty.
        low: Lower bound, in units of the values; None if there is none.
        high: Upper bound; None if there is none.
        tolerance: What is at a bound: all within this share of the distance between
            the bounds, or of the magnitude of the only one, and all beyond. At least
            0, less than 0.5.

    Returns:
        Share of all values, 0…1. NaN is counted, and is not at a bound.

    Raises:
        TypeError: If the values are not real numbers.
        ValueError: If there is no value or no bound, or the bounds or the tolerance
            are out of range.
    """
    array = real_numbers(values)
    if array.size == 0:
        raise ValueError(f"Values of shape {array.shape} hold none.")
    if not 0 <= tolerance < 0.5:
        raise ValueError(
            f"Received tolerance={tolerance}; expected at least 0 and less than 0.5."
        )
    bounds = [bound for bound in (low, high) if bound is not None]
    if not bounds or bounds != sorted(set(bounds)):
        raise ValueError(
            f"Received the bounds low={low} and high={high}; expected low < high, or "
            f"None for one of them."
        )
    near = tolerance * (abs(bounds[0]) if len(bounds) == 1 else bounds[1] - bounds[0])
    saturated = 0
    if low is not None:
        saturated += int(np.count_nonzero(array <= low + near))
    if high is not None:
        saturated += int(np.count_nonzero(array >= high - near))
    return saturated / array.size


def _moments(
    mean: NDArray[np.float64],
    std: NDArray[np.float64],
    count: NDArray[np.int64],
    low: float,
    high: float,
) -> tuple[float, float]:
    """Return mean and standard deviation of groups of values, low…high, together.

    In units of about the largest magnitude no square overflows, and distances from
    one of the means are exactly zero where all are equal.
    """
    unit = math.ldexp(1.0, min(math.frexp(max(high, -low))[1], 1023))
    weight, mean, std = count / count.sum(), mean / unit, std / unit
    middle = mean[0] + (weight * (mean - mean[0])).sum()
    variance = (weight * (std**2 + (mean - middle) ** 2)).sum()
    # It is never more than half of the range but by rounding, which may overflow.
    deviation = min(math.sqrt(variance) * unit, high / 2 - low / 2)
    return float(middle) * unit, deviation
