"""Filters of a ranking: which units a planner asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from engine.codes import Code
from engine.domain.places import place
from engine.domain.prediction import Output, columns
from engine.domain.unit import Field, Origin, Status
from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import fold, fold_column
from engine.ranking.reasons import Triage
from engine.ranking.sectors import belongs

Wanted = str | Sequence[str] | None
"""One value, several of which any will do, or no wish."""


def select(
    table: pd.DataFrame,
    *,
    province: Wanted = None,
    county: Wanted = None,
    estate: Wanted = None,
    sector: Wanted = None,
    status: Wanted = None,
    triage: Wanted = None,
    origin: Wanted = None,
    min_jobs: float | None = None,
    min_feasibility: float | None = None,
    max_capital_rial: float | None = None,
) -> pd.DataFrame:
    """Keep the units that meet all wishes.

    Parameters
    ----------
    table
        Appraisal table (or a unit table, for the wishes that its columns can answer), shape (n, any).
    province, county
        Names of places in either language; several are alternatives.
    estate
        Words that the name of the estate holds.
    sector
        ISIC codes of any level: ``10`` keeps ``1030``.
    status, triage, origin
        Codes of ``Status``, ``Triage``, ``Origin``.
    min_jobs
        Persons: lowest ``jobs_if_revived_point``.
    min_feasibility
        Probability: lowest ``feasibility_point``.
    max_capital_rial
        Rial, each record in its own price year: highest capital needed. A unit that does not say is left out by each
        of the last three.

    Returns
    -------
    pandas.DataFrame
        The rows kept, in their order.

    Raises
    ------
    EhyaError
        ``unknown_option`` for a code that does not exist, ``place_unknown``, ``sector_unknown``.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a", "b"], "isic": ["1030", "2395"], "county": ["Urmia", "Khoy"]}))
    >>> select(units, sector="10").index.tolist(), select(units, county=["خوی", "Urmia"]).index.tolist()
    (['a'], ['a', 'b'])
    """
    keep = pd.Series(True, index=table.index)
    for wanted, test in (
        (province, lambda name: _in_province(table, name)),
        (county, lambda name: _in_county(table, name)),
        (estate, lambda words: _holds(table[Field.ESTATE.value], words)),
        (sector, lambda code: belongs(table[Field.ISIC.value], [code])),
        (status, lambda code: table[Field.STATUS.value] == _known(code, Status, "status")),
        (triage, lambda code: table["triage"] == _known(code, Triage, "triage")),
        (origin, lambda code: table["origin"] == _known(code, Origin, "origin")),
    ):
        keep &= _any(keep, wanted, test)
    for limit, name in (
        (min_jobs, columns(Output.JOBS_IF_REVIVED)[1]),
        (min_feasibility, columns(Output.FEASIBILITY)[1]),
    ):
        if limit is not None:
            keep &= (table[name] >= limit).fillna(False).astype(bool)
    if max_capital_rial is not None:
        keep &= (table[Field.CAPITAL_NEEDED_RIAL.value] <= max_capital_rial).fillna(False).astype(bool)
    return table[keep]


def _any(keep: pd.Series, wanted: Wanted, test: Callable[[str], pd.Series]) -> pd.Series:
    """Whether any of the values asked for holds; everywhere when none is asked for."""
    if wanted is None or not wanted:
        return keep
    found = pd.Series(False, index=keep.index)
    for value in [wanted] if isinstance(wanted, str) else wanted:
        found |= test(value).fillna(False).astype(bool)
    return found


def _in_province(table: pd.DataFrame, name: str) -> pd.Series:
    """``name`` may go without the word "province" where a county bears it too."""
    return table[Field.PROVINCE.value] == place(name, "province").province


def _in_county(table: pd.DataFrame, name: str) -> pd.Series:
    """Counties of one name in several provinces all count; the filter of provinces tells them apart."""
    try:
        found = [place(name, "county")]
    except EhyaError as error:
        if error.code is not ErrorCode.PLACE_AMBIGUOUS:
            raise
        found = [place(str(one)) for one in error.facts["allowed"]]  # type: ignore[attr-defined]
    inside = pd.Series(False, index=table.index)
    for one in found:
        province = table[Field.PROVINCE.value]
        inside |= (table[Field.COUNTY.value] == one.county) & (province.isna() | (province == one.province))
    return inside


def _holds(names: pd.Series, words: str) -> pd.Series:
    return fold_column(names).str.contains(fold(words), regex=False)


def _known(code: str, family: type[Code], option: str) -> str:
    if code not in {member.value for member in family}:
        raise EhyaError(
            ErrorCode.UNKNOWN_OPTION, option=option, given=code, allowed=[member.value for member in family]
        )
    return code
