"""Whether a model can take inputs of a size, and this machine their activations."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import keras

from tb_actviz.capture import listing
from tb_actviz.capture.feed import Feed
from tb_actviz.capture.keras_graph import has_graph
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.errors import InputError, describe_error, format_shape


@dataclass(frozen=True, eq=False)
class SizeCheck:
    """Tries each size of inputs once, on shapes alone.

    Some back ends make NaN from empty maps instead of failing.

    Args:
        model: A built Keras model.
        feed: What it is fed with.
        chosen: The calls whose activations are kept.
    """

    model: keras.Model
    feed: Feed
    chosen: Sequence[LayerCall]
    _verdicts: dict[tuple[tuple[int, ...], ...], str | int] = field(
        default_factory=dict, init=False
    )

    def check(self, named: NamedInput, count: int) -> None:
        """Refuse inputs that the model or the memory cannot take.

        Args:
            named: An input.
            count: How many inputs of its size there are.

        Raises:
            InputError: If there are too many of them, or they are too small or large.
        """
        shapes = self.feed.shapes(named)
        if shapes not in self._verdicts:
            self._verdicts[shapes] = self._problem_or_bytes(shapes)
        verdict = self._verdicts[shapes]
        sizes = " and ".join(format_shape(shape) for shape in shapes)
        if isinstance(verdict, str):
            raise InputError(f"The input {named.name!r} ({sizes}) is {verdict}")
        needed, room = verdict * count, physical_memory() // 2
        if needed > room:
            what = f"The input {named.name!r} ({sizes}) is"
            if count > 1:
                what = f"{count} inputs as large as {named.name!r} ({sizes}) are"
            raise InputError(
                f"{what} too large: {len(self.chosen)} layers of it need "
                f"{needed / 2**30:.1f} GiB, "
                f"more than half of this machine's memory ({room / 2**30:.1f} GiB). "
                "Choose fewer layers or a smaller picture (on the command line: "
                "--layers, --size)."
            )

    def _problem_or_bytes(self, shapes: tuple[tuple[int, ...], ...]) -> str | int:
        """What is wrong with a size, or the bytes that one input of it needs."""
        signature = self.feed.signature
        fits_none = any(
            () == fed != own for fed, own in zip(shapes, signature.shapes, strict=True)
        )
        if fits_none or any(0 in shape for shape in shapes):
            # Of an input that is left out, or an empty one, the run will show more.
            return 0
        try:
            shape_of = listing.shapes_at(self.model, signature, shapes)
        except Exception as error:  # a model of the user's can fail in any way
            sizes = [size for shape in signature.shapes for size in shape]
            if not has_graph(self.model) or None not in sizes:
                # Not for its size: it needs real values, or its run will show more.
                return 0
            reason = describe_error(error).partition(": ")[2].rstrip(".")
        else:
            empty = [shape for shape in shape_of.values() if 0 in shape]
            if not empty:
                shapes_kept = (shape_of.get(call.path, ()) for call in self.chosen)
                # What a layer does not say before its run cannot be counted.
                values = sum(math.prod(n or 1 for n in shape) for shape in shapes_kept)
                return 4 * values // (signature.batch_size or 1)
            reason = f"a layer would be {format_shape(empty[0])}"
        return (
            f"too small for the model {self.model.name!r}, or of a size it cannot "
            f"take: {reason}. Use another size, as a larger picture (on the command "
            "line: --size)."
        )


def physical_memory() -> int:
    """Find the size of this machine's memory.

    Returns:
        Bytes; where the system does not say, so many that nothing is refused.
    """
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return sys.maxsize
