"""Every step shows exactly the weights of its checkpoint, on the scale it says."""

from __future__ import annotations

import warnings
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from events import event_files, events, images
from keras import layers
from networks import pictures, small

from tb_actviz import (
    ActivationLogger,
    InputError,
    LogOptions,
    activations,
    draw_channels,
    draw_inputs,
    draw_relu,
    log_checkpoints,
)
from tb_actviz.checkpoints.files import Checkpoint

A, B = pictures(2)
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def trained(seed: int) -> keras.Model:
    """`small` with weights of its own, larger from seed to seed."""
    model = small()
    rng = np.random.default_rng(seed)
    model.set_weights(
        [rng.normal(size=w.shape) * 0.1 * seed for w in model.get_weights()]
    )
    return model


def saved(folder: Path, name: str, model: keras.Model) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    if name.endswith(".weights.h5"):
        model.save_weights(path)
    else:
        model.save(path)
    return path


def damaged(path: Path) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def values(model: keras.Model) -> list[np.ndarray]:
    return [np.array(value) for value in model.get_weights()]


@pytest.mark.slow
@pytest.mark.every_backend
def test_every_step_shows_its_checkpoint_on_the_scale_of_all(tmp_path: Path) -> None:
    folder = tmp_path / "ckpts"
    models = {step: trained(step) for step in (1, 2, 4)}
    one = saved(folder, "ckpt-01.keras", models[1])
    two = saved(folder, "ckpt-02.weights.h5", models[2])
    damaged(saved(folder, "ckpt-03.keras", trained(9)))
    four = saved(folder, "ckpt-04.h5", models[4])
    model = small()
    before = values(model)

    options = LogOptions(channels=(1, 0), views=("channels", "relu", "inputs"))
    done = log_checkpoints(
        tmp_path / "run",
        model,
        folder,
        {"x": A, "y": B},
        ["relu1", "a"],
        options=options,
    )

    maps = {
        step: {
            name: activations(one, picture, ["conv1", "relu1", "a", "a:pre"])
            for name, picture in [("x", A), ("y", B)]
        }
        for step, one in models.items()
    }

    def largest(*paths: str) -> float:
        return max(
            float(np.abs(by_input[path]).max())
            for by_step in maps.values()
            for by_input in by_step.values()
            for path in paths
        )

    expected = {}
    for layer, before_layer in [("relu1", "conv1"), ("a", "a:pre")]:
        top = largest(layer)
        limits = (0.0 if layer == "relu1" else -top, top)
        both = largest(layer, before_layer)
        for step, by_input in maps.items():
            for name, own in by_input.items():
                expected[f"{layer}/channels/{name}", step] = draw_channels(
                    own[layer][0],
                    layer=layer,
                    input_name=name,
                    limits=limits,
                    limits_of="this layer in all pictures of 3 steps, 1 to 4",
                )
                expected[f"{layer}/relu/{name}", step] = draw_relu(
                    own[before_layer][0],
                    own[layer][0],
                    [1, 0],
                    layer=layer,
                    before_layer=before_layer,
                    input_name=name,
                    limits=(-both, both),
                    limits_of="this layer in all pictures of 3 steps, 1 to 4",
                )
            expected[f"{layer}/inputs", step] = draw_inputs(
                [A, B],
                [by_input[name][layer][0] for name in ("x", "y")],
                [1, 0],
                layer=layer,
                input_names=["x", "y"],
                limits=limits,
                limits_of="this layer in all pictures of 3 steps, 1 to 4",
            )
    found = images(tmp_path / "run")
    assert set(found) == set(expected)
    for key, picture in expected.items():
        np.testing.assert_array_equal(found[key], picture)
    assert done.checkpoints == (
        Checkpoint(1, one),
        Checkpoint(2, two),
        Checkpoint(4, four),
    )
    assert [skipped.checkpoint.step for skipped in done.skipped] == [3]
    assert done.event_file == str(event_files(tmp_path)[0])
    assert (done.steps_from, done.scale) == (
        "the names of the files",
        "one for each layer",
    )
    for step, logged in zip((1, 2, 4), done.logged, strict=True):
        assert logged.step == step
        np.testing.assert_allclose(
            logged.predictions["y"],
            activations(models[step], B, "prob")["prob"][0],
            rtol=1e-5,
        )
    for was, now in zip(before, values(model), strict=True):
        np.testing.assert_array_equal(now, was)


