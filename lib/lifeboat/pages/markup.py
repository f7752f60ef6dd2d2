"""Small pieces of HTML; every text that goes in is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


class Raw(str):
    """HTML that is already safe."""


def text(content: object) -> str:
    """Escape a text for HTML, unless it is `Raw`."""
    return content if isinstance(content, Raw) else escape(str(content))


SKELETON = Raw('<div class="skeleton" role="img" aria-label="Loading"><i></i><i></i><i></i></div>')
"""What stands in a panel until its content comes."""


def header(title: str, lead: str, links: Iterable[tuple[str, str]]) -> Raw:
    """Build the head of a page: what it answers, in one sentence how, and where else to look."""
    around = "".join(f'<a href="{text(address)}">{text(name)}</a>' for name, address in links)
    nav = f'<nav aria-label="Elsewhere">{around}</nav>' if around else ""
    return Raw(f'<h1>{text(title)}</h1><p class="lead">{text(lead)}</p>{nav}')


def table(label: str, headers: Sequence[object], rows: Iterable[Sequence[object]], kind: str = "") -> Raw:
    """Build a table whose first cell in each row is its heading.

    Parameters
    ----------
    label : str
        What the table shows, for screen readers.
    headers : sequence of texts or `Raw` HTML
        One per column.
    rows : iterable of sequences
        Texts or `Raw` HTML.
    kind : str
        CSS classes.
    """
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in headers)
    body = "".join(_row(row, headers) for row in rows)
    # a scrollable box must be reachable by keyboard; a hidden caption would upset the widths of a fixed layout
    return Raw(
        f'<div class="scroll" tabindex="0" role="region" aria-label="{text(label)}">'
        f'<table class="{kind}" aria-label="{text(label)}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(cells: Sequence[object], headers: Sequence[object]) -> str:
    """A row; each cell knows its heading, which a phone shows beside it."""
    first, *others = cells
    named = ["" if isinstance(name, Raw) else f' data-label="{text(name)}"' for name in headers[1:]]
    body = "".join(f"<td{name}>{text(cell)}</td>" for name, cell in zip(named, others, strict=True))
    return f'<tr><th scope="row">{text(first)}</th>{body}</tr>'


def facts(pairs: Iterable[tuple[str, object]]) -> Raw:
    """Build a list of names and values."""
    return Raw(
        '<dl class="facts">'
        + "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in pairs)
        + "</dl>"
    )


def stamped(content: str, mark: object) -> Raw:
    """Build a box that carries an unseen mark: it changes with the mark, also if its content stays as it was."""
    return Raw(f'<div data-mark="{hash(str(mark)):x}">{text(content)}</div>')


def large(number: str) -> Raw:
    """Build a number in large type; a word before it, as in "over 99%", stays small."""
    *word, digits = number.split()
    before = f"<small>{text(word[0])}</small> " if word else ""
    return Raw(f'<span class="number">{before}{text(digits)}</span>')


def notice(title: str, message: str, kind: str = "info") -> Raw:
    """Build a message box.

    Parameters
    ----------
    title, message : str
        What is the matter, and what to do; text between backquotes in `message` is shown as code.
    kind : {"info", "warning"}
        How much attention it asks for.
    """
    parts = text(message).split("`")
    body = "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))
    return Raw(f'<div class="notice {kind}" role="status"><strong>{text(title)}</strong><p>{body}</p></div>')
