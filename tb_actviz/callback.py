"""A Keras callback that logs activations while a model trains."""

from __future__ import annotations

import os
from typing import Any

import keras

from tb_actviz.capture.inputs import Inputs
from tb_actviz.capture.preprocessing import Preprocess
from tb_actviz.capture.selection import LayerSelection, refuse_other_than_models
from tb_actviz.export.html import export_run
from tb_actviz.runs.options import DEFAULT_MAX_BYTES, LogOptions, TrainingLimits
from tb_actviz.runs.schedule import Frequency, StepCounter, read_schedule
from tb_actviz.runs.training_log import TrainingLog


class ActivationCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Logs the activations for the same inputs while a model trains.

    For each layer it writes a record for the Activations tab, pictures for the Images
    tab, statistics for the Scalars tab and a histogram; experiment trackers that have
    an active run get the last three as well (`LogOptions.trackers`). The model is run
    on the inputs once for each log, in inference mode; everything else is done on
    worker threads. Training gives the same weights as without it, whatever fails: a
    failure is reported once, and ends the logging.

    A step is an epoch, counted from 0 as by `keras.callbacks.TensorBoard`, or the
    number of batches trained; step 0 is then before the first. A training that begins
    anew in a folder that holds steps goes on after them; one that resumes keeps its own
    count.

    Args:
        log_dir: Folder of the run; `keras.callbacks.TensorBoard` may have the same.
        inputs: As for `ActivationLogger`: pictures, arrays, a dataset. Read once, when
            the first training begins.
        layers: A path, a glob, a layer class, a predicate, or a list of these; None
            takes convolutions, activation layers and attention.
        update_freq: `"epoch"`, `"batch"`, a number n for every n-th batch, the numbers
            of the batches, or a function that says whether a batch is to be logged.
        preprocess: `"auto"`, None, or a callable, as for `FeatureExtractor`.
        options: What is logged of each layer.
        max_overhead: Share of the training time that logging may cost, above 0 and at
            most 1: where it would cost more, it is done less often, with a warning.
            None logs every step asked for.
        max_bytes: How large the event files of the run may get; None for any size.
        when_full: What happens when writing cannot keep up: `"block"` makes the
            training wait, `"drop_oldest"` drops the oldest step that is not yet
            written, and counts it.
        silent_threshold: A layer gets a warning, once, when at least this share, in
            (0, 1], of the channels that responded at a step before is silent: zero
            everywhere for all inputs. That is for very many inputs: with few, more have
            to be, and with three all, since such a channel may respond to others. None
            never warns.

    Raises:
        InputError: If an argument cannot be used; layers and inputs are checked when
            the training begins.

    Example:
        >>> callback = av.ActivationCallback("runs/training", "face.png", "conv1")
        >>> history = model.fit(x, y, epochs=2, callbacks=[callback], verbose=0)
        >>> stored = av.read_records("runs", runs="training", layers="conv1")
        >>> [record.step for record in stored]
        [0, 1]
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        inputs: Inputs,
        layers: LayerSelection | None = None,
        update_freq: Frequency = "epoch",
        *,
        preprocess: Preprocess = "auto",
        options: LogOptions | None = None,
        max_overhead: float | None = 0.05,
        max_bytes: int | None = DEFAULT_MAX_BYTES,
        when_full: str = "block",
        silent_threshold: float | None = 0.5,
    ) -> None:
        super().__init__()
        self._update_freq = update_freq
        self._schedule = read_schedule(update_freq)
        # Keras then need not wait for each batch on account of this callback.
        self.async_safe = self._schedule.per_epoch
        self._log = TrainingLog(
            log_dir,
            inputs,
            layers,
            preprocess=preprocess,
            options=options or LogOptions(),
            limits=TrainingLimits(max_overhead, max_bytes, when_full, silent_threshold),
            frequency=self._schedule.words,
            write_page=export_run,
        )
        self._steps: StepCounter | None = None
        self._epoch = 0
        # Batches trained: when the training began, before this epoch, and until now.
        self._began = self._before_epoch = self._asked = 0
        self._due = 0
        self._missed = False

    def __getstate__(self) -> dict[str, Any]:
        """Be copied and pickled without the model, for another training to come."""
        kept = {**vars(self), "_model": None, "_steps": None, "params": None}
        del kept["_schedule"]
        return kept

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Become a callback again."""
        self.__dict__.update(state)
        self._schedule = read_schedule(self._update_freq)

    def set_model(self, model: keras.Model) -> None:
        """Refuse what is no Keras model before `fit` of another library fails on us."""
        super().set_model(model)
        if model is not None:
            # As Keras gives it: without what PyTorch wraps it in.
            refuse_other_than_models(self.model)

    def on_train_begin(self, logs: Any = None) -> None:
        """Look at the model and the inputs, before anything is trained."""
        self._steps = None
        self._log.start(self.model)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Count on from where the training is."""
        self._epoch = epoch
        if not self._log.is_on:
            return
        with self._log.harmless("Activations are not logged"):
            if self._steps is None:
                self._begin(epoch)
            self._before_epoch = self._asked

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Log if a batch is due among those trained since the last call."""
        if self._schedule.per_epoch:
            return
        # Built by its first batches.
        self._log.begin()
        if not self._log.is_on:
            return
        with self._log.harmless("Activations are not logged any more"):
            if self._steps is None:
                self._begin(self._epoch, trained=batch + 1)
            before, self._asked = self._asked, self._before_epoch + batch + 1
            if self._schedule.any_due(before, self._asked):
                self._log_at(self._asked)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Log if epochs are due, and what the budget left out at the end."""
        self._log.begin()
        if not self._log.is_on:
            return
        with self._log.harmless("Activations are not logged any more"):
            if self._steps is None:
                self._begin(epoch)
            now = epoch if self._schedule.per_epoch else self._asked
            if self._schedule.per_epoch:
                self._log_at(now)
            if self._missed and self._may_end_with(now):
                is_last = epoch + 1 >= self._epochs
                if is_last or self.model.stop_training:
                    self._log_at(now, last=True)

    def on_train_end(self, logs: Any = None) -> None:
        """Wait, for a bounded time, until everything is written."""
        self._log.finish()

    def _begin(self, epoch: int, trained: int = 0) -> None:
        """Find out where the training begins, once all callbacks have had their say.

        One that restores a backup does so when the training begins. A model that was
        built by its first batches is logged after these.
        """
        per_epoch = self._schedule.per_epoch
        seen = 0 if per_epoch else max(0, batches_seen(self.model) - trained)
        self._began = epoch if per_epoch else seen
        self._steps = StepCounter(self._log.last_step, self._began)
        self._epoch = epoch
        self._before_epoch = self._asked = self._began
        self._due, self._missed = 0, False
        if self._steps.repeats and self._log.last_step is not None:
            self._log.warn_of_repeats(self._log.last_step)
        if not (per_epoch or trained) and self._schedule.is_due(self._began):
            self._log_at(self._began)

    def _log_at(self, count: int, *, last: bool = False) -> None:
        """Log one moment of the training by its own count."""
        step = None if self._steps is None else self._steps.step(count)
        if step is None:
            return
        position = {"epoch": self._epoch}
        if not self._schedule.per_epoch:
            position["batch"] = count
        self._due += not last
        self._missed = not self._log.log(
            step,
            position,
            remaining=self._remaining(count),
            last=last,
            asks_again=self._schedule.is_regular,
        )

    def _may_end_with(self, count: int) -> bool:
        return self._schedule.is_regular or self._schedule.is_due(count)

    @property
    def _epochs(self) -> int:
        return int((self.params or {}).get("epochs") or 0)

    def _remaining(self, count: int) -> int | None:
        """How many more moments will be due, as far as that can be known."""
        if self._schedule.per_epoch:
            return max(0, self._epochs - count - 1) if self._epochs else None
        batches = (self.params or {}).get("steps")
        if not batches or not self._epochs or count == self._began:
            return None
        in_epoch = count - self._before_epoch
        left = max(0, (self._epochs - self._epoch) * int(batches) - in_epoch)
        return round(left * self._due / (count - self._began))


def batches_seen(model: keras.Model) -> int:
    """Return how many batches a model has been trained on.

    Returns:
        What its optimizer has counted, which is kept with its weights; 0 without one.
    """
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None:
        return 0
    # An optimizer that scales losses leaves the counting to the one inside it.
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    counts = [optimizer.iterations, inner.iterations]
    steps = max(int(keras.ops.cast(count, "int32")) for count in counts)
    return steps * (inner.gradient_accumulation_steps or 1)
