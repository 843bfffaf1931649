"""What is logged of each layer, for everything that logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tb_actviz.errors import InputError, near_matches
from tb_actviz.records.codec import PRECISIONS
from tb_actviz.records.facts import MAX_CLASS_NAME
from tb_actviz.trackers.found import Trackers, check_trackers
from tb_actviz.writing.async_writer import WHEN_FULL

#: Every view, by the name it has in tags, with what it shows.
VIEWS = {
    "channels": "All channels of the layer, row by row.",
    "chosen": "The input beside the chosen channels, on one scale.",
    "strongest": "The input beside its strongest channels, by their maximum.",
    "relu": "The same channels before (above) and after (below) the activation.",
    "inputs": "A row for each input: the input, then the same channels on one scale.",
}

#: Bytes that the values of one step take, before compression, at most, if they can: of
#: the many steps of a training, and of one that is logged alone.
TRAINING_STEP_BYTES, SINGLE_STEP_BYTES = 16 * 2**20, 256 * 2**20

#: Pictures of more channels side by side get too high to look at.
MAX_CHANNELS = 64


#: Where the page of a run may go.
HTML = ("artifact",)


@dataclass(frozen=True)
class LogOptions:
    """What is logged of each layer, for `ActivationLogger` and `ActivationCallback`.

    Args:
        channels: Channels to follow, counted from 0, at most 64; shown in the views
            `chosen`, `relu` and `inputs`. Layers without any use the strongest in the
            latter two. A dict gives them by layer path or glob,
            `{"fire6*": (13, 46)}`; a list is meant for all layers that have them.
        strongest: How many of the strongest channels to show and to name, at least 1;
            a layer with fewer shows all.
        views: Which pictures to draw: `"channels"`, `"chosen"`, `"strongest"`, `"relu"`
            and `"inputs"`, as the README lists them; empty for none. None leaves it to
            who logs: `ActivationLogger` draws all, `ActivationCallback` the grid of
            channels.
        limits: A fixed scale (low, high); default is a scale for each picture.
        per_channel: Stretch every channel of the grid over its own range instead.
        records: Write the values themselves, as records for the Activations tab, with
            the pictures of the inputs.
        precision: How exactly records hold the values: `"float32"`, `"float16"`,
            `"uint8"`, or `"auto"` for the most exact one with which the values of one
            step take at most `step_bytes`.
        step_bytes: How many bytes the values of one step may take before compression
            where the precision is `"auto"`. 16 MiB are meant for the many steps of a
            training; `tb-actviz log`, which logs a single one, allows 256 MiB.
        scalars: Write mean, standard deviation, shares of zeros, of silent channels
            (zero everywhere for these inputs) and of saturated values for each layer,
            and that of NaN and infinities where there are some.
        histograms: Write a histogram of each layer's values.
        class_names: A name for each score that the model gives, in their order, which
            records name their predictions by; None for none.
        token_grid: Rows and columns of the patches of the picture that the tokens of a
            transformer stand for, such as `(8, 8)`. Layers with as many tokens are
            drawn as maps of that many rows and columns; a few tokens before them are
            class tokens. None takes what the model's patch embedding tells.
        trackers: Which experiment trackers get scalars, pictures and histograms as
            well: `"auto"` for those that have an active run when the first step is
            logged, names (`"wandb"`, `"mlflow"`, `"clearml"`, `"comet"`, `"trackio"`,
            `"swanlab"`) for these of them alone, None for none.
        html: `"artifact"` gives the trackers, at the end, the Activations tab of the
            run as one HTML page, as `export_html` makes it; None for none.

    Raises:
        InputError: If one of them makes no sense.

    Example:
        >>> options = av.LogOptions(channels=(3, 7), limits=(0, 3), views=("chosen",))
        >>> log = av.ActivationLogger("runs/new", model, "relu*", options=options)
        >>> with log:
        ...     logged = log("face.png")
        >>> logged.tags
        ['relu_conv1/chosen/face']
    """

    channels: Sequence[int] | Mapping[str, Sequence[int]] = ()
    strongest: int = 3
    views: Sequence[str] | None = None
    limits: tuple[float, float] | None = None
    per_channel: bool = False
    records: bool = True
    precision: str = "auto"
    step_bytes: int = TRAINING_STEP_BYTES
    scalars: bool = True
    histograms: bool = True
    class_names: Sequence[str] | None = None
    token_grid: tuple[int, int] | None = None
    trackers: Trackers = "auto"
    html: str | None = None

    def __post_init__(self) -> None:
        _check_views(self.views)
        _check_name("precision", self.precision, ("auto", *PRECISIONS))
        if _not_integers([self.step_bytes]) or self.step_bytes < 1:
            raise InputError(
                f"Received step_bytes={self.step_bytes!r}; expected a number of bytes."
            )
        if _not_integers([self.strongest]) or self.strongest < 1:
            raise InputError(
                f"Received strongest={self.strongest!r}; expected an integer of at "
                "least 1."
            )
        object.__setattr__(self, "channels", _checked_channels(self.channels))
        object.__setattr__(self, "class_names", _checked_names(self.class_names))
        if self.token_grid is not None:
            object.__setattr__(self, "token_grid", _checked_grid(self.token_grid))
        object.__setattr__(self, "trackers", check_trackers(self.trackers))
        if self.html is not None:
            _check_name("html", self.html, HTML)
            if not self.trackers:
                raise InputError(
                    f"Received html={self.html!r} and no trackers; expected some that "
                    "get the page. For a page without them use export_html."
                )
        if self.limits is not None:
            _check_limits(self.limits, self.per_channel)

    @property
    def channels_asked(self) -> Mapping[str, tuple[int, ...]]:
        """The channels to follow, by layer path or glob."""
        if isinstance(self.channels, Mapping):
            return {pattern: tuple(these) for pattern, these in self.channels.items()}
        return {"*": tuple(self.channels)} if self.channels else {}


#: A training that nobody watches should not fill a disk.
DEFAULT_MAX_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class TrainingLimits:
    """What logging may cost a training, and what it warns of.

    Args:
        max_overhead: Share of the training time, above 0 and at most 1; None for any.
        max_bytes: How large the event files of the run may get; None for any size.
        when_full: What is done when writing cannot keep up, `"block"` or
            `"drop_oldest"`.
        silent_threshold: A layer is warned of, once, when at least this share, in
            (0, 1], of the channels that responded at a step before is silent. That is
            for very many inputs: with few, more have to be, and with three all. None
            never warns.

    Raises:
        InputError: If one of them makes no sense.
    """

    max_overhead: float | None = 0.05
    max_bytes: int | None = DEFAULT_MAX_BYTES
    when_full: str = "block"
    silent_threshold: float | None = 0.5

    def __post_init__(self) -> None:
        _check_share("max_overhead", self.max_overhead)
        _check_share("silent_threshold", self.silent_threshold)
        _check_name("when_full", self.when_full, WHEN_FULL)
        if self.max_bytes is not None and (
            _not_integers([self.max_bytes]) or self.max_bytes < 1
        ):
            raise InputError(
                f"Received max_bytes={self.max_bytes!r}; expected a number of bytes, "
                "or None for any size."
            )


def _check_share(name: str, value: object) -> None:
    if value is None:
        return
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not 0 < float(value) <= 1:  # type: ignore[arg-type]
        raise InputError(
            f"Received {name}={value!r}; expected a share above 0 and at most 1, or "
            "None."
        )


def _check_views(views: Sequence[str] | None) -> None:
    if isinstance(views, str):
        raise InputError(
            f"Received views={views!r}; expected a tuple of names: ({views!r},)."
        )
    for view in views or ():
        if view not in VIEWS:
            raise InputError(
                f"There is no view {view!r}. {near_matches(str(view), VIEWS)}"
            )


def _check_name(name: str, value: object, known: Sequence[str]) -> None:
    if value not in known:
        raise InputError(
            f"Received {name}={value!r}; expected one of "
            f"{', '.join(map(repr, known))}. {near_matches(str(value), known)}"
        )


def _checked_channels(
    channels: Sequence[int] | Mapping[str, Sequence[int]],
) -> tuple[int, ...] | dict[str, tuple[int, ...]]:
    if not isinstance(channels, Mapping):
        return _channel_numbers(channels)
    for pattern in channels:
        if not isinstance(pattern, str):
            raise InputError(
                f"Received channels for {pattern!r:.80}; expected a layer path or glob."
            )
    return {pattern: _channel_numbers(these) for pattern, these in channels.items()}


def _channel_numbers(channels: Sequence[int]) -> tuple[int, ...]:
    numbers = np.atleast_1d(np.asarray(channels)).tolist()
    if _not_integers(numbers) or any(channel < 0 for channel in numbers):
        raise InputError(
            f"Received channels {numbers}; expected integers, channels count from 0."
        )
    if len(numbers) > MAX_CHANNELS:
        raise InputError(
            f"Received {len(numbers)} channels to follow; expected at most "
            f"{MAX_CHANNELS}. The view channels shows all of a layer."
        )
    return tuple(numbers)


def _checked_names(names: Sequence[str] | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        shown = " ".join(repr(names).split())
        raise InputError(
            f"Received class_names={shown:.80}; expected a list of names, one for each "
            "score that the model gives, or None."
        )
    longest = max(names, key=len, default="")
    if len(longest) > MAX_CLASS_NAME:
        raise InputError(
            f"Received a class name of {len(longest)} characters, {longest:.40}…; "
            f"expected at most {MAX_CLASS_NAME}."
        )
    return tuple(names)


def _checked_grid(grid: Sequence[int]) -> tuple[int, int]:
    sides = tuple(np.atleast_1d(np.asarray(grid)).tolist())
    if len(sides) != 2 or _not_integers(sides) or min(sides) < 1:
        raise InputError(
            f"Received token_grid={grid!r:.80}; expected rows and columns of patches, "
            "two integers of at least 1, such as (8, 8)."
        )
    return sides


def _check_limits(received: tuple[float, float], per_channel: bool) -> None:
    limits = np.asarray(received, np.float64)
    if (
        limits.shape != (2,)
        or not np.isfinite(limits).all()
        or (limits[0] >= limits[1])
    ):
        raise InputError(
            f"Received limits {received}; expected two finite numbers, the lower first."
        )
    if per_channel:
        raise InputError(
            "Received limits and per_channel together; expected one of them."
        )


def _not_integers(values: Sequence[object]) -> bool:
    return any(
        isinstance(value, bool) or not isinstance(value, int | np.integer)
        for value in values
    )
