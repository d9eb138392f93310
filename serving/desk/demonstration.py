"""A synthetic, untidy register of West Azerbaijan: no unit in it exists, and it says so in every row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from engine import reference
from engine.domain.identity import national_id_check_digit

MARK = "ساختگی"
TITLE = "فهرست واحدهای راکد و نیمه‌فعال استان آذربایجان غربی — نمونهٔ ساختگی برای آزمایش احیا (SYNTHETIC)"

# What people write in the activity column, with its ISIC division. Shares are assumed: food first, as in the province.
ACTIVITIES = (
    ("رب گوجه و کنسانتره", "10", 0.11),
    ("فرآورده‌های لبنی", "10", 0.07),
    ("بسته‌بندی خشکبار", "10", 0.08),
    ("خوراک دام و طیور", "10", 0.06),
    ("آرد و نان", "10", 0.05),
    ("آبمیوه و نوشابه", "11", 0.05),
    ("نساجی و پارچه", "13", 0.06),
    ("پوشاک", "14", 0.05),
    ("کارتن‌سازی", "17", 0.05),
    ("رنگ و رزین", "20", 0.05),
    ("لوله پلی‌اتیلن", "22", 0.08),
    ("کاشی و سرامیک", "23", 0.05),
    ("سنگ‌بری و فرآوری سنگ", "23", 0.08),
    ("شمش و نورد فولاد", "24", 0.03),
    ("مصنوعات فلزی", "25", 0.07),
    ("قطعات خودرو", "29", 0.04),
    ("سردخانه", "52", 0.02),
)
# Order of size follows the shares of causes in the table ``barriers``; the numbers themselves are assumed.
CAUSES = (
    ("کمبود نقدینگی", 0.55),
    ("بدهی بانکی", 0.22),
    ("فرسودگی ماشین‌آلات", 0.16),
    ("نبود بازار", 0.14),
    ("تأمین مواد اولیه", 0.12),
    ("اختلاف شرکا", 0.08),
    ("قطع برق و گاز", 0.08),
    ("مشکل حقوقی", 0.06),
)
HEADERS = (
    "ردیف",
    "نام واحد",
    "شناسه ملی",
    "شهرستان",
    "شهرک / ناحیه صنعتی",
    "زمینه فعالیت",
    "کد آیسیک",
    "وضعیت",
    "تاریخ توقف",
    "علت رکود",
    "اشتغال قبل از توقف (نفر)",
    "اشتغال فعلی (نفر)",
    "متراژ زمین (متر مربع)",
    "زیربنا (متر مربع)",
    "دیماند برق (kW)",
    "سال ساخت ماشین‌آلات",
    "ظرفیت فعلی (درصد)",
    "بانکی (میلیون ریال)",
    "مالیاتی (میلیون تومان)",
    "تأمین اجتماعی (ریال)",
    "در تملک بانک",
    "سند مالکیت",
    "سرمایه مورد نیاز (میلیارد ریال)",
    "سرمایه در گردش مورد نیاز (میلیون تومان)",
    "نحوه مشارکت",
    "تلفن",
    "توضیحات",
)
_DEBTS = (HEADERS.index("بانکی (میلیون ریال)"), HEADERS.index("تأمین اجتماعی (ریال)"))
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_ARABIC_LETTERS = str.maketrans("یک", "يك")


def write_register(path: Path, *, count: int = 300, random_state: int = 1405, prepared: str = "1404/06/15") -> Path:
    """Write the synthetic register as a workbook of the kind an estates company keeps.

    Parameters
    ----------
    path
        Where the .xlsx goes.
    count
        Number of units, before the duplicates and bad rows that are added on purpose.
    random_state
        Seed; the same seed writes the same cells.
    prepared
        Jalali day that the title says the list was prepared on.

    Returns
    -------
    pathlib.Path
        ``path``, for chaining.

    Notes
    -----
    Sizes, debts and capital follow log-normal shapes that are assumed, not measured; nothing in ``features`` or
    ``training`` reads them.

    Examples
    --------
    >>> import tempfile
    >>> file = write_register(Path(tempfile.mkdtemp()) / "register.xlsx", count=5)
    >>> openpyxl.load_workbook(file).active.max_column == len(HEADERS)
    True
    """
    rng = np.random.default_rng(random_state)
    rows = _untidy(_units(count, rng), rng)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "واحدهای راکد"
    sheet.sheet_view.rightToLeft = True
    sheet.append([TITLE])
    sheet.append([f"تاریخ تهیه: {_persian(prepared)}"])
    _write_header(sheet)
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def _write_header(sheet: Worksheet) -> None:
    first, last = _DEBTS
    upper = [name if not first <= column <= last else None for column, name in enumerate(HEADERS)]
    upper[first] = "بدهی‌ها"
    sheet.append(upper)
    sheet.append([name if first <= column <= last else None for column, name in enumerate(HEADERS)])
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(HEADERS))
    sheet.merge_cells(start_row=3, end_row=3, start_column=first + 1, end_column=last + 1)
    for column in range(1, len(HEADERS) + 1):
        if not first < column <= last + 1:
            sheet.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)
        for row in (3, 4):
            sheet.cell(row, column).font = Font(bold=True)
            sheet.cell(row, column).alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(column)].width = 16
    sheet.freeze_panes = "C5"


def _units(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Tidy truth, one row a unit; columns as ``HEADERS``."""
    counties = reference.table("counties").query("province == 'West Azerbaijan'")
    weights = counties["population_1395"].astype("float64").fillna(15_000)
    county = rng.choice(counties["name_fa"], size=count, p=weights / weights.sum())
    words, isic, shares = zip(*ACTIVITIES, strict=True)
    activity = rng.choice(len(words), size=count, p=np.array(shares) / sum(shares))
    stopped_year = 1404 - np.minimum(rng.geometric(0.16, size=count), 18)
    semi_active = rng.random(count) < 0.3
    jobs = np.maximum(3, rng.lognormal(3.2, 0.8, count)).astype(int)
    capital = np.maximum(2, rng.lognormal(4.6, 0.9, count)).astype(int)
    bank = (capital * 1000 * rng.lognormal(-1.0, 1.0, count)).astype(int) * (rng.random(count) < 0.75)
    causes = rng.random((count, len(CAUSES))) < np.array([share for _, share in CAUSES])
    return pd.DataFrame(
        {
            "ردیف": np.arange(1, count + 1),
            "نام واحد": [f"واحد {MARK} {number:03d} {words[kind]}" for number, kind in enumerate(activity, start=1)],
            "شناسه ملی": _national_ids(count),
            "شهرستان": county,
            "شهرک / ناحیه صنعتی": np.where(rng.random(count) < 0.8, "شهرک صنعتی " + pd.Series(county), ""),
            "زمینه فعالیت": np.array(words)[activity],
            "کد آیسیک": np.array(isic)[activity],
            "وضعیت": np.where(semi_active, "نیمه‌فعال", "راکد"),
            "تاریخ توقف": [
                f"{year}/{month:02d}/{day:02d}"
                for year, month, day in zip(
                    stopped_year, rng.integers(1, 13, count), rng.integers(1, 30, count), strict=True
                )
            ],
            "علت رکود": [
                "، ".join(text for (text, _), stated in zip(CAUSES, row, strict=True) if stated) for row in causes
            ],
            "اشتغال قبل از توقف (نفر)": jobs,
            "اشتغال فعلی (نفر)": np.where(semi_active, (jobs * 0.3).astype(int), 0),
            "متراژ زمین (متر مربع)": rng.lognormal(8.6, 0.7, count).astype(int),
            "زیربنا (متر مربع)": rng.lognormal(7.4, 0.7, count).astype(int),
            "دیماند برق (kW)": rng.lognormal(5.6, 0.8, count).astype(int),
            "سال ساخت ماشین‌آلات": stopped_year - rng.integers(2, 25, count),
            "ظرفیت فعلی (درصد)": np.where(semi_active, rng.integers(10, 50, count), 0),
            "بانکی (میلیون ریال)": bank,
            "مالیاتی (میلیون تومان)": (rng.lognormal(5.5, 1.2, count)).astype(int) * (rng.random(count) < 0.6),
            "تأمین اجتماعی (ریال)": rng.lognormal(21.5, 1.0, count).astype("int64") * (rng.random(count) < 0.6),
            "در تملک بانک": np.where(rng.random(count) < 0.12, "بلی", "خیر"),
            "سند مالکیت": np.where(rng.random(count) < 0.7, "دارد", "ندارد"),
            "سرمایه مورد نیاز (میلیارد ریال)": capital,
            "سرمایه در گردش مورد نیاز (میلیون تومان)": (capital * 100 * rng.uniform(0.2, 0.6, count)).astype(int),
            "نحوه مشارکت": rng.choice(["فروش", "اجاره", "مشارکت", "فروش، مشارکت", ""], count),
            "تلفن": "۰۰۰۰",
            "توضیحات": f"{MARK} / synthetic",
        }
    )


