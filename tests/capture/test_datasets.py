"""The first samples of whatever `model.fit` reads, on every back end."""

from __future__ import annotations

import io
import itertools
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from tb_actviz.capture.datasets import take_samples
from tb_actviz.capture.stream_elements import is_dataset
from tb_actviz.errors import InputError

pytestmark = pytest.mark.every_backend

#: Seven pictures, no two values equal.
PICTURES = np.arange(7 * 4 * 5 * 3, dtype=np.uint16).reshape(7, 4, 5, 3)
LABELS = np.arange(7)
SIDES = np.linspace(0, 1, 7 * 2, dtype=np.float32).reshape(7, 2)


class Batches(keras.utils.PyDataset):
    """Pictures and labels in batches of three; remembers who read what."""

    def __init__(self, batches: int | None, **options: Any) -> None:
        super().__init__(**options)
        self.batches = batches
        self.read: list[tuple[int, int]] = []

    @property
    def num_batches(self) -> int | None:
        return self.batches

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        self.read.append((index, threading.get_ident()))
        rows = slice(3 * index % 7, 3 * index % 7 + 3)
        return PICTURES[rows], LABELS[rows]


class Forgetful(keras.utils.PyDataset):
    """A dataset that does not say how long it is."""

    def __getitem__(self, index: int) -> np.ndarray:
        return PICTURES


def batches(size: int = 3) -> Iterator[np.ndarray]:
    for start in range(0, 7, size):
        yield PICTURES[start : start + size]


def axes(*counts: int) -> list[tuple[None, ...]]:
    """What a model takes that has inputs with so many axes, of any size."""
    return [(None,) * count for count in counts]


def counted(elements: Any, drawn: list[int]) -> Iterator[Any]:
    """The elements, and in `drawn` the number of each that was asked for."""
    for number, element in enumerate(elements):
        drawn.append(number)
        yield element


def assert_same(samples: list[Any], expected: list[Any]) -> None:
    """Same structure, values, shapes and dtypes, as NumPy arrays of their own."""
    assert len(samples) == len(expected)
    for sample, wanted in zip(samples, expected, strict=True):
        keras.tree.assert_same_structure(sample, wanted)
        for array, values in zip(
            keras.tree.flatten(sample), keras.tree.flatten(wanted), strict=True
        ):
            assert type(array) is np.ndarray
            assert array.flags.owndata
            assert array.dtype == values.dtype
            np.testing.assert_array_equal(array, values, strict=True)


# Which values are streams.


@pytest.mark.parametrize(
    "stream",
    [
        Batches(2),
        batches(),
        iter([PICTURES]),
        map(np.asarray, [PICTURES]),
        itertools.repeat(PICTURES),
        {1: PICTURES}.values(),
    ],
    ids=lambda stream: type(stream).__name__,
)
def test_what_gives_its_elements_one_by_one_is_a_stream(stream: object) -> None:
    assert is_dataset(stream)


@pytest.mark.parametrize(
    "value",
    [
        PICTURES,
        np.float32(1),
        [PICTURES],
        (PICTURES,),
        {"a": PICTURES},
        "a.png",
        b"a.png",
        Path("a.png"),
        Image.new("RGB", (2, 2)),
        range(3),
        7,
        None,
    ],
    ids=lambda value: type(value).__name__,
)
def test_arrays_paths_and_collections_are_no_streams(value: object) -> None:
    assert not is_dataset(value)


@pytest.mark.slow
def test_tensors_of_every_library_are_no_streams() -> None:
    assert not is_dataset(keras.ops.convert_to_tensor(PICTURES))
    assert not is_dataset(keras.Variable(SIDES))
    assert not is_dataset(pytest.importorskip("jax.numpy").asarray(SIDES))
    assert not is_dataset(pytest.importorskip("torch").tensor(SIDES))
    tf = pytest.importorskip("tensorflow")
    assert not is_dataset(tf.constant(SIDES))
    assert not is_dataset(tf.ragged.constant([[1], [2, 3]]))


