"""Relationships: how the parts of a package point at each other (ECMA-376 part 2, 6.5)."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from arc_sync.xlsx.archive import part_key
from arc_sync.xlsx.markup import PREFIX, attribute, find_tag, parse
from arc_sync.xlsx.text import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

STRICT_TYPES = "http://purl.oclc.org/ooxml/officeDocument/relationships"


class Relation(NamedTuple):
    """One arrow: `target` is a part's key, or an address when `external`; `kind` is the type's last word."""

    id: str
    kind: str
    target: str
    external: bool


def rels_name(part: str) -> str:
    """Name the part that holds a part's relations; the package's own for an empty name."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


def read_relations(part: str, xml: bytes) -> list[Relation]:
    """Read a .rels part that belongs to `part` (a key)."""
    found = []
    for element in parse(xml, rels_name(part)):
        external = element.get("TargetMode") == "External"
        target = element.get("Target") or ""
        kind = (element.get("Type") or "").rpartition("/")[2]
        found.append(
            Relation(element.get("Id") or "", kind, target if external else _resolve(part, target), external)
        )
    return found


def _resolve(part: str, target: str) -> str:
    folder = part.rpartition("/")[0]
    whole = target.replace("\\", "/")
    path = whole if whole.startswith("/") else f"/{folder}/{whole}"
    return part_key(posixpath.normpath(path))


def without(xml: bytes, element: str, matches: Callable[[bytes], bool]) -> bytes:
    """Take out every childless `element` whose start tag matches; for rels and content types."""
    pattern = re.compile(
        rb"<("
        + PREFIX
        + rb")"
        + element.encode()
        + rb"(?=\s)[^>]*?(?:/>|>\s*</\1"
        + element.encode()
        + rb"\s*>)"
    )
    return pattern.sub(lambda found: b"" if matches(found[0]) else found[0], xml)


def without_relation(xml: bytes, ident: str) -> bytes:
    """Take one relation out of a .rels part."""
    return without(xml, "Relationship", lambda tag: attribute(tag, "Id") == ident)


def without_override(xml: bytes, part: str) -> bytes:
    """Take a part's line out of `[Content_Types].xml`."""
    return without(xml, "Override", lambda tag: part_key(attribute(tag, "PartName") or "") == part)


def with_children(xml: bytes, parent: str, child: str, elements: Sequence[Mapping[str, str]]) -> bytes:
    """Add childless elements, given by their attributes, at the end of the root `parent`."""
    root = find_tag(parent, xml)
    if root is None:
        return xml
    prefix = root[1].decode()
    texts = ("".join(f' {name}="{escape(value)}"' for name, value in each.items()) for each in elements)
    new = "".join(f"<{prefix}{child}{text}/>" for text in texts).encode()
    if root[0].endswith(b"/>"):
        opened = root[0][:-2].rstrip() + b">"
        return xml[: root.start()] + opened + new + f"</{prefix}{parent}>".encode() + xml[root.end() :]
    at = xml.rindex(f"</{prefix}{parent}".encode())
    return xml[:at] + new + xml[at:]
