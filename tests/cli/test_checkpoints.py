"""`tb-actviz checkpoints` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import fails, run
from events import event_files, images
from networks import small


@pytest.fixture
def ckpts(tmp_path: Path) -> Path:
    """Two good checkpoints and a damaged one between them."""
    folder = tmp_path / "ckpts"
    folder.mkdir()
    model = small()
    model.save_weights(folder / "ckpt-02.weights.h5")
    model.save(folder / "ckpt-10.keras")
    data = (folder / "ckpt-10.keras").read_bytes()
    (folder / "ckpt-04.keras").write_bytes(data[: len(data) // 2])
    return folder


def test_it_says_what_it_wrote_and_what_it_skipped(
    network: str, face: str, ckpts: Path, tmp_path: Path
) -> None:
    done = run(
        *("checkpoints", face, "--model", network, "--layers", "relu1"),
        *("--checkpoints", str(ckpts), "--preprocess", "none"),
        *("--logdir", str(tmp_path / "run")),
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == (
        f"skipped: The checkpoint {str(ckpts / 'ckpt-04.keras')!r} cannot be loaded: "
        "BadZipFile: File is not a zip file\n"
    )
    lines = done.stdout.splitlines()
    assert lines[:6] == [
        "step  checkpoint",
        f"   2  {ckpts / 'ckpt-02.weights.h5'}",
        f"  10  {ckpts / 'ckpt-10.keras'}",
        "steps: from the names of the files",
        "scale: one for each layer",
        "preprocessing: none (inputs are fed as they are)",
    ]
    tags = {line.strip() for line in lines if line.startswith("  relu1/")}
    assert set(images(tmp_path / "run")) == {(t, s) for t in tags for s in (2, 10)}
    assert f"{len(tags)} pictures for each step in {tmp_path / 'run'}, tags:" in lines


def test_json_is_the_same_as_data(
    network: str, face: str, ckpts: Path, tmp_path: Path
) -> None:
    done = run(
        *("checkpoints", "--model", network, "--checkpoints", str(ckpts / "*-0*")),
        *(str(ckpts / "ckpt-10.keras"), "--steps", "300,100,200", "--scale", "step"),
        *("--layers", "a", "--views", "channels", "--preprocess", "none", "--json"),
        *("--size", "30x20", "--logdir", str(tmp_path / "run"), "--", face),
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    (event_file,) = event_files(tmp_path)
    assert answer == {
        "model": network,
        "log_dir": str(tmp_path / "run"),
        "event_file": str(event_file),
        "preprocess": "none (inputs are fed as they are)",
        "inputs": ["face"],
        "scale": "each picture has its own",
        "steps_from": "as given",
        "checkpoints": [
            {"step": 200, "file": str(ckpts / "ckpt-10.keras")},
            {"step": 300, "file": str(ckpts / "ckpt-02.weights.h5")},
        ],
        "skipped": [
            {
                "step": 100,
                "file": str(ckpts / "ckpt-04.keras"),
                "reason": f"The checkpoint {str(ckpts / 'ckpt-04.keras')!r} cannot be "
                "loaded: BadZipFile: File is not a zip file",
            }
        ],
        "missing_channels": {},
        "tags": ["a/channels/face"],
        "command": f"tensorboard --logdir {tmp_path / 'run'}",
    }
    assert set(images(tmp_path)) == {("a/channels/face", 200), ("a/channels/face", 300)}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--checkpoints", "CKPTS", "--strict"], "ckpt-04.keras' cannot be loaded"),
        (["--checkpoints", "CKPTS/ckpt-04.keras"], "None of 1 checkpoints can be"),
        (["--checkpoints", "CKPTS/best*"], "Nothing that 'CKPTS/best*' matches"),
        (["--checkpoints", "nowhere.keras"], "There is no checkpoint 'nowhere.keras'"),
        (["--checkpoints", "CKPTS", "--steps", "1,2"], "Received 2 steps for 3"),
        (["--checkpoints", "CKPTS", "--steps", "1,x"], "expected numbers such as"),
        (["--checkpoints", "CKPTS", "--scale", "all"], "scale='all'; expected 'layer'"),
        (["--checkpoints", "CKPTS", "--per-channel"], "--scale step"),
        (["--checkpoints", "CKPTS", "--layers", "relu2"], "Did you mean 'relu1'"),
        (["--checkpoints", "CKPTS", "--limits", "2", "1"], "limits (2.0, 1.0)"),
        (["--checkpoints", "CKPTS", "--token-grid", "0"], "expected rows and columns"),
        ([], "required: --checkpoints"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    capsys: pytest.CaptureFixture[str],
    network: str,
    face: str,
    ckpts: Path,
    tmp_path: Path,
    arguments: list[str],
    words: str,
) -> None:
    given = [argument.replace("CKPTS", str(ckpts)) for argument in arguments]
    line = fails(
        capsys,
        *("checkpoints", face, "--model", network, "--preprocess", "none"),
        *("--logdir", str(tmp_path / "run"), *given),
    )
    assert words.replace("CKPTS", str(ckpts)) in line
    assert not (tmp_path / "run").exists()


def test_a_forgotten_picture_is_one_line(
    capsys: pytest.CaptureFixture[str], network: str, ckpts: Path, tmp_path: Path
) -> None:
    line = fails(
        capsys,
        *("checkpoints", "--model", network, "--logdir", str(tmp_path / "run")),
        *("--checkpoints", str(ckpts)),
    )
    assert "required: PICTURE" in line
