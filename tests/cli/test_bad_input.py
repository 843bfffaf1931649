"""Bad input: one line, exit code 2, nothing half-written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import keras
import pytest
from command_line import fails, run_alone
from events import event_files
from PIL import Image


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["FACE", "nowhere.png"], "There is no file 'nowhere.png'"),
        (["FACE", "FACE", "--top", "0"], "--top 0; expected at least 1"),
        (["FACE", "FOLDER"], "Received 3 pictures; expected two"),
        (["FACE", "FACE", "--layers", "relu2"], "Did you mean 'relu1'"),
        (["FACE"], "required: PICTURE"),
    ],
)
def test_bad_comparisons_are_one_line(
    capsys: pytest.CaptureFixture[str],
    network: str,
    face: str,
    arguments: list[str],
    words: str,
) -> None:
    folder = Path(face).parent
    Image.open(face).save(folder / "face2.png")
    given = [a.replace("FACE", face).replace("FOLDER", str(folder)) for a in arguments]
    model = ["--model", network, "--preprocess", "none"]
    assert words in fails(capsys, "compare", *model, *given)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "squeezent", "FACE"], "no model 'squeezent'. Did you mean 'squee"),
        (["--model", "nowhere.keras", "FACE"], "There is no file 'nowhere.keras'"),
        (["--model", "FACE.keras", "FACE"], "There is no file"),
        (["--model", "nosuchmodule:f", "FACE"], "cannot be imported: ModuleNotFound"),
        (["--model", "json:load", "FACE"], "cannot be called without arguments"),
        (["--model", "json:lod", "FACE"], "no callable 'lod'. Did you mean 'load'"),
        (["--model", "keras.applications.VGG61", "FACE"], "Did you mean 'VGG1"),
        (["--model", "NET", "nowhere.png"], "There is no file 'nowhere.png'"),
        (["--model", "NET", "NET"], "is not a picture"),
        (
            ["--model", "NET", "--layers", "conv9", "--", "FACE"],
            "'conv9'. Did you",
        ),
        (["--model", "NET", "--channels", "99", "FACE"], "channel 99 does not exist"),
        (["--model", "NET", "--channels", "1,x", "FACE"], "expected numbers such as"),
        (["--model", "NET", "--channels", ":1", "FACE"], "those of some layers, as in"),
        (["--model", "NET", "--channels", "rel1:1", "FACE"], "Did you mean 'relu1'"),
        (["--model", "NET", "--size", "0", "FACE"], "expected a size such as 227"),
        (["--model", "NET", "--size", "3", "FACE"], "is too small for the model"),
        (["--model", "NET", "--views", "grids", "--", "FACE"], "no view 'grids'"),
        (["--model", "NET", "--weights", "x", "FACE"], "brings its own weights"),
        (["--model", "NET", "--preprocess", "caffe", "FACE"], "--preprocess 'caffe'"),
        (["--model", "NET", "--step", "-1", "FACE"], "step"),
        (["--model", "NET", "--strongest", "0", "FACE"], "strongest=0"),
        (["--model", "NET", "--limits", "3", "1", "FACE"], r"limits (3.0, 1.0)"),
        *(
            (
                ["--model", "NET", "--token-grid", grid, "FACE"],
                f"--token-grid: received {grid!r}; expected rows and columns of "
                "patches such as 14x14, or 14 for both",
            )
            for grid in ("0x8", "8x8x8", "8,8", "x8")
        ),
        (["--model", "NET", "--step", str(2**63), "FACE"], "expected 0 to 2**63 - 1"),
        (["--model", "NET", "--size", "60000", "FACE"], "expected at most 64,000,000"),
        (["--model", "NET", "--logdir", "gx://b/x", "FACE"], "a URL that fsspec knows"),
        (["--model", "NET", "--logdir", "", "FACE"], "is not a path"),
        (["--model", "NET", ""], "an empty path"),
        (["--model", "NET", "--views", "inputs", "--", "FACE"], "nothing to draw of"),
        (["--model", ":f", "FACE"], "':f' cannot be imported"),
        (["--model", ".mods:f", "FACE"], "'.mods:f' cannot be imported"),
        (["--model", "broken:build", "FACE"], "SyntaxError"),
        (["--model", "failing:build", "FACE"], "KeyError: 'gone' (FOLDER/failing.py"),
        (["--model", "failing:text", "FACE"], "is a str; expected a keras.Model"),
        (
            ["--model", "NET", "--preprocess", "failing:stop", "FACE"],
            "RuntimeError: no",
        ),
        (["--model", "NET", "--preprocess", "failing:text", "FACE"], "TypeError"),
        (["--model", "NET"], "No pictures were given. Name picture files"),
        (["--model", "NET", "--layers", "a", "FACE"], "was read as one of --layers"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    network: str,
    face: str,
    tmp_path: Path,
    arguments: list[str],
    words: str,
) -> None:
    (tmp_path / "broken.py").write_text("def build(:")
    (tmp_path / "failing.py").write_text(
        "def build():\n    return {}['gone']\n"
        "def text():\n    return 'text'\n"
        "def stop(x):\n    raise RuntimeError('no')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    given = [a.replace("FACE", face).replace("NET", network) for a in arguments]
    line = fails(capsys, "log", "--logdir", str(tmp_path / "run"), *given)
    assert words.replace("FOLDER", str(tmp_path)) in line
    assert not (tmp_path / "run").exists()
    assert event_files(tmp_path) == []


def test_a_damaged_model_file_is_one_line(
    capsys: pytest.CaptureFixture[str], network: str, face: str, tmp_path: Path
) -> None:
    data = Path(network).read_bytes()
    for index, damaged in enumerate([b"", b"PK", data[: len(data) // 2], data[:-30]]):
        path = tmp_path / f"{index}.keras"
        path.write_bytes(damaged)
        line = fails(
            capsys, "log", "--model", str(path), "--logdir", str(tmp_path / "run"), face
        )
        assert f"{index}.keras' cannot be loaded" in line
    assert not (tmp_path / "run").exists()


def test_code_in_a_model_file_is_not_run(
    capsys: pytest.CaptureFixture[str], face: str, tmp_path: Path
) -> None:
    inputs = keras.Input((None, None, 3))
    trap = tmp_path / "trap"
    outputs = keras.layers.Lambda(
        lambda x, trap=str(trap): [open(trap, "w").close(), x][1],
        output_shape=(None, None, 3),
    )(inputs)
    path = tmp_path / "lambda.keras"
    keras.Model(inputs, outputs).save(path)
    trap.unlink(missing_ok=True)
    line = fails(
        capsys, "log", "--model", str(path), "--logdir", str(tmp_path / "run"), face
    )
    assert "lambda.keras' cannot be loaded" in line
    assert not trap.exists()


def test_an_unwritable_log_directory(
    capsys: pytest.CaptureFixture[str], network: str, face: str
) -> None:
    line = fails(capsys, "log", "--model", network, "--logdir", face, face)
    assert "lies in, something that is a file" in line


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line_and_code_1(network: str, face: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tb_actviz", "layers", "--model", network],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_an_unknown_back_end_is_explained() -> None:
    done = run_alone("layers", "--model", "squeezenet", KERAS_BACKEND="nonsense")
    assert done.returncode == 2
    assert "Keras does not start (KERAS_BACKEND is 'nonsense'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_back_end_is_explained(tmp_path: Path) -> None:
    # An empty path hides every back end, but not this package's other needs.
    program = (
        "import importlib.util, os, sys\n"
        "os.environ.pop('KERAS_BACKEND', None)\n"
        "real = importlib.util.find_spec\n"
        "hidden = {'tensorflow', 'jax', 'torch'}\n"
        "importlib.util.find_spec = lambda n: None if n in hidden else real(n)\n"
        "from tb_actviz.cli import main\n"
        "sys.exit(main(['layers', '--model', 'squeezenet']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "pip install 'tb-actviz[tensorflow]'" in done.stderr
    assert "Traceback" not in done.stderr
