"""Reading a register of 100,000 rows and 40 columns, against pandas and python-calamine without any of our questions.

The bare baseline of the text file is what a data scientist would write who knows this very file: ``pandas.read_csv``
of text from the right line on, then each column by vectorised means: digits and separators folded by one table and
``pandas.to_numeric`` for numbers and money, one pattern and a table of first days for Jalali dates, each word of a
column of words tidied once, Arabic letters of texts replaced. It finds no header, tells no total from a unit, reads no
number with a unit or words, and drops what it cannot read without a word. What both read has to be equal before the
clock starts. The baseline of the workbook is python-calamine alone, which reads cells and parses none.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import python_calamine as calamine

from engine.domain.unit import FIELDS, Field, Kind
from engine.intake import read_register
from engine.parsing.dates import from_jalali
from experiments.bench.register_file import TITLE_ROWS, made_up, write_csv, write_xlsx
from experiments.bench.timing import compare

ROWS = 100_000
MILLION = 10**6
_FOLDED = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫يك", "01234567890123456789.یک", ",٬ ")
_SPELT = str.maketrans("يك", "یک")
NUMBERS = {
    "تعداد احیای قبلی": Field.PRIOR_REVIVALS, "اشتغال قبل از توقف": Field.JOBS_BEFORE_STOP,
    "اشتغال فعلی": Field.JOBS_NOW, "اشتغال پیش‌بینی شده": Field.JOBS_PROMISED,
    "مساحت زمین (متر مربع)": Field.LAND_M2, "زیربنا (متر مربع)": Field.BUILDING_M2,
    "دیماند برق (کیلووات)": Field.POWER_KW, "گاز (متر مکعب در ساعت)": Field.GAS_M3_PER_HOUR,
    "آب (لیتر در ثانیه)": Field.WATER_L_PER_S, "تعداد پرونده قضایی": Field.LITIGATION_COUNT,
    "بدهی بانکی (میلیون ریال)": Field.BANK_DEBT_RIAL, "بدهی مالیاتی (میلیون ریال)": Field.TAX_DEBT_RIAL,
    "بدهی تامین اجتماعی (میلیون ریال)": Field.SOCIAL_SECURITY_DEBT_RIAL,
    "سایر بدهی‌ها (میلیون ریال)": Field.OTHER_DEBT_RIAL,
    "سرمایه مورد نیاز (میلیون ریال)": Field.CAPITAL_NEEDED_RIAL,
    "سرمایه در گردش مورد نیاز (میلیون ریال)": Field.WORKING_CAPITAL_NEEDED_RIAL,
    "درصد ظرفیت": Field.CAPACITY_SHARE, "سهم صادرات (درصد)": Field.EXPORT_SHARE,
    "سال ساخت ماشین آلات": Field.MACHINERY_YEAR,
}  # fmt: skip
DATES = {"تاریخ توقف": Field.STOPPED_ON, "تاریخ تاسیس": Field.ESTABLISHED_ON}
WORDS = ["استان", "شهرستان", "کد آیسیک", "وضعیت", "علت رکود", "در تملک بانک", "سند مالکیت", "نحوه واگذاری"]
IDS = ["شناسه ملی", "شناسه کسب و کار"]


def measure(*, random_state: int = 0, repeats: int = 7) -> dict[str, float]:
    """Ratio of `read_register` to the bare reading of the same text file; the memory of ``ehya intake`` is printed."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "register.csv"
        write_csv(path, made_up(ROWS, random_state=random_state))
        _assert_equal(read_register(path).units, bare_csv(path))
        figures = compare(lambda: read_register(path), lambda: bare_csv(path), repeats=repeats)
        return figures | {"peak_rss_megabytes": peak_of_the_command(path)}


def measure_xlsx(*, random_state: int = 0, repeats: int = 7) -> dict[str, float]:
    """Ratio of `read_register` to python-calamine's bare cells of the same workbook, all of whose cells are texts."""
    return _xlsx(random_state, repeats, numbers=False)


def measure_xlsx_numbers(*, random_state: int = 0, repeats: int = 7) -> dict[str, float]:
    """The same of a workbook whose numbers are numbers: cells take python-calamine less time, questions not."""
    return _xlsx(random_state, repeats, numbers=True)


