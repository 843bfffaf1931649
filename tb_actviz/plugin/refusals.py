"""Why a request gets no data: the status of the answer, and a text for people."""

from __future__ import annotations


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
    """What is asked for is there, but it is no record that can be read."""

    status = 422


class UnavailableError(RefusalError):
    """TensorBoard's data cannot be reached."""

    status = 503
