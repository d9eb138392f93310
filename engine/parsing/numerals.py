"""Read written numbers: any digits, any separators, nothing guessed."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.parsing.rejection import Refusal, RejectionCode
from engine.parsing.text import fold

NUMERAL = r"\d(?:[\d.,/'’٬]|[ \u00a0](?=\d{3}(?!\d)))*"
"""Pattern of a numeral in a folded text: digits with separators between them."""

SCALES = {
    "هزار": 10**3, "میلیون": 10**6, "ملیون": 10**6, "میلیارد": 10**9, "ملیارد": 10**9,
    "بیلیون": 10**12, "تریلیون": 10**12,
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "thousands": 10**3, "millions": 10**6, "billions": 10**9, "trillions": 10**12,
    "mln": 10**6, "mn": 10**6, "bln": 10**9, "bn": 10**9, "tn": 10**12, "mio": 10**6, "mrd": 10**9,
    "thou": 10**3, "thds": 10**3, "hundred": 100, "hundreds": 100,
    "lakh": 10**5, "lakhs": 10**5, "lac": 10**5, "lacs": 10**5, "crore": 10**7, "crores": 10**7, "cr": 10**7,
    "لک": 10**5, "کرور": 5 * 10**5, "میلیونی": 10**6, "میلیاردی": 10**9,
}  # fmt: skip
"""Number words that multiply. Persian میلیارد is 10^9; تریلیون and the older بیلیون are 10^12; Persian کرور is half a
million, Indian crore ten million."""

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

BOUND_WORDS = (
    "بیش از", "بیشتر از", "بالای", "افزون بر", "کمتر از", "زیر", "پایین تر از", "حداقل", "دست کم", "حداکثر", "تا سقف",
    "more than", "over", "above", "at least", "less than", "under", "below", "at most", "up to", "min", "max",
    ">", "<", "≥", "≤",
)  # fmt: skip
"""Words that bound a number on one side; what lies beyond them nobody said, so the number is refused."""

_TENFOLD = {"ده": 10, "صد": 100, "یکصد": 100, "ten": 10, "یک": 1, "one": 1}
_POWER = re.compile(r"(?:[×x*]\s*)?(?:10\s*(?:\^|\*\*)\s*(?P<power>\d{1,2})|1e\+?(?P<exponent>\d{1,2}))(?![\d.,])")
_TIMES = re.compile(r"(?:[×x*]\s*)?(?P<number>['’]?\d[\d,'’٬ ]*)s?(?![\d.,/])")

_ONES = ("یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه", "ده", "یازده", "دوازده", "سیزده", "چهارده",
         "پانزده", "شانزده", "هفده", "هجده", "نوزده")  # fmt: skip
_TENS = ("بیست", "سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود")
_HUNDREDS = ("صد", "دویست", "سیصد", "چهارصد", "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد")
_WORDS = (
    {word: n for n, word in enumerate(_ONES, 1)}
    | {word: 10 * n for n, word in enumerate(_TENS, 2)}
    | {word: 100 * n for n, word in enumerate(_HUNDREDS, 1)}
    | {"یکصد": 100, "هیجده": 18, "شیش": 6}
)
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_WORDED = re.compile(rf"(?<![^\W_])(?:{_WORD})(?: و (?:{_WORD}))*(?= |$)")
_AND_A_HALF = re.compile(r"(?<![\d.,/])(\d+)((?: [^\W\d_]+)?) و نیم(?= |$)")
_HALF = re.compile(r"^نیم(?= )")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?e\+?\d{1,2}")
_DIGITS = re.compile("[0-9]+")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}([,' ])[0-9]{3}(?:\1[0-9]{3})*")
_SLASHED = re.compile(r"[1-9][0-9]{0,2}(/[0-9]{3}){2,}")
_COMMA = re.compile(r"[0-9]+,[0-9]{1,2}|0,[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([,.'’٬ \u00a0])[0-9]{3})(?:\1[0-9]{3})*")
_BOUND = re.compile(rf"(?:{'|'.join(map(re.escape, BOUND_WORDS))})\s*\d")
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


def leading_scale(text: str) -> tuple[int, str] | None:
    """A scale at the beginning of a folded text, and what stands behind it.

    Scales are words («هزار», crore), powers of ten («10^6», «×1000000», «'000,000»), and both («ده میلیون»).
    Another number, such as 500, is an amount and no scale.

    Examples
    --------
    >>> leading_scale("ده میلیون ریال"), leading_scale("×1000000"), leading_scale("'000,000 rial")
    ((10000000, 'ریال'), (1000000, ''), (1000000, 'rial'))
    >>> leading_scale("10^6 ریال"), leading_scale("500 میلیون ریال"), leading_scale("ریال") is None
    ((1000000, 'ریال'), None, True)
    """
    scale, rest, found = 1, text.strip(), False
    while rest:
        one = _one_scale(rest)
        if one is None:
            break
        scale, rest, found = scale * one[0], one[1].strip(), True
    return (scale, rest) if found else None


def _one_scale(text: str) -> tuple[int, str] | None:
    power = _POWER.match(text)
    if power:
        return 10 ** int(power["power"] or power["exponent"]), text[power.end() :]
    times = _TIMES.match(text)
    if times:
        digits = re.sub(r"[^\d]", "", times["number"])
        marked = times["number"][0] in "'’" or digits.startswith("0")
        if marked and not digits.strip("0") and len(digits) % 3 == 0:  # '000,000
            return 10 ** len(digits), text[times.end() :]
        return (int(digits), text[times.end() :]) if re.fullmatch("10*", digits) else None
    word = re.match(r"[^\W\d_]+", text)
    if word is None:
        return None
    factor = SCALES.get(word[0]) or _TENFOLD.get(word[0])
    behind = text[word.end() :].strip()
    if factor is None or (word[0] in _TENFOLD and _one_scale(behind) is None):  # «ده نفر» is an amount
        return None
    return factor, text[word.end() :]


def words_as_digits(folded: str) -> str:
    """A folded text with its Persian number words as digits; words that add up to no number stay.

    Examples
    --------
    >>> words_as_digits("سیصد و بیست نفر"), words_as_digits("دو و نیم میلیارد"), words_as_digits("3 سال و نیم")
    ('320 نفر', '2.5 میلیارد', '3.5 سال')
    >>> words_as_digits("نه"), words_as_digits("بیست و سیصد")
    ('نه', 'بیست و سیصد')
    """
    if "نیم" not in folded and not _WORDED.search(folded):
        return folded
    text = _WORDED.sub(lambda found: _summed(found[0], whole=found[0] == folded), folded)
    return _AND_A_HALF.sub(r"\1.5\2", _HALF.sub("0.5", text))


def _summed(words: str, *, whole: bool) -> str:
    values = [_WORDS[word] for word in words.split(" و ")]
    sizes = [3 if value >= 100 else 2 if value >= 20 else 1 for value in values]
    if sizes != sorted(set(sizes), reverse=True) or (whole and words == "نه"):  # «نه» alone says no
        return words
    return str(sum(values))


def is_bound(folded: str) -> bool:
    """Whether a folded text bounds a number on one side only.

    Examples
    --------
    >>> is_bound("بیش از 100 نفر"), is_bound("100 نفر به بالا"), is_bound("100 نفر")
    (True, True, False)
    """
    return bool(_BOUND.match(folded)) or folded.endswith(("به بالا", "به پایین", "or more", "or less"))


def is_scientific(folded: str) -> bool:
    """Whether a folded text is a number as programs shorten long ones: ``1.2e+09``; its last digits may be lost.

    Examples
    --------
    >>> is_scientific("1.2e+09"), is_scientific("12e"), is_scientific("12")
    (True, False, False)
    """
    return bool(_SCIENTIFIC.fullmatch(folded))


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
    if (
        point
        and "." not in whole
        and "/" not in digits
        and (not whole or _is_whole(whole))
        and _DIGITS.fullmatch(fraction)
    ):
        return Decimal(f"{re.sub(r'[^0-9]', '', whole) or '0'}.{fraction}")
    if digits.count("/") == 1 and "." not in digits:
        whole, _, fraction = digits.partition("/")
        if not (_is_whole(whole) and _DIGITS.fullmatch(fraction)):
            return Refusal(RejectionCode.NOT_A_NUMBER)
        if len(fraction) == 3 and len(whole) <= 3 and not whole.startswith("0"):
            return Refusal(RejectionCode.AMBIGUOUS_NUMBER)
        return Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{fraction}")
    if _is_whole(digits) or _GROUPED.fullmatch(digits) or _SLASHED.fullmatch(digits):
        return Decimal(re.sub(r"[^0-9]", "", digits))
    if re.fullmatch(
        r"\d+,\d{1,2}|0,\d+", digits, re.ASCII
    ):  # no group of thousands has one or two digits or follows a lone 0
        return Decimal(digits.replace(",", "."))
    return Refusal(RejectionCode.NOT_A_NUMBER)


def _is_whole(digits: str) -> bool:
    return bool(_DIGITS.fullmatch(digits)) or bool(
        re.fullmatch(r"[1-9]\d{0,2}([,' ])\d{3}(?:\1\d{3})*", digits, re.ASCII)
    )
