"""`--model` takes what Keras can load, and says what else a file or folder is."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import h5py
import keras
import keras_2
import pytest
from command_line import fails, run
from damaged import endless, huge, packed, weights_file
from networks import small

from tb_actviz.cli.model_files import means_a_path

NOT_TENSORFLOW = keras.backend.backend() != "tensorflow"


@keras.saving.register_keras_serializable("mine")
class Scale(keras.layers.Layer):
    """A layer that a file names and Keras does not know."""

    def call(self, x):  # noqa: ANN001, ANN201
        return x * 2


@keras.saving.register_keras_serializable("mine")
def half(x):  # noqa: ANN001, ANN201
    return x / 2


@pytest.fixture
def unregistered(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has not imported what a file needs."""
    known = keras.saving.get_custom_objects()
    for name in ("mine>Scale", "mine>half"):
        monkeypatch.delitem(known, name)


def saved(path: Path, *layers: keras.layers.Layer) -> Path:
    inputs = outputs = keras.Input((8, 8, 3))
    for layer in layers:
        outputs = layer(outputs)
    keras.Model(inputs, outputs, name="net").save(path)
    return path


def listed(path: Path | str) -> str:
    done = run("layers", "--model", str(path))
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("ending", "as_named"),
    [
        (".keras", ".keras"),
        (".h5", ".h5"),
        (".h5", ".hdf5"),
        # What a file holds decides, not how it is called.
        (".keras", ".h5"),
        (".h5", ".keras"),
        (".keras", ".zip"),
        (".h5", ""),
    ],
)
def test_files_are_known_by_what_they_hold(
    network: str, tmp_path: Path, ending: str, as_named: str
) -> None:
    whole = tmp_path / f"whole{ending}"
    small().save(whole)
    path = whole.rename(tmp_path / f"net{as_named}")
    assert listed(path) == listed(network)


def test_an_unpacked_keras_file_is_a_folder_of_one(
    capsys: pytest.CaptureFixture[str], network: str, tmp_path: Path
) -> None:
    with zipfile.ZipFile(network) as archive:
        archive.extractall(tmp_path / "net")
    assert listed(tmp_path / "net") == listed(network)
    huge(tmp_path / "net" / "model.weights.h5")
    line = fails(capsys, "layers", "--model", str(tmp_path / "net"))
    assert "net' cannot be loaded: its model.weights.h5 fails: its" in line


@pytest.mark.slow
@pytest.mark.skipif(NOT_TENSORFLOW, reason="Keras exports SavedModels on TensorFlow")
@pytest.mark.parametrize("inside", ["", "saved_model.pb"])
def test_a_saved_model_is_one_opaque_layer(
    face: str, tmp_path: Path, inside: str
) -> None:
    small().export(tmp_path / "net", verbose=False)
    done = run("layers", "--model", str(tmp_path / "net" / inside))
    assert done.returncode == 0, done.stderr
    assert "one opaque layer 'saved_model', whose output alone" in done.stderr
    assert done.stdout.splitlines()[2].split()[:2] == ["saved_model", "TFSMLayer"]


@pytest.mark.parametrize(
    ("name", "is_path"),
    [
        (r"C:\models\net.h5", True),
        ("C:/models/net", True),
        ("C:net.h5", True),
        (r"\\server\share\net", True),
        ("~/net", True),
        ("../net.py:build", True),
        ("gs://bucket/net.keras", True),
        ("net.hdf5", True),
        ("module:callable", False),
        ("package.module:callable", False),
        ("m:build", False),
        ("squeezenet", False),
        ("", False),
    ],
)
def test_paths_are_told_from_other_names(name: str, is_path: bool) -> None:
    assert means_a_path(name) == is_path


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (r"C:\models\net.h5", r"There is no file 'C:\\models\\net.h5'."),
        ("gs://bucket/net.keras", "is an address; expected a file or folder on"),
        ("./net.py:build", "--model net:build, called from its folder"),
        ("FOLDER/nowhere.keras", "Beside it: weights.h5."),
        ("FOLDER/empty", "is a folder without a model. Expected a .keras or .h5"),
        ("FOLDER", "is a folder without a model. Name one of the files in it: weig"),
        ("FOLDER/tf", "It holds checkpoints of TensorFlow, which are weights without"),
        (
            "FOLDER/net.py",
            "is a program; name what builds the model in it: --model net",
        ),
        ("FOLDER/weights.h5", "holds weights without the model they belong to."),
        ("FOLDER/arrays.npz", "it is a ZIP archive that holds arrays of NumPy"),
        ("FOLDER/pickle", "it is a pickle of Python"),
        ("FOLDER/data.hdf5.bin", "is an HDF5 file that holds no model of Keras"),
        ("FOLDER/gone", "FileNotFoundError"),
    ],
)
def test_what_is_wrong_with_a_path_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, words: str
) -> None:
    for folder in ("empty", "tf"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tf" / "cp.index").touch()
    (tmp_path / "net.py").write_text("import keras")
    weights_file(tmp_path / "weights.h5")
    with zipfile.ZipFile(tmp_path / "arrays.npz", "w") as archive:
        archive.writestr("a.npy", b"")
    (tmp_path / "pickle").write_bytes(b"\x80\x04\x95")
    with h5py.File(tmp_path / "data.hdf5.bin", "w") as file:
        file["x"] = 1
    (tmp_path / "gone").symlink_to(tmp_path / "deleted")
    line = fails(capsys, "layers", "--model", name.replace("FOLDER", str(tmp_path)))
    assert words in line
    assert "There is no model" not in line


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_file_that_never_ends_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, ending: str
) -> None:
    path = saved(tmp_path / f"net{ending}", keras.layers.Conv2D(2, 1))
    if ending == ".h5":
        endless(path)
    else:
        packed(path, endless(weights_file(tmp_path / "w.h5")))
    line = fails(capsys, "layers", "--model", str(path))
    assert "cannot be loaded: it is damaged: reading it does not end." in line


