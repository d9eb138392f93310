"""Read money as Persian registers write it; everything becomes integer rial."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine.parsing.numerals import (
    APPROXIMATE_WORDS,
    DOTTED_THREE,
    NUMERAL,
    SCALES,
    is_bound,
    is_range,
    is_scientific,
    read_numeral,
    words_as_digits,
)
from engine.parsing.rejection import NoteCode, Refusal, RejectionCode, Remarked
from engine.parsing.text import fold

RIAL_PER_TOMAN = 10
RIAL_PER_HEMAT = 10**13
"""همت, a thousand billion toman."""

NOTHING_OWED = frozenset(
    {"ندارد", "فاقد", "فاقد بدهی", "بدون بدهی", "صفر", "بدهی ندارد", "هیچ", "تسویه شده", "تسویه", "none", "nil", "no",
     "no debt", "zero", "nothing"}
)  # fmt: skip
"""Folded words that state zero."""

LONGEST = 200
"""A longer text is no amount."""

CURRENCIES = {
    "ریال": 1, "rial": 1, "rials": 1, "irr": 1, "rls": 1, "rl": 1, "ر": 1,
    "تومان": 10, "تومن": 10, "toman": 10, "tomans": 10, "irt": 10, "ت": 10,
}  # fmt: skip
HEMAT = frozenset({"همت", "hemat", "hemmat", "هزار میلیارد تومان"})
SHORT_SCALES = {"م": 10**6, "m": 10**6, "b": 10**9, "k": 10**3}
_FOREIGN = re.compile(r"(?<!\w)(?:دلار|یورو|درهم|لیر|پوند|روبل|یوان|دینار|usd|eur|dollars?|euros?|aed)(?!\w)|[$€£¥]")
_SCALED = r"^(?P<whole>\d{1,12})(?:\.(?P<fraction>\d{1,6}))? ?(?P<words>[^\d.,()/:;|+*%~'-]+)$"
EXCHANGED = {
    "usd": re.compile(r"(?<![^\W\d_])(?:دلار(?: امریکا)?|us dollars?|usd|dollars?)(?![^\W\d_])|us\$|\$"),
    "eur": re.compile(r"(?<![^\W\d_])(?:یورو|eur|euros?)(?![^\W\d_])|€"),
}  # fmt: skip
"""Foreign currencies that are read where somebody states what one of them is in rial."""

_RATE = re.compile(
    r"(?:نرخ|هر|قیمت|برابری|rate|1|یک)[^\d]{0,20}?(دلار|یورو|usd|eur|dollar|euro|\$|€)[^\d]{0,20}?"
    r"(\d[\d,.]*(?:\s*هزار)?\s*(?:ریال|تومان|rials?|irr|tomans?))"
)
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
        Name of another currency: ``usd``, ``eur`` or ``other``. ``rial`` is then what one of it is worth; where nobody
        said, amounts without a currency of their own are refused.
    """

    rial: int | None
    scale: int = 1
    foreign: str = field(default="", repr=False)

    @property
    def factor(self) -> int | None:
        """Rial per written unit, ``None`` where the currency is not known."""
        return None if self.rial is None else self.rial * self.scale


