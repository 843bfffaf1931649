"""Arguments of a request -> what they name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from werkzeug import wrappers

from tb_actviz.plugin.errors import MalformedError
from tb_actviz.records.facts import MAX_INPUTS, PER_CHANNEL_NUMBERS

# No sign, no blank, no underscore, and no digits but these, as `int` and `float` allow.
_INTEGER = re.compile(r"[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]{1,25}(\.[0-9]{1,25})?(e[+-]?[0-9]{1,3})?")


def arguments_of(request: wrappers.Request) -> Mapping[str, str]:
    """Read all arguments of a request.

    Returns:
        The arguments; of those that come twice, the first.

    Raises:
        MalformedError: If there are bytes that are neither percent-encoded nor UTF-8.
    """
    try:
        arguments: Mapping[str, str] = request.args
    except UnicodeDecodeError:
        raise MalformedError(
            "Received arguments that are not UTF-8; expected them percent-encoded."
        ) from None
    return arguments


def name(arguments: Mapping[str, str], key: str) -> str:
    """Read the name of a run or a tag.

    Args:
        arguments: Those of the request; the first of those that come twice.
        key: Which one.

    Returns:
        The name, not empty.

    Raises:
        MalformedError: If there is none.
    """
    text = arguments.get(key, "")
    if not text:
        raise MalformedError(
            f"Expected the argument {key!r}, which is missing or empty."
        )
    return text


def optional_name(arguments: Mapping[str, str], key: str) -> str | None:
    """Read a name that may be left out.

    Args:
        arguments: Those of the request; the first of those that come twice.
        key: Which one.

    Returns:
        The name, None where the request does not say.

    Raises:
        MalformedError: If it is empty.
    """
    return name(arguments, key) if key in arguments else None


def step(arguments: Mapping[str, str]) -> int:
    """Read a step.

    Returns:
        The step, 0 to 2**63 - 1.

    Raises:
        MalformedError: If there is none.
    """
    return _integer(arguments, "step", 2**63 - 1)


def input_number(arguments: Mapping[str, str]) -> int:
    """Read the number of an input.

    Returns:
        The number, from 0; a record may have fewer inputs.

    Raises:
        MalformedError: If there is none, or none that any record has.
    """
    return _integer(arguments, "input", MAX_INPUTS - 1)


def wall_time(arguments: Mapping[str, str]) -> float | None:
    """Read the wall time that distinguishes a record from others of its step.

    Returns:
        Seconds since 1970, None where the request does not say.

    Raises:
        MalformedError: If it is not a finite number.
    """
    text = arguments.get("wall_time")
    if text is None:
        return None
    seconds = float(text) if _NUMBER.fullmatch(text) else float("inf")
    if seconds in (float("inf"), float("-inf")):
        raise MalformedError(f"Received wall_time={text!r:.80}; expected a number.")
    return seconds


def statistics(arguments: Mapping[str, str]) -> tuple[str, ...]:
    """Read which statistics of channels are asked for.

    Returns:
        The one that is named, or all of `PER_CHANNEL_NUMBERS`.

    Raises:
        MalformedError: If there is none of that name.
    """
    text = arguments.get("statistic")
    if text is None:
        return PER_CHANNEL_NUMBERS
    if text not in PER_CHANNEL_NUMBERS:
        raise MalformedError(
            f"Received statistic={text!r:.80}; expected one of "
            f"{', '.join(PER_CHANNEL_NUMBERS)}."
        )
    return (text,)


def _integer(arguments: Mapping[str, str], key: str, highest: int) -> int:
    text = name(arguments, key)
    if not _INTEGER.fullmatch(text) or int(text) > highest:
        raise MalformedError(
            f"Received {key}={text!r:.80}; expected an integer from 0 to {highest}."
        )
    return int(text)
