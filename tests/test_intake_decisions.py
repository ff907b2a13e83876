"""What whole columns decide, what a person is asked, and which rows are refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import openpyxl
import pytest

from arc_sheets.errors import IntakeError, Undecided
from arc_sheets.tabs import CUSTOMERS
from arc_sync.intake import Reject, Taken, Understood, understand, write_rejects

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEADER = "Invoice Number,Customer,Invoice Date,Due Date,Currency,Amount"

OVERFULL = (
    "The row cannot be read: it has 7 cells under 6 headers; a text that holds a separator is not in "
    "quotation marks."
)


def write(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    file = folder / "list.csv"
    file.write_bytes("\r\n".join([header, *rows, ""]).encode(encoding))
    return file


def values(understood: Understood, column: str) -> list[object]:
    return [entry.values.get(column) for entry in understood.take().entries if entry.tab == "invoices"]


def test_dates_that_read_in_two_ways_are_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path, "1,Ann,3/4/2026,5/6/2026,EUR,1.00", "2,Ann,7/8/2026,9/9/2026,EUR,1.00")
    with pytest.raises(Undecided) as caught:
        understand(file)
    assert str(caught.value) == (
        'Column "Invoice Date" can be read as day/month or month/day, for example "3/4/2026" on line 2: '
        "say which with --dates dmy or --dates mdy."
    )
    assert values(understand(file, order="dmy"), "issued") == [date(2026, 4, 3), date(2026, 8, 7)]
    assert values(understand(file, order="mdy"), "issued") == [date(2026, 3, 4), date(2026, 7, 8)]


def test_one_date_decides_for_all(tmp_path: Path) -> None:
    file = write(tmp_path, "1,Ann,3/4/2026,5/6/2026,EUR,1.00", "2,Ann,25/8/2026,9/9/2026,EUR,1.00")
    assert values(understand(file), "issued") == [date(2026, 4, 3), date(2026, 8, 25)]
    assert values(understand(file), "due") == [date(2026, 6, 5), date(2026, 9, 9)]


def test_a_column_that_mixes_both_orders_is_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path, "1,Ann,13/4/2026,2026-05-01,EUR,1", "2,Ann,4/13/2026,2026-05-01,EUR,1")
    with pytest.raises(Undecided, match=r'mixes day/month .*"13/4/2026", line 2.* and month/day'):
        understand(file)
    taken = understand(file, order="dmy").take()
    assert [reject.line for reject in taken.rejects] == [3]
    assert taken.rejects[0].reason.startswith('Column "Invoice Date" has "4/13/2026": there is no such day')


def test_iso_and_month_names_need_no_decision(tmp_path: Path) -> None:
    file = write(tmp_path, "1,Ann,2026-04-03,3 Mai 2026,EUR,1", "2,Ann,April 3 2026,03-May-26,EUR,1")
    assert values(understand(file), "issued") == [date(2026, 4, 3)] * 2
    assert values(understand(file), "due") == [date(2026, 5, 3)] * 2


def test_amounts_that_read_in_two_ways_are_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path, "1,Ann,2026-04-03,2026-05-03,EUR,1.250")
    with pytest.raises(Undecided, match=r'Column "Amount" .* "1.250" on line 2: say which with --decimal'):
        understand(file)
    assert values(understand(file, decimal=","), "amount") == [125000]


def test_amounts_that_mix_marks_are_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path, "1,Ann,2026-04-03,2026-05-03,EUR,1.50", '2,Ann,2026-04-03,2026-05-03,EUR,"1,50"')
    with pytest.raises(Undecided, match="mix decimal points"):
        understand(file)


def test_a_currency_without_decimals_decides_by_itself(tmp_path: Path) -> None:
    file = write(tmp_path, '1,Ann,2026-04-03,2026-05-03,JPY,"1,250"')
    assert values(understand(file), "amount") == [1250]


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("€1,250.50", 125050),
        ("1 250.50", 125050),
        ("1'250.50", 125050),
        ("EUR 12.34", 1234),
        ("0.00", 0),
        ("-", 0),
    ],
)
def test_amounts_as_systems_write_them(tmp_path: Path, typed: str, minor: int) -> None:
    file = write(
        tmp_path, f'1,Ann,2026-04-03,2026-05-03,EUR,"{typed}"', "2,Ann,2026-04-03,2026-05-03,EUR,1.5"
    )
    assert values(understand(file), "amount")[0] == minor


@pytest.mark.parametrize("typed", ["(80.00)", "80.00-", "-80.00", "\u221280.00", "80.00 CR"])
def test_negative_invoices_are_credit_notes(tmp_path: Path, typed: str) -> None:
    file = write(tmp_path, f'9,Ann,2026-04-03,2026-05-03,EUR,"{typed}"')
    credit = next(entry for entry in understand(file).take().entries if entry.tab == "payments")
    assert (credit.values["type"], credit.values["amount"]) == ("credit note", 8000)


def test_a_currency_that_nothing_says_is_asked_for(tmp_path: Path) -> None:
    header = HEADER.replace("Currency,", "")
    file = write(tmp_path, "1,Ann,2026-04-03,2026-05-03,5.50", header=header)
    with pytest.raises(Undecided, match=r'column "Amount", for example "5.50" on line 2.*--currency USD'):
        understand(file)
    assert values(understand(file, currency="CHF"), "currency") == ["CHF"]
    dollars = write(tmp_path, "1,Ann,2026-04-03,2026-05-03,$5.50", header=header)
    with pytest.raises(Undecided, match="--currency"):  # whose dollars?
        understand(dollars)


@pytest.mark.parametrize("header", ["Amount (EUR)", "Amount"])
def test_headers_and_signs_say_the_currency(tmp_path: Path, header: str) -> None:
    sign = "" if header.endswith(")") else "€ "
    full = HEADER.replace("Currency,Amount", header)
    file = write(tmp_path, f"1,Ann,2026-04-03,2026-05-03,{sign}5.50", header=full)
    assert values(understand(file), "currency") == ["EUR"]


def test_a_payment_without_a_day_is_asked_for_once(tmp_path: Path) -> None:
    header = HEADER + ",Amount Paid"
    file = write(
        tmp_path, "1,Ann,2026-04-03,2026-05-03,EUR,5,0", "2,Ann,2026-04-03,2026-05-03,EUR,5,2", header=header
    )
    with pytest.raises(
        Undecided, match=r'Column "Amount Paid" says that invoice 2 on line 3 is paid.*--as-of'
    ):
        understand(file)
    paid = [e for e in understand(file, as_of=date(2026, 6, 1)).take().entries if e.tab == "payments"]
    assert [(e.values["date"], e.values["amount"]) for e in paid] == [(date(2026, 6, 1), 200)]
    unpaid = write(tmp_path, "1,Ann,2026-04-03,2026-05-03,EUR,5,0", header=header)
    assert understand(unpaid).take().counts["invoices"] == 1


def test_payments_and_invoices_that_look_alike_are_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path, "1,Ann,2026-04-03,EUR,5", header="Invoice Number,Customer,Date,Currency,Amount")
    with pytest.raises(Undecided, match="--kind"):
        understand(file)
    assert understand(file, kind="payments").take().counts["payments"] == 1
    assert understand(file, kind="invoices").take().counts["invoices"] == 1


@pytest.mark.parametrize(
    "header",
    [
        "Datum;Kunde;Betrag;Rechnung",
        "Datum;Kunde;Betrag;Rechnungs-Nr.",
        "Zahlungsdatum;Kunde;Betrag;Beleg-Nr.",
        "Date;Client;Montant;N° facture",
        "Fecha;Cliente;Importe;Nº factura",
        "Data;Cliente;Importo;Numero fattura",
        "Datum;Klant;Bedrag;Factuurnummer",
    ],
)
def test_a_payment_says_in_many_languages_what_it_applies_to(tmp_path: Path, header: str) -> None:
    file = write(tmp_path, "3.4.2026;Ann;1.250,50;RE-7", header=header)
    understood = understand(file, kind="payments", currency="EUR")
    assert f'"{header.rpartition(";")[2]}" is the invoice it pays' in understood.sentences()[1]
    taken = understood.take()
    payment = next(entry for entry in taken.entries if entry.tab == "payments")
    assert (payment.values["applied_to"], payment.values["amount"]) == ("RE-7", 125050)


def test_where_the_kind_is_unclear_both_answers_are_named(tmp_path: Path) -> None:
    file = write(tmp_path, "3.4.2026;Ann;1.250,50;RE-7", header="Datum;Kunde;Betrag;Rechnung")
    with pytest.raises(Undecided, match=r"say which with --kind invoices or --kind payments\.$"):
        understand(file, currency="EUR")


def test_bad_rows_are_rejected_with_line_column_and_reason(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "1,Ann,2026-04-03,2026-05-03,EUR,5",
        "2,Ann,31/02/2026,2026-05-03,EUR,5",
        "3,,2026-04-03,2026-05-03,EUR,5",
        "4,Ann,2026-04-03,2026-05-03,EUR,five",
        "5,Ann,2026-04-03,2026-05-03,XXX,5",
        "6,Smith, Ann,2026-04-03,2026-05-03,EUR,5",
        "1,Bob,2026-04-03,2026-05-03,EUR,5",
        "7,Ann,2026-04-03,2026-05-03,EUR,5.001",
        ",Ann,2026-04-03,2026-05-03,EUR,5",
    )
    taken = understand(file, decimal=".").take()
    assert [(r.line, r.reason) for r in taken.rejects] == [
        (3, 'Column "Invoice Date" has "31/02/2026": there is no such day or time.'),
        (4, 'Column "Customer" is blank; an invoice needs a customer.'),
        (5, 'Column "Amount" has "five": it is not a number.'),
        (6, 'Column "Currency" has "XXX": it is no currency code, such as EUR or USD.'),
        (7, OVERFULL),
        (8, "Invoice 1 already stands on line 2 with another customer, date or amount."),
        (9, 'Column "Amount" has "5.001": EUR has 2 decimals, this has more.'),
        (10, 'Column "Invoice Number" is blank; an invoice needs a number.'),
    ]
    assert taken.rejects[0].row == ("2", "Ann", "31/02/2026", "2026-05-03", "EUR", "5")
    assert taken.counts == {"customers": 1, "invoices": 1}


def test_invoice_numbers_that_differ_in_case_alone_are_one(tmp_path: Path) -> None:
    rows = ("RE-2,Ann,2026-04-03,2026-05-03,EUR,5.50", "re-2,Ann,2026-04-03,2026-05-03,EUR,5.50")
    taken = understand(write(tmp_path, *rows)).take()
    assert [e.key for e in taken.entries if e.tab == "invoices"] == ["RE-2"]
    assert "Left out, further lines of the same invoice, its number in other capitals: 1." in taken.remarks
    assert taken.controls[0].taken == 550
    other = understand(write(tmp_path, rows[0], rows[1].replace("5.50", "6.50"))).take()
    assert other.rejects[0].reason == (
        "Invoice re-2 already stands on line 2 as RE-2 with another customer, date or amount."
    )


def test_the_payment_and_dispute_of_an_invoice_stay_the_same_in_other_capitals(tmp_path: Path) -> None:
    header, row = f"{HEADER},Paid,Disputed", "RE-2,Ann,2026-04-03,2026-05-03,EUR,5.50,1.00,yes"
    seeds = [
        {e.seed for e in understand(write(tmp_path, told, header=header), as_of=date(2026, 6, 1)).take().entries
         if e.tab in {"payments", "disputes"}}
        for told in (row, row.replace("RE", "re"))
    ]  # fmt: skip
    assert len(seeds[0]) == 2
    assert seeds[0] == seeds[1]


def test_lines_count_quoted_line_breaks(tmp_path: Path) -> None:
    file = write(tmp_path, '1,"Ann\nand Bob",2026-04-03,2026-05-03,EUR,5', "2,Ann,soon,2026-05-03,EUR,5")
    taken = understand(file).take()
    assert [reject.line for reject in taken.rejects] == [4]
    assert taken.entries[0].key == "Ann and Bob"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encodings_and_separators(tmp_path: Path, encoding: str, separator: str) -> None:
    rows = [r.replace(",", separator) for r in (HEADER, "1,Zoë Müller,2026-04-03,2026-05-03,EUR,5.50", "")]
    file = tmp_path / "list.csv"
    file.write_bytes("\n".join(rows).encode(encoding))
    assert values(understand(file), "customer") == ["Zoë Müller"]


def test_excels_own_separator_line_is_heeded(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"sep=;\n{HEADER.replace(',', ';')}\n1;Ann;2026-04-03;x;EUR;5\n", "utf-8")
    assert understand(file).take().rejects[0].line == 3


def test_trailing_blank_columns_and_pages_are_no_records(tmp_path: Path) -> None:
    row = "1,Ann,2026-04-03,2026-05-03,EUR,5,,,,"
    file = write(
        tmp_path, row, ",,,,,,,,,", HEADER + ",,,,", row.replace("1", "2", 1), header=HEADER + ",,,,"
    )
    taken = understand(file).take()
    assert (taken.counts["invoices"], taken.rejects) == (2, [])


def test_a_due_date_follows_from_the_terms(tmp_path: Path) -> None:
    header = HEADER.replace("Due Date", "Terms")
    file = write(
        tmp_path, "1,Ann,2026-04-03,Net 30,EUR,5", "2,Ann,2026-04-03,Due on receipt,EUR,5", header=header
    )
    assert values(understand(file), "due") == [date(2026, 5, 3), date(2026, 4, 3)]


def test_an_aging_summary_is_refused_with_advice(tmp_path: Path) -> None:
    file = write(tmp_path, "Ann,0,5,0,0,0,5", header=",Current,1 - 30,31 - 60,61 - 90,91 and over,Total")
    with pytest.raises(IntakeError, match=r"aging summary.*export the aging detail"):
        understand(file)


def test_a_missing_header_names_the_nearest_row(tmp_path: Path) -> None:
    file = write(tmp_path, "1,2,3", header="Colour,Amount,Weight")
    with pytest.raises(IntakeError, match=r"no header row .* nearest is line 1 \(Colour, Amount, Weight\)"):
        understand(file)


def test_payments_that_are_all_negative_are_payments(tmp_path: Path) -> None:
    header = "Payment date,Customer,Currency,Amount,Payment method"
    both = write(tmp_path, "2026-01-02,Ann,EUR,5.00,Card", "2026-01-03,Ann,EUR,-5.00,Card", header=header)
    assert [e.values["type"] for e in understand(both).take().entries[1:]] == ["payment", "refund"]
    negative = write(
        tmp_path, "2026-01-02,Ann,EUR,-5.00,Card", "2026-01-03,Ann,EUR,-6.00,Card", header=header
    )
    assert [e.values["amount"] for e in understand(negative).take().entries[1:]] == [500, 600]


def test_rejects_are_written_as_data_never_as_formulas(tmp_path: Path) -> None:
    row = ("=cmd|' /C calc'!A1", "-500", "+1 (2)", "@x", "\tx", "(80.00)", "-1,250.50", "plain")
    cells = ",".join(f'"{cell}"' for cell in row)
    file = write(tmp_path, f"2,Ann,2026-04-03,2026-05-03,EUR,,{cells}", header=f"{HEADER},a,b,c,d,e,f,g,h")
    understood = understand(file)
    write_rejects(tmp_path / "r.csv", understood, [Reject(2, row, 'Column "Amount" is blank.')])
    import csv

    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as stream:
        header, written = csv.reader(stream)
    assert header == ["Why not taken", *HEADER.split(","), *"abcdefgh"]
    assert written[0] == 'Line 2: Column "Amount" is blank.'
    assert written[7:] == [
        "'=cmd|' /C calc'!A1",
        "-500",
        "'+1 (2)",
        "'@x",
        "'\tx",
        "(80.00)",
        "-1,250.50",
        "plain",
    ]
    with pytest.raises(IntakeError, match="cannot be written"):
        write_rejects(tmp_path / "no" / "r.csv", understood, [])


def mended(understood: Understood, replaced: Mapping[str, str], times: int = 1) -> Taken:
    """Write the rejects of a file, correct them as a person does, and read that file; as often as told."""
    for n in range(times):
        taken = understood.take()
        assert taken.rejects
        path = understood.source.path.with_name(f"rejects{n}.csv")
        write_rejects(path, understood, taken.rejects)
        text = path.read_text("utf-8-sig")
        if n == times - 1:
            for bad, good in replaced.items():
                assert bad in text
                text = text.replace(bad, good)
        path.write_text(text, "utf-8-sig", newline="")
        understood = understand(path)
    return understood.take()


def entries(taken: Taken) -> list[tuple[str, str | None, str, Mapping[str, object]]]:
    assert not taken.rejects
    return [(e.tab, e.key, e.seed, e.values) for e in taken.entries]


@pytest.mark.parametrize("times", [1, 2])
def test_rejects_that_are_corrected_read_as_if_they_had_been_right(tmp_path: Path, times: int) -> None:
    head = [
        "As of 31.03.2026;;;;;",
        "Amounts in EUR;;;;;",
        "Number;Customer;Invoice Date;Due Date;Amount;Notes",
    ]
    bad = '7;+Plus GmbH;13.01.2026;14.02.2026;eins;"=1+1\nand ""more"""'
    file = write(tmp_path, *head[1:], "6;Ann;13.01.2026;14.02.2026;1.000,50;", bad, header=head[0])
    (tmp_path / "right").mkdir()
    right = write(tmp_path / "right", *head[1:], bad.replace("eins", "1.000,50"), header=head[0])
    found = mended(understand(file), {"eins": "1.000,50"}, times)
    assert entries(found) == entries(understand(right).take())
    assert "+Plus GmbH" in {e.values.get("name") for e in found.entries}


