"""Field masks: `sheets(properties(sheetId,title),data.rowData)` for answers, FieldMask for writes.

Source: https://developers.google.com/workspace/sheets/api/guides/field-masks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.emulators.google.discovery import Mask, missing, schema, snake
from tests.emulators.google.errors import Json, Refused

_NAME = re.compile(r"[\w*]+")


def parse(text: str, wrong: Callable[[str], Exception]) -> Mask:
    """Read a mask; `wrong` makes the error for a path that cannot be read."""
    mask, end = _list(text.replace("/", "."), 0, wrong)
    if end != len(text):
        raise wrong(text[end:])
    return mask


def _list(text: str, at: int, wrong: Callable[[str], Exception]) -> tuple[Mask, int]:
    mask: Mask = {}
    while True:
        node, name = mask, _NAME.match(text, at)
        if name is None:
            raise wrong(text[at:].partition(",")[0])
        node = _into(node, name[0])
        at = name.end()
        while text[at : at + 1] == ".":
            name = _NAME.match(text, at + 1)
            if name is None:
                raise wrong(text)
            node, at = _into(node, name[0]), name.end()
        if text[at : at + 1] == "(":
            inner, at = _list(text, at + 1, wrong)
            if text[at : at + 1] != ")":
                raise wrong(text)
            node.update(inner)
            at += 1
        if text[at : at + 1] != ",":
            return mask, at
        at += 1


def _into(mask: Mask, name: str) -> Mask:
    """Go one name deeper; names are camelCase, snake_case is read as well (proto3 JSON)."""
    head, *rest = name.split("_")
    return mask.setdefault(head + "".join(part.title() for part in rest) if rest else name, {})


def below(mask: Mask | None, name: str) -> Mask | None:
    """Give the mask of a field; None is "all of it"."""
    if mask is None or "*" in mask or not mask:
        return None
    return mask.get(name, {"": {}})


def wants(mask: Mask | None, name: str) -> bool:
    """Say whether a field is asked for."""
    return mask is None or not mask or "*" in mask or name in mask


def cut(thing: Any, mask: Mask | None) -> Any:
    """Give only what the mask asks for."""
    if not mask or "*" in mask:
        return thing
    if isinstance(thing, list):
        return [cut(one, mask) for one in thing]
    if isinstance(thing, dict):
        return {name: cut(value, mask[name]) for name, value in thing.items() if name in mask}
    return thing


def paths(mask: Mask, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the fields that a write mask names, each as a path."""
    for name, inner in mask.items():
        if inner and "*" not in inner:
            yield from paths(inner, (*before, name))
        else:
            yield (*before, name)


def write_mask(request: Mapping[str, Any], of: str) -> Mask:
    """Read the `fields` of a request on a schema: at least one must be named (guides/field-masks)."""
    text = request.get("fields", "")
    if not text:
        raise Refused("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    mask = parse(text, lambda given: Refused(f"Invalid field: {given}"))
    if path := missing(schema("sheets", of), mask):
        raise Refused(f"Invalid field: {'.'.join(snake(name) for name in path.split('.'))}")
    return mask


def changed(before: Mapping[str, Any], given: Mapping[str, Any], mask: Mask) -> Json:
    """Give `before` with the named fields as `given` has them; a named field that is not given goes."""
    if "*" in mask:
        return dict(given)
    if not before and not given:
        return {}
    after = dict(before)
    for name, inner in mask.items():
        value = given.get(name)
        if inner and "*" not in inner:
            value = changed(before.get(name) or {}, value or {}, inner)
        if value is None or value == {}:
            after.pop(name, None)
        else:
            after[name] = value
    return after
