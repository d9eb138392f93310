"""Duplicates that were proposed, merges of units and their undoing.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "duplicates",
        *_pair("duplicates", "unit_id", "other_id"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("import_id", _ROW_NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_duplicates_import_id"),
        sa.UniqueConstraint("unit_id", "other_id", name="uq_duplicates_unit_id_other_id"),
    )
    op.create_table(
        "merges",
        *_pair("merges", "kept_id", "lost_id"),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "unmerges",
        sa.Column("merge_id", _ROW_NUMBER, nullable=False, autoincrement=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("merge_id", name="pk_unmerges"),
        sa.ForeignKeyConstraint(["merge_id"], ["merges.id"], name="fk_unmerges_merge_id"),
    )
    dialect = op.get_bind().dialect.name
    for table in ("duplicates", "merges", "unmerges"):
        for statement in append_only_ddl(dialect, table):
            op.execute(statement)


def _pair(table: str, one: str, other: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column(one, sa.Text, nullable=False),
        sa.Column(other, sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint([one], ["units.unit_id"], name=f"fk_{table}_{one}"),
        sa.ForeignKeyConstraint([other], ["units.unit_id"], name=f"fk_{table}_{other}"),
    ]
