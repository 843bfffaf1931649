"""Listing and selecting layers."""

from __future__ import annotations

from types import FunctionType

import keras
import pytest
from keras import layers
from networks import shared, small

from tb_actviz.capture.default_selection import select_default
from tb_actviz.capture.selection import (
    LayerInfo,
    activation_pairs,
    describe_layers,
    followed_by,
    known_calls,
    select_calls,
)
from tb_actviz.errors import InputError

PATHS = [
    "data",
    "conv1",
    "relu1",
    "pool1",
    "b",
    "a:pre",
    "a",
    "b.act",
    "concat",
    "drop",
    "average",
    "prob",
]


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return small()


def selected(model: keras.Model, layers: object) -> list[str]:
    return [call.path for call in select_calls(known_calls(model), layers)]  # type: ignore[arg-type]


def test_calls_come_in_the_order_they_run(model: keras.Model) -> None:
    assert [call.path for call in known_calls(model)] == PATHS


def test_repeated_calls_and_operations_have_paths_of_their_own() -> None:
    calls = known_calls(shared())
    assert [call.path for call in calls] == ["data", "same", "relu", "same#2", "add"]
    assert len({id(call.tensor) for call in calls}) == 5


def test_a_layer_used_by_another_model_too_is_seen_in_this_one(
    model: keras.Model,
) -> None:
    # A second call, outside this model, must not get into its list.
    other = keras.Input((8, 8, 3))
    keras.Model(other, model.get_layer("conv1")(other))
    assert [call.path for call in known_calls(model)] == PATHS


def test_sequential_models_and_very_deep_ones() -> None:
    sequential = keras.Sequential([keras.Input((2,)), layers.ReLU(name="r")])
    assert [call.path for call in known_calls(sequential)][1:] == ["r"]
    x = inputs = keras.Input((2,))
    for _ in range(300):
        x = layers.ReLU()(x)
    assert len(known_calls(keras.Model(inputs, x))) == 301


def test_models_that_were_never_called_say_what_to_do() -> None:
    class Own(keras.Model):
        def call(self, x):  # noqa: ANN001, ANN202
            return x

    for model in (Own(name="own"), keras.Sequential([layers.ReLU()], name="own")):
        with pytest.raises(
            InputError, match=r"'own' .* called once\. Call it on a batc"
        ):
            known_calls(model)
    with pytest.raises(InputError, match=r"Expected a keras\.Model, received str: 'x'"):
        known_calls("x")


def test_pairs_are_activation_layers_and_what_feeds_them(model: keras.Model) -> None:
    assert activation_pairs(known_calls(model)) == [
        ("conv1", "relu1"),
        ("a:pre", "a"),
        ("b", "b.act"),
        ("average", "prob"),
    ]


def test_a_pair_goes_through_normalisation() -> None:
    keras.utils.clear_session()  # operations are named by a running number
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(2, 3, name="conv")(inputs)
    x = layers.BatchNormalization(name="bn")(x)
    x = layers.ReLU(name="relu")(x)
    x = layers.Conv2D(2, 3, name="conv2")(x)
    x = layers.Dropout(0.5, name="drop")(x)
    model = keras.Model(inputs, keras.ops.gelu(x))
    calls = known_calls(model)
    # What the activation is applied to is what it is compared with.
    assert activation_pairs(calls) == [("bn", "relu"), ("drop", "gelu")]
    assert followed_by(calls) == {"bn": "relu", "conv": "relu", "drop": "gelu"}
    found = {info.path: (info.kind, info.partner) for info in describe_layers(model)}
    assert found["conv"] == ("pre-activation", "relu")
    assert found["bn"] == ("pre-activation", "relu")
    assert found["relu"] == ("activation", "bn")
    assert found["conv2"] == ("other", None)


def test_a_layer_is_described_in_full(model: keras.Model) -> None:
    found = {info.path: info for info in describe_layers(model)}
    assert list(found) == PATHS
    assert found["conv1"] == LayerInfo(
        path="conv1",
        class_name="Conv2D",
        output_shape=(None, None, 4),
        channels=4,
        parameters=3 * 3 * 3 * 4 + 4,
        kind="pre-activation",
        partner="relu1",
        warnings=(),
    )
    assert found["relu1"].kind == "activation"
    assert found["relu1"].partner == "conv1"
    assert (found["a"].kind, found["a"].partner) == ("activation", "a:pre")
    assert (found["a:pre"].kind, found["a:pre"].partner) == ("pre-activation", "a")
    assert found["a:pre"].output_shape == found["a"].output_shape == (None, None, 2)
    assert found["a:pre"].parameters == 0
    assert found["average"].output_shape == (5,)
    assert found["drop"].kind == "other"
    assert sum(info.parameters for info in found.values()) == model.count_params()


