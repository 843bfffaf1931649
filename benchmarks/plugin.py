"""What records and the plugin cost, beside what TensorBoard itself does with pictures.

    python benchmarks/plugin.py [--full] [--starts 7] [--layers 10] [--steps 20]

One log directory holds the same activations as records and as TensorBoard's images, a
grid of all channels each. Both are asked for over HTTP, on both loaders. By default the
tables of loads are small; --full takes the sizes that are aimed at, and some minutes.
Times are wall time as a browser sees it, and depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tb_actviz.imaging.page import encode_png
from tb_actviz.records.schema import record_summary, record_tag
from tb_actviz.writing.event_file import EventFile
from tb_actviz.writing.summaries import image_summary

# The host of the tests; their folder is no package, and named like this module.
TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS / "plugin"), str(TESTS)]
from serving import LOADERS, Host, ask, serving
from writing_records import record, summary, write_events

NAME = "events.out.tfevents.1700000000.host"
RECORDS, IMAGES = "data/plugin/activations", "data/plugin/images"
#: Bytes of a record's values, and how many of them are written.
PIECE, PIECES = 1 << 20, 128
#: TensorBoard's own writer computes its checks in Python.
FEW_PIECES = 8
# Python runs this at its start, from the first folder on its path.
WITHOUT = """
from importlib import metadata
found = metadata.distributions
hidden = {hidden!r}
metadata.distributions = lambda **which: (
    one for one in found(**which) if one.metadata["Name"] not in hidden
)
"""

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument(
    "--full", action="store_true", help="loads of the sizes aimed at"
)
arguments.add_argument("--layers", type=int, default=10, help="of the comparison")
arguments.add_argument("--steps", type=int, default=20, help="of the comparison")
arguments.add_argument("--starts", type=int, default=7, help="pairs of starts")
arguments.add_argument("--disk", default=".", help="a folder that is no tmpfs")


def main() -> None:
    """Print the tables."""
    options = arguments.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; medians")
    print("\nwriting records of 1 MiB through to the file:")
    for place in ("/dev/shm", options.disk):  # noqa: S108
        if Path(place).is_dir():
            with tempfile.TemporaryDirectory(dir=place) as folder:
                throughput(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        starts(Path(folder), options.starts)
        answers(Path(folder), options.layers, options.steps)
        memory(Path(folder))
        loads(Path(folder), *((5000, 1000, 500) if options.full else (500, 50, 20)))


def throughput(folder: Path) -> None:
    """How fast payload that does not get smaller goes into a file."""
    payload = np.random.default_rng(0).bytes(PIECE)
    value = Summary.Value(tag="a")
    value.tensor.string_val.append(payload)
    one = Summary(value=[value])
    ways: dict[str, Callable[[Path], int]] = {
        "EventFile": lambda path: through_event_file(path, one),
        "TensorBoard's EventFileWriter": lambda path: through_tensorboard(path, one),
    }
    try:
        import tensorflow as tf
    except ImportError:
        print("  tf.io.TFRecordWriter: there is no TensorFlow")
    else:
        ways["tf.io.TFRecordWriter"] = lambda path: through_tensorflow(tf, path, one)
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(3):
        for place, (name, write) in enumerate(ways.items()):
            path = folder / f"{number}-{place}"
            begin = time.perf_counter()
            size = write(path) * PIECE
            speeds[name].append(size / (time.perf_counter() - begin) / 1e6)
            for file in path.glob("*"):
                file.unlink()
    for name, found in speeds.items():
        ratio = statistics.median(speeds["EventFile"]) / statistics.median(found)
        print(
            f"  {folder.parent!s:10} {name:31} {spread(found, 'MB/s', 0)} {ratio:5.2f}×"
        )


def through_event_file(path: Path, one: Summary) -> int:
    with EventFile(path) as file:
        for step in range(PIECES):
            file.add(one, step)
    return PIECES


def through_tensorboard(path: Path, one: Summary) -> int:
    writer = EventFileWriter(str(path))
    for step in range(FEW_PIECES):
        writer.add_event(Event(wall_time=time.time(), step=step, summary=one))
    writer.close()
    return FEW_PIECES


def through_tensorflow(tf: Any, path: Path, one: Summary) -> int:
    path.mkdir()
    with tf.io.TFRecordWriter(str(path / "file")) as writer:
        for step in range(PIECES):
            event = Event(wall_time=time.time(), step=step, summary=one)
            writer.write(event.SerializeToString())
    return PIECES


def starts(folder: Path, count: int) -> None:
    """How much longer `tensorboard` takes to start where it finds the plugin."""
    (folder / "empty").mkdir()
    kinds = {"without": ["tb-actviz", "tb_actviz"], "with": []}
    for kind, hidden in kinds.items():
        (folder / kind).mkdir()
        text = WITHOUT.format(hidden=hidden)
        (folder / kind / "sitecustomize.py").write_text(text)
        # Else TensorBoard imports it, which takes seconds that vary more than ours.
        (folder / kind / "tensorflow.py").write_text("raise ImportError('hidden')\n")
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    cpu: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(count + 1):
        for kind in sorted(kinds, reverse=bool(number % 2)):
            seconds, work = start(folder / kind, folder / "empty")
            if number:  # the first one fills the caches
                times[kind].append(seconds)
                cpu[kind].append(work)
    print(f"\nstarting tensorboard, {count} pairs:")
    for what, found in (("wall", times), ("CPU", cpu)):
        more = [
            (b - a) * 1e3 for a, b in zip(found["without"], found["with"], strict=True)
        ]
        alone = statistics.median(found["without"])
        print(f"  {what:4} {alone:5.2f} s without, with it {spread(more, 'ms more')}")


def start(path: Path, log_dir: Path) -> tuple[float, float]:
    """Wall and CPU seconds until `tensorboard` says where it is."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(log_dir)]
    begin = time.perf_counter()
    with subprocess.Popen(
        [*command, "--port=0", "--host=127.0.0.1", "--load_fast=false"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": str(path)},
        text=True,
    ) as process:
        assert process.stdout is not None
        while "http://" not in process.stdout.readline():
            assert process.poll() is None
        seconds = time.perf_counter() - begin
        text = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2]
        ticks = sum(map(int, text.split()[11:13]))
        process.terminate()
    return seconds, ticks / os.sysconf("SC_CLK_TCK")


