"""What the browser looks at: small logs in which every number is known."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers
from PIL import Image
from plugin.writing_records import parts, strings

import tb_actviz as av
from keras_models import SqueezeNet
from keras_models.faces import DrawnFace, draw_face, unseen_seeds
from tb_actviz.arrays import as_maps
from tb_actviz.records.codec import pack
from tb_actviz.records.facts import PER_CHANNEL_NUMBERS, InputFacts, LayerFacts, Record
from tb_actviz.records.schema import record_summary, record_tag
from tb_actviz.writing.event_file import EventFile, summary_record, version_record

#: A channel of `conv1` that never answers.
DEAD = 5
#: One whose values are NaN at the second step of the failing run.
FAILS = 3
#: Of the training runs, with how many epochs, learning rates and what is logged.
RUNS = {"second": (3, 0.5), "first": (6, 0.05)}
#: Of the paced runs, by step: the epoch, and the seconds since the first one.
PACES = {
    "even": {step: (step // 10, 6 * step) for step in range(0, 60, 10)},
    "uneven": {0: (0, 0), 5: (2, 30), 10: (4, 150), 15: (6, 400)},
}
#: Side of the maps of the odd layers.
SIDE = 6
#: A layer of the real network in which channels answer to eyes.
FIRE = "fire6-relu_squeeze1x1"
#: The layer in which the demonstration finds the channels that answer to eyes.
EYE_LAYER = "fire4-relu_expand3x3"
#: Row and column of the centres of the eyes in the pictures.
EYES = (98, 80), (101, 134)
#: Names that try to become part of the page.
ELEMENT = "<img src=x onerror=window.__pwned=1>"
QUOTE = "\"' onmouseover=window.__pwned=2 x='"
SCRIPT = "</script><script>window.__pwned=3</script>"
FORMULA = "${window.__pwned=4}{{constructor}}"
BIDI = "\u202eevil\u2069\x07\n% %00 &p.activations.view=grid#"
#: Shapes of activations that are no feature maps, by their runs.
RANKS = {"vector": (5,), "matrix": (9, 4), "volume": (4, 3, 5, 2)}
#: When what has a time of its own began, in seconds; long before all the rest.
BEGAN = 1_700_000_000
HOSTILE = (ELEMENT, QUOTE, SCRIPT, FORMULA, BIDI, "__proto__", "constructor")


def network() -> keras.Model:
    """stem - conv1 - relu1 - block/conv2 - block/relu2 - mean - classes."""
    keras.utils.set_random_seed(7)
    inputs = keras.Input((18, 18, 3))
    x = layers.Rescaling(1 / 255, name="stem")(inputs)
    x = layers.Conv2D(12, 3, name="conv1")(x)
    x = layers.ReLU(name="relu1")(x)
    inner = keras.Input(x.shape[1:])
    y = layers.Conv2D(8, 3, strides=2, name="conv2")(inner)
    block = keras.Model(inner, layers.ReLU(name="relu2")(y), name="block")
    x = layers.GlobalAveragePooling2D(name="mean")(block(x))
    model = keras.Model(inputs, layers.Dense(3, "softmax", name="classes")(x))
    kernel, bias = model.get_layer("conv1").get_weights()
    bias[DEAD] = -1000
    model.get_layer("conv1").set_weights([kernel, bias])
    return model


def write_training(folder: Path) -> None:
    """Two trainings of one network on two pictures, every epoch of them."""
    rng = np.random.default_rng(11)
    x = rng.integers(0, 256, (32, 18, 18, 3)).astype(np.float32)
    x[::2, 4:10, 4:10] = 255
    y = np.arange(32) % 2
    for run, (epochs, rate) in RUNS.items():
        model = network()
        model.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy")
        options = av.LogOptions(views=(), class_names=("none", "some", "all"))
        callback = av.ActivationCallback(
            folder / run,
            {"bright": x[0], "dull": x[1]},
            max_overhead=None,
            options=options,
        )
        model.fit(x, y, epochs=epochs, batch_size=16, verbose=0, callbacks=[callback])


def odd_values() -> np.ndarray:
    """Feature maps with all that can be odd, (SIDE, SIDE, 8)."""
    maps = np.zeros((SIDE, SIDE, 8), np.float32)
    ramp = np.linspace(-2, 2, SIDE * SIDE, dtype=np.float32).reshape(SIDE, SIDE)
    maps[..., 0] = ramp
    maps[..., 1] = np.nan
    maps[..., 2] = ramp
    maps[2, 3, 2] = np.nan
    maps[..., 3] = ramp
    maps[0, 0, 3] = np.inf
    maps[..., 4] = ramp
    maps[0, 1, 4] = -np.inf
    maps[..., 5] = 1.5
    maps[..., 7] = 10 * ramp
    return maps


class Odd(layers.Layer):
    """Answers the same to every picture."""

    def call(self, x: Any) -> Any:
        return 0 * x[:, :1, :1, :1] + keras.ops.convert_to_tensor(odd_values()[None])


def write_odd(folder: Path) -> None:
    """The odd layer exactly (run `odd`), and in 8 bits (run `odd8`)."""
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, Odd(name="odd")(inputs))
    for run, precision in {"odd8": "uint8", "odd": "float32"}.items():
        options = av.LogOptions(views=(), precision=precision)
        with av.ActivationLogger(folder / run, model, ["odd"], options=options) as log:
            log(np.zeros((1, 8, 8, 3), np.uint8))


def write_imagenet(folder: Path, data: Path) -> None:
    """A face, and the same with one eye closed, through SqueezeNet."""
    model = SqueezeNet(weights=data / "squeezenet_v1.1.caffemodel")
    names = ("face", "face-eye-closed")
    pictures = {
        name: np.asarray(Image.open(data / f"{name}.png").convert("RGB"))
        for name in names
    }
    chosen = ["conv1", "relu_conv1", "fire6-*squeeze1x1", "fire9-concat"]
    options = av.LogOptions(views=(), channels=(13, 46))
    with av.ActivationLogger(
        folder / "imagenet", model, chosen, options=options
    ) as log:
        log(pictures)


def drawn_face() -> DrawnFace:
    """The face of the demonstration, both eyes open."""
    (number,) = unseen_seeds(0, 1)
    return draw_face(number, left_eye_open=True, right_eye_open=True)


def write_drawn_face(folder: Path) -> None:
    """One picture of a drawn face through the network that learned from such faces."""
    net = SqueezeNet(weights="faces")
    options = av.LogOptions(views=())
    with av.ActivationLogger(
        folder / "drawn", net, [EYE_LAYER, "pool10"], options=options
    ) as log:
        log({"face": drawn_face().picture})


def hostile_record(name: str, step: int) -> Record:
    """A record in which everything that is text is this name."""
    maps = np.arange(18, dtype=np.float32).reshape(3, 3, 2)
    facts = {
        "minimum": maps.min((0, 1)),
        "maximum": maps.max((0, 1)),
        "mean": maps.mean((0, 1)),
        "zero_share": (maps == 0).mean((0, 1)),
        "nan_count": [0, 0],
        "inf_count": [0, 0],
    }
    one = InputFacts(
        name=name,
        shape=maps.shape,
        dtype=name,
        packed=pack(maps, "float32"),
        predictions=[(1, 0.5)],
        predicted=[name],
        **facts,
    )
    return Record(
        layer=LayerFacts(name, name, "activation"),
        step=step,
        inputs=(one,),
        position={name: 1},
        preprocess=name,
        reduced=name,
        producer=name,
    )


def write_timed(folder: Path, records: Iterable[tuple[float, Record]]) -> None:
    """Records, each with the seconds since `BEGAN` that it was written at."""
    written = [version_record(BEGAN)]
    for seconds, record in records:
        summary = record_summary(record_tag(record.layer.path), record)
        written.append(summary_record(summary, record.step, BEGAN + seconds))
    folder.mkdir(parents=True)
    name = folder / f"events.out.tfevents.{BEGAN}.host"
    name.write_bytes(b"".join(written))


def write_hostile(folder: Path) -> None:
    """Runs and layers of hostile names, a few steps each."""
    records = [
        (step + place / 100, hostile_record(name, step))
        for step in range(3)
        for place, name in enumerate(HOSTILE)
    ]
    for run in (ELEMENT, QUOTE, FORMULA, "plain"):
        write_timed(folder / run, records)


def write_long(folder: Path) -> None:
    """A run of nine steps of a small layer."""
    write_timed(folder / "long", ((step, small_record(step)) for step in range(9)))


def small_record(step: int, layer: str = "conv") -> Record:
    """A record whose values are all the step's number."""
    maps = np.full((8, 8, 40), step, np.float32)
    one = InputFacts("input", maps.shape, "float32", pack(maps, "float32"))
    return Record(LayerFacts(layer, "Conv2D", "activation"), step, (one,))


