"""The lists of an event: chosen together, recorded so that they can be made again, and made again.

What an investor declined, as an event or last on a list that was kept for it, is on its list no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.domain.mandate import Mandate
from engine.errors import EhyaError, ErrorCode
from engine.matching.event import EVENT_METHOD, Event, event
from engine.matching.event_terms import EventTerms
from engine.matching.shortlist import METHOD
from engine.settings import Settings
from serving.desk.appraisal import appraised
from serving.desk.differs import Differs
from serving.desk.meetings import declined_units
from serving.desk.question import Question, stated_choices
from serving.desk.stock import Stock
from serving.desk.workspace import open_register
from serving.disclosure.masking import Audience


@dataclass(frozen=True, eq=False, slots=True)
class Replay:
    """Lists made again.

    Parameters
    ----------
    now
        The event as it comes out now.
    differs
        What is not as it was; empty where every list is what it was, unit by unit and chance by chance.
    lists
        Ids of the mandates whose lists differ.
    """

    now: Event
    differs: tuple[Differs, ...]
    lists: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every list came out as it was."""
        return not self.lists


def event_lists(
    offered: Stock,
    mandates: Sequence[Mandate],
    *,
    limit: int | None = None,
    terms: EventTerms | None = None,
    declined: Mapping[str, Sequence[str]] | None = None,
) -> Event:
    """The shortlists of all investors of an event.

    Parameters
    ----------
    offered
        What is on offer, for the public.
    mandates
        One an investor; its id is the investor's.
    limit
        Units on a list; each mandate's own limit, else 10, where ``None``.
    terms
        Choose the lists together; each is the mandate's own best where ``None``.
    declined
        What each investor declined (`declined_by`).
    """
    book = offered.book_for(*mandates)
    return event(book, mandates, limit=limit, terms=terms, declined=declined)


def declined_by(settings: Settings, mandates: Sequence[Mandate]) -> dict[str, list[str]]:
    """What the investors of some mandates declined so far, by the mandate's id."""
    with open_register(settings) as register:
        said = declined_units(register)
    found: dict[str, list[str]] = {}
    wanted = {one.id for one in mandates}
    for name, unit in zip(said["mandate_id"].astype(str), said["unit_id"].astype(str), strict=True):
        if name in wanted and unit not in found.setdefault(name, []):
            found[name].append(unit)
    return {name: sorted(units) for name, units in sorted(found.items())}


def event_document(
    whole: Event,
    offered: Stock,
    mandates: Sequence[Mandate],
    *,
    limit: int | None = None,
    declined: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Everything that lists rest on, and the lists, as plain JSON: `replay` makes them again from it."""
    lists = zip(whole.shortlists, whole.propensity, whole.ndcg.tolist(), strict=True)
    return {
        "run_id": whole.run_id,
        "method": _method(),
        "model_version": offered.model_version,
        "as_of": offered.as_of.date().isoformat(),
        "book_version": whole.shortlists[0].terms.book.version if whole.shortlists else offered.book.version,
        "question": stated_choices(offered.appraised.question),
        "limit": limit,
        "terms": None if whole.terms is None else whole.terms.model_dump(mode="json"),
        "declined": {name: list(units) for name, units in (declined or {}).items()},
        "mandates": [one.model_dump(mode="json", exclude_defaults=True) for one in mandates],
        "overlap": whole.overlap,
        "counts": whole.counts,
        "over": whole.over.to_dict(orient="records"),
        "lists": [
            {
                "mandate": one.mandate.id,
                "run_id": one.run_id,
                "ndcg": quality,
                "units": [str(unit) for unit in one.unit_id],
                "fit": one.fit.tolist(),
                "propensity": chance.tolist(),
            }
            for one, chance, quality in lists
        ],
    }


def replay(settings: Settings, recorded: Mapping[str, Any], question: Question) -> Replay:
    """Make the lists of an event again from what was recorded of them: same terms, mandates, model, day and seed.

    Parameters
    ----------
    settings
        The workspace.
    recorded
        As `event_document` gave it.
    question
        Choices of now; day, price year and assumed capital are those that were recorded.

    Raises
    ------
    EhyaError
        ``event_record_unreadable``; what `serving.desk.appraisal.appraised` raises, ``model_file_missing`` where the
        model of then is gone.
    """
    try:
        mandates = [Mandate.read(one) for one in recorded["mandates"]]
        terms = None if recorded["terms"] is None else EventTerms.read(recorded["terms"])
        asked = question.judged_as(recorded["question"])
        before = [(one["mandate"], one["units"], one["fit"], one["propensity"]) for one in recorded["lists"]]
        version, limit, declined = recorded["model_version"], recorded["limit"], recorded["declined"]
        book_version, method = recorded["book_version"], recorded["method"]
    except (KeyError, TypeError, ValueError) as error:
        raise EhyaError(ErrorCode.EVENT_RECORD_UNREADABLE, given=str(error)) from error
    offered = Stock.of(appraised(settings, asked, Audience.PUBLIC, version=version))
    now = event_lists(offered, mandates, limit=limit, terms=terms, declined=declined)
    made = zip(now.shortlists, now.propensity, strict=True)
    after = [
        (one.mandate.id, [str(unit) for unit in one.unit_id], one.fit.tolist(), chance.tolist()) for one, chance in made
    ]
    other = tuple(old[0] for old, new in zip(before, after, strict=True) if tuple(old) != new)
    here = now.shortlists[0].terms.book.version if now.shortlists else offered.book.version
    found = {
        Differs.METHOD: method != _method(),
        Differs.MODEL: version != offered.model_version,
        Differs.UNITS: book_version != here,
        Differs.LISTS: bool(other),
    }
    return Replay(now, tuple(what for what, differs in found.items() if differs), other)


def record_event_shown(settings: Settings, whole: Event, *, shown_on: date) -> None:
    """Record that the investors of an event were shown their lists, each unit with the chance that brought it there."""
    with open_register(settings) as register, register.together():
        for one, chance in zip(whole.shortlists, whole.propensity, strict=True):
            frame = one.table()[["unit_id", "position"]].assign(propensity=chance)
            register.showings.log(frame, run_id=one.run_id, mandate_id=one.mandate.id, shown_on=shown_on)


def _method() -> str:
    return f"{METHOD} {EVENT_METHOD}"
