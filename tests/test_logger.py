"""The logger writes exactly the tags it promises, or nothing."""

from __future__ import annotations

import gc
import warnings
import weakref
from itertools import count
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from events import event_files, images
from networks import pictures, small

from tb_actviz import (
    ActivationLogger,
    InputError,
    LogOptions,
    activations,
    draw_beside_input,
    draw_channels,
    draw_inputs,
    draw_relu,
    read_records,
    strongest_channels,
)
from tb_actviz.arrays import as_maps
from tb_actviz.receptive_field import ReceptiveField
from tb_actviz.records.facts import LayerFacts
from tb_actviz.runs.options import VIEWS

A, B = pictures(2)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return small()


def tags(log_dir: Path) -> set[str]:
    return {tag for tag, _ in images(log_dir)}


@pytest.mark.every_backend
def test_every_picture_is_the_one_its_function_draws(
    model: keras.Model, tmp_path: Path
) -> None:
    options = LogOptions(channels=(2, 0), strongest=2)
    with ActivationLogger(tmp_path, model, ["conv1", "relu1"], options=options) as log:
        logged = log({"face": A, "closed": B}, step=5)
    found = images(tmp_path)
    expected = {}
    maps = {
        name: activations(model, picture, ["conv1", "relu1"])
        for name, picture in [("face", A), ("closed", B)]
    }
    for layer in ("conv1", "relu1"):
        for name, picture in [("face", A), ("closed", B)]:
            own = maps[name][layer][0]
            best = strongest_channels(own, 2)[0]
            where = {"layer": layer, "input_name": name}
            expected[f"{layer}/channels/{name}"] = draw_channels(own, **where)
            expected[f"{layer}/chosen/{name}"] = draw_beside_input(
                picture, own, [2, 0], **where
            )
            expected[f"{layer}/strongest/{name}"] = draw_beside_input(
                picture, own, best, heading="strongest channels", **where
            )
            if layer == "relu1":
                before = maps[name]["conv1"][0]
                expected[f"relu1/relu/{name}"] = draw_relu(
                    before, own, [2, 0], before_layer="conv1", **where
                )
        expected[f"{layer}/inputs"] = draw_inputs(
            [A, B],
            [maps[name][layer][0] for name in ("face", "closed")],
            [2, 0],
            layer=layer,
            input_names=["face", "closed"],
        )
    assert set(found) == {(tag, 5) for tag in expected}
    assert set(logged.tags) == set(expected)
    assert len(logged.tags) == len(expected)
    for tag, picture in expected.items():
        np.testing.assert_array_equal(found[tag, 5], picture)


def test_what_was_found_is_returned(model: keras.Model, tmp_path: Path) -> None:
    with ActivationLogger(tmp_path, model, "relu1") as log:
        logged = log(np.stack([A, B]))
        assert log.event_file == str(event_files(tmp_path)[0])
    found = activations(model, np.stack([A, B]), ["relu1", "prob"])
    assert [one.name for one in logged.inputs] == ["input_0", "input_1"]
    for index, name in enumerate(["input_0", "input_1"]):
        channels, maxima = strongest_channels(found["relu1"][index], 3)
        # Other layers are another compiled pass: the last bits of a value may differ.
        logged_channels, values = zip(*logged.strongest["relu1"][name], strict=True)
        assert list(logged_channels) == channels.tolist()
        np.testing.assert_allclose(values, maxima, rtol=1e-6)
        np.testing.assert_allclose(
            logged.predictions[name], found["prob"][index], rtol=1e-5
        )


def test_one_input_has_no_comparison_and_pre_layers_are_not_logged(
    model: keras.Model, tmp_path: Path
) -> None:
    with ActivationLogger(tmp_path, model, "b.act") as log:
        log({"x": A})
    assert tags(tmp_path) == {
        "b.act/channels/x",
        "b.act/strongest/x",
        "b.act/relu/x",
    }


def test_views_can_be_chosen(model: keras.Model, tmp_path: Path) -> None:
    options = LogOptions(views=("inputs", "channels"))
    with ActivationLogger(tmp_path, model, "relu1", options=options) as log:
        log({"x": A, "y": B})
    assert tags(tmp_path) == {"relu1/inputs", "relu1/channels/x", "relu1/channels/y"}


