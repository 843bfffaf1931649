"""Which preprocessing the networks of `keras.applications` were trained with."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np


@dataclass(frozen=True)
class Preprocessing:
    """What an input goes through before a network, and what to call it.

    Args:
        name: Where the function is found, such as
            `keras.applications.vgg16.preprocess_input`.
        function: Takes a batch, float32, channels last; gives what the network was
            trained on and leaves its argument as it is.
        takes_rgb: Whether the batch has to be RGB pictures, 0…255, shape (N, H, W, 3).
        keeps_shape: Whether what it gives surely has the shape of what it gets.
    """

    name: str
    function: Callable[[np.ndarray], Any]
    takes_rgb: bool = False
    keeps_shape: bool = False

    @property
    def code(self) -> Any:
        """What runs: of a method not its object too, which may be the whole model."""
        return getattr(self.function, "__func__", self.function)


@dataclass(frozen=True)
class _Start:
    """The layers a family begins with.

    Args:
        region: Matches the layer names that the beginning may have.
        names: The names that match it, all of them.
    """

    region: re.Pattern[str]
    names: frozenset[str]


def _start(region: str, names: str) -> _Start:
    return _Start(re.compile(region), frozenset(names.split()))


# All of them and no others: ports of ResNeXt have every name of ResNet's beginning and
# some between, Xception and VGG have a first block each. Only the ends of InceptionV3's
# blocks have fixed names.
_STARTS = {
    "densenet": _start(
        r"conv1_\w+|conv2_block1_\w+",
        "conv1_conv conv1_bn conv1_relu "
        "conv2_block1_0_bn conv2_block1_0_relu conv2_block1_1_conv conv2_block1_1_bn "
        "conv2_block1_1_relu conv2_block1_2_conv conv2_block1_concat",
    ),
    "inception_resnet_v2": _start(
        r"mixed_5b|block35_1_\w+",
        "mixed_5b block35_1_mixed block35_1_conv block35_1_ac",
    ),
    "inception_v3": _start(r"mixed[0-2]", "mixed0 mixed1 mixed2"),
    "mobilenet": _start(
        r"conv1\w*|conv_[dp]w_1(_\w+)?",
        "conv1 conv1_bn conv1_relu conv_dw_1 conv_dw_1_bn conv_dw_1_relu "
        "conv_pw_1 conv_pw_1_bn conv_pw_1_relu",
    ),
    "mobilenet_v2": _start(
        r"Conv1\w*|bn_Conv1|expanded_conv_\w+",
        "Conv1 bn_Conv1 Conv1_relu expanded_conv_depthwise expanded_conv_depthwise_BN "
        "expanded_conv_depthwise_relu expanded_conv_project expanded_conv_project_BN",
    ),
    "nasnet": _start(
        r"stem_\w+|reduction_(conv|bn)_1_stem_1",
        "stem_conv1 stem_bn1 reduction_conv_1_stem_1 reduction_bn_1_stem_1",
    ),
    "resnet": _start(
        r"conv1_\w+|pool1_\w+|conv2_block1_([12]|preact)_\w+",
        "conv1_pad conv1_conv conv1_bn conv1_relu pool1_pad pool1_pool "
        "conv2_block1_1_conv conv2_block1_1_bn conv2_block1_1_relu "
        "conv2_block1_2_conv conv2_block1_2_bn conv2_block1_2_relu",
    ),
    "resnet_v2": _start(
        r"conv1_\w+|pool1_\w+|conv2_block1_([12]|preact)_\w+",
        "conv1_pad conv1_conv pool1_pad pool1_pool "
        "conv2_block1_preact_bn conv2_block1_preact_relu "
        "conv2_block1_1_conv conv2_block1_1_bn conv2_block1_1_relu conv2_block1_2_pad "
        "conv2_block1_2_conv conv2_block1_2_bn conv2_block1_2_relu",
    ),
    # As far as the third block: small networks of one's own often have two like these.
    "vgg16": _start(
        r"block[12]_\w+|block3_conv\w+",
        "block1_conv1 block1_conv2 block1_pool block2_conv1 block2_conv2 block2_pool "
        "block3_conv1 block3_conv2 block3_conv3",
    ),
    "vgg19": _start(
        r"block[12]_\w+|block3_conv\w+",
        "block1_conv1 block1_conv2 block1_pool block2_conv1 block2_conv2 block2_pool "
        "block3_conv1 block3_conv2 block3_conv3 block3_conv4",
    ),
    "xception": _start(
        r"block[12]_\w+",
        "block1_conv1 block1_conv1_bn block1_conv1_act "
        "block1_conv2 block1_conv2_bn block1_conv2_act "
        "block2_sepconv1 block2_sepconv1_bn block2_sepconv2_act "
        "block2_sepconv2 block2_sepconv2_bn block2_pool",
    ),
}

# The networks above bring none of these; whoever added one may have prepared the
# pictures with it already.
_MAY_PREPARE = re.compile(
    r"(rescaling|normalization|lambda|get_item|"
    r"true_divide|divide|multiply|subtract)(_\d+)?"
)


def application_preprocessing(layer_names: Collection[str]) -> Preprocessing | None:
    """Find the preprocessing of a network of `keras.applications` by its layer names.

    A renamed network, one without its top or with another, and one cut off after the
    first blocks are still known. A cut one may be named after a sibling that begins
    alike and is fed alike: VGG19 cut off after `block3_conv3` is taken for VGG16.
    Names say nothing of the weights: a model of another library may have the same
    ones and be fed otherwise, as KerasHub's VGG is, so ask only for models of Keras'
    own classes.

    Args:
        layer_names: Names of all layers of one model, without those of models inside
            it; with its operations, arithmetic before the first layer is noticed too.

    Returns:
        The `preprocess_input` of the network's family. None for any other network,
        for families that prepare pictures themselves or may have been built to do so
        (ConvNeXt, EfficientNet, EfficientNetV2, MobileNetV3), and where a layer or
        operation was added that may prepare pictures.

    Source: the layer names in `keras.applications`, Keras 3.12 to 3.15.
    """
    if any(_MAY_PREPARE.fullmatch(name) for name in layer_names):
        return None
    for module, start in _STARTS.items():
        if start.names == {n for n in layer_names if start.region.fullmatch(n)}:
            function = getattr(keras.applications, module).preprocess_input
            return Preprocessing(
                name=f"keras.applications.{module}.preprocess_input",
                function=partial(_prepare, function),
                takes_rgb=True,
                keeps_shape=True,
            )
    return None


def _prepare(function: Callable[..., Any], pictures: np.ndarray) -> np.ndarray:
    # Keras computes in place, and its BGR is a view with a negative stride, which
    # torch.from_numpy refuses.
    copied = np.array(pictures, dtype=np.float32)
    return np.ascontiguousarray(function(copied, data_format="channels_last"))
