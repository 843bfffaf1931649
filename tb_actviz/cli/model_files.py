"""Files and folders on the command line -> Keras models."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tb_actviz.cli.loading_errors import describe_loading_error
from tb_actviz.errors import InputError, describe_error

if TYPE_CHECKING:
    import keras

    from tb_actviz.checkpoints.reading_process import FileContents

_ENDINGS = (".keras", ".h5", ".hdf5")
_SIGNATURES = ("serving_default", "serve")


def means_a_path(name: str) -> bool:
    """Whether a name on the command line means a file or a folder.

    Args:
        name: What was named as a model.

    Returns:
        True for what exists, and for what looks like a path and like nothing else.
    """
    if os.path.lexists(name):
        return True
    _, colon, after = name.rpartition(":")
    if "/" in name or "\\" in name:
        return True
    is_callable = colon and after.isidentifier()
    return name.endswith(_ENDINGS) and not is_callable


def load_from_path(name: str, weights: str | None) -> keras.Model:
    """Load the model that a file or folder holds.

    Args:
        name: A path.
        weights: Must be None: these models bring their own.

    Returns:
        The model.

    Raises:
        InputError: If nothing is there, or it holds no model that can be loaded.
    """
    path = Path(name).expanduser()
    if not os.path.lexists(path):
        raise InputError(_nothing_there(name))
    if path.name in ("saved_model.pb", "saved_model.pbtxt"):
        path = path.absolute().parent
    if weights is not None:
        raise InputError(
            f"{name!r} brings its own weights; leave --weights {weights!r} out."
        )
    if path.is_dir():
        return _load_folder(path, name)
    return _load_file(path, name)


def check_weights(path: str) -> None:
    """Refuse a file of weights that cannot be read whole.

    Args:
        path: What was named as weights; other kinds of files than those of Keras are
            left to whoever reads them.

    Raises:
        InputError: If it is damaged.
    """
    if path.endswith(_ENDINGS) and os.path.lexists(path):
        _read(Path(path), f"The weights {path!r} cannot be loaded")


def _nothing_there(name: str) -> str:
    if re.match(r"[a-z][a-z0-9+]+://", name):
        return (
            f"{name!r} is an address; expected a file or folder on this machine. "
            "Download it first."
        )
    module, colon, attribute = name.rpartition(":")
    if colon and module.endswith(".py"):
        return (
            f"{name!r} names a file; expected a module as Python imports it: "
            f"--model {Path(module).stem}:{attribute}, called from its folder."
        )
    folder = Path(name).parent
    beside = folder.is_dir() and sorted(
        path.name for path in folder.iterdir() if path.name.endswith(_ENDINGS)
    )
    near = f" Beside it: {', '.join(beside[:5])}." if beside else ""
    return f"There is no file {name!r}.{near}"


def _load_file(path: Path, name: str) -> keras.Model:
    import keras

    from tb_actviz.checkpoints.keras_names import named_as_model

    if path.suffix == ".py":
        raise InputError(
            f"{name!r} is a program; name what builds the model in it: "
            f"--model {path.stem}:callable, called from its folder."
        )
    contents = _read(path, f"{name!r} cannot be loaded")
    if contents.config is None:
        raise InputError(_without_model(name, contents))
    try:
        with named_as_model(path, contents) as named:
            model = keras.saving.load_model(named, compile=False)
    except Exception as error:  # damaged files fail in every layer of the loader
        raise InputError(describe_loading_error(error, name, contents)) from None
    return _checked(model, name)


def _read(path: Path, what_fails: str) -> FileContents:
    from tb_actviz.checkpoints.reading_process import ReadingProcess

    with ReadingProcess() as files:
        try:
            return files.read(path)
        except InputError as error:
            raise InputError(f"{what_fails}: {error}.") from None


def _without_model(name: str, contents: FileContents) -> str:
    if contents.format == "other":
        return f"{name!r} is an HDF5 file that holds no model of Keras."
    return (
        f"{name!r} holds weights without the model they belong to. Name what builds "
        f"that: --model module:callable --weights {name}."
    )


def _load_folder(path: Path, name: str) -> keras.Model:
    inside = {one.name for one in path.iterdir()}
    if inside & {"saved_model.pb", "saved_model.pbtxt"}:
        return _load_saved_model(path, name)
    if "config.json" in inside:
        import keras

        weights = path / "model.weights.h5"
        if weights.exists():
            _read(weights, f"{name!r} cannot be loaded: its model.weights.h5 fails")
        try:
            return _checked(keras.saving.load_model(path, compile=False), name)
        except Exception as error:
            raise InputError(describe_loading_error(error, name, None)) from None
    models = sorted(one for one in inside if one.endswith(_ENDINGS))
    if models:
        what = f"Name one of the files in it: {', '.join(models[:5])}."
    elif any(one.endswith(".index") for one in inside):
        what = (
            "It holds checkpoints of TensorFlow, which are weights without a model and "
            "which Keras 3 does not read: load them with the Keras that wrote them and "
            "save the model as .h5."
        )
    else:
        what = "Expected a .keras or .h5 file, or a SavedModel (saved_model.pb in it)."
    raise InputError(f"{name!r} is a folder without a model. {what}")


def _load_saved_model(path: Path, name: str) -> keras.Model:
    """A SavedModel, which Keras takes as one layer that nobody can look into."""
    import keras

    if keras.backend.backend() != "tensorflow":
        raise InputError(
            f"{name!r} is a SavedModel, which Keras loads on TensorFlow only: set "
            f"KERAS_BACKEND=tensorflow (here: {keras.backend.backend()})."
        )
    try:
        layer = _as_layer(str(path))
        model = _around(layer, name)
    except InputError:
        raise
    except Exception as error:  # whatever TensorFlow stumbles over
        raise InputError(
            f"The SavedModel {name!r} cannot be loaded: {describe_error(error)}"
        ) from None
    print(
        f"note: {name} is a SavedModel: Keras takes it as one opaque layer "
        f"{layer.name!r}, whose output alone can be seen. For the layers inside save "
        "the model as .keras or .h5 with the Keras that made it.",
        file=sys.stderr,
    )
    return model


def _as_layer(path: str) -> Any:
    import keras

    for endpoint in _SIGNATURES[:-1]:
        try:
            return keras.layers.TFSMLayer(path, endpoint, name="saved_model")
        except ValueError as error:
            if "Available endpoints" not in str(error):
                raise
    return keras.layers.TFSMLayer(path, _SIGNATURES[-1], name="saved_model")


def _around(layer: Any, name: str) -> keras.Model:
    import keras

    positional, named = layer.call_endpoint_fn.structured_input_signature
    specs = {**{spec.name: spec for spec in positional}, **named}
    if len(specs) != 1:
        raise InputError(
            f"The SavedModel {name!r} takes {len(specs)} inputs "
            f"({', '.join(map(repr, specs))}); a layer of Keras takes one. Save the "
            "model as .keras or .h5 with the Keras that made it."
        )
    ((input_name, spec),) = specs.items()
    if spec.shape.rank is None or spec.shape.rank < 1:
        raise InputError(
            f"The SavedModel {name!r} does not say which shape its input has."
        )
    inputs = keras.Input(spec.shape[1:], dtype=spec.dtype.name, name=input_name)
    outputs = layer(inputs)
    if isinstance(outputs, dict) and len(outputs) == 1:
        (outputs,) = outputs.values()
    return keras.Model(inputs, outputs, name=Path(name).stem)


def _checked(model: Any, name: str) -> keras.Model:
    from tb_actviz.capture.selection import refuse_other_than_models

    try:
        refuse_other_than_models(model)
    except InputError as error:
        raise InputError(f"{name!r} holds no model. {error}") from None
    return model
