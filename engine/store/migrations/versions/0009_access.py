"""Keys, people, agreements not to disclose, and the audit of what is done with them.

Revision ID: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "keys",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("investor", sa.Text),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
        sa.UniqueConstraint("key_id", name="uq_keys_key_id"),
    )
    op.create_table(
        "key_revocations",
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_key_revocations"),
        sa.ForeignKeyConstraint(["key_id"], ["keys.key_id"], name="fk_key_revocations_key_id"),
    )
    op.create_table(
        "people",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("investor", sa.Text),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("name", name="uq_people_name"),
    )
    op.create_table(
        "disablings",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_disablings"),
        sa.ForeignKeyConstraint(["name"], ["people.name"], name="fk_disablings_name"),
    )
    op.create_table(
        "agreements",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("investor", sa.Text, nullable=False),
        sa.Column("package_id", _ROW_NUMBER, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agreements"),
        sa.ForeignKeyConstraint(["package_id"], ["packages.id"], name="fk_agreements_package_id"),
    )
    op.create_index("ix_agreements_investor", "agreements", ["investor"])
    op.create_table(
        "agreement_ends",
        sa.Column("agreement_id", _ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("agreement_id", name="pk_agreement_ends"),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name="fk_agreement_ends_agreement_id"),
    )
    op.create_table(
        "audit",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("hash", name="uq_audit_hash"),
    )
    dialect = op.get_bind().dialect.name
    for table in ("keys", "key_revocations", "people", "disablings", "agreements", "agreement_ends", "audit"):
        for statement in append_only_ddl(dialect, table):
            op.execute(statement)
