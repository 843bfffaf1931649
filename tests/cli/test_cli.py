"""`tb-actviz` as a user runs it, with real files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from command_line import run, run_alone
from events import event_files, images
from networks import pictures, small
from PIL import Image

from tb_actviz import compare_inputs, read_records
from tb_actviz.receptive_field import TokenGrid
from tb_actviz.runs.options import SINGLE_STEP_BYTES, TRAINING_STEP_BYTES, VIEWS


def test_log_writes_what_it_says(network: str, face: str, tmp_path: Path) -> None:
    logdir = str(tmp_path / "my runs")
    done = run(
        "log",
        *("--model", network, "--layers", "conv1", "relu1", "--channels", "1,3"),
        *("--logdir", logdir, face, face),
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == (
        f"note: preprocessing of {network}: none (inputs are fed as they are); "
        "pictures are 0…255 (see --preprocess)\n"
    )
    found = {tag for tag, _ in images(Path(logdir))}
    listed = {line.strip() for line in done.stdout.splitlines() if "/" in line}
    assert found <= listed
    assert "relu1/relu/face#2" in found
    assert "face: 40×36" in done.stdout
    assert f"tensorboard --logdir '{logdir}'" in done.stdout
    assert f"{len(found)} pictures in {logdir}" in done.stdout


def test_channels_are_named_layer_by_layer(
    network: str, face: str, tmp_path: Path
) -> None:
    logdir = str(tmp_path / "run")
    done = run(
        *("log", "--model", network, "--layers", "relu1", "a", "pool1"),
        *("--channels", "1,3", "--channels", "p*1:0", "--views", "chosen"),
        *("--preprocess", "none", "--logdir", logdir, face),
    )
    assert (done.returncode, done.stderr) == (
        0,
        "Of the channels to follow, these do not exist in these layers: a: 3.\n",
    )
    found = {tag for tag, _ in images(Path(logdir))}
    assert found == {f"{layer}/chosen/face" for layer in ("relu1", "a", "pool1")}


@pytest.mark.slow
def test_a_step_that_is_logged_alone_is_stored_whole_unless_told_otherwise(
    network: str, face: str, tmp_path: Path
) -> None:
    # A step of a training would be float16: 4 channels of so many pixels take more.
    side = int((TRAINING_STEP_BYTES / 4 / 4) ** 0.5) + 10
    common = [
        *("log", "--model", network, "--layers", "conv1", "--views", "channels"),
        *("--preprocess", "none", "--size", str(side), face),
    ]
    whole = " (--precision float32 stores them whole)"
    for given, stored, note in [
        ((), "float32", ""),
        (("--precision", "float16"), "float16", whole),
        (("--precision", "uint8"), "uint8", whole),
    ]:
        logdir = str(tmp_path / stored)
        done = run(*common, *given, "--logdir", logdir)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"\nvalues stored as: {stored}{note}\n" in done.stdout
        (found,) = read_records(logdir, layers="conv1")
        assert found.record.inputs[0].packed.precision == stored
    done = run(*common, "--precision", "float3", "--logdir", str(tmp_path))
    assert "Did you mean 'float32'" in done.stderr


@pytest.mark.parametrize(
    ("given", "grids"),
    [
        ((), {}),
        (("5x6",), {"tokens_30": TokenGrid((5, 6))}),
        (("3",), {"tokens_9": TokenGrid((3, 3))}),
    ],
)
def test_tokens_lie_on_the_grid_that_is_given(
    face: str, tmp_path: Path, given: tuple[str, ...], grids: dict[str, TokenGrid]
) -> None:
    inputs = keras.Input((None, None, 3), name="data")
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(inputs)
    outputs = [
        keras.layers.Reshape((count, 2), name=f"tokens_{count}")(
            keras.layers.Dense(2 * count)(pooled)
        )
        for count in (9, 30)
    ]
    model, logdir = tmp_path / "tokens.keras", str(tmp_path / "run")
    keras.Model(inputs, outputs).save(model)
    option = ("--token-grid", *given) if given else ()
    done = run(
        *("log", "--model", str(model), "--layers", "tokens_*", "--logdir", logdir),
        *("--preprocess", "none", *option, "--", face),
    )
    assert (done.returncode, done.stderr) == (0, "")
    stored = read_records(logdir, layers="tokens_*")
    assert {one.layer: one.record.layer.token_grid for one in stored} == {
        "tokens_9": None,
        "tokens_30": None,
        **grids,
    }


def test_help_says_how_much_a_step_may_take() -> None:
    sizes = (SINGLE_STEP_BYTES, "log"), (TRAINING_STEP_BYTES, "checkpoints")
    for command in ("log", "checkpoints"):
        words = " ".join(run(command, "--help").stdout.split())
        for size, name in sizes:
            assert f"{size // 2**20} MiB ({name})" in words


def test_log_json_is_the_same_as_data(network: str, face: str, tmp_path: Path) -> None:
    logdir = str(tmp_path / "run")
    done = run(
        *("log", "--model", network, "--layers", "relu1", "--strongest", "2"),
        *("--size", "30x20", "--preprocess", "none", "--step", "4", "--json"),
        *("--logdir", logdir, face),
    )
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["step"] == 4
    assert answer["event_file"] == str(event_files(Path(logdir))[0])
    (one,) = answer["inputs"]
    assert (one["name"], one["file"]) == ("face", face)
    assert (one["height"], one["width"]) == (30, 20)
    assert one["notes"] == ["resized from 40×36"]
    scores = [p["score"] for p in one["predictions"]]
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1)
    assert {p["name"] for p in one["predictions"]} == {f"class {i}" for i in range(5)}
    strongest = answer["strongest"]["relu1"]["face"]
    assert [set(s) for s in strongest] == [{"channel", "max"}] * 2
    assert {(tag, 4) for tag in answer["tags"]} == set(images(Path(logdir)))


def test_layers_is_a_table(network: str) -> None:
    done = run("layers", "--model", network)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].split() == [
        *("path", "class", "output", "channels", "parameters", "pair", "warnings")
    ]
    rows = {line.split()[0]: line for line in lines[1:13]}
    assert rows["conv1"].split() == [
        *("conv1", "Conv2D", "?×?×4", "4", "112", "before", "relu1")
    ]
    assert rows["relu1"].split()[-2:] == ["after", "conv1"]
    assert rows["a"].split()[-2:] == ["after", "a:pre"]
    assert rows["a:pre"].split()[-2:] == ["before", "a"]
    assert f"small: 11 layers, {small().count_params()} parameters" in done.stdout


def test_layers_json_and_selection(network: str) -> None:
    done = run("layers", "--model", network, "--layers", "b*", "--json")
    answer = json.loads(done.stdout)
    assert [one["path"] for one in answer["layers"]] == ["b", "b.act"]
    assert answer["layers"][0] == {
        "path": "b",
        "class_name": "Conv2D",
        "output_shape": [None, None, 3],
        "channels": 3,
        "parameters": 111,
        "kind": "pre-activation",
        "partner": "b.act",
        "warnings": [],
    }


def test_compare_ranks_channels(network: str, face: str, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    Image.fromarray(pictures(2, (40, 36))[1]).save(other)
    arguments = ["--model", network, "--layers", "relu1", "a", "--preprocess", "none"]
    done = run("compare", face, str(other), *arguments, "--json", "--top", "3")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert (answer["first"], answer["second"]) == (face, str(other))
    expected = compare_inputs(small(), face, other, ["relu1", "a"])[:3]
    for one, wanted in zip(answer["channels"], expected, strict=True):
        assert (one["layer"], one["channel"]) == (wanted.layer, wanted.channel)
        assert wanted.box is not None
        assert one["box"] == list(wanted.box)
        assert one["change"] == pytest.approx(wanted.change, rel=1e-4)
    table = run("compare", face, str(other), *arguments).stdout.splitlines()
    assert table[0].split() == [
        *("layer", "channel", "face", "other", "change", "of", "layer"),
        *("x,", "y", "in", "pixels"),
    ]
    assert len(table) == 1 + 6 + 1


def test_compare_says_where_a_place_is_not_known(face: str, tmp_path: Path) -> None:
    (tmp_path / "hidden.py").write_text(
        "import keras\n"
        "def build():\n"
        "    conv = keras.layers.Conv2D(2, 3, name='c')\n"
        "    before = keras.layers.Lambda(lambda x: x[:, ::-1])\n"
        "    inputs = keras.Input((None, None, 3))\n"
        "    return keras.Model(inputs, conv(before(inputs)))\n"
    )
    other = tmp_path / "other.png"
    Image.fromarray(pictures(2, (40, 36))[1]).save(other)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        arguments = ["compare", face, str(other), "--model", "hidden:build"]
        table = run(*arguments, "--layers", "c").stdout.splitlines()
        answer = json.loads(run(*arguments, "--layers", "c", "--json").stdout)
    assert [line.split()[-1] for line in table[1:-1]] == ["unknown", "unknown"]
    assert [one["box"] for one in answer["channels"]] == [None, None]


def test_squeezenet_can_be_listed_without_its_weights() -> None:
    done = run("layers", "--model", "squeezenet", SQUEEZENET_WEIGHTS="/nowhere")
    assert (done.returncode, done.stderr) == (0, "")
    assert "fire6-relu_squeeze1x1" in done.stdout
    assert "squeezenet" in done.stdout
    assert "67 layers, 1,235,496 parameters" in done.stdout


@pytest.mark.slow
def test_models_by_callable_and_by_application(tmp_path: Path, face: str) -> None:
    (tmp_path / "mynet.py").write_text(
        "import keras\n"
        "def build():\n"
        "    return keras.Sequential([keras.Input((None, None, 3)),\n"
        "        keras.layers.Conv2D(2, 3, name='c')])\n"
        "def scale(x):\n"
        "    return x / 255\n"
    )
    done = run_alone(
        *("log", "--model", "mynet:build", "--preprocess", "mynet:scale"),
        *("--logdir", "run", face),
        cwd=tmp_path,
        PYTHONPATH=os.pathsep.join(sys.path),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert ("c/channels/face", 0) in images(tmp_path / "run")
    listed = run("layers", "--model", "keras.applications.MobileNetV2", "--json")
    assert len(json.loads(listed.stdout)["layers"]) == 157


@pytest.mark.slow
def test_a_closed_pipe_is_no_error(network: str) -> None:
    command = f"{sys.executable} -m tb_actviz layers --model {network}"
    done = subprocess.run(
        ["/bin/sh", "-c", f"{command} | head -1"],
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("path")
    assert done.stderr == ""


def test_help_names_every_command_and_view() -> None:
    assert {"log", "layers"} <= set(run("--help").stdout.split())
    views = run("log", "--help").stdout.replace(",", " ").split()
    assert set(VIEWS) <= set(views)


def test_scores_that_are_no_probabilities_are_not_called_so(
    face: str, tmp_path: Path
) -> None:
    inputs = keras.Input((None, None, 3))
    outputs = keras.layers.GlobalAveragePooling2D()(inputs)
    path = tmp_path / "mean.keras"
    keras.Model(inputs, outputs).save(path)
    arguments = ["--model", str(path), "--layers", "*", "--preprocess", "none"]
    done = run("log", face, "--logdir", str(tmp_path / "run"), *arguments)
    assert done.returncode == 0, done.stderr
    assert "%" not in done.stdout
    assert "class 0" in done.stdout


def test_json_stays_json_with_nan(face: str, tmp_path: Path) -> None:
    model = small()
    kernel, bias = model.get_layer("conv1").get_weights()
    model.get_layer("conv1").set_weights([kernel * np.nan, bias])
    path = tmp_path / "nan.keras"
    model.save(path)
    arguments = ["--model", str(path), "--layers", "conv1", "--json"]
    done = run("log", face, "--logdir", str(tmp_path / "run"), *arguments)
    answer = json.loads(done.stdout, parse_constant=pytest.fail)
    assert answer["strongest"]["conv1"]["face"][0]["max"] is None


@pytest.mark.slow
def test_the_download_bar_is_not_held_back(tmp_path: Path, face: str) -> None:
    # Where there is no network the message that it tries must still be seen.
    done = run_alone(
        *("log", face, "--model", "squeezenet", "--logdir", str(tmp_path / "run")),
        SQUEEZENET_WEIGHTS="",
        KERAS_HOME=str(tmp_path),
        https_proxy="http://127.0.0.1:9",
    )
    assert done.returncode == 2
    assert "ownload" in done.stderr.splitlines()[0]
    assert "SQUEEZENET_WEIGHTS" in done.stderr


def test_pictures_stay_as_they_are(network: str, face: str, tmp_path: Path) -> None:
    before = Path(face).read_bytes()
    run("log", "--model", network, "--logdir", str(tmp_path / "run"), face)
    assert Path(face).read_bytes() == before
    assert np.asarray(Image.open(face)).shape == (40, 36, 3)


def test_a_model_that_scales_its_inputs_itself_is_told_apart(
    face: str, tmp_path: Path
) -> None:
    inputs = keras.Input((None, None, 3))
    x = keras.layers.Rescaling(1 / 255, name="scale")(inputs)
    path = tmp_path / "own.keras"
    keras.Model(inputs, keras.layers.Conv2D(2, 3, name="c")(x)).save(path)
    done = run("log", face, "--model", str(path), "--logdir", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    assert "prepares inputs itself, in its layer 'scale'" in done.stderr
    assert "--preprocess" not in done.stderr


def test_equal_pictures_are_said_to_be_equal(network: str, face: str) -> None:
    arguments = ["--model", network, "--preprocess", "none"]
    done = run("compare", face, face, *arguments)
    assert done.stdout == "No channel responds differently to face and face#2.\n"
