"""The open business of each customer in one currency: what a plan decides about, one case at a time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from arc_sheets.frames import days, ints
from arc_sheets.stages import Progress
from arc_sheets.standing import Against, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arc_sheets.frames import Ints
    from arc_sheets.receivables import Receivables

_NEW: Final = Progress()
_AGAINST: Final = tuple(Against)


class Claim(NamedTuple):
    """One open invoice; amounts in minor units."""

    number: str
    issued: int  #: day number
    due: int  #: day number
    late: int  #: days after its due date, negative before
    amount: int
    balance: int
    cause: int  #: the row of disputes or promises that speaks against it, or -1
    against: Against
    progress: Progress


class Case(NamedTuple):
    """What one customer owes in one currency."""

    account: int  #: position in `Receivables.accounts`
    customer: str
    currency: str
    claims: tuple[Claim, ...]  #: every open invoice, the oldest first
    credit: int  #: not applied, minor units

    def due(self, ahead: int) -> int:
        """Return what is overdue, or due within `ahead` days, whatever speaks against asking for it; minor units."""
        return sum(claim.balance for claim in self.claims if claim.late >= -ahead)

    def chaseable(self, least: int, below: int) -> tuple[Claim, ...]:
        """Return the claims that nothing speaks against and that are so many days late: `least`, but not `below`."""
        return tuple(c for c in self.claims if c.against is Against.NOTHING and least <= c.late < below)


def cases(
    receivables: Receivables, standing: Standing, progress: Mapping[int, Progress], ahead: int
) -> Iterator[Case]:
    """Yield the customers and currencies that owe what is overdue, or due within `ahead` days."""
    documents, accounts = receivables.documents, receivables.accounts
    account = ints(documents["account"])
    owed = standing.balance > 0
    called = np.zeros(len(accounts), dtype=np.bool_)
    called[account[owed & (standing.late >= -ahead)]] = True
    chosen = np.flatnonzero(owed & called[account])
    due, issued = days(documents["due"]), days(documents["issued"])
    chosen = chosen[np.lexsort((chosen, issued[chosen], due[chosen], account[chosen]))]
    columns = (issued, due, standing.late, ints(documents["amount"]), standing.balance, standing.cause)
    lists = [column[chosen].tolist() for column in (documents["number"].to_numpy(), *columns)]
    against = [_AGAINST[n] for n in standing.against[chosen].tolist()]
    named = receivables.finder.find(documents["number"].to_numpy()[chosen], account[chosen])
    come = [
        progress.get(n, _NEW) for n in named.tolist()
    ]  # invoices of one number have come as far as each other
    claims = [Claim(*row) for row in zip(*lists, against, come, strict=True)]
    customers, currencies = accounts["customer"].tolist(), accounts["currency"].tolist()
    for start, end in _runs(account[chosen]):
        n = int(account[chosen[start]])
        yield Case(n, customers[n], currencies[n], tuple(claims[start:end]), max(0, int(standing.credit[n])))


def _runs(groups: Ints) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each run of equal values."""
    edges = np.flatnonzero(np.diff(groups)) + 1
    bounds = [0, *edges.tolist(), len(groups)] if len(groups) else [0]
    return pairwise(bounds)