def read_money_unit(text: str) -> MoneyUnit | None:
    """Find the money unit that an amount in words names; headings are read by `engine.parsing.money_headings`.

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
        if word in HEMAT:
            units.add(MoneyUnit(RIAL_PER_TOMAN, RIAL_PER_HEMAT // RIAL_PER_TOMAN))
        elif word in CURRENCIES and (len(word) > 1 or (position and words[position - 1] in SHORT_SCALES)):
            scale = _scale_before(words, position)
            units.add(MoneyUnit(CURRENCIES[word], scale if scale > 1 else _scale_after(words, position)))
    return units.pop() if len(units) == 1 else None


def names_foreign_money(text: str) -> bool:
    """Whether a text names a currency that is neither rial nor toman.

    Examples
    --------
    >>> names_foreign_money("سرمایه (هزار دلار)"), names_foreign_money("سرمایه (ریال)")
    (True, False)
    """
    return _FOREIGN.search(fold(text).replace("_", " ")) is not None


def read_foreign_unit(text: str, rates: Mapping[str, int] | None = None) -> MoneyUnit | None:
    """Find the foreign unit that an amount in words names; ``None`` where it names none.

    Examples
    --------
    >>> unit = read_foreign_unit("سرمایه (هزار دلار)", {"usd": 650_000})
    >>> unit.foreign, unit.factor, read_foreign_unit("investment_eur").factor
    ('usd', 650000000, None)
    """
    if not names_foreign_money(text):
        return None
    folded = fold(text).replace("_", " ")
    named = [currency for currency, pattern in EXCHANGED.items() if pattern.search(folded)]
    if len(named) != 1 or len(set(_FOREIGN.findall(folded))) > 1:
        return MoneyUnit(None, foreign="other")
    words = _WORD.findall(_THOUSANDS.sub(" thousand ", EXCHANGED[named[0]].sub(" irr ", folded)))
    at = words.index("irr")
    scale = _scale_before(words, at)
    return MoneyUnit((rates or {}).get(named[0]), scale if scale > 1 else _scale_after(words, at), named[0])


def read_exchange_rates(text: str) -> dict[str, int]:
    """Rates that a title states: «نرخ هر دلار ۶۵۰٬۰۰۰ ریال»; rial for one of each currency.

    Examples
    --------
    >>> read_exchange_rates("نرخ هر دلار ۶۵٬۰۰۰ تومان و هر یورو 700000 ریال"), read_exchange_rates("سرمایه به دلار")
    ({'usd': 650000, 'eur': 700000}, {})
    """
    found = {}
    for name, amount in _RATE.findall(fold(text)):
        currency = next(code for code, pattern in EXCHANGED.items() if pattern.search(name))
        rial = read_money(amount)
        if isinstance(rial, int) and rial > 0:
            found[currency] = rial
    return found


def read_money(
    cell: object, unit: MoneyUnit | None = None, *, rates: Mapping[str, int] | None = None
) -> int | Remarked | Refusal:
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
    rates
        Currency (``usd``, ``eur``) -> rial for one of it; without a rate such amounts are refused.

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
        return _exchanged(_rial(Decimal(repr(cell)), None, None, unit), unit)
    text = fold(str(cell))
    if len(text) > LONGEST:
        return Refusal(RejectionCode.NOT_A_NUMBER)
    text = words_as_digits(text)
    if text in NOTHING_OWED or _NO_DEBT.fullmatch(text):
        return 0
    if _FOREIGN.search(text):
        unit = read_foreign_unit(text, rates)
        if unit is None or unit.rial is None:
            return Refusal(RejectionCode.FOREIGN_CURRENCY)
        text = EXCHANGED[unit.foreign].sub(" ", text).strip()
        unit = MoneyUnit(unit.rial, 1, unit.foreign)
    if is_range(text) or is_bound(text):
        return Refusal(RejectionCode.RANGE_OF_NUMBERS)
    if is_scientific(text):
        read = _exchanged(_rial(Decimal(text), None, None, unit), unit)
        return Remarked(read, NoteCode.APPROXIMATE) if isinstance(read, int) else read
    text, approximate = _without_approximation(text)
    read_unit: list[int] = []
    written = _phrase(text, unit, read_unit)
    amount = written if read_unit else _exchanged(written, unit)
    if not isinstance(amount, int) or not approximate:
        return amount
    return Remarked(amount, NoteCode.APPROXIMATE)


def _exchanged(amount: int | Refusal, unit: MoneyUnit | None) -> int | Remarked | Refusal:
    """An amount that was turned into rial says at which rate."""
    if isinstance(amount, Refusal) or amount == 0 or unit is None or not unit.foreign:
        return amount
    return Remarked(amount, NoteCode.EXCHANGED, {"rate": unit.rial, "taken": amount})


def scaled_amounts(folded: pd.Series, unit: MoneyUnit | None = None) -> pd.Series:
    """Amounts of the cells that are a plain number and a scale in words: «2.5 میلیارد تومان»; equal to `read_money`.

    Parameters
    ----------
    folded
        Folded texts, ``str``, shape (n,).
    unit
        Unit of the column.

    Returns
    -------
    pandas.Series
        Int64 rial, shape (n,); missing where a cell is not that plain.

    Examples
    --------
    >>> scaled_amounts(pd.Series(["2.5 میلیارد تومان", "12", "5 million"], dtype="str"), MoneyUnit(1)).tolist()
    [25000000000, <NA>, 5000000]
    """
    parts = pc.extract_regex(pa.array(folded, type=pa.string(), from_pandas=True), _SCALED)
    words, distinct = pd.factorize(pd.Series(pc.struct_field(parts, "words").to_pylist(), dtype=object))
    factors = np.array([*(_scaled_factor(one, unit) for one in distinct), 0], dtype=np.int64)[words]
    whole, fraction = (pc.struct_field(parts, name).fill_null("") for name in ("whole", "fraction"))
    ambiguous = pc.match_substring_regex(pc.binary_join_element_wise(whole, fraction, "."), f"^(?:{DOTTED_THREE})$")
    decimals = pc.binary_length(fraction).to_numpy(zero_copy_only=False).astype(np.int64)
    digits = pc.binary_join_element_wise("0", whole, fraction, "")
    numbers = pc.cast(digits, pa.int64()).to_numpy(zero_copy_only=False)
    step, rest = np.divmod(factors, 10**decimals)
    fits = (factors > 0) & (rest == 0) & (numbers.astype(np.float64) * step < 2.0**62)
    fits &= ~ambiguous.to_numpy(zero_copy_only=False).astype(bool)
    rial = pd.Series(np.where(fits, numbers * np.where(fits, step, 0), 0), index=folded.index, dtype="Int64")
    return rial.where(fits)


def _scaled_factor(words: str, unit: MoneyUnit | None) -> int:
    """Rial of one unit of a scale in words, 0 where the words need a second look."""
    read = _unit_words(words)
    rial, scale = (None, 1) if isinstance(read, Refusal) else read
    currency = rial or (unit.rial if unit and not unit.foreign else None)
    factor = (currency or 0) * scale
    return factor if scale > 1 and factor < 2**62 and not words.startswith(("و ", "and ")) else 0


def _scale_before(words: list[str], position: int) -> int:
    scale = 1
    before = words[:position]
    for word in reversed(before[:-1] if before[-1:] == ["of"] else before):
        factor = SCALES.get(word) or SHORT_SCALES.get(word)
        if factor is None:
            break
        scale *= factor
    return scale


def _scale_after(words: list[str], position: int) -> int:
    """Scale behind the currency («IRR million», «ریال (میلیون)»), unless another currency follows it."""
    after = words[position + 1 : position + 4]
    after = after[1:] if after[:1] in (["in"], ["به"]) else after
    scale = 0 if not after else SCALES.get(after[0], 0) or (SHORT_SCALES.get(after[0], 0) if len(after) == 1 else 0)
    followed = len(after) > 1 and (after[1] in CURRENCIES or after[1] in SCALES or after[1] == "of")
    return scale if scale and not followed else 1


def _without_approximation(text: str) -> tuple[str, bool]:
    for word in APPROXIMATE_WORDS:
        if text.startswith(word):
            return text.removeprefix(word).strip(), True
    return text, False


def _phrase(text: str, unit: MoneyUnit | None, named: list[int]) -> int | Refusal:
    """Read numbers with their scales and a currency; a currency of the cell's own is put into ``named``."""
    text = re.sub(r"(هزار|میلیون|ملیون|میلیارد|ملیارد)(?=ریال|تومان|تومن)", r"\1 ", text)
    text = re.sub(r"\(([^()\d]+)\)", r" \1 ", text).strip()
    text = re.sub(r"^(?:معادل|مبلغ|بالغ بر)\s+", "", text).strip(" :").rstrip(" .")
    text = re.sub(r"^\.(?=\d)", "0.", text)
    text = re.sub(r"^(irr|irt|rls|rials?|tomans?|ریال|تومان)\s*[:.]?\s*(-?\d.*)$", r"\2 \1", text)
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
    if len(parts) > 1 and scaled and scale == 1:  # «1 میلیارد و 200»: 200 of what?
        return Refusal(RejectionCode.AMBIGUOUS_MONEY)
    if currency is not None:
        named.append(currency)
    if len(parts) > 1 and not all(_unit_words(words) != (None, 1) for _, words in parts[:-1]):
        return Refusal(RejectionCode.NOT_A_NUMBER)
    return _rial(total, currency, scaled, unit)


def _unit_words(text: str) -> tuple[int | None, int] | Refusal:
    rial, scale = None, 1
    for word in re.sub(r"[.]", " ", text).split():
        if word in HEMAT:
            rial, scale = RIAL_PER_TOMAN, scale * RIAL_PER_HEMAT // RIAL_PER_TOMAN
        elif word in SCALES or word in SHORT_SCALES:
            scale *= SCALES.get(word) or SHORT_SCALES[word]
        elif word in CURRENCIES:
            rial = CURRENCIES[word]
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
        foreign = unit is not None and bool(unit.foreign)
        return Refusal(RejectionCode.FOREIGN_CURRENCY if foreign else RejectionCode.MONEY_WITHOUT_UNIT)
    if currency is not None and not scaled and unit is not None and value < unit.scale:
        return Refusal(RejectionCode.AMBIGUOUS_MONEY)
    if currency is None and not scaled and unit is not None:
        value *= unit.scale
    rial = int((value * (currency or header or 1)).to_integral_value())
    return rial if rial < 2**63 else Refusal(RejectionCode.OUT_OF_RANGE, {"low": 0, "high": 2**63 - 1})
