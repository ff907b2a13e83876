from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arc_sheets import tabs
from arc_sheets.aging import DEFAULT_BUCKETS, AgingReport, AgingRow, Buckets
from arc_sheets.cells import Formula, Row, Value
from arc_sheets.rates import Rates
from arc_sheets.tab import Tab
from arc_sheets.worklist import WorkItem
from arc_sync.books import draw, form
from arc_sync.books.contents import SILENCE, AccountView, BookRow, Contents, OpenInvoice, Said, Touch
from arc_sync.books.draw import account, aging, home, kpis, records, worklist
from arc_sync.books.draw.issues import ISSUES, as_row
from arc_sync.books.drawing import Drawing, Drawn, Link, mail, phone
from arc_sync.books.look import ROLES, read_look
from arc_sync.xlsx.refs import Area, Place, cell_ref
from tests.sample_contents import AS_OF, RATES, empty, figures, row, sample

FULL, EMPTY = sample(200), empty()
FAILED = Said("It cannot be done.", FULL.synced, done=False)
EVIL = '=HYPERLINK("http://evil.example","x")'


def at(drawing: Drawing, ref: str) -> Drawn:
    by_ref = {cell_ref(*place): drawn for place, drawn in drawing.cells.items()}
    return by_ref[ref]


def value(drawing: Drawing, ref: str) -> object:
    shown = at(drawing, ref).value
    return shown.value if isinstance(shown, Formula) else shown.text if isinstance(shown, Link) else shown


def without_a_rate() -> Contents:
    source = {tab.name: {line.id: line.values for line in FULL.rows[tab.name]} for tab in tabs.RECORD_TABS}
    told = figures(source, Rates("EUR", {"USD": Decimal("0.9")}))
    return replace(FULL, aging=told.aging, kpis=told.kpis)


@pytest.mark.parametrize("contents", [FULL, EMPTY, without_a_rate()], ids=["full", "empty", "no rate"])
def test_a_drawing_stays_in_its_area_and_uses_listed_roles(contents: Contents) -> None:
    accounts = (account.draw(_view(3, 3), SILENCE), account.draw(_view()), account.draw(None, FAILED))
    for drawing in (*draw.reports(contents), *accounts):
        for place, drawn in drawing.cells.items():
            assert drawing.area.holds(*place), (drawing.sheet, place)
            assert drawn.role in ROLES, (drawing.sheet, place)
        if drawing.table:
            area = drawing.table.area
            assert drawing.area.holds(area.top, area.left)
            assert drawing.area.holds(area.bottom, area.right)
            assert area.bottom > area.top
            shown = [drawing.cells[Place(area.top, c)].value for c in range(area.left, area.right + 1)]
            assert tuple(shown) == drawing.table.headers


def test_the_same_contents_give_the_same_drawings() -> None:
    again = [drawing.digest for drawing in draw.reports(sample(200))]
    assert again == [drawing.digest for drawing in draw.reports(FULL)]


def test_the_rows_that_charts_read_never_move() -> None:
    for contents in (FULL, EMPTY, without_a_rate()):
        drawing = aging.draw(contents.aging)
        assert value(drawing, "B4") == "All, in EUR"
        assert [value(drawing, f"{c}3") for c in "DEFGH"] == list(DEFAULT_BUCKETS.labels)
        assert next(kpi.key for kpi in contents.kpis.kpis) == "dso"
        assert kpis.row_of(contents.kpis, "dso") == 5
    with pytest.raises(KeyError):
        kpis.row_of(FULL.kpis, "luck")


