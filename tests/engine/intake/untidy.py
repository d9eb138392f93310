"""Write untidy registers whose truth is known: other headings, orders, layouts and spellings for every seed.

Everything in them is made up.
"""

from __future__ import annotations

import csv
import json
import random
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import jdatetime
import pandas as pd
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from tests.engine.intake.untidy_words import (
    AREAS,
    BAD,
    CAUSES,
    COUNTIES,
    COUNTS,
    DEALS,
    EN,
    ESTATES,
    FA,
    FLAGS,
    FOREIGN,
    GROUPED,
    HEADINGS,
    ISIC,
    MISSPELT,
    MONEY,
    MONEY_UNITS,
    MONTHS,
    NEEDED,
    PERSONAL,
    RATES,
    SENTENCES,
    SERIAL,
    SHARES,
    STATUSES,
    STRANGE,
    WORDED_MONEY,
    WORDED_NUMBERS,
)

KINDS = ("xlsx", "two_level", "csv", "sheets", "estates", "long", "json", "parquet", "hidden", "long_csv")
"""Layouts, by seed: grouped headings, several sheets, a sheet for each estate, a row for each attribute ..."""

UNITS = 9
ESTATE_SHEETS = ["شهرک صنعتی خوی", "شهرک صنعتی ساختگی ۲"]


@dataclass
class Truth:
    """What a careful reader makes of a file; rows by (sheet, row)."""

    path: Path
    values: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    rejected_cells: set[tuple[str, int, str]] = field(default_factory=set)
    rejected_rows: set[tuple[str, int]] = field(default_factory=set)
    ignored_rows: set[tuple[str, int]] = field(default_factory=set)
    personal: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)
    corrected: set[tuple[str, int, str]] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    long: bool = False
    as_of: date | None = None


def write_register(folder: Path, seed: int) -> Truth:
    """Write one register and say what is in it."""
    return _Writer(folder, seed).write()