def test_inner_models_repeated_calls_and_recurrent_layers_are_described() -> None:
    inner = keras.Sequential(
        [keras.Input((4,)), layers.Dense(2, name="d")], name="inner"
    )
    inputs = keras.Input((4,))
    infos = describe_layers(keras.Model(inputs, inner(inputs)))
    assert [(info.path, info.parameters) for info in infos[1:]] == [
        ("inner/d", 10),
        ("inner", 0),
    ]
    repeated = {info.path: info for info in describe_layers(shared())}
    assert repeated["same"].warnings == ()
    assert repeated["same#2"].warnings == ("a repeated call: weights are shared",)
    assert (repeated["same"].parameters, repeated["same#2"].parameters) == (12, 0)
    words = keras.Input((4, 2))
    (_, gru) = describe_layers(keras.Model(words, layers.GRU(3, name="gru")(words)))
    assert gru.warnings == ("values inside its cell cannot be seen",)


def test_a_layer_inside_a_model_is_offered_for_its_own_name() -> None:
    inner = keras.Sequential([keras.Input((4,)), layers.ReLU(name="act")], name="inner")
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(2, name="head")(inner(inputs)))
    for wanted in ("act", "Act"):
        with pytest.raises(InputError, match=r"Did you mean 'inner/act'\?"):
            selected(model, wanted)


@pytest.mark.parametrize(
    ("selection", "paths"),
    [
        ("conv1", ["conv1"]),
        ("data", ["data"]),
        ("*", [path for path in PATHS[1:] if path != "a:pre"]),
        ("b*", ["b", "b.act"]),
        ("?", ["b", "a"]),
        ("[ab]", ["b", "a"]),
        ("a:pre", ["a:pre"]),
        ("*:pre", ["a:pre"]),
        (["a", "*:pre"], ["a:pre", "a"]),
        (layers.Conv2D, ["conv1", "b", "a"]),
        (lambda layer: layer.name.startswith("re"), ["relu1"]),
        (["prob", "conv1"], ["conv1", "prob"]),
        (["b", "*conv*", "b*"], ["conv1", "b", "b.act"]),
        ([layers.ReLU, "a", "a"], ["relu1", "a"]),
        (("a", "b"), ["b", "a"]),
    ],
    # A function's address would be another one in each process.
    ids=lambda value: "predicate" if isinstance(value, FunctionType) else str(value),
)
def test_selections(model: keras.Model, selection: object, paths: list[str]) -> None:
    assert selected(model, selection) == paths


def test_a_layer_itself_selects_its_calls(model: keras.Model) -> None:
    assert selected(model, model.get_layer("a")) == ["a"]
    assert selected(model, [model.get_layer("b"), "a"]) == ["b", "a"]
    repeated = shared()
    same = repeated.get_layer("same")
    assert selected(repeated, same) == ["same", "same#2"]
    with pytest.raises(InputError, match="'same' is not called in this model"):
        selected(model, same)


def test_every_path_is_taken_once() -> None:
    inputs = keras.Input((4, 3))
    many = layers.LSTM(2, return_state=True, name="l")(inputs)
    odd = layers.ReLU(name="l:1")(many[0])
    hash_name = layers.ReLU(name="s#2")(odd)
    model = keras.Model(inputs, [hash_name, *many[1:]])
    paths = [call.path for call in known_calls(model)][1:]
    assert len(set(paths)) == len(paths) == 5
    assert {"l:0", "l:1", "l:2", "l:1~2", "s#2"} == set(paths)
    warnings = {info.path: info.warnings for info in describe_layers(model)}
    assert warnings["s#2"] == ()


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        ("conv2", r"No layer has the path 'conv2'\. Did you mean 'conv1'\?"),
        ("Relu1", r"Did you mean 'relu1'\?"),
        (["a", "pol1"], r"path 'pol1'\. Did you mean 'pool1'\?"),
        ("conv1x*", r"No layer has the glob 'conv1x\*'\. Did you mean 'conv1'\?"),
        ("zzz", r"There are: 'data', .*'b.act', 'concat' and 3 more"),
        (layers.Dense, r"No layer is a Dense\. The model has: InputLayer, Conv2D"),
        (lambda layer: False, r"is true for none of the layers"),
        ([], "`layers` is empty"),
        (7, r"Cannot select layers with 7 \(int\)"),
        (["a", 7], r"Cannot select a layer with 7 \(int\)"),
    ],
)
def test_selections_of_nothing(
    model: keras.Model, selection: object, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        selected(model, selection)


def test_the_default_is_convolutions_and_activations_with_maps(
    model: keras.Model,
) -> None:
    chosen = select_default(known_calls(model))
    assert [call.path for call in chosen] == ["conv1", "relu1", "b", "a", "b.act"]
    dense = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="d")])
    assert [call.path for call in select_default(known_calls(dense))] == ["d"]