@pytest.mark.slow
def test_the_scale_can_be_that_of_each_step(tmp_path: Path) -> None:
    paths = [saved(tmp_path, f"c-{step}.keras", trained(step)) for step in (1, 3)]
    done = log_checkpoints(tmp_path / "own", small(), paths, A, "a", scale="step")
    found = images(tmp_path / "own")
    model = small()
    with ActivationLogger(tmp_path / "each", model, "a") as log:
        for step in (1, 3):
            model.set_weights(trained(step).get_weights())
            log(A, step)
    expected = images(tmp_path / "each")
    assert set(found) == set(expected)
    for key, picture in expected.items():
        np.testing.assert_array_equal(found[key], picture)
    assert done.scale == "each picture has its own"


@pytest.mark.slow
def test_the_description_of_a_picture_says_what_shares_its_scale(
    tmp_path: Path,
) -> None:
    paths = [saved(tmp_path, f"c-{step}.keras", trained(step)) for step in (1, 3)]
    log_checkpoints(tmp_path / "run", small(), paths, A, "a")
    described = {
        (value.tag, event.step): value.metadata.summary_description
        for event in events(tmp_path / "run")
        for value in event.summary.value
        if value.metadata.plugin_data.plugin_name == "images"
    }
    shared = "this layer in all pictures of 2 steps, 1 to 3"
    assert described
    for (_, step), text in described.items():
        about, at, _ = text.split("\n\n")
        assert about.endswith(f" One scale for {shared}.")
        assert at == f"At step {step}:"
    # What cannot be read in a small picture stands there, too.
    caption = described["a/channels/input", 3].split("\n\n")[2].splitlines()
    assert caption[:2] == ["    a", "    2 maps of 4x4 · input: input"]
    assert caption[2].startswith("    channels 0 to 1, row by row, 1x2; enlarged ")
    assert caption[3].endswith(f": one scale, {shared}")
    assert len(caption) == 4


def test_limits_among_the_options_go_first(tmp_path: Path) -> None:
    path = saved(tmp_path, "c-1.keras", trained(1))
    options = LogOptions(limits=(0, 2), views=("channels",))
    done = log_checkpoints(tmp_path / "run", small(), path, A, "a", options=options)
    maps = activations(trained(1), A, "a")["a"][0]
    np.testing.assert_array_equal(
        images(tmp_path / "run")["a/channels/input", 1],
        draw_channels(maps, layer="a", input_name="input", limits=(0, 2)),
    )
    assert done.scale == "fixed limits"


@pytest.mark.slow
def test_constant_zero_and_nan_activations_have_a_scale(tmp_path: Path) -> None:
    for step, value in [(1, 0.0), (2, np.nan), (3, -2.0)]:
        model = small()
        kernel, _ = model.get_layer("conv1").get_weights()
        model.get_layer("conv1").set_weights([kernel * 0, np.full(4, value)])
        saved(tmp_path, f"c-{step}.weights.h5", model)
    grids = LogOptions(views=("channels",))
    for steps, limits, shared_by in [
        ((1, 2, 3), (-2, 2), "3 steps, 1 to 3"),
        ((1, 2), (0, 1), "2 steps, 1 to 2"),
        ((2,), (0, 1), "step 2"),
    ]:
        paths = [tmp_path / f"c-{step}.weights.h5" for step in steps]
        run = tmp_path / f"run{len(steps)}"
        log_checkpoints(run, small(), paths, A, "conv1", options=grids)
        shape = activations(small(), A, "conv1")["conv1"].shape[1:]
        assert images(run).keys() == {("conv1/channels/input", step) for step in steps}
        np.testing.assert_array_equal(
            images(run)["conv1/channels/input", 2],
            draw_channels(
                np.full(shape, np.nan, np.float32),
                layer="conv1",
                input_name="input",
                limits=limits,
                limits_of=f"this layer in all pictures of {shared_by}",
            ),
        )