class _Writer:
    def __init__(self, folder: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.kind = KINDS[seed % len(KINDS)]
        self.language = self.dice.choice([FA, FA, EN])
        self.mixed = self.dice.random() < 0.2
        self.textual = self.kind in ("csv", "long_csv", "parquet")
        suffix = {"csv": "csv", "long_csv": "csv", "json": "json", "parquet": "parquet"}.get(self.kind, "xlsx")
        self.truth = Truth(folder / f"register_{seed}.{suffix}", long=self.kind.startswith("long"))
        optional = [name for name in HEADINGS if name not in NEEDED]
        self.fields = [*NEEDED, *(name for name in optional if self.dice.random() < 0.7)]
        if self.kind == "estates":
            self.fields = [name for name in self.fields if name != "estate"]
        self.dice.shuffle(self.fields)
        self.groups = self._grouped() if self.kind == "two_level" else {}
        self.headings = {name: self.dice.choice(HEADINGS[name][self._tongue()]) for name in self.fields}
        self.headings |= {name: below for name, (_, below) in self.groups.items()}
        self.personal = [] if self.truth.long else self.dice.sample(PERSONAL[self.language], self.dice.randint(0, 2))
        self.strange = self.dice.sample(STRANGE[self.language], self.dice.randint(0, 2))
        self.has_serial = self.dice.random() < 0.7
        titled = self.kind not in ("json", "parquet")
        self.titled = titled
        units = list(MONEY_UNITS[self.language])
        self.file_unit = self.dice.choice(units) if titled and self.dice.random() < 0.3 else None
        self.rated = titled and self.dice.random() < 0.4
        self.units = {name: self._money_unit(name) for name in MONEY}
        self.hectares = {name: self.dice.random() < 0.25 for name in AREAS}

    def write(self) -> Truth:
        write = {
            "csv": self._write_csv,
            "long_csv": self._write_csv,
            "json": self._write_json,
            "parquet": self._write_parquet,
        }.get(self.kind, self._write_workbook)
        write()
        self.truth.personal = set(self.personal)
        self.truth.unknown = set(self.strange)
        return self.truth

    def _tongue(self) -> str:
        return self.dice.choice([FA, EN]) if self.mixed else self.language

    def _grouped(self) -> dict[str, tuple[str, str]]:
        """Field -> its group label and its heading below; the fields of a group stand side by side."""
        found = {}
        for label, below in GROUPED[self.language].values():
            own = [name for name in self.fields if name in below]
            if len(own) > 1:
                self.fields = [*(name for name in self.fields if name not in own), *own]
                found |= {name: (label, below[name]) for name in own}
        return found

    def _write_workbook(self) -> None:
        book = Workbook()
        book.remove(book.active)
        titles = {"sheets": ["فهرست ۱", "فهرست ۲"], "estates": ESTATE_SHEETS}.get(self.kind, ["Sheet1"])
        for title in titles:
            self._fill(book.create_sheet(title))
        if self.kind == "sheets":
            book.create_sheet("راهنما")["A1"] = "این برگه راهنمای تکمیل فهرست است."
        book.save(self.truth.path)
        if self.dice.random() < 0.5:
            _with_formulas(self.truth.path)

    def _write_csv(self) -> None:
        lines = self._lines(self.truth.path.stem)
        encoding = self.dice.choice(["utf-8", "utf-8-sig", "windows-1256", "utf-16"])
        text = [[_plain(cell) for cell in line] for line in lines]
        if encoding == "windows-1256":
            text = [[_windows(cell) for cell in line] for line in text]
        with self.truth.path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=self.dice.choice([",", ";", "\t", "|"])).writerows(text)

    def _write_json(self) -> None:
        header, *lines = self._lines(self.truth.path.stem)
        records = [
            {
                name: cell.isoformat() if isinstance(cell, date) else cell
                for name, cell in zip(header, line, strict=True)
            }
            for line in lines
        ]
        self.truth.path.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")

    def _write_parquet(self) -> None:
        header, *lines = self._lines(self.truth.path.stem)
        rows = [[None if cell is None else _plain(cell) for cell in line] for line in lines]
        pd.DataFrame(rows, columns=header, dtype="str").to_parquet(self.truth.path)

    def _fill(self, sheet: Any) -> None:
        for line in self._lines(sheet.title):
            sheet.append(line)
        if self.groups:
            self._merge_groups(sheet)
        if self.kind == "hidden":
            shown = self._header()
            for position in self.dice.sample(range(len(shown)), 2):
                sheet.column_dimensions[get_column_letter(position + 1)].hidden = True
                self.truth.hidden.add(shown[position])

    def _merge_groups(self, sheet: Any) -> None:
        top = len(self._titles(count=False)) + 1
        labels = [cell.value for cell in sheet[top]]
        first = next((position for position, label in enumerate(labels) if label in self._labels()), None)
        while first is not None:
            last = first
            while last + 1 < len(labels) and labels[last + 1] == labels[first]:
                sheet.cell(top, last + 2).value = None
                last += 1
            sheet.merge_cells(start_row=top, start_column=first + 1, end_row=top, end_column=last + 1)
            first = next((at for at in range(last + 1, len(labels)) if labels[at] in self._labels()), None)

    def _labels(self) -> set[str]:
        return {label for label, _ in self.groups.values()}

    def _lines(self, sheet: str) -> list[list[Any]]:
        lines: list[list[Any]] = self._titles() if self.titled else []
        for row in range(len(lines)):
            self.truth.ignored_rows.add((sheet, row + 1))
        if self.truth.long:
            return self._long(lines, sheet)
        header = self._header()
        if self.groups:
            named = [*([None] if self.has_serial else []), *(self.groups.get(name, (None,))[0] for name in self.fields)]
            lines.append([*named, *[None] * (len(header) - len(named))])
        lines.append(header)
        for number in range(UNITS):
            if self.titled and number:
                self._interruption(lines, sheet)
            self._unit_line(lines, sheet, number)
        if self.titled:
            self._footers(lines, sheet)
        return lines

    def _long(self, lines: list[list[Any]], sheet: str) -> list[list[Any]]:
        """A row for each unit and attribute: the unit's name and id in each, or in its first row only."""
        heads = ["ویژگی", "مقدار"] if self.language == FA else ["Attribute", "Value"]
        keys = ["name", "national_id"]
        serial = [self._serial()] if self.has_serial else []
        lines.append([*serial, *(self.headings[name] for name in keys), *heads])
        header = dict(zip(self.fields, self._header()[len(serial) :], strict=False))
        once = self.dice.random() < 0.3
        for number in range(UNITS):
            key = (sheet, len(lines) + 1)
            cells, _ = self._cells(key, number, lone=False)
            attributes = [name for name in self.fields if name not in keys]
            extra = [(heading, "x") for heading in self.strange]
            for at, (heading, cell) in enumerate([*((header[name], cells[name]) for name in attributes), *extra]):
                own = [None, None] if once and at else [cells[name] for name in keys]
                lines.append([*([len(lines)] if serial else []), *own, heading, cell])
        return lines

    def _interruption(self, lines: list[list[Any]], sheet: str) -> None:
        """A blank line, or the header once more, as at the top of a printed page."""
        kind = self.dice.random()
        if kind < 0.06:
            self._add(lines, [None] * len(lines[-1]), sheet)
        elif kind < 0.12 and not self.groups:
            self._add(lines, self._header(), sheet)

    def _footers(self, lines: list[list[Any]], sheet: str) -> None:
        width = len(lines[-1])
        if self.dice.random() < 0.6:
            total: list[Any] = [None] * width
            total[int(self.has_serial)] = self.dice.choice(["جمع کل", "مجموع", "Total", "جمع"])
            total[-1] = 12345
            self._add(lines, total, sheet)
        if self.dice.random() < 0.4:
            said = self.dice.choice(
                ["تهیه‌کننده: کارشناس صنایع", "امضا و مهر", "* ارقام تقریبی است", "Prepared by: office"]
            )
            self._add(lines, [said, *[None] * (width - 1)], sheet)

    def _add(self, lines: list[list[Any]], line: list[Any], sheet: str) -> None:
        lines.append(line)
        self.truth.ignored_rows.add((sheet, len(lines)))

    def _titles(self, *, count: bool = True) -> list[list[Any]]:
        titles = [["فهرست واحدهای راکد" if self.language == FA else "List of idle units"]]
        if count:
            year, month, day = 1403, self.dice.randint(1, 12), self.dice.randint(1, 29)
            day_of_sheet = jdatetime.date(year, month, day).togregorian()
            self.truth.as_of = max(day_of_sheet, self.truth.as_of or day_of_sheet)
            stated = _persian(f"{year}/{month:02d}/{day:02d}")
            said = f"تاریخ گزارش: {stated}" if self.language == FA else f"As of {day_of_sheet.isoformat()}"
        titles.append([said if count else ""])
        if self.file_unit:
            titles.append(
                [f"مبالغ به {self.file_unit} است" if self.language == FA else f"All amounts in {self.file_unit}"]
            )
        if self.rated:
            titles.append(["نرخ هر دلار ۶۵۰٬۰۰۰ ریال و هر یورو ۷۰۰٬۰۰۰ ریال"])
        return titles

    def _header(self) -> list[Any]:
        header: list[Any] = [self._serial()] if self.has_serial and not self.truth.long else []
        header += [None] if self.has_serial and self.truth.long else []
        for name in self.fields:
            heading = self.headings[name]
            if name in MONEY and self.units[name] is not None:
                heading += f" ({self.units[name]})"
            if name in AREAS:
                unit = (
                    ("هکتار" if self.language == FA else "ha")
                    if self.hectares[name]
                    else ("مترمربع" if self.language == FA else "m2")
                )
                heading += f" ({unit})"
            header.append(heading)
        return [*header, *self.personal, *self.strange]

    def _serial(self) -> str:
        return SERIAL[self.language][0]

    def _unit_line(self, lines: list[list[Any]], sheet: str, number: int) -> None:
        key = (sheet, len(lines) + 1)
        cells, _ = self._cells(key, number, lone=number == 6 and self.dice.random() < 0.7)
        secrets = [f"سری{self.dice.randint(10**9, 10**10)}" for _ in self.personal]
        self.truth.secrets |= set(secrets)
        serial = [number + 1] if self.has_serial else []
        lines.append([*serial, *(cells[name] for name in self.fields), *secrets, *("x" for _ in self.strange)])

    def _cells(self, key: tuple[str, int], number: int, *, lone: bool) -> tuple[dict[str, Any], dict[str, Any]]:
        truth: dict[str, Any] = {}
        cells: dict[str, Any] = {}
        for name in sorted(self.fields, key=lambda one: one != "county"):  # the estate stands in the county
            cells[name] = self._cell(name, truth, f"{key[0]}-{number}", key)
        spoilt = [name for name in BAD if name in self.fields and name in truth]
        spoilt = [name for name in spoilt if name != "county" or "estate" not in truth]
        if self.truth.long:
            spoilt = [name for name in spoilt if name != "national_id"]
        if spoilt and self.dice.random() < 0.4:
            name = self.dice.choice(spoilt)
            cells[name] = self.dice.choice(BAD[name])
            truth.pop(name)
            self.truth.corrected.discard((*key, name))
            self.truth.rejected_cells.add((*key, name))
        if key[0] in ESTATE_SHEETS:
            truth["estate"] = key[0]
        if lone:
            cells["name"] = cells["national_id"] = None
            if "business_id" in cells:
                cells["business_id"] = None
            self.truth.rejected_rows.add(key)
            self.truth.rejected_cells -= {entry for entry in self.truth.rejected_cells if entry[:2] == key}
            self.truth.corrected -= {entry for entry in self.truth.corrected if entry[:2] == key}
        else:
            self.truth.values[key] = truth
        return cells, truth

    def _cell(self, name: str, truth: dict[str, Any], mark: str, key: tuple[str, int]) -> Any:
        if name not in NEEDED and self.dice.random() < 0.15:
            return self.dice.choice([None, None, "-", "نامشخص"])
        value, written = self._pair(name, mark, truth, key)
        if value is None:
            self.truth.rejected_cells.add((*key, name))
        else:
            truth[name] = value
        return written

    def _pair(self, name: str, mark: str, truth: dict[str, Any], key: tuple[str, int]) -> tuple[Any, Any]:
        if name == "name":
            text = f"واحد ساختگی {mark}"
            return text, text
        if name == "national_id":
            value = _national_id(self.dice)
            return value, self.dice.choice([value, _persian(value), int(value)])
        if name == "business_id":
            value = str(self.dice.randint(10**11, 10**12 - 1))
            return value, self.dice.choice([value, _persian(value), int(value)])
        if name == "county":
            value = self.dice.choice(list(COUNTIES))
            if value in MISSPELT and self.dice.random() < 0.1:
                self.truth.corrected.add((*key, name))
                return value, MISSPELT[value]
            return value, self.dice.choice(COUNTIES[value])
        if name == "estate":
            value, ways = ESTATES.get(truth["county"], ("شهرک صنعتی نمونه", ["شهرک صنعتی نمونه"]))
            return value, self.dice.choice(ways)
        if name == "isic":
            value = self.dice.choice(ISIC)
            return value, self.dice.choice([value, int(value), _persian(value)])
        if name == "status":
            value = self.dice.choice(list(STATUSES))
            return value, self.dice.choice(STATUSES[value])
        if name == "stop_causes":
            return self._causes()
        if name == "deal_forms":
            codes = sorted(self.dice.sample(list(DEALS), self.dice.randint(1, 2)))
            return codes, self.dice.choice(["، ", " یا ", " / "]).join(self.dice.choice(DEALS[code]) for code in codes)
        if name in ("bank_owned", "title_deed"):
            value = self.dice.random() < 0.5
            return value, self.dice.choice(FLAGS[value])
        if name in ("stopped_on", "established_on"):
            return self._date(1385 if name == "stopped_on" else 1360, 1402 if name == "stopped_on" else 1384)
        if name == "machinery_year":
            year = self.dice.randint(1360, 1399)
            return year + 621, self.dice.choice([year, str(year), _persian(str(year)), year + 621])
        if name == "notes":
            text = f"بازدید {mark} انجام شد"
            return text, text
        return self._number(name)

    def _causes(self) -> tuple[Any, Any]:
        if self.dice.random() < 0.2:
            code = self.dice.choice(list(SENTENCES))
            return [code], SENTENCES[code]
        codes = sorted(self.dice.sample(list(CAUSES), self.dice.randint(1, 3)))
        words = [self.dice.choice(CAUSES[code]) for code in codes]
        return codes, self.dice.choice(["، ", "؛ ", " - ", " / ", "\n"]).join(words)

    def _date(self, low: int, high: int) -> tuple[Any, Any]:
        day = jdatetime.date(self.dice.randint(low, high), self.dice.randint(1, 12), self.dice.randint(1, 29))
        there, month = day.togregorian(), jdatetime.date(day.year, day.month, 1).togregorian()
        year, digits = jdatetime.date(day.year, 1, 1).togregorian(), self.dice.choice([str, _persian])
        shapes: list[tuple[Any, Any]] = [
            ((there, "day"), digits(f"{day.year}/{day.month}/{day.day}")),
            ((there, "day"), digits(f"{day.year}-{day.month:02d}-{day.day:02d}")),
            ((there, "day"), digits(f"{day.day:02d}/{day.month:02d}/{day.year}")),
            ((there, "day"), digits(f"{day.day} {MONTHS[day.month - 1]} {day.year}")),
            ((there, "day"), there.isoformat()),
            ((there, "day"), digits(f"{day.year}{day.month:02d}{day.day:02d}")),
            ((month, "month"), digits(f"{MONTHS[day.month - 1]} {day.year}")),
            ((month, "month"), digits(f"{day.year}/{day.month:02d}")),
            (
                (year, "year"),
                self.dice.choice([day.year, digits(str(day.year))]),
            ),
            ((year, "year"), digits(f"سال {day.year}")),
        ]
        if day.year < 1400:
            shapes.append(((there, "day"), digits(f"{day.year % 100}/{day.month:02d}/{day.day:02d}")))
        if not self.textual:
            shapes.append(((there, "day"), there))
        return self.dice.choice(shapes)

    def _number(self, name: str) -> tuple[Any, Any]:
        if name in MONEY:
            return self._money(name)
        if name in SHARES:
            percent = self.dice.randint(2, 98)
            written = [percent, f"{percent}%", _persian(f"{percent} درصد"), _persian(f"٪{percent}"), str(percent)]
            return percent / 100, self.dice.choice(written)
        if name == "litigation_count":
            number = self.dice.randint(0, 9)
            return number, self.dice.choice([number, _persian(str(number)), f"{number} فقره"])
        number = self.dice.randint(1, 40) if name not in COUNTS else self.dice.randint(0, 300)
        if name in COUNTS and self.dice.random() < 0.1:
            number = self.dice.choice(list(WORDED_NUMBERS))
            return number, f"{WORDED_NUMBERS[number]} نفر"
        if name in AREAS and not self.hectares[name]:
            number = self.dice.randint(300, 90_000)
        if name == "power_kw":
            number = self.dice.randint(50, 3000)
        unit = {"land_m2": " متر مربع", "building_m2": " متر", "power_kw": " کیلووات"}.get(name, " نفر")
        written = [number, str(number), _persian(str(number)), f"{number:,}", _persian(f"{number:,}").replace(",", "٬")]
        if not self.hectares.get(name, False):
            written += [_persian(str(number)) + unit, f"حدود {number}", _persian(f"{number:,}").replace(",", "،")]
        return number * (10_000 if self.hectares.get(name, False) else 1), self.dice.choice(written)

    def _money(self, name: str) -> tuple[Any, Any]:
        unit = self.units[name] or self.file_unit
        kind = self.dice.random()
        if kind < 0.1:
            return 0, self.dice.choice(["ندارد", 0, "صفر"])
        if kind < 0.16:
            return self._foreign()
        if kind < 0.2 and unit is not None and MONEY_UNITS[self.language][unit] >= 10**6:
            return None, self.dice.choice(["500 ریال", "۵۰۰ تومان"])  # under millions: of what?
        if kind < 0.23:
            return None, self.dice.choice(["12 میلیارد ریال و ۵۰۰", "۱ میلیارد و ۲۰۰", "۵ میلیارد ریال (ماده ۱۸)"])
        if unit is None and kind < 0.3:
            return None, self.dice.choice([1200, "۱۲۰۰", "1,200"])  # nobody names the unit
        if unit is None or kind < 0.4:
            number = self.dice.randint(1, 900) / 10
            words, factor = self.dice.choice(WORDED_MONEY)
            about = self.dice.choice(["", "", "حدود "])
            return round(number * 10) * factor // 10, f"{about}{_persian(str(number)).replace('.', '٫')} {words}"
        number = self.dice.randint(1, 900_000)
        factor = MONEY_UNITS[self.language][unit]
        return number * factor, self.dice.choice([number, f"{number:,}", _persian(str(number)), f"{number}.0"])

    def _foreign(self) -> tuple[Any, Any]:
        currency = self.dice.choice(list(FOREIGN))
        number = self.dice.randint(1, 90) * 1000
        written = self.dice.choice(FOREIGN[currency]).format(f"{number:,}")
        return number * RATES[currency] if self.rated else None, written

    def _money_unit(self, name: str) -> str | None:
        if name in self.groups:
            return None
        return self.dice.choice(list(MONEY_UNITS[self.language])) if self.dice.random() < 0.7 else None


