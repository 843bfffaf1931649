"""Which trackers a run is logged to as well, and what they are told of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

import tb_actviz
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.runs.messages import Messages
from tb_actviz.runs.options import LogOptions
from tb_actviz.runs.watched_layers import Watched
from tb_actviz.trackers.feed import TrackerFeed
from tb_actviz.trackers.found import find_trackers
from tb_actviz.trackers.tracker import Tracker
from tb_actviz.writing.names import Folder

#: Writes the page of the run in a folder to a path.
PageWriter: TypeAlias = Callable[[Folder, Path], object]

#: Some trackers keep no longer values of parameters.
_LONGEST_LIST = 480


def open_feed(
    options: LogOptions,
    folder: Folder,
    watched: Watched,
    inputs: Sequence[NamedInput],
    messages: Messages,
    write_page: PageWriter,
    *,
    frequency: str = "",
) -> TrackerFeed | None:
    """Find the trackers in use, and say once what each of them gets.

    Some have their active run on one thread: that of the user has to call this.

    Args:
        options: Which trackers, and what is logged.
        folder: The folder of the run.
        watched: What gives the activations; its layers are known by now.
        inputs: The inputs.
        messages: Where to report what happens.
        write_page: Writes the page of a run, which the options may ask for.
        frequency: How often is logged, in words; empty where nobody knows.

    Returns:
        What takes steps for all of them; None where there are none.
    """
    trackers, problems = find_trackers(options.trackers, folder)
    for problem in problems:
        messages.warn_once(problem, problem)
    if not trackers:
        if options.html is not None:
            text = "There is no tracker with an active run to give the page to."
            messages.warn_once("page", text)
        return None
    messages.tell_once("trackers", _who_gets_what(trackers))
    parameters = {
        "version": tb_actviz.__version__,
        **watched.versions,
        "folder": str(folder),
        "layers": _listed([layer.path for layer in watched.layers]),
        "inputs": _listed([named.name for named in inputs]),
        "frequency": frequency,
        "precision": options.precision,
    }
    stated = {name: value for name, value in parameters.items() if value}
    page = None if options.html is None else partial(write_page, folder)
    return TrackerFeed(trackers, stated, messages.warn_once, page)


def _who_gets_what(trackers: Sequence[Tracker]) -> str:
    shares = [f"{tracker.name} gets {tracker.shows}" for tracker in trackers]
    return f"{'; '.join(shares)}. The values stay in the event files."


def _listed(names: Sequence[str]) -> str:
    """The names, as many as a tracker keeps, and how many more there are."""
    text = ", ".join(names)
    if len(text) <= _LONGEST_LIST:
        return text
    shown: list[str] = []
    for name in names:
        if len(", ".join([*shown, name])) > _LONGEST_LIST - 20:
            break
        shown.append(name)
    return f"{', '.join(shown)} and {len(names) - len(shown)} more"
