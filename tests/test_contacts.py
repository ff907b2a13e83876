from __future__ import annotations

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets.contacts import NotAContact, address, addresses, number


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("d@a.example", "d@a.example"),
        ("  Dana.Lo+ar@A.Example ", "Dana.Lo+ar@a.example"),
        ("kasse@müller.example", "kasse@xn--mller-kva.example"),
        ("kasse@straße.de", "kasse@xn--strae-oqa.de"),  # IDNA 2008: not strasse.de
        ("info@例え.jp", "info@xn--r8jz45g.jp"),
        ("o'neil@a.example", "o'neil@a.example"),
    ],
)
def test_an_address_is_taken_with_its_domain_as_the_dns_knows_it(text: str, plain: str) -> None:
    assert address(text) == plain


_LABELS = st.from_regex(r"[a-z0-9-]{1,5}|xn--[a-z0-9]{0,4}|[a-z]{62,64}", fullmatch=True)


@given(st.lists(_LABELS, min_size=1, max_size=5).map(".".join))
def test_a_plain_domain_is_taken_without_asking_idna_only_where_idna_would_let_it_be(domain: str) -> None:
    try:
        known = idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        known = ""
    try:
        taken = address(f"d@{domain}")
    except NotAContact:
        assert not known or "." not in known or domain.rpartition(".")[2].isdigit() or len(known) > 252
    else:
        assert taken == f"d@{known}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it has no @"),
        ("Dana Lo", "it has no @"),
        ("a@b.example, c@d.example", "it is more than one address"),
        ("a@b.example\r\nBcc: x@y.example", "it is more than one address"),
        ("a\r\nBcc: x@y.example", "it is no plain address, such as name@example.com"),
        ("a\0@b.example", "it is no plain address, such as name@example.com"),
        ("Dana <d@a.example>", "it is no plain address, such as name@example.com"),
        ('"Dana Lo"@a.example', "it is no plain address, such as name@example.com"),
        ("a..b@a.example", "it is no plain address, such as name@example.com"),
        (".a@a.example", "it is no plain address, such as name@example.com"),
        ("mailto:a@a.example", "it is no plain address, such as name@example.com"),
        ("d@localhost", '"localhost" is no domain, such as example.com'),
        ("d@a..example", '"a..example" is no domain, such as example.com'),
        ("d@-a.example", '"-a.example" is no domain, such as example.com'),
        ("d@a.example.", '"a.example." is no domain, such as example.com'),
        ("d@[127.0.0.1]", '"[127.0.0.1]" is no domain, such as example.com'),
        ("d@127.0.0.1", '"127.0.0.1" is no domain, such as example.com'),
        ("d@a.exa mple", '"a.exa mple" is no domain, such as example.com'),
        ("d@a.example\nX", '"a.example X" is no domain, such as example.com'),
        (f"{'d' * 65}@a.example", "it is longer than an address can be"),
        (f"{'d' * 64}@{'.'.join(['a' * 60] * 3)}.example", "it is longer than an address can be"),
    ],
)
def test_what_is_no_address_is_said(text: str, why: str) -> None:
    with pytest.raises(NotAContact) as caught:
        address(text)
    assert str(caught.value) == why


@given(st.text(max_size=40) | st.builds("{}@{}.example".format, st.text(max_size=9), st.text(max_size=9)))
def test_no_text_becomes_more_than_one_line_or_address(text: str) -> None:
    try:
        plain = address(text)
    except NotAContact:
        return
    assert plain.count("@") == 1
    assert not any(c.isspace() or c in ',;<>()\\"' or ord(c) < 33 for c in plain)
    assert address(plain) == plain


def test_a_list_is_read_with_semicolons_commas_and_lines_each_once() -> None:
    assert addresses("a@x.example; b@y.example,A@X.example\nc@z.example;") == (
        "a@x.example",
        "b@y.example",
        "c@z.example",
    )
    assert addresses(" ; ") == ()


def test_a_list_says_which_one_is_wrong() -> None:
    with pytest.raises(NotAContact, match=r'^of "b at y", it has no @$'):
        addresses("a@x.example; b at y")


@pytest.mark.parametrize(
    ("text", "country", "plain"),
    [
        ("030/12 34 56", "DE", "+4930123456"),
        ("(650) 253-0000", "US", "+16502530000"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("01.42.68.53.00", "FR", "+33142685300"),
        ("06 698 12345", "IT", "+390669812345"),  # Italy keeps its zero
        ("044 668 18 00", "CH", "+41446681800"),
        ("(11) 3071-0000", "BR", "+551130710000"),
        ("03-3224-9999", "JP", "+81332249999"),
        ("911 123 456", "ES", "+34911123456"),
        ("0676 / 123 45 67", "AT", "+436761234567"),
        ("(02) 9374 4000", "AU", "+61293744000"),
        ("+44 (0)20 7946 0018", "", "+442079460018"),
        ("+44 20 7946 0018", "DE", "+442079460018"),  # its own country counts
        ("0049 30 901820", "AT", "+4930901820"),
        ("030 123456", "de", "+4930123456"),
        ("tel:+49-30-123456", "", "+4930123456"),
    ],
)
def test_a_number_is_read_in_the_style_of_its_country(text: str, country: str, plain: str) -> None:
    assert number(text, country) == plain
    assert number(plain, "") == plain


@pytest.mark.parametrize(
    ("text", "country", "why"),
    [
        ("030 123456", "", "its country is not known; begin it with + and the country's code"),
        ("ask Dana", "DE", "it is no phone number"),
        ("", "DE", "it is no phone number"),
        ("12", "DE", "there can be no such phone number"),
        ("+1 555 0100", "", "there can be no such phone number"),
        ("030 123456 ext. 12", "DE", "it has an extension"),
        ("030 123456 oder 0170 1234567", "DE", "it is no phone number"),
    ],
)
def test_what_is_no_number_is_said(text: str, country: str, why: str) -> None:
    with pytest.raises(NotAContact) as caught:
        number(text, country)
    assert str(caught.value) == why
