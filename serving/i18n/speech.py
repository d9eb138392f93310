"""Turn codes, numbers, dates and places into words of one language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from importlib import resources
from typing import Any

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from engine.settings import LANGUAGES

RIAL_PER_HEMAT = 10**13  # one همت is a thousand billion toman, a toman is ten rial

JALALI_BEGINS = 621  # Jalali year 1 begins in March 622

DIGITS = ("own", "latin")
"""Digits of numbers: those of the language, or 0123456789 in every language."""
MONEY = ("rial", "toman", "billion_rial")
"""How money is said: in rial or in toman by its size, or always in billion rial."""
RIAL_PER_TOMAN = 10

NOT_KNOWN = "—"
"""Stands where a value is not known; every legend says so."""

_PLACEHOLDER = re.compile(r"\{(\w+)(?::([^{}|]*)\|([^{}|]*))?\}")
_CLAUSE = re.compile(r"\[\[(.*?)\]\]")  # of a text: left out where a fact of it says nothing
_ONE = ("1", "۱")
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LONGEST = 10**15  # from here on nobody counts the digits of a number
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_PERSIAN = _PERSIAN_DIGITS | {ord("%"): "٪", ord("-"): "\u200e−"}  # Babel takes separators from its numbering


@cache
def texts(language: str) -> Mapping[str, str]:
    """All texts of one language, ``family.code`` to text.

    Raises
    ------
    EhyaError
        ``unknown_option`` when there is no such language.

    Examples
    --------
    >>> texts("en")["status.idle"]
    'Idle'
    """
    if language not in LANGUAGES:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--lang", given=language, allowed=list(LANGUAGES))
    folder = resources.files(__package__) / language
    found: dict[str, str] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            found |= _flat(tomllib.loads(entry.read_text("utf-8")))
    return found


@cache
def speech(language: str, digits: str = "own", money: str = "rial") -> Speech:
    """The one speaker of a language, with its usual digits and money or those that a reader likes.

    Examples
    --------
    >>> speech("fa").number(12345.6, 1), speech("en").direction
    ('۱۲٬۳۴۵٫۶', 'ltr')
    """
    return Speech(language, digits, money)


def placeholders(text: str) -> frozenset[str]:
    """Names of the facts that a text wants.

    Examples
    --------
    >>> sorted(placeholders("{given} is not allowed[[; allowed: {allowed}]]."))
    ['allowed', 'given']
    >>> sorted(placeholders("{count:event is|events are} recorded."))
    ['count']
    """
    return frozenset(found[1] for found in _PLACEHOLDER.finditer(text))


def clauses(text: str) -> tuple[str, ...]:
    """Clauses of a text, in double brackets, that stand only where each of their facts says something.

    Examples
    --------
    >>> clauses("There is no sheet “{given}”.[[ Sheets: {allowed}.]]")
    (' Sheets: {allowed}.',)
    """
    return tuple(_CLAUSE.findall(text))


class Speech:
    """Words of one language.

    Parameters
    ----------
    language
        ``fa`` or ``en``.
    digits, money
        How numbers and money are written: one of `DIGITS`, one of `MONEY`.

    Examples
    --------
    >>> english = Speech("en")
    >>> english.codes("idle;operating", "status")
    'Idle, Operating'
    >>> english.money(85_000_000_000)
    '85 billion rial'
    >>> english.interval(0.1, 0.2, 0.4, digits=1)
    '0.2 (0.1 to 0.4)'
    """

    def __init__(self, language: str, digits: str = "own", money: str = "rial") -> None:
        self.language = language
        self.persian_digits = language == "fa" and digits == "own"
        self._money = money
        self._texts = texts(language)
        self._bare: dict[str, str] = {}

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``."""
        return "rtl" if self.language == "fa" else "ltr"

    def text(self, key: str, /, **facts: Any) -> str:
        """Text of a key or a code, with its facts put in.

        Parameters
        ----------
        key
            ``family.code``, or a member of a `Code`.
        **facts
            Values of the placeholders: codes become words, numbers get the language's digits, dates its calendar,
            lists are joined. Where a fact says nothing (none, not known, an empty list), so does the clause in double
            brackets that wants it. ``{count:unit|units}`` is a fact with the word for one or for several behind it.
            ``range`` is what the facts ``low`` and ``high`` say (`range_of`).

        Raises
        ------
        KeyError
            When the language has no such text or a fact is not given; the key is named.
        """
        name = key.key if isinstance(key, Code) else key
        if not facts and name in self._bare:  # most are words of codes, and every unit says the same ones
            return self._bare[name]
        try:
            template = self._texts[name]
        except KeyError:
            raise KeyError(f"{self.language}: no text {name!r}") from None
        if "low" in facts and "range" not in facts:
            facts["range"] = self.range_of(facts)
        missing = placeholders(template) - set(facts)
        if missing:
            raise KeyError(f"{self.language}: {name!r} wants {sorted(missing)}")
        silent = {wanted for wanted, value in facts.items() if _silent(value)}
        template = _CLAUSE.sub(lambda match: "" if placeholders(match[1]) & silent else match[1], template)
        said = _PLACEHOLDER.sub(lambda match: self._counted(facts[match[1]], match[2], match[3]), template)
        if not facts:
            self._bare[name] = said
        return said

    def _counted(self, value: object, one: str | None, several: str | None) -> str:
        """A fact, and behind it the word for one of it or for several where the text has both."""
        said = self.fact(value)
        if one is None or several is None:
            return said
        return f"{said} {one if said in _ONE else several}"

    def codes(self, joined: object, family: str | type[Code]) -> str:
        """Words for codes joined by ``;`` (or a list of codes) of one family; nothing known gives ``—``."""
        if _absent(joined):
            return NOT_KNOWN
        name = family if isinstance(family, str) else family.family()
        parts = joined.split(";") if isinstance(joined, str) else list(joined)  # type: ignore[call-overload]
        words = [self.text(f"{name}.{part}") for part in parts if part]
        return self.join(words) if words else NOT_KNOWN

    def join(self, words: Iterable[str]) -> str:
        """A list in one line."""
        return ("، " if self.language == "fa" else ", ").join(words)

    def number(self, x: object, digits: int = 0) -> str:
        """A number with the language's digits and separators; not known gives ``—``."""
        if _absent(x):
            return NOT_KNOWN
        return self._decimal(float(x), f"#,##0.{'0' * digits}" if digits else "#,##0")  # type: ignore[arg-type]

    def share(self, x: object, digits: int = 0) -> str:
        """A share of 0 to 1 in percent."""
        if _absent(x):
            return NOT_KNOWN
        return self._decimal(float(x), f"#,##0.{'0' * digits}%" if digits else "#,##0%")  # type: ignore[arg-type]

    def money(self, rial: object) -> str:
        """An amount of rial as people say it: million, billion rial, from ten thousand billion on همت.

        Examples
        --------
        >>> Speech("fa").money(2.5e13), Speech("en").money(12_340_000)
        ('۲٫۵ همت', '12.3 million rial')
        """
        if _absent(rial):
            return NOT_KNOWN
        amount = float(rial)  # type: ignore[arg-type]
        if self._money == "billion_rial":
            digits = 0 if abs(amount) >= 10**11 else 1 if abs(amount) >= 10**9 else 3
            return self.text("money.billion", amount=self.number(amount / 10**9, digits if amount else 0))
        if self._money == "toman":
            return self._toman(amount / RIAL_PER_TOMAN)
        for name, size in (("hemat", RIAL_PER_HEMAT), ("billion", 10**9), ("million", 10**6)):
            if abs(amount) >= size:
                return self.text(f"money.{name}", amount=self._short(amount / size))
        return self.text("money.rial", amount=self._short(amount))

    def _toman(self, toman: float) -> str:
        for name, size in (("hemat", 10**12), ("billion_toman", 10**9), ("million_toman", 10**6)):
            if abs(toman) >= size:
                return self.text(f"money.{name}", amount=self._short(toman / size))
        return self.text("money.toman", amount=self._short(toman))

    def interval(self, low: object, point: object, high: object, digits: int = 0, *, share: bool = False) -> str:
        """Point with its low and high end; not known gives ``—``."""
        if _absent(point):
            return NOT_KNOWN
        say = self.share if share else self.number
        ends = {"low": say(low, digits), "point": say(point, digits), "high": say(high, digits)}
        return _PLACEHOLDER.sub(lambda match: ends[match[1]], self._texts["number.interval"])

    def range(self, low: object, high: object) -> str:
        """What lies between two ends; an end that is not known is none, and without either nothing is said.

        Examples
        --------
        >>> english = Speech("en")
        >>> english.range(0, 100), english.range(0, None), english.range(None, 20), english.range(None, None)
        ('0 to 100', '0 or more', 'up to 20', '')
        """
        known = not _absent(low), not _absent(high)
        key = {(True, True): "between", (True, False): "at_least", (False, True): "at_most"}.get(known)
        return "" if key is None else self.text(f"number.{key}", low=low, high=high, range="")

    def range_of(self, facts: Mapping[str, Any]) -> str:
        """What lies between the facts ``low`` and ``high``; of a fact ``field`` that holds money, as money, unless
        the fact ``measure`` says that it is a ratio.

        Examples
        --------
        >>> from engine.domain.unit import Field
        >>> Speech("en").range_of({"field": Field.CAPITAL_NEEDED_RIAL, "low": 0, "high": 2**63 - 1})
        '0 rial to 922,337 hemmat (10¹³ rial)'
        >>> Speech("en").range_of({"field": Field.BANK_DEBT_RIAL, "low": None, "high": 20, "measure": "ratio"})
        'up to 20'
        """
        from engine.domain.unit import FIELDS, Field, Kind  # with pandas, for which a help text should not wait

        low, high, field = (facts.get(name) for name in ("low", "high", "field"))
        compared = facts.get("measure") == "ratio"
        if isinstance(field, Field) and FIELDS[field].kind is Kind.MONEY and not compared:
            low, high = (None if _absent(end) else self.money(end) for end in (low, high))
        return self.range(low, high)

    def date(self, day: object, precision: object = "day") -> str:
        """A day: Jalali in Persian, ISO in English; ``month`` and ``year`` show no more than is known.

        Examples
        --------
        >>> import pandas as pd
        >>> Speech("fa").date(pd.Timestamp("2024-03-20")), Speech("fa").date(pd.Timestamp("2019-03-21"), "year")
        ('۱۴۰۳/۰۱/۰۱', '۱۳۹۸')
        >>> Speech("en").date(pd.Timestamp("2019-03-21"), "year")
        '2019/20'
        """
        if _absent(day):
            return NOT_KNOWN
        at = date.fromisoformat(str(day)[:10])
        if self.language == "fa":
            from persiantools.jdatetime import JalaliDate

            jalali = JalaliDate.to_jalali(at)  # type: ignore[no-untyped-call]
            pattern = {"year": "%Y", "month": "%Y/%m"}.get(str(precision), "%Y/%m/%d")
            return self.digits(jalali.strftime(pattern))
        if precision == "year":  # a Jalali year starts in March and is stored as its first day
            return f"{at.year}/{(at.year + 1) % 100:02d}" if at.month > 1 else f"{at.year}"
        return f"{at.year:04d}-{at.month:02d}" + ("" if precision == "month" else f"-{at.day:02d}")

    def year(self, gregorian: object) -> str:
        """A Gregorian year, in Persian as the Jalali year that begins in it.

        Examples
        --------
        >>> Speech("fa").year(2017), Speech("en").year(2017)
        ('۱۳۹۶', '2017')
        """
        if _absent(gregorian):
            return NOT_KNOWN
        year = int(gregorian)  # type: ignore[call-overload]
        return self.fact(year - JALALI_BEGINS if self.language == "fa" else year)

    def place(self, canonical: object) -> str:
        """Name of a province or county, given its canonical (English) name; an unknown name is shown as it is."""
        if _absent(canonical):
            return NOT_KNOWN
        return _place_names(self.language).get(str(canonical), str(canonical))

    def sector(self, isic: object) -> str:
        """Title of an ISIC code; a code that the table lacks gets the title of the nearest broader one."""
        if _absent(isic):
            return NOT_KNOWN
        titles, code = _sector_titles(self.language), str(isic)
        for length in range(len(code), 0, -1):
            if code[:length] in titles:
                return titles[code[:length]]
        return code

    def digits(self, text: str) -> str:
        """The same text with the language's digits."""
        return text.translate(_PERSIAN_DIGITS) if self.persian_digits else text

    def decimals(self, text: str) -> str:
        """A number written with the digits, separators and minus of the language.

        Examples
        --------
        >>> Speech("fa").decimals("-1,234.5") == "\u200e−۱٬۲۳۴٫۵"
        True
        """
        if not self.persian_digits:
            return text
        return text.translate(_PERSIAN | {ord(","): "٬", ord("."): "٫"})

    def fact(self, value: object) -> str:
        """One fact of a text: what it is decides how it is said."""
        if isinstance(value, Code):
            return self.text(value)
        if isinstance(value, Enum):
            return self.fact(value.value)
        if isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b":  # NumPy's too
            return self.text("flag.yes" if value else "flag.no")
        if _silent(value):
            return NOT_KNOWN
        if isinstance(value, str):
            return value
        if isinstance(value, Mapping):
            return self.join(f"{self.fact(name)}: {self.fact(part)}" for name, part in value.items())
        if isinstance(value, (list, tuple, set, frozenset)):
            words = [self.fact(part) for part in value]
            return self.join(sorted(words) if isinstance(value, (set, frozenset)) else words)
        if hasattr(value, "year"):
            return self.date(value)
        if isinstance(value, int) or hasattr(value, "is_integer"):
            number = float(value)  # type: ignore[arg-type]
            if abs(number) >= _LONGEST:
                return self._power_of_ten(number)
            if number.is_integer():
                # four digits may be a year, and no year has a thousands separator
                return self._decimal(number, "#,##0" if abs(number) >= 10_000 else "0")
            return self._decimal(number, "#,##0.##")
        return str(value)

    def _power_of_ten(self, number: float) -> str:
        if number in (float("inf"), -float("inf")):
            return self.decimals("∞" if number > 0 else "-∞")
        size = len(str(abs(int(number)))) - 1
        return f"{self._decimal(number / 10**size, '0.#')}×{self.digits('10')}{str(size).translate(_SUPERSCRIPT)}"

    def _short(self, amount: float) -> str:
        return self._decimal(amount, "#,##0.#" if abs(amount) < 100 else "#,##0")

    def _decimal(self, x: float, pattern: str) -> str:
        """A number by a pattern of Babel's, rounded half to even as there; a page writes a thousand of them."""
        if x - x != 0:  # infinity
            return self.decimals(str(x))
        percent, grouped = pattern.endswith("%"), "," in pattern
        places = pattern.rstrip("%").partition(".")[2]
        value = Decimal(repr(float(x))).scaleb(2) if percent else Decimal(repr(float(x)))
        text = f"{value:{',' if grouped else ''}.{len(places)}f}"
        for _ in range(places.count("#")):
            text = text.removesuffix("0")
        return self.decimals(text.removesuffix(".") + ("%" if percent else ""))


def _flat(document: Mapping[str, Any]) -> dict[str, str]:
    return {f"{family}.{code}": text for family, entries in document.items() for code, text in entries.items()}


def _silent(value: object) -> bool:
    if isinstance(value, (list, tuple, set, frozenset, Mapping)):
        return not value
    return _absent(value)


def _absent(value: object) -> bool:
    if isinstance(value, str):
        return not value
    return value is None or (isinstance(value, Hashable) and str(value) in {"nan", "NaT", "<NA>"})


@cache
def _place_names(language: str) -> dict[str, str]:
    if language == "en":
        return {}
    from engine.reference.tables import table

    counties, provinces = table("counties"), table("provinces")
    names = dict(zip(counties["county"], counties["name_fa"], strict=True))
    return names | dict(zip(provinces["province"], provinces["name_fa"], strict=True))


@cache
def _sector_titles(language: str) -> dict[str, str]:
    from engine.reference.tables import table

    isic = table("isic")
    column = isic[f"title_{language}"].fillna(isic["title_en"])
    return dict(zip(isic["code"], column, strict=True))
