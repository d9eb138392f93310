"""Jobs of a revival: gross, new to the province, weighted by need; with suppliers' and consumers' jobs beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from engine.economics.additionality import net_jobs
from engine.economics.multipliers import multipliers
from engine.economics.years import Array, Values
from engine.reference.tables import table

COUNTRY = "Iran"
SURVEY_YEAR = 1398
"""The one year whose yearly rate is known of every province."""
CENSUS_UNEMPLOYMENT = 12.6
"""Unemployment of the country in the census of 1395, percent: counties are measured against it."""


@dataclass(frozen=True, eq=False, slots=True)
class LabourMarket:
    """What the labour market around each unit says; shapes (n,).

    Parameters
    ----------
    unemployment
        Of the county by its census, else of the province, percent; NaN where neither is known.
    of_country
        The country's rate in the same count, percent.
    by_county
        Whether the county's own rate is known, bool.
    rivals
        Whether another unit of the same ISIC class works in the province, bool.
    type_i, type_ii
        Employment multipliers of the sector.
    multiplier_assumed
        Whether the sector has none and a default stands in, bool.
    """

    unemployment: Array
    of_country: Array
    by_county: NDArray[np.bool_]
    rivals: NDArray[np.bool_]
    type_i: Array
    type_ii: Array
    multiplier_assumed: NDArray[np.bool_]

    def only(self, places: slice | NDArray[np.intp]) -> LabourMarket:
        """The same of some of the units, by their places."""
        return LabourMarket(*(getattr(self, name)[places] for name in self.__slots__))


def labour_market(units: pd.DataFrame) -> LabourMarket:
    """Labour market and multipliers of each unit.

    Parameters
    ----------
    units
        Unit table, shape (n, columns). Units of it that operate or half operate count as rivals of those of their class
        and province.

    Returns
    -------
    LabourMarket
        Shape (n,).

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a", "b"], "isic": ["1050", "1050"],
    ...     "province": "West Azerbaijan", "county": ["Bukan", "Baruq"], "status": ["idle", "operating"]}))
    >>> around = labour_market(units)
    >>> around.unemployment.tolist(), around.by_county.tolist(), around.rivals.tolist()
    ([12.8, 11.2], [True, False], [True, False])
    """
    county, province, census = _rates()
    own = units["province"].str.cat(units["county"], sep="/").map(county).to_numpy(dtype=np.float64)
    wide = units["province"].map(province).to_numpy(dtype=np.float64)
    known = multipliers(units["isic"])
    return LabourMarket(
        unemployment=np.where(np.isnan(own), wide, own),
        of_country=np.where(np.isnan(own), province[COUNTRY], census),
        by_county=~np.isnan(own),
        rivals=_rivals(units),
        type_i=known["type_i"].to_numpy(dtype=np.float64),
        type_ii=known["type_ii"].to_numpy(dtype=np.float64),
        multiplier_assumed=known["assumed"].to_numpy(dtype=bool),
    )


def new_jobs(gross: ArrayLike, around: LabourMarket, values: Values) -> Array:
    """Direct jobs that are new to the province.

    Parameters
    ----------
    gross
        Direct jobs, persons, shape (n,) or (draws, n).
    around
        Whether rivals work in the province: they lose ``displacement_same_sector``, else ``displacement``.
    values
        Assumption -> value.

    Returns
    -------
    numpy.ndarray
        Persons, of the shape of ``gross``.

    Examples
    --------
    >>> from engine.economics.assumptions import Assumptions
    >>> alone = LabourMarket(*np.array([[8.0], [12.6], [1], [0], [1.3], [1.6], [1]]))
    >>> new_jobs([100.0], alone, Assumptions.from_reference().points()).round(2).tolist()
    [54.51]
    """
    same, other = (np.asarray(values[name]) for name in ("displacement_same_sector", "displacement"))
    lost: Array = np.where(around.rivals, same, other)
    net: Array = net_jobs(
        np.asarray(gross, dtype=np.float64),
        leakage=np.asarray(values["leakage"]),
        displacement=lost,
        substitution=np.asarray(values["substitution"]),
        deadweight=np.asarray(values["deadweight"]),
    )
    return net


def social_weight(around: LabourMarket, values: Values) -> Array:
    """Weight of a job by need: ``(u / u_country)^power``, between a floor and a ceiling; 1 where u is not known.

    Parameters
    ----------
    around
        Unemployment around each unit.
    values
        ``social_weight_power, social_weight_floor, social_weight_ceiling``.

    Returns
    -------
    numpy.ndarray
        Shape (n,).

    Examples
    --------
    >>> from engine.economics.assumptions import Assumptions
    >>> around = LabourMarket(*np.array([[23.0, 6.1], [12.6] * 2, [1] * 2, [0] * 2, [1] * 2, [1] * 2, [1] * 2]))
    >>> social_weight(around, Assumptions.from_reference().points()).round(3).tolist()
    [1.351, 0.7]
    """
    weight = (around.unemployment / around.of_country) ** np.asarray(values["social_weight_power"])
    weight = np.clip(weight, values["social_weight_floor"], values["social_weight_ceiling"])
    return np.where(np.isnan(weight), 1.0, weight)


def shadow_wage(around: LabourMarket, values: Values) -> Array:
    """What a wage costs the economy, as a share of it: the less, the more people look for work.

    Parameters
    ----------
    around
        Unemployment around each unit; where it is not known the urban factor stands.
    values
        The factors and their bounds in percent.

    Returns
    -------
    numpy.ndarray
        Shape (n,). Source of the factors: Del Bo, Fiorio, Florio; the rule by unemployment is assumed.

    Examples
    --------
    >>> from engine.economics.assumptions import Assumptions
    >>> around = LabourMarket(*np.array([[23.0, 8, 6.1], [12.6] * 3, [1] * 3, [0] * 3, [1] * 3, [1] * 3, [1] * 3]))
    >>> shadow_wage(around, Assumptions.from_reference().points()).tolist()
    [0.54, 0.8, 0.99]
    """
    rate = around.unemployment
    factor = np.where(rate < values["shadow_wage_bound_low"], values["shadow_wage_efficient"],
                      values["shadow_wage_urban"])  # fmt: skip
    return np.where(rate > values["shadow_wage_bound_high"], values["shadow_wage_unemployment"], factor)


def _rates() -> tuple[dict[str, float], dict[str, float], float]:
    """Unemployment in percent: of counties by the census of 1395, of provinces by the survey of 1398."""
    counted = table("county_indicators")
    counted = counted[counted["indicator"] == "unemployment"]
    county = dict(zip(counted["province"] + "/" + counted["county"], counted["value"], strict=True))
    yearly = table("unemployment")
    yearly = yearly[(yearly["period"] == "annual") & (yearly["jalali_year"] == SURVEY_YEAR)]
    return county, dict(zip(yearly["province"], yearly["percent"], strict=True)), CENSUS_UNEMPLOYMENT


def _rivals(units: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether another unit of the class works in the province."""
    working = units["status"].isin(["operating", "semi_active"]).to_numpy()
    groups = units[["province", "isic"]].assign(working=working).groupby(["province", "isic"], dropna=True)["working"]
    others = groups.transform("sum").fillna(0).to_numpy(dtype=np.float64) - working
    return np.asarray(others > 0)
