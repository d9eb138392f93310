"""Write untidy registers whose truth is known: other headings, orders, layouts and spellings for every seed.

Everything in them is made up; the headings and spellings are written down on their own, not taken from the aliases.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import jdatetime
from openpyxl import Workbook

FA, EN = "fa", "en"

HEADINGS: dict[str, dict[str, list[str]]] = {
    "name": {
        FA: ["نام واحد تولیدی", "نام شركت", "عنوان واحد صنعتی", "نام كارخانه"],
        EN: ["Company", "Unit Name", "Name of the plant"],
    },
    "national_id": {
        FA: ["شناسه‌ی ملی", "شناسه ملی شرکت", "شناسه ملي (۱۱ رقمی)"],
        EN: ["National ID", "Company national id", "Legal entity ID"],
    },
    "county": {FA: ["شهرستان محل استقرار", "نام شهرستان", "شهرستان"], EN: ["County", "City / County", "County name"]},
    "estate": {
        FA: ["نام شهرک صنعتی", "شهرک یا ناحیه", "محل استقرار (شهرک)"],
        EN: ["Industrial estate", "Estate / zone"],
    },
    "isic": {FA: ["کد ISIC", "آیسیک", "کد فعالیت (ISIC)"], EN: ["ISIC", "ISIC Rev.4 code", "Activity code"]},
    "status": {FA: ["وضعیت فعلی", "وضعيت واحد", "وضعیت فعالیت"], EN: ["Status", "Current status", "Operating status"]},
    "stopped_on": {
        FA: ["تاریخ تعطیلی", "زمان توقف تولید", "راکد از تاریخ"],
        EN: ["Stopped on", "Date of closure", "Idle since"],
    },
    "stop_causes": {
        FA: ["دلیل توقف", "علل تعطیلی", "دلایل رکود واحد"],
        EN: ["Reason for closure", "Causes of stoppage", "Why stopped"],
    },
    "jobs_before_stop": {
        FA: ["تعداد پرسنل قبل از تعطیلی", "اشتغال سابق (نفر)", "شاغلین پیش از توقف"],
        EN: ["Employees before closure", "Jobs before stop"],
    },
    "jobs_now": {FA: ["اشتغال موجود", "تعداد شاغلان فعلی"], EN: ["Current employees", "Jobs now"]},
    "jobs_promised": {FA: ["اشتغال پیش‌بینی شده", "اشتغال قابل ایجاد"], EN: ["Expected jobs", "Jobs to be created"]},
    "land_m2": {FA: ["مساحت زمین", "متراژ عرصه", "زمین"], EN: ["Land area", "Plot size", "Site area"]},
    "building_m2": {FA: ["مساحت سوله", "زیربنای مفید", "اعیانی"], EN: ["Building area", "Covered area"]},
    "power_kw": {FA: ["قدرت برق (کیلووات)", "دیماند برق KW"], EN: ["Power (kW)", "Electricity demand (kW)"]},
    "bank_debt_rial": {FA: ["بدهی به بانک‌ها", "معوقات بانکی"], EN: ["Bank debt", "Owed to banks"]},
    "tax_debt_rial": {FA: ["بدهی به امور مالیاتی", "بدهی مالیاتی"], EN: ["Tax debt", "Tax arrears"]},
    "social_security_debt_rial": {
        FA: ["بدهی بیمه", "بدهی به تأمین اجتماعی"],
        EN: ["Social security debt", "Insurance arrears"],
    },
    "bank_owned": {FA: ["تملیک بانک", "در تصرف بانک است؟"], EN: ["Owned by bank", "Seized by bank?"]},
    "capital_needed_rial": {
        FA: ["سرمایه‌گذاری مورد نیاز", "میزان سرمایه لازم"],
        EN: ["Capital required", "Investment needed"],
    },
    "working_capital_needed_rial": {
        FA: ["نقدینگی مورد نیاز", "سرمایه در گردش لازم"],
        EN: ["Working capital required", "Working capital need"],
    },
}
NEEDED = ("name", "national_id", "county", "status")
PERSONAL = {FA: ["نام مدیرعامل", "تلفن همراه", "کد ملی مدیر"], EN: ["CEO", "Mobile phone", "Owner's e-mail"]}
STRANGE = {FA: ["کد پستی", "شماره پروانه", "رنگ ساختمان"], EN: ["Postal code", "File colour", "Inspector's mark"]}
SERIAL = {FA: ["ردیف", "شماره ردیف"], EN: ["No.", "Row"]}

COUNTIES = {
    "Urmia": ["ارومیه", "اروميه", "شهرستان ارومیه", "Urmia", "urmia "],
    "Khoy": ["خوی", "خوي", "Khoy"],
    "Miandoab": ["میاندوآب", "میاندواب", "ميان دوآب", "Miandoab"],
    "Bukan": ["بوکان", "بوكان", "Bukan"],
    "Mahabad": ["مهاباد", "شهرستان مهاباد", "Mahabad"],
    "Shahin Dezh": ["شاهین‌دژ", "شاهین دژ", "شاهيندژ", "Shahin Dezh"],
    "Naqadeh": ["نقده", "Naqadeh"],
    "Salmas": ["سلماس", "Salmas"],
}
STATUSES = {
    "idle": ["راکد", "غیر فعال", "تعطیل", "متوقف", "Idle", "closed"],
    "semi_active": ["نیمه‌فعال", "نيمه فعال", "فعال با ۳۰ درصد ظرفیت", "Semi-active", "partially active"],
    "operating": ["فعال", "در حال تولید", "operating"],
}
CAUSES = {
    "working_capital": ["کمبود سرمایه در گردش", "نبود نقدینگی", "lack of working capital"],
    "bank_debt": ["بدهی بانکی", "معوقات بانکی", "bank debt"],
    "raw_material": ["کمبود مواد اولیه", "raw material shortage"],
    "market_demand": ["نبود بازار فروش", "lack of market"],
    "machinery_obsolete": ["فرسودگی ماشین‌آلات", "قدیمی بودن دستگاه‌ها", "old machinery"],
    "utilities": ["قطعی برق و گاز", "power cuts"],
    "management": ["ضعف مدیریت", "poor management"],
    "shareholder_dispute": ["اختلاف سهامداران", "partner dispute"],
    "sanctions_parts": ["تحریم", "lack of spare parts"],
}
ISIC = ["10", "13", "1030", "17", "22", "2220", "25", "29"]
FLAGS = {True: ["بلی", "بله", "✓", "1", "Yes"], False: ["خیر", "نه", "0", "No"]}
MONEY_UNITS = {
    FA: {"ریال": 1, "میلیون ریال": 10**6, "میلیون تومان": 10**7, "میلیارد ریال": 10**9},
    EN: {"rial": 1, "million rial": 10**6, "million toman": 10**7, "bn rial": 10**9},
}
MONEY = [name for name in HEADINGS if name.endswith("_rial")]
COUNTS = ["jobs_before_stop", "jobs_now", "jobs_promised"]
AREAS = ["land_m2", "building_m2"]
MONTHS = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]
BAD = {
    "jobs_before_stop": ["-15", "زیاد"],
    "stopped_on": ["1399/13/05", "1425/02/01", "1400/02/32", "نامعتبر"],
    "isic": ["99999", "۷۷۷۷۷"],
    "land_m2": ["نسبتاً بزرگ", "سه برابر همسایه"],
    "national_id": ["12ab", "1234"],
    "county": ["زرزیران", "ناکجاآباد"],
    "bank_debt_rial": ["زیاد است", "۵۰ تا ۶۰"],
    "bank_owned": ["شاید"],
}


@dataclass
class Truth:
    """What a careful reader makes of a file; rows by (sheet, row)."""

    path: Path
    values: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    rejected_cells: set[tuple[str, int, str]] = field(default_factory=set)
    rejected_rows: set[tuple[str, int]] = field(default_factory=set)
    ignored_rows: set[tuple[str, int]] = field(default_factory=set)
    duplicates: set[tuple[int, int]] = field(default_factory=set)
    personal: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)
    as_of: date | None = None


def write_register(folder: Path, seed: int) -> Truth:
    """Write one register and say what is in it."""
    return _Writer(folder, seed).write()


class _Writer:
    def __init__(self, folder: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.kind = ["xlsx", "xlsx", "csv", "sheets"][seed % 4]
        self.language = self.dice.choice([FA, FA, EN])
        suffix = "csv" if self.kind == "csv" else "xlsx"
        self.truth = Truth(folder / f"register_{seed}.{suffix}")
        optional = [name for name in HEADINGS if name not in NEEDED]
        self.fields = [*NEEDED, *(name for name in optional if self.dice.random() < 0.75)]
        self.dice.shuffle(self.fields)
        self.headings = {name: self.dice.choice(HEADINGS[name][self.language]) for name in self.fields}
        self.personal = self.dice.sample(PERSONAL[self.language], self.dice.randint(0, 2))
        self.strange = self.dice.sample(STRANGE[self.language], self.dice.randint(0, 2))
        self.has_serial = self.dice.random() < 0.7
        self.file_unit = self.dice.choice(list(MONEY_UNITS[self.language])) if self.dice.random() < 0.3 else None
        self.units = {name: self._money_unit(name) for name in MONEY}
        self.hectares = {name: self.dice.random() < 0.25 for name in AREAS}

    def write(self) -> Truth:
        if self.kind == "csv":
            self._write_csv()
        else:
            book = Workbook()
            book.remove(book.active)
            for title in ["شهرک صنعتی ۱", "شهرک صنعتی ۲"] if self.kind == "sheets" else ["Sheet1"]:
                self._fill(book.create_sheet(title))
            if self.kind == "sheets":
                book.create_sheet("راهنما")["A1"] = "این برگه راهنمای تکمیل فهرست است."
            book.save(self.truth.path)
        self.truth.personal = set(self.personal)
        self.truth.unknown = set(self.strange)
        return self.truth

    def _write_csv(self) -> None:
        lines = self._lines(self.truth.path.stem)
        encoding = self.dice.choice(["utf-8", "utf-8-sig", "windows-1256"])
        text = [[_plain(cell) for cell in line] for line in lines]
        if encoding == "windows-1256":
            text = [[_windows(cell) for cell in line] for line in text]
        with self.truth.path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=self.dice.choice([",", ";", "\t"])).writerows(text)

    def _fill(self, sheet: Any) -> None:
        for line in self._lines(sheet.title):
            sheet.append(line)

    def _lines(self, sheet: str) -> list[list[Any]]:
        lines: list[list[Any]] = self._titles()
        for row in range(len(lines)):
            self.truth.ignored_rows.add((sheet, row + 1))
        lines.append(self._header())
        first = len(lines) + 1
        for number in range(12):
            kind = self.dice.random()
            if number and kind < 0.06:
                self._add(lines, [None] * len(lines[-1]), sheet)
            elif number and kind < 0.12:
                self._add(lines, self._header(), sheet)
            self._unit_line(lines, sheet, number, first)
        if self.dice.random() < 0.6:
            total = [None] * len(lines[-1])
            total[int(self.has_serial)] = self.dice.choice(["جمع کل", "مجموع", "Total", "جمع"])
            total[-1] = 12345
            self._add(lines, total, sheet)
        return lines

    def _add(self, lines: list[list[Any]], line: list[Any], sheet: str) -> None:
        lines.append(line)
        self.truth.ignored_rows.add((sheet, len(lines)))

    def _titles(self) -> list[list[Any]]:
        titles = [["فهرست واحدهای راکد" if self.language == FA else "List of idle units"]]
        year, month, day = 1403, self.dice.randint(1, 12), self.dice.randint(1, 29)
        day_of_sheet = jdatetime.date(year, month, day).togregorian()
        self.truth.as_of = max(day_of_sheet, self.truth.as_of or day_of_sheet)
        stated = f"{year}/{month:02d}/{day:02d}"
        titles.append(
            [f"تاریخ گزارش: {_persian(stated)}" if self.language == FA else f"As of {day_of_sheet.isoformat()}"]
        )
        if self.file_unit:
            titles.append(
                [f"مبالغ به {self.file_unit} است" if self.language == FA else f"All amounts in {self.file_unit}"]
            )
        return titles

    def _header(self) -> list[Any]:
        header: list[Any] = [self._serial()] if self.has_serial else []
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

    def _unit_line(self, lines: list[list[Any]], sheet: str, number: int, first: int) -> None:
        key = (sheet, len(lines) + 1)
        truth: dict[str, Any] = {}
        cells: dict[str, Any] = {}
        for name in self.fields:
            cells[name] = self._cell(name, truth, f"{sheet}-{number}")
        spoilt = [name for name in BAD if name in self.fields and name in truth]
        if spoilt and self.dice.random() < 0.3:
            name = self.dice.choice(spoilt)
            cells[name] = self.dice.choice(BAD[name])
            truth.pop(name)
            self.truth.rejected_cells.add((*key, name))
        lone = number == 7 and self.dice.random() < 0.7
        if lone:
            cells["name"] = cells["national_id"] = None
            self.truth.rejected_rows.add(key)
            self.truth.rejected_cells -= {entry for entry in self.truth.rejected_cells if entry[:2] == key}
        else:
            self.truth.values[key] = truth
        secrets = [f"سری{self.dice.randint(10**9, 10**10)}" for _ in self.personal]
        self.truth.secrets |= set(secrets)
        serial = [number + 1] if self.has_serial else []
        lines.append([*serial, *(cells[name] for name in self.fields), *secrets, *("x" for _ in self.strange)])

    def _cell(self, name: str, truth: dict[str, Any], mark: str) -> Any:
        if name not in NEEDED and self.dice.random() < 0.15:
            return self.dice.choice([None, None, "-", "نامشخص"])
        value, written = self._pair(name, mark)
        truth[name] = value
        return written

    def _pair(self, name: str, mark: str) -> tuple[Any, Any]:
        if name == "name":
            text = f"واحد ساختگی {mark}"
            return text, text
        if name == "national_id":
            value = _national_id(self.dice)
            return value, self.dice.choice([value, _persian(value), int(value)])
        if name == "county":
            value = self.dice.choice(list(COUNTIES))
            return value, self.dice.choice(COUNTIES[value])
        if name == "estate":
            text = "شهرک صنعتی نمونه"
            return text, text
        if name == "isic":
            value = self.dice.choice(ISIC)
            return value, self.dice.choice([value, int(value), _persian(value)])
        if name == "status":
            value = self.dice.choice(list(STATUSES))
            return value, self.dice.choice(STATUSES[value])
        if name == "stop_causes":
            codes = sorted(self.dice.sample(list(CAUSES), self.dice.randint(1, 2)))
            words = [self.dice.choice(CAUSES[code]) for code in codes]
            return codes, self.dice.choice(["، ", "؛ ", " - ", " / "]).join(words)
        if name == "bank_owned":
            value = self.dice.random() < 0.5
            return value, self.dice.choice(FLAGS[value])
        if name == "stopped_on":
            return self._date()
        return self._number(name)

    def _date(self) -> tuple[Any, Any]:
        day = jdatetime.date(self.dice.randint(1385, 1402), self.dice.randint(1, 12), self.dice.randint(1, 29))
        shape = self.dice.randrange(6)
        if shape == 0:
            return (day.togregorian(), "day"), f"{day.year}/{day.month}/{day.day}"
        if shape == 1:
            return (day.togregorian(), "day"), _persian(f"{day.year}-{day.month:02d}-{day.day:02d}")
        if shape == 2:
            return (day.togregorian(), "day"), day.togregorian().isoformat()
        if shape == 3:
            first = jdatetime.date(day.year, day.month, 1).togregorian()
            return (first, "month"), f"{MONTHS[day.month - 1]} {_persian(str(day.year))}"
        if shape == 4 and self.kind != "csv":
            return (day.togregorian(), "day"), day.togregorian()
        return (jdatetime.date(day.year, 1, 1).togregorian(), "year"), self.dice.choice(
            [day.year, _persian(str(day.year))]
        )

    def _number(self, name: str) -> tuple[Any, Any]:
        if name in MONEY:
            return self._money(name)
        number = self.dice.randint(1, 40) if name not in COUNTS else self.dice.randint(0, 300)
        if name in AREAS and not self.hectares[name]:
            number = self.dice.randint(300, 90_000)
        if name == "power_kw":
            number = self.dice.randint(50, 3000)
        unit = {"land_m2": " متر مربع", "building_m2": " متر", "power_kw": " کیلووات"}.get(name, " نفر")
        written = [number, str(number), _persian(str(number)), f"{number:,}", _persian(f"{number:,}").replace(",", "٬")]
        if not self.hectares.get(name, False):
            written.append(_persian(str(number)) + unit)
        return number * (10_000 if self.hectares.get(name, False) else 1), self.dice.choice(written)

    def _money(self, name: str) -> tuple[Any, Any]:
        unit = self.units[name] or self.file_unit
        if unit is None or self.dice.random() < 0.15:
            number = self.dice.randint(1, 900) / 10
            words = self.dice.choice(
                [("میلیارد تومان", 10**10), ("میلیارد ریال", 10**9), ("million toman", 10**7), ("همت", 10**13)]
            )
            return round(number * 10 * words[1] // 10), f"{_persian(str(number)).replace('.', '٫')} {words[0]}"
        if self.dice.random() < 0.1:
            return 0, self.dice.choice(["ندارد", 0, "صفر"])
        number = self.dice.randint(1, 900_000)
        factor = MONEY_UNITS[self.language][unit]
        return number * factor, self.dice.choice([number, f"{number:,}", _persian(str(number)), f"{number}.0"])

    def _money_unit(self, name: str) -> str | None:
        return self.dice.choice(list(MONEY_UNITS[self.language])) if self.dice.random() < 0.7 else None


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
    """The code page has no Persian digits, no Persian yeh and no check mark; people write around it."""
    table = str.maketrans("۰۱۲۳۴۵۶۷۸۹ی٬٫", "0123456789ي,.")
    return text.translate(table).replace("✓", "بلي")
