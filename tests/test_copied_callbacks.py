"""Callbacks that are copied for one training after another, as tuners do."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from faults import told
from training import PROBES, compiled, fit, nested

from tb_actviz import ActivationCallback, LogOptions, read_records


def copied(callback: ActivationCallback, how: str) -> ActivationCallback:
    if how == "deepcopy":
        return copy.deepcopy(callback)
    return pickle.loads(pickle.dumps(callback))  # noqa: S301  # our own bytes


def steps(log_dir: Path) -> list[int]:
    return [record.step for record in read_records(log_dir, layers="backbone/conv")]


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("how", ["deepcopy", "pickle"])
@pytest.mark.parametrize("update_freq", ["epoch", 2, (1, 3)])
def test_a_copy_logs_a_training_of_its_own(
    how: str, update_freq: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    original = ActivationCallback(
        tmp_path,
        PROBES,
        "backbone/conv",
        update_freq,
        options=LogOptions(precision="float32", views=()),
        max_overhead=None,
    )
    fit(compiled(nested()), copied(original, how))
    first = steps(tmp_path)
    assert first
    # Of one that has trained, too: without its model.
    fit(compiled(nested()), original)
    again = copied(original, how)
    assert again.model is None
    fit(compiled(nested()), again)
    assert told(caplog) == []
    shift = first[-1] + 1
    assert steps(tmp_path) == [n + k * shift for k in range(3) for n in first]
    record = next(iter(read_records(tmp_path, layers="backbone/conv")))
    assert record.activations["one"].dtype == np.float32


class Stream:
    """A data set that cannot be copied, as those of TensorFlow cannot."""

    def __iter__(self) -> Any:
        yield np.stack(list(PROBES.values()))

    def __reduce__(self) -> Any:
        raise TypeError("cannot pickle a resource")


@pytest.mark.slow
def test_inputs_are_shared_by_copies_and_named_where_they_cannot_be_pickled(
    tmp_path: Path,
) -> None:
    callback = ActivationCallback(
        tmp_path, Stream(), "backbone/conv", max_overhead=None
    )
    fit(compiled(nested()), copy.deepcopy(callback))
    assert steps(tmp_path) == [0, 1]
    with pytest.raises(
        pickle.PicklingError,
        match=r"argument 'inputs' of this ActivationCallback, a Stream, cannot be pick",
    ):
        pickle.dumps(callback)
    local = ActivationCallback(tmp_path, PROBES, lambda layer: True)
    assert isinstance(copy.deepcopy(local), keras.callbacks.Callback)
    with pytest.raises(pickle.PicklingError, match=r"'layers' .* a function, cannot"):
        pickle.dumps(local)
