"""The k that fire a channel most, whatever the order and the parts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tb_actviz.capture.named_input import NamedInput
from tb_actviz.dataset.samples import KnownSamples, Sample
from tb_actviz.dataset.survey import Survey

CHANNELS, K = 5, 3


def maps_of(values: np.ndarray) -> Any:
    """What a pass gives for maps, (N, H, W, C), all of it here."""
    with np.errstate(invalid="ignore"):
        scores = values.max((1, 2))
    return SimpleNamespace(
        path="layer",
        reduced=(scores,),
        shape=values.shape[1:],
        of=lambda rows, channels: values[rows, :, :, channels],
    )


def sample(key: str, source: str = "") -> Sample:
    return Sample(key, NamedInput(key, np.zeros(1, np.uint8), None), source=source)


def surveyed(
    values: np.ndarray,
    keys: Sequence[str],
    sources: Sequence[str] | None = None,
    per_source: int | None = None,
    batch: int = 4,
) -> Survey:
    found = Survey(K, per_source)
    sources = sources or [""] * len(keys)
    for start in range(0, len(keys), batch):
        part = slice(start, start + batch)
        samples = [sample(*one) for one in zip(keys[part], sources[part], strict=True)]
        found.update(samples, [maps_of(values[part])])
    return found


def answer(found: Survey) -> list[list[tuple[float, str, int, int]]]:
    state = found.layers["layer"]
    return [
        [
            (
                float(state.values[channel, place]),
                found.known.keys[number],
                int(state.rows[channel, place]),
                int(state.columns[channel, place]),
            )
            for place, number in enumerate(numbers)
            if number >= 0
        ]
        for channel, numbers in enumerate(state.samples)
    ]


def expected(
    values: np.ndarray,
    keys: Sequence[str],
    sources: Sequence[str] | None = None,
    per_source: int = K,
) -> list[list[tuple[float, str, int, int]]]:
    """Looked for one by one."""
    every = []
    for channel in range(values.shape[-1]):
        found = []
        for index, key in enumerate(keys):
            maps = values[index, :, :, channel]
            if not np.isfinite(maps).any():
                continue
            finite = np.where(np.isfinite(maps), maps, -np.inf)
            row, column = np.unravel_index(finite.argmax(), maps.shape)
            found.append((-float(finite.max()), key, int(row), int(column), index))
        kept: list[tuple[float, str, int, int]] = []
        taken: dict[str, int] = {}
        for value, key, row, column, index in sorted(found):
            source = sources[index] if sources and sources[index] else f"alone {key}"
            taken[source] = taken.get(source, 0) + 1
            if taken[source] <= per_source and len(kept) < K:
                kept.append((-value, key, row, column))
        every.append(kept)
    return every


def drawn(seed: int, count: int = 40) -> tuple[np.ndarray, list[str]]:
    """Few different values, so that many are alike; some not finite."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 6, (count, 3, 4, CHANNELS)).astype(np.float32)
    values[..., 1] = 0  # a silent channel
    values[rng.random(values.shape) < 0.01] = np.nan
    values[rng.random(values.shape) < 0.01] = np.inf
    values[3, :, :, 2] = np.nan
    keys = [f"picture {number}" for number in rng.permutation(count)]
    return values, keys


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("batch", [1, 4, 40])
def test_they_are_those_that_a_search_of_all_finds(seed: int, batch: int) -> None:
    values, keys = drawn(seed)
    found = surveyed(values, keys, batch=batch)
    assert answer(found) == expected(values, keys)
    broken = ~np.isfinite(values.max((1, 2)))
    np.testing.assert_array_equal(found.layers["layer"].not_finite, broken.sum(0))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("per_source", [1, 2])
def test_no_more_are_of_one_source(seed: int, per_source: int) -> None:
    values, keys = drawn(seed)
    rng = np.random.default_rng(seed)
    sources = [["", "a film", "another film"][i] for i in rng.integers(0, 3, len(keys))]
    found = surveyed(values, keys, sources, per_source)
    assert answer(found) == expected(values, keys, sources, per_source)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("per_source", [None, 1])
def test_eight_parts_in_any_order_and_tree_give_the_same(
    seed: int, per_source: int | None
) -> None:
    values, keys = drawn(seed, 80)
    rng = np.random.default_rng(seed)
    sources = [["", "a film"][i] for i in rng.integers(0, 2, len(keys))]
    whole = answer(surveyed(values, keys, sources, per_source))
    assert whole == expected(values, keys, sources, per_source or K)

    def part(number: int) -> Survey:
        one = slice(number, None, 8)
        return surveyed(values[one], keys[one], sources[one], per_source)

    parts = [part(number) for number in rng.permutation(8)]
    while len(parts) > 1:
        first, second = sorted(rng.choice(len(parts), 2, replace=False))
        other = parts.pop(int(second))
        parts[int(first)].merge(other)
    assert answer(parts[0]) == whole
    assert parts[0].count == 80

    def merged(one: Survey, other: Survey) -> Survey:
        one.merge(other)
        return one

    assert (
        answer(reduce(merged, [part(i) for i in range(8)], Survey(K, per_source)))
        == whole
    )


def test_a_sample_that_comes_twice_counts_once() -> None:
    values, keys = drawn(0)
    found = surveyed(np.concatenate([values, values]), [*keys, *keys])
    assert answer(found) == expected(values, keys)
    again = surveyed(values, keys)
    again.merge(surveyed(values, keys))
    assert answer(again) == expected(values, keys)


def test_samples_that_fire_nothing_enough_are_forgotten() -> None:
    rng = np.random.default_rng(0)
    count = 10_000
    values = rng.random((count, 1, 1, CHANNELS)).astype(np.float32)
    keys = [f"{number:05}" for number in range(count)]
    found = surveyed(values, keys, batch=500)
    assert len(found.known.keys) < 5000
    assert answer(found) == expected(values, keys)


def test_parts_of_other_surveys_are_refused() -> None:
    with pytest.raises(ValueError, match="k=3 and k=4"):
        Survey(3, None).merge(Survey(4, None))
    values, keys = drawn(0)
    other = surveyed(values, keys)
    other.layers["another layer"] = other.layers.pop("layer")
    with pytest.raises(ValueError, match="another layer"):
        surveyed(values, keys).merge(other)


def test_a_layer_whose_channels_change_is_refused() -> None:
    values, keys = drawn(0)
    found = surveyed(values, keys)
    with pytest.raises(ValueError, match="has 2 channels for the sample 'x', and 5"):
        found.update([sample("x")], [maps_of(values[:1, :, :, :2])])


def test_known_samples_keep_what_is_known_of_them() -> None:
    known = KnownSamples()
    numbers = known.add([sample("b"), sample("a", "film"), sample("b")])
    assert numbers.tolist() == [0, 1, 0]
    assert known.ranks().tolist() == [1, 0]
    assert [known.source_of(number) for number in numbers] == ["", "film", ""]
    only, renumbered = known.only(np.array([1]))
    assert only.keys == ["a"]
    assert only.source_of(0) == "film"
    assert renumbered.tolist() == [-1, 0]
