"""What the README tells people to type works as written."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from events import images, values

import tb_actviz as av
from tb_actviz.cli.main import build_parser

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def python_with(words: str) -> str:
    """The one Python example that holds certain words."""
    (code,) = [block for block in blocks("python") if words in block]
    return code


def test_it_begins_with_exactly_two_commands() -> None:
    begin = README.split("\n## ")[0]
    assert re.findall(r"^```sh\n(.*?)\n```", begin, re.MULTILINE | re.DOTALL) == [
        'python -m pip install ".[tensorflow]" && tb-actviz demo --open',
        'python -m pip install -e ".[test]" && python -m pytest -m "not slow"',
    ]


def test_its_pictures_are_there() -> None:
    pictures = re.findall(r"!\[.+?\]\((.+?)\)", README)
    names = (
        "demo.png",
        "tab-grid.png",
        "pointing.gif",
        "tab-inputs.png",
        "finetune.png",
    )
    assert pictures == [f"docs/{name}" for name in names]
    assert all((ROOT / picture).is_file() for picture in pictures)


def test_every_command_of_ours_is_understood() -> None:
    commands = [
        shlex.split(part)
        for block in blocks("sh")
        for line in block.splitlines()
        for part in line.split(" && ")
        if part.startswith("tb-actviz ")
    ]
    assert len(commands) >= 5
    for command in commands:
        build_parser().parse_args(command[1:])


@pytest.mark.slow
def test_the_python_example_runs(shared_data: Path, tmp_path: Path) -> None:
    code = python_with("strongest_channels")
    for name in ("face.png", "face-eye-closed.png"):
        shutil.copy(shared_data / name, tmp_path)
    weights = str(shared_data / "squeezenet_v1.1.caffemodel")
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "SQUEEZENET_WEIGHTS": weights},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3
    assert list((tmp_path / "runs" / "face").glob("*tfevents*"))


@pytest.mark.slow
def test_the_training_examples_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Conv2D(20, 3), keras.layers.ReLU(name="conv2_relu")]
    pooled = keras.layers.GlobalAveragePooling2D()
    model = keras.Sequential([keras.Input((16, 16, 3)), *layers, pooled])
    model.compile("sgd", "mse")
    x, y = np.ones((160, 16, 16, 3)), np.ones((160, 20))
    names = {"av": av, "model": model, "x": x, "y": y}
    names["probe_pictures"] = [x[0] * 100, x[0] * 200]
    exec(python_with('"runs/training", probe'), names)  # noqa: S102 - the README's code
    read = values(tmp_path / "runs/training", "activations")
    # Its first and last epochs, whatever a budget makes of so short a training.
    assert {0, 9} <= {step for _, step in read} <= set(range(10))
    exec(python_with('"runs/followed"'), names)  # noqa: S102 - the README's own code
    drawn = {step for _, step in images(tmp_path / "runs/followed")}
    assert {50, 100} <= drawn <= set(range(50, 101, 5))


@pytest.mark.slow
def test_the_example_of_a_model_in_a_model_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names: dict[str, object] = {"av": av, "keras": keras, "np": np}
    exec(python_with("finetuned"), names)  # noqa: S102 - the README's own code
    acts = names["acts"]
    assert isinstance(acts, dict)
    assert [path.rpartition("/")[2] for path in acts] == [
        "Conv1_relu",
        "head:pre",
        "head",
    ]
    np.testing.assert_array_equal(acts["head"], np.maximum(acts["head:pre"], 0))
    printed = capsys.readouterr().out
    assert "captured by a probe" in printed
    assert "keras.applications.mobilenet_v2.preprocess_input" in printed


def test_the_reading_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    inputs = keras.Input((16, 16, 3))
    x = keras.layers.Conv2D(2, 3, name="conv_a")(inputs)
    x = keras.layers.Conv2D(3, 3, name="other")(x)
    with av.ActivationLogger("runs/one", keras.Model(inputs, x)) as log:
        for step in (0, 50, 100):
            log({"face": np.ones((16, 16, 3), np.uint8)}, step=step)
    exec(python_with("read_records"), {"av": av})  # noqa: S102 - the README's own code
    assert capsys.readouterr().out.splitlines() == [
        "one conv_a 0 (14, 14, 2) ()",
        "one conv_a 100 (14, 14, 2) ()",
    ]


@pytest.mark.slow
def test_the_faces_example_runs() -> None:
    names: dict[str, object] = {}
    exec(python_with("draw_face"), names)  # noqa: S102 - the README's own code
    assert names["batch"].pictures.shape == (100, 128, 128, 3)  # type: ignore[attr-defined]
    pictures, labels = next(iter(names["pipeline"]))  # type: ignore[call-overload]
    assert (pictures.shape, labels.shape) == ((32, 128, 128, 3), (32,))


def test_the_checkpoints_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    inputs = keras.Input((16, 16, 3))
    x = keras.layers.ReLU(name="conv2_relu")(keras.layers.Conv2D(2, 3)(inputs))
    model = keras.Model(inputs, x)
    Path("ckpts").mkdir()
    for epoch in (1, 2):
        model.save_weights(f"ckpts/ckpt-{epoch:02d}.weights.h5")
    names = {"av": av, "model": model, "probe_pictures": np.ones((1, 16, 16, 3))}
    exec(python_with("log_checkpoints"), names)  # noqa: S102 - the README's own code
    assert capsys.readouterr().out.splitlines() == [
        f"1 {Path('ckpts', 'ckpt-01.weights.h5')}",
        f"2 {Path('ckpts', 'ckpt-02.weights.h5')}",
    ]
    assert {step for _, step in images(tmp_path / "runs")} == {1, 2}


@pytest.mark.slow
def test_the_classic_example_runs_as_written(shared_data: Path, tmp_path: Path) -> None:
    (block,) = [b for b in blocks("sh") if "examples/portrait.py" in b]
    environment = {
        **os.environ,
        "SQUEEZENET_WEIGHTS": str(shared_data / "squeezenet_v1.1.caffemodel"),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    printed = []
    for line in block.splitlines():
        if line.startswith(("python examples", "tb-actviz")):
            done = subprocess.run(
                shlex.split(line),
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr
            printed.append(done.stdout)
    assert len(printed) == 3
    (table,) = blocks("text")
    # The figures of the README, as far as back ends agree.
    found = printed[2].splitlines()[1].split()
    expected = table.splitlines()[1].split()
    assert found[:2] == expected[:2]
    assert float(found[4]) == pytest.approx(float(expected[4]), rel=0.01)
    assert "fire6-relu_squeeze1x1/inputs" in printed[1]