def _national_ids(count: int) -> list[str]:
    """Ids of the right form that no company has: a series that was never given out, with right check digits."""
    series = [f"{9_900_000_000 + number:010d}" for number in range(1, count + 1)]
    return [f"{first_ten}{national_id_check_digit(first_ten)}" for first_ten in series]


def _untidy(units: pd.DataFrame, rng: np.random.Generator) -> list[list[object]]:
    """Write the truth the way registers are written: several digits, gaps, units inside cells, errors and repeats."""
    cells = units.astype(object)
    blank = ["متراژ زمین (متر مربع)", "زیربنا (متر مربع)", "دیماند برق (kW)", "سال ساخت ماشین‌آلات", "کد آیسیک"]
    for name in blank:
        cells.loc[rng.random(len(cells)) < 0.25, name] = None
    cells.loc[rng.random(len(cells)) < 0.15, "سرمایه مورد نیاز (میلیارد ریال)"] = None
    cells.loc[rng.random(len(cells)) < 0.06, "تاریخ توقف"] = None
    year_only = cells["تاریخ توقف"].notna() & (rng.random(len(cells)) < 0.3)
    cells.loc[year_only, "تاریخ توقف"] = cells.loc[year_only, "تاریخ توقف"].str[:4]
    with_word = rng.random(len(cells)) < 0.3
    cells.loc[with_word, "اشتغال قبل از توقف (نفر)"] = (
        cells.loc[with_word, "اشتغال قبل از توقف (نفر)"].astype(str) + " نفر"
    )
    arabic = rng.random(len(cells)) < 0.3
    cells.loc[arabic, "شهرستان"] = cells.loc[arabic, "شهرستان"].str.translate(_ARABIC_LETTERS)
    persian = rng.random(cells.shape) < 0.4
    rows = [
        [_persian(value) if flip and value is not None else value for value, flip in zip(row, flips, strict=True)]
        for row, flips in zip(cells.itertuples(index=False), persian, strict=True)
    ]
    _spoil(rows)
    return rows


