"""What was logged at one step."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tb_actviz.analysis.channels import ranked
from tb_actviz.analysis.layer import (
    LayerStatistics,
)
from tb_actviz.capture.named_input import NamedInput

#: How many classes are named of an input's predictions.
_BEST_CLASSES = 5


@dataclass(frozen=True)
class LoggedStep:
    """What was logged at one step.

    Args:
        step: The step it was logged at.
        inputs: The inputs as they were read.
        tags: Tags of the pictures, in the order they were written.
        strongest: Layer path to input name to (channel, maximum), strongest first.
        predictions: Input name to the model's output, float32, shape (classes,);
            empty where the output is not a vector.
        preprocess: Name of what pictures went through before the model, or why
            nothing.
        statistics: Layer path to its statistics over all inputs.
        missing_channels: Layer path to channels that were to be followed and do not
            exist there.
        precision: Layer path to how exactly records hold its values, one of
            `"float32"`, `"float16"` and `"uint8"`; empty without records.

    Example:
        >>> with av.ActivationLogger("runs/new", model, "relu_conv1") as log:
        ...     logged = log("face.png", step=10)
        >>> logged.step, logged.tags[0]
        (10, 'relu_conv1/channels/face')
        >>> [channel for channel, maximum in logged.strongest["relu_conv1"]["face"]]
        [7, 3, 1]
    """

    step: int
    inputs: tuple[NamedInput, ...]
    tags: list[str] = field(default_factory=list)
    strongest: dict[str, dict[str, list[tuple[int, float]]]] = field(
        default_factory=dict
    )
    predictions: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
    preprocess: str = ""
    statistics: dict[str, LayerStatistics] = field(default_factory=dict, repr=False)
    missing_channels: dict[str, tuple[int, ...]] = field(default_factory=dict)
    precision: dict[str, str] = field(default_factory=dict)

    def best_classes(self, input_name: str) -> tuple[tuple[int, float], ...]:
        """Rank the classes that the model predicts for an input.

        Args:
            input_name: Name of the input.

        Returns:
            Up to five classes, counted from 0, and their scores, best first; none where
            the model's output is not a vector.
        """
        scores = self.predictions.get(input_name)
        return () if scores is None else ranked(scores, _BEST_CLASSES)
