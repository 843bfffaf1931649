"""Training is logged as it is, and goes as it would go without."""

from __future__ import annotations

import gc
import logging
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from events import event_files, histograms, images, scalars, values
from faults import train_the_same, wait_until_stored
from training import (
    PROBES,
    assert_equal,
    compiled,
    data,
    fit,
    nested,
    subclassed,
    trainable,
    weights,
)

from tb_actviz import (
    ActivationCallback,
    InputError,
    LogOptions,
    activations,
    draw_channels,
)
from tb_actviz.records.codec import unpack
from tb_actviz.records.facts import Record
from tb_actviz.records.schema import decode_record
from tb_actviz.writing.history import bytes_of

LAYERS = ["backbone/conv", "backbone/bn", "head"]


def records(log_dir: Path) -> dict[tuple[str, int], Record]:
    """(layer path, step) to record, read back from the event files."""
    return {
        (tag.removesuffix("/activations"), step): decode_record(tensor.string_val)
        for (tag, step), tensor in values(log_dir, "activations").items()
    }


def layer_records(log_dir: Path) -> dict[tuple[str, int], Record]:
    """The same without those of the inputs, which are there where they changed."""
    return {key: one for key, one in records(log_dir).items() if key[0] != ":input"}


def steps(log_dir: Path) -> list[int]:
    """The steps that were logged, each once, in the order of the files."""
    found = [step for path, step in records(log_dir) if path.endswith("conv")]
    assert len(found) == len(set(found))
    return found


