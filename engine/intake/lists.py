"""Read lists that stand in one cell: machines with year and condition, debts by creditor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from engine.domain.items import ITEM, compact_item
from engine.domain.unit import PARTS, Condition, Creditor, Field
from engine.intake.lexicon import other_measures, phrases
from engine.parsing.money import MoneyUnit, names_foreign_money, read_money, read_money_unit
from engine.parsing.numerals import APPROXIMATE_WORDS, NUMERAL, SCALES
from engine.parsing.rejection import NoteCode, Refusal, RejectionCode, Remarked
from engine.parsing.text import fold, latin_digits

_ITEMS = re.compile(r"[;؛\n\r•·|]+")
_COMMAS = re.compile(r"[،,](?!\d{3}(?!\d))")  # a comma before three digits separates thousands
_NUMBERED = re.compile(r"^\s*\(?\d{1,2}\s*[-)]\s+")
_BRACKETS = re.compile(r"[()\[\]{}«»\"“”]")
_YEAR = re.compile(
    r"(?:\b(?:ساخت|مدل|تولید|سال|made in|built in|built|year|model|of)\s+)*"
    r"(?<![\d./])(1[234]\d\d|19\d\d|20\d\d)(?![\d./])(?:\s*(?:میلادی|شمسی|م|ش)(?!\w))?"
)
_COUNTED = re.compile(
    r"^(\d{1,4})\s*(?:(?:عدد|pcs|pieces?|x|×|no)(?!\w)\.?)?\s*(?=[^\W\d])"
    r"|\s(\d{1,4})\s*(?:عدد|دستگاه|pcs|pieces?|units?)$|\s[x×]\s?(\d{1,4})$"
)
_MEASURED = frozenset(
    ("کیلو", "کیلوگرم", "گرم", "متر", "متری", "میلی", "میلیمتر", "سانتی", "اسب", "ولت", "کیلووات", "مگاوات", "وات",
     "تنی", "بار", "درجه", "لیتری", "نفره", "محوره", "kg", "kw", "mw", "hp", "mm", "cm", "m", "m2", "m3", "v", "bar")
)  # fmt: skip
"""Measures that a number before a machine may bear: «250 تن پرس» counts no presses."""
_FIRST_GREGORIAN = 1500
_JALALI_FROM = 621  # a Jalali year begins in the Gregorian year that is so much later

_CONDITION = re.compile(
    r"(?<!\w)(?:" + "|".join(sorted(map(re.escape, phrases("condition")), key=len, reverse=True)) + r")(?!\w)"
)
_CONTRARY = re.compile(r"(?<!\w)(?:غیر|نا|not|non|نیست)(?!\w)")

_CREDITORS = (Creditor.SOCIAL_SECURITY, Creditor.TAX, Creditor.BANK)  # «بیمه بانک ملی» is insurance
_AMOUNT = re.compile(rf"(?<![^\W\d_]){NUMERAL}")
_CURRENCIES = frozenset(("ریال", "rial", "rials", "irr", "rls", "rl", "تومان", "تومن", "toman", "tomans", "irt"))
MOST_MACHINES = 9999
"""A longer number before a machine is no count of machines."""
_MONEY_WORDS = {*SCALES, *_CURRENCIES, "همت", "hemat", "hemmat", "b", "m", "k", "م"}


def read_equipment(cell: object, latest: date | None = None) -> str | Remarked | Refusal:
    """Read machines with how many there are, their year and their condition, as compact text (`engine.domain.items`).

    Items are parted by semicolons or lines, or by commas where there is neither. Years are kept Gregorian; a year that
    is still to come is left out with a remark.

    Examples
    --------
    >>> read_equipment("2 دستگاه تزریق ۱۳۸۸ سالم؛ ۱ کمپرسور ۱۳۷۹ فرسوده")
    '2|دستگاه تزریق|2009|sound;1|کمپرسور|2000|worn_out'
    >>> read_equipment("۱۳۹۰").code.value
    'no_machine'
    """
    items = [_machine(item, None if latest is None else latest.year) for item in _machines(str(cell))]
    known = [compact for compact, _ in items if compact]
    strange = [part for _, part in items if part]
    if not known:
        return Refusal(RejectionCode.NO_MACHINE)
    joined = ITEM.join(known)
    return Remarked(joined, NoteCode.PART_NOT_UNDERSTOOD, {"part": strange}) if strange else joined


def looks_like_equipment(cell: object) -> bool:
    """Whether a free text on machinery is such a list: several machines, or a counted one, each with its year.

    Examples
    --------
    >>> looks_like_equipment("۲ پرس ۱۳۸۸ سالم؛ ۱ اره ۱۳۷۹"), looks_like_equipment("خط تولید آلمانی، فرسوده")
    (True, False)
    """
    items = [_machine(item, None)[0].split("|") for item in _machines(str(cell))]
    counted = len(items) > 1 or bool(items[0][0])
    return counted and all(len(parts) == len(PARTS[Field.EQUIPMENT]) and parts[2] for parts in items)


def read_debts(cell: object, unit: MoneyUnit | None = None) -> str | Remarked | Refusal:
    """Read debts by creditor as compact text (`engine.domain.items`).

    The unit of money stands in the item, in the cell, in the heading or in the file; an item without one beside items
    that have one is ambiguous. If one item cannot be read the whole cell is refused: half a list would be a sum too
    small. The name of a creditor that is no institution may be a person's and is not kept.

    Parameters
    ----------
    cell
        Text.
    unit
        Unit of money of the column.

    Examples
    --------
    >>> read_debts("Bank Melli 12 bn rial; tax 3 bn")
    'bank|Bank Melli|12000000000;tax||3000000000'
    >>> read_debts("بانک ملی ۵۰۰ میلیون تومان و تامین اجتماعی ۲ میلیارد ریال")
    'bank|بانک ملی|5000000000;social_security||2000000000'
    >>> read_debts("Bank Melli 12; tax 3").code.value, read_debts("۵ میلیارد ریال").code.value
    ('money_without_unit', 'no_creditor')
    """
    text = str(cell)
    if fold(text).strip(" .") in _words("nothing"):
        return ITEM.join(compact_item({"creditor": kind, "rial": 0}, PARTS[Field.DEBTS]) for kind in Creditor)
    items = [part for item in _split(text) for part in _at_and(item)]
    currencies = {found.rial for item in items if (found := read_money_unit(item)) is not None}
    said = _Said(unit, currencies.pop() if len(currencies) == 1 else None, any(map(_has_unit, items)))
    known = []
    for item in items:
        read = _debt(item, said)
        if isinstance(read, Refusal):
            return Refusal(read.code, {**read.facts, "part": item.strip()})
        known.append(read)
    joined = ITEM.join(compact_item(read, PARTS[Field.DEBTS]) for read in known)
    unkept = sum(read["unkept"] for read in known)
    if unkept:
        return Remarked(joined, NoteCode.CREDITOR_NOT_KEPT, {"count": unkept})
    return Remarked(joined, NoteCode.APPROXIMATE) if any(read["approximate"] for read in known) else joined


def is_institution(name: str) -> bool:
    """Whether a creditor's name says that it is an institution; another may be a person's, and is kept nowhere.

    Examples
    --------
    >>> is_institution("اداره گاز خوی"), is_institution("آقای نمونه")
    (True, False)
    """
    folded = fold(name)
    return any(_stands(kind, folded) for kind in ("institution", *_CREDITORS))


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of money around an item: by the column, by the one currency of the cell, and whether by any item."""

    column: MoneyUnit | None
    rial: int | None
    somewhere: bool

    def unit_of(self, item: str) -> MoneyUnit | Refusal | None:
        if read_money_unit(item) is not None:
            return self.column
        if _has_unit(item):
            return self.column if self.rial is None else MoneyUnit(self.rial)
        return Refusal(RejectionCode.AMBIGUOUS_MONEY) if self.somewhere else self.column


