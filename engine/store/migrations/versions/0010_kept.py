"""Mandates, lists as shown, reactions to them, and answers to writes that may be sent again.

Revision ID: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "mandates",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mandates"),
        sa.UniqueConstraint("owner", "name", "version", name="uq_mandates_owner_name_version"),
    )
    op.create_table(
        "mandate_withdrawals",
        sa.Column("mandate_id", _ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("mandate_id", name="pk_mandate_withdrawals"),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name="fk_mandate_withdrawals_mandate_id"),
    )
    op.create_table(
        "lists",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("list_id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("mandate_id", _ROW_NUMBER, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("stock_version", sa.Text, nullable=False),
        sa.Column("model_version", sa.Text),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lists"),
        sa.UniqueConstraint("list_id", name="uq_lists_list_id"),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name="fk_lists_mandate_id"),
    )
    op.create_index("ix_lists_owner", "lists", ["owner"])
    op.create_table(
        "reactions",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("list_id", sa.Text, nullable=False),
        sa.Column("unit_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reactions"),
        sa.ForeignKeyConstraint(["list_id"], ["lists.list_id"], name="fk_reactions_list_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"], name="fk_reactions_unit_id"),
    )
    op.create_index("ix_reactions_owner", "reactions", ["owner"])
    op.create_table(
        "acknowledged",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("given", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_acknowledged"),
        sa.UniqueConstraint("actor", "given", name="uq_acknowledged_actor_given"),
    )
    dialect = op.get_bind().dialect.name
    for table in ("mandates", "mandate_withdrawals", "lists", "reactions"):
        for statement in append_only_ddl(dialect, table):
            op.execute(statement)
