"""Read money as Persian registers write it; everything becomes integer rial."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from decimal import Decimal

from engine.domain.rejection import NoteCode, Refusal, RejectionCode, Remarked
from engine.numerals import APPROXIMATE_WORDS, NUMERAL, SCALES, is_range, read_numeral
from engine.text import fold

RIAL_PER_TOMAN = 10
RIAL_PER_HEMAT = 10**13
"""همت, a thousand billion toman."""

NOTHING_OWED = frozenset(
    {"ندارد", "فاقد", "فاقد بدهی", "بدون بدهی", "صفر", "بدهی ندارد", "هیچ", "تسویه شده", "تسویه", "none", "nil", "no",
     "no debt", "zero", "nothing"}
)  # fmt: skip
"""Folded words that state zero."""

_CURRENCY = {
    "ریال": 1, "rial": 1, "rials": 1, "irr": 1, "rls": 1, "rl": 1, "ر": 1,
    "تومان": 10, "تومن": 10, "toman": 10, "tomans": 10, "irt": 10, "ت": 10,
}  # fmt: skip
_HEMAT = frozenset({"همت", "hemat", "hemmat", "هزار میلیارد تومان"})
_SHORT_SCALES = {"م": 10**6, "m": 10**6, "b": 10**9, "k": 10**3}
_FOREIGN = re.compile(r"(?<!\w)(?:دلار|یورو|درهم|لیر|پوند|روبل|یوان|دینار|usd|eur|dollars?|euros?|aed)(?!\w)|[$€£¥]")
_WORD = re.compile(r"[^\W\d_]+")
_THOUSANDS = re.compile(r"(?<![\d.,])(?:1,?000|['’]?000)s?(?=\s*[^\W\d_]|\s*\))")
_NO_DEBT = re.compile(r"(?:بدون|فاقد)(?: بدهی\D*)?|\D*بدهی\D* (?:ندارد|نیست)|\D*تسویه (?:شده|کامل)")


@dataclass(frozen=True, slots=True)
class MoneyUnit:
    """Unit that a header, a cell or a title states.

    Parameters
    ----------
    rial
        Rial per unit of the currency: 1 for rial, 10 for toman; ``None`` where no currency was named.
    scale
        Thousand, million, ...; 1 where none was named.
    foreign
        Whether another currency was named: an amount without its own currency is then refused.
    """

    rial: int | None
    scale: int = 1
    foreign: bool = field(default=False, repr=False)

    @property
    def factor(self) -> int | None:
        """Rial per written unit, ``None`` where the currency is not known."""
        return None if self.rial is None else self.rial * self.scale


def read_money_unit(text: str) -> MoneyUnit | None:
    """Find the money unit that a header or a title names.

    Returns
    -------
    MoneyUnit or None
        ``None`` where no currency is named. Two different units in one text also give ``None``.

    Examples
    --------
    >>> read_money_unit("بدهی بانکی (میلیون تومان)").factor
    10000000
    >>> read_money_unit("bank debt, bn IRR").factor, read_money_unit("اشتغال (نفر)")
    (1000000000, None)
    """
    words = _WORD.findall(_THOUSANDS.sub(" thousand ", fold(text)).replace(".", " "))
    units: set[MoneyUnit] = set()
    for position, word in enumerate(words):
        if word in _HEMAT:
            units.add(MoneyUnit(RIAL_PER_TOMAN, RIAL_PER_HEMAT // RIAL_PER_TOMAN))
        elif word in _CURRENCY and (len(word) > 1 or (position and words[position - 1] in _SHORT_SCALES)):
            scale = _scale_before(words, position)
            units.add(MoneyUnit(_CURRENCY[word], scale if scale > 1 else _scale_after(words, position)))
    return units.pop() if len(units) == 1 else None


def read_money_scale(text: str) -> int | None:
    """Scale that a header names in brackets without any currency: «بدهی (میلیون)».

    Examples
    --------
    >>> read_money_scale("بدهی بانکی (میلیارد)"), read_money_scale("بدهی بانکی")
    (1000000000, None)
    """
    for words in re.findall(r"[(\[]([^)\]]+)[)\]]", fold(text)):
        scales = [SCALES.get(word) for word in words.split()]
        if scales and all(scales):
            return math.prod(scale for scale in scales if scale)
    return None


def names_foreign_money(text: str) -> bool:
    """Whether a text names a currency that is neither rial nor toman.

    Examples
    --------
    >>> names_foreign_money("سرمایه (هزار دلار)"), names_foreign_money("سرمایه (ریال)")
    (True, False)
    """
    return _FOREIGN.search(fold(text).replace("_", " ")) is not None


def read_money(cell: object, unit: MoneyUnit | None = None) -> int | Remarked | Refusal:
    """Read one amount.

    A unit in the cell overrides ``unit``. A scale without a currency («۲٫۵ میلیارد») takes the currency of ``unit``. A
    currency without a scale under a header with one («۵۰۰ تومان» below «میلیون تومان») is taken as it stands when it
    is at least one unit of the header, else refused as ambiguous.

    Parameters
    ----------
    cell
        Text or number.
    unit
        Unit of the column, from its header or the file's title.

    Returns
    -------
    int, Remarked or Refusal
        Rial. Refusals: ``money_without_unit``, ``ambiguous_money``, ``foreign_currency``, ``not_a_number``,
        ``range_of_numbers``, ``ambiguous_number``.

    Examples
    --------
    >>> read_money("۰٫۳ همت"), read_money("۲٫۵ میلیارد تومان"), read_money("729,833", MoneyUnit(1, 10**6))
    (3000000000000, 25000000000, 729833000000)
    >>> read_money(500).code.value
    'money_without_unit'
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if not math.isfinite(cell):
            return Refusal(RejectionCode.NOT_A_NUMBER)
        return _rial(Decimal(repr(cell)), None, None, unit)
    text = fold(str(cell))
    if text in NOTHING_OWED or _NO_DEBT.fullmatch(text):
        return 0
    if _FOREIGN.search(text):
        return Refusal(RejectionCode.FOREIGN_CURRENCY)
    if is_range(text):
        return Refusal(RejectionCode.RANGE_OF_NUMBERS)
    text, approximate = _without_approximation(text)
    amount = _phrase(text, unit)
    if isinstance(amount, Refusal) or not approximate:
        return amount
    return Remarked(amount, NoteCode.APPROXIMATE)