def test_sizes_may_differ_and_steps_follow_one_another(
    model: keras.Model, tmp_path: Path
) -> None:
    other = pictures(1, (31, 40))[0]
    done: list[tuple[int, int]] = []
    with ActivationLogger(tmp_path, model, ["conv1", "a"]) as log:
        for step in (0, 3):
            log([A, other], step=step, progress=lambda *now: done.append(now))
    found = images(tmp_path)
    assert {step for _, step in found} == {0, 3}
    assert ("conv1/inputs", 3) in found
    assert done == [(1, 4), (2, 4), (3, 4), (4, 4)] * 2
    assert len(event_files(tmp_path)) == 1


def test_the_default_layers_vectors_and_sequences_draw(tmp_path: Path) -> None:
    with ActivationLogger(tmp_path / "default", small()) as log:
        log(A)
    logged = {tag.split("/")[0] for tag in tags(tmp_path / "default")}
    assert logged == {"conv1", "relu1", "a", "b", "b.act"}
    with ActivationLogger(tmp_path / "all", small(), "*") as log:
        log(A)
    assert "average/channels/input" in tags(tmp_path / "all")
    inputs = keras.Input((7, 3))
    sequence = keras.Model(inputs, keras.layers.Conv1D(4, 3, name="conv")(inputs))
    with ActivationLogger(tmp_path / "seq", sequence) as log:
        log(np.ones((2, 7, 3)))
    assert "conv/inputs" in tags(tmp_path / "seq")


def test_nan_in_activations_is_logged_and_marked(tmp_path: Path) -> None:
    model = small()
    kernel, bias = model.get_layer("conv1").get_weights()
    bias[1] = np.nan
    model.get_layer("conv1").set_weights([kernel, bias])
    with ActivationLogger(tmp_path, model, ["conv1", "relu1"]) as log:
        logged = log([A, B])
    assert 1 not in [channel for channel, _ in logged.strongest["conv1"]["input_0"]]
    picture = images(tmp_path)["conv1/channels/input_0", 0]
    assert (picture == [255, 0, 255]).all(axis=2).sum() > 1000


