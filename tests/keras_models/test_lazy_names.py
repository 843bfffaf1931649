"""The packages' names, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import keras_models
from keras_models import squeezenet


def heavy_modules_after(program: str) -> list[str]:
    check = (
        "\nimport sys\nnames = ['google.protobuf', 'keras', 'numpy', 'rich']"
        "\nprint(*[name for name in names if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program + check],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("import keras_models", []),
        ("from keras_models import squeezenet", []),
        ("from keras_models.squeezenet import MIN_SIZE, WeightsError", []),
        ("from keras_models.squeezenet import preprocess_input", ["numpy"]),
        (
            "from keras_models.squeezenet import read_caffemodel",
            ["google.protobuf", "numpy"],
        ),
    ],
)
def test_names_cost_what_they_need(program: str, expected: list[str]) -> None:
    assert heavy_modules_after(program) == expected


def test_public_names() -> None:
    assert keras_models.__all__ == ["SqueezeNet", "squeezenet"]
    assert keras_models.SqueezeNet is squeezenet.SqueezeNet
    assert keras_models.squeezenet is squeezenet
    for package in (keras_models, squeezenet):
        assert set(package.__all__) <= set(dir(package))
        assert all(hasattr(package, name) for name in package.__all__)
        with pytest.raises(AttributeError, match=f"{package.__name__}.*'Squeezenet'"):
            package.Squeezenet  # noqa: B018 - the access is the test
