from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from arc_sheets.cells import Row, Value
from arc_sheets.tab import Tab
from arc_sheets.tabs import BY_NAME, CUSTOMERS, DISPUTES, INVOICES, PAYMENTS
from arc_sync.agent.importing import Counts, Imported, Usual, import_entries
from arc_sync.intake import Entry
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.undo import undo
from arc_sync.merge.history import DERIVED, Origin

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def customer(name: str, *, implied: bool = False, **values: Value) -> Entry:
    return Entry("customers", name, f"customer {name}", {"name": name, **values}, 2, implied=implied)


def invoice(number: str = "INV-1", who: str = "Acme", **values: Value) -> Entry:
    told: dict[str, Value] = {"number": number, "customer": who, "issued": MARCH, "due": APRIL}
    return Entry(
        "invoices", number, f"invoice {number}", told | {"currency": "EUR", "amount": 100_00} | values, 3
    )


def payment(applied_to: str | None = "INV-1", who: str = "Acme", **values: Value) -> Entry:
    told: dict[str, Value] = {
        "date": APRIL,
        "customer": who,
        "amount": 40_00,
        "currency": "EUR",
        "type": "payment",
    }
    return Entry("payments", None, f"payment of {who} #1", {**told, "applied_to": applied_to, **values}, 4)


ACME = customer("Acme", implied=True, currency="EUR")


def bring(ledger: MemoryLedger, *entries: Entry, dry_run: bool = False, partial: bool = True) -> Imported:
    origin = Origin("Ann", "import", "Import of a.csv", NOON)
    return import_entries(ledger, entries, origin, Usual("EUR"), partial=partial, dry_run=dry_run)


def type_in(ledger: MemoryLedger, tab: Tab, key: str, source: str = "book", **values: Value) -> None:
    """Let a person change a row, as a round does."""
    with ledger.change(Origin("Bea", source, "Round of sync", NOON)) as t:
        i, row = next((i, r) for i, r in t.rows(tab).items() if key in r)
        names = [c.name for c in tab.stored]
        t.put(tab, i, tuple(values.get(name, old) for name, old in zip(names, row, strict=True)))


def rows(ledger: MemoryLedger, tab: Tab) -> list[dict[str, Value]]:
    with ledger.read() as view:
        return [shown(tab, row) for row in view.rows(tab).values()]


def shown(tab: Tab, row: Row) -> dict[str, Value]:
    return {c.name: v for c, v in zip(tab.stored, row, strict=True) if v is not None}


def state(ledger: MemoryLedger) -> Mapping[str, Mapping[str, Row]]:
    with ledger.read() as view:
        return {name: dict(view.rows(tab)) for name, tab in BY_NAME.items()}


def test_a_first_import_adds_what_it_says_and_fills_in_what_follows() -> None:
    ledger = MemoryLedger()
    done = bring(ledger, ACME, invoice(), payment())
    assert done.done
    assert done.counts == {"customers": Counts(1), "invoices": Counts(1), "payments": Counts(1)}
    assert rows(ledger, CUSTOMERS) == [{"name": "Acme", "currency": "EUR"}]
    assert rows(ledger, INVOICES)[0]["status"] == "open"
    assert next(iter(ledger.sets())).origin == Origin("Ann", "import", "Import of a.csv", NOON)
    with ledger.read() as view:
        assert all(len(i) == 32 and int(i, 16) for i in view.rows(INVOICES))


def test_the_same_file_again_changes_nothing() -> None:
    ledger = MemoryLedger()
    bring(ledger, ACME, invoice(), payment())
    before, head = state(ledger), len(list(ledger.sets()))
    done = bring(ledger, ACME, invoice(), payment())
    assert (done.moves, done.counts["invoices"]) == (False, Counts(same=1))
    assert (state(ledger), len(list(ledger.sets()))) == (before, head)


def test_the_order_of_rows_and_the_number_of_files_do_not_matter() -> None:
    entries = [ACME, invoice("INV-1"), invoice("INV-2"), payment()]
    one, other = MemoryLedger(), MemoryLedger()
    bring(one, *entries)
    for entry in (ACME, entries[2], entries[1], entries[3]):
        bring(other, entry)
    assert state(one) == state(other)


