"""The province as an office would keep it: standing on a day, as a workbook, in a register."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd

from engine.domain.identity import identity_keys
from engine.domain.outcome import OutcomeKind
from engine.domain.unit import FIELDS, Field, Kind, Status
from engine.parsing.dates import to_jalali
from engine.store import Register
from experiments.province_simulator.province import Province
from experiments.province_simulator.truth import SOURCE
from serving.i18n import speech

TITLE = "نمونهٔ ساختگی (SYNTHETIC): استان آزمایشی احیا؛ هیچ‌یک از این واحدها وجود ندارد"

HEADINGS = {
    Field.BUSINESS_ID: "شناسه کسب و کار",
    Field.NAME: "نام واحد",
    Field.PROVINCE: "استان",
    Field.COUNTY: "شهرستان",
    Field.ESTATE: "شهرک صنعتی",
    Field.ISIC: "کد آیسیک",
    Field.STATUS: "وضعیت",
    Field.STOPPED_ON: "تاریخ توقف",
    Field.STOP_CAUSES: "علت رکود",
    Field.ESTABLISHED_ON: "سال تاسیس",
    Field.PRIOR_REVIVALS: "دفعات احیا",
    Field.CAPACITY_SHARE: "درصد ظرفیت",
    Field.EXPORT_SHARE: "درصد صادرات",
    Field.JOBS_BEFORE_STOP: "اشتغال قبل از توقف",
    Field.JOBS_NOW: "اشتغال فعلی",
    Field.JOBS_PROMISED: "اشتغال پیش بینی",
    Field.LAND_M2: "مساحت زمین (متر مربع)",
    Field.BUILDING_M2: "زیربنا (متر مربع)",
    Field.MACHINERY_YEAR: "سال ساخت ماشین‌آلات",
    Field.POWER_KW: "دیماند برق (kW)",
    Field.BANK_DEBT_RIAL: "بدهی بانکی (ریال)",
    Field.TAX_DEBT_RIAL: "بدهی مالیاتی (ریال)",
    Field.SOCIAL_SECURITY_DEBT_RIAL: "بدهی تامین اجتماعی (ریال)",
    Field.BANK_OWNED: "در تملک بانک",
    Field.TITLE_DEED: "سند مالکیت",
    Field.LITIGATION_COUNT: "تعداد پرونده",
    Field.CAPITAL_NEEDED_RIAL: "سرمایه مورد نیاز (ریال)",
    Field.WORKING_CAPITAL_NEEDED_RIAL: "سرمایه در گردش مورد نیاز (ریال)",
    Field.DEAL_FORMS: "نحوه واگذاری",
    Field.NOTES: "توضیحات",
}

_AFTER = {
    OutcomeKind.RESTARTED.value: Status.OPERATING.value,
    OutcomeKind.STOPPED_AGAIN.value: Status.IDLE.value,
    OutcomeKind.LIQUIDATED.value: Status.LIQUIDATED.value,
    OutcomeKind.LICENCE_CANCELLED.value: Status.LIQUIDATED.value,
}


def standing(province: Province, *, as_of: pd.Timestamp | None = None) -> pd.DataFrame:
    """Units as the office believes them to stand on a day, from what it knew by then.

    Parameters
    ----------
    province
        Simulated province.
    as_of
        The day; the province's own last one when ``None``. Units recorded later are left out.

    Returns
    -------
    pandas.DataFrame
        Unit table. A unit that nobody approached stands as it was recorded, whatever has become of it since; one that
        worked below half its capacity operates once it was observed at half or more.
    """
    day = province.as_of if as_of is None else pd.Timestamp(as_of)
    units = province.units[province.units["as_of"] <= day]
    known = province.events[(province.events["known_on"] <= day) & province.events["unit_id"].isin(units.index)]
    semi = (units["status"] == Status.SEMI_ACTIVE.value).reindex(known["unit_id"]).to_numpy()
    raised = semi & (known["kind"] == OutcomeKind.OBSERVED.value) & (known["capacity_share"] >= 0.5)
    after = known["kind"].map(_AFTER).mask(raised, Status.OPERATING.value)
    last = known.assign(status=after)[after.notna()].groupby("unit_id").tail(1).set_index("unit_id")
    counted = known[known["jobs"].notna()].groupby("unit_id")[["capacity_share", "jobs"]].last()
    again = last.loc[last["status"] == Status.IDLE.value, "happened_on"]
    back = known[(known["kind"] == OutcomeKind.RESTARTED.value) | raised].groupby("unit_id").size()
    status = last["status"].reindex(units.index).fillna(units["status"])
    resting = status.isin([Status.IDLE.value, Status.LIQUIDATED.value])
    jobs = counted["jobs"].reindex(units.index).astype("Int64").fillna(units["jobs_now"])
    share = counted["capacity_share"].reindex(units.index).fillna(units["capacity_share"])
    return units.assign(
        status=status,
        stopped_on=again.reindex(units.index).fillna(units["stopped_on"]),
        prior_revivals=units["prior_revivals"] + back.reindex(units.index).fillna(0).astype("Int64"),
        jobs_now=jobs.mask(resting, 0).mask((status == Status.OPERATING.value) & ~units.index.isin(counted.index)),
        capacity_share=share.mask(resting, 0.0),
        as_of=day,
    ).astype(units.dtypes.to_dict())


def write_register(province: Province, path: Path, *, as_of: pd.Timestamp | None = None) -> Path:
    """Write the province as a Persian workbook for ``engine.intake``, tidy, its title saying that it is synthetic.

    Parameters
    ----------
    province
        Simulated province, up to some ten thousand units.
    path
        Where the .xlsx goes.
    as_of
        The day; the province's own last one when ``None``. Units recorded later are left out.

    Returns
    -------
    pathlib.Path
        ``path``, for chaining.
    """
    day = province.as_of if as_of is None else pd.Timestamp(as_of)
    units = standing(province, as_of=day)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("واحدها")
    year = province.parameters["fields"]["price_year"]
    sheet.append([TITLE])
    sheet.append([f"تاریخ تهیه: {_jalali(day)}"])
    sheet.append([f"مبالغ به قیمت سال {year}"])
    sheet.append(list(HEADINGS.values()))
    columns = [_cells(units[field.value], field) for field in HEADINGS]
    for row in zip(*columns, strict=True):
        sheet.append(row)
    book.save(path)
    return path


@dataclass(frozen=True)
class Taken:
    """What the register needs of an intake."""

    units: pd.DataFrame
    source: str
    as_of: pd.Timestamp | None
    rejected_rows: pd.DataFrame
    rejected_cells: pd.DataFrame


def load(province: Province, register: Register, *, progress: Callable[[str], object] = lambda said: None) -> pd.Series:
    """Put units and events into a register: one import a quarter, so that ``known_by`` tells what was there when.

    Each quarter brings the units that were found in it; each year, on the day of the year on which the province ends,
    the office takes stock of all of them (``standing``).

    Parameters
    ----------
    province
        Simulated province. All its events go in, also those that were known only after its end.
    register
        An open register; what it holds already stays.
    progress
        Called with a line before each step.

    Returns
    -------
    pandas.Series
        The register's name of each unit, index ``unit_id`` of the province.
    """
    units, end = province.units, province.as_of
    quarter = units["as_of"].dt.to_period("Q").dt.end_time.dt.normalize().clip(upper=end)
    years = pd.DatetimeIndex(
        [end - pd.DateOffset(years=back) for back in range((end - units["as_of"].min()).days // 365)]
    )
    names = []
    for day in sorted({*quarter.unique(), *years}):
        progress(f"register as of {day.date()}")
        part = units[quarter == day]
        if len(part):
            result = register.imports.commit(taken(part), imported_at=day.to_pydatetime())
            names.append(pd.Series(result.rows["unit_id"].to_numpy(), index=part.index))
        if day in years:
            register.imports.commit(taken(standing(province, as_of=day)), imported_at=day.to_pydatetime())
    named = pd.concat(names).reindex(units.index)
    progress(f"{len(province.events)} events")
    register.events.add_table(province.events.assign(unit_id=province.events["unit_id"].map(named)))
    return named


def taken(units: pd.DataFrame) -> Taken:
    """Units as an intake gives them to the register."""
    rows = units.assign(sheet="1", row=np.arange(2, len(units) + 2), identity=identity_keys(units))
    cells = pd.DataFrame(columns=["sheet", "row", "column", "field", "code", "given"])
    return Taken(rows, SOURCE, None, cells[["sheet", "row", "code"]], cells)


def _cells(values: pd.Series, field: Field) -> list[object]:
    kind, say = FIELDS[field].kind, speech("fa")
    if kind is Kind.DATE:
        return [None if pd.isna(day) else _jalali(day) for day in values]
    if kind is Kind.FLAG:
        return [None if pd.isna(flag) else "دارد" if flag else "ندارد" for flag in values]
    if kind is Kind.SHARE:
        values = (values * 100).round(1)
    family = {Field.STATUS: "status", Field.STOP_CAUSES: "barrier", Field.DEAL_FORMS: "deal_form"}.get(field)
    if family:
        words = {
            each: None if pd.isna(each) else "؛ ".join(say.text(f"{family}.{code}") for code in str(each).split(";"))
            for each in values.unique()
        }
        return [words[each] for each in values]
    return [None if pd.isna(value) else value for value in values.astype(object)]


def _jalali(day: pd.Timestamp) -> str:
    year, month, number = to_jalali(day.date())
    return f"{year}/{month:02d}/{number:02d}"
