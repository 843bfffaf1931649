"""Draws finetune.png: one channel of the new layer, at every step that was logged.

    python examples/finetune_faces.py --logdir runs/finetune
    python docs/finetune.py runs/finetune --channel 1 docs/finetune.png

The example prints which channel it is.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

import tb_actviz as av
from keras_models.faces import draw_face, unseen_seeds
from tb_actviz.imaging.layout import across, down, labelled
from tb_actviz.imaging.page import Page
from tb_actviz.imaging.scale import common_scale
from tb_actviz.records.codec import unpack
from tb_actviz.records.schema import decode_record, record_tag

SIDE = 176
#: The README shows the picture larger than the Images tab would.
TEXT = 14
LAYER = "eyes"


def logged(log_dir: Path) -> dict[int, list[np.ndarray]]:
    """Step to the layer's maps for each input, (H, W, C)."""
    found = {}
    for path in sorted(log_dir.glob("*tfevents*")):
        for event in EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                if value.tag == record_tag(LAYER):
                    record = decode_record(value.tensor.string_val)
                    found[event.step] = [unpack(one.packed) for one in record.inputs]
    return found


def inputs() -> list[np.ndarray]:
    """The face that examples/finetune_faces.py logs: both eyes open, and winking."""
    (seed,) = unseen_seeds(19, 1)
    return [draw_face(seed, 128, left, True).picture for left in (True, False)]


def panel(values: np.ndarray) -> np.ndarray:
    """A map of values from 0 to 1, black to white."""
    large = av.imresize(values, (SIDE, SIDE)).clip(0, 1) * 255
    return np.repeat(np.rint(large).astype(np.uint8)[..., None], 3, axis=2)


def main() -> None:
    """Read the log, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logdir", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--channel", type=int, required=True)
    options = parser.parse_args()

    steps = logged(options.logdir)
    names = ("both eyes open", "one eye closed")
    rows = [
        across(
            [
                labelled(av.imresize(face, (SIDE, SIDE)), name, size=TEXT),
                *(
                    labelled(
                        panel(maps[row][..., options.channel]),
                        f"step {step}",
                        f"max {maps[row][..., options.channel].max():.2f}",
                        size=TEXT,
                    )
                    for step, maps in sorted(steps.items())
                ),
            ]
        )
        for row, (face, name) in enumerate(zip(inputs(), names, strict=True))
    ]
    facts = [f"channel {options.channel}, before training and after so many batches"]
    scale = common_scale(limits=(0, 1), subject="")
    drawn = Page(down(rows, gap=16), LAYER, facts, scale, size=TEXT)
    Image.fromarray(drawn.picture()).save(options.picture, optimize=True)


if __name__ == "__main__":
    main()
