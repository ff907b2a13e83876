"""The ledger's tables, derived from the tabs' declarations. `migrations` brings a database to this state.

One table of live rows per record tab; `change` and `change_set`, the history; `issue`, the open ones;
`book`, the progress and lease of each; `message` and `content`, the outbox; `answer`, the request log; `note`;
`ledger`, one row with the heads of history and outbox, which every change set locks. Moments are ISO 8601 texts, as
they are hashed; wall-clock values of rows are TIMESTAMPs without zone.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from arc_sheets.tab import Kind, Tab
from arc_sheets.tabs import RECORD_TABS

#: 64 bits; in SQLite an INTEGER, so that a primary key is the row's own number.
BIG = BigInteger().with_variant(Integer(), "sqlite")
#: In SQLite an ISO 8601 text; `rows` turns it into a date or moment, many times faster than a type would.
DAY = Date().with_variant(Text(), "sqlite")
MOMENT = DateTime().with_variant(Text(), "sqlite")

_TYPES: Final[dict[Kind, TypeEngine[Any]]] = {
    Kind.MONEY: BIG,
    Kind.NUMBER: BIG,
    Kind.DATE: DAY,
    Kind.TIME: MOMENT,
}

METADATA: Final = MetaData()

LEDGER: Final = Table(
    "ledger",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("created", Text, nullable=False),
    Column("n", BIG, nullable=False),
    Column("hash", Text, nullable=False),
    Column("messages", BIG, nullable=False, server_default="0"),
    Column("seal", Text, nullable=False, server_default="root"),
)

CHANGE_SET: Final = Table(
    "change_set",
    METADATA,
    Column("number", BIG, primary_key=True, autoincrement=False),
    Column("who", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("when", Text, nullable=False),
    Column("first", BIG, nullable=False),
    Column("last", BIG, nullable=False),
)

CHANGE: Final = Table(
    "change",
    METADATA,
    Column("n", BIG, primary_key=True, autoincrement=False),
    Column("set", BIG, ForeignKey("change_set.number"), nullable=False),
    Column("source", Text, nullable=False),
    Column("tab", Text, nullable=False),
    Column("row", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("hash", Text, nullable=False),
    Index("change_of_row", "tab", "row"),
)

ISSUE: Final = Table(
    "issue",
    METADATA,
    Column("book", Text, primary_key=True),
    Column("tab", Text, primary_key=True),
    Column("row", Text, primary_key=True),
    Column("column", Text, primary_key=True),
    Column("packed", Text, nullable=False),
)

BOOK: Final = Table(
    "book",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("number", BIG, nullable=False, unique=True),
    Column("place", Text, nullable=False),
    Column("mark", BIG, nullable=False),
    Column("pending", Text, nullable=False),
    Column("epoch", BIG, nullable=False),
    Column("holder", Text, nullable=False),
    Column("until", Text),
    Column("fingerprint", Text, nullable=False),
)

#: Its moments are of fixed width in UTC, so that they compare as texts. What goes out stands in `content`, as
#: SQLite writes a row anew whole whenever its state changes.
MESSAGE: Final = Table(
    "message",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("number", BIG, nullable=False, unique=True),
    Column("key", Text, nullable=False, unique=True),
    Column("reminder", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("to", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("invoices", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", BIG, nullable=False),
    Column("queued", Text, nullable=False),
    Column("not_before", Text, nullable=False),
    Column("not_after", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("seal", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", BIG, nullable=False),
    Column("next_try", Text),
    Column("owner", Text, nullable=False),
    Column("until", Text),
    Column("said", Text, nullable=False),
    Column("changed", Text, nullable=False),
    Index("message_by_state", "state", "number"),
)

CONTENT: Final = Table(
    "content",
    METADATA,
    Column("message", Text, ForeignKey("message.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

ANSWER: Final = Table(
    "answer",
    METADATA,
    Column("request", Text, primary_key=True),
    Column("answer", Text, nullable=False),
)

NOTE: Final = Table(
    "note",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("text", Text, nullable=False),
)


def _table(tab: Tab) -> Table:
    stored = [Column(c.name, _TYPES.get(c.kind, Text())) for c in tab.stored]
    table = Table(tab.name, METADATA, Column("id", Text, primary_key=True), *stored)
    if tab.key:
        key = table.c[tab.key]
        where = key.is_not(None)
        Index(f"{tab.name}_{tab.key}", key, unique=True, sqlite_where=where, postgresql_where=where)
    return table


#: The table of live rows of each tab, by the tab's name.
ROWS: Final = {tab.name: _table(tab) for tab in RECORD_TABS}
