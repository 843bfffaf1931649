"""Looking at a model before it is captured: built if need be, its calls listed."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import keras

from tb_actviz.capture import listing
from tb_actviz.capture.compiled import as_tensors
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.named_input import Batch
from tb_actviz.capture.signature import Signature
from tb_actviz.errors import InputError, model_failed


def build_with(model: keras.Model, signature: Signature, batch: Batch) -> None:
    """Make the weights of a model that has none yet, as `model(inputs)` would.

    It is not told whether it trains: what Keras makes of layers meanwhile would go by
    that for ever, and train without dropout.

    Args:
        model: A model that was never called.
        signature: What it is called on.
        batch: A batch of one input, as it is fed.

    Raises:
        InputError: If the model fails on it.
    """
    try:
        with contextlib.suppress(Exception):  # it may need real values
            listing.build(model, signature)
            return
        model(signature.pack(as_tensors(batch)))
    except Exception as error:  # a model of the user's can fail in any way
        raise model_failed(model, error) from error


def calls_on_shapes(
    model: keras.Model, signature: Signature, *, may_build: bool
) -> list[LayerCall] | None:
    """List the calls of a model without computing anything.

    Args:
        model: The model.
        signature: What it is called on.
        may_build: Whether layers that were never called may be built.

    Returns:
        The calls; None for a model that only runs on real values.
    """
    try:
        return listing.list_calls(model, signature, may_build=may_build)
    except InputError:
        return None


def calls_of_run(
    model: keras.Model, signature: Signature, batches: Sequence[Batch]
) -> list[LayerCall]:
    """List the calls of a model by running it.

    Args:
        model: The model.
        signature: What it is called on.
        batches: Batches of one and of two inputs, as they are fed.

    Returns:
        The calls.

    Raises:
        InputError: If the model fails on it.
    """
    try:
        with keras.StatelessScope():
            return listing.list_calls_of_run(
                model, signature, [as_tensors(batch) for batch in batches]
            )
    except Exception as error:  # a model of the user's can fail in any way
        raise model_failed(model, error) from error
