"""Read units and aggregates: the project's own tables, or the press facts they were made from."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import latin_digits
from engine.reference import spec

STATUS = {"partially_revived": "partly_revived"}
CAUSE = {"utilities_power_gas_water": "utilities"}
REST_OF = {"day": "", "month": "-01", "year": "-01-01"}
NATION = "national"
ORDINARY = ("all", "estates", "estates+outside")
"""Scopes of a whole region. Plans, single units, counties and bank-seized stocks are something else."""

PRESS_COLUMNS = (
    "source_url", "source_date", "province_en", "county_en", "isic2", "status", "idle_years", "idle_cause",
    "jobs_direct", "jobs_before", "confidence",
)  # fmt: skip

LEAST_CONFIDENCE = ("high",)
WIDER = re.compile("movement", re.IGNORECASE)
REVIVABLE_ONLY = re.compile("revivable", re.IGNORECASE)


def read_units(path: Path) -> pd.DataFrame:
    """Rows with the columns of the reference table ``reported_units``.

    Parameters
    ----------
    path
        A CSV of that table, or of press facts with the columns ``province_en, county_en, isic2, status, idle_years,
        idle_cause, jobs_direct, jobs_before, source_date, source_url, confidence`` and maybe ``row_id``: rows without
        one are numbered.

    Raises
    ------
    EhyaError
        ``unknown_column`` with the columns that are missing.
    """
    rows = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
    rows = rows.map(lambda cell: latin_digits(cell).strip() or None, na_action="ignore")
    if "reported_status" not in rows.columns:
        rows = _own_columns(rows, path.name)
    dtypes = spec("reported_units").dtypes
    rows = rows.reindex(columns=list(dtypes))
    # A second report under the same id stays a row of its own: joined by id the two would become four.
    again = rows.groupby("unit_id").cumcount()
    rows["unit_id"] = rows["unit_id"].where(again == 0, rows["unit_id"] + "-" + (again + 1).astype("str"))
    return _readable(rows).astype(dtypes)


def read_aggregates(path: Path) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Rows with the columns of the reference tables ``revival_rates`` and ``jobs_per_unit``.

    Parameters
    ----------
    path
        A CSV of ``revival_rates`` (then there are no averages), or of aggregate reports with the columns ``province_en,
        scope, period_start, period_end, jalali_year,
        n_units_revived, n_units_idle_total, jobs_direct, confidence, note, source_url``.

    Returns
    -------
    tuple of pandas.DataFrame
        Only rows that may set a rate: a region's ordinary count (no plan), of high confidence, for a stated period.
    """
    rows = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
    if "rate_id" in rows.columns:
        return rows.astype(spec("revival_rates").dtypes), None
    rows = rows[rows["scope"].isin(ORDINARY) & rows["confidence"].isin(LEAST_CONFIDENCE)]
    rows = rows[~rows["note"].fillna("").str.contains(WIDER)]
    frame = pd.DataFrame(
        {
            "region": rows["province_en"].replace(NATION, "Iran"),
            "scope": rows["scope"],
            "period_start": rows["period_start"].fillna(rows["jalali_year"]),
            "period_end": rows["period_end"].fillna(rows["jalali_year"].where(rows["period_start"].isna())),
            "years": _years(rows),
            "revived": pd.to_numeric(rows["n_units_revived"]),
            "idle": pd.to_numeric(rows["n_units_idle_total"]),
            "jobs": pd.to_numeric(rows["jobs_direct"]),
            "not_used": pd.Series(None, index=rows.index, dtype="str"),
            "source": rows["source_url"],
        }
    )
    whole_stock = ~rows["note"].fillna("").str.contains(REVIVABLE_ONLY)
    rates = frame[frame[["revived", "idle", "years"]].notna().all(axis=1) & whole_stock]
    averages = frame[frame[["revived", "jobs"]].notna().all(axis=1)]
    rates = rates.drop_duplicates(["region", "period_start", "period_end", "revived"])
    return rates, averages.drop_duplicates(["region", "revived", "jobs"])


def _own_columns(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    if missing := [column for column in PRESS_COLUMNS if column not in rows.columns]:
        raise EhyaError(ErrorCode.UNKNOWN_COLUMN, table=name, given=missing, allowed=list(rows.columns))
    numbers = pd.Series(range(1, len(rows) + 1), index=rows.index).astype("str")
    rows = rows.assign(row_id=rows["row_id"].fillna(numbers) if "row_id" in rows.columns else numbers)
    rows = rows.astype(dict.fromkeys(PRESS_COLUMNS, "str"))  # a column without a single value is read as numbers
    precision = rows["source_date"].str.len().map({4: "year", 7: "month", 10: "day"})
    day = rows["source_date"] + precision.map(REST_OF).fillna("")
    return pd.DataFrame(
        {
            "unit_id": "reported-" + rows["row_id"].str.removeprefix("U"),
            "province": rows["province_en"],
            "county": rows["county_en"],
            "isic": rows["isic2"],
            "reported_status": rows["status"].replace(STATUS),
            "idle_years": rows["idle_years"],
            "stop_causes": rows["idle_cause"].map(_causes, na_action="ignore"),
            "reported_jobs_direct": rows["jobs_direct"],
            "reported_jobs_before": rows["jobs_before"],
            "report_date": day,
            "report_date_precision": precision,
            "report_confidence": rows["confidence"],
            "source": rows["source_url"],
        }
    )


def _readable(rows: pd.DataFrame) -> pd.DataFrame:
    """A cell that is no number, or no day, is not known: the row is judged all the same."""
    numbers = ("idle_years", "reported_jobs_direct", "reported_jobs_before")
    read = {name: pd.to_numeric(rows[name], errors="coerce") for name in numbers}
    read |= {name: read[name].round() for name in numbers if name != "idle_years"}
    day = pd.to_datetime(rows["report_date"], format="%Y-%m-%d", errors="coerce")
    return rows.assign(**read, report_date=day)


def _causes(joined: str) -> str | None:
    causes = sorted({CAUSE.get(cause, cause) for cause in joined.split(";")} - {"unknown"})
    return ";".join(causes) or None


def _years(rows: pd.DataFrame) -> pd.Series:
    start, end = _months(rows["period_start"], 1), _months(rows["period_end"], 12)
    stated = (end - start + 1) / 12
    one_year = rows["period_start"].isna() & rows["period_end"].isna() & rows["jalali_year"].str.fullmatch(r"\d{4}")
    return stated.mask(one_year.fillna(False).astype(bool), 1.0)


def _months(dates: pd.Series, month_if_none: int) -> pd.Series:
    parts = dates.str.extract(r"^(\d{4})(?:-(\d{2}))?").astype("float64")
    return parts[0] * 12 + parts[1].fillna(month_if_none)
