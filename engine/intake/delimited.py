"""Read delimited text: which code page, which delimiter, and no line lost to a quotation mark that never closes."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.intake.grid import BLANK, grid
from engine.intake.limits import MAX_CELL_CHARACTERS, FileLimit, within

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 60
_SAMPLE_WIDTH = 10_000  # a quoted text that never ends is no field
_PAIR = 2
"""Lines of so many fields are no sign: a text in a cell may hold a comma too."""

_MARKUP = re.compile(r"<(?:!doctype html|html|table|meta|head)|<\?xml", re.IGNORECASE)
_ARABIC = "\u0600-\u06ff"
_TWO_SCRIPTS = re.compile(rf"[A-Za-z\u00c0-\u024f][{_ARABIC}]|[{_ARABIC}][A-Za-z\u00c0-\u024f]")
_ARABIC_WORD = re.compile(rf"[{_ARABIC}\u200c]{{2,}}")
_TWICE_ENCODED = re.compile("[\u00d8-\u00db][\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]")
"""Persian letters that were taken for two of another code page each: «Ø§Ø±»."""

_TWICE_MARKS = "\u00d8\u00d9\u00da\u00db"
_DAMAGED = 0.1
"""From this share of strange letters on that are broken, a text is none in UTF-8; assumed."""

_UNCERTAIN = 0.2
"""From this share of words in two scripts on, the code page is another; assumed."""


@dataclass(frozen=True, slots=True)
class Delimited:
    """A text as a grid.

    Parameters
    ----------
    cells
        Shape (rows, columns).
    widths
        Fields of each of the first records, in order: a heading may be blank, but then its field is there.
    unclosed
        (row, column), from 0, of the cells whose quotation mark never closed; it was left out.
    """

    cells: pd.DataFrame
    widths: tuple[int, ...]
    unclosed: tuple[tuple[int, int], ...]


def read_delimited(content: bytes, name: str, *, lines: int) -> Delimited:
    r"""Read a text whose lines are parted by commas, semicolons, tabulators or strokes.

    Parameters
    ----------
    content, name
        Bytes of the file, and its name for errors.
    lines
        How many records to count the fields of.

    Raises
    ------
    EhyaError
        ``format_not_read`` for markup, ``encoding_uncertain``, ``file_over_limit``, ``file_unreadable``.

    Examples
    --------
    >>> read = read_delimited('name;county\n"A;Khoy\nB;Urmia\n'.encode(), "list.csv", lines=3)
    >>> read.cells.values.tolist(), read.unclosed
    ([['name', 'county'], ['A', 'Khoy'], ['B', 'Urmia']], ((1, 0),))
    """
    text = _decoded(content, name)
    raw = text.splitlines()
    _bounded(text, raw, name)
    head = [line[:_SAMPLE_WIDTH] for line in raw[: 4 * _SAMPLE_LINES]]
    sample = [line for line in head if line.strip()][:_SAMPLE_LINES]
    delimiter = max(_DELIMITERS, key=lambda mark: _regularity(sample, mark))
    counts = [line.count(delimiter) for line in raw]
    width = max(counts, default=0) + 1
    within(FileLimit.COLUMNS, width, file=name)
    within(FileLimit.CELLS, width * len(counts), file=name)
    unclosed: tuple[tuple[int, int], ...] = ()
    if '"' in text and any(line.count('"') % 2 for line in raw):
        raw = text.split("\n")
        unclosed = _closed(raw, delimiter, _usual(sample, delimiter))
        text = "\n".join(raw)
    try:
        frame = pd.read_csv(
            io.StringIO(text), sep=delimiter, header=None, names=range(width), dtype=object,
            keep_default_na=False, na_values=list(BLANK), skip_blank_lines=False, engine="c",
        )  # fmt: skip
    except (pd.errors.ParserError, ValueError) as error:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=name, reason=type(error).__name__) from None
    cells = grid([[frame[position].to_numpy() for position in frame]])
    return Delimited(cells, _widths(raw, delimiter, lines), unclosed)


def _bounded(text: str, lines: list[str], name: str) -> None:
    """Refuse what no cell of a register holds, before anything looks at its letters one by one."""
    longest = max(map(len, lines), default=0)
    if longest <= MAX_CELL_CHARACTERS:
        return
    cell = max((len(one) for one in re.split(r"[,;\t|\n]", text)), default=0)
    within(FileLimit.CELL_CHARACTERS, cell, file=name)


def _widths(raw: list[str], delimiter: str, lines: int) -> tuple[int, ...]:
    reader = csv.reader((f"{line}\n" for line in raw), delimiter=delimiter)
    found = []
    try:
        for fields in reader:
            found.append(len(fields))
            if len(found) >= lines:
                break
    except csv.Error:
        pass
    return tuple(found)


def _usual(lines: list[str], delimiter: str) -> int:
    """Fields of most lines."""
    counts = Counter(line.count(delimiter) + 1 for line in lines if '"' not in line)
    return counts.most_common(1)[0][0] if counts else 0


def _closed(lines: list[str], delimiter: str, usual: int) -> tuple[tuple[int, int], ...]:
    """Take the quotation marks out of the lines where they open a field that swallows further lines.

    A text of several lines in one cell stays: none of its lines looks like a row.
    """
    taken: list[tuple[int, int]] = []
    at = row = 0
    while at < len(lines):
        line = lines[at]
        opened = _open_at_end(line, delimiter) if line.count('"') % 2 else None
        if opened is None:
            at, row = at + 1, row + 1
            continue
        end = next((below for below in range(at + 1, len(lines)) if _closes(lines[below])), None)
        between = lines[at + 1 : len(lines) if end is None else end + 1]
        like_rows = usual > _PAIR and any(_fields(one, delimiter) == usual for one in between)
        if end is None or like_rows or not _closes_a_field(lines[end], delimiter):
            taken.append((row, _fields(f"{line[:opened]}x", delimiter) - 1))
            lines[at] = line[:opened] + line[opened + 1 :]
            at, row = at + 1, row + 1
        else:
            at, row = end + 1, row + 1
    return tuple(taken)


def _open_at_end(line: str, delimiter: str) -> int | None:
    """Where the quotation mark stands that is still open at the end of a line."""
    at = 0
    while at < len(line):
        if line[at] == '"':
            close = _closing(line, at + 1)
            if close < 0:
                return at
            at = close + 1
        following = line.find(delimiter, at)
        if following < 0:
            return None
        at = following + 1
    return None


def _closing(line: str, at: int) -> int:
    while (found := line.find('"', at)) >= 0 and line[found + 1 : found + 2] == '"':
        at = found + 2
    return found


def _closes(line: str) -> bool:
    """Whether a quoted text ends in a line."""
    return _closing(line, 0) >= 0


def _closes_a_field(line: str, delimiter: str) -> bool:
    """Whether the first closing mark of a line ends a field: one that opens the next field does not."""
    behind = line[_closing(line, 0) + 1 :].rstrip("\r ")
    return not behind or behind.startswith(delimiter)


def _fields(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line[:_SAMPLE_WIDTH].rstrip("\r")], delimiter=delimiter), []))
    except csv.Error:
        return 0


def _decoded(content: bytes, name: str) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = _as(content, "utf-16")
    elif b"\0" in content:
        text = None
    else:
        text = _as(content, "utf-8-sig")
        if text is None:
            _damaged(content, name)
            text = _as(content, "windows-1256")
            _other_page(text or "", name)
        elif any(mark in text for mark in _TWICE_MARKS):
            twice = _TWICE_ENCODED.findall(text)
            if len(twice) > 2 and len(twice) > len(_ARABIC_WORD.findall(text)):
                _uncertain(text, _TWICE_ENCODED, name)
    if text is None or "\0" in text:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=name, reason="not_a_table")
    if (markup := _MARKUP.match(text[:2000].lstrip("\ufeff \t\r\n"))) is not None or "<html" in text[:2000].casefold():
        form = "XML" if markup is not None and markup[0].startswith("<?") else "HTML"
        raise EhyaError(ErrorCode.FORMAT_NOT_READ, given=name, format=form)
    return text


def _as(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _damaged(content: bytes, name: str) -> None:
    """Refuse a text in UTF-8 of which a few letters are broken: as another code page all of it would be wrong."""
    text = content.decode("utf-8-sig", "replace")
    broken = text.count("\ufffd")
    if broken <= _DAMAGED * sum(not mark.isascii() for mark in text):
        _uncertain(text, re.compile("\ufffd"), name)


def _other_page(text: str, name: str) -> None:
    """Refuse a text in another code page than the Persian one: then letters of two scripts stand in one word."""
    mixed = _TWO_SCRIPTS.findall(text)
    if mixed and len(mixed) >= _UNCERTAIN * max(1, len(_ARABIC_WORD.findall(text))):
        _uncertain(text, _TWO_SCRIPTS, name)


def _uncertain(text: str, pattern: re.Pattern[str], name: str) -> None:
    found = pattern.search(text)
    if found is None:
        return
    line = text.count("\n", 0, found.start()) + 1
    before = re.search(r"[^\s,;|]*$", text[: found.start()][-40:])
    behind = re.match(r"[^\s,;|]*", text[found.start() :][:40])
    word = (before[0] if before else "") + (behind[0] if behind else "")
    raise EhyaError(ErrorCode.ENCODING_UNCERTAIN, given=name, line=line, word=word)


def _regularity(lines: list[str], delimiter: str) -> int:
    """How many of the lines agree in their number of fields, times that number; 0 for a delimiter that never stands."""
    widths = Counter(len(fields) for fields in csv.reader(lines, delimiter=delimiter))
    return max((count * (width - 1) for width, count in widths.items()), default=0)
