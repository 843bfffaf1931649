"""Runs of a model that leave no trace beside the Keras variables it keeps.

Those are looked after by `keras.StatelessScope`. What else a run could change is saved
before it and put back after it, however it ends: random generators of Python, NumPy
and the back end that the model's code can get at, variables and tensors that Keras
does not know, and the modes of torch modules.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, TypeAlias

import keras
import numpy as np

from tb_actviz.capture import tensorflow_state, torch_state
from tb_actviz.capture.reachable import reachable

#: Saves a state; gives a function that puts it back.
Keep: TypeAlias = "Callable[[], Callable[[], None]]"

#: Keras takes the seeds of those that get none from Python's generator.
_MADE_AT_RANDOM = (keras.Layer, keras.Initializer, keras.random.SeedGenerator)


class Undisturbed:
    """Keeps what runs of a model could change; looks for it once.

    Args:
        roots: The model; layers that it does not know; or functions to be run.
    """

    def __init__(self, *roots: Any) -> None:
        self._roots = roots
        self._keepers: list[Keep] | None = None
        self._tensors = torch_state.WrittenTensors()

    @property
    def overwrites(self) -> bool:
        """Whether values were seen to be overwritten that had been computed before."""
        return self._tensors.overwrites

    @property
    def is_watched(self) -> bool:
        """Whether it is being found out what a run overwrites."""
        return self._tensors.is_watched

    def keep(self, given: Any) -> Any:
        """Keep what a layer gives, as soon as it is there.

        Args:
            given: A tensor of the back end, or a nest of them.

        Returns:
            A copy where the run is known to overwrite such; otherwise itself.
        """
        return self._tensors.keep(given)

    @contextmanager
    def run(self, *, is_first: bool = True) -> Iterator[None]:
        """Keep everything as it is while something is run.

        Args:
            is_first: Whether it was never run so before: what it writes to is not yet
                known.

        Yields:
            Nothing.
        """
        if self._keepers is None or is_first:
            self._keepers = _keepers(self._roots)
        with keeping(self._keepers), self._tensors.put_back(is_first=is_first):
            yield

    def look_at(self, outputs: Sequence[Any], inputs: Sequence[Any]) -> None:
        """Look at what a first run gave, before the run ends.

        Args:
            outputs: Tensors of the back end.
            inputs: What it was given.
        """
        self._tensors.look_at(outputs, inputs)


class KeptCalls:
    """Lets what each layer gives be kept; records nothing.

    Args:
        keep: Called with it.
    """

    def __init__(self, keep: Callable[[Any], Any]) -> None:
        self._keep = keep

    def run(
        self,
        operation: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        call: Callable[..., Any],
    ) -> Any:
        """Run one call of a layer.

        Args:
            operation: As for `run` of a `Recorder`.
            args: As there.
            kwargs: As there.
            call: As there.

        Returns:
            What the call returns.
        """
        outputs = call(operation, *args, **kwargs)
        self._keep(outputs)
        return outputs


@contextmanager
def undisturbed(*roots: Any) -> Iterator[None]:
    """Keep everything as it is while something is run once.

    Args:
        roots: As for `Undisturbed`.

    Yields:
        Nothing.
    """
    with Undisturbed(*roots).run():
        yield


@contextmanager
def keeping(keepers: Iterable[Keep]) -> Iterator[None]:
    """Save states; put them back at the end, also where something fails.

    Args:
        keepers: One for each state.

    Yields:
        Nothing.
    """
    with ExitStack() as stack:
        for keep in keepers:
            stack.callback(keep())
        yield


def _keepers(roots: Sequence[Any]) -> list[Keep]:
    reached = list(reachable(roots))
    keepers = [
        keeper
        for value in reached
        for keeper in (_generator_keeper(value),)
        if keeper is not None
    ]
    find = {
        "tensorflow": tensorflow_state.keepers,
        "torch": torch_state.keepers,
    }.get(keras.backend.backend())
    return keepers if find is None else keepers + find(roots, reached)


def _generator_keeper(value: Any) -> Keep | None:
    """How to keep a random generator; None for anything else."""
    is_made_at_random = isinstance(value, type) and issubclass(value, _MADE_AT_RANDOM)
    if value is random or is_made_at_random:
        return lambda: partial(random.setstate, random.getstate())
    if value is sys.modules.get("numpy.random"):
        return lambda: partial(np.random.set_state, np.random.get_state(legacy=False))
    if isinstance(value, random.Random) and not isinstance(value, random.SystemRandom):
        return lambda: partial(value.setstate, value.getstate())
    if isinstance(value, np.random.RandomState):
        return lambda: partial(value.set_state, value.get_state(legacy=False))
    if isinstance(value, np.random.Generator):
        return partial(_keep_bits, value.bit_generator)
    if isinstance(value, np.random.BitGenerator):
        return partial(_keep_bits, value)
    return None


def _keep_bits(generator: np.random.BitGenerator) -> Callable[[], None]:
    return partial(setattr, generator, "state", generator.state)
