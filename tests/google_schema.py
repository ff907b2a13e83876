"""Google's published description of the Sheets API as a check: what it does not know, Google refuses."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@cache
def schemas() -> dict[str, Any]:
    """Return the schemas of sheets.v4, as google-api-python-client ships them."""
    spec = importlib.util.find_spec("googleapiclient.discovery_cache")
    assert spec is not None
    assert spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "documents" / "sheets.v4.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["schemas"])


def wrong(value: Any, name: str) -> list[str]:
    """Return what in a value is not as the schema of this name has it, each with its path."""
    return list(_wrong(value, {"$ref": name}, name))


def _wrong(value: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = schemas()[schema["$ref"]]
    kinds = _KINDS[schema["type"]]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        yield f"{path}: {value!r} is no {schema['type']}"
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _wrong(one, schema["items"], f"{path}[{at}]")
    elif isinstance(value, dict):
        for field, one in value.items():
            yield from _wrong_field(field, one, schema, f"{path}.{field}")
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"


def _wrong_field(field: str, value: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
    told = schema.get("properties", {}).get(field) or schema.get("additionalProperties")
    if told is None:
        yield f"{path} is unknown"
    elif told.get("readOnly"):
        yield f"{path} is read-only"
    else:
        yield from _wrong(value, told, path)
