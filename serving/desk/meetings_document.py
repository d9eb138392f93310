"""A plan of meetings as plain JSON, and back: what was changed by hand so that it holds together no more is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.meetings.day import MeetingDay
from engine.meetings.planning import MeetingPlan, Unmet
from engine.meetings.timetable import NOWHERE
from serving.desk.meetings import Gone, PlannedMeetings

FORMAT = 1
"""Version of the document of a plan."""

_PAIR, _MEETING = ["guest", "host"], ["guest", "host", "slot", "table", "third"]
_FRAMES = {
    "meetings": _MEETING,
    "before": _MEETING,
    "cancelled": _MEETING,
    "unmet": [*_PAIR, "why"],
    "wishes": [*_PAIR, "fit", "asked"],
    "blocking": _PAIR,
}
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, OverflowError)
_MISSING = {"slot": None, "table": 1, "third": NOWHERE, "asked": False}  # of plans that were written before these were


def meetings_document(planned: PlannedMeetings) -> dict[str, Any]:
    """A plan as plain JSON; `read_plan` takes it back."""
    plan = planned.plan
    return {
        "format": FORMAT,
        "version": planned.version,
        "as_of": planned.as_of.date().isoformat(),
        "synthetic": planned.synthetic,
        "day": planned.day.document,
        "names": dict(planned.names),
        "gone": [{"who": one.who, "since": one.since} for one in planned.gone],
        "proven": plan.proven,
        "moved": plan.moved,
        "blocking": plan.blocking.to_dict("records"),
        "meetings": plan.meetings.to_dict("records"),
        "unmet": plan.unmet.to_dict("records"),
        "wishes": planned.wishes.to_dict("records"),
        "languages": {party: list(spoken) for party, spoken in planned.languages.items()},
        "before": planned.before.to_dict("records"),
        "cancelled": planned.cancelled.to_dict("records"),
    }


def read_plan(path: Path) -> PlannedMeetings:
    """Read a plan that was written as JSON.

    Raises
    ------
    EhyaError
        ``file_not_found``; ``meetings_unreadable`` for what is no plan, or one that somebody changed by hand so that it
        holds together no more.
    """
    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
    try:
        return _checked(json.loads(path.read_text("utf-8-sig")))
    except _BROKEN as error:
        raise EhyaError(ErrorCode.MEETINGS_UNREADABLE, given=str(path), reason=str(error)) from error


def plan_of(document: Mapping[str, Any], *, given: str) -> PlannedMeetings:
    """The plan that a document holds.

    Parameters
    ----------
    document
        As `meetings_document` gives it.
    given
        What it is called where it is refused.

    Raises
    ------
    EhyaError
        ``meetings_unreadable``, as `read_plan`.
    """
    try:
        return _checked(document)
    except _BROKEN as error:
        raise EhyaError(ErrorCode.MEETINGS_UNREADABLE, given=given, reason=str(error)) from error


def _checked(stated: Any) -> PlannedMeetings:
    planned = _read(stated)
    _check(planned)
    return planned


def _read(stated: Any) -> PlannedMeetings:
    if stated["format"] != FORMAT:
        raise ValueError(f"format {stated['format']}")
    found = {name: _frame(stated[name], columns) for name, columns in _FRAMES.items()}
    proven, moved = bool(stated["proven"]), int(stated["moved"])
    return PlannedMeetings(
        MeetingDay.read(stated["day"]),
        {str(one): str(name) for one, name in stated["names"].items()},
        found["wishes"],
        MeetingPlan(found["meetings"], found["unmet"], found["blocking"], proven, moved),
        tuple(Gone(str(one["who"]), int(one["since"])) for one in stated["gone"]),
        int(stated["version"]),
        found["before"],
        found["cancelled"],
        pd.Timestamp(stated["as_of"]),
        bool(stated["synthetic"]),
        {str(party): tuple(map(str, spoken)) for party, spoken in stated.get("languages", {}).items()},
    )


def _frame(rows: list[Mapping[str, Any]], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns)
    kinds = {"slot": "int64", "table": "int64", "third": "int64", "fit": "float64", "asked": "bool"}
    for column in columns:
        if (instead := _MISSING.get(column)) is not None:
            frame[column] = frame[column].fillna(instead)
    return frame.astype({column: kind for column, kind in kinds.items() if column in columns})


def _check(planned: PlannedMeetings) -> None:
    """Refuse what no plan of Ehya's could be, with the place."""
    day, names = planned.day, planned.names
    frames = {"before": planned.before, "cancelled": planned.cancelled, "meetings": planned.plan.meetings}
    for name, frame in frames.items():
        for column, first, last in (("slot", 0, len(day.slots) - 1), ("third", NOWHERE, len(day.third) - 1)):
            _among(f"{name}.{column}", frame[column], frame[column].between(first, last))
        tables = day.tables if name == "meetings" else frame["table"]
        _among(f"{name}.table", frame["table"], (frame["table"] >= 1) & (frame["table"] <= tables))
        _among(f"{name}.guest, host", frame["guest"], ~frame.duplicated(_PAIR))
    met = planned.plan.meetings
    for party in ("guest", "host", "table"):
        _among(f"meetings.{party}, slot", met[party], ~met.duplicated([party, "slot"]))
    for name, frame in (frames | {"unmet": planned.plan.unmet, "wishes": planned.wishes}).items():
        for side in _PAIR:
            _among(f"{name}.{side}", frame[side], frame[side].isin(names))
    _among("unmet.why", planned.plan.unmet["why"], planned.plan.unmet["why"].isin([why.value for why in Unmet]))
    gone = pd.Series([one.who for one in planned.gone], dtype=object)
    known = {*planned.parties, *planned.parties.values()}
    _among("gone.who", gone, gone.isin(known))


def _among(place: str, given: pd.Series, good: pd.Series) -> None:
    if not good.all():
        raise ValueError(f"{place}: {given[~good].iloc[0]}")
