"""The unit: its fields as one table, and the table of units that everything else takes and returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import pandas as pd

from engine.codes import Code


class Status(Code):
    """What a unit is doing now; revived, failed again, offered and the like are events."""

    IDLE = "idle"
    SEMI_ACTIVE = "semi_active"
    OPERATING = "operating"
    LIQUIDATED = "liquidated"
    UNDER_CONSTRUCTION = "under_construction"  # never worked yet, and so not idle (decision 0019)
    UNKNOWN = "unknown"


class Barrier(Code):
    """A reason why a unit stands idle."""

    WORKING_CAPITAL = "working_capital"
    BANK_DEBT = "bank_debt"
    TAX_DEBT = "tax_debt"
    SOCIAL_SECURITY_DEBT = "social_security_debt"
    SEIZED_BY_BANK = "seized_by_bank"
    LEGAL_DISPUTE = "legal_dispute"
    SHAREHOLDER_DISPUTE = "shareholder_dispute"
    RAW_MATERIAL = "raw_material"
    MARKET_DEMAND = "market_demand"
    MACHINERY_OBSOLETE = "machinery_obsolete"
    UTILITIES = "utilities"
    MANAGEMENT = "management"
    IMPORTS_SMUGGLING = "imports_smuggling"
    ENVIRONMENT = "environment"
    SANCTIONS_PARTS = "sanctions_parts"
    WAR_OR_DISASTER = "war_or_disaster"
    UNKNOWN = "unknown"


class Origin(Code):
    """Where a record comes from; it stands beside the unit wherever the unit is shown."""

    REGISTER = "register"
    REPORTED = "reported"
    SYNTHETIC = "synthetic"


class Confidence(Code):
    """How far a value may be trusted, lowest first."""

    MISSING = "missing"
    DECLARED = "declared"
    REVIEWED = "reviewed"
    VERIFIED = "verified"


class Condition(Code):
    """State of a machine, best first."""

    NEW = "new"
    SOUND = "sound"
    NEEDS_REPAIR = "needs_repair"
    WORN_OUT = "worn_out"
    SCRAP = "scrap"


class Creditor(Code):
    """To whom a unit owes; the name of the institution stands beside it where it is known."""

    BANK = "bank"
    TAX = "tax"
    SOCIAL_SECURITY = "social_security"
    OTHER = "other"


class DealForm(Code):
    """How an investor may enter."""

    SALE = "sale"
    LEASE = "lease"
    JOINT_VENTURE = "joint_venture"
    TOLL = "toll"
    DEBT_FOR_ASSET = "debt_for_asset"
    LOAN = "loan"


class Field(Code):
    """Names of the fields of a unit; the same words are columns of the unit table."""

    BUSINESS_ID = "business_id"
    NATIONAL_ID = "national_id"
    NAME = "name"
    PROVINCE = "province"
    COUNTY = "county"
    ESTATE = "estate"
    ISIC = "isic"
    SECTOR_TEXT = "sector_text"
    STATUS = "status"
    STOPPED_ON = "stopped_on"
    IDLE_MONTHS = "idle_months"
    STOP_CAUSES = "stop_causes"
    ESTABLISHED_ON = "established_on"
    PRIOR_REVIVALS = "prior_revivals"
    CAPACITY_TEXT = "capacity_text"
    CAPACITY_SHARE = "capacity_share"
    EXPORT_SHARE = "export_share"
    JOBS_BEFORE_STOP = "jobs_before_stop"
    JOBS_NOW = "jobs_now"
    JOBS_PROMISED = "jobs_promised"
    LAND_M2 = "land_m2"
    BUILDING_M2 = "building_m2"
    MACHINERY_YEAR = "machinery_year"
    MACHINERY_TEXT = "machinery_text"
    EQUIPMENT = "equipment"
    POWER_KW = "power_kw"
    GAS_M3_PER_HOUR = "gas_m3_per_hour"
    WATER_L_PER_S = "water_l_per_s"
    BANK_DEBT_RIAL = "bank_debt_rial"
    TAX_DEBT_RIAL = "tax_debt_rial"
    SOCIAL_SECURITY_DEBT_RIAL = "social_security_debt_rial"
    OTHER_DEBT_RIAL = "other_debt_rial"
    DEBTS = "debts"
    BANK_OWNED = "bank_owned"
    TITLE_DEED = "title_deed"
    LITIGATION_COUNT = "litigation_count"
    CAPITAL_NEEDED_RIAL = "capital_needed_rial"
    WORKING_CAPITAL_NEEDED_RIAL = "working_capital_needed_rial"
    DEAL_FORMS = "deal_forms"
    NOTES = "notes"


class Kind(StrEnum):
    """Shape of a field's canonical value, in the table and in JSON."""

    IDENTIFIER = "identifier"  # str of digits
    TEXT = "text"  # str as given, folded only for comparing
    CODE = "code"  # str, one of a closed list or of a reference table
    CODES = "codes"  # table: sorted codes joined by ";"; JSON: sorted list
    LIST = "list"  # table: items joined by ";", their parts by "|" (engine.domain.items); JSON: list of objects
    DATE = "date"  # table: datetime64[s] plus a column NAME_precision (day, month, year); JSON: ISO string
    YEAR = "year"  # Int64, Gregorian
    COUNT = "count"  # Int64, >= 0
    NUMBER = "number"  # float64, >= 0
    SHARE = "share"  # float64, 0..1
    MONEY = "money"  # Int64 rial
    FLAG = "flag"  # boolean


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a unit.

    Parameters
    ----------
    kind
        Shape of the canonical value.
    measure
        Unit of measure, empty where there is none.
    public
        Whether HTTP and investors may see it. What is not public here leaves through no investor-facing export.
    low, high
        Allowed range of numbers, inclusive; ``None`` is unbounded.
    """

    kind: Kind
    measure: str = ""
    public: bool = True
    low: float | None = None
    high: float | None = None


_PRIVATE = False

FIELDS: dict[Field, FieldSpec] = {
    Field.BUSINESS_ID: FieldSpec(Kind.IDENTIFIER, public=_PRIVATE),
    Field.NATIONAL_ID: FieldSpec(Kind.IDENTIFIER, public=_PRIVATE),
    Field.NAME: FieldSpec(Kind.TEXT),
    Field.PROVINCE: FieldSpec(Kind.CODE),
    Field.COUNTY: FieldSpec(Kind.CODE),
    Field.ESTATE: FieldSpec(Kind.TEXT),
    Field.ISIC: FieldSpec(Kind.CODE),
    Field.SECTOR_TEXT: FieldSpec(Kind.TEXT),
    Field.STATUS: FieldSpec(Kind.CODE),
    Field.STOPPED_ON: FieldSpec(Kind.DATE),
    Field.IDLE_MONTHS: FieldSpec(Kind.NUMBER, "months", low=0, high=1200),
    Field.STOP_CAUSES: FieldSpec(Kind.CODES),
    Field.ESTABLISHED_ON: FieldSpec(Kind.DATE),
    Field.PRIOR_REVIVALS: FieldSpec(Kind.COUNT, "revivals", low=0, high=20),
    Field.CAPACITY_TEXT: FieldSpec(Kind.TEXT),
    Field.CAPACITY_SHARE: FieldSpec(Kind.SHARE, "share", low=0, high=1),
    Field.EXPORT_SHARE: FieldSpec(Kind.SHARE, "share", low=0, high=1),
    Field.JOBS_BEFORE_STOP: FieldSpec(Kind.COUNT, "persons", low=0, high=100_000),
    Field.JOBS_NOW: FieldSpec(Kind.COUNT, "persons", low=0, high=100_000),
    Field.JOBS_PROMISED: FieldSpec(Kind.COUNT, "persons", low=0, high=100_000),
    Field.LAND_M2: FieldSpec(Kind.NUMBER, "m2", low=0, high=1e8),
    Field.BUILDING_M2: FieldSpec(Kind.NUMBER, "m2", low=0, high=1e7),
    Field.MACHINERY_YEAR: FieldSpec(Kind.YEAR, "year", low=1900, high=2100),
    Field.MACHINERY_TEXT: FieldSpec(Kind.TEXT),
    Field.EQUIPMENT: FieldSpec(Kind.LIST),
    Field.POWER_KW: FieldSpec(Kind.NUMBER, "kW", low=0, high=1e6),
    Field.GAS_M3_PER_HOUR: FieldSpec(Kind.NUMBER, "m3/h", low=0, high=1e6),
    Field.WATER_L_PER_S: FieldSpec(Kind.NUMBER, "L/s", low=0, high=1e5),
    Field.BANK_DEBT_RIAL: FieldSpec(Kind.MONEY, "rial", public=_PRIVATE, low=0),
    Field.TAX_DEBT_RIAL: FieldSpec(Kind.MONEY, "rial", public=_PRIVATE, low=0),
    Field.SOCIAL_SECURITY_DEBT_RIAL: FieldSpec(Kind.MONEY, "rial", public=_PRIVATE, low=0),
    Field.OTHER_DEBT_RIAL: FieldSpec(Kind.MONEY, "rial", public=_PRIVATE, low=0),
    Field.DEBTS: FieldSpec(Kind.LIST, public=_PRIVATE),
    Field.BANK_OWNED: FieldSpec(Kind.FLAG, public=_PRIVATE),
    Field.TITLE_DEED: FieldSpec(Kind.FLAG),
    Field.LITIGATION_COUNT: FieldSpec(Kind.COUNT, "cases", public=_PRIVATE, low=0, high=10_000),
    Field.CAPITAL_NEEDED_RIAL: FieldSpec(Kind.MONEY, "rial", low=0),
    Field.WORKING_CAPITAL_NEEDED_RIAL: FieldSpec(Kind.MONEY, "rial", low=0),
    Field.DEAL_FORMS: FieldSpec(Kind.CODES),
    Field.NOTES: FieldSpec(Kind.TEXT, public=_PRIVATE),
}

PARTS: dict[Field, tuple[str, ...]] = {
    Field.EQUIPMENT: ("count", "name", "year", "condition"),
    Field.DEBTS: ("creditor", "name", "rial"),
}
"""Parts of an item of each list (`engine.domain.items`), in order. ``year`` is Gregorian as in ``machinery_year``."""

RECORD_COLUMNS: dict[str, str] = {
    "origin": "str",  # Origin
    "source": "str",  # file name or address the record came from
    "as_of": "datetime64[s]",  # day the record describes
    "confidence": "str",  # Confidence
    "price_year": "Int64",  # Jalali year of the money in this record
    "derived": "str",  # names of fields that nobody stated and that were worked out from lists, joined by ";"
}
"""Columns that every unit table carries beside the fields: what the record is, not what the unit is."""

DERIVED = "derived"
"""The record column that is worked out when units are read; the register never stores it."""

_DTYPES = {
    Kind.IDENTIFIER: "str",
    Kind.TEXT: "str",
    Kind.CODE: "str",
    Kind.CODES: "str",
    Kind.LIST: "str",
    Kind.DATE: "datetime64[s]",
    Kind.YEAR: "Int64",
    Kind.COUNT: "Int64",
    Kind.NUMBER: "float64",
    Kind.SHARE: "float64",
    Kind.MONEY: "Int64",
    Kind.FLAG: "boolean",
}
_AS_PANDAS: dict[str, Any] = {
    name: pd.api.types.pandas_dtype(name) for name in {*_DTYPES.values(), *RECORD_COLUMNS.values()}
}


def unit_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Bring a frame to the one shape of the unit table.

    Parameters
    ----------
    rows
        Shape (n, any). Index or column ``unit_id``; any subset of the fields; columns that are no field are dropped.

    Returns
    -------
    pandas.DataFrame
        Shape (n, fields + precisions + record columns), index ``unit_id`` (str), all columns present with the
        dtypes of their kind. An empty cell is "not known", never zero.

    Examples
    --------
    >>> table = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["10"], "jobs_now": [3]}))
    >>> table.loc["a", "jobs_now"], bool(table["status"].isna().all())
    (np.int64(3), True)
    """
    frame = rows.set_index("unit_id") if "unit_id" in rows.columns else rows
    if _has_the_shape(frame):
        return frame.copy(deep=False)
    # Columns that have their type already, and those that nobody filled, are most of them: neither is converted.
    empty: dict[str, pd.Series] = {}
    columns: dict[str, pd.Series] = {}
    for name, dtype in column_dtypes().items():
        typed = _AS_PANDAS[dtype]
        if name in frame.columns:
            column = frame[name]
            columns[name] = column if column.dtype == typed else column.astype(typed)
            continue
        if dtype not in empty:
            empty[dtype] = pd.Series(None, index=frame.index, dtype=object).astype(typed)
        columns[name] = empty[dtype]
    table = pd.DataFrame(columns, index=frame.index)
    table.index = table.index.astype("str")
    table.index.name = "unit_id"
    return table


