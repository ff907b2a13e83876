"""Names people type: in another case, of something that is not there, of something renamed; and rows that stand twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from arc_sheets.cells import CellValue, Value
from arc_sheets.tabs import CUSTOMERS, INVOICES, PAYMENTS, REMINDERS
from arc_sync.agent.faces import book_row
from arc_sync.books.memory import MemoryRow
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.merge.issues import IssueKind
from tests.test_promises_real import office
from tests.world import World


def invoice(world: World, n: int) -> MemoryRow:
    return world.sheet("A", INVOICES).rows[n]


def payment(world: World, n: int) -> MemoryRow:
    return world.sheet("A", PAYMENTS).rows[n]


def ledger_value(world: World, row: MemoryRow, column: str) -> Value:
    tab = PAYMENTS if row in world.sheet("A", PAYMENTS).rows else INVOICES
    return world.value(row.id, column, tab)


def kinds(world: World) -> list[IssueKind]:
    return [issue.kind for issue in world.every_issue("A").values()]


def test_a_customer_typed_in_another_case_is_spelled_as_on_customers() -> None:
    world = office(MemoryLedger())
    invoice(world, 0).cells["customer"] = "o'brien LTD"
    world.settle()
    assert invoice(world, 0).cells["customer"] == "O'Brien Ltd"
    assert ledger_value(world, invoice(world, 0), "customer") == "O'Brien Ltd"
    assert not world.every_issue()


def test_a_number_that_differs_from_anothers_only_in_case_is_held() -> None:
    world = office(MemoryLedger())
    invoice(world, 0).cells["number"] = "r-2"
    world.settle()
    assert ledger_value(world, invoice(world, 0), "number") == "R-1"
    assert kinds(world) == [IssueKind.HELD]


def test_a_new_row_whose_number_differs_only_in_case_waits() -> None:
    world = office(MemoryLedger())
    before = len(world.rows(INVOICES))
    world.add("A", INVOICES, number="r-2", customer="Ærø A/S", issued=date(2026, 1, 2), amount=Decimal(5))
    world.settle()
    assert len(world.rows(INVOICES)) == before
    assert kinds(world) == [IssueKind.HELD]


def test_an_invoice_under_applied_to_is_spelled_as_on_invoices() -> None:
    world = office(MemoryLedger())
    payment(world, 0).cells["applied_to"] = "r-1: 10.00, r-2"
    world.settle()
    assert payment(world, 0).cells["applied_to"] == "R-1: 10.00; R-2"
    assert not world.every_issue()


def test_an_unknown_invoice_under_applied_to_is_held_with_its_number() -> None:
    world = office(MemoryLedger())
    payment(world, 0).cells["applied_to"] = "R-1; R-99"
    world.settle()
    (issue,) = world.every_issue("A").values()
    assert issue.kind is IssueKind.HELD
    assert "R-99" in issue.why
    assert ledger_value(world, payment(world, 0), "applied_to") == "R-1"


def test_a_renamed_invoice_is_followed_under_applied_to() -> None:
    world = office(MemoryLedger())
    payment(world, 0).cells["applied_to"] = "R-1: 10.00; R-2"
    world.settle()
    invoice(world, 1).cells["number"] = "R-2026"
    world.settle()
    assert payment(world, 0).cells["applied_to"] == "R-1: 10.00; R-2026"
    assert ledger_value(world, payment(world, 1), "applied_to") == "R-2026"


def test_a_renamed_invoice_is_followed_on_reminders_so_that_no_stage_comes_twice() -> None:
    world = office(MemoryLedger())
    sent = {"customer": "O'Brien Ltd", "stage": "Firm", "currency": "EUR", "status": "sent"}
    i = world.insert(REMINDERS, **sent, invoices="R-1; R-2")
    world.settle()
    invoice(world, 1).cells["number"] = "R-2026"
    world.settle()
    assert world.value(i, "invoices", REMINDERS) == "R-1; R-2026"
    assert not world.every_issue()


def test_a_payment_pasted_a_second_time_is_taken_and_said() -> None:
    world = office(MemoryLedger())
    world.sheet("A", PAYMENTS).rows.append(MemoryRow(cells=dict(payment(world, 0).cells)))
    world.settle()
    assert len(world.rows(PAYMENTS)) == 4
    (issue,) = world.every_issue("A").values()
    assert issue.kind is IssueKind.NOTICE
    assert issue.why.startswith("01 Jan 2026, Müller & Söhne, EUR 30.00 now stands twice in Payments")


def test_what_a_note_of_an_older_copy_overrules_stands_on_the_issues_tab() -> None:
    world = office(MemoryLedger())
    old = world.copy("A")
    invoice(world, 0).cells["notes"] = "Anna: will pay Friday"
    world.settle()
    world.put_back("A", old)
    invoice(world, 0).cells["notes"] = "Ben: refuses"
    world.settle()
    assert ledger_value(world, invoice(world, 0), "notes") == "Ben: refuses"
    assert [n.mine for n in world.notices("A")] == ["Anna: will pay Friday"]


def test_a_deleted_payment_comes_back_with_its_amount_in_words() -> None:
    world = office(MemoryLedger())
    del world.sheet("A", PAYMENTS).rows[1]
    world.settle()
    (notice,) = world.notices("A")
    assert notice.why == (
        "01 Feb 2026, O'Brien Ltd, JPY 6,000 was deleted from Payments here and has been put back. "
        "To take a payment out of the figures, set its Type to void."
    )


def test_seals_count_what_stands_in_the_cells_not_in_which_currency() -> None:
    yen = dict.fromkeys((c.name for c in CUSTOMERS.stored), None) | {"currency": "JPY"}
    euro = yen | {"currency": "EUR"}

    def seal(row: dict[str, CellValue], minor: int) -> str:
        stored = tuple(v if isinstance(v, str) else None for v in row.values())
        return book_row(CUSTOMERS, "", stored, (minor, None, None, None)).seal

    assert seal(yen, 1145) == seal(euro, 114_500)
    assert seal(yen, 1145) != seal(euro, 114_501)
