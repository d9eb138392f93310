"""An event as the office prepares it: who is invited, what investors wish, what their lists show too often or never."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.mandate import Mandate
from engine.errors import EhyaError
from engine.matching.event import Event
from engine.matching.workbook import mandates_from_workbook
from engine.settings import Settings
from engine.store import Register, StoredInvitation, StoredMandate, StoredMeetings
from serving.desk.agreements import unconfirmed
from serving.desk.answered import weighed_by_answers
from serving.desk.event_lists import event_lists
from serving.desk.investors import investors, investors_wishing, like
from serving.desk.kept_meetings import declined_by_owner
from serving.desk.keys import checked_role
from serving.desk.mandates import save_mandate
from serving.desk.stock import Stock
from serving.desk.workspace import open_register
from serving.disclosure.levels import CallerRole

LISTED = 20
"""Units of a list of which exposure is counted (assumed), where a mandate states no number."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event in one line.

    Parameters
    ----------
    name
        What it is called.
    packages
        Packages for it, as name@version.
    invited
        Investors that were invited to it.
    meetings
        Version of its plan of meetings; ``None`` where none is kept.
    """

    name: str
    packages: tuple[str, ...]
    invited: int
    meetings: int | None


def events_known(register: Register) -> tuple[EventLine, ...]:
    """Events that packages, invitations or plans of meetings name, by name."""
    packages = register.packages().to_dict("records")
    planned = {one.event: one.version for one in register.meetings.newest()}
    invited = register.invitations()
    names = {str(one["event"]) for one in packages if one["event"]} | set(planned) | {one.event for one in invited}
    return tuple(_line(name, packages, invited, planned.get(name)) for name in sorted(names))


def _line(
    name: str, packages: Sequence[dict[object, object]], invited: Sequence[StoredInvitation], version: int | None
) -> EventLine:
    of_event = tuple(f"{one['name']}@{one['version']}" for one in packages if one["event"] == name)
    return EventLine(name, of_event, sum(one.event == name for one in invited), version)


@dataclass(frozen=True, eq=False, slots=True)
class Gathered:
    """Everything that an event's page tells.

    Parameters
    ----------
    event
        Its name.
    mandates
        Mandates in force, of all investors.
    lists
        What they make of the units on offer; one list a mandate, in the same order. ``None`` without a mandate.
    invitations
        Who was invited to it, the newest first.
    agreements
        Agreements that wait for the office to confirm: ``investor, package, made_at``.
    plan
        The newest version of its meetings; ``None`` where none is kept.
    """

    event: str
    mandates: tuple[StoredMandate, ...]
    lists: Event | None
    invitations: tuple[StoredInvitation, ...]
    agreements: pd.DataFrame
    plan: StoredMeetings | None


def gathered(register: Register, event: str, stock: Stock) -> Gathered:
    """Gather what is known of an event.

    Parameters
    ----------
    register
        The register.
    event
        Its name; nothing need be known of it yet.
    stock
        What is on offer to investors.
    """
    wishes = event_wishes(register)
    waiting = unconfirmed(register)
    plan = next((one for one in register.meetings.newest() if one.event == event), None)
    invited = tuple(one for one in register.invitations() if one.event == event)
    lists = wishes.lists(stock) if wishes.mandates else None
    return Gathered(event, wishes.saved, lists, invited, waiting, plan)


@dataclass(frozen=True, slots=True)
class EventWishes:
    """What investors wish of the units on offer, for the lists of an event.

    Parameters
    ----------
    saved
        Mandates in force, of investors.
    mandates
        The same as they are matched: named by owner and name, with the weights that answers show.
    declined
        Id of a mandate -> units that its owner declined.
    """

    saved: tuple[StoredMandate, ...]
    mandates: tuple[Mandate, ...]
    declined: Mapping[str, Sequence[str]]

    def lists(self, stock: Stock) -> Event:
        """What they make of the units on offer, one list a mandate, in the same order."""
        return event_lists(stock, self.mandates, limit=LISTED, declined=self.declined)


def event_wishes(register: Register) -> EventWishes:
    """What investors wish: the page of an event and its workbook show the same lists."""
    owners, found = set(investors_wishing(register)), []
    for one in register.mandates():
        if one.owner in owners:
            with suppress(EhyaError):  # it names a place or a sector of before; its owner is told where it stands
                found.append((one, _listed(register, one)))
    declined = declined_by_owner(register).groupby("mandate_id")["unit_id"].unique()
    gone = {mandate.id: sorted(declined[one.owner]) for one, mandate in found if one.owner in declined.index}
    return EventWishes(tuple(one for one, _ in found), tuple(mandate for _, mandate in found), gone)


def _listed(register: Register, one: StoredMandate) -> Mandate:
    mandate = weighed_by_answers(register, one.owner, one.name, Mandate.read(one.document))
    return mandate.model_copy(update={"id": f"{one.owner} · {one.name}", "name": f"{one.owner} · {one.name}"})


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of a workbook of mandates.

    Parameters
    ----------
    saved
        Mandates that are new or changed.
    same
        Mandates that stood so already.
    refused
        Rows that state none, each with its row.
    """

    saved: int
    same: int
    refused: tuple[EhyaError, ...]


