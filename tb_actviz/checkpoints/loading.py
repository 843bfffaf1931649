"""Weights of checkpoints into a model: wholly or not at all."""

from __future__ import annotations

import tempfile
import textwrap
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import h5py  # type: ignore[import-untyped]
import keras
import numpy as np

from tb_actviz.capture.layer_kinds import all_layers
from tb_actviz.errors import InputError

Shapes = dict[str, tuple[int, ...]]

_IN_ARCHIVE = "model.weights.h5"
_LONGEST_REASON = 300


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
        optimizer = getattr(model, "optimizer", None)
        variables = [*model.variables, *getattr(optimizer, "variables", ())]
        self._before = [(variable, _value(variable)) for variable in variables]
        self._expected = _own_shapes(model)

    def load(self, path: Path) -> None:
        """Load one checkpoint.

        Args:
            path: A `.weights.h5`, `.keras` or legacy `.h5` file.

        Raises:
            InputError: If it is damaged or not of this model; the model then has its
                own weights.
        """
        self.restore()
        try:
            if path.name.endswith((".weights.h5", ".keras")):
                # Keras ignores what a file holds beyond the variables of the model.
                _check_shapes(_shapes_in(path), self._expected)
            with warnings.catch_warnings():
                # They are about optimizers, which capture does not use.
                warnings.simplefilter("ignore")
                self._model.load_weights(str(path))
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
        for variable, value in self._before:
            variable.assign(value)
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
        self.restore()


def _value(variable: Any) -> np.ndarray:
    """A copy: back ends may show their own memory."""
    return np.array(keras.ops.convert_to_numpy(variable))


def _finalized(model: keras.Model) -> list[Any]:
    return [
        layer
        for layer in all_layers(model)
        if hasattr(layer, "finalize_state") and layer.variables
    ]


def _own_shapes(model: keras.Model) -> Shapes:
    """What a checkpoint of the model holds, as Keras itself writes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.weights.h5"
        model.save_weights(str(path))
        return _shapes_in(path)


def _shapes_in(path: Path) -> Shapes:
    shapes: Shapes = {}

    def visit(name: str, item: object) -> None:
        parts = name.split("/")
        # A model may have been compiled for training, or not, since it was saved.
        if isinstance(item, h5py.Dataset) and parts[0] != "optimizer":
            shapes[name] = item.shape

    with _opened(path) as file:
        file.visititems(visit)
    return shapes


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    if path.name.endswith(".keras"):
        with (
            zipfile.ZipFile(path) as archive,
            archive.open(_IN_ARCHIVE) as inside,
            h5py.File(inside, "r") as file,
        ):
            yield file
    else:
        with h5py.File(path, "r") as file:
            yield file


def _check_shapes(found: Shapes, expected: Shapes) -> None:
    """Refuse a file that does not hold as many variables of the same shapes.

    Their paths are left to Keras, which knows those that its older versions wrote.
    """
    if Counter(found.values()) == Counter(expected.values()):
        return
    for name, shape in expected.items():
        if name in found and found[name] != shape:
            raise InputError(
                f"it is of another model: its {name} has the shape {found[name]}, the "
                f"model's {shape}"
            )
    differing = sorted(found.keys() ^ expected.keys())
    raise InputError(
        f"it is of another model: it holds {len(found)} variables, the model has "
        f"{len(expected)}; {differing[0]} is only in the "
        f"{'file' if differing[0] in found else 'model'}"
    )


def _reason(error: Exception) -> str:
    if isinstance(error, InputError):
        return str(error)
    text = textwrap.shorten(str(error), _LONGEST_REASON, placeholder=" …")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