@pytest.mark.parametrize("edges", [(30,), (30, 60), (30, 60, 90), (30, 60, 90, 120, 150, 180, 360)])
def test_the_colours_of_aging_know_their_columns_whatever_buckets_come(edges: tuple[int, ...]) -> None:
    heads = [
        *Buckets(edges).labels,
        "Unapplied credits",
        "Open balance",
        "Control account",
        "Check",
        "Open in EUR",
    ]
    late, off = aging.page(FULL.aging).rules
    assert (late.role, off.role) == ("rule.alarm", "rule.broken")
    for rule, head in ((late, f"Over {edges[-1]}"), (off, "Check")):
        assert rule.area.startswith("D4:")
        shown = [
            h for h, beside in pairwise([*heads, "Oldest, days", ""]) if _coloured(rule.formula, h, beside)
        ]
        assert shown == [head]


def _coloured(formula: str, head: str, beside: str) -> bool:
    """Work out a rule of Aging for a cell of 5 below this header, beside which the other stands."""
    told = {"D$3": repr(head), "E$3": repr(beside), "D4": "5", "ISNUMBER": "bool", "<>": "!="}
    text = re.sub(r"(?<![<>])=", "==", formula.removeprefix("=")).replace(">==", ">=")
    for name, value_ in told.items():
        text = text.replace(name, value_)
    return bool(eval(text, {"AND": lambda *all_: all(all_)}))


# -- Aging ---------------------------------------------------------------------------------------------------


def _report(*rows: AgingRow, everything: AgingRow | None = None) -> AgingReport:
    codes = tuple(dict.fromkeys(r.currency for r in rows))
    totals = []
    for code in codes:
        mine = [r for r in rows if r.currency == code]
        parts = tuple(sum(r.buckets[k] for r in mine) for k in range(5))
        loose, control = sum(r.unapplied for r in mine), sum(r.control for r in mine)
        totals.append(AgingRow("", code, parts, loose, sum(parts) + loose, control, None, 3))
    return AgingReport(AS_OF, None, DEFAULT_BUCKETS, RATES, rows, tuple(totals), everything, ())


def _line(code: str, buckets: tuple[int, ...], unapplied: int = 0, control: int | None = None) -> AgingRow:
    total = sum(buckets) + unapplied
    return AgingRow("A", code, buckets, unapplied, total, total if control is None else control, total, 9)


AMOUNT = st.integers(-(10**12), 10**12)
LINE = st.builds(
    _line, st.sampled_from(["EUR", "JPY", "KWD", "USD"]), st.tuples(*[AMOUNT] * 5), AMOUNT, st.none() | AMOUNT
)


@settings(max_examples=60)
@given(st.lists(LINE, max_size=12))
def test_every_row_proves_itself(lines: list[AgingRow]) -> None:
    report = _report(*lines)
    drawing = aging.draw(report)
    table = aging.customers_table(report).area
    total_rows = range(aging.CURRENCY_ROW, aging.CURRENCY_ROW + len(report.totals))
    for number in (*total_rows, *range(table.top + 1, table.top + 1 + len(lines))):
        amounts = [value(drawing, f"{c}{number}") for c in "DEFGHI"]
        assert sum(Decimal(str(amount)) for amount in amounts) == value(drawing, f"J{number}")
        off = Decimal(str(value(drawing, f"J{number}"))) - Decimal(str(value(drawing, f"K{number}")))
        assert value(drawing, f"L{number}") == off
        shown = at(drawing, f"J{number}").value
        assert isinstance(shown, Formula)
        assert shown.text == f"SUM(D{number}:I{number})"


def test_totals_add_up_the_rows_of_their_currency() -> None:
    report = _report(
        _line("EUR", (100, 0, 0, 0, 5)), _line("JPY", (7, 0, 0, 0, 0)), _line("EUR", (50, 1, 0, 0, 0))
    )
    drawing = aging.draw(report)
    assert at(drawing, "D6").value == Formula("SUMIFS(D$11:D$13,$C$11:$C$13,$C6)", Decimal("1.50"))
    assert value(drawing, "D7") == Decimal(7)
    assert (value(drawing, "B6"), value(drawing, "B7")) == ("2 customers", "1 customer")


