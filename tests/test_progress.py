"""A progress bar shows where people can see it, and only when it is worth it."""

from __future__ import annotations

import io
import sys

import pytest

from tb_actviz import progress
from tb_actviz.progress import reporting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_function_is_called_instead() -> None:
    seen: list[tuple[int, int]] = []
    with reporting(lambda *now: seen.append(now), "drawing") as report:
        report(1, 2)
        report(2, 2)
    assert seen == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("shown", "stream"), [(False, Terminal()), (True, io.StringIO())]
)
def test_nothing_is_shown_unless_asked_for_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, shown: bool, stream: io.StringIO
) -> None:
    monkeypatch.setattr(progress, "_UNSEEN", 0)
    monkeypatch.setattr(sys, "stderr", stream)
    with reporting(shown, "drawing") as report:
        report(1, 2)
    assert stream.getvalue() == ""


@pytest.mark.parametrize("seconds", [0, 3600])
def test_a_bar_appears_when_it_takes_long_enough(
    monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(progress, "_UNSEEN", seconds)
    monkeypatch.setattr(sys, "stderr", terminal)
    with reporting(True, "drawing") as report:
        report(1, 4)
        report(4, 4)
    assert ("drawing" in terminal.getvalue()) is (seconds == 0)


def test_the_bar_is_gone_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(progress, "_UNSEEN", 0)
    monkeypatch.setattr(sys, "stderr", terminal)

    def interrupted() -> None:
        with reporting(True, "drawing") as report:
            report(1, 4)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    # The cursor, which a bar hides, is shown again at the end.
    assert terminal.getvalue().rindex("\x1b[?25h") > terminal.getvalue().rindex(
        "\x1b[?25l"
    )
