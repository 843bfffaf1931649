"""Who logs, and for which models; trainings with others are in test_distribution.py."""

from __future__ import annotations

from types import SimpleNamespace

import keras
import pytest
from keras import layers

from tb_actviz.capture.distributed import is_chief

only_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a strategy of TensorFlow"
)


def unbuilt() -> keras.Model:
    return keras.Sequential([layers.Dense(2)], name="unbuilt")


@pytest.mark.every_backend
def test_who_trains_alone_logs_with_or_without_weights() -> None:
    assert is_chief(unbuilt())


@only_tensorflow
@pytest.mark.parametrize(
    ("jobs", "task", "index", "chief"),
    [
        (("worker",), "worker", 0, True),
        (("worker",), "worker", 1, False),
        (("chief", "worker"), "chief", 0, True),
        (("chief", "worker"), "worker", 0, False),
        (("chief", "worker", "evaluator"), "evaluator", 0, False),
        (("worker", "evaluator"), "evaluator", 0, False),
        (("worker",), None, None, True),
    ],
)
def test_the_chief_of_a_cluster_is_its_first_worker_where_it_names_none(
    jobs: tuple[str, ...], task: str | None, index: int | None, chief: bool
) -> None:
    import tensorflow as tf

    resolvers = tf.distribute.cluster_resolver
    cluster = tf.train.ClusterSpec(
        {job: ["localhost:1", "localhost:2"] for job in jobs}
    )
    resolver = resolvers.SimpleClusterResolver(cluster, task_type=task, task_id=index)
    # A strategy made with it would wait for the others.
    strategy = SimpleNamespace(cluster_resolver=resolver)
    assert is_chief(SimpleNamespace(distribute_strategy=strategy)) is chief
