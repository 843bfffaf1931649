"""The scalars of all layers of a run, for strips and curves of how a training goes."""

from __future__ import annotations

from itertools import islice
from typing import Any

from tb_actviz.plugin.provider import Asker, Provider
from tb_actviz.plugin.scalars import ScalarProvider, Scalars
from tb_actviz.records.decimals import as_float32, few_digits
from tb_actviz.records.schema import TAG_SUFFIX

#: What is logged of a layer, at `{layer}/{name}`.
SCALARS = ("mean", "std", "sparsity", "dead", "saturated", "nonfinite")
#: How many numbers one answer has at most; each takes some 200 bytes on its way.
MOST_NUMBERS = 1 << 19


def layer_health(
    provider: Provider, scalars: ScalarProvider, asker: Asker, run: str
) -> dict[str, Any]:
    """Read what was logged of all layers that have records.

    Args:
        provider: Where the records come from.
        scalars: Where the scalars come from.
        asker: Who asks.
        run: Name of the run.

    Returns:
        What `http_api.md` says of `health`.

    Raises:
        RefusalError: If there is no such run, or it cannot be read.
    """
    suffix = f"/{TAG_SUFFIX}"
    layers = sorted(
        tag.removesuffix(suffix)
        for tag in provider.tags_of(asker, run)
        if tag.endswith(suffix)
    )
    tags = {f"{layer}/{name}": (layer, name) for layer in layers for name in SCALARS}
    most = max(1, MOST_NUMBERS // max(1, len(tags)))
    found = scalars.read(asker, run, [*tags], most) if tags else {}
    numbers = iter(
        few_digits(as_float32([_real(x) for one in found.values() for x in one.values]))
    )
    told: dict[str, dict[str, Any]] = {layer: {} for layer in layers}
    for tag, one in found.items():
        layer, name = tags[tag]
        told[layer][name] = _told(one, [*islice(numbers, len(one.values))])
    return {
        "run": run,
        "given_at_most": most,
        "layers": [{"layer": layer, "scalars": told[layer]} for layer in layers],
    }


def _told(one: Scalars, values: list[float | None]) -> dict[str, Any]:
    return {"steps": one.steps, "values": values, "unreadable": one.unreadable}


def _real(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
