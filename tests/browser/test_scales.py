"""Scales: the legend's ends, the colours, and what no scale can show."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays, shades
from browser.drawn import MINUS, NAN, PLUS, ZOOM
from browser.tab import BY_NUMBER, Tab, wait_until
from browser.words import percent

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LAYER, STEP = "block/conv2", 2
#: Where elements are, and how large.
BOXES = "all => all.map((one) => JSON.stringify(one.getBoundingClientRect()))"
FIRST = {"run": "first", "layer": LAYER, "step": STEP, "input": "bright", **BY_NUMBER}


@pytest.fixture
def maps(arrays: Arrays) -> np.ndarray:
    """The feature maps that `FIRST` shows, (7, 7, 8), of both signs."""
    found = arrays.of("first", LAYER, STEP, "bright").astype(np.float64)
    assert found.min() < 0 < found.max()
    return found


def open_grid(tab: Tab, **state: str | float) -> None:
    tab.open(**FIRST, zoom=ZOOM, **state)
    tab.wait_for_title(LAYER, f"step {STEP}", "7×7×8")


def assert_same_floats(found: tuple[float, float], ends: tuple[float, float]) -> None:
    np.testing.assert_array_equal(np.float32(found), np.float32(ends))


def drawn(tab: Tab, maps: np.ndarray) -> np.ndarray:
    """Numbers of the colours that are drawn, out of those of the legend."""
    table = [tuple(colour) for colour in tab.colours()]
    number = {colour: place for place, colour in enumerate(table)}
    found = tab.maps(range(maps.shape[2]), maps.shape[:2])
    flat = np.moveaxis(found, 2, -1).reshape(-1, 3)
    return np.array([number[tuple(one)] for one in flat]).reshape(maps.shape)


def ends(arrays: Arrays, maps: np.ndarray, scale: str) -> tuple[float, float]:
    """What the ends of a scale must be."""
    every = {
        "layer": maps,
        "steps": arrays.over_steps(LAYER, "bright", "first"),
        "runs": arrays.over_steps(LAYER, "bright"),
    }
    if scale == "percentile":
        low, high = np.percentile(maps, [5, 95])
        return float(low), float(high)
    if scale == "fixed":
        return -0.5, 0.75
    return float(every[scale].min()), float(every[scale].max())


@pytest.mark.parametrize("scale", ["layer", "steps", "runs", "percentile", "fixed"])
def test_the_ends_of_the_legend_are_those_of_the_values(
    tab: Tab, arrays: Arrays, maps: np.ndarray, scale: str
) -> None:
    more = {"percentile": 5, "low": -0.5, "high": 0.75}
    open_grid(tab, scale=scale, colours="gray", **more)
    low, high = ends(arrays, maps, scale)
    # Statistics of other steps are written with the digits that float32 needs.
    assert_same_floats(tab.legend(), (low, high))
    inside = (low <= maps) & (maps <= high)
    assert inside.all() == (scale not in ("percentile", "fixed"))
    table = tab.colours()
    expected = table[shades(maps, low, high)].astype(int)
    # What is beyond the ends has their colours.
    found = np.moveaxis(tab.maps(range(8), (7, 7)), 2, -1)
    np.testing.assert_array_equal(found, expected)
    tab.box("Zero in the middle").check()
    tab.rest()
    most = max(-low, high)
    assert_same_floats(tab.legend(), (-most, most))


def test_each_channel_on_its_own_scale(tab: Tab, maps: np.ndarray) -> None:
    open_grid(tab, scale="channel", colours="gray")
    expected = np.stack(
        [
            shades(
                maps[..., channel], maps[..., channel].min(), maps[..., channel].max()
            )
            for channel in range(8)
        ],
        -1,
    )
    assert (expected.min((0, 1)) == 0).all()
    assert (expected.max((0, 1)) == 255).all()
    np.testing.assert_array_equal(drawn(tab, maps), expected)
    legend = tab.frame.locator("[data-name=legend]")
    assert "each channel's own smallest to largest value" in legend.inner_text()
    assert legend.locator(".ticks").inner_text().split() == ["smallest", "largest"]


@pytest.mark.parametrize("gamma", [0.5, 2.2])
def test_gamma_bends_the_colours(tab: Tab, maps: np.ndarray, gamma: float) -> None:
    open_grid(tab, gamma=gamma, colours="heat")
    expected = shades(maps, maps.min(), maps.max(), gamma)
    np.testing.assert_array_equal(drawn(tab, maps), expected)


def test_values_of_both_signs_have_zero_in_the_middle(
    tab: Tab, maps: np.ndarray
) -> None:
    open_grid(tab)
    most = np.abs(maps).max()
    np.testing.assert_allclose(tab.legend(), (-most, most), rtol=1e-12)
    expected = tab.colours()[shades(maps, -most, most)]
    found = np.moveaxis(tab.maps(range(8), (7, 7)), 2, -1)
    np.testing.assert_array_equal(found, expected)
    assert (tab.colours()[[127, 128]] < 30).all()


def test_a_scale_is_chosen_with_the_controls(tab: Tab, maps: np.ndarray) -> None:
    open_grid(tab, colours="gray")
    before = tab.frame.locator(".bar, main").evaluate_all(BOXES)
    tab.chosen("Scale").select_option("fixed")
    lowest = tab.field("Lowest")
    # It starts with what is in use, in few digits, and clips nothing.
    low, high = (float(tab.field(name).input_value()) for name in ("Lowest", "Highest"))
    assert (low, high) == pytest.approx((maps.min(), maps.max()), rel=1e-3)
    assert low <= maps.min() < maps.max() <= high
    assert len(f"{abs(low)}{high}") <= 14
    wait_until(tab.frame.locator("[data-name=marks]")).to_have_count(0)
    assert tab.frame.locator(".bar, main").evaluate_all(BOXES) == before
    lowest.fill("-0.25")
    lowest.press("Enter")
    tab.field("Highest").fill("high")
    tab.field("Highest").press("Enter")
    wait_until(tab.field("Highest")).to_have_value(str(high))
    assert tab.legend() == (-0.25, high)
    tab.chosen("Scale").select_option("percentile")
    assert tab.frame.locator(".bar, main").evaluate_all(BOXES) == before
    cut = tab.field("Percent cut off")
    cut.fill("10")
    cut.press("Enter")
    tab.rest()
    np.testing.assert_allclose(tab.legend(), np.percentile(maps, [10, 90]), rtol=1e-12)
    found = tab.state()
    assert (found["scale"], found["low"], found["percentile"]) == (
        "percentile",
        "-0.25",
        "10",
    )


@pytest.mark.parametrize("run", ["odd", "odd8"])
def test_nan_and_infinities_have_colours_of_their_own_and_the_clipped_are_counted(
    tab: Tab, arrays: Arrays, run: str
) -> None:
    tab.open(
        **BY_NUMBER,
        **{"run": run, "layer": "odd", "zoom": ZOOM, "colours": "gray"},
        **{"scale": "fixed", "low": -1, "high": 1.5},
    )
    tab.wait_for_title("odd", "6×6×8")
    values = arrays.of(run, "odd", 0, "input").astype(np.float64)
    with np.errstate(invalid="ignore"):
        expected = np.repeat(
            shades(np.nan_to_num(values), -1, 1.5)[..., None], 3, axis=-1
        )
    expected[np.isnan(values)] = NAN
    expected[values == np.inf], expected[values == -np.inf] = PLUS, MINUS
    for colour in (NAN, PLUS, MINUS):
        assert (expected == colour).all(-1).any()
    found = np.moveaxis(tab.maps(range(8), (6, 6)), 2, -1)
    np.testing.assert_array_equal(found, expected)
    texts = tab.frame.locator(".marks > span").all_text_contents()
    counts = {
        "below the scale": (np.isfinite(values) & (values < -1)).sum(),
        "above the scale": (np.isfinite(values) & (values > 1.5)).sum(),
        "NaN": np.isnan(values).sum(),
        "∞": (values == np.inf).sum(),
        "−∞": (values == -np.inf).sum(),
    }
    shares = {
        name: f" ({percent(counts[name] / values.size)})"
        for name in ("below the scale", "above the scale")
    }
    assert [text.strip() for text in texts] == [
        f"{count} {name}{shares.get(name, '')}" for name, count in counts.items()
    ]
    colours = tab.frame.locator(".marks i").evaluate_all(
        "all => all.map((one) => getComputedStyle(one).backgroundColor)"
    )
    marks = ((0, 0, 0), (255, 255, 255), NAN, PLUS, MINUS)
    assert colours == [f"rgb({r}, {g}, {b})" for r, g, b in marks]


def test_marks_are_listed_only_where_they_are(tab: Tab, arrays: Arrays) -> None:
    open_grid(tab, colours="gray")
    wait_until(tab.frame.locator("[data-name=marks]")).to_have_count(0)
    maps = arrays.of("first", LAYER, STEP, "bright")
    open_grid(tab, scale="fixed", low=-10, high=0, search="2,5")
    above = np.count_nonzero(maps[..., [2, 5]] > 0)
    wait_until(tab.frame.locator("[data-name=count]")).to_have_text("2 of 8 channels")
    marks = tab.frame.locator("[data-name=marks]")
    share = percent(above / maps[..., [2, 5]].size)
    wait_until(marks).to_have_text(f"{above} above the scale ({share})")


def test_only_finite_values_set_the_scale(tab: Tab) -> None:
    tab.open(run="odd", layer="odd", zoom=ZOOM, colours="gray")
    tab.wait_for_title("odd")
    values = logs.odd_values()
    finite = values[np.isfinite(values)]
    assert tab.legend() == (finite.min(), finite.max()) == (-20, 20)
    missing = np.count_nonzero(~np.isfinite(values))
    wait_until(tab.frame.locator(".aside")).to_contain_text(f"{missing} values")
    wait_until(tab.frame.locator(".layers .broken")).to_have_count(1)


@pytest.mark.parametrize(("channel", "colour"), [(1, NAN), (5, None), (6, None)])
def test_a_channel_of_one_value_alone_is_drawn(
    open_tab: Callable[..., Tab], host: object, channel: int, colour: tuple | None
) -> None:
    tab = open_tab(host)
    state = {"zoom": ZOOM, "colours": "gray", "scale": "channel"}
    tab.open(run="odd", layer="odd", search=channel, **state)
    tab.wait_for_title("odd")
    wait_until(tab.frame.locator("[data-name=count]")).to_have_text("1 of 8 channels")
    found = tab.maps([channel], (6, 6))[..., 0].reshape(-1, 3)
    assert len(np.unique(found, axis=0)) == 1
    if colour:
        assert tuple(found[0]) == colour
