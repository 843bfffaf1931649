"""What was logged -> one HTML page that is the Activations tab."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO

from tb_actviz import __version__
from tb_actviz.errors import InputError
from tb_actviz.export.answers import ask_all
from tb_actviz.export.held_provider import HeldProvider
from tb_actviz.export.log_index import Log, Records, index_log
from tb_actviz.export.new_files import check_free, new_file, new_folder
from tb_actviz.export.page import ANSWERS, PageWriter, code_size
from tb_actviz.export.page_size import fit, fitting, most_exact
from tb_actviz.export.page_words import chosen_words, loss_words
from tb_actviz.export.repacking import Repacking, as_repacking
from tb_actviz.export.selection import (
    Selection,
    select,
    with_inputs,
)
from tb_actviz.export.thinning import NothingFitsError, Plan
from tb_actviz.layer_paths import INPUT_PATH
from tb_actviz.name_patterns import Steps
from tb_actviz.progress import Progress, Report, report_nothing, reporting

#: Bytes of a megabyte, as files are measured.
_MEGABYTE = 1_000_000
#: How large a page becomes unless it is said; what mail and trackers take.
_MOST_MEGABYTES = 25
#: How often a page that became larger than was estimated is made anew, smaller.
_ATTEMPTS = 5
#: What is left for the next attempt of what the last one had.
_LESS = 0.97
#: The page of a folder.
_PAGE = "index.html"


@dataclass(frozen=True)
class ExportedPage:
    """A page that was written.

    Args:
        path: The file, or the folder of a page that is split.
        size: Its size in bytes, with the files beside it.
        chosen: What was chosen of the log, in words; empty where it was all.
        losses: What of that does not fit, in words; empty where all fits.
        problems: What of the log could not be read, in words.

    Example:
        >>> page = av.export_html("runs", "report.html", layers="conv1")
        >>> page.path.name, page.losses
        ('report.html', ())
    """

    path: Path
    size: int
    chosen: tuple[str, ...]
    losses: tuple[str, ...]
    problems: tuple[str, ...]


def export_html(
    log_dir: str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    runs: str | Sequence[str] | None = None,
    layers: str | Sequence[str] | None = None,
    steps: Steps = None,
    inputs: str | Sequence[str] | None = None,
    precision: str | None = None,
    max_mb: float | None = None,
    split: bool = False,
    force: bool = False,
    progress: Progress = False,
) -> ExportedPage:
    """Write what was logged as one HTML page that is the Activations tab.

    The page needs no server, no network and no tb_actviz: it opens from a disk, or in
    the artifacts of a tracker. What does not fit into `max_mb` is left out
    in this order, and the page says what: steps, at even distances, down to ten of each
    run; then precision, to float16 and to 8 bits; then steps down to the last one; then
    layers, the largest first.

    Args:
        log_dir: Folder with one run or many in it, a path or a URL.
        path: The page, or the folder of a page that is split.
        runs: A run's name, a glob, or a list of these; None for all.
        layers: A layer path, a glob, or a list of these; None for all.
        steps: A step, several steps such as `range(0, 1000, 100)`, a predicate, or None
            for all.
        inputs: An input's name, a glob, or a list of these; None for all.
        precision: How exactly values are stored at most: `"float32"`, `"float16"` or
            `"uint8"`; None leaves them as they were logged.
        max_mb: How large the page may become, in megabytes (1,000,000 bytes); None for
            25, or without a limit where it is split.
        split: Whether to write a folder: the page, and files that it fetches when it
            needs them, for what is too large for one file. It needs a web server; any
            static one will do.
        force: Whether to replace what is there already.
        progress: Whether to show a progress bar on standard error, or a function that
            is called with the records done and all of them.

    Returns:
        What was written.

    Raises:
        InputError: If there is nothing of that to show, it cannot be made so small, or
            something is in the way.
        OSError: If it cannot be written.

    Example:
        >>> page = av.export_html("runs", "small.html", layers="conv*", max_mb=5)
        >>> page.size < 5_000_000
        True
    """
    keeping = as_repacking(inputs, precision)
    if max_mb is None:
        max_mb = math.inf if split else _MOST_MEGABYTES
    if not max_mb > 0:
        raise InputError(f"Received max_mb={max_mb!r}; expected a number above 0.")
    target = Path(path).expanduser()
    check_free(target, force and (_is_ours(target) if split else target.is_file()))
    with reporting(progress, "exporting") as report:
        return export_log(
            index_log(log_dir),
            target,
            Selection(runs, layers, steps),
            keeping,
            max_mb * _MEGABYTE,
            split=split,
            force=force,
            report=report,
        )


def export_log(
    log: Log,
    path: Path,
    wanted: Selection,
    keeping: Repacking,
    limit: float,
    *,
    split: bool = False,
    force: bool = False,
    report: Report = report_nothing,
) -> ExportedPage:
    """Write a page of what was found in event files.

    Args:
        log: What was logged.
        path: The page, or the folder of a page that is split.
        wanted: What is wanted of it.
        keeping: What is kept of each record.
        limit: Bytes that the page may take.
        split: Whether it is a folder.
        force: Whether it may take the place of another one.
        report: Is called with the records done and all of them.

    Returns:
        What was written.

    Raises:
        InputError: As `export_html`.
        OSError: If it cannot be written.
    """
    held = with_inputs(select(log, wanted), keeping.inputs)
    return _Export(log, held, keeping, limit, split, force, report).write(path)


def export_run(folder: str | os.PathLike[str], path: Path) -> ExportedPage:
    """Write the page of one run, as large as mail and trackers take it.

    Args:
        folder: The folder of the run, a path or a URL.
        path: The page.

    Returns:
        What was written.

    Raises:
        InputError: As `export_html`.
        OSError: If it cannot be written.
    """
    log = index_log(folder)
    name = log.log_dir.rstrip("/\\").replace("\\", "/").rpartition("/")[2] or "run"
    # As TensorBoard calls them where it shows the folder above.
    names = {run: name if run == "." else f"{name}/{run}" for run in log.runs}
    return export_log(
        log.renamed(log.log_dir, names),
        path,
        Selection(),
        Repacking(),
        _MOST_MEGABYTES * _MEGABYTE,
    )


class _LargerThanEstimatedError(Exception):
    """A page became too large after all."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} bytes.")
        self.size = size


