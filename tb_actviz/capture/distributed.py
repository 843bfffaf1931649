"""What is different where several processes or devices train one model together."""

from __future__ import annotations

from typing import Any

import keras


def is_chief(model: keras.Model) -> bool:
    """Return whether this process is the one that logs.

    Returns:
        True where one process trains alone; of several that train together, for the
        chief or first worker of TensorFlow's cluster, JAX' process 0, and rank 0 of
        PyTorch's process group.
    """
    find = {"tensorflow": _in_tensorflow, "jax": _in_jax, "torch": _in_torch}
    return find.get(keras.backend.backend(), lambda model: True)(model)


def _in_tensorflow(model: Any) -> bool:
    strategy = getattr(model, "distribute_strategy", None)
    resolver = getattr(strategy, "cluster_resolver", None)
    if resolver is None or not resolver.task_type:
        return True
    if "chief" in resolver.cluster_spec().as_dict():
        return bool(resolver.task_type == "chief")
    return bool(resolver.task_type == "worker" and resolver.task_id == 0)


def _in_jax(model: Any) -> bool:
    import jax

    return bool(jax.process_index() == 0)


def _in_torch(model: Any) -> bool:
    import torch

    return not _has_torch_group() or bool(torch.distributed.get_rank() == 0)


def _has_torch_group() -> bool:
    import torch

    group = torch.distributed
    return bool(group.is_available() and group.is_initialized())
