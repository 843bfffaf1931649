"""What a pass gives, by layer, and how a notebook shows it."""

from __future__ import annotations

import numpy as np

from tb_actviz.arrays import finite_limits
from tb_actviz.errors import format_shape
from tb_actviz.notebook_output import html_table


class LayerActivations(dict[str, np.ndarray]):
    """Layer path to activations, shown as a table in a notebook."""

    def _repr_html_(self) -> str:
        rows = []
        for path, values in self.items():
            limits = finite_limits(values)
            low, high = ("", "") if limits is None else (f"{x:.4g}" for x in limits)
            zeros = f"{np.mean(values == 0):.1%}" if values.size else ""
            rows.append((path, format_shape(values.shape), low, high, zeros))
        header = ("layer", "shape", "smallest", "largest", "zeros")
        return html_table(header, rows, f"Activations of {len(self)} layers")
