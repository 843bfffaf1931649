"""What is logged of each layer, for everything that logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tb_actviz.errors import InputError, near_matches
from tb_actviz.records.codec import PRECISIONS
from tb_actviz.records.facts import MAX_CLASS_NAME
from tb_actviz.writing.async_writer import WHEN_FULL

#: Every view, by the name it has in tags, with what it shows.
VIEWS = {
    "channels": "All channels of the layer, row by row.",
    "chosen": "The input beside the chosen channels, on one scale.",
    "strongest": "The input beside its strongest channels, by their maximum.",
    "relu": "The same channels before (above) and after (below) the activation.",
    "inputs": "A row for each input: the input, then the same channels on one scale.",
}

#: Pictures of more channels side by side get too high to look at.
MAX_CHANNELS = 64

#: A training that nobody watches should not fill a disk.
DEFAULT_MAX_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class LogOptions:
    """What is logged of each layer, for `ActivationLogger` and `ActivationCallback`.

    Args:
        channels: Channels to follow, counted from 0, at most 64; shown in the views
            `chosen`, `relu` and `inputs`. Without any, the latter two use the
            strongest.
        strongest: How many of the strongest channels to show and to name, at least 1;
            a layer with fewer shows all.
        views: Which pictures to draw, out of `VIEWS`; empty for none. None leaves it
            to who logs: `ActivationLogger` draws all, `ActivationCallback` the grid of
            channels.
        limits: A fixed scale (low, high); default is a scale for each picture.
        per_channel: Stretch every channel of the grid over its own range instead.
        records: Write the values themselves, as records for the Activations tab, with
            the pictures of the inputs.
        precision: How exactly records hold the values: `"float32"`, `"float16"`,
            `"uint8"`, or `"auto"` for the most exact one with which the values of one
            step take at most 16 MiB before compression.
        scalars: Write mean, standard deviation, shares of zeros, of dead channels and
            of saturated values for each layer, and that of NaN and infinities where
            there are some.
        histograms: Write a histogram of each layer's values.
        dead_threshold: A layer with at least this share of dead channels, in (0, 1],
            is warned of, once. None never warns.
        max_bytes: How large the event files of one run may get, for
            `ActivationCallback`; None for any size.
        when_full: What `ActivationCallback` does when writing cannot keep up:
            `"block"` makes the training wait, `"drop_oldest"` drops the oldest step
            that is not yet written, and counts it.
        class_names: A name for each score that the model gives, in their order, which
            records name their predictions by; None for none.

    Raises:
        InputError: If one of them makes no sense.
    """

    channels: Sequence[int] = ()
    strongest: int = 3
    views: Sequence[str] | None = None
    limits: tuple[float, float] | None = None
    per_channel: bool = False
    records: bool = True
    precision: str = "auto"
    scalars: bool = True
    histograms: bool = True
    dead_threshold: float | None = 0.5
    max_bytes: int | None = DEFAULT_MAX_BYTES
    when_full: str = "block"
    class_names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        _check_views(self.views)
        _check_name("precision", self.precision, ("auto", *PRECISIONS))
        _check_name("when_full", self.when_full, WHEN_FULL)
        if _not_integers([self.strongest]) or self.strongest < 1:
            raise InputError(
                f"Received strongest={self.strongest!r}; expected an integer of at "
                "least 1."
            )
        if self.max_bytes is not None and (
            _not_integers([self.max_bytes]) or self.max_bytes < 1
        ):
            raise InputError(
                f"Received max_bytes={self.max_bytes!r}; expected a number of bytes, "
                "or None for any size."
            )
        check_share("dead_threshold", self.dead_threshold)
        object.__setattr__(self, "channels", _checked_channels(self.channels))
        object.__setattr__(self, "class_names", _checked_names(self.class_names))
        if self.limits is not None:
            _check_limits(self.limits, self.per_channel)


def check_share(name: str, value: object) -> None:
    """Refuse what is no share.

    Args:
        name: Name of the argument.
        value: What was passed for it.

    Raises:
        InputError: If it is neither None nor a number above 0 and at most 1.
    """
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


def _checked_channels(channels: Sequence[int]) -> tuple[int, ...]:
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
