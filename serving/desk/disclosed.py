"""What a caller reads of one unit beside its public record."""

from __future__ import annotations

import pandas as pd

from engine.settings import Settings
from serving.desk.workspace import open_register
from serving.disclosure.levels import Level, beside_public


def beside_the_record(settings: Settings, unit_id: str, level: Level) -> pd.DataFrame:
    """Private fields of one unit that a level shows, as the register has them now.

    Parameters
    ----------
    settings
        The workspace.
    unit_id
        The unit; where it was merged into another since, nothing is shown under its name.
    level
        The level at which the caller sees the unit.

    Returns
    -------
    pandas.DataFrame
        Index ``unit_id``, at most one row; no other columns than `serving.disclosure.levels.beside_public` names.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``database_failed``.
    """
    with open_register(settings) as register:
        found = register.units.one(unit_id)
    return found.loc[found.index == unit_id, list(beside_public(level))]
