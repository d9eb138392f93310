"""A made-up register of many rows as .csv and .xlsx, for the bench of intake."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from engine.domain.identity import national_id_check_digit
from engine.reference import table

MONEY = "میلیون ریال"
TITLES = ("نمونهٔ ساختگی برای سنجش سرعت", "تاریخ تهیه: ۱۴۰۳/۱۱/۱۵")
TITLE_ROWS = len(TITLES)
REFUSED = 0.01
"""Share of the cells of a column of numbers or dates that nobody could read."""

BLANK = 0.12
_PERSIAN = str.maketrans("0123456789,.", "۰۱۲۳۴۵۶۷۸۹٬٫")
_PLAIN = str.maketrans("۰۱۲۳۴۵۶۷۸۹٫", "0123456789.", "٬")
_NUMBER = re.compile(r"(?:0|[1-9]\d{0,9})(?:\.\d+)?")
_STATUSES = ["راکد", "غير فعال", "تعطیل", "نیمه‌فعال", "نيمه فعال", "متوقف", "فعال"]
_CAUSES = ["کمبود نقدینگی", "بدهی بانکی", "فرسودگی ماشین‌آلات", "نبود بازار", "کمبود مواد اولیه", "اختلاف سهامداران"]
_SECTORS = ["مصنوعات فلزی", "صنایع غذایی", "نساجی", "مواد شیمیایی", "لاستیک و پلاستیک", "کانی غیر فلزی"]
_ISIC = ["10", "1030", "13", "17", "20", "2220", "2395", "25", "2710", "29"]
_DEALS = ["فروش", "اجاره", "مشارکت", "فروش یا مشارکت", "اجاره، مشارکت"]


def made_up(count: int, *, random_state: int = 0) -> pd.DataFrame:
    """Cells as a province might write them: 40 columns, Persian digits, Jalali dates, few values twice.

    Parameters
    ----------
    count
        Rows.
    random_state
        Seed.

    Returns
    -------
    pandas.DataFrame
        Shape (count, 40), object, headings as columns; about a tenth of the cells blank, one in a hundred numbers and
        dates not readable.
    """
    draw = np.random.default_rng(random_state)
    return pd.DataFrame(_Columns(draw, count).all(), dtype=object)


def write_csv(path: Path, cells: pd.DataFrame) -> None:
    """Write titles, header and rows as UTF-8 with a mark, parted by commas."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.writelines(f"{title}{',' * (cells.shape[1] - 1)}\n" for title in TITLES)
        cells.to_csv(file, index=False, lineterminator="\n")


