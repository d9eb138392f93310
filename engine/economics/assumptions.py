"""What an appraisal assumes: rows of the table ``priors``, each with its range and source, and each open to change."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Self

import numpy as np
import pandas as pd

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from engine.reference.tables import table


class Setter(Code):
    """Who set an assumption: the table of priors, or the caller."""

    TABLE = "table"
    CALLER = "caller"


NAMES = (
    "horizon_years",
    "real_discount_rate",
    "expected_inflation",
    "dscr_floor",
    "ramp_months",
    "working_capital_days",
    "working_capital_days_least",
    "working_capital_cap",
    "revival_capital_per_job_1398",
    "labour_cost_per_job_1404",
    "sales_to_norm",
    "price_to_norm",
    "costs_to_norm",
    "replaced_wear",
    "fixed_share_wages",
    "fixed_share_energy",
    "fixed_share_services",
    "hard_currency_share_of_materials",
    "real_exchange_rate",
    "capital_overrun",
    "asset_life_years",
    "residual_share",
    "estate_land_per_m2_1396",
    "estate_workshop_per_m2_1396",
    "sale_discount",
    "holding_cost_rate",
    "tax_rate",
    "tax_holiday_base",
    "tax_holiday_estate",
    "tax_holiday_less_developed",
    "tax_holiday_less_developed_estate",
    "loan_share",
    "loan_rate",
    "loan_years",
    "loan_grace_years",
    "market_rate",
    "reschedule_down_payment",
    "reschedule_years",
    "reschedule_grace_years",
    "leakage",
    "displacement",
    "displacement_same_sector",
    "substitution",
    "deadweight",
    "shadow_wage_efficient",
    "shadow_wage_urban",
    "shadow_wage_unemployment",
    "shadow_wage_rural",
    "shadow_wage_bound_low",
    "shadow_wage_bound_high",
    "social_weight_power",
    "social_weight_floor",
    "social_weight_ceiling",
    "job_years",
    "sensitivity_step",
    "exchange_shock",
)
"""Rows of the table ``priors`` on which an appraisal rests, in the order in which they are shown."""

WHOLE = frozenset(
    {"horizon_years", "loan_years", "loan_grace_years", "reschedule_years", "reschedule_grace_years"}
    | {name for name in NAMES if name.startswith("tax_holiday_")}
)
"""Those that count whole years: they have no range, since nothing draws them."""

_SHARES = frozenset({"share", "probability"})
_LEAST = {"horizon_years": 1, "loan_years": 1, "reschedule_years": 1, "ramp_months": 0, "asset_life_years": 1}
_MOST = {
    "horizon_years": 50,
    "loan_years": 50,
    "reschedule_years": 50,
    "loan_grace_years": 20,
    "reschedule_grace_years": 20,
    "job_years": 50,
}


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption.

    Parameters
    ----------
    name
        Row of the table ``priors``.
    value, low, high
        Point and ends of its range, in ``measure``; both ends equal the point where no range is stated.
    measure
        Unit of measure.
    basis
        ``published``, ``computed`` or ``assumed``.
    source
        Where it comes from.
    setter
        Who set it.
    """

    name: str
    value: float
    low: float
    high: float
    measure: str
    basis: str
    source: str
    setter: Setter = Setter.TABLE


@dataclass(frozen=True, slots=True)
class Assumptions(Mapping[str, Assumption]):
    """All assumptions of an appraisal, by name.

    Examples
    --------
    >>> assumptions = Assumptions.from_reference().changed({"loan_rate": 0.18})
    >>> assumptions["loan_rate"].value, assumptions["loan_rate"].setter.value, assumptions.value("dscr_floor")
    (0.18, 'caller', 1.25)
    """

    rows: Mapping[str, Assumption]

    @classmethod
    def from_reference(cls) -> Self:
        """The rows of the table ``priors``."""
        return cls(_reference_rows())

    def changed(self, given: Mapping[str, object], *, option: str = "assumptions") -> Assumptions:
        """The same with other values.

        Parameters
        ----------
        given
            Name -> a number, which drops the range, or three numbers ``[low, value, high]``.
        option
            What the caller wrote them in; it is named in an error.

        Raises
        ------
        EhyaError
            ``unknown_option`` for a name that is no assumption, with the nearest; ``value_unreadable`` for what is
            no number, ends out of order, a share outside 0..1, a rate below -0.5, years out of range, or a range of
            whole years.
        """
        rows = dict(self.rows)
        for name, stated in given.items():
            if name not in rows:
                nearest = difflib.get_close_matches(str(name), list(rows), n=3, cutoff=0.5)
                raise EhyaError(ErrorCode.UNKNOWN_OPTION, option=option, given=str(name), allowed=nearest or list(rows))
            low, value, high = _three(name, stated, rows[name], option)
            rows[name] = replace(rows[name], value=value, low=low, high=high, setter=Setter.CALLER)
        return Assumptions(rows)

    def value(self, name: str) -> float:
        """Point of one assumption, in its measure."""
        return self.rows[name].value

    def points(self) -> dict[str, float]:
        """Name -> point."""
        return {name: row.value for name, row in self.rows.items()}

    def ranged(self) -> dict[str, Assumption]:
        """Those that have a range."""
        return {name: row for name, row in self.rows.items() if row.low < row.high}

    def __getitem__(self, name: str) -> Assumption:
        return self.rows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@cache
def _reference_rows() -> dict[str, Assumption]:
    priors = table("priors")
    rows = {}
    for row in priors[priors["prior"].isin(NAMES)].to_dict("records"):
        low, high = (row["value"] if pd.isna(row[end]) else row[end] for end in ("low", "high"))
        stated = (row["prior"], row["value"], low, high, row["measure"], row["basis"], row["source"])
        rows[str(row["prior"])] = Assumption(*stated)
    return {name: rows[name] for name in NAMES}


def _three(name: str, stated: object, row: Assumption, option: str) -> tuple[float, float, float]:
    least, most = bounds(row)
    allowed = [f"{least:g} … {most:g}", f"[{row.low:g}, {row.value:g}, {row.high:g}]"][: 1 if name in WHOLE else 2]
    refused = EhyaError(ErrorCode.VALUE_UNREADABLE, option=f"{option} {name}", given=str(stated), allowed=allowed)
    given = list(stated) if isinstance(stated, (list, tuple)) else [stated] * 3
    if len(given) != 3 or any(isinstance(one, bool) or not isinstance(one, (int, float)) for one in given):
        raise refused
    low, value, high = (float(str(one)) for one in given)
    if not (least <= low <= value <= high <= most):
        raise refused
    if name in WHOLE and (low < high or value != int(value)):
        raise refused
    return low, value, high


def bounds(row: Assumption) -> tuple[float, float]:
    """Least and most that an assumption may be, in its measure.

    Examples
    --------
    >>> bounds(Assumptions.from_reference()["leakage"])
    (0.0, 1.0)
    """
    if row.measure in _SHARES:
        return 0.0, 1.0
    if row.measure == "rate a year":
        return -0.5, 10.0
    return float(_LEAST.get(row.name, 0)), float(_MOST.get(row.name, np.finfo(np.float64).max))
