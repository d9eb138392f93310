"""The register: units with history, imports, predictions, events, promotions, showings.

Revision ID: 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.store.dialect import append_only_ddl

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Written out and not taken from the fields of today: a revision says what the tables were on its day.
_FIELDS: list[tuple[str, type[sa.types.TypeEngine[Any]]]] = [
    ("business_id", sa.Text),
    ("national_id", sa.Text),
    ("name", sa.Text),
    ("province", sa.Text),
    ("county", sa.Text),
    ("estate", sa.Text),
    ("isic", sa.Text),
    ("sector_text", sa.Text),
    ("status", sa.Text),
    ("stopped_on", sa.Date),
    ("stopped_on_precision", sa.Text),
    ("idle_months", sa.Double),
    ("stop_causes", sa.Text),
    ("established_on", sa.Date),
    ("established_on_precision", sa.Text),
    ("prior_revivals", sa.BigInteger),
    ("capacity_text", sa.Text),
    ("capacity_share", sa.Double),
    ("export_share", sa.Double),
    ("jobs_before_stop", sa.BigInteger),
    ("jobs_now", sa.BigInteger),
    ("jobs_promised", sa.BigInteger),
    ("land_m2", sa.Double),
    ("building_m2", sa.Double),
    ("machinery_year", sa.BigInteger),
    ("machinery_text", sa.Text),
    ("power_kw", sa.Double),
    ("gas_m3_per_hour", sa.Double),
    ("water_l_per_s", sa.Double),
    ("bank_debt_rial", sa.BigInteger),
    ("tax_debt_rial", sa.BigInteger),
    ("social_security_debt_rial", sa.BigInteger),
    ("other_debt_rial", sa.BigInteger),
    ("bank_owned", sa.Boolean),
    ("title_deed", sa.Boolean),
    ("litigation_count", sa.BigInteger),
    ("capital_needed_rial", sa.BigInteger),
    ("working_capital_needed_rial", sa.BigInteger),
    ("deal_forms", sa.Text),
    ("notes", sa.Text),
]

_APPEND_ONLY = ["imports", "rejections", "sightings", "unit_values", "predictions", "events", "promotions", "showings"]


def upgrade() -> None:
    """Make the tables and their guards."""
    _create_units()
    _create_imports()
    _create_history()
    _create_predictions()
    _create_events()
    _create_promotions_and_showings()
    dialect = op.get_bind().dialect.name
    for table in _APPEND_ONLY:
        for statement in append_only_ddl(dialect, table):
            op.execute(statement)


def _numbered(table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint]:
    return sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False), sa.PrimaryKeyConstraint(
        "id", name=f"pk_{table}"
    )


def _unit(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return sa.Column("unit_id", sa.Text, nullable=False), sa.ForeignKeyConstraint(
        ["unit_id"], ["units.unit_id"], name=f"fk_{table}_unit_id"
    )


def _import(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return sa.Column("import_id", _ROW_NUMBER, nullable=False), sa.ForeignKeyConstraint(
        ["import_id"], ["imports.id"], name=f"fk_{table}_import_id"
    )


def _create_units() -> None:
    op.create_table(
        "units",
        sa.Column("unit_id", sa.Text, nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        *(sa.Column(name, kind) for name, kind in _FIELDS),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("as_of", sa.Date),
        sa.Column("confidence", sa.Text),
        sa.Column("price_year", sa.BigInteger),
        sa.Column("extras", sa.Text),
        sa.PrimaryKeyConstraint("unit_id", name="pk_units"),
        sa.UniqueConstraint("identity", "ordinal", "origin", name="uq_units_identity_ordinal_origin"),
    )


def _create_imports() -> None:
    op.create_table(
        "imports",
        *_numbered("imports"),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("as_of", sa.Date),
        sa.Column("imported_at", sa.DateTime, nullable=False),
        sa.Column("new_count", sa.Integer, nullable=False),
        sa.Column("updated_count", sa.Integer, nullable=False),
        sa.Column("unchanged_count", sa.Integer, nullable=False),
        sa.Column("rejected_row_count", sa.Integer, nullable=False),
        sa.Column("rejected_cell_count", sa.Integer, nullable=False),
    )
    op.create_table(
        "rejections",
        *_numbered("rejections"),
        *_import("rejections"),
        sa.Column("sheet", sa.Text, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("column", sa.Text),
        sa.Column("field", sa.Text),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("given", sa.Text),
    )
    op.create_index("ix_rejections_import_id", "rejections", ["import_id"])


def _create_history() -> None:
    op.create_table(
        "sightings",
        *_unit("sightings"),
        *_import("sightings"),
        sa.Column("sheet", sa.Text, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("as_of", sa.Date),
        sa.Column("source", sa.Text),
        sa.Column("confidence", sa.Text),
        sa.Column("price_year", sa.BigInteger),
        sa.Column("given", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "import_id", name="pk_sightings"),
    )
    op.create_table(
        "unit_values",
        *_numbered("unit_values"),
        sa.Column("unit_id", sa.Text, nullable=False),
        sa.Column("import_id", _ROW_NUMBER, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("precision", sa.Text),
        sa.Column("shown", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id", "import_id"],
            ["sightings.unit_id", "sightings.import_id"],
            name="fk_unit_values_unit_id_import_id",
        ),
    )
    op.create_index("ix_unit_values_unit_id", "unit_values", ["unit_id"])


def _create_predictions() -> None:
    op.create_table(
        "predictions",
        *_numbered("predictions"),
        *_unit("predictions"),
        sa.Column("output", sa.Text, nullable=False),
        sa.Column("low", sa.Double),
        sa.Column("point", sa.Double),
        sa.Column("high", sa.Double),
        sa.Column("not_scorable", sa.Text),
        sa.Column("prior_driven", sa.Boolean),
        sa.Column("out_of_fold", sa.Boolean),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("model_data_until", sa.Date),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_predictions_unit_id", "predictions", ["unit_id"])


def _create_events() -> None:
    op.create_table(
        "events",
        *_numbered("events"),
        *_unit("events"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("happened_precision", sa.Text, nullable=False),
        sa.Column("known_on", sa.Date, nullable=False),
        sa.Column("capacity_share", sa.Double),
        sa.Column("jobs", sa.Integer),
        sa.Column("mandate_id", sa.Text),
        sa.Column("event", sa.Text),
        sa.Column("source", sa.Text),
    )
    op.create_index("ix_events_unit_id", "events", ["unit_id"])


def _create_promotions_and_showings() -> None:
    op.create_table(
        "promotions",
        *_numbered("promotions"),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("promoted_at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("metrics", sa.JSON, nullable=False),
    )
    op.create_table(
        "showings",
        *_numbered("showings"),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("mandate_id", sa.Text, nullable=False),
        *_unit("showings"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("propensity", sa.Double),
        sa.Column("shown_on", sa.Date, nullable=False),
    )
    op.create_index("ix_showings_unit_id", "showings", ["unit_id"])
