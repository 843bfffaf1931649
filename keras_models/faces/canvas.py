"""A picture being drawn, larger than it will be, so that its edges come out smooth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from keras_models.faces.colours import Colour
from keras_models.faces.geometry import Points


class Layer:
    """Part of a square drawing, addressed in shares of the whole drawing's side.

    Args:
        image: The pixels of this part, mode "RGB"; drawn on.
        side: Side of the whole drawing, pixels.
        corner: (left, top) of this part in the whole drawing, pixels.
    """

    def __init__(
        self, image: Image.Image, side: int, corner: tuple[int, int] = (0, 0)
    ) -> None:
        self.image = image
        self.side = side
        self._corner = corner
        self._draw = ImageDraw.Draw(image, "RGBA")

    def polygon(self, points: Points, colour: Colour, alpha: float = 1.0) -> None:
        """Fill a polygon.

        Args:
            points: (n, 2), shares of the side.
            colour: 0 … 255.
            alpha: 0 (invisible) … 1 (opaque).
        """
        self._draw.polygon(self._pixels(points), fill=_rgba(colour, alpha))

    def line(
        self, points: Points, colour: Colour, width: float, alpha: float = 1.0
    ) -> None:
        """Draw a line of even width.

        Args:
            points: (n, 2), shares of the side.
            colour: 0 … 255.
            width: Share of the side.
            alpha: 0 (invisible) … 1 (opaque).
        """
        pixels = max(1, round(width * self.side))
        self._draw.line(self._pixels(points), _rgba(colour, alpha), pixels)

    def brush(
        self,
        points: Points,
        colour: Colour,
        widths: Sequence[float] | NDArray[np.float64],
        alpha: float = 1.0,
    ) -> None:
        """Draw a line whose width changes.

        Args:
            points: (n, 2), shares of the side, n ≥ 2.
            colour: 0 … 255.
            widths: (n,), shares of the side.
            alpha: 0 (invisible) … 1 (opaque).
        """
        along = np.empty_like(points)
        along[1:-1] = points[2:] - points[:-2]
        along[0], along[-1] = points[1] - points[0], points[-1] - points[-2]
        length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
        across = along[:, ::-1] * (-0.5, 0.5)
        across *= (np.asarray(widths) / length)[:, None]
        outline = np.concatenate([points + across, (points - across)[::-1]])
        self.polygon(outline, colour, alpha)

    def field(self, values: NDArray[np.float32], points: Points) -> None:
        """Fill a polygon from a coarse picture.

        Args:
            values: (n, n, 3), float32, 0 … 255, for the whole drawing; it is enlarged.
            points: (n, 2), shares of the side.
        """
        box = self._bounds(points)
        ratio = values.shape[0] / self.side
        coarse = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
        source = tuple(min(max(edge * ratio, 0), values.shape[0]) for edge in box)
        size = (box[2] - box[0], box[3] - box[1])
        fine = coarse.resize(size, Image.Resampling.BILINEAR, box=source)
        self.image.paste(fine, box[:2], self._mask(points, box))

    @contextmanager
    def clipped(self, points: Points) -> Iterator[Layer]:
        """Draw inside of a polygon only.

        Args:
            points: (n, 2), shares of the side.

        Yields:
            A layer with the same coordinates; what is drawn on it appears inside of
            the polygon.
        """
        box = self._bounds(points)
        inner = Layer(self.image.crop(box), self.side, box[:2])
        yield inner
        self.image.paste(inner.image, box[:2], self._mask(points, box))

    def _bounds(self, points: Points) -> tuple[int, int, int, int]:
        low = np.clip(np.floor(points.min(axis=0) * self.side), 0, self.side - 1)
        high = np.clip(np.ceil(points.max(axis=0) * self.side), low + 1, self.side)
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    def _mask(self, points: Points, box: tuple[int, int, int, int]) -> Image.Image:
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        pixels = (points * self.side - box[:2]).ravel().tolist()
        ImageDraw.Draw(mask).polygon(pixels, fill=255)
        return mask

    def _pixels(self, points: Points) -> list[float]:
        pixels: list[float] = (points * self.side - self._corner).ravel().tolist()
        return pixels


class Canvas(Layer):
    """A whole square drawing.

    Args:
        size: Side of the finished picture, pixels.
        background: (n, n, 3), float32, 0 … 255; it is enlarged.
    """

    def __init__(self, size: int, background: NDArray[np.float32]) -> None:
        self._factor = 3 if size <= 128 else 2
        side = size * self._factor
        coarse = Image.fromarray(np.clip(background, 0, 255).astype(np.uint8))
        super().__init__(coarse.resize((side, side), Image.Resampling.BILINEAR), side)

    def finished(self) -> NDArray[np.float32]:
        """Shrink the drawing to its size.

        Returns:
            (size, size, 3), float32, 0 … 255.
        """
        return np.asarray(self.image.reduce(self._factor), np.float32)


def _rgba(colour: Colour, alpha: float) -> tuple[int, int, int, int]:
    return int(colour[0]), int(colour[1]), int(colour[2]), int(255 * alpha + 0.5)
