"""What the outside world can rely on."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import keras_models
import tb_actviz

PUBLIC = {
    "ActivationCallback",
    "ActivationLogger",
    "ArrayLogger",
    "Capture",
    "ChannelStatistics",
    "Checkpoint",
    "Example",
    "ExportedFiles",
    "ExportedPage",
    "FeatureExtractor",
    "InputDifference",
    "InputError",
    "InputFacts",
    "LayerFacts",
    "LayerInfo",
    "LayerStatistics",
    "LogOptions",
    "LoggedCheckpoints",
    "LoggedStep",
    "NamedInput",
    "NotebookPage",
    "Packed",
    "ReceptiveField",
    "Record",
    "RecordError",
    "SkippedCheckpoint",
    "StoredActivations",
    "TokenGrid",
    "activations",
    "as_maps",
    "channel_statistics",
    "colorize",
    "compare_inputs",
    "dataset_examples",
    "describe_layers",
    "draw_beside_input",
    "draw_channels",
    "draw_inputs",
    "draw_relu",
    "export_files",
    "export_html",
    "imresize",
    "imtile",
    "log_arrays",
    "log_checkpoints",
    "mat2gray",
    "read_records",
    "show",
    "silent_channels",
    "strongest_channels",
}


def test_the_public_names_are_these_and_all_exist() -> None:
    assert set(tb_actviz.__all__) == PUBLIC
    assert list(tb_actviz.__all__) == sorted(tb_actviz.__all__)
    for name in PUBLIC:
        value = getattr(tb_actviz, name)
        assert value.__doc__
        assert f"{value.__module__}.{value.__qualname__}" == f"tb_actviz.{name}"
    assert set(dir(tb_actviz)) >= PUBLIC


def test_type_checkers_see_the_names_that_there_are() -> None:
    tree = ast.parse(Path(tb_actviz.__file__).read_text())
    imported = {
        (alias.asname, f"tb_actviz.{home}", alias.name)
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        for home in [node.module.removeprefix("tb_actviz.")]
    }
    homes = {
        (name, f"tb_actviz.{home}", name) for name, home in tb_actviz._HOMES.items()
    }
    assert imported == homes


def test_what_users_receive_is_public() -> None:
    """Every class of ours in the signature of something public is public itself."""
    private = set()
    for name in PUBLIC:
        value = getattr(tb_actviz, name)
        home = importlib.import_module(f"tb_actviz.{tb_actviz._HOMES[name]}")
        results = [value]
        if isinstance(value, type):
            # What a dataclass holds, and what public methods return.
            results = [
                method
                for attribute, method in vars(value).items()
                if not attribute.startswith("_") or attribute == "__call__"
            ]
            results = [getattr(method, "fget", method) for method in results]
        texts = [
            str(result.__annotations__["return"])
            for result in results
            if "return" in getattr(result, "__annotations__", {})
        ]
        if dataclasses.is_dataclass(value):
            texts += [str(field.type) for field in dataclasses.fields(value)]
        for word in {word for text in texts for word in re.findall(r"\w+", text)}:
            found = getattr(home, word, None)
            if isinstance(found, type) and found.__module__.startswith("tb_actviz."):
                private.add(f"{name}: {found.__name__}")
    assert private == set()


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
