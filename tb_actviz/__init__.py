"""See what the layers of a Keras network respond to, in TensorBoard."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tb_actviz.analysis.channels import (
        ChannelStatistics,
        channel_statistics,
        dead_channels,
        strongest_channels,
    )
    from tb_actviz.arrays import as_maps
    from tb_actviz.callback import ActivationCallback
    from tb_actviz.capture.execution import Capture
    from tb_actviz.capture.extractor import FeatureExtractor, activations
    from tb_actviz.capture.selection import LayerInfo, describe_layers
    from tb_actviz.checkpoints.log import LoggedCheckpoints, log_checkpoints
    from tb_actviz.comparison import InputDifference, compare_inputs
    from tb_actviz.errors import InputError
    from tb_actviz.imaging.colormap import colorize, mat2gray
    from tb_actviz.imaging.grid import imtile
    from tb_actviz.imaging.montage import (
        channel_grid,
        channels_beside_input,
        input_comparison,
        relu_comparison,
    )
    from tb_actviz.imaging.resize import imresize
    from tb_actviz.logger import ActivationLogger
    from tb_actviz.reading import StoredActivations, read_records
    from tb_actviz.runs.options import LogOptions
    from tb_actviz.runs.step_summaries import LoggedStep

__version__ = "0.1.0"

__all__ = [
    "ActivationCallback",
    "ActivationLogger",
    "Capture",
    "ChannelStatistics",
    "FeatureExtractor",
    "InputDifference",
    "InputError",
    "LayerInfo",
    "LogOptions",
    "LoggedCheckpoints",
    "LoggedStep",
    "StoredActivations",
    "activations",
    "as_maps",
    "channel_grid",
    "channel_statistics",
    "channels_beside_input",
    "colorize",
    "compare_inputs",
    "dead_channels",
    "describe_layers",
    "imresize",
    "imtile",
    "input_comparison",
    "log_checkpoints",
    "mat2gray",
    "read_records",
    "relu_comparison",
    "strongest_channels",
]

_MODULES = {
    "ActivationCallback": "callback",
    "ActivationLogger": "logger",
    "Capture": "capture.execution",
    "ChannelStatistics": "analysis.channels",
    "FeatureExtractor": "capture.extractor",
    "InputDifference": "comparison",
    "InputError": "errors",
    "LayerInfo": "capture.selection",
    "LogOptions": "runs.options",
    "LoggedStep": "runs.step_summaries",
    "LoggedCheckpoints": "checkpoints.log",
    "StoredActivations": "reading",
    "activations": "capture.extractor",
    "as_maps": "arrays",
    "channel_grid": "imaging.montage",
    "channel_statistics": "analysis.channels",
    "channels_beside_input": "imaging.montage",
    "colorize": "imaging.colormap",
    "dead_channels": "analysis.channels",
    "compare_inputs": "comparison",
    "describe_layers": "capture.selection",
    "imresize": "imaging.resize",
    "imtile": "imaging.grid",
    "input_comparison": "imaging.montage",
    "log_checkpoints": "checkpoints.log",
    "mat2gray": "imaging.colormap",
    "read_records": "reading",
    "relu_comparison": "imaging.montage",
    "strongest_channels": "analysis.channels",
}


def __getattr__(name: str) -> Any:
    # TensorBoard imports this package for its plugin: nothing heavy before it is used.
    if name in _MODULES:
        module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
