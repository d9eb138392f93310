"""Who looks at a project, at which figures, and what they make of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.codes import Code
from engine.domain.persona import Persona
from engine.economics.account import Account, Figure, FigureName


class PersonaFinding(Code):
    """What a persona makes of the figures."""

    GAINS_FOR_THE_ECONOMY = "gains_for_the_economy"
    LOSES_FOR_THE_ECONOMY = "loses_for_the_economy"
    COVER_ENOUGH = "cover_enough"
    COVER_SHORT = "cover_short"
    NO_DEBT_TO_COVER = "no_debt_to_cover"
    COLLATERAL_SHORT = "collateral_short"
    COLLATERAL_UNKNOWN = "collateral_unknown"
    RESCHEDULING_NEEDED = "rescheduling_needed"
    JOBS_NOT_KNOWN = "jobs_not_known"
    FEW_NEW_JOBS = "few_new_jobs"
    MOST_JOBS_ARE_NEW = "most_jobs_are_new"
    OWNERS_GAIN = "owners_gain"
    OWNERS_LOSE = "owners_lose"


FIGURES: Mapping[Persona, tuple[FigureName, ...]] = {
    Persona.PLANNER: (
        FigureName.NET_JOBS, FigureName.WEIGHTED_JOBS, FigureName.ECONOMIC_NPV, FigureName.VALUE_ADDED,
        FigureName.NPV, FigureName.CAPITAL, FigureName.WHOLE_COST_PER_JOB, FigureName.HARD_CURRENCY,
    ),
    Persona.BANK: (
        FigureName.LEAST_DSCR, FigureName.LEAST_DSCR_YEAR, FigureName.MEAN_DSCR, FigureName.LEAST_LLCR,
        FigureName.COLLATERAL_COVER, FigureName.DEBT_THAT_COVER_BEARS, FigureName.BREAK_EVEN_OUTPUT,
    ),
    Persona.GOVERNOR: (
        FigureName.NET_JOBS, FigureName.WEIGHTED_JOBS, FigureName.PERSON_YEARS, FigureName.SUPPLIER_JOBS,
        FigureName.PUBLIC_MONEY, FigureName.LOAN_GIFT, FigureName.PUBLIC_COST_PER_JOB, FigureName.WHOLE_COST_PER_JOB,
    ),
    Persona.INVESTOR: (
        FigureName.EQUITY, FigureName.EQUITY_NPV, FigureName.EQUITY_IRR, FigureName.NPV, FigureName.NPV_USD,
        FigureName.IRR, FigureName.IRR_REAL, FigureName.MIRR, FigureName.NPVR, FigureName.PAYBACK,
        FigureName.DISCOUNTED_PAYBACK, FigureName.BREAK_EVEN_OUTPUT, FigureName.BREAK_EVEN_PRICE,
    ),
}  # fmt: skip
"""Figures of each persona, the one that leads first: where a public office looks at jobs, the net ones lead."""


@dataclass(frozen=True, slots=True)
class View:
    """What a persona sees.

    Parameters
    ----------
    figures
        Its figures, the leading one first.
    findings
        What it makes of them.
    """

    figures: tuple[Figure, ...]
    findings: tuple[PersonaFinding, ...]


def view(told: Account, persona: Persona, *, dscr_floor: float) -> View:
    """Figures and findings of a persona.

    Parameters
    ----------
    told
        A project worked through.
    persona
        Who looks.
    dscr_floor
        Least cover of debt service.

    Examples
    --------
    >>> from engine.economics.account import Standards, account
    >>> from engine.economics.project import Asset, Project
    >>> mill = Project(sales=[0.0, 130.0], assets={"machines": Asset([100.0, 0.0])})
    >>> [one.value for one in view(account(mill, Standards(0.1)), Persona.INVESTOR, dscr_floor=1.25).findings]
    ['owners_gain']
    """
    found = {
        Persona.PLANNER: _planner,
        Persona.BANK: lambda one: _bank(one, dscr_floor),
        Persona.GOVERNOR: _governor,
        Persona.INVESTOR: _investor,
    }[persona](told)
    return View(tuple(told.figures[name] for name in FIGURES[persona]), tuple(found))


HALF = 0.5
"""Share of the jobs that has to be new for most of them to be."""


def _planner(told: Account) -> list[PersonaFinding]:
    gains = (told.value(FigureName.ECONOMIC_NPV) or 0) > 0
    return [PersonaFinding.GAINS_FOR_THE_ECONOMY if gains else PersonaFinding.LOSES_FOR_THE_ECONOMY]


def _bank(told: Account, floor: float) -> list[PersonaFinding]:
    least = told.value(FigureName.LEAST_DSCR)
    if least is None:
        return [PersonaFinding.NO_DEBT_TO_COVER]
    found = [PersonaFinding.COVER_ENOUGH if least >= floor else PersonaFinding.COVER_SHORT]
    found += [PersonaFinding.RESCHEDULING_NEEDED] if least < 1 else []
    backed = told.value(FigureName.COLLATERAL_COVER)
    if backed is None:
        return [*found, PersonaFinding.COLLATERAL_UNKNOWN]
    return [*found, PersonaFinding.COLLATERAL_SHORT] if backed < 1 else found


def _governor(told: Account) -> list[PersonaFinding]:
    net, gross = told.value(FigureName.NET_JOBS), told.value(FigureName.GROSS_JOBS)
    if net is None or not gross:
        return [PersonaFinding.JOBS_NOT_KNOWN]
    return [PersonaFinding.MOST_JOBS_ARE_NEW if net >= HALF * gross else PersonaFinding.FEW_NEW_JOBS]


def _investor(told: Account) -> list[PersonaFinding]:
    gains = (told.value(FigureName.EQUITY_NPV) or 0) > 0
    return [PersonaFinding.OWNERS_GAIN if gains else PersonaFinding.OWNERS_LOSE]
