"""What a position of a map sees of a picture, cut out of it."""

from __future__ import annotations

from collections.abc import Mapping

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
        self, named: NamedInput, layer: str, channel: int, row: int, column: int
    ) -> Box | None:
        """Find all that a position sees.

        Args:
            named: The input.
            layer: Layer path.
            channel: Number of the channel.
            row: Row of the position in the map.
            column: Its column.

        Returns:
            Top, left, bottom, right in pixels of the picture, the latter two exclusive;
            None where it is not known.
        """
        places = self._of_size(named).get(layer)
        if places is None:
            return None
        return places.field((row, column, row + 1, column + 1), channel)

    def _of_size(self, named: NamedInput) -> dict[str, Places]:
        if named.shapes not in self._places:
            seen = self._forward.seen_picture(named).layers
            self._places[named.shapes] = {
                path: seen[path].places()
                for path in self._forward.layers
                if path in seen
            }
        return self._places[named.shapes]


def cut(picture: np.ndarray, box: Box | None) -> np.ndarray:
    """Cut a part out of a picture.

    Args:
        picture: RGB, uint8, (H, W, 3).
        box: The part; None for all of it.

    Returns:
        A copy, RGB, uint8, smaller than in the picture where its longer side would have
        more than `LONGEST` pixels.
    """
    top, left, bottom, right = box or (0, 0, *picture.shape[:2])
    part = picture[top:bottom, left:right]
    if max(part.shape[:2]) <= LONGEST:
        return part.copy()
    image = Image.fromarray(np.ascontiguousarray(part))
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.BOX)
    return np.asarray(image)
