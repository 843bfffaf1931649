"""Drawn faces as what `model.fit` takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from keras_models.faces.batch import FIRST_TEST_SEED, Batch, draw_batch
from keras_models.faces.face import DEFAULT_SIZE
from keras_models.faces.labels import Label
from keras_models.squeezenet import preprocess_input

Preprocess = Callable[[NDArray[np.uint8]], NDArray[Any]]

#: The class of a picture's mirror image, by the class of the picture.
_MIRRORED = np.array(
    [
        Label.NO_FACE,
        Label.BOTH_OPEN,
        Label.RIGHT_CLOSED,
        Label.LEFT_CLOSED,
        Label.BOTH_CLOSED,
    ]
)


class FaceDataset(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of drawn pictures with their labels, for `fit`, `evaluate`, `predict`.

    Drawn from seeds, a batch is drawn when it is asked for, by as many `workers` as
    `keras.utils.PyDataset` uses; processes scale, threads hardly do. Made
    from a `Batch`, the pictures stay in memory and nothing is drawn.

    Args:
        source: Consecutive seeds to draw, or pictures that are drawn already.
        batch_size: Pictures of a batch, ≥ 1; the last batch may be smaller.
        size: Side of the pictures in pixels, ≥ 32; ignored for a `Batch`.
        fresh: Draw other pictures in each epoch: the seeds that follow those of the
            epoch before.
        shuffle: Give the pictures in another order in each epoch.
        mirror: Mirror half of the pictures, with their labels, at random in each epoch.
        seed: Seed of order and mirroring.
        preprocess: Turns uint8 pictures (N, H, W, 3) into the network's inputs; None
            leaves them as they are.
        **kwargs: `workers`, `use_multiprocessing`, `max_queue_size`.

    Raises:
        ValueError: If an argument is out of range, or seeds for training would run
            into those for measuring.

    Example:
        >>> from keras_models.faces import FaceDataset, train_seeds
        >>> data = FaceDataset(train_seeds(0, 64), batch_size=16, size=64)
        >>> pictures, labels = data[0]
        >>> len(data), pictures.shape, labels.shape
        (4, (16, 64, 64, 3), (16,))
    """

    def __init__(
        self,
        source: range | Batch,
        batch_size: int = 32,
        size: int = DEFAULT_SIZE,
        *,
        fresh: bool = False,
        shuffle: bool = False,
        mirror: bool = False,
        seed: int = 0,
        preprocess: Preprocess | None = preprocess_input,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if batch_size < 1:
            raise ValueError(f"batch_size must be 1 or more, received {batch_size}")
        if isinstance(source, Batch) and fresh:
            raise ValueError(
                "fresh=True draws other pictures in each epoch and needs seeds, "
                "received pictures; pass a range of seeds, or fresh=False"
            )
        if isinstance(source, range) and source.step != 1:
            raise ValueError(f"seeds must be consecutive, received {source}")
        self._source = source
        self._batch_size = batch_size
        self._size = size
        self._fresh, self._shuffle, self._mirror = fresh, shuffle, mirror
        self._seed = seed
        self._preprocess = preprocess
        self._epoch = 0
        self._order = self._new_order()

    def __len__(self) -> int:
        """Return the number of batches."""
        return -(-self._count // self._batch_size)

    def __getitem__(self, index: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Return a batch.

        Args:
            index: Which batch, 0 … `len(self)` - 1.

        Returns:
            Inputs (N, H, W, 3) as `preprocess` makes them, and labels (N,), int64.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"batch {index} of {len(self)} was asked for")
        first = index * self._batch_size
        chosen = self._order[first : first + self._batch_size]
        pictures, labels = self._pictures(chosen)
        if self._mirror:
            rng = np.random.default_rng([self._seed, self._epoch, index])
            flip = rng.random(len(labels)) < 0.5
            pictures[flip] = pictures[flip, :, ::-1]
            labels[flip] = _MIRRORED[labels[flip]]
        inputs = pictures if self._preprocess is None else self._preprocess(pictures)
        return inputs, labels

    def on_epoch_end(self) -> None:
        """Go on to the next epoch's pictures and order."""
        self._epoch += 1
        self._order = self._new_order()

    @property
    def _count(self) -> int:
        source = self._source
        return len(source.labels) if isinstance(source, Batch) else len(source)

    def _new_order(self) -> NDArray[np.int64]:
        if self._shuffle:
            rng = np.random.default_rng([self._seed, self._epoch])
            return rng.permutation(self._count)
        return np.arange(self._count)

    def _pictures(
        self, chosen: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        if isinstance(self._source, Batch):
            return self._source.pictures[chosen], self._source.labels[chosen]
        first = self._source.start
        last = first + self._count * (self._epoch + 1 if self._fresh else 1)
        if first < FIRST_TEST_SEED < last:
            raise ValueError(
                f"the seeds for training end before {FIRST_TEST_SEED}, and this epoch "
                f"needs those up to {last - 1}; begin with smaller seeds"
            )
        seeds = chosen + (last - self._count)
        drawn = draw_batch(seeds.tolist(), self._size)
        return drawn.pictures, drawn.labels


def as_tf_dataset(dataset: FaceDataset) -> Any:
    """Return the same batches as a `tf.data.Dataset`; TensorFlow is imported here.

    Args:
        dataset: The batches; each pass over the result is an epoch of it.

    Returns:
        `tf.data.Dataset` of (inputs, labels), with the number of batches known.

    Example:
        >>> from keras_models.faces import FaceDataset, as_tf_dataset, train_seeds
        >>> data = FaceDataset(train_seeds(0, 64), batch_size=16, size=64)
        >>> pictures, labels = next(iter(as_tf_dataset(data)))
        >>> pictures.shape
        TensorShape([16, 64, 64, 3])
    """
    import tensorflow as tf

    def batches() -> Any:
        for index in range(len(dataset)):
            yield dataset[index]
        dataset.on_epoch_end()

    inputs, labels = dataset[0]
    signature = (
        tf.TensorSpec((None, *inputs.shape[1:]), inputs.dtype),
        tf.TensorSpec((None,), labels.dtype),
    )
    result = tf.data.Dataset.from_generator(batches, output_signature=signature)
    count = tf.data.experimental.assert_cardinality(len(dataset))
    return result.apply(count).prefetch(tf.data.AUTOTUNE)
