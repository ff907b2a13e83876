"""Reminders that can be sent: more columns of customers, promises and reminders; outbox, request log, notes."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DAY: Final = sa.Date().with_variant(sa.Text(), "sqlite")
MOMENT: Final = sa.DateTime().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Bring a ledger of revision 0001 here."""
    _columns()
    _message()
    _answer()
    _note()


def _columns() -> None:
    op.add_column("customers", sa.Column("quiet_hours", sa.Text()))
    op.add_column("promises", sa.Column("given", DAY))
    for name, kind in (
        ("channel", sa.Text()),
        ("planned", DAY),
        ("sent", MOMENT),
        ("subject", sa.Text()),
        ("body", sa.Text()),
    ):
        op.add_column("reminders", sa.Column(name, kind))
    op.add_column("ledger", sa.Column("messages", BIG, nullable=False, server_default="0"))
    op.add_column("ledger", sa.Column("seal", sa.Text(), nullable=False, server_default="root"))


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reminder", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("invoices", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("queued", sa.Text(), nullable=False),
        sa.Column("not_before", sa.Text(), nullable=False),
        sa.Column("not_after", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", BIG, nullable=False),
        sa.Column("next_try", sa.Text()),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", sa.Text()),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("message_by_state", "message", ["state", "number"])
    op.create_table(
        "content",
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["message.id"]),
        sa.PrimaryKeyConstraint("message"),
    )


def _answer() -> None:
    op.create_table(
        "answer",
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request"),
    )


def _note() -> None:
    op.create_table(
        "note",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
