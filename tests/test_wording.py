from __future__ import annotations

from datetime import date

import pytest

from arc_sheets.languages import ENGLISH, GERMAN
from arc_sheets.reminders import Item
from arc_sheets.wording import BLOCKS, ITEM_NAMES, NAMES, greeting, how_to_pay, pay_by
from arc_sync.mail.samples import sample, samples
from tests.mail_facts import CUSTOMER, MIXED, ONE, TWO, Firm, item, proposal, said

EVIL = "O'Brien & <Sons>\r\nBcc: all@x.example {{ 7*7 }}"


def test_every_fact_is_documented_and_every_documented_one_is_given() -> None:
    for given in (*samples(), said()):
        assert set(given) == set(NAMES)
        items = given["items"]
        assert isinstance(items, list)
        assert all(set(one) == set(ITEM_NAMES) for one in items)


def test_facts_are_plain_texts_of_one_line_unless_they_are_blocks() -> None:
    evil = {"contact": EVIL, "phone": EVIL, "collector": EVIL, "payment_link": EVIL}
    nasty = proposal((item(EVIL, 3, 100),))._replace(customer=EVIL)
    given = said(nasty, evil, Firm(EVIL, EVIL, EVIL, EVIL, EVIL))
    for name, fact in given.items():
        texts = [fact] if isinstance(fact, str) else [text for one in fact for text in one.values()]
        assert all(type(text) is str for text in texts)
        assert name in BLOCKS or all(text.isprintable() for text in texts)


def test_one_overdue_invoice_is_named() -> None:
    given = said()
    assert given["invoices"] == "invoice INV-26-0561"
    assert given["reference"] == given["numbers"] == "INV-26-0561"
    assert (given["total"], given["overdue"]) == ("EUR 1,250.50", "EUR 1,250.50")
    assert (given["oldest_days"], given["how_long"]) == ("12", "for 12 days")
    assert (given["oldest_due"], given["due"]) == ("8 November 2026", "on 8 November 2026")


def test_several_are_counted_and_those_not_yet_due_are_not_among_the_overdue() -> None:
    given = said(proposal(MIXED))
    assert given["invoices"] == "2 invoices"
    assert given["numbers"] == "INV-26-0561 and INV-26-0577"
    assert (given["total"], given["overdue"]) == ("EUR 13,570.50", "EUR 1,570.50")
    assert given["how_long"] == "for up to 12 days"
    assert said(proposal(TWO), language=GERMAN)["how_long"] == "seit bis zu 12 Tagen"
    assert said(proposal((item("1", 1, 1),)), language=GERMAN)["how_long"] == "seit 1 Tag"


def test_before_the_due_date_all_invoices_are_meant() -> None:
    soon = (item("INV-1", -3, 100), item("INV-2", -3, 100))
    assert said(proposal(soon))["invoices"] == "2 invoices"
    assert said(proposal(soon))["due"] == "on 23 November 2026"
    later = said(proposal((*soon, item("INV-3", -5, 100))), language=GERMAN)
    assert later["due"] == "ab dem 23. November 2026"
    assert (later["overdue"], later["oldest_days"]) == ("0,00 EUR", "0")


def test_many_numbers_are_not_to_be_quoted_one_by_one() -> None:
    four = tuple(item(f"INV-{n}", 5, 100) for n in range(4))
    assert said(proposal(four[:3]))["reference"] == "INV-0, INV-1 and INV-2"
    assert said(proposal(four))["reference"] == "the invoice numbers"
    assert said(proposal(four), language=GERMAN)["reference"] == "die Rechnungsnummern"


