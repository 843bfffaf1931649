"""What positions of maps see of the picture that was given, pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops
from pixels import changed_by_pixels, positive

from tb_actviz.capture.graph import read_graph
from tb_actviz.capture.receptive import seen_picture
from tb_actviz.capture.seen_maps import Places
from tb_actviz.receptive_field import ReceptiveField

pytestmark = pytest.mark.every_backend

Step = Callable[[Any], Any]


def receptive_fields(*given: Any, **more: Any) -> dict[str, ReceptiveField]:
    return seen_picture(*given, **more).fields()


def in_row(*steps: Step) -> Step:
    def apply(x: Any) -> Any:
        for step in steps:
            x = step(x)
        return x

    return apply


def network(build: Step, shape: tuple[int, ...]) -> keras.Model:
    """What is built on a picture; its last layer is named `last`."""
    inputs = keras.Input(shape, name="data")
    last = layers.Rescaling(2.0, name="last")
    return positive(keras.Model(inputs, last(build(inputs))))


def places(model: keras.Model, shape: tuple[int, ...], **prepared: Any) -> Places:
    return seen_picture(model, [shape], **prepared).layers["last"].places()


def hulls(changed: np.ndarray) -> np.ndarray:
    """From the first pixel to the last, (4, H, W): top, left, bottom, right."""
    found = np.zeros((4, *changed.shape[:2]), int)
    for row, column in np.argwhere(changed.any(axis=(2, 3))):
        lines = [np.flatnonzero(changed[row, column].any(axis=axis)) for axis in (1, 0)]
        found[:, row, column] = (
            *(line[0] for line in lines),
            *(line[-1] + 1 for line in lines),
        )
    return found


def assert_exact(known: Places, changed: np.ndarray) -> None:
    """Positions see what changes them: all of it, and from first to last no more."""
    seeing = np.broadcast_to(known.seeing.any(axis=-1), changed.shape[:2])
    np.testing.assert_array_equal(seeing, changed.any(axis=(2, 3)))
    assert seeing.any()
    expected = hulls(changed)
    for row, column in np.argwhere(seeing):
        cell = (row, column, row + 1, column + 1)
        fields = [
            known.field(cell, channel) for channel in range(known.seeing.shape[2])
        ]
        known_fields = np.array([field for field in fields if field])
        hull = (*known_fields[:, :2].min(axis=0), *known_fields[:, 2:].max(axis=0))
        assert hull == tuple(expected[:, row, column]), (row, column)
        box = known.box(cell, int(np.argmax([field is not None for field in fields])))
        assert box is not None
        top, left, bottom, right = box
        assert hull[0] <= top < bottom <= hull[2]
        assert hull[1] <= left < right <= hull[3]
    assert_alike_together(known, changed.shape[:2])


def assert_alike_together(known: Places, size: tuple[int, ...]) -> None:
    """Of many positions at once the same is told as of each alone."""
    every = np.indices((*size, known.seeing.shape[2])).reshape(3, -1)
    boxes, seeing = known.fields_of(*every)
    together = [
        tuple(box) if sees else None
        for box, sees in zip(boxes.tolist(), seeing.tolist(), strict=True)
    ]
    assert together == [
        known.field((row, column, row + 1, column + 1), channel)
        for row, column, channel in every.T.tolist()
    ]


SHAPE = (10, 12, 3)

STEPS: dict[str, Step] = {
    "flip": lambda x: ops.flip(x, axis=2),
    "flip, rows": lambda x: ops.flip(x, axis=1),
    "turned": lambda x: ops.rot90(x, axes=(1, 2)),
    "crop, strides": in_row(
        layers.Cropping2D(((3, 1), (2, 0))), layers.Conv2D(2, 3, strides=2)
    ),
    "padding, strides": in_row(
        layers.ZeroPadding2D(((3, 0), (1, 4))), layers.Conv2D(2, 3, strides=2)
    ),
    "nothing but padding": layers.ZeroPadding2D(((3, 0), (1, 4))),
    "permute": in_row(layers.Permute((2, 1, 3)), layers.Conv2D(2, (3, 1))),
    "permute twice": in_row(
        layers.Permute((2, 1, 3)), layers.Conv2D(2, 2), layers.Permute((2, 1, 3))
    ),
    "channels among rows": layers.Permute((3, 2, 1)),
    "transposed": lambda x: ops.transpose(x, (0, 2, 1, 3)),
    "slices": lambda x: x[:, 1:-2, ::3],
    "one row": lambda x: x[:, 4],
    "roll": lambda x: ops.roll(x, 3, axis=1),
    "reflecting padding": lambda x: ops.pad(
        x, ((0, 0), (2, 1), (0, 3), (0, 0)), mode="reflect"
    ),
    "constant padding": lambda x: ops.pad(
        x, ((0, 0), (2, 1), (0, 3), (0, 0)), constant_values=5.0
    ),
    "dilation": in_row(
        layers.Conv2D(2, 3, dilation_rate=(2, 3), padding="same"),
        layers.Conv2D(2, 2, dilation_rate=3),
    ),
    "conv transposed": layers.Conv2DTranspose(2, 3, strides=2),
    "conv transposed, same": layers.Conv2DTranspose(2, (4, 3), 3, padding="same"),
    "conv transposed, gaps": layers.Conv2DTranspose(2, 2, strides=3),
    "conv and back": in_row(
        layers.Conv2D(2, 3, strides=2, padding="same"),
        layers.Conv2DTranspose(2, 4, strides=2, padding="same"),
    ),
    "left out": in_row(layers.MaxPooling2D(4), layers.Conv2D(2, 3, padding="same")),
    "up": layers.UpSampling2D((2, 3)),
    "up, smooth": layers.UpSampling2D(2, interpolation="bilinear"),
    "up, then conv": in_row(layers.UpSampling2D(2), layers.Conv2D(2, 3, strides=2)),
    "centre": layers.CenterCrop(4, 6),
    "centre, larger": layers.CenterCrop(16, 9),
    "random flip": layers.RandomFlip(),
    "random zoom": layers.RandomZoom(0.5),
    "resized, smaller": layers.Resizing(5, 7),
    "resized, larger": layers.Resizing(17, 23),
    "resized, nearest": layers.Resizing(7, 19, interpolation="nearest"),
    "resized, cropped": layers.Resizing(6, 6, crop_to_aspect_ratio=True),
    "resized, padded": layers.Resizing(6, 6, pad_to_aspect_ratio=True),
    "resized, antialiased": lambda x: ops.image.resize(x, (4, 5), antialias=True),
    "cropped pictures": lambda x: ops.image.crop_images(
        x, top_cropping=2, left_cropping=3, target_height=6, target_width=5
    ),
    "padded pictures": lambda x: ops.image.pad_images(
        x, top_padding=2, left_padding=3, target_height=14, target_width=16
    ),
    "flat and back": in_row(layers.Flatten(), layers.Reshape((10, 12, 3))),
    "tokens": in_row(
        layers.Conv2D(4, (5, 3), strides=(5, 3)),
        layers.Reshape((8, 4)),
        layers.Dense(3),
    ),
    "tokens, laid out again": in_row(
        layers.Reshape((120, 3)), layers.Dense(2), layers.Reshape((10, 12, 2))
    ),
    "patches": lambda x: ops.image.extract_patches(x, (5, 4), strides=(5, 4)),
    "patches, one by one": in_row(
        layers.Reshape((2, 5, 3, 4, 3)),
        layers.Permute((1, 3, 2, 4, 5)),
        layers.Reshape((6, 60)),
        layers.Dense(2),
    ),
    "windows as a batch": in_row(
        lambda x: ops.reshape(x, (-1, 2, 5, 3, 4, 3)),
        lambda x: ops.transpose(x, (0, 1, 3, 2, 4, 5)),
        lambda x: ops.reshape(x, (-1, 20, 3)),
        lambda x: x + ops.mean(x, axis=1, keepdims=True),
        lambda x: ops.reshape(x, (-1, 2, 3, 5, 4, 3)),
        lambda x: ops.transpose(x, (0, 1, 3, 2, 4, 5)),
        lambda x: ops.reshape(x, (-1, 10, 12, 3)),
    ),
    "joined tokens": in_row(
        layers.Reshape((120, 3)),
        lambda x: layers.Concatenate(axis=1)([ops.zeros_like(x[:, :1]), x]),
    ),
    "half and half": lambda x: layers.Concatenate(axis=2)(
        [x[:, :, 6:], layers.Conv2D(3, 3, padding="same")(x)]
    ),
    "sum over columns": lambda x: ops.sum(x, axis=2),
    "softmax over columns": layers.Softmax(axis=2),
    "mean": layers.GlobalAveragePooling2D(),
    "largest, with axes": layers.GlobalMaxPooling2D(keepdims=True),
    "gate": in_row(
        layers.Conv2D(3, 3, padding="same"),
        lambda x: x * layers.GlobalAveragePooling2D(keepdims=True)(x),
    ),
    "rows as a sequence": in_row(
        layers.Reshape((10, 36)), layers.GRU(3, return_sequences=True)
    ),
    "rows read by layers": layers.TimeDistributed(layers.Conv1D(2, 3)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STEPS)
def test_positions_see_what_changes_them(name: str) -> None:
    model = network(STEPS[name], SHAPE)
    picture = np.random.default_rng(0).integers(1, 9, SHAPE)
    changed = changed_by_pixels(partial(model, training=False), picture)
    assert_exact(places(model, SHAPE), changed)


def vision_transformer() -> keras.Model:
    inputs = keras.Input((12, 8, 3), name="data")
    x = layers.Conv2D(4, 4, strides=4, name="patch")(inputs)
    x = layers.Reshape((6, 4), name="tokens")(x)
    x = layers.Add(name="placed")([x, ops.zeros_like(x) + 0.5])
    token = layers.Dense(4, name="class")(ops.zeros_like(x[:, :1]))
    x = layers.Concatenate(axis=1, name="all")([token, x])
    y = layers.LayerNormalization(name="norm")(x)
    y = layers.MultiHeadAttention(2, 2, name="attention")(y, y)
    x = layers.Add(name="added")([x, y])
    x = layers.Dense(4, activation="gelu", name="mlp")(x)
    return keras.Model(inputs, layers.Dense(2, name="head")(x[:, 0]))


def test_tokens_see_their_patches_until_they_attend_to_all() -> None:
    keras.utils.set_random_seed(0)
    model = vision_transformer()
    seen = seen_picture(model, [(12, 8, 3)])
    picture = np.random.default_rng(0).integers(1, 9, (12, 8, 3))
    for path in ("patch", "tokens", "placed", "all", "norm", "added", "mlp", "head"):
        part = keras.Model(model.inputs, model.get_layer(path).output)
        changed = changed_by_pixels(partial(part, training=False), picture)
        assert_exact(seen.layers[path].places(), changed)
    assert seen.layers["norm"].places().box((0, 4, 1, 5), 0) == (4, 4, 8, 8)
    assert seen.layers["norm"].places().box((0, 0, 1, 1), 0) is None  # the class token
    assert seen.layers["mlp"].places().box((0, 4, 1, 5), 0) == (0, 0, 12, 8)
    assert seen.layers["tokens"].field() is None


PREPARED: dict[str, Callable[[np.ndarray], Any]] = {
    "scaled": lambda x: x / 255,
    "cut out": lambda x: x[:, 2:8, 3:11],
    "padded": lambda x: np.pad(x, ((0, 0), (3, 1), (0, 2), (0, 0))),
    "mirrored": lambda x: x[:, :, ::-1],
    "lying": lambda x: np.swapaxes(x, 1, 2),
    "halved": lambda x: x[:, ::2, ::2],
    "grey": lambda x: x.mean(axis=-1, keepdims=True),
    "resized": lambda x: ops.image.resize(x, (17, 5)),
    "resized, antialiased": lambda x: ops.image.resize(x, (4, 5), antialias=True),
    "cut out and enlarged": lambda x: ops.image.resize(x[:, 2:8, 3:9], (12, 12)),
    "less a picture": lambda x: x - np.arange(360.0).reshape(1, *SHAPE) / 360,
}


@pytest.mark.parametrize("name", PREPARED)
def test_what_prepares_pictures_is_tried(name: str) -> None:
    prepare = PREPARED[name]
    picture = np.random.default_rng(0).integers(1, 9, SHAPE)
    fed = np.asarray(prepare(picture[None].astype(np.float32))).shape[1:]
    model = network(layers.Conv2D(2, 3, padding="same"), fed)

    def run(batch: np.ndarray) -> Any:
        return model(np.asarray(prepare(batch)))

    found = places(model, fed, given=[SHAPE], prepared_by=[prepare])
    assert_exact(found, changed_by_pixels(run, picture))


def test_a_mean_over_the_picture_hides_no_place() -> None:
    """What all pixels have a small influence on is where it is most of all."""
    model = network(layers.Conv2D(2, 1), (40, 50, 3))
    found = places(
        model,
        (40, 50, 3),
        given=[(40, 50, 3)],
        prepared_by=[
            lambda x: (
                (x - x.mean((1, 2, 3), keepdims=True)) / x.std((1, 2, 3), keepdims=True)
            )
        ],
    )
    assert found.field((7, 9, 8, 11), 0) == (7, 9, 8, 11)


def turned(pictures: np.ndarray) -> np.ndarray:
    """By some angle: no row of the result is made of rows."""
    rows, columns = np.mgrid[:10, :12]
    along = np.clip(rows + columns // 3 - 2, 0, 9)
    return pictures[:, along, columns]


class Shaking:
    """Moves pictures anywhere."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(0)

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        return np.roll(pictures, int(self._rng.integers(1, 9)), axis=1)


