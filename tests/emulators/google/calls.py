"""The calls that were made, by kind, so that a test can hold a call budget."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.emulators.google.errors import Json


@dataclass
class Call:
    """One HTTP request. `kind` is read, write, drive or auth; `method` Google's id, such as values.batchGet."""

    kind: str
    method: str
    verb: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    body: Json = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)  # from the path
    user: str = ""
    status: int = 0  # 0: dropped, or not yet answered
    request_bytes: int = 0
    answer_bytes: int = 0

    def one(self, name: str, otherwise: str = "") -> str:
        """Give a query parameter."""
        return next((value for known, value in self.query if known == name), otherwise)

    def all(self, name: str) -> list[str]:
        """Give a repeated query parameter."""
        return [value for known, value in self.query if known == name]

    def flag(self, name: str) -> bool:
        """Give a query parameter that is true or false."""
        return self.one(name).lower() == "true"


class Calls:
    """All calls since the start or since `forget`; iterate for the calls themselves."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def __getitem__(self, at: int) -> Call:
        return self._calls[at]

    def note(self, call: Call) -> None:
        """Add one."""
        with self._lock:
            self._calls.append(call)

    def forget(self) -> None:
        """Start to count again."""
        with self._lock:
            self._calls.clear()

    def by_kind(self) -> dict[str, int]:
        """Count by kind: `{"read": 1, "write": 1, "drive": 1}`."""
        return dict(Counter(call.kind for call in self))

    def by_method(self) -> dict[str, int]:
        """Count by method: `{"spreadsheets.values.batchGet": 1}`."""
        return dict(Counter(call.method for call in self))
