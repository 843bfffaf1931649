"""Which channels respond differently to two inputs, where, and how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Cells that differ at least this share of the largest difference belong to it.
_SHARE = 0.5


@dataclass(frozen=True)
class ChannelDifference:
    """Where one channel responds most differently to two inputs.

    Args:
        channel: Number of the channel, from 0.
        row: Row of the place in the map.
        column: Column of the place in the map.
        first: Value there for the first input.
        second: Value there for the second input.
        box: Top, left, bottom, right in cells of the map, the latter two exclusive. It
            holds the cells around the place that differ in the same direction at least
            half as much; all of the map where nothing differs.
    """

    channel: int
    row: int
    column: int
    first: float
    second: float
    box: tuple[int, int, int, int]

    @property
    def change(self) -> float:
        """Second less first, in units of the activations; NaN if one is not finite."""
        return self.second - self.first


def channel_differences(
    first: np.ndarray, second: np.ndarray
) -> list[ChannelDifference]:
    """Rank the channels of a layer by how differently they respond to two inputs.

    Args:
        first: Activations of one input, float, shape (H, W, C).
        second: Activations of the other, same shape.

    Returns:
        One entry for each channel, largest change first; channels that change equally
        in the order of their numbers. Places where either value is NaN or infinite
        take no part; a channel without any other comes last, with no change.

    Raises:
        ValueError: If the shapes differ or are not (H, W, C).
    """
    first, second = np.asarray(first), np.asarray(second)
    if first.shape != second.shape or first.ndim != 3 or 0 in first.shape:
        raise ValueError(
            f"Received activations of shapes {first.shape} and {second.shape}; "
            "expected one shape (H, W, C) for both. Use inputs of one size."
        )
    usable = np.isfinite(first) & np.isfinite(second)
    change = np.zeros(first.shape, np.float64)
    np.subtract(second, first, out=change, where=usable, dtype=np.float64)
    size = np.abs(change)
    flat = size.reshape(-1, first.shape[2])
    places, largest = flat.argmax(axis=0), flat.max(axis=0)
    differences = []
    for channel in np.argsort(-largest, kind="stable").tolist():
        row, column = divmod(int(places[channel]), first.shape[1])
        unchanged = not largest[channel]
        differences.append(
            ChannelDifference(
                channel=channel,
                row=row,
                column=column,
                first=float(first[row, column, channel]),
                second=float(second[row, column, channel]),
                box=(0, 0, *first.shape[:2])
                if unchanged
                else _box(change[:, :, channel], row, column),
            )
        )
    return differences


def _box(change: np.ndarray, row: int, column: int) -> tuple[int, int, int, int]:
    """The cells connected to the peak that share its direction and half its size."""
    peak = change[row, column]
    alike = change * np.sign(peak) >= _SHARE * abs(peak)
    inside = np.zeros_like(alike)
    inside[row, column] = True
    while True:
        grown = inside.copy()
        grown[1:] |= inside[:-1]
        grown[:-1] |= inside[1:]
        grown[:, 1:] |= inside[:, :-1]
        grown[:, :-1] |= inside[:, 1:]
        grown &= alike
        if (grown == inside).all():
            break
        inside = grown
    rows, columns = np.nonzero(inside)
    return (
        int(rows.min()),
        int(columns.min()),
        int(rows.max()) + 1,
        int(columns.max()) + 1,
    )