def write_small(folder: Path, steps: range, layer: str = "conv") -> None:
    """Records of a small layer whose values are all the step's number."""
    with EventFile(folder) as file:
        for step in steps:
            one = small_record(step, layer)
            file.add(record_summary(record_tag(layer), one), step)


def write_paced(folder: Path) -> None:
    """Runs that come to the same epochs and times at other steps (`PACES`)."""
    for number, (run, pace) in enumerate(PACES.items()):
        records = []
        for step, (epoch, seconds) in pace.items():
            maps = np.full((8, 8, 2), 100 * number + step, np.float32)
            one = InputFacts("input", maps.shape, "float32", pack(maps, "float32"))
            facts = LayerFacts("conv", "Conv2D", "activation")
            record = Record(facts, step, (one,), position={"epoch": epoch})
            records.append((50_000 * number + seconds, record))
        write_timed(folder / run, records)


def write_failing(folder: Path) -> None:
    """A network whose second step has NaN (run `failing`), and one without scalars."""
    picture = np.random.default_rng(5).integers(0, 256, (18, 18, 3), np.uint8)
    for run in ("failing", "silent"):
        model = network()
        options = av.LogOptions(views=(), scalars=run != "silent")
        with av.ActivationLogger(folder / run, model, options=options) as log:
            log({"noise": picture}, step=0)
            kernel, bias = model.get_layer("conv1").get_weights()
            whole = bias.copy()
            whole[FAILS] = np.nan
            model.get_layer("conv1").set_weights([kernel, whole])
            log({"noise": picture}, step=10)
            model.get_layer("conv1").set_weights([kernel, bias])
            log({"noise": picture}, step=20)


