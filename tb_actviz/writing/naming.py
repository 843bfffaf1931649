"""Names of event files, in the order in which TensorBoard reads them.

TensorBoard takes every file with `tfevents` in its name. Its Python loader reads the
files of a run in the order of their names and never goes back to an earlier one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

#: How the names of our own files end.
OWN_SUFFIX = ".actviz"
_START = "events.out.tfevents."
_DIGITS = 10
_WITH_STEP = re.compile(rf"\.step([0-9]{{1,19}}){re.escape(OWN_SUFFIX)}")
_STAMP = re.compile(rf"(?<=\.)[0-9]{{{_DIGITS}}}")


def is_event_file(name: str) -> bool:
    """Tell whether TensorBoard reads a file of this name.

    Args:
        name: Name without its folder.

    Returns:
        True if it does.
    """
    return "tfevents" in name


def newest_name(present: Iterable[str], now: int, writer: str) -> str:
    """Make a name that sorts after those of all event files in a folder.

    That is `events.out.tfevents.`, a stamp in seconds and the writer. The stamp is
    later than `now` where a file is stamped with this second or the future: after a
    clock was set back, or for a file of another machine. After a file that no stamp
    can follow, the name starts with that file's whole name.

    Args:
        present: Names of the files in the folder, of any kind.
        now: Seconds since 1970.
        writer: What tells this writer from others of the same second.

    Returns:
        The name.
    """
    last = max(filter(is_event_file, present), default="")
    start, stamp = _START, now
    if last >= _stamped(start, stamp):
        start, stamp = next(_later(last), (f"{last}.", now))
    return f"{_stamped(start, stamp)}.{writer}{OWN_SUFFIX}"


def with_step(writer: str, step: int) -> str:
    """Add to a writer, for `newest_name`, the one step that its file is going to hold.

    Args:
        writer: What tells this writer from others of the same second.
        step: The step.

    Returns:
        The writer, from which `step_in` reads the step again.
    """
    return f"{writer}.step{step}"


def step_in(name: str) -> int | None:
    """Read the step of a file that holds one alone.

    Args:
        name: Name of an event file.

    Returns:
        The step, None where the name says none.
    """
    found = _WITH_STEP.search(name)
    return int(found[1]) if found and found.end() == len(name) else None


def _stamped(start: str, stamp: int) -> str:
    return f"{start}{stamp:0{_DIGITS}d}"


def _later(name: str) -> Iterator[tuple[str, int]]:
    """What names with a later stamp begin with, and that stamp, best first."""
    # Of more digits, as in milliseconds, the first ones count: names compare as text.
    for stamp in _STAMP.finditer(name):
        start, later = name[: stamp.start()], int(stamp[0]) + 1
        if is_event_file(start) and later < 10**_DIGITS:
            yield start, later
