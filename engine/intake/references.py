"""Look through a part of a workbook for the cells it names, without building any of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.parsers import expat

import numpy as np

from engine.errors import EhyaError, ErrorCode
from engine.intake.limits import MAX_COLUMNS, MAX_WORKBOOK_CELLS, FileLimit, within

_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^>]*>")
_HIDDEN_ROW = re.compile(
    rb"<(?:\w+:)?row\s(?=[^>]*\bhidden\s*=\s*[\"'](?:1|true)[\"'])[^>]*?\br\s*=\s*[\"']([0-9]{1,7})[\"']"
)
_ATTRIBUTE = re.compile(rb"\b(min|max|hidden)\s*=\s*[\"']([^\"']*)")
_UNCOMPUTED = re.compile(
    rb"<c r=\"([A-Z]+)[0-9]+\"(?![^>]*t=\"str\")[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>"
)
_ZERO = re.compile(
    rb"<c r=\"([A-Z]{1,3})([0-9]{1,7})\"(?![^>]*t=\"[^n])[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)<v>0(?:\.0)?</v></c>"
)
_ERROR = re.compile(
    rb"<c r=\"([A-Z]{1,3})([0-9]{1,7})\"(?=[^>]*t=\"e\")[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?"
    rb"<v>(#(?!N/A)[^<]*)</v></c>"
)
_Bytes = np.ndarray[Any, np.dtype[np.uint8]]
_Places = np.ndarray[Any, np.dtype[np.intp]]
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_PREFIXED = re.compile(rb"<[^<>\s/=:\"']+:(?:c|row)[\s/>]")
_LONGEST_TAG = 1 << 22
_OVERLAP = 64
_LETTERS, _DIGITS = 3, 7  # XFD1048576
_LONGEST_ERROR = 64
_PADDING = bytes(32)
_ENDS_NAME = np.zeros(256, dtype=bool)
_ENDS_NAME[list(b" \t\r\n/>")] = True
"""Whether the name of a tag ends before a byte; it goes on in ``<col``, ``<rowBreaks``, ``<c-x``."""


class References:
    """What one part of a workbook names, fed piece by piece.

    Parameters
    ----------
    file
        Name of the file, for errors.

    Examples
    --------
    >>> part = References("list.xlsx")
    >>> part.feed(b'<sheetData><row r="2"><c r="C2"><v>1</v></c></row></sheetData>')
    >>> part.close()
    >>> part.is_sheet, part.area, part.doubtful
    (True, 6, False)

    Attributes
    ----------
    hidden_rows
        Rows, from 0, that are not shown.
    hidden, uncomputed
        Columns, from 0, that are not shown; and those with a formula whose value no program has computed.
    errors
        (row, column), from 0 -> error that stands there in place of a value: ``#DIV/0!``.
    """

    def __init__(self, file: str) -> None:
        self.is_sheet = False
        self.hidden: set[int] = set()
        self.hidden_rows: set[int] = set()
        self.uncomputed: set[int] = set()
        self.errors: dict[tuple[int, int], str] = {}
        self._zeros: list[tuple[int, int]] = []
        self.rows = self.columns = 0
        self._file = file
        self._rest: bytes | None = None
        self._unlike = False

    @property
    def area(self) -> int:
        """Cells of the grid from its first cell to the furthest row and the furthest column that is named."""
        return self.rows * self.columns

    @property
    def doubtful(self) -> bool:
        """Whether only a reader of XML can tell the area: cells without a name, or a grid that looks too large."""
        over = self.area > MAX_WORKBOOK_CELLS or self.columns > MAX_COLUMNS
        return self.is_sheet and (over or self._unlike)

    def nothing_computed(self) -> set[tuple[int, int]]:
        """Cells whose formula gives 0, in a workbook that asks to be computed: programs write 0 for "not yet"."""
        self.uncomputed.update(column for _, column in self._zeros)
        return set(self._zeros)

    def feed(self, piece: bytes) -> None:
        """Take the next bytes.

        Raises
        ------
        EhyaError
            ``file_declares_entities``; ``file_unreadable`` for markup whose characters take two bytes.
        """
        if self._rest is None and piece.startswith(_WIDE_MARKS):
            raise EhyaError(ErrorCode.FILE_UNREADABLE, given=self._file, reason="encoding")
        piece = (self._rest or b"") + piece
        cut = piece.rfind(b"</c>") + 4 if b"</c>" in piece else piece.rfind(b">") + 1
        if len(piece) - cut > _LONGEST_TAG:
            self._unlike, cut = True, len(piece) - _OVERLAP
        self._rest = piece[cut:]
        self._look(piece[: cut + _OVERLAP] if self._unlike else piece[:cut])

    def close(self) -> None:
        """Take what is left."""
        self._look(self._rest or b"")
        self._rest = b""

    def measure(self, pieces: Iterable[bytes]) -> None:
        """Measure the area with a reader of XML: slower, right in every case, and blank cells do not count.

        Raises
        ------
        EhyaError
            ``cell_too_far``, ``file_unreadable``.
        """
        exact = _Grid(self._file)
        try:
            for piece in pieces:
                exact.parser.Parse(piece, False)
            exact.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise EhyaError(ErrorCode.FILE_UNREADABLE, given=self._file, reason=type(error).__name__) from None
        self.rows, self.columns = exact.rows, exact.columns
        self.uncomputed, self.errors, self._zeros = exact.uncomputed, exact.errors, exact.zeros

    def _look(self, piece: bytes) -> None:
        if _holds(piece, b"<!", b"!") and _DECLARATION.search(piece):
            raise EhyaError(ErrorCode.FILE_DECLARES_ENTITIES, given=self._file)
        self.is_sheet = self.is_sheet or _holds(piece, b"sheetData", b"D")
        if not self.is_sheet:
            return
        if _holds(piece, b"hidden", b"h"):
            self.hidden.update(*(_hidden(tag) for tag in _COLUMN.findall(piece)))
            self.hidden_rows.update(int(row) - 1 for row in _HIDDEN_ROW.findall(piece))
        if _holds(piece, b"<f", b"f"):
            self.uncomputed.update(column_number(letters) - 1 for letters in _UNCOMPUTED.findall(piece))
            self._zeros += [_place(letters, digits) for letters, digits in _ZERO.findall(piece)]
        if _holds(piece, b"<v>#", b"#"):
            found = _ERROR.findall(piece)
            self.errors |= {_place(letters, digits): text.decode("utf-8", "replace") for letters, digits, text in found}
        if (_holds(piece, b":c", b":") or _holds(piece, b":row", b":")) and _PREFIXED.search(piece):
            self._unlike = True
        self._cells(np.frombuffer(piece + _PADDING, dtype=np.uint8))

    def _cells(self, text: _Bytes) -> None:
        """Take in the names of cells and rows, if they stand as every program writes them: ``<c r="A1"``."""
        opens = text[: -len(_PADDING)] == ord("<")
        cells = np.flatnonzero(opens & (text[1 : 1 - len(_PADDING)] == ord("c")))
        cells = cells[_ENDS_NAME[text[cells + 2]]]
        rows = np.flatnonzero(opens & (text[1 : 1 - len(_PADDING)] == ord("r")))
        rows = rows[(text[rows + 2] == ord("o")) & (text[rows + 3] == ord("w")) & _ENDS_NAME[text[rows + 4]]]
        for at, letters in ((cells + 2, _LETTERS), (rows + 4, 0)):
            plain = np.ones(len(at), dtype=bool)
            for place, mark in enumerate(b' r="'):
                plain &= text[at + place] == mark
            self._unlike = self._unlike or not plain.all()
            self._names(text, at[plain] + 4, letters)

    def _names(self, text: _Bytes, at: _Places, letters: int) -> None:
        """Take in names that begin at some places; what is looked at behind them ends within the padding."""
        column, row = np.zeros(len(at), dtype=np.int32), np.zeros(len(at), dtype=np.int32)
        for _ in range(letters):
            mark = text[at]
            here = (mark >= ord("A")) & (mark <= ord("Z"))
            column = np.where(here, column * 26 + mark - 64, column)
            at = at + here
        for _ in range(_DIGITS):
            mark = text[at]
            here = (mark >= ord("0")) & (mark <= ord("9"))
            row = np.where(here, row * 10 + mark - 48, row)
            at = at + here
        ended = text[at] == ord('"')
        self._unlike = self._unlike or not (ended & (row > 0) & ((column > 0) | (letters == 0))).all()
        self.columns = max(self.columns, int(column.max(initial=0)))
        self.rows = max(self.rows, int(row.max(initial=0)))


def _holds(piece: bytes, word: bytes, rare: bytes) -> bool:
    """Whether a word stands in a piece. One byte of it that hardly occurs is looked for first: ten times faster."""
    return rare in piece and word in piece


class _Grid:
    """Furthest cell that holds something; a cell without a name stands after the one before it."""

    def __init__(self, file: str) -> None:
        self.rows = self.columns = 0
        self._file = file
        self._row = self._column = 1
        self._open = self._counted = self._formula = False
        self._kind, self._text = "", ""
        self.uncomputed: set[int] = set()
        self.errors: dict[tuple[int, int], str] = {}
        self.zeros: list[tuple[int, int]] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._said

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        name = attributes.get("r", "")
        if tag == "row":
            digits = "".join(mark for mark in name if mark.isdigit())
            self._row = int(digits[:19]) if digits else self._row
        elif tag == "c":
            letters = name.rstrip("0123456789")
            if name:
                self._row = int(name[len(letters) :][:19] or self._row)
                self._column = column_number(letters.encode())
            self._open, self._counted, self._formula = True, False, False
            self._kind, self._text = attributes.get("t", "n"), ""
        elif self._open:
            self._formula = self._formula or tag == "f"
            self._text = ""  # that of the formula is not the value
            if not self._counted:
                self._counted = True
                self._count()

    def _said(self, text: str) -> None:
        if self._open and len(self._text) < _LONGEST_ERROR:  # a cell may hold megabytes; only errors and noughts matter
            self._text += text[:_LONGEST_ERROR]

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "f":
            self._text = ""
        elif tag == "c":
            self._tell()
            self._open = False
            self._column += 1
        elif tag == "row":
            self._row, self._column = self._row + 1, 1

    def _tell(self) -> None:
        """What the value of a cell says of its formula."""
        place, text = (self._row - 1, self._column - 1), self._text.strip()
        if self._kind == "e" and text not in ("", "#N/A"):
            self.errors[place] = text
        elif self._formula and not text and self._kind != "str":
            self.uncomputed.add(place[1])
        elif self._formula and self._kind == "n" and text in ("0", "0.0"):
            self.zeros.append(place)

    def _count(self) -> None:
        self.rows, self.columns = max(self.rows, self._row), max(self.columns, self._column)
        cell = column_letters(self._column) + str(self._row)
        within(FileLimit.CELLS, self.rows * self.columns, file=self._file, allowed=MAX_WORKBOOK_CELLS, cell=cell)
        within(FileLimit.COLUMNS, self.columns, file=self._file, cell=cell)


def column_number(letters: bytes) -> int:
    """Number of a column, from 1; 0 where there are no letters.

    Examples
    --------
    >>> column_number(b"A"), column_number(b"AB"), column_number(b"XFD")
    (1, 28, 16384)
    """
    number = 0
    for letter in letters.replace(b"$", b"").upper()[:9]:
        number = 26 * number + letter - 64
    return number


def column_letters(number: int) -> str:
    """Letters of a column, from 1.

    Examples
    --------
    >>> column_letters(28), column_letters(16384)
    ('AB', 'XFD')
    """
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _place(letters: bytes, digits: bytes) -> tuple[int, int]:
    return int(digits) - 1, column_number(letters) - 1


def _hidden(tag: bytes) -> range:
    said = dict(_ATTRIBUTE.findall(tag))
    if said.get(b"hidden") not in (b"1", b"true") or not said.get(b"min", b"").isdigit():
        return range(0)
    first, last = int(said[b"min"][:6]), int(said[b"max"][:6]) if said.get(b"max", b"").isdigit() else 0
    return range(first - 1, min(max(first, last), MAX_COLUMNS))
