"""How results show themselves in a cell of a notebook: tables, and lines of text.

Notebooks call `_repr_html_` of the last value of a cell, and `_repr_png_`. What is made
here has no style of its own, so that it is as dark as the notebook.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

#: Rows that a table shows at most.
MOST_ROWS = 50


def html_table(
    header: Sequence[str], rows: Sequence[Iterable[object]], note: str = ""
) -> str:
    """Lay out values as a table of HTML.

    Args:
        header: Names of the columns.
        rows: A value for each column, written as `str` does; at most `MOST_ROWS` are
            shown, and the number of the others is said.
        note: What stands above it.

    Returns:
        The table; nothing in it is taken for HTML.
    """
    lines = [f"<p>{html.escape(note)}</p>"] if note else []
    lines += ["<table>", "<thead>", _row("th", header), "</thead>", "<tbody>"]
    lines += [_row("td", map(str, row)) for row in rows[:MOST_ROWS]]
    lines += ["</tbody>", "</table>"]
    if len(rows) > MOST_ROWS:
        lines.append(f"<p>and {len(rows) - MOST_ROWS} more</p>")
    return "\n".join(lines)


def html_text(text: str) -> str:
    """Write lines of text as HTML.

    Args:
        text: The lines.

    Returns:
        The same lines; nothing in them is taken for HTML.
    """
    style = "white-space: pre-wrap"
    return f'<pre style="{style}">{html.escape(text)}</pre>'


def _row(cell: str, values: Iterable[str]) -> str:
    cells = "".join(f"<{cell}>{html.escape(value)}</{cell}>" for value in values)
    return f"<tr>{cells}</tr>"
