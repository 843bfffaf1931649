"""Which files are checkpoints, and their steps: never a guessed one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tb_actviz import InputError
from tb_actviz.checkpoints.files import Checkpoint, find_checkpoints, number_checkpoints


def made(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return paths


def test_a_folder_gives_its_checkpoints_in_natural_order(tmp_path: Path) -> None:
    second, tenth, legacy, weights = made(
        tmp_path, "ckpt-2.keras", "ckpt-10.keras", "a.h5", "ckpt-3.weights.h5"
    )
    made(tmp_path, "history.csv", "ckpt-2.keras.tmp", "inner/ckpt-1.keras")
    assert find_checkpoints(tmp_path) == [legacy, second, weights, tenth]


def test_a_glob_gives_its_checkpoints_in_natural_order(tmp_path: Path) -> None:
    second, tenth = made(tmp_path, "ckpt-2.keras", "ckpt-10.keras")
    made(tmp_path, "best.keras", "ckpt-3.txt")
    assert find_checkpoints(str(tmp_path / "ckpt-*")) == [second, tenth]
    (deep,) = made(tmp_path, "x/y/z.hdf5")
    assert find_checkpoints(str(tmp_path / "**" / "*.hdf5")) == [deep]


def test_a_list_keeps_its_order_and_may_hold_folders_and_globs(tmp_path: Path) -> None:
    b, a = made(tmp_path, "b.keras", "a.keras")
    one, two = made(tmp_path, "in/1.keras", "in/2.keras")
    given = [str(b), str(tmp_path / "in"), str(tmp_path / "[a].keras")]
    assert find_checkpoints(given) == [b, one, two, a]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(tmp_path: Path) -> None:
    paths = made(tmp_path, "ckpt[1].keras", "ckpt1.keras")
    assert find_checkpoints(paths[0]) == paths[:1]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("FOLDER/nowhere.keras", "There is no checkpoint 'FOLDER/nowhere.keras'"),
        ("FOLDER/no*.keras", "Nothing that 'FOLDER/no.*' matches is a checkpoint"),
        ("FOLDER/*.txt", "matches is a checkpoint, which end in .weights.h5, .keras"),
        ("FOLDER/empty", "The folder 'FOLDER/empty' holds no checkpoints"),
        ("FOLDER/notes.txt", "'FOLDER/notes.txt' is not a checkpoint by its name"),
        ([], "No checkpoints were given"),
        (["FOLDER/a.keras", "FOLDER/b.keras"], "There is no checkpoint .*b.keras'"),
    ],
)
def test_what_is_no_checkpoint_is_refused(
    tmp_path: Path, given: str | list[str], words: str
) -> None:
    made(tmp_path, "notes.txt", "a.keras", "empty/history.csv")
    folder = str(tmp_path)
    if isinstance(given, str):
        asked: str | list[str] = given.replace("FOLDER", folder)
    else:
        asked = [one.replace("FOLDER", folder) for one in given]
    with pytest.raises(InputError, match=words.replace("FOLDER", folder)):
        find_checkpoints(asked)


NAMES = "the names of the files"


def order(reason: str) -> str:
    return f"the order of the files, because {reason}"


NO_NUMBER = order("no whole number in their names says the step")
SEVERAL = order("several numbers in their names could be the step")
WORDS = order("their names differ in more than numbers")


@pytest.mark.parametrize(
    ("names", "steps", "origin"),
    [
        (["ckpt-01.keras", "ckpt-02.keras", "ckpt-10.keras"], [1, 2, 10], NAMES),
        (["ckpt-10.keras", "ckpt-2.keras"], [10, 2], NAMES),
        (["e1.keras", "e2.weights.h5", "e3.h5"], [1, 2, 3], NAMES),
        (["model.03-0.25.keras", "model.07-0.11.keras"], [3, 7], NAMES),
        (["model.03-1.25.keras", "model.07-0.25.keras"], [3, 7], NAMES),
        (["resnet50-01.keras", "resnet50-02.keras"], [1, 2], NAMES),
        (["01/model.keras", "02/model.keras"], [1, 2], NAMES),
        (["7.h5", "0.h5"], [7, 0], NAMES),
        (["ckpt-07.keras"], [7], NAMES),
        (["model.07-0.25.keras"], [7], NAMES),
        (["resnet50.keras"], [0], NO_NUMBER),
        (["run2-ckpt-07.keras"], [7], NAMES),
        (["2-7.keras"], [0], SEVERAL),
        (["a.keras", "b.keras"], [0, 1], WORDS),
        (["ckpt-01.keras", "ckpt-02.keras", "best.keras"], [0, 1, 2], WORDS),
        (["a-1.keras", "b-2.keras"], [0, 1], WORDS),
        (["e1-b100.keras", "e2-b200.keras"], [0, 1], SEVERAL),
        (["m-0.5.keras", "m-0.7.keras"], [0, 1], NO_NUMBER),
        (["m-1.keras", "m-0.7.keras"], [0, 1], WORDS),
        (
            ["ckpt-1.keras", "ckpt-01.keras"],
            [0, 1],
            order("the number in their names comes more than once"),
        ),
        (
            [f"c-{2**63}.keras", "c-1.keras"],
            [0, 1],
            order("the number in their names is too large for a step"),
        ),
    ],
)
def test_steps_are_from_names_only_where_those_are_clear(
    tmp_path: Path, names: list[str], steps: list[int], origin: str
) -> None:
    paths = [tmp_path / "run-3" / name for name in names]
    expected = [Checkpoint(s, p) for s, p in zip(steps, paths, strict=True)]
    found, said = number_checkpoints(paths)
    assert found == sorted(expected, key=lambda one: one.step)
    assert said == origin


def test_steps_may_be_given() -> None:
    paths = [Path("ckpt-1.keras"), Path("ckpt-2.keras")]
    assert number_checkpoints(paths, [500, 20]) == (
        [Checkpoint(20, paths[1]), Checkpoint(500, paths[0])],
        "as given",
    )


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([1], "Received 1 steps for 2 checkpoints; expected one for each"),
        ([1, 1], r"Received steps \[1, 1\]; expected each of them once"),
        ([1, -2], "Received step=-2; expected 0 to"),
        ([1, 2.5], "Received step=2.5; expected an integer"),
    ],
)
def test_wrong_steps_are_refused(steps: list[int], words: str) -> None:
    with pytest.raises(InputError, match=words):
        number_checkpoints([Path("a.keras"), Path("b.keras")], steps)


def test_what_keras_2_wrote_by_itself_is_named(tmp_path: Path) -> None:
    made(tmp_path, "tf/cp-1.index", "tf/cp-1.data-00000-of-00001", "tf/checkpoint")
    made(tmp_path, "saved/epoch-1/saved_model.pb", "one/saved_model.pb")
    for given, words in [
        (
            "tf",
            r"Checkpoints of TensorFlow \(.index, .data-…\) are not read by Keras 3",
        ),
        ("tf/cp-1", "no checkpoint .*Checkpoints of TensorFlow"),
        ("tf/cp-1.index", "not a checkpoint by its name.*Checkpoints of TensorFlow"),
        ("saved", "SavedModel folders are not read by Keras 3.*save_weights"),
        ("one", "SavedModel folders are not read by Keras 3"),
    ]:
        with pytest.raises(InputError, match=words):
            find_checkpoints(tmp_path / given)


def test_what_has_the_name_of_a_checkpoint_is_left_to_be_told(tmp_path: Path) -> None:
    (first,) = made(tmp_path, "c-1.keras")
    folder, broken = tmp_path / "c-2.keras", tmp_path / "c-3.keras"
    folder.mkdir()
    broken.symlink_to(tmp_path / "gone")
    assert find_checkpoints(tmp_path) == [first, folder, broken]
    assert find_checkpoints(broken) == [broken]
