"""Codes of ISIC Rev. 3 and 3.1 are translated by the correspondence of the United Nations, never read as Rev. 4."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import pandas as pd

from engine.intake.sectors import is_isic, read_sector
from engine.parsing.rejection import NoteCode, Refusal, RejectionCode, Remarked
from engine.parsing.text import fold
from engine.reference.tables import table

_SAID = re.compile(
    r"(?:rev(?:ision)?|ver(?:sion)?|v|ویرایش|نسخه|بازنگری|تجدید ?نظر)\W*(3\W?1|[234]|دوم|سوم|چهارم)(?!\d)"
)
_GLUED = re.compile(r"(?:isic|ایسیک|ای سیک)\W*(3\W?1|[234])(?!\d)")
_WORDS = {"دوم": "2", "سوم": "3", "چهارم": "4"}
_CODE = re.compile(r"(?:[a-q])?\W*(\d{2,4})(?:\W?0)?")
_OLD = ("2", "3", "3.1")


def revision_of(levels: tuple[str, ...], codes: Iterable[object] = ()) -> str:
    """Revision of ISIC that a heading names: ``2``, ``3``, ``3.1`` or ``4``; 4 where it names none.

    ``isic2`` and ``isic3`` name revisions only where a code below them is longer than so many digits.

    Examples
    --------
    >>> revision_of(("کد ISIC Rev.3",)), revision_of(("ISIC 3.1 code",), ["1511"]), revision_of(("آیسیک ویرایش سوم",))
    ('3', '3.1', '3')
    >>> revision_of(("isic2",), ["10", "25"]), revision_of(("ISIC Rev. 4",)), revision_of(("کد فعالیت",))
    ('4', '4', '4')
    """
    text = fold(" ".join(levels)).replace("_", " ")
    said = _SAID.search(text)
    if said is not None:
        return _named(said[1])
    glued = _GLUED.search(text)
    if glued is None or glued[1] == "4":
        return "4"
    digits = [len(re.sub(r"\D", "", re.sub(r"\.0$", "", str(code)))) for code in codes]
    return _named(glued[1]) if not digits or max(digits) > int(glued[1][0]) else "4"


def is_old(revision: str) -> bool:
    """Whether codes of a revision have to be translated.

    Examples
    --------
    >>> is_old("3.1"), is_old("4")
    (True, False)
    """
    return revision in _OLD


def read_old_isic(cell: object, revision: str) -> Remarked | Refusal:
    """Translate a code of an earlier revision; all that stand in one group or division of Rev. 4 become that.

    Returns
    -------
    Remarked or Refusal
        The code of Rev. 4, or an empty one where several divisions follow on it or none is known (``isic_kept_aside``);
        ``unknown_isic`` for what is no code.

    Examples
    --------
    >>> read_old_isic("1511", "3").reading, read_old_isic(2691.0, "3").reading, read_old_isic("151", "3.1").reading
    ('1010', '239', '10')
    >>> read_old_isic("1551", "3").code.value, read_old_isic("1511", "2").code.value
    ('isic_kept_aside', 'isic_kept_aside')
    """
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else fold(str(cell)).strip()
    found = _CODE.fullmatch(text)
    if found is None:
        sector = read_sector(text) if not re.search(r"\d", text) else None
        return (
            Remarked(sector, NoteCode.SECTOR_FROM_WORDS, {"taken": sector})
            if sector
            else Refusal(RejectionCode.UNKNOWN_ISIC, {"nearest": []})
        )
    targets = targets_of(found[1]) if revision != "2" else ()
    common = _common(targets)
    if common is None:
        return Remarked("", NoteCode.ISIC_KEPT_ASIDE, {"revision": revision, "allowed": list(targets) or ["-"]})
    return Remarked(common, NoteCode.ISIC_TRANSLATED, {"revision": revision, "taken": common})


def targets_of(code: str) -> tuple[str, ...]:
    """Codes of Rev. 4 that follow on a code of Rev. 3 or 3.1 of two to four digits.

    Examples
    --------
    >>> targets_of("1551"), targets_of("9999")
    (('1101', '2011'), ())
    """
    padded = (code, f"0{code}") if len(code) < 4 else (code,)
    for one in padded:
        known = [targets for old, targets in _correspondence().items() if old.startswith(one)]
        if known:
            return tuple(dict.fromkeys(target for targets in known for target in targets))
    return ()


def disagreeing(codes: pd.Series, words: pd.Series) -> pd.Series:
    """Rows whose code and whose words name different divisions.

    Parameters
    ----------
    codes
        Codes of Rev. 4, index: rows.
    words
        Lines of activity in words, index: rows.

    Returns
    -------
    pandas.Series
        Code that the words mean, index of the rows that disagree.

    Examples
    --------
    >>> disagreeing(pd.Series(["1511", "10"], index=[4, 5]), pd.Series(["آرد", "آرد"], index=[4, 5])).to_dict()
    {4: '10'}
    """
    both = codes.index.intersection(words.index)
    texts = words.loc[both].astype(object)
    meant = texts.map({text: read_sector(str(text)) for text in texts.unique()})
    differ = meant.notna() & (meant.str.slice(0, 2) != codes.loc[both].astype(object).str.slice(0, 2))
    return meant[differ.to_numpy(dtype=bool)]


def _common(targets: tuple[str, ...]) -> str | None:
    if not targets:
        return None
    shared = [targets[0][:length] for length in (4, 3, 2) if len({target[:length] for target in targets}) == 1]
    return next((code for code in shared if is_isic(code)), None)


def _named(text: str) -> str:
    return _WORDS.get(text) or ("3.1" if len(text) > 1 else text)


@cache
def _correspondence() -> dict[str, tuple[str, ...]]:
    rows = table("isic_revisions")
    return {str(code): tuple(own) for code, own in rows.groupby("code", sort=True)["isic"]}