def _has_the_shape(frame: pd.DataFrame) -> bool:
    index = frame.index
    if index.name != "unit_id" or index.dtype != _AS_PANDAS["str"] or list(frame.columns) != list(_column_dtypes()):
        return False
    wanted = map(_AS_PANDAS.__getitem__, _column_dtypes().values())
    return all(found == dtype for found, dtype in zip(frame.dtypes, wanted, strict=True))


@cache
def _column_dtypes() -> Mapping[str, str]:
    dtypes: dict[str, str] = {}
    for field, spec in FIELDS.items():
        dtypes[field.value] = _DTYPES[spec.kind]
        if spec.kind is Kind.DATE:
            dtypes[f"{field.value}_precision"] = "str"
    return dtypes | RECORD_COLUMNS


def column_dtypes() -> dict[str, str]:
    """Columns of the unit table in order, with their dtypes.

    Examples
    --------
    >>> column_dtypes()["stopped_on_precision"]
    'str'
    """
    return dict(_column_dtypes())


def stored_dtypes() -> dict[str, str]:
    """Columns of the unit table that a register stores, with their dtypes.

    Examples
    --------
    >>> "equipment" in stored_dtypes(), DERIVED in stored_dtypes()
    (True, False)
    """
    return {name: dtype for name, dtype in column_dtypes().items() if name != DERIVED}


