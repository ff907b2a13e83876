from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sync.agent.inbox.envelope import LARGEST, Bad, Envelope, Reply, read, reply_to
from tests.clicks import WHEN, told, written


def _why(data: bytes, number: str = "click-1") -> str:
    found = read(data, number)
    assert isinstance(found, Bad)
    assert found.request == number
    return found.sentence


def _without(name: str) -> bytes:
    return json.dumps({key: value for key, value in told().items() if key != name}).encode()


def _escaped(**more: Any) -> bytes:
    """Return a request whose odd characters are written as JSON escapes, as any program may."""
    return json.dumps(told(**more)).encode()


def test_a_request_is_read_as_it_was_written() -> None:
    found = read(written(fields={"customer": "Elbe & Söhne"}), "click-1")

    assert isinstance(found, Envelope)
    assert (found.action, found.user, found.when, found.fields) == (
        "log_call",
        "Zoë",
        WHEN,
        {"customer": "Elbe & Söhne"},
    )
    assert read(found.text().encode()) == found


def test_what_may_be_empty_may_be_left_out() -> None:
    found = read(b'{"protocol": 1, "request": "a", "action": "sync_now", "when": "2026-11-25T09:00:00Z"}')

    assert isinstance(found, Envelope)
    assert (found.book, found.row, found.fields) == ("", "", {})


def test_an_older_and_a_newer_add_in_are_told_which_side_to_update() -> None:
    assert "update ARC on this machine" in _why(written(protocol=2))
    for older in (0, "1", None, True, 1.0):
        assert "update the add-in" in _why(written(protocol=older))


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", "no JSON text"),
        (written()[:-20], "no JSON text"),
        (b"\xff\xfe{", "no JSON text"),
        (b"[1]", "no JSON object"),
        (b"[" * 50_000, "no JSON"),
        (b'{"protocol": 1, "protocol": 1}', "no JSON text"),
        (b'{"protocol": 1, "request": "click-1", "n": ' + b"9" * 5_000 + b"}", "no JSON text"),
        (b" " * LARGEST + written(), "larger than 64 KB"),
        (written("another"), "another number"),
        (written("../../etc/passwd"), "another number"),
        (written(action="erase_everything"), 'There is no action "erase_everything"'),
        (written(extra=1), '"extra" of the request is nothing that ARC knows'),
        (_without("when"), '"when" of the request is missing'),
        (written(when="yesterday"), "a moment with its zone"),
        (written(when="2026-11-25T09:00:00"), "a moment with its zone"),
        (written(when="0001-01-01T00:00:00+14:00"), "a moment with its zone"),
        (written(fields={"amount": 12.5}), '"fields.amount" of the request must be a text'),
        (written(fields=["a"]), '"fields" of the request is not of the right kind'),
        (written(user="x" * 300), '"user" of the request is too long'),
        (written(fields={"who": "The Boss"}), '"who" is no field that a request may fill in'),
        (written(fields={"source": "command"}), '"source" is no field'),
        (written(user="\\ud800").replace(b"\\\\u", b"\\u"), '"user" of the request'),
        (_escaped(fields={"rows": "\ud83d"}), '"fields.rows" of the request has half a character'),
        (_escaped(fields={"rows": "a\0b"}), '"fields.rows" of the request has half a character, or one that'),
        (_escaped(fields={"a\0b": ""}), '"fields.a b" of the request has'),
        (_escaped(row="a\0b"), '"row" of the request has'),
        (_escaped(row="\udc00"), '"row" of the request'),
        (_escaped(user="\0"), '"user" of the request has'),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(data: bytes, part: str) -> None:
    assert part in _why(data)


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(
        lambda value: json.dumps(told(fields=value)).encode()
    )
)
def test_nothing_that_others_write_makes_reading_fail(data: bytes) -> None:
    found = read(data, "click-1")

    assert isinstance(found, Envelope) or found.sentence.endswith(".")


@given(
    st.dictionaries(
        st.sampled_from(list(told())), st.none() | st.integers() | st.text() | st.lists(st.text())
    )
)
def test_no_value_of_a_key_makes_reading_fail(other: dict[str, Any]) -> None:
    found = read(json.dumps(told() | other).encode(), "click-1")

    assert isinstance(found, Envelope | Bad)


def test_an_answer_has_the_shape_that_the_add_ins_read() -> None:
    reply = Reply(request="click-1", done=True, sentence="Done.", shown={"body": "Dear"}, when=WHEN)

    assert json.loads(reply.text()) == {
        "protocol": 1,
        "request": "click-1",
        "done": True,
        "sentence": "Done.",
        "shown": {"body": "Dear"},
        "when": "2026-11-25T09:00:00Z",
    }
    assert not reply_to(Bad("click-1", "No."), WHEN).done
