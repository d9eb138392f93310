"""Read the unit of money that a heading or a title states, with every scale beside it.

A scale that is not understood makes the unit unknown: amounts below it are refused, never taken in the bare currency.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from engine.parsing.money import (
    CURRENCIES,
    EXCHANGED,
    HEMAT,
    RIAL_PER_HEMAT,
    RIAL_PER_TOMAN,
    SHORT_SCALES,
    MoneyUnit,
    names_foreign_money,
)
from engine.parsing.numerals import BOUND_WORDS, SCALES, leading_scale
from engine.parsing.text import fold

LONGEST = 2_000
"""A longer text is no heading and no title."""

_BRACKETED = re.compile(r"[(\[{]([^)\]}]*)[)\]}]?")
_TOKEN = re.compile(r"1e\+?\d+|['’]?\d[\d,.'’٬^*]*s?|[^\W\d_]+\d?|[×*^]|[^\s\w]")
_CONNECTING = ("in", "به", ",", ":", "-", "(", "/", "of", "×", "x", "*", "ضرب", "ضربدر", "به واحد")
_INTRODUCING = ("به", "in", "×", "x", "*", "حسب", "برحسب", "واحد", "of", "(", ":", "-")
_YEARS = re.compile(r"(?<!\d)(?:1[34]\d\d|20\d\d)(?:\s*[-/]\s*\d{1,4})*(?!\d)")
_NUMBER_WORDS = ("ده", "صد", "یکصد", "چند", "بیست", "پنجاه", "دویست", "پانصد", "ten", "hundred", "several")
_FILLERS = frozenset(
    re.findall(
        r"\S+",
        "به بر حسب برحسب واحد مبالغ مبلغ ارقام رقم اعداد پول و یا تا از در پایان سال اسفند قیمت قیمتهای های ثابت جاری "
        "روز اسمی واقعی حدود حدودا تقریبی معادل کل جمع مجموع مانده اصل سود فرع طبق مطابق اعلامی اظهاری بدون با بدهی "
        "ریالی مورد نیاز لازم گردش in of the at and or amounts amount figures values value currency unit units all "
        "sums money prices price current constant nominal real total gross net approx approximately about year end "
        "outstanding balance principal including excluding interest estimated est fiscal fy mid local needed required",
    )
)


def read_heading_unit(
    text: str, rates: Mapping[str, int] | None = None, *, known: Callable[[str], bool] | None = None
) -> MoneyUnit | None:
    """Find the money unit that a heading or a title names.

    Parameters
    ----------
    text
        One line of a heading, or a title.
    rates
        Currency (``usd``, ``eur``) -> rial for one of it.
    known
        Whether a word beside the unit belongs to headings and says nothing of money.

    Returns
    -------
    MoneyUnit or None
        ``None`` where no currency is named. Without ``rial`` where the words beside the currency are not understood, or
        where two units stand in one text.

    Examples
    --------
    >>> read_heading_unit("بدهی بانکی (میلیون تومان)").factor, read_heading_unit("bank debt, bn IRR").factor
    (10000000, 1000000000)
    >>> read_heading_unit("بدهی (ریال ×۱۰۰۰۰۰۰)").factor, read_heading_unit("Tax debt (IRR '000,000)").factor
    (1000000, 1000000)
    >>> read_heading_unit("سرمایه (صد میلیون تومان)").factor, read_heading_unit("debt (crore rials)").factor
    (1000000000, 10000000)
    >>> read_heading_unit("بدهی (چند ریال)").factor, read_heading_unit("اشتغال (نفر)")
    (None, None)
    """
    if len(text) > LONGEST:
        return None
    folded = fold(text).replace("_", " ")
    unit = _in_own_money(folded, known)
    if unit is not None:
        return unit
    return _in_foreign_money(folded, rates, known)


def read_heading_scale(text: str) -> int | None:
    """Scale that a heading names in brackets, or behind a comma, without any currency: «بدهی (میلیون)».

    Examples
    --------
    >>> read_heading_scale("بدهی بانکی (میلیارد)"), read_heading_scale("بدهی بانکی (×۱۰۰۰)")
    (1000000000, 1000)
    >>> read_heading_scale("Bank debt, millions"), read_heading_scale("بدهی بانکی")
    (1000000, None)
    """
    folded = fold(text)
    for words in [*_BRACKETED.findall(folded), *folded.split(",")[1:]]:
        bare = re.sub(r"^(?:به|in|بر ?حسب)\s+", "", words.strip(" .:"))
        found = leading_scale(bare)
        if found is not None and not found[1]:
            return found[0]
    return None


def leftover_in_brackets(text: str, known: Callable[[str], bool]) -> bool:
    """Whether a bracket of a heading of money holds words that may be a unit and are none.

    Examples
    --------
    >>> leftover_in_brackets("بدهی (سکه)", lambda word: False), leftover_in_brackets("بدهی (۱۴۰۲)", lambda word: False)
    (True, False)
    """
    return any(_leftover(words, known) for words in _BRACKETED.findall(fold(text)))


def _in_own_money(folded: str, known: Callable[[str], bool] | None) -> MoneyUnit | None:
    units: set[MoneyUnit] = set()
    inside = _BRACKETED.findall(folded)
    for segment, bracketed in [*((part, True) for part in inside), (_BRACKETED.sub(" ( ", folded), False)]:
        units |= _units(segment, bracketed, known)
    if not units:
        return None
    outer = [unit for unit in units if unit.scale == 1]
    if len(units) == 2 and len(outer) == 1 and len({unit.rial for unit in units}) == 1:
        units -= set(outer)  # «بدهی ریالی (میلیون ریال)»
    behind = {found[0] for words in inside if (found := leading_scale(words.strip())) is not None and not found[1]}
    if len(units) == 1 and len(behind) == 1 and next(iter(units)).scale == 1:  # «ریال (میلیون)»
        unit = units.pop()
        return MoneyUnit(unit.rial, behind.pop(), unit.foreign)
    return units.pop() if len(units) == 1 and not behind - {next(iter(units)).scale} else MoneyUnit(None)


def _in_foreign_money(
    folded: str, rates: Mapping[str, int] | None, known: Callable[[str], bool] | None
) -> MoneyUnit | None:
    if not names_foreign_money(folded):
        return None
    named = [currency for currency, pattern in EXCHANGED.items() if pattern.search(folded)]
    if len(named) != 1:
        return MoneyUnit(None, foreign="other")
    replaced = EXCHANGED[named[0]].sub(" irr ", folded)
    unit = None if names_foreign_money(replaced) else _in_own_money(replaced, known)
    if unit is None:
        return MoneyUnit(None, foreign="other")
    return MoneyUnit(None if unit.rial is None else (rates or {}).get(named[0]), unit.scale, named[0])


def _units(segment: str, bracketed: bool, known: Callable[[str], bool] | None) -> set[MoneyUnit]:
    """Units of money that one part of a text names."""
    segment = re.sub(r"(?<=[^\W\d_])\.(?=[^\W\d_])", " ", segment)
    segment = re.sub(r"(?<![\w.])(m|b|k|mn|bn)(?=(?:irr|irt|rls?)(?!\w))", r"\1 ", segment)
    tokens = _TOKEN.findall(segment)
    found: set[MoneyUnit] = set()
    for at, word in enumerate(tokens):
        if word in HEMAT:
            found.add(MoneyUnit(RIAL_PER_TOMAN, RIAL_PER_HEMAT // RIAL_PER_TOMAN))
            continue
        if word not in CURRENCIES or (len(word) == 1 and (at == 0 or tokens[at - 1] not in SHORT_SCALES)):
            continue
        before, after = tokens[:at], tokens[at + 1 :]
        scale, left = _scale_before(before, bracketed)
        behind, right = _scale_after(after, bracketed) if scale in (1, None) else (1, after)
        if scale is None or behind is None or (bracketed and _leftover(" ".join([*left, *right]), known)):
            found.add(MoneyUnit(None))
        else:
            found.add(MoneyUnit(CURRENCIES[word], scale * behind))
    return found


def _scale_before(tokens: list[str], bracketed: bool) -> tuple[int | None, list[str]]:
    """Scale right before a currency and what stands before it; no scale where a number there is not understood."""
    tokens = tokens[:-1] if tokens[-1:] == ["of"] else tokens
    if tokens and tokens[-1] in SHORT_SCALES:
        return SHORT_SCALES[tokens[-1]], tokens[:-1]
    for count in range(min(6, len(tokens)), 0, -1):
        found = leading_scale(" ".join(tokens[-count:]))
        if found is None or found[1]:
            continue
        left = tokens[:-count]
        number = re.search(r"\d", tokens[-count]) is not None and tokens[-count][0] not in "'’"
        introduced = not left or left[-1] in _INTRODUCING or tokens[-count] in "×*x"
        bound = bool(left) and (left[-1] in BOUND_WORDS or " ".join(left[-2:]) in BOUND_WORDS)
        counted = bool(left) and (left[-1] in _NUMBER_WORDS or re.fullmatch(r"\d[\d,.]*", left[-1]) is not None)
        counted = counted and not _YEARS.fullmatch(left[-1])
        if bound or counted or (number and not bracketed and not introduced):
            return None, left
        return found[0], left
    last = tokens[-1] if tokens else ""
    unclear = (
        last in _NUMBER_WORDS or (re.search(r"\d", last) is not None and not _YEARS.fullmatch(last)) or last == "×"
    )
    return (None if unclear else 1), tokens


def _scale_after(tokens: list[str], bracketed: bool) -> tuple[int | None, list[str]]:
    """Scale behind the currency («IRR million», «ریال ×۱۰۰۰»), unless another currency follows it."""
    rest = list(tokens)
    while rest and rest[0] in _CONNECTING and rest[0] not in "×*x":
        rest = rest[1:]
    if rest and rest[0] in SHORT_SCALES and (len(rest) == 1 or rest[1] in ")]"):
        return SHORT_SCALES[rest[0]], rest[1:]
    for count in range(min(6, len(rest)), 0, -1):
        found = leading_scale(" ".join(rest[:count]))
        if found is None or found[1]:
            continue
        behind = rest[count:]
        followed = bool(behind) and (behind[0] in CURRENCIES or behind[0] in SCALES or behind[0] == "of")
        return (1, tokens) if followed else (found[0], behind)
    first = rest[0] if rest else ""
    unclear = first in ("×", "*", "^") or (first[:1] in "'’" and re.search(r"\d", first) is not None)
    return (None if unclear else 1), tokens


def _leftover(words: str, known: Callable[[str], bool] | None) -> bool:
    """Whether words beside a unit say something that is not understood; years and words of headings say nothing."""
    bare = _YEARS.sub(" ", words)
    if re.search(r"\d|[×^*]", bare):
        return True
    left = [word for word in re.findall(r"[^\W\d_]+", bare) if word not in _FILLERS]
    return any(word in _NUMBER_WORDS or word in SCALES or not (known is not None and known(word)) for word in left)
