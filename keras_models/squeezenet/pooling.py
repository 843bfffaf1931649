"""Max pooling that rounds the size of its maps up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np


@keras.saving.register_keras_serializable(package="keras_models")
class CeilMaxPooling2D(keras.layers.MaxPooling2D):  # type: ignore[misc]
    """Max pooling whose last windows may hang over the bottom and right edges.

    A map of `size` pixels gives `ceil((size - pool_size) / strides) + 1` of them, as
    in Caffe (`PoolingLayer`, no padding), where Keras rounds down. Pixels beyond the
    edge never win, whatever the signs of the values. Sizes may be unknown.

    Args:
        pool_size: Height and width of the window, int or two ints, in pixels.
        strides: Step between windows, int or two ints in 1 … `pool_size`;
            None means `pool_size`.
        data_format: `"channels_last"` or `"channels_first"`; None means
            `keras.config.image_data_format()`.
        **kwargs: `name`, `dtype` and `trainable` of `keras.layers.Layer`.

    Raises:
        ValueError: If windows would leave gaps, or a map is too small for any window.
    """

    def __init__(
        self,
        pool_size: int | Sequence[int] = (2, 2),
        strides: int | Sequence[int] | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            pool_size=pool_size, strides=strides, data_format=data_format, **kwargs
        )
        pairs = zip(self.pool_size, self.strides, strict=True)
        if not all(1 <= step <= size for size, step in pairs):
            raise ValueError(
                f"strides={self.strides} must lie in 1 … pool_size={self.pool_size}, "
                "so that windows leave no gaps"
            )

    def call(self, inputs: Any) -> Any:
        """Pool a tensor of activations.

        Args:
            inputs: Tensor (N, H, W, C), or (N, C, H, W) for channels first; any
                float or integer dtype.

        Returns:
            Tensor of the same dtype and layout with rounded-up H and W.
        """
        pads = [[0, 0] for _ in inputs.shape]
        for axis, window, step in self._windows():
            self._check_size(inputs.shape[axis], window, step)
            pads[axis][1] = _overhang(inputs.shape[axis], window, step)
        if any(after for _, after in pads):
            lowest = _lowest(keras.backend.standardize_dtype(inputs.dtype))
            inputs = keras.ops.pad(inputs, pads, constant_values=lowest)
        return super().call(inputs)

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Return the shape of the pooled maps.

        Args:
            input_shape: Shape of the input, None for sizes that are not known.

        Returns:
            Shape of the output, None in the same places.
        """
        shape = list(input_shape)
        for axis, window, step in self._windows():
            size = shape[axis]
            self._check_size(size, window, step)
            if size is not None:
                shape[axis] = -((window - size) // step) + 1
        return tuple(shape)

    def receptive_windows(
        self, height: int, width: int
    ) -> tuple[tuple[int, int, int, int], ...]:
        """Return the windows over maps of some size, as tb_actviz asks for them.

        Args:
            height: Height of the maps, in pixels.
            width: Width of the maps.

        Returns:
            For rows and for columns the number of windows, the size of one, the step
            to the next one, and where the first begins.
        """
        windows = [(window, step) for _, window, step in self._windows()]
        return tuple(
            (-((window - size) // step) + 1, window, step, 0)
            for size, (window, step) in zip((height, width), windows, strict=True)
        )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, for saving.

        Returns:
            The configuration, without `padding`, which cannot be chosen here.
        """
        config: dict[str, Any] = super().get_config()
        del config["padding"]
        return config

    def _windows(self) -> list[tuple[int, int, int]]:
        axes = (2, 3) if self.data_format == "channels_first" else (1, 2)
        return list(zip(axes, self.pool_size, self.strides, strict=True))

    def _check_size(self, size: int | None, window: int, step: int) -> None:
        if size is not None and size <= window - step:
            raise ValueError(
                f"layer {self.name!r} received a map of {size} pixels along one side "
                f"and needs at least {window - step + 1}: feed a larger picture"
            )


def _overhang(size: int | None, window: int, step: int) -> int:
    # With step - 1 more pixels, rounding down gives what rounding up gives without
    # them, at every size. Where the size is known, only those that count are added.
    return step - 1 if size is None else (window - size) % step


def _lowest(dtype: str) -> float | int:
    return -np.inf if "float" in dtype else int(np.iinfo(dtype).min)
