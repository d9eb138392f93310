"""Read a register: a file of units as somebody keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.domain.extras import EXTRAS
from engine.domain.identity import identity_keys
from engine.domain.unit import FIELDS, Confidence, Field, Kind, Origin, unit_table
from engine.intake.asked import asked_place, asked_province, no_register
from engine.intake.cells import read_cells
from engine.intake.column_measure import is_harmless
from engine.intake.columns import CELL_COLUMNS, Given, SheetColumns
from engine.intake.contest import check_side_by_side
from engine.intake.corrections import check_sheets
from engine.intake.duplicates import duplicate_pairs
from engine.intake.extras import read_extras
from engine.intake.groups import Group, given_below, place_of
from engine.intake.header import Column, Header
from engine.intake.isic_revisions import is_old, revision_of
from engine.intake.long import one_row_a_unit
from engine.intake.meanings import Meanings, meanings
from engine.intake.plausible import within_bounds
from engine.intake.ragged import unclosed_quotes
from engine.intake.record import Intake
from engine.intake.sheets import open_sheets
from engine.intake.tables import Table, sheet_notes, tables_of
from engine.intake.titles import Statements, read_titles
from engine.parsing.dates import SERIAL_DAY_0, SERIAL_DAY_0_OF_1904, jalali_years
from engine.parsing.money import MoneyUnit
from engine.parsing.money_headings import leftover_in_brackets, read_heading_scale, read_heading_unit
from engine.parsing.rejection import IgnoredRow, RejectionCode

_PLACES = (Field.PROVINCE, Field.COUNTY, Field.ESTATE)


def read_register(
    path: str | PathLike[str],
    *,
    as_of: date | None = None,
    source: str | None = None,
    sheet: str | None = None,
    province: str | None = None,
    county: str | None = None,
    estate: str | None = None,
    mapping: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
    origin: Origin | None = None,
    today: date | None = None,
    corrections: pd.DataFrame | None = None,
    rates: Mapping[str, int] | None = None,
    money: MoneyUnit | None = None,
) -> Intake:
    r"""Read a register of units in whatever shape it is kept.

    Parameters
    ----------
    path
        Workbook or delimited text, with Persian or English headings.
    as_of
        Day the register describes; by default the date that the file states, else ``today``.
    source
        What to call the file; by default its name.
    sheet
        Read this sheet only; by default every visible sheet that has a header.
    province
        Where units stand whose row names no province; settles names of counties that several provinces have.
    county, estate
        Where units stand whose row, group, sheet and title name no county or estate.
    mapping
        Heading -> field name, ``serial`` or ``ignore``, for headings that are not recognised.
    values
        Field -> what a register writes -> what it means by it (``{"status": {"چ": "idle"}}``).
    origin
        By default ``synthetic`` where a title says so («نمونهٔ ساختگی»), else ``register``.
    today
        Day of reading: a date after it (or after the register's own date) cannot be true.
    corrections
        Columns ``sheet, row, field, value``: cells that are read as if the file had held these values.
    rates
        Currency (``usd``, ``eur``) -> rial for one of it; by default what the file states; without a rate amounts in
        that currency are refused.
    money
        Unit of amounts of which neither cell, heading nor title says one.

    Returns
    -------
    Intake
        Units, and everything that was refused, noted, ignored or proposed.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``, ``file_protected``, ``file_empty``, ``unknown_sheet``, ``no_header``,
        ``header_not_understood``,
        ``not_units`` (a table whose lines count units: estates, counties),
        ``unknown_option`` (``province``, ``county``, ``mapping`` or ``values`` name nothing known),
        ``lies_on_its_side``, ``tables_side_by_side``, ``correction_misplaced``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "list.csv"
    ...     _ = file.write_text("نام واحد;شهرستان;بدهی بانکی (میلیون ریال)\nالف;خوی;۱٬۲۰۰\n", encoding="utf-8")
    ...     units = read_register(file).units
    >>> units["county"].tolist(), units["bank_debt_rial"].tolist()
    (['Khoy'], [1200000000])
    """
    path = Path(path)
    default_province = asked_province(province)
    asked = asked_place(county, estate, default_province)
    meant = meanings(values)
    opened = open_sheets(path, only=sheet)
    turned = {grid.name: wide for grid in opened if (wide := one_row_a_unit(grid)) is not None}
    grids = [turned.get(grid.name, grid) for grid in opened]
    tables = [table for grid in grids for table in tables_of(grid, mapping, corrections)]
    if not tables:
        raise no_register(path.name, grids, mapping)
    for table in tables:
        check_side_by_side(table.header, table.columns, table.sheet.name, path.name)
    check_sheets(corrections, [table.sheet.name for table in tables])
    statements = [read_titles(table.titles()) for table in tables]
    read = []
    for table, own in zip(tables, statements, strict=True):
        told = _told(own, statements)
        told = Statements(
            as_of or told.as_of or today,
            told.money or money,
            default_province or told.province,
            told.price_year,
            origin or told.origin,
            {**(told.rates or {}), **(rates or {})},
        )
        latest = min((day for day in (told.as_of, today) if day is not None), default=None)
        read.append(_read_table(table, told, latest, source or path.name, asked, meant))
    return _gathered(read, source or path.name, sheet_notes(tables, turned))


@dataclass(slots=True)
class _Read:
    units: pd.DataFrame
    rejected_rows: pd.DataFrame
    rejected_cells: list[pd.DataFrame]
    notes: list[pd.DataFrame]
    ignored: pd.DataFrame
    header: Header
    columns: pd.DataFrame
    sheet: str
    as_of: date | None
    personal: list[str]
    partly: list[str]


def _told(own: Statements, everybody: list[Statements]) -> Statements:
    """What a sheet states; what it does not state, the first sheet that does."""

    def first(name: str) -> Any:
        return next((value for one in [own, *everybody] if (value := getattr(one, name)) is not None), None)

    return Statements(**{name: first(name) for name in ("as_of", "money", "province", "price_year", "origin", "rates")})


def _read_table(
    table: Table, told: Statements, latest: date | None, source: str, asked: Group, meant: Meanings
) -> _Read:
    units = table.why.isna()
    rows = units.index[units]
    named = {Field(column.field): column for column in table.header.columns if column.field in FIELDS}
    read = SheetColumns(table.columns, units, table.sheet.name)
    day_0 = SERIAL_DAY_0_OF_1904 if table.sheet.from_1904 else SERIAL_DAY_0
    revision = _isic_revision(table, named.get(Field.ISIC))
    for what, column in named.items():
        if what is Field.ISIC and is_old(revision):
            read.isic(column, revision)
        elif what not in _PLACES:
            money = money_unit(column, told.money, told.rates)
            cells = meant.applied(what, read.stated(column))
            reading = read_cells(
                what, cells, levels=column.levels, money=money, latest=latest, rates=told.rates, day_0=day_0
            )
            read.keep(what, column, reading)
    given = Given(given_below(table.groups, rows), place_of(table.own_titles()), asked)
    read.places(named, told.province, table.sheet.name, given)
    if len(table.groups):
        status = named.get(Field.STATUS)
        held = table.cells[status.position].notna() if status else pd.Series(False, index=table.cells.index)
        read.statuses(given.groups["status"], held)
    read.sectors(named)
    read.machines(named, latest)
    read.current_jobs(named)
    read.contradict(named, told.as_of)
    values = read.values
    identified = pd.Series(False, index=rows)
    for what in (Field.NAME, Field.NATIONAL_ID, Field.BUSINESS_ID):
        identified |= rows.isin(values[what.value].index) if what.value in values else False
    identified &= ~rows.isin(table.long.index)
    accepted = _units(table.sheet.name, rows, values, told, source)[identified.to_numpy()]
    money_units = {what: money_unit(column, told.money, told.rates) for what, column in named.items()}
    accepted = within_bounds(accepted, read, named, money_units)
    aside = {None, Field.ISIC.value} if is_old(revision) else {None}  # a code of another revision stays as it is given
    unknown = _named_apart([column for column in table.header.columns if column.field in aside])
    extras, personal, partly = read_extras(
        table.cells.loc[rows[identified], [column.position for column in unknown.values()]],
        unknown,
        {label: money_unit(column, None, None) for label, column in unknown.items()},
    )
    accepted[EXTRAS] = extras.to_numpy()
    rejected = _rejected_rows(table.sheet.name, rows[~identified], table.long)
    read.noted.append(unclosed_quotes(table.sheet, table.header, rows, CELL_COLUMNS))
    return _Read(
        accepted, rejected,
        [problems[~problems["row"].isin(rejected["row"])] for problems in read.refused],
        [problems[~problems["row"].isin(rejected["row"])] for problems in read.noted],
        _ignored(table), table.header, pd.DataFrame(read.columns, columns=["sheet", "column", "field", "measure"]),
        table.sheet.name, told.as_of, [*table.personal, *personal], [*table.personal, *partly],
    )  # fmt: skip


def _isic_revision(table: Table, column: Column | None) -> str:
    return revision_of(column.levels, table.columns[column.position].cells) if column else "4"


def _rejected_rows(sheet: str, lost: pd.Index, long: pd.Series) -> pd.DataFrame:
    """Rows that name no unit, and rows that hold more than the header has headings for."""
    codes = [RejectionCode.LONGER_THAN_HEADER if row in long.index else RejectionCode.NO_IDENTITY for row in lost]
    facts = [{"sheet": sheet, "row": int(row) + 1, **long.get(row, {})} for row in lost]
    return pd.DataFrame(
        {
            "sheet": sheet,
            "row": lost + 1,
            "code": pd.Series(codes, dtype=object),
            "facts": pd.Series(facts, dtype=object),
        }
    )


def _named_apart(columns: list[Column]) -> dict[str, Column]:
    """Columns by heading; a second column of equal heading is numbered."""
    named: dict[str, Column] = {}
    for column in columns:
        label = " ".join(column.label.split())
        same = sum(known == label or known.startswith(f"{label} (") for known in named)
        named[f"{label} ({same + 1})" if same else label] = column
    return named


def money_unit(column: Column, file_unit: MoneyUnit | None, rates: Mapping[str, int] | None) -> MoneyUnit | None:
    """Unit of the amounts of a column: what its heading says, else the file; ``None`` where neither does.

    Parameters
    ----------
    column
        The column.
    file_unit
        What the titles say.
    rates
        Currency -> rial for one of it.
    """
    if file_unit is not None and file_unit.foreign:
        file_unit = MoneyUnit((rates or {}).get(file_unit.foreign), file_unit.scale, file_unit.foreign)
    for level in reversed(column.levels):
        unit = read_heading_unit(level, rates, known=is_harmless)
        if unit is not None:
            return unit
        scale = read_heading_scale(level)
        if scale is not None:  # a scale of its own needs the currency of the file, whose own scale must not contradict
            agreed = file_unit is not None and file_unit.scale in (1, scale)
            return MoneyUnit(
                file_unit.rial if file_unit and agreed else None, scale, file_unit.foreign if file_unit else ""
            )
        if leftover_in_brackets(level, is_harmless):
            return MoneyUnit(None)
    return file_unit


def _units(sheet: str, rows: pd.Index, values: dict[str, pd.Series], told: Statements, source: str) -> pd.DataFrame:
    frame = pd.DataFrame({name: _at(rows, column) for name, column in values.items()}, index=rows)
    frame["unit_id"] = sheet + "!" + (rows + 1).astype("str")
    frame["origin"] = (told.origin or Origin.REGISTER).value
    frame["source"] = source
    frame["as_of"] = pd.Timestamp(told.as_of) if told.as_of is not None else pd.NaT
    frame["confidence"] = Confidence.DECLARED.value
    money = [
        name
        for name in frame.columns
        if name in {Field.DEBTS, *(what.value for what, spec in FIELDS.items() if spec.kind is Kind.MONEY)}
    ]
    year = told.price_year or (
        int(jalali_years(frame["as_of"].head(1)).iloc[0]) if told.as_of is not None and len(frame) else None
    )
    frame["price_year"] = pd.Series(year, index=rows, dtype="Int64").where(frame[money].notna().any(axis=1))
    return unit_table(frame).assign(sheet=sheet, row=pd.Series(rows.to_numpy() + 1, dtype="Int64").array)


def _at(rows: pd.Index, column: pd.Series) -> pd.Series:
    """A column at all rows, missing where it has none; both are positions, so no index has to be built."""
    if not len(rows) or not len(column):
        return column.reindex(rows)
    place = np.full(max(rows.max(), column.index.max()) + 1, -1)
    place[column.index] = np.arange(len(column))
    return pd.Series(pd.api.extensions.take(column.array, place[rows], allow_fill=True), index=rows)


def _ignored(table: Table) -> pd.DataFrame:
    above = table.sheet.cells.iloc[table.begin : table.header.first].notna().any(axis=1)
    titles = [(row, IgnoredRow.TITLE if held else IgnoredRow.BLANK) for row, held in enumerate(above, table.begin)]
    headers = [(row, IgnoredRow.HEADER) for row in range(table.header.first, table.header.last + 1)]
    below = table.why.dropna()
    rows = [*titles, *headers, *zip(below.index, below, strict=True)]
    return pd.DataFrame(
        {
            "sheet": pd.Series([table.sheet.name] * len(rows), dtype=object),
            "row": [int(row) + 1 for row, _ in rows],
            "code": pd.Series([code for _, code in rows], dtype=object),
        }
    )


def _gathered(read: list[_Read], source: str, sheet_notes: pd.DataFrame) -> Intake:
    units = pd.concat([one.units for one in read])
    units["identity"] = identity_keys(units)
    units["occurrence"] = (units.groupby("identity").cumcount() + 1).astype("Int64")
    days = [one.as_of for one in read if one.as_of is not None]
    unknown = [
        (one.sheet, column.label, column.nearest)
        for one in read
        for column in one.header.columns
        if column.field is None and column.levels
    ]
    personal = [column.label for one in read for column in one.header.columns if column.field == "personal"]
    personal += [label for one in read for label in one.personal]
    whole = {column.label for one in read for column in one.header.columns if column.field == "personal"}
    whole |= {label for one in read for label in one.personal if label not in one.partly}
    return Intake(
        source=source,
        as_of=pd.Timestamp(max(days)) if days else None,
        units=units,
        rejected_rows=pd.concat([one.rejected_rows for one in read], ignore_index=True),
        rejected_cells=_in_order([problems for one in read for problems in one.rejected_cells]),
        notes=_in_order([problems for one in read for problems in one.notes]),
        ignored_rows=pd.concat([one.ignored for one in read], ignore_index=True),
        duplicates=duplicate_pairs(units),
        unknown_columns=pd.DataFrame(unknown, columns=["sheet", "column", "nearest"], dtype=object),
        columns=pd.concat([one.columns for one in read], ignore_index=True),
        personal_not_stored=tuple(dict.fromkeys(personal)),
        personal_in_cells=tuple(name for name in dict.fromkeys(personal) if name not in whole),
        sheet_notes=sheet_notes,
    )


def _in_order(problems: list[pd.DataFrame]) -> pd.DataFrame:
    table = pd.concat([pd.DataFrame(columns=CELL_COLUMNS), *(one for one in problems if len(one))], ignore_index=True)
    order = {sheet: position for position, sheet in enumerate(dict.fromkeys(table["sheet"]))}
    return table.sort_values(
        ["sheet", "row"],
        key=lambda column: column.map(order) if column.name == "sheet" else column.astype("int64"),
        kind="stable",
        ignore_index=True,
    )
