"""The logger that people use: inputs in, what TensorBoard shows out."""

from __future__ import annotations

import os
import warnings
from types import TracebackType

import keras

from tb_actviz.capture.description import Capture
from tb_actviz.capture.inputs import SAMPLES, Inputs
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.preprocessing import Preprocess
from tb_actviz.capture.selection import LayerSelection
from tb_actviz.export.html import export_run
from tb_actviz.progress import Progress, reporting
from tb_actviz.runs.followed_channels import describe_missing
from tb_actviz.runs.logged_step import LoggedStep
from tb_actviz.runs.options import LogOptions
from tb_actviz.runs.standing_weights import watch_weights
from tb_actviz.runs.step_logger import StepLogger
from tb_actviz.runs.watched_model import WatchedModel
from tb_actviz.writing.event_file import check_step


class ActivationLogger:
    """Logs a model's activations for TensorBoard.

    Pictures go to the Images tab, statistics and histograms of each layer to the
    Scalars and Histograms tabs, and the values themselves into records for the
    Activations tab. The event file is made when the first of them is written. Use it in
    a `with` statement, or call `close`.

    What is logged are the weights that the model itself holds. A loop in JAX that holds
    them outside of it, with `stateless_call`, assigns them to the model first.

    Args:
        log_dir: Folder of the run: a path, or a URL that fsspec knows, such as
            `s3://bucket/run`, where each step becomes a file of its own.
        model: Any Keras model; one that was never called is built by the first inputs.
        layers: A path, a glob, a layer class, a predicate, or a list of these; None
            takes convolutions, activation layers and attention.
        preprocess: `"auto"`, None, or a callable, as for `FeatureExtractor`.
        options: What is logged of each layer.

    Raises:
        InputError: If a layer or channel does not exist, or the folder cannot be
            written to.

    Example:
        >>> faces = {"open": "face.png", "closed": "face-eye-closed.png"}
        >>> with av.ActivationLogger("runs/faces", model, layers="fire6-relu*") as log:
        ...     logged = log(faces, step=0)
        >>> logged.tags[0]
        'fire6-relu_squeeze1x1/channels/open'
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        model: keras.Model,
        layers: LayerSelection | None = None,
        *,
        preprocess: Preprocess = "auto",
        options: LogOptions | None = None,
    ) -> None:
        self.options = options or LogOptions()
        self._watched = WatchedModel(
            model,
            layers,
            preprocess=preprocess,
            channels=self.options.channels_asked,
            class_names=self.options.class_names,
        )
        self._log = StepLogger(log_dir, self.options, export_run)
        self._standing = watch_weights(model)
        self._has_warned = False
        self._told: set[str] = set()

    @property
    def layers(self) -> tuple[str, ...]:
        """Paths of the layers; empty before the first inputs of an unbuilt model."""
        return tuple(layer.path for layer in self._watched.layers)

    def __call__(
        self,
        inputs: Inputs,
        step: int = 0,
        *,
        samples: int = SAMPLES,
        progress: Progress = True,
    ) -> LoggedStep:
        """Run the inputs through the model and log every layer.

        All inputs are read and checked before anything is run or written.

        Args:
            inputs: As for `activations`: paths of pictures, arrays of shape (H, W, C)
                or (N, H, W, C), RGB 0…255, datasets, a list or dict of these; sizes
                may differ. Samples of a dataset or generator are taken the first time;
                as long as the same one is passed, these samples are used.
            step: Step to log at, at least 0.
            samples: How many samples to take of a dataset or generator.
            progress: Whether to show a progress bar on a terminal; or what to call with
                (responses drawn, all responses).

        Returns:
            What was logged.

        Raises:
            InputError: If an input cannot be read or does not fit the model, the step
                cannot be one, or nothing of these inputs and layers is to be logged.
        """
        check_step(step)
        named = self.read(inputs, samples=samples)
        if caution := self._watched.take_caution():
            warnings.warn(caution, stacklevel=2)
        with reporting(progress, "drawing") as report:
            logged = self._log.log(self._watched, named, step, report)
        if logged.missing_channels and not self._has_warned:
            self._has_warned = True
            warnings.warn(describe_missing(logged.missing_channels), stacklevel=2)
        standing = None if self._standing is None else self._standing.note(step, named)
        batches, selection = (
            self._watched.describe_batches(),
            self._watched.selection_note,
        )
        for note in (standing, batches, selection):
            if note is not None and note not in self._told:
                self._told.add(note)
                warnings.warn(note, stacklevel=2)
        return logged

    def read(self, inputs: Inputs, *, samples: int = SAMPLES) -> list[NamedInput]:
        """Read inputs and check that they fit; a model never called is built by them.

        Args:
            inputs: As for a call of the logger.
            samples: How many samples to take of a dataset or generator.

        Returns:
            The inputs, which may be logged any number of times.

        Raises:
            InputError: If an input cannot be read or does not fit the model.
        """
        return self._watched.read(inputs, samples=samples)

    @property
    def event_file(self) -> str | None:
        """Path of the event file, None before anything was written.

        On another machine it is the URL of the last one.
        """
        return self._log.event_file

    def describe(self) -> Capture:
        """Describe how the activations are captured; printed, it is text for people.

        Returns:
            As `FeatureExtractor.describe`.

        Raises:
            InputError: If that is not known before the first inputs.
        """
        return self._watched.describe()

    def close(self) -> None:
        """Close the event file; closing again does nothing."""
        self._log.close()

    def __enter__(self) -> ActivationLogger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
