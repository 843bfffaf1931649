"""What was logged, as NumPy has it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from browser.tab import Tab
from browser.words import shown

import tb_actviz as av
from tb_actviz.records.facts import InputFacts


@dataclass(frozen=True)
class Arrays:
    """Reads a log directory back.

    Args:
        log_dir: The log directory.
    """

    log_dir: Path

    def stored(self, run: str, layer: str, step: int) -> av.StoredActivations:
        """One record."""
        (found,) = av.read_records(self.log_dir, runs=run, layers=layer, steps=step)
        return found

    def of(self, run: str, layer: str, step: int, name: str) -> np.ndarray:
        """Feature maps of a layer, (H, W, C) or whatever shape it has."""
        return self.stored(run, layer, step).activations[name]

    def over_steps(self, layer: str, name: str, run: str | None = None) -> np.ndarray:
        """All values of a layer at all steps, in one row."""
        found = av.read_records(self.log_dir, runs=run, layers=layer)
        return np.concatenate([one.activations[name].ravel() for one in found])

    def facts(self, run: str, layer: str, step: int, name: str) -> InputFacts:
        """What a record says of one input."""
        inputs = self.stored(run, layer, step).record.inputs
        return next(one for one in inputs if one.name == name)


def assert_told(tab: Tab, maps: np.ndarray) -> None:
    """Fail if the tab says other values of its grid than these.

    Args:
        tab: A tab on the grid.
        maps: The feature maps that it shows, (H, W, C).
    """
    found = [one for cell in tab.cells().values() for one in cell]
    assert found
    assert [one.text for one in found] == [
        shown(maps[one.row, one.column, one.channel]) for one in found
    ]


def shades(maps: np.ndarray, low: float, high: float, gamma: float = 1) -> np.ndarray:
    """Numbers of the colours that values have on a scale, 0 to 255."""
    place = (np.clip(maps.astype(np.float64), low, high) - low) / (high - low)
    return np.rint(255 * place**gamma).astype(int)
