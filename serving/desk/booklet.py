"""What the booklet of a package holds, for an audience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.diagnosis.findings import diagnose
from engine.economics.prices import levels_of
from engine.packages.standing import Loss
from engine.packages.terms import PackageTerms
from engine.recourse.acts import lifted
from engine.reference.effects import effects
from engine.settings import Settings
from serving.desk.appraisal import Appraised, appraised
from serving.desk.economics import REGISTER_DRAWS, Choices, register_economics, register_flows
from serving.desk.learnt_acts import believed_acts
from serving.desk.package import losses_of, stored_package
from serving.desk.plan import NOTHING_DONE, PlanRequest, PlanResult, done_acts, plans_of
from serving.desk.question import Question
from serving.desk.stock import Stock
from serving.disclosure.masking import Audience

if TYPE_CHECKING:
    from engine.store import StoredPackage


@dataclass(frozen=True, eq=False, slots=True)
class Booklet:
    """Everything that a booklet shows.

    Parameters
    ----------
    key, event
        Name and version of the package, and the event.
    as_of
        The day of judgement.
    audience
        For whom: a teaser is the booklet of the public.
    units
        Units of the package, shape (n, columns): columns of the appraisal, for the public those of
        `serving.disclosure.fields.public_table`. The office has them in the order of the package, the public by rank.
    worth
        Worth of each, as `serving.desk.economics.register_economics` gives it; shape (n, columns).
    flows
        Cash flow of each by year, as `serving.desk.economics.register_flows` gives it; shape (n, years).
    findings
        Barriers of the units, without those that an act removed after the day of the record.
    plans
        The cheapest plan of each, as `serving.desk.plan.plans_of` finds it; for the public without what the log says
        was done.
    price_year
        Jalali year of the worth of all units; ``None``: each in that of its record.
    left_out
        Units of the package that are not shown: no longer in the register or, for the public, with too little stated.
    document
        The package with its figures and reasons; ``None`` for the public, since private fields went into it.
    names
        Name of each unit that its reasons may speak of, by id; empty for the public.
    signed
        Office that signed the package off, and when; ``None`` while nobody has.
    lost
        Units of these pages that cannot be offered any more, and why; the public gets none of them.
    """

    key: str
    event: str
    as_of: pd.Timestamp
    audience: Audience
    units: pd.DataFrame
    worth: pd.DataFrame
    flows: pd.DataFrame
    findings: pd.DataFrame
    plans: PlanResult
    price_year: int | None
    left_out: int
    document: Mapping[str, Any] | None
    names: Mapping[str, str]
    signed: tuple[str, pd.Timestamp] | None = None
    lost: Mapping[str, Loss] = field(default_factory=dict)


def package_booklet(
    settings: Settings, given: str, audience: Audience = Audience.OFFICE, *, today: pd.Timestamp
) -> Booklet:
    """Gather the booklet of a stored package: records of today, with what was known to have happened by its day.

    The model is the one that the package was solved with, whichever is at work today: figures of the package beside
    those of another model would be two answers to one question.

    Investors get no unit that is gone by now (`engine.packages.standing.losses`), whatever the package held.

    Parameters
    ----------
    settings
        Where things are kept.
    given
        ``NAME``, or ``NAME@VERSION``.
    audience
        For whom. For the public every figure is computed with private fields unknown.
    today
        Until when outcomes take a unit out of what investors get.

    Raises
    ------
    EhyaError
        ``package_unknown``; ``model_file_missing`` where its model is gone; what `serving.desk.appraisal.appraised`
        raises.
    """
    stored = stored_package(settings, given)
    terms = PackageTerms.read(stored.document["terms"])
    question = Question(
        as_of=pd.Timestamp(stored.as_of), price_year=terms.price_year, assume_capital_rial=terms.assume_capital
    )
    whole = appraised(settings, question, audience, version=stored.model_version)
    gone = losses_of(settings, stored, as_of=today)
    if audience is Audience.OFFICE:
        done, believed = done_acts(settings, question), believed_acts(settings, question, version=stored.model_version)
        return booklet_among(stored, whole, gone=gone, done=done, believed=believed)
    return booklet_among(stored, whole, gone=gone, believed=effects(settings.effects))


def booklet_among(
    stored: StoredPackage,
    whole: Appraised,
    *,
    gone: Mapping[str, Loss] | None = None,
    done: pd.DataFrame | None = None,
    believed: pd.DataFrame | None = None,
) -> Booklet:
    """The booklet of a package whose units were appraised already; see `package_booklet`.

    Units of ``gone`` count among those that are left out of what investors get; the office's pages say that they are.
    ``done`` are acts that were done (`done_acts`), ``believed`` what acts do; by default nothing, and what the table
    ``effects`` says.
    """
    office, as_of = whole.audience is Audience.OFFICE, whole.question.as_of
    wanted = [str(unit["unit_id"]) for unit in stored.document["units"]]
    shown = whole.table if office else Stock.of(whole).units
    lost = gone or {}
    ids = _shown([unit for unit in wanted if office or unit not in lost], shown, in_order=office)
    units = whole.table.loc[ids]
    believed = effects() if believed is None else believed
    findings = diagnose(units, as_of=as_of, levels=levels_of(whole.prices))
    plans = plans_of(whole, units.index, NOTHING_DONE if done is None else done, PlanRequest(), believed)
    return Booklet(
        key=stored.key,
        event=stored.event,
        as_of=as_of,
        audience=whole.audience,
        units=shown.loc[ids],
        worth=register_economics(whole, units.index, Choices(draws=REGISTER_DRAWS)),
        flows=register_flows(whole, units.index, Choices()),
        findings=findings[~lifted(findings, plans.done)],
        plans=plans,
        price_year=whole.question.price_year,
        left_out=len(wanted) - len(ids),
        document=stored.document if office else None,
        names=_names(stored) if office else {},
        signed=_signed(stored),
        lost={unit: lost[unit] for unit in ids if unit in lost},
    )


def _signed(stored: StoredPackage) -> tuple[str, pd.Timestamp] | None:
    return None if stored.role is None or stored.signed_on is None else (stored.role, pd.Timestamp(stored.signed_on))


def _names(stored: StoredPackage) -> dict[str, str]:
    named = zip(stored.inputs["unit_id"], stored.inputs["name"], strict=True)
    return {str(unit): str(name) for unit, name in named if name}


def _shown(wanted: Sequence[str], shown: pd.DataFrame, *, in_order: bool) -> list[str]:
    """Ids of the package that may be shown: in its order, or in that of the list, which private fields cannot move."""
    if in_order:
        return [unit for unit in wanted if unit in shown.index]
    return [str(unit) for unit in shown.index[shown.index.isin(wanted)]]