def test_formats_follow_the_currency_of_each_row() -> None:
    drawing = aging.draw(_report(_line("JPY", (7, 0, 0, 0, 0)), _line("KWD", (1250, 0, 0, 0, 0))))
    assert (at(drawing, "D6").role, at(drawing, "L6").role) == ("row.money0", "row.check0.slate")
    assert (at(drawing, "D7").role, at(drawing, "L7").role) == ("row.money3", "row.check3.slate")
    assert value(drawing, "D7") == Decimal("1.250")


def test_what_does_not_agree_shows_by_how_much_and_home_says_so() -> None:
    line = _line("EUR", (10_000, 0, 0, 0, 0), control=9_999)
    report = _report(line, everything=line)
    drawing = aging.draw(report)
    assert value(drawing, "L6") == value(drawing, "L10") == Decimal("0.01")
    shown = home.draw(replace(FULL, aging=report))
    assert value(shown, "K30") == "Does not agree: see Aging"
    assert (
        value(home.draw(FULL), "K30") == value(home.draw(EMPTY), "K30") == "Agrees with the control account"
    )


def test_a_missing_rate_leaves_the_sum_blank_and_says_so() -> None:
    contents = without_a_rate()
    drawing = aging.draw(contents.aging)
    assert {value(drawing, f"{c}4") for c in "DEFGHIJKLMN"} == {None}
    assert "No rate for GBP" in str(value(drawing, "B2"))
    shown = home.draw(contents)
    assert value(shown, "B6") is None
    assert value(shown, "B7") == "no rate for GBP"


def test_other_buckets_take_other_columns() -> None:
    source = {tab.name: {line.id: line.values for line in FULL.rows[tab.name]} for tab in tabs.RECORD_TABS}
    report = figures(source).aging._replace(
        rows=(), totals=(), all=None, buckets=type(DEFAULT_BUCKETS)((7, 14))
    )
    drawing = aging.draw(report)
    assert [value(drawing, f"{c}3") for c in "DEFG"] == ["Current", "1–7", "8–14", "Over 14"]
    assert value(drawing, "L3") == "Open in EUR"


# -- KPIs, Worklist, Home ------------------------------------------------------------------------------------


def test_a_blank_kpi_is_blank_and_says_why() -> None:
    drawing = kpis.draw(EMPTY.kpis)
    assert value(drawing, "E5") is None
    assert value(drawing, "F5") is None
    assert str(value(drawing, "D5")).endswith("\nBlank: No sales in the period.")


def test_shares_change_in_percentage_points() -> None:
    report = FULL.kpis
    cei = next(kpi for kpi in report.kpis if kpi.key == "cei")
    before = report.trend["cei"][-2]
    assert cei.value is not None
    assert before is not None
    assert kpis.change(report, cei) == round((cei.value - before) * 100, 1)
    assert at(kpis.draw(report), f"F{kpis.row_of(report, 'cei')}").role.endswith("steppoints")


def test_each_kpi_is_marked_when_it_goes_the_wrong_way() -> None:
    rules = {rule.area: rule.formula for rule in kpis.page(FULL.kpis).rules}
    assert rules["F5"] == "=F5*-1<0"  # DSO: up is worse, so a positive change is marked
    assert rules[f"F{kpis.row_of(FULL.kpis, 'cei')}"].endswith("*1<0")


def test_the_worklist_calls_no_amount_overdue_that_is_not() -> None:
    drawing = worklist.draw([FULL.worklist[0]._replace(oldest=0)])
    assert value(drawing, "F4") == "Amount"
    assert "Overdue" not in worklist.HEADERS


def test_an_overlong_worklist_says_how_many_there_are() -> None:
    many = [FULL.worklist[0]] * 2500
    drawing = worklist.draw(many)
    assert drawing.area.bottom == worklist.HEADER_ROW + worklist.LONGEST
    assert value(drawing, "B2") == "2,500 customers to chase; the first 1,000 in this order."


