"""The demo: the whole story with nothing but the installed package."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from command_line import run, run_alone
from events import images
from PIL import Image
from plugin.serving import python_path
from waiting import PATIENCE, soon

from keras_models.faces import CLASS_NAMES, draw_face, unseen_seeds
from tb_actviz import read_records

pytestmark = pytest.mark.slow

#: Imported by every Python process below a folder on PYTHONPATH.
NO_NETWORK = """
import socket

def refuse(*arguments, **options):
    raise AssertionError(f"the demo tried to reach {arguments[1:]}")

socket.socket.connect = refuse
socket.getaddrinfo = refuse
"""


@pytest.fixture(scope="module")
def demo(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[subprocess.CompletedProcess[str], Path]:
    """The demo's answer and its folder, run where no network can be reached."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "sitecustomize.py").write_text(NO_NETWORK)
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    done = run_alone(
        *("demo", "--json", "--logdir", "runs/demo"), cwd=folder, PYTHONPATH=path
    )
    assert done.returncode == 0, done.stderr
    return done, folder


def test_it_sees_the_eye_close_and_finds_the_channels(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    answer = json.loads(demo[0].stdout)
    seen = {name: one["class"] for name, one in answer["predictions"].items()}
    assert seen == {"face": "both eyes open", "one-eye-closed": "left eye closed"}
    assert len(answer["channels"]) == 8
    best = answer["channels"][0]
    assert best["second"] < 0.5 * best["first"]
    top, left, bottom, right = best["box"]
    assert 0 <= top < bottom <= 227
    assert 0 <= left < right <= 227 / 2 + 20  # the eye on the left of the picture
    assert f"{best['layer']} " in demo[0].stderr
    assert answer["command"] == "tensorboard --logdir runs/demo"


def test_all_views_and_a_run_with_steps_are_logged(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    answer = json.loads(demo[0].stdout)
    layer = answer["channels"][0]["layer"]
    faces = {tag for tag, _ in images(demo[1] / "runs/demo/faces")}
    views = {
        tag.removeprefix(f"{layer}/").split("/")[0] for tag in faces if layer in tag
    }
    assert views >= {"channels", "chosen", "strongest", "relu", "inputs"}
    assert "conv1/channels/face" in faces
    stored = list(read_records(demo[1] / "runs/demo", layers=["conv1", "eyes"]))
    names = {"faces": set(CLASS_NAMES), "fine-tuning": {"eyes open", "eyes closed"}}
    assert {one.run for one in stored} == set(names)
    for one in stored:
        for of_input in one.record.inputs:
            assert set(of_input.predicted) == names[one.run]
    assert {
        (one.run, tuple(one.activations))
        for one in read_records(demo[1] / "runs/demo", layers=":input")
    } == {(run, ("face", "one-eye-closed")) for run in names}
    tuning = images(demo[1] / "runs/demo/fine-tuning")
    steps = [step for tag, step in tuning if tag == "eyes/inputs"]
    assert steps == list(range(0, 61, 5))
    first, last = (tuning["eyes/inputs", steps[i]] for i in (0, -1))
    assert first.shape != last.shape or (first != last).any()


def test_fine_tuning_learns(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    accuracies = json.loads(demo[0].stdout)["accuracies"]
    assert accuracies[-1] > 0.9
    assert accuracies[-1] > accuracies[0]


def test_a_new_layer_learns_to_see_eyes_and_the_log_shows_it(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    learned = json.loads(demo[0].stdout)["learned"]
    assert learned["layer"] == "eyes"
    steps = learned["steps"]
    first, *_, last = steps
    assert [one["step"] for one in steps] == list(range(0, 61, 5))
    assert last["eye_open"] > first["eye_open"]
    assert last["then_closed"] < 0.1 * last["eye_open"]
    assert first["then_closed"] > 0.3 * first["eye_open"]
    face = draw_face(next(iter(unseen_seeds(0, 1))), 128, True, True)
    top, left, bottom, right = (edge / 128 * 31 for edge in face.left_eye_box)
    (stored,) = read_records(demo[1] / "runs/demo", layers="eyes", steps=60)
    around = np.s_[int(top) : math.ceil(bottom), int(left) : math.ceil(right)]
    for name, response in (
        ("face", last["eye_open"]),
        ("one-eye-closed", last["then_closed"]),
    ):
        channel = stored.activations[name][..., learned["channel"]]
        assert float(channel[around].max()) == pytest.approx(response)


def test_it_opens_the_tab_on_the_layer_that_knows_eyes_after_its_relu(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    answer = json.loads(demo[0].stdout)
    layer = answer["channels"][0]["layer"]
    assert "relu" in layer
    assert answer["opens"] == (
        f"#activations&p.activations.run=faces&p.activations.layer={layer}"
    )


def test_the_picture_of_the_readme_is_drawn_from_its_log(
    demo: tuple[subprocess.CompletedProcess[str], Path], tmp_path: Path
) -> None:
    script = Path(__file__).parents[2] / "docs" / "demo.py"
    best = json.loads(demo[0].stdout)["channels"][0]
    channels = ["--layer", best["layer"], "--channels", f"{best['channel']},0,1"]
    picture = tmp_path / "demo.png"
    logdir = str(demo[1] / "runs/demo")
    subprocess.run([sys.executable, script, logdir, picture, *channels], check=True)
    drawn = Image.open(picture)
    assert drawn.mode == "RGB"
    # A face and three channels in each of two rows.
    assert drawn.width > 4 * 227
    assert drawn.height > 2 * 227


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_open_serves_what_was_logged_until_it_is_stopped(
    demo: tuple[subprocess.CompletedProcess[str], Path], tmp_path: Path, stop: int
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/address\n')
    browser.chmod(0o755)
    program = (
        "import pathlib, sys\n"
        "from tb_actviz.cli.viewer import open_tensorboard, tab_place\n"
        "place = tab_place(run='faces', layer='block/1 x')\n"
        "open_tensorboard(pathlib.Path(sys.argv[1]), place)\n"
    )
    viewer = subprocess.Popen(
        [sys.executable, "-c", program, str(demo[1] / "runs/demo")],
        env={
            **os.environ,
            "BROWSER": f"{browser} %s",
            "PYTHONPATH": python_path(tmp_path / "hidden", ("tensorflow",)),
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    address = tmp_path / "address"

    def is_opened() -> bool:
        return address.exists() and address.read_text().endswith("\n")

    def runs() -> set[str]:
        with urllib.request.urlopen(f"{url}data/plugin/images/tags") as reply:
            return set(json.load(reply))

    try:
        assert soon(lambda: is_opened() or viewer.poll() is not None)
        assert viewer.poll() is None, viewer.communicate()[1]
        url, _, place = address.read_text().strip().partition("#")
        assert place == (
            "activations&p.activations.run=faces&p.activations.layer=block%2F1%20x"
        )
        assert soon(lambda: runs() == {"faces", "fine-tuning"})
    finally:
        viewer.send_signal(stop)
        try:
            _, err = viewer.communicate(timeout=PATIENCE)
        finally:
            viewer.kill()
    assert viewer.returncode == 0, err
    with pytest.raises(OSError, match=r"refused"):
        urllib.request.urlopen(url)
    assert "Traceback" not in err


def test_a_wrong_seed_is_one_line() -> None:
    done = run("demo", "--seed", "-1")
    assert done.returncode == 2
    assert done.stderr == "tb-actviz: Received --seed -1; expected 0 or more.\n"
