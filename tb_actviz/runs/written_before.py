"""What one opening of a run has written and writes again only where it changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from tb_actviz.runs.layer_records import InputPictures
from tb_actviz.writing.summaries import LastWritten


@dataclass(frozen=True, eq=False)
class WrittenBefore:
    """Goes from step to step of a run; a run that was deleted starts with a new one.

    Args:
        pictures: Which pictures of inputs were recorded.
        silent: Which channels of each layer were silent.
    """

    pictures: InputPictures = field(default_factory=InputPictures)
    silent: LastWritten[dict[str, tuple[int, ...]]] = field(default_factory=LastWritten)

    def forget(self, step: int) -> None:
        """Have the next step write what a step that was not written would have.

        Args:
            step: The step that was not written.
        """
        self.pictures.forget(step)
        self.silent.forget(step)
