"""What each input goes through is decided once: what is fed is what is stated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from tb_actviz import (
    ActivationCallback,
    ActivationLogger,
    FeatureExtractor,
    activations,
    read_records,
)
from tb_actviz.capture.model_signature import model_signature
from tb_actviz.capture.preprocessing import decide_preprocessing
from tb_actviz.errors import InputError

AS_THEY_ARE = "none (inputs are fed as they are)"


def scale(x: np.ndarray) -> np.ndarray:
    assert x.dtype == np.float32
    return x / 255.0


def whole_numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


#: Shape of an input, and the layers that a model of it begins with.
RANKS: dict[str, tuple[tuple[int, ...], list[Any]]] = {
    "picture": ((12, 12, 3), [layers.Conv2D(4, 3, name="c")]),
    "grey picture": ((12, 12, 1), [layers.Conv2D(4, 3, name="c")]),
    "five bands": ((12, 12, 5), [layers.Conv2D(4, 3, name="c")]),
    "without channels": ((12, 12), [layers.Reshape((12, 12, 1), name="c")]),
    "video": ((5, 8, 8, 3), [layers.Conv3D(4, 3, name="c")]),
    "frames": ((5, 8, 8, 3), [layers.TimeDistributed(layers.Conv2D(4, 3), name="c")]),
    "sequence": ((20, 3), [layers.Conv1D(4, 3, name="c")]),
    "flat": ((30,), [layers.Dense(4, name="c")]),
    "number": ((1,), [layers.Dense(4, name="c")]),
}


@pytest.mark.every_backend
@pytest.mark.parametrize("kind", RANKS)
@pytest.mark.parametrize("is_own", [True, False], ids=["own", "given"])
def test_a_preprocessing_is_called_whatever_the_rank(
    kind: str, is_own: bool, tmp_path: Path
) -> None:
    shape, stack = RANKS[kind]
    model = keras.Sequential([keras.Input(shape), *stack])
    x = whole_numbers(2, *shape)
    expected = ops.convert_to_numpy(model(x.astype(np.float32) / 255.0))
    given: Any = {"preprocess": scale}
    if is_own:
        model.preprocess_input, given = scale, {}
    extract = FeatureExtractor(model, "c", **given)
    np.testing.assert_allclose(extract(x)["c"], expected, rtol=1e-4, atol=1e-5)
    stated = f"{__name__}.scale"
    assert extract.describe().preprocess == stated
    with ActivationLogger(tmp_path, model, "c", **given) as log:
        assert log(x).preprocess == stated
    (stored,) = read_records(tmp_path, layers="c")
    assert stored.record.preprocess == stated
    np.testing.assert_allclose(
        list(stored.activations.values()), expected, rtol=1e-3, atol=1e-3
    )


@pytest.mark.every_backend
def test_during_a_training_the_same_is_fed_as_stated(tmp_path: Path) -> None:
    shape = (4, 8, 8, 3)
    model = keras.Sequential(
        [
            keras.Input(shape),
            layers.Conv3D(4, 3, name="c"),
            layers.GlobalAveragePooling3D(),
        ]
    )
    model.compile(keras.optimizers.SGD(0.0), "mse")
    x = whole_numbers(2, *shape)
    model.fit(
        x / np.float32(255),
        np.zeros((2, 4)),
        verbose=0,
        callbacks=[ActivationCallback(tmp_path, x, "c", preprocess=scale)],
    )
    (stored,) = read_records(tmp_path, layers="c")
    assert stored.record.preprocess.endswith(".scale")
    expected = ops.convert_to_numpy(model.layers[0](x.astype(np.float32) / 255))
    np.testing.assert_allclose(
        list(stored.activations.values()), expected, rtol=1e-3, atol=1e-3
    )


def with_second(shape: tuple[int, ...], network: keras.Model) -> keras.Model:
    """A network beside another input, whose own layer is `second_layer`."""
    first = keras.Input((64, 64, 3), name="photo")
    second = keras.Input(shape, name="second")
    both = [
        layers.GlobalAveragePooling2D()(network(first)),
        layers.Flatten()(layers.ReLU(name="second_layer")(second)),
    ]
    return keras.Model([first, second], layers.Concatenate()(both))


@pytest.fixture(scope="module")
def mobilenet() -> keras.Model:
    return keras.applications.MobileNetV2(
        weights=None, include_top=False, input_shape=(64, 64, 3), alpha=0.35
    )


SECOND = {
    "depth": np.linspace(0, 200, 2 * 64 * 64).reshape(2, 64, 64, 1),
    "depth of bytes": whole_numbers(2, 64, 64, 1),
    "mask": (np.linspace(0, 1, 2 * 64 * 64) > 0.5).reshape(2, 64, 64, 1),
    "five bands": whole_numbers(2, 64, 64, 5),
    "normals": whole_numbers(2, 64, 64, 3),
    "flow": np.linspace(0, 9, 2 * 64 * 64 * 2).reshape(2, 64, 64, 2),
    "numbers": np.array([[1.0, 2.0], [3.0, 4.0]]),
}


@pytest.mark.parametrize("what", SECOND)
def test_a_networks_own_preprocessing_reaches_only_what_feeds_it(
    what: str, mobilenet: keras.Model
) -> None:
    second = SECOND[what]
    model = with_second(second.shape[1:], mobilenet)
    photos = whole_numbers(2, 64, 64, 3)
    extract = FeatureExtractor(model, ["photo", "second", "second_layer"])
    found = extract((photos, second))
    name = "keras.applications.mobilenet_v2.preprocess_input"
    expected = keras.applications.mobilenet_v2.preprocess_input(photos + 0.0)
    np.testing.assert_allclose(found["photo"], expected, atol=1e-6)
    np.testing.assert_array_equal(found["second"], second.astype(np.float32))
    assert extract.describe().preprocess == f"photo: {name}; second: {AS_THEY_ARE}"


def test_a_network_deep_inside_is_followed_to_the_input_that_feeds_it(
    mobilenet: keras.Model,
) -> None:
    inner = with_second((4,), mobilenet)
    numbers = keras.Input((4,), name="numbers")
    photo = keras.Input((64, 64, 3), name="photo")
    turned = layers.RandomFlip()(photo)
    outer = keras.Model({"n": numbers, "p": photo}, inner([turned, numbers]))
    signature = model_signature(outer)
    assert signature is not None
    decided = decide_preprocessing(outer, signature, "auto")
    assert signature.names == ("n", "p")
    assert [one and one.name for one in decided.applied] == [
        None,
        "keras.applications.mobilenet_v2.preprocess_input",
    ]


def test_two_networks_get_a_preprocessing_each(mobilenet: keras.Model) -> None:
    vgg = keras.applications.VGG16(
        weights=None, include_top=False, input_shape=(64, 64, 3)
    )
    near, far = (keras.Input((64, 64, 3), name=name) for name in ("near", "far"))
    model = keras.Model([near, far], [mobilenet(near), vgg(far)])
    assert FeatureExtractor(model, "near").describe().preprocess == (
        "near: keras.applications.mobilenet_v2.preprocess_input; "
        "far: keras.applications.vgg16.preprocess_input"
    )


def two(first: tuple[int, ...], second: tuple[int, ...]) -> keras.Model:
    a, b = keras.Input(first, name="a"), keras.Input(second, name="b")
    return keras.Model([a, b], [layers.ReLU(name="ra")(a), layers.ReLU(name="rb")(b)])


def ones(*shapes: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    return tuple(np.full((2, *shape), 200, np.uint8) for shape in shapes)


@pytest.mark.every_backend
@pytest.mark.parametrize(
    ("first", "second", "meant"),
    [
        ((8, 8, 3), (8, 8, 1), "a"),
        ((8, 8, 1), (8, 8, 3), "b"),
        ((8, 8, 5), (7,), "a"),
        ((7,), (8, 8, 1), "b"),
        ((4, 8, 8, 3), (8, 8, 3), "b"),
    ],
)
def test_a_plain_function_goes_to_the_picture_input(
    first: tuple[int, ...], second: tuple[int, ...], meant: str
) -> None:
    extract = FeatureExtractor(two(first, second), "*", preprocess=scale)
    found = extract(ones(first, second))
    for name, layer in (("a", "ra"), ("b", "rb")):
        expected = 200 / 255 if name == meant else 200
        np.testing.assert_allclose(found[layer], expected, rtol=1e-6)
    words = {"a": AS_THEY_ARE, "b": AS_THEY_ARE, meant: f"{__name__}.scale"}
    assert extract.describe().preprocess == f"a: {words['a']}; b: {words['b']}"


@pytest.mark.parametrize("is_own", [True, False], ids=["own", "given"])
@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ((8, 8, 3), (8, 8, 3), r"any of \['a', 'b'\]\. .* preprocess=\{'a': …\}"),
        ((7,), (9,), "any of these"),
        ((4, 4), (5, 4, 4, 3), "any of these"),
    ],
)
def test_a_plain_function_for_nothing_certain_is_refused(
    first: tuple[int, ...], second: tuple[int, ...], words: str, is_own: bool
) -> None:
    model, given = two(first, second), scale
    if is_own:
        model.preprocess_input, given = scale, "auto"
    with pytest.raises(InputError, match=words):
        FeatureExtractor(model, "*", preprocess=given)
    found = activations(
        model, ones(first, second), "*", preprocess={"b": scale, "a": None}
    )
    np.testing.assert_allclose(found["ra"], 200)
    np.testing.assert_allclose(found["rb"], 200 / 255, rtol=1e-6)


def test_a_dict_says_it_for_each_input_by_name(mobilenet: keras.Model) -> None:
    model = with_second((64, 64, 3), mobilenet)
    extract = FeatureExtractor(model, "second", preprocess={"second": scale})
    assert extract.describe().preprocess == (
        f"photo: {AS_THEY_ARE}; second: {__name__}.scale"
    )
    both = FeatureExtractor(
        model, "second", preprocess={"second": scale, "photo": "auto"}
    )
    assert both.describe().preprocess == (
        "photo: keras.applications.mobilenet_v2.preprocess_input; "
        f"second: {__name__}.scale"
    )
    with pytest.raises(InputError, match=r"'secnd', .*Did you mean 'second'"):
        FeatureExtractor(model, "second", preprocess={"secnd": scale})
    with pytest.raises(InputError, match="expected 'auto', None, or a callable"):
        FeatureExtractor(model, "second", preprocess={"second": 7})  # type: ignore[dict-item]


RESHAPED: dict[str, tuple[tuple[int | None, ...], tuple[int, ...], Any]] = {
    "resized": ((8, 8, 3), (20, 17, 3), lambda x: ops.image.resize(x, (8, 8))),
    "cropped": ((8, 8, 3), (20, 17, 3), lambda x: x[:, 2:10, 3:11]),
    "padded": (
        (None, None, 3),
        (8, 8, 3),
        lambda x: np.pad(x, [(0, 0), (2, 2), (3, 3), (0, 0)]),
    ),
    "one channel": ((8, 8, 1), (8, 8, 3), lambda x: x[..., 1:2] / 255),
    "more channels": ((8, 8, 5), (8, 8, 3), lambda x: x[..., [0, 1, 2, 0, 1]]),
    "flat": ((192,), (8, 8, 3), lambda x: x.reshape(len(x), -1)),
    "with an axis": ((8, 8, 1), (8, 8), lambda x: x[..., None] / 255),
    "without an axis": ((8, 8), (8, 8, 1), lambda x: x[..., 0]),
    "windows": ((4, 16), (64,), lambda x: x.reshape(-1, 4, 16)),
}


@pytest.mark.every_backend
@pytest.mark.parametrize("kind", RESHAPED)
def test_what_comes_out_of_the_preprocessing_has_to_fit(
    kind: str, tmp_path: Path
) -> None:
    takes, given, function = RESHAPED[kind]
    model = keras.Sequential([keras.Input(takes), layers.ReLU(name="r")])
    x = whole_numbers(2, *given)
    expected = ops.convert_to_numpy(function(x.astype(np.float32)))
    found = activations(model, x, "r", preprocess=function)["r"]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    with ActivationLogger(tmp_path, model, "r", preprocess=function) as log:
        log({"one": x[:1], "other": x[1:]})
    (stored,) = read_records(tmp_path, layers="r")
    np.testing.assert_allclose(
        list(stored.activations.values()), expected, rtol=1e-2, atol=1e-2
    )


def test_what_does_not_fit_after_the_preprocessing_names_it() -> None:
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.ReLU(name="r")])
    with pytest.raises(
        InputError,
        match=r"'input' has shape 8×8×1 after .*lambda>, but .* takes 8×8×3\. Give 3",
    ):
        activations(model, whole_numbers(8, 8, 3), "r", preprocess=lambda x: x[..., :1])


def test_a_function_gets_colour_also_for_a_model_of_one_channel() -> None:
    seen = []

    def look(x: np.ndarray) -> np.ndarray:
        seen.append((x.dtype, x.shape))
        x += 1  # It may work in place.
        return x

    model = keras.Sequential([keras.Input((8, 8, 1)), layers.ReLU(name="r")])
    x = whole_numbers(2, 8, 8, 3)
    before = x.copy()
    found = activations(model, x, "r", preprocess=look)["r"]
    # Once alone, for the shape of what it gives.
    assert seen == [(np.float32, (count, 8, 8, 3)) for count in (1, 2)]
    np.testing.assert_array_equal(x, before)
    luminance = (x + 1.0) @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(found[..., 0], luminance, rtol=1e-5)


class Task(keras.Model):
    """Predicts through a preprocessor of its own, as a task of KerasHub does."""

    def __init__(self, preprocessor: Any) -> None:
        inputs = keras.Input((8, 8, 3))
        super().__init__(inputs, layers.ReLU(name="r")(inputs))
        self.preprocessor = preprocessor

    def predict(self, x: Any, **given: Any) -> np.ndarray:
        return super().predict(self.preprocessor(x), **given)


class Halved(layers.Layer):
    def call(self, x: Any) -> Any:
        return ops.image.resize(x, (8, 8)) / 2


@pytest.mark.every_backend
def test_a_task_is_fed_as_its_predict_feeds_it() -> None:
    task, x = Task(Halved()), whole_numbers(2, 20, 17, 3)
    extract = FeatureExtractor(task, "r")
    np.testing.assert_allclose(
        extract(x)["r"], task.predict(x.astype(np.float32), verbose=0), rtol=1e-5
    )
    assert extract.describe().preprocess == f"{__name__}.Halved, as in predict"
    unchanged = FeatureExtractor(task, "r", preprocess=None)
    np.testing.assert_array_equal(unchanged(x[:, :8, :8])["r"], x[:, :8, :8])
    assert FeatureExtractor(Task(None), "r").describe().preprocess == AS_THEY_ARE


def test_a_task_of_several_inputs_says_that_its_preprocessor_is_not_applied() -> None:
    model = two((7,), (9,))
    model.preprocessor = Halved()
    with pytest.warns(UserWarning, match=r"Halved\), which predict and fit apply"):
        activations(model, ones((7,), (9,)), "*")
