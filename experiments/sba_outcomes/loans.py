"""Read loans: what was known at approval, what came of them, and what the columns are for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as File

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.blending import Roles
from training.encoding import Path

Floats = npt.NDArray[np.float64]

KEY = "LoanNr_ChkDgt"
FIRST_APPROVAL = pd.Timestamp("1989-01-01")
JOBS_COLLECTED_FROM = pd.Timestamp("2000-01-01")
"""Before, a zero of CreateJob means that nobody asked."""

JOBS_MISSING = 8800
"""CreateJob holds this where it is missing."""

RANDOM_PART = "srs_within_class"
DAYS_IN_YEAR = 365.25
ROUND = (1_000, 5_000, 10_000, 25_000, 50_000)
AMOUNT_EDGES = (0, 10e3, 20e3, 30e3, 50e3, 75e3, 100e3, 150e3, 250e3, 500e3, np.inf)

OUTCOMES = (
    "ChgOffDate", "DisbursementDate", "DisbursementGross", "BalanceGross", "MIS_Status", "ChgOffPrinGr", "CreateJob",
    "RetainedJob", "Term",
)  # fmt: skip
"""Columns that no description of a loan reads: outcomes, what came after approval, the leak, and what the borrower stated beside the outcome."""  # noqa: E501

ROLES = Roles(
    numbers=(
        "log_amount", "guaranteed_share", "log_employees", "new_business", "low_doc", "revolving", "revolving_unknown",
        "franchise", "urban_rural", "industry_unknown", "lender_in_state", "log_amount_per_employee",
        *(f"round_{step}" for step in ROUND),
    ),
    paths=(
        Path("lender", ("bank", "bank_product")),
        Path("lender_state", ("bank_state",)),
        Path("product", ("product",)),
        Path("place", ("state", "zip3", "city")),
        Path("industry", ("naics2", "naics3", "naics4", "naics6")),
    ),
    crossed=("bank", "bank_product", "bank_state", "product", "state", "zip3", "naics2", "naics3", "naics4", "naics6"),
)  # fmt: skip


@dataclass(frozen=True)
class Loans:
    """Loans of one period, row by row.

    Parameters
    ----------
    key
        Loan numbers.
    table
        What was known at approval, by ``ROLES``.
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


_VECTORS = ("years", "quarter", "weights", "random", "charged_off", "charge_off", "jobs")


def read_loans(files: Sequence[File]) -> Loans:
    """Read and join files of loans; a loan that stands in several is taken from the first.

    Loans approved before 1989 are left out.
    """
    rows = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True).drop_duplicates(KEY)
    return loans_of(rows[rows["ApprovalDate"] >= FIRST_APPROVAL].sort_values(["ApprovalDate", KEY], ignore_index=True))


def loans_of(rows: pd.DataFrame) -> Loans:
    """Describe loans in the publisher's columns."""
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
    amount, employees = rows["GrAppv"].to_numpy(np.float64), rows["NoEmp"].to_numpy(np.float64, na_value=0.0)
    share = rows["SBA_Appv"].to_numpy(np.float64) / amount
    state, bank_state = _text(rows["State"]), _text(rows["BankState"])
    revolving, low_doc = _text(rows["RevLineCr"]), _text(rows["LowDoc"])
    known = pd.DataFrame(
        {
            "log_amount": np.log(np.maximum(amount, 1.0)),
            "guaranteed_share": share,
            "log_employees": np.log1p(employees),
            "new_business": (rows["NewExist"] == 2).fillna(False).to_numpy(float),
            "low_doc": (low_doc == "Y").to_numpy(float),
            "revolving": revolving.map({"Y": 1.0, "N": 0.0}).fillna(0.5).to_numpy(float),
            "revolving_unknown": (~revolving.isin(["Y", "N"])).to_numpy(float),
            "franchise": (rows["FranchiseCode"] > 1).fillna(False).to_numpy(float),
            "urban_rural": rows["UrbanRural"].to_numpy(np.float64, na_value=0.0),
            "industry_unknown": (rows["NAICS"] == 0).fillna(True).to_numpy(float),
            "lender_in_state": (state == bank_state).to_numpy(float),
            "log_amount_per_employee": np.log1p(amount / (1 + employees)),
        }
    )
    for step in ROUND:
        known[f"round_{step}"] = (amount % step == 0).astype(float)
    product = pd.Series(np.round(share * 100).astype(int)).astype(str) + "|" + revolving + "|" + low_doc
    bank, industry = _text(rows["Bank"]), rows["NAICS"].fillna(0).astype("int64").astype(str)
    levels = {
        "bank": bank,
        "bank_state": bank_state,
        "product": product,
        "bank_product": bank + "|" + product,
        "amount_band": pd.Series(np.digitize(amount, AMOUNT_EDGES)).astype(str),
        "state": state,
        "zip3": (rows["Zip"].fillna(0) // 100).astype("int64").astype(str),
        "city": state + "|" + _text(rows["City"]).str.upper().str.strip(),
        **{f"naics{digits}": industry.str[:digits] for digits in (2, 3, 4, 6)},
    }
    return known.assign(**{name: values.astype(object) for name, values in levels.items()})


def _text(column: pd.Series) -> pd.Series:
    return column.astype(object).where(column.notna(), "?").astype(str)
