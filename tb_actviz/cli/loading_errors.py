"""What Keras says when it cannot load a model -> one sentence, and the way on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tb_actviz.errors import describe_error

if TYPE_CHECKING:
    from tb_actviz.checkpoints.reading_process import FileContents

_LONGEST = 240
#: Where Keras begins to print what nobody can read.
_DUMP = re.compile(
    r"\s*(Full (object )?config|config=\{|Exception encountered|Received: |"
    r"List of objects|Make sure custom classes|Please ensure)"
)
#: Around what a part of a model raised.
_WRAPPED = "Exception encountered: "
_UNKNOWN = re.compile(
    r"(?:Could not locate (?P<kind>class|function)|Unknown (?P<what>[\w ]+?):) "
    r"'(?P<name>[^']+)'"
)
_MISSING_MODULE = re.compile(r"parent module (?P<module>[\w.]+) cannot be imported")
_LAMBDA = re.compile(r"(?i)deserializ\w+ of a .*lambda|Lambda.*unsafe|unsafe.*Lambda")
_ARGUMENTS = re.compile(
    r"Unrecognized keyword arguments passed to (?P<name>\w+): (?P<arguments>\{.*\})"
)


def describe_loading_error(
    error: Exception, name: str, contents: FileContents | None
) -> str:
    """Say why Keras cannot load a model, and how to go on.

    Args:
        error: What Keras raised.
        name: What the model was called on the command line.
        contents: What its file holds, where it is one file.

    Returns:
        One line.
    """
    said = _innermost(error)
    config = contents.config if contents else None
    version = (contents.version if contents else None) or ""
    is_archive = contents is not None and contents.format == "archive"
    if is_archive and version.startswith("2."):
        return (
            f"{name!r} cannot be loaded: it was written by Keras {version}, whose "
            ".keras files Keras 3 does not read; its .h5 files it does. Save it as "
            f'such with the package tf_keras: python -c "import tf_keras; '
            f"tf_keras.models.load_model({name!r}, compile=False).save('model.h5')\"; "
            "or build it in code: --model module:callable."
        )
    if _LAMBDA.search(said):
        return (
            f"{name!r} cannot be loaded: it holds Python code{_lambda_layers(config)}, "
            "which is not run from a file (Keras' safe mode). If you trust it, load it "
            "in a function of your own that returns the model, with "
            "keras.saving.load_model(path, safe_mode=False), and name that: "
            "--model module:callable."
        )
    unknown = _UNKNOWN.search(said)
    if unknown:
        what = unknown["kind"] or unknown["what"]
        return _not_known(name, what, unknown["name"], said)
    module = _MISSING_MODULE.search(said)
    if module:
        package = module["module"].partition(".")[0]
        return (
            f"{name!r} cannot be loaded: {_first_words(said)} Install the package "
            f"{package!r}, or start where Python finds it (PYTHONPATH)."
        )
    arguments = _ARGUMENTS.search(said)
    if arguments:
        said = (
            f"{arguments['name']}{_layer_in(said)} does not take "
            f"{arguments['arguments']}"
        )
    return (
        f"{name!r} cannot be loaded: {_first_words(said)}{_written_by(version)} If it "
        "can be built in code, name what does: --model module:callable."
    )


def _not_known(name: str, what: str, missing: str, said: str) -> str:
    own = missing.rpartition(">")[2]
    objects = f"custom_objects={{{missing!r}: {own}}}"
    module = re.search(r"'module': '(?!keras[.']|builtins')([^'.]+)", said)
    elsewhere = f" It is of the package {module[1]!r}." if module else ""
    return (
        f"{name!r} cannot be loaded: the {what} {missing!r}{_layer_in(said)} is not "
        f"part of Keras.{elsewhere} Name a function of your own that loads the model "
        f"where {own} is known: --model module:callable, with "
        f"keras.saving.load_model(path, {objects})."
    )


def _innermost(error: BaseException) -> str:
    """What the part of a model that failed said: Keras wraps it again and again."""
    while _WRAPPED in str(error) and error.__context__ is not None:
        inner = error.__context__
        if not str(inner):
            break
        error = inner
    return describe_error(error) if _is_plain(error) else f"{_class(error)}{error}"


def _is_plain(error: BaseException) -> bool:
    return not any(one.search(str(error)) for one in (_UNKNOWN, _ARGUMENTS, _LAMBDA))


def _class(error: BaseException) -> str:
    return f"{type(error).__name__}: "


def _first_words(said: str) -> str:
    line = " ".join(said.split())
    cut = _DUMP.search(line)
    line = line[: cut.start()] if cut and cut.start() else line
    if len(line) > _LONGEST:
        line = line[:_LONGEST].rsplit(" ", 1)[0] + " …"
    return line if line.endswith((".", "…")) else f"{line}."


def _layer_in(said: str) -> str:
    """The name of the layer that an error is about, from the configuration in it."""
    found = re.search(r"'config': \{.*?'name': '([^']+)'", said)
    return f" of the layer {found[1]!r}" if found else ""


def _lambda_layers(config: str | None) -> str:
    names = []
    with suppress(ValueError, TypeError, RecursionError):
        names = [repr(name) for name in _lambda_names(json.loads(config or ""))]
    if not names:
        return ""
    return f" in the Lambda layer{'s' if len(names) > 1 else ''} {', '.join(names[:5])}"


def _lambda_names(config: Any) -> Iterator[str]:
    if isinstance(config, dict):
        inner = config.get("config")
        if config.get("class_name") == "Lambda" and isinstance(inner, dict):
            yield str(inner.get("name"))
        for value in config.values():
            yield from _lambda_names(value)
    elif isinstance(config, list):
        for value in config:
            yield from _lambda_names(value)


def _written_by(version: str) -> str:
    import keras

    if not version or version == keras.__version__:
        return ""
    return f" It was written by Keras {version}; this is Keras {keras.__version__}."
