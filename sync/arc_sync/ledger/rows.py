"""Live rows between their tables and tuples: in bulk, column by column, equal values kept once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Delete, Select, Update, bindparam, delete, select, update

from arc_sheets.cells import Row, Rows
from arc_sheets.tab import Kind, Tab
from arc_sync.ledger.bulk import BATCH, batches, insert_rows
from arc_sync.ledger.schema import ROWS
from arc_sync.undisturbed import undisturbed

Reader: TypeAlias = Callable[[Any], Any]

#: Ids asked for at once (SQLite allows 32,766 binds a statement, PostgreSQL 65,535).
ASKED: Final = 500

_FROM_TEXT: Final[Mapping[Kind, Reader]] = {Kind.DATE: date.fromisoformat, Kind.TIME: datetime.fromisoformat}
_NUMBERS: Final = frozenset({Kind.MONEY, Kind.NUMBER})


class _Known(dict[Any, Any]):
    """Values already met, each kept once and read once."""

    def __init__(self, read: Reader | None) -> None:
        super().__init__({None: None})
        self._read = read

    def __missing__(self, value: Any) -> Any:
        self[value] = known = self._read(value) if self._read else value
        return known


def load_rows(connection: Connection, tab: Tab) -> Rows:
    """Return all live rows of a tab."""
    known = [_reader(connection, c.kind) for c in tab.stored]
    rows: dict[str, Row] = {}
    result = connection.execute(select(ROWS[tab.name]))
    with undisturbed():
        for batch in result.partitions(BATCH):
            ids, *raw = zip(*batch, strict=True)
            columns = [c if k is None else map(k.__getitem__, c) for k, c in zip(known, raw, strict=True)]
            rows.update(zip(ids, zip(*columns, strict=True), strict=True))
    return rows


def load_row(connection: Connection, tab: Tab, row: str) -> Row | None:
    """Return one live row, or None."""
    found = connection.execute(_one(tab.name), {"row": row}).one_or_none()
    return read_row(connection, tab, found[1:]) if found else None


def read_row(connection: Connection, tab: Tab, raw: Sequence[Any]) -> Row:
    """Return the row of what the driver gave for a tab's stored columns; raises ValueError for no date."""
    if connection.dialect.name != "sqlite":
        return tuple(raw)
    return tuple(
        _FROM_TEXT[c.kind](v) if v is not None and c.kind in _FROM_TEXT else v
        for c, v in zip(tab.stored, raw, strict=True)
    )


def raw_rows(connection: Connection, tab: Tab) -> Iterator[Sequence[Any]]:
    """Yield (id, *values as the driver gives them) of all live rows of a tab."""
    yield from connection.execute(select(ROWS[tab.name]))


def write_rows(connection: Connection, tab: Tab, put: Mapping[str, tuple[Row | None, Row | None]]) -> None:
    """Bring the table from what was to what is, per id.

    Of several, what changed is deleted and then inserted anew, as two may have swapped their natural keys.
    """
    table = ROWS[tab.name]
    if len(put) == 1 and all(*put.values()):
        for row, *values in _written(connection, tab, ((i, now) for i, (_, now) in put.items() if now)):
            named = zip((c.name for c in tab.stored), values, strict=True)
            connection.execute(_update(tab.name), {"the_row": row, **dict(named)})
        return
    for ids in batches((i for i, (was, _) in put.items() if was), ASKED):
        connection.execute(_delete(tab.name), {"ids": ids})
    insert_rows(
        connection, table, _written(connection, tab, ((i, now) for i, (_, now) in put.items() if now))
    )


def held_keys(connection: Connection, tab: Tab, keys: Collection[str]) -> dict[str, str]:
    """Return {natural key: id} of the live rows that have one of these keys."""
    table = ROWS[tab.name]
    key = table.c[tab.key]
    held: dict[str, str] = {}
    for some in batches(keys, ASKED):
        held.update((k, i) for k, i in connection.execute(select(key, table.c.id).where(key.in_(some))))
    return held


def live_ids(connection: Connection, tab: Tab, ids: Collection[str]) -> set[str]:
    """Return those ids that are live rows."""
    column = ROWS[tab.name].c.id
    live: set[str] = set()
    for some in batches(ids, ASKED):
        live.update(connection.scalars(select(column).where(column.in_(some))))
    return live


@cache
def _one(name: str) -> Select[Any]:
    return select(ROWS[name]).where(ROWS[name].c.id == bindparam("row"))


@cache
def _delete(name: str) -> Delete:
    return delete(ROWS[name]).where(ROWS[name].c.id.in_(bindparam("ids", expanding=True)))


@cache
def _update(name: str) -> Update:
    return update(ROWS[name]).where(ROWS[name].c.id == bindparam("the_row"))


def _reader(connection: Connection, kind: Kind) -> _Known | None:
    if kind in _NUMBERS:
        return None
    return _Known(_FROM_TEXT.get(kind) if connection.dialect.name == "sqlite" else None)


def _written(connection: Connection, tab: Tab, rows: Iterable[tuple[str, Row]]) -> Iterator[Sequence[Any]]:
    """Yield (id, *values) as the driver takes them."""
    texts = [i for i, c in enumerate(tab.stored, 1) if c.kind in _FROM_TEXT]
    as_text = connection.dialect.name == "sqlite"
    for row, values in rows:
        written: list[Any] = [row, *values]
        if as_text:
            for i in texts:
                if written[i] is not None:
                    written[i] = written[i].isoformat()
        yield written
