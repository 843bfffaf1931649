"""What each layer of a model sees of the picture that the user gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from tb_actviz.capture.applications import Preprocessing
from tb_actviz.capture.graph import read_graph
from tb_actviz.capture.keras_graph import has_graph, number_of_output
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import fused_activation, is_model
from tb_actviz.capture.moved_pixels import find_moved
from tb_actviz.capture.seen import Seen
from tb_actviz.capture.seen_layers import through, through_activation
from tb_actviz.capture.seen_maps import SeenMaps
from tb_actviz.receptive_field import ReceptiveField


@dataclass(frozen=True, eq=False)
class SeenPicture:
    """What the layers of a model see of its only picture.

    Args:
        number: Which of the model's inputs the picture is; None where none is, or
            several are.
        size: Its rows and columns.
        layers: Layer path to what its maps see. Layers are left out that see anything
            else, or see it through what is not understood.
    """

    number: int | None = None
    size: tuple[int, int] = (0, 0)
    layers: Mapping[str, SeenMaps] = field(default_factory=dict)

    def fields(self) -> dict[str, ReceptiveField]:
        """Find the receptive fields of the layers.

        Returns:
            Layer path to receptive field, for those layers whose every position sees as
            much, as far apart, and in the order in which it stands in the maps.
        """
        fields = {path: maps.field() for path, maps in self.layers.items()}
        return {path: found for path, found in fields.items() if found is not None}


def seen_picture(
    model: keras.Model,
    shapes: Sequence[tuple[int, ...]],
    given: Sequence[tuple[int, ...]] | None = None,
    prepared_by: Sequence[Callable[[np.ndarray], Any] | None] | None = None,
) -> SeenPicture:
    """Find what the layers of a model see of the picture that they are given.

    The common layers and operations of Keras are understood. A layer of someone else's
    may have a method `receptive_windows(height, width)`: called with the size of the
    maps that the layer is called on, it gives for rows and for columns how many windows
    there are, the size of one, the step to the next one, and where the first begins.

    Args:
        model: Any Keras model.
        shapes: Shape of each of its inputs as it is fed, without the batch axis.
        given: Shape of each before it was prepared for the model, channels last; None
            for the same.
        prepared_by: For each input what prepares pictures and may move their pixels;
            it is called to find out how. None for what moves none.

    Returns:
        What they see; of a model without a graph, or of several pictures, nothing.
        Of its only input, if that is a sequence or a table, the first axis counts as
        rows and the second one as columns; of a video, those of its pictures.
    """
    if not has_graph(model):
        return SeenPicture()
    number = _number_of_picture(shapes)
    if number is None:
        return SeenPicture()
    inputs = _inputs(model)
    start = _as_fed(
        inputs[number],
        shapes[number],
        None if given is None else given[number],
        None if prepared_by is None else prepared_by[number],
    )
    if start is None:
        return SeenPicture()
    walk = _Walk(start.seen.shape[0])
    fed = [start.seen if index == number else None for index in range(len(shapes))]
    walk.through_model(model, fed, "")
    return SeenPicture(number, start.size, walk.layers)


def moving_functions(
    applied: Sequence[Preprocessing | None], given: Sequence[tuple[int, ...]]
) -> list[Callable[[np.ndarray], Any] | None]:
    """Find what may move pixels before a model is fed.

    Args:
        applied: What each input goes through first; None for nothing.
        given: Shape of each of the model's inputs, without the batch axis.

    Returns:
        The function for each input that is a picture. None for others, for nothing, and
        for what prepares pictures for a network of `keras.applications`: none of these
        moves a pixel.
    """
    return [
        None if one is None or one.keeps_shape or len(shape) != 3 else one.function
        for one, shape in zip(applied, given, strict=True)
    ]


def _number_of_picture(shapes: Sequence[tuple[int, ...]]) -> int | None:
    pictures = [number for number, shape in enumerate(shapes) if len(shape) == 3]
    if not pictures and len(shapes) == 1 and len(shapes[0]) in (2, 4):
        return 0
    return pictures[0] if len(pictures) == 1 else None


def _inputs(model: keras.Model) -> list[LayerCall]:
    by_tensor = {id(call.tensor): call for call in read_graph(model)}
    return [by_tensor[id(tensor)] for tensor in model.inputs]


@dataclass(frozen=True, eq=False)
class _Fed:
    seen: Seen
    size: tuple[int, int]


def _as_fed(
    call: LayerCall,
    shape: tuple[int, ...],
    given: tuple[int, ...] | None,
    prepare: Callable[[np.ndarray], Any] | None,
) -> _Fed | None:
    """What a model is fed shows of the picture that was given."""
    batch = call.tensor.shape[0] or 1
    rank = len(shape)
    if rank == 2 and call.channels_first:
        return None
    first = 2 if call.channels_first else 1
    axes = (1, 2) if rank == 2 else (first + rank - 3, first + rank - 2)
    if prepare is None:
        seen = Seen.of_picture((batch, *shape), axes)
        return _Fed(seen, (seen.shape[axes[0]], seen.shape[axes[1]]))
    if rank != 3 or given is None or len(given) != 3:
        return None
    height, width, channels = given
    moved = find_moved(prepare, (height, width, channels))
    if moved is None:
        return None
    size = height, width
    sides = [batch, *shape]
    sides[axes[0]], sides[axes[1]] = size
    seen = moved.of(Seen.of_picture(sides, axes), axes)
    return _Fed(seen, size) if seen.shape == (batch, *shape) else None


class _Walk:
    """Goes through the calls of a model, and of models inside it.

    Args:
        batch: Size of the batch axis.
    """

    def __init__(self, batch: int) -> None:
        self.layers: dict[str, SeenMaps] = {}
        self._batch = batch

    def through_model(
        self, model: keras.Model, fed: Sequence[Seen | None], prefix: str
    ) -> list[Seen | None]:
        """Find what the layers of a model see that is fed with what sees that much.

        Args:
            model: A model with a graph.
            fed: What each of its inputs sees; None where that is not known.
            prefix: What the paths of its layers begin with.

        Returns:
            The same for each of its outputs.
        """
        calls = {call.path: call for call in read_graph(model)}
        inputs = {call.path: number for number, call in enumerate(_inputs(model))}
        seen: dict[str, Seen | None] = {}
        models: dict[str, list[Seen | None]] = {}
        for path, call in calls.items():
            sources = [seen[source] for source in call.sources]
            if path in inputs:
                found = fed[inputs[path]]
            elif _is_graph_of(call.layer, len(sources)):
                outer = f"{prefix}{_call_name(path, call, calls)}"
                if outer not in models:
                    models[outer] = self.through_model(call.layer, sources, f"{outer}/")
                found = models[outer][number_of_output(call)]
            else:
                known = [one for one in sources if one is not None]
                found = (
                    _of_call(call, known, calls) if len(known) == len(sources) else None
                )
            seen[path] = found if _fits(found, call) else None
            self._keep(f"{prefix}{path}", call, seen[path])
        by_tensor = {id(call.tensor): path for path, call in calls.items()}
        return [seen[by_tensor[id(tensor)]] for tensor in model.outputs]

    def _keep(self, path: str, call: LayerCall, seen: Seen | None) -> None:
        if seen is not None:
            self.layers[path] = SeenMaps(seen, self._batch, call.channels_first)


def _call_name(path: str, call: LayerCall, calls: Mapping[str, LayerCall]) -> str:
    """What the paths of layers inside a model begin with, also if it has outputs."""
    together = [
        other
        for other in calls.values()
        if other.layer is call.layer and other.times == call.times
    ]
    return path.rpartition(":")[0] if len(together) > 1 else path


def _is_graph_of(layer: Any, inputs: int) -> bool:
    return is_model(layer) and has_graph(layer) and len(layer.inputs) == inputs


def _of_call(
    call: LayerCall, sources: Sequence[Seen | None], calls: Mapping[str, LayerCall]
) -> Seen | None:
    known = [seen for seen in sources if seen is not None]
    if len(known) < len(sources):
        return None
    before = [calls[source] for source in call.sources]
    if before and before[0].fused and before[0].layer is call.layer:
        return through_activation(fused_activation(call.layer), known[0])
    channels_first = [one.channels_first for one in before]
    try:
        return through(call, known, channels_first=channels_first)
    except Exception:  # what is tried of a layer can fail in any way
        return None


def _fits(seen: Seen | None, call: LayerCall) -> bool:
    """Whether the shape is what the graph says, where it does, and not empty."""
    return (
        seen is not None
        and len(seen.shape) == len(call.shape)
        and min(seen.shape) > 0
        and all(
            size in (None, found)
            for size, found in zip(call.shape[1:], seen.shape[1:], strict=True)
        )
    )
