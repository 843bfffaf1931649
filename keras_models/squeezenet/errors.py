"""What can go wrong with weights."""

from __future__ import annotations


class WeightsError(ValueError):
    """Weights cannot be found, read, downloaded or used; the message says why.

    Example:
        >>> from keras_models.squeezenet import SqueezeNet, WeightsError
        >>> try:
        ...     net = SqueezeNet(weights="face")
        ... except WeightsError as error:
        ...     print(error)
        weights='face' is neither an existing file nor one of the names ...
    """
