"""Responses -> pictures, animations, an archive of arrays, a table."""

from __future__ import annotations

import csv
import io
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tb_actviz.arrays import Limits, finite_limits
from tb_actviz.export.file_names import FileNames
from tb_actviz.export.new_files import new_file
from tb_actviz.export.responses import Response, Responses
from tb_actviz.imaging.montage import channels_page
from tb_actviz.imaging.page import encode_png
from tb_actviz.imaging.scale import common_scale
from tb_actviz.layer_paths import INPUT_PATH
from tb_actviz.records.decimals import few_digits
from tb_actviz.records.facts import PER_CHANNEL_COUNTS, PER_CHANNEL_NUMBERS

#: How long a step is shown in an animation, in ms, as in the tab.
_BEAT = 400
#: The time that files in an archive have, so that the same arrays make the same file.
_TIME = (1980, 1, 1, 0, 0, 0)
_COLUMNS = ("run", "layer", "step", "input", "channel")


class Sink(ABC):
    """Takes responses, one after another."""

    @abstractmethod
    def add(self, one: Response) -> None:
        """Take a response.

        Args:
            one: The response.
        """

    @abstractmethod
    def finish(self) -> None:
        """Write what is left."""


class Pictures(Sink):
    """Makes a picture of each response.

    Args:
        folder: Where they go.
        written: Takes the paths of what was written.
    """

    def __init__(self, folder: Path, written: list[Path]) -> None:
        self._folder = folder
        self._written = written
        self._names = _Names()

    def add(self, one: Response) -> None:
        """Draw a response; signals that were fed have no picture."""
        picture = _picture(one, None)
        if picture is None:
            return
        run, layer, name = self._names.of(one)
        path = self._folder / run / layer / f"{name}-{one.step:06d}.png"
        with new_file(path, force=True) as file:
            file.write(encode_png(picture))
        self._written.append(path)

    def finish(self) -> None:
        """Each is written at once."""


class Animations:
    """Makes an animation over the steps of a layer for each input.

    Args:
        folder: Where they go.
        written: Takes the paths of what was written.
    """

    def __init__(self, folder: Path, written: list[Path]) -> None:
        self._folder = folder
        self._written = written
        self._names = _Names()

    def add(self, source: Responses, run: str, layer: str) -> None:
        """Animate a layer, on one scale for all steps of an input.

        Args:
            source: The responses.
            run: Name of the run.
            layer: Layer path.
        """
        ranges: dict[str, list[Limits]] = {}
        counts: dict[str, int] = {}
        for one in source.of(run, layer):
            name = one.facts.name
            counts[name] = counts.get(name, 0) + 1
            limits = finite_limits(one.maps)
            if limits is not None:
                ranges.setdefault(name, []).append(limits)
        for name, count in counts.items():
            if count > 1:
                self._write(source, run, layer, name, ranges.get(name, []))

    def _write(
        self, source: Responses, run: str, layer: str, name: str, ranges: list[Limits]
    ) -> None:
        seen = np.asarray(ranges, np.float32).reshape(-1, 2)
        scale = common_scale(seen, subject="all steps")
        chosen = (one for one in source.of(run, layer) if one.facts.name == name)
        folder, of_layer, of_input = "", "", ""
        frames: list[Image.Image] = []
        for one in chosen:
            folder, of_layer, of_input = self._names.of(one)
            picture = _picture(one, (scale.low, scale.high))
            if picture is not None:
                frames.append(_frame(picture))
        if not frames:
            return
        path = self._folder / folder / of_layer / f"{of_input}.gif"
        data = io.BytesIO()
        # Of frames of several sizes, as those of inputs that changed, all have room.
        width = max(frame.width for frame in frames)
        height = max(frame.height for frame in frames)
        same = [_on_canvas(frame, width, height) for frame in frames]
        same[0].save(
            data,
            "GIF",
            save_all=True,
            append_images=same[1:],
            duration=_BEAT,
            loop=0,
            optimize=False,
        )
        with new_file(path, force=True) as file:
            file.write(data.getvalue())
        self._written.append(path)