def test_rejects_of_grouped_customers_keep_whom_they_belong_to(tmp_path: Path) -> None:
    header = "Number,Invoice Date,Due Date,Currency,Amount"
    rows = [
        "Ann,,,,",
        "1,2026-04-03,2026-05-03,EUR,5",
        "Total for Ann,,,,5",
        "Bea,,,,",
        "2,2026-04-03,2026-05-03,EUR,x",
    ]
    found = mended(understand(write(tmp_path, *rows, header=header)), {",x": ",7"})
    assert [
        (e.values["number"], e.values["customer"], e.values["amount"])
        for e in found.entries
        if e.tab == "invoices"
    ] == [("2", "Bea", 700)]


def test_rejects_of_one_line_of_an_invoice_bring_all_its_lines(tmp_path: Path) -> None:
    header = "Invoice Number,Customer,Invoice Date,Due Date,Currency,Item,Amount"
    rows = [
        f"{n},Ann,2026-04-03,2026-05-03,EUR,{item},{amount}"
        for n, item, amount in ((1, "a", 5), (1, "b", "x"), (2, "a", 3))
    ]
    found = mended(understand(write(tmp_path, *rows, header=header)), {",x": ",7"})
    assert [(e.key, e.values["amount"]) for e in found.entries if e.tab == "invoices"] == [("1", 1200)]