def test_names_and_reasons_stay_text() -> None:
    item = FULL.worklist[0]._replace(customer=EVIL, why="+1", contact="@x", email="=1", phone="=2")
    drawing = worklist.draw([item])
    assert at(drawing, "C5").value == Link("internal:'Account'!B2", EVIL)
    assert [value(drawing, f"{c}5") for c in "DKLM"] == ["+1", "@x", "=2", "=1"]
    for ref in ("D5", "K5", "L5", "M5"):
        assert isinstance(at(drawing, ref).value, str)


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("ann.o'neil+ar@example.com", "mailto:ann.o%27neil+ar@example.com"),
        ("ann+ar@example.com", "mailto:ann+ar@example.com"),
        ("zoë@bücher.example", "mailto:zo%C3%AB@b%C3%BCcher.example"),
        ("a@b.example?bcc=thief@evil.example", None),
        ("a@b.example, c@d.example", None),
        ("a@b.example\nbcc: c@d.example", None),
        ("javascript:alert(1)", None),
        ("a&b%0A@c.example", "mailto:a%26b%250A@c.example"),
    ],
)
def test_a_mail_link_holds_one_plain_address(address: str, target: str | None) -> None:
    shown = mail(address)
    assert shown == (Link(target, address) if target else address)


def test_a_phone_link_holds_digits_only() -> None:
    assert phone("+49 (30) 231-25 100") == Link("tel:+493023125100", "+49 (30) 231-25 100")
    assert phone("call Bob; 911") == "call Bob; 911"
    assert phone(None) is None
    assert phone("") is None


def test_home_is_always_as_large() -> None:
    assert home.draw(FULL).area == home.draw(EMPTY).area == home.draw(without_a_rate()).area
    assert not set(home.draw(FULL).cells) - {
        Place(r, c) for r in range(1, home.END_ROW + 1) for c in range(home.FIRST, home.LAST + 1)
    }


def test_home_says_what_is_open_and_where_it_stands() -> None:
    shown = home.draw(FULL)
    everything = FULL.aging.all
    assert everything is not None
    assert value(shown, "B6") == Decimal(everything.open).scaleb(-2).quantize(Decimal(1))
    assert value(shown, "M3") == "2 issues need you"
    assert value(home.draw(replace(FULL, open_issues=1)), "M3") == "1 issue needs you"
    assert value(home.draw(EMPTY), "M3") == "No issues"
    assert value(home.draw(EMPTY), "B3") == "●  Not synced yet."
    assert value(home.draw(EMPTY), "B25") == "Nothing to chase today."


def test_many_currencies_fit_on_home() -> None:
    codes = ("EUR", "USD", "GBP", "JPY", "KWD", "CHF", "SEK")
    lines = [_line(code, (100 * n, 0, 0, 0, 0)) for n, code in enumerate(codes, 1)]
    report = _report(*lines, everything=lines[0])
    totals = tuple(t._replace(base=100 * n) for n, t in enumerate(report.totals, 1))
    shown = home.draw(replace(FULL, aging=report._replace(totals=totals)))
    assert [value(shown, f"K{r}") for r in range(25, 30)] == ["SEK", "CHF", "KWD", "JPY", "3 more, in EUR"]
    assert value(shown, "M29") == Decimal("6.00")


# -- Account -------------------------------------------------------------------------------------------------


def _view(invoices: int = 0, touches: int = 0) -> AccountView:
    day = AS_OF - timedelta(200)
    open_ = [OpenInvoice(f"I-{n}", day, day, 200, "JPY", 5, 5, "open", None) for n in range(invoices)]
    talk = [Touch(FULL.synced, "Call", EVIL, "me") for _ in range(touches) if FULL.synced]
    return AccountView(
        "Ångström", "KWD", 1250, 1250, 0, invoices, 200, credit_limit=1000, invoices=open_, timeline=talk
    )


def test_nobody_picked_asks_to_pick() -> None:
    drawing = account.draw(None)
    assert value(drawing, "B3") == "No customer is picked yet."
    assert value(drawing, "B2") is None
    assert Place(2, 1) in drawing.entries