@pytest.mark.parametrize(
    ("contact", "english", "german"),
    [
        ("Anna Meyer", "Dear Anna Meyer,", "Guten Tag Anna Meyer,"),
        ("Frau Dr. Meyer", "Dear Frau Dr. Meyer,", "Sehr geehrte Frau Dr. Meyer,"),
        ("Herr Weiß", "Dear Herr Weiß,", "Sehr geehrter Herr Weiß,"),
        ("Herrn Weiß", "Dear Herrn Weiß,", "Sehr geehrter Herr Weiß,"),
        ("Herrmann Weiß", "Dear Herrmann Weiß,", "Guten Tag Herrmann Weiß,"),
        ("", "Hello,", "Sehr geehrte Damen und Herren,"),
        ("{} {0}", "Dear {} {0},", "Guten Tag {} {0},"),
    ],
)
def test_a_contact_is_greeted_in_the_language(contact: str, english: str, german: str) -> None:
    assert (greeting(contact, ENGLISH), greeting(contact, GERMAN)) == (english, german)


@pytest.mark.parametrize(
    ("pay", "link", "words"),
    [
        ("", "", "Our bank details are on each invoice."),
        ("DE89 3704 0044 0532 0130 00", "", "Please pay into our account DE89 3704 0044 0532 0130 00."),
        ("DE89370400440532013000", "", "Please pay into our account DE89370400440532013000."),
        ("https://pay.example/us", "", "You can pay online: https://pay.example/us"),
        ("https://pay.example/us", "https://pay.example/k/7", "You can pay online: https://pay.example/k/7"),
        ("Cheques to PO Box 7.", "", "Cheques to PO Box 7."),
        (
            "GB33 BUKB 2020 1555 5555 55",
            "https://pay.example/k/7",
            "You can pay online: https://pay.example/k/7\nOr pay into our account GB33 BUKB 2020 1555 5555 55.",
        ),
    ],
)
def test_how_to_pay_is_always_said(pay: str, link: str, words: str) -> None:
    assert how_to_pay(pay, link, ENGLISH) == words


@pytest.mark.parametrize(
    "typed", ["javascript:alert(1)", "file:///etc/passwd", "pay us", "https://a b", None, 7]
)
def test_a_payment_link_that_is_no_web_address_is_none(typed: object) -> None:
    assert said(customer={**CUSTOMER, "payment_link": typed})["link"] == ""


def test_the_collector_signs_and_else_the_sender_and_else_the_desk() -> None:
    assert said(customer={"collector": "Tom Fox"})["signature"] == "Tom Fox\nNorth Harbour Ltd"
    assert said()["ask"] == "Maria Lopez (+44 20 7946 0123, receivables@north-harbour.example)"
    bare = Firm(name="", email="", phone="")
    assert said(firm=bare)["signature"] == "Accounts receivable\nNorth Harbour Ltd"
    assert said(firm=bare, language=GERMAN)["ask"] == "unsere Buchhaltung"


def test_whom_to_call_is_the_contact_with_the_number_that_is_known() -> None:
    assert said()["whom"] == "Anna Meyer, +49 40 7654321"
    assert said(customer={})["whom"] == "the accounts department"


@pytest.mark.parametrize(
    ("stage", "last"),
    [("Firm", date(2026, 11, 27)), ("Final notice", date(2026, 11, 30)), ("Statement", date(2026, 11, 27))],
)
def test_a_customer_has_a_week_to_pay_after_a_final_notice_ten_days(stage: str, last: date) -> None:
    assert pay_by(date(2026, 11, 20), stage) == last


def test_nobody_is_asked_to_pay_on_a_weekend() -> None:
    assert pay_by(date(2026, 11, 21), "Firm") == date(2026, 11, 30)  # not Saturday the 28th
    assert pay_by(date(2026, 11, 22), "Firm") == date(2026, 11, 30)
    assert all(pay_by(date(2026, 11, day), "Final notice").weekday() < 5 for day in range(1, 31))


def test_the_preview_shows_a_message_that_suits_its_stage() -> None:
    assert sample(ENGLISH, "Courtesy")["oldest_days"] == "0"
    assert sample(GERMAN)["invoices"] == "2 Rechnungen"


def test_the_order_of_the_items_does_not_matter() -> None:
    backwards: tuple[Item, ...] = TWO[::-1]
    assert said(proposal(backwards))["oldest_days"] == said(proposal(TWO))["oldest_days"] == "12"
    assert ONE[0].days_late == 12
