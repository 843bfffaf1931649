"""What is wrong with an input, in words: what was received, what to do."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Sequence
from typing import Any


class InputError(ValueError):
    """Something a caller passed cannot be used; the text says what and what to do.

    Example:
        >>> try:
        ...     acts = av.activations(model, "face.png", "conv_1")
        ... except av.InputError as error:
        ...     print(error)
        No layer has the path 'conv_1'. Did you mean 'conv1' or 'relu_conv1'?
    """


def near_matches(name: str, known: Iterable[str]) -> str:
    """Say which known names are closest to a misspelt one.

    Args:
        name: The name that was not found.
        known: The names that exist.

    Returns:
        A sentence to append to an error, or the first known names where nothing
        is close.
    """
    names = list(dict.fromkeys(known))
    # The last part of a path alone is how people call a layer inside a model.
    folded = {name.lower().rpartition("/")[2]: name for name in reversed(names)}
    folded |= {name.lower(): name for name in reversed(names)}
    close = difflib.get_close_matches(name.lower(), folded, n=3, cutoff=0.6)
    if close:
        matches = dict.fromkeys(folded[match] for match in close)
        return f"Did you mean {_either(matches)}?"
    shown = ", ".join(repr(candidate) for candidate in names[:8])
    rest = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"There are: {shown}{rest}."


def _either(names: Iterable[str]) -> str:
    quoted = [repr(name) for name in names]
    return (
        quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
    )


_TERMINAL_COLOURS = re.compile(r"\x1b\[\d*m")
#: What Keras and TensorFlow say around the words of an error.
_WRAPPING = re.compile(
    "Could not automatically infer"
    "|Exception encountered when calling"
    "|Arguments received by"
    "|Error encountered"
    "|Graph execution error"
    "|Detected at node"
    "|<stack traces unavailable>"
    "|Traceback "
    '|File "'
    r"|\[\[{{node"
    r"|\d+ root error"
)
#: The operation that an error of TensorFlow's comes from, ahead of its words and after.
_OPERATION = re.compile(
    r"^({{function_node .*?}}|\(\d+\) [A-Z_ ]+:)\s*|\s*\[Op:\S*\].*$"
)
_ONEDNN = "TF_ENABLE_ONEDNN_OPTS"


def format_shape(shape: Sequence[int | None]) -> str:
    """Write a shape for people.

    Args:
        shape: Sizes; None for any.

    Returns:
        Text such as `227×227×3`.
    """
    return "×".join("any" if size is None else str(size) for size in shape)


def describe_error(error: BaseException | None) -> str:
    """Return the one line of an error that says most.

    Returns:
        Its class and the first line of its own words: Keras wraps what a layer raised
        in several sentences, and TensorFlow what a compiled function did. Where the
        cause is how TensorFlow was started, what to set.
    """
    plain = _TERMINAL_COLOURS.sub("", str(error))
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    words = [line for line in lines if not _WRAPPING.match(line)]
    text = _OPERATION.sub("", words[0]) if words else ""
    if "only supports" in text and "NHWC" in text:
        text = f"{text.rstrip('.')}. {_without_channels_first()}"
    return f"{type(error).__name__}: {text}".rstrip(": ")


def _without_channels_first() -> str:
    """What to do where TensorFlow cannot compute a layer with channels first."""
    elsewhere = "use data_format='channels_last', a GPU or another back end"
    if os.environ.get(_ONEDNN) == "1":
        return f"Instead, {elsewhere}"
    return (
        "On a CPU TensorFlow can do so with oneDNN, which it turns on by itself on "
        f"some processors only: set the environment variable {_ONEDNN}=1 before Python "
        f"starts, or {elsewhere}"
    )


def model_failed(model: Any, error: Exception) -> InputError:
    """Make an error of what a model of the user's raised.

    Args:
        model: The Keras model.
        error: What it raised.

    Returns:
        The error to raise.
    """
    if isinstance(error, InputError):
        return error
    return InputError(
        f"The model {model.name!r} ({type(model).__name__}) fails on these inputs. "
        f"{describe_error(error)}"
    )
