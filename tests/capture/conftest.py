"""What the tests of the capture share."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import pytest


@pytest.fixture(scope="module")
def hardly_optimised() -> Iterator[None]:
    """Where JAX compiles hundreds of models that run once, it need not optimise them.

    What compares bits is left to run as users run it.
    """
    if keras.backend.backend() != "jax":
        yield
        return
    import jax

    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)
