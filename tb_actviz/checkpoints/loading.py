"""Weights of checkpoints into a model: wholly or not at all."""

from __future__ import annotations

import tempfile
import textwrap
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import keras
import numpy as np

from tb_actviz.capture.layer_kinds import all_layers
from tb_actviz.checkpoints.keras_names import named_as_weights
from tb_actviz.checkpoints.reading_process import FileContents, ReadingProcess
from tb_actviz.errors import InputError

_LONGEST_REASON = 300
#: Ahead of what one layer says, in what Keras makes of it.
_EXAMPLE = "Example error message for object"
#: Values that no training gives to a whole variable.
_MARK, _SHORT_MARK = 1234567.0, 111
#: Parts of the names of values that say nothing about what a model computes.
_OF_TRAINING = ("optimizer", "metrics", "seed_generator")


class CheckpointLoader:
    """Loads checkpoints into one model, and puts the model's own weights back.

    Only values are read from checkpoints; the code or configuration that a `.keras`
    file may bring is not run. Use it in a `with` statement: at its end the model, and
    an optimizer it has, are as they were.

    Args:
        model: A built Keras model.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._optimizer = getattr(model, "optimizer", None)
        variables = [*model.variables, *getattr(self._optimizer, "variables", ())]
        self._before = [(variable, _value(variable)) for variable in variables]
        self._files = ReadingProcess()
        self._stored: list[Any] = []
        try:
            self._own, self._stored = self._save_own()
        except BaseException:
            self._files.close()
            raise
        finally:
            self.restore()

    def load(self, path: Path) -> None:
        """Load one checkpoint.

        Args:
            path: A file of weights or of a whole model, of Keras 2 or 3.

        Raises:
            InputError: If it is damaged or not of this model; the model then has its
                own weights.
        """
        try:
            contents = self._files.read(path)
            self._check_shapes(contents)
            # What an earlier checkpoint set, and this one may not.
            self._restore(except_for=self._stored)
            missing = self._load_marked(self._stored, path, contents)
            if missing:
                raise InputError(
                    f"it is of another model: it holds nothing for {_listed(missing)}"
                )
        except Exception as error:  # damaged files fail in every layer of the loader
            self.restore()
            raise InputError(
                f"The checkpoint {str(path)!r} cannot be loaded: {_reason(error)}"
            ) from error

    def constants(self) -> list[np.ndarray]:
        """Find the loaded values that a compiled pass takes for constants.

        Returns:
            Values of the variables of layers that make constants of them, as
            `Normalization` does.
        """
        return [
            _value(variable)
            for layer in _finalized(self._model)
            for variable in layer.variables
        ]

    def restore(self) -> None:
        """Put the model's own weights back."""
        self._restore()
        for layer in _finalized(self._model):
            layer.finalize_state()

    def __enter__(self) -> CheckpointLoader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._files.close()
        self.restore()

    def _restore(self, except_for: Sequence[Any] = ()) -> None:
        left_out = {id(variable) for variable in except_for}
        for variable, value in self._before:
            if id(variable) not in left_out:
                variable.assign(value)

    def _save_own(self) -> tuple[FileContents, list[Any]]:
        """What a checkpoint of the model holds, as Keras itself writes it."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "own.weights.h5"
            self._model.save_weights(str(path))
            own = self._files.read(path)
            weights = [weight for weight in self._model.weights if _can_mark(weight)]
            kept = {id(weight) for weight in self._load_marked(weights, path, own)}
        return own, [weight for weight in weights if id(weight) not in kept]

    def _load_marked(
        self, weights: Sequence[Any], path: Path, contents: FileContents
    ) -> list[Any]:
        """Load a file; the weights that it does not set."""
        marks = [(weight, _marked(weight)) for weight in weights]
        skipped = {}
        if contents.format != "legacy" and self._optimizer is not None:
            # Its state is not used, and that of Keras 2 would not fit.
            skipped["objects_to_skip"] = [self._optimizer]
        with warnings.catch_warnings(), named_as_weights(path, contents) as named:
            warnings.simplefilter("ignore")
            self._model.load_weights(named, **skipped)
        return [weight for weight, mark in marks if _is_all(weight, mark)]

    def _check_shapes(self, contents: FileContents) -> None:
        """Refuse a file that does not hold as many variables of the same shapes.

        Keras ignores what a file holds beyond the variables of the model. Their paths
        are left to Keras, which knows those that its older versions wrote.
        """
        if contents.format == "legacy":
            return  # Keras counts the layers itself
        found = _of_the_network(contents)
        expected = _of_the_network(self._own)
        if Counter(found.values()) == Counter(expected.values()):
            return
        for name, shape in expected.items():
            if name in found and found[name] != shape:
                raise InputError(
                    f"it is of another model: its {name} has the shape {found[name]}, "
                    f"the model's {shape}"
                )
        differing = sorted(found.keys() ^ expected.keys())
        raise InputError(
            f"it is of another model: it holds {len(found)} variables, the model has "
            f"{len(expected)}; {differing[0]} is only in the "
            f"{'file' if differing[0] in found else 'model'}"
        )


def _of_the_network(contents: FileContents) -> dict[str, tuple[int, ...]]:
    """Shapes of the values that a model computes with.

    A model may have been compiled for training, or not, since it was saved, and Keras 2
    kept metrics and no states of random numbers.
    """
    return {
        name: shape
        for name, shape in contents.shapes.items()
        if not any(part.startswith(_OF_TRAINING) for part in name.split("/"))
    }


def _value(variable: Any) -> np.ndarray:
    """A copy: back ends may show their own memory."""
    return np.array(keras.ops.convert_to_numpy(variable))


def _can_mark(weight: Any) -> bool:
    kind = keras.backend.standardize_dtype(weight.dtype)
    return kind not in ("bool", "string") and 0 not in weight.shape


def _marked(weight: Any) -> np.ndarray:
    """Give a weight a value that no checkpoint holds, and return that."""
    kind = keras.backend.standardize_dtype(weight.dtype)
    mark = _MARK if kind.endswith(("32", "64")) else _SHORT_MARK
    whole = keras.ops.full(weight.shape, mark, kind)
    weight.assign(whole)
    return _value(whole).reshape(-1)[:1]


def _is_all(weight: Any, mark: np.ndarray) -> bool:
    values = np.asarray(keras.ops.convert_to_numpy(weight)).reshape(-1)
    return bool(values[0] == mark[0] and np.all(values == mark))


def _finalized(model: keras.Model) -> list[Any]:
    return [
        layer
        for layer in all_layers(model)
        if hasattr(layer, "finalize_state") and layer.variables
    ]


def _listed(weights: list[Any]) -> str:
    more = f" and {len(weights) - 3} more" if len(weights) > 3 else ""
    return ", ".join(repr(weight.path) for weight in weights[:3]) + more


def _reason(error: Exception) -> str:
    if isinstance(error, InputError):
        return str(error)
    text = str(error)
    if _EXAMPLE in text:
        text = text.partition(_EXAMPLE)[2].split("\n\n")[1]
    text = textwrap.shorten(text, _LONGEST_REASON, placeholder=" …")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
