"""Which networks of keras.applications are known, and what they are fed."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
from keras import applications, layers
from networks import small

from keras_models import SqueezeNet
from tb_actviz.capture.applications import application_preprocessing

PICTURES = np.random.default_rng(5).integers(0, 256, (2, 7, 5, 3)).astype(np.float32)
PICTURES[0, 0, :2] = [[0, 0, 0], [255, 255, 255]]
PICTURES.flags.writeable = False  # writing into the argument is an error


def blue_green_red_minus_means(rgb: np.ndarray) -> np.ndarray:
    return rgb.astype(np.float64)[..., [2, 1, 0]] - [103.939, 116.779, 123.68]


def from_minus_one_to_one(rgb: np.ndarray) -> np.ndarray:
    return rgb.astype(np.float64) / 127.5 - 1


def standardised(rgb: np.ndarray) -> np.ndarray:
    mean, deviation = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    return (rgb.astype(np.float64) / 255 - mean) / deviation


class Family(NamedTuple):
    """One member of a family of networks.

    Args:
        name: What `keras.applications` calls it.
        module: The module that prepares its pictures.
        convention: How, as that documents it.
        known_after: The first layer that it may be cut off after and still be known.
        unknown_after: One that is too early: nothing is guessed then.
    """

    name: str
    module: str
    convention: Callable[[np.ndarray], np.ndarray]
    known_after: str
    unknown_after: str | None = None


FAMILIES = [
    Family(
        "MobileNet", "mobilenet", from_minus_one_to_one, "conv_pw_1_relu", "conv1_relu"
    ),
    Family(
        "MobileNetV2", "mobilenet_v2", from_minus_one_to_one, "expanded_conv_project_BN"
    ),
    Family("ResNet50V2", "resnet_v2", from_minus_one_to_one, "conv2_block1_2_relu"),
    Family(
        "VGG16", "vgg16", blue_green_red_minus_means, "block3_conv3", "block3_conv2"
    ),
    Family("VGG19", "vgg19", blue_green_red_minus_means, "block3_conv4"),
    Family(
        "Xception", "xception", from_minus_one_to_one, "block2_pool", "block1_conv2_act"
    ),
]
LARGE_FAMILIES = [
    Family("DenseNet121", "densenet", standardised, "conv2_block1_concat", "pool1"),
    Family("InceptionV3", "inception_v3", from_minus_one_to_one, "mixed2", "mixed1"),
    Family(
        "ResNet50",
        "resnet",
        blue_green_red_minus_means,
        "conv2_block1_2_relu",
        "pool1_pool",
    ),
    Family(
        "InceptionResNetV2",
        "inception_resnet_v2",
        from_minus_one_to_one,
        "block35_1_ac",
    ),
    Family("NASNetMobile", "nasnet", from_minus_one_to_one, "reduction_bn_1_stem_1"),
]


class Member(NamedTuple):
    """A family and its network."""

    family: Family
    net: keras.Model


@pytest.fixture(
    scope="module",  # so that only one of these networks is there at a time
    params=[
        *FAMILIES,
        *(pytest.param(one, marks=pytest.mark.slow) for one in LARGE_FAMILIES),
    ],
    ids=lambda family: family.name,
)
def member(request: pytest.FixtureRequest) -> Member:
    gc.collect()  # models of Keras refer to themselves
    return Member(request.param, network(request.param.name))


def network(name: str) -> keras.Model:
    build = getattr(applications, name)
    return build(weights=None, include_top=False, input_shape=(96, 96, 3))


def cut(net: keras.Model, layer: str) -> keras.Model:
    return keras.Model(net.input, net.get_layer(layer).output)


def names(net: keras.Model) -> list[str]:
    return [layer.name for layer in net.layers]


def found(layer_names: list[str]) -> str | None:
    known = application_preprocessing(layer_names)
    return None if known is None else known.name


@pytest.mark.slow
def test_each_family_gets_its_own_function(member: Member) -> None:
    family, net = member
    known = application_preprocessing(names(net))
    assert known is not None
    assert known.name == f"keras.applications.{family.module}.preprocess_input"
    before = PICTURES.copy()
    ready = known.function(PICTURES)
    assert ready.dtype == np.float32
    np.testing.assert_allclose(ready, family.convention(PICTURES), rtol=1e-6, atol=2e-5)
    np.testing.assert_array_equal(PICTURES, before)


@pytest.mark.slow
def test_a_network_that_is_cut_off_is_known_from_its_first_blocks_on(
    member: Member,
) -> None:
    family, net = member
    start = cut(net, family.known_after)
    assert found(names(start)) == f"keras.applications.{family.module}.preprocess_input"
    if family.unknown_after is not None:
        assert found(names(cut(net, family.unknown_after))) is None


def test_a_cut_vgg19_that_may_be_a_vgg16_goes_by_that_name() -> None:
    start = cut(network("VGG19"), "block3_conv3")
    assert found(names(start)) == "keras.applications.vgg16.preprocess_input"


@pytest.mark.slow
def test_the_name_of_the_model_and_its_top_do_not_matter() -> None:
    whole = applications.MobileNet(
        weights=None, input_shape=(32, 32, 3), classes=4, name="mine"
    )
    base = network("MobileNet")
    pooled = layers.GlobalAveragePooling2D()(base.output)
    tuned = keras.Model(base.input, layers.Dense(2, name="conv2")(pooled), name="new")
    expected = "keras.applications.mobilenet.preprocess_input"
    assert (found(names(whole)), found(names(tuned))) == (expected, expected)


def test_paths_of_values_inside_layers_do_not_matter() -> None:
    paths = [p for name in names(network("VGG16")) for p in (f"{name}:pre", name)]
    assert found(paths) == "keras.applications.vgg16.preprocess_input"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("ConvNeXtTiny", {}),
        ("ConvNeXtTiny", {"include_preprocessing": False}),
        pytest.param("EfficientNetB0", {}, marks=pytest.mark.slow),
        pytest.param("EfficientNetV2B0", {}, marks=pytest.mark.slow),
        pytest.param(
            "EfficientNetV2B0",
            {"include_preprocessing": False},
            marks=pytest.mark.slow,
        ),
        ("MobileNetV3Small", {}),
        ("MobileNetV3Small", {"include_preprocessing": False}),
    ],
)
def test_families_that_may_prepare_pictures_themselves_get_nothing(
    name: str, options: dict[str, Any]
) -> None:
    build = getattr(applications, name)
    net = build(weights=None, include_top=False, input_shape=(32, 32, 3), **options)
    assert found(names(net)) is None


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("VGG16", applications.vgg16),
        ("MobileNet", applications.mobilenet),
        pytest.param("DenseNet121", applications.densenet, marks=pytest.mark.slow),
    ],
)
def test_pictures_prepared_by_operations_are_not_prepared_twice(
    name: str, module: Any
) -> None:
    ready = module.preprocess_input(keras.Input((32, 32, 3)))
    build = getattr(applications, name)
    net = build(weights=None, include_top=False, input_tensor=ready)
    assert found([operation.name for operation in net.operations]) is None


@pytest.mark.parametrize(
    "layer",
    [
        layers.Rescaling(1 / 255),
        layers.Normalization(mean=0.0, variance=1.0),
        layers.Lambda(lambda x: x / 255),
    ],
    ids=lambda layer: layer.name,
)
def test_pictures_prepared_by_a_layer_are_not_prepared_twice(
    layer: keras.Layer,
) -> None:
    net = applications.VGG16(
        weights=None, include_top=False, input_tensor=layer(keras.Input((32, 32, 3)))
    )
    assert found(names(net)) is None


TWO_BLOCKS = [f"block{b}_{n}" for b in (1, 2) for n in ("conv1", "conv2", "pool")]
VGG16_START = [*TWO_BLOCKS, *(f"block3_conv{i}" for i in (1, 2, 3))]
RESNET_START = [
    *("conv1_pad", "conv1_conv", "conv1_bn", "conv1_relu", "pool1_pad", "pool1_pool"),
    *(f"conv2_block1_{i}_{n}" for i in (1, 2) for n in ("conv", "bn", "relu")),
]


@pytest.mark.parametrize(
    "layer_names",
    [
        [],
        ["conv1", "block1_conv1"],
        ["conv1", "conv1_bn", "conv1_relu", "pool1"],
        TWO_BLOCKS,
        [*TWO_BLOCKS, "block3_conv1", "block3_conv2", "block3_pool"],
        [*VGG16_START, "block1_bn1"],
        [*RESNET_START, "conv2_block1_2_pad", "conv2_block1_2_reduce"],  # ResNeXt
    ],
)
def test_names_that_are_only_alike_are_no_match(layer_names: list[str]) -> None:
    assert found(layer_names) is None


@pytest.mark.slow
def test_networks_of_other_origin_get_nothing() -> None:
    nested = keras.Sequential([keras.Input((96, 96, 3)), network("MobileNet")])
    others = [small(), SqueezeNet(weights=None), nested]
    assert [found(names(net)) for net in others] == [None, None, None]


def test_channels_are_last_whatever_keras_is_set_to() -> None:
    known = application_preprocessing(VGG16_START)
    assert known is not None
    expected = known.function(PICTURES)
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    try:
        ready = known.function(PICTURES)
    finally:
        keras.config.set_image_data_format(before)
    np.testing.assert_array_equal(ready, expected)


@pytest.mark.every_backend
def test_the_back_end_takes_what_comes_out() -> None:
    known = application_preprocessing(VGG16_START)
    assert known is not None
    ready = known.function(PICTURES)
    tensor = keras.ops.convert_to_tensor(ready)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(tensor), ready)
    assert ready.flags.c_contiguous  # or torch.from_numpy refuses it
