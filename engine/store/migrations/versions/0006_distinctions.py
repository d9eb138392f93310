"""Pairs that may be one unit and that a person found to be two.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and its guard."""
    op.create_table(
        "distinctions",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("unit_id", sa.Text, nullable=False),
        sa.Column("other_id", sa.Text, nullable=False),
        sa.Column("holds", sa.Boolean, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_distinctions"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"], name="fk_distinctions_unit_id"),
        sa.ForeignKeyConstraint(["other_id"], ["units.unit_id"], name="fk_distinctions_other_id"),
    )
    for statement in append_only_ddl(op.get_bind().dialect.name, "distinctions"):
        op.execute(statement)
