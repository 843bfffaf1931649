"""The classes of the pictures."""

from __future__ import annotations

from enum import IntEnum


class Label(IntEnum):
    """What a picture shows; left and right are those of the picture.

    Example:
        >>> from keras_models.faces import Label
        >>> Label.of_eyes(left_open=False, right_open=True)
        <Label.LEFT_CLOSED: 2>
        >>> Label.LEFT_CLOSED.eyes_open
        (False, True)
    """

    NO_FACE = 0
    BOTH_OPEN = 1
    LEFT_CLOSED = 2
    RIGHT_CLOSED = 3
    BOTH_CLOSED = 4

    @classmethod
    def of_eyes(cls, left_open: bool, right_open: bool) -> Label:
        """Return the label of a face.

        Args:
            left_open: Whether the eye that is left in the picture is open.
            right_open: Whether the eye that is right in the picture is open.

        Returns:
            The label.
        """
        return cls(1 + (not left_open) + 2 * (not right_open))

    @property
    def eyes_open(self) -> tuple[bool, bool]:
        """Whether the left and the right eye are open; of faces only."""
        closed = int(self) - 1
        return not closed & 1, not closed & 2


CLASS_NAMES: tuple[str, ...] = (
    "no face",
    "both eyes open",
    "left eye closed",
    "right eye closed",
    "both eyes closed",
)