def test_only_columns_that_the_file_has_are_changed() -> None:
    ledger = MemoryLedger()
    bring(ledger, ACME, invoice(po="PO-7"))
    type_in(ledger, INVOICES, "INV-1", notes="Spoke to Zoë", status="disputed")
    done = bring(ledger, ACME, invoice(amount=120_00))
    assert done.counts["invoices"] == Counts(changed=1)
    now = rows(ledger, INVOICES)[0]
    assert (now["amount"], now["po"], now["notes"], now["status"]) == (
        120_00,
        "PO-7",
        "Spoke to Zoë",
        "disputed",
    )


def test_what_people_changed_stands_while_the_file_says_nothing_new() -> None:
    ledger = MemoryLedger()
    bring(ledger, ACME, invoice())
    type_in(ledger, INVOICES, "INV-1", due=date(2026, 5, 1))
    done = bring(ledger, ACME, invoice(amount=120_00))
    assert (rows(ledger, INVOICES)[0]["due"], done.kept) == (date(2026, 5, 1), 1)
    assert "Left as people have changed them" in done.remarks()[0]
    again = bring(ledger, ACME, invoice(amount=120_00))  # the last import did not say the date that stands
    assert (rows(ledger, INVOICES)[0]["due"], again.moves, again.kept) == (date(2026, 5, 1), False, 1)


def test_where_both_changed_the_files_new_value_is_taken_and_said() -> None:
    ledger = MemoryLedger()
    bring(ledger, ACME, invoice())
    type_in(ledger, INVOICES, "INV-1", due=date(2026, 5, 1), amount=90_00)
    done = bring(ledger, ACME, invoice(due=date(2026, 6, 1)))
    now = rows(ledger, INVOICES)[0]
    assert (now["due"], now["amount"]) == (date(2026, 6, 1), 90_00)
    assert done.replaced == ["INV-1, Due: 01 May 2026"]
    assert "INV-1, Due: 01 May 2026" in done.remarks()[1]


def test_the_newest_import_counts_and_an_undo_takes_its_word_back() -> None:
    first, second, own = (date(2026, month, 1) for month in (4, 5, 6))
    ledger = MemoryLedger()
    bring(ledger, ACME, invoice(due=first))
    bring(ledger, ACME, invoice(due=second))
    type_in(ledger, INVOICES, "INV-1", due=own)
    assert not bring(ledger, ACME, invoice(due=second)).moves
    type_in(ledger, INVOICES, "INV-1", due=second)
    undo(ledger, 2, "Ann", NOON + timedelta(hours=1))
    assert rows(ledger, INVOICES)[0]["due"] == first
    type_in(ledger, INVOICES, "INV-1", due=own)
    assert not bring(ledger, ACME, invoice(due=first)).moves
    assert bring(ledger, ACME, invoice(due=second)).moves


def test_a_blank_in_the_file_does_not_wipe_what_somebody_typed() -> None:
    ledger = MemoryLedger()
    bring(ledger, customer("Acme", currency="EUR", email=None))
    type_in(ledger, CUSTOMERS, "Acme", email="zoe@acme.example")
    bring(ledger, customer("Acme", currency="EUR", email=None, phone="+49 30 1"))
    assert rows(ledger, CUSTOMERS)[0]["email"] == "zoe@acme.example"


def test_a_row_that_a_person_typed_takes_what_the_file_says() -> None:
    ledger = MemoryLedger()
    with ledger.change(Origin("Bea", "book", "Round of sync", NOON)) as t:
        typed: dict[str, Value] = {"name": "acme gmbh", "currency": "EUR"}
        t.put(CUSTOMERS, "c", tuple(typed.get(column.name) for column in CUSTOMERS.stored))
    done = bring(ledger, customer("ACME GmbH", currency="EUR", terms=14), invoice(who="ACME GMBH"))
    assert done.counts["customers"] == Counts(changed=1)
    assert rows(ledger, CUSTOMERS) == [{"name": "acme gmbh", "currency": "EUR", "terms": 14}]
    assert rows(ledger, INVOICES)[0]["customer"] == "acme gmbh"