def _with_formulas(path: Path) -> None:
    """Numbers of the first sheet become formulas that a program has computed."""
    with zipfile.ZipFile(path) as old:
        parts = {entry.filename: old.read(entry) for entry in old.infolist()}
    sheet = "xl/worksheets/sheet1.xml"
    pattern = rb'(<c r="[A-Z]+\d+"(?: s="\d+")? t="n">)<v>(\d+)</v>'
    parts[sheet] = re.sub(pattern, rb"\1<f>0+\2</f><v>\2</v>", parts[sheet])
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', b"")  # it was saved since
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)


def _national_id(dice: random.Random) -> str:
    digits = "1" + "".join(str(dice.randrange(10)) for _ in range(9))
    shift, weights = int(digits[9]) + 2, [29, 27, 23, 19, 17] * 2
    rest = sum((int(digit) + shift) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return digits + str(rest if rest < 10 else 0)


def _persian(text: str) -> str:
    return text.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))


def _plain(cell: Any) -> str:
    return "" if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell)


def _windows(text: str) -> str:
    """The code page has no Persian digits, no Persian yeh, no check mark and no multiplication sign of its own."""
    table = str.maketrans("۰۱۲۳۴۵۶۷۸۹ی٬٫٪", "0123456789ي,.%")
    return text.translate(table).replace("✓", "بلي")
