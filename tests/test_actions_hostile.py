"""Whatever is asked for, in whatever order, is answered in one sentence, and the ledger stays sound."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from arc_sheets import tabs
from arc_sheets.frames import records
from arc_sheets.receivables import balances, receivables
from arc_sync.agent.actions.requests import ACTIONS
from tests.asked import ELBE, EVIL, TODAY, ZOE, Asker

_AMOUNTS: Final = (
    "5", "0", "-1", "1.005", "1e5", "100", "400.01", "9" * 20, 3, Decimal("0.001"), Decimal("1E+20"), float("inf"),
)  # fmt: skip
_DATES: Final = ("2026-04-01", "2026-05-01", "2199-12-31", "1970-01-01", date(2026, 4, 9), 46_000, 46_000.5)
_INVOICES: Final = (
    "RE-1",
    "re-1; RE-2",
    "Z-9",
    "RE-1: 50",
    "RE-1: 1,000.00; RE-2",
    ";;,",
    "RE-9",
    ["RE-1", "RE-3"],
)
_TEXTS: Final = ("hello", EVIL, "a\nb", "STOP", "é" * 10)
#: What may stand in each field; any other field takes texts.
_POOL: Final[dict[str, tuple[Any, ...]]] = {
    "customer": (ELBE, "elbe spedition", ZOE, EVIL, "x"),
    "invoice": ("RE-1", "re-2", "Z-9", "q"),
    **dict.fromkeys(("invoices", "applied_to"), _INVOICES),
    **dict.fromkeys(("amount", "total", "each"), _AMOUNTS),
    **dict.fromkeys(("date", "first", "next_on", "happened"), _DATES),
    "currency": ("EUR", "USD", "JPY"),
    "every": ("month", "2 weeks", "999 days", "x"),
    "count": (2, 3, 120, Decimal(3), "4", 2.5),
    "direction": ("In", "Out"),
    "channel": ("Email", "Text", "Letter"),
    "type": ("payment", "refund", "write-off", "credit note"),
    "leave_unapplied": (True, False),
    "stage": ("Firm",),
    "reason": ("Other", "Wrong VAT"),
}
_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "log_text": (
        "customer",
        "direction",
        "invoices",
        "outcome",
        "reason",
        "next_step",
        "next_on",
        "happened",
    ),
    "take_promise": ("customer", "invoices", "amount", "currency", "date"),
    "agree_plan": ("customer", "invoices", "total", "each", "currency", "first", "every", "count"),
    "extend_due": ("invoice", "date"),
    "raise_dispute": ("invoice", "amount", "reason", "owner"),
    "resolve_dispute": ("invoice", "resolution"),
    "hold_reminders": ("customer", "invoices"),
    "release_reminders": ("customer", "invoices"),
    "record_payment": (
        "customer",
        "amount",
        "currency",
        "date",
        "type",
        "method",
        "applied_to",
        "leave_unapplied",
    ),
    "compose_message": ("customer", "channel", "stage"),
    "send_message": ("customer", "channel", "to", "subject", "body", "stage", "invoices"),
}


@st.composite
def asked(draw: st.DrawFn) -> dict[str, Any]:
    action = draw(st.sampled_from(sorted(_FIELDS)))
    names = draw(st.sets(st.sampled_from(_FIELDS[action])))
    return {"action": action} | {
        name: draw(st.sampled_from(_POOL.get(name, _TEXTS))) for name in sorted(names)
    }


@settings(max_examples=max(30, settings().max_examples // 3), deadline=None)
@given(st.lists(asked(), max_size=12))
def test_every_request_is_answered_and_the_ledger_stays_sound(requests: list[dict[str, Any]]) -> None:
    ann = Asker()
    for fields in requests:
        head, answer = ann.head(), ann.ask(**fields)
        assert answer.sentence[-1] in ".?"
        assert answer.sentence.isprintable()
        assert answer.done or ann.head() == head
    assert ann.ledger.verify() == []
    with ann.ledger.read() as view:
        owing = receivables(records({tab.name: view.rows(tab) for tab in tabs.RECORD_TABS}))
    assert min(balances(owing, TODAY)) >= 0


def test_every_action_is_tried() -> None:
    logged = {action for action in ACTIONS if action.startswith("log_")}
    told = {"open_account", "refresh_aging", "refresh_kpis", "sync_now"}
    assert set(_FIELDS) | logged | told == set(ACTIONS)