def test_a_customer_only_mentioned_is_never_overwritten() -> None:
    ledger = MemoryLedger()
    bring(ledger, customer("Acme", currency="EUR", email="a@acme.example"))
    done = bring(ledger, customer("Acme", implied=True, currency="USD", email="x@x.example"), invoice())
    assert done.counts["customers"] == Counts(same=1)
    assert rows(ledger, CUSTOMERS)[0]["email"] == "a@acme.example"


def test_names_that_differ_in_case_alone_are_one_customer_even_within_a_file() -> None:
    ledger = MemoryLedger()
    bring(ledger, ACME, customer("ACME", implied=True, currency="EUR"), invoice(), invoice("INV-2", "ACME"))
    assert [row["name"] for row in rows(ledger, CUSTOMERS)] == ["Acme"]
    assert {row["customer"] for row in rows(ledger, INVOICES)} == {"Acme"}


def test_a_customer_renamed_in_the_book_stays_renamed() -> None:
    ledger = MemoryLedger()
    bring(ledger, ACME, invoice(), payment())
    type_in(ledger, CUSTOMERS, "Acme", name="Acme Holding")
    for tab in (INVOICES, PAYMENTS):
        type_in(ledger, tab, "Acme", DERIVED, customer="Acme Holding")
    before = state(ledger)
    done = bring(ledger, ACME, invoice(), payment(), invoice("INV-2"))
    assert (done.counts["customers"], done.counts["invoices"]) == (Counts(same=1), Counts(1, 0, 1))
    assert {row["customer"] for row in rows(ledger, INVOICES)} == {"Acme Holding"}
    assert state(ledger)["customers"] == before["customers"]


def test_an_invoice_renumbered_in_the_book_is_still_the_same() -> None:
    ledger = MemoryLedger()
    bring(ledger, ACME, invoice(), payment())
    type_in(ledger, INVOICES, "INV-1", number="INV-1a")
    type_in(ledger, PAYMENTS, "Acme", applied_to="INV-1a")
    done = bring(ledger, ACME, invoice(), payment())
    assert not done.moves
    assert not done.unknown


def test_invoice_numbers_that_differ_in_case_alone_are_one_invoice() -> None:
    ledger = MemoryLedger()
    bring(ledger, ACME, invoice("RE-2"))
    done = bring(ledger, ACME, invoice("re-2", amount=90_00), invoice("Re-2", amount=80_00))
    assert done.counts["invoices"] == Counts(changed=1, same=1)
    assert [(row["number"], row["amount"]) for row in rows(ledger, INVOICES)] == [("RE-2", 90_00)]


def test_a_payment_names_its_invoices_as_the_ledger_spells_them() -> None:
    ledger = MemoryLedger()
    bring(ledger, ACME, invoice("RE-2"), invoice("RE-3"))
    done = bring(ledger, ACME, payment("re-2"))
    assert rows(ledger, PAYMENTS)[0]["applied_to"] == "RE-2"
    assert not done.unknown
    done = bring(ledger, ACME, payment("re-2: 1,010.00, RE-3: 20.00; re-9"))
    assert rows(ledger, PAYMENTS)[0]["applied_to"] == "RE-2: 1010.00; RE-3: 20.00; re-9"
    assert done.unknown == ["re-9"]
    assert not bring(ledger, ACME, payment("Re-2: 1,010.00, RE-3: 20.00; re-9")).moves
    assert not bring(ledger, ACME, payment("RE-3, re-9")).unknown[1:]
    assert rows(ledger, PAYMENTS)[0]["applied_to"] == "RE-3, re-9"


