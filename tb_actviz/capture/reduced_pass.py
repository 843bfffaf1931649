"""Inputs through a model in batches of one size, reduced inside the pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tb_actviz.capture.feed import Feed
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.named_input import Batch, NamedInput
from tb_actviz.capture.reduced import LayerMaps
from tb_actviz.errors import InputError


@dataclass(frozen=True, eq=False)
class ReducedPass:
    """Runs a model for what is reduced of its layers.

    Another batch size would change float32 values in their last bits, so that all
    batches have one.

    Args:
        run: The model's forward pass.
        feed: Makes batches for it.
        calls: The layers.
        most: How many inputs go through the model at once. A model with a fixed batch
            size goes by that; where a layer has no batch axis, it is one.
    """

    run: Callable[[Batch], list[LayerMaps]]
    feed: Feed
    calls: Sequence[LayerCall]
    most: int

    @property
    def batch_size(self) -> int:
        """How many inputs go through the model at once."""
        fixed = self.feed.signature.batch_size
        if fixed is None and not all(call.has_batch for call in self.calls):
            return 1
        return fixed or self.most

    def __call__(self, inputs: Sequence[NamedInput]) -> list[LayerMaps]:
        """Run the model over inputs of one size, the last one repeated to fill a batch.

        Args:
            inputs: From 1 to `batch_size` of them.

        Returns:
            The maps of each layer; rows beyond the inputs are those of repetitions.

        Raises:
            InputError: If the model fails, or a layer turns out to have no batch axis.
        """
        size = self.batch_size
        filled = [*inputs, *[inputs[-1]] * (size - len(inputs))]
        maps = self.run(self.feed.batch(filled))
        for layer in maps:
            if any(len(rows) != size for rows in layer.reduced):
                raise InputError(
                    f"The first axis of the layer {layer.path!r} is not the batch: it "
                    f"gave {len(layer.reduced[0])} rows for {size} inputs. Choose "
                    "other layers, or batch_size=1."
                )
        return maps