def take_in_mandates(settings: Settings, path: Path, *, made_at: datetime, actor: str) -> TakenIn:
    """Save the mandates of a workbook, a row an investor, whose id is the investor's, in whichever spelling.

    Parameters
    ----------
    settings
        The workspace.
    path
        The workbook.
    made_at, actor
        Now, and who brings it.

    Raises
    ------
    EhyaError
        As `engine.matching.workbook.mandates_from_workbook`, but for rows; ``unknown_option`` for an id that no account
        can act for; ``kept_enough``.
    """
    refused: list[EhyaError] = []
    read, saved = mandates_from_workbook(path, refused=refused), 0
    with open_register(settings) as register, register.together():
        named = _named(register)
        for mandate in read:
            owner = _owner(mandate.id, named)
            document = mandate.model_dump(mode="json", exclude_defaults=True)
            before = next((one for one in register.mandates(owner) if one.name == mandate.id), None)
            if before is not None and Mandate.read(before.document).digest == mandate.digest:
                continue
            over = None if before is None else (mandate.id, before.version)
            save_mandate(register, owner, document, made_at=made_at, actor=actor, replaces=over)
            saved += 1
    return TakenIn(saved, len(read) - saved, tuple(refused))


def state_for(
    register: Register,
    stated: Mapping[str, Any],
    *,
    made_at: datetime,
    actor: str,
    replaces: tuple[str, str, int] | None = None,
) -> StoredMandate:
    """Save what the office states for an investor; its id names the investor, in whichever spelling.

    Parameters
    ----------
    register
        The register.
    stated
        The mandate as it was written.
    made_at, actor
        Now, and who states it.
    replaces
        Owner, name and version of the mandate that it replaces; ``None`` for a new one.

    Raises
    ------
    EhyaError
        As `serving.desk.mandates.save_mandate`; ``unknown_option`` for a name that no account can act for.
    """
    by: dict[str, Any] = {"made_at": made_at, "actor": actor}
    if replaces is not None:
        owner, name, version = replaces
        return save_mandate(register, owner, stated, replaces=(name, version), **by)
    owner = _owner(Mandate.read(stated).id, _named(register))
    return save_mandate(register, owner, {**stated, "id": owner}, **by)


def _named(register: Register) -> tuple[str, ...]:
    """Investors that are known here: who has an account, and who wishes."""
    return (*investors(register), *investors_wishing(register))


def _owner(given: str, named: Sequence[str]) -> str:
    """The investor that a name means."""
    checked_role(CallerRole.INVESTOR, given)
    return like(given, named) or given
