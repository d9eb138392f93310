"""Figures of each county: what a map is coloured by, and the table beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.codes import Code
from engine.domain.unit import Field
from engine.ranking.money import money_factor, own_year
from engine.ranking.reasons import Triage
from serving.desk.appraisal import Appraised


class CountyFigure(Code):
    """What a county is coloured by."""

    UNITS = "units"
    OFFER = "offer"
    JOBS = "jobs"
    FEASIBILITY = "feasibility"
    CAPITAL = "capital"


@dataclass(frozen=True, eq=False, slots=True)
class CountyFigures:
    """Figures of all counties of the register.

    Parameters
    ----------
    table
        A row for each province and county that units state, in the order of their names, columns ``province, county``
        (missing where units state none), ``units`` and ``offer`` (counts), ``scored`` (units that have a prediction),
        ``jobs, jobs_low, jobs_high`` (sums of expected jobs, persons, over these), ``feasibility`` (mean of their
        middle estimates, 0..1), ``priced`` (units whose capital can be brought to one year) and ``capital`` (its sum,
        rial of ``price_year``); a sum or mean of nothing is missing, never nil.
    price_year
        Jalali year in whose money capital is added up; ``None`` where no record says its year.
    """

    table: pd.DataFrame
    price_year: int | None

    def of_province(self, province: str) -> pd.DataFrame:
        """Rows of one province whose county is stated, index ``county``."""
        rows = self.table[(self.table["province"] == province) & self.table["county"].notna()]
        return rows.set_index("county")

    def elsewhere(self, province: str) -> pd.DataFrame:
        """Units that no county of the province holds: province (missing where none is stated) and ``units``."""
        rows = self.table[(self.table["province"] != province).fillna(True) | self.table["county"].isna()]
        found = rows.groupby("province", dropna=False, sort=True)["units"].sum()
        return found.rename_axis("province").reset_index()


def county_figures(appraised: Appraised) -> CountyFigures:
    """Add up the figures of each county.

    Parameters
    ----------
    appraised
        The appraisal whose units are added up.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> from serving.desk.question import Question
    >>> from serving.disclosure.masking import Audience
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a", "b"], "province": "West Azerbaijan", "county": "Khoy"}))
    >>> figures = {"feasibility_unit_point": [0.2, 0.4], "jobs_expected_point": [3.0, None], "triage": "offer"}
    >>> units = units.assign(jobs_expected_low=1.0, jobs_expected_high=9.0, scorable=True, **figures)
    >>> question = Question(as_of=pd.Timestamp("2026-11-23"))
    >>> found = county_figures(Appraised(units, question, Audience.OFFICE)).of_province("West Azerbaijan")
    >>> found[["units", "offer", "jobs"]].to_dict("records"), found["feasibility"].round(3).tolist()
    ([{'units': 2, 'offer': 2, 'jobs': 3.0}], [0.3])
    """
    table, terms = appraised.table, appraised.terms
    money = money_factor(table, terms.price_year, prices=terms.prices)
    stated = table[Field.CAPITAL_NEEDED_RIAL.value].to_numpy(dtype=np.float64, na_value=np.nan)
    columns = {
        "province": table[Field.PROVINCE.value],
        "county": table[Field.COUNTY.value],
        "offer": table["triage"].eq(Triage.OFFER.value).astype("int64"),
        "jobs_low": table["jobs_expected_low"].astype("float64"),
        "jobs": table["jobs_expected_point"].astype("float64"),
        "jobs_high": table["jobs_expected_high"].astype("float64"),
        "feasibility": table["feasibility_unit_point"].astype("float64"),
        "capital": stated * money.capital,
    }
    groups = pd.DataFrame(columns, index=table.index).groupby(["province", "county"], dropna=False, sort=True)
    sums = ["jobs_low", "jobs", "jobs_high", "capital"]
    found = pd.concat(
        [
            groups.size().rename("units"),
            groups["offer"].sum(),
            groups[sums].sum(min_count=1),
            groups["feasibility"].mean(),
            groups["jobs"].count().rename("scored"),
            groups["capital"].count().rename("priced"),
        ],
        axis=1,
    )
    year = own_year(table) if terms.price_year is None else terms.price_year
    return CountyFigures(found.reset_index(), year)
