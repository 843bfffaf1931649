"""How the activations of a model are captured, in words for people."""

from __future__ import annotations

from dataclasses import dataclass, field

from tb_actviz.errors import format_shape
from tb_actviz.notebook_output import html_text


@dataclass(frozen=True)
class Capture:
    """How the activations of a model are captured.

    Args:
        method: `"sub-model"` where one model with many outputs gives them, `"probe"`
            where the layers are watched during a pass.
        reason: Why a sub-model would not do; empty where it does.
        backend: Name of the Keras back end.
        compiled: Whether the pass is compiled.
        preprocess: Name of what pictures go through before the model, or why nothing.
        inputs: Name of each model input to its shape for one sample; None for any
            size.
        layers: Paths of the layers, in the order of the model.
        left_out: Paths of layers that cannot be captured to the reason.

    Example:
        >>> extract = av.FeatureExtractor(model, "fire6-*")
        >>> print(extract.describe())
        captured by a sub-model, ... on ...
        inputs: data 64×64×3
        preprocessing: none (the model prepares inputs itself, in its layer 'scaled')
        2 layers: fire6-squeeze1x1, fire6-relu_squeeze1x1
    """

    method: str
    reason: str
    backend: str
    compiled: bool
    preprocess: str
    inputs: dict[str, tuple[int | None, ...]]
    layers: tuple[str, ...]
    left_out: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Say it in a few lines for people."""
        why = f" ({self.reason})" if self.reason else ""
        how = "compiled" if self.compiled else "run eagerly"
        inputs = ", ".join(
            f"{name} {format_shape(s)}" for name, s in self.inputs.items()
        )
        lines = [
            f"captured by a {self.method}{why}, {how}, on {self.backend}",
            f"inputs: {inputs}",
            f"preprocessing: {self.preprocess}",
            f"{len(self.layers)} layers: {', '.join(self.layers)}",
        ]
        lines += [f"left out: {path}: {why}" for path, why in self.left_out.items()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return html_text(str(self))