class Arrays(Sink):
    """Writes the activations into one archive of NumPy.

    Args:
        file: Where it goes.
    """

    def __init__(self, file: Any) -> None:
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, True)
        self._names = _Names()
        self._rows: list[tuple[str, str, str, str, int]] = []

    def add(self, one: Response) -> None:
        """Write the activations."""
        run, layer, name = self._names.of(one)
        key = f"{run}/{layer}/{name}/{one.step}"
        self._write(key, one.activations)
        self._rows.append((key, one.run, one.layer, one.facts.name, one.step))

    def finish(self) -> None:
        """Write which array is what, and end the archive."""
        columns = list(zip(*self._rows, strict=True)) or [()] * 5
        for name, values in zip(
            ("key", "run", "layer", "input", "step"), columns, strict=True
        ):
            self._write(name, np.asarray(values, np.int64 if name == "step" else str))
        self._archive.close()

    def _write(self, key: str, values: np.ndarray) -> None:
        info = zipfile.ZipInfo(f"{key}.npy", _TIME)
        info.compress_type = zipfile.ZIP_DEFLATED
        with self._archive.open(info, "w", force_zip64=True) as member:
            np.lib.format.write_array(
                member, np.ascontiguousarray(values), allow_pickle=False
            )


class Table(Sink):
    """Writes the statistics of each channel, a row each.

    Args:
        file: Where it goes.
    """

    def __init__(self, file: Any) -> None:
        self._text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        self._rows = csv.writer(self._text, lineterminator="\n")
        self._rows.writerow((*_COLUMNS, *PER_CHANNEL_NUMBERS, *PER_CHANNEL_COUNTS))

    def add(self, one: Response) -> None:
        """Write a row for each channel."""
        of_channel = zip(
            *(_column(one, name) for name in PER_CHANNEL_NUMBERS),
            *(_column(one, name) for name in PER_CHANNEL_COUNTS),
            strict=True,
        )
        of_response = one.run, one.layer, one.step, one.facts.name
        self._rows.writerows(
            (*of_response, channel, *numbers)
            for channel, numbers in enumerate(of_channel)
        )

    def finish(self) -> None:
        """Write what is left."""
        self._text.flush()
        # The file is closed by who opened it.
        self._text.detach()


def _column(one: Response, name: str) -> Sequence[Any]:
    """A statistic of each channel, empty where it was not stated."""
    values: Sequence[Any] = getattr(one.facts, name)
    if not values:
        return [""] * one.facts.packed.shape[2]
    if name in PER_CHANNEL_COUNTS:
        return values
    return ["nan" if number is None else number for number in few_digits(values)]


class _Names:
    """File names of what responses are of."""

    def __init__(self) -> None:
        self._runs = FileNames()
        self._layers: dict[str, FileNames] = {}
        self._inputs: dict[tuple[str, str], FileNames] = {}

    def of(self, one: Response) -> tuple[str, str, str]:
        """Those of its run, its layer and its input."""
        layers = self._layers.setdefault(one.run, FileNames())
        inputs = self._inputs.setdefault((one.run, one.layer), FileNames())
        return (
            self._runs.of(one.run),
            layers.of(one.layer),
            inputs.of(one.facts.name),
        )


def _picture(one: Response, limits: Limits | None) -> np.ndarray | None:
    """The channels of a layer, or an input as it is; None for signals that were fed."""
    if one.layer == INPUT_PATH:
        is_picture = one.maps.shape[-1] == 3 and one.facts.packed.precision == "uint8"
        return one.maps.astype(np.uint8) if is_picture else None
    # Tokens in rows and columns are maps like others.
    is_as_stored = one.maps.shape[:2] == one.facts.packed.shape[:2]
    return channels_page(
        one.maps,
        layer=one.layer,
        input_name=f"{one.facts.name}, step {one.step}",
        limits=limits,
        limits_of=None if limits is None else "all steps",
        shape=one.facts.shape if is_as_stored else None,
    ).picture()


def _frame(picture: np.ndarray) -> Image.Image:
    """A frame of at most 256 colours; where there are more, the nearest ones."""
    return Image.fromarray(np.asarray(picture)).quantize(
        256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    )


def _on_canvas(frame: Image.Image, width: int, height: int) -> Image.Image:
    if frame.size == (width, height):
        return frame
    canvas = Image.new("P", (width, height))
    canvas.putpalette(frame.getpalette() or [])
    canvas.paste(frame)
    return canvas