@pytest.mark.slow
def test_datasets_and_loaders_are_streams() -> None:
    torch = pytest.importorskip("torch")
    assert is_dataset(torch.utils.data.DataLoader(torch.tensor(SIDES)))
    tf = pytest.importorskip("tensorflow")
    dataset = tf.data.Dataset.from_tensor_slices(SIDES)
    assert is_dataset(dataset)
    assert is_dataset(dataset.as_numpy_iterator())


# tf.data


@pytest.mark.parametrize("shapes", [axes(3), None])
@pytest.mark.parametrize("batch_size", [None, 1, 3, 100])
@pytest.mark.parametrize("with_labels", [False, True])
def test_a_tf_dataset_gives_its_first_samples(
    with_labels: bool, batch_size: int | None, shapes: Any
) -> None:
    tf = pytest.importorskip("tensorflow")
    columns = (PICTURES, LABELS) if with_labels else PICTURES
    dataset = tf.data.Dataset.from_tensor_slices(columns)
    if batch_size:
        dataset = dataset.batch(batch_size)
    assert_same(take_samples(dataset, 5, shapes), list(PICTURES[:5]))
    assert_same(take_samples(dataset, 100, shapes), list(PICTURES))


@pytest.mark.parametrize("batch_size", [None, 3])
def test_a_tf_dataset_of_dicts_keeps_their_names(batch_size: int | None) -> None:
    tf = pytest.importorskip("tensorflow")
    # Written in another order than keras.tree.flatten has.
    x = {"side": SIDES, "picture": PICTURES}
    dataset = tf.data.Dataset.from_tensor_slices((x, LABELS, SIDES[:, 0])).repeat()
    if batch_size:
        dataset = dataset.batch(batch_size)
    expected = [{"picture": PICTURES[i], "side": SIDES[i]} for i in range(4)]
    assert_same(take_samples(dataset, 4, axes(3, 1)), expected)


def test_a_tf_tensor_of_any_dtype_keeps_it() -> None:
    tf = pytest.importorskip("tensorflow")
    for dtype in (tf.uint8, tf.bool, tf.float16, tf.bfloat16, tf.float64, tf.int64):
        batch = tf.cast(tf.constant([[0, 1], [1, 0]]), dtype)
        dataset = tf.data.Dataset.from_tensors(batch)
        expected = [np.array(row, dtype.as_numpy_dtype) for row in ([0, 1], [1, 0])]
        assert_same(take_samples(dataset, 9, axes(1)), expected)


# PyDataset


def test_a_py_dataset_is_indexed_as_far_as_needed_and_without_workers() -> None:
    dataset = Batches(2, workers=4, max_queue_size=2)
    threads = threading.active_count()
    assert_same(take_samples(dataset, 4, axes(3)), list(PICTURES[:4]))
    assert dataset.read == [(0, threading.get_ident()), (1, threading.get_ident())]
    assert threading.active_count() == threads


def test_a_py_dataset_ends_after_its_last_batch() -> None:
    dataset = Batches(2)
    assert_same(take_samples(dataset, 100, axes(3)), list(PICTURES[:6]))
    assert [index for index, _ in dataset.read] == [0, 1]


def test_a_py_dataset_may_be_infinite() -> None:
    dataset = Batches(None)
    assert_same(take_samples(dataset, 2, axes(3)), list(PICTURES[:2]))
    assert [index for index, _ in dataset.read] == [0]


# Generators and iterators


@pytest.mark.parametrize(
    ("count", "expected_draws"), [(1, [0]), (3, [0]), (4, [0, 1]), (6, [0, 1])]
)
def test_a_generator_is_drawn_no_further_than_needed(
    count: int, expected_draws: list[int]
) -> None:
    drawn: list[int] = []
    assert_same(
        take_samples(counted(batches(), drawn), count, axes(3)), list(PICTURES[:count])
    )
    assert drawn == expected_draws


def test_an_infinite_generator_can_go_on_afterwards() -> None:
    drawn: list[int] = []
    stream = counted(itertools.cycle(PICTURES), drawn)
    assert_same(take_samples(stream, 2, axes(3)), list(PICTURES[:2]))
    assert drawn == [0, 1]
    np.testing.assert_array_equal(next(stream), PICTURES[2])


