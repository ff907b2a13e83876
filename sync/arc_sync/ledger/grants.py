"""What each kind of user may do in a ledger on PostgreSQL, as the script that whoever runs the server reviews and runs.

An agent may add to the history and never change or remove what stands there; a reader may only look. Bringing the
tables up to date after an update of ARC stays with their owner.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from psycopg import sql
from sqlalchemy import func, select

from arc_sheets.errors import ConfigError
from arc_sync.ledger.schema import (
    ANSWER,
    BOOK,
    CHANGE,
    CHANGE_SET,
    CONTENT,
    ISSUE,
    LEDGER,
    MESSAGE,
    METADATA,
    NOTE,
    ROWS,
)
from arc_sync.ledger.sql import SqlLedger

Kind = Literal["agent", "reader"]

_VERSION: Final = "alembic_version"
_APPEND: Final = "SELECT, INSERT"
#: What an agent may do, by table.
_AGENT: Final = {
    LEDGER.name: "SELECT, UPDATE",
    BOOK.name: "SELECT, INSERT, UPDATE",
    CHANGE_SET.name: _APPEND,
    CHANGE.name: _APPEND,
    CONTENT.name: _APPEND,
    ANSWER.name: _APPEND,
    MESSAGE.name: "SELECT, INSERT, UPDATE",
    ISSUE.name: "SELECT, INSERT, DELETE",
    NOTE.name: "SELECT, INSERT, UPDATE, DELETE",
    **{table.name: "SELECT, INSERT, DELETE" for table in ROWS.values()},
}


def script(role: str, kind: Kind, schema: str = "public") -> str:
    """Return the SQL that lets a role, which exists, use the ledger in a schema, and do nothing else in it.

    Raises `ConfigError` where either has no name.
    """
    for what, name in (("role", role), ("schema", schema)):
        if not name.strip():
            raise ConfigError(f"The {what} has no name; write that of one in PostgreSQL, as --{what} NAME.")
    return "\n".join(statement.as_string() for statement in _statements(role, kind, schema)) + "\n"


def lacking(ledger: SqlLedger) -> list[str]:
    """Return what an agent must be able to do in a ledger on PostgreSQL and its user may not, such as "INSERT on change".

    Nothing for a file, whose rights are the system's.
    """
    wanted = [(name, right) for name, rights in _AGENT.items() for right in rights.split(", ")]
    with ledger.connected(alone=False) as connection:
        if connection.dialect.name == "sqlite":
            return []
        asked = (select(func.has_table_privilege(f'"{name}"', right)) for name, right in wanted)
        may = [bool(connection.scalar(one)) for one in asked]
    return [f"{right} on {name}" for (name, right), yes in zip(wanted, may, strict=True) if not yes]


def _statements(role: str, kind: Kind, schema: str) -> Iterator[sql.Composed]:
    to, place = sql.Identifier(role), sql.Identifier(schema)
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {};").format(place, to)
    yield sql.SQL("REVOKE CREATE ON SCHEMA {} FROM {};").format(place, to)
    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {};").format(place, to)
    for name in (*(table.name for table in METADATA.sorted_tables), _VERSION):
        rights = _AGENT.get(name, "SELECT") if kind == "agent" else "SELECT"
        yield sql.SQL("GRANT {} ON {} TO {};").format(sql.SQL(rights), sql.Identifier(schema, name), to)
