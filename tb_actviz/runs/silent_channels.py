"""Channels that are zero everywhere: in which layers, and which fell silent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tb_actviz.analysis.layer import LayerStatistics

#: How many channels of a layer are named; longer lists squeeze the other columns.
_NAMED = 12
#: With 95 % confidence, what was met at none of n inputs is met at no more than 3 / n.
_RULE_OF_THREE = 3


def silent_table(statistics: Mapping[str, LayerStatistics]) -> str:
    """List the silent channels of layers.

    Args:
        statistics: Layer path to what its channels do, at least one.

    Returns:
        Markdown, which says for how many inputs; that no channel is silent where none
        is.
    """
    silent = {path: layer for path, layer in statistics.items() if layer.silent}
    inputs = _for_all(layer.inputs for layer in statistics.values())
    if not silent:
        return f"No channel is silent {inputs}."
    rows = [
        f"| {path} | {len(layer.silent)} of {layer.channels} "
        f"({layer.silent_share:.0%}) | {listed(layer.silent)} |"
        for path, layer in silent.items()
    ]
    return "\n".join(
        [
            f"Channels that are silent {inputs}, that is, zero at every position. "
            "They may respond to others.",
            "",
            "| layer | silent | channels |",
            "|---|---|---|",
            *rows,
        ]
    )


@dataclass(frozen=True)
class Fall:
    """A layer of which channels fell silent.

    Args:
        layer: What its channels do now.
        fallen: The silent channels that responded at an earlier step.
        responded: How many channels did.
    """

    layer: LayerStatistics
    fallen: tuple[int, ...]
    responded: int


class FallenSilent:
    """Finds layers of which channels fell silent since earlier steps of a training.

    Few inputs silence many channels of any layer, before anything is trained: such a
    channel has only not been met. What responded before, and does no longer, has
    changed. Of a channel that is silent for n inputs it is known, with 95 %
    confidence, that no more than 3 / n of inputs like them get a response. So a share
    counts in full for very many inputs, less for fewer, and for three only a layer in
    which nothing responds any more.

    Args:
        threshold: Share of the channels that responded before, in (0, 1], from which
            on a layer is told, once; None for never.
    """

    def __init__(self, threshold: float | None) -> None:
        self._threshold = threshold
        self._responded: dict[str, set[int]] = {}
        self._told: set[str] = set()

    def find(self, statistics: Mapping[str, LayerStatistics]) -> dict[str, Fall]:
        """Compare a step with those before.

        Args:
            statistics: Layer path to what its channels do at the step.

        Returns:
            Layer path to what fell silent, for layers to be told now.
        """
        falls: dict[str, Fall] = {}
        if self._threshold is None:
            return falls
        for path, layer in statistics.items():
            before = self._responded.setdefault(path, set())
            fallen = tuple(channel for channel in layer.silent if channel in before)
            enough = fall_to_tell(self._threshold, layer.inputs) * len(before)
            if fallen and len(fallen) >= enough and path not in self._told:
                self._told.add(path)
                falls[path] = Fall(layer, fallen, len(before))
            before.update(set(range(layer.channels)).difference(layer.silent))
        return falls


def fall_to_tell(threshold: float, inputs: int) -> float:
    """Find which share of channels has to fall silent to be told.

    Args:
        threshold: The share for very many inputs, in (0, 1].
        inputs: For how many inputs they are silent.

    Returns:
        A share, from 1 for three inputs or fewer towards the threshold.
    """
    return 1 - (1 - threshold) * max(0.0, 1 - _RULE_OF_THREE / inputs)


def about_fallen(step: int, falls: Mapping[str, Fall]) -> str:
    """Name channels that fell silent.

    Args:
        step: The step at which they are silent.
        falls: Layer path to what fell silent, at least one.

    Returns:
        A sentence.
    """
    layers = [
        f"{path!r} {len(fall.fallen)} of {fall.responded} ({listed(fall.fallen)})"
        for path, fall in falls.items()
    ]
    inputs = _for_all(fall.layer.inputs for fall in falls.values())
    return (
        f"At step {step}, channels that responded before are silent {inputs}: "
        f"{'; '.join(layers)}."
    )


def _for_all(inputs: Iterable[int]) -> str:
    """For how many inputs, of layers that may be in parts with inputs of their own."""
    counts = set(inputs)
    return for_these(counts.pop()) if len(counts) == 1 else "for their inputs"


def for_these(inputs: int) -> str:
    """Say for how many inputs something is known.

    Args:
        inputs: How many, at least 1.

    Returns:
        Such as `for these 3 inputs`.
    """
    return "for this input" if inputs == 1 else f"for these {inputs} inputs"


def listed(channels: tuple[int, ...]) -> str:
    """List channels, the first of many and how many more there are.

    Args:
        channels: Their numbers.

    Returns:
        Such as `0, 2, 5`, or twelve of them and `… 20 more`.
    """
    shown = ", ".join(map(str, channels[:_NAMED]))
    more = len(channels) - _NAMED
    return f"{shown}, … {more} more" if more > 0 else shown
