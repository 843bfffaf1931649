"""Which trackers are in use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tb_actviz import InputError, LogOptions
from tb_actviz.trackers.found import FINDERS, find_trackers

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_is_imported_to_look_for_trackers() -> None:
    code = (
        "import sys\n"
        "from tb_actviz.trackers.found import find_trackers\n"
        "before = set(sys.modules)\n"
        "assert find_trackers('auto', 'runs/a') == ([], [])\n"
        "assert set(sys.modules) == before\n"
        "heavy = {'wandb', 'mlflow', 'clearml', 'comet_ml', 'trackio', 'swanlab'}\n"
        "assert not heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_none_looks_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FINDERS, "wandb", lambda folder: pytest.fail("asked"))
    assert find_trackers(None, "runs/a") == ([], [])
    assert find_trackers((), "runs/a") == ([], [])


def test_only_those_that_are_named_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    mlflow = object()
    monkeypatch.setitem(FINDERS, "wandb", lambda folder: pytest.fail("asked"))
    monkeypatch.setitem(FINDERS, "mlflow", lambda folder: mlflow)
    assert find_trackers(("mlflow",), "runs/a") == ([mlflow], [])


def test_one_that_is_named_and_has_no_run_is_told_of() -> None:
    assert find_trackers(("comet",), "runs/a") == (
        [],
        [
            "comet gets no activations: it has no active run. Start one before the "
            "first step is logged."
        ],
    )


@pytest.mark.parametrize("name", FINDERS)
def test_another_module_of_that_name_is_told_of_and_harms_nobody(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = {"comet": "comet_ml"}.get(name, name)
    module = ModuleType(package)
    monkeypatch.setitem(sys.modules, package, module)
    trackers, problems = find_trackers("auto", "runs/a")
    assert trackers == []
    if name == "wandb":  # it has no run, as far as one can tell
        assert problems == []
        return
    (problem,) = problems
    assert problem.startswith(f"{name} gets no activations: AttributeError: ")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("mlflow", "expected 'auto', None, or a tuple of names, such as ('mlflow',)"),
        (("mlfow",), "There is no tracker 'mlfow'. Did you mean 'mlflow'"),
        (7, "There is no tracker 7"),
        ([3], "There is no tracker 3"),
    ],
)
def test_what_names_no_trackers_is_refused(given: object, words: str) -> None:
    with pytest.raises(InputError) as refused:
        LogOptions(trackers=given)  # type: ignore[arg-type]
    assert words in str(refused.value)


def test_names_are_kept_as_a_tuple() -> None:
    assert LogOptions(trackers=["mlflow", "wandb"]).trackers == ("mlflow", "wandb")
    assert LogOptions().trackers == "auto"
    assert LogOptions(trackers=None).trackers is None
