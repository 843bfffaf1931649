"""Names on the command line -> Keras models and preprocessing."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tb_actviz.cli.console import quiet_start
from tb_actviz.cli.model_files import check_weights, load_from_path, means_a_path
from tb_actviz.errors import InputError, describe_error, near_matches

if TYPE_CHECKING:
    import keras

_APPLICATIONS = "keras.applications."
_HERE = str(Path(__file__).parents[1])
_BACKENDS = ("tensorflow", "jax", "torch")


def load_model(name: str, weights: str | None) -> keras.Model:
    """Load the model that a name on the command line means.

    Args:
        name: `squeezenet`, a file or folder of a model, `keras.applications.NAME`, or
            `module:callable`.
        weights: A path or, where the model knows some, a name; None for the model's
            own random ones.

    Returns:
        The model.

    Raises:
        InputError: If there is no such model, or it cannot be loaded.
    """
    load = _loader(name)
    _start_backend()
    if weights is not None:
        check_weights(weights)
    return load(name, weights)


def _loader(name: str) -> Callable[[str, str | None], keras.Model]:
    """What loads the kind of model that a name means."""
    if name == "squeezenet":
        return _squeezenet
    if name.startswith(_APPLICATIONS):
        return _application
    if means_a_path(name):
        return _saved
    if ":" in name:
        return _called
    raise InputError(
        f"There is no model {name!r}. {near_matches(name, ['squeezenet'])} Otherwise "
        "name a .keras or .h5 file, a SavedModel folder, keras.applications.NAME, or "
        "module:callable."
    )


def load_trained_model(name: str, weights: str | None) -> keras.Model:
    """Load a model with the weights that make its activations worth seeing.

    Args:
        name: As for `load_model`.
        weights: As for `load_model`; None for ImageNet's where the model has them.

    Returns:
        The model.

    Raises:
        InputError: If there is no such model, or it cannot be loaded.
    """
    if weights is None and (name == "squeezenet" or name.startswith(_APPLICATIONS)):
        weights = "imagenet"
    return load_model(name, weights)


def load_preprocess(
    name: str, model_name: str, model: keras.Model
) -> Callable[[Any], Any] | str | None:
    """Find the preprocessing that a name on the command line means.

    Args:
        name: `auto`, `none`, or `module:callable`.
        model_name: What the model was called on the command line.
        model: The model; where nothing is known for it, `auto` says so on standard
            error.

    Returns:
        `"auto"`, None, or the callable.

    Raises:
        InputError: If there is no such callable.
    """
    if name == "auto":
        from tb_actviz.capture.model_signature import model_signature
        from tb_actviz.capture.preprocessing import decide_preprocessing

        signature = model_signature(model)
        if signature is not None:
            decided = decide_preprocessing(model, signature, "auto")
            if not any(decided.applied):
                see = " (see --preprocess)" if decided.is_unknown else ""
                print(
                    f"note: preprocessing of {model_name}: {decided.stated}; pictures "
                    f"are 0…255{see}",
                    file=sys.stderr,
                )
        return "auto"
    if name == "none":
        return None
    if ":" not in name:
        raise InputError(
            f"Received --preprocess {name!r}; expected auto, none, or module:callable "
            "such as keras.applications.mobilenet_v2:preprocess_input."
        )
    return _guarded(_import_callable(name), name)


def _guarded(function: Callable[[Any], Any], name: str) -> Callable[[Any], Any]:
    """A user's function, whose failures are wrong input rather than our bugs."""

    def guarded(pictures: Any) -> Any:
        import numpy as np

        try:
            return np.asarray(function(pictures)).astype(np.float32)
        except Exception as error:
            raise InputError(f"{name!r} failed: {_where(error)}") from None

    return guarded


def class_names(
    name: str, weights: str | None, model: keras.Model
) -> tuple[str, ...] | None:
    """Find the names of a model's classes.

    Args:
        name: What the model was called on the command line.
        weights: What it was loaded with.
        model: The model.

    Returns:
        Names that surely belong to them: those of the weights `faces`, or ImageNet's
        for a network with ImageNet's weights; else None.
    """
    from keras_models.faces import CLASS_NAMES
    from keras_models.squeezenet import class_names as imagenet_names

    if name == "squeezenet" or name.startswith(_APPLICATIONS):
        for names in (CLASS_NAMES, imagenet_names()):
            fits = model.output_shape == (None, len(names))
            if fits and (len(names) == 1000 or weights == "faces"):
                return names
    return None


