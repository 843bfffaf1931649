"""What several files of the project say is the same in all of them."""

from __future__ import annotations

import configparser
import json
from importlib.metadata import version
from pathlib import Path

import pytest

import tb_actviz

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def setup() -> configparser.ConfigParser:
    """What setup.cfg says."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def test_the_version_stands_in_one_place(setup: configparser.ConfigParser) -> None:
    assert setup["metadata"]["version"] == "attr: tb_actviz.__version__"
    assert version("tb-actviz") == tb_actviz.__version__
    assert "version" not in json.loads((ROOT / "frontend/package.json").read_text())