def test_a_generator_that_reuses_its_buffer_does_not_change_samples() -> None:
    def one_buffer(shape: tuple[int, ...]) -> Iterator[np.ndarray]:
        buffer = np.empty(shape, np.uint8)
        for value in itertools.count():
            buffer[...] = value
            yield buffer

    for shape in [(2, 4, 5, 3), (4, 5, 3)]:
        samples = take_samples(one_buffer(shape), 4, axes(3))
        values = [0, 0, 1, 1] if len(shape) == 4 else [0, 1, 2, 3]
        assert_same(samples, [np.full((4, 5, 3), v, np.uint8) for v in values])


@pytest.mark.parametrize(
    "element",
    [
        PICTURES,
        (PICTURES,),
        [PICTURES],
        (PICTURES, LABELS),
        [PICTURES, LABELS],
        (PICTURES, None, None),
        [PICTURES, "labels", LABELS],
    ],
)
def test_the_first_item_of_an_element_is_x_as_in_fit(element: object) -> None:
    assert_same(take_samples(iter([element]), 2, axes(3)), list(PICTURES[:2]))


@pytest.mark.parametrize(
    "pack",
    [
        lambda a, b: (a, b),
        lambda a, b: [a, b],
        lambda a, b: {"a": a, "b": b},
        lambda a, b: {"both": [a, {"deep": b}]},
    ],
)
@pytest.mark.parametrize("batched", [True, False])
def test_several_inputs_keep_the_structure_of_x(
    pack: Callable[[Any, Any], Any], batched: bool
) -> None:
    whole = [(pack(PICTURES, SIDES), LABELS)]
    singly = [(pack(*one), 0) for one in zip(PICTURES, SIDES, strict=True)]
    samples = take_samples(iter(whole if batched else singly), 2, axes(3, 1))
    assert_same(samples, [pack(PICTURES[i], SIDES[i]) for i in range(2)])


def test_a_batch_of_numbers_gives_arrays_without_axes() -> None:
    for shapes, element in [
        (axes(0), SIDES[:, 0]),
        (axes(3, 0), (PICTURES, SIDES[:, 0])),
    ]:
        (sample,) = take_samples(iter([(element, LABELS)]), 1, shapes)
        number = keras.tree.flatten(sample)[-1]
        assert_same([number], [np.asarray(SIDES[0, 0])])


def test_single_samples_may_differ_in_size() -> None:
    pictures = [PICTURES[0], PICTURES[0, :2], PICTURES[:2, 1:]]
    assert_same(
        take_samples(iter(pictures), 9, axes(3)),
        [PICTURES[0], PICTURES[0, :2], *PICTURES[:2, 1:]],
    )


def test_an_empty_batch_is_passed_over() -> None:
    assert_same(take_samples(iter([PICTURES[:0], PICTURES]), 1, axes(3)), [PICTURES[0]])


def test_the_dtype_is_kept() -> None:
    for dtype in ("uint8", "int32", "bool", "float16", "float64"):
        batch = np.ones((1, 2, 2, 3), dtype)
        assert_same(take_samples(iter([batch]), 1, axes(3)), [batch[0]])


def test_any_integer_counts() -> None:
    assert len(take_samples(batches(), np.int64(2), axes(3))) == 2  # type: ignore[arg-type]


# Models whose inputs are not known


@pytest.mark.parametrize(
    ("shape", "batched"),
    [
        ((), False),
        ((7,), False),
        ((7, 3), True),
        ((7, 4, 5), True),
        ((7, 4, 2), True),
        ((7, 4, 1), False),
        ((7, 4, 3), False),
        ((7, 4, 4), False),
        ((7, 4, 5, 3), True),
        ((7, 2, 4, 5, 3), True),
    ],
)
def test_what_counts_as_a_batch_where_the_inputs_are_not_known(
    shape: tuple[int, ...], batched: bool
) -> None:
    array = np.arange(np.prod(shape)).reshape(shape)
    expected = list(array[:2]) if batched else [array]
    assert_same(take_samples(iter([array]), 2, None), expected)


