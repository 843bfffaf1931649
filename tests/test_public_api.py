"""What the outside world can rely on."""

from __future__ import annotations

import subprocess
import sys

import pytest

import keras_models
import tb_actviz

PUBLIC = {
    "ActivationCallback",
    "ActivationLogger",
    "Capture",
    "ChannelStatistics",
    "FeatureExtractor",
    "InputDifference",
    "InputError",
    "LayerInfo",
    "LogOptions",
    "LoggedStep",
    "LoggedCheckpoints",
    "StoredActivations",
    "activations",
    "as_maps",
    "channel_grid",
    "channel_statistics",
    "channels_beside_input",
    "colorize",
    "dead_channels",
    "compare_inputs",
    "describe_layers",
    "imresize",
    "imtile",
    "input_comparison",
    "log_checkpoints",
    "mat2gray",
    "read_records",
    "relu_comparison",
    "strongest_channels",
}


def test_the_public_names_are_these_and_all_exist() -> None:
    assert set(tb_actviz.__all__) == PUBLIC
    assert list(tb_actviz.__all__) == sorted(tb_actviz.__all__)
    for name in PUBLIC:
        assert getattr(tb_actviz, name).__doc__
    assert set(dir(tb_actviz)) >= PUBLIC


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'activation'"):
        tb_actviz.activation  # noqa: B018


def test_keras_models_exports_squeezenet() -> None:
    assert callable(keras_models.SqueezeNet)
    assert callable(keras_models.squeezenet.preprocess_input)
    assert callable(keras_models.squeezenet.decode_predictions)


@pytest.mark.parametrize(
    "module", [pytest.param("tb_actviz", marks=pytest.mark.slow), "tb_actviz.cli"]
)
def test_star_import_gives_no_private_name(module: str) -> None:
    program = (
        f"from {module} import *\n"
        "print([n for n in dir() if n.startswith('_') and not n.startswith('__')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
