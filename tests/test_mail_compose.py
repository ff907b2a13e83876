from __future__ import annotations

import email
import re
from datetime import datetime, timedelta, timezone
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets.errors import MailError
from arc_sync.mail.compose import (
    Letter,
    address_of,
    compose,
    copy_key,
    head_of,
    message_id,
    plain_text,
    recipients,
    words_of,
)
from arc_sync.mail.headers import Mailbox, one_line, plain_line
from arc_sync.mail.remote import remote_part
from arc_sync.mail.settings import Sender
from tests.mail_samples import CARD, DATE, SENDER, TO

NASTY = (
    "\r\nBcc: all@evil.example",
    "\nX: y",
    "\r\rX",
    "\x00\x07\x1b[0m",
    "\u2028X: y",
    "\x85X: y",
    "\x0bX",
    "\x0cX",
)


def letter(**more: Any) -> Letter:
    usual = {
        "to": Mailbox("Anna Müller", TO),
        "subject": "Invoice INV-7",
        "text": "Please pay.\n",
        "html": "<p>Pay.</p>",
    }
    return Letter(**{**usual, **more})


def made(sender: Sender = SENDER, key: str = "key", **more: Any) -> bytes:
    return compose(sender, letter(**more), key, DATE)


def read(content: bytes) -> EmailMessage:
    """What another program reads."""
    message = email.message_from_bytes(content, policy=policy.SMTP)
    assert isinstance(message, EmailMessage)
    assert not [part.defects for part in message.walk() if part.defects]
    return message


def header(content: bytes, name: str) -> str:
    """A header as RFC 2047 decodes it (the modern parser adds spaces to long names)."""
    value = email.message_from_bytes(content)[name]
    return str(make_header(decode_header(re.sub(r"\r\n", "", value))))


def names(content: bytes) -> set[str]:
    return {name.lower() for name in read(content)}


def test_it_reads_as_it_was_meant() -> None:
    message = read(made())
    assert message["From"] == '"Maria Lopez, Example Ltd" <receivables@example.com>'
    assert message["To"] == f"Anna Müller <{CARD}>"
    assert message["Reply-To"] == "receivables@example.com"
    assert message["Subject"] == "Invoice INV-7"
    assert message["Date"] == "Fri, 20 Nov 2026 09:00:00 +0100"
    assert message["List-Unsubscribe"] == "<mailto:receivables@example.com?subject=stop%20reminders>"
    assert message["MIME-Version"] == "1.0"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"]  # the last is what a reader prefers
    assert message.get_body(("plain",)).get_content() == "Please pay.\r\n"  # type: ignore[union-attr]  # it has one
    assert message.get_body(("html",)).get_content() == "<p>Pay.</p>\r\n"  # type: ignore[union-attr]  # it has one


def test_the_same_letter_is_the_same_bytes_and_another_key_another_id() -> None:
    assert made() == made()
    assert read(made(key="other"))["Message-ID"] != read(made())["Message-ID"]


def test_the_message_id_follows_from_the_key_alone() -> None:
    found = message_id("key", "receivables@example.com")
    assert re.fullmatch(r"<[a-z2-7]{32}@example\.com>", found)
    assert read(made())["Message-ID"] == found == head_of(made(subject="Other")).message_id


def test_only_what_no_person_approved_says_so() -> None:
    assert "auto-submitted" not in names(made())
    assert read(made(automatic=True))["Auto-Submitted"] == "auto-generated"
    assert "list-unsubscribe" not in names(made(reminder=False))


def test_nothing_in_it_traces_the_reader_or_this_machine() -> None:
    allowed = {
        "from",
        "to",
        "reply-to",
        "subject",
        "date",
        "message-id",
        "list-unsubscribe",
        "mime-version",
        "content-type",
    }
    assert names(made()) == allowed


@pytest.mark.parametrize("nasty", NASTY)
def test_no_text_becomes_a_header(nasty: str) -> None:
    sender = Sender(f"Firm{nasty}", f"Me{nasty}", SENDER.email, "", "", "English")
    content = made(
        sender, subject=f"Invoice{nasty}", to=Mailbox(f"Anna{nasty}", TO), text=f"Pay{nasty}", html=""
    )
    assert names(content) == {*names(made(html="")), "content-transfer-encoding"} | {"content-type"}
    assert "\n" not in header(content, "Subject")
    assert len(read(content)["To"].addresses) == 1


