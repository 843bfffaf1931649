"""The built distribution holds everything the packages need, and nothing else."""

from __future__ import annotations

import email.parser
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("tb_actviz", "keras_models")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, source = (tmp_path_factory.mktemp(name) for name in ("wheel", "source"))
    # Apart: a build folder from before would be packed too, and one would be left.
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, source)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder, source],
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    return path


def test_it_holds_the_tracked_files_of_both_packages(wheel: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", *PACKAGES],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    with zipfile.ZipFile(wheel) as archive:
        packed = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert sorted(packed) == sorted(tracked)


def test_its_metadata_names_extras_needs_and_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {Path(name).name: name for name in archive.namelist()}
        text = archive.read(names["METADATA"]).decode()
        entry_points = archive.read(names["entry_points.txt"]).decode()
    metadata = email.parser.HeaderParser().parsestr(text)
    assert metadata["Name"] == "tb-actviz"
    assert metadata["Requires-Python"] == ">=3.10"
    assert {"tensorflow", "jax", "torch", "test", "dev"} <= set(
        metadata.get_all("Provides-Extra") or []
    )
    needs = [n for n in metadata.get_all("Requires-Dist") or [] if "extra" not in n]
    assert any(need.startswith("tensorboard") for need in needs)
    assert not any(need.startswith("tensorflow") for need in needs)
    assert "tb-actviz = tb_actviz.cli:main" in entry_points


def test_it_works_where_it_is_unpacked(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import keras_models.squeezenet, tb_actviz\n"
        "assert tb_actviz.__file__.startswith(sys.argv[1])\n"
        "assert keras_models.__file__.startswith(sys.argv[1])\n"
        "print(keras_models.squeezenet.class_names()[999])\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "toilet tissue"
