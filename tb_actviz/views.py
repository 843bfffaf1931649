"""One layer's response to one input -> every picture of it that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tb_actviz.errors import InputError, near_matches
from tb_actviz.imaging.montage import (
    channel_grid,
    channels_beside_input,
    relu_comparison,
)
from tb_actviz.imaging.scale import common_scale

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


@dataclass(frozen=True)
class LogOptions:
    """What is drawn of each layer.

    Args:
        channels: Channels to follow, counted from 0, at most 64; shown in the views
            `chosen`, `relu` and `inputs`. Without any, the latter two use the
            strongest.
        strongest: How many of the strongest channels to show, at least 1; a layer
            with fewer shows all.
        views: Which views to draw, out of `VIEWS`.
        limits: A fixed scale (low, high); default is a scale for each picture.
        per_channel: Stretch every channel of the grid over its own range instead.

    Raises:
        InputError: If one of them makes no sense.
    """

    channels: tuple[int, ...] = ()
    strongest: int = 3
    views: tuple[str, ...] = tuple(VIEWS)
    limits: tuple[float, float] | None = None
    per_channel: bool = False

    def __post_init__(self) -> None:
        for view in self.views:
            if view not in VIEWS:
                raise InputError(
                    f"There is no view {view!r}. {near_matches(view, VIEWS)}"
                )
        if _not_integers([self.strongest]) or self.strongest < 1:
            raise InputError(
                f"Received strongest={self.strongest!r}; expected an integer of at "
                "least 1."
            )
        channels = np.atleast_1d(np.asarray(self.channels)).tolist()
        if _not_integers(channels) or any(channel < 0 for channel in channels):
            raise InputError(
                f"Received channels {channels}; expected integers, channels count from "
                "0."
            )
        if len(channels) > MAX_CHANNELS:
            raise InputError(
                f"Received {len(channels)} channels to follow; expected at most "
                f"{MAX_CHANNELS}. The view channels shows all of a layer."
            )
        object.__setattr__(self, "channels", tuple(channels))
        if self.limits is not None:
            limits = np.asarray(self.limits, np.float64)
            if (
                limits.shape != (2,)
                or not np.isfinite(limits).all()
                or (limits[0] >= limits[1])
            ):
                raise InputError(
                    f"Received limits {self.limits}; expected two finite numbers, the "
                    "lower first."
                )
            if self.per_channel:
                raise InputError(
                    "Received limits and per_channel together; expected one of them."
                )


def _not_integers(values: Sequence[object]) -> bool:
    return any(
        isinstance(value, bool) or not isinstance(value, int | np.integer)
        for value in values
    )


@dataclass(frozen=True, eq=False)
class Response:
    """How one layer responds to one input.

    Args:
        layer: Layer path.
        input_name: Name of the input.
        picture: The input, RGB, uint8, shape (H, W, 3); None where it is no picture.
        maps: Its activations, float32, shape (h, w, C), from `as_maps`.
        shape: Their shape before that, without the batch axis.
        before_layer: Path of the layer before the activation, if it has one.
        before: The activations of that layer, same shape as `maps`.
    """

    layer: str
    input_name: str
    picture: np.ndarray | None
    maps: np.ndarray
    shape: tuple[int, ...]
    before_layer: str | None = None
    before: np.ndarray | None = None


@dataclass(frozen=True)
class SharedScale:
    """One scale for each layer, the same in its pictures at several steps.

    Args:
        ranges: Layer path to the smallest and largest finite value of all of them;
            None where nothing is finite.
        shared_by: In words, who shares the scale.
    """

    ranges: Mapping[str, tuple[float, float] | None]
    shared_by: str

    def limits(self, *layers: str, signed: bool = False) -> tuple[float, float]:
        """Find the ends of the scale, as a picture's own scale has them.

        Args:
            *layers: Paths of the layers that are shown together.
            signed: Take the symmetric scale even if no value is negative.

        Returns:
            (low, high) in units of the activations.
        """
        seen = [np.array(own) for layer in layers if (own := self.ranges[layer])]
        scale = common_scale(*seen, signed=signed, of=self.shared_by)
        return scale.low, scale.high


def draw(
    response: Response,
    strongest: Sequence[int],
    options: LogOptions,
    shared: SharedScale | None = None,
) -> Iterator[tuple[str, np.ndarray]]:
    """Draw every view of one response that the options ask for.

    Args:
        response: The layer's response.
        strongest: Its strongest channels, strongest first.
        options: What to draw.
        shared: Scales of the layer and the one before it; None for those of the
            options.

    Yields:
        Name of the view and the picture, RGB, uint8. The view `inputs` needs several
        responses and is not among them.
    """
    layer, name = response.layer, response.input_name
    limits = options.limits if shared is None else shared.limits(layer)
    if "channels" in options.views:
        yield (
            "channels",
            channel_grid(
                response.maps,
                layer=layer,
                input_name=name,
                shape=response.shape,
                limits=limits,
                per_channel=options.per_channel,
            ),
        )
    if "chosen" in options.views and options.channels:
        yield (
            "chosen",
            channels_beside_input(
                response.picture,
                response.maps,
                options.channels,
                layer=layer,
                input_name=name,
                shape=response.shape,
                limits=limits,
            ),
        )
    if "strongest" in options.views:
        yield (
            "strongest",
            channels_beside_input(
                response.picture,
                response.maps,
                strongest,
                layer=layer,
                input_name=name,
                shape=response.shape,
                limits=limits,
                heading="strongest channels",
            ),
        )
    if "relu" in options.views and response.before is not None:
        before_layer = str(response.before_layer)
        if shared is not None:
            limits = shared.limits(before_layer, layer, signed=True)
        yield (
            "relu",
            relu_comparison(
                response.before,
                response.maps,
                options.channels or strongest,
                layer=layer,
                before_layer=before_layer,
                input_name=name,
                shape=response.shape,
                limits=limits,
            ),
        )
