"""Google's published description of its APIs: routes, parameters, scopes and schemas, checked strictly.

The discovery documents ship in google-api-python-client. What they do not know, Google refuses with 400; what
we answer must be in them as well.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from tests.emulators.google.errors import ApiError, Json

#: A field mask: what is asked for, by name; an empty mask below a name means all of it.
Mask = dict[str, "Mask"]
#: What is wrong with a value at a path: (field, description).
Violation = tuple[str, str]


@dataclass(frozen=True)
class Method:
    """One method of an API, such as sheets.spreadsheets.values.get."""

    name: str  # "spreadsheets.values.get", "drive.files.get"
    service: str
    verb: str
    path: re.Pattern[str]
    parameters: dict[str, Json]
    scopes: frozenset[str]
    request: str
    response: str


@cache
def document(name: str) -> Json:
    """Load a discovery document, such as sheets.v4."""
    spec = importlib.util.find_spec("googleapiclient.discovery_cache")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "documents"
    return dict(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))


@cache
def methods() -> tuple[Method, ...]:
    """Give all methods of Sheets v4 and Drive v3, those with the longer fixed path first."""
    found = [*_methods("sheets.v4", ""), *_methods("drive.v3", "drive.")]
    return tuple(sorted(found, key=lambda one: -len(one.path.pattern)))


def _methods(name: str, prefix: str) -> Iterator[Method]:
    whole = document(name)
    everywhere = whole["parameters"]

    def walk(resource: Json) -> Iterator[Method]:
        for one in resource.get("methods", {}).values():
            yield Method(
                prefix + one["id"].partition(".")[2],
                name.partition(".")[0],
                one["httpMethod"],
                _pattern("/" + whole["servicePath"] + one["path"]),
                {**everywhere, **one.get("parameters", {})},
                frozenset(one.get("scopes", [])),
                one.get("request", {}).get("$ref", ""),
                one.get("response", {}).get("$ref", ""),
            )
        for inner in resource.get("resources", {}).values():
            yield from walk(inner)

    yield from walk(whole)


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    # A range may hold a slash (a sheet's title); an id holds neither slash nor colon.
    names = {at: ".+" if part == "range" else "[^/:]+" for at, part in enumerate(parts) if at % 2}
    text = "".join(
        f"(?P<{part}>{names[at]})" if at in names else re.escape(part) for at, part in enumerate(parts)
    )
    return re.compile(text, re.DOTALL)


def route(verb: str, path: str) -> tuple[Method, dict[str, str]] | None:
    """Find the method that a request means, and the parameters in its path (still percent-encoded)."""
    for method in methods():
        if method.verb == verb and (found := method.path.fullmatch(path)):
            return method, found.groupdict()
    return None


@cache
def schema(service: str, name: str) -> Shape:
    """Give the shape of a schema; values are JSON with Google's camelCase names."""
    whole = document({"sheets": "sheets.v4", "drive": "drive.v3"}[service])["schemas"][name]
    known = {field: _shape(service, kind) for field, kind in whole.get("properties", {}).items()}
    return Message(name, known)


class Shape(Protocol):
    """What a value must be like. `fits` is quick and says yes or no; `wrong` is slow and says what."""

    def fits(self, value: Any) -> bool:
        """Say whether the value is like this."""
        ...

    def wrong(self, value: Any, at: str) -> Iterator[Violation]:
        """Say what is not, in Google's words."""
        ...

    def inner(self, name: str) -> Shape | None:
        """Give the shape of a field, for field masks; None if there is none."""
        ...


class Anything:
    """Whatever it is, it fits."""

    def fits(self, _value: Any) -> bool:
        return True

    def wrong(self, _value: Any, _at: str) -> Iterator[Violation]:
        yield from ()

    def inner(self, _name: str) -> Shape | None:
        return self


@dataclass(frozen=True)
class Message:
    """An object with known fields; null counts as not given."""

    name: str
    known: dict[str, Shape]

    def fits(self, value: Any) -> bool:
        if type(value) is not dict:
            return False
        known = self.known
        for field, inner in value.items():
            shape = known.get(field)
            if shape is None or not (inner is None or shape.fits(inner)):
                return False
        return True

    def wrong(self, value: Any, at: str) -> Iterator[Violation]:
        if type(value) is not dict:
            yield at, f"Invalid value at '{at}' ({self.name}), {json.dumps(value)}"
            return
        for field, inner in value.items():
            if field not in self.known:
                where = f" at '{at}'" if at else ""
                yield at, f'Invalid JSON payload received. Unknown name "{field}"{where}: Cannot find field.'
            elif inner is not None:
                yield from self.known[field].wrong(inner, f"{at}.{snake(field)}" if at else snake(field))

    def inner(self, name: str) -> Shape | None:
        return self.known.get(name)


@dataclass(frozen=True)
class Reference:
    """Another schema by its name; schemas refer to each other in circles, so it is looked up late."""

    service: str
    name: str

    def fits(self, value: Any) -> bool:
        return schema(self.service, self.name).fits(value)

    def wrong(self, value: Any, at: str) -> Iterator[Violation]:
        yield from schema(self.service, self.name).wrong(value, at)

    def inner(self, name: str) -> Shape | None:
        return schema(self.service, self.name).inner(name)