def _spoil(rows: list[list[object]]) -> None:
    """Put in the errors that every register has; a few rows each, so that the rejects can be read at a glance."""
    column = {name: index for index, name in enumerate(HEADERS)}
    mistakes = (
        ("اشتغال قبل از توقف (نفر)", "-15"),
        ("تاریخ توقف", "1399/13/05"),
        ("کد آیسیک", "99999"),
        ("متراژ زمین (متر مربع)", "نسبتاً بزرگ"),
        ("شهرستان", "زرزیران"),
        ("سرمایه مورد نیاز (میلیارد ریال)", "نامشخص"),
        ("بانکی (میلیون ریال)", "۲٫۵ میلیارد تومان"),  # not an error: the unit in the cell wins over the header
    )
    step = max(1, len(rows) // (len(mistakes) + 3))
    for place, (name, text) in enumerate(mistakes, start=1):
        if place * step < len(rows):
            rows[place * step][column[name]] = text
    if len(rows) > 20:
        nameless = list(rows[5])
        nameless[column["نام واحد"]] = nameless[column["شناسه ملی"]] = None
        repeated = list(rows[7])
        repeated[column["اشتغال قبل از توقف (نفر)"]] = 77
        rows.insert(len(rows) // 2, list(HEADERS))
        rows += [nameless, repeated, ["", "جمع کل", *[None] * (len(HEADERS) - 2)]]


def _persian(value: object) -> str:
    return str(value).translate(_PERSIAN_DIGITS)
