"""What was logged -> pictures, animations, arrays and a table, for scripts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tb_actviz.errors import InputError
from tb_actviz.export.file_kinds import Animations, Arrays, Pictures, Sink, Table
from tb_actviz.export.log_index import index_log
from tb_actviz.export.new_files import check_free, new_file
from tb_actviz.export.repacking import as_repacking
from tb_actviz.export.responses import Responses
from tb_actviz.export.selection import Selection, select, with_inputs
from tb_actviz.name_patterns import Steps
from tb_actviz.progress import Progress, reporting


@dataclass(frozen=True)
class ExportedFiles:
    """Files that were written.

    Args:
        paths: The files.
        problems: What of the log could not be read, in words.

    Example:
        >>> done = av.export_files("runs", npz="arrays.npz", layers="conv1")
        >>> [path.name for path in done.paths]
        ['arrays.npz']
    """

    paths: tuple[Path, ...]
    problems: tuple[str, ...]


def export_files(
    log_dir: str | os.PathLike[str],
    *,
    png: str | os.PathLike[str] | None = None,
    gif: str | os.PathLike[str] | None = None,
    npz: str | os.PathLike[str] | None = None,
    csv: str | os.PathLike[str] | None = None,
    runs: str | Sequence[str] | None = None,
    layers: str | Sequence[str] | None = None,
    steps: Steps = None,
    inputs: str | Sequence[str] | None = None,
    force: bool = False,
    progress: Progress = False,
) -> ExportedFiles:
    """Write what was logged as pictures, animations, arrays or a table.

    Args:
        log_dir: Folder with one run or many in it, a path or a URL.
        png: A folder for a picture of the channels of each layer, for each step and
            input, as `draw_channels` draws it, and of the inputs themselves:
            `run/layer/input-step.png`. Names become such that any file system takes.
        gif: A folder for an animation over the steps of each layer, for each input,
            all steps on one scale; layers with a single step have none. A GIF has 256
            colours, so that some shades are off by a few of 255 levels.
        npz: A file for the activations, float32, in the layer's own shape, channels
            last. Its arrays are called `run/layer/input/step`, in letters that any
            file system takes; the arrays `run`, `layer`, `input` and `step` say of each
            of `key` what it is.
        csv: A file for a table of each channel's statistics, a row for each run, layer,
            step, input and channel.
        runs: A run's name, a glob, or a list of these; None for all.
        layers: A layer path, a glob, or a list of these; None for all.
        steps: A step, several, a predicate, or None for all.
        inputs: An input's name, a glob, or a list of these; None for all.
        force: Whether to replace what is there already.
        progress: Whether to show a progress bar on standard error, or a function that
            is called with the records done and all of them.

    Returns:
        What was written.

    Raises:
        InputError: If there is nothing of that, or something is in the way.
        OSError: If it cannot be written.

    Example:
        >>> done = av.export_files("runs", csv="channels.csv", layers="conv1")
        >>> print(open("channels.csv").readline(), end="")
        run,layer,step,input,channel,minimum,maximum,mean,zero_share,nan_count,inf_count
    """
    targets = {"png": png, "gif": gif, "npz": npz, "csv": csv}
    paths = {
        kind: Path(path).expanduser()
        for kind, path in targets.items()
        if path is not None
    }
    if not paths:
        raise InputError("Nothing says what to write; expected png, gif, npz or csv.")
    for kind, path in paths.items():
        _check(path, kind in {"png", "gif"}, force)
    log = index_log(log_dir)
    patterns = as_repacking(inputs, None).inputs
    held = with_inputs(select(log, Selection(runs, layers, steps)), patterns)
    source = Responses(held, patterns, [*log.problems])
    written: list[Path] = []
    with reporting(progress, "exporting") as report, ExitStack() as files:
        sinks: list[Sink] = []
        if "png" in paths:
            sinks.append(Pictures(paths["png"], written))
        if "npz" in paths:
            sinks.append(Arrays(files.enter_context(new_file(paths["npz"], force))))
        if "csv" in paths:
            sinks.append(Table(files.enter_context(new_file(paths["csv"], force))))
        total = source.count * (bool(sinks) + ("gif" in paths))
        done = 0
        if sinks:
            for one in source.all():
                for sink in sinks:
                    sink.add(one)
                done += one.is_last
                report(done, total)
            for sink in sinks:
                sink.finish()
        if "gif" in paths:
            animations = Animations(paths["gif"], written)
            for run, records in held.items():
                for layer in records:
                    animations.add(source, run, layer)
                    done += len(records[layer])
                    report(done, total)
    written += [paths[kind] for kind in ("npz", "csv") if kind in paths]
    return ExportedFiles(tuple(written), tuple(source.problems))


def _check(path: Path, is_folder: bool, force: bool) -> None:
    """Refuse what is in the way, before anything takes time."""
    if not is_folder:
        check_free(path, force and path.is_file())
    elif not (path.is_dir() and (force or not any(path.iterdir()))):
        check_free(path, replaces=False)
