"""What is wrong with a request is one sentence, which names the field and what to do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets.cells import Reading
from arc_sync.agent.actions.requests import ACTIONS, Refused, Request, parse

USUAL: dict[str, Any] = {
    "request": "r-1",
    "who": "Ann",
    "when": "2026-04-01T09:30:00+02:00",
    "source": "ribbon",
}
CALL: dict[str, Any] = {"action": "log_call", "customer": "Elbe"}
PROMISE: dict[str, Any] = {"action": "take_promise", "customer": "Elbe", "amount": "5", "date": "2026-04-03"}
MAIL: dict[str, Any] = {
    "action": "send_message", "customer": "Elbe", "channel": "Email", "subject": "Hello", "body": "Dear Anna",
}  # fmt: skip


def refused(**told: Any) -> str:
    """Parse what must be refused; return the sentence."""
    request = parse(USUAL | told)
    assert isinstance(request, Refused), request
    return request.sentence


def taken(**told: Any) -> Request:
    """Parse what must be taken."""
    request = parse(USUAL | told)
    assert not isinstance(request, Refused), request.sentence
    return request


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "The request does not say what to do; give it an action."),
        ({"action": "launch"}, f'There is no action "launch"; ARC knows {", ".join(ACTIONS)}.'),
        (CALL | {"customer": " "}, "The customer is missing; fill it in."),
        (CALL | {"customer": "Elbe\r\nBcc: everyone@evil.example"},
         'The customer "Elbe Bcc: everyone@evil.example" cannot be taken (it has a line break); write it in one line.'),
        (CALL | {"customer": "Elbe\u2028Bcc"}, 'The customer "Elbe Bcc" cannot be taken (it has a line break); write it in one line.'),
        (CALL | {"contact": "An\x00na"}, 'The person "An na" cannot be taken (it has characters that cannot be shown); type it anew.'),
        (CALL | {"notes": "\ud800"}, 'The notes "" cannot be taken (it has characters that cannot be shown); type it anew.'),
        (CALL | {"contact": "x" * 251},
         f'The person "{"x" * 59}…" cannot be taken (it is longer than 250 characters); shorten it.'),
        (CALL | {"notes": "x" * 40_000},
         f'The notes "{"x" * 59}…" cannot be taken (it is longer than 32,767 characters); correct it.'),
        (CALL | {"customer": ["Elbe"]}, "The customer \"['Elbe']\" cannot be taken (it is no text, number or date); correct it."),
        (CALL | {"direction": "up"}, 'The direction "up" cannot be taken (it is none of Out, In); choose one of them.'),
        (CALL | {"next_on": "soon"}, 'The date of the next step "soon" cannot be taken (it is not a date); type it like 2026-04-03.'),
        (CALL | {"next_on": "2026-02-30"},
         'The date of the next step "2026-02-30" cannot be taken (there is no such day or time); type it like 2026-04-03.'),
        (CALL | {"colour": "red"}, '"colour" is nothing that log_call knows; take it out.'),
        (PROMISE | {"date": "3/4/2026"},
         'The date "3/4/2026" cannot be taken: day and month could be either; type it like 2026-04-03.'),
        (PROMISE | {"amount": True}, 'The amount "True" cannot be taken (it is not an amount); type it like 1250.50.'),
        (PROMISE | {"amount": [5]}, 'The amount "[5]" cannot be taken (it is not an amount); type it like 1250.50.'),
        (PROMISE | {"currency": "EURO"},
         'The currency "EURO" cannot be taken (it is no currency code, such as EUR or USD); correct it.'),
        (CALL | {"request": "a b"},
         'The number of the request "a b" cannot be taken (it is not 1 to 64 letters, digits, dots, hyphens and underscores); give it another.'),
        (CALL | {"request": "x" * 65},
         f'The number of the request "{"x" * 59}…" cannot be taken (it is not 1 to 64 letters, digits, dots, hyphens and underscores); give it another.'),
        (CALL | {"request": "r-1\n"},
         'The number of the request "r-1" cannot be taken (it is not 1 to 64 letters, digits, dots, hyphens and underscores); give it another.'),
        (CALL | {"source": "post"},
         'The place that the request comes from "post" cannot be taken (it is none of command, form, ribbon or menu); choose one of them.'),
        (CALL | {"when": "2026-04-01T09:30:00"},
         'The time of the request "2026-04-01T09:30:00" cannot be taken (it is no moment with a time zone); give it like 2026-04-03T09:30:00Z.'),
        (CALL | {"when": 46_000}, 'The time of the request "46000" cannot be taken (it is no moment with a time zone); give it like 2026-04-03T09:30:00Z.'),
        (CALL | {"when": "0001-01-01T00:00:00+14:00"},
         'The time of the request "0001-01-01T00:00:00+14:00" cannot be taken (the year 1 is out of range); set the clock.'),
        (CALL | {"who": ""}, "The name of whoever asks is missing; fill it in."),
        (MAIL | {"subject": "Hello\r\nBcc: everyone@evil.example"},
         'The subject "Hello Bcc: everyone@evil.example" cannot be taken (it has a line break); write it in one line.'),
        (MAIL | {"to": "a@b.example\nBcc: c@d.example"},
         'The address "a@b.example Bcc: c@d.example" cannot be taken (it has a line break); write it in one line.'),
        (MAIL | {"subject": None}, "An email needs a subject; fill it in."),
        (MAIL | {"channel": "Call"}, 'The channel "Call" cannot be taken (it is none of Email or Text); choose one of them.'),
        ({"action": "record_payment", "amount": "5", "leave_unapplied": "yes"},
         'The word to leave it unapplied "yes" cannot be taken (it is neither true nor false); give one of them.'),
    ],
)  # fmt: skip
def test_a_request_that_is_wrong_is_refused_in_one_sentence(told: dict[str, Any], said: str) -> None:
    assert refused(**told) == said


def test_what_a_cell_would_take_a_request_takes_the_same_way() -> None:
    request = taken(
        **CALL, reason="CASH flow", next_on=46_115, notes=" a\r\nb ", contact=1042, invoices=["RE-1", "RE-2"]
    )  # fmt: skip
    told = request.model_dump(exclude_none=True)
    assert told == USUAL | {
        "when": datetime(2026, 4, 1, 7, 30, tzinfo=UTC),
        "action": "log_call",
        "customer": "Elbe",
        "reason": "Cash flow",
        "next_on": date(2026, 4, 3),
        "notes": "a\nb",
        "contact": "1042",
        "invoices": "RE-1; RE-2",
    }


def test_typed_dates_are_read_in_the_firms_order() -> None:
    request = parse(USUAL | PROMISE | {"date": "3/4/2026"}, Reading("dmy"))
    assert getattr(request, "date") == date(2026, 4, 3)  # noqa: B009 (one of many requests)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("1,250.50", "1,250.50"),
        (5, Decimal(5)),
        (Decimal("5.10"), Decimal("5.10")),
        (0.1 + 0.2, Decimal("0.3")),
    ],
)
def test_an_amount_is_kept_as_typed_until_its_currency_is_known(given: object, kept: object) -> None:
    assert taken(**PROMISE | {"amount": given}).model_dump()["amount"] == kept


SCRAPS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.decimals(),
    st.dates(),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=1),
    st.binary(max_size=3),
)
FIELDS = st.sampled_from(
    "request who when source action customer contact direction invoices outcome reason notes next_step next_on"
    " happened amount currency date total each first every count invoice owner resolution type method reference"
    " applied_to leave_unapplied channel stage to subject body nonsense".split()
)


@given(st.sampled_from([*ACTIONS, "nonsense"]), st.dictionaries(FIELDS, SCRAPS, max_size=6))
def test_whatever_is_given_the_answer_is_a_request_or_one_sentence(action: str, told: dict[str, Any]) -> None:
    request = parse(USUAL | {"action": action} | told)
    if isinstance(request, Refused):
        assert request.sentence.endswith(".")
        assert request.sentence.isprintable()
        assert "pydantic" not in request.sentence
