"""An exported page, read as a browser would."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

#: Route, and arguments in alphabetical order.
Request = tuple[str, tuple[tuple[str, Any], ...]]


@dataclass(frozen=True)
class ReadAnswer:
    """An answer that a page holds."""

    status: int
    content_type: str
    body: bytes = field(repr=False)

    def json(self) -> Any:
        assert (self.status, self.content_type) == (200, "application/json"), self.body
        return json.loads(self.body)


class ReadPage(HTMLParser):
    """A page, and the answers in it or beside it."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        #: Name and attributes of each element, in order.
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        #: Text of each element, in the same order.
        self.texts: list[str] = []
        self._open: list[int] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")
        if tag not in {"meta", "link"}:
            self._open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self._open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open[-1]] += data

    def text(self, **attributes: str) -> str:
        """The text of the one element with these attributes."""
        (found,) = [
            text
            for (_, given), text in zip(self.elements, self.texts, strict=True)
            if attributes.items() <= given.items()
        ]
        return found

    def bodies(self) -> int:
        """How many bodies there are."""
        return sum(
            str(given.get("id", "")).removeprefix("tb_actviz-").isdigit()
            for _, given in self.elements
        )

    def about(self) -> dict[str, Any]:
        """What the page says of itself."""
        about: dict[str, Any] = json.loads(self.text(id="tb_actviz-about"))
        return about

    def answers(self) -> dict[Request, ReadAnswer]:
        """All answers, by what is asked."""
        index = json.loads(zlib.decompress(self._body("index")))
        found = {}
        for route, arguments, status, content_type, number in index:
            body = self._body(str(number))
            if content_type != "application/octet-stream":
                body = zlib.decompress(body)
            key = request(route, **arguments)
            assert key not in found
            found[key] = ReadAnswer(status, content_type, body)
        return found

    def _body(self, name: str) -> bytes:
        beside = self.path.parent / "answers" / f"{name}.bin"
        if beside.exists():
            return beside.read_bytes()
        return base64.b64decode(self.text(id=f"tb_actviz-{name}"), validate=True)


def request(route: str, **arguments: Any) -> Request:
    """What is asked, as a key."""
    return route, tuple(sorted(arguments.items()))
