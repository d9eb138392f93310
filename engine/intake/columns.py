"""Read the columns of one sheet: values, refusals and notes, each with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from engine.domain.unit import FIELDS, Field
from engine.intake.cells import Reading, by_distinct, read_cells, stated
from engine.intake.distinct import Columns, Distinct
from engine.intake.estates import find_estate
from engine.intake.grid import plain
from engine.intake.header import Column
from engine.intake.lists import looks_like_equipment, read_equipment
from engine.intake.places import Place, read_county, read_province
from engine.intake.sectors import read_sector
from engine.parsing.rejection import NoteCode, Refusal, RejectionCode
from engine.parsing.text import fold

_ESTATE_SHEET = re.compile(r"(?:شهرک|ناحیه|محدوده|منطقه ویژه)(?: |$)|.*(?:industrial|estate)")

SHOWN = 300
"""Characters of a refused cell that are shown; a cell of a workbook holds 32,767."""

CELL_COLUMNS = ["sheet", "row", "column", "field", "code", "given", "facts"]
"""Columns of the tables of refused and noted cells."""


class SheetColumns:
    """Columns of one sheet as they are read.

    Parameters
    ----------
    columns
        Cells below the header.
    units
        Which of their rows may be units; boolean, shape (n,), index: position in the sheet.
    sheet
        Name of the sheet.

    Examples
    --------
    >>> from engine.intake.cells import read_cells
    >>> cells = pd.DataFrame([["12"], ["many"]], index=[4, 5], dtype=object)
    >>> read = SheetColumns(Columns(cells), pd.Series(True, index=cells.index), "s")
    >>> column = Column(0, ("Jobs now",), "Jobs now", "jobs_now")
    >>> read.keep(Field.JOBS_NOW, column, read_cells(Field.JOBS_NOW, read.stated(column)))
    >>> read.values["jobs_now"].to_dict(), read.refused[0]["row"].tolist()
    ({4: 12}, [6])
    """

    def __init__(self, columns: Columns, units: pd.Series, sheet: str) -> None:
        self.cells = columns
        self.units = units
        self.rows = units.index[units]
        self.sheet = sheet
        self.values: dict[str, pd.Series] = {}
        self.refused: list[pd.DataFrame] = []
        self.noted: list[pd.DataFrame] = []
        self.columns: list[tuple[str, str, str, str]] = []

    def stated(self, column: Column) -> Distinct:
        """Cells of a column that say something."""
        return stated(self.cells[column.position].at(self.units))

    def keep(self, what: Field, column: Column, reading: Reading) -> None:
        """Take the values of a reading, its refusals and its notes."""
        self.values[what.value] = reading.values
        if reading.precision is not None:
            self.values[f"{what.value}_precision"] = reading.precision
        self.refused.append(self._problems(what, column, reading.refused))
        self.noted.append(self._problems(what, column, reading.noted))
        self.columns.append((self.sheet, column.label, what.value, FIELDS[what].measure))

    def judge(
        self, what: Field, column: Column, *, refused: pd.DataFrame | None = None, noted: pd.DataFrame | None = None
    ) -> None:
        """Add what a later look at the values of a field refuses or remarks: ``code, facts``, index: position."""
        self.refused += [] if refused is None else [self._problems(what, column, refused)]
        self.noted += [] if noted is None else [self._problems(what, column, noted)]

    def places(self, named: Mapping[Field, Column], province: str | None, sheet: str) -> None:
        """Read provinces, counties in their provinces, and estates; a sheet's name stands for a missing column."""
        provinces = pd.Series(province, index=self.rows, dtype=object)
        if Field.PROVINCE in named:
            column = named[Field.PROVINCE]
            reading = by_distinct(self.stated(column), read_province)
            self.keep(Field.PROVINCE, column, reading)
            provinces.update(reading.values)
        if Field.COUNTY in named:
            self._counties(named[Field.COUNTY], provinces, stated_province=Field.PROVINCE in named)
        elif isinstance(place := read_county(sheet, province), Place):
            self.values[Field.COUNTY.value] = pd.Series(place.county, index=self.rows, dtype=object)
            provinces = provinces.fillna(place.province)
            self.columns.append((self.sheet, sheet, Field.COUNTY.value, ""))
        self._estates(named.get(Field.ESTATE), provinces, sheet)
        refused = set(self.refused_rows(Field.PROVINCE))
        known = provinces[provinces.notna() & ~provinces.index.isin(refused)]
        self.values[Field.PROVINCE.value] = known

    def _estates(self, column: Column | None, provinces: pd.Series, sheet: str) -> None:
        """Estates by their canonical names, unless the row's county is another; they tell a county that is missing."""
        if column is not None:
            reading = read_cells(Field.ESTATE, self.stated(column))
        elif _ESTATE_SHEET.match(fold(sheet)):
            column = Column(-1, (sheet,), sheet, Field.ESTATE)
            reading = read_cells(Field.ESTATE, pd.Series(sheet, index=self.rows, dtype=object))
        else:
            return
        found = _known_estates(reading.values)
        counties = self.values.get(Field.COUNTY.value, pd.Series(dtype=object)).reindex(found.index)
        own = provinces[found.index]
        agreed = counties.isna() | (counties == found["county"])
        agreed &= own.isna() | (own == found["province"])
        agreed &= ~found.index.isin(self.refused_rows(Field.COUNTY))
        found = found[agreed]
        values = reading.values.copy()
        values[found.index] = found["name"]
        odd = found.loc[~found["exact"].to_numpy(dtype=bool), "name"] if column.position >= 0 else found["name"].head(0)
        noted = pd.DataFrame(
            {
                "code": pd.Series([NoteCode.SPELLING_CORRECTED] * len(odd), index=odd.index, dtype=object),
                "facts": pd.Series([{"taken": name} for name in odd], index=odd.index, dtype=object),
            }
        )
        named = column.label
        if column.position >= 0:
            self.keep(Field.ESTATE, column, Reading(values.astype("str"), reading.refused, noted))
        else:
            self.values[Field.ESTATE.value] = values.astype("str")
            self.columns.append((self.sheet, named, Field.ESTATE.value, ""))
        missing = found[counties[agreed].isna().to_numpy(dtype=bool)]
        if len(missing):
            known = self.values.get(Field.COUNTY.value, pd.Series(dtype=object))
            self.values[Field.COUNTY.value] = pd.concat([known, missing["county"]])
            provinces.update(missing["province"])
            self.columns.append((self.sheet, named, Field.COUNTY.value, ""))

    def sectors(self, named: Mapping[Field, Column]) -> None:
        """Look up the line of activity in words where a row has no ISIC code, unless its code was refused."""
        if Field.SECTOR_TEXT not in named:
            return
        texts = self.values[Field.SECTOR_TEXT.value]
        coded = self.values.get(Field.ISIC.value, pd.Series(dtype=object))
        open_rows = texts[~texts.index.isin(coded.index) & ~texts.index.isin(self.refused_rows(Field.ISIC))]
        found = by_distinct(open_rows, read_sector).values
        found = found[found.notna()]
        if len(found):
            self.values[Field.ISIC.value] = pd.concat([coded, found])
            self.columns.append((self.sheet, named[Field.SECTOR_TEXT].label, Field.ISIC.value, ""))

    def machines(self, named: Mapping[Field, Column], latest: date | None) -> None:
        """Read machines out of a free text that is a list of them, where the sheet has no column for the list."""
        if Field.MACHINERY_TEXT not in named or Field.EQUIPMENT in named:
            return
        texts = self.values[Field.MACHINERY_TEXT.value]
        dated = texts[texts.astype("str").str.contains("[0-9۰-۹٠-٩]{4}").to_numpy(dtype=bool)]
        found = by_distinct(dated, partial(_machines, latest=latest)).values
        found = found[found.notna()]
        if len(found):
            self.values[Field.EQUIPMENT.value] = found
            self.columns.append((self.sheet, named[Field.MACHINERY_TEXT].label, Field.EQUIPMENT.value, ""))

    def refused_rows(self, what: Field) -> list[int]:
        """Positions of rows whose cell of a field was refused."""
        return [int(row) - 1 for table in self.refused for row in table.loc[table["field"] == what.value, "row"]]

    def _counties(self, column: Column, provinces: pd.Series, *, stated_province: bool) -> None:
        cells = self.stated(column).series
        parts = []
        for own, group in cells.groupby(provinces[cells.index].fillna("")):
            read = partial(_county, province=str(own) or None, stated_province=stated_province)
            parts.append(by_distinct(group, read))
        if not parts:
            parts = [by_distinct(cells, read_county)]
        places = pd.concat([part.values for part in parts])
        reading = Reading(
            places.map(lambda place: place.county).astype(object),
            pd.concat([part.refused for part in parts]),
            pd.concat([part.noted for part in parts]),
        )
        self.keep(Field.COUNTY, column, reading)
        provinces.update(places.map(lambda place: place.province))

    def _problems(self, what: Field, column: Column, problems: pd.DataFrame) -> pd.DataFrame:
        if problems.empty:
            return pd.DataFrame(columns=CELL_COLUMNS, dtype=object)
        cells = plain(self.cells.table[column.position].loc[problems.index])
        hidden = problems["code"].map(lambda code: code is RejectionCode.PERSON_ID).astype(bool)
        given = cells.map(_shown).astype(object).where(~hidden, None)
        return pd.DataFrame(
            {
                "sheet": self.sheet, "row": problems.index.to_numpy() + 1, "column": column.label, "field": what.value,
                "code": pd.Series(problems["code"].to_list(), dtype=object),
                "given": pd.Series(given.to_list(), dtype=object),
                "facts": pd.Series(problems["facts"].to_list(), dtype=object),
            },
            columns=CELL_COLUMNS,
        )  # fmt: skip


def _known_estates(names: pd.Series) -> pd.DataFrame:
    """Estates that the reference table has: ``name, county, province, exact``, index of the rows that name one."""
    apart = Distinct.of(names)
    estates = [find_estate(name) for name in apart.cells]
    known = [estate for estate in estates if estate is not None]
    at = [place for place, estate in enumerate(estates) if estate is not None]
    return apart.spread(pd.DataFrame(known, index=at, columns=["name", "county", "province", "exact"]))


def _county(cell: object, province: str | None, stated_province: bool) -> Any:
    """A default province only helps to choose; a province that the row states must be true."""
    read = read_county(cell, province)
    if isinstance(read, Refusal) and province and not stated_province:
        elsewhere = read_county(cell)
        return read if isinstance(elsewhere, Refusal) else elsewhere
    return read


def _machines(text: str, latest: date | None) -> str | None:
    read = read_equipment(text, latest) if looks_like_equipment(text) else None
    return read if isinstance(read, str) else None


def _shown(cell: object) -> str:
    """A refused cell as the report and the rejects workbook show it, cut where nobody reads on."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    text = str(cell).strip()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
