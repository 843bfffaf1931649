"""The reader of Caffe's files, on files written by hand and on the real one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import caffe_wire as wire
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_models.squeezenet import WeightsError, caffemodel, read_caffemodel

KERNEL = np.arange(24, dtype=np.float32).reshape(4, 3, 2, 1) - 7.5
BIAS = np.float32([1, -2, 3.25, 0])


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "net.caffemodel"
    path.write_bytes(content)
    return path


def assert_reads_as(path: Path, expected: dict[str, list[np.ndarray]]) -> None:
    found = read_caffemodel(path)
    assert list(found) == list(expected)
    for name, blobs in expected.items():
        assert [b.dtype for b in found[name]] == [np.dtype(np.float32)] * len(blobs)
        for one, other in zip(found[name], blobs, strict=True):
            np.testing.assert_array_equal(one, other, strict=True)


@pytest.mark.parametrize("packed", [True, False])
def test_layers_of_the_new_format(tmp_path: Path, packed: bool) -> None:
    content = (
        wire.nested(1, b"a net")
        + wire.layer("data")
        + wire.layer("fire2/squeeze1x1", wire.blob(KERNEL, packed=packed))
        + wire.layer("conv1", wire.blob(KERNEL), wire.blob(BIAS, packed=packed))
    )
    assert_reads_as(
        written(tmp_path, content),
        {"fire2/squeeze1x1": [KERNEL], "conv1": [KERNEL, BIAS]},
    )


def test_layers_of_the_old_format(tmp_path: Path) -> None:
    content = wire.old_layer("data") + wire.old_layer(
        "conv1",
        wire.legacy_blob(KERNEL, (4, 3, 2, 1)),
        wire.legacy_blob(BIAS, (1, 1, 1, 4)),
    )
    assert_reads_as(
        written(tmp_path, content), {"conv1": [KERNEL, BIAS.reshape(1, 1, 1, 4)]}
    )


def test_values_in_double_precision(tmp_path: Path) -> None:
    content = wire.layer("a", wire.double_blob(KERNEL.astype(float) / 3))
    assert_reads_as(
        written(tmp_path, content), {"a": [(KERNEL / 3.0).astype(np.float32)]}
    )


def test_a_network_of_arrays(tmp_path: Path) -> None:
    layers = {"a/b": [KERNEL, BIAS], "c": [BIAS[:1]]}
    assert_reads_as(written(tmp_path, wire.network(layers)), layers)


def test_the_arrays_are_ones_own(tmp_path: Path) -> None:
    [blob] = read_caffemodel(written(tmp_path, wire.network({"a": [BIAS]})))["a"]
    blob += 1


def test_the_real_file(shared_data: Path) -> None:
    path = shared_data / "squeezenet_v1.1.caffemodel"
    read_caffemodel(path)
    start = time.thread_time()  # whatever else the machine does meanwhile
    layers = read_caffemodel(path)
    assert time.thread_time() - start < 0.3
    assert len(layers) == 26
    assert [b.shape for b in layers["conv1"]] == [(64, 3, 3, 3), (64,)]
    assert [b.shape for b in layers["fire9/expand3x3"]] == [(256, 64, 3, 3), (256,)]
    assert sum(b.size for blobs in layers.values() for b in blobs) == 1_235_496


def test_a_truncated_real_file(shared_data: Path, tmp_path: Path) -> None:
    content = (shared_data / "squeezenet_v1.1.caffemodel").read_bytes()
    for share in (0.2, 0.5, 0.999):
        cut = written(tmp_path, content[: int(len(content) * share)])
        with pytest.raises(WeightsError, match="cut short"):
            read_caffemodel(cut)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no layers"),
        (wire.nested(1, b"only a name"), "holds no layers"),
        (b"<!DOCTYPE html><html>not found</html>", "not a Caffe model"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "not a Caffe model"),
        (wire.layer("a") + wire.layer("b"), "2 layers and holds weights of none"),
        (wire.layer("a", wire.blob(BIAS)) * 2, "two sets of weights for layer 'a'"),
        (
            wire.layer("a", wire.blob(BIAS, (2, 3))),
            r"blob 0 of layer 'a' has the shape \(2, 3\), .* 6 values, and holds 4",
        ),
        (wire.layer("a", wire.blob(BIAS, ())), r"1 values, and holds 4"),
        (wire.layer("a", wire.blob(BIAS, (-2, -2))), "sizes must lie in 1"),
        (wire.layer("a", wire.blob(BIAS, (4, 0))), "sizes must lie in 1"),
        (wire.layer("a", wire.blob(BIAS, (2**62, 4))), "sizes must lie in 1"),
        (wire.layer("a", wire.blob(BIAS, (2**31 - 1,) * 4)), "values, and holds 4"),
        (wire.layer("a", wire.blob(BIAS, (1,) * 40)), "40 axes"),
        (wire.old_layer("a", wire.legacy_blob(BIAS, (1, 1, 1, 5))), "5 values"),
        (wire.layer("a", wire.nested(7, wire.nested(1, b"\x04"))), "and holds 0"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(WeightsError, match=message) as caught:
        read_caffemodel(path)
    assert str(path) in str(caught.value)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"cannot read .*No such file"):
        read_caffemodel(tmp_path / "none.caffemodel")
    with pytest.raises(WeightsError, match=r"cannot read .*directory"):
        read_caffemodel(tmp_path)


def test_an_oversized_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.caffemodel"
    with path.open("wb") as file:
        file.truncate(caffemodel.MAX_BYTES + 1)
    with pytest.raises(WeightsError, match=r"268,435,457 bytes, more than"):
        read_caffemodel(path)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damage_is_an_error_or_well_formed(
    tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    content = bytearray(wire.network({"a": [KERNEL, BIAS], "b": [BIAS]}))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.caffemodel"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        layers = read_caffemodel(path)
    except WeightsError:
        return
    assert all(b.dtype == np.float32 for blobs in layers.values() for b in blobs)