@dataclass(frozen=True)
class _Export:
    """A page that is to be written.

    Args:
        log: What was logged.
        held: Run to the records that were chosen.
        keeping: What is kept of each of them.
        limit: Bytes that the page may take.
        split: Whether it is a folder.
        force: Whether it may take the place of another one.
        report: Is called with the records done and all of them.
    """

    log: Log
    held: Mapping[str, Records]
    keeping: Repacking
    limit: float
    split: bool
    force: bool
    report: Report

    def write(self, path: Path) -> ExportedPage:
        """Write it, with as much as fits."""
        room = self.limit - code_size()
        for _ in range(_ATTEMPTS):
            try:
                plan = fit(
                    self.log, self.held, self.keeping, room, in_base64=not self.split
                )
            except NothingFitsError as error:
                raise self._too_small(error.smallest) from None
            try:
                return self._write(path, plan)
            except _LargerThanEstimatedError as error:
                room *= _LESS * (self.limit - code_size()) / (error.size - code_size())
        raise InputError(
            f"The page cannot be made to take at most {self.limit / _MEGABYTE:.3g} MB. "
            "Choose fewer layers, steps or inputs."
        )

    def _write(self, path: Path, plan: Plan) -> ExportedPage:
        """Write what fits.

        Raises:
            _LargerThanEstimatedError: If it does not fit after all.
        """
        log, held = self.log, fitting(self.held, plan)
        chosen = chosen_words(log, self.held, self.keeping)
        losses = loss_words(self.held, plan, most_exact(self.held, self.keeping))
        about = {
            "version": __version__,
            "made": datetime.now(timezone.utc).date().isoformat(),
            "log_dir": log.log_dir,
            "chosen": chosen,
            "losses": losses,
            "problems": log.problems,
        }
        provider = HeldProvider(
            log, held, replace(self.keeping, precision=plan.precision)
        )
        total = sum(len(r) for records in held.values() for r in records.values())
        done = 0
        with self._opened(path) as (file, beside):
            page = PageWriter(file, f"Activations: {log.log_dir}", about, beside)
            for answer in ask_all(provider, log):
                page.add(answer)
                if answer.route == "record":
                    done += 1
                    self.report(done, total)
            page.finish()
            if page.size > self.limit:
                raise _LargerThanEstimatedError(page.size)
        return ExportedPage(path, page.size, chosen, losses, log.problems)

    @contextmanager
    def _opened(
        self, path: Path
    ) -> Iterator[tuple[BinaryIO, Callable[[int, bytes], None] | None]]:
        """Open what is written to: the page, and a function for what is beside it."""
        if not self.split:
            with new_file(path, self.force) as file:
                yield file, None
            return
        with new_folder(path, _is_ours, self.force) as folder:
            answers = folder / ANSWERS
            answers.mkdir()

            def beside(number: int, body: bytes) -> None:
                (answers / f"{number}.bin").write_bytes(body)

            with (folder / _PAGE).open("wb") as file:
                yield file, beside

    def _too_small(self, smallest: Plan) -> InputError:
        layers = {layer for records in self.held.values() for layer in records}
        left = layers - {INPUT_PATH, *smallest.left_out}
        size = (code_size() + smallest.size) / _MEGABYTE
        return InputError(
            f"The page does not fit into {self.limit / _MEGABYTE:.3g} MB. The smallest "
            f"possible, of layer {min(left)!r} at the last step as "
            f"{smallest.precision}, takes about {math.ceil(10 * size) / 10:g} MB. "
            "Allow more with --max-mb (max_mb), or choose another layer."
        )


def _is_ours(folder: Path) -> bool:
    """Whether a folder holds a page that was split, and nothing else."""
    found = {one.name for one in folder.iterdir()} if folder.is_dir() else set()
    answers = folder / ANSWERS
    return (
        found == {_PAGE, ANSWERS}
        and answers.is_dir()
        and all(re.fullmatch(r"[0-9]+\.bin", one.name) for one in answers.iterdir())
    )
