"""Networks of keras.applications, alone and as a frozen backbone in a larger model."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers
from networks import pictures

from tb_actviz.capture.extractor import FeatureExtractor
from tb_actviz.capture.selection import activation_pairs, known_calls

SIDE = 64
#: Name, how it prepares pictures, some of its layers: early, in the middle, the last.
ARCHITECTURES = [
    (
        "MobileNetV2",
        "keras.applications.mobilenet_v2.preprocess_input",
        ["Conv1", "Conv1_relu", "block_6_expand_relu", "block_12_add", "out_relu"],
    ),
    (
        "ResNet50V2",
        "keras.applications.resnet_v2.preprocess_input",
        ["conv1_conv", "conv2_block1_out", "conv4_block3_2_relu", "post_relu"],
    ),
    (
        "EfficientNetB0",
        "prepares inputs itself",
        ["stem_conv", "block3a_dwconv", "block5b_se_excite", "top_activation"],
    ),
    (
        "VGG16",
        "keras.applications.vgg16.preprocess_input",
        ["block1_conv1", "block3_conv2", "block3_pool", "block5_conv3"],
    ),
    (
        "DenseNet121",
        "keras.applications.densenet.preprocess_input",
        ["conv1_conv", "conv3_block5_concat", "pool4_relu", "relu"],
    ),
    (
        "ConvNeXtTiny",
        "prepares inputs itself",
        [
            "convnext_tiny_stage_0_block_1_depthwise_conv",
            "convnext_tiny_stage_2_block_4_gelu",
            "convnext_tiny_stage_3_block_2_identity",
        ],
    ),
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.every_backend,
    pytest.mark.usefixtures("hardly_optimised"),
]


def network(name: str, /, **arguments: object) -> keras.Model:
    rng = np.random.default_rng(12)

    class Drawn(keras.initializers.Initializer):
        """By NumPy: JAX would compile for each of a hundred shapes."""

        def __init__(self, **scaling: object) -> None:
            pass

        def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> object:
            deviation = np.sqrt(2 / np.prod(shape[:-1]))
            values = rng.normal(0, deviation, shape)
            return keras.ops.convert_to_tensor(values, dtype=dtype)

    build = getattr(keras.applications, name)
    names = ("glorot_uniform", "TruncatedNormal", "VarianceScaling")
    with keras.utils.custom_object_scope(dict.fromkeys(names, Drawn)):
        model = build(weights=None, input_shape=(SIDE, SIDE, 3), **arguments)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            # As trained: the moving mean and variance of a new one are 0 and 1.
            size = layer.gamma.shape
            layer.set_weights(
                [
                    rng.uniform(0.5, 1.5, size),
                    rng.uniform(-0.5, 0.5, size),
                    rng.uniform(-0.5, 0.5, size),
                    rng.uniform(0.5, 1.5, size),
                ]
            )
    return model


def prepared_by(how: str, x: np.ndarray) -> np.ndarray:
    """What a network gets of some pictures."""
    if not how.startswith("keras.applications."):
        return x
    family = how.split(".")[2]
    return getattr(keras.applications, family).preprocess_input(x.copy())


def one_by_one(model: keras.Model, names: list[str], x: np.ndarray) -> list[np.ndarray]:
    """The classic way: a model for each layer, and `predict`."""
    return [
        keras.Model(model.input, model.get_layer(name).output).predict(x, verbose=0)
        for name in names
    ]


def close(found: np.ndarray, expected: np.ndarray) -> None:
    scale = float(np.abs(expected).max())
    assert scale > 0
    assert np.isfinite(expected).all()
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * scale)


@pytest.mark.parametrize(
    ("name", "prepared", "some"), ARCHITECTURES, ids=[a[0] for a in ARCHITECTURES]
)
def test_every_layer_of_a_known_network(
    name: str, prepared: str, some: list[str]
) -> None:
    model = network(name, classes=5)
    x = pictures(2, (SIDE, SIDE)).astype(np.float32)
    extract = FeatureExtractor(model, "*")
    found = extract(x)
    # Nothing is missing: what the network itself has, and what lies in parts of it.
    assert {layer.name for layer in model.layers[1:]} <= set(found)
    alone = one_by_one(model, some, prepared_by(prepared, x))
    for path, expected in zip(some, alone, strict=True):
        close(found[path], expected)
    holds_models = name == "ConvNeXtTiny"
    description = extract.describe()
    assert description.method == ("probe" if holds_models else "sub-model")
    assert prepared in description.preprocess


@pytest.mark.parametrize(
    ("name", "prepared", "some"), ARCHITECTURES, ids=[a[0] for a in ARCHITECTURES]
)
def test_a_frozen_backbone_inside_a_fine_tuning_model(
    name: str, prepared: str, some: list[str]
) -> None:
    backbone = network(name, include_top=False)
    backbone.trainable = False
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.RandomFlip(name="flip")(inputs)
    x = backbone(x, training=False)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dense(3, activation="softmax", name="head")(x)
    model = keras.Model(inputs, x, name="fine_tuning")
    model.compile("adam", "categorical_crossentropy")
    batch = pictures(2, (SIDE, SIDE)).astype(np.float32)
    paths = [f"{backbone.name}/{layer}" for layer in some]
    extract = FeatureExtractor(
        model, [*paths, backbone.name, "pool", "head:pre", "head"]
    )
    found = extract(batch)
    fed = prepared_by(prepared, batch)
    assert list(found) == [*paths, backbone.name, "pool", "head:pre", "head"]
    layer_outputs = [backbone.get_layer(layer).output for layer in some]
    alone = keras.Model(backbone.input, [*layer_outputs, backbone.output])
    *maps, features = alone.predict(fed, verbose=0)
    for path, expected in zip(paths, maps, strict=True):
        close(found[path], expected)
    close(found[backbone.name], features)
    pooled = features.mean(axis=(1, 2))
    close(found["pool"], pooled)
    kernel, bias = model.get_layer("head").get_weights()
    close(found["head:pre"], pooled @ kernel + bias)
    close(found["head"], model.predict(fed, verbose=0))
    description = extract.describe()
    assert (description.method, description.left_out) == ("probe", {})
    assert prepared in description.preprocess


def test_values_before_fused_activations_of_a_known_network() -> None:
    model = network("VGG16", include_top=False)
    x = pictures(1, (SIDE, SIDE)).astype(np.float32)
    found = FeatureExtractor(model, ["block*_conv*", "*:pre"], preprocess=None)(x)
    convolutions = [layer for layer in model.layers if "_conv" in layer.name]
    assert len(convolutions) == 13
    for layer in convolutions:
        before = keras.ops.convert_to_numpy(
            keras.ops.conv(layer_input(model, layer, x), layer.kernel, padding="same")
            + layer.bias
        )
        close(found[f"{layer.name}:pre"], before)
        close(found[layer.name], np.maximum(before, 0))
    assert activation_pairs(known_calls(model)) == [
        (f"{layer.name}:pre", layer.name) for layer in convolutions
    ]


def layer_input(model: keras.Model, layer: keras.Layer, x: np.ndarray) -> np.ndarray:
    before = keras.Model(model.input, layer.input)
    return before.predict(x, verbose=0)  # type: ignore[no-any-return]
