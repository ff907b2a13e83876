"""Customers: a list of them, or those that invoices and payments mention."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from arc_sheets.tabs import BY_NAME
from arc_sync.intake.model import Entry
from arc_sync.intake.reading import BadCell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arc_sheets.cells import Value
    from arc_sync.intake.model import Line
    from arc_sync.intake.reading import Reader
    from arc_sync.intake.rows import Row

_TEXTS: Final = (
    "email", "cc", "phone", "language", "time_zone", "quiet_hours", "do_not_contact", "collector", "payment_link",
)  # fmt: skip
_CHANNELS: Final = BY_NAME["customers"].column("prefers").choices
#: The channels as exports call them.
_PREFERS: Final = {c.casefold(): c for c in _CHANNELS} | {
    "e-mail": "Email", "mail": "Email", "call": "Phone", "telephone": "Phone", "telefon": "Phone",
    "sms": "Text", "text message": "Text", "post": "Letter", "brief": "Letter",
}  # fmt: skip

_SAID: Final = 5  #: texts that a remark is made of, at most


class Customers:
    """Takes the records of a list of customers."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._entries: dict[str, Entry] = {}
        self.odd_terms: Counter[str] = Counter()
        self.odd_channels: dict[str, list[int]] = {}  #: what is none, with the lines it stands on

    def add(self, row: Row) -> None:
        """Take one record; raises `BadCell`."""
        entry = self._entry(row.line)
        name = entry.key or ""
        if name in self._entries and self._entries[name].values != entry.values:
            raise BadCell(
                f'Customer "{name}" already stands on line {self._entries[name].line} with other details.'
            )
        self._entries.setdefault(name, entry)

    def entries(self) -> Iterator[Entry]:
        """Yield what was taken."""
        yield from self._entries.values()

    def _entry(self, line: Line) -> Entry:
        read = self._reader
        person = self._person(line)
        name = read.text(line, "name") or person
        if not name:
            raise read.missing("name", "a customer needs a name")
        values: dict[str, Value] = {"name": name}
        if read.has("contact") or read.has("first") or read.has("last"):
            values["contact"] = person
        values |= {field: read.text(line, field) for field in _TEXTS if read.has(field)}
        if read.has("notes"):
            values["notes"] = read.note(line, "notes")
        told = "currency" in (typed := self._typed(line)) and read.text(line, "currency") is None
        assumed: frozenset[str] = frozenset({"currency"}) if told else frozenset()
        return Entry("customers", name, f"customer {name}", values | typed, line.number, assumed=assumed)

    def _person(self, line: Line) -> str | None:
        read = self._reader
        parts = (read.text(line, "first"), read.text(line, "last"))
        return read.text(line, "contact") or " ".join(filter(None, parts)) or None

    def _typed(self, line: Line) -> dict[str, Value]:
        """Return the values that are no free text."""
        read = self._reader
        values: dict[str, Value] = {}
        if read.has("currency") or read.currency:
            values["currency"] = read.currency_at(line)
        if read.has("terms"):
            values["terms"] = read.days(line)
            if values["terms"] is None and (told := read.text(line, "terms")):
                self.odd_terms[told] += 1
        if read.has("credit_limit"):
            blank = read.text(line, "credit_limit") is None
            values["credit_limit"] = (
                None if blank else read.money(line, "credit_limit", read.currency_at(line))
            )
        if read.has("prefers"):
            values["prefers"] = self._channel(line)
        return values

    def _channel(self, line: Line) -> str | None:
        told = self._reader.text(line, "prefers")
        channel = _PREFERS.get(told.casefold()) if told else None
        if told and not channel:
            self.odd_channels.setdefault(told, []).append(line.number)
        return channel

    def remarks(self) -> Iterator[str]:
        """Yield what was left blank because it could not be read, in sentences."""
        for text, many in self.odd_terms.most_common(_SAID):
            yield f'The terms "{text}" are no number of days and were left blank; customers concerned: {many:,}.'
        for text, lines in list(self.odd_channels.items())[:_SAID]:
            where = f"Line {lines[0]}" + (f" and {len(lines) - 1:,} more" if len(lines) > 1 else "")
            yield (
                f'{where}: "{text}" is no channel that ARC knows and Prefers was left blank;'
                f" pick {', '.join(_CHANNELS[:-1])} or {_CHANNELS[-1]} on Customers."
            )


class Mentioned:
    """Collects the customers that other rows mention, with the currency each is mentioned with most."""

    def __init__(self) -> None:
        self._currencies: dict[str, Counter[str]] = {}
        self._details: dict[str, dict[str, Value]] = {}
        self._lines: dict[str, int] = {}

    def add(self, name: str, currency: str, line: int, details: dict[str, str | None]) -> None:
        """Note one mention; the first e-mail address and telephone number seen are kept."""
        self._currencies.setdefault(name, Counter())[currency] += 1
        self._lines.setdefault(name, line)
        known = self._details.setdefault(name, {})
        for field, value in details.items():
            if value:
                known.setdefault(field, value)

    def entries(self) -> Iterator[Entry]:
        """Yield an implied entry for each."""
        for name, seen in self._currencies.items():
            currency = min(seen, key=lambda code: (-seen[code], code))
            values: dict[str, Value] = {"name": name, "currency": currency, **self._details[name]}
            yield Entry("customers", name, f"customer {name}", values, self._lines[name], implied=True)
