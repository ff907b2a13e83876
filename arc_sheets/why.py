"""The sentences of a plan, as a collector would say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arc_sheets.standing import Against
from arc_sheets.words import say_day

if TYPE_CHECKING:
    from arc_sheets.cases import Case, Claim
    from arc_sheets.frames import Records


def nothing_to_ask(case: Case, records: Records, nothing: bool) -> str:
    return (
        "; ".join(
            f"{c.number} {c.against.name.lower()}" for c in case.claims if c.against is not Against.NOTHING
        )
        if nothing
        else ""
    )


def so_far(claim: Claim) -> str:
    last = claim.progress.last
    return f"{last.stage} went out on {say_day(last.on)}" if last else "Nothing has gone out yet"
