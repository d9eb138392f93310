"""What the plan of an event's meetings is made from beside shortlists: units that were asked for, and languages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from engine.domain.mandate import Mandate
from engine.domain.request import RequestKind, RequestState
from engine.domain.unit_wishes import Side, UnitWishes
from engine.matching.book import UnitBook
from engine.matching.reasons import why_not
from engine.meetings.day import MeetingDay

if TYPE_CHECKING:
    from engine.store import Register


def asked_units(register: Register) -> pd.DataFrame:
    """Who asked to meet what, and did not take it back: ``mandate_id, unit_id``, where the id is the asker's."""
    found = [
        (one.owner, one.unit_id)
        for one in register.requests()
        if one.kind is RequestKind.MEETING and one.state is not RequestState.WITHDRAWN
    ]
    return pd.DataFrame(found, columns=["mandate_id", "unit_id"]).drop_duplicates(ignore_index=True)


def with_asked(
    wishes: pd.DataFrame, book: UnitBook, mandates: Sequence[Mandate], asked: pd.DataFrame | None
) -> pd.DataFrame:
    """Wishes with those that investors asked for, each marked.

    Parameters
    ----------
    wishes
        ``guest, host, fit``.
    book, mandates
        What is on offer, and what each investor wants.
    asked
        As `asked_units` gives it.

    Returns
    -------
    pandas.DataFrame
        ``guest, host, fit, asked``, by investor.
    """
    own: dict[str, list[Mandate]] = {}
    for one in mandates:
        own.setdefault(one.id, []).append(one)
    pairs = [] if asked is None else list(asked[["mandate_id", "unit_id"]].astype(str).itertuples(False, None))
    pairs = [(guest, unit) for guest, unit in pairs if guest in own and book.row_of(unit) is not None]
    listed = set(zip(wishes["guest"], wishes["host"], strict=True))
    fits = [
        (guest, unit, [why_not(book, one, unit).fit for one in own[guest]])
        for guest, unit in pairs
        if (guest, unit) not in listed
    ]
    beside = [
        (guest, unit, max(fit for fit in found if fit is not None))
        for guest, unit, found in fits
        if any(fit is not None for fit in found)
    ]
    more = pd.DataFrame(beside, columns=["guest", "host", "fit"])
    whole = pd.concat([one for one in (wishes, more) if len(one)]) if beside else wishes
    whole = whole.sort_values("guest", key=lambda column: column.map(list(own).index), kind="stable")
    marked = pd.MultiIndex.from_frame(whole[["guest", "host"]]).isin(pairs)
    return whole.assign(asked=marked).reset_index(drop=True)


def languages_spoken(
    day: MeetingDay, mandates: Sequence[Mandate], stated: pd.DataFrame | None, units: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Languages of investors, and of units by what the owner states, else the bank, else the day says of all.

    Parameters
    ----------
    day, mandates
        The day, and what each investor wants.
    stated
        What owners and banks want: ``unit_id, side, wishes``.
    units
        Units that somebody wishes to meet.

    Returns
    -------
    dict
        Id -> ISO 639 codes, of those who say which they speak.
    """
    found: dict[str, tuple[str, ...]] = {}
    for mandate in mandates:
        if mandate.languages:
            found[mandate.id] = tuple(dict.fromkeys((*found.get(mandate.id, ()), *mandate.languages)))
    spoken: dict[str, tuple[str, ...]] = {}
    if stated is not None:
        rows = stated.sort_values("side", key=lambda side: side.astype(str) == Side.OWNER.value, kind="stable")
        said: list[tuple[str, UnitWishes]] = list(zip(rows["unit_id"], rows["wishes"], strict=True))
        spoken = {unit: one.languages for unit, one in said if one.languages}
    return found | {str(unit): says for unit in units if (says := spoken.get(str(unit), day.languages))}


def no_common_language(languages: Mapping[str, Collection[str]], guest: str, host: str) -> bool:
    """Whether two who both say which languages they speak share none.

    Examples
    --------
    >>> spoken = {"fund": ["en", "tr"], "u-1": ["fa"], "u-2": ["fa", "tr"]}
    >>> [no_common_language(spoken, "fund", unit) for unit in ("u-1", "u-2", "u-3")]
    [True, False, False]
    """
    ours, theirs = languages.get(guest, ()), languages.get(host, ())
    return bool(ours) and bool(theirs) and not {*ours} & {*theirs}
