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
_FIRST: Final = _CELL.replace("14px", "0")
_RULE: Final = "border-bottom:1px solid #D5DCE4;"
_STRONG: Final = "border-bottom:1px solid #1F4E79;"
_SHORT: Final = 16  # characters of an invoice number that is never broken
_COLUMNS: Final = re.compile(r"^ {2}|\S {2,}\S", re.MULTILINE)
_UNBROKEN: Final = 40  # characters that a phone has room for on one line
#: What is marked in a text. All are bounded, so that no text makes the search slow.
_URL: Final = r"(?i:https?)://[^\s<>\"]{1,2000}"
_EMAIL: Final = r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
_ACCOUNT: Final = r"\b[A-Z]{2}\d{2}(?: [A-Z0-9]{1,4}){3,8}\b"  # DE89 3704 0044 0532 0130 00
_AMOUNT: Final = r"\b[A-Z]{3} -?\d[\d.,]{0,20}(?<=\d)|\b\d[\d.,]{0,20} [A-Z]{3}\b"  # EUR 1,250.50
_DAY: Final = r"\b\d{1,2}\.? [^\W\d]{3,9} \d{4}\b"  # 9. November 2026
_NUMBER: Final = r"\b(?=[A-Z/-]{0,12}\d)[A-Z0-9]{1,12}(?:[-/][A-Z0-9]{1,12}){1,3}\b"  # INV-26-0561
_KEPT: Final = f"{_ACCOUNT}|{_AMOUNT}|{_DAY}|{_NUMBER}"


def html_of(body: str, sender: Sender, subject: str = "", language: Language = ENGLISH) -> str:
    """Return the HTML of a plain text. Raises `ConfigError` if the frame has a blank that ARC does not know."""
    try:
        return _frame().substitute(
            language=language.code,
            subject=escape(one_line(subject)),
            company=escape(one_line(sender.company)),
            body="\n".join(_blocks("\n".join(body.splitlines()), _marked(one_line(sender.phone)))),
            footer=_footer(sender),
        )
    except (KeyError, ValueError) as wrong:
        raise ConfigError(f"templates/mail.html has a $ that stands for nothing: {wrong}.") from None


@lru_cache(maxsize=1)
def _frame() -> Template:
    return Template((folder("templates") / "mail.html").read_text(encoding="utf-8"))


def _footer(sender: Sender) -> str:
    parts = filter(None, map(one_line, (sender.company, sender.phone, sender.email)))
    marked = _marked(one_line(sender.phone))
    dot = '<span class="wide"> &nbsp;·&nbsp; </span>'  # on a phone each stands on a line of its own
    return dot.join(f'<span class="part">{_linked(part, marked)}</span>' for part in parts)


def _blocks(text: str, marked: re.Pattern[str]) -> Iterator[str]:
    """Yield the text piece by piece: paragraphs, tables, and what must keep its shape."""
    found = find_table(text)
    for block in re.split(r"\n\s*\n", found.before if found else text):
        if block.strip():
            yield _paragraph(block.strip("\n"), marked)
    if found:
        yield _table(found.table)
        yield from _blocks(found.after, marked)


def _paragraph(block: str, marked: re.Pattern[str]) -> str:
    if _COLUMNS.search(block):
        return f"{_PRE}{escape(block)}</pre>"
    return _P + "<br>\n".join(_linked(line, marked) for line in block.split("\n")) + "</p>"


# --- tables -----------------------------------------------------------------------------------------------------


def _table(table: Table) -> str:
    head = "".join(_header(table, k) for k in range(len(table.headers)))
    *most, last = ("".join(_cells(table, row)) for row in table.rows)
    last = last.replace(_RULE, _STRONG).replace('class="rule', 'class="strong')  # the line above the sums
    sums = (_sum(table, *line) for line in table.sums)
    return "\n".join((_TABLE, *(f"<tr>{row}</tr>" for row in (head, *most, last, *sums)), "</table>"))


def _header(table: Table, column: int) -> str:
    style = f"vertical-align:bottom; font-weight:normal; color:#5B6775; {_STRONG}"
    return _cell(
        table, column, table.headers[column], f'th scope="col" class="slate strong{_wide(column)}"', style
    )


def _cells(table: Table, row: tuple[str, ...]) -> Iterator[str]:
    for column, text in enumerate(row):
        wrap = "white-space:nowrap;" if column or len(text) <= _SHORT else "overflow-wrap:anywhere;"
        style = f"vertical-align:top; {wrap} {_RULE}"
        yield _cell(table, column, text, f'td class="rule{_wide(column)}"', style)


def _wide(column: int) -> str:
    """Return the class of what a phone leaves out: the date of an invoice; its due date stays."""
    return " wide" if column == 1 else ""


def _cell(table: Table, column: int, text: str, tag: str, style: str) -> str:
    align = "right" if table.figures[column] else "left"
    name = tag.partition(" ")[0]
    place = _CELL if column else _FIRST
    return f'<{tag} align="{align}" style="{place} text-align:{align}; {style}">{escape(text)}</{name}>'


def _sum(table: Table, what: str, number: str) -> str:
    """Return the cells of a sum; an empty one stands for the column that a phone leaves out."""
    return (
        f'<td colspan="{len(table.headers) - 2}" style="{_FIRST} font-weight:bold;">{escape(what)}</td>'
        f'<td class="wide" style="{_CELL}">&nbsp;</td>'
        f'<td align="right" style="{_CELL} font-weight:bold; text-align:right; white-space:nowrap;">{escape(number)}</td>'
    )


# --- links ------------------------------------------------------------------------------------------------------


def linked(text: str, sender: Sender) -> str:
    """Return a text escaped, with links on web addresses, email addresses and the sender's phone number.

    Amounts, days, account and invoice numbers are kept on one line.
    """
    return _linked(text, _marked(one_line(sender.phone)))


def _linked(text: str, marked: re.Pattern[str]) -> str:
    pieces, end = [], 0
    for found in marked.finditer(text):
        shown = _without_ending(found[0]) if found.lastgroup == "web" else found[0]
        pieces += [escape(text[end : found.start()]), _mark(found.lastgroup or "", shown)]
        end = found.start() + len(shown)
    return "".join(pieces) + escape(text[end:])


@lru_cache(maxsize=64)
def _marked(phone: str) -> re.Pattern[str]:
    number = rf"|(?<!\w)(?P<phone>{re.escape(phone)})(?!\w)" if phone else ""
    return re.compile(rf"(?P<web>{_URL})|(?P<mail>{_EMAIL}){number}|(?P<kept>{_KEPT})")


def _mark(kind: str, shown: str) -> str:
    wrap = "white-space:nowrap;" if len(shown) <= _UNBROKEN else "word-break:break-word;"
    if kind == "kept":
        return f'<span style="{wrap}">{escape(shown)}</span>'
    if kind == "mail":
        target = f"mailto:{quote(shown, safe='@')}"
    elif kind == "phone":
        target = "tel:" + "".join(c for c in shown if c.isdigit() or c == "+")
    else:
        target = shown
    return f'<a href="{escape(target)}" style="color:#1F4E79; {wrap}">{escape(shown)}</a>'


def _without_ending(url: str) -> str:
    """Return a web address without the punctuation of the sentence around it."""
    while url[-1:] in ".,;:!?'*" or (url.endswith(")") and url.count(")") > url.count("(")):
        url = url[:-1]
    return url