@cache
def _words(code: str) -> frozenset[str]:
    return frozenset(word for word, own in phrases("creditor").items() if own == code)


def _stands(code: str, folded: str) -> bool:
    """Whether a word of the creditors begins with one of the stems."""
    return any(re.search(rf"(?<!\w){re.escape(word)}", folded) for word in _words(code))


def _has_unit(item: str) -> bool:
    return bool(set(re.findall(r"[^\W\d_]+", fold(item))) & _MONEY_WORDS)


def _debt(item: str, said: _Said) -> dict[str, Any] | Refusal:
    if names_foreign_money(item):
        return Refusal(RejectionCode.FOREIGN_CURRENCY)
    folded = fold(item)
    number = _AMOUNT.search(folded)
    creditor = next((kind for kind in _CREDITORS if _stands(kind, folded)), None)
    if number is None:
        owed = not folded.endswith(tuple(_words("nothing")))
        if owed or creditor is None:
            return Refusal(RejectionCode.DEBT_WITHOUT_AMOUNT)
        return {"creditor": creditor, "name": None, "rial": 0, "unkept": False, "approximate": False}
    before, amount, after = _parted(latin_digits(item))
    who = " ".join(part for part in (before, after) if part)
    if not re.search(r"[^\W\d_]", who):
        return Refusal(RejectionCode.NO_CREDITOR)
    unit = said.unit_of(amount)
    rial = unit if isinstance(unit, Refusal) else read_money(amount, unit)
    if isinstance(rial, Refusal):
        return rial
    approximate = isinstance(rial, Remarked)
    rial = rial.reading if isinstance(rial, Remarked) else rial
    creditor = creditor or Creditor.OTHER
    institution = creditor is Creditor.BANK or (creditor is Creditor.OTHER and _stands("institution", fold(who)))
    named = who if institution and not re.search(r"\d", who) else None
    unkept = creditor is Creditor.OTHER and named is None and fold(who) not in _words("unnamed")
    return {"creditor": creditor, "name": named, "rial": rial, "unkept": unkept, "approximate": approximate}


