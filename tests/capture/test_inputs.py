"""Everything that may be passed as inputs, and what it is called then."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tb_actviz.capture.inputs import NamedInput, read_inputs
from tb_actviz.errors import InputError

RED = np.full((4, 5, 3), [255, 0, 0], np.uint8)
BLUE = np.full((6, 4, 3), [0, 0, 255], np.uint8)


def picture(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(exist_ok=True, parents=True)
    Image.fromarray(pixels).save(path)
    return path


def names(inputs: list[NamedInput]) -> list[str]:
    return [one.name for one in inputs]


def test_a_path_is_named_by_its_stem(tmp_path: Path) -> None:
    path = picture(tmp_path / "my.face.png", RED)
    (one,) = read_inputs(str(path))
    assert (one.name, one.source) == ("my.face", path)
    np.testing.assert_array_equal(one.values, RED)
    np.testing.assert_array_equal(one.picture, RED)


def test_a_folder_is_all_its_pictures(tmp_path: Path) -> None:
    picture(tmp_path / "b.png", BLUE)
    picture(tmp_path / "a.png", RED)
    assert names(read_inputs(tmp_path)) == ["a", "b"]


def test_same_stems_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    paths = [
        picture(tmp_path / "x" / "one" / "face.png", RED),
        picture(tmp_path / "y" / "one" / "face.png", BLUE),
        picture(tmp_path / "eye.png", BLUE),
        tmp_path / "x" / "one" / "face.png",
    ]
    assert names(read_inputs(paths)) == [
        "x/one/face",
        "y/one/face",
        "eye",
        "x/one/face#2",
    ]


def test_the_ending_tells_files_apart_before_folders_do(tmp_path: Path) -> None:
    paths = [picture(tmp_path / f"face.{end}", RED) for end in ("png", "bmp")]
    assert names(read_inputs([*paths, paths[0]])) == [
        "face.png",
        "face.bmp",
        "face.png#2",
    ]


def test_dict_names_are_kept(tmp_path: Path) -> None:
    path = picture(tmp_path / "face.png", RED)
    both = read_inputs({"a/b": path, "c": BLUE, "d": np.stack([RED, RED])})
    assert names(both) == ["a/b", "c", "d/0", "d/1"]


def test_a_folder_in_a_dict_keeps_the_stems(tmp_path: Path) -> None:
    picture(tmp_path / "b.png", BLUE)
    picture(tmp_path / "a.png", RED)
    assert names(read_inputs({"all": tmp_path})) == ["all/a", "all/b"]


def test_arrays_with_and_without_batch_axis() -> None:
    assert names(read_inputs(RED)) == ["input"]
    assert names(read_inputs(RED[None])) == ["input"]
    assert names(read_inputs(np.stack([RED, RED]))) == ["input_0", "input_1"]
    assert names(read_inputs([RED, BLUE])) == ["input_0", "input_1"]
    vectors = read_inputs(np.ones((3, 7)))
    assert [one.values.shape for one in vectors] == [(7,)] * 3
    assert all(one.picture is None for one in vectors)


def test_a_pillow_image_is_a_picture() -> None:
    (one,) = read_inputs(Image.fromarray(RED).convert("RGBA"))
    np.testing.assert_array_equal(one.values, RED)


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (np.full((1, 1, 3), 0.5), [128, 128, 128]),
        (np.full((1, 1, 3), 200.4), [200, 200, 200]),
        (np.full((1, 1, 1), 7, np.uint8), [7, 7, 7]),
        (np.full((1, 1, 3), -3.0), None),
        (np.full((1, 1, 3), 300.0), None),
        (np.full((1, 1, 3), np.nan), None),
        (np.full((1, 1, 4), 3.0), None),
    ],
)
def test_what_is_shown_of_an_array(values: np.ndarray, shown: list[int] | None) -> None:
    (one,) = read_inputs(values)
    assert (None if one.picture is None else one.picture[0, 0].tolist()) == shown
    expected = values if values.dtype == np.uint8 else values.astype(np.float32)
    np.testing.assert_array_equal(one.values, expected)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (7, r"Cannot use int 7 as an input\. Expected a path"),
        ([], "No inputs were given"),
        ({}, "No inputs were given"),
        (b"a.png", "Cannot use bytes"),
        ([None], "Cannot use NoneType"),
        (np.ones((0, 3, 3, 3)), r"'input' is empty: shape \(0, 3, 3, 3\)"),
        (np.ones((2, 0, 3)), "is empty"),
        (np.array([[["a"]]]), "dtype <U1; expected integers or floats"),
        ("nowhere.png", "There is no file 'nowhere.png'"),
        ("", "an empty path"),
        ("x" * 5000, "xxx"),
        ("nul\0x", "nul"),
    ],
)
def test_what_is_no_input(bad: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_inputs(bad)  # type: ignore[arg-type]
