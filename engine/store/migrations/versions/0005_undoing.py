"""Imports that are undone, rows that were seen again unchanged, events that are corrected and withdrawn.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "undone_imports",
        sa.Column("import_id", _ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("import_id", name="pk_undone_imports"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_undone_imports_import_id"),
    )
    op.create_table(
        "repeats",
        sa.Column("unit_id", sa.Text, nullable=False),
        sa.Column("import_id", _ROW_NUMBER, nullable=False),
        sa.Column("sheet", sa.Text, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("as_of", sa.Date),
        sa.Column("source", sa.Text),
        sa.Column("confidence", sa.Text),
        sa.Column("price_year", sa.BigInteger),
        sa.Column("given", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "import_id", name="pk_repeats"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"], name="fk_repeats_unit_id"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_repeats_import_id"),
    )
    op.create_table(
        "event_revisions",
        sa.Column("event_id", _ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("replacement_id", _ROW_NUMBER),
        sa.Column("known_on", sa.Date, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("event_id", name="pk_event_revisions"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_event_revisions_event_id"),
        sa.ForeignKeyConstraint(["replacement_id"], ["events.id"], name="fk_event_revisions_replacement_id"),
        sa.UniqueConstraint("replacement_id", name="uq_event_revisions_replacement_id"),
    )
    dialect = op.get_bind().dialect.name
    for table in ("undone_imports", "repeats", "event_revisions"):
        for statement in append_only_ddl(dialect, table):
            op.execute(statement)