def test_invoices_that_an_older_ledger_kept_apart_by_case_stay_apart() -> None:
    ledger = MemoryLedger()
    with ledger.change(Origin("Bea", "book", "Round of sync", NOON)) as t:
        for number in ("RE-2", "re-2"):
            told = {**invoice(number).values, "status": "open"}
            t.put(INVOICES, number, tuple(told.get(c.name) for c in INVOICES.stored))
    bring(ledger, ACME, invoice("RE-2", amount=1_00), invoice("re-2", amount=2_00), payment("re-2"))
    assert {row["number"]: row["amount"] for row in rows(ledger, INVOICES)} == {"RE-2": 1_00, "re-2": 2_00}
    assert rows(ledger, PAYMENTS)[0]["applied_to"] == "re-2"


def test_what_the_file_no_longer_lists_stays_and_is_said() -> None:
    ledger = MemoryLedger()
    assert not bring(ledger, ACME, *(invoice(f"INV-{n}") for n in range(1, 5))).missing
    type_in(ledger, INVOICES, "INV-3", number="INV-3a")
    with ledger.change(Origin("Bea", "book", "Round of sync", NOON)) as t:
        typed = next(row for row in t.rows(INVOICES).values() if "INV-4" in row)
        t.put(INVOICES, uuid.uuid4().hex, ("OWN-1", *typed[1:]))
    done = bring(ledger, ACME, invoice("inv-2"), invoice("INV-5"))
    assert len(rows(ledger, INVOICES)) == 6
    assert done.missing == ["INV-1", "INV-3a", "INV-4"]
    assert done.remarks() == [
        "3 invoices of earlier imports are not in this file (INV-1, INV-3a, INV-4); they stay as they are."
    ]
    assert not bring(ledger, ACME, payment()).missing


def test_a_payment_for_an_unknown_invoice_is_kept_and_said() -> None:
    ledger = MemoryLedger()
    done = bring(ledger, ACME, payment("INV-9; INV-8: 10.00"))
    assert rows(ledger, PAYMENTS)[0]["applied_to"] == "INV-9; INV-8: 10.00"
    assert done.unknown == ["INV-9", "INV-8"]
    assert "(INV-9, INV-8); the money is kept, not applied" in done.remarks()[0]
    assert not bring(ledger, ACME, invoice("INV-9"), invoice("INV-8"), payment("INV-9; INV-8: 10.00")).unknown


def test_an_amount_is_never_reread_in_a_currency_with_other_decimals() -> None:
    ledger = MemoryLedger()
    bring(ledger, ACME, invoice())
    before = state(ledger)
    done = bring(ledger, ACME, invoice(currency="JPY", amount=10_000), invoice("INV-2"), partial=False)
    assert not done.done
    assert [reject.line for reject in done.rejects] == [3]
    assert "INV-1 is in EUR in the ledger and in JPY here" in done.rejects[0].reason
    assert state(ledger) == before
    assert bring(ledger, ACME, invoice(currency="JPY"), invoice("INV-2")).done
    assert {row["currency"] for row in rows(ledger, INVOICES)} == {"EUR"}
    assert bring(ledger, ACME, invoice(currency="USD")).counts["invoices"] == Counts(changed=1)


def test_a_date_that_arc_chose_does_not_move_a_row_by_itself() -> None:
    ledger = MemoryLedger()
    chosen = replace(payment(), assumed=frozenset({"date"}))
    bring(ledger, ACME, invoice(), chosen)
    later = replace(chosen, values={**chosen.values, "date": date(2026, 5, 1)})
    assert not bring(ledger, ACME, later).moves
    more = replace(later, values={**later.values, "amount": 60_00})
    assert bring(ledger, ACME, more).moves
    assert rows(ledger, PAYMENTS)[0]["date"] == date(2026, 5, 1)


def test_a_dry_run_counts_and_keeps_nothing() -> None:
    ledger = MemoryLedger()
    done = bring(ledger, ACME, invoice(), dry_run=True)
    assert (done.done, done.counts["invoices"], list(ledger.sets())) == (False, Counts(1), [])