def write_xlsx(path: Path, cells: pd.DataFrame, *, numbers: bool = False) -> None:
    """Write one sheet as a spreadsheet program does: texts are shared.

    Parameters
    ----------
    path
        Where to.
    cells
        From :func:`made_up`.
    numbers
        Whether what reads as a number is written as one; else the sheet holds texts alone, digits as they were typed.
    """
    header = pd.DataFrame([cells.columns], columns=cells.columns)
    titles = pd.DataFrame([[title, *[None] * (cells.shape[1] - 1)] for title in TITLES], columns=cells.columns)
    grid = pd.concat([titles, header, cells], ignore_index=True)
    codes, texts = pd.factorize(grid.to_numpy(dtype=object).ravel())
    shared = [escape(str(text)) for text in texts]
    held = [f' t="s"><v>{code}</v>' for code in range(len(texts))]
    if numbers:
        typed = [str(text).translate(_PLAIN) for text in texts]
        held = [f"><v>{text}</v>" if _NUMBER.fullmatch(text) else cell for text, cell in zip(typed, held, strict=True)]
    letters = [_letters(position + 1) for position in range(grid.shape[1])]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
        for name, content in _PARTS.items():
            book.writestr(name, _XML + content)
        items = "".join(f"<si><t>{text}</t></si>" for text in shared)
        book.writestr("xl/sharedStrings.xml", f"{_XML}<sst xmlns='{_MAIN}'>{items}</sst>".replace("'", '"'))
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for number, row in enumerate(codes.reshape(grid.shape).tolist(), start=1):
                line = "".join(
                    f'<c r="{letter}{number}"{held[code]}</c>'
                    for letter, code in zip(letters, row, strict=True)
                    if code >= 0
                )
                sheet.write(f'<row r="{number}">{line}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")


class _Columns:
    def __init__(self, draw: np.random.Generator, count: int) -> None:
        self.draw, self.count = draw, count

    def all(self) -> dict[str, np.ndarray]:
        counties = table("counties").query("province == 'West Azerbaijan'")["name_fa"].tolist()
        spelt = [*counties, *(name.replace("ی", "ي").replace("ک", "ك") for name in counties)]
        number = np.arange(1, self.count + 1)
        return {
            "ردیف": number.astype(str).astype(object),
            "نام واحد": np.array([f"واحد ساختگی {one:06d}" for one in number], dtype=object),
            "شناسه ملی": self._ids(),
            "شناسه کسب و کار": np.array([f"{10**11 + 7 * one}" for one in number], dtype=object),
            "استان": self._words(["آذربایجان غربی", "آذربايجان غربي"], blank=0.0),
            "شهرستان": self._words(spelt, blank=0.0),
            "شهرک صنعتی": self._words([f"شهرک صنعتی {name}" for name in counties]),
            "کد آیسیک": self._words(_ISIC),
            "زمینه فعالیت": self._words(_SECTORS),
            "وضعیت": self._words(_STATUSES, blank=0.0),
            "تاریخ توقف": self._dates(1385, 1403),
            "علت رکود": self._words([*_CAUSES, *(f"{one}، {two}" for one in _CAUSES for two in _CAUSES if one < two)]),
            "تاریخ تاسیس": self._dates(1350, 1384),
            "تعداد احیای قبلی": self._numbers(0, 3),
            "ظرفیت اسمی": self._texts("{} تن در سال", 50, 90_000),
            "درصد ظرفیت": self._numbers(1, 99),
            "سهم صادرات (درصد)": self._numbers(1, 60),
            "اشتغال قبل از توقف": self._numbers(1, 900),
            "اشتغال فعلی": self._numbers(0, 400),
            "اشتغال پیش‌بینی شده": self._numbers(1, 900),
            "مساحت زمین (متر مربع)": self._numbers(500, 900_000, unit=" متر"),
            "زیربنا (متر مربع)": self._numbers(200, 300_000),
            "سال ساخت ماشین آلات": self._numbers(1360, 1400, grouped=False),
            "ماشین آلات": self._texts("خط تولید با {} دستگاه", 1, 400),
            "دیماند برق (کیلووات)": self._numbers(50, 9_000),
            "گاز (متر مکعب در ساعت)": self._numbers(10, 9_000),
            "آب (لیتر در ثانیه)": self._numbers(1, 40),
            f"بدهی بانکی ({MONEY})": self._money(),
            f"بدهی مالیاتی ({MONEY})": self._money(),
            f"بدهی تامین اجتماعی ({MONEY})": self._money(),
            f"سایر بدهی‌ها ({MONEY})": self._money(),
            "در تملک بانک": self._words(["بلی", "خیر", "بله"]),
            "سند مالکیت": self._words(["دارد", "ندارد"]),
            "تعداد پرونده قضایی": self._numbers(0, 9),
            f"سرمایه مورد نیاز ({MONEY})": self._money(),
            f"سرمایه در گردش مورد نیاز ({MONEY})": self._money(),
            "نحوه واگذاری": self._words(_DEALS),
            "توضیحات": self._texts("بازدید شماره {} انجام شد", 1, 10**6),
            "مدیرعامل": self._texts("شخص {}", 1, 10**6),
            "کد پستی": self._numbers(10**9, 10**10 - 1, grouped=False),
        }

    def _words(self, words: list[str], *, blank: float = BLANK) -> np.ndarray:
        return self._blanked(np.array(words, dtype=object)[self.draw.integers(0, len(words), self.count)], blank)

    def _texts(self, pattern: str, low: int, high: int) -> np.ndarray:
        numbers = self.draw.integers(low, high, self.count).tolist()
        return self._blanked(np.array([pattern.format(number).translate(_PERSIAN) for number in numbers], dtype=object))

    def _numbers(self, low: int, high: int, *, grouped: bool = True, unit: str = "") -> np.ndarray:
        numbers = self.draw.integers(low, high + 1, self.count).tolist()
        tails = np.where(self.draw.random(self.count) < 0.03, unit, "").tolist()
        texts = [f"{one:,}" if grouped else str(one) for one in numbers]
        return self._written([text + tail for text, tail in zip(texts, tails, strict=True)], "نامعین")

    def _money(self) -> np.ndarray:
        amounts = self.draw.integers(1, 5_000_000, self.count).tolist()
        shape = self.draw.random(self.count).tolist()
        cells = [
            f"{one / 10**4:.3f} میلیارد تومان" if kind < 0.03 else "ندارد" if kind < 0.06 else f"{one:,}"
            for one, kind in zip(amounts, shape, strict=True)
        ]
        return self._written(cells, "زیاد است")

    def _dates(self, low: int, high: int) -> np.ndarray:
        years = self.draw.integers(low, high, self.count).tolist()
        months, days = (self.draw.integers(1, top, self.count).tolist() for top in (13, 30))
        cells = [f"{year}/{month:02d}/{day:02d}" for year, month, day in zip(years, months, days, strict=True)]
        return self._written(cells, "1399/13/05")

    def _ids(self) -> np.ndarray:
        firsts = [f"1{one:09d}" for one in self.draw.choice(10**9, self.count, replace=False).tolist()]
        cells = np.array([f"{first}{national_id_check_digit(first)}" for first in firsts], dtype=object)
        wrong = self.draw.random(self.count) < REFUSED
        cells[wrong] = [cell[:-1] + str((int(cell[-1]) + 1) % 10) for cell in cells[wrong]]
        return cells

    def _written(self, cells: list[str], spoilt: str) -> np.ndarray:
        """Two cells of three in Persian digits, one in a hundred not readable, some blank."""
        persian = (self.draw.random(self.count) < 2 / 3).tolist()
        written = np.array(
            [cell.translate(_PERSIAN) if fa else cell for cell, fa in zip(cells, persian, strict=True)], dtype=object
        )
        written[self.draw.random(self.count) < REFUSED] = spoilt
        return self._blanked(written)

    def _blanked(self, cells: np.ndarray, share: float = BLANK) -> np.ndarray:
        cells[self.draw.random(self.count) < share] = None
        return cells


def _letters(number: int) -> str:
    before, last = divmod(number - 1, 26)
    return (_letters(before) if before else "") + chr(ord("A") + last)


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KINDS}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KINDS}.worksheet+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KINDS}.sharedStrings+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="Register" sheetId="1" '
    'r:id="r1"/></sheets></workbook>',
}
