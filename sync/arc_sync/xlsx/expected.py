"""What has to stand in the file for edited cells, letter by letter.

It is worked out from what was asked for, apart from what writes the cells: it is there to find faults of that.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from arc_sync.xlsx.errors import wrong
from arc_sync.xlsx.refs import letters
from arc_sync.xlsx.text import all_easy, decode, encode, has_outer_space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arc_sync.xlsx.cells import Plain
    from arc_sync.xlsx.shapes import Forms, Run, Slot

_NEVER = r"<>&\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff"  # in the text of an XML file
_SOUND = re.compile(rf"[^{_NEVER}]*(?:&(?:amp|lt|gt|#13);[^{_NEVER}]*)*")
_EASY = re.compile(rf"(?!\s)[^{_NEVER}\t\n_]*(?<!\s)")  # what stands in a cell as it is
_DIGITS = re.compile("[0-9.eE+-]*")  # of which all numbers are made
_KINDS = {  # the attribute `t`, and what stands around the text; after a "=" the text begins with a formula
    "n": ("", "<{p}v>", "</{p}v>"),
    "b": (' t="b"', "<{p}v>", "</{p}v>"),
    "s": (' t="inlineStr"', "<{p}is><{p}t>", "</{p}t></{p}is>"),
    "spaced": (' t="inlineStr"', '<{p}is><{p}t xml:space="preserve">', "</{p}t></{p}is>"),
    "=n": ("", "<{p}f>", "</{p}v>"),
    "=b": (' t="b"', "<{p}f>", "</{p}v>"),
    "=s": (' t="str"', "<{p}f>", "</{p}v>"),
}


def expected_cell(prefix: str, number: int, cell: Plain) -> bytes:
    """Give the XML of a cell of row `number`; nothing where that is not so simple, as where a text has to be escaped."""
    column, kind, raw, formula, style = cell
    text = raw or ""
    if not _EASY.fullmatch(text) or (formula is not None and not _EASY.fullmatch(formula)):
        return b""
    if formula is not None:
        kind, text = f"={kind}", f"{formula}</{prefix}f><{prefix}v>{text}"
    if kind is not None and kind not in _KINDS:
        return b""
    start, before, after = _around(prefix, column, style, kind)
    return f"{start}{number}{before}{text}{after}".encode()


@lru_cache(maxsize=4_096)
def _around(p: str, column: int, style: int, kind: str | None) -> tuple[str, str, str]:
    """Give what stands in a cell around the number of its row and around its text."""
    start, shown = f'<{p}c r="{letters(column)}', f'" s="{style}"' if style else '"'
    if kind is None:
        return start, f"{shown}/>", ""
    t, before, after = (part.format(p=p) for part in _KINDS[kind])
    return start, f"{shown}{t}>{before}", f"{after}</{p}c>"


def expected_strands(prefix: str, run: Run) -> list[str | Sequence[str]]:
    """Give the XML of a run's rows after their start tags in strands: what all have in common, and lists of what each has."""
    strands: list[str | Sequence[str]] = []
    text = ""
    for forms in run.columns:
        start, before, texts, after = _column(prefix, forms, len(run.names))
        strands += [text + start, run.names, before, texts]
        text = after
    return [*strands, f"{text}</{prefix}row>"]


def _column(prefix: str, forms: Forms, many: int) -> tuple[str, str, Sequence[str], str]:
    """Give the cells of a column: what stands before the row's number, before the text, the texts, what stands after it."""
    if len(forms) == 1:
        [(slot, raws)] = forms.items()
        return _form(prefix, slot, raws)
    start, cells = "", [""] * many
    blank_first = sorted(forms.items(), key=lambda form: form[0].type is not None)
    for slot, raws in blank_first:
        at = [turn for turn, raw in enumerate(raws) if raw is not None or slot.type is None]
        start, before, texts, after = _form(prefix, slot, [raws[turn] for turn in at])
        for turn, text in zip(at, texts, strict=True):
            cells[turn] = f"{before}{text}{after}"
    return start, "", cells, ""


def _form(prefix: str, slot: Slot, raws: Sequence[str | None]) -> tuple[str, str, Sequence[str], str]:
    """Do the same for cells of one type and style, all of which have a raw value, or none."""
    kind, texts = slot.type, [""] * len(raws) if slot.type is None else cast("Sequence[str]", raws)
    if kind == "s":
        kind, texts = _escaped(texts)
    elif not _DIGITS.fullmatch("".join(texts)):
        raise wrong("a number is none")
    start, before, after = _around(prefix, slot.column, slot.style, kind)
    return start, before, texts, after


def _escaped(raws: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Give the kind of texts, and how they have to be escaped, which is tried out."""
    if all_easy(raws):
        return "s", raws
    texts = [*map(encode, raws)]
    if [*map(decode, texts)] != [*raws] or not all(map(_SOUND.fullmatch, texts)):
        raise wrong("a text reads back as another")
    return "spaced" if any(map(has_outer_space, raws)) else "s", texts
