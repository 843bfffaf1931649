"""The whole story with nothing but the installed package: faces, eyes, a training."""

from __future__ import annotations

import argparse
import math
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tb_actviz.cli.compare import as_table
from tb_actviz.cli.console import as_json
from tb_actviz.cli.models import load_model
from tb_actviz.cli.viewer import open_tensorboard, tab_place
from tb_actviz.errors import InputError
from tb_actviz.progress import reporting

if TYPE_CHECKING:
    import keras
    import numpy as np

    from keras_models.faces import DrawnFace
    from tb_actviz.comparison import InputDifference


#: Where the channels that know eyes are looked for: rectified, in the middle.
_MIDDLE = "fire[4-7]-relu_*"
_SHOWN = 8
#: A small set of small pictures, so that a demonstration stays one.
_PICTURES, _SIZE, _EPOCHS, _BATCH = 320, 128, 3, 16
#: Batches from one logged step of the training to the next.
_EVERY = 5


def run(arguments: argparse.Namespace) -> None:
    """Log a drawn face with and without an eye closed, then fine-tune a network."""
    if arguments.seed < 0:
        raise InputError(f"Received --seed {arguments.seed}; expected 0 or more.")
    say = _say_to(sys.stderr if arguments.json else sys.stdout)
    net = load_model("squeezenet", "faces")
    inputs = _pictures(_faces(arguments.seed))
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
    small = _faces(arguments.seed, _SIZE)
    accuracies = _fine_tune(net, _pictures(small), logdir / "fine-tuning")
    learned = _what_was_learned(logdir / "fine-tuning", small["face"])
    say(learned.table())
    command = f"tensorboard --logdir {shlex.quote(str(logdir))}"
    place = tab_place(run="faces", layer=best.layer)
    say(
        "\nBoth are in the Activations tab, and as pictures in the Images tab; the "
        f"step slider of either scrubs through the training:\n  {command}"
    )
    if arguments.json:
        answer = _answer(logdir, predictions, dark, accuracies, learned, command)
        answer["opens"] = place
        print(as_json(answer))
    if arguments.open:
        open_tensorboard(logdir, place)


def _say_to(stream: Any) -> Callable[[str], None]:
    return lambda text: print(text, file=stream, flush=True)


def _faces(seed: int, size: int | None = None) -> dict[str, DrawnFace]:
    from keras_models.faces import DEFAULT_SIZE, draw_face, unseen_seeds

    (number,) = unseen_seeds(seed, 1)
    size = size or DEFAULT_SIZE
    return {
        "face": draw_face(number, size, left_eye_open=True, right_eye_open=True),
        "one-eye-closed": draw_face(
            number, size, left_eye_open=False, right_eye_open=True
        ),
    }


def _pictures(faces: dict[str, DrawnFace]) -> dict[str, Any]:
    return {name: face.picture for name, face in faces.items()}


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
    """Teach a new layer to find eyes, and log it; the accuracy after each epoch."""
    import keras

    from keras_models.faces import EYE_CHANNELS, draw_open_and_closed, with_eye_layer
    from tb_actviz.callback import ActivationCallback
    from tb_actviz.runs.options import LogOptions

    keras.utils.set_random_seed(0)
    pictures, closed = draw_open_and_closed(_PICTURES, _SIZE)
    model = with_eye_layer(net)
    logging = ActivationCallback(
        logdir,
        inputs,
        "eyes",
        update_freq=_EVERY,
        preprocess=net.preprocess_input,
        max_overhead=None,  # it is a demonstration
        options=LogOptions(
            channels=range(EYE_CHANNELS),
            limits=(0, 1),
            views=("chosen", "inputs"),
            class_names=("eyes open", "eyes closed"),
        ),
    )
    batches = _EPOCHS * math.ceil(_PICTURES / _BATCH)
    done = 0
    with reporting(True, "fine-tuning") as report:

        def after_batch(batch: int, logs: Any) -> None:
            nonlocal done
            done += 1
            report(done, batches)

        history = model.fit(
            net.preprocess_input(pictures),
            closed,
            batch_size=_BATCH,
            epochs=_EPOCHS,
            verbose=0,
            callbacks=[
                logging,
                keras.callbacks.LambdaCallback(on_train_batch_end=after_batch),
            ],
        )
    return [float(accuracy) for accuracy in history.history["accuracy"]]


class _Learned(NamedTuple):
    """The channel of the new layer that found the eyes, step by step."""

    channel: int
    #: Step, its response to the left eye, and to the same eye closed; from 0 to 1.
    steps: list[tuple[int, float, float]]

    def table(self) -> str:
        """Return all of it in words."""
        rows = [
            f"{step:4}{eye:10.2f}{closed:13.2f}" for step, eye, closed in self.steps
        ]
        return (
            f"\nFine-tuned on {_PICTURES} small faces with both eyes open or both "
            "closed; nobody told where eyes are.\n"
            f"Channel {self.channel} of the new layer 'eyes' found them:\n"
            "step  eye open  then closed\n" + "\n".join(rows)
        )


def _what_was_learned(logdir: Path, face: DrawnFace) -> _Learned:
    """Read from the log which channel tells an open eye from a closed one."""
    from tb_actviz.reading import read_records

    at_eye = {
        one.step: [
            _largest_in(one.activations[name], face)
            for name in ("face", "one-eye-closed")
        ]
        for one in read_records(logdir, layers="eyes")
    }
    is_open, closed = at_eye[max(at_eye)]
    channel = int((is_open - closed).argmax())
    steps = [
        (step, float(is_open[channel]), float(closed[channel]))
        for step, (is_open, closed) in at_eye.items()
    ]
    return _Learned(channel, steps)


def _largest_in(activations: Any, face: DrawnFace) -> np.ndarray[Any, Any]:
    """Each channel's maximum over the face's left eye."""
    shares = [edge / face.picture.shape[0] for edge in face.left_eye_box]
    height, width = activations.shape[:2]
    top, left = math.floor(shares[0] * height), math.floor(shares[1] * width)
    bottom, right = math.ceil(shares[2] * height), math.ceil(shares[3] * width)
    inside = activations[top:bottom, left:right]
    largest: np.ndarray[Any, Any] = inside.max(axis=(0, 1))
    return largest


def _answer(
    logdir: Path,
    predictions: dict[str, tuple[str, float]],
    dark: list[InputDifference],
    accuracies: list[float],
    learned: _Learned,
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
        "learned": {
            "layer": "eyes",
            "channel": learned.channel,
            "steps": [
                {"step": step, "eye_open": is_open, "then_closed": closed}
                for step, is_open, closed in learned.steps
            ],
        },
        "command": command,
    }
