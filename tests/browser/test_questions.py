"""What people ask of a network, each answered in few clicks from how the tab opens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays, shades
from browser.pointing import drag, picture, strongest
from browser.tab import Tab, wait_until
from plugin.serving import Host, serving

pytestmark = [pytest.mark.slow, pytest.mark.browser]

_COUNT = """() => {
    window.presses = 0;
    addEventListener("pointerdown", () => window.presses++, true);
}"""


@contextmanager
def clicks(tab: Tab, most: int) -> Iterator[None]:
    """Fail where it takes none, or more than so many, presses of the mouse."""
    tab.frame.evaluate(_COUNT)
    yield
    tab.rest()
    assert 0 < tab.frame.evaluate("window.presses") <= most


@pytest.fixture(scope="module")
def learning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A TensorBoard with trainings that are logged at the steps 3, 6, … 30."""
    folder = tmp_path_factory.mktemp("learning") / "runs"
    logs.write_diverging(folder, range(3, 31, 3))
    with serving(folder, "rust") as running:
        for run in ("calm", "diverging"):
            running.wait_for(run, "conv/activations", 30)
        yield running


def test_which_channels_respond_to_eyes(
    open_tab: Callable[..., Tab], drawn: Host
) -> None:
    tab = open_tab(drawn).open()
    wait_until(picture(tab)).to_be_visible()
    face = logs.drawn_face()
    top, left, bottom, right = (edge / len(face.picture) for edge in face.left_eye_box)
    with clicks(tab, most=1):
        drag(tab, (left, top, right, bottom))
    tab.wait_for_title(logs.EYE_LAYER)
    maps = Arrays(drawn.log_dir).of("drawn", logs.EYE_LAYER, 0, "face")
    # They answer where the eye is, and nowhere as much: rows and columns of 8 pixels.
    for channel, _ in strongest(tab)[:3]:
        row, column = np.unravel_index(maps[..., channel].argmax(), maps.shape[:2])
        place = np.array([row + 0.5, column + 0.5]) / maps.shape[0]
        eyes = np.array(
            [
                [(first + last) / 2 / len(face.picture) for first, last in sides]
                for sides in (
                    zip(box[:2], box[2:], strict=True)
                    for box in (face.left_eye_box, face.right_eye_box)
                )
            ]
        )
        assert np.abs(eyes - place).max(1).min() < 0.12, channel


def test_what_a_channel_learned_between_two_steps(
    open_tab: Callable[..., Tab], learning: Host
) -> None:
    tab = open_tab(learning).open()
    with clicks(tab, most=2):
        tab.canvas.click(position={"x": 30, "y": 40})
        tab.button("Multiples").click()
    # The layer and the run that it opens on are in the words, and not in the address.
    words = tab.frame.locator("main h2").inner_text()
    layer, run = words.split()[0], re.search(r"run (\S+)", words)[1]
    channel = int(tab.state()["channel"])
    arrays = Arrays(learning.log_dir)
    first, last = (
        arrays.of(run, layer, step, "input")[..., channel] for step in (3, 30)
    )
    heads = tab.frame.locator(".multiples .head").all_text_contents()
    assert (heads[0], heads[-1]) == ("step 3", "step 30")
    maps = [
        arrays.of(run, layer, int(head.removeprefix("step ")), "input")[..., channel]
        for head in heads
    ]
    ends = min(map(np.min, maps)), max(map(np.max, maps))
    for step, values in (3, first), (30, last):
        name = rf"^run {run} · step {step} "
        cell = tab.frame.get_by_role("button", name=re.compile(name)).locator("canvas")
        pixels = tab.pixels(cell)
        side = pixels.shape[0] // values.shape[0]
        found = pixels[side // 2 :: side, side // 2 :: side, 0].astype(int)
        np.testing.assert_array_equal(found, shades(values, *ends))
        # Neither is black.
        assert found.max() > 100


def test_which_layers_are_silent(open_tab: Callable[..., Tab], rare: Host) -> None:
    tab = open_tab(rare).open(run="dying")
    with clicks(tab, most=1):
        tab.button("Training").click()
    canvas = tab.frame.locator(".strip .matrix canvas")
    left, width, height = (
        float(canvas.get_attribute(f"data-{name}") or "")
        for name in ("left", "cell-width", "cell-height")
    )
    x = int(left + 2.5 * width)
    places = [(x, int((row + 0.5) * height)) for row in range(4)]
    told = tab.tips(places, canvas, "[data-name=health-told]")
    arrays = Arrays(rare.log_dir)
    expected = []
    for layer in ("conv1", "relu1", "block/conv2", "block/relu2"):
        maps = arrays.of("dying", layer, 20, "noise")
        share = float((maps == 0).all((0, 1)).mean())
        expected.append((layer, share == 1))
    found = [
        (one.partition(" · ")[0], "100% of channels silent" in one) for one in told
    ]
    assert found == expected
    assert [silent for _, silent in expected] == [False, False, True, True]


def test_how_runs_differ(tab: Tab, arrays: Arrays) -> None:
    tab.open()
    with clicks(tab, most=2):
        tab.button("Runs").click()
        tab.rest()
        cells = tab.frame.locator('.run-cell[aria-label*=" · run second "]')
        distances = {
            name.partition(" · ")[0]: float(name.rpartition(" ")[2])
            for name in (one.get_attribute("aria-label") or "" for one in cells.all())
        }
        most = max(distances, key=lambda layer: distances[layer])
        cells.nth([*distances].index(most)).click()
    state = tab.state()
    assert (state["view"], state["layer"], state["b_run"]) == (
        "compare",
        most,
        "second",
    )
    for layer, distance in distances.items():
        a, b = (
            arrays.of(run, layer, step, "bright").astype(np.float64)
            for run, step in (("first", 5), ("second", 2))
        )
        np.testing.assert_allclose(
            distance, np.linalg.norm(b - a) / np.linalg.norm(a), rtol=1e-3
        )
