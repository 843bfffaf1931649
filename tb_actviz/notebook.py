"""The Activations tab in a cell of a notebook."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tb_actviz.errors import InputError
from tb_actviz.export.html import export_log
from tb_actviz.export.log_index import Log, index_log
from tb_actviz.export.page import code_text
from tb_actviz.export.repacking import as_repacking
from tb_actviz.export.selection import Selection
from tb_actviz.name_patterns import Steps
from tb_actviz.reading import StoredActivations
from tb_actviz.records.schema import record_summary, record_tag
from tb_actviz.runs.options import LogOptions
from tb_actviz.writing.event_file import summary_record

#: Megabytes that the output of a cell takes; some notebooks take no more at once.
_MOST_MEGABYTES = 3
_MEGABYTE = 1_000_000
#: What a page in a cell may do: run, save what is exported, and be opened alone.
_SANDBOX = "allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox"
# Tells the page whether the notebook is dark, from the colour that is behind it, and
# again whenever the notebook changes.
_FOLLOW_THEME = """
((frame) => {
  const isDark = () => {
    for (let part = frame.parentElement; part; part = part.parentElement) {
      const colour = getComputedStyle(part).backgroundColor.match(/[\\d.]+/g) || [];
      const [red, green, blue, alpha = 1] = colour.map(Number);
      if (colour.length && alpha > 0) return red + 2 * green + blue < 510;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches;
  };
  const tell = () => {
    const theme = isDark() ? "dark" : "light";
    frame.contentWindow?.postMessage({ tb_actviz: theme }, "*");
  };
  const soon = () => [0, 300, 1000].forEach((pause) => setTimeout(tell, pause));
  frame.addEventListener("load", soon);
  for (const part of [document.documentElement, document.body]) {
    new MutationObserver(soon).observe(part, { attributes: true });
  }
  soon();
})(document.currentScript.previousElementSibling);
"""


@dataclass(frozen=True)
class NotebookPage:
    """The Activations tab as a page, which a notebook shows in a cell.

    Args:
        page: The page, HTML.
        height: Height of the cell in CSS pixels.

    Example:
        >>> shown = av.show("runs", layers="conv1")
        >>> shown
        <the Activations tab, ... MB: a cell shows it, .save(path) keeps it>
        >>> path = shown.save("shown.html")
    """

    page: str = field(repr=False)
    height: int

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file.

        Args:
            path: The file; one that is there is replaced.

        Returns:
            Its path.

        Raises:
            OSError: If it cannot be written.
        """
        target = Path(path).expanduser()
        target.write_text(self.page, encoding="utf-8")
        return target

    def __repr__(self) -> str:
        size = len(self.page.encode()) / _MEGABYTE
        return (
            f"<the Activations tab, {size:.1f} MB: a cell shows it, .save(path) keeps "
            "it>"
        )

    def _repr_html_(self) -> str:
        style = f"border: 0; height: {self.height}px; width: 100%"
        return (
            f'<iframe title="Activations" sandbox="{_SANDBOX}" style="{style}" '
            f"srcdoc='{_as_attribute(self.page)}'></iframe>"
            f"<script>{_FOLLOW_THEME}</script>"
        )


def show(
    what: Any,
    inputs: Any = None,
    layers: Any = None,
    *,
    runs: str | Sequence[str] | None = None,
    steps: Steps = None,
    preprocess: Any = "auto",
    options: LogOptions | None = None,
    max_mb: float = _MOST_MEGABYTES,
    height: int = 720,
) -> NotebookPage:
    """Show the Activations tab in a cell of a notebook.

    The cell holds all that is shown, so that it works without a kernel, also in what
    nbconvert makes of the notebook. It is as dark as the notebook. What does not fit
    into `max_mb` is left out as by `export_html`, and the last line says what.

    Args:
        what: A Keras model, a log directory, records of `read_records`, or a dict of
            layer path to activations, (N, H, W, C), such as `activations` gives.
        inputs: For a model, its inputs as for `activations`; for activations, the
            pictures they are of, or None.
        layers: For a model as for `ActivationLogger`; for a log directory or records
            a layer path, a glob, or a list of these. None for all that is worth seeing.
        runs: For a log directory a run's name, a glob, or a list of these.
        steps: For a log directory a step, several, a predicate, or None for all.
        preprocess: For a model, as for `FeatureExtractor`.
        options: For a model or activations, what is shown of each layer.
        max_mb: How much a cell may hold, in megabytes.
        height: Height of the cell in CSS pixels.

    Returns:
        What the notebook shows, as the last value of a cell or by `display`.

    Raises:
        InputError: If there is nothing of that to show, or it cannot be so small.

    Example:
        >>> shown = av.show(model, "face.png", ["conv1", "relu_conv1"])
        >>> "Activations" in shown.page
        True
    """
    if not max_mb > 0:
        raise InputError(f"Received max_mb={max_mb!r}; expected a number above 0.")
    wanted = Selection(runs, layers, steps)
    with tempfile.TemporaryDirectory() as folder:
        if isinstance(what, str | os.PathLike):
            log = index_log(what)
        elif isinstance(what, StoredActivations):
            log = _log_of_records(Path(folder), [what])
        elif isinstance(what, Mapping):
            log = _log_of_arrays(Path(folder), what, inputs, options)
            wanted = Selection()
        elif hasattr(what, "layers"):
            log = _log_of_model(Path(folder), what, inputs, layers, preprocess, options)
            wanted = Selection()
        elif isinstance(what, Iterable):
            log = _log_of_records(Path(folder), what)
        else:
            raise InputError(
                f"Received {type(what).__name__}; expected a Keras model, a log "
                "directory, records of read_records, or a dict of layer path to "
                "activations."
            )
        path = Path(folder) / "page.html"
        limit = max_mb * _MEGABYTE - _grows_by()
        export_log(log, path, wanted, as_repacking(None, None), limit)
        return NotebookPage(path.read_text(encoding="utf-8"), height)


def _log_of_model(
    folder: Path,
    model: Any,
    inputs: Any,
    layers: Any,
    preprocess: Any,
    options: LogOptions | None,
) -> Log:
    if inputs is None:
        raise InputError("A model is shown with inputs: pass pictures or arrays.")
    from tb_actviz.logger import ActivationLogger

    with ActivationLogger(
        folder / "log",
        model,
        layers,
        preprocess=preprocess,
        options=options or LogOptions(trackers=None),
    ) as log:
        log(inputs)
    return index_log(folder / "log").renamed(
        f"the model {model.name}", {".": model.name}
    )


def _log_of_arrays(
    folder: Path, arrays: Mapping[str, Any], inputs: Any, options: LogOptions | None
) -> Log:
    from tb_actviz.array_logger import ArrayLogger

    with ArrayLogger(
        folder / "log", options=options or LogOptions(trackers=None)
    ) as log:
        log(arrays, inputs)
    return index_log(folder / "log").renamed("arrays", {".": "arrays"})


def _log_of_records(folder: Path, records: Iterable[Any]) -> Log:
    """Write records once more, as they are, each run in a folder of its own."""
    numbers: dict[str, str] = {}
    for stored in records:
        if not isinstance(stored, StoredActivations):
            raise InputError(
                f"Received {type(stored).__name__} among the records; expected what "
                "read_records gives."
            )
        number = numbers.setdefault(stored.run, str(len(numbers)))
        of_run = folder / "log" / number
        of_run.mkdir(parents=True, exist_ok=True)
        summary = record_summary(record_tag(stored.layer), stored.record)
        with (of_run / "events.out.tfevents.0").open("ab") as file:
            file.write(summary_record(summary, stored.step, stored.wall_time))
    if not numbers:
        raise InputError("There are no records to show.")
    names = {number: run for run, number in numbers.items()}
    return index_log(folder / "log").renamed("records", names)


def _as_attribute(text: str) -> str:
    """Write a page as the value of an attribute, between single quotes."""
    return text.replace("&", "&amp;").replace("'", "&#39;")


def _grows_by() -> int:
    """Bytes by which the tab itself grows in an attribute; its answers do not."""
    text = code_text()
    return len(_as_attribute(text)) - len(text) + len(_FOLLOW_THEME) + 500