def test_the_first_element_says_how_many_axes_a_sample_has() -> None:
    # (4, 5) alone would be read as a batch.
    elements = [np.zeros((2, 4, 5)), np.ones((4, 5)), np.ones((1, 4, 5))]
    expected = [np.zeros((4, 5))] * 2 + [np.ones((4, 5))] * 2
    assert_same(take_samples(iter(elements), 9, None), expected)
    with pytest.raises(InputError, match=r"shape \(5,\); expected 2 axes, or 3"):
        take_samples(iter([*elements, np.ones(5)]), 9, None)


# Tensors and loaders of the back ends


def test_tensors_of_the_keras_back_end_become_arrays() -> None:
    stream = (keras.ops.convert_to_tensor(batch) for batch in (SIDES[:3], SIDES[3:]))
    assert_same(take_samples(stream, 5, axes(1)), list(SIDES[:5]))


def test_half_precision_of_the_keras_back_end_is_kept() -> None:
    batch = keras.ops.convert_to_tensor([[1.5, 2.5]], "bfloat16")
    (sample,) = take_samples(iter([batch]), 1, axes(1))
    assert (sample.dtype.name, sample.tolist()) == ("bfloat16", [1.5, 2.5])
    (number,) = take_samples(iter([batch[0]]), 1, axes(0))
    assert (number.dtype.name, number.shape) == ("bfloat16", ())


def test_jax_arrays_become_numpy_arrays() -> None:
    jnp = pytest.importorskip("jax.numpy")
    stream = ((jnp.asarray(side), 0) for side in SIDES)
    assert_same(take_samples(stream, 2, axes(1)), list(SIDES[:2]))
    half = jnp.asarray([[1.5, 2.5]], jnp.bfloat16)
    assert_same(take_samples(iter([half]), 2, axes(1)), [np.asarray(half[0])])


def test_torch_tensors_that_require_grad_become_arrays() -> None:
    torch = pytest.importorskip("torch")
    stream = (torch.tensor(side, requires_grad=True) for side in SIDES)
    assert_same(take_samples(stream, 2, axes(1)), list(SIDES[:2]))


def test_a_torch_buffer_may_be_reused_too() -> None:
    torch = pytest.importorskip("torch")

    def one_buffer() -> Iterator[Any]:
        buffer = torch.zeros(2)
        while True:
            yield buffer
            buffer += 1

    expected = [np.full(2, value, np.float32) for value in (0, 1, 2)]
    assert_same(take_samples(one_buffer(), 3, axes(1)), expected)


@pytest.mark.parametrize("batch_size", [None, 1, 3, 100])
def test_a_torch_loader_gives_its_first_samples(batch_size: int | None) -> None:
    torch = pytest.importorskip("torch")
    data = torch.utils.data.TensorDataset(
        torch.tensor(PICTURES.astype(np.uint8)), torch.tensor(LABELS)
    )
    loader = torch.utils.data.DataLoader(data, batch_size=batch_size)
    expected = list(PICTURES.astype(np.uint8))
    assert_same(take_samples(loader, 5, axes(3)), expected[:5])
    assert_same(take_samples(loader, 100, axes(3)), expected)


def test_a_torch_loader_of_dicts_keeps_their_names() -> None:
    torch = pytest.importorskip("torch")
    rows = [({"b": SIDES[i], "a": PICTURES[i].astype(np.uint8)}, i) for i in range(7)]
    loader = torch.utils.data.DataLoader(rows, batch_size=4)
    assert_same(take_samples(loader, 5, axes(3, 1)), [x for x, _ in rows[:5]])


# What cannot be used


@pytest.mark.parametrize("count", [0, -1])
def test_a_count_below_one_is_refused(count: int) -> None:
    with pytest.raises(InputError, match=f"at least 1, received {count}"):
        take_samples(batches(), count, axes(3))


@pytest.mark.parametrize("count", [1.0, "2", None])
def test_a_count_that_is_no_integer_is_refused(count: object) -> None:
    with pytest.raises(InputError, match=rf"an integer, received {count!r}\."):
        take_samples(batches(), count, axes(3))  # type: ignore[arg-type]