def test_rejects_of_a_workbook_are_corrected_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER.split(","))
    sheet.append(["1", "Ann", datetime(2026, 4, 3), "soon", "EUR", 1234.5])  # noqa: DTZ001 (as Excel keeps a day)
    book.save(tmp_path / "list.xlsx")
    found = mended(understand(tmp_path / "list.xlsx"), {"soon": "2026-05-03"})
    assert [
        (e.values["issued"], e.values["due"], e.values["amount"])
        for e in found.entries
        if e.tab == "invoices"
    ] == [(date(2026, 4, 3), date(2026, 5, 3), 123450)]


def test_rejects_with_a_quotation_mark_out_of_place_are_split_into_cells(tmp_path: Path) -> None:
    bad = '2,"Ann" Bee,2026-04-03,2026-05-03,EUR,5'
    found = mended(understand(write(tmp_path, "1,Ann,2026-04-03,2026-05-03,EUR,5", bad)), {})
    assert [e.values["customer"] for e in found.entries if e.tab == "invoices"] == ["Ann Bee"]


def test_estimates_and_bills_among_invoices_are_left_out_and_said(tmp_path: Path) -> None:
    header = HEADER + ",Transaction type"
    rows = [
        f"{n},Ann,2026-04-03,2026-05-03,EUR,5,{kind}"
        for n, kind in enumerate(("Invoice", "Estimate", "Bill"))
    ]
    taken = understand(write(tmp_path, *rows, header=header)).take()
    assert taken.counts["invoices"] == 1
    assert 'Left out, rows of the type "estimate": 1.' in taken.sentences()


