"""Shapes of what is kept for callers: mandates, lists, and what was said to their units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field

from engine.domain.exclusion import Exclusion
from engine.domain.mandate import FitPart
from engine.domain.reaction import DeclineReason, ReactionKind, ReactionRemark
from engine.domain.request import LONGEST_TEXT, LevelBasis, RequestKind, RequestState
from engine.economics.prices import PriceBasis
from engine.matching import FitReason
from engine.matching.novelty import StepBack
from engine.matching.sides import SideReason
from serving.api.answers import Answer, Unit, left_out
from serving.desk.differs import Differs


class KeptMandate(Answer):
    """A saved mandate."""

    id: str
    version: int = Field(description="the ETag; a change names it in If-Match")
    owner: str = Field(description="the investor, or the key, for which it is kept")
    made_at: datetime
    mandate: dict[str, Any] = Field(description="as it was stated")


class KeptMandates(Answer):
    """Saved mandates in force."""

    mandates: list[KeptMandate]
    next: str | None = Field(description="address of the next page")


class ListHeading(Answer):
    """A kept list without its places."""

    list_id: str
    owner: str = Field(description="the investor, or the key, for which it is kept")
    mandate: str = Field(description="id of the mandate that it was made for")
    mandate_version: int = Field(description="version of that mandate")
    run_id: str = Field(description="equal units, mandate and limit give equal ids")
    stock_version: str = Field(description="version of the units on offer, as /v1/health tells it")
    model_version: str | None
    as_of: date = Field(description="day as of which units were judged")
    made_at: datetime
    feasible: int | None = Field(description="units that no limit of the mandate kept out; null where not kept")
    places: int = Field(description="places of the list: the mandate's limit, 200 at most")
    shown: int = Field(description="places that were shown so far")
    weights: dict[FitPart, float] | None = Field(
        description="weights of the parts that ordered it, after the answers to lists before; null where not kept"
    )


class KeptPlace(Answer):
    """A place as it was computed; the unit as it is shown now."""

    unit_id: str
    position: int = Field(description="place on the list, from 1")
    fit: float = Field(ge=0, le=1, description="sum of the parts")
    parts: dict[FitPart, float] = Field(description="what each part adds to the fit, weighed")
    reasons: list[FitReason] = Field(description="what speaks for it")
    factor: float = Field(
        1.0, ge=0, le=1, description="what the wishes of owner and bank leave of the fit; 1 where they take nothing"
    )
    against: list[SideReason] = Field(
        [], description="wishes of owner and bank that the mandate does not meet, or says nothing of"
    )
    novelty: float = Field(
        1.0, ge=0, le=1, description="what earlier declines of the owner leave of the fit; 1 where they take nothing"
    )
    stepped_back: StepBack | None = Field(
        None, description="why: the unit itself was declined before, or one like it; null where it does not step back"
    )
    unknown: list[Exclusion] = Field(description="limits that its record could not be held to, and that were accepted")
    price_basis: PriceBasis | None = Field(description="how capital and ticket were compared; null without a ticket")
    unit: Unit | None = Field(description="null where it is shown no more")


class KeptList(ListHeading):
    """A page of a kept list."""

    page: list[KeptPlace]
    next: str | None = Field(description="address of the next page")


class ListReplayAnswer(Answer):
    """A kept list beside itself made again, with mandate, answers, wishes, model, day and units of then."""

    list_id: str
    owner: str
    mandate: str
    same: bool = Field(description="unit by unit and fit by fit, under the same run id")
    run_id: str = Field(description="of the list as it was kept")
    run_id_again: str | None = Field(description="of the list made again; null where its model is gone")
    units_known_by: date | None = Field(
        description="at the end of which day units were known so; null: as they are now"
    )
    differs: list[Differs] = Field(description="what is not as it was; empty where nothing is")
    places: int
    same_places: int = Field(description="places that hold the same unit with the same fit")
    entered: list[str] = Field(description="units that only the list made again holds")
    left: list[str] = Field(description="units that only the kept list holds")


class KeptLists(Answer):
    """Kept lists, the oldest first."""

    shortlists: list[ListHeading]
    next: str | None = Field(description="address of the next page")


class MovedPlace(Answer):
    """A unit whose place changed."""

    unit_id: str
    before: int
    now: int


class ListChanges(Answer):
    """What changed since the last list for the same mandate."""

    list_id: str
    before: str | None = Field(description="the last list; null where this is the first")
    entered: list[str] = Field(description="ids of units that came")
    left: list[str] = Field(description="ids of units that went")
    moved: list[MovedPlace]


class Reaction(Answer):
    """What is said to a unit on a list."""

    unit_id: str = Field(description="a unit that the list has shown")
    kind: ReactionKind
    reason: DeclineReason | None = Field(None, description="why it is declined: then it must be said, and only then")


class KeptReaction(Reaction):
    """What was said to a unit on a list."""

    owner: str = Field(description="who said it: the investor, or the key")
    list_id: str
    made_at: datetime


class TakenReaction(KeptReaction):
    """What was said to a unit on a list, and what is remarkable of it."""

    remarks: list[ReactionRemark] = Field(
        description="already_said: it stood already, and was not recorded twice; newer_list: a newer list of the "
        "mandate stands; all_alike: all of the last ten answers are of one kind and tell little"
    )
    text: list[str] = Field(description="the remarks in words")


class KeptReactions(Answer):
    """What was said to units, oldest first."""

    reactions: list[KeptReaction]
    next: str | None = Field(description="address of the next page")


class RequestStated(Answer):
    """What is asked about a unit on a list."""

    list_id: str = Field(description="the list that has shown the unit")
    unit_id: str
    kind: RequestKind
    text: str = Field(min_length=1, max_length=LONGEST_TEXT, description="without control characters")


class AnswerStated(Answer):
    """What the office answers."""

    text: str = Field(min_length=1, max_length=LONGEST_TEXT, description="without control characters")


class KeptRequest(Answer):
    """What was asked about a unit, and what the office answered."""

    request_id: str
    owner: str = Field(description="who asked: the investor, or the key")
    list_id: str
    unit_id: str
    kind: RequestKind
    text: str
    made_at: datetime
    due_at: datetime = Field(description="until when it is to be answered, by the level of the day of `made_at`")
    state: RequestState
    overdue: bool = Field(description="whether it is open still though its time is up")
    answer: str | None = Field(description="null before the office answers")
    answered_at: datetime | None
    withdrawn_at: datetime | None


class KeptRequests(Answer):
    """Requests, the oldest first."""

    requests: list[KeptRequest]
    next: str | None = Field(description="address of the next page")


class RequestFiguresAnswer(Answer):
    """How well the office answers requests of the last 90 days; a figure that rests on fewer than five is null. For
    readers outside the office all rest on others' requests, of three owners at least, as the day began, or are null.
    """

    level_days: int = Field(description="days within which the office promises to answer")
    level_basis: LevelBasis = Field(description="`assumed` until the office states its own number")
    window_days: int
    answered: int | None = Field(description="requests that were answered")
    median_days: float | None = Field(description="middle of the days that answers took, over those `answered`")
    due: int | None = Field(description="requests whose time is up, by the level of the day on which each was asked")
    in_time: float | None = Field(ge=0, le=1, description="share of those `due` that was answered in time")
    responsiveness: float | None = Field(
        ge=0, le=1, description="share in time (75 %) and speed (25 %) together, drawn to one half where few are `due`"
    )
    own: float = left_out("for an investor: the same of its own answers to its lists, which nobody else sees")
    open: int = left_out("for the office: requests that wait now")
    overdue: int = left_out("for the office: those of them whose time is up")
