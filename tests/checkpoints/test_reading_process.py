"""No file harms the process that wants to know what is in it."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from damaged import endless, huge, packed, weights_file
from networks import small

from tb_actviz import InputError
from tb_actviz.checkpoints.reading_process import ReadingProcess


@pytest.fixture(scope="module")
def files() -> Iterator[ReadingProcess]:
    with ReadingProcess() as process:
        yield process


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One model in each of the formats of Keras 3."""
    folder = tmp_path_factory.mktemp("saved")
    model = small()
    paths = {end: folder / f"m{end}" for end in (".keras", ".h5", ".weights.h5")}
    model.save(paths[".keras"])
    model.save(paths[".h5"])
    model.save_weights(paths[".weights.h5"])
    return paths


@pytest.mark.parametrize(
    ("ending", "form"),
    [(".keras", "archive"), (".h5", "legacy"), (".weights.h5", "values")],
)
def test_contents_are_told(
    files: ReadingProcess, saved: dict[str, Path], ending: str, form: str
) -> None:
    contents = files.read(saved[ending])
    assert contents.format == form
    expected = sorted(tuple(weight.shape) for weight in small().weights)
    assert sorted(contents.shapes.values()) == expected
    if ending == ".weights.h5":
        assert (contents.version, contents.config) == (None, None)
    else:
        assert contents.version == keras.__version__
        assert contents.config is not None
        assert '"relu1"' in contents.config


def test_other_hdf5_is_told_apart(files: ReadingProcess, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["table"] = np.ones(3)
    assert files.read(tmp_path / "data.h5").format == "other"


def linked(path: Path) -> None:
    with h5py.File(path, "a") as file:
        file["layers/conv/vars/1"] = h5py.ExternalLink("secret.h5", "/layers")


def stored_outside(path: Path) -> None:
    with h5py.File(path, "a") as file:
        file.create_dataset(
            "layers/b/vars/0", (4,), "u1", external=[(str(path.parent / "x"), 0, 4)]
        )


def virtual(path: Path) -> None:
    layout = h5py.VirtualLayout((3, 3), "f4")
    layout[:] = h5py.VirtualSource(path.parent / "secret.h5", "layers/a", (3, 3))
    with h5py.File(path, "a") as file:
        file.create_virtual_dataset("layers/b/vars/0", layout)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (linked, "its /layers/conv/vars/1 is a link to another file"),
        (stored_outside, "its /layers/b/vars/0 has its values in another file"),
        (virtual, "its /layers/b/vars/0 has its values in another file"),
        (huge, "vars/0 claims to have 4,000,000,000,000 bytes, of which it holds 0"),
    ],
)
@pytest.mark.parametrize("in_archive", [False, True])
def test_files_that_point_elsewhere_or_claim_too_much_are_refused(
    files: ReadingProcess,
    tmp_path: Path,
    spoil: Callable[[Path], object],
    words: str,
    in_archive: bool,
) -> None:
    path = weights_file(tmp_path / "w.h5")
    weights_file(tmp_path / "secret.h5")
    spoil(path)
    with pytest.raises(InputError) as refused:
        files.read(packed(tmp_path / "m.keras", path) if in_archive else path)
    assert words in str(refused.value)


@pytest.mark.slow
@pytest.mark.parametrize("in_archive", [False, True])
def test_a_file_that_never_ends_is_given_up_and_the_next_is_read(
    files: ReadingProcess, tmp_path: Path, in_archive: bool
) -> None:
    path = endless(weights_file(tmp_path / "w.h5"))
    with pytest.raises(InputError, match=r"^it is damaged: reading it does not end$"):
        files.read(packed(tmp_path / "m.keras", path) if in_archive else path)
    assert files.read(weights_file(tmp_path / "next.h5")).format == "values"


def test_links_within_a_file_are_no_harm(files: ReadingProcess, tmp_path: Path) -> None:
    path = weights_file(tmp_path / "w.h5")
    with h5py.File(path, "a") as file:
        file["layers/self"] = h5py.SoftLink("/layers/self")
        file["layers/up"] = file["layers"]
    assert files.read(path).shapes == {"layers/conv/vars/0": (3, 3)}


def test_an_archive_that_unfolds_a_thousandfold_is_refused(
    files: ReadingProcess, tmp_path: Path
) -> None:
    path = tmp_path / "bomb.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", "{}")
        with archive.open("model.weights.h5", "w", force_zip64=True) as member:
            for _ in range(400):
                member.write(bytes(1 << 20))
    with pytest.raises(
        InputError, match=r"its model.weights.h5 claims to have 419,430"
    ):
        files.read(path)


