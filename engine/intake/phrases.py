"""Read words that stand for codes: yes and no, status, causes, forms of deal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.codes import Code
from engine.domain.unit import Barrier, DealForm, Status
from engine.intake.lexicon import code_words, fillers, negations, nothing, stems
from engine.parsing.rejection import NoteCode, Refusal, RejectionCode, Remarked
from engine.parsing.text import compact, fold

HALF = 50.0
"""Percent of capacity below which a working unit counts as semi-active (the programme's own limit)."""

_PARTS = re.compile(r"[,;/|+\n\r•·،؛]| - | -|- | – ")
_LIST_NUMBER = re.compile(r"(?:(?<=^)|(?<=[\s,;،؛]))\(?(?:\d{1,2}|[اآبپجد]|الف)\s*[-.)]\s*")
_AND = re.compile(r" و | and | & ")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|درصد|percent)")
_BELOW = ("زیر", "کمتر", "پایین تر", "below", "under", "less")
_ABOVE = ("بالای", "بیش", "بیشتر", "بالاتر", "above", "over", "more")
_YEARS = re.compile(r"(?<!\d)(?:1[34]\d\d|19\d\d|20\d\d)(?!\d)")
_UNTIL = re.compile(
    r"(?:^|\s|-|,|\()(?:تا|الی|until|till|up to)\s+(?:[^\W\d_]+\s+){0,3}\d{2,4}(?!\s*(?:%|درصد|percent))"
)
"""«فعال تا سال ۱۳۹۸»: what held until then holds no more; «تا کنون» names no year."""

_NOT = ("نیست", "نیستند", "نمیباشد", "نمی", "not", "isnt", "no", "longer", "never")
_OPPOSITE = {Status.OPERATING.value: Status.IDLE.value, Status.IDLE.value: Status.OPERATING.value}
_AT_WORK = (Status.OPERATING.value, Status.SEMI_ACTIVE.value)
_BESIDE = (
    "ماه",
    "روز",
    "سالها",
    "چند",
    "و",
    "در",
    "به",
    "with",
    "from",
    "in",
    "of",
    "and",
    "year",
    "years",
    "month",
    "months",
)
_TROUBLES = ("bank_debt", "tax_debt", "social_security_debt", "seized_by_bank", "legal_dispute", "shareholder_dispute",
             "imports_smuggling", "war_or_disaster")  # fmt: skip
"""Causes that are there; the others are things that are wanting, so that "no market" names one."""

_DIFFICULTY = ("مشکل", "مشکلی", "مشکلات", "کمبود", "کمبودی", "مانع", "مانعی", "problem", "problems", "issue", "issues",
               "shortage", "lack", "difficulty")  # fmt: skip
_UNPAID = ("پرداخت", "بازپرداخت", "تسویه", "رفع", "حل", "توان", "توانایی", "paid", "settled", "resolved", "able")

_WORKING = ("فعال", "ظرفیت", "capacity", "activ", "operat", "working")