@pytest.mark.parametrize("nasty", NASTY)
def test_an_address_with_more_in_it_is_refused(nasty: str) -> None:
    for more in ({"to": Mailbox("", f"a@example.com{nasty}b")}, {"cc": (f"a@example.com{nasty}b",)}):
        with pytest.raises(MailError, match="no address"):
            made(**more)
    with pytest.raises(MailError, match="no address"):
        made(Sender("Firm", "", f"a@example.com{nasty}b", "", "", "English"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "anna@",
        "@example.com",
        "a@b@c.example",
        "a@example.com, b@example.com",
        "\ud800@example.com",
    ],
)
def test_what_is_no_address_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(MailError, match="no address to write to"):
        address_of(text)


@pytest.mark.parametrize(
    "name",
    [
        'Müller, "Sons" & Töchter GmbH',
        "O'Brien, Ltd. (Dublin)",
        "😀 👨‍👩‍👧 <evil@example.com>",
        "=?utf-8?q?evil?=",
        "Ł" * 200,
        "a" * 300,
        "株式会社 " * 30,
        'back\\slash "quoted"',
        ";:@,.[]",
    ],
)
def test_names_of_all_kinds_stay_themselves(name: str) -> None:
    content = made(to=Mailbox(name, TO))
    assert header(content, "To").removesuffix(f" <{CARD}>").replace("\\", "").strip(
        '"'
    ) == name.strip().replace("\\", "").strip('"')
    assert [a.addr_spec for a in read(content)["To"].addresses] == [CARD]
    assert head_of(content).to == (CARD,)


@given(st.text(max_size=400))
def test_any_subject_stays_itself(subject: str) -> None:
    content = made(subject=subject)
    assert header(content, "Subject") == one_line(subject)
    assert max(map(len, content.split(b"\r\n"))) <= 78


@given(st.text(max_size=200))
def test_any_name_stays_itself_and_is_one_mailbox(name: str) -> None:
    content = made(to=Mailbox(name, TO))
    assert head_of(content).to == (CARD,)
    assert [a.addr_spec for a in read(content)["To"].addresses] == [CARD]
    assert max(map(len, content.split(b"\r\n"))) <= 78


@given(
    st.text(max_size=3000),
    st.sampled_from(["", "x" * 5000, "ж" * 3000, "\r\n.\r\n", "\n.\n..\n", "From me\n"]),
)
def test_any_text_stays_itself_in_lines_that_every_server_takes(text: str, more: str) -> None:
    content = made(text=text + more, html="")
    body = read(content).get_content()
    plain = re.sub(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]", "", text + more)
    assert body.split() == plain.split()
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 78
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    assert content.endswith(b"\r\n")


def test_foreign_letters_take_the_shorter_encoding() -> None:
    assert b"quoted-printable" in made(text="Wir bitten um Überweisung bis Freitag.", html="")
    assert b"base64" in made(text="Пожалуйста, оплатите счёт", html="")


def test_the_boundary_cannot_stand_in_a_part() -> None:
    content = made()
    boundary = read(content).get_boundary()
    assert boundary
    again = made(text=f"--{boundary}--\n\n--{boundary}\n", html=f"<p>\n--{boundary}--\n</p>")
    assert [part.get_content_type() for part in read(again).iter_parts()] == ["text/plain", "text/html"]
    assert f"--{boundary}--" in read(again).get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one


def test_domains_of_any_script_go_as_the_dns_knows_them() -> None:
    assert head_of(made(to=Mailbox("", "info@straße.example"))).to == ("info@xn--strae-oqa.example",)
    assert not head_of(made(to=Mailbox("", "info@straße.example"))).international


def test_letters_before_the_at_need_a_server_that_takes_them() -> None:
    head = head_of(made(to=Mailbox("Jörg", "jörg@müller.example")))
    assert head.international
    assert head.to == ("jörg@xn--mller-kva.example",)


def test_the_date_is_the_firms() -> None:
    at = datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
    content = compose(SENDER, letter(), "key", at)
    assert parsedate_to_datetime(read(content)["Date"]) == at
    assert read(content)["Date"].endswith("-0330")


