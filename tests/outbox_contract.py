"""What every ledger promises of its outbox, request log and notes; run like `ledger_contract`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from arc_sheets.errors import Fenced, LedgerBusy, LedgerError
from arc_sheets.message import NEXT, Message, MessageState, Posted
from arc_sheets.tabs import INVOICES
from arc_sync.ledger.port import Ledger, Transaction, View
from tests.ledger_contract import HOUR, NOON, invoice, now, origin, put

S = MessageState
#: What a machine cannot bring a message out of.
ENDS = (S.SENT, S.DRAFTED, S.FAILED, S.UNKNOWN, S.WITHDRAWN)
#: What a change set may bring a message to; claimed and sending have their own doors.
GOALS = (S.QUEUED, *ENDS)
#: Every state, in an order in which one message after the other can be brought to it.
EVERY = (*reversed(ENDS), S.SENDING, S.CLAIMED, S.QUEUED)


def message(n: int = 1, **values: Any) -> Message:
    """A message to Müller that may go from noon on, until noon of the next day."""
    usual = Message(
        id=f"{n:032x}",
        key=f"key {n}",
        reminder=f"r{n}",
        customer="Müller",
        channel="Email",
        to="ap@mueller.example",
        stage="Firm",
        invoices=("INV-1", "INV-2"),
        currency="EUR",
        amount=1250_00,
        content=f"Dear Müller,\r\nnumber {n}\r\n".encode() + bytes(range(256)),
        queued=NOON,
        not_before=NOON,
        not_after=NOON + 24 * HOUR,
    )
    return replace(usual, **values)


def queue(ledger: Ledger, *messages: Message) -> list[bool]:
    """One change set that queues these; which of them were taken."""
    with ledger.change(origin()) as change:
        return [change.queue(one) for one in messages]


def move(ledger: Ledger, n: int, state: MessageState, *, when: datetime = NOON, **how: str) -> None:
    """One change set that moves message n, and touches a row."""
    with ledger.change(origin(when=when)) as change:
        change.put(INVOICES, f"i{n}", invoice(f"INV-{n}", notes=state))
        change.move(message(n).id, state, **how)


def do(ledger: Ledger, *acts: Callable[[Transaction], object], crash: bool = False) -> None:
    """One change set that does these things, and crashes if it is to."""
    with ledger.change(origin()) as change:
        for act in acts:
            act(change)
        if crash:
            raise ZeroDivisionError


def to(n: int, state: MessageState, **how: str) -> Callable[[Transaction], object]:
    return lambda change: change.move(message(n).id, state, **how)


def posted(ledger: Ledger, *states: MessageState, **how: Any) -> list[Posted]:
    with ledger.read() as view:
        return list(view.posted(*states, **how))


def numbers(found: Sequence[Posted]) -> list[int]:
    return [int(one.message.id, 16) for one in found]


def states(ledger: Ledger) -> list[str]:
    return [one.state.value for one in posted(ledger)]


def bring(ledger: Ledger, n: int, state: MessageState, owner: str = "Ann") -> None:
    """Queue message n and bring it to a state, the way it comes there."""
    queue(ledger, message(n))
    if state in (S.QUEUED, S.WITHDRAWN):
        if state is S.WITHDRAWN:
            move(ledger, n, state)
        return
    ledger.claim(owner, NOON, NOON + HOUR, 1)
    if state is S.CLAIMED:
        return
    if state in (S.SENDING, S.UNKNOWN, S.SENT):
        ledger.about_to_send(message(n).id, owner, NOON)
    if state is S.UNKNOWN:
        ledger.lost(NOON + HOUR)
    elif state is not S.SENDING:
        move(ledger, n, state, owner=owner)


class OutboxContract:
    """A subclass gives the fixtures `ledger`, a new one, and `hasty`, one that waits for no lock for long."""

    # ---- into the outbox --------------------------------------------------------------------------
    def test_a_new_outbox_is_empty(self, ledger: Ledger) -> None:
        assert posted(ledger) == posted(ledger, S.QUEUED) == posted(ledger, message="x") == []
        assert ledger.claim("Ann", NOON, NOON + HOUR, 10) == ledger.lost(NOON) == []

    @pytest.mark.parametrize(
        "values",
        [
            {},
            {
                "customer": "O'Brien \U0001f9fe",
                "to": "=HYPERLINK(1)",
                "invoices": ('a"b', "ü, ö"),
                "stage": "",
            },
            {"content": b"", "invoices": (), "amount": -(10**15), "reminder": ""},
            {"content": b"\x00\xff" * 400_000, "amount": 10**15},
            {
                "queued": NOON + timedelta(microseconds=7),
                "not_after": datetime.max.replace(tzinfo=NOON.tzinfo),
            },
        ],
    )
    def test_a_message_comes_back_as_it_was(self, ledger: Ledger, values: dict[str, Any]) -> None:
        one = message(**values)
        assert queue(ledger, one) == [True]
        assert posted(ledger) == [Posted(one, changed=one.queued)]
        assert list(ledger.verify()) == []

    def test_moments_of_other_zones_are_the_same_moments(self, ledger: Ledger) -> None:
        zone = timezone(timedelta(hours=5, minutes=30))
        queue(ledger, message(queued=NOON.astimezone(zone), not_before=(NOON + HOUR).astimezone(zone)))
        assert posted(ledger)[0].message == message(not_before=NOON + HOUR)
        assert ledger.claim("Ann", (NOON + HOUR / 2).astimezone(zone), NOON + HOUR, 1) == []
        assert numbers(ledger.claim("Ann", NOON + HOUR, (NOON + 2 * HOUR).astimezone(zone), 1)) == [1]
        assert numbers(ledger.claim("Bob", NOON + 2 * HOUR, NOON + 3 * HOUR, 1)) == [1]

    def test_a_set_that_only_queues_is_committed_without_history(self, ledger: Ledger) -> None:
        head = now(ledger).head
        assert queue(ledger, message()) == [True]
        assert numbers(posted(ledger)) == [1]
        assert (now(ledger).head, list(ledger.sets())) == (head, [])

    def test_one_key_is_taken_once(self, ledger: Ledger) -> None:
        same, other = message(2, key="key 1"), message(3, key="key 3")
        assert queue(ledger, message(1), same, other) == [True, False, True]
        assert queue(ledger, same, message(4, key="key 3")) == [False, False]
        move(ledger, 1, S.WITHDRAWN)
        assert queue(ledger, same) == [False]
        assert numbers(posted(ledger)) == [1, 3]

    def test_an_id_twice_is_an_error_and_nothing_is_kept(self, ledger: Ledger) -> None:
        queue(ledger, message())
        with pytest.raises(LedgerError, match=r"has a message 0+1 already"):
            queue(ledger, message(2), message(1, key="another"))
        with pytest.raises(LedgerError, match="already"):
            queue(ledger, message(3), message(3, key="another"))
        assert numbers(posted(ledger)) == [1]

    def test_what_does_not_commit_is_not_queued(self, ledger: Ledger) -> None:
        with pytest.raises(ZeroDivisionError):
            do(
                ledger,
                lambda change: change.queue(message()),
                lambda change: change.answer("request", "done"),
                lambda change: change.set_note("bank", "today"),
                crash=True,
            )
        with ledger.read() as view:
            assert (view.posted(), view.answered("request"), view.note("bank")) == ([], None, "")
        assert queue(ledger, message()) == [True]

    @pytest.mark.parametrize("text", ["a\0b", "\ud83e"])
    def test_a_text_no_ledger_can_keep_is_refused(self, ledger: Ledger, text: str) -> None:
        for name in ("id", "key", "customer", "to", "stage"):
            with pytest.raises(LedgerError, match="character"):
                queue(ledger, replace(message(), **{name: text}))  # type: ignore[arg-type]  # all of them texts
        for given in ((text, "x"), ("x", text)):
            with pytest.raises(LedgerError, match="character"), ledger.change(origin()) as change:
                change.answer(*given)
            with pytest.raises(LedgerError, match="character"), ledger.change(origin()) as change:
                change.set_note(*given)
        assert posted(ledger) == []

    def test_a_moment_without_a_zone_is_refused(self, ledger: Ledger) -> None:
        with pytest.raises((ValueError, TypeError)):
            queue(ledger, message(not_after=NOON.replace(tzinfo=None)))
        assert posted(ledger) == []

    # ---- looked at ----------------------------------------------------------------------------------
    def test_messages_come_by_state_the_oldest_first(self, ledger: Ledger) -> None:
        queue(ledger, message(3), message(1), message(2, queued=NOON - HOUR))
        move(ledger, 1, S.WITHDRAWN)
        assert numbers(posted(ledger)) == [3, 1, 2]
        assert numbers(posted(ledger, S.QUEUED)) == [3, 2]
        assert numbers(posted(ledger, S.WITHDRAWN, S.QUEUED)) == [3, 1, 2]
        assert numbers(posted(ledger, message=message(1).id)) == [1]
        assert posted(ledger, S.QUEUED, message=message(1).id) == posted(ledger, S.SENT) == []

    def test_messages_whose_state_has_not_changed_since_are_left_out(self, ledger: Ledger) -> None:
        queue(ledger, message(1), message(2), message(3, queued=NOON + HOUR))
        move(ledger, 1, S.WITHDRAWN, when=NOON + 2 * HOUR)
        assert numbers(posted(ledger, since=NOON)) == [1, 2, 3]
        assert numbers(posted(ledger, since=NOON + HOUR)) == [1, 3]
        assert numbers(posted(ledger, S.WITHDRAWN, since=NOON + 2 * HOUR)) == [1]
        assert posted(ledger, since=NOON + 3 * HOUR) == []

    def test_messages_may_be_asked_for_without_their_bytes(self, ledger: Ledger) -> None:
        queue(ledger, message(1), message(2))
        bare = [replace(p, message=replace(p.message, content=b"")) for p in posted(ledger)]
        assert posted(ledger, bare=True) == bare != posted(ledger)
        assert posted(ledger, S.QUEUED, message=message(2).id, since=NOON, bare=True) == bare[1:]
        with ledger.change(origin()) as change:
            change.queue(message(3))
            change.move(message(1).id, S.WITHDRAWN)
            assert [p.message.content for p in change.posted(bare=True)] == [b"", b"", b""]
            assert change.posted()[0].message == message(1)

    def test_a_change_sees_its_own_messages(self, ledger: Ledger) -> None:
        queue(ledger, message(1), message(2), message(3))
        with ledger.change(origin(when=NOON + HOUR)) as change:
            change.queue(message(4))
            change.move(message(2).id, S.WITHDRAWN, said="paid")
            change.move(message(4).id, S.WITHDRAWN)
            inside = self._seen(change)
        assert inside == self._seen_in(ledger) == ([1, 2, 3, 4], [1, 3], [2, 4], [2, 4], [2])

    @staticmethod
    def _seen(view: View) -> tuple[list[int], ...]:
        asked: list[tuple[tuple[MessageState, ...], dict[str, Any]]] = [
            ((), {}),
            ((S.QUEUED,), {}),
            ((S.WITHDRAWN,), {}),
            ((), {"since": NOON + HOUR}),
            ((S.WITHDRAWN,), {"message": message(2).id}),
        ]
        return tuple(numbers(view.posted(*which, **how)) for which, how in asked)

    def _seen_in(self, ledger: Ledger) -> tuple[list[int], ...]:
        with ledger.read() as view:
            return self._seen(view)

    def test_a_view_stays_at_its_moment(self, ledger: Ledger) -> None:
        queue(ledger, message(1))
        with ledger.change(origin()) as change:
            change.set_note("bank", "Monday")
        with ledger.read() as view:
            assert numbers(view.posted()) == [1]
            with ledger.change(origin()) as change:
                change.queue(message(2))
                change.move(message(1).id, S.WITHDRAWN)
                change.answer("request", "done")
                change.set_note("bank", "Tuesday")
            assert [(p.state, p.message.id) for p in view.posted()] == [(S.QUEUED, message(1).id)]
            assert (view.answered("request"), view.note("bank")) == (None, "Monday")
        assert states(ledger) == ["withdrawn", "queued"]

    # ---- claimed ------------------------------------------------------------------------------------
    def test_the_oldest_are_claimed_first_and_by_one_sender_only(self, ledger: Ledger) -> None:
        queue(ledger, *(message(n) for n in (5, 4, 3, 2, 1)))
        first = ledger.claim("Ann", NOON, NOON + HOUR, 2)
        assert numbers(first) == [5, 4]
        assert first == posted(ledger, S.CLAIMED)
        assert {(p.owner, p.until, p.tries, p.changed) for p in first} == {("Ann", NOON + HOUR, 1, NOON)}
        assert numbers(ledger.claim("Bob", NOON, NOON + HOUR, 9)) == [3, 2, 1]
        assert ledger.claim("Ann", NOON, NOON + HOUR, 9) == []

    def test_none_is_claimed_where_none_is_asked_for(self, ledger: Ledger) -> None:
        queue(ledger, message())
        assert ledger.claim("Ann", NOON, NOON + HOUR, 0) == []
        assert states(ledger) == ["queued"]

    def test_a_message_waits_for_its_hour(self, ledger: Ledger) -> None:
        queue(ledger, message(1, not_before=NOON + HOUR), message(2))
        assert numbers(ledger.claim("Ann", NOON, NOON + HOUR, 9)) == [2]
        ledger.hand_back(message(2).id, "Ann", NOON + 2 * HOUR, "451 busy")
        assert numbers(ledger.claim("Ann", NOON + HOUR, NOON + 2 * HOUR, 9)) == [1]
        again = ledger.claim("Ann", NOON + 2 * HOUR, NOON + 3 * HOUR, 1)  # 1 has lapsed, and is older
        assert [(numbers([p]), p.tries) for p in again] == [([1], 2)]
        again = ledger.claim("Ann", NOON + 2 * HOUR, NOON + 3 * HOUR, 1)
        assert [(numbers([p]), p.tries, p.said) for p in again] == [([2], 2, "451 busy")]

    def test_what_is_stale_is_given_too(self, ledger: Ledger) -> None:
        queue(ledger, message(not_after=NOON + HOUR))
        assert numbers(ledger.claim("Ann", NOON + 9 * HOUR, NOON + 10 * HOUR, 9)) == [1]

    def test_a_lapsed_claim_goes_to_the_next(self, ledger: Ledger) -> None:
        bring(ledger, 1, S.CLAIMED)
        assert ledger.claim("Bob", NOON + HOUR - timedelta.resolution, NOON + 2 * HOUR, 9) == []
        (taken,) = ledger.claim("Bob", NOON + HOUR, NOON + 2 * HOUR, 9)
        assert (taken.owner, taken.tries, taken.until) == ("Bob", 2, NOON + 2 * HOUR)

    def test_what_is_on_its_way_or_at_its_end_is_never_claimed(self, ledger: Ledger) -> None:
        for n, state in enumerate(EVERY):
            bring(ledger, n, state)
        assert states(ledger) == list(EVERY)
        late = ledger.claim("Bob", NOON + 999 * HOUR, NOON + 1000 * HOUR, 99)
        assert [EVERY[n] for n in numbers(late)] == [S.CLAIMED, S.QUEUED]

    def test_a_clock_set_back_gives_no_message_twice(self, ledger: Ledger) -> None:
        queue(ledger, message(1), message(2))
        ledger.claim("Ann", NOON + 5 * HOUR, NOON + 6 * HOUR, 1)
        for back in (NOON, NOON + HOUR, NOON + 5 * HOUR):
            assert 1 not in numbers(ledger.claim("Bob", back, back + HOUR / 2, 9))
        ledger.about_to_send(message(1).id, "Ann", NOON)
        assert ledger.lost(NOON) == []
        move(ledger, 1, S.SENT, owner="Ann")

    def test_threads_never_claim_the_same(self, ledger: Ledger) -> None:
        queue(ledger, *(message(n) for n in range(60)))
        taken: list[int] = []

        def take(owner: str) -> None:
            while some := ledger.claim(owner, NOON, NOON + HOUR, 3):
                taken.extend(numbers(some))

        threads = [threading.Thread(target=take, args=(owner,)) for owner in ("Ann", "Bob", "Cem")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == list(range(60))

    # ---- sent ---------------------------------------------------------------------------------------
    def test_a_message_is_sent_with_its_row_in_one_set(self, ledger: Ledger) -> None:
        bring(ledger, 1, S.SENDING)
        assert states(ledger) == ["sending"]
        move(ledger, 1, S.SENT, owner="Ann", said="250 ok, queue id 7", when=NOON + HOUR)
        (sent,) = posted(ledger)
        assert (sent.state, sent.owner, sent.until, sent.said) == (S.SENT, "Ann", None, "250 ok, queue id 7")
        assert (sent.changed, sent.tries) == (NOON + HOUR, 1)
        assert now(ledger).rows["invoices"] == {"i1": invoice("INV-1", notes="sent")}

    def test_a_set_that_crashes_leaves_the_message_on_its_way(self, ledger: Ledger) -> None:
        bring(ledger, 1, S.SENDING)

        with pytest.raises(ZeroDivisionError):
            do(ledger, to(1, S.SENT, owner="Ann"), crash=True)
        assert states(ledger) == ["sending"]
        assert numbers(ledger.lost(NOON + HOUR)) == [1]

    def test_a_claim_handed_back_waits_for_its_next_try(self, ledger: Ledger) -> None:
        bring(ledger, 1, S.CLAIMED)
        ledger.hand_back(message(1).id, "Ann", NOON + HOUR, "451 try later")
        (waits,) = posted(ledger)
        assert (waits.state, waits.owner, waits.until, waits.next_try, waits.said) == (
            *(S.QUEUED, "", None, NOON + HOUR),
            "451 try later",
        )

    def test_what_is_known_not_to_have_left_may_be_handed_back(self, ledger: Ledger) -> None:
        bring(ledger, 1, S.SENDING)
        ledger.hand_back(message(1).id, "Ann", NOON, "452 after the dot")
        assert numbers(ledger.claim("Bob", NOON, NOON + HOUR, 1)) == [1]

    def test_whatever_a_server_says_the_state_is_kept(self, ledger: Ledger) -> None:
        bring(ledger, 1, S.CLAIMED)
        ledger.hand_back(message(1).id, "Ann", NOON, "a\0b \ud83e" + "x" * 9_999)
        (waits,) = posted(ledger)
        assert waits.said.startswith("a\ufffdb ?xxx")
        assert (len(waits.said), waits.said[-1]) == (2_000, "…")
        ledger.claim("Ann", NOON, NOON + HOUR, 1)
        ledger.about_to_send(message(1).id, "Ann", NOON)
        move(ledger, 1, S.SENT, owner="Ann", said="\0" * 9_999)
        assert states(ledger) == ["sent"]

    def test_a_sender_lost_on_its_way_leaves_it_unknown(self, ledger: Ledger) -> None:
        bring(ledger, 1, S.SENDING)
        bring(ledger, 2, S.CLAIMED)
        assert ledger.lost(NOON + HOUR - timedelta.resolution) == []
        (gone,) = ledger.lost(NOON + HOUR)
        assert [gone] == posted(ledger, S.UNKNOWN)
        assert (gone.message.id, gone.owner, gone.until, gone.changed) == (
            message(1).id,
            *("Ann", None, NOON + HOUR),
        )
        assert "whether it arrived" in gone.said
        assert ledger.lost(NOON + 9 * HOUR) == []
        assert states(ledger) == ["unknown", "claimed"]

    # ---- fenced -------------------------------------------------------------------------------------
    def test_after_another_took_it_the_old_sender_is_fenced(self, ledger: Ledger) -> None:
        bring(ledger, 1, S.CLAIMED)
        ledger.claim("Bob", NOON + HOUR, NOON + 2 * HOUR, 1)
        self._fenced(ledger, "Ann", "is claimed by Bob, and the claim of Ann has ended")
        ledger.about_to_send(message(1).id, "Bob", NOON + HOUR)
        self._fenced(ledger, "Ann", "is sending by Bob")
        move(ledger, 1, S.SENT, owner="Bob")
        self._fenced(ledger, "Ann", "is sent, and the claim of Ann")
        self._fenced(ledger, "Bob", "is sent, and the claim of Bob")
        assert (states(ledger), posted(ledger)[0].owner) == (["sent"], "Bob")

    def test_who_holds_nothing_is_fenced(self, ledger: Ledger) -> None:
        for n, state in enumerate((*ENDS, S.QUEUED)):
            bring(ledger, n, state)
            before = posted(ledger)
            self._fenced(ledger, "Ann", f"is {state}", n)
            assert posted(ledger) == before

    @staticmethod
    def _fenced(ledger: Ledger, owner: str, words: str, n: int = 1) -> None:
        one = message(n).id
        with pytest.raises(Fenced, match=words):
            ledger.about_to_send(one, owner, NOON)
        with pytest.raises(Fenced, match=words):
            ledger.hand_back(one, owner, NOON, "")
        before = now(ledger)
        for state in GOALS:
            with pytest.raises(Fenced, match=words):
                move(ledger, n, state, owner=owner)
        assert now(ledger) == before

    def test_a_lapsed_claim_sends_nothing_even_if_nobody_took_it(self, ledger: Ledger) -> None:
        bring(ledger, 1, S.CLAIMED)
        with pytest.raises(Fenced, match="the claim of Ann has ended"):
            ledger.about_to_send(message(1).id, "Ann", NOON + HOUR)
        assert states(ledger) == ["claimed"]

    def test_a_message_is_about_to_be_sent_once(self, ledger: Ledger) -> None:
        bring(ledger, 1, S.SENDING)
        with pytest.raises(Fenced, match="It must not go out from here"):
            ledger.about_to_send(message(1).id, "Ann", NOON)

    def test_a_message_that_is_not_there_is_fenced(self, ledger: Ledger) -> None:
        with pytest.raises(Fenced, match="no such message"):
            ledger.about_to_send("none", "Ann", NOON)
        with pytest.raises(Fenced, match="no such message"):
            ledger.hand_back("none", "Ann", NOON, "")
        with pytest.raises(Fenced, match="no such message"):
            move(ledger, 1, S.WITHDRAWN)
        assert now(ledger).head.n == 0

    def test_a_withdrawal_beats_the_sender_that_claimed_it(self, ledger: Ledger) -> None:
        bring(ledger, 1, S.CLAIMED)
        move(ledger, 1, S.WITHDRAWN, said="paid today")
        with pytest.raises(Fenced, match="is withdrawn"):
            ledger.about_to_send(message(1).id, "Ann", NOON)

    # ---- which state may follow which -----------------------------------------------------------------
    def test_by_a_move_a_message_comes_only_where_it_may(self, ledger: Ledger) -> None:
        for n, state in enumerate(EVERY):
            bring(ledger, n, state)
            before, head = posted(ledger), now(ledger).head
            allowed = (NEXT[state] & set(GOALS)) - ({S.QUEUED} if state is S.SENDING else set())
            for goal in set(S) - allowed:
                with pytest.raises(Fenced, match=f"is {state} and cannot become {goal}"):
                    move(ledger, n, goal)
            assert (posted(ledger), now(ledger).head) == (before, head)
            for goal in allowed:
                with pytest.raises(ZeroDivisionError):
                    do(ledger, to(n, goal), crash=True)

    @pytest.mark.parametrize("state", [S.CLAIMED, S.SENDING])
    def test_a_sender_may_move_what_it_holds(self, ledger: Ledger, state: MessageState) -> None:
        bring(ledger, 1, state)
        for goal in NEXT[state] & set(GOALS):
            with pytest.raises(ZeroDivisionError):
                do(ledger, to(1, goal, owner="Ann"), crash=True)
        move(ledger, 1, S.QUEUED, owner="Ann", said="stopped")
        assert numbers(ledger.claim("Bob", NOON, NOON + HOUR, 1)) == [1]

    def test_a_person_says_what_became_of_an_unknown_one(self, ledger: Ledger) -> None:
        for n, word in enumerate((S.SENT, S.FAILED), 1):
            bring(ledger, n, S.UNKNOWN)
            move(ledger, n, word, said="Ann looked it up")
        assert states(ledger) == ["sent", "failed"]

    def test_two_moves_in_one_set_follow_each_other(self, ledger: Ledger) -> None:
        bring(ledger, 1, S.UNKNOWN)
        with pytest.raises(Fenced):
            do(ledger, to(1, S.FAILED), to(1, S.SENT))
        assert states(ledger) == ["unknown"]
        bring(ledger, 2, S.CLAIMED)
        do(ledger, to(2, S.QUEUED, owner="Ann"), to(2, S.WITHDRAWN))
        assert states(ledger) == ["unknown", "withdrawn"]

    def test_a_change_set_and_a_sender_never_both_win(self, hasty: Ledger) -> None:
        bring(hasty, 1, S.CLAIMED)
        went = False
        with hasty.change(origin()) as change:
            change.move(message(1).id, S.WITHDRAWN)
            try:
                hasty.about_to_send(message(1).id, "Ann", NOON)
                went = True
            except LedgerBusy:
                pass
            assert hasty_claims_nothing(hasty)
        assert (went, states(hasty)) == (False, ["withdrawn"])

    # ---- requests and notes ---------------------------------------------------------------------------
    def test_a_request_is_answered_once(self, ledger: Ledger) -> None:
        with ledger.change(origin()) as change:
            assert change.answered("r") is None
            change.answer("r", "Logged: a call with Müller.")
            assert change.answered("r") == "Logged: a call with Müller."
            with pytest.raises(LedgerError, match="request r was carried out already"):
                change.answer("r", "again")
        with pytest.raises(LedgerError, match="carried out already"):
            do(ledger, lambda c: c.put(INVOICES, "i1", invoice()), lambda c: c.answer("r", "again"))
        with ledger.read() as view:
            assert (view.answered("r"), view.answered("s")) == ("Logged: a call with Müller.", None)
        assert now(ledger).head.n == 0

    def test_an_empty_answer_is_an_answer(self, ledger: Ledger) -> None:
        do(ledger, lambda change: change.answer("r", ""))
        with ledger.read() as view:
            assert view.answered("r") == ""
        with pytest.raises(LedgerError, match="already"):
            do(ledger, lambda change: change.answer("r", "x"))

    def test_a_note_takes_the_place_of_the_one_before(self, ledger: Ledger) -> None:
        for text in ("Monday", "Tuesday", ""):
            with ledger.change(origin()) as change:
                change.set_note("bank", "yesterday")
                change.set_note("bank", text)
                change.set_note("other", "x")
                assert change.note("bank") == text
            with ledger.read() as view:
                assert (view.note("bank"), view.note("other"), view.note("none")) == (text, "x", "")

    # ---- the history of one row -------------------------------------------------------------------------
    def test_a_row_has_a_history_of_its_own(self, ledger: Ledger) -> None:
        for n in range(3):
            put(ledger, INVOICES, {"i1": invoice(amount=n), "i2": invoice("INV-2", amount=n)})
        put(ledger, INVOICES, {"i1": None})
        with ledger.read() as view:
            told = view.history(INVOICES, "i1")
            assert told == [c for c in view.changes(0) if c.row == "i1"]
            assert [c.after and c.after[5] for c in told] == [0, 1, 2, None]
            assert view.history(INVOICES, "i3") == []
            put(ledger, INVOICES, {"i1": invoice()})
            assert view.history(INVOICES, "i1") == told
        with ledger.change(origin()) as change:
            change.put(INVOICES, "i1", invoice(amount=9))
            assert len(change.history(INVOICES, "i1")) == 5


def hasty_claims_nothing(ledger: Ledger) -> bool:
    """Say whether no message can be had now: there is none, or it is not to be had while a change set lasts."""
    try:
        return not ledger.claim("Bob", NOON + 9 * HOUR, NOON + 10 * HOUR, 9)
    except LedgerBusy:
        return True