def test_signs_that_differ_from_the_currency_told_keep_theirs(tmp_path: Path) -> None:
    header = HEADER.replace("Currency,", "")
    file = write(
        tmp_path, "1,Ann,2026-04-03,2026-05-03,£5.50", "2,Ann,2026-04-03,2026-05-03,5", header=header
    )
    understood = understand(file, currency="EUR")
    assert "Amounts are in EUR, as told; those that are marked GBP keep that." in understood.sentences()
    assert values(understood, "currency") == ["GBP", "EUR"]


def test_progress_is_told(tmp_path: Path) -> None:
    file = write(tmp_path, *(f"{n},Ann,2026-04-03,2026-05-03,EUR,5" for n in range(2_500)))
    heard: list[int] = []
    understood = understand(file)
    understood.take(heard.append)
    assert (heard, understood.records) == ([1_000, 2_000], 2_500)


def test_groups_of_xero_aged_receivables_detail(tmp_path: Path) -> None:
    file = tmp_path / "aged.csv"
    file.write_text(
        "Aged Receivables Detail\nDemo Company\nAs at 31 March 2026\n\n"
        "Invoice Date,Due Date,Invoice Number,Invoice Reference,Current,< 1 Month,1 Month,Older,Total\n\n"
        "Bayside Club,,,,,,,,\n"
        "14 Feb 2026,28 Feb 2026,INV-1,P/O 1,0.00,234.00,0.00,0.00,234.00\n"
        "Total Bayside Club,,,,0.00,234.00,0.00,0.00,234.00\n\n"
        "City Agency,,,,,,,,\n"
        "1 Mar 2026,30 Apr 2026,INV-2,,100.00,0.00,0.00,0.00,100.00\n"
        "Total City Agency,,,,100.00,0.00,0.00,0.00,100.00\n\n"
        "Total,,,,100.00,234.00,0.00,0.00,334.00\n"
        "Percentage of total,,,,29.94%,70.06%,0.00%,0.00%,100.00%\n",
        "utf-8",
    )
    understood = understand(file, currency="NZD")
    assert (understood.layout.system, understood.as_of) == ("Xero", date(2026, 3, 31))
    taken = understood.take()
    assert not taken.rejects
    assert values(understood, "customer") == ["Bayside Club", "City Agency"]
    assert all(control.taken == 33400 and control.agrees for control in taken.controls)