@dataclass(frozen=True)
class Repeated:
    """A list."""

    one: Shape

    def fits(self, value: Any) -> bool:
        return type(value) is list and all(map(self.one.fits, value))

    def wrong(self, value: Any, at: str) -> Iterator[Violation]:
        if type(value) is not list:
            if isinstance(self.one, ListValue):
                yield from self.one.wrong(value, at)
            else:
                yield at, f"Invalid value at '{at}' (repeated), {json.dumps(value)}"
            return
        for index, inner in enumerate(value):
            # Of a list of lists, the first one is named without its index (seen in traffic).
            first = not index and isinstance(self.one, ListValue)
            yield from self.one.wrong(inner, at if first else f"{at}[{index}]")

    def inner(self, name: str) -> Shape | None:
        return self.one.inner(name)


class ListValue:
    """A list of anything: a row of a ValueRange."""

    def fits(self, value: Any) -> bool:
        return type(value) is list

    def wrong(self, value: Any, at: str) -> Iterator[Violation]:
        if not self.fits(value):
            kind = "type.googleapis.com/google.protobuf.ListValue"
            yield at, f"Invalid value at '{at}' ({kind}), {json.dumps(value)}"

    def inner(self, _name: str) -> Shape | None:
        return None


@dataclass(frozen=True)
class Mapping:
    """An object with any names."""

    one: Shape

    def fits(self, value: Any) -> bool:
        return type(value) is dict and all(map(self.one.fits, value.values()))

    def wrong(self, value: Any, at: str) -> Iterator[Violation]:
        if type(value) is not dict:
            yield at, f"Invalid value at '{at}' (Map), {json.dumps(value)}"
            return
        for name, inner in value.items():
            yield from self.one.wrong(inner, f"{at}[{name}]")

    def inner(self, _name: str) -> Shape | None:
        return self.one


@dataclass(frozen=True)
class Plain:
    """A scalar, perhaps one of an enumeration."""

    types: tuple[type, ...]
    word: str
    allowed: frozenset[str]

    def fits(self, value: Any) -> bool:
        return type(value) in self.types and (not self.allowed or value in self.allowed)

    def wrong(self, value: Any, at: str) -> Iterator[Violation]:
        if type(value) not in self.types:
            yield at, f"Invalid value at '{at}' ({self.word}), {json.dumps(value)}"
        elif self.allowed and value not in self.allowed:
            yield at, f"Invalid value at '{at}' (type.googleapis.com/google.apps), {json.dumps(value)}"

    def inner(self, _name: str) -> Shape | None:
        return None


_PLAIN = {
    "string": ((str,), "TYPE_STRING"),
    "boolean": ((bool,), "TYPE_BOOL"),
    "integer": ((int,), "TYPE_INT32"),
    "number": ((int, float), "TYPE_DOUBLE"),
}


def _shape(service: str, kind: Json) -> Shape:
    if "$ref" in kind:
        return Reference(service, kind["$ref"])
    if kind["type"] == "array" and kind["items"].get("type") == "any":
        return ListValue()
    if kind["type"] == "array":
        return Repeated(_shape(service, kind["items"]))
    if kind["type"] == "object":
        return Mapping(_shape(service, kind.get("additionalProperties") or {"type": "any"}))
    if kind["type"] == "any":
        return Anything()
    types, word = _PLAIN[kind["type"]]
    return Plain(types, word, frozenset(kind.get("enum", ())))


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def missing(shape: Shape, mask: Mask, before: str = "") -> str:
    """Give the first path of a field mask that the shape does not have, or ""."""
    for name, below in mask.items():
        path = f"{before}.{name}" if before else name
        inner = shape if name == "*" else shape.inner(name)
        if inner is None:
            return path
        if deeper := missing(inner, below, path):
            return deeper
    return ""


def answer_shape(method: str) -> Shape:
    """Give what a method answers, by the method's name."""
    one = next(known for known in methods() if known.name == method)
    return schema(one.service, one.response)


#: What the body is called where it is a part of the request (seen in traffic: "at 'data'").
_ROOTS = {"ValueRange": "data", "Spreadsheet": "spreadsheet"}


def check_request(method: Method, query: list[tuple[str, str]], body: Json) -> None:
    """Refuse, with Google's 400, parameters and fields that the method does not have.

    Drive lets unknown parameters pass (gspread sends includeItemsFromAllDrives to files.get, recorded as 200).
    """
    for name, value in query:
        known = method.parameters.get(name)
        if known is None and method.service == "sheets" and not name.startswith("$."):
            raise refusal([("", _unbound(name))])
        if known and known["type"] == "integer" and not value.isdigit():
            raise refusal([(snake(name), f"Invalid value at '{snake(name)}' (TYPE_INT32), \"{value}\"")])
        if known and known.get("enum") and value not in known["enum"]:
            what = f"Invalid value at '{snake(name)}' (type.googleapis.com/google.apps), \"{value}\""
            raise refusal([(snake(name), what)])
    if body and method.request:
        shape = schema(method.service, method.request)
        if not shape.fits(body):
            raise refusal(list(shape.wrong(body, _ROOTS.get(method.request, ""))))


def _unbound(name: str) -> str:
    return (
        f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.'
        f" Field '{name}' could not be found in request message."
    )


def refusal(wrong: list[Violation]) -> ApiError:
    """Give the 400 for fields that are not there."""
    lines = [{"field": at, "description": what} if at else {"description": what} for at, what in wrong]
    details = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": lines}
    return ApiError(400, "\n".join(what for _, what in wrong), details=[details])


def check_answer(method: Method, answer: Json) -> None:
    """Hold our own answer to the published schema: a violation is a fault of the emulator."""
    if method.response:
        shape = schema(method.service, method.response)
        assert shape.fits(answer), f"{method.name}: {list(shape.wrong(answer, ''))[:5]}"
