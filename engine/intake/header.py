"""Find the header of a sheet: one to three lines, merged or not, below any number of titles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import pandas as pd

from engine.domain.unit import Field
from engine.errors import EhyaError, ErrorCode
from engine.intake.grid import cell_objects
from engine.intake.labels import Match, counts_units, fields_named, nearest_field
from engine.intake.references import column_letters
from engine.intake.sheets import SCANNED_ROWS, Sheet
from engine.intake.unit_words import names_unit
from engine.parsing.money_headings import read_heading_unit
from engine.parsing.text import fold

MAX_LEVELS = 3
MIN_FIELDS = 2
"""A line is a header when it names at least so many fields, one of them a name or an id."""

NEARLY = 0.2
"""Headers this close in score are equal; the one with fewer lines, then the first, is taken."""

IDENTITY = ("name", "national_id", "business_id")
"""Fields that say which unit a row is of; a header names one of them."""

Merge: TypeAlias = tuple[int, int, int, int]
"""First line, first column, last line and last column of merged cells, from 0."""

_LONGEST_UNIT = 20
_SHORT_YEAR = 2
_SERIAL_MARKS = ("#", "№")
_YEAR = re.compile(r"1[34]\d\d|20\d\d")
_NAMED_YEAR = re.compile(r"(?<!\d)(1[34]\d\d|20\d\d)(?:[01]\d[0-3]\d)?(?!\d)")
"""A year in a heading, perhaps of a day written without marks: 14031229."""
_BRACKETED = re.compile(r"\([^)]*\)")
_ASIDE = 0.12
"""What a heading loses whose brackets say that it is only planned: what stands in brackets is no part of its name."""
_PLANNED = re.compile(r"\b(?:plan(?:ned)?|forecast|budget(?:ed)?|target|expected)\b|برنامه|پیش بینی|پیشبینی|بودجه|هدف")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet.

    Parameters
    ----------
    position
        From 0.
    levels
        Group labels and heading, top first.
    label
        The heading as people know it; with its group where two headings of the sheet are alike.
    field
        Name of the field, ``serial``, ``personal``, or ``None`` where it was not recognised.
    nearest
        For a column that was not recognised: the nearest field.
    sure
        Whether the heading alone tells the field.
    stated
        Whether a mapping names it; one without a field then is a second one of the field that is ``nearest``.
    """

    position: int
    levels: tuple[str, ...]
    label: str
    field: str | None
    nearest: str | None = None
    sure: bool = True
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet.

    Parameters
    ----------
    first, last
        Its lines, from 0, inclusive.
    columns
        All columns that have a heading.
    """

    first: int
    last: int
    columns: tuple[Column, ...]


def find_header(sheet: Sheet, mapping: Mapping[str, str] | None = None, *, at: int | None = None) -> Header | None:
    """Find the header of a sheet, or ``None`` where nothing looks like one.

    Every line among the first 60 is scored, alone and with the lines below it, by how many fields its headings name.

    Parameters
    ----------
    sheet
        The grid.
    mapping
        Heading -> field name, ``serial`` or ``ignore``; goes before everything recognised.
    at
        The line where the header has to begin, from 0; by default it is looked for from the top.

    Raises
    ------
    EhyaError
        ``unknown_option`` when ``mapping`` names no field.

    Examples
    --------
    >>> cells = pd.DataFrame([["List", None], ["Unit name", "County"], ["A", "Khoy"]], dtype=object)
    >>> header = find_header(Sheet("s", cells))
    >>> header.first, [column.field for column in header.columns]
    (1, ['name', 'county'])
    """
    wanted = _wanted(mapping)
    top = at or 0
    texts = sheet.cells.iloc[top : top + SCANNED_ROWS].apply(cell_objects)
    raw = [["" if pd.isna(cell) else _written(cell) for cell in row] for row in texts.itertuples(index=False)]
    merges = tuple((one - top, left, last - top, right) for one, left, last, right in sheet.merges if one >= top)
    filled = _filled(raw, merges)
    found = []
    for first in range(len(raw) if at is None else 1):
        for depth in _depths(first, raw, merges, wanted):
            header, score = _scored(filled, raw, first, depth, wanted)
            if header is not None:
                found.append((header, score))
    if not found:
        return None
    highest = max(score for _, score in found)
    near = [header for header, score in found if score > highest - NEARLY]
    best = min(near, key=lambda header: (header.last - header.first, header.first))
    best = _with_lines_below(best, filled, raw, merges, wanted)
    return Header(best.first + top, best.last + top, best.columns)


def _depths(first: int, raw: list[list[str]], merges: Sequence[Merge], wanted: Mapping[str, str]) -> Iterator[int]:
    """Of how many lines a header may be that begins in a line; of none where nothing speaks for one."""
    if _mostly_words(raw[first]) or _names_mapped(raw[first], wanted):
        least = 1
    elif _groups(first, raw, merges):
        least = 2
    else:
        return
    for depth in range(least, min(MAX_LEVELS, len(raw) - first) + 1):
        if all(_only_words(row) for row in raw[first + 1 : first + depth]):
            yield depth


def without_hollow(header: Header, cells: pd.DataFrame) -> Header:
    """Leave out columns that hold nothing and have the heading of another: the sheet merged one column out of several.

    Examples
    --------
    >>> named, hollow = Column(0, ("Unit",), "Unit", "name"), Column(1, ("Unit",), "Unit", None)
    >>> header = Header(0, 0, (named, hollow))
    >>> len(without_hollow(header, pd.DataFrame([["A", None]], index=[1], dtype=object)).columns)
    1
    """
    known = {column.levels for column in header.columns if column.field is not None}
    kept = tuple(
        column
        for column in header.columns
        if column.field is not None or column.levels not in known or cells[column.position].notna().any()
    )
    return Header(header.first, header.last, kept)


def with_nameless(header: Header, cells: pd.DataFrame) -> Header:
    """Add the columns that hold something under no heading, by their letters; they have no levels.

    Examples
    --------
    >>> header = Header(0, 0, (Column(0, ("Unit",), "Unit", "name"),))
    >>> [column.label for column in with_nameless(header, pd.DataFrame([["A", 5]], dtype=object)).columns]
    ['Unit', 'B']
    """
    named = {column.position for column in header.columns}
    bare = [position for position in map(int, cells.columns) if position not in named]
    bare = [position for position in bare if cells[position].notna().any()]
    found = (Column(position, (), column_letters(position + 1), None) for position in bare)
    return Header(header.first, header.last, (*header.columns, *found))


def counting_headings(sheet: Sheet, mapping: Mapping[str, str] | None = None) -> list[str]:
    """Headings that say that each line counts units, so that the lines are estates or counties.

    Examples
    --------
    >>> grid = pd.DataFrame([["Estate", "County", "Number of units"], ["A", "Khoy", 12]], dtype=object)
    >>> counting_headings(Sheet("s", grid))
    ['Number of units']
    """
    wanted = _wanted(mapping)
    texts = sheet.cells.head(SCANNED_ROWS).apply(cell_objects).dropna(how="all")
    lines = [[str(cell) for cell in row if pd.notna(cell)] for row in texts.itertuples(index=False)]
    headings = [text for line in lines if len(line) > 1 for text in line]
    return [text for text in headings if counts_units(text) and fold(text) not in wanted]


def _with_lines_below(
    header: Header,
    filled: list[list[str]],
    raw: list[list[str]],
    merges: Sequence[Merge],
    wanted: Mapping[str, str],
) -> Header:
    """Take in lines that name no field of their own: units of measure, and what merged headings reach down to."""
    merged_down_to = [bottom for top, _, bottom, _ in merges if header.first <= top <= header.last]
    last = max([header.last, *merged_down_to])
    last = min(last, header.first + MAX_LEVELS - 1, len(raw) - 1)
    if last == header.last and last + 1 < len(raw) and _only_units(raw[last + 1]):
        last += 1
    if last <= header.last:
        return header
    longer, _ = _scored(filled, raw, header.first, last - header.first + 1, wanted)
    return longer or header


def _only_units(row: list[str]) -> bool:
    """Whether a line holds units of measure and nothing else; some of them may be strange ones."""
    texts = [fold(text).strip("() ") for text in row if text]
    strange = [text for text in texts if not _is_unit(text)]
    if not texts or not strange:
        return bool(texts)
    known = len(texts) - len(strange)
    short = all(not any(mark.isdigit() for mark in text) and len(text) <= _LONGEST_UNIT for text in strange)
    return known >= 2 and known >= 0.6 * len(texts) and short


def _is_unit(text: str) -> bool:
    """Whether a folded text is a unit of measure, or the dash that stands for none."""
    return names_unit(text) or read_heading_unit(text) is not None or set(text) <= set("-–")


def _scored(
    filled: list[list[str]], raw: list[list[str]], first: int, depth: int, wanted: Mapping[str, str]
) -> tuple[Header | None, float]:
    lines = _spread(filled[first : first + depth], raw[first : first + depth])
    levels = {position: tuple(dict.fromkeys(text for text in column if text))
              for position, column in enumerate(zip(*lines, strict=True))}  # fmt: skip
    levels = {position: texts for position, texts in levels.items() if texts}
    taken = _assigned(levels, wanted)
    fields = [match.field for match in taken.values() if match.field not in ("serial", "personal")]
    score = sum(match.score for match in taken.values()) - 0.1 * (len(levels) - len(taken))
    if len(fields) < MIN_FIELDS or not any(field in IDENTITY for field in fields):
        return None, score
    if any(counts_units(texts[-1]) and position not in taken for position, texts in levels.items()):
        return None, score
    labels = _labels(levels)
    columns = tuple(
        Column(
            position,
            texts,
            labels[position],
            taken[position].field if position in taken else None,
            None if position in taken else _stated(texts, wanted) or nearest_field(texts),
            position not in taken or taken[position].sure,
            _stated(texts, wanted) is not None,
        )
        for position, texts in levels.items()
    )
    return Header(first, first + depth - 1, columns), score


def _assigned(levels: dict[int, tuple[str, ...]], wanted: Mapping[str, str]) -> dict[int, Match]:
    """Best column for every field: the highest score first; of equals as `heading_age` says, then from the left."""
    taken: dict[int, Match] = {}
    offers: list[tuple[float, tuple[int, int], int, Match]] = []
    ordered = sorted(levels, key=lambda one: (heading_age(levels[one], _stated(levels[one], wanted) or ""), one))
    chosen = {_stated(levels[position], wanted): position for position in reversed(ordered)}
    for position, texts in levels.items():
        stated = _stated(texts, wanted)
        if stated and (stated == "serial" or chosen[stated] == position):
            taken[position] = Match(stated, 1.0)
        elif stated:
            continue
        elif texts[-1].strip() in _SERIAL_MARKS:
            taken[position] = Match("serial", 0.5)
        else:
            aside = _ASIDE if _PLANNED.search(" ".join(_BRACKETED.findall(fold(" ".join(texts))))) else 0.0
            offers += [
                (aside - match.score, heading_age(texts, match.field), position, match) for match in fields_named(texts)
            ]
    used = {match.field for match in taken.values()}
    for _, _, position, match in sorted(offers, key=lambda offer: offer[:3]):
        if position in taken or (match.field in used and match.field not in ("personal", "serial")):
            continue
        taken[position] = match
        used.add(match.field)
    return taken


def heading_age(texts: tuple[str, ...], field: str) -> tuple[int, int]:
    """Order among columns of one field: a heading without a year, then the latest year, then what is only planned.

    Last year's debt is not what a unit owes, nor is next year's. Jobs before the stop are of any year: the first column
    gives them.

    Examples
    --------
    >>> headings = [("بدهی ۱۴۰۵ (پیش‌بینی)",), ("بدهی ۱۴۰۲",), ("Debt 2024",), ("Debt",)]
    >>> sorted(headings, key=lambda texts: heading_age(texts, "bank_debt_rial"))
    [('Debt',), ('Debt 2024',), ('بدهی ۱۴۰۲',), ('بدهی ۱۴۰۵ (پیش‌بینی)',)]
    """
    heading = fold(" ".join(texts))
    years = [int(year) for year in _NAMED_YEAR.findall(heading)]
    latest = max((year - 621 if year >= 2000 else year for year in years), default=0)
    if _PLANNED.search(heading):
        return 2, -latest
    return (1, -latest) if latest and field != Field.JOBS_BEFORE_STOP else (0, 0)


def without_year(texts: tuple[str, ...]) -> tuple[str, ...]:
    """A heading without the years that it names.

    Examples
    --------
    >>> without_year(("Debt 2023",))
    ('debt',)
    """
    return tuple(" ".join(_NAMED_YEAR.sub(" ", fold(text)).split()) for text in texts)


def _stated(texts: tuple[str, ...], wanted: Mapping[str, str]) -> str | None:
    return wanted.get(fold(texts[-1])) or wanted.get(fold(" ".join(texts)))


def _labels(levels: dict[int, tuple[str, ...]]) -> dict[int, str]:
    last = [texts[-1] for texts in levels.values()]
    return {
        position: texts[-1] if last.count(texts[-1]) == 1 else " / ".join(texts) for position, texts in levels.items()
    }


def _filled(raw: list[list[str]], merges: Sequence[Merge]) -> list[list[str]]:
    filled = [list(row) for row in raw]
    for top, left, bottom, right in merges:
        if top >= len(raw) or left >= len(raw[0]):
            continue
        for row in range(top, min(bottom + 1, len(raw))):
            for column in range(left, min(right + 1, len(raw[0]))):
                filled[row][column] = raw[top][left]
    return filled


def _spread(lines: list[list[str]], raw: list[list[str]]) -> list[list[str]]:
    """Carry a group label to the right over blanks that have a heading below: text files have no merged cells."""
    spread = [list(line) for line in lines]
    for level in range(len(lines) - 1):
        if lines[level] != raw[level]:  # merged cells say where a group ends
            continue
        for column in range(1, len(spread[level])):
            below = [spread[lower][column] for lower in range(level + 1, len(lines))]
            if raw[level][column] or spread[level][column]:
                continue
            if any(below) and any(line[column] for line in raw[level + 1 :]):
                grouped = raw[level + 1][column - 1]
                spread[level][column] = spread[level][column - 1] if grouped else ""
    return spread


def _written(cell: object) -> str:
    """A heading as a person sees it: a year that the sheet holds as a number has no fraction."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _mostly_words(row: list[str]) -> bool:
    """Whether a line may hold headings: few begin with a digit, but for years («فروش»: 1401, 1402; 98, 99, 00)."""
    texts = [fold(text) for text in row if text]
    years = _numbered(texts)
    values = sum(text[0].isdigit() and not _YEAR.fullmatch(text) for text in texts if text) - years
    return len(texts) - years >= MIN_FIELDS and values <= 0.2 * (len(texts) - years)


