"""Google's published description of its APIs: routes, parameters, scopes and schemas, checked strictly.

The discovery documents ship in google-api-python-client. What they do not know, Google refuses with 400; what
we answer must be in them as well.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.emulators.google.errors import ApiError, Json

#: What is wrong with a value at a path: (field, description).
Violation = tuple[str, str]
Check = Callable[[Any, str], Iterator[Violation]]


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
    assert spec is not None and spec.submodule_search_locations
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
def schema(service: str, name: str) -> Check:
    """Give the check of a schema; values are JSON with Google's camelCase names."""
    whole = document({"sheets": "sheets.v4", "drive": "drive.v3"}[service])["schemas"][name]
    known = {field: _check(service, kind) for field, kind in whole.get("properties", {}).items()}
    snake = {field: _snake(field) for field in known}

    def check(value: Any, at: str) -> Iterator[Violation]:
        if type(value) is not dict:
            yield at, f"Invalid value at '{at}' ({name}), {json.dumps(value)}"
            return
        for field, inner in value.items():
            if field not in known:
                where = f" at '{at}'" if at else ""
                yield at, f'Invalid JSON payload received. Unknown name "{field}"{where}: Cannot find field.'
            elif inner is not None:
                yield from known[field](inner, f"{at}.{snake[field]}" if at else snake[field])

    return check


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _check(service: str, kind: Json) -> Check:
    if "$ref" in kind:
        return _reference(service, kind["$ref"])
    if kind["type"] == "array":
        return _array(_check(service, kind["items"]))
    if kind["type"] == "object":
        return _mapping(kind, service)
    return _scalar(kind)


def _reference(service: str, name: str) -> Check:
    def check(value: Any, at: str) -> Iterator[Violation]:  # schemas refer to each other in circles
        yield from schema(service, name)(value, at)

    return check


def _array(one: Check) -> Check:
    def check(value: Any, at: str) -> Iterator[Violation]:
        if type(value) is not list:
            yield at, f"Invalid value at '{at}' (repeated), {json.dumps(value)}"
            return
        for index, inner in enumerate(value):
            yield from one(inner, f"{at}[{index}]")

    return check


def _mapping(kind: Json, service: str) -> Check:
    values = kind.get("additionalProperties")
    one = _check(service, values) if values and values.get("type") != "any" else None

    def check(value: Any, at: str) -> Iterator[Violation]:
        if type(value) is not dict:
            yield at, f"Invalid value at '{at}' (Map), {json.dumps(value)}"
        elif one is not None:
            for name, inner in value.items():
                yield from one(inner, f"{at}[{name}]")

    return check


_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "any": (object,),
}
_WORDS = {"string": "TYPE_STRING", "boolean": "TYPE_BOOL", "integer": "TYPE_INT32", "number": "TYPE_DOUBLE"}


def _scalar(kind: Json) -> Check:
    wanted, allowed = _KINDS[kind["type"]], frozenset(kind.get("enum", ()))
    not_a_bool = bool not in wanted and object not in wanted
    word = _WORDS.get(kind["type"], "TYPE_ANY")

    def check(value: Any, at: str) -> Iterator[Violation]:
        if not isinstance(value, wanted) or (not_a_bool and value is True) or (not_a_bool and value is False):
            yield at, f"Invalid value at '{at}' ({word}), {json.dumps(value)}"
        elif allowed and value not in allowed:
            yield at, f"Invalid value at '{at}' (type.googleapis.com/google.apps), {json.dumps(value)}"

    return check


def check_request(method: Method, query: list[tuple[str, str]], body: Json) -> None:
    """Refuse, with Google's 400, parameters and fields that the method does not have."""
    for name, value in query:
        known = method.parameters.get(name)
        if known is None and not name.startswith("$."):
            raise refusal([("", _unbound(name))])
        if known and known.get("enum") and value not in known["enum"]:
            what = f"Invalid value at '{_snake(name)}' (type.googleapis.com/google.apps), \"{value}\""
            raise refusal([(_snake(name), what)])
    if body and method.request:
        wrong = list(schema(method.service, method.request)(body, ""))
        if wrong:
            raise refusal(wrong)


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
        wrong = list(schema(method.service, method.response)(answer, ""))
        assert not wrong, f"{method.name}: {wrong[:5]}"
