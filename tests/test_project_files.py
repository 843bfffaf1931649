"""What several files of the project say is the same in all of them."""

from __future__ import annotations

import configparser
import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

import tb_actviz

ROOT = Path(__file__).resolve().parents[1]
#: Extras whose packages look at the sources, and are no part of what runs.
TOOLS = {"lint", "dev"}


@pytest.fixture(scope="module")
def setup() -> configparser.ConfigParser:
    """What setup.cfg says."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    """The jobs of the workflow."""
    text = (ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)["jobs"]
    return found


def pythons(setup: configparser.ConfigParser) -> list[str]:
    """The releases of Python that the package names, the oldest first."""
    classifiers = setup["metadata"]["classifiers"]
    return re.findall(
        r"^Programming Language :: Python :: (3\.\d+)$", classifiers, re.M
    )


def requirements(setup: configparser.ConfigParser) -> list[Requirement]:
    """All that the package names but tools, and what builds it."""
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    blocks = re.findall(r'^requires = \["(.*)"\]$', pyproject, re.M)
    assert len(blocks) == 1
    blocks += [setup["options"]["install_requires"]]
    extras = setup["options.extras_require"]
    blocks += [text for name, text in extras.items() if name not in TOOLS]
    lines = [line for block in blocks for line in block.splitlines()]
    return [Requirement(x) for x in lines if x and not x.startswith("#")]


def test_the_version_stands_in_one_place(setup: configparser.ConfigParser) -> None:
    assert setup["metadata"]["version"] == "attr: tb_actviz.__version__"
    assert version("tb-actviz") == tb_actviz.__version__
    assert "version" not in json.loads((ROOT / "frontend/package.json").read_text())


def test_a_citation_names_the_version_and_the_licence(
    setup: configparser.ConfigParser,
) -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == tb_actviz.__version__
    assert citation["license"] == setup["metadata"]["license"]


def test_each_python_that_is_named_is_tried(
    setup: configparser.ConfigParser, jobs: dict[str, Any]
) -> None:
    named = pythons(setup)
    assert len(named) >= 2
    matrix = jobs["each"]["strategy"]["matrix"]
    assert (matrix["os"], matrix["python"]) == (["ubuntu-latest"], named)
    assert [(one["os"], one["python"]) for one in matrix["include"]] == [
        (system, python)
        for system in ("macos-latest", "windows-latest")
        for python in (named[0], named[-1])
    ]
    assert setup["options"]["python_requires"] == f">={named[0]}"


@pytest.mark.parametrize(("job", "place"), [("oldest", 0), ("newest", -1)])
def test_the_oldest_and_the_newest_are_tried_with_the_python_of_their_time(
    job: str, place: int, setup: configparser.ConfigParser, jobs: dict[str, Any]
) -> None:
    (python,) = [
        step["with"]["python-version"]
        for step in jobs[job]["steps"]
        if "setup-python" in step.get("uses", "")
    ]
    assert python == pythons(setup)[place]


def test_the_oldest_releases_that_are_tried_are_those_that_are_allowed(
    setup: configparser.ConfigParser, jobs: dict[str, Any]
) -> None:
    lines = (ROOT / ".ci/oldest.txt").read_text(encoding="utf-8").splitlines()
    tried = [Requirement(line) for line in lines if not line.startswith("#")]
    wanted = requirements(setup)
    assert {(one.name, str(one.specifier)) for one in tried} == {
        (one.name, str(one.specifier).replace(">=", "==")) for one in wanted
    }
    # One floor for each, in whichever extras it stands.
    assert len(tried) == len({one.name for one in wanted})
    commands = [step.get("run", "") for step in jobs["oldest"]["steps"]]
    assert 'python -m pip install -c .ci/oldest.txt -e ".[test]"' in commands
