"""XML at the level of bytes: start tags and attributes found and changed in place, the rest left alone."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from defusedxml import ElementTree, common

from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.text import escape, unescape

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

PREFIX = rb"(?:[\w.-]+:)?"


@lru_cache(maxsize=256)
def _attribute(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"(\s" + re.escape(name.encode()) + rb"""\s*=\s*)(?:"([^"]*)"|'([^']*)')""")


def attribute(tag: bytes, name: str) -> str | None:
    """Read one attribute of a start tag, unescaped; None when it is not there."""
    match = _attribute(name).search(tag)
    if match is None:
        return None
    return unescape((match[3] if match[2] is None else match[2]).decode())


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """Give a start tag the attribute, in its old place or at the end."""
    text = escape(value).encode()
    match = _attribute(name).search(tag)
    if match is not None:
        return tag[: match.start()] + match[1] + b'"' + text + b'"' + tag[match.end() :]
    body = tag[:-2] if tag.endswith(b"/>") else tag[:-1]
    return body.rstrip() + b" " + name.encode() + b'="' + text + b'"' + tag[len(body) :]


def without_attribute(tag: bytes, name: str) -> bytes:
    """Take one attribute out of a start tag."""
    return _attribute(name).sub(b"", tag, count=1)


@lru_cache(maxsize=256)
def start_tag(name: str) -> re.Pattern[bytes]:
    """Find `<name ...>` with any prefix (group 1, with its colon) or none; comments are stepped over.

    Of a tag's attributes 999 are looked at: none has as many, and without a bound they could fill the memory.
    """
    return re.compile(
        rb"<!--.*?(?:-->|\Z)|<((?:[\w.-]+:)?)"  # a comment without end hides all that follows it
        + name.encode()
        + rb"""(?=[\s/>])[^<>"']*+(?:(?:"[^"<]*+"|'[^'<]*+')[^<>"']*+){0,999}>""",
        re.DOTALL,
    )


def find_tag(name: str, xml: bytes, start: int = 0) -> re.Match[bytes] | None:
    """Find the first start tag of that name outside comments; group 1 is its prefix with the colon."""
    for match in start_tag(name).finditer(xml, start):
        if match[1] is not None:
            return match
    return None


def replace_tags(name: str, xml: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Put every start tag of that name (outside comments) through `change(tag) -> tag`."""
    return start_tag(name).sub(lambda match: match[0] if match[1] is None else change(match[0]), xml)


def parse(xml: bytes, part: str) -> Element:
    """Parse a small part. Raises Refused for a DTD, entities of its own, or broken XML."""
    try:
        root: Element = ElementTree.fromstring(xml, forbid_dtd=True)
    except common.DefusedXmlException as error:
        raise Refused(
            f"{part!r} carries its own definitions (a DTD), as attacks do; it is not safe to open."
        ) from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Refused(
            f"{part!r} is not well-formed; open the file in Excel, let it repair, and save it again."
        ) from error
    return root


def local(tag: str) -> str:
    """Give an element's name without its namespace."""
    return tag.rpartition("}")[2]


_TAG = re.compile(
    rb"""<!--.*?(?:-->|\Z)|<(/?)([\w.-]+:)?([\w.-]+)(?:[^<>"']|"[^"<]*"|'[^'<]*')*?(/?)>""", re.DOTALL
)


def top_elements(xml: bytes) -> dict[str, int]:
    """Say where each element at the outermost level of a fragment begins, by its name without prefix."""
    found: dict[str, int] = {}
    depth = 0
    for tag in _TAG.finditer(xml):
        if tag[3] is None:
            continue
        if tag[1]:
            depth -= 1
            continue
        if depth <= 0:
            found.setdefault(tag[3].decode(), tag.start())
            depth = 0
        depth += not tag[4]
    return found