def test_a_quotation_mark_out_of_place_rejects_its_row_alone(tmp_path: Path) -> None:
    bad = '2,"Ann" Bee,2026-04-03,2026-05-03,EUR,5'
    good = '3,5" Pipes,2026-04-03,2026-05-03,EUR,5'
    taken = understand(write(tmp_path, "1,Ann,2026-04-03,2026-05-03,EUR,5", bad, good)).take()
    assert [(r.line, r.row) for r in taken.rejects] == [(3, (bad,))]
    assert "a quotation mark stands in the middle of a text" in taken.rejects[0].reason
    assert taken.counts["invoices"] == 2


def test_a_list_with_the_headers_of_the_customers_tab_is_understood_whole(tmp_path: Path) -> None:
    told = {
        "Name": "Acme", "Contact": "Rita", "Email": "rita@acme.example", "Cc": "bo@acme.example",
        "Phone": "+49 30 901820", "Prefers": "SMS", "Language": "German", "Time zone": "Europe/Berlin",
        "Quiet hours": "18:00-08:00", "Terms, days": "30", "Currency": "EUR", "Credit limit": "1000",
        "Do not contact": "asked so", "Collector": "Zoe", "Payment link": "https://pay.example/a", "Notes": "n",
    }  # fmt: skip
    header = ",".join(f'"{name}"' for name in told)
    understood = understand(write(tmp_path, ",".join(told.values()), header=header))
    assert not understood.layout.ignored
    (entry,) = understood.take().entries
    assert entry.values == dict(zip((c.name for c in CUSTOMERS.stored), told.values(), strict=True)) | {
        "prefers": "Text",
        "terms": 30,
        "credit_limit": 1000_00,
    }