def answers(folder: Path, layers: int, steps: int) -> None:
    """How soon the first and later answers come, of records and of images."""
    log_dir = folder / "both/runs"
    rng = np.random.default_rng(0)
    with EventFile(log_dir / "a") as file:
        for step in range(steps):
            for number in range(layers):
                maps = np.maximum(rng.normal(size=(56, 56, 64)), 0).astype(np.float32)
                layer = f"conv{number}"
                one = record(layer, step, [maps], "uint8")
                file.add(record_summary(record_tag(layer), one), step)
                picture = grid(maps)
                png = encode_png(picture)
                file.add(image_summary(layer, png, *picture.shape[::-1]), step)
    print(f"\n{layers} layers of 56×56×64 at {steps} steps, as records and as images:")
    for loader in LOADERS:
        found: dict[str, list[float]] = {}
        sizes: dict[str, int] = {}
        for _ in range(3):
            # Images keep 10 steps of a tag.
            with serving(log_dir, loader) as host:
                host.wait_for("a", record_tag(f"conv{layers - 1}"), steps - 1)
                time.sleep(1)
                timed_answers(host, layers, steps, found, sizes)
        for ours, theirs in (
            ("record, first", "image list, first"),
            ("values, first", "image, first"),
            ("record, later", "image list, later"),
            ("values, later", "image, later"),
        ):
            ratio = statistics.median(found[ours]) / statistics.median(found[theirs])
            print(
                f"  {loader:6} {ours} {spread(found[ours], 'ms')}, "
                f"{theirs} {spread(found[theirs], 'ms')}: {ratio:.2f}×"
            )
        print(f"  {loader:6} values {sizes['values']} B, image {sizes['image']} B")