def test_a_refused_count_draws_nothing() -> None:
    drawn: list[int] = []
    with pytest.raises(InputError, match="at least 1"):
        take_samples(counted(batches(), drawn), 0, axes(3))
    assert drawn == []


@pytest.mark.parametrize(
    ("stream", "name"),
    [
        (iter([]), "list_iterator"),
        ((x for x in ()), "generator"),
        (iter([PICTURES[:0]]), "list_iterator"),
        (Batches(0), "Batches"),
    ],
)
def test_an_empty_stream_is_refused(stream: object, name: str) -> None:
    with pytest.raises(InputError, match=f"The {name} gave no samples"):
        take_samples(stream, 1, axes(3))


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        (["a.png"], "Element 0 of the list_iterator holds str 'a.png'. Expected NumPy"),
        ([None], "holds NoneType None"),
        ([(None, LABELS)], "holds NoneType None"),
        ([Path("a.png")], "Path('a.png')"),
        ([Image.new("RGB", (2, 2))], "holds Image"),
        ([0.5], "holds float 0.5"),
        ([{"a": PICTURES, "b": "name"}], "holds str 'name'"),
        ([PICTURES, "a.png"], "Element 1 of the list_iterator holds str"),
        ([{}], "holds no arrays: x is {}"),
        ([([],)], "holds no arrays: x is []"),
        ([()], "is a tuple of 0. Expected x, (x,), (x, y) or"),
        ([[SIDES] * 4], "is a list of 4. Expected x, (x,), (x, y) or"),
        ([np.array(["a"])], "dtype <U1; expected integers or floats"),
        ([np.array([b"a"])], "dtype |S1; expected integers or floats"),
        ([np.array([{}])], "dtype object; expected integers or floats"),
        ([np.zeros(1, "M8[s]")], "dtype datetime64[s]; expected integers"),
        ([np.zeros(1, "m8[s]")], "dtype timedelta64[s]; expected integers"),
        ([np.zeros(1, "i4,f4")], "expected integers or floats"),
        (
            [SIDES],
            "holds x of shape (7, 2); expected 3 axes, or 4 with the batch axis.",
        ),
        ([PICTURES[None]], "holds x of shape (1, 7, 4, 5, 3); expected 3 axes"),
        ([PICTURES, SIDES], "Element 1 of the list_iterator holds x of shape (7, 2)"),
        (
            [([PICTURES, SIDES], 0)],
            "x of shape [(7, 4, 5, 3), (7, 2)]; expected one array for",
        ),
    ],
)
def test_what_is_no_element_for_a_model_of_one_picture(
    elements: list[Any], words: str
) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        take_samples(iter(elements), 100, axes(3))


