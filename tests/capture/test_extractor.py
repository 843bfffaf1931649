"""Activations from one pass, against the layers called one by one."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers
from networks import pictures, shared, small

from tb_actviz import FeatureExtractor, InputError, activations

pytestmark = pytest.mark.every_backend


def by_hand(model: keras.Model, batch: np.ndarray) -> dict[str, np.ndarray]:
    """Every layer of `small`, called on what the layer before gave."""
    layer = model.get_layer
    values = {"data": keras.ops.convert_to_tensor(batch.astype(np.float32))}
    for name, source in [
        ("conv1", "data"),
        ("relu1", "conv1"),
        ("pool1", "relu1"),
        ("b", "pool1"),
        ("a", "pool1"),
        ("b.act", "b"),
    ]:
        values[name] = layer(name)(values[source])
    values["concat"] = layer("concat")([values["a"], values["b.act"]])
    values["drop"] = layer("drop")(values["concat"], training=False)
    values["average"] = layer("average")(values["drop"])
    values["prob"] = layer("prob")(values["average"])
    return {name: keras.ops.convert_to_numpy(v) for name, v in values.items()}


def test_every_layer_equals_its_own_call() -> None:
    model, batch = small(), pictures()
    expected = by_hand(model, batch)
    found = activations(model, batch, "*")
    assert list(found) == list(expected)[1:]
    for name, values in found.items():
        assert values.dtype == np.float32
        np.testing.assert_allclose(values, expected[name], rtol=1e-5, atol=1e-5)


def test_layers_come_in_the_models_order_and_inputs_can_be_asked_for() -> None:
    model, batch = small(), pictures()
    found = activations(model, batch, ["prob", "conv1", "data", "a"])
    assert list(found) == ["data", "conv1", "a", "prob"]
    np.testing.assert_array_equal(found["data"], batch.astype(np.float32))


def test_one_extractor_serves_many_sizes_and_batches() -> None:
    model = small()
    extract = FeatureExtractor(model, "conv1")
    for count, size in [(1, (20, 17)), (3, (9, 30)), (1, (64, 64))]:
        batch = pictures(count, size)
        expected = by_hand(model, batch)["conv1"]
        np.testing.assert_allclose(
            extract(batch)["conv1"], expected, rtol=1e-5, atol=1e-4
        )


def test_the_model_is_traced_once_for_many_calls() -> None:
    traces = []

    class Counting(layers.Layer):
        def call(self, x):  # noqa: ANN001, ANN202
            traces.append(1)
            return x * 1.0

    inputs = keras.Input((8, 8, 3))
    extract = FeatureExtractor(keras.Model(inputs, Counting(name="count")(inputs)), "*")
    extract(pictures(1, (8, 8)))
    before = len(traces)
    for _ in range(5):
        extract(pictures(1, (8, 8)))
    compiled = keras.backend.backend() != "torch"  # torch runs eagerly by design
    assert len(traces) - before == (0 if compiled else 5)


def test_current_weights_are_used() -> None:
    model, batch = small(), pictures()
    extract = FeatureExtractor(model, "conv1")
    before = extract(batch)["conv1"].copy()
    kernel, bias = model.get_layer("conv1").get_weights()
    model.get_layer("conv1").set_weights([kernel * 2, bias * 2])
    np.testing.assert_allclose(extract(batch)["conv1"], before * 2, rtol=1e-4)


@pytest.mark.slow
def test_after_training_the_new_weights_are_used() -> None:
    model, batch = small(), pictures(4)
    extract = FeatureExtractor(model, "conv1")
    before = extract(batch)["conv1"].copy()
    model.compile("sgd", "categorical_crossentropy")
    model.fit(batch / 255.0, np.eye(5)[:4], epochs=2, verbose=0)
    found = extract(batch)["conv1"]
    assert np.abs(found - before).max() > 1e-3
    np.testing.assert_allclose(
        found, by_hand(model, batch)["conv1"], rtol=1e-4, atol=1e-3
    )


def test_the_pass_is_in_inference_mode_and_leaves_the_model_alone() -> None:
    inputs = keras.Input((6, 6, 3))
    x = layers.BatchNormalization(name="norm")(inputs)
    model = keras.Model(inputs, layers.Dropout(0.9, name="drop")(x))
    weights = [w.copy() for w in model.get_weights()]
    nodes = [len(layer._inbound_nodes) for layer in model.layers]
    found = activations(model, pictures(2, (6, 6)), "*")
    np.testing.assert_array_equal(found["norm"], found["drop"])
    assert (found["drop"] != 0).mean() > 0.9
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert [len(layer._inbound_nodes) for layer in model.layers] == nodes
    assert not model.compiled


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_float32_comes_out_whatever_the_policy(policy: str) -> None:
    inputs = keras.Input((8, 8, 3))
    conv = layers.Conv2D(2, 3, dtype=policy, name="conv")
    found = activations(
        keras.Model(inputs, conv(inputs)), pictures(1, (8, 8)) / 255.0, "*"
    )
    assert found["conv"].dtype == np.float32
    assert np.isfinite(found["conv"]).all()


def test_repeated_calls_are_told_apart() -> None:
    model, batch = shared(), pictures(1)
    found = activations(model, batch, "*")
    once = activations(model, batch, "same")["same"]
    kernel, bias = model.get_layer("same").get_weights()
    expected = np.maximum(once, 0) @ kernel[0, 0] + bias
    assert list(found) == ["same", "relu", "same#2", "add"]
    np.testing.assert_allclose(found["same#2"], expected, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(found["add"], expected + 1, rtol=1e-4, atol=1e-3)


def test_a_second_call_can_be_asked_for_alone() -> None:
    inputs = keras.Input((6, 6, 3))
    same = layers.Conv2D(2, 1, name="same")
    first = same(layers.Rescaling(1.0)(inputs))
    second = same(layers.Rescaling(2.0)(inputs))
    model = keras.Model(inputs, layers.Subtract(name="less")([first, second]))
    batch = pictures(1, (6, 6))
    found = activations(model, batch, "*")
    alone = activations(model, batch, "same#2")["same#2"]
    np.testing.assert_allclose(alone, found["same#2"], rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(
        found["less"], found["same"] - alone, rtol=1e-4, atol=1e-3
    )


def test_arrays_are_read_only() -> None:
    found = activations(small(), pictures(1), ["conv1", "data"])
    for values in found.values():
        assert not values.flags.writeable


def test_preprocess_is_applied_to_pictures_without_changing_them() -> None:
    batch = pictures()
    original = batch.copy()

    def in_place(x: np.ndarray) -> np.ndarray:
        x -= 100.0
        return x

    found = activations(small(), batch, "data", preprocess=in_place)["data"]
    np.testing.assert_array_equal(found, original.astype(np.float32) - 100)
    np.testing.assert_array_equal(batch, original)


def test_a_models_own_preprocessing_is_found() -> None:
    model, batch = small(), pictures(1)
    model.preprocess_input = lambda x: x / 255.0
    found = activations(model, batch, "data")["data"]
    np.testing.assert_array_equal(found, batch.astype(np.float32) / np.float32(255))
    unchanged = activations(model, batch, "data", preprocess=None)["data"]
    np.testing.assert_array_equal(unchanged, batch.astype(np.float32))


@pytest.mark.parametrize(
    "values",
    [
        pictures(1) / 255.0,
        pictures(1) - 120.0,
        pictures(1).astype(np.uint16) * 257,
        np.full((1, 20, 20, 3), np.nan),
    ],
)
def test_preprocessing_twice_is_refused(values: np.ndarray) -> None:
    extract = FeatureExtractor(small(), "data", preprocess=lambda x: x - 100)
    with pytest.raises(InputError, match="pass preprocess=None"):
        extract(values)


def test_the_preprocessing_of_an_inner_model_is_found() -> None:
    inner = small()
    inner.preprocess_input = lambda x: x / 255.0
    inputs = keras.Input((None, None, 3), name="outside")
    outer = keras.Model(inputs, layers.Dense(2)(inner(inputs)))
    found = activations(outer, pictures(1), "outside")["outside"]
    assert found.max() <= 1
    behind = layers.Rescaling(2.0)(inputs)
    elsewhere = keras.Model(inputs, inner(behind))
    assert activations(elsewhere, pictures(1), "outside")["outside"].max() > 1


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float16"])
def test_the_models_own_dtype_is_fed(dtype: str) -> None:
    inputs = keras.Input((4, 4, 3), dtype=dtype, name="data")
    model = keras.Model(inputs, layers.Rescaling(0.5, name="half")(inputs))
    batch = pictures(1, (4, 4))
    found = activations(model, batch, "*")["half"]
    np.testing.assert_allclose(found, batch * 0.5, rtol=1e-2)


def test_a_fixed_batch_size_is_filled_up() -> None:
    inputs = keras.Input((4, 4, 3), batch_size=2)
    model = keras.Model(inputs, layers.ReLU(name="r")(inputs), name="two")
    for count in (1, 2, 5):
        batch = pictures(count, (4, 4))
        np.testing.assert_array_equal(activations(model, batch, "r")["r"], batch)


def test_many_extractors_do_not_make_tensorflow_complain(
    caplog: pytest.LogCaptureFixture,
) -> None:
    model, batch = small(), pictures(1)
    for _ in range(8):
        activations(model, batch, "a")
    assert "retracing" not in caplog.text


def test_colour_pictures_become_luminance_for_one_channel() -> None:
    found = activations(small(channels=1), pictures(1), "data")["data"]
    expected = pictures(1) @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(found[..., 0], expected, rtol=1e-5)


def test_inputs_of_several_sizes_in_one_pass_are_refused() -> None:
    with pytest.raises(InputError, match="one size; received input_0 20×17×3, input_1"):
        activations(small(), [pictures(1)[0], pictures(1, (9, 9))[0]], "a")


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (
            (4, 4, 3),
            r"'input' \(4×4×3\) is too small for the model 'small'",
        ),
        ((20, 20, 4), r"has shape 20×20×4, but the model 'small' takes any×any×3"),
    ],
)
def test_inputs_that_do_not_fit(shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        activations(small(), np.ones(shape, np.uint8), "*")


def test_what_cannot_fit_into_memory_is_refused_before_it_is_computed() -> None:
    inputs = keras.Input((None, None, 3))
    x = layers.UpSampling2D(2000, name="huge")(inputs)
    model = keras.Model(inputs, layers.UpSampling2D(20, name="larger")(x))
    with pytest.raises(InputError, match=r"too large: 2 layers of it need [\d.]+ GiB"):
        activations(model, pictures(1), "*")


def test_a_fixed_size_is_named() -> None:
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, layers.ReLU()(inputs), name="fixed")
    with pytest.raises(InputError, match=r"shape 9×8×3, .* takes 8×8×3"):
        activations(model, pictures(1, (9, 8)), "*")


def test_wrong_arguments_say_what_was_expected() -> None:
    with pytest.raises(InputError, match="preprocess='caffe'; expected 'auto', None"):
        FeatureExtractor(small(), "*", preprocess="caffe")
    with pytest.raises(InputError, match="batch_size=0; expected an integer of at l"):
        FeatureExtractor(small(), "*")(pictures(), batch_size=0)
