"""What the command line shows while it works."""

from __future__ import annotations

import codecs
import json
import math
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tb_actviz.runs.logged_step import LoggedStep


#: Ours in ASCII; any other character that a console lacks becomes a question mark.
_IN_ASCII = {
    **{"×": "x", "…": "...", "→": "->", "≤": "<=", "≥": ">=", "·": "*", "•": "*"},
    **{"−": "-", "–": "-", "—": "-", "━": "-", "╸": "-", "╺": "-"},
}
_HANDLER = "tb_actviz.console"
#: What raises errors, or shows codes for characters.
_UNREADABLE = ("strict", "surrogateescape", "surrogatepass", "backslashreplace")


def adapt_streams() -> None:
    """Let standard output and standard error be there and take any text.

    A console, or what output is redirected to, may have any encoding; without a
    console there may be no streams at all.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Takes the number, which the next file would take else: libraries write
            # to standard error by its number.
            os.open(os.devnull, os.O_RDWR)
    codecs.register_error(_HANDLER, _readable)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif getattr(stream, "errors", "") in _UNREADABLE:
            stream.reconfigure(errors=_HANDLER)


def _readable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_IN_ASCII.get(letter, "?") for letter in lacking), error.end


@contextmanager
def quiet_start() -> Iterator[None]:
    """Hold back what back ends write to standard error while they start.

    TensorFlow's libraries write there before any setting of theirs is read. What was
    held back is shown after all if the start fails.

    Yields:
        Nothing.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except Exception:
            os.dup2(kept, 2)
            held.seek(0)
            os.write(2, held.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)


def say_missing(logged: LoggedStep) -> None:
    """Say on standard error which channels do not exist in which layers.

    Args:
        logged: What was logged.
    """
    if logged.missing_channels:
        from tb_actviz.runs.followed_channels import describe_missing

        print(describe_missing(logged.missing_channels), file=sys.stderr)


def as_json(answer: Any) -> str:
    """Write an answer as JSON; numbers that JSON does not have become null.

    Args:
        answer: Dicts, lists, texts, numbers.

    Returns:
        Indented text.
    """
    return json.dumps(_finite(answer), indent=2, allow_nan=False)


def _finite(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {key: _finite(value) for key, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [_finite(value) for value in answer]
    return None if isinstance(answer, float) and not math.isfinite(answer) else answer


def table(header: list[str], rows: list[list[str]], right: set[int]) -> str:
    """Lay out text in columns.

    Args:
        header: Names of the columns.
        rows: A text for each column.
        right: Indices of the columns to align to the right.

    Returns:
        Lines of text without a line break at the end.
    """
    lines = [header, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
