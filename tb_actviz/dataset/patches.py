"""What a position of a map sees of a picture, cut out of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from PIL import Image

from tb_actviz.capture.forward_pass import ForwardPass
from tb_actviz.capture.input_size import physical_memory
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.seen_maps import Box, Places
from tb_actviz.errors import InputError

#: The longer side of a patch, in pixels, at most.
LONGEST = 96


class Fields:
    """Which part of a picture the positions of each layer see.

    Args:
        forward: The model's pass.
    """

    def __init__(self, forward: ForwardPass) -> None:
        self._forward = forward
        self._places: dict[tuple[tuple[int, ...], ...], dict[str, Places]] = {}

    def refuse_too_many(
        self, named: NamedInput, channels: Mapping[str, int], k: int
    ) -> None:
        """Refuse patches that would not fit into memory.

        Args:
            named: An input; all are taken to be as large.
            channels: Layer path to how many channels it has.
            k: How many patches there are of each channel, at most.

        Raises:
            InputError: If they might need more than half of this machine's memory.
        """
        if named.picture is None:
            return
        places = self._of_size(named)
        needed = 0
        for path, count in channels.items():
            sides = named.picture.shape[:2]
            if path in places:
                sides = places[path].largest_field()
            height, width = (min(side, LONGEST) for side in sides)
            needed += k * count * height * width * 3
        room = physical_memory() // 2
        if needed > room:
            raise InputError(
                f"{sum(channels.values())} channels of {len(channels)} layers × {k} "
                f"patches need up to {needed / 2**30:.1f} GiB, more than half of this "
                f"machine's memory ({room / 2**30:.1f} GiB). Choose fewer layers, a "
                "smaller k, or patches=False."
            )

    def of(
        self,
        named: NamedInput,
        layer: str,
        channels: np.ndarray,
        rows: np.ndarray,
        columns: np.ndarray,
    ) -> list[Box | None]:
        """Find all that some positions see.

        Args:
            named: The input.
            layer: Layer path.
            channels: Numbers of channels, int, (P,).
            rows: Row of a position in each one's map.
            columns: Its column.

        Returns:
            For each top, left, bottom, right in pixels of the picture, the latter two
            exclusive; None where it is not known, or nothing.
        """
        places = self._of_size(named).get(layer)
        if places is None:
            return [None] * len(channels)
        boxes, seeing = places.fields_of(rows, columns, channels)
        each = zip(map(tuple, boxes.tolist()), seeing.tolist(), strict=True)
        return [box if sees else None for box, sees in each]

    def _of_size(self, named: NamedInput) -> dict[str, Places]:
        if named.shapes not in self._places:
            seen = self._forward.seen_picture(named).layers
            self._places[named.shapes] = {
                path: seen[path].places()
                for path in self._forward.layers
                if path in seen
            }
        return self._places[named.shapes]


class Cuts:
    """Cuts parts out of a picture, each of them once.

    Args:
        picture: RGB, uint8, (H, W, 3).
    """

    def __init__(self, picture: np.ndarray) -> None:
        self._picture = np.ascontiguousarray(picture)
        self._cut: dict[Box, np.ndarray] = {}

    def of(self, box: Box | None) -> np.ndarray:
        """Cut out a part.

        Args:
            box: The part; None for all of it.

        Returns:
            RGB, uint8, read-only; smaller than in the picture where its longer side
            would have more than `LONGEST` pixels.
        """
        whole = (0, 0, *self._picture.shape[:2])
        box = box or whole
        if box not in self._cut:
            self._cut[box] = self._new(box)
            self._cut[box].flags.writeable = False
        return self._cut[box]

    def _new(self, box: Box) -> np.ndarray:
        top, left, bottom, right = box
        height, width = bottom - top, right - left
        longest = max(height, width)
        if longest <= LONGEST:
            return self._picture[top:bottom, left:right].copy()
        size = [max(1, round(side * LONGEST / longest)) for side in (width, height)]
        area = (left, top, right, bottom)
        smaller = self._image.resize((size[0], size[1]), Image.Resampling.BOX, area)
        return np.array(smaller)

    @cached_property
    def _image(self) -> Image.Image:
        return Image.fromarray(self._picture)
