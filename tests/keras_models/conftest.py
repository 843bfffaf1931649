"""What the tests of the networks share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture(scope="session")
def net(shared_data: Path) -> Any:
    """SqueezeNet with the real weights."""
    from keras_models import SqueezeNet

    return SqueezeNet(weights=shared_data / "squeezenet_v1.1.caffemodel")


@pytest.fixture(scope="session")
def face(shared_data: Path) -> np.ndarray:
    """The picture behind the reference activations, (1, 227, 227, 3) uint8."""
    from PIL import Image

    with Image.open(shared_data / "face.png") as picture:
        return np.asarray(picture.convert("RGB"))[None]


@pytest.fixture
def channels_first() -> Iterator[None]:
    """Channels first as Keras' image data format, while the test runs."""
    import keras

    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    yield
    keras.config.set_image_data_format(before)
