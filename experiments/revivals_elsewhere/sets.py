"""Three sets of real outcomes: what is known when a spell begins, what came of it, and what other sources say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.scoring.belief import Z80
from features.schema import FeatureKind, FeatureSchema, FeatureSpec
from training.priors.prior_effects import Slopes

Floats = npt.NDArray[np.float64]

NEVER = 99.0
"""Years after which nothing came."""


@dataclass(frozen=True, slots=True)
class Believed:
    """What is believed of a feature from sources that hold no row of the set.

    Parameters
    ----------
    feature
        Of the set.
    row
        ``output.feature`` of the table ``effects`` that rests on it, or that it tests.
    effect, low, high
        Log-odds for each unit of the feature, with its 80 % range.
    source
        Where it comes from.
    """

    feature: str
    row: str
    effect: float
    low: float
    high: float
    source: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A set.

    Parameters
    ----------
    name
        Of the option ``--set``.
    matrix
        Shape (n, features), index ``row_id``.
    schema
        Of the matrix.
    start
        Shape (n,), year in which the spell begins.
    revived
        Shape (n,), 1 or 0; NaN where nobody knows.
    years
        Shape (n,): from the start to the revival, or to the other end; ``NEVER`` where neither came.
    periods
        Years that the hazards speak of.
    ends
        Whether what was not revived has a day on which it ended; else it goes on waiting.
    before, after
        Shape (n,), staff; NaN where not known.
    believed
        Effects from elsewhere.
    """

    name: str
    matrix: pd.DataFrame
    schema: FeatureSchema
    start: Floats
    revived: Floats
    years: Floats
    periods: int
    ends: bool
    before: Floats
    after: Floats
    believed: tuple[Believed, ...]

    @property
    def slopes(self) -> Slopes:
        """What is believed, as a normal distribution of slopes."""
        rows = self.believed
        spread = np.array([(row.high - row.low) / (2 * Z80) for row in rows])
        return Slopes(
            features=tuple(row.feature for row in rows),
            transforms=("as_stated",) * len(rows),
            mean=np.array([row.effect for row in rows]),
            covariance=np.diag(spread**2),
            signs=np.zeros(len(rows), dtype=np.intp),
        )

    def take(self, rows: npt.NDArray[np.intp]) -> Elsewhere:
        """Some rows of it."""
        columns = {name: getattr(self, name)[rows] for name in ("start", "revived", "years", "before", "after")}
        kept = {name: getattr(self, name) for name in ("name", "schema", "periods", "ends", "believed")}
        return Elsewhere(matrix=self.matrix.iloc[rows], **columns, **kept)


def coal(rows: pd.DataFrame) -> Elsewhere:
    """Coal mines and plants of the United States that stopped: re-opened within three years."""
    numbers = {
        "size_log": np.log1p(rows["emp_peak3"]),
        "productivity_log": np.log1p(rows["tons_per_hour_last"].clip(lower=0)),
        "left_share": rows["decline"],
        "seen_years": rows["years_seen_active"],
        "idle_before": (rows["prior_idle_years"] > 0).astype(float),
        "county_mines_log": np.log1p(rows["county_active_mines"]),
        "county_change": rows["county_active_chg"],
        "other_mines": (rows["operator_active_after"] > 0).astype(float),
        "closed_for_a_time": (rows["stop_status"] == "Temporarily closed").astype(float),
        "abandoned": (rows["stop_status"] == "Permanently abandoned").astype(float),
        "unlisted": (rows["stop_status"] == "absent from file").astype(float),
        "hours_log": np.log1p(rows["hours_in_stop_year"]),
        "underground": (rows["type"] == "Underground").astype(float),
        "plant": rows["operation"].str.contains("reparation").astype(float),
        "contractor": (rows["company_type"] == "Contractor").astype(float),
    }
    revived = rows["reopened_3y"].to_numpy(np.float64)
    return _made(
        "coal", rows, numbers, {"state": rows["state"]}, start=rows["idle_year"], revived=revived,
        years=np.where(revived == 1, rows["years_to_reopen"].fillna(NEVER), NEVER), periods=3, ends=False,
        before=rows["emp_peak3"], after=rows["emp_reopen_y0"],
        believed=(
            Believed("size_log", "restart.jobs_before_log", 0.04, -0.10, 0.18, "large firms: employees +.041 (.076)"),
            Believed("left_share", "restart.capacity_used_share", 0.6, 0.05, 1.3, "table effects (assumed)"),
            Believed("idle_before", "durable.revivals_before", -0.45, -0.85, -0.05, "farms: earlier insolvency -.61"),
        ),
    )  # fmt: skip