def test_nothing_is_written_when_any_input_is_bad(
    model: keras.Model, tmp_path: Path
) -> None:
    with ActivationLogger(tmp_path / "run", model, "conv1") as log:
        for bad in ([A, "nowhere.png"], [A, A[:4, :4]], [A, A[:, :, :2]]):
            with pytest.raises(InputError):
                log(bad)
        assert log.event_file is None
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("layers", "options", "words"),
    [
        ("conv1", {"channels": (4,)}, "'conv1' has 4 channels, 0 to 3; channel 4"),
        (
            ["relu1", "a"],
            {"channels": (1, 4)},
            "The widest of 2 layers, 'relu1', has 4 channels, 0 to 3; channel 4 does",
        ),
        (
            ["relu1", "a"],
            {"channels": {"a": (2,)}},
            "The layer 'a' has 2 channels, 0 to 1; channel 2 does not exist",
        ),
        (
            ["relu1", "a"],
            {"channels": {"rel1": (2,)}},
            "followed in 'rel1', which none of the logged layers matches. Did you mean "
            "'relu1'",
        ),
        ("convx", {}, "Did you mean 'conv1'"),
        (
            "conv1",
            {"class_names": ["a"] * 4},
            "4 class_names; the model gives 5",
        ),
    ],
)
def test_wrong_layers_and_channels(
    model: keras.Model, tmp_path: Path, layers: object, options: dict, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        ActivationLogger(
            tmp_path / "run",
            model,
            layers,  # type: ignore[arg-type]
            options=LogOptions(**options),
        )
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"views": ("chanels",)}, "no view 'chanels'. Did you mean 'channels'"),
        ({"step_bytes": 0}, "step_bytes=0; expected a number of bytes"),
        ({"step_bytes": 1e6}, "step_bytes=1000000.0; expected a number of bytes"),
        ({"strongest": 0}, "strongest=0; expected an integer of at least 1"),
        ({"strongest": 2.5}, "strongest=2.5; expected an integer"),
        ({"channels": (-1,)}, r"channels \[-1\]; expected integers"),
        ({"channels": (1.5,)}, r"channels \[1.5\]; expected integers"),
        ({"channels": range(65)}, "65 channels to follow; expected at most 64"),
        ({"channels": {"a": (-1,)}}, r"channels \[-1\]; expected integers"),
        ({"channels": {1: (1,)}}, "channels for 1; expected a layer path or glob"),
        ({"limits": (2.0, 1.0)}, r"limits \(2.0, 1.0\); expected two finite numbers"),
        ({"limits": (1.0, 2.0, 3.0)}, "expected two finite numbers"),
        ({"limits": (0.0, np.nan)}, "expected two finite numbers"),
        ({"limits": (0.0, 1.0), "per_channel": True}, "expected one of them"),
        ({"class_names": "cat"}, "class_names='cat'; expected a list of names"),
        ({"class_names": ["cat", 3]}, r"class_names=\['cat', 3\]; expected a list"),
        (
            {"class_names": ["x" * 257]},
            "class name of 257 characters, x{40}…; expected",
        ),
    ],
)
def test_wrong_options(options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        LogOptions(**options)


def test_no_layer_gets_more_channels_by_several_globs(tmp_path: Path) -> None:
    inputs = keras.Input((4, 4, 1))
    wide = keras.Model(inputs, keras.layers.Conv2D(80, 1, name="wide")(inputs))
    channels = {"*": range(40), "wide": range(30, 70)}
    with pytest.raises(InputError, match="70 channels to follow in 'wide', by several"):
        ActivationLogger(tmp_path, wide, options=LogOptions(channels=channels))


def test_a_warning_that_is_an_error_leaves_nothing_out(
    model: keras.Model, tmp_path: Path
) -> None:
    options = LogOptions(channels=(2,), views=("chosen",))
    with (
        warnings.catch_warnings(),
        ActivationLogger(tmp_path, model, ["conv1", "a"], options=options) as log,
    ):
        warnings.simplefilter("error", UserWarning)
        with pytest.raises(UserWarning, match="a: 2"):
            log(A)
    assert tags(tmp_path) == {"conv1/chosen/input"}
    assert {one.layer for one in read_records(tmp_path)} == {":input", "conv1", "a"}


def test_an_empty_choice_of_channels_is_nothing_to_draw(
    model: keras.Model, tmp_path: Path
) -> None:
    options = LogOptions(channels={"conv1": ()}, views=("chosen",))
    with (
        ActivationLogger(tmp_path, model, "conv1", options=options) as log,
        pytest.raises(InputError, match="nothing to draw of chosen"),
    ):
        log(A)


@pytest.mark.parametrize("views", [("chosen",), ("relu",), ("inputs",)])
def test_views_that_show_nothing_are_refused(
    model: keras.Model, tmp_path: Path, views: tuple[str, ...]
) -> None:
    options = LogOptions(views=views)
    with (
        ActivationLogger(tmp_path / "run", model, "conv1", options=options) as log,
        pytest.raises(InputError, match=f"nothing to draw of {views[0]}"),
    ):
        log(A)
    assert not (tmp_path / "run").exists()


def test_layers_of_any_rank_and_of_unknown_channels_are_drawn(tmp_path: Path) -> None:
    inputs = keras.Input((4, 4, 3))
    x = keras.layers.Reshape((2, 2, 2, 2, 3), name="ranks")(inputs)
    x = keras.layers.Flatten(name="flat")(x)
    x = keras.layers.Lambda(lambda x: x, output_shape=(None,), name="unknown")(x)
    options = LogOptions(channels=(2,))
    with ActivationLogger(
        tmp_path, keras.Model(inputs, x), "*", options=options
    ) as log:
        logged = log(np.ones((4, 4, 3), np.uint8))
    assert {tag.split("/")[0] for tag in logged.tags} == {"ranks", "flat", "unknown"}


def test_a_volume_is_drawn_slice_by_slice_in_every_view(tmp_path: Path) -> None:
    inputs = keras.Input((3, 6, 6, 1))
    x = keras.layers.Conv3D(2, 2, activation="relu", name="conv3d")(inputs)
    volume = np.random.default_rng(2).normal(size=(2, 3, 6, 6, 1))
    with ActivationLogger(tmp_path, keras.Model(inputs, x)) as log:
        log(volume)
    found = images(tmp_path)
    maps = activations(keras.Model(inputs, x), volume, "*")["conv3d"]
    expected = draw_channels(
        as_maps(maps[0]), layer="conv3d", input_name="input_0", shape=(2, 5, 5, 2)
    )
    np.testing.assert_array_equal(found["conv3d/channels/input_0", 0], expected)
    order = strongest_channels(as_maps(maps[0]), 2)[0].tolist()
    expected = draw_inputs(
        [None, None],
        [as_maps(one) for one in maps],
        order,
        layer="conv3d",
        input_names=["input_0", "input_1"],
        shapes=[(2, 5, 5, 2)] * 2,
    )
    np.testing.assert_array_equal(found["conv3d/inputs", 0], expected)


@pytest.mark.parametrize(
    ("channels", "followed", "missing"),
    [
        ((2, 1), {"conv1": [2, 1], "a": [1]}, {"a": (2,)}),
        ({"conv*": (3,), "a": (0, 1)}, {"conv1": [3], "a": [0, 1]}, {}),
        ({"a": (1,), "*": (1, 2)}, {"conv1": [1, 2], "a": [1]}, {"a": (2,)}),
        ({"conv1": (0,)}, {"conv1": [0]}, {}),
    ],
)
def test_channels_are_followed_where_they_exist_and_it_is_said_where_not(
    model: keras.Model,
    tmp_path: Path,
    channels: Any,
    followed: dict[str, list[int]],
    missing: dict[str, tuple[int, ...]],
) -> None:
    options = LogOptions(channels=channels, views=("chosen", "inputs"), strongest=2)
    with ActivationLogger(tmp_path, model, ["conv1", "a"], options=options) as log:
        given = {"face": A, "closed": B}
        if missing:
            words = (
                "of the channels to follow, these do not exist in these layers: a: 2"
            )
            with pytest.warns(UserWarning, match=f"(?i){words}"):
                logged = log(given)
        else:
            logged = log(given)
        assert log(given, step=1).missing_channels == missing  # warned of once
    assert logged.missing_channels == missing
    found = images(tmp_path)
    maps = {
        name: activations(model, picture, ["conv1", "a"])
        for name, picture in given.items()
    }
    assert {tag for tag, _ in found if "/chosen/" in tag} == {
        f"{layer}/chosen/{name}" for layer in followed for name in given
    }
    for layer, wanted in followed.items():
        for name, picture in given.items():
            expected = draw_beside_input(
                picture, maps[name][layer][0], wanted, layer=layer, input_name=name
            )
            np.testing.assert_array_equal(found[f"{layer}/chosen/{name}", 0], expected)
    for layer in ("conv1", "a"):
        best = strongest_channels(maps["face"][layer][0], 2)[0].tolist()
        wanted = followed.get(layer, best)
        expected = draw_inputs(
            [A, B],
            [maps[name][layer][0] for name in given],
            wanted,
            layer=layer,
            input_names=list(given),
        )
        np.testing.assert_array_equal(found[f"{layer}/inputs", 0], expected)


def test_channels_are_followed_where_only_a_run_tells_how_many(tmp_path: Path) -> None:
    inputs = keras.Input((4,))
    x = keras.layers.Lambda(lambda x: x, output_shape=(None,), name="unknown")(inputs)
    options = LogOptions(channels=(4, 1), views=("chosen",))
    model = keras.Model(inputs, x)
    with (
        ActivationLogger(tmp_path, model, options=options) as log,
        pytest.warns(UserWarning, match="do not exist in these layers: unknown: 4"),
    ):
        logged = log(np.ones((1, 4)))
    assert logged.missing_channels == {"unknown": (4,)}
    assert logged.tags == ["unknown/chosen/input"]


def test_a_layer_without_values_is_refused_at_once(tmp_path: Path) -> None:
    inputs = keras.Input((4, 4, 3))
    x = keras.layers.Lambda(lambda x: x[:, 4:, 4:], name="gone")(inputs)
    with pytest.raises(InputError, match="'gone' gives 0×0×3 for each input"):
        ActivationLogger(tmp_path / "run", keras.Model(inputs, x), "*")
    assert not (tmp_path / "run").exists()


def test_a_model_that_was_never_called_is_logged(tmp_path: Path) -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__(name="own")
            self.conv = keras.layers.Conv2D(2, 3, activation="relu", name="conv")

        def call(self, x):  # noqa: ANN001, ANN202
            return keras.ops.mean(self.conv(x), axis=(1, 2))

    with ActivationLogger(tmp_path, Own()) as log:
        assert log.layers == ()
        logged = log([A, B])
        assert log.layers == ("conv",)
        assert log.describe().method == "probe"
        assert log.describe().layers == log.layers
    assert "conv/relu/input_0" in logged.tags


def test_samples_of_a_dataset_are_taken_once(
    model: keras.Model, tmp_path: Path
) -> None:
    rng = np.random.default_rng(4)
    endless = (rng.integers(0, 256, (2, *A.shape), np.uint8) for _ in count())
    with ActivationLogger(tmp_path, model, "relu1") as log:
        first = log(endless, step=0, samples=3)
        second = log(endless, step=1, samples=3)
    assert [one.name for one in first.inputs] == ["sample_0", "sample_1", "sample_2"]
    assert first.inputs == second.inputs
    assert first.strongest == second.strongest


def test_channels_may_be_one_number_or_an_array() -> None:
    assert LogOptions(channels=3).channels == (3,)  # type: ignore[arg-type]
    assert LogOptions(channels=np.array([1, 2])).channels == (1, 2)  # type: ignore[arg-type]


def test_fixed_limits_hold_in_every_view(model: keras.Model, tmp_path: Path) -> None:
    options = LogOptions(limits=(0.0, 1e-6), channels=(0,))
    with ActivationLogger(tmp_path, model, "relu1", options=options) as log:
        log([A, B])
    found = images(tmp_path)
    assert {tag.split("/")[1] for tag, _ in found} == set(VIEWS)
    for picture in found.values():
        assert (picture == 255).all(axis=2).sum() > 100


def test_strange_names_stay_tags(model: keras.Model, tmp_path: Path) -> None:
    name = "../../etc/passwd\x00<img src=x>" + "x" * 300
    with ActivationLogger(tmp_path / "run", model, "a") as log:
        logged = log({name: A})
    assert f"a/channels/{name}" in logged.tags
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert set(images(tmp_path)) == {(tag, 0) for tag in logged.tags}


def logged_facts(log_dir: Path) -> dict[tuple[str, int], LayerFacts]:
    return {
        (one.layer, one.step): one.record.layer
        for one in read_records(log_dir)
        if one.layer != ":input"
    }


def test_records_say_what_a_layer_has_and_what_it_sees(
    model: keras.Model, tmp_path: Path
) -> None:
    options = LogOptions(views=())
    with ActivationLogger(tmp_path, model, ["pool1", "b"], options=options) as log:
        log(A)
    assert logged_facts(tmp_path) == {
        ("pool1", 0): LayerFacts(
            *("pool1", "MaxPooling2D", "other", None, 0),
            ReceptiveField((5, 5), (4, 4), (0, 0)),
        ),
        ("b", 0): LayerFacts(
            *("b", "Conv2D", "pre-activation", "b.act", 111),
            ReceptiveField((13, 13), (4, 4), (-4, -4)),
        ),
    }


def test_a_field_that_depends_on_the_size_of_an_input_is_not_stated_for_several(
    tmp_path: Path,
) -> None:
    inputs = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(2, 3, 2, padding="same", name="conv")(inputs)
    model = keras.Model(inputs, keras.layers.Conv2D(2, 3, 2, name="last")(x))
    options = LogOptions(views=())
    even, odd = A[:16, :16], A[:17, :17]
    with ActivationLogger(tmp_path, model, "conv", options=options) as log:
        for step, pair in enumerate([[even], [odd], [even, even], [even, odd]]):
            log(pair, step)
    fields = [facts.receptive_field for facts in logged_facts(tmp_path).values()]
    from_zero = ReceptiveField((3, 3), (2, 2), (0, 0))
    before = ReceptiveField((3, 3), (2, 2), (-1, -1))
    assert fields == [from_zero, before, from_zero, None]


PREPARED = {
    "repeated": (lambda x: np.repeat(x, 2, axis=1), None),
    "cut out": (lambda x: x[:, 4:, 2:], ReceptiveField((3, 3), (1, 1), (3, 1))),
    "padded": (
        lambda x: np.pad(x, ((0, 0), (2, 0), (0, 0), (0, 0))),
        ReceptiveField((3, 3), (1, 1), (-3, -1)),
    ),
    "mirrored": (lambda x: x[:, ::-1], None),
}


@pytest.mark.parametrize("name", PREPARED)
def test_the_field_is_in_pixels_of_the_picture_that_was_given(
    tmp_path: Path, name: str
) -> None:
    prepare, field = PREPARED[name]
    inputs = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(2, 3, padding="same", name="conv")(inputs)
    x = keras.layers.GlobalMaxPooling2D(name="pool")(x)
    with ActivationLogger(
        *(tmp_path, keras.Model(inputs, x), ["conv", "pool"]),
        preprocess=prepare,
        options=LogOptions(views=()),
    ) as log:
        log(A)
    facts = {layer.path: layer for layer in logged_facts(tmp_path).values()}
    assert facts["conv"].receptive_field == field
    rows, columns = (4, 2) if name == "cut out" else (0, 0)
    assert facts["pool"].receptive_field == ReceptiveField(
        (20 - rows, 17 - columns), (0, 0), (rows, columns)
    )


@pytest.mark.slow
def test_a_dropped_logger_frees_the_model(tmp_path: Path) -> None:
    model = small()
    with ActivationLogger(tmp_path, model) as log:
        log(A)
    gone = weakref.ref(model)
    del model, log
    keras.utils.clear_session()
    gc.collect()
    assert gone() is None
