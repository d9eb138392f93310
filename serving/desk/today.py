"""What a planner sees first: how the stock stands, what changed, what waits for somebody, what to ask next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import pandas as pd

from engine.domain.request import RequestState
from engine.health.completeness import publishable
from engine.ranking.reasons import Triage
from engine.settings import Settings
from serving.desk.agreements import unconfirmed
from serving.desk.appraisal import Appraised
from serving.desk.office import Office
from serving.desk.question import Question
from serving.desk.workspace import open_register

NEWEST = 8
"""Events, files and answers that are shown."""


@dataclass(frozen=True, eq=False)
class Today:
    """What a planner sees first.

    Parameters
    ----------
    appraised
        All units, judged.
    asked
        What to ask next over the register (`serving.desk.why.asked_of_the_register`).
    imports, events, reactions
        What came last, the newest first.
    names
        Name of each unit.
    conflicts, duplicates
        Fields on which sources contradict each other, and pairs that may be one unit.
    requests, overdue
        Requests of investors that wait for an answer, and those of them whose time is up.
    agreements
        Agreements not to disclose that wait to be confirmed.
    met
        Units of which any event is on record: somebody was there, asked, or offered them.
    """

    appraised: Appraised
    asked: pd.DataFrame
    imports: pd.DataFrame
    events: pd.DataFrame
    reactions: pd.DataFrame
    names: pd.Series
    conflicts: int
    duplicates: int
    requests: int = 0
    overdue: int = 0
    agreements: int = 0
    met: frozenset[str] = frozenset()

    @cached_property
    def offered(self) -> pd.DataFrame:
        """Units to offer, best first."""
        return self.appraised.table[self.appraised.table["triage"] == Triage.OFFER.value]

    @cached_property
    def this_week(self) -> pd.DataFrame:
        """Units to offer of which no event is on record: nobody went to see them yet, best first."""
        return self.offered[~self.offered.index.isin(list(self.met))]

    @property
    def completeness(self) -> float:
        """Mean completeness of the records, 0..1."""
        return float(self.appraised.table["completeness"].mean())

    @property
    def shown(self) -> int:
        """Units whose records are complete enough to be shown to investors."""
        return int(publishable(self.appraised.table).sum())

    @cached_property
    def to_fix(self) -> pd.DataFrame:
        """Units whose barrier comes first, best first."""
        return self.appraised.table[self.appraised.table["triage"] == Triage.FIX_FIRST.value]


def today(settings: Settings, office: Office, question: Question, now: datetime) -> Today:
    """Gather it.

    Parameters
    ----------
    settings, office, question
        The workspace, and what is asked of it.
    now
        The moment, by which requests are overdue.

    Raises
    ------
    EhyaError
        ``no_model``, ``register_empty``, ``database_failed``.
    """
    found = office.appraised(question)
    asked, waiting = office.asked(question), office.waiting()
    with open_register(settings) as register:
        imports, events = register.imports(), register.events()
        reactions = register.lists.reactions(None)
        requests = register.requests.count(state=RequestState.OPEN)
        overdue = register.requests.count(overdue_at=now)
        agreements = len(unconfirmed(register))
    newest = events.sort_values(["known_on", "id"], kind="stable")
    return Today(
        appraised=found,
        asked=asked,
        imports=imports.iloc[::-1].head(NEWEST),
        events=newest.iloc[::-1].head(NEWEST),
        reactions=reactions.iloc[::-1].head(NEWEST),
        names=found.table["name"],
        conflicts=waiting.fields,
        duplicates=len(waiting.duplicates.pairs),
        requests=requests,
        overdue=overdue,
        agreements=agreements,
        met=frozenset(events["unit_id"].astype(str)),
    )