def failing(pictures: np.ndarray) -> np.ndarray:
    if len(pictures) > 1 or pictures.max() > 100:
        raise ValueError("no such picture")
    return pictures


UNCLEAR: dict[str, Callable[[np.ndarray], Any]] = {
    "turned": turned,
    "shaken": Shaking(),
    "failing": failing,
    "folded": lambda x: x + x[:, ::-1],
    "each channel elsewhere": lambda x: np.stack(
        [np.roll(x[..., c], 2 * c, axis=1) for c in range(3)], axis=-1
    ),
    "nothing of it": np.zeros_like,
    "not a number": lambda x: x * np.nan,
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_of_what_is_unclear_nothing_is_known(name: str) -> None:
    model = network(layers.Conv2D(2, 3), SHAPE)
    given = {"given": [SHAPE], "prepared_by": [UNCLEAR[name]]}
    assert seen_picture(model, [SHAPE], **given).layers == {}
    assert receptive_fields(model, [SHAPE], **given) == {}


def test_of_pictures_too_large_to_try_nothing_is_known() -> None:
    shape = (6000, 6000, 3)
    model = network(layers.Conv2D(2, 3), shape)
    seen = seen_picture(model, [shape], [shape], [pytest.fail])
    assert seen.layers == {}


def test_a_signal_has_its_axes_as_rows_and_columns() -> None:
    build = in_row(layers.Conv1D(4, 3, padding="causal"), layers.AveragePooling1D(2))
    model = network(build, (11, 3))
    signal = np.random.default_rng(0).integers(1, 9, (11, 3))
    changed = changed_by_pixels(partial(model, training=False), signal)
    found = places(model, (11, 3))
    assert_exact(found, changed)
    assert found.field((0, 1, 1, 2), 0) == (0, 0, 4, 3)
    assert receptive_fields(model, [(11, 3)]).get("last") is None


def test_a_picture_without_channels_is_a_picture() -> None:
    build = in_row(layers.Reshape((10, 12, 1)), layers.Conv2D(2, 3, strides=2))
    model = network(build, (10, 12))
    picture = np.random.default_rng(0).integers(1, 9, (10, 12))
    changed = changed_by_pixels(partial(model, training=False), picture)
    assert_exact(places(model, (10, 12)), changed)
    assert receptive_fields(model, [(10, 12)])["last"] == ReceptiveField(
        (3, 3), (2, 2), (0, 0)
    )


def test_of_a_video_the_places_in_its_pictures_are_known() -> None:
    build = in_row(
        layers.Conv3D(2, (2, 3, 3), strides=(1, 2, 1)),
        layers.MaxPooling3D((1, 2, 1)),
    )
    model = network(build, (4, 9, 6, 2))
    video = np.random.default_rng(0).integers(1, 9, (4, 9, 6, 2))
    changed = changed_by_pixels(partial(model, training=False), video, axes=(1, 2))
    assert_exact(places(model, (4, 9, 6, 2)), changed)


def test_with_channels_first_everything_is_where_it_is() -> None:
    inputs = keras.Input((3, 10, 12), name="data")
    options = {"data_format": "channels_first"}
    x = layers.ZeroPadding2D(((1, 0), (2, 3)), **options)(inputs)
    x = layers.MaxPooling2D(3, 2, **options)(x)
    x = layers.UpSampling2D(2, **options)(x)
    x = layers.Rescaling(2.0, name="last")(ops.flip(x, axis=3))
    model = keras.Model(inputs, x)
    picture = np.random.default_rng(0).integers(1, 9, SHAPE)
    if keras.backend.backend() == "tensorflow":
        # Its CPU pools channels last only.
        other = keras.Sequential(
            [
                keras.Input(SHAPE),
                layers.ZeroPadding2D(((1, 0), (2, 3))),
                layers.MaxPooling2D(3, 2),
                layers.UpSampling2D(2),
            ]
        )
        run = lambda x: other(x)[:, :, ::-1]  # noqa: E731
        changed = changed_by_pixels(run, picture)
    else:
        run = lambda x: model(np.moveaxis(x, -1, 1))  # noqa: E731
        changed = changed_by_pixels(run, picture, first=True)
    assert_exact(places(model, (3, 10, 12)), changed)


def test_of_two_pictures_nothing_is_known() -> None:
    inputs = keras.Input(SHAPE), keras.Input(SHAPE)
    x = layers.Conv2D(2, 3, name="one")(inputs[0])
    y = layers.Conv2D(2, 3, name="other")(inputs[1])
    model = keras.Model(inputs, layers.Add()([x, y]))
    seen = seen_picture(model, [SHAPE, SHAPE])
    assert (seen.number, seen.layers) == (None, {})


def test_masks_and_what_is_said_between_steps_leave_attention_unknown() -> None:
    inputs = keras.Input((10, 12), name="data")
    attend = layers.MultiHeadAttention(1, 2)
    for options in (
        {"use_causal_mask": True},
        {"attention_mask": ops.ones((1, 10, 10))},
    ):
        x = layers.Rescaling(1.0, name="last")(attend(inputs, inputs, **options))
        model = keras.Model(inputs, x)
        assert "last" not in seen_picture(model, [(10, 12)]).layers


def test_a_model_inside_hands_on_what_each_of_its_outputs_sees() -> None:
    part = keras.Input((10, 12, 3))
    inner = keras.Model(
        part, [layers.Cropping2D(((2, 0), (0, 1)))(part), ops.flip(part, 1)], name="two"
    )
    model = network(lambda x: inner(x)[1], SHAPE)
    picture = np.random.default_rng(0).integers(1, 9, SHAPE)
    assert_exact(
        places(model, SHAPE), changed_by_pixels(partial(model, training=False), picture)
    )
    listed = {call.path for call in read_graph(model)}
    seen = set(seen_picture(model, [SHAPE]).layers)
    assert listed <= seen
    assert any(path.startswith("two/") for path in seen)
