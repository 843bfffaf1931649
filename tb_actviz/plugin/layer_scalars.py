"""TensorBoard's own scalars, of which the callback and the logger write some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tensorboard.data.provider import DataProvider, RunTagFilter

from tb_actviz.plugin.errors import UnreadableError, translated
from tb_actviz.plugin.provider import Provider, RequestContext, patiently
from tb_actviz.records.decimals import as_float32, few_digits
from tb_actviz.records.schema import TAG_SUFFIX

_PLUGIN_NAME = "scalars"


@dataclass(frozen=True)
class Scalars:
    """One number at each of some steps.

    Args:
        steps: The steps, ascending.
        values: The numbers, or whatever was written in their place.
        wall_times: When each was written, in seconds since 1970.
        unreadable: Why there are none, else None.
    """

    steps: tuple[int, ...] = ()
    values: tuple[Any, ...] = ()
    wall_times: tuple[float, ...] = ()
    unreadable: str | None = None


class ScalarProvider:
    """Asks the data provider for scalars.

    Args:
        provider: TensorBoard's.
    """

    def __init__(self, provider: DataProvider) -> None:
        self._provider = provider

    def read(
        self, asker: RequestContext, run: str, tags: Sequence[str], most: int
    ) -> dict[str, Scalars]:
        """Read many tags in one answer, if all can be read.

        Args:
            asker: Who asks.
            run: Name of the run.
            tags: The tags; there need not be all of them.
            most: How many steps of each tag are read at most: the last one, and others
                at random.

        Returns:
            Tag to what there is of it.

        Raises:
            RefusalError: If the provider cannot answer, or the answer does not fit
                through.
        """
        try:
            return self._read(asker, run, tags, most)
        except (KeyError, IndexError, TypeError, ValueError):
            # The Python loader fails at a tensor that is not a number, and at a tag
            # without any; the data server leaves them out.
            pass
        scalars = {}
        for tag in tags:
            try:
                scalars.update(self._read(asker, run, [tag], most))
            except KeyError:
                continue
            except (IndexError, TypeError, ValueError) as error:
                reason = f"{error!s:.200}".rstrip(".")
                problem = f"It is not a list of numbers: {reason}."
                scalars[tag] = Scalars(unreadable=problem)
        return scalars

    def tags(self, asker: RequestContext, runs: Sequence[str]) -> dict[str, list[str]]:
        """List the scalars of some runs.

        Args:
            asker: Who asks.
            runs: The runs; there need not be all of them.

        Returns:
            Run to its tags, in any order.

        Raises:
            RefusalError: If the provider cannot answer.
        """
        only = RunTagFilter(runs=runs, tags=None)

        def ask() -> dict[str, list[str]]:
            with translated():
                by_run = self._provider.list_scalars(
                    asker.context,
                    experiment_id=asker.experiment,
                    plugin_name=_PLUGIN_NAME,
                    run_tag_filter=only,
                )
            return {run: [*tags] for run, tags in by_run.items()}

        try:
            return patiently(ask)
        except KeyError as error:
            raise UnreadableError(
                f"TensorBoard cannot list the scalars: a tag has no data "
                f"({error!s:.80})."
            ) from None

    def _read(
        self, asker: RequestContext, run: str, tags: Sequence[str], most: int
    ) -> dict[str, Scalars]:
        with translated():
            by_run = self._provider.read_scalars(
                asker.context,
                experiment_id=asker.experiment,
                plugin_name=_PLUGIN_NAME,
                downsample=most,
                run_tag_filter=RunTagFilter(runs=[run], tags=tags),
            )
        return {
            tag: _by_step(series)
            for tag, series in by_run.get(run, {}).items()
            if series
        }


def _by_step(series: Sequence[Any]) -> Scalars:
    ordered = sorted(series, key=lambda point: point.step)
    return Scalars(
        tuple(point.step for point in ordered),
        tuple(point.value for point in ordered),
        tuple(point.wall_time for point in ordered),
    )


#: What is logged of a layer, at `{layer}/{name}`.
SCALARS = ("mean", "std", "sparsity", "silent", "saturated", "nonfinite")
#: Names that logs from before may have instead.
_FORMER_NAMES = {"dead": "silent"}
#: All names that there may be.
LAYER_SCALARS = (*SCALARS, *_FORMER_NAMES)
#: How many numbers one answer has at most; each takes some 200 bytes on its way.
MOST_NUMBERS = 1 << 19


def layer_health(
    provider: Provider, scalars: ScalarProvider, asker: RequestContext, run: str
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
    names = {**_FORMER_NAMES, **{name: name for name in SCALARS}}
    tags = {
        f"{layer}/{logged}": (layer, name)
        for layer in layers
        for logged, name in names.items()
    }
    most = max(1, MOST_NUMBERS // max(1, len(tags)))
    found = scalars.read(asker, run, [*tags], most) if tags else {}
    # In this order, so that of two names for one scalar today's counts.
    by_tag = {tag: found[tag] for tag in tags if tag in found}
    numbers = iter(
        as_json_numbers([x for read in by_tag.values() for x in read.values])
    )
    by_layer: dict[str, dict[str, Any]] = {layer: {} for layer in layers}
    for tag, read in by_tag.items():
        layer, name = tags[tag]
        answer = _answer(read, [*islice(numbers, len(read.values))])
        former = by_layer[layer].get(name)
        by_layer[layer][name] = answer if former is None else _joined(former, answer)
    return {
        "run": run,
        "given_at_most": most,
        "layers": [{"layer": layer, "scalars": by_layer[layer]} for layer in layers],
    }


def _answer(read: Scalars, values: list[float | None]) -> dict[str, Any]:
    return {"steps": [*read.steps], "values": values, "unreadable": read.unreadable}


def _joined(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """One scalar under two names, in a run that two versions have written to."""
    if first["unreadable"] or second["unreadable"]:
        return first if second["unreadable"] else second
    by_step = {
        step: value
        for answer in (first, second)
        for step, value in zip(answer["steps"], answer["values"], strict=True)
    }
    steps = sorted(by_step)
    return {
        "steps": steps,
        "values": [by_step[step] for step in steps],
        "unreadable": None,
    }


def as_json_numbers(values: Sequence[object]) -> list[float | None]:
    """Write values as JSON has them.

    Args:
        values: Numbers, or whatever was written in their place.

    Returns:
        Each as float32 in as few digits as tell it apart, None for what is not finite.
    """
    return few_digits(as_float32([_real(value) for value in values]))


def _real(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
