"""Pictures in, class names out."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import keras
import ml_dtypes
import numpy as np
import pytest

from keras_models.squeezenet import class_names, decode_predictions, preprocess_input

RGB = np.array([[[[10, 20, 30], [255, 0, 128]]]], np.uint8)
BGR = np.float32([[[[30 - 104, 20 - 117, 10 - 123], [128 - 104, -117, 255 - 123]]]])


@pytest.mark.parametrize(
    "dtype",
    [
        np.uint8,
        np.int16,
        np.int64,
        np.float16,
        np.float32,
        np.float64,
        ml_dtypes.bfloat16,
    ],
)
def test_arrays_of_every_kind(dtype: Any) -> None:
    x = RGB.astype(dtype)
    before = x.copy()
    out = preprocess_input(x)
    assert type(out) is np.ndarray
    np.testing.assert_array_equal(out, BGR, strict=True)
    assert out.flags.c_contiguous
    assert out.flags.writeable
    np.testing.assert_array_equal(x, before, strict=True)
    assert not np.shares_memory(out, x)


def test_one_picture_many_pictures_read_only_and_strided() -> None:
    np.testing.assert_array_equal(preprocess_input(RGB[0]), BGR[0])
    np.testing.assert_array_equal(preprocess_input(RGB[None]), BGR[None])
    np.testing.assert_array_equal(preprocess_input(RGB.tolist()), BGR, strict=True)
    frozen = RGB.copy()
    frozen.flags.writeable = False
    np.testing.assert_array_equal(preprocess_input(frozen), BGR)
    np.testing.assert_array_equal(preprocess_input(RGB[:, :, ::-1]), BGR[:, :, ::-1])
    assert preprocess_input(np.zeros((0, 5, 4, 3))).shape == (0, 5, 4, 3)


def test_channels_first_arrays() -> None:
    moved = np.moveaxis(RGB, -1, 1)
    out = preprocess_input(moved, data_format="channels_first")
    np.testing.assert_array_equal(out, np.moveaxis(BGR, -1, 1), strict=True)
    one = preprocess_input(moved[0], data_format="channels_first")
    np.testing.assert_array_equal(one, np.moveaxis(BGR[0], -1, 0), strict=True)


@pytest.mark.usefixtures("channels_first")
def test_the_image_data_format_counts() -> None:
    moved = np.moveaxis(RGB, -1, 1)
    np.testing.assert_array_equal(preprocess_input(moved), np.moveaxis(BGR, -1, 1))
    with pytest.raises(ValueError, match=r"\(\.\.\., 3, H, W\) \(channels_first\)"):
        preprocess_input(RGB)


@pytest.mark.every_backend
@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32", "bfloat16"])
def test_tensors(dtype: str) -> None:
    x = keras.ops.convert_to_tensor(RGB.astype("float32"))
    x = keras.ops.cast(x, dtype)
    out = preprocess_input(x)
    assert keras.ops.is_tensor(out)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(out), BGR, strict=True)
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(keras.ops.cast(x, "uint8")), RGB
    )
    first = preprocess_input(keras.ops.moveaxis(x, -1, 1), data_format="channels_first")
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(first), np.moveaxis(BGR, -1, 1)
    )


@pytest.mark.every_backend
def test_inside_a_model() -> None:
    inputs = keras.Input((None, None, 3), dtype="uint8")
    outputs = preprocess_input(inputs)
    assert tuple(outputs.shape) == (None, None, None, 3)
    assert outputs.dtype == "float32"
    model = keras.Model(inputs, outputs)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(model(RGB)), BGR)


def test_inside_a_data_set() -> None:
    if keras.backend.backend() != "tensorflow":
        pytest.skip("tensors of tf.data need the TensorFlow back end")
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices(RGB).map(preprocess_input).batch(1)
    [out] = list(data.as_numpy_iterator())
    np.testing.assert_array_equal(out, BGR, strict=True)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((5, 3)), r"expected RGB pictures of shape \(\.\.\., H, W, 3\)"),
        (np.zeros((5, 6, 4)), r"received \(5, 6, 4\)"),
        (np.zeros((1, 5, 6, 1)), r"received \(1, 5, 6, 1\)"),
        (np.zeros((5, 6, 3), complex), "real numbers, received dtype complex128"),
        (np.full((5, 6, 3), "a"), "real numbers, received dtype <U1"),
        (np.full((5, 6, 3), None), "real numbers, received dtype object"),
    ],
)
def test_pictures_that_are_refused(x: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        preprocess_input(x)


def test_a_misspelt_data_format_is_refused() -> None:
    with pytest.raises(ValueError, match="'channels_lost'"):
        preprocess_input(RGB, data_format="channels_lost")


def test_arrays_need_no_keras() -> None:
    program = (
        "import sys, numpy as np, keras_models.squeezenet as s\n"
        "s.preprocess_input(np.zeros((2, 2, 3)), data_format='channels_last')\n"
        "s.decode_predictions(np.zeros((1, 1000)))\n"
        "sys.exit('keras' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_classes_have_their_names() -> None:
    names = class_names()
    assert len(names) == 1000
    assert [names[i] for i in (0, 2, 606, 681, 883, 999)] == [
        "tench",
        "great white shark",
        "iron",
        "notebook",
        "vase",
        "toilet tissue",
    ]
    twice = {name for name in names if names.count(name) > 1}
    assert twice == {"crane", "maillot"}


def test_the_ids_are_those_of_wordnet() -> None:
    [rows] = decode_predictions(np.zeros((1, 1000)), top=1000)
    ids = [row[0] for row in rows]
    assert ids[0] == "n01440764"
    assert ids[-1] == "n15075141"
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000
    assert all(len(i) == 9 and i[0] == "n" and i[1:].isdigit() for i in ids)


def test_the_best_classes_in_order() -> None:
    scores = np.zeros((2, 1000), np.float32)
    scores[0, [2, 0, 999]] = 0.5, 0.25, 0.125
    scores[1, 1] = 1
    scores[1, 5] = np.nan
    found = decode_predictions(scores, top=3)
    assert found == [
        [
            ("n01484850", "great white shark", 0.5),
            ("n01440764", "tench", 0.25),
            ("n15075141", "toilet tissue", 0.125),
        ],
        [
            ("n01443537", "goldfish", 1.0),
            ("n01440764", "tench", 0.0),
            ("n01484850", "great white shark", 0.0),
        ],
    ]
    assert type(found[0][0][2]) is float
    assert [len(row) for row in decode_predictions(scores)] == [5, 5]
    assert decode_predictions(scores[:0]) == []


@pytest.mark.every_backend
def test_tensors_of_scores() -> None:
    scores = np.zeros((1, 1000), np.float32)
    scores[0, 1] = 0.75
    [[best]] = decode_predictions(keras.ops.convert_to_tensor(scores), top=1)
    assert best == ("n01443537", "goldfish", 0.75)


@pytest.mark.parametrize(
    ("shape", "top", "message"),
    [
        ((1000,), 5, r"shape \(N, 1000\), received \(1000,\)"),
        ((1, 10), 5, r"received \(1, 10\)"),
        ((1, 1000), 0, r"top must lie in 1 … 1000, received 0"),
        ((1, 1000), 1001, "received 1001"),
        ((1, 1000), 2.0, "top must be an integer, received 2.0"),
        ((1, 1000), True, "top must be an integer, received True"),
    ],
)
def test_scores_that_are_refused(shape: Any, top: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode_predictions(np.zeros(shape), top=top)


def test_scores_of_any_dtype_are_ranked_by_size() -> None:
    scores = np.zeros((1, 1000), np.uint8)
    scores[0, [7, 9]] = 200, 100
    assert [one[2] for one in decode_predictions(scores, top=3)[0]] == [200, 100, 0]
    assert decode_predictions(scores > 150, top=1)[0][0][2] == 1
