"""The open business of each customer in one currency: what a plan decides about, one case at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from arc_sheets.frames import days, from_day_number, ints
from arc_sheets.standing import Against, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arc_sheets.frames import Ints
    from arc_sheets.receivables import Receivables
    from arc_sheets.stages import Progress


class Claim(NamedTuple):
    """One open invoice; amounts in minor units."""

    number: str
    issued: int  #: day number
    due: int  #: day number
    late: int  #: days after its due date, negative before
    amount: int
    balance: int
    against: Against
    cause: int  #: the row of disputes or promises that speaks against it, or -1
    progress: Progress


class Case(NamedTuple):
    """What one customer owes in one currency."""

    account: int  #: position in `Receivables.accounts`
    customer: str
    currency: str
    claims: tuple[Claim, ...]  #: every open invoice, the oldest first
    credit: int  #: not applied, minor units

    def overdue(self, first: int) -> tuple[Claim, ...]:
        """Return the claims that may be chased and are at least `first` days late."""
        return tuple(c for c in self.claims if c.against is Against.NOTHING and c.late >= first)

    def soon(self, first: int, ahead: int) -> tuple[Claim, ...]:
        """Return the claims that may be chased, less than `first` days late, and due within `ahead` days."""
        return tuple(c for c in self.claims if c.against is Against.NOTHING and -ahead <= c.late < first)


def cases(
    receivables: Receivables, standing: Standing, progress: Mapping[int, Progress], none: Progress, ahead: int
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
    columns = (documents["number"].to_numpy(), issued, due, standing.late, ints(documents["amount"]))
    columns = (*columns, standing.balance, standing.against, standing.cause)
    rows = zip(*(column[chosen].tolist() for column in columns), strict=True)
    claims = [
        Claim(*row[:6], Against(row[6]), row[7], progress.get(n, none))
        for n, row in zip(chosen.tolist(), rows, strict=True)
    ]
    customers, currencies = accounts["customer"].tolist(), accounts["currency"].tolist()
    for start, end in _runs(account[chosen]):
        n = int(account[chosen[start]])
        yield Case(n, customers[n], currencies[n], tuple(claims[start:end]), max(0, int(standing.credit[n])))


def _runs(groups: Ints) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each run of equal values."""
    edges = np.flatnonzero(np.diff(groups)) + 1
    bounds = [0, *edges.tolist(), len(groups)] if len(groups) else [0]
    return zip(bounds, bounds[1:], strict=False)
