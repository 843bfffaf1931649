"""Which layers' tokens are patches of a picture, and how they lie on it.

Where a picture's maps become a sequence of as many tokens, row by row, these have the
rows and columns of the maps. What is computed from them has so as well, as long as it
has as many tokens. A few tokens more are class tokens, which come first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from keras import layers

from tb_actviz.capture.attention import AXES
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import is_own_of_keras
from tb_actviz.capture.undisturbed import undisturbed
from tb_actviz.receptive_field import ReceptiveField, TokenGrid

#: How many tokens can be put before the patches at once: of the class, and another.
_MOST_CLASS_TOKENS = 2
#: What makes tokens of maps; of what else has as many values nobody knows the order.
_FLATTENING = (layers.Flatten, layers.Reshape)
#: What puts tokens elsewhere: of as many afterwards nobody knows which they are.
_MOVES_TOKENS = {
    *("Flatten", "Permute", "Reshape"),
    *("Flip", "Moveaxis", "Roll", "Swapaxes", "Transpose"),
}
#: Each position of maps itself.
_POSITION = ReceptiveField((1, 1), (1, 1), (0, 0))


@dataclass(frozen=True)
class PatchTokens:
    """How the tokens of a layer lie on the picture.

    Args:
        grid: Rows, columns and class tokens, and which positions of a picture's maps
            each patch is cut from.
        embedding: Path of the layer that has these maps.
    """

    grid: TokenGrid
    embedding: str

    def on_picture(self, fields: Mapping[str, ReceptiveField | None]) -> TokenGrid:
        """Find the pixels of the patches, once it is known how large the picture is.

        Args:
            fields: Layer path to receptive field.

        Returns:
            The grid, with its patch where that is known.
        """
        field, patch = fields.get(self.embedding), self.grid.patch
        if field is None or patch is None or 0 in field.stride:
            return replace(self.grid, patch=None)
        return replace(self.grid, patch=_through(field, patch))


def find_patch_tokens(calls: Sequence[LayerCall]) -> dict[str, PatchTokens]:
    """Find the layers whose tokens are patches of a picture.

    Args:
        calls: All calls of a model, in the order they run.

    Returns:
        Path to how its tokens lie; of attention scores how their keys do.
    """
    by_path = {call.path: call for call in calls}
    found: dict[str, PatchTokens] = {}
    for number, call in enumerate(calls):
        tokens = _tokens_of(call)
        if tokens is None:
            continue
        for source in _sources(call, calls[:number], by_path):
            handed = found.get(source.path)
            tried = (
                _flattened(call, source)
                if handed is None
                else _handed_on(call, source, handed, tokens)
            )
            if tried is not None:
                found[call.path] = tried
                break
    return found


def _tokens_of(call: LayerCall) -> int | None:
    """How many tokens a call has, or keys; None where it has no tokens."""
    shape = call.sample_shape
    if len(shape) == 2 and not call.axes:
        return shape[0]
    names = AXES.get(call.axes)
    if names is None or len(shape) != 3:
        return None
    return shape[1] if "keys" in names else shape[0]


def _sources(
    call: LayerCall, before: Sequence[LayerCall], by_path: Mapping[str, LayerCall]
) -> Iterator[LayerCall]:
    """What a call was made of: inside a layer, whatever was made there before."""
    yield from (by_path[path] for path in call.sources if path in by_path)
    inside = f"{call.path}/"
    yield from (one for one in reversed(before) if one.path.startswith(inside))
    owner, separator, _ = call.path.rpartition("/")
    if separator and not call.sources:
        beside = f"{owner}/"
        yield from (one for one in reversed(before) if one.path.startswith(beside))


def _flattened(call: LayerCall, source: LayerCall) -> PatchTokens | None:
    """The tokens that maps become as they are flattened, or a picture as it is cut."""
    maps, tokens = source.sample_shape, call.sample_shape
    if len(maps) != 3 or len(tokens) != 2 or source.axes or None in (*maps, *tokens):
        return None
    rows, columns, channels = (int(side or 0) for side in maps)
    if min(rows, columns) < 2:
        return None
    if isinstance(call.layer, _FLATTENING):
        is_whole = tokens == (rows * columns, channels) and not source.channels_first
        grid = TokenGrid((rows, columns), 0, _POSITION)
        return PatchTokens(grid, source.path) if is_whole else None
    cut = _cut(call.layer, (rows, columns, channels), int(tokens[0] or 0))
    return None if cut is None else PatchTokens(cut, source.path)


def _through(field: ReceptiveField, patch: ReceptiveField) -> ReceptiveField:
    """What patches see of a picture that are cut from maps with this field."""
    axes = range(2)
    return ReceptiveField(
        [field.size[n] + (patch.size[n] - 1) * field.stride[n] for n in axes],
        [patch.stride[n] * field.stride[n] for n in axes],
        [field.start[n] + patch.start[n] * field.stride[n] for n in axes],
    )


def _cut(layer: Any, shape: tuple[int, int, int], tokens: int) -> TokenGrid | None:
    """The patches that a layer without weights cuts a picture into: it is tried."""
    is_layer = isinstance(layer, keras.Layer) and not isinstance(layer, keras.Model)
    if not is_layer or is_own_of_keras(type(layer)) or layer.variables:
        return None
    try:
        # Each value of these two pictures is the row, or the column, that it is in.
        pictures = np.indices(shape[:2], np.float32)[..., None].repeat(shape[2], -1)
        with undisturbed(layer):
            cut = keras.ops.convert_to_numpy(layer(pictures, training=False))
    except Exception:  # a layer of someone else's can fail in any way
        return None
    if cut.ndim != 3 or cut.shape[:2] != (2, tokens):
        return None
    first, last = cut.min(-1), cut.max(-1)
    starts = [np.unique(first[axis]) for axis in (0, 1)]
    rows, columns = map(len, starts)
    if rows * columns != tokens or min(rows, columns) < 2:
        return None
    in_order = np.stack(np.meshgrid(*starts, indexing="ij")).reshape(2, -1)
    sizes = [np.unique(last[axis] - first[axis] + 1) for axis in (0, 1)]
    strides = [np.unique(np.diff(start)) for start in starts]
    numbers = [sizes, strides, [start[:1] for start in starts]]
    is_regular = all(len(one) == 1 for both in numbers for one in both)
    if not is_regular or not (first == in_order).all():
        return None
    whole = np.array([[one[0] for one in both] for both in numbers])
    if not (whole == whole.round()).all():
        return None
    patch = ReceptiveField(*(tuple(map(int, both)) for both in whole))
    return TokenGrid((rows, columns), 0, patch)


def _handed_on(
    call: LayerCall, source: LayerCall, handed: PatchTokens, tokens: int
) -> PatchTokens | None:
    grid = handed.grid
    if type(call.layer).__name__ in _MOVES_TOKENS:
        return None
    if tokens == grid.tokens:
        return handed
    class_tokens = tokens - grid.patches
    if tokens == grid.patches:
        return replace(handed, grid=replace(grid, class_tokens=0))
    if not 0 < class_tokens - grid.class_tokens <= _MOST_CLASS_TOKENS:
        return None
    if isinstance(call.layer, layers.Concatenate) and (
        call.sources[-1:] != (source.path,)
    ):
        return None  # what is put after the patches is no class token before them
    return replace(handed, grid=replace(grid, class_tokens=class_tokens))
