"""What turns pictures into what a model was trained on."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import keras
import numpy as np

from tb_actviz.capture.graph import graph_inputs, has_graph, read_graph
from tb_actviz.capture.layer_kinds import all_layers, is_model, is_own_of_keras
from tb_actviz.errors import InputError

Preprocess: TypeAlias = "Callable[[np.ndarray], Any] | str | None"

_SCALING = (keras.layers.Rescaling, keras.layers.Normalization)


def find_preprocess(model: keras.Model, preprocess: Preprocess) -> Preprocessing | None:
    """Resolve the `preprocess` argument for a model.

    Args:
        model: The model that will be fed.
        preprocess: `"auto"`, None, or a callable.

    Returns:
        What pictures go through, with its name; None to feed them unchanged. For
        `"auto"` that is the `preprocess_input` of the model, or of the one inside it
        that the inputs go to first, or the one of `keras.applications` for a network
        of its.

    Raises:
        InputError: If `preprocess` is something else.
    """
    if isinstance(preprocess, str) and preprocess == "auto":
        return _known(model)
    if preprocess is None:
        return None
    if callable(preprocess):
        return Preprocessing(_name(preprocess), preprocess)
    raise InputError(
        f"Received preprocess={preprocess!r}; expected 'auto', None, or a callable "
        "that takes RGB pictures of shape (N, H, W, C), 0…255."
    )


def state_preprocess(model: keras.Model, found: Preprocessing | None) -> str:
    """Say what pictures go through before the layers of a model see them.

    Args:
        model: The model that is fed.
        found: From `find_preprocess`.

    Returns:
        Name of the function, or how it is without one.
    """
    if found is not None:
        return found.name
    inside = scaling_layer(model)
    if inside is not None:
        return f"none (the model prepares inputs itself, in its layer {inside!r})"
    return "none (inputs are fed as they are)"


def scaling_layer(model: keras.Model) -> str | None:
    """Find the layer that scales the inputs, where a model begins with one.

    Returns:
        Name of the layer; None where there is none.
    """
    for owner in _fed_models(model):
        layer = next((fed for fed in _fed(owner) if isinstance(fed, _SCALING)), None)
        if layer is not None:
            return str(layer.name)
    return None


def _known(model: keras.Model) -> Preprocessing | None:
    for owner in _fed_models(model):
        function = getattr(owner, "preprocess_input", None)
        if callable(function):
            return Preprocessing(_name(function), function)
        if _may_be_application(owner) and scaling_layer(owner) is None:
            # Operations too: arithmetic before the first layer prepares pictures.
            known = application_preprocessing(
                [operation.name for operation in owner.operations]
            )
            if known is not None:
                return known
    return None


def _may_be_application(model: keras.Model) -> bool:
    """Others build networks with the same names and train them on other pictures."""
    return (
        has_graph(model)
        and is_own_of_keras(type(model))
        and len(model.inputs) == 1
        and hasattr(model, "operations")
        and 3 in (model.inputs[0].shape[-1], model.inputs[0].shape[1])
    )


def _fed_models(model: keras.Model) -> list[keras.Model]:
    """The model and those inside it that the inputs go to unchanged."""
    models = [model]
    for owner in models:
        models += [layer for layer in _fed(owner) if is_model(layer)]
    return models


def _fed(model: keras.Model) -> list[Any]:
    """The layers that the inputs go to; layers that only augment pass them on."""
    if not has_graph(model):
        return []
    calls = read_graph(model)
    fed = {id(tensor) for tensor in keras.tree.flatten(graph_inputs(model))}
    paths = {call.path for call in calls if id(call.tensor) in fed}
    layers = []
    for call in calls:
        if call.fused or call.path in paths or not paths.intersection(call.sources):
            continue
        layers.append(call.layer)
        if _only_augments(call.layer):
            paths.add(call.path)
    return layers


def _only_augments(layer: Any) -> bool:
    """Whether a layer does nothing in inference mode but hand on its input."""
    layers: Sequence[Any] = (
        [inner for inner in all_layers(layer) if not is_model(inner)]
        if is_model(layer)
        else [layer]
    )
    return all(
        is_own_of_keras(type(inner))
        and (
            type(inner).__name__.startswith("Random")
            or isinstance(inner, keras.layers.InputLayer)
        )
        for inner in layers
    )


def _name(function: Any) -> str:
    name = getattr(function, "__qualname__", type(function).__name__)
    module = getattr(function, "__module__", None)
    return f"{module}.{name}" if module else str(name)


@dataclass(frozen=True)
class Preprocessing:
    """What pictures go through before a network, and what to call it.

    Args:
        name: Where the function is found, such as
            `keras.applications.vgg16.preprocess_input`.
        function: Takes RGB pictures, float32, shape (N, H, W, 3), range 0…255,
            channels last; gives what the network was trained on and leaves its
            argument as it is.
    """

    name: str
    function: Callable[[np.ndarray], Any]


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
            )
    return None


def _prepare(function: Callable[..., Any], pictures: np.ndarray) -> np.ndarray:
    # Keras computes in place, and its BGR is a view with a negative stride, which
    # torch.from_numpy refuses.
    copied = np.array(pictures, dtype=np.float32)
    return np.ascontiguousarray(function(copied, data_format="channels_last"))
