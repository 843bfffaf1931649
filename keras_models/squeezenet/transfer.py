"""Receiving a file over HTTP, in pieces where the connection drops."""

from __future__ import annotations

import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, BinaryIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from keras_models.squeezenet.errors import WeightsError

MAX_BYTES = 16 * 2**20
_CHUNK = 2**16
#: Answers that say "later", as opposed to "no".
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Patience:
    """How long to wait, and how often to try again.

    Args:
        timeout: Longest silence of the server, seconds.
        attempts: How many connections are made at most.
        pause: Wait before the second connection, seconds; doubles each time.
    """

    timeout: float = 20.0
    attempts: int = 5
    pause: float = 0.5


class _Dropped(Exception):  # noqa: N818 - a turn of events, not an error to report
    """The connection ended early; the reason is the argument."""


def receive(url: str, out: BinaryIO, patience: Patience, console: Console) -> None:
    """Write what an address holds into a file.

    A dropped connection is taken up where it broke off (HTTP `Range`), or from the
    start where the server does not know how.

    Args:
        url: Address, http or https, of at most 16 MiB.
        out: Empty file, open for writing.
        patience: Time-outs and repetitions.
        console: Where progress is shown: a bar on a terminal, else one line.

    Raises:
        WeightsError: If the content could not be had whole.
        OSError: If the file cannot be written.
    """
    if not url.startswith(("http://", "https://")):
        raise WeightsError("the address must begin with http:// or https://")
    if not console.is_terminal:
        console.print(f"Downloading {url}", soft_wrap=True, highlight=False)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    # Older releases of rich end with an empty line what they did not show.
    with progress if console.is_terminal else nullcontext():
        task = progress.add_task(f"Downloading {url.rsplit('/', 1)[-1]}", total=None)
        reason = ""
        for attempt in range(patience.attempts):
            if attempt:
                time.sleep(patience.pause * 2 ** (attempt - 1))
            try:
                for total in _connect(url, out, patience.timeout):
                    progress.update(task, total=total, completed=out.tell())
            except _Dropped as drop:
                reason = str(drop)
            else:
                return
    raise WeightsError(f"{reason}, after {patience.attempts} attempts")


def _connect(url: str, out: BinaryIO, timeout: float) -> Iterator[int | None]:
    """Receive over one connection; yield the total size, if known, at each step."""
    with _open(url, out.tell(), timeout) as response:
        start, total = _announced(response)
        if start != out.tell():
            _rewind(out)
        if start not in (0, out.tell()):
            raise _Dropped("the server continued at another place than asked")
        _check_size(total or 0)
        yield total
        for chunk in _chunks(response):
            out.write(chunk)
            _check_size(out.tell())
            yield total
    if total is not None and out.tell() > total:
        raise WeightsError(f"{out.tell():,} bytes came, and {total:,} were announced")
    if total is not None and out.tell() < total:
        raise _Dropped(f"the connection ended after {out.tell():,} of {total:,} bytes")


def _open(url: str, start: int, timeout: float) -> Any:
    headers = {"User-Agent": "keras-models", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http(s) only
    try:
        return urllib.request.urlopen(request, timeout=timeout)  # noqa: S310
    except urllib.error.HTTPError as error:
        error.close()
        answer = f"the server answered {error.code} {error.reason}"
        if error.code in _PASSING:
            raise _Dropped(answer) from error
        raise WeightsError(answer) from error
    except (OSError, http.client.HTTPException) as error:
        reason = f"the server cannot be reached ({_reason(error)})"
        # Once it could be reached, this is a passing trouble; before, the network is
        # missing, and waiting would only hide that.
        raise (_Dropped if start else WeightsError)(reason) from error


def _announced(response: Any) -> tuple[int, int | None]:
    length = response.headers.get("Content-Length", "")
    size = int(length) if length.isdecimal() else None
    if response.status != http.client.PARTIAL_CONTENT:
        return 0, size
    place = re.fullmatch(
        r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", "")
    )
    if place is None:
        raise _Dropped("the server sent a part without saying which")
    start = int(place[1])
    if place[2].isdecimal():
        return start, int(place[2])
    return start, None if size is None else start + size


def _chunks(response: Any) -> Iterator[bytes]:
    while True:
        try:
            chunk = response.read1(_CHUNK)
        except (OSError, http.client.HTTPException) as error:
            raise _Dropped(f"the connection broke ({_reason(error)})") from error
        if not chunk:
            return
        yield chunk


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise WeightsError(
            f"more than {MAX_BYTES:,} bytes are offered there: not the published file"
        )


def _rewind(out: BinaryIO) -> None:
    out.seek(0)
    out.truncate()


def _reason(error: BaseException) -> str:
    inner = getattr(error, "reason", None)
    if isinstance(inner, BaseException):
        return _reason(inner)
    return str(inner or error) or type(error).__name__
