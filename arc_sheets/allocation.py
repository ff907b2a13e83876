"""Who settles what: payments take their turn by date and id, and no invoice is ever over-settled.

Most payments name one invoice and stay within it: they need no turn. Where an invoice is asked to take
more than it can, its payments are clipped cumulatively. Only where one payment's money runs over several
invoices do payments go one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from arc_sheets.frames import Ints, ints, sums

if TYPE_CHECKING:
    import pandas as pd

    from arc_sheets.references import Lines


def allocate(lines: Lines, room: Ints, payments: pd.DataFrame) -> Ints:
    """Return what each line gets, in minor units: never more than it wants, its document or payment has.

    `room` is what each document can take (0 or more); `payments` needs the columns id, date and credit.
    """
    got = np.zeros(len(lines.wanted), dtype=np.int64)
    if not len(room):
        return got
    entangled = np.zeros(len(room), dtype=np.bool_)
    entangled[lines.document[lines.bound & (lines.document >= 0)]] = True
    slow = lines.bound | entangled[lines.document]
    asked = sums(lines.document[~slow], lines.wanted[~slow], len(room))
    crowded = ~slow & (asked > room)[lines.document]
    plain = ~(slow | crowded)
    got[plain] = lines.wanted[plain]
    turn = _in_turn(lines, np.flatnonzero(crowded), payments)
    got[turn] = _clipped(lines.document[turn], lines.wanted[turn], room)
    turn = _in_turn(lines, np.flatnonzero(slow), payments)
    got[turn] = _one_by_one(lines, turn, room, ints(payments["credit"]))
    return got


def _in_turn(lines: Lines, which: Ints, payments: pd.DataFrame) -> Ints:
    """Return these lines by date and id of their payments; a payment's own lines stay as written."""
    if not len(which):
        return which
    some = payments[["date", "id"]].iloc[lines.payment[which]].reset_index(drop=True)
    order = some.sort_values(["date", "id"], kind="stable").index.to_numpy()
    turn: Ints = which[order]
    return turn


def _clipped(documents: Ints, wanted: Ints, room: Ints) -> Ints:
    """Fill each document in the order of its lines: the share of the running total below its room."""
    order = np.argsort(documents, kind="stable")
    group, wish = documents[order], wanted[order]
    total = np.cumsum(wish)
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    before_group = np.repeat((total - wish)[starts], np.diff(starts, append=len(group)))
    total -= before_group
    got = np.empty_like(wish)
    got[order] = np.minimum(total, room[group]) - np.minimum(total - wish, room[group])
    return got


def _one_by_one(lines: Lines, turn: Ints, room: Ints, credit: Ints) -> list[int]:
    """Let each line take what its document and its payment still have."""
    document, payment = lines.document[turn].tolist(), lines.payment[turn].tolist()
    wanted, bound = lines.wanted[turn].tolist(), lines.bound[turn].tolist()
    space = dict(zip(document, room[lines.document[turn]].tolist(), strict=True))
    left = dict(zip(payment, credit[lines.payment[turn]].tolist(), strict=True))
    got = []
    for doc, pay, wish, capped in zip(document, payment, wanted, bound, strict=True):
        take = min(wish, left[pay]) if capped else wish
        if doc >= 0:  # money set aside for an unknown number is used up, but settles nothing
            take = min(take, space[doc])
            space[doc] -= take
        left[pay] -= take
        got.append(take)
    return got
