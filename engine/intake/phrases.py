"""Read words that stand for codes: yes and no, status, causes, forms of deal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.codes import Code
from engine.domain.rejection import NoteCode, Refusal, RejectionCode, Remarked
from engine.domain.unit import Barrier, DealForm, Status
from engine.intake.lexicon import codes, nothing, stems
from engine.text import compact, fold

HALF = 50.0
"""Percent of capacity below which a working unit counts as semi-active (the programme's own limit)."""

_PARTS = re.compile(r"[,;/|+\n\r•·،؛]| - | -|- | – ")
_LIST_NUMBER = re.compile(r"(^|[\n,;،؛])\s*\(?\d{1,2}\s*[-.)]\s*")
_AND = re.compile(r" و | and | & ")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|درصد|percent)")
_BELOW = ("زیر", "کمتر", "below", "under", "less")


def read_flag(cell: object) -> bool | Refusal:
    """Read yes or no.

    Examples
    --------
    >>> read_flag("بلی"), read_flag("✓"), read_flag(0.0), read_flag("شاید").code.value
    (True, True, False, 'not_a_flag')
    """
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    folded = fold(str(cell))
    word = codes("flag").get(compact(folded) or folded)
    return Refusal(RejectionCode.NOT_A_FLAG) if word is None else word == "yes"


def read_status(cell: object) -> str | Refusal:
    """Read the status of a unit; "working at 30 percent" is semi-active, since the limit is half of the capacity.

    Examples
    --------
    >>> read_status("فعال زیر ۵۰ درصد ظرفیت"), read_status("نيمه‌فعال"), read_status("غیرفعال")
    ('semi_active', 'semi_active', 'idle')
    """
    text = fold(str(cell))
    known = codes("status").get(compact(text)) or codes("status").get(compact(re.sub(r"\(.*?\)", "", text)))
    if known:
        return known
    percent = _PERCENT.search(text)
    if percent and ("فعال" in text or "ظرفیت" in text or "capacity" in text or "activ" in text or "operat" in text):
        share = float(percent[1])
        semi = share <= HALF if any(word in text for word in _BELOW) else share < HALF
        return Status.SEMI_ACTIVE.value if semi else Status.OPERATING.value
    parts = {codes("status").get(compact(part)) for part in re.split(r"[,;/()-]| و ", text) if part.strip()}
    if len(parts) == 1 and None not in parts:
        return str(parts.pop())
    return Refusal(RejectionCode.UNKNOWN_STATUS, {"allowed": list(Status)})


def read_causes(cell: object) -> str | Remarked | Refusal:
    """Read a list of causes: sorted codes joined by ``;``.

    «و» joins two causes only where both sides are causes of their own: «قطع برق و گاز» is one.

    Examples
    --------
    >>> read_causes("فرسودگی ماشین آلات و بدهی بانکی"), read_causes("قطع برق و گاز، نبود بازار")
    ('bank_debt;machinery_obsolete', 'market_demand;utilities')
    """
    return _listed(cell, "cause", RejectionCode.UNKNOWN_CAUSE, list(Barrier))


def read_deal_forms(cell: object) -> str | Remarked | Refusal:
    """Read a list of forms of deal: sorted codes joined by ``;``.

    Examples
    --------
    >>> read_deal_forms("اجاره یا مشارکت")
    'joint_venture;lease'
    """
    return _listed(cell, "deal_form", RejectionCode.UNKNOWN_DEAL_FORM, list(DealForm))


def _listed(cell: object, family: str, code: RejectionCode, allowed: Sequence[Code]) -> str | Remarked | Refusal:
    text = re.sub(r" یا | or ", ",", str(cell) if "\n" in str(cell) else fold(str(cell)))
    found: set[str] = set()
    strange: list[str] = []
    text = _LIST_NUMBER.sub(r"\1", text)
    for part in [text] if _phrase(fold(text), family) else _PARTS.split(text):
        known, unknown = _read_part(part, family)
        found |= known
        strange += unknown
    if not found:
        return Refusal(code, {"allowed": allowed})
    joined = ";".join(sorted(found))
    return Remarked(joined, NoteCode.PART_NOT_UNDERSTOOD, {"part": strange}) if strange else joined


def _read_part(part: str, family: str) -> tuple[set[str], list[str]]:
    folded = fold(part).strip(" .:*-")
    if not folded or folded in nothing():
        return set(), []
    if "-" in folded and not _phrase(folded, family):
        pieces = [_part(piece.strip(), family) for piece in folded.split("-") if piece.strip()]
        if pieces and all(pieces):
            return set().union(*pieces), []
    known = _part(folded, family)
    return known, [] if known else [part.strip()]


def _part(folded: str, family: str) -> set[str]:
    whole = _phrase(folded, family)
    if whole:
        return {whole}
    pieces = [piece for piece in _AND.split(folded) if piece.strip()]
    if len(pieces) > 1:
        read = [_phrase(piece, family) or _by_stem(piece, family) for piece in pieces]
        if all(read):
            return {code for code in read if code}
    stem = _by_stem(folded, family)
    return {stem} if stem else set()


def _phrase(folded: str, family: str) -> str | None:
    return codes(family).get(compact(folded))


def _by_stem(folded: str, family: str) -> str | None:
    words = re.findall(r"\w+", folded)
    if family != "cause":
        hits = {codes(family)[compact(word)] for word in words if compact(word) in codes(family)}
        return hits.pop() if len(hits) == 1 else None
    for code, group in stems():
        if all(_has(stem, words) for stem in group):
            return code
    return None


def _has(stem: str, words: list[str]) -> bool:
    return any(word.startswith(stem[:-1]) for word in words) if stem.endswith("*") else stem in words
