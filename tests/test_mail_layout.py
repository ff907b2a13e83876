from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets.errors import ConfigError
from arc_sheets.languages import ENGLISH, GERMAN
from arc_sheets.lines import table_of, text_of
from arc_sync.mail import layout
from arc_sync.mail.layout import html_of, linked
from arc_sync.mail.remote import remote_part
from tests.mail_facts import FIRM, MIXED, ONE, Firm, proposal

LINES: Final = text_of(table_of(proposal(MIXED), ENGLISH))
EVIL: Final = (
    'O\'Brien & <Sons> "x" <script>alert(1)</script> <img src=x onerror=alert(1)> {{ 7*7 }} $body &amp;'
)


class Seen(HTMLParser):
    """What a reader sees: the texts of the body, and the tags and links it is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(html.partition("<body")[2].partition(">")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.texts))


def test_paragraphs_and_lines_stand_as_they_were_typed() -> None:
    html = html_of("Dear Anna,\n\nfirst line\nsecond line\n\n\n\nBye", FIRM)
    assert re.findall(r"<p [^>]*>(.*?)</p>", html, re.DOTALL) == [
        "Dear Anna,",
        "first line<br>\nsecond line",
        "Bye",
    ]


def test_the_invoice_lines_become_a_table_with_their_sums() -> None:
    seen = Seen(html_of(f"See below:\n\n{LINES}\n\nBye", FIRM))
    assert seen.tags.count("th") == 6
    assert seen.tags.count("tr") == 4 + 1 + 3 + 2  # the frame's, then head, invoices and sums
    assert "INV-26-0561" in seen.text
    assert "pre" not in seen.tags
    assert "----" not in seen.text


def test_a_number_that_a_person_corrected_is_what_stands_in_the_html() -> None:
    html = html_of(LINES.replace("12,000.00    12,000.00", "12,000.00    11,999.00"), FIRM)
    assert "11,999.00" in html
    assert "<pre" not in html


def test_lines_that_a_person_bent_keep_the_shape_they_have_in_the_text() -> None:
    bent = LINES.replace("INV-26-0577", "INV-26-0577 (part)")
    html = html_of(f"Hi\n\n{bent}", FIRM)
    assert re.search(r"<pre[^>]*>(.*?)</pre>", html, re.DOTALL)[1] == bent  # type: ignore[index]
    assert "<th" not in html


@pytest.mark.parametrize("place", ["body", "subject", "company", "phone", "email"])
def test_no_text_becomes_markup(place: str) -> None:
    firm = Firm(**{place: EVIL}) if place in Firm._fields else FIRM
    html = html_of(EVIL if place == "body" else "x", firm, EVIL if place == "subject" else "x")
    assert remote_part(html) == ""
    seen = Seen(html)
    assert {"script", "img"}.isdisjoint(seen.tags)
    assert EVIL in seen.text or place == "subject"
    assert not any(link.startswith("javascript") for link in seen.links)


def test_no_text_in_columns_becomes_markup() -> None:
    seen = Seen(html_of(f"Who{' ' * 9}What\n{EVIL}  x", FIRM))
    assert "pre" in seen.tags
    assert {"script", "img"}.isdisjoint(seen.tags)
    assert EVIL in seen.text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80))
def test_every_character_is_seen_as_it_was_typed(text: str) -> None:
    html = html_of(f"[{text}]", FIRM)
    assert re.sub(r"\s+", " ", f"[{text}]") in Seen(html).text
    assert remote_part(html) == ""


@given(
    st.lists(
        st.sampled_from(["<", ">", '"', "'", "&", "https://a.example/", "a@b.example", "javascript:", " "]),
        max_size=9,
    )
)
def test_a_link_never_ends_before_its_quotes_do(pieces: list[str]) -> None:
    text = "".join(pieces)
    seen = Seen("<body>" + linked(text, FIRM))
    assert "".join(seen.texts) == text
    assert set(seen.tags) <= {"a", "span"}
    assert all(re.match(r"https?://|mailto:|tel:", link) for link in seen.links)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Pay at https://pay.example/k?a=1&b=2.", ["https://pay.example/k?a=1&b=2"]),
        (
            "(see https://x.example/a_(b)), or HTTP://Y.EXAMPLE!",
            ["https://x.example/a_(b)", "HTTP://Y.EXAMPLE"],
        ),
        ("ask a.b+c@d-e.example, please", ["mailto:a.b%2Bc@d-e.example"]),
        ("call +44 20 7946 0123 now", ["tel:+442079460123"]),
        ("call 1+44 20 7946 01234", []),
        ("https://x.example/?a=1&lt=2&copy;=3", ["https://x.example/?a=1&lt=2&copy;=3"]),
        ("javascript://x.example/%0aalert(1)", []),
        ("javascript:alert(1) ftp://x.example data:text/html,x file:///etc", []),
        ("nobody@localhost @twitter", []),
    ],
)
def test_only_addresses_are_links(text: str, links: list[str]) -> None:
    seen = Seen("<body>" + linked(text, FIRM))
    assert seen.links == links
    assert "".join(seen.texts) == text


@pytest.mark.parametrize(
    "kept", ["EUR 1,250.50", "1.250,50 EUR", "9. November 2026", "INV-26-0561", "DE89 3704 0044 0532 0130 00"]
)
def test_what_must_be_read_in_one_piece_is_kept_on_one_line(kept: str) -> None:
    assert f'<span style="white-space:nowrap;">{kept}</span>' in linked(f"Pay {kept}, please.", FIRM)


def test_the_frame_says_who_writes_and_in_which_language() -> None:
    html = html_of("Hallo", FIRM, "Mahnung", GERMAN)
    assert html.startswith('<!DOCTYPE html>\n<html lang="de"')
    assert "<title>Mahnung</title>" in html
    footer = html[html.index("border-top") :]
    assert all(part in footer for part in (FIRM.company, "tel:+442079460123", f"mailto:{FIRM.email}"))


def test_a_sender_without_phone_leaves_no_gap() -> None:
    html = html_of("Hi", Firm(phone="", email=""))
    assert "·" not in html
    assert 'href=""' not in html


def test_a_frame_with_a_blank_that_nobody_fills_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mail.html").write_text("<p>$logo</p>")
    monkeypatch.setattr(layout, "folder", lambda _: tmp_path)
    layout._frame.cache_clear()
    try:
        with pytest.raises(ConfigError, match=r"mail\.html has a \$ that stands for nothing: 'logo'"):
            html_of("x", FIRM)
    finally:
        layout._frame.cache_clear()


@pytest.mark.parametrize(
    "text",
    [
        *("a" * 200_000, "a@" * 100_000, "https://" + ")" * 200_000, "A1-" * 60_000, " " * 200_000),
        *("\n" * 200_000, "DE89 " * 40_000, "9. " * 60_000, "x  " * 60_000),
    ],
)
def test_a_long_text_is_laid_out_without_searching_it_again_and_again(text: str) -> None:
    assert len(html_of(text, FIRM)) < 100 * len(text) + 10_000


def test_one_invoice_in_german_is_a_table_too() -> None:
    seen = Seen(html_of(text_of(table_of(proposal(ONE), GERMAN)), FIRM, language=GERMAN))
    assert seen.tags.count("th") == 5
    assert "Tage überfällig" in seen.text
