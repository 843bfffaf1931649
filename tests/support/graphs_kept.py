"""Lets go of the graphs that TensorFlow keeps of every training.

Wherever a function with a gradient of its own is compiled, TensorFlow registers that
gradient under a new name and for good, and with it the graph that it lies in: some 6 MB
of each `fit`, whatever becomes of the model. Nothing public lets them go.
"""

from __future__ import annotations

import sys

_PREFIX = "CustomGradient-"


def forget_graphs() -> int:
    """Let go of them.

    Returns:
        How many gradients were registered. What was compiled with them can still be
        run, but no new gradients be taken of it.
    """
    ops = sys.modules.get("tensorflow.python.framework.ops")
    if ops is None:
        return 0
    registered = ops.gradient_registry._registry
    names = [name for name in registered if name.startswith(_PREFIX)]
    for name in names:
        del registered[name]
    return len(names)
