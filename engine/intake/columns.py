"""Read the columns of one sheet: values, refusals and notes, each with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from engine.domain.unit import FIELDS, Field, Status
from engine.intake.cells import Reading, by_distinct, read_cells, stated
from engine.intake.contradictions import contradictions
from engine.intake.distinct import Columns, Distinct
from engine.intake.estates import find_estate
from engine.intake.grid import cell_objects
from engine.intake.groups import Group
from engine.intake.header import Column
from engine.intake.isic_revisions import disagreeing, read_old_isic
from engine.intake.lists import looks_like_equipment, read_equipment
from engine.intake.places import CountyName, read_county, read_province
from engine.intake.sectors import read_sector
from engine.parsing.rejection import NoteCode, Refusal, RejectionCode, Remarked
from engine.parsing.text import fold

_ESTATE_SHEET = re.compile(r"(?:شهرک|ناحیه|محدوده|منطقه ویژه)(?: |$)|.*(?:industrial|estate)")

SHOWN = 300
"""Characters of a refused cell that are shown; a cell of a workbook holds 32,767."""

CELL_COLUMNS = ["sheet", "row", "column", "field", "code", "given", "facts"]
"""Columns of the tables of refused and noted cells."""


@dataclass(frozen=True, slots=True)
class Given:
    """What rows are given that do not say it themselves.

    Parameters
    ----------
    groups
        By the lines above them, from `engine.intake.groups.given_below`.
    title
        By the title of their table.
    asked
        By who reads the file.
    """

    groups: pd.DataFrame
    title: Group = field(default_factory=Group)
    asked: Group = field(default_factory=Group)


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
        self.judge(what, column, refused=reading.refused, noted=reading.noted)
        self.columns.append((self.sheet, column.label, what.value, FIELDS[what].measure))

    def judge(
        self, what: Field, column: Column, *, refused: pd.DataFrame | None = None, noted: pd.DataFrame | None = None
    ) -> None:
        """Add what a later look at the values of a field refuses or remarks: ``code, facts``, index: position."""
        if refused is not None and len(refused):
            self.refused.append(self._problems(what, column, refused))
        if noted is not None and len(noted):
            self.noted.append(self._problems(what, column, noted))

    def places(self, named: Mapping[Field, Column], province: str | None, sheet: str, given: Given) -> None:
        """Read provinces, counties in their provinces, and estates.

        What a row does not say is given by the line that groups it, by the sheet's name or its title, or by who asks.
        """
        provinces = pd.Series(province, index=self.rows, dtype=object)
        if Field.PROVINCE in named:
            column = named[Field.PROVINCE]
            reading = by_distinct(self.stated(column), read_province)
            self.keep(Field.PROVINCE, column, reading)
            provinces.update(reading.values)
        if Field.COUNTY in named:
            self._counties(named[Field.COUNTY], provinces, stated_province=Field.PROVINCE in named)
        self._given_counties(given.groups["county"], given.groups["province"], provinces)
        if Field.COUNTY not in named and isinstance(place := read_county(sheet, province), CountyName):
            self._given_county(Group(place.province, place.county), provinces, sheet)
        self._estates(named.get(Field.ESTATE), provinces, sheet, given)
        if Field.COUNTY not in named and given.title.county is not None:
            self._given_county(given.title, provinces, "")
        self._given_county(given.asked, provinces, "")
        refused = set(self.refused_rows(Field.PROVINCE))
        known = provinces[provinces.notna() & ~provinces.index.isin(refused)]
        self.values[Field.PROVINCE.value] = known

    def _given_counties(self, counties: pd.Series, own: pd.Series, provinces: pd.Series) -> None:
        """Counties that lines, a title or a person give to the rows whose cell is blank and whose province agrees."""
        known = self.values.get(Field.COUNTY.value, pd.Series(dtype=object))
        taken = known.index.union(pd.Index(self.refused_rows(Field.COUNTY)))
        new = counties[counties.notna() & counties.index.isin(self.rows) & ~counties.index.isin(taken)]
        stated = provinces[new.index]
        new = new[(stated.isna() | (stated == own[new.index])).to_numpy(dtype=bool)]
        if len(new):
            self.values[Field.COUNTY.value] = pd.concat([known, new])
            provinces.update(own[new.index])
        bare = own[own.notna() & counties.isna() & own.index.isin(self.rows)]
        provinces.update(bare[provinces[bare.index].isna()])

    def _given_county(self, place: Group, provinces: pd.Series, label: str) -> None:
        if place.county is None:
            return
        before = len(self.values.get(Field.COUNTY.value, ()))
        everywhere = pd.Series(place.county, index=self.rows, dtype=object)
        self._given_counties(everywhere, pd.Series(place.province, index=self.rows, dtype=object), provinces)
        if label and len(self.values.get(Field.COUNTY.value, ())) > before:
            self.columns.append((self.sheet, label, Field.COUNTY.value, ""))

    def _estates(self, column: Column | None, provinces: pd.Series, sheet: str, given: Given) -> None:
        """Estates by their canonical names, unless the row's county is another; they tell a county that is missing."""
        named = ""
        values = pd.Series(dtype=object)
        reading = None
        if column is not None:
            reading = read_cells(Field.ESTATE, self.stated(column))
            values, named = reading.values.astype(object), column.label
        others = [given.groups["estate"]]
        if column is None and _ESTATE_SHEET.match(fold(sheet)):
            others.append(pd.Series(sheet, index=self.rows, dtype=object))
            named = sheet
        others += [pd.Series(one, index=self.rows, dtype=object) for one in (given.title.estate, given.asked.estate)]
        for other in others:
            new = other[other.notna() & other.index.isin(self.rows) & ~other.index.isin(values.index)]
            values = pd.concat([values, new]) if len(new) else values
        if reading is None and values.empty:
            return
        found = _known_estates(values)
        counties = self.values.get(Field.COUNTY.value, pd.Series(dtype=object)).reindex(found.index)
        own = provinces[found.index]
        agreed = counties.isna() | (counties == found["county"])
        agreed &= own.isna() | (own == found["province"])
        agreed &= ~found.index.isin(self.refused_rows(Field.COUNTY))
        found = found[agreed]
        values[found.index] = found["name"]
        if reading is not None and column is not None:
            odd = found.loc[~found["exact"].to_numpy(dtype=bool) & found.index.isin(reading.values.index), "name"]
            noted = pd.DataFrame(
                {
                    "code": pd.Series([NoteCode.SPELLING_CORRECTED] * len(odd), index=odd.index, dtype=object),
                    "facts": pd.Series([{"taken": name} for name in odd], index=odd.index, dtype=object),
                }
            )
            self.keep(Field.ESTATE, column, Reading(values.astype("str"), reading.refused, noted))
        else:
            self.values[Field.ESTATE.value] = values.astype("str")
            if named:
                self.columns.append((self.sheet, named, Field.ESTATE.value, ""))
        missing = found[counties[agreed].isna().to_numpy(dtype=bool)]
        if len(missing):
            known = self.values.get(Field.COUNTY.value, pd.Series(dtype=object))
            self.values[Field.COUNTY.value] = pd.concat([known, missing["county"]])
            provinces.update(missing["province"])
            if named:
                self.columns.append((self.sheet, named, Field.COUNTY.value, ""))

    def statuses(self, given: pd.Series, stated: pd.Series) -> None:
        """Statuses that lines such as «واحدهای راکد» give to the rows below them whose cell is blank."""
        known = self.values.get(Field.STATUS.value, pd.Series(dtype=object))
        new = given[given.notna() & given.index.isin(self.rows) & ~given.index.isin(known.index) & ~stated[given.index]]
        if len(new):
            self.values[Field.STATUS.value] = pd.concat([known.astype(object), new])

    def isic(self, column: Column, revision: str) -> None:
        """Codes of an earlier revision, translated; those that several divisions follow on are kept aside."""
        cells = self.stated(column)
        reading = by_distinct(cells, partial(read_old_isic, revision=revision))
        known = reading.values[(reading.values != "").to_numpy(dtype=bool)]
        self.keep(Field.ISIC, column, Reading(known, reading.refused, reading.noted))

    def sectors(self, named: Mapping[Field, Column]) -> None:
        """Look up the line of activity in words where a row has no ISIC code, unless its code was refused.

        Where both are there and name different divisions, the code stands, with a remark.
        """
        if Field.SECTOR_TEXT not in named:
            return
        texts = self.values[Field.SECTOR_TEXT.value]
        coded = self.values.get(Field.ISIC.value, pd.Series(dtype=object))
        if len(coded):
            self._remark_sectors(coded, texts, named[Field.SECTOR_TEXT])
        open_rows = texts[~texts.index.isin(coded.index) & ~texts.index.isin(self.refused_rows(Field.ISIC))]
        found = by_distinct(open_rows, read_sector).values
        found = found[found.notna()]
        if len(found):
            self.values[Field.ISIC.value] = pd.concat([coded, found])
            self.columns.append((self.sheet, named[Field.SECTOR_TEXT].label, Field.ISIC.value, ""))

    def _remark_sectors(self, coded: pd.Series, texts: pd.Series, column: Column) -> None:
        meant = disagreeing(coded, texts)
        if meant.empty:
            return
        pairs = list(zip(coded.loc[meant.index], meant, strict=True))
        known = {pair: {"taken": pair[0], "words": pair[1]} for pair in set(pairs)}
        facts = [known[pair] for pair in pairs]
        remarks = {
            "code": pd.Series([NoteCode.SECTOR_DISAGREES] * len(meant), index=meant.index, dtype=object),
            "facts": pd.Series(facts, index=meant.index, dtype=object),
        }
        self.noted.append(self._problems(Field.SECTOR_TEXT, column, pd.DataFrame(remarks)))

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

    def current_jobs(self, named: Mapping[Field, Column]) -> None:
        """Jobs under a heading that does not say when («اشتغال»): those of a unit that operates are of today."""
        jobs = named.get(Field.JOBS_BEFORE_STOP)
        statuses = self.values.get(Field.STATUS.value)
        if jobs is None or jobs.sure or jobs.stated or Field.JOBS_NOW in named or statuses is None:
            return
        former = self.values.get(Field.JOBS_BEFORE_STOP.value, pd.Series(dtype=object))
        working = statuses.index[(statuses == Status.OPERATING.value).to_numpy(dtype=bool)]
        now = former.index.isin(working)
        if now.any():
            self.values[Field.JOBS_NOW.value] = former[now]
            self.values[Field.JOBS_BEFORE_STOP.value] = former[~now]
            self.columns.append((self.sheet, jobs.label, Field.JOBS_NOW.value, FIELDS[Field.JOBS_NOW].measure))

    def contradict(self, named: Mapping[Field, Column], as_of: date | None) -> None:
        """Remark what a row says against itself."""
        for what, remarks in contradictions(self.values, self.rows, as_of).items():
            self.judge(what, named[what], noted=remarks)

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
        cells = cell_objects(self.cells.table[column.position].loc[problems.index])
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
    """A province that the row states must be true; a default one gives way to the exact name of a county elsewhere.

    A name that is only near to that of a county elsewhere would move the unit to another province by a guess.
    """
    read = read_county(cell, province)
    if not isinstance(read, Refusal) or province is None or stated_province:
        return read
    elsewhere = read_county(cell)
    if isinstance(elsewhere, CountyName):
        facts = {"taken": elsewhere.county, "province": elsewhere.province, "stated": province}
        return Remarked(elsewhere, NoteCode.COUNTY_OF_OTHER_PROVINCE, facts)
    exact = isinstance(elsewhere, Remarked) and elsewhere.code is not NoteCode.GUESSED_COUNTY
    return elsewhere if exact else read


def _machines(text: str, latest: date | None) -> str | None:
    read = read_equipment(text, latest) if looks_like_equipment(text) else None
    return read if isinstance(read, str) else None


def _shown(cell: object) -> str:
    """A refused cell as the report and the rejects workbook show it, cut where nobody reads on."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    text = str(cell).strip()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