def _xlsx(random_state: int, repeats: int, *, numbers: bool) -> dict[str, float]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "register.xlsx"
        write_xlsx(path, made_up(ROWS, random_state=random_state), numbers=numbers)
        assert len(read_register(path).units) == len(bare_xlsx(path)) - TITLE_ROWS - 1
        figures = compare(lambda: read_register(path), lambda: bare_xlsx(path), repeats=repeats)
        return figures | {"peak_rss_megabytes": peak_of_the_command(path)}


def bare_csv(path: Path) -> dict[str, pd.Series]:
    """Columns of the text file, by heading; what cannot be read is missing."""
    cells = pd.read_csv(path, skiprows=TITLE_ROWS, dtype="str")
    read: dict[str, pd.Series] = {}
    for heading in map(str, cells):
        column = cells[heading]
        if heading in NUMBERS:
            kind = FIELDS[NUMBERS[heading]].kind
            numbers = pd.to_numeric(column.str.translate(_FOLDED), errors="coerce")
            read[heading] = numbers * MILLION if kind is Kind.MONEY else numbers
        elif heading in DATES:
            parts = column.str.translate(_FOLDED).str.extract(r"^(\d{4})/(\d{1,2})/(\d{1,2})$")
            read[heading] = _days(*(pd.to_numeric(parts[part]) for part in range(3)))
        elif heading in IDS:
            read[heading] = column.str.translate(_FOLDED)
        elif heading in WORDS:
            codes, words = pd.factorize(column)
            tidy = pd.Series([*(str(word).translate(_SPELT).strip() for word in words), None], dtype="str")
            read[heading] = tidy.take(codes).reset_index(drop=True)
        else:
            read[heading] = column.str.strip().str.replace("ي", "ی").str.replace("ك", "ک")
    return read


def bare_xlsx(path: Path) -> Sequence[Sequence[object]]:
    """Cells of the workbook as python-calamine gives them."""
    with calamine.load_workbook(str(path)) as book:
        return book.get_sheet_by_index(0).to_python()


def peak_of_the_command(path: Path) -> float:
    """Largest resident memory of ``ehya intake FILE`` in a process and a workspace of its own, in megabytes."""
    with TemporaryDirectory() as home:
        script = (
            "import resource, sys, os\n"
            "os.environ['EHYA_HOME'] = home = sys.argv[2]\n"
            "sys.argv = ['ehya', 'intake', sys.argv[1], '--report', home + '/report.json']\n"
            "from serving.cli.app import main\n"
            "try:\n    main()\nexcept SystemExit as done:\n    assert not done.code, done.code\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(path), home], capture_output=True, text=True, check=True
        )
        return int(done.stderr.split()[-1]) * 1024 / 1e6


def _days(year: pd.Series, month: pd.Series, day: pd.Series) -> pd.Series:
    """Gregorian days of Jalali ones; a month or a day that no year has is missing."""
    firsts = np.array([from_jalali(1300 + n // 12, 1 + n % 12) for n in range(150 * 12)], dtype="datetime64[D]")
    known = (month.between(1, 12) & day.between(1, 31)).to_numpy(dtype=bool)
    place = np.where(known, (year - 1300) * 12 + month - 1, 0).astype(np.int64)
    days = firsts[place] + np.where(known, day - 1, 0).astype(np.int64)
    return pd.Series(days.astype("datetime64[s]")).where(known)


def _assert_equal(units: pd.DataFrame, read: dict[str, pd.Series]) -> None:
    for heading, field in {**NUMBERS, **DATES}.items():
        ours, theirs = units[field.value].reset_index(drop=True), read[heading]
        if FIELDS[field].kind is Kind.SHARE:
            theirs = theirs / 100
        if FIELDS[field].kind is Kind.YEAR:
            theirs = theirs + 621
        both = ours.notna() & theirs.notna()
        assert both.mean() > 0.7, heading
        if field in DATES.values():
            assert (ours[both] == theirs[both]).all(), heading
        else:
            assert np.allclose(ours[both].astype("float64"), theirs[both], rtol=1e-12), heading
