"""Logs a model while it trains, and never harms the training."""

from __future__ import annotations

import os
import pickle
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import keras

from tb_actviz.capture.distributed import is_chief
from tb_actviz.capture.execution import PreparedInputs
from tb_actviz.capture.inputs import Inputs
from tb_actviz.capture.parts_pass import NoPartFitsError
from tb_actviz.capture.preprocessing import Preprocess
from tb_actviz.capture.selection import LayerSelection
from tb_actviz.capture.stream_elements import is_dataset, what_reading_moves
from tb_actviz.capture.unbuilt import is_unfinished
from tb_actviz.errors import InputError, describe_error
from tb_actviz.runs.followed_channels import describe_missing
from tb_actviz.runs.messages import Messages
from tb_actviz.runs.options import LogOptions, TrainingLimits
from tb_actviz.runs.run_log import RunLog
from tb_actviz.runs.step_summaries import check_count
from tb_actviz.runs.tracker_feed import PageWriter, open_feed
from tb_actviz.runs.watched_model import WatchedModel
from tb_actviz.writing.names import as_place
from tb_actviz.writing.run_lock import RunFolder, own_folder


class TrainingLog:
    """Logs the activations for the same inputs during one or several trainings.

    Wrong arguments are errors before a training begins. Whatever else fails, then or
    later, is reported once and ends the logging, never the training.

    Args:
        log_dir: Folder of the run, a path or a URL.
        inputs: As for `ActivationLogger`; read when the first training begins.
        layers: As for `ActivationLogger`.
        preprocess: As for `FeatureExtractor`.
        options: What to log.
        limits: What that may cost.
        frequency: How often, in words.
        write_page: Writes the page of a run, which the options may ask for.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        inputs: Inputs,
        layers: LayerSelection | None,
        *,
        preprocess: Preprocess,
        options: LogOptions,
        limits: TrainingLimits,
        frequency: str,
        write_page: PageWriter,
    ) -> None:
        self._given = (
            *(log_dir, inputs, layers, preprocess, options, limits, frequency),
            write_page,
        )
        self._log_dir = as_place(log_dir)
        self._inputs = inputs
        self._layers = layers
        self._preprocess = preprocess
        self._options = options
        self._limits = limits
        self._frequency = frequency
        self._write_page = write_page
        self._messages = Messages()
        self._watched: tuple[WatchedModel, PreparedInputs] | None = None
        self._run: RunLog | None = None
        self._waiting: keras.Model | None = None

    def __deepcopy__(self, memo: object) -> TrainingLog:
        """Make a log of a training to come; inputs are only read, and shared."""
        return _made_again(*self._given)

    def __reduce__(self) -> tuple[Any, ...]:
        """Be pickled as what it was made of."""
        names = (
            *("log_dir", "inputs", "layers", "preprocess", "options", "limits"),
            *("update_freq", "write_page"),
        )
        for name, value in zip(names, self._given, strict=True):
            try:
                pickle.dumps(value)
            except Exception as error:  # a data set can refuse in any way
                raise pickle.PicklingError(
                    f"The argument {name!r} of this ActivationCallback, a "
                    f"{type(value).__name__}, cannot be pickled: "
                    f"{describe_error(error)} Give arrays or paths as inputs, and "
                    "functions of a module."
                ) from error
        return _made_again, self._given

    @property
    def is_on(self) -> bool:
        """Whether this training is logged: in the chief, as long as nothing failed."""
        return self._run is not None

    @property
    def last_step(self) -> int | None:
        """The last step that the run held when this training began, if any."""
        return None if self._run is None else self._run.last_step

    def start(self, model: keras.Model) -> None:
        """Begin to log a training, or to wait until it has built the model.

        Args:
            model: The model that is going to be trained.

        Raises:
            InputError: If a layer or channel does not exist, or an input cannot be
                read, does not fit the model, or makes it fail.
        """
        self.finish()
        with self.harmless("Activations are not logged", passing=InputError):
            if not is_chief(model):
                return
            if is_unfinished(model):
                self._waiting = model
                return
            try:
                self._get_ready(model)
            except NoPartFitsError as error:
                # A training that has nothing to watch is one all the same.
                self._messages.warn(f"Activations are not logged. {error}")
                return
        self._open_run()

    def begin(self) -> None:
        """Begin to log a training that has built its model by now."""
        model, self._waiting = self._waiting, None
        if model is not None:
            with self.harmless("Activations are not logged"):
                self._get_ready(model)
            self._open_run()

    def _get_ready(self, model: keras.Model) -> None:
        if self._watched is None or self._watched[0].model is not model:
            self._watched = None
            self._watched = self._watch(model)

    def _open_run(self) -> None:
        if self._watched is not None:
            with self.harmless("Activations are not logged"):
                self._run = self._open(*self._watched)

    def log(
        self,
        step: int,
        position: Mapping[str, int],
        *,
        remaining: int | None = None,
        last: bool = False,
        asks_again: bool = True,
    ) -> bool:
        """Log one step that is due, if the budget allows it.

        Args:
            step: The step, larger than all before.
            position: Where in the training that is: `epoch`, and `batch` where known.
            remaining: How many more steps will be due; None where that is not known.
            last: It was due, left out, and turned out to be the last: log it after all.
            asks_again: Whether that is asked for whenever the last one is left out.

        Returns:
            Whether it is logged.
        """
        if self._run is None:
            return False
        what = f"Logging activations to {self._run.folder} ended at step {step}"
        with self.harmless(what):
            return self._run.log(
                step,
                dict(position),
                remaining=remaining,
                last=last,
                asks_again=asks_again,
            )
        return False

    def warn_of_repeats(self, step: int) -> None:
        """Warn that steps come again which the run holds already.

        Args:
            step: The last of them.
        """
        if self._run is not None:
            self._messages.warn_once(
                "repeats",
                f"{self._run.folder} holds activations up to step {step} already: "
                "those steps are not logged again. Use another log_dir for another "
                "training.",
            )

    def finish(self) -> None:
        """End the logging of a training, after waiting for what is not yet written."""
        self._waiting = None
        run, self._run = self._run, None
        if run is not None:
            what = f"The last activations may not be logged to {run.folder}"
            with self.harmless(what):
                run.close()

    @contextmanager
    def harmless(
        self, what: str, passing: type[Exception] | tuple[()] = ()
    ) -> Iterator[None]:
        """Report a failure inside and end the logging instead of the training.

        Args:
            what: What it means for the user.
            passing: Errors that are the caller's business.

        Yields:
            Nothing.
        """
        try:
            yield
        except passing:
            raise
        except Exception as error:  # anything may be wrong with a disk or a model
            self._messages.warn(f"{what}: {_in_words(error)} Training goes on.")
            run, self._run = self._run, None
            if run is not None:
                # One failure is reported; those it brings about are not.
                with suppress(Exception):
                    run.abandon()

    def _watch(self, model: keras.Model) -> tuple[WatchedModel, PreparedInputs]:
        watched = WatchedModel(
            model,
            self._layers,
            preprocess=self._preprocess,
            channels=self._options.channels_asked,
            class_names=self._options.class_names,
            # Its weights are made by the training.
            may_build=False,
        )
        named = watched.read(self._inputs)
        self._warn_of_borrowing()
        if caution := watched.take_caution():
            self._messages.warn_once("preprocess", caution)
        self._warn_of_preprocessing(watched)
        if watched.missing_channels:
            self._messages.warn_once(
                "channels", describe_missing(watched.missing_channels)
            )
        check_count(len(named), self._options)
        prepared = watched.prepare(named)
        # Traced now, so that a model that fails on them is known before the training.
        prepared.run()
        for note in (watched.describe_batches(), watched.selection_note):
            if note is not None:
                self._messages.warn_once(note, note)
        return watched, prepared

    def _warn_of_preprocessing(self, watched: WatchedModel) -> None:
        """Say what arrays go through that may be just what `fit` is given."""
        stated = watched.stated_preprocessing()
        if self._preprocess == "auto" and "keras.applications." in stated:
            self._messages.warn_once(
                "preprocess",
                f"The inputs go through this before the model: {stated}. If fit feeds "
                "the model pictures as they are, pass preprocess=None; if that is what "
                "it was trained with, pass it as preprocess, and this is not said.",
            )

    def _warn_of_borrowing(self) -> None:
        """Warn where samples were taken of a stream that gives others from now on."""
        given = [self._inputs]
        if isinstance(self._inputs, Mapping):
            given = list(self._inputs.values())
        for stream in given:
            moved = what_reading_moves(stream) if is_dataset(stream) else ""
            if moved:
                self._messages.warn_once(
                    "borrowed",
                    f"Samples were taken of the {type(stream).__name__}, and {moved}. "
                    "If the training reads it too, it gets other batches than without "
                    "this callback. Give samples that were taken before, as arrays, or "
                    "a data set of their own that is not shuffled.",
                )

    def _open(self, watched: WatchedModel, prepared: PreparedInputs) -> RunLog:
        folder, lock = own_folder(self._log_dir)
        lock.user = weakref.ref(self)
        if folder != self._log_dir:
            self._messages.warn_once(
                "folder",
                f"{self._log_dir} is being logged to by another training; this one "
                f"logs to {folder}. Give each a log_dir of its own.",
            )
        try:
            return RunLog(
                watched,
                prepared,
                RunFolder(folder, lock, partial(self._messages.warn_once, "deleted")),
                self._options,
                self._limits,
                self._messages,
                partial(
                    open_feed,
                    self._options,
                    folder,
                    watched,
                    prepared.inputs,
                    self._messages,
                    self._write_page,
                    frequency=self._frequency,
                ),
            )
        except BaseException:
            lock.release()
            raise


def _made_again(
    log_dir: str | os.PathLike[str],
    inputs: Inputs,
    layers: LayerSelection | None,
    preprocess: Preprocess,
    options: LogOptions,
    limits: TrainingLimits,
    frequency: str,
    write_page: PageWriter,
) -> TrainingLog:
    return TrainingLog(
        log_dir,
        inputs,
        layers,
        preprocess=preprocess,
        options=options,
        limits=limits,
        frequency=frequency,
        write_page=write_page,
    )


def _in_words(error: Exception) -> str:
    """What is wrong, as a sentence: our own errors need no name."""
    try:
        text = str(error) if isinstance(error, InputError) else describe_error(error)
    except Exception:  # an error of the user's may not know its own text
        text = type(error).__name__
    return text if text.endswith(("?", ".")) else f"{text}."
