"""What a payment was meant for: the text "INV-1; INV-2: 50.00" becomes lines that name documents."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from arc_sheets import money
from arc_sheets.applied import parse
from arc_sheets.frames import ints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from arc_sheets.frames import Flags, Ints

_NOBODY: Final = -1  #: stands for the document that a reference names in vain


class Lines(NamedTuple):
    """Wishes of payments to settle documents; those of one payment in the order the person wrote them."""

    payment: Ints  #: position in the frame of payments
    document: Ints  #: position in the frame of documents, -1 for money set aside for an unknown number
    wanted: Ints  #: minor units, at most the payment's amount
    bound: Flags  #: what other lines of the same payment take decides what is left for this one


def lines(finder: Finder, payments: pd.DataFrame) -> Lines:
    """Return what every payment asks for; see `Receivables` for the columns of the frame.

    A reference counts only for a document of the same customer and currency. A refund, or a
    payment that gives money back, asks for nothing.
    """
    texts = payments["applied_to"].to_numpy()
    credit = ints(payments["credit"])
    accounts = ints(payments["account"])
    taking = (credit > 0) & (payments["type"] != "refund").to_numpy()
    asking = np.flatnonzero((texts != np.array(None)) & taking)
    named = finder.find(texts[asking], accounts[asking])
    single = asking[named >= 0]
    simple = Lines(single, named[named >= 0], credit[single], np.zeros(len(single), dtype=np.bool_))
    wordy = _wordy(finder, payments, asking[named < 0])
    return Lines(*(np.concatenate(pair) for pair in zip(simple, wordy, strict=True)))


class Finder:
    """Finds documents by number, within an account (a customer's business in one currency) or at large."""

    def __init__(self, documents: pd.DataFrame, accounts: int) -> None:
        """Index the documents; `accounts` is how many there are. Of equal numbers the first issued counts."""
        if documents["number"].duplicated().any():
            documents = documents.sort_values(["issued", "id"]).drop_duplicates(["number", "account"])
        codes, known = pd.factorize(documents["number"].to_numpy())
        self.known = pd.Index(known, dtype=object)
        self._accounts = accounts
        self._keys = pd.Index(codes * accounts + ints(documents["account"]))
        self._positions = documents.index.to_numpy()
        _, self._first = np.unique(codes, return_index=True)

    def find(self, numbers: NDArray[np.object_], accounts: Ints) -> Ints:
        """Return the positions of the documents of these accounts, -1 where there is none."""
        codes = self.known.get_indexer(pd.Index(numbers, dtype=object))
        found = self._keys.get_indexer(pd.Index(codes * self._accounts + accounts))
        missing = (codes < 0) | (accounts < 0) | (found < 0)
        return np.where(missing, _NOBODY, np.append(self._positions, _NOBODY)[found])

    def place(self, number: str, account: int) -> int:
        """Return what `find` says of one document; for a few of them this is a hundred times cheaper."""
        try:
            key = self.known.get_loc(number) * self._accounts + account
            return int(self._positions[self._keys.get_loc(key)]) if account >= 0 else _NOBODY
        except KeyError:
            return _NOBODY

    def anywhere(self, numbers: NDArray[np.object_]) -> Ints:
        """Return the positions of the documents of any account, -1 where there is none."""
        codes = self.known.get_indexer(pd.Index(numbers, dtype=object))
        positions: Ints = np.append(self._positions[self._first], _NOBODY)[codes]
        return positions


class _Wish(NamedTuple):
    payment: int
    account: int
    number: str
    wanted: int
    exact: bool  #: the person gave the amount


def _wordy(finder: Finder, payments: pd.DataFrame, positions: Ints) -> Lines:
    """Return the lines of payments whose text is more than one invoice number."""
    wishes = list(_wishes(finder, payments, positions))
    payment, account, wanted = (
        np.array([getattr(w, name) for w in wishes], dtype=np.int64)
        for name in ("payment", "account", "wanted")
    )
    numbers = np.array([w.number for w in wishes], dtype=object)
    document = finder.find(numbers, account)
    exact = np.array([w.exact for w in wishes], dtype=np.bool_)
    counts = exact | (document >= 0)
    payment, document, wanted = payment[counts], document[counts], wanted[counts]
    asked = pd.Series(wanted).groupby(payment).transform("sum").to_numpy()
    bound = asked > ints(payments["credit"])[payment]
    kept = bound | (document >= 0)
    return Lines(payment[kept], document[kept], wanted[kept], bound[kept])


def _wishes(finder: Finder, payments: pd.DataFrame, positions: Ints) -> Iterator[_Wish]:
    some = payments.iloc[positions]
    columns = (some[name].tolist() for name in ("account", "currency", "applied_to", "credit"))
    for position, account, currency, text, credit in zip(positions.tolist(), *columns, strict=True):
        for part in parse(text, finder.known):
            wanted = _minor(part.amount, currency, credit)
            if wanted:
                yield _Wish(position, account, part.number, wanted, part.amount is not None)


def _minor(amount: Decimal | None, currency: str, credit: int) -> int:
    """Return what a part may take of the credit, in minor units; 0 for an amount that is none."""
    if amount is None:
        return credit
    try:
        return min(credit, money.to_minor(amount, currency))
    except money.NotAnAmount:
        return 0
