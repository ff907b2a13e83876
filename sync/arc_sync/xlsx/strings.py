"""Shared strings: the texts of all sheets, in one part, by number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterable

# An element without end costs no search for it: nothing here holds an element of its own name.
_PHONETIC = re.compile(r"<((?:[\w.-]+:)?)rPh(?=[\s>])(?>(?s:.*?)(?=</?\1rPh[\s/>]))</\1rPh\s*>")
_TEXT = re.compile(r"<((?:[\w.-]+:)?)t(?:\s[^<>]*)?>([^<]*)</\1t\s*>")
_ITEM = re.compile(r"<((?:[\w.-]+:)?)si(?:\s[^<>]*)?(?:/>|>((?>(?s:.*?)(?=</?\1si[\s/>])))</\1si\s*>)")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_ROOT = re.compile(rb"<((?:[\w.-]+:)?)sst[\s>]")
_PLAIN = re.compile(r"<si><t(?: xml:space=\"preserve\")?>([^<]*)</t></si>")


def rich_text(xml: str) -> str:
    """Join the runs of a rich text (`<si>` or `<is>` content), without phonetic hints."""
    if "rPh" in xml:
        xml = _PHONETIC.sub("", xml)
    return decode("".join(run[1] for run in _TEXT.findall(xml)))


def plain_markup(xml: str) -> str:
    """Write CDATA sections as escaped text and leave out comments."""
    if "<!" not in xml:
        return xml
    if "<!DOCTYPE" in xml or "<!ENTITY" in xml:
        raise Refused("The file carries its own definitions (a DTD), as attacks do; it is not safe to open.")
    return _CDATA.sub(lambda found: (found[1] or "").replace("&", "&amp;").replace("<", "&lt;"), xml)


def read_strings(chunks: Iterable[bytes]) -> list[str]:
    """Read the shared strings part, chunk by chunk; list number n is shared string n.

    Raises Refused for a DTD, or for bytes that are not in the part's encoding.
    """
    found: list[str] = []
    rest, opening = b"", b""
    try:
        for chunk in chunks:
            rest += chunk
            if not opening:
                root = _ROOT.search(rest)
                opening = b"<" + root[1] + b"si" if root else b""
            cut = rest.rfind(opening) if opening and b"<!" not in rest else 0
            if cut > 0:
                _take(rest[:cut].decode(), found)
                rest = rest[cut:]
        _take(plain_markup(rest.decode()), found)
    except UnicodeDecodeError as error:
        raise Refused(
            "The texts of the file are not in the encoding they name; save it again in Excel."
        ) from error
    return found


def _take(xml: str, found: list[str]) -> None:
    """Read whole items; those of plain text all at once."""
    plain = _PLAIN.findall(xml)
    if len(plain) == xml.count("<si") and ":si" not in xml:
        easy = "&" not in xml and "_x" not in xml and "\r" not in xml
        found.extend(plain if easy else map(decode, plain))
    else:
        found.extend(rich_text(item[1]) for item in _ITEM.findall(xml))
