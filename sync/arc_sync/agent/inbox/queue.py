"""The Google menu's queue: rows that the script appends to `_ARC_QUEUE`, and the results that the agent writes.

How the rows are read and written is the book's affair (`Queue`); here they become requests, and answers become rows.
Whoever may edit the spreadsheet may edit the queue: what a row says is a claim, and the ledger decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from arc_sync.agent.inbox.envelope import NUMBER, Bad, Envelope, Reply, read

#: The columns of `_ARC_QUEUE`, which the script writes, and of `_ARC_RESULTS`, which the agent writes.
QUEUE_COLUMNS: Final = ("Request", "When", "User", "Action", "Payload", "State")
RESULT_COLUMNS: Final = ("Request", "When", "Done", "Sentence", "Shown")

_REQUEST, _PAYLOAD = QUEUE_COLUMNS.index("Request"), QUEUE_COLUMNS.index("Payload")


class ResultRow(NamedTuple):
    """One row of `_ARC_RESULTS`; all are written as texts, `done` as a truth value."""

    request: str
    when: str  #: UTC, to the second
    done: bool
    sentence: str
    shown: str  #: a JSON object


class Queue(Protocol):
    """The queue of one book."""

    def waiting(self) -> Sequence[Sequence[object]]:
        """Return the rows of `_ARC_QUEUE` that `_ARC_RESULTS` does not answer, oldest first, without the header.

        Raises `BookError` where they cannot be read.
        """

    def used(self) -> datetime | None:
        """Return when somebody used the sidebar last (UTC), as `waiting` saw it; None if nobody has."""

    def answer(self, results: Sequence[ResultRow]) -> None:
        """Append results, each once whatever gets lost on the way; raises `BookError`."""

    def alive(self, now: datetime) -> None:
        """Write the time (UTC) of the agent's sign of life and its protocol into `_ARC`; raises `BookError`."""


def read_queue(rows: Iterable[Sequence[object]]) -> list[Envelope | Bad]:
    """Return what rows of the queue ask for, in their order; blank rows, and those whose number stood before, are left out.

    A row without a number that can be used is left out too: nobody could find its answer.
    """
    found: dict[str, Envelope | Bad] = {}
    for row in rows:
        cells = [str(cell if cell is not None else "") for cell in row]
        cells += [""] * (len(QUEUE_COLUMNS) - len(cells))
        number = cells[_REQUEST]
        if NUMBER.fullmatch(number) and number not in found:
            found[number] = read(cells[_PAYLOAD].encode("utf-8", "replace"), number)
    return list(found.values())


def result_row(reply: Reply) -> ResultRow:
    """Return an answer as a row of `_ARC_RESULTS`."""
    when = reply.when.strftime("%Y-%m-%dT%H:%M:%SZ")
    shown = json.dumps(dict(reply.shown), ensure_ascii=False, sort_keys=True)
    return ResultRow(reply.request, when, reply.done, reply.sentence, shown)
