"""Notices a model that stands still while it is logged as if it were trained."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import keras
import numpy as np

from tb_actviz.capture.named_input import NamedInput

#: After how many logs of the same inputs at further steps nothing explains it better.
_ENOUGH = 2


def watch_weights(model: keras.Model) -> StandingWeights | None:
    """Begin to watch the weights of a model, where they may be trained elsewhere.

    Args:
        model: The model that is logged.

    Returns:
        What watches them; None but on JAX.
    """
    return StandingWeights(model) if keras.backend.backend() == "jax" else None


class StandingWeights:
    """Says, once, that a loop seems to hold the weights outside of the model.

    In JAX a training loop may pass the state from step to step and leave the variables
    of the model as they were. Whoever logs other inputs, or a model that has nothing to
    train, means what is logged.

    Args:
        model: The model that is logged.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._inputs: Sequence[NamedInput] = ()
        self._values: list[weakref.ref[object]] = []
        self._first: int | None = None
        self._last = 0
        self._repeats = 0
        self._has_told = False

    def note(self, step: int, inputs: Sequence[NamedInput]) -> str | None:
        """Take notice of one log.

        Args:
            step: Its step.
            inputs: What was logged.

        Returns:
            Sentences, the first time that the model seems to be trained elsewhere;
            else None.
        """
        if self._has_told:
            return None
        # Arrays of JAX never change: another value is another array.
        values = [variable.value for variable in self._model.trainable_variables]
        stands = (
            self._first is not None
            and step > self._last
            and len(values) == len(self._values) > 0
            and all(
                before() is value
                for before, value in zip(self._values, values, strict=True)
            )
            and _same(self._inputs, inputs)
        )
        self._values = [weakref.ref(value) for value in values]
        self._inputs, self._last = inputs, step
        if not stands:
            self._first, self._repeats = step, 0
            return None
        self._repeats += 1
        if self._repeats < _ENOUGH:
            return None
        self._has_told = True
        return (
            f"No weight of the model {self._model.name!r} has changed from step "
            f"{self._first} to step {step}: what is logged are the values that the "
            "model itself holds. A loop that holds them outside of it, as with "
            "`stateless_call`, assigns them before it logs: for variable, value in "
            "zip(model.trainable_variables, values): variable.assign(value), and so "
            "for model.non_trainable_variables."
        )


def _same(first: Sequence[NamedInput], second: Sequence[NamedInput]) -> bool:
    if first is second:
        return True
    return [named.name for named in first] == [named.name for named in second] and all(
        np.array_equal(part, other)
        for named, another in zip(first, second, strict=True)
        for part, other in zip(named.parts, another.parts, strict=False)
    )
