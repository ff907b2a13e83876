"""Reminders that can be sent: more columns of customers, promises and reminders."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

DAY: Final = sa.Date().with_variant(sa.Text(), "sqlite")
MOMENT: Final = sa.DateTime().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Bring a ledger of revision 0001 here."""
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