def foreign(kind: str) -> keras.Model:
    """Networks that are nearly `small`."""
    inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(4, 3)(inputs)
    if kind == "fewer":
        return keras.Model(inputs, x)
    # Keras names them by class: b comes before a in `small`.
    x = layers.Conv2D(3, 3)(x)
    outputs = [x, layers.Conv2D(5 if kind == "other" else 2, 1)(inputs)]
    if kind == "more":
        outputs[1] = layers.Conv2D(6, 1)(x)
    return keras.Model(inputs, outputs)


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".keras", ".weights.h5", ".h5"])
@pytest.mark.parametrize("kind", ["fewer", "other", "more"])
def test_checkpoints_of_other_models_are_skipped(
    tmp_path: Path, kind: str, ending: str
) -> None:
    bad = saved(tmp_path, f"c-1{ending}", foreign(kind))
    good = saved(tmp_path, f"c-2{ending}", trained(2))
    done = log_checkpoints(tmp_path / "run", small(), [bad, good], A, "a")
    assert done.checkpoints == (Checkpoint(2, good),)
    (skipped,) = done.skipped
    assert skipped.checkpoint == Checkpoint(1, bad)
    assert skipped.reason.startswith(
        f"The checkpoint {str(bad)!r} cannot be loaded: "
        + ("" if ending == ".h5" else "it is of another model: ")
    )
    assert len(skipped.reason.splitlines()) == 1
    assert {step for _, step in images(tmp_path / "run")} == {2}


def test_a_larger_model_that_holds_this_one_is_not_taken_for_it(tmp_path: Path) -> None:
    def build(depth: int) -> keras.Model:
        x = inputs = keras.Input((8, 8, 3))
        for _ in range(depth):
            x = layers.Conv2D(3, 1)(x)
        return keras.Model(inputs, x)

    bad = saved(tmp_path, "c.weights.h5", build(3))
    build(2).load_weights(bad)  # Keras itself does not mind
    with pytest.raises(InputError, match="it holds 6 variables, the model has 4"):
        log_checkpoints(tmp_path / "run", build(2), bad, np.ones((8, 8, 3)))


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".keras", ".weights.h5", ".h5"])
def test_damaged_checkpoints_are_skipped_with_a_warning(
    tmp_path: Path, ending: str
) -> None:
    bad = damaged(saved(tmp_path, f"c-1{ending}", trained(1)))
    empty = tmp_path / f"c-2{ending}"
    empty.touch()
    good = saved(tmp_path, f"c-3{ending}", trained(3))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        done = log_checkpoints(
            tmp_path / "run", small(), [bad, empty, good], A, "a", scale="step"
        )
    assert done.checkpoints == (Checkpoint(3, good),)
    assert [skipped.checkpoint.path for skipped in done.skipped] == [bad, empty]
    told = [str(one.message) for one in caught if one.filename == __file__]
    assert told == [f"{one.reason} It was skipped." for one in done.skipped]
    maps = activations(trained(3), A, "a")["a"][0]
    np.testing.assert_array_equal(
        images(tmp_path / "run")["a/channels/input", 3],
        draw_channels(maps, layer="a", input_name="input"),
    )


def test_a_file_of_keras_2_weights_is_loaded(tmp_path: Path) -> None:
    whole = saved(tmp_path, "whole.h5", trained(2))
    path = tmp_path / "weights.h5"
    with h5py.File(whole, "r") as source, h5py.File(path, "w") as target:
        group = source["model_weights"]
        target.attrs.update(group.attrs)
        for name in group:
            source.copy(group[name], target, name)
    log_checkpoints(tmp_path / "run", small(), path, A, "a", scale="step")
    maps = activations(trained(2), A, "a")["a"][0]
    np.testing.assert_array_equal(
        images(tmp_path / "run")["a/channels/input", 0],
        draw_channels(maps, layer="a", input_name="input"),
    )


@pytest.mark.parametrize("scale", ["layer", "step"])
def test_strict_stops_at_the_first_and_the_model_is_as_before(
    tmp_path: Path, scale: str
) -> None:
    bad = damaged(saved(tmp_path, "c-1.keras", trained(1)))
    good = saved(tmp_path, "c-2.keras", trained(2))
    model = small()
    before = values(model)
    with pytest.raises(InputError, match=r"c-1.keras' cannot be loaded: BadZipFile"):
        log_checkpoints(
            tmp_path / "run", model, [bad, good], A, "a", strict=True, scale=scale
        )
    assert not (tmp_path / "run").exists()
    for was, now in zip(before, values(model), strict=True):
        np.testing.assert_array_equal(now, was)


