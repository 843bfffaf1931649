"""The outermost call of a pass: ours, so that Keras counts it as ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras


class Entry(keras.Layer):  # type: ignore[misc]
    """Runs a function inside a layer that holds nothing.

    The layer that is called outermost makes Keras forget the losses of all layers it
    holds. If that were the user's model, losses added by a training step would go, and
    in a step that another thread runs meanwhile they would be missing.

    Args:
        function: Takes and gives tensors; layers it calls have their weights already.
    """

    def __init__(self, function: Callable[[Sequence[Any]], Any]) -> None:
        # Nothing is cast, and no automatic name is used up.
        super().__init__(name="tb_actviz", dtype="float32", autocast=False)
        self._function = function
        self.built = True

    def call(self, tensors: Sequence[Any]) -> Any:
        """Run the function.

        Args:
            tensors: What it takes.

        Returns:
            What it gives.
        """
        return self._function(tensors)