def _start_backend() -> None:
    """Import Keras on a back end that is installed, without the back end's noise."""
    installed = [name for name in _BACKENDS if importlib.util.find_spec(name)]
    if "KERAS_BACKEND" not in os.environ:
        if not installed:
            raise InputError(
                "Keras needs a back end and none is installed. Install one: "
                "pip install 'tb-actviz[tensorflow]' (or [jax], [torch])."
            )
        if "tensorflow" not in installed:
            os.environ["KERAS_BACKEND"] = installed[0]
    with quiet_start():
        try:
            import keras

            # The first tensor starts the device.
            keras.ops.zeros(())
        except Exception as error:
            raise InputError(
                f"Keras does not start (KERAS_BACKEND is "
                f"{os.environ.get('KERAS_BACKEND', 'not set')!r}; installed: "
                f"{', '.join(installed)}): {describe_error(error)}"
            ) from None


def _squeezenet(_: str, weights: str | None) -> keras.Model:
    from keras_models import SqueezeNet
    from keras_models.squeezenet import WeightsError

    try:
        return SqueezeNet(weights=weights)
    except WeightsError as error:
        hint = " (here: --weights PATH)" if "weights=PATH" in str(error) else ""
        raise InputError(f"{error}{hint}") from None


def _saved(name: str, weights: str | None) -> keras.Model:
    importlib.import_module("keras_models.squeezenet.squeezenet")  # registers classes
    return load_from_path(name, weights)


def _application(name: str, weights: str | None) -> keras.Model:
    import keras

    wanted = name.removeprefix(_APPLICATIONS)
    known = [n for n in dir(keras.applications) if n[0].isupper()]
    if wanted not in known:
        raise InputError(
            f"keras.applications has no {wanted!r}. {near_matches(wanted, known)}"
        )
    try:
        return getattr(keras.applications, wanted)(weights=weights)
    except Exception as error:  # downloads and readers fail in many ways
        raise InputError(f"{name} cannot be built: {describe_error(error)}") from None


def _called(name: str, weights: str | None) -> keras.Model:
    build = _import_callable(name)
    try:
        inspect.signature(build).bind()
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{name!r} cannot be called without arguments: {error}"
        ) from None
    try:
        model = _checked(build(), name)
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{name!r} failed: {_where(error)}") from None
    if weights is not None:
        try:
            model.load_weights(weights)
        except Exception as error:  # damaged files fail in every layer of the loader
            raise InputError(
                f"The weights {weights!r} do not fit {name!r}: {describe_error(error)}"
            ) from None
    return model


def _import_callable(name: str) -> Callable[..., Any]:
    module_name, _, attribute = name.partition(":")
    if os.getcwd() not in sys.path:
        # As `python -m` does, so that a module beside the user is found.
        sys.path.insert(0, os.getcwd())
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # the module is the user's: anything may happen
        raise InputError(f"{name!r} cannot be imported: {_where(error)}") from None
    value = getattr(module, attribute, None)
    if not callable(value):
        known = [n for n in dir(module) if not n.startswith("_")]
        raise InputError(
            f"The module {module_name!r} has no callable {attribute!r}. "
            f"{near_matches(attribute, known)}"
        )
    return value  # type: ignore[no-any-return]


def _checked(model: Any, name: str) -> keras.Model:
    import keras

    if not isinstance(model, keras.Model):
        raise InputError(
            f"{name!r} is a {type(model).__name__}; expected a keras.Model."
        )
    return model


def _where(error: Exception) -> str:
    """What went wrong in a user's own code, and in which line of it."""
    frames = traceback.extract_tb(error.__traceback__)
    users = [f for f in frames if not f.filename.startswith(("<frozen", _HERE))]
    place = f" ({users[-1].filename}, line {users[-1].lineno})" if users else ""
    return f"{describe_error(error)}{place}"
