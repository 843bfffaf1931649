"""What a record says of its layer, its inputs and itself.

What is beyond these limits is in no record and is not read: 256 inputs; for each input
64 axes, one strongest channel for each channel, and 1000 classes with a score and a
name, a name having 256 characters; 16 numbers of the position; receptive fields of
2**31 - 1 pixels, which start as far before or after the first pixel. Integers are at
most 2**63 - 1. `schema` limits the header as a whole, `codec` the values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from tb_actviz import __version__
from tb_actviz.receptive_field import ReceptiveField, TokenGrid
from tb_actviz.records.codec import Packed
from tb_actviz.records.decimals import as_float32

#: What a layer is; of a pair, an activation and what goes to it.
KINDS = ("activation", "pre-activation", "input", "other")

#: How many inputs one record can hold.
MAX_INPUTS = 256

#: How many classes one record can name for an input.
MAX_PREDICTIONS = 1000

#: How many characters the name of a class can have.
MAX_CLASS_NAME = 256

#: How many numbers can say where in a training a record is.
MAX_POSITION = 16

#: How many characters the name of an axis can have.
MAX_AXIS_NAME = 64

#: How many axes activations can have; no array of NumPy has more.
MAX_AXES = 64

#: Statistics of each channel that are fractions.
PER_CHANNEL_NUMBERS = ("minimum", "maximum", "mean", "zero_share")

#: Statistics of each channel that are counts.
PER_CHANNEL_COUNTS = ("nan_count", "inf_count")


@dataclass(frozen=True)
class LayerFacts:
    """The layer of a record.

    Args:
        path: Layer path.
        class_name: Class of the layer, such as `Conv2D`.
        kind: `"activation"`, `"pre-activation"`, `"input"` or `"other"`.
        partner: Path of the other half of a pair of pre-activation and activation.
        parameters: Number of its weights' values; None where unknown.
        receptive_field: What its positions see of the picture that was given, before
            any preprocessing; None where unknown.
        axes: What the rows, the columns and the channels of its maps count, such as
            `("queries", "keys", "heads")`; empty where rows and columns are those of a
            picture, or positions of a sequence.
        token_grid: Where on the picture its tokens are, or the keys of attention
            scores; None where it has none, or that is not known.

    Raises:
        ValueError: If there is no such kind, the number is negative, or the axes are
            not three.

    Example:
        >>> stored = next(av.read_records("runs", layers="conv1"))
        >>> layer = stored.record.layer
        >>> layer.class_name, layer.kind, layer.partner
        ('Conv2D', 'pre-activation', 'relu_conv1')
    """

    path: str
    class_name: str
    kind: str
    partner: str | None = None
    parameters: int | None = None
    receptive_field: ReceptiveField | None = None
    axes: Sequence[str] = ()
    token_grid: TokenGrid | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "axes", tuple(map(str, self.axes)))
        if len(self.axes) not in (0, 3):
            raise ValueError(
                f"There are {len(self.axes)} names of axes, expected those of rows, "
                "columns and channels."
            )
        for name in self.axes:
            _check_count("characters of an axis' name", len(name), MAX_AXIS_NAME)
        if self.kind not in KINDS:
            raise ValueError(
                f"There is no kind {self.kind!r:.80} of layer; there are "
                f"{', '.join(KINDS)}."
            )
        if self.parameters is not None and not 0 <= self.parameters < 2**63:
            raise ValueError(f"A layer cannot have {self.parameters:.3g} parameters.")


@dataclass(frozen=True)
class InputFacts:
    """The activations for one input.

    Statistics have one entry per channel, or none where they are not to be stated, and
    leave out NaN and infinities. Arrays and any other sequences become tuples,
    fractions float32, and what is not finite, NaN.

    Args:
        name: Name of the input.
        shape: Shape of the activations in the model, without the batch axis.
        dtype: Dtype that the model computes them in, such as `"bfloat16"`.
        packed: The values, (H, W, C).
        minimum: Smallest value; NaN where nothing is finite, as in the next two.
        maximum: Largest value.
        mean: Mean.
        zero_share: Share of positions that are zero, 0 to 1.
        nan_count: How many positions are NaN.
        inf_count: How many positions are infinite.
        strongest: Channels and their scores, strongest first.
        predictions: Classes and their scores, best first; empty where unknown.
        predicted: Names of these classes; empty where unknown.

    Raises:
        ValueError: If the numbers of channels differ, a channel does not exist, there
            are more strongest channels than channels, more than 1000 predictions, or
            names that are too long or not as many.

    Example:
        >>> stored = next(av.read_records("runs", layers="relu_conv1"))
        >>> face = stored.record.inputs[0]
        >>> face.name, face.shape, face.dtype
        ('face', (64, 64, 8), 'float32')
        >>> [channel for channel, score in face.strongest]
        [7, 3, 1]
    """

    name: str
    shape: Sequence[int]
    dtype: str
    packed: Packed
    minimum: Sequence[float] | NDArray[Any] = ()
    maximum: Sequence[float] | NDArray[Any] = ()
    mean: Sequence[float] | NDArray[Any] = ()
    zero_share: Sequence[float] | NDArray[Any] = ()
    nan_count: Sequence[int] | NDArray[Any] = ()
    inf_count: Sequence[int] | NDArray[Any] = ()
    strongest: Sequence[tuple[int, float]] = ()
    predictions: Sequence[tuple[int, float]] = ()
    predicted: Sequence[str] = ()

    def __post_init__(self) -> None:
        for name in PER_CHANNEL_NUMBERS:
            object.__setattr__(self, name, as_float32(getattr(self, name)))
        for name in ("shape", *PER_CHANNEL_COUNTS):
            object.__setattr__(self, name, tuple(map(int, getattr(self, name))))
        for name in ("strongest", "predictions"):
            numbers = [int(number) for number, _ in getattr(self, name)]
            scores = as_float32([score for _, score in getattr(self, name)])
            pairs = tuple(zip(numbers, scores, strict=True))
            object.__setattr__(self, name, pairs)
        object.__setattr__(self, "predicted", tuple(map(str, self.predicted)))
        channels = self.packed.shape[2]
        for name in (*PER_CHANNEL_NUMBERS, *PER_CHANNEL_COUNTS):
            if len(getattr(self, name)) not in (0, channels):
                raise ValueError(
                    f"There are {len(getattr(self, name))} entries of {name} for "
                    f"{channels} channels."
                )
        _check_count("strongest channels", len(self.strongest), channels)
        _check_count("predictions", len(self.predictions), MAX_PREDICTIONS)
        _check_count("axes of the shape", len(self.shape), MAX_AXES)
        if len(self.predicted) not in (0, len(self.predictions)):
            raise ValueError(
                f"There are {len(self.predicted)} names of {len(self.predictions)} "
                "predictions."
            )
        for name in self.predicted:
            _check_count("characters of a class's name", len(name), MAX_CLASS_NAME)
        for channel, _ in self.strongest:
            if not 0 <= channel < channels:
                raise ValueError(
                    f"The strongest channel {channel} is none of {channels}."
                )


@dataclass(frozen=True)
class Record:
    """One layer at one step.

    Args:
        layer: The layer.
        step: The step, at least 0.
        inputs: The activations for each input, 1 to 256.
        position: Where in a training that is, such as the `epoch` and the `batch`;
            empty outside of one.
        silent: Channels that are zero everywhere for every input, ascending.
        preprocess: What pictures went through before the model, or why nothing.
        reduced: What was left out of the values and how; empty where nothing was.
        producer: What wrote the record.

    Raises:
        ValueError: If there are too many inputs or none, more than 16 numbers of the
            position, or more silent channels than channels.

    Example:
        >>> record = next(av.read_records("runs", layers="relu_conv1")).record
        >>> record.layer.path, record.step, [shown.name for shown in record.inputs]
        ('relu_conv1', 0, ['face'])
    """

    layer: LayerFacts
    step: int
    inputs: tuple[InputFacts, ...]
    position: Mapping[str, int] = field(default_factory=dict)
    silent: tuple[int, ...] = ()
    preprocess: str = ""
    reduced: str = ""
    producer: str = f"tb_actviz {__version__}"

    def __post_init__(self) -> None:
        check_inputs(len(self.inputs))
        channels = max(facts.packed.shape[2] for facts in self.inputs)
        _check_count("silent channels", len(self.silent), channels)
        _check_count("numbers of the position", len(self.position), MAX_POSITION)


def check_inputs(count: int) -> None:
    """Refuse a number of inputs that a record cannot hold.

    Args:
        count: How many there are.

    Raises:
        ValueError: If they are more than `MAX_INPUTS`, or none.
    """
    if not 1 <= count <= MAX_INPUTS:
        raise ValueError(f"A record holds 1 to {MAX_INPUTS} inputs, not {count}.")


def _check_count(what: str, count: int, most: int) -> None:
    if count > most:
        raise ValueError(f"There are {count} {what}, at most {most} can be.")
