"""What a run can change in TensorFlow, beside the variables that Keras knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

#: Operations on a resource that only read it.
_READING = {
    *("ReadVariableOp", "ResourceGather", "ResourceGatherNd", "VariableShape"),
    "VarIsInitializedOp",
}
_PYTHON = {"PyFunc", "PyFuncStateless", "EagerPyFunc"}


def keepers(
    roots: Sequence[Any], reached: Sequence[Any]
) -> list[Callable[[], Callable[[], None]]]:
    """Find what keeps the states that eager operations could change.

    Args:
        roots: The model and what else is run.
        reached: What their code can get at.

    Returns:
        For each state a function that saves it and gives one that puts it back.
    """
    import tensorflow as tf

    found: list[Callable[[], Callable[[], None]]] = [_keep_operation_seeds]
    for value in reached:
        if value is tf.random.get_global_generator:
            found.append(lambda: _keep(tf.random.get_global_generator().state))
        elif isinstance(value, tf.random.Generator):
            found.append(partial(_keep, value.state))
        elif isinstance(value, tf.Variable):
            found.append(partial(_keep, value))
    return found


def written_by(function: Any) -> list[Callable[[], Callable[[], None]]]:
    """Find what keeps the variables that a traced function writes to.

    Args:
        function: A concrete function.

    Returns:
        As `keepers`.
    """
    captured = function.captured_inputs
    inner = function.inputs[len(function.inputs) - len(captured) :]
    written = {
        tensor.ref()
        for operation in function.graph.get_operations()
        for tensor in _written_inputs(operation)
    }
    variables = {id(variable.handle): variable for variable in function.variables}
    return [
        partial(_keep, variables[id(outer)])
        for outer, placeholder in zip(captured, inner, strict=True)
        if placeholder.ref() in written and id(outer) in variables
    ]


def runs_python(function: Any) -> bool:
    """Return whether a traced function calls back into Python.

    Args:
        function: A concrete function.

    Returns:
        Whether it, or a function that it calls, does.
    """
    graph = function.graph.as_graph_def()
    nodes = [*graph.node]
    for inner in graph.library.function:
        nodes += inner.node_def
    return any(node.op in _PYTHON for node in nodes)


def _written_inputs(operation: Any) -> list[Any]:
    import tensorflow as tf

    if operation.type in _READING:
        return []
    try:
        only_read = set(operation.get_attr("_read_only_resource_inputs"))
    except ValueError:  # it calls no other function
        only_read = set()
    return [
        tensor
        for index, tensor in enumerate(operation.inputs)
        if tensor.dtype == tf.resource and index not in only_read
    ]


def _keep(variable: Any) -> Callable[[], None]:
    import tensorflow as tf

    parts = [variable]
    if isinstance(variable, tf.distribute.DistributedValues):
        strategy = variable.distribute_strategy
        parts = list(strategy.experimental_local_results(variable))
    with tf.init_scope():
        # The buffers are shared until one of them is written to.
        saved = [(part, part.read_value()) for part in parts]

    def put_back() -> None:
        with tf.init_scope():
            for part, value in saved:
                part.assign(value, read_value=False)

    return put_back


def _keep_operation_seeds() -> Callable[[], None]:
    """Keep what eager operations without a seed take theirs from."""
    # There is no public way: `tf.random.set_seed` only begins anew.
    from tensorflow.python.eager import context

    generator = getattr(context.context(), "_rng", None)
    if generator is None:
        return lambda: None
    put_back = partial(generator.setstate, generator.getstate())
    # Operations with the same seed go on where the last one of them ended: what is run
    # in between must not have those that are still to come.
    generator.seed("tb_actviz")
    return put_back
