"""See what the layers of a Keras network respond to, in TensorBoard.

With any Keras `model`, a picture, and data `x`, `y` to train on:

    >>> import tb_actviz as av
    >>> acts = av.activations(model, "face.png", layers=["conv1", "fire6-*"])
    >>> acts["conv1"].shape
    (1, 64, 64, 8)
    >>> grid = av.draw_channels(acts["conv1"][0], layer="conv1")  # RGB, uint8
    >>> channels, maxima = av.strongest_channels(acts["conv1"][0], k=3)
    >>> channels
    array([7, 3, 1])

    >>> with av.ActivationLogger("runs/probe", model, layers="fire6-*") as log:
    ...     logged = log("face.png", step=0)
    >>> callback = av.ActivationCallback("runs/training", "face.png", "fire6-*")
    >>> history = model.fit(x, y, epochs=2, callbacks=[callback], verbose=0)
    >>> stored = av.read_records("runs", runs="training", layers="fire6-relu*")
    >>> [(record.step, record.activations["face"].shape) for record in stored]
    [(0, (32, 32, 6)), (1, (32, 32, 6))]

`tensorboard --logdir runs` shows the runs in its tab Activations. Arrays are RGB,
0…255, shape (H, W, 3) or (N, H, W, 3). What is not listed here may change.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tb_actviz.analysis.channels import ChannelStatistics as ChannelStatistics
    from tb_actviz.analysis.channels import channel_statistics as channel_statistics
    from tb_actviz.analysis.channels import silent_channels as silent_channels
    from tb_actviz.analysis.channels import strongest_channels as strongest_channels
    from tb_actviz.analysis.layer import LayerStatistics as LayerStatistics
    from tb_actviz.array_logger import ArrayLogger as ArrayLogger
    from tb_actviz.array_logger import log_arrays as log_arrays
    from tb_actviz.arrays import as_maps as as_maps
    from tb_actviz.callback import ActivationCallback as ActivationCallback
    from tb_actviz.capture.description import Capture as Capture
    from tb_actviz.capture.extractor import FeatureExtractor as FeatureExtractor
    from tb_actviz.capture.extractor import activations as activations
    from tb_actviz.capture.named_input import NamedInput as NamedInput
    from tb_actviz.capture.selection import LayerInfo as LayerInfo
    from tb_actviz.capture.selection import describe_layers as describe_layers
    from tb_actviz.checkpoints.files import Checkpoint as Checkpoint
    from tb_actviz.checkpoints.log import LoggedCheckpoints as LoggedCheckpoints
    from tb_actviz.checkpoints.log import SkippedCheckpoint as SkippedCheckpoint
    from tb_actviz.checkpoints.log import log_checkpoints as log_checkpoints
    from tb_actviz.comparison import InputDifference as InputDifference
    from tb_actviz.comparison import compare_inputs as compare_inputs
    from tb_actviz.dataset.examples import Example as Example
    from tb_actviz.dataset.examples import dataset_examples as dataset_examples
    from tb_actviz.errors import InputError as InputError
    from tb_actviz.export.files import ExportedFiles as ExportedFiles
    from tb_actviz.export.files import export_files as export_files
    from tb_actviz.export.html import ExportedPage as ExportedPage
    from tb_actviz.export.html import export_html as export_html
    from tb_actviz.imaging.colormap import colorize as colorize
    from tb_actviz.imaging.colormap import mat2gray as mat2gray
    from tb_actviz.imaging.grid import imtile as imtile
    from tb_actviz.imaging.montage import draw_beside_input as draw_beside_input
    from tb_actviz.imaging.montage import draw_channels as draw_channels
    from tb_actviz.imaging.montage import draw_inputs as draw_inputs
    from tb_actviz.imaging.montage import draw_relu as draw_relu
    from tb_actviz.imaging.resize import imresize as imresize
    from tb_actviz.logger import ActivationLogger as ActivationLogger
    from tb_actviz.notebook import NotebookPage as NotebookPage
    from tb_actviz.notebook import show as show
    from tb_actviz.reading import StoredActivations as StoredActivations
    from tb_actviz.reading import read_records as read_records
    from tb_actviz.receptive_field import ReceptiveField as ReceptiveField
    from tb_actviz.receptive_field import TokenGrid as TokenGrid
    from tb_actviz.records.codec import Packed as Packed
    from tb_actviz.records.facts import InputFacts as InputFacts
    from tb_actviz.records.facts import LayerFacts as LayerFacts
    from tb_actviz.records.facts import Record as Record
    from tb_actviz.records.strict_json import RecordError as RecordError
    from tb_actviz.runs.logged_step import LoggedStep as LoggedStep
    from tb_actviz.runs.options import LogOptions as LogOptions

__version__ = "0.1.0"

#: Each public name, to the module that has it.
_HOMES = {
    "ActivationCallback": "callback",
    "ActivationLogger": "logger",
    "ArrayLogger": "array_logger",
    "Capture": "capture.description",
    "ChannelStatistics": "analysis.channels",
    "Checkpoint": "checkpoints.files",
    "Example": "dataset.examples",
    "ExportedFiles": "export.files",
    "ExportedPage": "export.html",
    "FeatureExtractor": "capture.extractor",
    "InputDifference": "comparison",
    "InputError": "errors",
    "InputFacts": "records.facts",
    "LayerFacts": "records.facts",
    "LayerInfo": "capture.selection",
    "LayerStatistics": "analysis.layer",
    "LogOptions": "runs.options",
    "LoggedCheckpoints": "checkpoints.log",
    "LoggedStep": "runs.logged_step",
    "NamedInput": "capture.named_input",
    "NotebookPage": "notebook",
    "Packed": "records.codec",
    "ReceptiveField": "receptive_field",
    "Record": "records.facts",
    "RecordError": "records.strict_json",
    "SkippedCheckpoint": "checkpoints.log",
    "StoredActivations": "reading",
    "TokenGrid": "receptive_field",
    "activations": "capture.extractor",
    "as_maps": "arrays",
    "channel_statistics": "analysis.channels",
    "colorize": "imaging.colormap",
    "compare_inputs": "comparison",
    "dataset_examples": "dataset.examples",
    "describe_layers": "capture.selection",
    "draw_beside_input": "imaging.montage",
    "draw_channels": "imaging.montage",
    "draw_inputs": "imaging.montage",
    "draw_relu": "imaging.montage",
    "export_files": "export.files",
    "export_html": "export.html",
    "imresize": "imaging.resize",
    "imtile": "imaging.grid",
    "log_arrays": "array_logger",
    "log_checkpoints": "checkpoints.log",
    "mat2gray": "imaging.colormap",
    "read_records": "reading",
    "show": "notebook",
    "silent_channels": "analysis.channels",
    "strongest_channels": "analysis.channels",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    # TensorBoard imports this package for its plugin: nothing heavy before it is used.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    # So that help, errors and the pages of a debugger name what users import.
    value.__module__ = __name__
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
