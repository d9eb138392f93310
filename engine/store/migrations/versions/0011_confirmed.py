"""Agreements that the office confirmed, and showings found by their list.

Revision ID: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and its guard; what was agreed to before needed nobody's confirmation, and stands."""
    op.create_table(
        "agreement_confirmations",
        sa.Column("agreement_id", _ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("agreement_id", name="pk_agreement_confirmations"),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name="fk_agreement_confirmations_agreement_id"),
    )
    op.execute("INSERT INTO agreement_confirmations (agreement_id, made_at) SELECT id, made_at FROM agreements")
    for statement in append_only_ddl(op.get_bind().dialect.name, "agreement_confirmations"):
        op.execute(statement)
    op.create_index("ix_showings_run_id", "showings", ["run_id"])
