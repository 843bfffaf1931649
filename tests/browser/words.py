"""Numbers as the Activations tab writes them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np


def shown(value: float) -> str:
    """A value as the tab writes it: four significant digits."""
    if np.isnan(value):
        return "NaN"
    sign = "−" if value < 0 else ""
    size = abs(float(value))
    if np.isinf(size):
        return f"{sign}∞"
    if size == 0:
        return "0"
    rounded = float(f"{size:.4g}")
    if 1e-3 <= rounded < 1e4:
        return f"{sign}{rounded:.10g}"
    if 1e4 <= rounded < 1e5:
        return f"{sign}{size:.0f}"
    digits, _, exponent = f"{size:.3e}".partition("e")
    return f"{sign}{float(digits):g}e{int(exponent)}".replace("e-", "e−")


def percent(share: float) -> str:
    """A share as the tab writes it: to a tenth of a percent, rounded half up."""
    if 0 < share < 0.001:
        return "<0.1%"
    if 0.999 < share < 1:
        return ">99.9%"
    tenth = Decimal(float(share) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{float(tenth):g}%"


def change_in_percent(change: float) -> str:
    """How a share changes, as the tab says it; not by nothing."""
    words = percent(abs(change))
    if words[0] in "<>":
        return f"{words} {'up' if change > 0 else 'down'}"
    return f"{'+' if change > 0 else '−'}{words}"
