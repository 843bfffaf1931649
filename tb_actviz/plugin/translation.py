"""Errors of TensorBoard's data provider -> refusals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tensorboard import errors

from tb_actviz.plugin.refusals import (
    MissingError,
    RefusalError,
    TooLargeError,
    UnavailableError,
)

#: Why what was just listed cannot be read.
GONE = "It is no longer available, or its run is being loaded."


@contextmanager
def translated() -> Iterator[None]:
    """Let only those errors of a provider pass that have a meaning.

    Raises:
        MissingError: If something is gone.
        TooLargeError: If the answer does not fit through.
        UnavailableError: If there is no answer.
    """
    try:
        yield
    except errors.NotFoundError:
        raise MissingError(GONE) from None
    except (
        KeyError,
        IndexError,
        TypeError,
        ValueError,
        RefusalError,
        errors.PublicError,
    ):
        raise
    except Exception as error:
        raise _failure(error) from None


def _failure(error: Exception) -> RefusalError:
    """Tell what went wrong on the way to the data server."""
    # Errors of gRPC have a code; to import gRPC is the provider's affair.
    code = getattr(error, "code", None)
    status = getattr(code(), "name", "") if callable(code) else type(error).__name__
    if status == "RESOURCE_EXHAUSTED":
        return TooLargeError("The answer of TensorBoard's data server is too large.")
    return UnavailableError(
        f"TensorBoard's data server does not answer ({status}). Restart TensorBoard."
    )
