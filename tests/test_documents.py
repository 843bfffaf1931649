"""Links between documents lead somewhere: to a file, and to a heading in it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[1]


def documents() -> list[Path]:
    """All Markdown files, also those that are not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def prose(document: Path) -> str:
    """A document without its code."""
    text = document.read_text(encoding="utf-8")
    text = re.sub(r"^(```+).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", lambda code: code[0].strip("`").translate(BRACES), text)


#: Code in a heading is part of its anchor, but never a link.
BRACES = str.maketrans("", "", "[]()")


def anchors(document: Path) -> set[str]:
    """What the headings of a document are called in links, as hosting pages do it."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *$", prose(document), re.MULTILINE):
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = sum(
            1 for one in found if re.fullmatch(rf"{re.escape(name)}(-\d+)?", one)
        )
        found.add(f"{name}-{count}" if count else name)
    return found


def dead_links(document: Path) -> list[str]:
    """Relative links of a document that lead nowhere."""
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(document)):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    return dead


@pytest.mark.parametrize(
    "document", documents(), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_links_lead_somewhere(document: Path) -> None:
    assert dead_links(document) == []


def test_dead_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text(
        "# One\n## Two words, `code()`\n# One\n```sh\n# no heading\n```\n"
    )
    document = tmp_path / "document.md"
    document.write_text(
        "# Here\n[a](other.md) [b](other.md#two-words-code) [c](#here)\n"
        "[d](other.md#one-1)\n"
        "![e](missing.png) [f](other.md#no-heading) [g](#there) [h](other.md#one-2)\n"
        "`[i](code.md)` [j](https://example.org/x) [k](gone.md#one)\n"
        "```\n[l](block.md)\n```\n"
    )
    assert dead_links(document) == [
        "missing.png",
        "other.md#no-heading",
        "#there",
        "other.md#one-2",
        "gone.md#one",
    ]