def test_strings_of_any_width_are_refused() -> None:
    if not hasattr(np.dtypes, "StringDType"):
        pytest.skip("this NumPy has no strings of variable width")
    names = np.array(["a"], np.dtypes.StringDType())
    with pytest.raises(InputError, match="expected integers or floats"):
        take_samples(iter([names]), 1, axes(1))


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (
            {"a": PICTURES, "b": SIDES[:6]},
            "holds x of shape {'a': (7, 4, 5, 3), 'b': (6, 2)}; expected one batch "
            "size for all inputs.",
        ),
        (
            (PICTURES, SIDES[0]),
            "holds x of shape ((7, 4, 5, 3), (2,)); expected 3 and 1 axes, or 4 and 2 "
            "with the batch axis.",
        ),
        (
            PICTURES,
            "holds x of shape (7, 4, 5, 3); expected one array for each input of the "
            "model, that is 2. The first item of a tuple or list of two or three is x",
        ),
    ],
)
def test_what_is_no_element_for_a_model_of_two_inputs(x: Any, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        take_samples(iter([(x, LABELS)]), 1, axes(3, 1))


def test_batches_beside_samples_are_refused_where_the_inputs_are_not_known() -> None:
    x = {"a": PICTURES, "b": LABELS}
    with pytest.raises(
        InputError, match="some arrays look like batches, some like one"
    ):
        take_samples(iter([x]), 1, None)


@pytest.mark.parametrize("shapes", [axes(3, 1), None])
@pytest.mark.parametrize(
    "other",
    [
        {"a": PICTURES, "c": SIDES},
        {"a": PICTURES},
        ((PICTURES, SIDES), LABELS),
        PICTURES,
    ],
)
def test_another_structure_than_the_first_is_refused(other: Any, shapes: Any) -> None:
    first = {"a": PICTURES, "b": SIDES}
    words = r"Element 1 of the list_iterator holds .* the first one \{'a': \(7, 4, 5, 3"
    with pytest.raises(InputError, match=words) as caught:
        take_samples(iter([first, other]), 100, shapes)
    assert isinstance(caught.value.__cause__, ValueError)


def test_an_element_that_is_not_needed_may_be_anything() -> None:
    assert len(take_samples(iter([PICTURES, "a.png"]), 7, axes(3))) == 7


def test_an_exception_in_the_stream_is_told_with_its_first_line() -> None:
    def broken() -> Iterator[np.ndarray]:
        yield PICTURES
        raise OSError("\nthe disk is gone\nand more")

    with pytest.raises(
        InputError, match=r"The generator raised OSError: the disk is gone\. Expected"
    ) as caught:
        take_samples(broken(), 8, axes(3))
    assert isinstance(caught.value.__cause__, OSError)
    assert len(take_samples(broken(), 7, axes(3))) == 7


def test_an_exception_without_words_is_told_by_its_name() -> None:
    def broken() -> Iterator[np.ndarray]:
        raise AssertionError
        yield PICTURES

    with pytest.raises(InputError, match=r"The generator raised AssertionError\. E"):
        take_samples(broken(), 1, axes(3))


def test_exceptions_of_datasets_are_told_too() -> None:
    with pytest.raises(InputError, match="The Forgetful raised NotImplementedError"):
        take_samples(Forgetful(), 1, axes(3))
    closed = io.StringIO()
    closed.close()
    with pytest.raises(InputError, match="The StringIO raised ValueError: I/O oper"):
        take_samples(closed, 1, axes(3))


def test_an_exception_inside_tf_data_is_told() -> None:
    tf = pytest.importorskip("tensorflow")
    dataset = tf.data.Dataset.range(3).map(
        lambda i: tf.debugging.check_numerics(1.0 / tf.cast(i, tf.float32), "divided")
    )
    with pytest.raises(InputError, match=r"Dataset raised InvalidArgumentError: .*div"):
        take_samples(dataset, 1, axes(0))


def test_strings_ragged_and_sparse_tensors_of_tensorflow_are_refused() -> None:
    tf = pytest.importorskip("tensorflow")
    of = tf.data.Dataset.from_tensors
    with pytest.raises(InputError, match=r"dtype object; expected integers or floats"):
        take_samples(of(["a"]), 1, axes(1))
    with pytest.raises(InputError, match=r"holds RaggedTensor .*dense first"):
        take_samples(of(tf.ragged.constant([[1], [2, 3]])), 1, axes(1))
    with pytest.raises(InputError, match=r"holds SparseTensor .*dense first"):
        take_samples(of(tf.sparse.from_dense([[1, 0]])), 1, axes(1))


@pytest.mark.slow
def test_sparse_arrays_of_jax_are_refused() -> None:
    sparse = pytest.importorskip("jax.experimental.sparse")
    with pytest.raises(InputError, match=r"holds BCOO .*dense first"):
        take_samples(iter([sparse.BCOO.fromdense(SIDES)]), 1, axes(1))


@pytest.mark.slow
def test_sparse_and_nested_tensors_of_torch_are_refused() -> None:
    torch = pytest.importorskip("torch")
    rows = [torch.ones(2), torch.ones(3)]
    for tensor in [
        torch.eye(2).to_sparse(),
        torch.eye(2).to_sparse_csr(),
        torch.nested.nested_tensor(rows, layout=torch.jagged),
        torch.empty((2, 2), device="meta"),
    ]:
        with pytest.raises(InputError, match="that is not a NumPy array and cannot be"):
            take_samples(iter([tensor]), 1, axes(1))