def test_an_import_that_was_undone_can_be_done_again() -> None:
    ledger = MemoryLedger()
    bring(ledger, ACME, invoice())
    bring(ledger, ACME, invoice(amount=120_00), invoice("INV-2"))
    undo(ledger, 2, "Ann", NOON + timedelta(hours=1))
    assert [row["amount"] for row in rows(ledger, INVOICES)] == [100_00]
    done = bring(ledger, ACME, invoice(amount=120_00), invoice("INV-2"))
    assert done.counts["invoices"] == Counts(1, 1, 0)
    assert not done.replaced
    assert not list(ledger.verify())


_NAMES = st.sampled_from(["Acme", "acme", "ACME", "Müller", "O'Brien"])
_ENTRIES = st.lists(
    st.one_of(
        st.builds(customer, _NAMES, currency=st.just("EUR"), terms=st.integers(0, 60)),
        st.builds(
            invoice,
            st.sampled_from(["1", "2", "3"]),
            _NAMES,
            amount=st.integers(1, 9),
            currency=st.sampled_from(["EUR", "JPY"]),
        ),
        st.builds(payment, st.sampled_from(["1", "9", None]), _NAMES, amount=st.integers(1, 9)),
    ),
    max_size=8,
)


def told_once(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries as an intake gives them: one a key, with the customers they mention."""
    once = {(entry.tab, (entry.key or entry.seed).casefold()): entry for entry in entries}
    names = {str(entry.values["customer"]) for entry in once.values() if "customer" in entry.values}
    return [*(customer(name, implied=True, currency="EUR") for name in sorted(names)), *once.values()]


@given(st.lists(_ENTRIES, min_size=1, max_size=3))
def test_any_file_again_changes_nothing_and_nobody_is_named_in_vain(files: list[list[Entry]]) -> None:
    ledger = MemoryLedger()
    for entries in map(told_once, files):
        bring(ledger, *entries)
        before = state(ledger)
        again = bring(ledger, *entries)
        assert (again.moves, state(ledger)) == (False, before)
        names = [row["name"] for row in rows(ledger, CUSTOMERS)]
        assert len({str(name).casefold() for name in names}) == len(names)
        assert {row["customer"] for row in rows(ledger, INVOICES)} <= set(names)
    assert not list(ledger.verify())


ODD: dict[str, Any] = {
    "email": "rita(at)badmail",
    "language": "French",
    "time_zone": "Mars/Olympus",
    "quiet_hours": "late",
    "currency": "EUR",
}


def test_what_will_not_work_is_taken_and_said_once_with_its_line_and_remedy() -> None:
    ledger = MemoryLedger()
    done = bring(ledger, customer("Acme", **ODD))
    assert rows(ledger, CUSTOMERS)[0].items() >= ODD.items()
    assert [said.partition(": ")[0] for said in done.remarks()] == [
        "Line 2, Email",
        "Line 2, Language",
        "Line 2, Time zone",
        "Line 2, Quiet hours",
    ]
    assert done.remarks()[0] == (
        'Line 2, Email: "rita(at)badmail" was taken as it stands, but it has no @; correct it on Customers.'
    )
    assert bring(ledger, customer("Acme", **ODD)).remarks() == []
    later = bring(ledger, customer("Acme", **(ODD | {"email": "rita at badmail"})))
    assert [said.partition(": ")[0] for said in later.remarks()] == ["Line 2, Email"]


def test_of_very_many_such_values_the_first_are_told_and_the_rest_are_counted() -> None:
    done = bring(MemoryLedger(), *(customer(f"C{n}", email="x", currency="EUR") for n in range(25)))
    assert len(done.remarks()) == 21
    assert done.remarks()[-1] == "5 more values like these were taken as they stand."


def test_a_dispute_in_the_file_is_known_by_today_though_its_invoice_falls_due_later() -> None:
    ledger = MemoryLedger()
    values: dict[str, Value] = {"invoice": "INV-1", "currency": "EUR", "reason": "Other", "opened": APRIL}
    bring(ledger, ACME, invoice(), Entry("disputes", None, "dispute inv-1", values, 3))
    with ledger.read() as view:
        (row,) = view.rows(DISPUTES).values()
    assert dict(zip((c.name for c in DISPUTES.stored), row, strict=True))["opened"] == NOON.date()
