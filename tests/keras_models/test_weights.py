"""Weights from every kind of file, whole or not at all."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import caffe_wire as wire
import keras
import numpy as np
import pytest

from keras_models import SqueezeNet
from keras_models.squeezenet import WeightsError
from keras_models.squeezenet.architecture import CONVOLUTIONS, FIRES
from keras_models.squeezenet.weights import assign

ENDINGS = (".caffemodel", ".weights.h5", ".keras")


def caffe_arrays(classes: int, channels: int = 3) -> dict[str, list[np.ndarray]]:
    """Random weights in Caffe's names and axis order."""
    rng = np.random.default_rng(classes)
    shapes = {"conv1": (64, channels, 3, 3)}
    below = 64
    for number, (squeeze, expand) in FIRES.items():
        shapes[f"fire{number}/squeeze1x1"] = (squeeze, below, 1, 1)
        shapes[f"fire{number}/expand1x1"] = (expand, squeeze, 1, 1)
        shapes[f"fire{number}/expand3x3"] = (expand, squeeze, 3, 3)
        below = 2 * expand
    shapes["conv10"] = (classes, below, 1, 1)
    return {
        name: [
            rng.normal(size=shape).astype(np.float32),
            rng.normal(size=shape[:1]).astype(np.float32),
        ]
        for name, shape in shapes.items()
    }


@pytest.fixture(scope="module")
def arrays() -> dict[str, list[np.ndarray]]:
    return caffe_arrays(classes=7)