def test_only_the_picker_belongs_to_people() -> None:
    drawing = account.draw(_view(3, 3))
    assert {place.row for place in drawing.entries} == {account.PICKER.row}
    assert value(drawing, "B2") == "Ångström"


def test_the_details_show_money_in_its_currency() -> None:
    drawing = account.draw(_view(1))
    assert (value(drawing, "B6"), at(drawing, "B6").role) == (Decimal("1.250"), "tile.money3.fact")
    assert value(drawing, "H6") == Decimal("1.250")
    assert (value(drawing, "F15"), at(drawing, "F15").role) == (Decimal(5), "row.money0")
    assert value(drawing, "H15") == "open, JPY"


def test_the_form_stands_beside_the_details_and_belongs_to_people() -> None:
    for view in (_view(), _view(60, 60), None):
        drawing = account.draw(view, SILENCE)
        assert drawing.entries >= set(form.PLACES.values())
        assert {drawing.cells[place].value for place in form.PLACES.values()} == {None}
        for block in form.BLOCKS:
            assert value(drawing, cell_ref(block.top, form.LABELS)) == block.title
            for one, place in block.places():
                assert value(drawing, cell_ref(place.row, form.LABELS)) == one.column.header
                assert value(drawing, cell_ref(place.row, form.ENTRIES + 1)) == " "  # a long note ends here
        assert [value(drawing, ref) for ref in ("K5", "K6")] == ["Last saved", "Nothing yet."]
    assert account.draw(None).area.right == account.LAST  # a book of an older ARC has no form


def test_blocks_follow_each_other_with_one_blank_row_between() -> None:
    assert [block.top for block in form.BLOCKS] == [9, 20, 27, 34]
    places = [place for block in form.BLOCKS for _, place in block.places()]
    assert len(set(places)) == len(places)
    assert (Area(39, 11, 52, 11),) == form.TALL
    assert form.LAST_ROW == 53


def test_the_tile_says_what_became_of_the_last_request() -> None:
    done = account.draw(None, Said("Call to Ann logged.", FULL.synced))
    assert [value(done, ref) for ref in ("K5", "K6")] == ["Done  ·  20 Nov 2026 08:42", "Call to Ann logged."]
    refused = account.draw(None, Said(EVIL, FULL.synced, done=False))
    assert value(refused, "K5") == "Not done  ·  20 Nov 2026 08:42"
    assert value(refused, "K6") == EVIL
    assert (at(done, "K6").role, at(refused, "K6").role) == ("tile.saved.answer", "tile.late.answer")


def test_a_name_that_is_no_customers_is_said() -> None:
    drawing = account.draw(None, SILENCE, "Nobody & Sons")
    assert value(drawing, "B3") == "There is no customer named Nobody & Sons; pick one from the list."


def test_the_rules_of_contact_are_one_line() -> None:
    view = replace(
        _view(), quiet_hours="18:00-08:00", no_texts=date(2026, 11, 9), prefers="Text", collector="Zoë"
    )
    assert value(account.draw(view), "B3") == (
        "May be contacted  ·  no texts since 09 Nov 2026  ·  prefers text  ·  quiet hours 18:00-08:00"
        "  ·  collector Zoë"
    )


def test_the_timeline_shows_the_hour_where_it_is_known_and_fits_its_place() -> None:
    talk = [
        Touch(AS_OF, "Payment", "x" * 100, ""),
        Touch(datetime.combine(AS_OF, time(9)), "Call", "Spoke", "me"),
    ]
    drawing = account.draw(replace(_view(), timeline=talk))
    rows = {drawn.value: place.row for place, drawn in drawing.cells.items() if place.column == 3}
    assert at(drawing, f"B{rows['Payment']}").role == "row.date"
    assert at(drawing, f"B{rows['Call']}").role == "row.time"
    assert value(drawing, f"E{rows['Payment']}") == "x" * 71 + "…"