def test_beside_a_name_the_contact_name_is_the_persons(tmp_path: Path) -> None:
    file = write(tmp_path, "Birch Ltd,Ben Ott,ben@birch.example", header="Name,Contact Name,Email")
    (entry,) = understand(file).take().entries
    assert (entry.values["name"], entry.values["contact"]) == ("Birch Ltd", "Ben Ott")
    alone = write(tmp_path, "Birch Ltd,ben@birch.example", header="Contact Name,Email")
    assert understand(alone).take().entries[0].values["name"] == "Birch Ltd"


def test_a_channel_that_is_none_is_left_blank_and_said_with_its_line(tmp_path: Path) -> None:
    rows = ("Acme,EUR,Pigeon", "Bolt,EUR,Phone", "Crane,EUR,Pigeon")
    taken = understand(write(tmp_path, *rows, header="Customer Name,Currency,Prefers")).take()
    assert [entry.values["prefers"] for entry in taken.entries] == [None, "Phone", None]
    (said,) = taken.remarks
    assert said == (
        'Line 2 and 1 more: "Pigeon" is no channel that ARC knows and Prefers was left blank;'
        " pick Email, Phone, Text or Letter on Customers."
    )


@pytest.mark.parametrize(
    "header",
    [
        "Kundenname;Ansprechpartner;E-Mail-Adresse;Telefonnummer;Sprache;Zahlungsfrist;Währung;Kreditlimit;Bemerkungen",
        "Firma;Ansprechperson;E-Mail;Tel.;Sprache;Zahlungsziel (Tage);Waehrung;Kreditlinie;Notizen",
        "Raison sociale;Interlocuteur;Courriel;Téléphone;Langue;Délai de paiement;Devise;Plafond de crédit;Remarques",
        "Nom du client;Contact;Adresse e-mail;N° de téléphone;Langue;Délai de paiement;Monnaie;Encours autorisé;Notes",
        "Razón social;Persona de contacto;Correo electrónico;Teléfono;Idioma;Plazo de pago;Moneda;Límite de crédito;Notas",
        "Cliente;Contacto;Correo;Número de teléfono;Idioma;Condiciones de pago;Divisa;Limite de credito;Observaciones",
    ],
)
def test_a_german_french_or_spanish_list_of_customers_is_read_whole(tmp_path: Path, header: str) -> None:
    (tmp_path / "k.csv").write_text(f"{header}\nAnn GmbH;Bea;a@b.example;030 1;de;30;EUR;5000;x\n", "utf-8")
    understood = understand(tmp_path / "k.csv")
    assert understood.layout.ignored == ()
    (entry,) = understood.take().entries
    assert entry.values == {
        "name": "Ann GmbH",
        "contact": "Bea",
        "email": "a@b.example",
        "phone": "030 1",
        "language": "de",
        "terms": 30,
        "currency": "EUR",
        "credit_limit": 500000,
        "notes": "x",
    }


