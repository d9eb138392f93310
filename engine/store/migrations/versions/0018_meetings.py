"""Plans of the meetings of events, and jobs of more than one kind.

Revision ID: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and its guard; jobs that wait already are registers to be read."""
    op.create_table(
        "meeting_plans",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_plans"),
        sa.UniqueConstraint("event", "version", name="uq_meeting_plans_event_version"),
    )
    for statement in append_only_ddl(op.get_bind().dialect.name, "meeting_plans"):
        op.execute(statement)
    op.add_column("jobs", sa.Column("kind", sa.Text, nullable=False, server_default="import"))
