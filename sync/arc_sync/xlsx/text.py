"""Text as it stands in XML: escaping, unescaping, and the `_xHHHH_` form of ECMA-376 part 1, 22.9.2.19."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from arc_sync.xlsx.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 32_767  # UTF-16 units in one cell, Excel's own limit

_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_HALF = re.compile("[\ud800-\udfff]")
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def escape(text: str) -> str:
    """Escape markup only; for formulas and attribute values."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    return text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def encode(text: str) -> str:
    """Write cell text: markup escaped, characters that XML cannot hold as `_xHHHH_`.

    A carriage return becomes a character reference, as a bare one would be read back as a line feed.
    """
    if "_x" in text:
        text = _LOOKS_CODED.sub("_x005F_", text)
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text or ">" in text:
        text = text.replace("<", "&lt;").replace(">", "&gt;")
    if text.isprintable():
        return text
    return _ODD.sub(lambda odd: f"_x{ord(odd[0]):04X}_", text).replace("\r", "&#13;")


def all_easy(texts: Sequence[str]) -> bool:
    """Say whether texts can all stand in cells as they are; one look at them together finds what cannot."""
    text = "|".join(["", *texts, ""])
    marks = ("&", "<", ">", "_x", "| ", " |")  # a space at either end of a text stands beside a bar
    return (
        text.isprintable() and not any(mark in text for mark in marks) and max(map(len, texts)) * 2 <= LONGEST
    )


def has_outer_space(text: str) -> bool:
    """Say whether a text has spaces at its ends, or lines, which XML readers drop unless told to keep them."""
    return text != text.strip() or "\n" in text


def check_length(text: str) -> None:
    """Raise Refused for text longer than a cell can hold."""
    if len(text) * 2 > LONGEST and len(text.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST:
        raise Refused(f"A text of {len(text):,} characters does not fit one cell (32,767); shorten it.")


def _entity(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    code = int(match[1], 16) if match[1] else int(match[2])
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code <= 0x10FFFF else "\ufffd"  # XML has no others


def unescape(text: str) -> str:
    """Undo XML escaping and the parser's line-end rule (CR LF and CR read as LF)."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ENTITY.sub(_entity, text) if "&" in text else text


def decode(text: str) -> str:
    """Read cell text: XML escapes undone, then `_xHHHH_`."""
    return uncode(unescape(text))


def uncode(text: str) -> str:
    """Undo `_xHHHH_` only, for text that a parser has unescaped; two codes that are one character's halves are it."""
    return joined(_CODED.sub(lambda code: chr(int(code[1], 16)), text)) if "_x" in text else text


def joined(text: str) -> str:
    """Put halves of a character (surrogates, as UTF-16 has them) together where both are there; leave any other."""
    if text.isprintable() or not _HALF.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
