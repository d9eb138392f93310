"""What was done for a unit, and the money that came: two columns of events.

Revision ID: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; events that were recorded before say nothing of either."""
    op.add_column("events", sa.Column("act", sa.Text))
    op.add_column("events", sa.Column("rial", sa.BigInteger))
