"""Merges that an import found by itself name it.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column."""
    column = sa.Column("import_id", _ROW_NUMBER)
    if op.get_bind().dialect.name == "sqlite":
        # Written into the table as it stands: rebuilding it would lose its guards.
        op.execute(
            "ALTER TABLE merges ADD COLUMN import_id INTEGER CONSTRAINT fk_merges_import_id REFERENCES imports (id)"
        )
        return
    op.add_column("merges", column)
    op.create_foreign_key("fk_merges_import_id", "merges", "imports", ["import_id"], ["id"])
