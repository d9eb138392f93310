"""What owners of units, and banks that hold them, want of an investor.

Revision ID: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and its guard."""
    op.create_table(
        "unit_wishes",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("unit_id", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("stated_on", sa.Date, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unit_wishes"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"], name="fk_unit_wishes_unit_id"),
    )
    for statement in append_only_ddl(op.get_bind().dialect.name, "unit_wishes"):
        op.execute(statement)