def write_lively(folder: Path) -> None:
    """A run (`lively`) of layers in which no channel is silent."""
    picture = np.random.default_rng(5).integers(0, 256, (18, 18, 3), np.uint8)
    options = av.LogOptions(views=())
    chosen = ["stem", "conv1"]
    with av.ActivationLogger(
        folder / "lively", network(), chosen, options=options
    ) as log:
        for step in (0, 10, 20):
            log({"noise": picture}, step=step)


def write_lifeless(folder: Path, steps: range = range(0, 30, 10)) -> None:
    """Networks that stop answering after step 0, and one that does not.

    Of `dying` all from `block/conv2` on is zero, of `broken` nothing at all is finite.
    """
    picture = np.random.default_rng(5).integers(0, 256, (18, 18, 3), np.uint8)
    faults = {"broken": ("conv1", np.nan), "dying": ("conv2", 0), "calm": (None, 0)}
    for run, (layer, value) in faults.items():
        model = network()
        parts = [*model.layers, *model.get_layer("block").layers]
        failing = [one for one in parts if one.name == layer]
        options = av.LogOptions(views=())
        with av.ActivationLogger(folder / run, model, options=options) as log:
            for step in steps:
                for one in failing if step else ():
                    one.set_weights([np.full_like(w, value) for w in one.get_weights()])
                log({"noise": picture}, step=step)


def rank_values(shape: tuple[int, ...]) -> np.ndarray:
    """Values of a layer of any shape."""
    return np.random.default_rng(2).normal(size=shape).astype(np.float32)


def write_ranks(folder: Path) -> None:
    """A run for each of `RANKS`, of one step."""
    for run, shape in RANKS.items():
        packed = pack(as_maps(rank_values(shape)), "float32")
        one = InputFacts("input", shape, "float32", packed)
        record = Record(LayerFacts("other", "Dense", "activation"), 0, (one,))
        write_timed(folder / run, [(0, record)])


def write_gap(folder: Path) -> None:
    """A run whose second step is of another input than the first and the third."""
    maps = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    records = []
    for step in range(3):
        one = InputFacts(
            "other" if step == 1 else "input",
            maps.shape,
            "float32",
            pack(maps, "float32"),
            **dict.fromkeys(PER_CHANNEL_NUMBERS, maps[step % 2, 1]),
        )
        facts = LayerFacts("conv", "Conv2D", "activation")
        records.append((step, Record(facts, step, (one,))))
    write_timed(folder / "gap", records)


@cache
def bomb() -> bytes:
    """What inflates to 256 MiB."""
    return zlib.compress(bytes(1 << 28), 9)


def write_bomb(folder: Path) -> None:
    """A run with a layer whose values are a bomb, below one that is sound."""
    write_small(folder / "bomb", range(1))
    with EventFile(folder / "bomb") as file:
        header, _ = parts("bomb", 0)
        file.add(strings("bomb/activations", [header, bomb()]), 0)


#: How far the diverging run is beyond the calm one, and the step that is beyond others.
DIVERGED, OUTLIER = 300, 5


def write_diverging(folder: Path, steps: range = range(31)) -> None:
    """Runs of a layer `conv`: `calm` up to about 1, and `diverging` far beyond that.

    `diverging` has a second layer, `spiky`, which at the step `OUTLIER` alone is as far
    beyond all other steps. A third of the channels never answer.
    """
    for number, run in enumerate(("calm", "diverging")):
        rng = np.random.default_rng(number)
        blobs = rng.random((8, 8, 12)) ** 3
        blobs[..., ::3] = 0
        records = []
        for step in steps:
            maps = (0.5 + step / 60) * blobs * (0.9 + 0.1 * rng.random(blobs.shape))
            sizes = {"conv": DIVERGED if number else 1}
            if number:
                sizes["spiky"] = DIVERGED if step == OUTLIER else 1
            records += [
                (100 * number + step, rectified(layer, step, size * maps))
                for layer, size in sizes.items()
            ]
        write_timed(folder / run, records)


def rectified(layer: str, step: int, values: np.ndarray) -> Record:
    """A record of maps after a ReLU, with the statistics of their channels."""
    maps = values.astype(np.float32)
    dead = (maps == 0).all((0, 1))
    one = InputFacts(
        "input",
        maps.shape,
        "float32",
        pack(maps, "float32"),
        minimum=maps.min((0, 1)),
        maximum=maps.max((0, 1)),
        mean=maps.mean((0, 1)),
        zero_share=(maps == 0).mean((0, 1)),
        nan_count=[0] * len(dead),
        inf_count=[0] * len(dead),
    )
    facts = LayerFacts(layer, "ReLU", "activation")
    return Record(facts, step, (one,), silent=tuple(np.flatnonzero(dead).tolist()))