def test_a_compressed_archive_is_read(files: ReadingProcess, tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", "{}")
        archive.write(weights_file(tmp_path / "w.h5"), "model.weights.h5")
    assert files.read(path).shapes == {"layers/conv/vars/0": (3, 3)}


def test_a_flipped_bit_in_an_archive_is_noticed(
    files: ReadingProcess, saved: dict[str, Path], tmp_path: Path
) -> None:
    data = bytearray(saved[".keras"].read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "m.keras").write_bytes(data)
    with pytest.raises(InputError, match="BadZipFile: Bad CRC-32 for file"):
        files.read(tmp_path / "m.keras")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is empty (0 bytes)"),
        (b"PK\x03\x04", "BadZipFile"),
        (b"\x89HDF\r\n\x1a\n", "OSError"),
        (b"version https://git-lfs.github.com/spec/v1", "a pointer of Git LFS"),
        (b"<!DOCTYPE html><html>", "a page of HTML"),
        (b"\x80\x04\x95", "a pickle of Python"),
        (b"\x1f\x8b\x08", "compressed with gzip; unpack it"),
        (b'{"class_name": "Functional"}', "an architecture alone"),
        (b"\x1c\x00\x00\x00TFL3", "a model of TensorFlow Lite"),
        (b"\x08\x07\x12\x07pytorch", "a model of ONNX"),
        (b"\x40\x00\x00\x00\x00\x00\x00\x00" + b'{"a":1}', "a file of safetensors"),
        (b"just text", "neither HDF5 nor a ZIP archive of Keras, but begins with"),
    ],
)
def test_files_of_another_kind_are_named(
    files: ReadingProcess, tmp_path: Path, data: bytes, words: str
) -> None:
    path = tmp_path / "m.h5"
    path.write_bytes(data)
    with pytest.raises(InputError) as refused:
        files.read(path)
    assert words in str(refused.value)


def test_what_is_no_file_is_named(files: ReadingProcess, tmp_path: Path) -> None:
    expected = {".": "a folder", os.devnull: "a device"}
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.h5")
        expected["pipe.h5"] = "a named pipe"
    if hasattr(socket, "AF_UNIX"):
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(os.path.relpath(tmp_path / "s.h5"))
        expected["s.h5"] = "a socket"
    for name, words in expected.items():
        with pytest.raises(InputError, match=f"^it is {words}; expected a regular"):
            files.read(tmp_path / name)
    with pytest.raises(InputError, match="FileNotFoundError"):
        files.read(tmp_path / "nowhere.h5")


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".keras", ".h5", ".weights.h5"])
def test_random_damage_is_told_or_harmless(
    files: ReadingProcess, saved: dict[str, Path], tmp_path: Path, ending: str
) -> None:
    whole = saved[ending].read_bytes()
    rng = random.Random(7)  # noqa: S311 - nothing secret
    told = []
    for number in range(40):
        data = bytearray(whole)
        if number % 4 == 0:
            data = data[: rng.randrange(len(data))]
        for _ in range(rng.choice([1, 2, 8])):
            data[rng.randrange(min(len(data), 4000))] ^= 1 << rng.randrange(8)
        path = tmp_path / f"{number}{ending}"
        path.write_bytes(data)
        try:
            files.read(path)
        except InputError as error:
            told.append(str(error))
    assert len(told) > 10
    assert [one for one in told if len(one.splitlines()) != 1] == []
    assert files.read(saved[ending]).shapes


def test_one_process_serves_for_many_files(
    saved: dict[str, Path], tmp_path: Path
) -> None:
    with ReadingProcess() as files:
        pids = set()
        for number in range(5):
            files.read(weights_file(tmp_path / f"{number}.h5"))
            pids.add(files._process.pid)
        assert len(pids) == 1
        # Ended by someone else: the file is not blamed for it.
        files._process.kill()
        files._process.wait()
        assert files.read(saved[".keras"]).format == "archive"


def test_a_file_is_read_again_only_when_it_has_changed(tmp_path: Path) -> None:
    path = weights_file(tmp_path / "w.h5")
    with ReadingProcess() as files:
        first = files.read(path)
        assert files.read(path) is first
        with h5py.File(path, "a") as file:
            file["layers/conv/vars/1"] = np.ones(2)
        assert len(files.read(path).shapes) == 2


def test_a_program_that_is_no_python_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from multiprocessing import spawn

    monkeypatch.setattr(spawn, "_python_exe", os.fsencode(tmp_path / "nothing"))
    with (
        ReadingProcess() as files,
        pytest.raises(InputError, match=r"could not be started.*set_executable"),
    ):
        files.read(weights_file(tmp_path / "w.h5"))


def test_it_works_where_there_is_no_main_module(tmp_path: Path) -> None:
    weights_file(tmp_path / "w.h5")
    program = (
        "from tb_actviz.checkpoints.reading_process import ReadingProcess\n"
        "with ReadingProcess() as files: print(files.read('w.h5').format)\n"
    )
    # From standard input there is neither a file nor a guard to start again from, and
    # modules beside the user are not taken for those of Python.
    (tmp_path / "json.py").write_text("raise SystemExit('taken')")
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path = {sys.path!r}\n{program}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("values\n", "")
