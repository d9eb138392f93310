"""Requests about units, their answers and withdrawals, and the days within which they are answered.

Revision ID: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "requests",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("list_id", sa.Text, nullable=False),
        sa.Column("unit_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("due_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sa.UniqueConstraint("request_id", name="uq_requests_request_id"),
        sa.ForeignKeyConstraint(["list_id"], ["lists.list_id"], name="fk_requests_list_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"], name="fk_requests_unit_id"),
    )
    op.create_index("ix_requests_owner", "requests", ["owner"])
    op.create_table(
        "request_answers",
        sa.Column("request_id", _ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("request_id", name="pk_request_answers"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_request_answers_request_id"),
    )
    op.create_table(
        "request_withdrawals",
        sa.Column("request_id", _ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("request_id", name="pk_request_withdrawals"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_request_withdrawals_request_id"),
    )
    op.create_table(
        "service_levels",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_levels"),
    )
    for table in ("requests", "request_answers", "request_withdrawals", "service_levels"):
        for statement in append_only_ddl(op.get_bind().dialect.name, table):
            op.execute(statement)
