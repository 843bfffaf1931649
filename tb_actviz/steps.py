"""Which step a moment of training has, so that steps go on where a run has been."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class StepCounter:
    """Numbers the moments of one training after those that a run holds already.

    TensorBoard drops records whose steps come twice or go back, so that a step is
    written at most once.

    Args:
        last: The last step that the run holds; None for an empty one.
        begin: Where the training begins by its own count: the first epoch, or the
            number of batches that its optimizer has seen.
    """

    last: int | None
    begin: int

    @property
    def offset(self) -> int:
        """What to add to the training's own count.

        A training that begins anew goes on after what is there; one that resumes keeps
        its own count, since it is the same training.
        """
        if self.last is None or self.begin > 0:
            return 0
        return self.last + 1

    @property
    def repeats(self) -> bool:
        """Whether the training begins with steps that the run holds already."""
        return self.last is not None and 0 < self.begin <= self.last

    def step(self, count: int) -> int | None:
        """Number one moment.

        Args:
            count: The training's own count: an epoch, or batches seen.

        Returns:
            The step; None where the run holds it already.
        """
        step = count + self.offset
        return None if self.last is not None and step <= self.last else step
