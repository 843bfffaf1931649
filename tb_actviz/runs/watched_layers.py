"""What is logged of the layers of a model, or of arrays that are given as theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from tb_actviz.capture.named_input import NamedInput
from tb_actviz.errors import InputError
from tb_actviz.records.facts import LayerFacts

if TYPE_CHECKING:
    # It imports Keras, which those who give arrays may not have.
    from tb_actviz.capture.layer_kinds import Bounds


@dataclass(frozen=True)
class WatchedLayer:
    """A layer that is logged.

    Args:
        facts: What its records say of it; the receptive field is None where it depends
            on the size of the input, and so is the patch of a token grid.
        dtype: Dtype the model computes it in, as Keras names it.
        bounds: Between which values its activation function stays; None for any.
        before: Path of what its activation is applied to, captured with it; None where
            it has none.
        channels: The channels that are followed in it; where the number of channels is
            known from a run only, some may not exist.
        part: Which part of the model it lies in, where that is run part by part.
        axes: What its axes are, in words; empty where they are those of pictures.
    """

    facts: LayerFacts
    dtype: str
    bounds: Bounds | None
    before: str | None
    channels: tuple[int, ...] = ()
    part: str = ""
    axes: str = ""

    @property
    def path(self) -> str:
        """Layer path."""
        return self.facts.path


@dataclass(frozen=True)
class WatchedInputs:
    """Inputs, and what of a model is logged for them.

    Args:
        inputs: The inputs, at least one.
        layers: The layers, with their receptive fields where they are the same for all
            of these inputs.
        outputs: Path of the model's only output where that is a vector, such as scores;
            of each part, where the model is run part by part.
        preprocess: Part to the name of what pictures go through before it, or why
            nothing; "" for the whole.
        missing_channels: Layer path to channels that were to be followed and do not
            exist there.
    """

    inputs: tuple[NamedInput, ...]
    layers: tuple[WatchedLayer, ...]
    outputs: Mapping[str, str]
    preprocess: Mapping[str, str]
    missing_channels: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    #: Part to the layers in it, and to the inputs that they respond to.
    layers_of: Mapping[str, tuple[WatchedLayer, ...]] = field(init=False)
    inputs_of: Mapping[str, tuple[NamedInput, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Sort layers and inputs by their parts."""
        parts = {layer.part for layer in self.layers}
        parts |= {named.part for named in self.inputs}
        layers_of = {
            part: tuple(layer for layer in self.layers if layer.part == part)
            for part in parts
        }
        inputs_of = {
            part: tuple(named for named in self.inputs if named.part == part)
            for part in parts
        }
        # As a frozen dataclass sets its own fields.
        object.__setattr__(self, "layers_of", layers_of)
        object.__setattr__(self, "inputs_of", inputs_of)


class Watched(Protocol):
    """What gives activations of layers, an input after another."""

    @property
    def layers(self) -> tuple[WatchedLayer, ...]:
        """The layers that are logged."""

    @property
    def versions(self) -> dict[str, str]:
        """What computes the activations, by name."""

    @property
    def shown(self) -> set[str]:
        """Paths of the layers and of those that are shown with them."""

    def with_inputs(self, inputs: Sequence[NamedInput]) -> WatchedInputs:
        """Find what is logged for inputs."""

    def run_each(self, inputs: Sequence[NamedInput]) -> Iterator[dict[str, np.ndarray]]:
        """Give the activations for inputs, one after another."""


def shown_paths(layers: Sequence[WatchedLayer]) -> set[str]:
    """Name layers and those that are shown with them.

    Args:
        layers: The layers.

    Returns:
        Their paths.
    """
    paths = {layer.path for layer in layers}
    return paths | {layer.before for layer in layers if layer.before}


def check_class_names(names: Sequence[str] | None, count: int) -> None:
    """Refuse names that are not those of a model's classes.

    Args:
        names: A name for each class; None for none.
        count: How many scores the model gives.

    Raises:
        InputError: If there are more or fewer names.
    """
    if names is not None and len(names) != count:
        raise InputError(
            f"Received {len(names)} class_names; the model gives {count} scores. Give "
            "one name for each score, in their order, or None."
        )
