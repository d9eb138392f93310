"""Read written numbers: any digits, any separators, nothing guessed."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.domain.rejection import Refusal, RejectionCode
from engine.text import fold

NUMERAL = r"\d(?:[\d.,/'’٬]|[ \u00a0](?=\d{3}(?!\d)))*"
"""Pattern of a numeral in a folded text: digits with separators between them."""

SCALES = {
    "هزار": 10**3, "میلیون": 10**6, "ملیون": 10**6, "میلیارد": 10**9, "ملیارد": 10**9,
    "بیلیون": 10**12, "تریلیون": 10**12,
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "thousands": 10**3, "millions": 10**6, "billions": 10**9, "trillions": 10**12,
    "mln": 10**6, "mn": 10**6, "bln": 10**9, "bn": 10**9, "tn": 10**12,
}  # fmt: skip
"""Number words that multiply. Persian میلیارد is 10^9; تریلیون and the older بیلیون are 10^12."""

APPROXIMATE_WORDS = (
    "حدود",
    "حدودا",
    "تقریبا",
    "نزدیک به",
    "قریب به",
    "حدودی",
    "about",
    "approx.",
    "approx",
    "around",
    "~",
)
"""Words that make a number approximate; the number is taken, with a remark."""

DOTTED_THREE = r"[1-9]\d{0,2}\.\d\d0"
"""``2.400`` may be a fraction or thousands: nobody ends a fraction of three digits in zero, nor do programs."""

_GROUPED = re.compile(r"\d{1,3}(?:([,.'’٬ \u00a0])\d{3})(?:\1\d{3})*")
_RANGE = re.compile(rf"{NUMERAL}\s*(?:-|تا|الی|to|until)\s*{NUMERAL}")


def read_numeral(text: str) -> Decimal | Refusal:
    """Read one numeral.

    Comma, Arabic comma, apostrophe and space separate thousands; point, momayyez and the Persian slash separate the
    fraction. Two points or slashes can only be thousands. ``1/234`` and ``2.400`` may be either and are refused.

    Returns
    -------
    Decimal or Refusal
        ``not_a_number`` or ``ambiguous_number``.

    Examples
    --------
    >>> read_numeral("۱٬۲۳۴٫۵"), read_numeral("2/5"), read_numeral("1.234.567"), read_numeral("-15")
    (Decimal('1234.5'), Decimal('2.5'), Decimal('1234567'), Decimal('-15'))
    >>> read_numeral("1/234").code.value
    'ambiguous_number'
    """
    folded = fold(text)
    sign = -1 if re.match(r"^-\s*\d|^\d.*-$|^\(.*\)$", folded) else 1
    digits = folded.strip("()+- ")
    if not re.fullmatch(NUMERAL, digits):
        return Refusal(RejectionCode.NOT_A_NUMBER)
    plain = _plain(digits)
    return plain if isinstance(plain, Refusal) else sign * plain


def is_range(folded: str) -> bool:
    """Whether a folded text holds two numbers with "to" between them.

    Examples
    --------
    >>> is_range("30 تا 40"), is_range("30-40"), is_range("-15")
    (True, True, False)
    """
    return bool(_RANGE.search(folded))


def _plain(digits: str) -> Decimal | Refusal:
    digits = digits.replace("\u00a0", " ").replace("’", "'").rstrip(".,/'")
    whole, point, fraction = digits.rpartition(".")
    if re.fullmatch(DOTTED_THREE, digits):
        return Refusal(RejectionCode.AMBIGUOUS_NUMBER)
    if point and "." not in whole and "/" not in digits and (not whole or _is_whole(whole)) and fraction.isdigit():
        return Decimal(f"{re.sub(r'[^0-9]', '', whole) or '0'}.{fraction}")
    if digits.count("/") == 1 and "." not in digits:
        whole, _, fraction = digits.partition("/")
        if not (_is_whole(whole) and fraction.isdigit()):
            return Refusal(RejectionCode.NOT_A_NUMBER)
        if len(fraction) == 3 and len(whole) <= 3:
            return Refusal(RejectionCode.AMBIGUOUS_NUMBER)
        return Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{fraction}")
    if _is_whole(digits) or _GROUPED.fullmatch(digits) or re.fullmatch(r"\d{1,3}(/\d{3}){2,}", digits):
        return Decimal(re.sub(r"[^0-9]", "", digits))
    if re.fullmatch(r"\d+,\d{1,2}", digits):  # no group of thousands has one or two digits
        return Decimal(digits.replace(",", "."))
    return Refusal(RejectionCode.NOT_A_NUMBER)


def _is_whole(digits: str) -> bool:
    return digits.isdigit() or bool(re.fullmatch(r"\d{1,3}([,' ])\d{3}(?:\1\d{3})*", digits))
