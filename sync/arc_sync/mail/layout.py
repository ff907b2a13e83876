"""The HTML of an email, made by us from its plain text: what a person edited there is what stands here.

Paragraphs become paragraphs; invoice lines that still read as a table become one, and other text with columns
keeps its shape; addresses become links. Every character is escaped, so nothing that a customer is called can be
markup. The frame around it is `templates/mail.html`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from string import Template
from typing import Final
from urllib.parse import quote

from arc_sheets.errors import ConfigError
from arc_sheets.languages import ENGLISH, Language
from arc_sheets.lines import Table, find_table, one_line
from arc_sheets.resources import folder
from arc_sheets.wording import Sender

_FONT: Final = "font-family:Calibri,Carlito,Arial,Helvetica,sans-serif;"
_P: Final = f'<p style="margin:0 0 16px 0; {_FONT} font-size:16px; line-height:24px;">'
_PRE: Final = (
    "<pre style=\"margin:0 0 16px 0; font-family:Consolas,'Courier New',monospace; font-size:13px;"
    ' line-height:20px; white-space:pre; overflow-x:auto;">'
)
_TABLE: Final = (
    '<table class="lines" width="100%" cellpadding="0" cellspacing="0" border="0"'
    ' style="margin:4px 0 20px 0; border-collapse:collapse;">'
)
_CELL: Final = f"padding:6px 0 6px 14px; {_FONT} font-size:15px; line-height:20px;"
_COLUMNS: Final = re.compile(r"^ {2}|\S {2,}\S", re.MULTILINE)
#: Bounded, so that no text makes the search slow.
_URL: Final = r"https?://[^\s<>\"]{1,2000}"
_EMAIL: Final = r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"


def html_of(body: str, sender: Sender, subject: str = "", language: Language = ENGLISH) -> str:
    """Return the HTML of a plain text. Raises `ConfigError` if the frame has a blank that ARC does not know."""
    try:
        return _frame().substitute(
            language=language.code,
            subject=escape(one_line(subject)),
            company=escape(one_line(sender.company)),
            body="\n".join(_blocks("\n".join(body.splitlines()), sender)),
            footer=_footer(sender),
        )
    except (KeyError, ValueError) as wrong:
        raise ConfigError(f"templates/mail.html has a $ that stands for nothing: {wrong}.") from None


@lru_cache(maxsize=1)
def _frame() -> Template:
    return Template((folder("templates") / "mail.html").read_text(encoding="utf-8"))


def _footer(sender: Sender) -> str:
    parts = filter(None, (one_line(part) for part in (sender.company, sender.phone, sender.email)))
    return " &nbsp;·&nbsp; ".join(linked(part, sender) for part in parts)


def _blocks(text: str, sender: Sender) -> Iterator[str]:
    """Yield the text piece by piece: paragraphs, tables, and what must keep its shape."""
    found = find_table(text)
    for block in re.split(r"\n\s*\n", found.before if found else text):
        if block.strip():
            yield _paragraph(block.strip("\n"), sender)
    if found:
        yield _table(found.table)
        yield from _blocks(found.after, sender)


def _paragraph(block: str, sender: Sender) -> str:
    if _COLUMNS.search(block):
        return f"{_PRE}{escape(block)}</pre>"
    return _P + "<br>\n".join(linked(line, sender) for line in block.split("\n")) + "</p>"


# --- tables -----------------------------------------------------------------------------------------------------


def _table(table: Table) -> str:
    head = "".join(_cell(table, k, text, "th") for k, text in enumerate(table.headers))
    rows = ("".join(_cell(table, k, text, "td") for k, text in enumerate(row)) for row in table.rows)
    sums = (_sum(table, *line, first=n == 0) for n, line in enumerate(table.sums))
    return "\n".join((_TABLE, *(f"<tr>{row}</tr>" for row in (head, *rows, *sums)), "</table>"))


def _cell(table: Table, column: int, text: str, tag: str) -> str:
    """Return one cell; the date of an invoice is left out on a phone, its due date stays."""
    classes = ["wide"] * (column == 1) + (["slate", "strong"] if tag == "th" else ["rule"])
    align = "right" if table.figures[column] else "left"
    style = _CELL if column else _CELL.replace("14px;", "0;", 1)
    style += f" text-align:{align};"
    if tag == "th":
        style += " vertical-align:bottom; font-weight:normal; color:#5B6775; border-bottom:1px solid #1F4E79;"
    else:
        style += " white-space:nowrap; vertical-align:top; border-bottom:1px solid #D5DCE4;"
    scope = ' scope="col"' if tag == "th" else ""
    return f'<{tag}{scope} class="{" ".join(classes)}" align="{align}" style="{style}">{escape(text)}</{tag}>'


def _sum(table: Table, what: str, number: str, *, first: bool) -> str:
    style = f"{_CELL} font-weight:bold;" + (" border-top:1px solid #1F4E79;" if first else "")
    label = style.replace("14px;", "0;", 1)
    return (
        f'<td class="strong" colspan="{len(table.headers) - 1}" style="{label}">{escape(what)}</td>'
        f'<td class="strong" align="right" style="{style} text-align:right; white-space:nowrap;">{escape(number)}</td>'
    )


# --- links ------------------------------------------------------------------------------------------------------


def linked(text: str, sender: Sender) -> str:
    """Return a text escaped, with links on web addresses, email addresses and the sender's phone number."""
    pieces, end = [], 0
    for found in _links(one_line(sender.phone)).finditer(text):
        shown = found[0] if found.lastgroup != "web" else _without_ending(found[0])
        pieces += [escape(text[end : found.start()]), _link(found.lastgroup or "", shown)]
        end = found.start() + len(shown)
    return "".join(pieces) + escape(text[end:])


@lru_cache(maxsize=64)
def _links(phone: str) -> re.Pattern[str]:
    number = rf"|(?<!\w)(?P<phone>{re.escape(phone)})(?!\w)" if phone else ""
    return re.compile(rf"(?P<web>{_URL})|(?P<mail>{_EMAIL}){number}", re.IGNORECASE)


def _link(kind: str, shown: str) -> str:
    if kind == "web":
        target = shown
    elif kind == "mail":
        target = f"mailto:{quote(shown, safe='@')}"
    else:
        target = "tel:" + "".join(c for c in shown if c.isdigit() or c == "+")
    return f'<a href="{escape(target)}" style="color:#1F4E79; word-break:break-word;">{escape(shown)}</a>'


def _without_ending(url: str) -> str:
    """Return a web address without the punctuation of the sentence around it."""
    while url[-1:] in ".,;:!?'*" or (url.endswith(")") and url.count(")") > url.count("(")):
        url = url[:-1]
    return url
