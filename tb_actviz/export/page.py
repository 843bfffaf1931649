"""Answers -> one HTML page: the tab itself, and all that it asks for.

The page has a strict content security policy: only the tab's own script and style run,
and nothing is asked for anywhere. Answers are elements that no browser runs; their
bodies are deflated and in base64, which the tab decodes when it asks for one. What is
the same is there once.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tb_actviz.errors import InputError
from tb_actviz.plugin.static_files import static_files

_STATIC = Path(__file__).parents[1] / "plugin" / "static"
#: What the ids of elements begin with that the tab looks for.
_MARK = "tb_actviz"
#: Values are deflated already.
_DEFLATED = "application/octet-stream"
#: Folder of the files beside a page that is split.
ANSWERS = "answers"


#: Arguments of a request.
Arguments = dict[str, str | int | float]


@dataclass(frozen=True)
class HeldAnswer:
    """What a page is told when it asks for something.

    Args:
        route: What it asks, as the tab names it.
        arguments: The arguments, in the order in which the tab has them.
        status: Status of the answer.
        content_type: Type of its body.
        body: Its body.
    """

    route: str
    arguments: Arguments
    status: int
    content_type: str
    body: bytes


class PageWriter:
    """Writes a page, an answer at a time.

    Args:
        file: Where it goes.
        title: Its title.
        about: What the tab says of it, as JSON has it.
        beside: Writes the body of an answer with its number beside the page; None has
            all in the page.

    Raises:
        InputError: If the files of the tab are not there.
    """

    def __init__(
        self,
        file: BinaryIO,
        title: str,
        about: dict[str, Any],
        beside: Callable[[int, bytes], None] | None = None,
    ) -> None:
        self._file = file
        self._about = about
        self._beside = beside
        self._numbers: dict[bytes, int] = {}
        self._index: list[tuple[str, dict[str, Any], int, str, int]] = []
        #: Bytes written so far, beside the page too.
        self.size = 0
        self._write(_head(title, split=beside is not None))

    def add(self, answer: HeldAnswer) -> None:
        """Add an answer.

        Args:
            answer: The answer.
        """
        body = answer.body
        if answer.content_type != _DEFLATED:
            body = zlib.compress(body)
        number = self._store(body)
        self._index.append(
            (
                answer.route,
                answer.arguments,
                answer.status,
                answer.content_type,
                number,
            )
        )

    def finish(self) -> None:
        """Write what tells the tab which answer is which."""
        self._write_element("index", zlib.compress(_as_json(self._index)))
        about = _as_json(self._about).decode().replace("<", "\\u003c")
        self._write(
            f'<script type="application/json" id="{_MARK}-about">{about}</script>\n'
            "</head>\n<body></body>\n</html>\n"
        )

    def _store(self, body: bytes) -> int:
        digest = hashlib.blake2b(body, digest_size=16).digest()
        number = self._numbers.get(digest)
        if number is not None:
            return number
        number = len(self._numbers)
        self._numbers[digest] = number
        if self._beside is None:
            self._write_element(str(number), body)
        else:
            self._beside(number, body)
            self.size += len(body)
        return number

    def _write_element(self, name: str, body: bytes) -> None:
        text = base64.b64encode(body).decode()
        self._write(f'<script type="text/plain" id="{_MARK}-{name}">{text}</script>\n')

    def _write(self, text: str) -> None:
        data = text.encode()
        self._file.write(data)
        self.size += len(data)


def code_size() -> int:
    """Measure the tab itself.

    Returns:
        Bytes of a page without answers, but for its title.
    """
    return len(code_text().encode())


def code_text() -> str:
    """Write the tab itself.

    Returns:
        The beginning of a page without a title.
    """
    return _head("", split=False)


def _as_json(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":"), allow_nan=False).encode()


def _head(title: str, split: bool) -> str:
    script = _script(_tab_file("index.js"))
    style = _tab_file("style.css")
    if "</style" in style.lower():
        raise InputError("The styles of the tab cannot stand in a page.")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(script)}'",
            f"style-src '{_digest(style)}'",
            "img-src data:",
            *(("connect-src 'self'",) if split else ()),
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<link rel="icon" href="data:,">\n'
        f"<title>{html.escape(title)}</title>\n"
        f"<style>{style}</style>\n"
        f'<script type="module">{script}</script>\n'
    )


def _tab_file(name: str) -> str:
    path = static_files(_STATIC).get(name)
    if path is None:
        raise InputError(
            f"The file {name!r} of the Activations tab is missing: install tb-actviz "
            "anew."
        )
    # As a browser counts lines, for the digest.
    return path.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\r", "\n")


def _script(text: str) -> str:
    """Write a script so that none of its texts ends it where it stands."""
    return re.sub(r"<(?=/?script)", r"\\x3c", text, flags=re.IGNORECASE)


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"sha256-{digest}"
