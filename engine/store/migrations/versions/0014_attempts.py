"""How often a job was begun, and lists that were made for a message and not because somebody asked.

Revision ID: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of what is there nothing was counted, and no list was made for a message."""
    op.add_column("jobs", sa.Column("attempts", sa.Integer, nullable=False, server_default="0"))
    op.add_column("lists", sa.Column("webhook_id", sa.Text))
