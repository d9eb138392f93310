"""Read loans: what was known at approval, what came of them, and what the columns are for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path as File

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.sba_outcomes.learners.track_record import TrackRecords
from experiments.sba_outcomes.schema import RECORD, ROUND, STATED

Floats = npt.NDArray[np.float64]

KEY = "LoanNr_ChkDgt"
FIRST_APPROVAL = pd.Timestamp("1989-01-01")
JOBS_COLLECTED_FROM = pd.Timestamp("2000-01-01")
"""Before, a zero of CreateJob means that nobody asked."""

JOBS_MISSING = 8800
"""CreateJob holds this where it is missing."""

RANDOM_PART = "srs_within_class"
DAYS_IN_YEAR = 365.25
UNKNOWN = "?"
YES_NO = {"Y": 1.0, "N": 0.0}
AMOUNT_EDGES = (0, 10e3, 20e3, 30e3, 50e3, 75e3, 100e3, 150e3, 250e3, 500e3, np.inf)

OUTCOMES = (
    "ChgOffDate", "DisbursementDate", "DisbursementGross", "BalanceGross", "MIS_Status", "ChgOffPrinGr", "CreateJob",
    "RetainedJob", "Term",
)  # fmt: skip
"""Columns that no description of a loan reads: outcomes, what came after approval, the leak, and what the borrower stated beside the outcome."""  # noqa: E501


@dataclass(frozen=True)
class Loans:
    """Loans of one period, row by row.

    Parameters
    ----------
    key
        Loan numbers.
    table
        What the application says, the columns ``STATED``; with the lender's record all of ``SCHEMA``.
    years
        Approval, years since 1989.
    quarter
        First day of the approval quarter, years since 1989.
    weights
        Loans that the row stands for: for fitting and for figures, never a feature.
    random
        Whether the row is of the random part.
    charged_off
        Status as of 2014: 1 or 0, NaN where not known.
    charge_off
        Day of charge-off, years since 1989, NaN where there is none.
    jobs
        Jobs that the borrower stated, NaN where not collected.
    """

    key: npt.NDArray[np.int64]
    table: pd.DataFrame
    years: Floats
    quarter: Floats
    weights: Floats
    random: npt.NDArray[np.bool_]
    charged_off: Floats
    charge_off: Floats
    jobs: Floats

    def __len__(self) -> int:
        return len(self.table)

    def where(self, chosen: npt.NDArray[np.bool_]) -> Loans:
        """Only the chosen rows."""
        table = self.table[chosen].reset_index(drop=True)
        return Loans(self.key[chosen], table, *(getattr(self, name)[chosen] for name in _VECTORS))

    def recorded(self, records: TrackRecords) -> Loans:
        """The same loans with the track record that each lender had on the day of approval."""
        record = records.log_ratio(self.table["bank"], self.years)
        return replace(self, table=self.table.assign(**{RECORD: record}))


_VECTORS = ("years", "quarter", "weights", "random", "charged_off", "charge_off", "jobs")


def read_loans(files: Sequence[File]) -> Loans:
    """Read and join files of loans; a loan that stands in several is taken from the first.

    Loans approved before 1989 are left out.
    """
    rows = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True).drop_duplicates(KEY)
    return loans_of(rows[rows["ApprovalDate"] >= FIRST_APPROVAL].sort_values(["ApprovalDate", KEY], ignore_index=True))


def loans_of(rows: pd.DataFrame) -> Loans:
    """Describe loans in the publisher's columns."""
    rows = rows.reset_index(drop=True)
    jobs = rows["CreateJob"].astype("Float64").to_numpy(np.float64, na_value=np.nan)
    collected = (jobs != JOBS_MISSING) & (rows["ApprovalDate"] >= JOBS_COLLECTED_FROM).to_numpy(bool)
    status = rows["MIS_Status"].map({"CHGOFF": 1.0, "P I F": 0.0}).astype("Float64")
    return Loans(
        key=rows[KEY].to_numpy(np.int64),
        table=_known_at_approval(rows),
        years=years_since(rows["ApprovalDate"]),
        quarter=years_since(rows["ApprovalDate"].dt.to_period("Q").dt.start_time),
        weights=rows["w_pop"].to_numpy(np.float64),
        random=(rows["subset"] == RANDOM_PART).to_numpy(bool),
        charged_off=np.asarray(status.to_numpy(np.float64, na_value=np.nan), dtype=np.float64),
        charge_off=years_since(rows["ChgOffDate"]),
        jobs=np.where(collected, jobs, np.nan),
    )


def years_since(dates: pd.Series) -> Floats:
    """Years since 1989, NaN where there is no date."""
    return np.asarray((dates - FIRST_APPROVAL).dt.total_seconds() / 86400 / DAYS_IN_YEAR, dtype=np.float64)


def _known_at_approval(rows: pd.DataFrame) -> pd.DataFrame:
    amount, guaranteed = _number(rows["GrAppv"]), _number(rows["SBA_Appv"])
    amount, employees = np.where(amount > 0, amount, np.nan), _number(rows["NoEmp"])
    share = np.minimum(guaranteed / amount, 1.0)
    state, bank_state = _text(rows["State"]), _text(rows["BankState"])
    revolving, low_doc = _text(rows["RevLineCr"]), _text(rows["LowDoc"])
    lender_near = np.where((state == UNKNOWN) | (bank_state == UNKNOWN), np.nan, state == bank_state)
    known = {
        "log_amount": np.log(amount),
        "guaranteed_share": share,
        "low_doc": low_doc.map(YES_NO),
        "revolving": revolving.map(YES_NO),
        **{f"round_{step}": np.where(np.isnan(amount), np.nan, amount % step == 0) for step in ROUND},
        "log_employees": np.log1p(employees),
        "log_amount_per_employee": np.log1p(amount / (1 + employees)),
        "new_business": rows["NewExist"].map({1: 0.0, 2: 1.0}),
        "franchise": np.where(rows["FranchiseCode"].isna(), np.nan, rows["FranchiseCode"].fillna(0) > 1),
        "rural": rows["UrbanRural"].map({1: 0.0, 2: 1.0}),
        "lender_in_state": lender_near,
    }
    product = _text(pd.Series(np.round(share * 100)).astype("Int64")) + "|" + revolving + "|" + low_doc
    band = _text(pd.Series(np.digitize(amount, AMOUNT_EDGES)).mask(np.isnan(amount)).astype("Int64"))
    bank, industry = _text(rows["Bank"]), _text(rows["NAICS"].astype("Int64").mask(rows["NAICS"] == 0))
    levels = {
        "bank": bank,
        "bank_state": bank_state,
        "product": product,
        "amount_band": band,
        "bank_product": bank + "|" + product,
        "bank_amount": bank + "|" + band,
        "product_state": product + "|" + state,
        "state": state,
        "zip3": _text(rows["Zip"].astype("Int64") // 100),
        "city": state + "|" + _text(rows["City"]).str.upper().str.strip(),
        **{f"naics{digits}": industry.str[:digits] for digits in (2, 3, 4, 6)},
    }
    numbers = {name: np.asarray(values, dtype=np.float64) for name, values in known.items()}
    return pd.DataFrame(numbers | {name: values.astype(object) for name, values in levels.items()})[list(STATED)]


def _number(column: pd.Series) -> Floats:
    return np.asarray(column.astype("Float64").to_numpy(np.float64, na_value=np.nan), dtype=np.float64)


def _text(column: pd.Series) -> pd.Series:
    return column.astype(object).where(column.notna(), UNKNOWN).astype(str)
