"""No test leaves what it trained behind."""

from __future__ import annotations

import gc
import weakref

import keras
import pytest
from graphs_kept import forget_graphs
from training import compiled, fit, nested


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="of TensorFlow")
def test_the_graph_of_a_training_is_let_go() -> None:
    from tensorflow.python.framework.func_graph import FuncGraph

    def graphs() -> weakref.WeakSet[FuncGraph]:
        gc.collect()
        return weakref.WeakSet(
            one for one in gc.get_objects() if isinstance(one, FuncGraph)
        )

    forget_graphs()
    before = graphs()
    fit(compiled(nested()))
    # Releases to come keep none.
    forget_graphs()
    assert len(graphs()) == len(before)
