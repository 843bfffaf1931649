"""Receptive fields are what changes where single pixels of the input are changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from pixels import positive
from training import subclassed

from keras_models import SqueezeNet
from tb_actviz.capture.receptive import ReceptiveField, seen_picture
from tb_actviz.capture.selection import known_calls


def receptive_fields(
    model: keras.Model, shapes: Sequence[tuple[int, ...]]
) -> dict[str, ReceptiveField]:
    return seen_picture(model, shapes).fields()


def outputs(model: keras.Model, paths: list[str]) -> keras.Model:
    """A model that gives the maps of layers of a flat one."""
    return keras.Model(model.inputs, [model.get_layer(path).output for path in paths])


def seen(
    model: keras.Model, size: tuple[int, int], background: float
) -> list[list[np.ndarray]]:
    """What changes if a row of the input is no background, and if a column is none.

    Returns:
        For each output two tables: positions along the axis x pixels along it.
    """
    base = np.full((1, *size, 3), background, np.float32)
    before = _listed(model.predict_on_batch(base))
    tables = []
    for axis in (1, 2):
        batch = np.repeat(base, size[axis - 1], axis=0)
        for pixel, picture in enumerate(batch):
            picture.swapaxes(0, axis - 1)[pixel] += 64
        after = _listed(model.predict_on_batch(batch))
        tables.append(
            [_changed(*pair, axis) for pair in zip(before, after, strict=True)]
        )
    return [list(pair) for pair in zip(*tables, strict=True)]


def _listed(found: Any) -> list[np.ndarray]:
    return [*map(np.asarray, found if isinstance(found, list) else [found])]


def _changed(before: np.ndarray, after: np.ndarray, axis: int) -> np.ndarray:
    # Zeros stay zeros; of other values the last bits depend on the size of the batch.
    moved = np.abs(after - before) > 1e-6 * np.abs(before)
    if moved.ndim == 2:
        return moved.any(axis=1)[None]
    return moved.any(axis=(3 - axis, 3)).T


def expected(field: ReceptiveField, axis: int, table: np.ndarray) -> np.ndarray:
    """The table that a receptive field stands for."""
    positions, pixels = table.shape
    start = field.start[axis] + np.arange(positions)[:, None] * field.stride[axis]
    pixel = np.arange(pixels)[None]
    return (start <= pixel) & (pixel < start + field.size[axis])


def assert_true(
    model: keras.Model,
    paths: list[str],
    size: tuple[int, int],
    *,
    background: float = 0,
) -> dict[str, ReceptiveField]:
    """All that layers see, and nothing else, is in their receptive fields."""
    fields = receptive_fields(model, [(*size, 3)])
    shown = seen(outputs(positive(model), paths), size, background)
    for path, tables in zip(paths, shown, strict=True):
        for axis, table in enumerate(tables):
            np.testing.assert_array_equal(
                table, expected(fields[path], axis, table), f"{path}, axis {axis}"
            )
    return fields


def chain(*parts: layers.Layer, size: tuple[int | None, ...] = (None, None)) -> Any:
    inputs = keras.Input((*size, 3), name="data")
    x = inputs
    for part in parts:
        x = part(x)
    return keras.Model(inputs, x)


SIZES = [(12, 17), (13, 16), (14, 15)]
WINDOWS: dict[str, Callable[[str], layers.Layer]] = {
    "conv": lambda p: layers.Conv2D(2, (3, 2), padding=p),
    "conv, strides": lambda p: layers.Conv2D(2, (4, 3), strides=(2, 3), padding=p),
    "conv, gaps": lambda p: layers.Conv2D(2, 1, strides=2, padding=p),
    "depthwise": lambda p: layers.DepthwiseConv2D(3, strides=2, padding=p),
    "separable": lambda p: layers.SeparableConv2D(2, 3, strides=2, padding=p),
    "average": lambda p: layers.AveragePooling2D((3, 2), strides=2, padding=p),
    "average, own strides": lambda p: layers.AveragePooling2D(3, padding=p),
    "maximum": lambda p: layers.MaxPooling2D((2, 3), strides=(1, 2), padding=p),
}


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("kind", WINDOWS)
def test_windows_see_what_changes_them_at_every_size(
    kind: str, padding: str, size: tuple[int, int]
) -> None:
    first, second = (WINDOWS[kind](padding) for _ in range(2))
    first.name, second.name = "first", "second"
    assert_true(chain(first, second), ["first", "second"], size)


def test_dilated_windows_see_from_their_first_pixel_to_their_last() -> None:
    conv = layers.Conv2D(2, 3, dilation_rate=(2, 1), padding="same", name="conv")
    model = positive(chain(conv))
    (field,) = (receptive_fields(model, [(9, 9, 3)])["conv"],)
    assert field == ReceptiveField((5, 3), (1, 1), (-2, -1))
    (rows, columns), *_ = seen(model, (9, 9), 0)
    np.testing.assert_array_equal(columns, expected(field, 1, columns))
    gaps = expected(field, 0, rows)
    for position in range(9):
        gaps[position, [p for p in (position - 1, position + 1) if 0 <= p < 9]] = False
    np.testing.assert_array_equal(rows, gaps)


def test_padding_and_cropping_move_what_is_seen() -> None:
    model = chain(
        layers.ZeroPadding2D(((3, 1), (0, 2)), name="pad"),
        layers.Conv2D(2, 3, strides=2, name="conv"),
        layers.Cropping2D(((1, 0), (0, 2)), name="crop"),
        layers.Conv2D(2, 2, name="last"),
    )
    fields = assert_true(model, ["pad", "conv", "crop", "last"], (15, 16))
    assert fields["pad"] == ReceptiveField((1, 1), (1, 1), (-3, 0))
    assert fields["crop"] == ReceptiveField((3, 3), (2, 2), (-1, 0))


def test_what_is_done_to_each_value_or_along_the_channels_keeps_the_field() -> None:
    parts = [
        layers.Rescaling(2.0, name="scaled"),
        layers.Conv2D(4, 3, activation="relu", name="conv"),
        layers.BatchNormalization(name="norm"),
        layers.Dropout(0.5, name="drop"),
        layers.PReLU(shared_axes=[1, 2], name="prelu"),
        layers.LayerNormalization(name="layer"),
        layers.Softmax(name="soft"),
        layers.Activation("softmax", name="softmax"),
        layers.Dense(3, "tanh", name="dense"),
    ]
    model = chain(*parts)
    fields = receptive_fields(model, [(9, 9, 3)])
    three = ReceptiveField((3, 3), (1, 1), (0, 0))
    one = ReceptiveField((1, 1), (1, 1), (0, 0))
    assert fields == {
        **{"data": one, "scaled": one, "conv:pre": three},
        **{part.name: three for part in parts[1:]},
        "dense:pre": three,
    }


def branches() -> keras.Model:
    inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(2, 3, strides=2, padding="same", name="stem")(inputs)
    a = layers.Conv2D(2, (5, 1), padding="same", name="a")(x)
    b = layers.MaxPooling2D(3, strides=1, padding="same", name="b")(x)
    x = layers.Concatenate(name="concat")([a, b])
    x = layers.Add(name="add")([x, layers.Conv2D(4, 1, name="skip")(x)])
    return keras.Model(inputs, layers.GlobalMaxPooling2D(name="pooled")(x))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_branches_see_together_what_each_sees(size: tuple[int, int]) -> None:
    paths = ["a", "b", "concat", "skip", "add", "pooled"]
    fields = assert_true(branches(), paths, size)
    assert fields["concat"].size == (11, 7)
    assert fields["pooled"] == ReceptiveField(size, (0, 0), (0, 0))


def test_whatever_comes_after_a_gate_over_the_whole_input_sees_it_whole() -> None:
    inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(4, 3, padding="same", name="conv")(inputs)
    gate = layers.GlobalAveragePooling2D(name="pool")(x)
    gate = layers.Reshape((1, 1, 4), name="moved")(gate)
    gate = layers.Conv2D(4, 1, activation="sigmoid", name="gate")(gate)
    x = layers.Multiply(name="gated")([x, gate])
    x = layers.Conv2D(2, 3, strides=2, name="after")(x)
    paths = ["conv", "pool", "moved", "gate", "gated", "after"]
    fields = assert_true(keras.Model(inputs, x), paths, (9, 8), background=1)
    assert fields["after"] == ReceptiveField((9, 8), (0, 0), (0, 0))


def test_what_valid_windows_leave_out_is_not_in_the_whole() -> None:
    inputs = keras.Input((8, 9, 3))
    x = layers.Conv2D(4, 3, strides=3, name="conv")(inputs)
    x = layers.Flatten(name="flat")(x)
    model = keras.Model(inputs, layers.Dense(2, name="dense")(x))
    fields = assert_true(model, ["conv", "flat", "dense"], (8, 9))
    assert fields["dense"] == ReceptiveField((6, 9), (0, 0), (0, 0))


def squeezenet() -> tuple[keras.Model, list[str]]:
    model = SqueezeNet(weights=None)
    return model, [layer.name for layer in model.layers[1:]]


# The first convolution leaves out the last pixel of an even number.
@pytest.mark.slow
@pytest.mark.parametrize("size", [(67, 71), (63, 65)], ids=str)
def test_every_layer_of_squeezenet_sees_what_its_field_says(
    size: tuple[int, int],
) -> None:
    model, paths = squeezenet()
    fields = assert_true(model, paths, size)
    assert set(fields) == {layer.name for layer in model.layers}
    assert fields["conv1"] == ReceptiveField((3, 3), (2, 2), (0, 0))
    assert fields["pool1"] == ReceptiveField((7, 7), (4, 4), (0, 0))
    assert fields["fire9-concat"].stride == (16, 16)


@pytest.mark.slow
def test_of_pixels_that_are_left_out_only_the_padding_of_later_maps_is_seen() -> None:
    model, paths = squeezenet()
    fields = receptive_fields(model, [(64, 66, 3)])
    for path, tables in zip(
        paths, seen(outputs(positive(model), paths), (64, 66), 0), strict=True
    ):
        for axis, table in enumerate(tables):
            said = expected(fields[path], axis, table)
            np.testing.assert_array_equal(table[:, :-1], said[:, :-1], path)
            assert not table[:, -1].any()


@pytest.mark.slow
def test_layers_of_another_network_see_no_more_and_inside_no_less() -> None:
    model = keras.applications.MobileNetV2(
        (63, 65, 3), 0.35, include_top=False, weights=None, pooling="max"
    )
    paths = [layer.name for layer in model.layers[1:]]
    fields = receptive_fields(model, [(63, 65, 3)])
    compared = 0
    for path, tables in zip(
        paths, seen(outputs(positive(model), paths), (63, 65), 0), strict=True
    ):
        for axis, table in enumerate(tables):
            said = expected(fields[path], axis, table)
            assert (table <= said).all(), path
            inside = said.sum(axis=1) == fields[path].size[axis]
            np.testing.assert_array_equal(table[inside], said[inside], path)
            compared += inside.sum()
    assert compared > 1000
    assert fields["Conv_1"].stride == (32, 32)
    assert fields[paths[-1]] == ReceptiveField((63, 65), (0, 0), (0, 0))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["DenseNet121", "EfficientNetB0", "ResNet50V2"])
def test_no_layer_of_common_networks_is_unknown(name: str) -> None:
    model = getattr(keras.applications, name)(weights=None)
    fields = receptive_fields(model, [(224, 224, 3)])
    assert {call.path for call in known_calls(model)} == set(fields)


@keras.saving.register_keras_serializable("tests")
class Own(layers.Layer):
    """A layer that nobody knows."""

    def call(self, x: Any) -> Any:
        return keras.ops.roll(x, 1, axis=1)


@keras.saving.register_keras_serializable("tests")
class OwnConv(layers.Conv2D):
    """A convolution that may do anything."""


class Doubled(layers.Layer):
    """A layer that tells its windows."""

    def call(self, x: Any) -> Any:
        return keras.ops.average_pool(x, 2, 1, "valid")

    def receptive_windows(
        self, height: int, width: int
    ) -> tuple[tuple[int, int, int, int], ...]:
        return (height - 1, 2, 1, 0), (width - 1, 2, 1, 0)


UNKNOWN: list[Callable[[Any], Any]] = [
    layers.UpSampling2D(),
    layers.Conv2DTranspose(2, 3, strides=2),
    layers.Activation(lambda x: x[:, ::-1]),
    layers.Conv2D(3, 1, activation=lambda x: x[:, ::-1]),
    layers.Reshape((36, 16, 3)),
    layers.Permute((2, 1, 3)),
    lambda x: layers.Concatenate(axis=1)([x, x]),
    lambda x: layers.Add()(
        [layers.Cropping2D(6)(x), layers.AveragePooling2D(2)(x)],
    ),
    lambda x: layers.Dot(axes=-1)([x, x]),
    lambda x: x[:, ::-1],
    Own(),
    OwnConv(2, 1),
    layers.Lambda(lambda x: x),
]


@pytest.mark.parametrize("number", range(len(UNKNOWN)))
def test_what_is_not_understood_leaves_all_that_follows_unknown(number: int) -> None:
    inputs = keras.Input((24, 24, 3), name="data")
    x = UNKNOWN[number](layers.Conv2D(3, 1, name="before")(inputs))
    model = keras.Model(inputs, layers.ReLU(name="after")(x))
    fields = receptive_fields(model, [(24, 24, 3)])
    assert "before" in fields
    assert "after" not in fields


WHOLE = ReceptiveField((6, 8), (0, 0), (0, 0))
KNOWN: list[tuple[Callable[[Any], Any], ReceptiveField]] = [
    (layers.GroupNormalization(1), WHOLE),
    (layers.LayerNormalization(axis=[1, 2, 3]), WHOLE),
    (layers.TimeDistributed(layers.Dense(2)), ReceptiveField((1, 1), (1, 1), (0, 0))),
    (layers.Conv2DTranspose(2, 3), ReceptiveField((3, 3), (1, 1), (-2, -2))),
]


@pytest.mark.parametrize("number", range(len(KNOWN)))
def test_what_is_put_together_along_axes_sees_all_of_them(number: int) -> None:
    layer, field = KNOWN[number]
    inputs = keras.Input((6, 8, 3), name="data")
    x = layer(layers.Conv2D(3, 1, name="before")(inputs))
    model = keras.Model(inputs, layers.Rescaling(2.0, name="after")(x))
    assert assert_true(model, ["after"], (6, 8), background=1)["after"] == field


def test_a_layer_of_the_users_can_tell_its_windows() -> None:
    model = chain(layers.Conv2D(2, 3, strides=2, name="conv"), Doubled(name="own"))
    fields = assert_true(model, ["conv", "own"], (9, 11))
    assert fields["own"] == ReceptiveField((5, 5), (2, 2), (0, 0))


def test_operations_between_layers_are_understood() -> None:
    inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(2, 3, padding="same", name="conv")(inputs)
    x = keras.ops.relu(x * 2) + x
    model = keras.Model(inputs, layers.Conv2D(2, 2, name="last")(x))
    assert_true(model, ["conv", "last"], (7, 8))


def test_models_inside_are_seen_through_by_the_paths_of_the_others() -> None:
    data = keras.Input((None, None, 3), name="picture")
    x = layers.Conv2D(3, 3, strides=2, padding="same", name="conv")(data)
    inner = keras.Model(data, layers.ReLU(name="relu")(x), name="inner")
    block = keras.Sequential([layers.Conv2D(3, 2, activation="relu", name="c")])
    block.name = "block"
    inputs = keras.Input((11, 12, 3), name="data")
    x = layers.ReLU(name="after")(inner(block(inner(inputs))))
    model = keras.Model(inputs, x)
    fields = receptive_fields(model, [(11, 12, 3)])
    paths = [call.path for call in known_calls(model)]
    assert {path for path in paths if path not in fields} == set()
    assert "inner#2/conv" in paths
    assert "block/c:pre" in paths
    (shown,) = seen(positive_inside(model), (11, 12), 0)
    for axis, table in enumerate(shown):
        np.testing.assert_array_equal(table, expected(fields["after"], axis, table))


def positive_inside(model: keras.Model) -> keras.Model:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            positive(layer)
    return model


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_channels_that_come_first_change_nothing(size: tuple[int, int]) -> None:
    found = []
    for order, shape in (("channels_last", (*size, 3)), ("channels_first", (3, *size))):
        inputs = keras.Input(shape, name="data")
        options = {"data_format": order}
        x = layers.Conv2D(4, 3, 2, padding="same", name="conv", **options)(inputs)
        x = layers.ZeroPadding2D(((1, 0), (2, 3)), name="pad", **options)(x)
        x = layers.ReLU(name="relu")(x)
        y = layers.MaxPooling2D(3, 1, padding="same", name="max", **options)(x)
        x = layers.Concatenate(1 if shape[0] == 3 else -1, name="concat")([x, y])
        x = layers.GlobalAveragePooling2D(name="pool", **options)(x)
        found.append(receptive_fields(keras.Model(inputs, x), [shape]))
    assert found[0] == found[1]
    assert len(found[0]) == 7


def test_what_puts_the_columns_of_maps_together_sees_them_all() -> None:
    for layer in (
        layers.Activation("softmax", name="last"),
        layers.Conv2D(2, 1, activation="softmax", data_format="channels_first"),
        layers.Dense(3),
    ):
        layer.name = "last"
        inputs = keras.Input((3, 8, 8), name="data")
        x = layers.MaxPooling2D(2, data_format="channels_first", name="pool")(inputs)
        fields = receptive_fields(keras.Model(inputs, layer(x)), [(3, 8, 8)])
        assert fields["pool"] == ReceptiveField((2, 2), (2, 2), (0, 0))
        assert fields["last"] == ReceptiveField((2, 8), (2, 0), (0, 0))


def two_inputs(second: tuple[int, ...]) -> keras.Model:
    inputs = keras.Input((8, 8, 3), name="data"), keras.Input(second, name="more")
    conv = layers.Conv2D(2, 3, name="conv")(inputs[0])
    dense = layers.Dense(2, name="dense")(layers.Flatten(name="flat")(inputs[1]))
    x = layers.Add(name="add")([layers.GlobalMaxPooling2D(name="pool")(conv), dense])
    return keras.Model(inputs, x)


def test_of_several_inputs_the_only_picture_is_seen() -> None:
    fields = receptive_fields(two_inputs((5,)), [(8, 8, 3), (5,)])
    assert set(fields) == {"data", "conv", "pool"}
    assert receptive_fields(two_inputs((8, 8, 1)), [(8, 8, 3), (8, 8, 1)]) == {}


def test_a_model_without_a_graph_or_a_picture_has_none() -> None:
    assert receptive_fields(subclassed(), [(12, 12, 3)]) == {}
    inputs = keras.Input((7,))
    assert receptive_fields(keras.Model(inputs, layers.Dense(2)(inputs)), [(7,)]) == {}