@pytest.fixture(scope="module")
def files(
    arrays: dict[str, list[np.ndarray]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The same network of 7 classes in the three kinds of file."""
    folder = tmp_path_factory.mktemp("weights")
    paths = {ending: folder / f"seven{ending}" for ending in ENDINGS}
    paths[".caffemodel"].write_bytes(wire.network(arrays))
    net = SqueezeNet(weights=None, classes=7)
    for name, (kernel, bias) in arrays.items():
        net.get_layer(name.replace("/", "-")).set_weights(
            [np.moveaxis(kernel, (0, 1), (3, 2)), bias]
        )
    net.compile("adam", "mse")
    net.save_weights(paths[".weights.h5"])
    net.save(paths[".keras"])
    return paths


def assert_holds(
    net: Any, arrays: dict[str, list[np.ndarray]], names: tuple[str, ...]
) -> None:
    assert tuple(a.name for a in net.layers if a.weights) == names
    for name in names:
        kernel, bias = net.get_layer(name).get_weights()
        expected = arrays[name.replace("-", "/")]
        np.testing.assert_array_equal(np.moveaxis(kernel, (3, 2), (0, 1)), expected[0])
        np.testing.assert_array_equal(bias, expected[1])


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("ending", ENDINGS)
def test_every_kind_of_file(
    files: dict[str, Path], arrays: dict[str, list[np.ndarray]], ending: str
) -> None:
    assert_holds(SqueezeNet(weights=files[ending], classes=7), arrays, CONVOLUTIONS)
    headless = SqueezeNet(weights=str(files[ending]), include_top=False)
    assert_holds(headless, arrays, CONVOLUTIONS[:-1])


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".weights.h5", ".keras"])
def test_files_without_a_classifier(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"headless{ending}"
    net = SqueezeNet(weights=None, include_top=False, pooling="avg")
    net.save(path) if ending == ".keras" else net.save_weights(path)
    again = SqueezeNet(weights=path, include_top=False)
    for one, other in zip(net.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(WeightsError, match=r"'conv10'.*pass include_top=False"):
        SqueezeNet(weights=path)


@pytest.mark.slow
def test_a_keras_file_of_a_larger_model(
    files: dict[str, Path], arrays: dict[str, list[np.ndarray]], tmp_path: Path
) -> None:
    base = SqueezeNet(weights=files[".caffemodel"], include_top=False, pooling="avg")
    head = keras.layers.Dense(2, name="mine")(base.output)
    keras.Model(base.input, head).save(tmp_path / "mine.keras")
    again = SqueezeNet(weights=tmp_path / "mine.keras", include_top=False)
    assert_holds(again, arrays, CONVOLUTIONS[:-1])


def test_the_old_generation_of_caffe_files(
    arrays: dict[str, list[np.ndarray]], tmp_path: Path
) -> None:
    path = tmp_path / "old.caffemodel"
    path.write_bytes(
        b"".join(
            wire.old_layer(
                name,
                wire.legacy_blob(kernel, kernel.shape),
                wire.legacy_blob(bias, (1, 1, 1, bias.size)),
            )
            for name, (kernel, bias) in arrays.items()
        )
    )
    assert_holds(SqueezeNet(weights=path, classes=7), arrays, CONVOLUTIONS)


@pytest.mark.parametrize("ending", ENDINGS)
def test_another_number_of_classes(files: dict[str, Path], ending: str) -> None:
    message = "7 classes, and classes=10 .*pass classes=7, or include_top=False"
    with pytest.raises(WeightsError, match=message) as caught:
        SqueezeNet(weights=files[ending], classes=10)
    assert str(files[ending]) in str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize("ending", ENDINGS)
def test_another_number_of_channels(files: dict[str, Path], ending: str) -> None:
    message = "made for pictures of 3 channels, and input_shape has 1: .*must end in 3"
    with pytest.raises(WeightsError, match=message):
        SqueezeNet(weights=files[ending], classes=7, input_shape=(None, None, 1))


def test_own_weights_for_other_channels(tmp_path: Path) -> None:
    path = tmp_path / "grey.caffemodel"
    arrays = caffe_arrays(classes=2, channels=1)
    path.write_bytes(wire.network(arrays))
    net = SqueezeNet(
        weights=path,
        classes=2,
        input_shape=(40, 40, 1),
        classifier_activation="sigmoid",
    )
    assert_holds(net, arrays, CONVOLUTIONS)


def test_a_model_is_never_half_loaded(arrays: dict[str, list[np.ndarray]]) -> None:
    net = SqueezeNet(weights=None, classes=7)
    before = net.get_weights()
    values = {
        name.replace("/", "-"): [np.moveaxis(kernel, (0, 1), (3, 2)), bias]
        for name, (kernel, bias) in arrays.items()
    }
    for wrong in (
        {**values, "fire9-expand3x3": values["fire9-expand1x1"]},
        {**values, "conv10": values["conv10"][:1]},
        {**values, "conv10": [v.astype(complex) for v in values["conv10"]]},
        {name: v for name, v in values.items() if name != "conv10"},
    ):
        with pytest.raises(WeightsError, match=r"conv10|fire9-expand3x3"):
            assign(net, wrong, "this file")
        for one, other in zip(net.get_weights(), before, strict=True):
            np.testing.assert_array_equal(one, other)
    assign(net, values, "this file")
    assert_holds(net, arrays, CONVOLUTIONS)


def test_a_missing_layer_is_named_with_what_is_near(
    arrays: dict[str, list[np.ndarray]], tmp_path: Path
) -> None:
    path = tmp_path / "renamed.caffemodel"
    renamed = {name.replace("fire2/", "fire02/"): v for name, v in arrays.items()}
    path.write_bytes(wire.network(renamed))
    with pytest.raises(WeightsError, match=r"'fire2-squeeze1x1' .*fire02-squeeze1x1"):
        SqueezeNet(weights=path, classes=7)


@pytest.mark.parametrize("ending", [".weights.h5", ".keras"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.6, 0.99])
def test_truncated_files(
    files: dict[str, Path], tmp_path: Path, ending: str, share: float
) -> None:
    content = files[ending].read_bytes()
    path = tmp_path / f"cut{ending}"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(WeightsError, match=f"cannot read .*cut{ending}"):
        SqueezeNet(weights=path, classes=7)


@pytest.mark.parametrize("ending", ENDINGS)
def test_other_content(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"other{ending}"
    path.write_bytes(b"\x80\x04\x95 no weights at all" * 40)
    with pytest.raises(WeightsError, match=f"other{ending}"):
        SqueezeNet(weights=path)


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".weights.h5", ".keras"])
def test_another_network(tmp_path: Path, ending: str) -> None:
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    path = tmp_path / f"dense{ending}"
    other.save(path) if ending == ".keras" else other.save_weights(path)
    with pytest.raises(WeightsError, match=r"SqueezeNet|Conv2D"):
        SqueezeNet(weights=path)


def _leave(flag: Path) -> Any:
    name = str(flag)
    return lambda x: (open(name, "w").close(), x)[1]


@pytest.mark.slow
def test_a_network_inside_a_saved_model_is_found(tmp_path: Path) -> None:
    inner = SqueezeNet(weights=None, include_top=False, pooling="avg")
    outer = keras.Sequential([inner, keras.layers.Dense(3)])
    outer.save(tmp_path / "outer.keras")
    again = SqueezeNet(weights=tmp_path / "outer.keras", include_top=False)
    np.testing.assert_array_equal(again.get_weights()[0], inner.get_weights()[0])


def test_code_in_a_keras_file_is_not_run(tmp_path: Path) -> None:
    flag = tmp_path / "was-run"
    source = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(_leave(flag))])
    flag.unlink()
    path = tmp_path / "code.keras"
    source.save(path)
    with pytest.raises(WeightsError, match="Lambda"):
        SqueezeNet(weights=path)
    assert not flag.exists()


def test_a_keras_file_with_a_strange_configuration(
    files: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "strange.keras"
    for config in (b"[]", b"{", b"null", b'{"module": "os", "class_name": "system"}'):
        with zipfile.ZipFile(files[".keras"]) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                new.writestr(name, config if "config" in name else old.read(name))
        with pytest.raises(WeightsError, match=r"cannot read .*strange.keras"):
            SqueezeNet(weights=path)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (
            "imagnet",
            r"neither an existing file .* 'imagenet' \(did you mean 'imagenet'\?\)",
        ),
        ("nothing-like-it", r"names 'faces', 'imagenet'\. Files end in \.caffemodel"),
        ("no/such.keras", "weights='no/such.keras' is neither an existing file"),
        (Path("no/such.keras"), "weights='no/such.keras' is neither"),
        ("", "weights='' is neither an existing file"),
        ("nul\0l", "neither an existing file"),
        ("x" * 5000, "neither an existing file"),
        (3, "must be None, a name or a path, received 3"),
    ],
)
def test_what_names_no_weights(weights: Any, message: str) -> None:
    with pytest.raises(WeightsError, match=message):
        SqueezeNet(weights=weights)


def test_files_of_other_kinds_and_folders(tmp_path: Path) -> None:
    (tmp_path / "net.pkl").write_bytes(b"anything")
    with pytest.raises(WeightsError, match=r"net.pkl is of no kind.*\.weights\.h5"):
        SqueezeNet(weights=tmp_path / "net.pkl")
    with pytest.raises(WeightsError, match="neither an existing file"):
        SqueezeNet(weights=tmp_path)


def test_the_environment_variable_stands_for_the_download(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arrays = caffe_arrays(classes=1000)
    path = tmp_path / "thousand.caffemodel"
    path.write_bytes(wire.network(arrays))
    monkeypatch.setenv("SQUEEZENET_WEIGHTS", str(path))
    assert_holds(SqueezeNet(), arrays, CONVOLUTIONS)
    assert_holds(SqueezeNet(include_top=False), arrays, CONVOLUTIONS[:-1])
    monkeypatch.setenv("SQUEEZENET_WEIGHTS", str(tmp_path / "gone.caffemodel"))
    message = "SQUEEZENET_WEIGHTS names '.*gone.caffemodel', which is not a file"
    with pytest.raises(WeightsError, match=message):
        SqueezeNet()
