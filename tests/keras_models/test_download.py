"""Downloading, against a real server on this machine."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from rich.console import Console
from waiting import PATIENCE, soon

from keras_models.squeezenet import WeightsError, download
from keras_models.squeezenet.download import cache_folder, fetch, git_blob_id
from keras_models.squeezenet.transfer import MAX_BYTES, Patience

CONTENT = bytes(range(256)) * 1500
NAME = "net.caffemodel"
HASTY = Patience(timeout=20, attempts=3, pause=0.01)

Answer = Callable[[BaseHTTPRequestHandler], None]


def blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest()  # noqa: S324


def start_of(request: BaseHTTPRequestHandler) -> int:
    wanted = request.headers.get("Range")
    return int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0


def send(
    content: bytes = CONTENT,
    stop: int | None = None,
    ranges: bool = True,
    length: int | None = None,
    go_on: threading.Event | None = None,
) -> Answer:
    """Answer with `content`, closing the connection before byte `stop`.

    Half of it is sent, and the rest not before it may `go_on`.
    """

    def answer(request: BaseHTTPRequestHandler) -> None:
        start = start_of(request) if ranges else 0
        request.send_response(206 if start else 200)
        if start:
            place = f"bytes {start}-{len(content) - 1}/{len(content)}"
            request.send_header("Content-Range", place)
        announced = len(content) - start if length is None else length
        if announced >= 0:
            request.send_header("Content-Length", str(announced))
        request.end_headers()
        body = content[start:stop]
        half = len(body) // 2
        request.wfile.write(body[:half])
        request.wfile.flush()
        if go_on is not None:
            go_on.wait(PATIENCE)
        request.wfile.write(body[half:])

    return answer


def fail(status: int) -> Answer:
    return lambda request: request.send_error(status)


@dataclass
class Site:
    """A server whose answers are given one by one; the last one repeats."""

    url: str = ""
    answers: list[Answer] = field(default_factory=lambda: [send()])
    ranges: list[str | None] = field(default_factory=list)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.ranges.append(self.headers.get("Range"))
            more = len(site.answers) > 1
            answer = site.answers.pop(0) if more else site.answers[0]
            try:
                answer(self)
            except OSError:
                return

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}/a/b/{NAME}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


def fetched(site: Site, folder: Path, console: Console | None = None) -> Path:
    silent = Console(file=io.StringIO())
    return fetch(site.url, blob_id(CONTENT), folder, HASTY, console or silent)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_download_with_progress_then_none(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "models"
    screen = io.StringIO()
    path = fetched(site, folder, Console(file=screen, force_terminal=True, width=120))
    assert path == folder / NAME
    assert path.read_bytes() == CONTENT
    assert names(folder) == [NAME]
    assert f"Downloading {NAME}" in screen.getvalue()
    assert "384.0/384.0 kB" in screen.getvalue()
    assert fetched(site, folder) == path
    assert site.ranges == [None]


def test_one_line_where_there_is_no_terminal(site: Site, tmp_path: Path) -> None:
    screen = io.StringIO()
    fetched(site, tmp_path, Console(file=screen, width=30))
    assert screen.getvalue() == f"Downloading {site.url}\n"


def test_progress_goes_to_standard_error(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fetch(site.url, blob_id(CONTENT), tmp_path)
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"Downloading {site.url}\n")


def test_the_permissions_are_those_of_any_new_file(site: Site, tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    path = fetched(site, tmp_path)
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_wrong_file_in_the_cache_is_replaced(site: Site, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(CONTENT[:-1])
    assert fetched(site, tmp_path).read_bytes() == CONTENT
    assert site.ranges == [None]


@pytest.mark.parametrize("length", [None, -1])
def test_a_dropped_connection_is_taken_up_again(
    site: Site, tmp_path: Path, length: int | None
) -> None:
    site.answers = [send(stop=100_000), send(stop=200_000), send(length=length)]
    assert fetched(site, tmp_path).read_bytes() == CONTENT
    assert site.ranges == [None, "bytes=100000-", "bytes=200000-"]


def test_a_server_without_ranges_starts_over(site: Site, tmp_path: Path) -> None:
    site.answers = [send(stop=100_000), send(ranges=False)]
    assert fetched(site, tmp_path).read_bytes() == CONTENT
    assert site.ranges == [None, "bytes=100000-"]


def test_a_passing_failure_is_waited_out(site: Site, tmp_path: Path) -> None:
    site.answers = [fail(503), send()]
    assert fetched(site, tmp_path).read_bytes() == CONTENT


def test_a_silent_server_is_left_and_asked_again(site: Site, tmp_path: Path) -> None:
    silence = threading.Event()
    site.answers = [send(go_on=silence), send()]
    silent = Console(file=io.StringIO())
    # The first answer is as late as that, the second one must not be.
    patience = Patience(timeout=1, attempts=2, pause=0.01)
    path = fetch(site.url, blob_id(CONTENT), tmp_path, patience, silent)
    silence.set()
    assert path.read_bytes() == CONTENT
    assert site.ranges == [None, "bytes=192000-"]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([fail(404)], "the server answered 404 Not Found"),
        ([fail(500)], "answered 500 .*, after 3 attempts"),
        (
            [send(stop=100_000), send(stop=100_000)],
            "connection ended after 100,000 of 384,000 bytes, after 3 attempts",
        ),
        ([send(stop=0)], "connection ended after 0 of 384,000 bytes, after 3"),
        ([send(CONTENT[::-1])], f"384,000 bytes with the git blob id .* {'.' * 40}"),
        ([send(CONTENT[:-1], length=-1)], "383,999 bytes .* not the published file"),
        ([send(b"")], r"0 bytes with the git blob id e69de29bb2"),
        ([send(length=MAX_BYTES + 1)], "more than 16,777,216 bytes are offered"),
        ([send(bytes(MAX_BYTES + 1), length=-1)], "more than 16,777,216 bytes"),
    ],
)
def test_failures_leave_nothing_and_pass(
    site: Site, tmp_path: Path, answers: list[Answer], message: str
) -> None:
    site.answers = list(answers)
    with pytest.raises(WeightsError, match=message) as caught:
        fetched(site, tmp_path)
    assert f"cannot download {site.url}" in str(caught.value)
    assert "weights=PATH" in str(caught.value)
    assert "SQUEEZENET_WEIGHTS" in str(caught.value)
    assert names(tmp_path) == []
    site.answers = [send()]
    assert fetched(site, tmp_path).read_bytes() == CONTENT


def test_more_than_announced(site: Site, tmp_path: Path) -> None:
    def more(request: BaseHTTPRequestHandler) -> None:
        request.send_response(206)
        request.send_header("Content-Range", "bytes 100000-383999/384000")
        request.end_headers()
        request.wfile.write(CONTENT[100_000:] + b"more")

    site.answers = [send(stop=100_000), more]
    with pytest.raises(WeightsError, match=r"384,004 bytes came, and 384,000 were"):
        fetched(site, tmp_path)
    assert names(tmp_path) == []


def test_a_failed_renewal_keeps_the_file_that_was_there(
    site: Site, tmp_path: Path
) -> None:
    (tmp_path / NAME).write_bytes(b"something else")
    site.answers = [fail(404)]
    with pytest.raises(WeightsError, match="404"):
        fetched(site, tmp_path)
    assert (tmp_path / NAME).read_bytes() == b"something else"
    assert names(tmp_path) == [NAME]


def test_a_server_that_cannot_be_reached(site: Site, tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/none.caffemodel"
    with pytest.raises(WeightsError, match=r"cannot be reached \(.*refused"):
        fetch(url, blob_id(CONTENT), tmp_path, HASTY, Console(file=io.StringIO()))
    assert names(tmp_path) == []


def test_only_http(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(CONTENT)
    url = (tmp_path / "secret").as_uri()
    with pytest.raises(WeightsError, match="must begin with http"):
        fetch(url, blob_id(CONTENT), tmp_path / "cache")
    assert names(tmp_path / "cache") == []


def test_a_folder_that_cannot_be_written(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WeightsError, match=r"cannot keep .*Not a directory") as caught:
        fetched(site, tmp_path / "file" / "models")
    assert "KERAS_HOME" in str(caught.value)
    assert "SQUEEZENET_WEIGHTS" in str(caught.value)
    assert site.ranges == []


PROGRAM = (
    "import pathlib, sys\n"
    "from keras_models.squeezenet.download import fetch\n"
    "print(fetch(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])))"
)


def started(site: Site, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, site.url, blob_id(CONTENT), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_an_interrupted_download_leaves_nothing(site: Site, tmp_path: Path) -> None:
    end = threading.Event()
    site.answers = [send(go_on=end)]
    child = started(site, tmp_path)
    assert soon(lambda: any(path.stat().st_size for path in tmp_path.iterdir()))
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=PATIENCE)
    end.set()
    assert child.returncode != 0
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert names(tmp_path) == []


def test_two_processes_at_once(site: Site, tmp_path: Path) -> None:
    both = threading.Event()
    site.answers = [send(go_on=both)]
    children = [started(site, tmp_path) for _ in range(2)]
    assert soon(lambda: len(names(tmp_path)) == 2)
    both.set()
    for child in children:
        out, err = child.communicate(timeout=PATIENCE)
        assert (child.returncode, out) == (0, f"{tmp_path / NAME}\n"), err
    assert site.ranges == [None, None]
    assert names(tmp_path) == [NAME]
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_git_names_content_the_same(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"hello world\n")
    (tmp_path / "b").write_bytes(b"")
    assert git_blob_id(tmp_path / "a") == "3b18e512dba79e4c8300dd08aeb37f8e728b8dad"
    assert git_blob_id(tmp_path / "b") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


def test_the_cache_is_that_of_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", os.path.join("~", "elsewhere"))
    assert cache_folder() == Path.home() / "elsewhere" / "models"
    monkeypatch.delenv("KERAS_HOME")
    assert cache_folder() == Path.home() / ".keras" / "models"


def test_the_published_file() -> None:
    assert download.IMAGENET_URL == (
        "https://github.com/forresti/SqueezeNet/raw/"
        "51147dc0681638c28aad593b9e923f3500117125/SqueezeNet_v1.1/"
        "squeezenet_v1.1.caffemodel"
    )
    assert download.IMAGENET_BLOB_ID == "9d2fc33abf653a6e8b2ee6cc63ede0e72ec67f44"


def test_imagenet_weights_come_from_the_cache_or_the_site(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(download, "IMAGENET_URL", site.url)
    monkeypatch.setattr(download, "IMAGENET_BLOB_ID", blob_id(CONTENT))
    assert download.download_imagenet() == tmp_path / "models" / NAME
    assert names(tmp_path / "models") == [NAME]
