"""Activations from anywhere, as arrays, into what TensorBoard shows."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from tb_actviz.export.html import export_run
from tb_actviz.progress import Progress, reporting
from tb_actviz.runs.followed_channels import describe_missing
from tb_actviz.runs.given_arrays import (
    Arrays,
    GivenArrays,
    Pictures,
    read_arrays,
    read_pictures,
    read_scores,
)
from tb_actviz.runs.logged_step import LoggedStep
from tb_actviz.runs.options import LogOptions
from tb_actviz.runs.step_logger import StepLogger
from tb_actviz.writing.event_file import check_step


class ArrayLogger:
    """Logs arrays of activations for TensorBoard, whatever computed them.

    It writes what `ActivationLogger` does, and needs no Keras: arrays may come from
    hooks of PyTorch, from JAX, ONNX or TFLite. Use it in a `with` statement, or call
    `close`.

    Args:
        log_dir: Folder of the run: a path, or a URL that fsspec knows.
        data_format: Where the channels of arrays are: `"channels_last"`, (N, H, W, C),
            or `"channels_first"`, (N, C, H, W), as in PyTorch.
        before: Path of a layer that is an activation function to that of the layer it
            is applied to, such as `{"relu1": "conv1"}`, which are then compared.
        options: What is logged of each layer.

    Raises:
        InputError: If the folder cannot be written to.

    Example:
        >>> with av.ArrayLogger("runs/given", before={"relu_conv1": "conv1"}) as log:
        ...     for step in range(3):
        ...         logged = log({"conv1": x[:2], "relu_conv1": x[:2]}, x[:2], step)
        >>> logged.tags[0]
        'conv1/channels/input_0'
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        *,
        data_format: str = "channels_last",
        before: Mapping[str, str] | None = None,
        options: LogOptions | None = None,
    ) -> None:
        self.options = options or LogOptions()
        self._data_format = data_format
        self._before = dict(before or {})
        self._log = StepLogger(log_dir, self.options, export_run)
        self._has_warned = False

    def __call__(
        self,
        arrays: Arrays,
        inputs: Pictures = None,
        step: int = 0,
        *,
        scores: Any = None,
        progress: Progress = True,
    ) -> LoggedStep:
        """Log the activations of all layers for the same inputs.

        Args:
            arrays: Layer path to activations: an array or a tensor, any real dtype, of
                shape (N, H, W, C), (N, T, C), (N, C) and so on; with `data_format` of
                `"channels_first"` (N, C, H, W), (N, C, T). N is the same for all.
            inputs: What was fed, to be seen beside them: N pictures as a dict of name
                to picture, a list or an array. A picture is a path, a Pillow image, or
                an array (H, W, C) or (C, H, W); arrays that are not from 0 to 255 or
                from 0 to 1 are shown from their smallest to their largest value. None
                where they are not at hand.
            step: Step to log at, at least 0.
            scores: Scores of classes, (N, classes), for predictions beside the inputs.
            progress: Whether to show a progress bar on a terminal; or what to call with
                (responses drawn, all responses).

        Returns:
            What was logged.

        Raises:
            InputError: If something is not an array, or does not fit the rest.
        """
        check_step(step)
        read, dtypes = read_arrays(arrays, self._data_format)
        count = len(next(iter(read.values())))
        named = read_pictures(inputs, count, self._data_format)
        given = GivenArrays(
            read,
            dtypes,
            self._before,
            self.options.channels_asked,
            read_scores(scores, count),
        )
        with reporting(progress, "drawing") as report:
            logged = self._log.log(given, named, step, report)
        if logged.missing_channels and not self._has_warned:
            self._has_warned = True
            warnings.warn(describe_missing(logged.missing_channels), stacklevel=2)
        return logged

    @property
    def event_file(self) -> str | None:
        """Path of the event file, None before anything was written."""
        return self._log.event_file

    def close(self) -> None:
        """Close the event file; closing again does nothing."""
        self._log.close()

    def __enter__(self) -> ArrayLogger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def log_arrays(
    log_dir: str | os.PathLike[str],
    arrays: Arrays,
    inputs: Pictures = None,
    step: int = 0,
    *,
    data_format: str = "channels_last",
    before: Mapping[str, str] | None = None,
    scores: Any = None,
    options: LogOptions | None = None,
) -> LoggedStep:
    """Log arrays of activations for TensorBoard once, whatever computed them.

    For many steps use `ArrayLogger`, which writes them into one file.

    Args:
        log_dir: Folder of the run: a path, or a URL that fsspec knows.
        arrays: Layer path to activations, (N, H, W, C), (N, T, C), (N, C) and so on;
            an array or a tensor, any real dtype.
        inputs: What was fed, N pictures as for a call of `ArrayLogger`; None where they
            are not at hand.
        step: Step to log at, at least 0.
        data_format: `"channels_first"` for (N, C, H, W), as in PyTorch.
        before: Path of an activation to that of the layer it is applied to.
        scores: Scores of classes, (N, classes).
        options: What is logged of each layer.

    Returns:
        What was logged.

    Raises:
        InputError: If something is not an array, or does not fit the rest, or the
            folder cannot be written to.

    Example:
        >>> logged = av.log_arrays("runs/given", {"conv1": x[:1]}, {"face": x[0]})
        >>> logged.tags[0]
        'conv1/channels/face'
    """
    with ArrayLogger(
        log_dir, data_format=data_format, before=before, options=options
    ) as log:
        return log(arrays, inputs, step, scores=scores)
