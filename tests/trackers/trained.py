"""One training beside one tracker, in a process of its own.

trained.py TRACKER HOW FOLDER prints in its last line what became of the training; all
that the tracker keeps is in the folder.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

TRACKER, HOW, FOLDER = sys.argv[1], sys.argv[2], Path(sys.argv[3]).resolve()
FOLDER.mkdir(parents=True, exist_ok=True)
os.chdir(FOLDER)

import keras  # noqa: E402
import numpy as np  # noqa: E402

import tb_actviz as av  # noqa: E402
from tb_actviz.trackers import feed  # noqa: E402

EPOCHS, BATCHES = 3, 4


class Run:
    """An active run of the tracker."""

    def __init__(self) -> None:
        self.log: Callable[[float, int], Any]
        #: Where a call of the tracker is made to fail.
        self.fragile: tuple[Any, str]
        self.ended = False
        getattr(self, TRACKER)()

    def wandb(self) -> None:
        import wandb

        run = wandb.init(project="tried", sync_tensorboard=HOW == "sync")
        self._end = run.finish
        if HOW == "own steps":
            self.log = lambda value, epoch: run.log({"user/loss": value}, step=epoch)
        else:
            self.log = lambda value, epoch: run.log({"user/loss": value})
        self.fragile = (run, "log")

    def mlflow(self) -> None:
        import mlflow

        mlflow.set_experiment("tried")
        mlflow.start_run()
        self._end = mlflow.end_run
        self.log = lambda value, epoch: mlflow.log_metric("user/loss", value, epoch)
        self.fragile = (mlflow.MlflowClient, "log_image")

    def clearml(self) -> None:
        from clearml import Logger, Task

        task = Task.init("tried", "tried", auto_connect_frameworks=False)
        self._end = task.close
        self.log = lambda value, epoch: Logger.current_logger().report_scalar(
            "user", "loss", value, epoch
        )
        self.fragile = (Logger, "report_image")

    def comet(self) -> None:
        import comet_ml

        experiment = comet_ml.OfflineExperiment(
            offline_directory=str(FOLDER), api_key="none", project_name="tried"
        )
        self._end = experiment.end
        self.log = lambda value, epoch: experiment.log_metric(
            "user/loss", value, step=epoch
        )
        self.fragile = (experiment, "log_image")

    def trackio(self) -> None:
        import trackio

        run = trackio.init(project="tried")
        self._end = trackio.finish
        self.log = lambda value, epoch: run.log({"user/loss": value}, step=epoch)
        self.fragile = (trackio, "Image")

    def swanlab(self) -> None:
        import swanlab

        run = swanlab.init(project="tried", mode="offline")
        self._end = swanlab.finish
        self.log = lambda value, epoch: run.log({"user/loss": value}, step=epoch)
        self.fragile = (swanlab, "Image")

    def end(self) -> None:
        if not self.ended:
            self.ended = True
            self._end()


class OfUser(keras.callbacks.Callback):
    """What the user does in the training."""

    def __init__(self, run: Run | None) -> None:
        super().__init__()
        self.run = run

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.run is None:
            return
        if HOW in {"own rows", "own steps", "sync"}:
            self.run.log(float(epoch), epoch)
            # Rows with numbers of their own have room for one step of ours each: an
            # epoch takes longer than the tracker takes for a step, as it would.
            time.sleep(2.0 if HOW == "own steps" else 0.1)
        if HOW == "finished" and epoch == 0:
            self.run.end()


def raising(*arguments: Any, **named: Any) -> None:
    raise ConnectionError("the network is gone")


def blocking(*arguments: Any, **named: Any) -> None:
    time.sleep(30)


def log_checkpoints(model: keras.Model, x: np.ndarray) -> None:
    """Log two checkpoints, and one step by hand."""
    for epoch in (1, 2):
        model.save_weights(f"ckpt-{epoch}.weights.h5")
    options = av.LogOptions(views=("channels", "strongest"))
    inputs = {"one": x[0] * 255}
    av.log_checkpoints(
        "runs/a", model, "*.h5", inputs, preprocess=None, options=options
    )
    with av.ActivationLogger("runs/a", model, "conv1", preprocess=None) as log:
        log(inputs, step=7)


def main() -> None:
    run = None if HOW == "nothing" else Run()
    # Afterwards: ClearML seeds the generators when a task begins.
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            keras.layers.Conv2D(3, 3, activation="relu", name="conv1"),
            keras.layers.Conv2D(2, 3, activation="relu", name="block.2"),
            keras.layers.Dropout(0.3),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2),
        ]
    )
    model.compile("adam", "mse")
    generator = np.random.default_rng(0)
    x = generator.random((8 * BATCHES, 12, 12, 3)).astype("float32")
    if run is not None and HOW in {"raises", "blocks"}:
        owner, name = run.fragile
        setattr(owner, name, raising if HOW == "raises" else blocking)
        feed.PATIENCE = 2.0
    if HOW == "checkpoints":
        log_checkpoints(model, x)
    options = av.LogOptions(
        trackers="auto" if HOW not in {"nothing", "checkpoints"} else None,
        html="artifact" if HOW == "page" else None,
    )
    per_epoch = HOW in {"own rows", "own steps", "sync"}
    watch = av.ActivationCallback(
        FOLDER / "runs" / ("b" if HOW == "checkpoints" else "a"),
        {"one": x[0] * 255, "two": x[1] * 255},
        update_freq="epoch" if per_epoch else [0, 2, 5, 12],
        options=options,
        preprocess=None,
        max_overhead=None,
    )
    began = time.monotonic()
    model.fit(
        x,
        x[:, :2, 0, 0],
        epochs=EPOCHS,
        batch_size=8,
        verbose=0,
        callbacks=[watch, OfUser(run)],
    )
    seconds = time.monotonic() - began
    weights = sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest()
    if run is not None:
        run.end()
    print(json.dumps({"seconds": seconds, "weights": weights}))


main()
