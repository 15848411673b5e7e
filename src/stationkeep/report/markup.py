"""Small pieces of HTML. Everything that comes from a scenario passes through :func:`e` on its way to the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from stationkeep.report.palette import BranchStyle
from stationkeep.report.text import clean

# Only these become links; a "javascript:" in a source stays text.
_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


def e(value: object) -> str:
    """``value`` as harmless HTML text."""
    return escape(clean(str(value)))


def linked(words: str) -> str:
    """Text whose web addresses can be followed; nothing is fetched unless the reader clicks."""
    words = clean(words)
    parts, place = [], 0
    for found in _ADDRESS.finditer(words):
        address = escape(found[0])
        parts += [escape(words[place : found.start()]), f'<a href="{address}" rel="noopener noreferrer">{address}</a>']
        place = found.end()
    return "".join([*parts, escape(words[place:])])


def branch_vars(style: BranchStyle) -> str:
    """The style attribute that gives an element its branch's colours."""
    return f'style="--c:{style.line.css};--t:{style.text.css}"'


def key_to(styles: Mapping[str, BranchStyle], labels: Mapping[str, str]) -> str:
    """A key to the curves, for figures with too many branches to name each at its curve."""
    items = []
    for branch, style in styles.items():
        dash = f' stroke-dasharray="{" ".join(map(str, style.dash))}"' if style.dash else ""
        line = f'<path d="M0 4H28" stroke="var(--c)" stroke-width="3"{dash}/>'
        sample = f'<svg viewBox="0 0 28 8" aria-hidden="true">{line}</svg>'
        items.append(f"<li {branch_vars(style)}>{sample}{e(labels[branch])}</li>")
    return f'<ul class="legend">{"".join(items)}</ul>'


def table(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numeric: Sequence[int] = (),
    stack: bool = False,
) -> str:
    """A table of ready HTML cells with a caption; columns in ``numeric`` are set right.

    ``stack`` turns each row into a block on a phone, where many columns do not fit.
    """

    def classed(index: int) -> str:
        return ' class="n"' if index in numeric else ""

    head = "".join(f'<th scope="col"{classed(i)}>{name}</th>' for i, name in enumerate(heads))
    body = "".join(
        "<tr>"
        + "".join(
            f'<td{classed(i)} data-name="{heads[i]}">{cell}</td>' if i else f'<th scope="row"{classed(i)}>{cell}</th>'
            for i, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    kind = ' class="stack"' if stack else ""
    return f"<table{kind}><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def table_with_bars(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of name, bar and two numbers; the column of bars has no heading."""
    made = table(caption, heads, rows, numeric=(2, 3))
    return made.replace('<td data-name="">', '<td class="bar">')


def bar(share: float, largest: float) -> str:
    """A bar for a table cell; its length is ``share`` against ``largest``. The number stands beside it as text."""
    width = 100.0 * share / largest if largest > 0 else 0.0
    return f'<span aria-hidden="true" style="width:{min(100.0, width):.1f}%"></span>'


def tree(value: Any) -> str:
    """Nested provenance as definition lists and text."""
    if isinstance(value, Mapping):
        items = "".join(f"<dt>{e(str(key).replace('_', ' '))}</dt><dd>{tree(item)}</dd>" for key, item in value.items())
        return f'<dl class="tree">{items}</dl>' if items else "–"
    if isinstance(value, list | tuple):
        if any(isinstance(item, Mapping) for item in value):
            return "".join(tree(item) for item in value)
        return "<br>".join(linked(str(item)) for item in value) or "–"
    if isinstance(value, float):
        return e(f"{value:.6g}")
    return "–" if value is None else linked(str(value))
