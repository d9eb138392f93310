"""Invitations of investors, and what ended each.

Revision ID: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "invitations",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("invitation_id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("investor", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("invitation_id", name="uq_invitations_invitation_id"),
        sa.UniqueConstraint("digest", name="uq_invitations_digest"),
    )
    op.create_table(
        "invitation_ends",
        sa.Column("invitation_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("invitation_id", name="pk_invitation_ends"),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.invitation_id"], name="fk_invitation_ends_invitation_id"
        ),
        sa.ForeignKeyConstraint(["name"], ["people.name"], name="fk_invitation_ends_name"),
    )
    for table in ("invitations", "invitation_ends"):
        for statement in append_only_ddl(op.get_bind().dialect.name, table):
            op.execute(statement)
