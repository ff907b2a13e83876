"""From rows to columns: the tabs that figures are computed from, as data frames.

Figures take complete rows only. A row that lacks a required value waits in the book for a person; it
counts on neither side of any control.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from arc_sheets import tabs
from arc_sheets.tab import Column, Kind, Tab

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arc_sheets.cells import Rows, Value

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

_EPOCH: Final = date(1970, 1, 1).toordinal()


class Records(NamedTuple):
    """The complete rows of the tabs that figures need, one frame a tab, as `frame` makes them."""

    customers: pd.DataFrame
    invoices: pd.DataFrame
    payments: pd.DataFrame
    activity: pd.DataFrame
    promises: pd.DataFrame
    disputes: pd.DataFrame


def records(rows_by_tab: Mapping[str, Rows]) -> Records:
    """Return the frames of all six tabs; a tab that is not given is empty."""
    return Records(*(frame(tabs.BY_NAME[name], rows_by_tab.get(name, {})) for name in Records._fields))


def frame(tab: Tab, rows: Rows) -> pd.DataFrame:
    """Return the complete rows as a frame: "id", then one column for each of `tab.stored`.

    Money (minor units) and numbers are int64, or Int64 where an optional one is blank; dates and times
    are datetime64[s]; codes, choices and customers are categories; other text is objects, None if blank.
    """
    ids = _objects(list(rows))
    columns = [_objects(values) for values in zip(*rows.values(), strict=True)]
    columns = columns or [_objects(()) for _ in tab.stored]
    whole = np.ones(len(ids), dtype=np.bool_)
    for column, values in zip(tab.stored, columns, strict=True):
        if column.required:
            whole &= values != np.array(None)
    if not whole.all():
        ids, columns = ids[whole], [values[whole] for values in columns]
    data = {"id": pd.Series(ids, dtype=object)}
    data |= {c.name: _series(c, values) for c, values in zip(tab.stored, columns, strict=True)}
    return pd.DataFrame(data)


def ints(column: pd.Series) -> Ints:
    """Return a complete column of whole numbers, without a copy where it is one already."""
    return column.to_numpy(np.int64)


def days(dates: pd.Series) -> Ints:
    """Return a complete column of dates as day numbers (days since 1 January 1970)."""
    return dates.to_numpy().astype("datetime64[s]").view(np.int64) // 86_400


def day_number(day: date) -> int:
    """Return a date as the day number that `days` gives it."""
    return day.toordinal() - _EPOCH


def from_day_number(number: int) -> date:
    """Return the date of a day number."""
    return date.fromordinal(number + _EPOCH)


def sums(groups: Ints, amounts: Ints, size: int) -> Ints:
    """Return the exact sum of the amounts of each group 0..size-1."""
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, groups, amounts)
    return total


def _objects(values: Sequence[Value]) -> NDArray[np.object_]:
    return np.fromiter(values, dtype=object, count=len(values))


def _series(column: Column, values: NDArray[np.object_]) -> pd.Series:
    if column.kind in {Kind.MONEY, Kind.NUMBER}:
        blank = not column.required and bool((values == np.array(None)).any())
        return pd.Series(values, dtype="Int64" if blank else "int64")
    if column.kind in {Kind.DATE, Kind.TIME}:
        return pd.Series(_moments(values))
    if column.kind in {Kind.CODE, Kind.CHOICE} or column.refers == "customers":
        codes, names = pd.factorize(values)
        return pd.Series(pd.Categorical.from_codes(codes, pd.Index(names, dtype=object)))
    return pd.Series(values, dtype=object)


def _moments(values: NDArray[np.object_]) -> NDArray[np.datetime64]:
    """Convert each distinct date or time once: numpy is slow with Python's dates, and days recur."""
    codes, distinct = pd.factorize(values)
    moments = np.append(distinct.astype("datetime64[s]"), np.datetime64("NaT"))
    return moments[codes]  # a blank has the code -1: the last one
