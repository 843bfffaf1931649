"""Any console takes what we say, as well as it can, and none is needed."""

from __future__ import annotations

import codecs
import io
import os
import subprocess
import sys
import time
from pathlib import Path

import keras
import pytest
from events import events
from networks import pictures
from PIL import Image

from tb_actviz.cli.console import adapt_streams
from tb_actviz.progress import reporting

ENCODINGS = [
    *("utf-8", "cp1252", "cp1251", "cp1253", "cp437", "cp866", "cp932", "cp949"),
    *("latin-1", "ascii"),
]


def run_encoded(
    encoding: str, *arguments: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "tb_actviz", *arguments],
        cwd=cwd,
        capture_output=True,
        env={**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding},
    )


class Stream(io.TextIOWrapper):
    """A stream of some encoding that says whether it is a terminal."""

    def __init__(self, encoding: str, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict")
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def written(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_a_stream_lacks_is_ascii_or_a_question_mark(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    streams = {name: Stream(encoding) for name in ("stdout", "stderr")}
    for name, stream in streams.items():
        monkeypatch.setattr(sys, name, stream)
    adapt_streams()
    text = "3×4, 0…255, −1 лицо 顔 é \udcff 🙂"
    plain = "3x4, 0...255, -1 ???? ? ? ? ?"
    for stream in streams.values():
        print(text, file=stream)
        shown = stream.written().rstrip("\n")
        if encoding == "ascii":
            assert shown == plain
        assert len(shown) >= len(text)
        # Decoding is not always the way back: two letters may have one code.
        has = {
            codecs.decode(codecs.encode(one, encoding, "ignore"), encoding)
            for one in text
        }
        assert has - {""} <= set(shown)
        assert set(shown) - has <= set("x.-?")


def test_a_choice_of_the_user_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream("ascii")
    stream.reconfigure(errors="xmlcharrefreplace")
    monkeypatch.setattr(sys, "stdout", stream)
    adapt_streams()
    print("3×4")
    assert stream.written() == "3&#215;4\n"


@pytest.mark.parametrize("encoding", ["cp437", "ascii"])
def test_a_progress_bar_is_shown_in_any_encoding(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    stream = Stream(encoding, terminal=True)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    adapt_streams()
    with reporting(True, "работа ×") as report:
        # A bar is shown after half a second; it is the passing time that shows it.
        begin = time.monotonic()
        while "50%" not in stream.written() and time.monotonic() - begin < 60:
            report(1, 2)
            time.sleep(0.05)
    assert "50%" in stream.written()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["demo", "--help"],
        ["log", "--help"],
        ["layers", "--help"],
        ["compare", "--help"],
        ["checkpoints", "--help"],
        ["export", "--help"],
        ["export", "нет…×", "--html", "r.html"],
        ["layers", "--model", "нет…×.keras"],
        ["log", "кот.png", "--model", "squeezenet", "--logdir", "r", "--size", "…"],
        ["ж"],
    ],
)
@pytest.mark.parametrize("encoding", ["ascii"])
@pytest.mark.slow
def test_help_and_errors_end_as_they_do_in_utf_8(
    tmp_path: Path, encoding: str, arguments: list[str]
) -> None:
    whole = run_encoded("utf-8", *arguments, cwd=tmp_path)
    done = run_encoded(encoding, *arguments, cwd=tmp_path)
    assert done.returncode == whole.returncode in (0, 2)
    for got, wanted in [(done.stdout, whole.stdout), (done.stderr, whole.stderr)]:
        assert b"Traceback" not in got
        assert bool(got) == bool(wanted)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp437", "ascii"])
def test_every_command_works_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    model = keras.Sequential(
        [keras.Input((24, 24, 3)), keras.layers.Conv2D(4, 3, name="слой×")]
    )
    model.save(tmp_path / "m.keras")
    model.save_weights(tmp_path / "c-1.weights.h5")
    for name, picture in zip(["a…", "ъ"], pictures(2, (24, 24)), strict=True):
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    of_model = ["--model", "m.keras"]
    for arguments in [
        ["layers", *of_model],
        ["log", "a….png", "ъ.png", "--logdir", "r", *of_model],
        ["compare", "a….png", "ъ.png", *of_model],
        [
            *("checkpoints", "ъ.png", "--checkpoints", "c-1.weights.h5"),
            *("--logdir", "c", *of_model),
        ],
        ["export", "r", "--html", "отчёт.html", "--layers", "слой×", "--png", "к"],
    ]:
        done = run_encoded(encoding, *arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout
        assert b"Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a shell that closes streams")
@pytest.mark.parametrize("closed", ["2>&-", "0<&- 1>&- 2>&-"])
def test_no_console_is_needed(
    network: str, face: str, tmp_path: Path, closed: str
) -> None:
    command = f'"{sys.executable}" -m tb_actviz'
    log = f"log '{face}' --model '{network}' --logdir '{tmp_path / 'run'}'"
    for rest, code in [(log, 0), ("--help", 0), ("layers --model nothing", 2)]:
        done = subprocess.run(["/bin/sh", "-c", f"{command} {rest} {closed}"])
        assert done.returncode == code
    # Nothing that libraries write to standard error went to the event file.
    assert list(events(tmp_path / "run"))


def test_streams_that_are_not_there_take_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    adapt_streams()
    for stream in (sys.stdout, sys.stderr):
        assert stream.write("3×4") == 3
        stream.close()
