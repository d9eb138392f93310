"""Recognise what a column is from its heading, in either language."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from engine.domain.unit import FIELDS, Field
from engine.parsing.text import fold

SIMILARITY = 0.9
"""Heading and alias this alike (Ratcliff-Obershelp) are one word misspelt; assumed, the tests show cases."""

BARE = 0.72
"""Score of a heading that says too little and is taken only where no other column claims the field."""

LONGEST = 40
"""A longer heading is a sentence; it is not compared letter by letter."""

_JOINED = re.compile(r"(?<=[a-z]{2})(?=[A-Z][a-z])")
"""Where two words are written as one: ``UnitName``."""

_EARLIER = re.compile(r"(?<![^\W\d_])(?:rev(?:ision)?|ver(?:sion)?|v|ویرایش)\W*(?:[23]|دوم|سوم)(?!\d)")

_NO_FIELDS = ("personal", "counting", "persons")
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]?")
_UNIT_TAIL = re.compile(
    r"\s*(?:-|,|:)?\s*(?:(?:به|بر حسب|برحسب|in)\s+)?(?:(?:هزار|میلیون|میلیارد|thousand|million|billion|mn|bn|m|b)\s+)*"
    r"(?:ریال|تومان|همت|rials?|tomans?|irr|irt|نفر|متر مربع|مترمربع|هکتار|کیلووات|درصد|m2|sqm|kw|ha|%)\s*\.?\s*$"
)


@dataclass(frozen=True, slots=True)
class Match:
    """What a heading may stand for.

    Parameters
    ----------
    field
        Name of a `Field`, or ``serial`` or ``personal``.
    score
        1 for a known heading, less for a looser likeness.
    """

    field: str
    score: float

    @property
    def sure(self) -> bool:
        """Whether the heading says it all: «اشتغال» alone does not say when, «سرمایه گذاری» not whether it was made."""
        return self.score > BARE


def fields_named(levels: tuple[str, ...]) -> tuple[Match, ...]:
    """Fields that a heading may stand for, best first.

    Parameters
    ----------
    levels
        Group labels and the heading itself, top first; equal neighbours are one.

    Examples
    --------
    >>> fields_named(("بدهی‌ها", "مالیاتی (میلیون تومان)"))[0].field, fields_named(("Land (m2)",))[0].field
    ('tax_debt_rial', 'land_m2')
    >>> fields_named(("تلفن همراه مدیرعامل",))[0].field
    'personal'
    """
    return _matches(tuple(fold(_JOINED.sub(" ", level)) for level in levels if level.strip()))


def counts_units(heading: str) -> bool:
    """Whether a heading says that each line of its table counts units.

    Examples
    --------
    >>> counts_units("تعداد واحدهای راکد"), counts_units("n_units"), counts_units("نام واحد")
    (True, True, False)
    """
    tokens = _tokens(_bare(fold(heading)))
    return any(
        _all_stand(tuple(tuple(fold(word) for word in group) for group in groups), tokens)
        for groups in _document()["counting"]["patterns"]
    )


def names_persons(levels: tuple[str, ...]) -> bool:
    """Whether a heading that no field knows speaks of persons, such as investors or who signed.

    Examples
    --------
    >>> names_persons(("نام سرمایه‌گذار",)), names_persons(("investor_name",)), names_persons(("شمار طبقات",))
    (True, True, False)
    """
    tokens = _tokens(_bare(fold(" ".join(levels))))
    return any(_stands(fold(word), tokens) for word in _document()["persons"]["words"])


def nearest_field(levels: tuple[str, ...]) -> str | None:
    """The field whose aliases come nearest to a heading that was not recognised; ``None`` where nothing is near.

    Examples
    --------
    >>> nearest_field(("شهرستانک",))
    'county'
    """
    label = _bare(fold(levels[-1]) if levels else "")
    return _nearest_field(label.replace(" ", ""))


@cache
def _nearest_field(compacted: str) -> str | None:
    fields = {name: field for name, field in _compact_aliases().items() if field in FIELDS}  # a line number is none
    close = difflib.get_close_matches(compacted, list(fields), n=1, cutoff=0.6)
    return fields[close[0]] if close else None


@dataclass(frozen=True, slots=True)
class _Alias:
    patterns: tuple[tuple[tuple[str, ...], ...], ...]
    none: tuple[str, ...]
    bare: frozenset[str]


@cache
def _matches(levels: tuple[str, ...]) -> tuple[Match, ...]:
    if not levels:
        return ()
    last, joined = _bare(levels[-1]), _bare(" ".join(levels))
    if not last and len(levels) > 1:  # the lowest line holds the unit only
        last = _bare(levels[-2])
    if _is_personal(joined, last):
        return (Match("personal", 0.8),)
    best: dict[str, float] = {}
    worded = re.sub(r"[\W_]+", " ", levels[-1].replace("%", " percent ")).strip()
    for candidate, worth in ((joined, 1.0), (last, 0.97), (worded, 0.96)):
        for field, score in _scores(candidate):
            best[field] = max(best.get(field, 0.0), score * worth)
    best |= {field: max(best.get(field, 0.0), 0.93) for field in _said_twice(levels[-1])}
    if "isic" in best and _EARLIER.search(worded):
        best["isic"] *= 0.9  # a column of codes of Rev. 4 goes before it
    whole, grouped = _tokens(worded), _tokens(re.sub(r"[\W_]+", " ", " ".join(levels)).strip())
    allowed = {
        field: score
        for field, score in best.items()
        if not _forbidden(field, grouped if field == Field.STATUS else whole)  # «پروانه» above «وضعیت»
    }
    return tuple(Match(field, score) for field, score in sorted(allowed.items(), key=lambda item: -item[1]))


def _said_twice(heading: str) -> set[str]:
    """The field of a heading that says one thing twice, perhaps in two languages: «زمین / Land (m2)»."""
    parts = [part for text in re.split(r"[/|\n]", _BRACKETS.sub(" ", heading)) if (part := _bare(text))]
    if len(parts) < 2:
        return set()
    tops = [{field for field, score in _scores(part) if score >= 0.9} for part in parts]
    shared = set.intersection(*tops)
    two_scripts = len({part.isascii() for part in parts}) == 2
    named = [top for top in tops if top]
    return shared or (named[0] if two_scripts and len(named) == 1 else set())


def _scores(label: str) -> list[tuple[str, float]]:
    tokens = _tokens(label)
    compacted = label.replace(" ", "")
    found = []
    for field, alias in _aliases().items():
        if any(_stands(word, tokens) for word in alias.none):
            continue
        if _exact().get((field, compacted)):
            found.append((field, 1.0))
        elif compacted in alias.bare:
            found.append((field, BARE))
            if field == Field.JOBS_BEFORE_STOP:
                found.append((Field.JOBS_NOW.value, 0.7))
        else:
            size = max((len(groups) for groups in alias.patterns if _all_stand(groups, tokens)), default=0)
            if size:
                found.append((field, 0.85 + 0.03 * min(size, 3)))
    if not found and 6 <= len(compacted) <= LONGEST:
        close = difflib.get_close_matches(compacted, list(_compact_aliases()), n=1, cutoff=SIMILARITY)
        found = [(_compact_aliases()[name], 0.8) for name in close]
        found = [(field, score) for field, score in found if not _forbidden(field, tokens)]
    return found


def _forbidden(field: str, tokens: frozenset[str]) -> bool:
    alias = _aliases().get(field)
    return alias is not None and any(_stands(word, tokens) for word in alias.none)


def _bare(label: str) -> str:
    without = _UNIT_TAIL.sub("", _BRACKETS.sub(" ", label).strip()) if label else ""
    plain = re.sub(r"[\W_]+", " ", without).strip()
    return re.sub(r" (?:fa|en)$", "", plain)


def _tokens(label: str) -> frozenset[str]:
    words = label.split()
    pairs = (words[i] + words[i + 1] for i in range(len(words) - 1))
    triples = (words[i] + words[i + 1] + words[i + 2] for i in range(len(words) - 2))
    return frozenset((*words, *pairs, *triples))


def _stands(word: str, tokens: frozenset[str]) -> bool:
    if word.endswith("*"):
        return any(token.startswith(word[:-1]) for token in tokens)
    return word.replace(" ", "") in tokens


def _all_stand(groups: tuple[tuple[str, ...], ...], tokens: frozenset[str]) -> bool:
    return all(any(_stands(word, tokens) for word in group) for group in groups)


def _is_personal(joined: str, last: str) -> bool:
    document = _document()["personal"]
    if any(_bare(fold(words)) in (joined, last) for words in document["unless"]):
        return False
    tokens = _tokens(joined)
    if _stands("شناسه ملی", _tokens(last)):
        return False
    return any(_stands(_bare(fold(word)), tokens) for word in document["words"]) or last in ("کد ملی", "کدملی")


@cache
def known_headings() -> frozenset[str]:
    """Folded names of all fields, as headings have them.

    Examples
    --------
    >>> "نام واحد" in known_headings(), "jobs now" in known_headings(), "زرزیران" in known_headings()
    (True, True, False)
    """
    return frozenset(
        fold(name) for family, entry in _document().items() if family not in _NO_FIELDS for name in entry["names"]
    )


@cache
def heading_words() -> frozenset[str]:
    """Single words that headings of fields are made of.

    Examples
    --------
    >>> "پروانه" in heading_words(), "جریب" in heading_words()
    (True, False)
    """
    entries = [entry for family, entry in _document().items() if family != "personal"]
    texts = [text for entry in entries for key in ("names", "bare", "none", "words") for text in entry.get(key, ())]
    texts += [
        word.rstrip("*")
        for entry in entries
        for groups in entry.get("patterns", ())
        for group in groups
        for word in group
    ]
    return frozenset(word for text in texts for word in re.findall(r"[^\W\d_]+", fold(text)))


@cache
def _document() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((resources.files(__package__) / "aliases.toml").read_text("utf-8"))


@cache
def _aliases() -> dict[str, _Alias]:
    return {
        field: _Alias(
            patterns=tuple(
                tuple(tuple(fold(word) for word in group) for group in groups) for groups in entry.get("patterns", [])
            ),
            none=tuple(fold(word) for word in entry.get("none", [])),
            bare=frozenset(_bare(fold(name)).replace(" ", "") for name in entry.get("bare", [])),
        )
        for field, entry in _document().items()
        if field not in _NO_FIELDS
    }


@cache
def _exact() -> dict[tuple[str, str], bool]:
    own = {(field.value, re.sub(r"[\W_]+", "", field.value)): True for field in Field}
    return own | {
        (field, compacted): True
        for field, entry in _document().items()
        if field not in _NO_FIELDS
        for name in entry["names"]
        if (compacted := re.sub(r"[\W_]+", "", fold(name)))
    }


@cache
def _compact_aliases() -> dict[str, str]:
    return {compacted: field for field, compacted in reversed(list(_exact())) if len(compacted) > 1}
