"""Why this unit, and why not that one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.codes import Code
from engine.domain.exclusion import Exclusion, reasons_of
from engine.domain.mandate import BASE_FEASIBILITY, FitPart, Mandate
from engine.domain.partner import Stage
from engine.domain.prediction import Output
from engine.domain.unit import Confidence, DealForm, Field
from engine.domain.unit_wishes import Side
from engine.errors import EhyaError, ErrorCode
from engine.matching.book import UnitBook
from engine.matching.border import border_km
from engine.matching.fit import Fit
from engine.matching.limits import Limits
from engine.matching.proportions import USUAL_JOBS
from engine.matching.sides import SideReason


class FitReason(Code):
    """What speaks for a unit, in the eyes of one mandate."""

    SECTOR_LIKED = "sector_liked"
    SECTOR_NEAR = "sector_near"
    PLACE_LIKED = "place_liked"
    PLACE_NEAR = "place_near"
    TICKET_FITS = "ticket_fits"
    TICKET_WITHIN = "ticket_within"
    FEASIBILITY_ABOVE_BASE = "feasibility_above_base"
    JOBS_GOAL_MET = "jobs_goal_met"
    MANY_JOBS = "many_jobs"
    MANY_JOBS_PER_BILLION = "many_jobs_per_billion"
    WELL_DOCUMENTED = "well_documented"
    DEAL_FORM_LIKED = "deal_form_liked"
    CAPITAL_REMOVES_CAUSES = "capital_removes_causes"
    RETURN_ABOVE_HURDLE = "return_above_hurdle"
    EXPORT_GOAL_MET = "export_goal_met"
    MUCH_UNEMPLOYMENT = "much_unemployment"
    EQUIPMENT_FITS = "equipment_fits"
    OWNER_WISHES_MET = "owner_wishes_met"
    BANK_WISHES_MET = "bank_wishes_met"


@dataclass(frozen=True, slots=True)
class Reason:
    """One hard limit that a unit breaks.

    Parameters
    ----------
    code
        The limit.
    facts
        ``given``: the unit's value; ``allowed``: the mandate's limit; ``measure``: unit of measure, where there is one.
    """

    code: Exclusion
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WhyNot:
    """The standing of one unit before one mandate.

    Parameters
    ----------
    unit_id
        The unit.
    excluded_by
        Hard limits it breaks, empty when it may be shown.
    unknown
        Limits that could not be checked; without ``accept_unknown`` they stand in ``excluded_by`` too.
    position, feasible
        Its place among the units that may be shown (``None`` when excluded), and how many those are.
    fit, parts
        Its fit and the parts that add up to it, ``None`` and empty when excluded.
    factor, against
        What the wishes of its owner and bank leave of the fit, and which of them are not met or not said to be:
        1 and empty where nobody wishes anything.
    """

    unit_id: str
    excluded_by: tuple[Reason, ...]
    unknown: tuple[Exclusion, ...]
    position: int | None
    feasible: int
    fit: float | None
    parts: dict[FitPart, float]
    factor: float = 1.0
    against: tuple[SideReason, ...] = ()


def why_not(book: UnitBook, mandate: Mandate, unit_id: str, *, declined: Collection[str] = ()) -> WhyNot:
    """Say why a unit is not shown to an investor, or where it stands if it only was beaten.

    Parameters
    ----------
    book, mandate, declined
        As of `engine.matching.shortlist.shortlist`.
    unit_id
        The unit.

    Raises
    ------
    EhyaError
        ``unknown_unit`` when the book does not hold it.
    """
    row = book.row_of(unit_id)
    if row is None:
        raise EhyaError(ErrorCode.UNKNOWN_UNIT, given=unit_id)
    one = np.array([row])
    limits = Limits.of(book, mandate)
    codes = reasons_of(int(limits.bits(one)[0]))
    strict = reasons_of(int(Limits.over(book, mandate, limits.money, accept_unknown=False).bits(one)[0]))
    feasible = limits.feasible()
    fit = Fit.of(book, mandate, limits.money, declined)
    score = None if codes else float(fit.score(one)[0])
    parts = {} if codes else dict(zip(FitPart, fit.parts(one)[0].tolist(), strict=True))
    return WhyNot(
        unit_id=unit_id,
        excluded_by=tuple(Reason(code, reason_facts(book, mandate, limits, code, row)) for code in codes),
        unknown=tuple(code for code in strict if code.is_unknown),
        position=None if score is None else _position(book, fit, feasible, row),
        feasible=feasible.size,
        fit=score,
        parts=parts,
        factor=1.0 if codes else float(fit.factors(one)[0]),
        against=() if codes else tuple(map(SideReason, filter(None, against(fit, one)[0].split(";")))),
    )


def reasons(terms: Fit, rows: NDArray[np.intp]) -> list[str]:
    """Codes of ``FitReason`` for the rows of a shortlist, joined by ``;``."""
    book, mandate, agreement = terms.book, terms.mandate, terms.agreements(rows)
    sector, place = agreement[FitPart.SECTOR], agreement[FitPart.PLACE]
    jobs = book.numbers[Output.JOBS_EXPECTED][rows]
    usual = mandate.ticket_rial is not None and mandate.ticket_rial.typical is not None
    marks = {
        FitReason.SECTOR_LIKED: (sector == 1) & bool(mandate.sectors.like),
        FitReason.SECTOR_NEAR: (sector >= 0.5) & (sector < 1),
        FitReason.PLACE_LIKED: (place == 1) & bool(mandate.places.like),
        FitReason.PLACE_NEAR: (place >= 0.5) & (place < 1),
        FitReason.TICKET_FITS: (agreement[FitPart.TICKET] == 1) & usual,
        FitReason.TICKET_WITHIN: (agreement[FitPart.TICKET] == 1) & (not usual),
        FitReason.FEASIBILITY_ABOVE_BASE: book.numbers[Output.FEASIBILITY][rows] >= BASE_FEASIBILITY,
        FitReason.JOBS_GOAL_MET: jobs >= (mandate.jobs_goal or np.inf),
        FitReason.MANY_JOBS: jobs >= USUAL_JOBS,
        FitReason.MANY_JOBS_PER_BILLION: agreement[FitPart.JOBS_PER_BILLION] > 0.5,
        FitReason.WELL_DOCUMENTED: agreement[FitPart.CONFIDENCE] >= 0.75,
        FitReason.DEAL_FORM_LIKED: (agreement[FitPart.DEAL_FORM] == 1) & bool(mandate.deal_forms.like),
        FitReason.CAPITAL_REMOVES_CAUSES: agreement[FitPart.CAPITAL_FORM] >= 0.5,
        FitReason.RETURN_ABOVE_HURDLE: agreement[FitPart.RETURN] >= 0.5,
        FitReason.EXPORT_GOAL_MET: agreement[FitPart.EXPORT] >= 1,
        FitReason.MUCH_UNEMPLOYMENT: agreement[FitPart.IMPACT] > 0.5,
        FitReason.EQUIPMENT_FITS: agreement[FitPart.EQUIPMENT] == 1,
    }
    if terms.wanted is not None:
        marks[FitReason.OWNER_WISHES_MET] = terms.wanted.all_met(rows, Side.OWNER)
        marks[FitReason.BANK_WISHES_MET] = terms.wanted.all_met(rows, Side.BANK)
    columns = [(code.value, column.tolist()) for code, column in marks.items()]
    return [";".join(code for code, column in columns if column[at]) for at in range(rows.size)]


def against(terms: Fit, rows: NDArray[np.intp]) -> list[str]:
    """Wishes of owners and banks that the mandate does not meet or says nothing of, for the rows of a shortlist: codes
    of ``SideReason`` joined by ``;``.
    """
    return [""] * rows.size if terms.wanted is None else terms.wanted.reasons(rows)


def unknowns(terms: Fit, rows: NDArray[np.intp]) -> list[str]:
    """Limits that could not be checked and were accepted so, for the rows of a shortlist: codes joined by ``;``."""
    bits = Limits.over(terms.book, terms.mandate, terms.money, accept_unknown=False).bits(rows)
    return [_unknown_among(one) for one in bits.tolist()]


@lru_cache(maxsize=4_096)
def _unknown_among(bits: int) -> str:
    return ";".join(code.value for code in reasons_of(bits) if code.is_unknown)


def price_bases(terms: Fit, rows: NDArray[np.intp]) -> list[str]:
    """Code of ``PriceBasis`` on which capital and ticket were compared, for the rows; empty without a ticket."""
    money, years = terms.money, terms.book.price_year.codes[rows].tolist()
    return ["" if money is None else money.basis[year].value for year in years]


def _position(book: UnitBook, fit: Fit, feasible: NDArray[np.intp], row: int) -> int:
    scores = fit.score(feasible)
    own = float(scores[np.searchsorted(feasible, row)])
    ahead = (scores > own) | ((scores == own) & (book.tie[feasible] < book.tie[row]))
    return int(ahead.sum()) + 1


def reason_facts(book: UnitBook, mandate: Mandate, limits: Limits, code: Exclusion, row: int) -> dict[str, object]:
    """What a limit has against one row: ``given``, ``allowed`` and, where there is one, ``measure``."""
    numbers = {
        Exclusion.FAILURE_TOO_LIKELY: (Output.FEASIBILITY, book.least_feasibility(mandate), "probability"),
        Exclusion.JOBS_TOO_FEW: (Output.JOBS_EXPECTED, mandate.min_jobs, "persons"),
        Exclusion.POWER_TOO_LOW: (Field.POWER_KW, mandate.min_power_kw, "kW"),
        Exclusion.LAND_TOO_SMALL: (Field.LAND_M2, mandate.min_land_m2, "m2"),
        Exclusion.IDLE_TOO_LONG: (Field.IDLE_MONTHS, mandate.max_idle_months, "months"),
        Exclusion.GAS_TOO_LOW: (Field.GAS_M3_PER_HOUR, mandate.min_gas_m3_per_hour, "m3/h"),
        Exclusion.WATER_TOO_LOW: (Field.WATER_L_PER_S, mandate.min_water_l_per_s, "L/s"),
        Exclusion.EXPORT_TOO_LOW: (Field.EXPORT_SHARE, mandate.min_export_share, "share"),
        Exclusion.SHARE_TOO_SMALL: ("share", mandate.least_share, "share"),
        Exclusion.PAYBACK_TOO_LONG: ("payback_years", mandate.payback_limit_years, "years"),
        Exclusion.JOBS_PER_BILLION_TOO_LOW: (
            Output.JOBS_EXPECTED_PER_BILLION_RIAL,
            mandate.min_jobs_per_billion,
            "jobs per billion rial",
        ),
    }
    if code in numbers:
        name, allowed, measure = numbers[code]
        return {"given": float(book.number(name)[row]), "allowed": allowed, "measure": measure}
    if code is Exclusion.BORDER_TOO_FAR:
        place = [int(book.place.codes[row])]
        km = border_km([book.place.values[place[0]]], book.place_points[place], mandate.places.border_gates)
        return {"given": float(km[0]), "allowed": mandate.places.max_km_to_border, "measure": "km"}
    if code is Exclusion.STAGE_NOT_WANTED:
        return {"given": list(Stage)[int(book.stage[row]) - 1].value, "allowed": [*mandate.stages]}
    if code is Exclusion.RECORD_INCOMPLETE:
        completeness = float(book.numbers["completeness"][row])
        return {"given": completeness, "allowed": book.least_completeness, "measure": "share"}
    if code in (Exclusion.CAPITAL_BELOW_TICKET, Exclusion.CAPITAL_ABOVE_TICKET) and limits.money is not None:
        year = book.price_year.codes[row]
        allowed_range = [float(limits.money.low[year]), float(limits.money.high[year])]
        capital = float(book.numbers[Field.CAPITAL_NEEDED_RIAL][row])
        return {"given": capital, "allowed": allowed_range, "measure": "rial", "price_year": _year(book, row)}
    return _named_facts(book, mandate, code, row)


def _named_facts(book: UnitBook, mandate: Mandate, code: Exclusion, row: int) -> dict[str, object]:
    family = code.value.partition("_")[0]
    if family == "sector":
        given, wishes = book.sector.values[book.sector.codes[row]], mandate.sectors
        return {"given": given, "allowed": list(wishes.must), "refused": list(wishes.must_not)}
    if family == "place":
        place = str(book.place.values[book.place.codes[row]])
        return {"given": place, "allowed": list(mandate.places.must), "refused": list(mandate.places.must_not)}
    if family == "status":
        status = book.status.values[book.status.codes[row]]
        return {"given": status, "allowed": [one.value for one in mandate.statuses]}
    if family == "deal":
        forms = [form.value for position, form in enumerate(DealForm) if book.deal_forms[row] >> position & 1]
        wanted, refused = mandate.deal_forms.wanted, mandate.deal_forms.must_not
        return {"given": forms, "allowed": [one.value for one in wanted], "refused": [one.value for one in refused]}
    if code is Exclusion.MONEY_NOT_COMPARABLE:
        return {"given": _year(book, row), "allowed": mandate.price_year}
    if code is Exclusion.CONFIDENCE_TOO_LOW:
        given = list(Confidence)[int(book.numbers["confidence"][row])].value
        return {"given": given, "allowed": mandate.min_confidence and mandate.min_confidence.value}
    if code is Exclusion.NOT_OFFERED:
        status = book.status.values[book.status.codes[row]]
        return {"given": book.triage.values[book.triage.codes[row]], "status": status}
    if code is Exclusion.FIX_FIRST_NOT_WANTED:
        return {"given": book.triage.values[book.triage.codes[row]]}
    return {}


def _year(book: UnitBook, row: int) -> int | None:
    year: int | None = book.price_year.values[book.price_year.codes[row]]
    return year
