"""Packages: each version whole, and what persons did with it.

Revision ID: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "packages",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("model_version", sa.Text),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_packages"),
        sa.UniqueConstraint("name", "version", name="uq_packages_name_version"),
    )
    op.create_table(
        "package_freezes",
        sa.Column("package_id", _ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("signed_on", sa.Date, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("package_id", name="pk_package_freezes"),
        sa.ForeignKeyConstraint(["package_id"], ["packages.id"], name="fk_package_freezes_package_id"),
    )
    dialect = op.get_bind().dialect.name
    for table in ("packages", "package_freezes"):
        for statement in append_only_ddl(dialect, table):
            op.execute(statement)
