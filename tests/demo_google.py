"""`arc demo --google`: the whole story on a Google spreadsheet, at the emulator, and three clicks in the ARC menu."""

from __future__ import annotations

import json
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from arc_sheets.tabs import INVOICES
from arc_sync.agent.demo.hand import Typist
from arc_sync.agent.demo.story import Demo, Say, Tell
from arc_sync.agent.firm import Firm
from arc_sync.agent.inbox.consume import consume
from arc_sync.agent.inbox.queue import read_queue, result_row
from arc_sync.agent.spreadsheets import forget_clients, sheets_of
from arc_sync.books.draw.account import PICKER
from arc_sync.books.form import PLACES
from arc_sync.books.google.layout import find, header_in, read_rows
from arc_sync.books.google.queue import GoogleQueue
from arc_sync.books.google.sheets import RECORD_TABS
from arc_sync.google.connect import ADDRESS
from arc_sync.google.credentials import FILE, PURPOSE, Grant
from arc_sync.mail.safe import credential_name
from arc_sync.xlsx.refs import cell_ref
from tests.emulators.google import GoogleEmulator, Person
from tests.google_hand import grid_of, put


def show(folder: Path, now: datetime, say: Say, tell: Tell) -> None:
    """Tell the story at an emulator of its own, and print the calls that it took; `now` is UTC."""
    with GoogleEmulator() as google, as_google(google):
        story = GoogleDemo(folder, now, say, tell)
        story.google = google
        story.sit_down = lambda firm: AtGoogle(google.person_at(firm.config.spreadsheet))
        story.run()
        say(
            "",
            "The calls that all this took:",
            *(f"  {n:>4} {m}" for m, n in google.calls.by_method().items()),
        )


@contextmanager
def as_google(google: GoogleEmulator) -> Iterator[None]:
    """Let this process take the emulator for Google, and be its person."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as place:
        told = google.authorized_user([FILE])
        grant = Grant(told["client_id"], told["client_secret"], told["refresh_token"], f"{google.url}/token")
        kept = Path(place, credential_name(PURPOSE))
        kept.touch(0o600)
        kept.write_text(grant.as_text())
        os.environ |= {ADDRESS: google.url, "CREDENTIALS_DIRECTORY": place}
        forget_clients()
        try:
            yield
        finally:
            forget_clients()
            os.environ.clear()
            os.environ |= before


@dataclass
class GoogleDemo(Demo):
    """The story, on a spreadsheet."""

    google: GoogleEmulator = field(init=False)

    def _settings(self) -> Path:
        file = Demo._settings(self)
        file.write_text(file.read_text("utf-8").replace('"Receivables.xlsx"', '"google:"', 1), "utf-8")
        return file

    def _lies_at(self, firm: Firm) -> str:
        return (
            f"{firm.where}, as Google would call it: here it stands in ARC's own emulator, so no browser opens it, and it"
            " is gone when this command ends."
        )

    def _after(self, firm: Firm) -> None:
        """Show three clicks in the menu: the script puts them into the queue, the agent answers."""
        person, queue = self.google.person_at(firm.config.spreadsheet), _queue(firm)
        book, row = firm.ledger.books()[-1].id, self._three()[0].number
        found = next(i for i, values in firm.rows()[INVOICES.name].items() if values[0] == row)
        asked: list[tuple[str, Mapping[str, str]]] = [
            ("log_call", {"outcome": "Left voicemail", "notes": "Will call back"}),
            ("take_promise", {"date": date(self.today.year + 1, 1, 15).isoformat()}),
            ("refresh_aging", {}),
        ]
        with self._chapter(f"Maria clicks three times in the ARC menu, on {row}."):
            for n, (action, fields) in enumerate(asked, 2):
                self._click(
                    person, n, action, {"book": book, "tab": "Invoices", "row": found, "fields": fields}
                )
            replies = [consume(firm, told, "menu", self.now).reply for told in read_queue(queue.waiting())]
            self._sync(firm)
            queue.answer([result_row(reply) for reply in replies])
            queue.alive(self.now)
            self.say(*(f"  {row_[3]}" for row_ in person.rows("_ARC_RESULTS")[1:]))

    def _click(self, person: Person, row: int, action: str, told: Mapping[str, object]) -> None:
        number, when = str(uuid.uuid4()), self.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        payload = {
            "protocol": 1,
            "request": number,
            "action": action,
            "user": "Maria Lopez",
            "when": when,
            **told,
        }
        put(person, "_ARC_QUEUE", row - 1, 0, number, when, "Maria Lopez", action, json.dumps(payload), "NEW")


def _queue(firm: Firm) -> GoogleQueue:
    return GoogleQueue(sheets_of(firm.config), firm.config.spreadsheet)


class AtGoogle:
    """A person at a spreadsheet; it is saved with every key."""

    def __init__(self, person: Person) -> None:
        self._person = person

    def type(self, tab: str, key: str, header: str, value: str | Decimal | date | None) -> str:
        """Type over a cell of the first row that shows `key` anywhere; return the cell."""
        grid = grid_of(self._person, tab)
        row = next(n for n in range(4, len(grid.rows)) if key in grid.row(n))
        column = self._column(tab, header)
        put(self._person, tab, row, column, value)
        return cell_ref(row + 1, column)

    def add(self, tab: str, values: Mapping[str, str | Decimal | date]) -> int:
        """Type a new row right below the others; return its number."""
        layout = find(grid_of(self._person, tab), next(t for t in RECORD_TABS if t.title == tab))
        row = max((r.at for r in read_rows(layout)), default=layout.header) + 1 if layout else 4
        for header, value in values.items():
            put(self._person, tab, row, self._column(tab, header), value)
        return row + 1

    def _column(self, tab: str, header: str) -> int:
        grid = grid_of(self._person, tab)
        at = header_in(next(t for t in RECORD_TABS if t.title == tab), grid.rows)
        return list(grid.row(at or 0)).index(header)

    def pick(self, customer: str) -> None:
        """Pick a customer on the Account tab."""
        put(self._person, "Account", PICKER.row - 1, PICKER.column, customer)

    def fill(self, block: str, **values: str | Decimal | date) -> None:
        """Fill entry cells of a block of the form on Account."""
        for name, value in values.items():
            row, column = PLACES[block, name]
            put(self._person, "Account", row - 1, column, value)

    def save(self) -> None:
        """Do nothing: it is saved."""


_Sits: Callable[[Person], Typist] = AtGoogle
