"""Arrays from anywhere become the same records, pictures and scalars."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from events import histograms, images, scalars
from keras import layers
from PIL import Image
from plugin.serving import python_path

import tb_actviz as av

ROOT = Path(__file__).resolve().parents[1]


def network() -> keras.Model:
    keras.utils.set_random_seed(3)
    inputs = keras.Input((12, 12, 3))
    x = layers.Conv2D(6, 3, name="conv1")(inputs)
    x = layers.ReLU(name="relu1")(x)
    x = layers.GlobalMaxPooling2D(name="pool")(x)
    return keras.Model(inputs, layers.Dense(4, name="dense")(x))


PICTURES = np.random.default_rng(1).integers(0, 256, (2, 12, 12, 3), np.uint8)
BEFORE = {"relu1": "conv1"}


def stored(folder: Path) -> dict[tuple[str, int], av.StoredActivations]:
    return {(one.layer, one.step): one for one in av.read_records(folder)}


@pytest.mark.slow
def test_arrays_are_logged_as_the_model_they_come_from(tmp_path: Path) -> None:
    model = network()
    options = av.LogOptions(channels={"conv1": (1, 4)})
    paths = ["conv1", "relu1", "pool"]
    named = {"one": PICTURES[0], "two": PICTURES[1]}
    with av.ActivationLogger(tmp_path / "model", model, paths, options=options) as log:
        of_model = log(named, step=7)
    acts = av.activations(model, PICTURES, paths)
    scores = keras.ops.convert_to_numpy(model(PICTURES.astype("float32")))
    with av.ArrayLogger(tmp_path / "arrays", before=BEFORE, options=options) as log:
        of_arrays = log(acts, named, step=7, scores=scores)
    assert of_arrays.tags == of_model.tags
    assert of_arrays.strongest == of_model.strongest
    for name in named:
        ours, theirs = (dict(one.best_classes(name)) for one in (of_arrays, of_model))
        assert ours == pytest.approx(theirs, rel=1e-5)
    for read in (images, histograms):
        shown, made = read(tmp_path / "model"), read(tmp_path / "arrays")
        assert made.keys() == shown.keys()
        for key, expected in shown.items():
            np.testing.assert_array_equal(made[key], expected, err_msg=str(key))
    assert scalars(tmp_path / "arrays") == scalars(tmp_path / "model")
    wanted_of, found_in = stored(tmp_path / "model"), stored(tmp_path / "arrays")
    assert (
        found_in.keys()
        == wanted_of.keys()
        == {(path, 7) for path in (":input", "conv1", "relu1", "pool")}
    )
    for key, expected in wanted_of.items():
        found = found_in[key].record
        assert (found.silent, found.step) == (expected.record.silent, 7)
        for facts, wanted in zip(found.inputs, expected.record.inputs, strict=True):
            assert facts.packed == wanted.packed
            assert facts.name == wanted.name
            assert facts.strongest == wanted.strongest
            for name in ("minimum", "maximum", "mean", "zero_share"):
                assert getattr(facts, name) == getattr(wanted, name)
    layer = found_in["conv1", 7].record.layer
    assert (layer.kind, layer.partner) == ("pre-activation", "relu1")
    assert found_in["relu1", 7].record.layer.kind == "activation"
    assert found_in["pool", 7].record.layer.kind == "other"
    assert layer.receptive_field is None


@pytest.mark.parametrize("shape", [(2, 5, 4, 3), (2, 9, 6), (2, 7), (2, 2, 3, 4, 5)])
def test_channels_may_come_first(tmp_path: Path, shape: tuple[int, ...]) -> None:
    maps = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    first = np.moveaxis(maps, -1, 1)
    av.log_arrays(tmp_path / "last", {"layer": maps})
    av.log_arrays(tmp_path / "first", {"layer": first}, data_format="channels_first")
    for folder in ("last", "first"):
        (one,) = av.read_records(tmp_path / folder)
        for index, name in enumerate(("input_0", "input_1")):
            np.testing.assert_array_equal(one.activations[name], maps[index])


def test_inputs_may_be_of_any_kind(tmp_path: Path) -> None:
    Image.fromarray(PICTURES[0]).save(tmp_path / "face.png")
    maps = np.ones((5, 2, 2, 3), np.float32)
    planar = np.moveaxis(PICTURES[1], -1, 0)
    normalised = (planar / 127.5 - 1).astype(np.float32)
    inputs = [
        tmp_path / "face.png",
        Image.fromarray(PICTURES[0]),
        PICTURES[0],
        planar / 255,
        normalised,
    ]
    logged = av.log_arrays(
        tmp_path / "runs", {"layer": maps}, inputs, data_format="channels_first"
    )
    shown = {named.name: named for named in logged.inputs}
    assert [*shown] == ["face", "input_1", "input_2", "input_3", "input_4"]
    for name in ("face", "input_1", "input_2"):
        np.testing.assert_array_equal(shown[name].picture, PICTURES[0])
    np.testing.assert_array_equal(shown["input_3"].picture, PICTURES[1])
    low, high = normalised.min(), normalised.max()
    assert shown["input_4"].notes == (f"shown from {low:.4g} to {high:.4g}",)


def test_many_steps_go_into_one_file_with_the_inputs_once(tmp_path: Path) -> None:
    with av.ArrayLogger(tmp_path) as log:
        for step in (0, 5, 9):
            log({"layer": np.full((1, 2, 2, 3), step)}, PICTURES[:1], step)
    assert len([*tmp_path.iterdir()]) == 1
    assert [key for key in stored(tmp_path) if key[0] == ":input"] == [(":input", 0)]
    values = [
        one.activations["input_0"].max()
        for one in av.read_records(tmp_path, layers="layer")
    ]
    assert values == [0, 5, 9]


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64", "int32", "bool"])
def test_tensors_of_pytorch_are_taken_as_they_are(tmp_path: Path, dtype: str) -> None:
    torch = pytest.importorskip("torch")
    values = torch.arange(24).reshape(1, 2, 3, 4) % 2
    values = values.to(getattr(torch, dtype))
    if values.is_floating_point():
        values.requires_grad_()
    av.log_arrays(tmp_path, {"layer": values}, data_format="channels_first")
    (one,) = av.read_records(tmp_path)
    assert one.record.inputs[0].dtype == dtype
    expected = np.moveaxis((np.arange(24).reshape(2, 3, 4) % 2), 0, -1)
    np.testing.assert_array_equal(one.activations["input_0"], expected)


def test_arrays_of_jax_are_taken_as_they_are(tmp_path: Path) -> None:
    jnp = pytest.importorskip("jax.numpy")
    values = jnp.arange(12, dtype=jnp.bfloat16).reshape(1, 2, 2, 3)
    av.log_arrays(tmp_path, {"layer": values})
    (one,) = av.read_records(tmp_path)
    assert one.record.inputs[0].dtype == "bfloat16"
    np.testing.assert_array_equal(
        one.activations["input_0"], np.arange(12).reshape(2, 2, 3)
    )


def test_what_is_not_finite_is_counted(tmp_path: Path) -> None:
    maps = np.ones((1, 2, 2, 2))
    maps[0, 0, 0, 0], maps[0, 1, 1, 1] = np.nan, 1e300
    av.log_arrays(tmp_path, {"layer": maps})
    (one,) = av.read_records(tmp_path)
    (facts,) = one.record.inputs
    assert (facts.nan_count, facts.inf_count) == ((1, 0), (0, 1))


GOOD: dict[str, Any] = {"a": np.ones((2, 3, 3, 4)), "b": np.ones((2, 5))}


@pytest.mark.parametrize(
    ("arrays", "options", "words"),
    [
        ([1, 2], {}, r"Received arrays=\[1, 2\]; expected a dict of layer path to arr"),
        ({}, {}, "with at least one"),
        ({"": np.ones((1, 2))}, {}, "Received '' as the path of a layer"),
        ({":input": np.ones((1, 2))}, {}, "does not begin with a colon"),
        ({3: np.ones((1, 2))}, {}, "Received 3 as the path of a layer"),
        (
            {"a": np.ones(3)},
            {},
            "'a' has the shape 3; expected the inputs as the first",
        ),
        ({"a": np.ones((2, 0, 3))}, {}, "nothing empty"),
        (
            {"a": np.ones((2, 3), complex)},
            {},
            "'a' cannot be read. Expected an array of",
        ),
        ({"a": [["x", "y"]]}, {}, "'a' cannot be read"),
        ({"a": [[1, 2], [3]]}, {}, "'a' cannot be read"),
        ({"a": np.ones((2, 3)), "b": np.ones((3, 3))}, {}, "'a': 2, 'b': 3"),
        (GOOD, {"inputs": PICTURES[:1]}, "Received 1 inputs, and arrays for 2"),
        (GOOD, {"inputs": ["no.png", "no.png"]}, "There is no file 'no.png'"),
        (GOOD, {"before": {"b": "c"}}, "no array of a layer 'c'"),
        (GOOD, {"data_format": "channels-first"}, "Did you mean 'channels_first'"),
        (GOOD, {"scores": np.ones(2)}, "Received scores of shape 2; expected 2 inputs"),
        (GOOD, {"step": -1}, "step"),
        (GOOD, {"options": av.LogOptions(channels=(9,))}, "channel 9 does not exist"),
        (
            GOOD,
            {"scores": np.ones((2, 3)), "options": av.LogOptions(class_names=["a"])},
            "Received 1 class_names; the model gives 3 scores",
        ),
    ],
)
def test_what_does_not_fit_is_an_error(
    tmp_path: Path, arrays: Any, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(av.InputError, match=words):
        av.log_arrays(tmp_path / "runs", arrays, **options)
    assert not (tmp_path / "runs").exists() or not [*(tmp_path / "runs").iterdir()]


def run_without(hidden: tuple[str, ...], folder: Path, *arguments: str) -> None:
    """Run Python where some packages cannot be imported."""
    folder.mkdir(exist_ok=True)
    subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        check=True,
        env={
            **os.environ,
            "PYTHONPATH": python_path(folder / "hidden", hidden, ROOT),
        },
    )


def test_keras_is_not_needed(tmp_path: Path) -> None:
    code = (
        "import numpy as np, tb_actviz as av\n"
        "logged = av.log_arrays('runs', {'layer': np.ones((1, 4, 4, 3))}, "
        "np.zeros((1, 8, 8, 3), np.uint8))\n"
        "assert logged.tags[0] == 'layer/channels/input_0'\n"
        "av.export_html('runs', 'page.html')\n"
    )
    run_without(("keras", "tensorflow", "jax", "torch"), tmp_path, "-c", code)
    assert (tmp_path / "page.html").stat().st_size > 300_000


@pytest.mark.slow
def test_hooks_of_pytorch_give_the_whole_tab(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    example = ROOT / "examples" / "pytorch_hooks.py"
    run_without(("keras", "tensorflow", "jax"), tmp_path, str(example))
    found = stored(tmp_path / "runs")
    assert {step for _, step in found} == {0, 1, 2}
    assert {layer for layer, _ in found} == {":input", "0", "1", "2"}
    before = found["0", 0].activations["input_0"]
    after = found["1", 0].activations["input_0"]
    # The ReLU works in place, and the convolution's own values are there all the same.
    assert before.min() < 0
    np.testing.assert_array_equal(after, np.maximum(before, 0))
    lines = example.read_text().split('"""')[2].strip().splitlines()
    code = [one for one in lines if one.strip() and not one.strip().startswith("#")]
    assert len([one for one in code if "import" not in one]) <= 15
