"""How the office answers investors, and how investors answer their lists, over the last 90 days.

An investor sees its own figure, and the office's as it is published: neither moves with what one other asked or said
(docs/decisions/0048-two-sides.md). The office sees both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from engine.domain.request import LEVEL_DAYS
from engine.matching.responsiveness import ALIKE_FROM, Responsiveness, drawn, responsiveness
from engine.settings import Settings
from engine.store import Register, StoredList
from engine.store.clock import utc
from serving.desk.requests import WINDOW, RequestFigures, days_between
from serving.desk.workspace import open_register

ANSWER_DAYS = float(LEVEL_DAYS)
"""Days after which a list that nobody answered counts as not answered: as long as the office has by default."""


@dataclass(frozen=True, slots=True)
class Answering:
    """How an investor answers its lists.

    Parameters
    ----------
    owner
        The investor, as its lists are kept for.
    figure
        Lists answered, and how soon: a list counts from the day on which it was made.
    alike
        Whether many answers are all of one kind and reason: they say nothing of what it wants, and move no weight.
    """

    owner: str
    figure: Responsiveness
    alike: bool


def office_figure(found: RequestFigures) -> float | None:
    """How the office answers, from figures that may be shown: share in time and middle of the days.

    ``None`` wherever one of them is. It rests on nothing else, so that it tells no reader more than they do.
    """
    if found.in_time is None or found.median_days is None or found.due is None:
        return None
    level = found.level.days
    return drawn(found.in_time, level / (level + max(found.median_days, 0.0)), found.due)


def investors_answering(register: Register, now: datetime, owner: str | None = None) -> tuple[Answering, ...]:
    """How each investor, or one, answers its lists, by name. For the office, or for the investor itself.

    Parameters
    ----------
    register
        The register.
    now
        The moment.
    owner
        Of this investor alone.
    """
    said = register.lists.reactions(owner)
    if owner is not None:
        said = said.assign(owner=owner)
    by_owner: dict[str, list[StoredList]] = {}
    for one in register.lists(owner):
        if one.made_at > utc(now - WINDOW) and one.shown:
            by_owner.setdefault(one.owner, []).append(one)
    return tuple(
        Answering(name, _figure(lists, said, now), _alike(said[said["owner"] == name]))
        for name, lists in sorted(by_owner.items())
    )


def investors_answering_here(settings: Settings, now: datetime) -> tuple[Answering, ...]:
    """The same in a workspace."""
    with open_register(settings) as register:
        return investors_answering(register, now)


def _figure(lists: Iterable[StoredList], said: pd.DataFrame, now: datetime) -> Responsiveness:
    first = said.drop_duplicates("list_id", keep="first").set_index("list_id")["made_at"]
    took: list[float | None] = []
    for one in lists:
        if one.list_id in first.index:
            took.append(days_between(one.made_at, pd.Timestamp(first[one.list_id]).to_pydatetime()))
        elif days_between(one.made_at, now) > ANSWER_DAYS:
            took.append(None)
    return responsiveness(took, level=ANSWER_DAYS)


def _alike(said: pd.DataFrame) -> bool:
    last = said.drop_duplicates("unit_id", keep="last")
    return len(last) >= ALIKE_FROM and len(last[["kind", "reason"]].drop_duplicates()) == 1
