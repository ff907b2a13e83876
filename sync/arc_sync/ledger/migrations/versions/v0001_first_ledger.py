"""The first ledger: live rows of eight tabs, history, issues, books, and the row that holds the head."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")
MOMENT = sa.DateTime().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create every table."""
    for create in (
        _ledger,
        _history,
        _issue,
        _book,
        _customers,
        _invoices,
        _payments,
        _activity,
        _promises,
        _disputes,
        _reminders,
        _templates,
    ):
        create()


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("n", BIG, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _history() -> None:
    op.create_table(
        "change_set",
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("when", sa.Text(), nullable=False),
        sa.Column("first", BIG, nullable=False),
        sa.Column("last", BIG, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "change",
        sa.Column("n", BIG, autoincrement=False, nullable=False),
        sa.Column("set", BIG, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("tab", sa.Text(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["set"], ["change_set.number"]),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index("change_of_row", "change", ["tab", "row"])


def _issue() -> None:
    op.create_table(
        "issue",
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("tab", sa.Text(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("packed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("book", "tab", "row", "column"),
    )


def _book() -> None:
    op.create_table(
        "book",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("mark", BIG, nullable=False),
        sa.Column("pending", sa.Text(), nullable=False),
        sa.Column("epoch", BIG, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.Text()),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )


def _customers() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("contact", sa.Text()),
        sa.Column("email", sa.Text()),
        sa.Column("cc", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("prefers", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("time_zone", sa.Text()),
        sa.Column("terms", BIG),
        sa.Column("currency", sa.Text()),
        sa.Column("credit_limit", BIG),
        sa.Column("do_not_contact", sa.Text()),
        sa.Column("collector", sa.Text()),
        sa.Column("payment_link", sa.Text()),
        sa.Column("notes", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
    where = sa.column("name").is_not(None)
    op.create_index(
        "customers_name", "customers", ["name"], unique=True, sqlite_where=where, postgresql_where=where
    )


def _invoices() -> None:
    op.create_table(
        "invoices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text()),
        sa.Column("customer", sa.Text()),
        sa.Column("issued", DAY),
        sa.Column("due", DAY),
        sa.Column("currency", sa.Text()),
        sa.Column("amount", BIG),
        sa.Column("po", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("hold_reminders", sa.Text()),
        sa.Column("expected", DAY),
        sa.Column("notes", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
    where = sa.column("number").is_not(None)
    op.create_index(
        "invoices_number", "invoices", ["number"], unique=True, sqlite_where=where, postgresql_where=where
    )


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date", DAY),
        sa.Column("customer", sa.Text()),
        sa.Column("amount", BIG),
        sa.Column("currency", sa.Text()),
        sa.Column("type", sa.Text()),
        sa.Column("method", sa.Text()),
        sa.Column("reference", sa.Text()),
        sa.Column("applied_to", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )


def _activity() -> None:
    op.create_table(
        "activity",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("when", MOMENT),
        sa.Column("customer", sa.Text()),
        sa.Column("channel", sa.Text()),
        sa.Column("direction", sa.Text()),
        sa.Column("contact", sa.Text()),
        sa.Column("invoices", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("notes", sa.Text()),
        sa.Column("next_step", sa.Text()),
        sa.Column("next_on", DAY),
        sa.Column("by", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )


def _promises() -> None:
    op.create_table(
        "promises",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text()),
        sa.Column("invoice", sa.Text()),
        sa.Column("amount", BIG),
        sa.Column("currency", sa.Text()),
        sa.Column("date", DAY),
        sa.Column("plan", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )


def _disputes() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("invoice", sa.Text()),
        sa.Column("amount", BIG),
        sa.Column("currency", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("owner", sa.Text()),
        sa.Column("opened", DAY),
        sa.Column("resolved", DAY),
        sa.Column("resolution", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )


def _reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text()),
        sa.Column("customer", sa.Text()),
        sa.Column("stage", sa.Text()),
        sa.Column("to", sa.Text()),
        sa.Column("invoices", sa.Text()),
        sa.Column("amount", BIG),
        sa.Column("currency", sa.Text()),
        sa.Column("why", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )


def _templates() -> None:
    op.create_table(
        "templates",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text()),
        sa.Column("channel", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("subject", sa.Text()),
        sa.Column("body", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
