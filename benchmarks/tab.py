"""How soon the Activations tab shows something, and how smoothly it scrolls.

    python benchmarks/tab.py [--layers 100] [--steps 100] [--channels 2048] [--visits 5]

A log of many layers and steps is opened in Debian's Chromium, each time with nothing
cached in the browser: on the first visit, TensorBoard has not read the record either.
Times are those of the browser, from the start of the navigation until the grid has been
drawn. They hold what TensorBoard's own page takes, and depend on what else the machine
does. Needs Playwright, and `chromium` on the path.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Frame, Page, Request, sync_playwright

from tb_actviz.records.codec import pack
from tb_actviz.records.facts import InputFacts, LayerFacts, Record
from tb_actviz.records.schema import record_summary, record_tag
from tb_actviz.writing.event_file import EventFile

# The host of the tests; their folder is no package, and named like the plugin.
TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS / "plugin"), str(TESTS)]
from serving import LOADERS, Host, serving

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
]
SIZE: Any = {"width": 1280, "height": 800}
OURS = "/data/plugin/activations/"
SHAPE = (14, 14, 64)
WIDE = (7, 7)
FRAMES, PIXELS = 240, 60
PATIENCE = 60_000
# Notes when the grid has colours, on the clock of TensorBoard's page.
WATCH = """
if (location.pathname.includes("plugin_entry")) {
  const look = () => {
    const canvas = document.querySelector(".scroll canvas");
    const drawn = canvas && canvas.width > 1 &&
      canvas.getContext("2d").getImageData(2, 20, 1, 1).data[3] > 0;
    if (!drawn) return requestAnimationFrame(look);
    const now = performance.timeOrigin + performance.now();
    top.painted = [now - top.performance.timeOrigin, now - performance.timeOrigin];
  };
  requestAnimationFrame(look);
}
"""
SCROLL = """async ([box, frames, pixels]) => {
  const next = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const times = [];
  let before = await next();
  for (let i = 0; i < frames; i++) {
    const end = box.scrollTop + box.clientHeight >= box.scrollHeight - 1;
    box.scrollTop = end ? 0 : box.scrollTop + pixels;
    const now = await next();
    times.push(now - before);
    before = now;
  }
  return times;
}"""

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--layers", type=int, default=100)
arguments.add_argument("--steps", type=int, default=100)
arguments.add_argument("--channels", type=int, default=2048, help="of the wide layer")
arguments.add_argument("--visits", type=int, default=5, help="of each loader")


def main() -> None:
    """Print the tables."""
    options = arguments.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        log_dir = Path(folder) / "runs"
        layers = [f"conv{number:03}" for number in range(options.layers)]
        write(log_dir / "many", layers, SHAPE, options.steps)
        write(Path(folder) / "wide/a", ["wide"], (*WIDE, options.channels), 2)
        shape = "×".join(map(str, SHAPE))
        print(
            f"\nfirst paint, {options.layers} layers × {options.steps} steps, {shape}:"
            "\n  loader  visit   until drawn  of it in the tab  requests      bytes"
        )
        for loader in LOADERS:
            with serving(log_dir, loader) as host:
                host.wait_for("many", f"{layers[-1]}/activations", options.steps - 1)
                first_paints(browser, host, options.visits)
        with serving(Path(folder) / "wide", "rust") as host:
            host.wait_for("a", "wide/activations", 1)
            scrolling(browser, host, options.channels)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser."""
    with sync_playwright() as running:
        path = shutil.which("chromium")
        browser = running.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def write(run: Path, layers: list[str], shape: tuple[int, ...], steps: int) -> None:
    """Log layers that all have the same values."""
    maps = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    maps = np.maximum(maps, 0)
    facts = {
        "minimum": maps.min((0, 1)),
        "maximum": maps.max((0, 1)),
        "mean": maps.mean((0, 1)),
        "zero_share": (maps == 0).mean((0, 1)),
        "nan_count": np.zeros(shape[2], int),
        "inf_count": np.zeros(shape[2], int),
    }
    one = InputFacts("picture", shape, "float32", pack(maps, "uint8"), **facts)
    with EventFile(run) as file:
        for step in range(steps):
            for layer in layers:
                described = LayerFacts(layer, "Conv2D", "activation")
                summary = record_summary(
                    record_tag(layer), Record(described, step, (one,))
                )
                file.add(summary, step)


def first_paints(browser: Browser, host: Host, visits: int) -> None:
    """How long it takes until the grid is drawn, and what is asked for until then."""
    found = [visit(browser, host) for _ in range(visits)]
    medians = [statistics.median(numbers) for numbers in zip(*found, strict=True)]
    rows = {"first": found[0], "median": medians}
    for name, (whole, ours, requests, size) in rows.items():
        print(
            f"  {host.loader:7} {name:6} {whole:8.0f} ms {ours:14.0f} ms "
            f"{requests:11.0f} {size / 1e3:7.0f} kB"
        )


def visit(browser: Browser, host: Host) -> tuple[float, float, int, int]:
    """Milliseconds in all and in the tab; requests of the tab, and their bytes."""
    context = browser.new_context(viewport=SIZE)
    context.add_init_script(WATCH)
    page = context.new_page()
    asked: list[Request] = []
    page.on("requestfinished", lambda one: OURS in one.url and asked.append(one))
    page.goto(f"{host.url}#activations")
    page.wait_for_function("window.painted", timeout=PATIENCE)
    whole, ours = page.evaluate("painted")
    begin = page.evaluate("performance.timeOrigin")
    before = [one for one in asked if one.timing["startTime"] <= begin + whole]
    size = sum(one.sizes()["responseBodySize"] for one in before)
    context.close()
    return whole, ours, len(before), size


def scrolling(browser: Browser, host: Host, channels: int) -> None:
    """How long frames take while a grid is scrolled."""
    print(f"\nscrolling {channels} channels of {WIDE[0]}×{WIDE[1]}, {FRAMES} frames:")
    context = browser.new_context(viewport=SIZE)
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(f"{host.url}#activations&p.activations.layer=wide")
    page.wait_for_function("window.painted", timeout=PATIENCE)
    frame = tab_of(page)
    box = frame.wait_for_selector(".scroll")
    height = frame.evaluate("box => box.scrollHeight / box.clientHeight", box)
    times = frame.evaluate(SCROLL, [box, FRAMES, PIXELS])
    context.close()
    middle, slow = np.percentile(times, [50, 95])
    late = sum(time > 25 for time in times)
    print(
        f"  median {middle:.1f} ms, 95 % below {slow:.1f} ms, longest "
        f"{max(times):.1f} ms; {late} frames late; {height:.1f} pages high"
    )


def tab_of(page: Page) -> Frame:
    return next(frame for frame in page.frames if "plugin_entry" in frame.url)


if __name__ == "__main__":
    main()