def logged_to(log_dir: Path, layers: Any = "backbone/conv", **given: Any) -> Any:
    """The callback without a budget: these trainings last milliseconds."""
    return ActivationCallback(
        log_dir, PROBES, layers, **{"max_overhead": None, **given}
    )


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the callback has told."""
    return [one.message for one in caplog.records if one.name == "tb_actviz"]


class Seen(keras.callbacks.Callback):
    """Captures beside the callback under test, at the same moments."""

    def __init__(self, layers: list[str], batches: bool = False) -> None:
        super().__init__()
        self.layers = layers
        self.batches = batches
        self.found: list[dict[str, np.ndarray]] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.batches:
            self._capture()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if not self.batches:
            self._capture()

    def _capture(self) -> None:
        both = np.stack(list(PROBES.values()))
        self.found.append(activations(self.model, both, self.layers))


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("build", [nested, subclassed])
@pytest.mark.parametrize("update_freq", ["epoch", "batch"])
def test_training_with_the_callback_is_bit_identical(
    build: Callable[[], keras.Model], update_freq: str, tmp_path: Path
) -> None:
    callback = logged_to(tmp_path, "*", update_freq=update_freq)
    train_the_same(callback, build=build, epochs=3)
    assert steps(tmp_path) == ([0, 1, 2] if update_freq == "epoch" else list(range(7)))


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("update_freq", ["epoch", "batch"])
def test_what_is_logged_is_what_the_layers_do_at_that_moment(
    update_freq: str, tmp_path: Path
) -> None:
    model = trainable()
    seen = Seen(LAYERS, batches=update_freq == "batch")
    options = LogOptions(precision="float32", views=("channels",))
    callback = logged_to(tmp_path, LAYERS, update_freq=update_freq, options=options)
    fit(model, callback, seen)
    first = 0 if update_freq == "epoch" else 1
    assert len(seen.found) == (2 if update_freq == "epoch" else 4)
    read, drawn = records(tmp_path), images(tmp_path)
    numbers, bins = scalars(tmp_path), histograms(tmp_path)
    for step, captured in enumerate(seen.found, first):
        for path, both in captured.items():
            record = read[path, step]
            assert record.step == step
            assert [one.name for one in record.inputs] == ["one", "two"]
            for index, one in enumerate(record.inputs):
                own = unpack(one.packed).reshape(both.shape[1:])
                np.testing.assert_allclose(own, both[index], rtol=1e-5, atol=1e-6)
                grid = draw_channels(
                    unpack(one.packed),
                    layer=path,
                    input_name=one.name,
                    shape=both.shape[1:],
                )
                key = f"{path}/channels/{one.name}", step
                np.testing.assert_array_equal(drawn[key], grid)
            expected = {
                "mean": both.mean(),
                "std": both.std(),
                "sparsity": (both == 0).mean(),
                "silent": (both == 0).all(axis=tuple(range(both.ndim - 1))).mean(),
            }
            for name, value in expected.items():
                assert numbers[f"{path}/{name}", step] == pytest.approx(
                    value, rel=1e-4, abs=1e-6
                )
            left, right, counts = bins[f"{path}/histogram", step].T
            assert counts.sum() == both.size
            assert (left[1:] == right[:-1]).all()
            assert left[0] <= both.min()
            assert both.max() < right[-1]
    assert {tag.rsplit("/", 1)[0] for tag, _ in bins} == set(LAYERS)


@pytest.mark.slow
@pytest.mark.every_backend
def test_each_log_tells_where_it_is_and_what_it_cost(tmp_path: Path) -> None:
    callback = logged_to(tmp_path, update_freq=2)
    fit(trainable(), callback, batches=3)
    positions = {
        step: dict(record.position) for (_, step), record in records(tmp_path).items()
    }
    assert positions == {
        0: {"epoch": 0, "batch": 0},
        2: {"epoch": 0, "batch": 2},
        4: {"epoch": 1, "batch": 4},
        6: {"epoch": 1, "batch": 6},
    }
    numbers = scalars(tmp_path)
    costs = {tag for tag, _ in numbers if tag.startswith("tb_actviz/")}
    assert costs == {
        "tb_actviz/seconds_held",
        "tb_actviz/seconds_worker",
        "tb_actviz/overhead",
        "tb_actviz/bytes",
        "tb_actviz/interval",
        "tb_actviz/skipped",
        "tb_actviz/dropped",
    }
    held = [numbers["tb_actviz/seconds_held", step] for step in (2, 4, 6)]
    assert 0 < held[0] <= held[1] <= held[2]
    size = sum(path.stat().st_size for path in event_files(tmp_path))
    told = sum(numbers["tb_actviz/bytes", step] for step in (0, 2, 4, 6))
    assert 0.8 * size < told < size


@pytest.mark.slow
@pytest.mark.every_backend
def test_a_frozen_backbone_is_logged_while_its_head_learns(tmp_path: Path) -> None:
    model = nested()
    model.get_layer("backbone").trainable = False
    callback = logged_to(tmp_path, LAYERS)
    fit(compiled(model), callback, epochs=3)
    read = records(tmp_path)
    conv = [unpack(read["backbone/conv", step].inputs[0].packed) for step in range(3)]
    head = [unpack(read["head", step].inputs[0].packed) for step in range(3)]
    np.testing.assert_array_equal(conv[0], conv[2])
    assert (head[0] != head[1]).all()
    assert (head[1] != head[2]).all()


@pytest.mark.slow
@pytest.mark.every_backend
def test_a_second_fit_and_a_recompiled_model_go_on_after_the_steps_there(
    tmp_path: Path,
) -> None:
    model = compiled(nested())
    callback = logged_to(tmp_path)
    fit(model, callback)
    fit(model, callback)
    assert steps(tmp_path) == [0, 1, 2, 3]
    model.compile("sgd", "mae")
    fit(model, callback)
    fit(model, callback, initial_epoch=6, epochs=8)
    assert steps(tmp_path) == [0, 1, 2, 3, 4, 5, 6, 7]
    assert len(event_files(tmp_path)) == 4
    read = layer_records(tmp_path)
    epochs = [record.position["epoch"] for record in read.values()]
    assert epochs == [0, 1, 0, 1, 0, 1, 6, 7]
    pictures = {key: one for key, one in records(tmp_path).items() if key not in read}
    assert list(pictures) == [(":input", step) for step in (0, 2, 4, 6)]
    positions = [one.position for one in pictures.values()]
    assert positions == [{"epoch": 0}, {"epoch": 0}, {"epoch": 0}, {"epoch": 6}]


@pytest.mark.slow
@pytest.mark.every_backend
def test_batches_are_counted_on_by_the_optimizer(tmp_path: Path) -> None:
    model = compiled(nested())
    callback = logged_to(tmp_path, update_freq=3)
    fit(model, callback)
    assert steps(tmp_path) == [0, 3]
    fit(model, callback)
    assert steps(tmp_path) == [0, 3, 6]
    compiled(model)
    fit(model, callback)  # its first batch is number 7, before it is number 7 too
    assert steps(tmp_path) == [0, 3, 6, 7, 10]


@pytest.mark.slow
@pytest.mark.every_backend
def test_another_model_gets_its_own_pass(tmp_path: Path) -> None:
    callback = logged_to(tmp_path, "*")
    fit(trainable(), callback)
    fit(compiled(subclassed()), callback)
    read = records(tmp_path)
    assert {path for path, step in read if step < 2} >= set(LAYERS)
    assert {path for path, step in read if step >= 2} == {
        *(":input", "scale", "conv", "mix", "noise", "pool", "head")
    }


class KilledError(Exception):
    """Ends a training in the middle, as a killed process does."""


class KillAt(keras.callbacks.Callback):
    def __init__(self, epoch: int) -> None:
        super().__init__()
        self.at = epoch

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if epoch == self.at:
            raise KilledError


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("restored_first", [True, False])
def test_a_restored_training_keeps_its_count(
    restored_first: bool, tmp_path: Path
) -> None:
    def callbacks() -> list[keras.callbacks.Callback]:
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
        own = logged_to(tmp_path / "run")
        return [backup, own] if restored_first else [own, backup]

    with pytest.raises(KilledError):
        fit(compiled(nested()), *callbacks(), KillAt(2), epochs=5)
    model = compiled(nested())
    fit(model, *callbacks(), epochs=5)
    assert steps(tmp_path / "run") == [0, 1, 2, 3, 4]
    read = records(tmp_path / "run")
    last = activations(model, PROBES["one"], "*")["backbone/conv"]
    packed = read["backbone/conv", 4].inputs[0].packed
    np.testing.assert_allclose(unpack(packed), last[0], rtol=2e-3, atol=1e-4)


@pytest.mark.slow
@pytest.mark.every_backend
def test_steps_that_are_there_already_are_not_written_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fit(
        trainable(),
        logged_to(tmp_path),
        epochs=4,
    )
    before = records(tmp_path)
    fit(
        trainable(),
        logged_to(tmp_path),
        initial_epoch=2,
        epochs=6,
    )
    assert steps(tmp_path) == [0, 1, 2, 3, 4, 5]
    after = records(tmp_path)
    assert {key: after[key] for key in before} == before
    (message,) = told(caplog)
    assert "up to step 3 already" in message


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.skipif(
    keras.backend.backend() == "torch", reason="torch runs one batch per execution"
)
def test_several_batches_in_one_execution_are_counted(tmp_path: Path) -> None:
    model = compiled(nested(), steps_per_execution=3)
    callback = logged_to(tmp_path, update_freq=[0, 2, 6, 7])
    fit(model, callback, batches=6)
    assert steps(tmp_path) == [0, 3, 6, 9]


@pytest.mark.slow
def test_a_training_compiled_by_xla_is_logged(tmp_path: Path) -> None:
    model = compiled(nested(), jit_compile=True, steps_per_execution=2)
    seen = Seen(["backbone/conv"])
    callback = logged_to(tmp_path)
    fit(model, callback, seen, batches=4)
    read = records(tmp_path)
    for step, captured in enumerate(seen.found):
        own = unpack(read["backbone/conv", step].inputs[1].packed)
        np.testing.assert_allclose(own, captured["backbone/conv"][1], rtol=2e-3)


@pytest.mark.slow
def test_it_stands_next_to_the_callback_of_keras(tmp_path: Path) -> None:
    model = trainable()
    fit(
        model,
        keras.callbacks.TensorBoard(tmp_path, histogram_freq=1),
        logged_to(tmp_path),
        validation_data=data(1),
    )
    folders = {path.parent.name for path in event_files(tmp_path)}
    assert folders == {"train", "validation", tmp_path.name}
    assert len(list(tmp_path.glob("*tfevents*"))) == 1


@pytest.mark.slow
@pytest.mark.every_backend
def test_a_loop_of_ones_own_is_logged(tmp_path: Path) -> None:
    model = trainable()
    callbacks = keras.callbacks.CallbackList(
        [logged_to(tmp_path, update_freq="batch")],
        model=model,
    )
    x, y = data(2)
    callbacks.on_train_begin()
    for epoch in range(2):
        callbacks.on_epoch_begin(epoch)
        for batch in range(2):
            rows = slice(4 * batch, 4 * batch + 4)
            model.train_on_batch(x[rows], y[rows])
            callbacks.on_train_batch_end(batch)
        callbacks.on_epoch_end(epoch)
    callbacks.on_train_end()
    assert steps(tmp_path) == [0, 1, 2, 3, 4]


def test_epochs_do_not_make_keras_wait_for_every_batch(tmp_path: Path) -> None:
    for update_freq, waits in [("epoch", True), ("batch", False)]:
        callback = ActivationCallback(tmp_path, PROBES, update_freq=update_freq)
        assert callback.async_safe is waits


@pytest.mark.slow
def test_pictures_are_drawn_as_asked(tmp_path: Path) -> None:
    options = LogOptions(views=("inputs", "relu"), records=False, histograms=False)
    callback = logged_to(tmp_path / "a", options=options)
    fit(trainable(), callback, epochs=1)
    assert {tag for tag, _ in images(tmp_path / "a")} == {
        "backbone/conv/inputs",
        "backbone/conv/relu/one",
        "backbone/conv/relu/two",
    }
    assert values(tmp_path / "a", "activations") == {}
    assert values(tmp_path / "a", "histograms") == {}
    callback = logged_to(
        tmp_path / "b",
        "backbone/conv",
        options=LogOptions(views=(), scalars=False),
    )
    fit(trainable(), callback, epochs=1)
    assert images(tmp_path / "b") == {}
    tags = {tag for tag, _ in scalars(tmp_path / "b")}
    assert all(tag.startswith("tb_actviz/") for tag in tags)
    assert set(records(tmp_path / "b")) == {(":input", 0), ("backbone/conv", 0)}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"layers": "backbon/conv"}, "Did you mean 'backbone/conv'"),
        ({"inputs": "nowhere.png"}, "nowhere.png"),
        ({"inputs": np.zeros((9, 9, 3))}, "takes 12×12×3"),
        ({"options": LogOptions(channels=(4,))}, "has 4 channels, 0 to 3; channel 4"),
    ],
)
def test_wrong_arguments_are_told_before_training(
    arguments: dict[str, Any], words: str, tmp_path: Path
) -> None:
    model = trainable()
    before = weights(model)
    given = {"inputs": PROBES, "layers": "backbone/conv", **arguments}
    callback = ActivationCallback(tmp_path / "run", **given)
    with pytest.raises(InputError, match=words):
        fit(model, callback)
    assert_equal(before, weights(model))
    assert event_files(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"update_freq": "epochs"}, "Did you mean 'epoch'"),
        ({"max_overhead": 0}, "max_overhead=0; expected a share above 0"),
        ({"max_overhead": 5}, "max_overhead=5"),
        ({"max_overhead": "5%"}, "max_overhead='5%'"),
    ],
)
def test_wrong_arguments_are_told_at_once(
    arguments: dict[str, Any], words: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words):
        ActivationCallback(tmp_path, PROBES, **arguments)


@pytest.mark.slow
def test_what_is_silent_from_the_start_is_written_once_and_no_reason_to_warn(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = trainable()
    conv = model.get_layer("backbone").get_layer("conv")
    kernel, bias = conv.get_weights()
    bias[[0, 1, 2]] = -1e6
    conv.set_weights([kernel, bias])
    fit(model, logged_to(tmp_path), epochs=3)
    assert told(caplog) == []
    assert {r.silent for r in layer_records(tmp_path).values()} == {(0, 1, 2)}
    assert scalars(tmp_path)["backbone/conv/silent", 2] == 0.75
    ((key, text),) = values(tmp_path, "text").items()
    assert key == ("tb_actviz/silent_channels", 0)
    lines = text.string_val[0].decode().splitlines()
    assert lines[0].startswith("Channels that are silent for these 2 inputs, that is,")
    assert lines[2:] == [
        "| layer | silent | channels |",
        "|---|---|---|",
        "| backbone/conv | 3 of 4 (75%) | 0, 1, 2 |",
    ]


@pytest.mark.slow
def test_a_layer_that_falls_silent_is_warned_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number, threshold in enumerate((0.5, None)):
        model = compiled(nested())
        conv = model.get_layer("backbone").get_layer("conv")
        # With the first batch, so that the step before it is another one.
        conv.bias.constraint = lambda bias: keras.ops.full_like(bias, -1e6)
        folder = tmp_path / str(number)
        callback = logged_to(folder, update_freq="batch", silent_threshold=threshold)
        fit(model, callback)
        shares = [scalars(folder)["backbone/conv/silent", step] for step in range(5)]
        assert shares == [0, 1, 1, 1, 1]
        assert [step for _, step in values(folder, "text")] == [0, 1]
    assert told(caplog) == [
        "At step 1, channels that responded before are silent for these 2 inputs: "
        "'backbone/conv' 4 of 4 (0, 1, 2, 3)."
    ]


@pytest.mark.slow
def test_a_budget_stretches_the_interval_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    callback = logged_to(tmp_path, "*", update_freq="batch", max_overhead=0.02)
    with caplog.at_level(logging.WARNING, "tb_actviz"):
        fit(trainable(), callback, epochs=3, batches=40)
    logged = steps(tmp_path)
    assert logged[0] == 0
    assert logged[-1] == 120
    assert len(logged) < 60
    numbers = scalars(tmp_path)
    assert numbers["tb_actviz/interval", 120] > 1
    assert numbers["tb_actviz/skipped", 120] == 121 - len(logged)
    messages = told(caplog)
    assert len(messages) == 1
    assert "To stay within max_overhead=0.02 of the training time" in messages[0]


@pytest.mark.slow
def test_a_budget_adds_no_steps_to_a_list(tmp_path: Path) -> None:
    callback = logged_to(tmp_path, update_freq=[0, 1, 2, 3, 40], max_overhead=1e-6)
    fit(trainable(), callback, batches=30)
    assert steps(tmp_path) == [0]
    callback = logged_to(tmp_path / "b", update_freq=[0, 1, 2, 60], max_overhead=1e-6)
    fit(trainable(), callback, batches=30)
    assert steps(tmp_path / "b") == [0, 60]


@pytest.mark.slow
def test_files_stop_growing_at_max_bytes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    options = LogOptions(views=())
    callback = logged_to(tmp_path, "*", options=options, max_bytes=200_000)
    model = trainable()

    def pace(epoch: int, logs: Any = None) -> None:
        """Let each log be written before the next one is due."""
        if told(caplog):  # from there on some are left out, and nothing says which
            time.sleep(0.05)
        else:
            wait_until_stored(tmp_path, epoch)

    paced = keras.callbacks.LambdaCallback(on_epoch_end=pace)
    fit(model, callback, paced, epochs=20)
    size = sum(path.stat().st_size for path in event_files(tmp_path))
    assert 100_000 < size <= 200_000
    logged = steps(tmp_path)
    assert logged[0] == 0
    assert logged[-1] == 19
    messages = told(caplog)
    assert "To stay within max_bytes=200000" in messages[0]
    for _ in range(3):
        fit(model, callback, epochs=20)
    assert sum(p.stat().st_size for p in event_files(tmp_path)) <= 200_000


@pytest.mark.slow
@pytest.mark.parametrize("overhead", [None, 0.05])
@pytest.mark.parametrize(
    ("epochs", "logs"), [(2, 2.1), (3, 2.7), (12, 5.2), (12, 2.1), (40, 12.4)]
)
def test_the_last_step_is_logged_within_max_bytes(
    tmp_path: Path, epochs: int, logs: float, overhead: float | None
) -> None:
    options = LogOptions(views=())
    fit(trainable(), logged_to(tmp_path / "one", "*", options=options), epochs=1)
    most = int(logs * bytes_of(tmp_path / "one"))
    folder = tmp_path / "all"
    callback = logged_to(
        folder, "*", options=options, max_bytes=most, max_overhead=overhead
    )
    fit(trainable(), callback, epochs=epochs)
    assert steps(folder)[0] == 0
    assert steps(folder)[-1] == epochs - 1
    assert bytes_of(folder) <= most


@pytest.mark.slow
def test_a_dropped_callback_frees_the_model(tmp_path: Path) -> None:
    model, callback = compiled(nested()), logged_to(tmp_path, "*")
    fit(model, callback)
    gone = weakref.ref(model)
    del model, callback
    keras.utils.clear_session()
    gc.collect()
    assert gone() is None
