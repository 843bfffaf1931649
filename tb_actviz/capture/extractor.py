"""The activations of many layers from one forward pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import keras
import numpy as np

from tb_actviz.capture.forward import compile_forward
from tb_actviz.capture.graph import Call, list_calls
from tb_actviz.capture.inputs import Inputs, NamedInput, read_inputs
from tb_actviz.capture.layers import LayerSelection, select_calls
from tb_actviz.capture.memory import physical_memory
from tb_actviz.errors import InputError

Preprocess: TypeAlias = "Callable[[np.ndarray], Any] | str | None"

_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


class FeatureExtractor:
    """Activations of chosen layers, built and traced once, one pass for all layers.

    The pass runs in inference mode and always with the model's current weights; the
    model itself is left as it is.

    Args:
        model: A functional Keras model, or a sequential one whose input shape is
            known.
        layers: A path, a glob (`"fire6-*"`, `"*"` for all), a layer class, a
            predicate on the layer, or a list of these.
        preprocess: What turns pictures (RGB, 0…255, float32, shape (N, H, W, C)) into
            what the model was trained on. `"auto"` takes the model's own
            `preprocess_input` where it carries one; None feeds the inputs unchanged.

    Raises:
        InputError: If the model has no graph, or a layer does not exist.
    """

    def __init__(
        self,
        model: keras.Model,
        layers: LayerSelection = "*",
        *,
        preprocess: Preprocess = "auto",
    ) -> None:
        calls = select_calls(list_calls(model), layers)
        refuse_channels_first(list_calls(model))
        if len(model.inputs) != 1:
            raise InputError(
                f"The model {model.name!r} has {len(model.inputs)} inputs; only models "
                "with one input are supported yet."
            )
        self.layers: tuple[str, ...] = tuple(call.path for call in calls)
        self._model = model
        self._size_problems: dict[tuple[int, ...], str | None] = {}
        self._preprocess = find_preprocess(model, preprocess)
        self._sub_model = keras.Model(model.inputs, [call.output for call in calls])
        self._forward = compile_forward(self._sub_model)

    def __call__(self, inputs: Inputs) -> dict[str, np.ndarray]:
        """Run the model once over a batch of inputs of one size.

        Args:
            inputs: As for `read_inputs`: arrays (H, W, C) or (N, H, W, C), RGB 0…255
                unless `preprocess` is None; paths; a list or dict of these.

        Returns:
            Layer path to activations, float32, shape (N, H, W, C) for maps and
            (N, C) for vectors, in the order the layers were asked for. The arrays
            are read-only: they may share memory with the back end.

        Raises:
            InputError: If the inputs differ in size, do not fit the model, or look
                preprocessed already.
        """
        return self.run(read_inputs(inputs, len(self._model.inputs[0].shape) - 1))

    def run(self, inputs: Sequence[NamedInput]) -> dict[str, np.ndarray]:
        """Run the model once over inputs that were read before.

        Args:
            inputs: Inputs of one size, from `read_inputs`.

        Returns:
            As `__call__`.

        Raises:
            InputError: As `__call__`.
        """
        outputs = self._forward([self._batch(inputs)])
        return dict(zip(self.layers, outputs, strict=True))

    def check(self, named: NamedInput) -> None:
        """Refuse an input that the model cannot take, before anything runs.

        Args:
            named: An input from `read_inputs`.

        Raises:
            InputError: If its size or number of channels does not fit the model, or
                its activations do not fit into memory.
        """
        expected = tuple(self._model.inputs[0].shape[1:])
        shape = self._fitted(named).shape
        if len(shape) != len(expected) or any(
            want is not None and want != got
            for want, got in zip(expected, shape, strict=True)
        ):
            raise InputError(
                f"The input {named.name!r} has shape {_by(shape)}, but the model "
                f"{self._model.name!r} takes {_by(expected)}. Resize the input to fit "
                "(on the command line: --size)."
            )
        if shape not in self._size_problems:
            self._size_problems[shape] = self._size_problem(shape)
        problem = self._size_problems[shape]
        if problem:
            raise InputError(f"The input {named.name!r} ({_by(shape)}) is {problem}")

    def _size_problem(self, shape: tuple[int, ...]) -> str | None:
        """Try the size on shapes alone: some back ends make NaN from empty maps."""
        calls = list_calls(self._sub_model)
        every_step = keras.Model(self._model.inputs, [call.output for call in calls])
        picture = keras.KerasTensor((1, *shape), self._model.inputs[0].dtype)
        try:
            outputs = keras.tree.flatten(every_step.compute_output_spec(picture))
            small = next((o for o in outputs if min(o.shape) < 1), None)
            reason = None if small is None else f"a layer would be {_by(small.shape)}"
        except ValueError as error:
            reason = str(error).splitlines()[0].rstrip(".")
        if reason is not None:
            return (
                f"too small for the model {self._model.name!r}: {reason}. Use a larger "
                "picture (on the command line: --size)."
            )
        # By tensor: a second call may be the only one of its layer in the sub-model.
        shapes = {
            id(call.output): output.shape
            for call, output in zip(calls, outputs, strict=True)
        }
        wanted = [shapes[id(output)] for output in self._sub_model.outputs]
        needed = 4 * sum(math.prod(shape) for shape in wanted)
        room = physical_memory() // 2
        if needed > room:
            return (
                f"too large: {len(self.layers)} layers of it need "
                f"{needed / 2**30:.1f} GiB, "
                f"more than half of this machine's memory ({room / 2**30:.1f} GiB). "
                "Choose fewer layers or a smaller picture (on the command line: "
                "--layers, --size)."
            )
        return None

    def _batch(self, inputs: Sequence[NamedInput]) -> np.ndarray:
        shapes = {named.values.shape: named for named in inputs}
        if len(shapes) > 1:
            sizes = ", ".join(f"{n.name} {_by(s)}" for s, n in shapes.items())
            raise InputError(
                f"Inputs of one pass must have one size; received {sizes}. Run them "
                "one by one, or resize them."
            )
        for named in inputs[:1]:
            self.check(named)
        size = self._model.inputs[0].shape[0]
        if size not in (None, len(inputs)):
            raise InputError(
                f"The model {self._model.name!r} takes batches of {size}, received "
                f"{len(inputs)} inputs. Build it without a fixed batch size."
            )
        dtype = keras.backend.standardize_dtype(self._model.inputs[0].dtype)
        batch = np.stack([self._fitted(named) for named in inputs])
        if self._preprocess is None:
            return batch.astype(dtype, copy=False)
        for named in inputs:
            _refuse_preprocessed(named)
        ready = self._preprocess(batch.astype(np.float32, copy=False))
        return np.asarray(keras.ops.convert_to_numpy(ready)).astype(dtype, copy=False)

    def _fitted(self, named: NamedInput) -> np.ndarray:
        """A colour picture as luminance where the model takes one channel."""
        values = named.values
        channels = self._model.inputs[0].shape[-1]
        if channels == 1 and values.ndim == 3 and values.shape[-1] == 3:
            return (values @ _LUMINANCE)[..., None]
        return values


def activations(
    model: keras.Model,
    inputs: Inputs,
    layers: LayerSelection = "*",
    *,
    preprocess: Preprocess = "auto",
) -> dict[str, np.ndarray]:
    """Get the activations of chosen layers in one forward pass.

    For more than one call keep a `FeatureExtractor`, which is traced once. After
    `activations` of MATLAB's Deep Learning Toolbox.

    Args:
        model: A functional Keras model, or a sequential one whose input shape is
            known.
        inputs: Pictures as paths, or arrays of shape (H, W, C) or (N, H, W, C), RGB
            0…255 unless `preprocess` is None; or a list or dict of these.
        layers: A path, a glob, a layer class, a predicate, or a list of these.
        preprocess: `"auto"`, None, or a callable, as for `FeatureExtractor`.

    Returns:
        Layer path to activations, float32, shape (N, H, W, C) for maps and (N, C)
        for vectors, in the order the layers were asked for; read-only.

    Raises:
        InputError: If the model, a layer or an input cannot be used.
    """
    return FeatureExtractor(model, layers, preprocess=preprocess)(inputs)


def find_preprocess(
    model: keras.Model, preprocess: Preprocess
) -> Callable[[np.ndarray], Any] | None:
    """Resolve the `preprocess` argument for a model.

    Args:
        model: The model that will be fed.
        preprocess: `"auto"`, None, or a callable.

    Returns:
        A callable on RGB batches, or None to feed inputs unchanged.

    Raises:
        InputError: If `preprocess` is something else.
    """
    if preprocess == "auto":
        # The model itself, or the one inside it that the inputs go to first.
        first = [
            call.layer
            for call in list_calls(model)
            if call.inputs and call.inputs[0] is model.inputs[0]
        ]
        for owner in (model, *first):
            own = getattr(owner, "preprocess_input", None)
            if callable(own):
                return own  # type: ignore[no-any-return]
        return None
    if preprocess is None or callable(preprocess):
        return preprocess
    raise InputError(
        f"Received preprocess={preprocess!r}; expected 'auto', None, or a callable "
        "that takes RGB pictures of shape (N, H, W, C), 0…255."
    )


def refuse_channels_first(calls: Sequence[Call]) -> None:
    """Refuse models whose maps would be taken for something else.

    Args:
        calls: The calls of one model, from `list_calls`.

    Raises:
        InputError: If a layer has its channels first.
    """
    for call in calls:
        if getattr(call.layer, "data_format", None) == "channels_first":
            raise InputError(
                f"The layer {call.path!r} has its channels first, which is not "
                "supported yet. Build the model with channels last."
            )


def _refuse_preprocessed(named: NamedInput) -> None:
    """Preprocessing twice is the classic mistake, and its pictures look plausible."""
    if named.values.dtype == np.uint8:
        return
    low, high = float(named.values.min()), float(named.values.max())
    if not (low >= 0 and high <= 255) or 0 < high <= 1:
        raise InputError(
            f"The input {named.name!r} has values from {low:g} to {high:g}, but is "
            "about to be preprocessed as an RGB picture, 0…255. If it is preprocessed "
            "already, pass preprocess=None; if it is scaled to 0…1, multiply it by "
            "255; if it has 16 bits, divide it by 257."
        )


def _by(shape: Sequence[int | None]) -> str:
    return "×".join("any" if size is None else str(size) for size in shape)
