"""Passwords that take the place of an account's first.

Revision ID: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and its guard; every account keeps the password that it has."""
    op.create_table(
        "passwords",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_passwords"),
        sa.ForeignKeyConstraint(["name"], ["people.name"], name="fk_passwords_name"),
    )
    op.create_index("ix_passwords_name", "passwords", ["name"])
    for statement in append_only_ddl(op.get_bind().dialect.name, "passwords"):
        op.execute(statement)
