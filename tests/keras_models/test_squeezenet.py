"""The network: against the reference, its shapes, its habits as a Keras model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from zoo.kind import runs_channels_first

from keras_models import SqueezeNet
from keras_models.squeezenet import MIN_SIZE, decode_predictions
from keras_models.squeezenet.architecture import CONVOLUTIONS


def layer_names() -> list[str]:
    names = ["conv1", "relu_conv1", "pool1"]
    for fire in range(2, 10):
        for part in ("squeeze1x1", "expand1x1", "expand3x3"):
            names += [f"fire{fire}-{part}", f"fire{fire}-relu_{part}"]
        names.append(f"fire{fire}-concat")
        if fire in (3, 5):
            names.append(f"pool{fire}")
    return [*names, "drop9", "conv10", "relu_conv10", "pool10", "prob"]


def every_layer(net: Any, face: np.ndarray, names: list[str]) -> dict[str, np.ndarray]:
    model = keras.Model(net.inputs, [net.get_layer(name).output for name in names])
    outputs = model([net.preprocess_input(face)], training=False)
    return {
        name: keras.ops.convert_to_numpy(output)[0]
        for name, output in zip(names, outputs, strict=True)
    }


def disagreements(values: dict[str, np.ndarray], reference: Any) -> dict[str, str]:
    """Every way in which a layer is further than 1e-4 of its magnitude away."""
    wrong = {}
    for name, value in values.items():
        shape = tuple(reference[f"{name}:shape"])
        if value.shape not in (shape, shape[-1:]):
            wrong[name] = f"shape {value.shape}, not {shape}"
            continue
        flat = value.reshape(-1, shape[-1])
        low, high = reference[f"{name}:minmax"]
        found = {
            "value": value.ravel()[reference[f"{name}:index"]],
            "minmax": np.array([flat.min(), flat.max()]),
        }
        if f"{name}:channel_max" in reference:
            found["channel_max"] = flat.max(axis=0)
        if f"{name}:full" in reference:
            found["full"] = value
        for what, numbers in found.items():
            expected = reference[f"{name}:{what}"].reshape(numbers.shape)
            error = np.abs(numbers - expected).max() / max(abs(low), abs(high))
            if not error <= 1e-4:
                wrong[name] = f"{what} differs by {error:.2g} of the magnitude"
    return wrong


@pytest.fixture(scope="module")
def reference(shared_data: Path) -> Any:
    with np.load(shared_data / "reference_face.npz") as file:
        return dict(file)


@pytest.mark.every_backend
def test_all_layers_agree_with_the_reference(
    net: Any, face: np.ndarray, reference: Any
) -> None:
    names = [key.split(":")[0] for key in reference if key.endswith(":shape")]
    assert names == layer_names()
    assert len(names) == 66
    assert disagreements(every_layer(net, face, names), reference) == {}


def test_comparison_notices_a_wrong_layer(
    net: Any, face: np.ndarray, reference: Any
) -> None:
    values = every_layer(net, face, ["conv1", "fire6-squeeze1x1"])
    values["conv1"] = values["conv1"][:, :, ::-1]
    values["fire6-squeeze1x1"] = values["fire6-squeeze1x1"] * 1.001
    assert list(disagreements(values, reference)) == ["conv1", "fire6-squeeze1x1"]


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("ending", [".weights.h5", ".keras"])
def test_saved_weights_agree_with_the_reference(
    net: Any, face: np.ndarray, reference: Any, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"saved{ending}"
    net.save(path) if ending == ".keras" else net.save_weights(path)
    again = SqueezeNet(weights=path)
    assert disagreements(every_layer(again, face, layer_names()), reference) == {}


@pytest.mark.every_backend
@pytest.mark.usefixtures("channels_first")
def test_channels_first_agrees_with_the_reference(
    shared_data: Path, face: np.ndarray, reference: Any
) -> None:
    if not runs_channels_first():
        pytest.skip("TensorFlow was started without oneDNN: TF_ENABLE_ONEDNN_OPTS=1")
    net = SqueezeNet(weights=shared_data / "squeezenet_v1.1.caffemodel")
    assert net.input_shape == (None, 3, None, None)
    values = every_layer(net, face.transpose(0, 3, 1, 2), layer_names())
    moved = {
        name: value.transpose(1, 2, 0) if value.ndim == 3 else value
        for name, value in values.items()
    }
    assert disagreements(moved, reference) == {}


@pytest.mark.slow
@pytest.mark.usefixtures("channels_first")
def test_channels_first_shapes() -> None:
    net = SqueezeNet(weights=None, input_shape=(3, 227, 131))
    shapes = {layer.name: layer.output.shape[1:] for layer in net.layers}
    assert shapes["conv1"] == (64, 113, 65)
    assert shapes["pool1"] == (64, 56, 32)
    assert shapes["fire5-concat"] == (256, 28, 16)
    assert shapes["fire9-concat"] == (512, 14, 8)
    assert shapes["prob"] == (1000,)
    pooled = SqueezeNet(weights=None, include_top=False, pooling="max")
    assert pooled.output_shape == (None, 512)


def test_names_order_and_classes_of_the_layers() -> None:
    net = SqueezeNet(weights=None)
    assert net.name == "squeezenet"
    assert net.input_shape == (None, None, None, 3)
    assert sorted(layer.name for layer in net.layers) == sorted(
        ["data", *layer_names()]
    )
    convolutions = [a for a in net.layers if type(a) is keras.layers.Conv2D]
    assert tuple(layer.name for layer in convolutions) == CONVOLUTIONS
    assert all(layer.activation is keras.activations.linear for layer in convolutions)
    relus = [a.name for a in net.layers if type(a) is keras.layers.ReLU]
    assert relus == [n for n in (a.name for a in net.layers) if "relu" in n]
    assert net.count_params() == 1_235_496


def test_sizes_of_the_maps_of_a_227_pixel_picture() -> None:
    net = SqueezeNet(weights=None, input_shape=(227, 227, 3))
    shapes = {layer.name: layer.output.shape[1:] for layer in net.layers}
    assert [shapes[n][0] for n in ("conv1", "pool1", "pool3", "pool5")] == [
        113,
        56,
        28,
        14,
    ]
    assert shapes["pool10"] == (1000,)


@pytest.mark.every_backend
def test_pictures_of_any_size_and_shape() -> None:
    net = SqueezeNet(weights=None, include_top=False)
    maps = {}
    for height, width in [(227, 227), (64, 200), (301, 47), (17, 17), (18, 33)]:
        maps[height, width] = tuple(net(np.zeros((1, height, width, 3))).shape)
    assert maps == {
        (227, 227): (1, 14, 14, 512),
        (64, 200): (1, 3, 12, 512),
        (301, 47): (1, 18, 2, 512),
        (17, 17): (1, 1, 1, 512),
        (18, 33): (1, 1, 2, 512),
    }


def test_a_picture_below_the_smallest_size_is_refused() -> None:
    assert MIN_SIZE == 17
    SqueezeNet(weights=None, input_shape=(17, 17, 3))
    net = SqueezeNet(weights=None)
    with pytest.raises(ValueError, match="feed a larger picture"):
        net(np.zeros((1, 40, 16, 3), np.float32))


@pytest.mark.every_backend
def test_a_larger_picture_holds_the_activations_of_its_part(net: Any) -> None:
    picture = np.random.default_rng(0).uniform(0, 255, (1, 120, 90, 3))
    deep = keras.Model(net.input, net.get_layer("pool3").output)
    whole = keras.ops.convert_to_numpy(deep(net.preprocess_input(picture)))
    part = keras.ops.convert_to_numpy(deep(net.preprocess_input(picture[:, :80, :60])))
    np.testing.assert_allclose(
        part[:, :8, :5], whole[:, :8, :5], atol=1e-4 * whole.max()
    )


@pytest.mark.every_backend
def test_the_strongest_class_is_that_of_the_reference(
    net: Any, face: np.ndarray, reference: Any
) -> None:
    scores = keras.ops.convert_to_numpy(net(net.preprocess_input(face)))
    [found] = decode_predictions(scores, top=3)
    assert [row[:2] for row in found] == [
        ("n04584207", "wig"),
        ("n03814639", "neck brace"),
        ("n02786058", "Band Aid"),
    ]
    [expected] = decode_predictions(reference["prob:full"].reshape(1, -1), top=3)
    np.testing.assert_allclose(
        [row[2] for row in found], [row[2] for row in expected], atol=1e-4
    )


@pytest.mark.slow
@pytest.mark.every_backend
def test_a_small_classifier_learns(tmp_path: Path) -> None:
    keras.utils.set_random_seed(1)
    net = SqueezeNet(weights=None, classes=7, input_shape=(33, 33, 3))
    assert net.output_shape == (None, 7)
    net.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy")
    pictures = np.random.default_rng(1).normal(0, 60, (14, 33, 33, 3))
    labels = np.arange(14) % 7
    before = net.get_layer("conv10").get_weights()[0]
    history = net.fit(pictures, labels, batch_size=7, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert not np.array_equal(before, net.get_layer("conv10").get_weights()[0])
    scores = net.predict(pictures, verbose=0)
    assert scores.shape == (14, 7)
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-5)
    net.save(tmp_path / "trained.keras")
    again = keras.saving.load_model(tmp_path / "trained.keras")
    np.testing.assert_allclose(again.predict(pictures, verbose=0), scores, atol=1e-5)


@pytest.mark.parametrize(
    ("pooling", "last", "shape"),
    [
        (None, "fire9-concat", (None, None, None, 512)),
        ("avg", "avg_pool", (None, 512)),
        ("max", "max_pool", (None, 512)),
    ],
)
def test_without_the_classifier(pooling: Any, last: str, shape: Any) -> None:
    net = SqueezeNet(include_top=False, weights=None, pooling=pooling)
    assert net.layers[-1].name == last
    assert net.output_shape == shape


def test_logits_are_what_softmax_is_taken_of(net: Any, face: np.ndarray) -> None:
    bare = SqueezeNet(weights=None, classifier_activation=None, name="bare")
    assert (bare.name, bare.layers[-1].name) == ("bare", "pool10")
    bare.set_weights(net.get_weights())
    x = net.preprocess_input(face)
    logits = keras.ops.convert_to_numpy(bare(x))
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(keras.ops.softmax(logits)),
        keras.ops.convert_to_numpy(net(x)),
        atol=1e-6,
    )


def test_mixed_precision_keeps_float32_weights() -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        net = SqueezeNet(weights=None, include_top=False)
        out = net(np.zeros((1, 40, 40, 3)))
    finally:
        keras.config.set_dtype_policy(before)
    assert keras.backend.standardize_dtype(out.dtype) == "bfloat16"
    assert {w.dtype for w in net.weights} == {"float32"}


@pytest.mark.slow
@pytest.mark.every_backend
def test_the_model_brings_its_preprocessing_along(
    net: Any, face: np.ndarray, tmp_path: Path
) -> None:
    net.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    clone = keras.models.clone_model(net)
    expected = face[..., ::-1].astype(np.float32) - np.float32([104, 117, 123])
    for model in (net, loaded, clone):
        assert type(model) is type(net)
        np.testing.assert_array_equal(model.preprocess_input(face), expected)
        assert [layer.name for layer in model.layers] == [a.name for a in net.layers]
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(loaded(expected)),
        keras.ops.convert_to_numpy(net(expected)),
    )


@pytest.mark.slow
def test_a_saved_model_loads_in_a_fresh_process(tmp_path: Path) -> None:
    SqueezeNet(weights=None, classes=3).save(tmp_path / "net.keras")
    program = (
        "import sys, keras, keras_models\n"
        "model = keras.saving.load_model(sys.argv[1])\n"
        "import numpy as np\n"
        "print(model.preprocess_input(np.zeros((1, 1, 3))).tolist(), len(model.layers))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "net.keras")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n")[-2] == "[[[-104.0, -117.0, -123.0]]] 67"


@pytest.mark.usefixtures("channels_first")
def test_a_model_prepares_pictures_in_its_own_layout() -> None:
    net = SqueezeNet(weights=None, include_top=False)
    keras.config.set_image_data_format("channels_last")
    assert net.preprocess_input(np.zeros((1, 3, 40, 50))).shape == (1, 3, 40, 50)
    with pytest.raises(ValueError, match="channels_first"):
        net.preprocess_input(np.zeros((1, 40, 50, 3)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"include_top": "no"}, "include_top must be True or False, received 'no'"),
        ({"pooling": "average"}, "received 'average'; did you mean 'avg'"),
        ({"pooling": 3}, "pooling must be None, 'avg' or 'max', received 3"),
        ({"classes": 0}, "classes must be a positive integer, received 0"),
        ({"classes": 2.5}, "classes must be a positive integer, received 2.5"),
        ({"classes": True}, "classes must be a positive integer, received True"),
        ({"input_shape": (16, 40, 3)}, "at least 17 pixels.*16, 40, 3"),
        ({"input_shape": (227, 227)}, r"three integers.*\(227, 227\)"),
        ({"input_shape": 227}, "three integers.*227"),
        ({"input_shape": (None, None, None)}, "known, positive number of channels"),
        ({"input_shape": (9.5, 40, 3)}, "three integers"),
        ({"classes": 10, "weights": "imagenet"}, "classes=1000, or include_top=False"),
        (
            {"input_shape": (None, None, 1), "weights": "imagenet"},
            "input_shape must end in 3",
        ),
        (
            {"classifier_activation": "sigmoid", "weights": "imagenet"},
            "classifier_activation='softmax'.*received 'sigmoid'",
        ),
    ],
)
def test_arguments_that_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SqueezeNet(**{"weights": None, **arguments})