def test_copies_are_seen_by_all_and_sent_one_by_one() -> None:
    cc = ("boss@example.com", "Anna@xn--mller-kva.example", "dept@example.com")
    assert [a.addr_spec for a in read(made(cc=cc))["Cc"].addresses] == [
        "boss@example.com",
        "dept@example.com",
    ]
    assert recipients(CARD, cc, "smtp") == (CARD, "boss@example.com", "dept@example.com")
    assert recipients(CARD, cc, "drafts") == recipients(CARD, cc, "imap-drafts") == (CARD,)
    assert len({copy_key("key", a) for a in recipients(CARD, cc, "smtp")} | {"key"}) == 4
    assert copy_key("key", "BOSS@example.com") == copy_key("key", "boss@example.com")


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://t.example/1.gif">',
        "<IMG SRC=//t.example/x>",
        '<img srcset="https://t.example/1.gif 2x">',
        '<table background="http://t.example/x">',
        '<div style="background:url(https://t.example)">',
        '<div style="background:u\\72l(https://t.example)">',
        '<div style="background:u/**/rl(x)">',
        '<style>@import "https://t.example/x.css";</style>',
        "<style>p{background:url('x')}</style>",
        '<link rel="stylesheet" href="https://t.example/x.css">',
        "<script>alert(1)</script>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href=" data:text/html,x">x</a>',
        '<p onclick="x()">x</p>',
        '<iframe src="x"></iframe>',
        '<form action="https://t.example">',
        '<meta http-equiv="refresh" content="0;url=https://t.example">',
        "<svg/onload=x>",
        '<video poster="x">',
        '<base href="https://t.example">',
        '<input type="image" src="x">',
    ],
)
def test_html_that_fetches_or_runs_something_is_refused(html: str) -> None:
    assert remote_part(f"<p>Hello</p>{html}<p>x</p>")
    with pytest.raises(MailError, match="would fetch or run"):
        made(html=html)


def test_html_of_a_good_letter_is_taken() -> None:
    html = (
        '<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<style>p { color: #123; margin: 0 }</style></head><body>"
        '<p style="color: red">See <a href="https://pay.example/x?a=1&amp;b=2">how to pay</a>,'
        ' <a href="mailto:me@example.com">write</a> or <a href="tel:+4930">call</a>. An url(x) is only a word.</p>'
    )
    assert remote_part(html) == ""


def test_a_firm_that_has_said_nothing_yet_gets_drafts_without_a_sender() -> None:
    content = made(Sender("Example Ltd", "", "", "", "", "English"))
    assert names(content) == {"to", "subject", "date", "message-id", "mime-version", "content-type"}
    head = head_of(content)
    assert (head.sender, head.to) == ("", (CARD,))
    assert head.message_id.endswith("@draft.invalid>")


def test_a_header_that_must_not_be_folded_takes_no_other_letters() -> None:
    for value in ("", "a\r\nb", "ä", "x" * 901):
        with pytest.raises(ValueError, match="cannot be"):
            plain_line("Message-ID", value)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"Subject: x\r\n\r\n", b"From: a@b.example\r\nTo: c@d.example\r\n\r\nx"]
)
def test_bytes_that_are_no_email_are_said_to_be_none(content: bytes) -> None:
    with pytest.raises(MailError, match="is no email"):
        head_of(content)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Invoice INV-7", "Dear Anna,\n\nplease pay.\n"),
        ("Überfällig: Rechnung RE-1 über 1.250,50 EUR, " * 4, "Grüße\n  eingerückt \n" * 40),
        ("a \U0001f600 b", "日本語のみ\n" * 30),
        ("no end", "no end"),
        ("--=_a", "\n--=_a\n\n--=_b\nbetween what looks like boundaries\n"),
    ],
)
@pytest.mark.parametrize("html", ["<p>x</p>\n--=_a\n", ""])
def test_the_words_of_a_letter_are_read_back_as_they_were_written(subject: str, text: str, html: str) -> None:
    content = compose(SENDER, Letter(Mailbox("Anna Müller", CARD), subject, text, html), "key", DATE)
    assert words_of(content) == (one_line(subject), plain_text(text))
