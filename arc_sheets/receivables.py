"""The receivables of a ledger through time: documents, what settled them and when, and credit not applied.

For any day D three date filters give the state of the books:

  open balance of a document    amount - settlements effective <= D       (if issued <= D)
  unapplied credit              payments dated <= D - settlements effective <= D
  control account               documents issued <= D - payments dated <= D, with no allocation at all

Decisions. A void invoice is no document. A negative invoice is a credit memo: it stands in unapplied
credit from its issue on, never in a bucket, and nothing is applied to it. A refund, or a negative payment,
gives money back: it uses up unapplied credit and settles nothing. Money paid before its invoice was issued
is unapplied until that day. Text in "Applied to" that names no invoice of that customer in that currency
leaves the money unapplied.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from arc_sheets.allocation import allocate
from arc_sheets.frames import day_number, days, ints, sums
from arc_sheets.references import Finder, lines

if TYPE_CHECKING:
    from datetime import date

    from arc_sheets.frames import Ints, Records


@dataclass(frozen=True, slots=True)
class Receivables:
    """What is owed and what settled it, at every date. All amounts are minor units.

    `accounts` has one row for each customer and currency: customer, currency.
    `documents` has one row for each invoice that is not void: id, number, customer, currency, account
    (position in `accounts`), issued, due, amount, status, hold_reminders.
    `payments` has one row for each payment that is not void: id, customer, currency, account, date, type, amount,
    applied_to, credit (the amount, negative where money is given back).
    `settlements` has one row for each part of a payment that settles a document: document and payment
    (positions), effective (the later of payment date and issue), amount (positive).
    """

    accounts: pd.DataFrame
    documents: pd.DataFrame
    payments: pd.DataFrame
    settlements: pd.DataFrame
    finder: Finder  #: finds positions in `documents` by number


def receivables(records: Records) -> Receivables:
    """Apply every payment to the invoices it names and return the receivables through time.

    Payments take their turn by date and id; each reference gets at most what it asks for, what its invoice
    still owes and what its payment still has.
    """
    invoices, payments = records.invoices, records.payments
    columns = ["id", "number", "customer", "currency", "issued", "due", "amount", "status", "hold_reminders"]
    documents = invoices.loc[invoices["status"] != "void", columns].reset_index(drop=True)
    columns = ["id", "customer", "currency", "date", "type", "amount", "applied_to"]
    payments = payments.loc[payments["type"] != "void", columns].reset_index(drop=True)
    accounts = _number_accounts(documents, payments)
    back = (payments["type"] == "refund").to_numpy()
    payments["credit"] = ints(payments["amount"]) * np.where(back, -1, 1)
    finder = Finder(documents, len(accounts))
    settlements = _settlements(documents, payments, finder)
    return Receivables(accounts, documents, payments, settlements, finder)


def settled(receivables: Receivables, as_of: date) -> Ints:
    """Return what has settled each document by the end of the day."""
    return _settled(receivables, "document", as_of, len(receivables.documents))


def balances(receivables: Receivables, as_of: date) -> Ints:
    """Return the open balance of each document at the end of the day, 0 for one not issued by then."""
    documents = receivables.documents
    issued = days(documents["issued"]) <= day_number(as_of)
    return np.where(issued, ints(documents["amount"]), 0) - settled(receivables, as_of)


def unapplied(receivables: Receivables, as_of: date) -> Ints:
    """Return what is not applied of each payment at the end of the day; negative where it gave money back."""
    payments = receivables.payments
    made = days(payments["date"]) <= day_number(as_of)
    used = _settled(receivables, "payment", as_of, len(payments))
    return np.where(made, ints(payments["credit"]), 0) - used


def control(receivables: Receivables, as_of: date) -> Ints:
    """Return the control account of each of `accounts` at the end of the day.

    Invoices - payments - credit notes - write-offs + refunds: plain sums by date, whatever was applied to
    whatever, so that it can stand against the aging.
    """
    day, size = day_number(as_of), len(receivables.accounts)
    documents, payments = receivables.documents, receivables.payments
    owed, paid = days(documents["issued"]) <= day, days(payments["date"]) <= day
    due = sums(ints(documents["account"])[owed], ints(documents["amount"])[owed], size)
    return due - sums(ints(payments["account"])[paid], ints(payments["credit"])[paid], size)


def _settled(receivables: Receivables, by: str, as_of: date, size: int) -> Ints:
    settlements = receivables.settlements
    past = days(settlements["effective"]) <= day_number(as_of)
    return sums(ints(settlements[by])[past], ints(settlements["amount"])[past], size)


def _number_accounts(documents: pd.DataFrame, payments: pd.DataFrame) -> pd.DataFrame:
    """Add the column "account" to both frames, give both the same categories, and return the accounts."""
    cut = len(documents)
    both = {
        name: union_categoricals([documents[name], payments[name]], sort_categories=True)
        for name in ("customer", "currency")
    }
    customers, currencies = both["customer"], both["currency"]
    kinds = max(1, len(currencies.categories))
    keys = customers.codes.astype(np.int64) * kinds + currencies.codes
    places, used = pd.factorize(keys, sort=True)
    for rows, part in ((documents, slice(None, cut)), (payments, slice(cut, None))):
        rows["customer"], rows["currency"], rows["account"] = customers[part], currencies[part], places[part]
    names = {"customer": customers.categories[used // kinds], "currency": currencies.categories[used % kinds]}
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in names.items()})


def _settlements(documents: pd.DataFrame, payments: pd.DataFrame, finder: Finder) -> pd.DataFrame:
    wishes = lines(finder, payments)
    room = np.maximum(ints(documents["amount"]), 0)
    got = allocate(wishes, room, payments)
    real = (wishes.document >= 0) & (got > 0)
    document, payment = wishes.document[real], wishes.payment[real]
    paid, issued = payments["date"].to_numpy()[payment], documents["issued"].to_numpy()[document]
    effective = np.maximum(paid, issued)
    return pd.DataFrame(
        {"document": document, "payment": payment, "effective": effective, "amount": got[real]}
    )
