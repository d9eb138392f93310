"""What banks are asked about units, and their answers.

Revision ID: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "bank_asks",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("ask_id", sa.Text, nullable=False),
        sa.Column("bank", sa.Text, nullable=False),
        sa.Column("unit_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("due_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bank_asks"),
        sa.UniqueConstraint("ask_id", name="uq_bank_asks_ask_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"], name="fk_bank_asks_unit_id"),
    )
    op.create_index("ix_bank_asks_bank", "bank_asks", ["bank"])
    op.create_table(
        "bank_answers",
        sa.Column("ask_id", _ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("rial", sa.BigInteger),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("ask_id", name="pk_bank_answers"),
        sa.ForeignKeyConstraint(["ask_id"], ["bank_asks.id"], name="fk_bank_answers_ask_id"),
    )
    for table in ("bank_asks", "bank_answers"):
        for statement in append_only_ddl(op.get_bind().dialect.name, table):
            op.execute(statement)
