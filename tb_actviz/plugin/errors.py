"""Why a request gets no data: the status of the answer, and a text for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tensorboard import errors


class RefusalError(Exception):
    """A request cannot be answered; the text says why in one line."""

    status = 500


class MalformedError(RefusalError):
    """The request lacks an argument, or has one that cannot be."""

    status = 400


class MissingError(RefusalError):
    """What is asked for is not there, or no longer."""

    status = 404


class NotAllowedError(RefusalError):
    """The request is to do something else than read."""

    status = 405


class TooLargeError(RefusalError):
    """What is asked for is more than can be sent."""

    status = 413


class UnreadableError(RefusalError):
    """What is asked for is there, but it is not a record that can be read."""

    status = 422


class UnavailableError(RefusalError):
    """TensorBoard's data cannot be reached."""

    status = 503


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
    """Say what went wrong on the way to the data server."""
    # Errors of gRPC have a code; to import gRPC is the provider's affair.
    code = getattr(error, "code", None)
    status = getattr(code(), "name", "") if callable(code) else type(error).__name__
    if status == "RESOURCE_EXHAUSTED":
        return TooLargeError("The answer of TensorBoard's data server is too large.")
    return UnavailableError(
        f"TensorBoard's data server does not answer ({status}). Restart TensorBoard."
    )
