"""Fine-tunes SqueezeNet on drawn faces and shows an eye channel forming, step by step.

A new layer of four channels, `eyes`, is put on SqueezeNet's third fire module and
learns with it to tell faces with both eyes open from faces with both closed. Nobody
tells it where eyes are, and it never learns from a face with one eye closed. Run

    python examples/finetune_faces.py

and see in TensorBoard how one of its channels finds the open eyes. It takes half a
minute, with ImageNet's weights where they can be had, else with the package's own.
"""

from __future__ import annotations

import argparse
import shlex
from typing import Any

import keras
import numpy as np

import tb_actviz as av
from keras_models import SqueezeNet
from keras_models.faces import (
    EYE_CHANNELS,
    draw_face,
    draw_open_and_closed,
    unseen_seeds,
    with_eye_layer,
)
from keras_models.squeezenet import WeightsError, preprocess_input

SIZE = 128
STEPS = (0, 5, 10, 20, 40, 60)  # batches of 16 pictures; 0 is before the first


def squeezenet(weights: str | None) -> keras.Model:
    """SqueezeNet with the weights asked for, or else with the best at hand."""
    if weights is not None:
        return SqueezeNet(weights=None if weights == "none" else weights)
    try:
        return SqueezeNet(weights="imagenet")
    except WeightsError as error:
        print(f"{error}\nThe weights that come with the package take their place.")
        return SqueezeNet(weights="faces")


class EyeTest(keras.callbacks.Callback):
    """Measures the new layer, at the logged steps, on faces it does not learn from."""

    def __init__(self) -> None:
        super().__init__()
        seeds = unseen_seeds(19, 12)
        self.open = [draw_face(seed, SIZE, True, True) for seed in seeds]
        self.winking = [draw_face(seed, SIZE, False, True) for seed in seeds]
        self.batches = 0
        #: Step to (left eye open, the same closed, right eye, elsewhere), by channel.
        self.found: dict[int, np.ndarray] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        """Measure before anything is learned."""
        self.measure()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Measure after a batch."""
        self.batches += 1
        if self.batches in STEPS:
            self.measure()

    def measure(self) -> None:
        """Find each channel's maximum at four places, on average over the faces."""
        pictures = np.stack([face.picture for face in self.open + self.winking])
        acts = av.activations(self.model, pictures, "eyes", preprocess=preprocess_input)
        maps = av.imresize(acts["eyes"], (SIZE, SIZE), "bilinear")
        found = []
        for face, is_open, winks in zip(self.open, *np.split(maps, 2), strict=True):
            left, right = around(face.left_eye_box), around(face.right_eye_box)
            elsewhere = is_open.copy()
            elsewhere[left] = elsewhere[right] = 0
            places = is_open[left], winks[left], winks[right], elsewhere
            found.append([place.max(axis=(0, 1)) for place in places])
        self.found[self.batches] = np.mean(found, axis=0)


def around(box: tuple[float, ...]) -> tuple[slice, slice]:
    """The pixels of an eye and four more on each side, the width of a map's cell."""
    top, left, bottom, right = np.rint(box).astype(int)
    return np.s_[top - 4 : bottom + 4, left - 4 : right + 4]


def main() -> None:
    """Train, log, measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--logdir", default="runs/finetune")
    parser.add_argument("--weights", help="imagenet (default), faces, none, or a file")
    parser.add_argument("--pictures", type=int, default=320)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    keras.utils.set_random_seed(options.seed)
    model = with_eye_layer(squeezenet(options.weights))
    learned, closed = draw_open_and_closed(options.pictures, SIZE)
    tested = EyeTest()
    log = av.ActivationCallback(
        options.logdir,
        {"open": tested.open[0].picture, "winking": tested.winking[0].picture},
        "eyes",
        update_freq=STEPS,
        preprocess=preprocess_input,
        max_overhead=None,  # 5 % of so short a training is not enough for all steps
        options=av.LogOptions(
            channels=range(EYE_CHANNELS), limits=(0, 1), views=("chosen", "inputs")
        ),
    )
    model.fit(
        preprocess_input(learned),
        closed,
        batch_size=16,
        epochs=options.epochs,
        verbose=2,
        callbacks=[log, tested],
    )

    *_, last = tested.found.values()
    best = int((last[0] - last[1]).argmax())
    print(f"\nChannel {best} of 'eyes', mean of {len(tested.open)} unseen faces:")
    print("step  eye open  then closed  change  other eye  elsewhere")
    for step, found in tested.found.items():
        before, after, other, rest = found[:, best]
        numbers = before, after, after / before - 1, other, rest
        print("{:4}{:10.2f}{:13.2f}{:8.0%}{:11.2f}{:11.2f}".format(step, *numbers))
    print(f"\nSee it with\n\n  tensorboard --logdir {shlex.quote(options.logdir)}\n")
    print("in the Activations tab: press 4 for a picture at each step. In the Images")
    print("tab: move the step slider of the tag eyes/inputs.")


if __name__ == "__main__":
    main()