def _scale_before(words: list[str], position: int) -> int:
    scale = 1
    before = words[:position]
    for word in reversed(before[:-1] if before[-1:] == ["of"] else before):
        factor = SCALES.get(word) or _SHORT_SCALES.get(word)
        if factor is None:
            break
        scale *= factor
    return scale


def _scale_after(words: list[str], position: int) -> int:
    """Scale behind the currency («IRR million», «ریال (میلیون)»), unless another currency follows it."""
    after = words[position + 1 : position + 4]
    after = after[1:] if after[:1] in (["in"], ["به"]) else after
    scale = 0 if not after else SCALES.get(after[0], 0) or (_SHORT_SCALES.get(after[0], 0) if len(after) == 1 else 0)
    followed = len(after) > 1 and (after[1] in _CURRENCY or after[1] in SCALES or after[1] == "of")
    return scale if scale and not followed else 1


def _without_approximation(text: str) -> tuple[str, bool]:
    for word in APPROXIMATE_WORDS:
        if text.startswith(word):
            return text.removeprefix(word).strip(), True
    return text, False


def _phrase(text: str, unit: MoneyUnit | None) -> int | Refusal:
    text = re.sub(r"^(?:معادل|مبلغ|بالغ بر)\s+", "", text).strip(" :").rstrip(" .")
    text = re.sub(r"^\.(?=\d)", "0.", text)
    text = re.sub(r"^(irr|irt|rials?|tomans?|ریال|تومان)\s*:?\s*(-?\d.*)$", r"\2 \1", text)
    parts = re.findall(rf"([-(]?{NUMERAL}\)?-?)\s*((?:[^\W\d_]|[.\s])*)", text)
    if not parts or "".join(number + words for number, words in parts).replace(" ", "") != text.replace(" ", ""):
        return Refusal(RejectionCode.NOT_A_NUMBER)
    total, currency, scaled = Decimal(0), None, False
    for number, words in parts:
        value = read_numeral(number)
        if isinstance(value, Refusal):
            return value
        read = _unit_words(words)
        if isinstance(read, Refusal):
            return read
        rial, scale = read
        currency = rial or currency
        scaled = scaled or scale != 1
        total += value * scale
    if len(parts) > 1 and not all(_unit_words(words) != (None, 1) for _, words in parts[:-1]):
        return Refusal(RejectionCode.NOT_A_NUMBER)
    return _rial(total, currency, scaled, unit)


def _unit_words(text: str) -> tuple[int | None, int] | Refusal:
    rial, scale = None, 1
    for word in re.sub(r"[.]", " ", text).split():
        if word in _HEMAT:
            rial, scale = RIAL_PER_TOMAN, scale * RIAL_PER_HEMAT // RIAL_PER_TOMAN
        elif word in SCALES or word in _SHORT_SCALES:
            scale *= SCALES.get(word) or _SHORT_SCALES[word]
        elif word in _CURRENCY:
            rial = _CURRENCY[word]
        elif word not in ("و", "and", "of"):
            return Refusal(RejectionCode.NOT_A_NUMBER)
    return rial, scale


def _rial(value: Decimal, currency: int | None, scaled: bool | None, unit: MoneyUnit | None) -> int | Refusal:
    if value < 0:
        return Refusal(RejectionCode.OUT_OF_RANGE, {"low": 0, "high": None})
    if value == 0:
        return 0
    header = unit.rial if unit else None
    if currency is None and header is None:
        foreign = unit is not None and unit.foreign
        return Refusal(RejectionCode.FOREIGN_CURRENCY if foreign else RejectionCode.MONEY_WITHOUT_UNIT)
    if currency is not None and not scaled and unit is not None and value < unit.scale:
        return Refusal(RejectionCode.AMBIGUOUS_MONEY)
    if currency is None and not scaled and unit is not None:
        value *= unit.scale
    rial = int((value * (currency or header or 1)).to_integral_value())
    return rial if rial < 2**63 else Refusal(RejectionCode.OUT_OF_RANGE, {"low": 0, "high": 2**63 - 1})
