"""Random histories, told to several ledgers at once: all must say the same, of today and of every past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from hypothesis import strategies as st

from arc_sheets.cells import Row
from arc_sheets.errors import LedgerError
from arc_sheets.tabs import BY_NAME, CUSTOMERS, INVOICES
from arc_sync.ledger.port import Ledger, Transaction
from arc_sync.merge.history import Bookmark
from arc_sync.merge.issues import Issue, IssueKey
from tests.ledger_contract import CONFLICT, KEY, Everything, as_of, everything, invoice, origin, row

#: (tab, row id, row) or (issue key, issue); a ZeroDivisionError stands for a crash at this place.
Step: TypeAlias = tuple[str, str, Row | None] | tuple[IssueKey, Issue | None] | type[ZeroDivisionError]

ids = st.sampled_from(["r1", "r2", "r3"])
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
invoices = st.builds(
    lambda number, amount, issued, notes: invoice(number, amount=amount, issued=issued, notes=notes),
    st.sampled_from([None, "A", "B", "C"]),
    st.integers(-(10**15), 10**15) | st.none(),
    st.dates() | st.none(),
    texts | st.none(),
)
customers = st.builds(lambda name: row(CUSTOMERS, name=name), texts)
issues = st.builds(
    lambda mine, base: replace(CONFLICT, mine=mine, base=base),
    texts | st.integers() | st.dates(),
    invoices | st.just(date(2026, 1, 1)),
)
steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just(INVOICES.name), ids, invoices | st.none()),
    st.tuples(st.just(CUSTOMERS.name), ids, customers | st.none()),
    st.tuples(ids.map(lambda i: KEY._replace(row=i)), issues | st.none()),
    st.just(ZeroDivisionError),
)
histories = st.lists(st.lists(steps, max_size=6), max_size=6)


@dataclass(frozen=True)
class Told:
    """What a ledger said after each change set, kept or void."""

    moments: list[Everything]
    outcome: list[str]


def tell(ledger: Ledger, history: Sequence[Sequence[Step]]) -> Told:
    """Tell a ledger the history, and check that undoing gives every moment back."""
    told = Told([], [])
    for part in history:
        told.outcome.append(_tell_set(ledger, part))
        with ledger.read() as view:
            told.moments.append(everything(view))
    with ledger.read() as view:
        for then in told.moments:
            assert as_of(view, then.head.n) == (then.rows, then.issues)
    marks: list[Bookmark] = [then.head for then in told.moments]
    assert list(ledger.verify(marks)) == []
    return told


def same(one: Ledger, other: Ledger) -> None:
    """Both ledgers have the same history, to the last hash."""
    with one.read() as a, other.read() as b:
        assert a.changes(0) == b.changes(0)
        for tab in (INVOICES, CUSTOMERS):
            assert a.buried(tab, ["r1", "r2", "r3"]) == b.buried(tab, ["r1", "r2", "r3"])
    assert list(one.sets()) == list(other.sets())


def _tell_set(ledger: Ledger, part: Sequence[Step]) -> str:
    try:
        with ledger.change(origin()) as change:
            for step in part:
                _tell_step(change, step)
    except (ZeroDivisionError, LedgerError) as error:
        return repr(error)
    return "kept"


def _tell_step(change: Transaction, step: Step) -> None:
    if isinstance(step, type):
        raise step
    if isinstance(step[0], IssueKey):
        change.put_issue(*step)
    else:
        tab, place, value = step
        change.put(BY_NAME[tab], place, value)
