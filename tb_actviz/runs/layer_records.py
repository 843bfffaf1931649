"""A layer's response and the inputs' pictures -> records for the Activations tab."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.analysis.channels import ChannelStatistics, channel_statistics
from tb_actviz.capture.layer_calls import INPUT_PATH
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.records.codec import pack
from tb_actviz.records.facts import InputFacts, LayerFacts, Record
from tb_actviz.records.schema import record_summary, record_tag
from tb_actviz.writing.summaries import LastWritten

#: A record's header names no statistics of more channels than these, of all inputs.
_MOST_CHANNELS = 40_000


def channel_facts(statistics: ChannelStatistics, inputs: int) -> dict[str, Any]:
    """State the statistics of each channel, none of very many channels.

    Args:
        statistics: Those of one input, arrays (C,).
        inputs: How many inputs the record has.

    Returns:
        Arguments of `InputFacts`.
    """
    if reduction(len(statistics.minimum), inputs):
        return {}
    return {
        "minimum": statistics.minimum,
        "maximum": statistics.maximum,
        "mean": statistics.mean,
        "zero_share": statistics.zero_share,
        "nan_count": statistics.nan_count,
        "inf_count": statistics.inf_count,
    }


def reduction(channels: int, inputs: int) -> str:
    """State what a record leaves out.

    Args:
        channels: How many channels the layer has.
        inputs: How many inputs the record has.

    Returns:
        In words, what; empty where it is nothing.
    """
    if channels * inputs > _MOST_CHANNELS:
        return f"no statistics of each of {channels} channels"
    return ""


_LAYER = LayerFacts(INPUT_PATH, "InputLayer", "input")


class InputPictures:
    """Knows which pictures one opening of a run has recorded, and at which steps.

    They are recorded at the first step, and again where the last ones up to a step are
    others; a reader takes the last ones up to a step, too.
    """

    def __init__(self) -> None:
        self._written: LastWritten[bytes] = LastWritten()

    def changed(
        self,
        inputs: Sequence[NamedInput],
        step: int,
        *,
        preprocess: str,
        position: Mapping[str, int],
    ) -> Iterator[Summary]:
        """Make the record of a step's inputs, if it takes one.

        Args:
            inputs: All inputs of the step; those without a picture are left out.
            step: The step.
            preprocess: Name of what pictures went through before the model.
            position: Where in a training the step is.

        Yields:
            The record, or nothing. It counts as recorded once the next is asked for.
        """
        shown = {
            named.name: named.picture for named in inputs if named.picture is not None
        }
        content = _digest(shown)
        if not shown or not self._written.is_news(step, content):
            return
        record = Record(
            layer=_LAYER,
            step=step,
            inputs=tuple(_facts(name, picture) for name, picture in shown.items()),
            position=position,
            preprocess=preprocess,
        )
        yield record_summary(record_tag(INPUT_PATH), record)
        self._written.keep(step, content)


def _facts(name: str, picture: np.ndarray) -> InputFacts:
    statistics = channel_statistics(picture)
    return InputFacts(
        name=name,
        shape=picture.shape,
        dtype=str(picture.dtype),
        packed=pack(picture, "uint8", limits=(0, 255)),
        minimum=statistics.minimum,
        maximum=statistics.maximum,
        mean=statistics.mean,
        zero_share=statistics.zero_share,
        nan_count=statistics.nan_count,
        inf_count=statistics.inf_count,
    )


def _digest(pictures: Mapping[str, np.ndarray]) -> bytes:
    """What distinguishes these pictures from others, even in the same memory."""
    content = hashlib.blake2b()
    for name, picture in pictures.items():
        content.update(repr((name, picture.shape)).encode())
        content.update(np.ascontiguousarray(picture).data)
    return content.digest()
