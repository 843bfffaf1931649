"""Steps of a training that a model makes itself, written once for all back ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops


class OwnLoss(keras.Model):
    """A model that is trained by a loss of its own, whether or not it can be called."""

    def loss_of(self, x: Any, y: Any) -> Any:
        """One number for one batch of the training's data."""
        raise NotImplementedError

    def train_step(self, *given: Any) -> Any:
        x, y, _ = keras.utils.unpack_x_y_sample_weight(given[-1])
        if keras.backend.backend() == "jax":
            return self._stateless_step(given[0], x, y)
        weights = self.trainable_weights
        loss = descend(self, self.optimizer, weights, lambda: self.loss_of(x, y))
        return {"loss": loss}

    def _stateless_step(self, state: tuple[Any, ...], x: Any, y: Any) -> Any:
        import jax

        trained, others, of_optimizer, of_metrics = state

        def loss_and_others(values: list[Any]) -> tuple[Any, list[Any]]:
            mapping = [
                *zip(self.trainable_variables, values, strict=True),
                *zip(self.non_trainable_variables, others, strict=True),
            ]
            with keras.StatelessScope(mapping, collect_losses=True) as scope:
                loss = self.loss_of(x, y)
            kept = [scope.get_current_value(v) for v in self.non_trainable_variables]
            return loss, kept

        gradient = jax.value_and_grad(loss_and_others, has_aux=True)
        (loss, others), gradients = gradient(trained)
        trained, of_optimizer = self.optimizer.stateless_apply(
            of_optimizer, gradients, trained
        )
        return {"loss": loss}, (trained, others, of_optimizer, of_metrics)


def descend(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    weights: Sequence[Any],
    loss: Callable[[], Any],
) -> Any:
    """Let an optimizer make one step, on TensorFlow or PyTorch.

    Args:
        model: The model that holds the weights.
        optimizer: What changes them.
        weights: The weights to change.
        loss: Computes what is to become smaller.

    Returns:
        What it was before.
    """
    if keras.backend.backend() == "torch":
        import torch

        model.zero_grad()
        value = loss()
        value.backward()
        with torch.no_grad():
            optimizer.apply([weight.value.grad for weight in weights], weights)
        return value.detach()
    import tensorflow as tf

    with tf.GradientTape() as tape:
        value = loss()
    optimizer.apply(tape.gradient(value, weights), weights)
    return value


def slope(function: Callable[[Any], Any], x: Any) -> Any:
    """The gradient of a function at x, which can be differentiated once more."""
    if keras.backend.backend() == "torch":
        import torch

        x = x.detach().requires_grad_(True)
        return torch.autograd.grad(ops.sum(function(x)), x, create_graph=True)[0]
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(x)
        value = function(x)
    return tape.gradient(value, x)