def _numbered(texts: list[str]) -> int:
    """How many of a line's texts are short numbers that follow on each other, as years and numbered columns do."""
    numbers = [int(text) if text.isdigit() and len(text) <= _SHORT_YEAR else None for text in texts]
    follows = [_follow(one, two) for one, two in pairwise(numbers)]
    beside = zip([False, *follows], [*follows, False], strict=True)
    return sum(left or right for left, right in beside)


def _follow(one: int | None, two: int | None) -> bool:
    return one is not None and two is not None and (two - one) % 100 in (1, 99)


def _names_mapped(row: list[str], wanted: Mapping[str, str]) -> bool:
    """Whether a line holds headings that a person has named."""
    named = sum(fold(text) in wanted for text in row if text)
    return named > 0 and named >= min(MIN_FIELDS, len(wanted))


def _groups(line: int, raw: list[list[str]], merges: Sequence[Merge]) -> bool:
    """Whether a line of few texts groups the headings below it: each is merged over some columns, none over most."""
    over = [(left, right) for top, left, bottom, right in merges if top == bottom == line and right > left]
    widest = max((right - left + 1 for left, right in over), default=0)
    filled = {position for position, text in enumerate(raw[line]) if text}
    if not filled or not filled <= {left for left, _ in over}:
        return False
    return widest <= 0.6 * len(raw[line]) and _only_words(raw[line])


def _only_words(row: list[str]) -> bool:
    """Whether no cell begins with a digit: a line of values is no part of a header."""
    texts = [text for text in map(fold, row) if text]
    return bool(texts) and not any(text[0].isdigit() or text[:1] in "-+" for text in texts)


def _wanted(mapping: Mapping[str, str] | None) -> dict[str, str]:
    allowed = [*(field.value for field in Field), "serial", "ignore"]
    for field in (mapping or {}).values():
        if field not in allowed:
            raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="mapping", given=field, allowed=allowed)
    return {fold(label): "serial" if field == "ignore" else field for label, field in (mapping or {}).items()}
