"""Tables of facts: every row with its source and date."""

from engine.reference.tables import TableSpec, spec, table, table_names

__all__ = ["TableSpec", "spec", "table", "table_names"]