def test_long_lists_say_where_the_rest_is() -> None:
    drawing = account.draw(_view(100, 100))
    assert value(drawing, "I13") == "60 of 100, open, oldest first; all on Invoices"
    assert drawing.area.bottom < 150
    for place in drawing.cells:
        assert drawing.area.holds(*place)


# -- record tabs ---------------------------------------------------------------------------------------------


def test_record_tabs_stand_where_they_always_do() -> None:
    for tab in (*tabs.RECORD_TABS, ISSUES):
        frame = records.frame(tab, 7)
        assert frame.table is not None
        assert (frame.table.area.top, frame.table.area.bottom, frame.table.area.left) == (4, 11, 0)
        assert records.headers(tab)[0] == "ARC id"
        assert records.headers(tab)[-1] == "ARC seal"
        assert value(frame, "B2") == tab.sentence
        assert value(records.frame(tab, 0), "B2") == tab.empty


def _one(tab: Tab, **told: Value) -> list[Drawn]:
    line = BookRow("id-1", row(tab, **told), (None,) * len(tab.computed), "seal-1")
    return next(records.rows(tab, [line]))


def test_a_row_shows_its_values_between_id_and_seal() -> None:
    cells = _one(tabs.INVOICES, number="=1+1", currency="JPY", amount=1250, due=date(2026, 4, 3))
    assert (cells[0].value, cells[-1].value) == ("id-1", "seal-1")
    assert cells[records.column_of(tabs.INVOICES, "number")].value == "=1+1"
    assert cells[records.column_of(tabs.INVOICES, "due")].value == date(2026, 4, 3)
    amount = cells[records.column_of(tabs.INVOICES, "amount")]
    assert (amount.value, amount.role) == (Decimal(1250), "cell.money0")
    assert len(cells) == len(records.headers(tabs.INVOICES))


def test_a_computed_column_between_stored_ones_gets_its_own_value() -> None:
    columns = (*tabs.DISPUTES.columns[:1], tabs.DISPUTES.columns[-1], *tabs.DISPUTES.columns[1:-1])
    mixed = Tab("disputes", "Disputes", columns)
    stored: Row = tuple(
        f"s{n}" if c.name in {"invoice", "owner"} else None for n, c in enumerate(mixed.stored)
    )
    cells = next(records.rows(mixed, [BookRow("i", stored, ("Ann",), "s")]))
    assert [c.value for c in cells[:3]] == ["i", "s0", "Ann"]


def test_rows_grow_with_what_there_is_to_read() -> None:
    look = read_look()
    short, long = (_one(tabs.TEMPLATES, stage="Firm", body=body) for body in ("Hello", "Hello\n" * 9))
    assert records.height(tabs.TEMPLATES, short, look) < 25
    assert records.height(tabs.TEMPLATES, long, look) > 100
    assert records.height(tabs.TEMPLATES, _one(tabs.TEMPLATES, body="x\n" * 99), look) == 409


def test_a_reminder_row_is_readable_however_long_its_message_is() -> None:
    look, why = read_look(), "Firm: the oldest invoice is 51 days overdue; last written to 9 days ago." * 2
    one = _one(tabs.REMINDERS, why=why, subject="S" * 200, body="line\n" * 60)
    assert records.height(tabs.REMINDERS, one, look) < 60


@pytest.mark.parametrize(
    ("status", "decision", "looks"),
    [
        ("proposed", "", "waiting"),
        ("proposed", "Approve", ""),
        ("proposed", "Skip", "muted"),
        ("held", "", "alarm"),
        ("to do", "", "alarm"),
        ("unknown", "", "waiting alarm"),
        ("failed", "", "waiting alarm"),
        ("failed", "Send again", ""),
        ("queued", "Approve", ""),
        ("drafted", "Approve", ""),
        *((status, "", "muted") for status in ("sent", "skipped", "not planned", "withdrawn", "done")),
    ],
)
def test_reminders_look_as_what_they_ask(status: str, decision: str, looks: str) -> None:
    cells = {"$B5": decision, "$K5": status}
    shown = [
        rule.role for rule in records.page(tabs.REMINDERS, read_look()).rules if holds(rule.formula, cells)
    ]
    assert [role.removeprefix("rule.") for role in shown] == looks.split()


