"""What the code of a model can get at is found without running it."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.random as drawing
import pytest

from tb_actviz.capture.reachable import reachable

GENERATOR = np.random.default_rng(1)
_NUMPYS = np.random.normal.__self__
_PYTHONS = random.random.__self__  # type: ignore[attr-defined]


def by_chain() -> Any:
    return np.random.normal()


def by_module() -> Any:
    return drawing.normal()


def by_function() -> Any:
    return by_chain()


def by_import() -> Any:
    import numpy as late

    return late.random.normal()


def by_another_name() -> Any:
    draw = np.random
    return draw.normal()


def by_name_of_outer_function() -> Any:
    draw = np.random
    return (lambda: draw.normal())()


def as_argument() -> Any:
    return functools.reduce(getattr, ("normal",), np.random)


def by_import_from() -> Any:
    from random import gauss

    return gauss(0, 1)


def by_global() -> Any:
    return GENERATOR.normal()


def inside() -> Any:
    return (lambda: [np.random.rand() for _ in range(2)])()


def decorated(function: Callable[[], Any]) -> Callable[[], Any]:
    @functools.wraps(function)
    def around() -> Any:
        return function()

    return around


@decorated
def by_decorator() -> Any:
    return np.random.normal()


def by_default(draw: Any = np.random.normal) -> Any:
    return draw()


class Slots:
    __slots__ = ("generator",)

    def __init__(self) -> None:
        self.generator = GENERATOR


@dataclass
class Config:
    parts: tuple[Any, ...]


class Noise(keras.layers.Layer):
    @property
    def noise(self) -> Any:
        return np.random.normal()

    def call(self, x: Any) -> Any:
        return x + self.noise


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        (by_chain, _NUMPYS),
        (by_module, _NUMPYS),
        (by_function, _NUMPYS),
        (by_import, _NUMPYS),
        (by_another_name, _NUMPYS),
        (by_name_of_outer_function, _NUMPYS),
        (as_argument, _NUMPYS),
        (by_import_from, _PYTHONS),
        (by_global, GENERATOR),
        (inside, _NUMPYS),
        (by_decorator, _NUMPYS),
        (by_default, _NUMPYS),
        (functools.partial(by_chain), _NUMPYS),
        (Slots(), GENERATOR),
        (Config((Slots(),)), GENERATOR),
        (keras.layers.Lambda(lambda x: x + random.random()), _PYTHONS),  # noqa: S311
        (
            keras.Sequential([keras.layers.Activation(lambda x: x * by_chain())]),
            _NUMPYS,
        ),
        (Noise(), _NUMPYS),
    ],
    ids=str,
)
def test_generators_are_found(root: Any, expected: Any) -> None:
    assert any(value is expected for value in reachable([root]))


def innocent(x: Any) -> Any:
    return keras.random.normal((2, 3), seed=keras.random.SeedGenerator(1))


def without_random(x: Any) -> Any:
    return x + np.prod([2, 3])


def of_the_same_name(x: Any) -> Any:
    return x.randint() + getattr(x, "random", 1)


class Trained(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.start = np.random.normal()

    def call(self, x: Any) -> Any:
        return x

    def train_step(self, data: Any) -> Any:
        return np.random.normal()


@pytest.mark.parametrize(
    "root",
    [
        innocent,
        of_the_same_name,
        without_random,
        Trained(),
        keras.layers.Dropout(0.5),
        keras.Sequential(),
    ],
    ids=str,
)
def test_what_is_not_named_is_not_found(root: Any) -> None:
    found = list(reachable([root]))
    unwanted = (_NUMPYS, _PYTHONS, random, np.random)
    assert not any(value is one for value in found for one in unwanted)
