"""The files of layers that are no pictures: units, sequences and tokens."""

from __future__ import annotations

import numpy as np
import pytest
from browser import logs
from browser.conftest import Opener
from browser.exported import (
    Colors,
    assert_listed,
    framed,
    saved_arrays,
    saved_picture,
    saved_table,
)
from browser.tab import BY_NUMBER, Tab
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

#: Pixels of a picture for one of the page.
RATIO = 2


@pytest.fixture
def of_forms(open_tab: Opener, forms: Host) -> Tab:
    return open_tab(forms)


def values(name: str) -> list[np.ndarray]:
    return [logs.form_values(name, index) for index in (0, 1)]


def open_layer(tab: Tab, layer: str, **state: str | int) -> Tab:
    tab.open(run="forms", layer=layer, input="one", **{**BY_NUMBER, **state})
    tab.rest()
    return tab


def test_units_have_the_values_for_all_inputs_that_have_bars(of_forms: Tab) -> None:
    open_layer(of_forms, "units")
    one, two = values("units")
    found = saved_arrays(of_forms)
    np.testing.assert_array_equal(found["activations"].ravel(), one)
    np.testing.assert_array_equal(found["other_activations"].ravel(), two)
    assert found["other_inputs"].tolist() == ["two"]
    lines = saved_table(of_forms)
    for name, expected in (("one", one), ("two", two)):
        of_input = [line for line in lines if line["input"] == name]
        assert_listed(of_input, expected.reshape(1, 1, -1))


def bars(cell: Colors) -> list[float]:
    """How far the bars of a cell reach, as shares of its width from its left."""
    height, width, _ = cell.shape
    reach = []
    for share in (0.25, 0.75):
        row = cell[round(share * height)].astype(int)
        ground = row[np.abs(row - np.median(row, 0)).sum(-1).argmin()]
        drawn = np.flatnonzero(np.abs(row - ground).sum(-1) > 30)
        reach.append(float(drawn.max() / width if len(drawn) else 0))
    return reach


def test_units_are_drawn_as_bars_of_both_inputs(of_forms: Tab) -> None:
    open_layer(of_forms, "units")
    cells = framed(saved_picture(of_forms))
    assert len(cells) == 64
    assert len({cell.shape for cell in cells}) == 1
    one, two = values("units")
    both = np.concatenate([one, two])
    low, high = min(0, both.min()), max(0, both.max())
    # Positive bars end where their values are on the scale of all of them.
    for unit in np.flatnonzero((one > 0.4) & (two > 0.4)):
        expected = (np.array([one[unit], two[unit]]) - low) / (high - low)
        np.testing.assert_allclose(bars(cells[unit]), expected, atol=0.02)


def test_class_tokens_are_saved_apart_from_the_patches(of_forms: Tab) -> None:
    open_layer(of_forms, "tokens")
    tokens, _ = values("tokens")
    found = saved_arrays(of_forms)
    np.testing.assert_array_equal(found["class_tokens"], tokens[:1])
    np.testing.assert_array_equal(
        found["activations"], tokens[1:].reshape(2, 3, tokens.shape[-1])
    )


def test_a_channel_of_a_layer_on_no_picture_is_by_itself(of_forms: Tab) -> None:
    open_layer(of_forms, "units", view="channel", channel=3)
    assert len(framed(saved_picture(of_forms))) <= 1
    open_layer(of_forms, "tokens", view="channel", channel=3)
    assert len(framed(saved_picture(of_forms))) == 2
