"""Every form of inputs: several of them, in batches, from datasets, channels first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from networks import pictures, small
from PIL import Image

from tb_actviz.capture.extractor import FeatureExtractor, activations
from tb_actviz.capture.inputs import read_inputs
from tb_actviz.capture.model_signature import model_signature
from tb_actviz.capture.preprocessing import (
    InputPreprocessing,
    Preprocess,
    decide_preprocessing,
)
from tb_actviz.errors import InputError

RNG = np.random.default_rng(6)
PICTURE, AGE = pictures(3, (8, 8)), RNG.normal(size=(3, 2)).astype(np.float32)


def two_inputs(structure: str) -> keras.Model:
    """A picture and a vector, side by side."""
    picture, age = keras.Input((8, 8, 3), name="picture"), keras.Input((2,), name="age")
    x = layers.GlobalAveragePooling2D(name="pool")(picture)
    both = layers.Concatenate(name="both")([x, age])
    inputs: Any = [picture, age]
    if structure == "dict":
        inputs = {"picture": picture, "age": age}
    return keras.Model(inputs, both, name="two")


def expected(count: int = 3) -> np.ndarray:
    pooled = PICTURE[:count].astype(np.float32).mean(axis=(1, 2))
    return np.concatenate([pooled, AGE[:count]], axis=1)


SAMPLES = [(PICTURE[i], AGE[i]) for i in range(3)]
FORMS: dict[str, Callable[[], Any]] = {
    "list": lambda: [PICTURE, AGE],
    "tuple": lambda: (PICTURE, AGE),
    "dict": lambda: {"age": AGE, "picture": PICTURE},
    "list of samples": lambda: SAMPLES,
    "list of dicts": lambda: [{"picture": p, "age": a} for p, a in SAMPLES],
    "named samples": lambda: {f"child {i}": one for i, one in enumerate(SAMPLES)},
    "generator": lambda: iter([((PICTURE, AGE), np.zeros(3))]),
    "generator of dicts": lambda: iter([{"picture": PICTURE, "age": AGE, "id": AGE}]),
}
FORM_NAMES = {form: name for name, form in FORMS.items()}


@pytest.mark.parametrize("structure", ["list", "dict"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_model_with_several_inputs_takes_them_in_any_form(
    structure: str, form: Callable[[], Any]
) -> None:
    model, given = two_inputs(structure), form()
    if structure == "dict" and "dict" not in str(FORM_NAMES[form]):
        # Which of the two is which only names can tell.
        with pytest.raises(InputError, match="expected 1 and 3 axes"):
            activations(model, given, "both")
        return
    found = activations(model, given, "both")["both"]
    np.testing.assert_allclose(found, expected(), rtol=1e-5)


def test_one_sample_of_several_inputs_and_a_file_among_them(tmp_path: Path) -> None:
    model = two_inputs("list")
    file = tmp_path / "child.png"
    Image.fromarray(PICTURE[0]).save(file)
    for form in ((PICTURE[0], AGE[0]), {"picture": file, "age": AGE[0]}):
        found = activations(model, form, "both")["both"]
        np.testing.assert_allclose(found, expected(1), rtol=1e-5)
    (one,) = read_inputs({"picture": file, "age": AGE[0]}, model_signature(model))
    assert one.name == "input"
    assert one.picture is not None
    np.testing.assert_array_equal(one.picture, PICTURE[0])


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (PICTURE, r"'input' is one array .* takes 2\. .* keys 'picture', 'age'"),
        (["a.png"], r"'input_0' is one array or picture, but the model takes 2"),
        ([PICTURE, AGE[:2]], r"\(3, 8, 8, 3\) and \(2, 2\); expected 3 and 1 axes"),
        ([PICTURE[0], AGE], "expected 3 and 1 axes, or one more with the batch"),
        (
            [(PICTURE[0], AGE[0]), (PICTURE[0],)],
            r"Cannot use tuple .*Expected a tuple of 2",
        ),
    ],
)
def test_inputs_that_are_not_one_for_each(form: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        activations(two_inputs("list"), form, "both")


@pytest.mark.every_backend
def test_a_model_never_called_takes_a_dict_as_one_sample() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(2, name="dense")

        def call(self, x: Any) -> Any:
            return self.dense(x["b"]) + x["a"]

    sample = {"a": np.ones(2, np.float32), "b": np.arange(3, dtype=np.float32)}
    model = Own()
    found = activations(model, [sample, sample], "*")["dense"]
    by_hand = keras.ops.convert_to_numpy(model.dense(sample["b"][None]))
    np.testing.assert_allclose(found, np.repeat(by_hand, 2, axis=0), rtol=1e-6)
    # Called once, it tells what it takes.
    batch = {"a": np.ones((1, 2)), "b": sample["b"][None]}
    np.testing.assert_allclose(
        activations(model, batch, "*")["dense"], by_hand, rtol=1e-6
    )


@pytest.mark.every_backend
def test_many_inputs_go_through_in_batches() -> None:
    model, batch = small(), pictures(11)
    extract = FeatureExtractor(model, ["conv1", "prob"])
    at_once = extract(batch)
    seen: list[tuple[int, int]] = []
    in_parts = extract(batch, batch_size=4, progress=lambda *done: seen.append(done))
    assert seen == [(4, 11), (8, 11), (11, 11)]
    for path, values in at_once.items():
        assert not in_parts[path].flags.writeable
        np.testing.assert_allclose(in_parts[path], values, rtol=1e-5, atol=1e-5)


def test_results_that_do_not_fit_together_into_memory_are_refused() -> None:
    inputs = keras.Input((None, None, 3))
    model = keras.Model(inputs, layers.UpSampling2D(400, name="large")(inputs))
    many = [pictures(1)[0]] * 5000
    with pytest.raises(
        InputError, match=r"5000 inputs as large as 'input_0' .* too la"
    ):
        activations(model, many, "*")


@pytest.mark.every_backend
def test_a_dataset_gives_its_first_samples() -> None:
    class Faces(keras.utils.PyDataset):
        def __len__(self) -> int:
            return 100

        def __getitem__(self, index: int) -> Any:
            assert index < 3, "no more is read than needed"
            return pictures(4) + np.uint8(index), np.zeros(4)

    model = small()
    found = activations(model, Faces(), "data")["data"]
    both = np.concatenate([pictures(4), pictures(4) + np.uint8(1)])
    np.testing.assert_array_equal(found, both)
    assert len(activations(model, Faces(), "data", samples=9)["data"]) == 9
    names = [one.name for one in read_inputs(Faces(), model_signature(model))]
    assert names == [f"sample_{index}" for index in range(8)]


def channels_first() -> keras.Model:
    inputs = keras.Input((3, 8, 6), name="data")
    x = layers.Rescaling(2.0, name="scale")(inputs)
    # A convolution with channels first runs on GPUs only on some back ends.
    x = layers.ZeroPadding2D(1, data_format="channels_first", name="pad")(x)
    x = layers.ReLU(name="relu")(x)
    x = layers.Permute((2, 3, 1), name="turn")(x)
    x = layers.GlobalMaxPooling2D(name="pool")(x)
    return keras.Model(inputs, x)


@pytest.mark.every_backend
@pytest.mark.parametrize("as_given", ["channels last", "channels first"])
def test_channels_first_models_take_pictures_and_give_channels_last(
    as_given: str,
) -> None:
    model, batch = channels_first(), pictures(2, (8, 6))
    given = batch if as_given == "channels last" else np.moveaxis(batch, -1, 1)
    found = activations(model, given, "*")
    np.testing.assert_array_equal(found["scale"], batch * 2.0)
    padded = np.pad(batch * 2.0, [(0, 0), (1, 1), (1, 1), (0, 0)])
    for path in ("pad", "relu", "turn"):
        np.testing.assert_array_equal(found[path], padded)
    np.testing.assert_array_equal(found["pool"], padded.max(axis=(1, 2)))


def decided(model: keras.Model, preprocess: Preprocess = "auto") -> InputPreprocessing:
    signature = model_signature(model)
    assert signature is not None
    return decide_preprocessing(model, signature, preprocess)


@pytest.mark.slow
def test_preprocessing_is_found_through_layers_that_only_augment() -> None:
    net = keras.applications.MobileNetV2(
        weights=None, input_shape=(32, 32, 3), include_top=False
    )
    inputs = keras.Input((32, 32, 3))
    augment = keras.Sequential([layers.RandomFlip(), layers.RandomRotation(0.1)])
    outside = keras.Model(inputs, net(augment(inputs)))
    found = decided(outside)
    assert [one.name for one in found.applied if one] == [
        "keras.applications.mobilenet_v2.preprocess_input"
    ]
    assert found.stated == "keras.applications.mobilenet_v2.preprocess_input"
    scaled = layers.Rescaling(1 / 127.5, offset=-1, name="to_unit")(augment(inputs))
    inside = keras.Model(inputs, net(scaled))
    assert decided(inside).applied == (None,)
    assert decided(inside).stated == (
        "none (the model prepares inputs itself, in its layer 'to_unit')"
    )
    arithmetic = keras.Model(inputs, net(inputs / 127.5 - 1.0))
    assert decided(arithmetic).applied == (None,)
    built_on = keras.applications.VGG16(
        weights=None, include_top=False, input_tensor=inputs / 255.0
    )
    assert decided(built_on).applied == (None,)


def test_a_given_preprocessing_is_named() -> None:
    def halve(batch: np.ndarray) -> np.ndarray:
        return batch / 2

    assert decided(small(), halve).stated.endswith(".halve")
    assert (
        FeatureExtractor(small(), "*", preprocess=halve)
        .describe()
        .preprocess.endswith(".halve")
    )
    assert FeatureExtractor(small(), "*").describe().preprocess == (
        "none (inputs are fed as they are)"
    )
