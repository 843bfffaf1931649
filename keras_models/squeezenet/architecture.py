"""SqueezeNet 1.1 as numbers: what is built, and what weights files must hold."""

from __future__ import annotations

#: Number of the fire module -> filters of its squeeze and of each of its expands.
FIRES = {
    2: (16, 64),
    3: (16, 64),
    4: (32, 128),
    5: (32, 128),
    6: (48, 192),
    7: (48, 192),
    8: (64, 256),
    9: (64, 256),
}
#: Fire modules that a pooling layer follows.
POOLED_FIRES = (3, 5)
#: The smallest height and width that leave every map at least one pixel.
MIN_SIZE = 17
IMAGENET_CLASSES = 1000
FACES_CLASSES = 5

#: Layers with weights, in the order of the network and of Keras' weights files.
CONVOLUTIONS = (
    "conv1",
    *(
        f"fire{number}-{part}"
        for number in FIRES
        for part in ("squeeze1x1", "expand1x1", "expand3x3")
    ),
    "conv10",
)
