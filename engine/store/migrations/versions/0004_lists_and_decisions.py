"""Lists of machines and debts; what persons confirmed, chose, and ranked.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns, make the tables and their guards."""
    op.add_column("units", sa.Column("equipment", sa.Text))
    op.add_column("units", sa.Column("debts", sa.Text))
    op.create_table(
        "confirmations",
        *_numbered("confirmations"),
        *_of_unit("confirmations"),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("precision", sa.Text),
        sa.Column("confidence", sa.Text, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_confirmations_unit_id", "confirmations", ["unit_id"])
    op.create_table(
        "pins",
        *_numbered("pins"),
        *_of_unit("pins"),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_pins_unit_id", "pins", ["unit_id"])
    op.create_table(
        "withdrawals",
        *_numbered("withdrawals"),
        *_pointer("confirmation_id", "confirmations"),
        *_pointer("pin_id", "pins"),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "source_ranks",
        *_numbered("source_ranks"),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    dialect = op.get_bind().dialect.name
    for table in ("confirmations", "pins", "withdrawals", "source_ranks"):
        for statement in append_only_ddl(dialect, table):
            op.execute(statement)


def _numbered(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    ]


def _of_unit(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("unit_id", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"], name=f"fk_{table}_unit_id"),
    ]


def _pointer(column: str, table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(column, _ROW_NUMBER),
        sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_withdrawals_{column}"),
        sa.UniqueConstraint(column, name=f"uq_withdrawals_{column}"),
    ]