def timed_answers(
    host: Host,
    layers: int,
    steps: int,
    found: dict[str, list[float]],
    sizes: dict[str, int],
) -> None:
    """Ask for all layers at the last step, both ways in turn."""
    for number in range(layers):
        when = "later" if number else "first"
        tag = quote(record_tag(f"conv{number}"), safe="")
        listed = host.raw(f"steps?run=a&tag={tag}").json()["steps"][-1]
        place = f"run=a&tag={tag}&step={steps - 1}&wall_time={listed['wall_time']}"
        told = ask(f"{host.url}{IMAGES}/images?run=a&tag=conv{number}&sample=0")
        image = json.loads(told.body)[-1]["query"]
        for name, answer in (
            ("record", host.raw(f"record?{place}")),
            ("values", host.raw(f"values?{place}&input=0")),
            ("image list", told),
            ("image", ask(f"{host.url}{IMAGES}/individualImage?{image}")),
        ):
            assert answer.status == 200, answer.body[:300]
            sizes[name] = len(answer.body)
            found.setdefault(f"{name}, {when}", []).append(answer.seconds * 1e3)


def grid(maps: np.ndarray) -> np.ndarray:
    """All channels in one picture, each on its own range."""
    height, width, channels = maps.shape
    columns = math.isqrt(channels)
    scaled = np.rint(maps / maps.max((0, 1)) * 255).astype(np.uint8)
    tiles = scaled.reshape(height, width, -1, columns).transpose(2, 0, 3, 1)
    return tiles.reshape(-1, columns * width)


def memory(folder: Path) -> None:
    """What a kept step takes beside its values."""
    print("\nmemory of TensorBoard and its data server for each kept step of a layer:")
    for loader in LOADERS:
        peaks = []
        for steps in (100, 900):
            log_dir = folder / f"{steps}-{loader}/runs"
            write_events(log_dir / "a" / NAME, small_steps(steps))
            with serving(log_dir, loader) as host:
                host.wait_for("a", record_tag("conv0"), steps - 1)
                peaks.append(host.peak())
        parts = small_steps(1)
        size = sum(one.ByteSize() for _, _, one in parts)
        print(f"  {loader:6} {(peaks[1] - peaks[0]) / 800:8.0f} B, of {size} B written")


def small_steps(steps: int, layers: int = 1) -> list[tuple[float, int, Summary]]:
    """Events of records whose values are small."""
    return [(1.7e9 + step, step, joined(step, layers)) for step in range(steps)]


def joined(step: int, layers: int) -> Summary:
    """One summary of records of many layers."""
    (value,) = summary("conv0", step).value
    found = Summary()
    for number in range(layers):
        found.value.append(value)
        found.value[-1].tag = record_tag(f"conv{number}")
    return found


def loads(folder: Path, tags: int, runs: int, steps: int) -> None:
    """How long lists take of much data."""
    print("\nlists of much data, second answer:")
    shapes = {
        f"{tags} tags": (1, tags, 3),
        f"{runs} runs of 5 tags": (runs, 5, 2),
        f"{steps} steps × 66 layers": (1, 66, steps),
    }
    for name, (some_runs, layers, some_steps) in shapes.items():
        log_dir = folder / name.replace(" ", "-") / "runs"
        events = small_steps(some_steps, layers)
        for number in range(some_runs):
            write_events(log_dir / f"{number}" / NAME, events)
        for loader in LOADERS:
            with serving(log_dir, loader) as host:
                begin = time.perf_counter()
                until(host, some_runs * layers, some_steps)
                loaded = time.perf_counter() - begin
                listed = host.get("runs")
                tag = record_tag("conv0")
                one = host.get("steps", run="0", tag=tag)
                assert len(one.json()["steps"]) == some_steps
                first = host.get("record", run="0", tag=tag, step=some_steps - 1)
                assert first.status == 200
                told = " ".join(
                    f"{what} {answer.seconds * 1e3:.0f} ms"
                    for what, answer in (
                        *(("runs", listed), ("steps", one), ("record", first)),
                    )
                )
                print(
                    f"  {name:22} {loader:6} {told}; loaded in {loaded:.1f} s, "
                    f"{host.peak() / 1e6:.0f} MB"
                )


def until(host: Host, tags: int, steps: int) -> None:
    """Wait until everything is loaded."""
    for _ in range(1200):
        found = list(host.tags().values())
        if len(found) == tags and all(one["last_step"] == steps - 1 for one in found):
            return
        time.sleep(0.2)
    raise AssertionError("It did not load.")


def spread(found: list[float], unit: str, digits: int = 1) -> str:
    low, high = min(found), max(found)
    middle = statistics.median(found)
    return f"{middle:.{digits}f} {unit} ({low:.{digits}f}…{high:.{digits}f})"


if __name__ == "__main__":
    main()
