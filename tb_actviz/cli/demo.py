"""Starting TensorBoard on what was logged."""

from __future__ import annotations

import argparse
import math
import re
import shlex
import signal
import subprocess
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tb_actviz.cli.compare import as_table
from tb_actviz.cli.console import as_json
from tb_actviz.cli.models import load_model
from tb_actviz.errors import InputError
from tb_actviz.progress import reporting

if TYPE_CHECKING:
    import keras

    from tb_actviz.comparison import InputDifference


def open_tensorboard(logdir: Path) -> None:
    """Serve a log directory until Ctrl-C, and open it in the browser.

    Args:
        logdir: What to serve.
    """
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir)]
    # A plain `kill` must not leave the server behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # The arguments are our own, and no shell reads them.
    with subprocess.Popen(  # noqa: S603
        command, stderr=subprocess.PIPE, text=True
    ) as server:
        said: list[str] = []
        try:
            for line in server.stderr or ():
                said.append(line)
                address = re.search(r"http://\S+", line)
                if address:
                    print(line, end="", file=sys.stderr, flush=True)
                    webbrowser.open(f"{address.group()}#activations")
                    said.clear()
        except KeyboardInterrupt:
            said.clear()  # this is how it is meant to end
        finally:
            server.terminate()
    # What TensorFlow says at every start is of interest only if there was no start.
    print(*said, sep="", end="", file=sys.stderr)


#: Where the channels that know eyes are looked for: rectified, in the middle.
_MIDDLE = "fire[4-7]-relu_*"
_SHOWN = 8
#: A small set, so that a demonstration stays one.
_PICTURES, _SIZE, _EPOCHS, _BATCH = 200, 128, 4, 16


def run(arguments: argparse.Namespace) -> None:
    """Log a drawn face with and without an eye closed, then fine-tune a network."""
    if arguments.seed < 0:
        raise InputError(f"Received --seed {arguments.seed}; expected 0 or more.")
    say = _say_to(sys.stderr if arguments.json else sys.stdout)
    net = load_model("squeezenet", "faces")
    inputs = _faces(arguments.seed)
    logdir = Path(arguments.logdir)
    from tb_actviz.comparison import compare_inputs

    differences = compare_inputs(net, inputs["face"], inputs["one-eye-closed"], _MIDDLE)
    dark = [difference for difference in differences if difference.change < 0]
    best = dark[0]
    channels = tuple(
        difference.channel for difference in dark if difference.layer == best.layer
    )[:3]
    dark = dark[:_SHOWN]
    predictions = _log_faces(net, inputs, logdir / "faces", best.layer, channels)
    say("A drawn face, and the same face with one eye closed:")
    for name, (label, score) in predictions.items():
        say(f"  {name}: {label} ({score:.1%})")
    say("\nThe channels that go dark most where the eye closes:")
    say(as_table(dark, *inputs))
    accuracies = _fine_tune(net, inputs, logdir / "fine-tuning")
    say(
        f"\nFine-tuned on {_PICTURES} small pictures to tell open eyes (channel 0 of "
        "the new layer 'eyes') from closed ones (channel 1); accuracy after each "
        "epoch: "
        f"{', '.join(f'{accuracy:.0%}' for accuracy in accuracies)}"
    )
    command = f"tensorboard --logdir {shlex.quote(str(logdir))}"
    say(
        "\nBoth are in the Activations tab, and as pictures in the Images tab; the "
        f"step slider of either scrubs through the training:\n  {command}"
    )
    if arguments.json:
        answer = _answer(logdir, predictions, dark, accuracies, command)
        print(as_json(answer))
    if arguments.open:
        open_tensorboard(logdir)


def _say_to(stream: Any) -> Callable[[str], None]:
    return lambda text: print(text, file=stream, flush=True)


def _faces(seed: int) -> dict[str, Any]:
    from keras_models.faces import draw_face, unseen_seeds

    (number,) = unseen_seeds(seed, 1)
    return {
        "face": draw_face(number, left_eye_open=True, right_eye_open=True).picture,
        "one-eye-closed": draw_face(
            number, left_eye_open=False, right_eye_open=True
        ).picture,
    }


def _log_faces(
    net: keras.Model,
    inputs: dict[str, Any],
    logdir: Path,
    layer: str,
    channels: tuple[int, ...],
) -> dict[str, tuple[str, float]]:
    """Every view of the worked example; what the network takes each picture for."""
    from keras_models.faces import CLASS_NAMES
    from tb_actviz.logger import ActivationLogger
    from tb_actviz.runs.options import LogOptions

    # The first layers have other channels: there the strongest are shown.
    for layers, options in [
        (["conv1", "relu_conv1"], LogOptions(class_names=CLASS_NAMES)),
        (
            [layer.replace("relu_", ""), layer],
            LogOptions(channels=channels, class_names=CLASS_NAMES),
        ),
    ]:
        with ActivationLogger(logdir, net, layers, options=options) as logger:
            logged = logger(inputs)
    return {
        name: (CLASS_NAMES[int(scores.argmax())], float(scores.max()))
        for name, scores in logged.predictions.items()
    }


def _fine_tune(
    net: keras.Model,
    inputs: dict[str, Any],
    logdir: Path,
) -> list[float]:
    """Teach the network a task of two classes; log it before and after each epoch."""
    import keras

    from keras_models.faces import Label, draw_batch, train_seeds
    from tb_actviz.callback import ActivationCallback
    from tb_actviz.runs.options import LogOptions

    keras.utils.set_random_seed(0)
    batch = draw_batch(train_seeds(0, _PICTURES), _SIZE)
    closed = batch.labels > Label.BOTH_OPEN
    features = net.get_layer("fire9-concat").output
    x = keras.layers.Conv2D(2, 1, name="eyes")(features)
    x = keras.layers.GlobalAveragePooling2D(name="eyes-pool")(x)
    model = keras.Model(net.inputs, keras.layers.Softmax(name="eyes-prob")(x))
    # Its weights are small, for inputs of ±128: steps as large as those of the other
    # layers would undo it.
    net.get_layer("conv1").trainable = False
    model.compile(
        keras.optimizers.Adam(1e-4),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    # The new layer: channel 0 speaks for open eyes, channel 1 for a closed one.
    logging = ActivationCallback(
        logdir,
        inputs,
        "eyes",
        update_freq=math.ceil(
            _PICTURES / _BATCH
        ),  # before the first epoch and after each
        preprocess=net.preprocess_input,
        max_overhead=None,  # it is a demonstration
        options=LogOptions(
            channels=(0, 1),
            views=("chosen", "inputs"),
            class_names=("eyes open", "an eye closed"),
        ),
    )
    with reporting(True, "fine-tuning") as report:
        showing = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: report(epoch + 1, _EPOCHS)
        )
        history = model.fit(
            net.preprocess_input(batch.pictures),
            closed.astype("int32"),
            batch_size=_BATCH,
            epochs=_EPOCHS,
            verbose=0,
            callbacks=[logging, showing],
        )
    return [float(accuracy) for accuracy in history.history["accuracy"]]


def _answer(
    logdir: Path,
    predictions: dict[str, tuple[str, float]],
    dark: list[InputDifference],
    accuracies: list[float],
    command: str,
) -> dict[str, Any]:
    return {
        "log_dir": str(logdir),
        "predictions": {
            name: {"class": label, "score": score}
            for name, (label, score) in predictions.items()
        },
        "channels": [
            {
                "layer": difference.layer,
                "channel": difference.channel,
                "first": difference.first,
                "second": difference.second,
                "box": difference.box,
            }
            for difference in dark
        ],
        "accuracies": accuracies,
        "command": command,
    }