def _parted(item: str) -> tuple[str, str, str]:
    """What stands before the amount, the amount with its words, and what stands behind it."""
    words = re.findall(r"\S+", _BRACKETS.sub(" ", item))
    first = next(at for at, word in enumerate(words) if re.search(r"\d", word))
    last = first + 1
    while last < len(words) and _belongs(words[last]):
        last += 1
    while first and fold(words[first - 1]) in (*APPROXIMATE_WORDS, *_CURRENCIES):
        first -= 1
    return _who(words[:first]), " ".join(words[first:last]), _who(words[last:])


def _belongs(word: str) -> bool:
    return bool(re.search(r"\d", word)) or fold(word).strip(".,:") in _MONEY_WORDS


def _who(words: list[str]) -> str:
    return " ".join(word for raw in words if (word := raw.strip(" .,:،=-–—")) and fold(word) not in _words("filler"))


def _at_and(item: str) -> list[str]:
    """An item parted at «و» where each side is a debt of its own."""
    pieces = re.split(r"\s+(?:و|and|\+)\s+(?=[^\W\d])", item)
    debts = len(pieces) > 1 and all(_AMOUNT.search(fold(piece)) for piece in pieces)
    return pieces if debts else [item]


def _split(text: str) -> list[str]:
    parts = [part for part in _ITEMS.split(text) if part.strip()]
    if len(parts) == 1:
        parts = [part for part in _COMMAS.split(text) if part.strip()]
    return [_NUMBERED.sub("", part) for part in parts] or [text]


def _machines(text: str) -> list[str]:
    """Items of a list of machines; a piece that names none belongs to the one before: «پرس، ۱۳۸۸، سالم»."""
    items: list[str] = []
    for piece in _split(text):
        if items and not _machine(piece, None)[0]:
            items[-1] = f"{items[-1]} {piece}"
        else:
            items.append(piece)
    return items


@lru_cache(maxsize=50_000)
def _machine(item: str, latest: int | None) -> tuple[str, str | None]:
    """One machine in compact text, empty where it has no name, and what of it was not understood."""
    text = re.sub(r"\s+", " ", _BRACKETS.sub(" ", latin_digits(item))).strip(" .:-،,")
    condition, text = _condition(text)
    years = [_gregorian(int(year)) for year in _YEAR.findall(text)]
    strange = None
    if len(years) > 1 or (years and latest is not None and years[0] > latest):
        years, strange = [], item.strip()
    elif years:
        text = _YEAR.sub(" ", text)
    count, text = _count(re.sub(r"\s+", " ", text).strip(" .:-،,"))
    name = re.sub(r"\s+", " ", text).strip(" .:-،,/")
    if not re.search(r"[^\W\d_]", name):
        return "", item.strip()
    machine = {"count": count, "name": name, "year": years[0] if years else None, "condition": condition}
    return compact_item(machine, PARTS[Field.EQUIPMENT]), strange


def _condition(text: str) -> tuple[Condition | None, str]:
    """The one condition that an item names, and the text without it; "not sound" and two conditions are none."""
    spaced = text.replace("\u200c", " ")
    folded = fold(spaced)
    found = list(_CONDITION.finditer(folded))
    if len(found) != 1 or _CONTRARY.search(folded[: found[0].start()]) or len(folded) != len(spaced):
        return None, text
    start, end = found[0].span()
    return Condition(phrases("condition")[found[0].group()]), f"{spaced[:start]} {spaced[end:]}"


def _count(text: str) -> tuple[int | None, str]:
    """A number before a machine, or behind it with its classifier; «250 تن پرس» counts no presses."""
    found = _COUNTED.search(text)
    if found is None:
        return None, text
    rest = text[: found.start()] + text[found.end() :]
    first = fold(rest).split(" ", 1)[0]
    if found[1] and (first in _MEASURED or first in other_measures()):
        return None, text
    count = int(found[1] or found[2] or found[3])
    return (count, rest.strip()) if count else (None, text)


def _gregorian(year: int) -> int:
    return year + _JALALI_FROM if year < _FIRST_GREGORIAN else year
