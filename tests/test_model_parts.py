"""Models without a `call`, whose training step runs their parts: as GANs are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from faults import told
from keras import layers
from training import assert_equal, weights

from tb_actviz import (
    ActivationCallback,
    ActivationLogger,
    FeatureExtractor,
    activations,
    describe_layers,
    log_checkpoints,
    read_records,
)
from tb_actviz.errors import InputError

PICTURES = np.random.default_rng(0).random((8, 8, 8, 1), dtype=np.float32)
LATENT = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32)


class Untrained(keras.Model):
    """Its training step shrinks all weights, on each back end."""

    def train_step(self, *given: Any) -> Any:
        if keras.backend.backend() == "jax":
            (trainable, *others), _ = given
            return {"loss": 0.0}, ([0.9 * value for value in trainable], *others)
        for variable in self.trainable_variables:
            variable.assign(0.9 * variable)
        return {"loss": 0.0}


class Gan(Untrained):
    def __init__(self) -> None:
        super().__init__(name="gan")
        self.critic = keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                layers.Conv2D(4, 3, strides=2, name="conv"),
                layers.LeakyReLU(name="relu"),
                layers.GlobalMaxPooling2D(name="pool"),
                layers.Dense(1, name="score"),
            ],
            name="a_critic",
        )
        self.generator = keras.Sequential(
            [
                keras.Input((4,)),
                layers.Dense(64, name="dense"),
                layers.Reshape((8, 8, 1), name="picture"),
            ],
            name="a_generator",
        )
        self.loss_tracker = keras.metrics.Mean(name="loss")
        # Else Keras does not save it.
        self.built = True


def gan() -> keras.Model:
    keras.utils.set_random_seed(3)
    model = Gan()
    model.compile("sgd")
    return model


def trained(model: keras.Model, *callbacks: Any) -> keras.Model:
    model.fit(PICTURES, batch_size=4, epochs=2, verbose=0, callbacks=list(callbacks))
    return model


CRITIC = [f"critic/{name}" for name in ("conv", "relu", "pool", "score")]
GENERATOR = ["generator/dense", "generator/picture"]


@pytest.mark.every_backend
def test_the_layers_of_its_parts_are_described() -> None:
    described = describe_layers(gan())
    shown = [layer for layer in described if layer.class_name != "InputLayer"]
    assert [layer.path for layer in shown] == CRITIC + GENERATOR
    assert [layer.output_shape for layer in shown][:2] == [(3, 3, 4), (3, 3, 4)]
    assert (shown[0].kind, shown[0].partner) == ("pre-activation", "critic/relu")


@pytest.mark.every_backend
def test_a_part_is_captured_by_its_path() -> None:
    model = gan()
    found = activations(model, PICTURES, "critic/*")
    assert list(found) == CRITIC
    np.testing.assert_allclose(
        found["critic/score"],
        keras.ops.convert_to_numpy(model.critic(PICTURES)),
        rtol=1e-5,
    )
    assert activations(model, LATENT, "generator/picture")[
        "generator/picture"
    ].shape == (3, 8, 8, 1)


@pytest.mark.every_backend
def test_each_part_is_given_its_own_inputs() -> None:
    model = gan()
    extract = FeatureExtractor(model, "*")
    found = extract({"critic": PICTURES[:2], "generator": LATENT})
    assert {path: len(values) for path, values in found.items()} == {
        **dict.fromkeys(CRITIC, 2),
        **dict.fromkeys(GENERATOR, 3),
    }
    np.testing.assert_allclose(
        found["generator/picture"],
        keras.ops.convert_to_numpy(model.generator(LATENT)),
        rtol=1e-5,
    )
    described = extract.describe()
    assert described.reason.startswith("the model has no call(), its parts are run")
    assert list(described.inputs.values()) == [(8, 8, 1), (4,)]
    assert described.layers == tuple(CRITIC + GENERATOR)


@pytest.mark.every_backend
@pytest.mark.parametrize(
    ("inputs", "asked", "logged"),
    [
        (PICTURES[:2], "critic/*", dict.fromkeys(CRITIC, 2)),
        (PICTURES[:2], None, {"critic/conv": 2, "critic/relu": 2}),
        (LATENT, "*", dict.fromkeys(GENERATOR, 3)),
        (
            {"critic": PICTURES[:2], "generator": LATENT},
            None,
            {"critic/conv": 2, "critic/relu": 2, **dict.fromkeys(GENERATOR, 3)},
        ),
        (
            {"generator": LATENT, "critic": {"real": PICTURES[0]}},
            ["critic/conv", "generator/*"],
            {"critic/conv": 1, **dict.fromkeys(GENERATOR, 3)},
        ),
    ],
)
def test_its_training_is_logged_and_the_same(
    inputs: Any,
    asked: Any,
    logged: dict[str, int],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    callback = ActivationCallback(tmp_path, inputs, asked, max_overhead=None)
    model = trained(gan(), callback)
    assert_equal(weights(model), weights(trained(gan())))
    assert told(caplog) == []
    stored = list(read_records(tmp_path, layers="*"))
    last = {record.layer: record for record in stored if record.step == 1}
    last.pop(":input", None)
    assert {path: len(one.activations) for path, one in last.items()} == logged
    expected = activations(model, inputs, asked)
    for path in logged:
        np.testing.assert_allclose(
            np.stack(list(last[path].activations.values())), expected[path], atol=1e-2
        )


@pytest.mark.every_backend
def test_names_say_which_part_an_input_is_for(tmp_path: Path) -> None:
    pictures = {"real": PICTURES[0], "noise": PICTURES[1]}
    inputs = {"critic": pictures, "generator": LATENT}
    with ActivationLogger(tmp_path, gan(), ["critic/conv", "generator/*"]) as log:
        logged = log(inputs)
    assert [named.name for named in logged.inputs] == [
        "critic/real",
        "critic/noise",
        *(f"generator/input_{i}" for i in range(3)),
    ]
    assert set(logged.strongest["generator/dense"]) == {
        f"generator/input_{i}" for i in range(3)
    }
    assert "critic/conv/channels/critic/real" in logged.tags
    assert "critic/conv/inputs" in logged.tags
    # The critic gives one score, the generator pictures.
    assert list(logged.predictions) == ["critic/real", "critic/noise"]


@pytest.mark.every_backend
def test_inputs_that_fit_no_part_are_reported_and_the_training_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = trained(gan(), ActivationCallback(tmp_path, np.zeros((2, 9)), "*"))
    assert_equal(weights(model), weights(trained(gan())))
    (message,) = told(caplog)
    assert message == (
        "Activations are not logged. The model 'gan' (Gan) has no call(), and the "
        "inputs fit none of its parts. Give each part its own: {'critic': …}. The "
        "parts take: critic 8×8×1; generator 4."
    )


class Nothing(Untrained):
    def __init__(self) -> None:
        super().__init__(name="nothing")
        self.scale = self.add_weight(shape=(3,), name="scale")


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="elsewhere Keras' own fit demands a call()",
)
def test_a_model_without_parts_is_trained_and_said_to_have_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = Nothing()
    model.compile("sgd")
    trained(model, ActivationCallback(tmp_path, PICTURES, "*"))
    (message,) = told(caplog)
    assert "(Nothing) has no call(), and holds no models that could be run" in message
    with pytest.raises(InputError, match=r"has no call\(\), and holds no models"):
        activations(model, PICTURES)
    with pytest.raises(InputError, match="it holds none"):
        describe_layers(model)


@pytest.mark.every_backend
@pytest.mark.parametrize(
    ("inputs", "asked", "words"),
    [
        (PICTURES, "conv", "No layer has the path 'conv'. Did you mean 'critic/conv'"),
        (PICTURES, "a_critic/conv", "Did you mean 'critic/conv'"),
        (PICTURES, "generator/*", r"'input' has shape \(8, 8, 8, 1\); expected 1 axes"),
        (
            {"critic": PICTURES, "generator": LATENT},
            "critic/*",
            "given for 'generator', but no layer in it was asked for",
        ),
        ({"critic": PICTURES}, "generator/*", "No layer has the glob 'generator/\\*'"),
    ],
)
def test_wrong_arguments_are_errors_before_the_training(
    inputs: Any, asked: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words):
        trained(gan(), ActivationCallback(tmp_path, inputs, asked))
    assert list(tmp_path.iterdir()) == []


class Deep(Untrained):
    """Parts in lists and dicts, in parts, of classes that were never called."""

    def __init__(self) -> None:
        super().__init__(name="deep")
        self.gan = Gan()
        self.critics = [_dense("first"), _dense("second")]
        self.by_size = {"small": _dense("third")}
        self.augment = keras.Sequential([layers.RandomFlip(name="flip")])


def _dense(name: str) -> keras.Model:
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(2, name="dense")(inputs), name=name)


@pytest.mark.every_backend
def test_parts_are_found_as_keras_tracks_them(tmp_path: Path) -> None:
    model = Deep()
    paths = {layer.path for layer in describe_layers(model)}
    assert {
        *(f"gan/{path}" for path in CRITIC),
        "critics/0/dense",
        "critics/1/dense",
        "by_size/small/dense",
    } <= paths
    found = activations(model, LATENT, ["critics/1/*", "by_size/small/dense"])
    np.testing.assert_allclose(
        found["critics/1/dense"],
        keras.ops.convert_to_numpy(model.critics[1](LATENT)),
        rtol=1e-5,
    )
    # A part that was never called is built by its inputs, as by calling it.
    assert list(activations(model, {"augment": PICTURES}, "*")) == ["augment/flip"]


@pytest.mark.slow
@pytest.mark.every_backend
def test_the_preprocessing_of_a_part_is_its_own(tmp_path: Path) -> None:
    def halve(x: np.ndarray) -> np.ndarray:
        return x / 2

    model, inputs = gan(), {"critic": PICTURES, "generator": LATENT}
    expected = keras.ops.convert_to_numpy(model.critic(PICTURES / 2))
    # Given without a name, it is for pictures.
    for preprocess in ({"critic": halve}, halve):
        with ActivationLogger(
            tmp_path, model, ["critic/*", "generator/*"], preprocess=preprocess
        ) as log:
            logged = log(inputs)
        assert logged.preprocess == (
            f"critic: {__name__}.{halve.__qualname__}; "
            "generator: none (inputs are fed as they are)"
        )
        found = activations(model, inputs, "*", preprocess=preprocess)
        np.testing.assert_allclose(found["critic/score"], expected, rtol=1e-4)
    stated = {
        record.layer: record.record.preprocess
        for record in read_records(tmp_path, layers="*")
    }
    assert stated["critic/conv"].endswith("halve")
    assert stated["generator/dense"] == "none (inputs are fed as they are)"
    with pytest.raises(InputError, match="expected parts of the model: critic, gener"):
        activations(model, inputs, "*", preprocess={"crtic": halve})


@pytest.mark.every_backend
def test_checkpoints_of_it_are_compared(tmp_path: Path) -> None:
    model = gan()
    for step in (1, 2):
        trained(model)
        model.save_weights(tmp_path / f"ckpt-{step}.weights.h5")
    expected = keras.ops.convert_to_numpy(model.critic(PICTURES[:1]))
    log_checkpoints(
        tmp_path / "run", gan(), tmp_path / "*.h5", PICTURES[:1], "critic/*"
    )
    last = list(read_records(tmp_path / "run", layers="critic/score"))[-1]
    assert last.step == 2
    np.testing.assert_allclose(
        list(last.activations.values()), expected, rtol=1e-2, atol=1e-3
    )
