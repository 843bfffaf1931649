"""What is special in the paths that layers go by, wherever they are named."""

from __future__ import annotations

#: What a path ends in where it means the value before an activation inside the layer.
FUSED = ":pre"

#: What the inputs themselves go by; no layer has this path, whatever its name.
INPUT_PATH = ":input"
