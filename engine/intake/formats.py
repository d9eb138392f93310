"""What number formats of a workbook show: percent, a scale, or a unit that stands in no cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import pandas as pd

from engine.intake.grid import cell_objects
from engine.intake.references import column_number
from engine.parsing.money import SHORT_SCALES
from engine.parsing.numerals import SCALES
from engine.parsing.text import fold

_BUILT_IN = {9: "0%", 10: "0.00%"}
_SCALE_WORDS = {1: "thousand", 2: "million", 3: "billion", 4: "trillion"}
_PART = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|(.)', re.DOTALL)
_OF_DATES = re.compile(r"[ymdhs]", re.IGNORECASE)
_SAYS = re.compile(r"[^\W\d_]|[$€£¥﷼]")
_MAX_STYLES_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class NumberDisplay:
    """How a format shows a number.

    Parameters
    ----------
    percent
        Times a hundred, with a percent sign.
    thousands
        How often it is divided by a thousand.
    before, after
        Words around it.
    """

    percent: bool = False
    thousands: int = 0
    before: str = ""
    after: str = ""

    def text(self, value: float) -> str:
        """The number as a person reads it, its scale in words.

        Examples
        --------
        >>> NumberDisplay(percent=True).text(0.3), NumberDisplay(thousands=2).text(1.25e9)
        ('30%', '1250 million')
        >>> NumberDisplay(after="ha").text(2.5)
        '2.5 ha'
        """
        if self.percent:
            return f"{value * 100:.12g}%"
        words = set(re.findall(r"[^\W\d_]+", fold(f"{self.before} {self.after}")))
        scaled = self.thousands and not words & {*SCALES, *SHORT_SCALES}
        number = f"{value / 1000**self.thousands:.15g}"
        scale = _SCALE_WORDS.get(self.thousands, f"x 10^{3 * self.thousands}") if scaled else ""
        return " ".join(part for part in (self.before, number, scale, self.after) if part)


def shown_by(code: str) -> NumberDisplay | None:
    """What a format code adds to a number; ``None`` where it adds nothing, or is one of dates or texts.

    Examples
    --------
    >>> shown_by("#,##0,,").thousands, shown_by('0.0" ha"').after, shown_by("0%").percent
    (2, 'ha', True)
    >>> shown_by("#,##0") is None, shown_by("yyyy/mm/dd") is None
    (True, True)
    """
    bare, words = "", ["", ""]
    for quoted, escaped, currency, mark in _PART.findall(code.split(";")[0]):
        text = quoted or escaped or currency
        if text:
            words[any(digit in bare for digit in "0#?")] += text
        bare += mark
    digits = re.search(r"[0#?][0#?.,]*", bare)
    if digits is None or _OF_DATES.search(bare.replace("General", "")):
        return None
    before, after = (word.strip() if _SAYS.search(word) else "" for word in words)
    commas = len(digits[0]) - len(digits[0].rstrip(","))
    found = NumberDisplay("%" in bare, commas, before, after)
    return found if found != NumberDisplay() else None


def shown_styles(styles: bytes) -> dict[int, NumberDisplay]:
    """Number of a cell's style -> what its format adds; styles that add nothing are left out.

    Examples
    --------
    >>> shown_styles(b'<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="9"/></cellXfs></styleSheet>')
    {1: NumberDisplay(percent=True, thousands=0, before='', after='')}
    """
    if len(styles) > _MAX_STYLES_BYTES:
        return {}
    try:
        document = ElementTree.fromstring(styles)  # noqa: S314  declarations were refused
    except ElementTree.ParseError:
        return {}
    codes = dict(_BUILT_IN)
    for one in document.iterfind(".//{*}numFmts/{*}numFmt"):
        if (number := one.get("numFmtId", "")).isdigit():
            codes[int(number)] = one.get("formatCode", "")
    found = {}
    for at, style in enumerate(document.iterfind("./{*}cellXfs/{*}xf")):
        number = style.get("numFmtId", "")
        shown = shown_by(codes.get(int(number), "")) if number.isdigit() else None
        if shown is not None:
            found[at] = shown
    return found


def styled_cells(pieces: Iterable[bytes], styles: dict[int, NumberDisplay]) -> Iterator[tuple[int, int, NumberDisplay]]:
    """Row and column, from 0, of the cells of a sheet whose style is one of some.

    Examples
    --------
    >>> [cell[:2] for cell in styled_cells([b'<c r="B3" s="1"><v>0.3</v></c>'], {1: NumberDisplay(percent=True)})]
    [(2, 1)]
    """
    names = b"|".join(str(one).encode() for one in styles)
    cell = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]{1,7})" s="(' + names + rb')"')
    rest = b""
    for piece in pieces:
        text = rest + piece
        cut = text.rfind(b"<")
        rest = text[cut:] if cut >= 0 else text
        for letters, digits, style in cell.findall(text[: max(cut, 0)]):
            yield int(digits) - 1, column_number(letters) - 1, styles[int(style)]
    for letters, digits, style in cell.findall(rest):
        yield int(digits) - 1, column_number(letters) - 1, styles[int(style)]


def as_shown(cells: pd.DataFrame, styled: Iterable[tuple[int, int, NumberDisplay]]) -> dict[tuple[int, int], str]:
    """Texts of the numbers that a format shows as something else: (row, column) -> text."""
    found: dict[tuple[int, int], str] = {}
    columns: dict[int, list[object]] = {}
    for row, column, shown in styled:
        if column not in cells.columns or row >= len(cells):
            continue
        if column not in columns:
            columns[column] = cell_objects(cells[column]).tolist()
        value = columns[column][row]
        if isinstance(value, float | int) and not isinstance(value, bool):
            found[row, column] = shown.text(float(value))
    return found