def public_fields() -> tuple[str, ...]:
    """Names of the fields that HTTP and investors may see.

    Examples
    --------
    >>> "county" in public_fields(), "bank_debt_rial" in public_fields()
    (True, False)
    """
    return tuple(field.value for field, spec in FIELDS.items() if spec.public)


def idle_months(units: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Months each unit has stood idle on the day ``as_of``; missing where neither a stop date nor a duration is known.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    as_of
        The day to count to. A stated duration (``idle_months``) is carried forward, or wound back, from the
        record's own ``as_of``.

    Returns
    -------
    pandas.Series
        Float, months of 30.4375 days, shape (n,). A stop date after ``as_of`` gives a missing value: on that day the
        unit had not stopped.

    Examples
    --------
    >>> table = unit_table(pd.DataFrame({"unit_id": ["a"], "stopped_on": ["2024-01-01"]}))
    >>> float(idle_months(table, pd.Timestamp("2025-01-01")).round(1).loc["a"])
    12.0
    """
    since_stop = _months(as_of, units["stopped_on"])
    carried = units["idle_months"] + _months(as_of, units["as_of"]).fillna(0)
    months = since_stop.where(units["stopped_on"].notna(), carried)
    return months.where(months >= 0).rename("idle_months")


def _months(until: pd.Timestamp, since: pd.Series) -> pd.Series:
    months: pd.Series = (until - since).dt.total_seconds() / (30.4375 * 86_400)
    return months
