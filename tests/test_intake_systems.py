"""Exports as accounting systems write them; the files stand in intake_samples/."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from arc_sync.intake import Control, Entry, Taken, understand

if TYPE_CHECKING:
    import pytest

SAMPLES = Path(__file__).parent / "intake_samples"
MARCH = date(2026, 3, 31)


def of(taken: Taken, tab: str) -> list[Entry]:
    return [entry for entry in taken.entries if entry.tab == tab]


def by_key(taken: Taken, tab: str = "invoices") -> dict[str, Entry]:
    return {entry.key or "": entry for entry in of(taken, tab)}


def by_seed(taken: Taken) -> dict[str, Entry]:
    return {entry.seed: entry for entry in taken.entries}


def test_quickbooks_online_aging_detail_is_read_whole() -> None:
    understood = understand(SAMPLES / "qbo_aging_detail.csv", currency="USD")
    assert understood.layout.system == "QuickBooks"
    assert understood.as_of == MARCH  # "As of March 31, 2026"
    taken = understood.take()
    assert not taken.rejects
    assert by_key(taken).keys() == {"1038", "1021", "1055"}
    assert by_key(taken)["1038"].values == {
        "number": "1038",
        "customer": "Müller, Jörg",
        "issued": date(2025, 11, 3),
        "due": date(2025, 12, 3),
        "currency": "USD",
        "amount": 125000,
    }
    assert taken.controls == (
        Control("USD", "amount", 444900, 444900),
        Control("USD", "open balance", 326900, 326900),
    )


def test_what_an_open_balance_leaves_is_a_payment_of_an_assumed_day() -> None:
    payment = by_seed(understand(SAMPLES / "qbo_aging_detail.csv", currency="USD").take())["paid 1038"]
    assert payment.values["amount"] == 100000
    assert payment.values["applied_to"] == "1038"
    assert payment.values["date"] == MARCH
    assert payment.assumed == {"date"}


def test_credits_and_payments_in_an_aging_keep_what_is_left_of_them() -> None:
    taken = understand(SAMPLES / "qbo_aging_detail.csv", currency="USD").take()
    assert by_seed(taken)["credit note number 1044 #1"].values["amount"] == 6000
    equal = [entry for entry in of(taken, "payments") if entry.values["customer"] == "Total Wine & More"]
    assert [entry.values["amount"] for entry in equal] == [8000, 8000]
    assert len({entry.seed for entry in equal}) == 2


def test_a_customer_called_total_is_no_totals_row() -> None:
    taken = understand(SAMPLES / "qbo_aging_detail.csv", currency="USD").take()
    assert by_key(taken)["1055"].values["customer"] == "Total Wine & More"


def test_quickbooks_desktop_groups_name_customer_and_job() -> None:
    understood = understand(SAMPLES / "qb_open_invoices.csv", currency="USD")
    assert understood.layout.grouped
    taken = understood.take()
    customers = {key: entry.values["customer"] for key, entry in by_key(taken).items()}
    assert customers == {
        "71052": "Abercrombie, Kristy",
        "71053": "Abercrombie, Kristy:Family Room",
        "71054": "Baker, Chris",
    }
    assert by_key(taken)["71053"].values["po"] == "PO-9"
    assert taken.controls == (Control("USD", "open balance", 783700, 783700),)


def test_xero_lines_of_one_invoice_are_one_invoice() -> None:
    taken = understand(SAMPLES / "xero_sales_invoices.csv", as_of=MARCH).take()
    assert not taken.rejects
    assert by_key(taken).keys() == {"INV-0001", "INV-0003", "INV-0004"}
    assert by_key(taken)["INV-0001"].values["amount"] == 23400
    assert by_key(taken)["INV-0001"].values["po"] == "P/O 9711"
    assert by_seed(taken)["paid inv-0001"].values["amount"] == 10000


def test_xero_voids_drafts_and_credit_notes() -> None:
    taken = understand(SAMPLES / "xero_sales_invoices.csv", as_of=MARCH).take()
    assert by_key(taken)["INV-0004"].values["status"] == "void"
    assert "status" not in by_key(taken)["INV-0001"].values
    assert 'Left out, rows with the status "draft": 1.' in taken.sentences()
    credit = by_seed(taken)["credit note number CN-0001 #1"]
    assert (credit.values["type"], credit.values["amount"]) == ("credit note", 5000)
    assert Control("EUR", "open balance", -5000) in taken.controls


def test_customers_that_invoices_mention_are_implied() -> None:
    taken = understand(SAMPLES / "xero_sales_invoices.csv", as_of=MARCH).take()
    club = by_key(taken, "customers")["Bayside Club"]
    assert club.implied
    assert club.values == {"name": "Bayside Club", "currency": "GBP", "email": "secretary@bayside.club"}
    assert [e.tab for e in taken.entries] == sorted(
        (e.tab for e in taken.entries), key=["customers", "invoices", "payments", "disputes"].index
    )


def test_freshbooks_adds_up_its_lines() -> None:
    taken = understand(SAMPLES / "freshbooks_invoices.csv").take()
    assert by_key(taken)["INV-001"].values["amount"] == 90400
    assert by_key(taken).keys() == {"INV-001", "INV-002"}
    assert by_key(taken)["INV-002"].assumed == {"due"}
    assert [p.values["date"] for p in of(taken, "payments")] == [date(2026, 2, 10)]


def test_zoho_invoices_of_three_exponents() -> None:
    taken = understand(SAMPLES / "zoho_invoices.csv").take()
    assert not taken.rejects
    amounts = {key: entry.values["amount"] for key, entry in by_key(taken).items()}
    assert amounts == {"INV-000017": 119000, "INV-000018": 125000, "INV-000019": 5000, "INV-000020": 1250500}
    assert by_key(taken)["INV-000017"].values["notes"] == "Merci,\nà bientôt"
    assert by_key(taken)["INV-000019"].values["status"] == "void"
    part = by_seed(taken)["paid inv-000017"]
    assert (part.values["amount"], part.values["date"], part.assumed) == (
        50000,
        date(2026, 2, 1),
        frozenset(),
    )


def test_zoho_payments_applied_row_by_row_are_one_payment() -> None:
    taken = understand(SAMPLES / "zoho_payments.csv").take()
    first = by_seed(taken)["payment number 101 #1"].values
    assert (first["amount"], first["applied_to"]) == (17000, "INV-000017: 120.00; INV-000021: 50.00")
    assert by_seed(taken)["payment number 102 #1"].values["applied_to"] is None
    assert by_seed(taken)["payment number 103 #1"].values["applied_to"] == "INV-000022"
    assert len(of(taken, "payments")) == 3


def test_sage_types_become_invoices_credits_and_payments() -> None:
    understood = understand(SAMPLES / "sage_aged_debtors.csv", currency="GBP", as_of=MARCH)
    assert understood.layout.system == "Sage"
    taken = understood.take()
    assert by_key(taken).keys() == {"1001", "1002"}
    types = sorted((str(p.values["type"]), p.values["amount"]) for p in of(taken, "payments"))
    assert types == [("credit note", 2569), ("payment", 5000), ("payment", 100000)]
    assert all(control.agrees and control.stated is not None for control in taken.controls)


def test_german_export_with_mark_semicolons_and_decimal_commas() -> None:
    understood = understand(SAMPLES / "german_open_items.csv")
    assert understood.as_of == MARCH  # "Stand vom 31.03.2026"
    taken = understood.take()
    assert not taken.rejects
    assert by_key(taken)["RE-1003"].values["amount"] == 1234567890
    assert by_key(taken)["RE-1002"].values["customer"] == "Käse; Wein & mehr"
    assert Control("EUR", "open balance", 123050, 123050) in taken.controls


def test_a_generic_list_with_payments_and_disputes() -> None:
    taken = understand(SAMPLES / "generic_paid_disputed.csv", currency="GBP").take()
    assert not taken.rejects
    assert by_seed(taken)["paid 7001"].values["date"] == date(2026, 1, 20)
    assert by_key(taken)["7003"].values["status"] == "disputed"
    assert "status" not in by_key(taken)["7002"].values  # disputed and settled since
    settled = by_seed(taken)["dispute 7002"].values
    assert (settled["opened"], settled["resolved"]) == (date(2026, 2, 4), date(2026, 3, 1))
    assert "resolved" not in by_seed(taken)["dispute 7003"].values
    assert by_seed(taken)["credit note number 7004 #1"].values["amount"] == 2000


def test_customer_lists_of_three_systems() -> None:
    sage = by_key(understand(SAMPLES / "sage_customers.csv").take(), "customers")["ABS Garages Ltd"]
    assert sage.values["credit_limit"] == 400000
    assert (sage.values["contact"], sage.values["terms"], sage.implied) == ("Mike Hall", 30, False)
    xero = by_key(understand(SAMPLES / "xero_contacts.csv").take(), "customers")
    assert xero["ABC Furniture"].values["contact"] == "Trish Rawlings"
    assert xero["Basket Case"].values["currency"] == "EUR"
    qbo = by_key(understand(SAMPLES / "qbo_customers.csv").take(), "customers")
    assert qbo.keys() == {"Amy's Bird Sanctuary", "Total Wine & More", "Müller, Jörg"}
    assert [c.values["terms"] for c in qbo.values()] == [30, 0, 30]
    assert all("currency" not in c.values for c in qbo.values())


def test_a_currency_that_only_a_person_told_is_assumed_for_customers() -> None:
    qbo = understand(SAMPLES / "qbo_customers.csv", currency="USD").take()
    assert all(c.assumed == {"currency"} and c.values["currency"] == "USD" for c in qbo.entries)


def test_it_says_what_it_understood() -> None:
    said = " ".join(understand(SAMPLES / "qbo_aging_detail.csv", currency="USD").sentences())
    for words in (
        "looks like an export from QuickBooks: a list of invoices, 6 rows below the header on line 5",
        '"Num" is the number',
        'Dates are month/day/year: line 8 has "10/28/2025" in "Date".',
        'The decimal mark is "."',
        "Amounts are in USD, as told.",
        'The amount less "Open balance" becomes one payment for each invoice, dated 2026-03-31',
        "Totals rows, which are not imported: 4.",
    ):
        assert words in said


def test_a_total_row_that_disagrees_is_said(tmp_path: Path) -> None:
    text = (SAMPLES / "qb_open_invoices.csv").read_text("utf-8").replace('"500.00"', '"400.00"', 1)
    (tmp_path / "open.csv").write_text(text, "utf-8")
    taken = understand(tmp_path / "open.csv", currency="USD").take()
    assert not taken.controls[0].agrees
    assert (
        "Open balances add up to USD 7,737.00, but the file's total row says USD 7,837.00: a difference of USD 100.00."
        in taken.sentences()
    )


def test_the_same_list_as_a_workbook_gives_the_same_entries(tmp_path: Path) -> None:
    import csv

    import xlsxwriter

    source = SAMPLES / "zoho_invoices.csv"
    with (
        source.open(encoding="utf-8", newline="") as stream,
        xlsxwriter.Workbook(tmp_path / "z.xlsx") as book,
    ):
        sheet = book.add_worksheet("Notes")
        sheet.write(0, 0, "Exported by nobody")
        sheet = book.add_worksheet("Invoices")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for row, cells in enumerate(csv.reader(stream)):
            for column, cell in enumerate(cells):
                try:
                    sheet.write_datetime(row + 2, column, date.fromisoformat(cell), day)
                except ValueError:
                    sheet.write(row + 2, column, float(cell) if cell.replace(".", "").isdigit() else cell)
    plain, book_taken = understand(source).take(), understand(tmp_path / "z.xlsx").take()
    strip = [(e.tab, e.key, e.seed, e.values) for e in plain.entries]
    assert [(e.tab, e.key, e.seed, e.values) for e in book_taken.entries] == strip
    assert book_taken.controls == plain.controls


def test_ibm_late_payments(request: pytest.FixtureRequest) -> None:
    import pytest

    file = request.config.rootpath.parent / "shared" / "data" / "invoices" / "ibm-late-payments.csv"
    if not file.exists():
        pytest.skip("the IBM late payments file is not at ../shared/data")
    taken = understand(file, currency="USD").take()
    assert not taken.rejects
    assert taken.counts == {"customers": 100, "invoices": 2466, "payments": 2466, "disputes": 561}
    assert by_key(taken)["611365"].values == {
        "number": "611365",
        "customer": "0379-NEVHP",
        "issued": date(2013, 1, 2),
        "due": date(2013, 2, 1),
        "currency": "USD",
        "amount": 5594,
    }
    assert by_seed(taken)["paid 7900770"].values == {
        "date": date(2013, 3, 3),
        "customer": "8976-AMJEO",
        "amount": 6174,
        "currency": "USD",
        "type": "payment",
        "applied_to": "7900770",
    }
    assert by_seed(taken)["dispute 7900770"].values["resolved"] == date(2013, 3, 3)
    assert taken.controls[1] == Control("USD", "open balance", 0)