@pytest.mark.usefixtures("unregistered")
@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("nested", [False, True])
def test_a_layer_of_ones_own_is_named_with_the_way_on(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, ending: str, nested: bool
) -> None:
    layer: keras.layers.Layer = Scale(name="double")
    if nested:
        layer = keras.Sequential([layer], name="inner")
    path = saved(tmp_path / f"net{ending}", layer)
    line = fails(capsys, "layers", "--model", str(path))
    assert "Scale'" in line
    assert "--model module:callable" in line
    assert "custom_objects={" in line
    assert "config" not in line
    assert len(line) < 400 + len(str(path))
    if ending == ".keras":
        assert "the class 'Scale' of the layer 'double' is not part of Keras" in line


@pytest.mark.usefixtures("unregistered")
def test_a_function_of_ones_own_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    layer = keras.layers.Conv2D(2, 1, activation=half, name="conv")
    line = fails(capsys, "layers", "--model", str(saved(tmp_path / "net.keras", layer)))
    assert "the function 'mine>half'" in line
    assert "is not part of Keras" in line
    assert "custom_objects={'mine>half': half}" in line


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_lambda_is_named_and_not_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, ending: str
) -> None:
    layer = keras.layers.Lambda(lambda x: x / 255, name="divide")
    line = fails(
        capsys, "layers", "--model", str(saved(tmp_path / f"net{ending}", layer))
    )
    assert "holds Python code in the Lambda layer 'divide', which is not run" in line
    assert "safe_mode=False" in line
    assert "--model module:callable" in line


@pytest.mark.parametrize("package", ["keras_nlp", "nowhere_hub"])
def test_a_missing_package_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, package: str
) -> None:
    path = saved(tmp_path / "net.keras", keras.layers.Conv2D(2, 1))
    spoilt = tmp_path / "spoilt.keras"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(spoilt, "w") as target:
        for name in source.namelist():
            data = source.read(name).replace(
                b'{"module": "keras.layers", "class_name": "Conv2D"',
                b'{"module": "%b.layers", "class_name": "Patches"' % package.encode(),
            )
            target.writestr(name, data)
    line = fails(capsys, "layers", "--model", str(spoilt))
    assert f"the package {package!r}" in line
    assert "config" not in line.replace("spoilt.keras", "")


def test_arguments_that_this_keras_does_not_know_are_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = saved(tmp_path / "net.keras", keras.layers.Conv2D(2, 1, name="conv"))
    newer = tmp_path / "newer.keras"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(newer, "w") as target:
        for name in source.namelist():
            data = source.read(name).replace(b'"filters"', b'"sharpness": 3, "filters"')
            data = data.replace(keras.__version__.encode(), b"4.1.0")
            target.writestr(name, data)
    line = fails(capsys, "layers", "--model", str(newer))
    assert "sharpness" in line
    assert f"written by Keras 4.1.0; this is Keras {keras.__version__}" in line


def test_an_archive_of_keras_2_says_the_way_out(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = keras_2.write_archive(tmp_path / "net.keras", keras_2.network())
    line = fails(capsys, "layers", "--model", str(path))
    assert "was written by Keras 2.15.0, whose .keras files Keras 3 does not" in line
    assert ".save('model.h5')" in line
    assert len(line) < 400 + 2 * len(str(path))


@pytest.mark.slow
def test_weights_that_never_end_are_named(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "owned.py").write_text(
        "import keras\n"
        "def build():\n"
        "    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    weights = endless(weights_file(tmp_path / "w.weights.h5"))
    for name in ("owned:build", "squeezenet"):
        given = ["--model", name, "--weights", str(weights)]
        line = fails(capsys, "layers", *given)
        assert "w.weights.h5' cannot be loaded: it is damaged: reading it" in line
    shutil.rmtree(tmp_path)