def test_without_any_good_checkpoint_nothing_is_written(tmp_path: Path) -> None:
    bad = damaged(saved(tmp_path, "c-1.keras", trained(1)))
    with pytest.raises(InputError, match="None of 1 checkpoints can be loaded"):
        log_checkpoints(tmp_path / "run", small(), bad, A, "a")
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_training_goes_on_as_if_nothing_had_been_logged(tmp_path: Path) -> None:
    x, y = np.ones((4, 20, 17, 3)), np.eye(5)[:4]

    def train(log: bool) -> list[np.ndarray]:
        keras.utils.set_random_seed(5)
        model = small()
        model.compile("adam", "categorical_crossentropy")
        model.fit(x, y, verbose=0)
        path = saved(tmp_path, "c-1.keras", model)
        model.fit(x, y, epochs=2, verbose=0)
        if log:
            log_checkpoints(tmp_path / "run", model, path, A, "a")
        model.fit(x, y, verbose=0)
        return values(model)

    for plain, logged in zip(train(log=False), train(log=True), strict=True):
        np.testing.assert_array_equal(logged, plain)


def test_the_model_is_traced_once_for_all_checkpoints(tmp_path: Path) -> None:
    traces = []

    class Counting(layers.Layer):
        def call(self, x):  # noqa: ANN001, ANN202
            traces.append(1)
            return x * 1.0

    def build() -> keras.Model:
        inputs = keras.Input((8, 8, 3))
        x = layers.Conv2D(2, 1, name="conv")(inputs)
        return keras.Model(inputs, Counting(name="count")(x))

    paths = [saved(tmp_path, f"c-{i}.weights.h5", build()) for i in range(4)]
    counts = []
    for used in (paths[:1], paths):
        model = build()
        before = len(traces)
        log_checkpoints(tmp_path / "run", model, used, A[:8, :8], "count")
        counts.append(len(traces) - before)
    assert counts[0] == counts[1]


@pytest.mark.every_backend
def test_statistics_that_layers_make_constants_of_are_not_mixed_up(
    tmp_path: Path,
) -> None:
    def build(mean: float) -> keras.Model:
        inputs = keras.Input((8, 8, 3))
        normalization = layers.Normalization(name="norm")
        normalization.adapt(mean + np.arange(8 * 8 * 3.0).reshape(1, 8, 8, 3))
        x = layers.Conv2D(2, 1, name="conv")(normalization(inputs))
        return keras.Model(inputs, x)

    for step, mean in enumerate([0.0, 1000.0]):
        saved(tmp_path, f"c-{step}.weights.h5", build(mean))
    model = build(-5.0)
    picture = A[:8, :8]
    before = activations(model, picture, "norm")["norm"]
    log_checkpoints(tmp_path / "run", model, tmp_path, picture, "norm", scale="step")
    for step, mean in enumerate([0.0, 1000.0]):
        maps = activations(build(mean), picture, "norm")["norm"][0]
        np.testing.assert_array_equal(
            images(tmp_path / "run")["norm/channels/input", step],
            draw_channels(maps, layer="norm", input_name="input"),
        )
    after = activations(model, picture, "norm")["norm"]
    np.testing.assert_array_equal(after, before)


def test_a_callable_may_build_a_model_that_was_never_called(tmp_path: Path) -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.conv = layers.Conv2D(2, 3, name="conv")

        def call(self, x):  # noqa: ANN001, ANN202
            return self.conv(x)

    model = Own()
    model(np.ones((1, 8, 8, 3)))
    path = saved(tmp_path, "c-5.weights.h5", model)
    log_checkpoints(tmp_path / "run", Own, path, A[:8, :8], scale="step")
    maps = activations(model, A[:8, :8], "conv")["conv"][0]
    np.testing.assert_array_equal(
        images(tmp_path / "run")["conv/channels/input", 5],
        draw_channels(maps, layer="conv", input_name="input"),
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"scale": "steps"}, "scale='steps'; expected 'layer'.*Did you mean 'step'"),
        ({"options": LogOptions(per_channel=True)}, "per_channel with scale='layer'"),
        ({"layers": "ab"}, "'ab'"),
        ({"inputs": "nowhere.png"}, "There is no file 'nowhere.png'"),
        ({"model": lambda: 3}, "Expected a keras.Model, received int"),
        ({"steps": [1, 2]}, "Received 2 steps for 1 checkpoints"),
    ],
)
def test_wrong_arguments_write_nothing(
    tmp_path: Path, arguments: dict, words: str
) -> None:
    path = saved(tmp_path, "c-1.keras", trained(1))
    given = {
        "model": small(),
        "checkpoints": path,
        "inputs": A,
        "log_dir": tmp_path / "run",
    }
    with pytest.raises(InputError, match=words):
        log_checkpoints(**{**given, **arguments})
    assert not (tmp_path / "run").exists()