def farm(rows: pd.DataFrame) -> Elsewhere:
    """Farms of the United States that asked for court protection: the plan was completed."""
    debt = rows["liabilities"].clip(lower=0)
    of_debt = {name: (rows[name] / debt.where(debt > 0)).clip(0, 1) for name in ("secured", "unsecured1")}
    numbers = {
        "assets_log": np.log1p(rows["assets"].clip(lower=0)),
        "debt_to_assets": (debt / rows["assets"].where(rows["assets"] > 0)).clip(0, 5),
        "secured_share": of_debt["secured"],
        "public_share": of_debt["unsecured1"],
        "movable_share": (rows["personal_property"] / rows["assets"].where(rows["assets"] > 0)).clip(0, 1),
        "surplus": (rows["income_average"] > rows["expenses_average"]).where(rows["expenses_average"].notna()) * 1.0,
        "income_log": np.log1p(rows["income_average"].clip(lower=0)),
        "failed_before": (rows["PRFILE"] == "Y").where(rows["PRFILE"].notna()) * 1.0,
        "without_lawyer": (rows["D1FPRSE"] == "y").astype(float),
        "jointly": (rows["JOINT"] == "y").astype(float),
        "company": rows["DBTRTYP"].isin(["n", "p"]).astype(float),
        "of_business": (rows["NOB"] == "z").astype(float),
    }
    return _made(
        "farm", rows, numbers, {"district": rows["DISTRICT_NS"]}, start=rows["start_year"], revived=rows["y"],
        years=rows["duration_months"] / 12, periods=8, ends=True, before=None, after=None,
        believed=(
            Believed("assets_log", "restart.jobs_before_log", 0.1, -0.03, 0.23, "large +.14 (.11), Italian +.10 (.03)"),
            Believed("debt_to_assets", "restart.cause_financial", 0.45, 0.1, 0.8, "large firms: +.92 (.24), half kept"),
            Believed("surplus", "restart.cause_market", 0.25, 0.0, 0.5, "positive result: large +.28, Italian +.52"),
            Believed("failed_before", "restart.revivals_before", 0.08, -0.25, 0.41, "mines: earlier idle spell +.21"),
        ),
    )  # fmt: skip


def large(rows: pd.DataFrame) -> Elsewhere:
    """Large listed firms of the United States under court protection: emerged."""
    assets = rows["assets_musd"].where(rows["assets_musd"] > 0)
    intended = rows["sale_intended"].str.lower()
    numbers = {
        "assets_log": np.log1p(rows["assets_real_musd"].clip(lower=0).astype(float)),
        "staff_log": np.log1p(rows["employees_before"]),
        "debt_to_assets": (rows["liab_musd"] / assets).clip(0, 3),
        "positive_result": (rows["ebit_musd"] > 0).where(rows["ebit_musd"].notna()) * 1.0,
        "result_to_assets": (rows["ebit_musd"] / assets).clip(-1, 1),
        "sales_to_assets": (rows["sales_musd"] / assets).clip(0, 5),
        "miles_log": np.log1p(rows["miles_hq_to_local_court"]),
        "city_log": np.log1p(rows["hq_city_pop"]),
        "prime_before": rows["prime_1y_before"],
        "union": (rows["union_before"] > 0).where(rows["union_before"].notna()) * 1.0,
        "sale": intended.str.startswith("yes").where(intended.notna()).astype(float),
        "agreed": rows["prepackaged"].isin(["prenegotiated", "prepackaged"]).astype(float),
        "involuntary": (rows["voluntary"] == "involuntary").astype(float),
    }
    return _made(
        "large", rows, numbers, {"division": rows["sic_division"]}, start=rows["year_filed"], revived=rows["emerged"],
        years=rows["months_in"] / 12, periods=5, ends=True, before=rows["employees_before"],
        after=rows["employees_after"],
        believed=(
            Believed("staff_log", "restart.jobs_before_log", -0.05, -0.15, 0.05, "mines: size -.10 (.06), half kept"),
            Believed("debt_to_assets", "restart.cause_financial", 0.11, 0.0, 0.3, "farms: +.11 (.04)"),
            Believed("positive_result", "restart.cause_market", 0.3, 0.0, 0.6, "Italian companies: +.52 (.13)"),
            Believed("sale", "none.deal_forms", -0.3, -1.0, 0.4, "court law elsewhere: a direction only"),
        ),
    )  # fmt: skip


SETS: Mapping[str, Callable[[pd.DataFrame], Elsewhere]] = {"coal": coal, "farm": farm, "large": large}
"""How each is read; a row without outcome, or without the day of it, is left out."""


def _made(
    name: str,
    rows: pd.DataFrame,
    numbers: Mapping[str, pd.Series],
    levels: Mapping[str, pd.Series],
    *,
    start: pd.Series,
    revived: pd.Series | Floats,
    years: pd.Series | Floats,
    periods: int,
    ends: bool,
    before: pd.Series | None,
    after: pd.Series | None,
    believed: tuple[Believed, ...],
) -> Elsewhere:
    columns = {key: np.asarray(values, dtype=np.float64) for key, values in numbers.items()}
    specs = [
        _spec(key, FeatureKind.FLAG if _is_flag(values) else FeatureKind.NUMBER) for key, values in columns.items()
    ]
    for key, texts in levels.items():
        columns[key] = texts.fillna("").map(_number).to_numpy(np.float64)
        specs.append(_spec(key, FeatureKind.CATEGORY))
    none = np.full(len(rows), np.nan)
    staff = [none if each is None else each.to_numpy(np.float64) for each in (before, after)]
    whole = Elsewhere(
        name=name,
        matrix=pd.DataFrame(columns, index=pd.Index(rows["row_id"].to_numpy(), name="unit_id")),
        schema=FeatureSchema(tuple(specs)),
        start=start.to_numpy(np.float64),
        revived=np.asarray(revived, dtype=np.float64),
        years=np.asarray(years, dtype=np.float64),
        periods=periods,
        ends=ends,
        before=staff[0],
        after=staff[1],
        believed=believed,
    )
    return whole.take(np.flatnonzero(~np.isnan(whole.revived) & ~np.isnan(whole.years)))


def _spec(name: str, kind: FeatureKind) -> FeatureSpec:
    return FeatureSpec(name, "elsewhere", kind, "", name, "not stated", ())


def _is_flag(values: Floats) -> bool:
    return bool(np.isin(values[~np.isnan(values)], (0.0, 1.0)).all())


def _number(text: str) -> float:
    """A number of its own for each text, the same in every file."""
    return float(int.from_bytes(text.encode()[:6].ljust(6), "big"))