def holds(formula: str, cells: dict[str, str]) -> bool:
    """Work out a rule of AND, OR and comparisons of cells with texts."""
    text = re.sub(r'(\$[A-Z]+5)="([^"]*)"', lambda m: str(cells[m[1]] == m[2]), formula.removeprefix("="))
    return bool(eval(text, {"AND": lambda *all_: all(all_), "OR": lambda *any_: any(any_)}))


def test_every_state_of_a_reminder_is_thought_of() -> None:
    told = {"proposed", "held", "to do", "unknown", "failed", "queued", "drafted"}
    assert told | {"sent", "skipped", "not planned", "withdrawn", "done"} == set(tabs.REMINDER_STATES)


def test_an_issue_is_a_row_of_its_tab() -> None:
    line = FULL.issues[1]
    cells = next(records.rows(ISSUES, [as_row(line)]))
    assert [c.value for c in cells[4:6]] == ["=1.250,00 ca.", ""]
    assert cells[-1].value == line.seal


def test_customers_print_two_pages_wide_and_reminders_keep_their_customer_in_sight() -> None:
    look = read_look()
    assert records.page(tabs.CUSTOMERS, look).wide == 2
    assert records.page(tabs.INVOICES, look).wide == 1
    assert records.page(tabs.REMINDERS, look).freeze == Place(5, 3)


def test_the_sentence_of_the_worklist_is_simple_english() -> None:
    item: WorkItem = FULL.worklist[0]
    assert value(worklist.draw([item]), "B2") == worklist.sentence(1)
    assert worklist.sentence(1).startswith("1 customer to chase today")
    assert worklist.sentence(0) == "Nothing to chase today."


def test_the_worklist_says_which_currencies_stand_last_for_want_of_a_rate() -> None:
    items = [FULL.worklist[0]._replace(currency=code) for code in ("EUR", "USD", "GBP")]
    told = worklist.sentence(3)
    assert value(worklist.draw(items, Rates("EUR")), "B2") == (
        f"{told} GBP and USD have no rate in arc.toml, so they stand last."
    )
    known = Rates("EUR", {"GBP": Decimal("1.1")})
    assert (
        value(worklist.draw(items, known), "B2") == f"{told} USD has no rate in arc.toml, so it stands last."
    )
    assert value(worklist.draw(items[:1], known), "B2") == worklist.sentence(3).replace(
        "3 customers", "1 customer"
    )


def test_home_marks_figures_that_leave_a_currency_out() -> None:
    def labels(contents: Contents) -> list[str]:
        return [tile.label for tile in home.tiles(contents) if tile.target == "KPIs"]

    assert labels(FULL) == ["DSO", "CEI"]
    alone = replace(FULL, kpis=FULL.kpis._replace(missing_rates=("USD",)))
    assert labels(alone) == ["DSO, without USD", "CEI, without USD"]
    many = replace(FULL, kpis=FULL.kpis._replace(missing_rates=("CHF", "GBP", "USD")))
    assert labels(many)[0] == "DSO, without 3 currencies"
    drawing = home.draw(alone)
    assert value(drawing, "I9") == "DSO, days, without USD"
    assert value(drawing, "I16") == "CEI, per cent, without USD"


def test_the_tile_is_as_tall_as_its_answer() -> None:
    short, long = (account.draw(None, Said(text, FULL.synced)) for text in ("Done.", "word " * 150))
    row = account.TILE_ROWS[2]
    assert short.heights[row] == 18
    assert long.heights[row] > 80