@pytest.mark.parametrize(
    "header", ["E-Mail-Adresse,Telefon", "Courriel,Téléphone", "Correo electrónico,Teléfono"]
)
def test_a_list_of_invoices_gives_new_customers_their_telephone_number(tmp_path: Path, header: str) -> None:
    file = write(tmp_path, "1,Ann,2026-04-03,2026-05-03,EUR,5,a@b.example,030 1", header=f"{HEADER},{header}")
    (ann,) = (entry.values for entry in understand(file).take().entries if entry.tab == "customers")
    assert (ann["email"], ann["phone"]) == ("a@b.example", "030 1")


@pytest.mark.parametrize(
    ("header", "name", "contact"),
    [
        ("Raison sociale;Nom;Prénom", "A", "C B"),
        ("Nom;Prénom", "A", "B"),
        ("Firma;Nachname;Vorname", "A", "C B"),
    ],
)
def test_a_company_comes_before_the_person_there(
    tmp_path: Path, header: str, name: str, contact: str
) -> None:
    cells = ";".join("ABC"[: header.count(";") + 1])
    (tmp_path / "k.csv").write_text(f"{header};Langue\n{cells};fr\n", "utf-8")
    (entry,) = understand(tmp_path / "k.csv").take().entries
    assert (entry.values["name"], entry.values["contact"]) == (name, contact)
