"""What is known of a loan on the day of its approval: the feature schema of the study.

Numbers and flags are NaN where they are not known, and no column tells that another is missing: whether the rural mark
or the industry was written down tells the year of the record, not the loan. Categories hold the names of their levels;
their levels are found when the encoding is fitted.
"""

from __future__ import annotations

from experiments.sba_outcomes.learners.encoding import Path
from experiments.sba_outcomes.learners.roles import Roles
from features.schema import FeatureKind, FeatureSchema, FeatureSpec

ROUND = (1_000, 5_000, 10_000, 25_000, 50_000)
"""A borrower who asks for a round amount has made no plan, or the lender none for him."""

RECORD = "lender_record"
"""The one feature that is learnt from training loans: see :mod:`experiments.sba_outcomes.learners.track_record`."""

_NUMBER, _FLAG, _CATEGORY = FeatureKind.NUMBER, FeatureKind.FLAG, FeatureKind.CATEGORY


def _spec(name: str, family: str, kind: FeatureKind, measure: str, meaning: str, *sources: str) -> FeatureSpec:
    missing = "a level of its own, named ?" if kind is _CATEGORY else "not known"
    return FeatureSpec(name, family, kind, measure, meaning, missing, sources)


SCHEMA = FeatureSchema(
    (
        _spec("log_amount", "loan", _NUMBER, "log USD", "amount approved", "GrAppv"),
        _spec("guaranteed_share", "loan", _NUMBER, "share", "guaranteed part of the amount", "SBA_Appv", "GrAppv"),
        _spec("low_doc", "loan", _FLAG, "", "short application form", "LowDoc"),
        _spec("revolving", "loan", _FLAG, "", "line of credit", "RevLineCr"),
        *(
            _spec(f"round_{step}", "loan", _FLAG, "", f"amount is a multiple of {step} USD", "GrAppv")
            for step in ROUND
        ),
        _spec("log_employees", "firm", _NUMBER, "log(1 + persons)", "employees before the loan", "NoEmp"),
        _spec("log_amount_per_employee", "firm", _NUMBER, "log(1 + USD a person)", "amount by employee and owner",
              "GrAppv", "NoEmp"),
        _spec("new_business", "firm", _FLAG, "", "founded with the loan", "NewExist"),
        _spec("franchise", "firm", _FLAG, "", "runs under a franchise", "FranchiseCode"),
        _spec("rural", "place", _FLAG, "", "outside the towns", "UrbanRural"),
        _spec("lender_in_state", "lender", _FLAG, "", "lender sits in the borrower's state", "State", "BankState"),
        _spec(RECORD, "lender", _NUMBER, "log ratio",
              "charge-offs of the lender's earlier loans by then, usual pace = 0", "Bank",
              "ApprovalDate", "ChgOffDate"),
        _spec("bank", "lender", _CATEGORY, "", "lender", "Bank"),
        _spec("bank_state", "lender", _CATEGORY, "", "state of the lender", "BankState"),
        _spec("product", "loan", _CATEGORY, "", "guaranteed share, line of credit and form", "SBA_Appv", "GrAppv",
              "RevLineCr", "LowDoc"),
        _spec("amount_band", "loan", _CATEGORY, "", "amount in ten bands", "GrAppv"),
        _spec("bank_product", "lender", _CATEGORY, "", "lender x product", "Bank", "SBA_Appv", "GrAppv", "RevLineCr",
              "LowDoc"),
        _spec("bank_amount", "lender", _CATEGORY, "", "lender x amount", "Bank", "GrAppv"),
        _spec("product_state", "loan", _CATEGORY, "", "product x borrower's state", "SBA_Appv", "GrAppv", "RevLineCr",
              "LowDoc", "State"),
        _spec("state", "place", _CATEGORY, "", "borrower's state", "State"),
        _spec("zip3", "place", _CATEGORY, "", "first three of the borrower's postal code", "Zip"),
        _spec("city", "place", _CATEGORY, "", "borrower's town", "State", "City"),
        *(
            _spec(f"naics{digits}", "industry", _CATEGORY, "", f"first {digits} digits of the industry", "NAICS")
            for digits in (2, 3, 4, 6)
        ),
    )
)  # fmt: skip

STATED = tuple(name for name in SCHEMA.names if name != RECORD)
"""What the application itself says."""

ROLES = Roles.of(
    SCHEMA,
    paths=(
        Path("lender", ("bank", "bank_product")),
        Path("lender_state", ("bank_state",)),
        Path("product", ("product",)),
        Path("place", ("state", "zip3", "city")),
        Path("industry", ("naics2", "naics3", "naics4", "naics6")),
    ),
    crossed=(
        "bank", "bank_product", "bank_amount", "bank_state", "product", "product_state", "amount_band", "state", "zip3",
        "naics2", "naics3", "naics4", "naics6",
    ),
    words=("bank",),
)  # fmt: skip