def read_flag(cell: object) -> bool | Remarked | Refusal:
    """Read yes or no; words behind it («بلی - بانک ملی») are remarked.

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
    word = _flag(folded)
    if word:
        return word == "yes"
    first, *others = _pieces(folded)
    word = _flag(first) if first in code_words("flag") and others else None
    contrary = {"yes", "no"} - {word}
    if word is None or any(_flag(other) in contrary for other in others):
        return Refusal(RejectionCode.NOT_A_FLAG)
    strange = [other for other in others if _flag(other) is None]
    return Remarked(word == "yes", NoteCode.PART_NOT_UNDERSTOOD, {"part": strange}) if strange else word == "yes"


def read_status(cell: object, asked: str | None = None) -> str | Remarked | Refusal:
    """Read the status of a unit; "working at 30 percent" is semi-active, since the limit is half of the capacity.

    What happened to a unit («احیا شده») is no status: the one it leaves is taken, with a remark, where it leaves one. A
    doubt («فعال؟») is refused, and "active until 1398" leaves an idle unit. A year beside a status is remarked.

    Parameters
    ----------
    cell
        Text.
    asked
        What a heading asks («فعال است؟», "Idle?"): the status that "yes" stands for.

    Examples
    --------
    >>> read_status("فعال زیر ۵۰ درصد ظرفیت"), read_status("نيمه‌فعال"), read_status("غیرفعال")
    ('semi_active', 'semi_active', 'idle')
    >>> read_status("غیرفعال از سال ۱۳۹۸").code.value
    'since_left_out'
    >>> read_status("revived").reading, read_status("offered").code.value, read_status("فعال تا ۱۳۹۸").reading
    ('operating', 'event_not_status', 'idle')
    >>> read_status("فعال ۳۰٪"), read_status("Active?").code.value
    ('semi_active', 'unknown_status')
    """
    text = fold(str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)).replace(
        "پنجاه درصد", "50 درصد"
    )
    read = _read_status(text, asked)
    years = _YEARS.findall(text) if read in (Status.IDLE, Status.SEMI_ACTIVE) else []
    return Remarked(read, NoteCode.SINCE_LEFT_OUT, {"part": years}) if years else read


def _read_status(text: str, asked: str | None) -> str | Remarked | Refusal:
    if asked is not None and (answer := _flag(text)) is not None:
        return asked if answer == "yes" else _OPPOSITE[asked]
    unknown = Refusal(RejectionCode.UNKNOWN_STATUS, {"allowed": list(Status)})
    if "?" in text:
        return unknown
    if (past := _UNTIL.search(text)) is not None:
        was = _status(text[: past.start()])
        idle = Remarked(Status.IDLE.value, NoteCode.STATUS_FROM_EVENT, {"taken": Status.IDLE})
        return idle if was in _AT_WORK else unknown
    known = _with_share(text)
    if known is None:
        known = _status(text)
    if known:
        return known
    event = code_words("event").get(compact(text))
    if event:
        refusal = Refusal(RejectionCode.EVENT_NOT_STATUS, {"allowed": list(Status)})
        return refusal if event == "none" else Remarked(event, NoteCode.STATUS_FROM_EVENT, {"taken": Status(event)})
    pieces = _pieces(text)
    read = [_with_share(piece) or _status(piece) for piece in pieces]
    found = {status for status in read if status}
    strange = [piece for piece, status in zip(pieces, read, strict=True) if status is None and not _says_nothing(piece)]
    if len(found) != 1 or any(map(_negated, strange)) or not (read[0] or not strange):
        return unknown
    status = found.pop()
    return Remarked(status, NoteCode.PART_NOT_UNDERSTOOD, {"part": strange}) if strange else status


def status_asked(heading: str) -> str | None:
    """What a heading of yes and no asks: the status that "yes" stands for.

    Examples
    --------
    >>> status_asked("Active?"), status_asked("راکد است؟"), status_asked("وضعیت") is None
    ('operating', 'idle', True)
    """
    known = _status(re.sub(r"^(?:ایا|is(?: it| the unit)?)\s+", "", fold(heading).strip("? ")))
    return known if known in _OPPOSITE else None


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
    text = _LIST_NUMBER.sub("\n", text)
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


def _flag(folded: str) -> str | None:
    return code_words("flag").get(compact(folded) or folded)


def _status(folded: str) -> str | None:
    """Status of a phrase, also without the words that change nothing; "is not working" is idle."""
    known = code_words("status").get(compact(folded))
    if known:
        return known
    if "(" in folded:  # words in brackets must change nothing either
        inside = re.findall(r"\(([^)]*)\)?", folded)
        if all(map(_says_nothing, inside)):
            return _status(re.sub(r"\([^)]*\)?", " ", folded).strip())
        return None
    words = [word for word in re.findall(r"[^\W\d_]+|\d+", folded.replace("'", "")) if not word.isdigit()]
    for dropped in (fillers("status"), fillers("status") - {"تولید"}):
        kept = [word for word in words if word not in dropped]
        negated = any(word in _NOT for word in kept)
        known = code_words("status").get(compact(" ".join(word for word in kept if word not in _NOT)))
        if known:
            break
    if known and negated:
        return Status.IDLE.value if known == Status.OPERATING else None
    return known


def _says_nothing(folded: str) -> bool:
    """Whether words beside a status change nothing: dates, «موقت», «از سال ۱۳۹۸»."""
    words = re.findall(r"[^\W\d_]+", folded)
    return "%" not in folded and all(word in fillers("status") or word in _BESIDE for word in words)


def _negated(folded: str) -> bool:
    return any(word in negations() for word in re.findall(r"[^\W\d_]+", folded))


def _with_share(text: str) -> str | None:
    """Status of a phrase with a share of capacity; a word that says more than "at work" goes before the share."""
    if _PERCENT.search(text) is None:
        return None
    word = _status(re.sub(r"\(\s*\)", "", _PERCENT.sub(" ", text)).strip())
    return word if word is not None and word != Status.OPERATING else _working_share(text)


def _working_share(text: str) -> str | None:
    """«فعال با ۳۰ درصد ظرفیت», and a bare «زیر ۵۰ درصد»: the words beside the share must not contradict it."""
    percent = _PERCENT.search(text)
    if percent is None or "غیر" in text or any(word in _NOT for word in re.findall(r"[^\W\d_]+", text)):
        return None
    below, above = any(word in text for word in _BELOW), any(word in text for word in _ABOVE)
    if not (below or above or any(word in text for word in _WORKING)):
        return None
    share = float(percent[1])
    if (below and share > HALF) or (above and share < HALF):
        return None  # the share may lie on either side of the limit
    semi = share <= HALF if below else share < HALF
    if share == 0:
        return None if below or above else Status.IDLE.value
    return Status.SEMI_ACTIVE.value if semi else Status.OPERATING.value


def _pieces(folded: str) -> list[str]:
    return [piece.strip() for piece in re.split(r"[,;/()|:-]| و ", folded) if piece.strip()] or [folded]


def _phrase(folded: str, family: str) -> str | None:
    return code_words(family).get(compact(folded))


def _by_stem(folded: str, family: str) -> str | None:
    words = re.findall(r"\w+", folded)
    negated = _negated(folded)
    if family != "cause":
        hits = {code_words(family)[compact(word)] for word in words if compact(word) in code_words(family)}
        return hits.pop() if len(hits) == 1 and not negated else None
    for code, group in stems():
        if all(_has(stem, words) for stem in group):
            return None if negated and _denied(code, words) else code
    return None


def _denied(code: str, words: list[str]) -> bool:
    """Whether a negation takes a cause away: «بدهی بانکی ندارد» does, «بازار ندارد» is a cause itself."""
    if any(word in _DIFFICULTY for word in words):
        return True
    return code in _TROUBLES and not any(word in _UNPAID for word in words)


def _has(stem: str, words: list[str]) -> bool:
    return any(word.startswith(stem[:-1]) for word in words) if stem.endswith("*") else stem in words
