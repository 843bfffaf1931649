"""The same pictures through every checkpoint of a training, a step each."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from tb_actviz.arrays import Limits
from tb_actviz.capture.inputs import SAMPLES, Inputs
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.preprocessing import Preprocess
from tb_actviz.capture.selection import LayerSelection, refuse_other_than_models
from tb_actviz.checkpoints.files import (
    Checkpoint,
    Checkpoints,
    find_checkpoints,
    number_checkpoints,
)
from tb_actviz.checkpoints.loading import CheckpointLoader
from tb_actviz.errors import InputError, near_matches
from tb_actviz.export.html import export_run
from tb_actviz.progress import Progress, Report, reporting
from tb_actviz.runs.followed_channels import describe_missing
from tb_actviz.runs.logged_step import LoggedStep
from tb_actviz.runs.options import LogOptions
from tb_actviz.runs.step_logger import StepLogger, joined_ranges, value_ranges
from tb_actviz.runs.views import SharedScale
from tb_actviz.runs.watched_model import WatchedModel

#: What has one scale: each layer over all steps, or each picture.
SCALES = ("layer", "step")


@dataclass(frozen=True)
class SkippedCheckpoint:
    """A checkpoint that could not be loaded and was not logged.

    Args:
        checkpoint: The file and the step it would have had.
        reason: What is wrong with it.

    Example:
        >>> from pathlib import Path
        >>> model.save_weights("ckpt-01.weights.h5")
        >>> Path("ckpt-02.weights.h5").touch()  # an empty file
        >>> done = av.log_checkpoints("runs/ckpts", model, "*.h5", "face.png", "conv1")
        >>> [skipped.checkpoint.step for skipped in done.skipped]
        [2]
    """

    checkpoint: Checkpoint
    reason: str


@dataclass(frozen=True)
class LoggedCheckpoints:
    """What was logged of which checkpoint.

    Args:
        checkpoints: Those that were logged, by step.
        logged: What was written and found for each of them.
        skipped: Those that could not be loaded, by step.
        steps_from: In words, where the steps are from.
        scale: In words, what shares one scale.
        event_file: Path of the event file.

    Example:
        >>> model.save_weights("ckpt-01.weights.h5")
        >>> done = av.log_checkpoints("runs/ckpts", model, "*.h5", "face.png", "conv1")
        >>> done.steps_from, len(done.checkpoints), len(done.skipped)
        ('the names of the files', 1, 0)
    """

    checkpoints: tuple[Checkpoint, ...]
    logged: tuple[LoggedStep, ...]
    skipped: tuple[SkippedCheckpoint, ...]
    steps_from: str
    scale: str
    event_file: str


def log_checkpoints(
    log_dir: str | os.PathLike[str],
    model: keras.Model | Callable[[], keras.Model],
    checkpoints: Checkpoints,
    inputs: Inputs,
    layers: LayerSelection | None = None,
    *,
    steps: Sequence[int] | None = None,
    scale: str = "layer",
    preprocess: Preprocess = "auto",
    options: LogOptions | None = None,
    strict: bool = False,
    samples: int = SAMPLES,
    progress: Progress = True,
) -> LoggedCheckpoints:
    """Log the activations of the same inputs at every checkpoint of one model.

    The model is captured once and then given the weights of one checkpoint after
    another; only values are read from the files. A checkpoint that is damaged or of
    another model is skipped, with a warning.

    Args:
        log_dir: Folder of the run.
        model: The architecture: a Keras model, which gets its own weights back, or a
            callable that returns one.
        checkpoints: A list of files, a glob, or a folder; `.keras`, `.weights.h5`, and
            the legacy `.h5` and `.hdf5`.
        inputs: As for `ActivationLogger`; read once.
        layers: As for `ActivationLogger`.
        steps: A step for each file. By default it is the one number that differs
            between their names, as in `ckpt-{epoch:02d}.keras`; without such a number
            0, 1, 2, … in the order of the files.
        scale: `"layer"` draws the pictures of a layer on one scale over all steps and
            inputs, for which every checkpoint is run twice; `"step"` gives every
            picture its own. Limits in the options take precedence over both.
        preprocess: `"auto"`, None, or a callable, as for `FeatureExtractor`.
        options: What is drawn of each layer.
        strict: Stop at the first checkpoint that cannot be loaded.
        samples: How many samples to take of a dataset or generator.
        progress: Whether to show a progress bar on a terminal; or what to call with
            (checkpoints done, all), each counted as often as it is run.

    Returns:
        Which checkpoint was logged at which step, and what was found.

    Raises:
        InputError: If there are no checkpoints or none can be loaded, one cannot and
            `strict` is set, or as `ActivationLogger` does. Nothing is written of a
            checkpoint that cannot be loaded.

    Example:
        >>> for epoch in (1, 2):
        ...     model.save_weights(f"ckpt-{epoch:02d}.weights.h5")
        >>> done = av.log_checkpoints("runs/ckpts", model, "*.h5", "face.png", "conv1")
        >>> [checkpoint.step for checkpoint in done.checkpoints]
        [1, 2]
    """
    options = options or LogOptions()
    _check_scale(options, scale)
    numbered, steps_from = number_checkpoints(find_checkpoints(checkpoints), steps)
    built = model if isinstance(model, keras.Model) else _build(model)
    watched = WatchedModel(
        built,
        layers,
        preprocess=preprocess,
        channels=options.channels_asked,
        class_names=options.class_names,
    )
    with closing(StepLogger(log_dir, options, export_run)) as logger:
        named = watched.read(inputs, samples=samples)
        shares = scale == "layer" and options.limits is None
        with (
            CheckpointLoader(built) as loader,
            reporting(progress, "checkpoints") as report,
        ):
            run = _Run(logger, watched, loader, named, strict, report)
            shared = run.measure(numbered) if shares else None
            logged = run.log(numbered, shared)
        # At the end, so that warnings that are errors leave nothing out.
        if caution := watched.take_caution():
            warnings.warn(caution, stacklevel=2)
        missing = next(iter(logged.values())).missing_channels
        if missing:
            warnings.warn(describe_missing(missing), stacklevel=2)
        for skipped in run.skipped.values():
            warnings.warn(f"{skipped.reason} It was skipped.", stacklevel=2)
        return LoggedCheckpoints(
            checkpoints=tuple(
                checkpoint for checkpoint in numbered if checkpoint.step in logged
            ),
            logged=tuple(logged.values()),
            skipped=tuple(run.skipped.values()),
            steps_from=steps_from,
            scale=_scale_in_words(options, shared),
            event_file=str(logger.event_file),
        )


class _Run:
    """Takes one captured model through all checkpoints, as often as it takes."""

    def __init__(
        self,
        logger: StepLogger,
        watched: WatchedModel,
        loader: CheckpointLoader,
        inputs: Sequence[NamedInput],
        strict: bool,
        report: Report,
    ) -> None:
        self.skipped: dict[int, SkippedCheckpoint] = {}
        self._logger = logger
        self._watched = watched
        self._loader = loader
        self._inputs = inputs
        self._strict = strict
        self._report = report
        self._constants: list[np.ndarray] | None = None
        self._measured = 0

    def measure(self, numbered: Sequence[Checkpoint]) -> SharedScale:
        """Find the scale of each layer; nothing but its two ends is kept."""
        ranges: dict[str, Limits | None] = {}
        good = []
        for checkpoint in self._loaded(numbered, passes=2):
            good.append(checkpoint.step)
            for path, limits in value_ranges(self._watched, self._inputs).items():
                ranges[path] = joined_ranges(ranges.get(path), limits)
        self._measured = len(numbered)
        return SharedScale(ranges, _steps_in_words(good))

    def log(
        self, numbered: Sequence[Checkpoint], shared: SharedScale | None
    ) -> dict[int, LoggedStep]:
        """Log every checkpoint that can be loaded, at its step."""
        passes = 1 if shared is None else 2
        return {
            checkpoint.step: self._logger.log(
                self._watched, self._inputs, checkpoint.step, _unreported, shared
            )
            for checkpoint in self._loaded(numbered, passes)
        }

    def _loaded(
        self, numbered: Sequence[Checkpoint], passes: int
    ) -> Iterator[Checkpoint]:
        """The checkpoints whose weights the model has, one after another."""
        any_loaded = False
        for index, checkpoint in enumerate(numbered):
            if checkpoint.step not in self.skipped and self._load(checkpoint):
                any_loaded = True
                yield checkpoint
            self._report(self._measured + index + 1, passes * len(numbered))
        if not any_loaded:
            first = next(iter(self.skipped.values()))
            raise InputError(
                f"None of {len(numbered)} checkpoints can be loaded. {first.reason}"
            )

    def _load(self, checkpoint: Checkpoint) -> bool:
        try:
            self._loader.load(checkpoint.path)
        except InputError as error:
            if self._strict:
                raise
            self.skipped[checkpoint.step] = SkippedCheckpoint(checkpoint, str(error))
            return False
        constants = self._loader.constants()
        if self._constants is not None and not _equal(constants, self._constants):
            self._watched.recompile()
        self._constants = constants
        return True


def _check_scale(options: LogOptions, scale: str) -> None:
    if scale not in SCALES:
        raise InputError(
            f"Received scale={scale!r}; expected 'layer', one scale for each layer "
            f"over all steps, or 'step'. {near_matches(str(scale), SCALES)}"
        )
    if scale == "layer" and options.per_channel:
        raise InputError(
            "Received per_channel with scale='layer'; channels stretched over their "
            "own range cannot share a scale. Choose scale='step' (on the command line: "
            "--scale step)."
        )


def _build(build: Any) -> keras.Model:
    model = build() if callable(build) else build
    refuse_other_than_models(model)
    return model


def _unreported(done: int, total: int) -> None:
    """The responses to one checkpoint are drawn too fast to report each of them."""


def _equal(first: Sequence[np.ndarray], second: Sequence[np.ndarray]) -> bool:
    return all(
        np.array_equal(before, after)
        for before, after in zip(first, second, strict=True)
    )


def _steps_in_words(steps: Sequence[int]) -> str:
    if len(steps) == 1:
        return f"this layer in all pictures of step {steps[0]}"
    return (
        f"this layer in all pictures of {len(steps)} steps, {min(steps)} to "
        f"{max(steps)}"
    )


def _scale_in_words(options: LogOptions, shared: SharedScale | None) -> str:
    if options.limits is not None:
        return "fixed limits"
    return "each picture has its own" if shared is None else "one for each layer"
