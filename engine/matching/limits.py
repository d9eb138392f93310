"""The hard limits of one mandate, laid over one book of units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.exclusion import UNKNOWNS, Exclusion
from engine.domain.mandate import Mandate, PlaceWishes, SectorWishes
from engine.domain.partner import Stage
from engine.domain.prediction import Output
from engine.domain.unit import Confidence, DealForm, Field, Status
from engine.matching.book import NO, UNKNOWN, YES, Coded, UnitBook
from engine.matching.border import border_km
from engine.matching.checks import Bits, Check, LookupCheck, RangeCheck, Rows
from engine.matching.money import TicketBounds, ticket_bounds
from engine.matching.tree import Tree
from engine.ranking.reasons import Triage

ALL_ROWS = slice(None)
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class Limits:
    """Hard limits of a mandate in the terms of a book.

    Parameters
    ----------
    sector_bits, place_bits, triage_bits
        Reasons against each value of the three columns that the book is sorted by.
    checks
        The other stated limits.
    money
        The ticket in the prices of each price year, ``None`` when no ticket is stated.
    """

    book: UnitBook
    sector_bits: Bits
    place_bits: Bits
    triage_bits: Bits
    checks: tuple[Check, ...]
    money: TicketBounds | None

    @classmethod
    def of(cls, book: UnitBook, mandate: Mandate) -> Limits:
        """Lay a mandate over a book."""
        return cls.over(book, mandate, ticket_bounds(mandate, book.price_year.values, book.prices))

    @classmethod
    def over(
        cls, book: UnitBook, mandate: Mandate, money: TicketBounds | None, *, accept_unknown: bool = True
    ) -> Limits:
        """Lay a mandate over a book whose ticket was brought to the prices of the book before.

        Parameters
        ----------
        book, mandate
            What is laid over what.
        money
            Its ticket (`engine.matching.money.ticket_bounds`).
        accept_unknown
            ``False`` ignores what the mandate accepts, to say what is not known of a unit.
        """
        accepted = {*mandate.accept_unknown} if accept_unknown else set()
        bit = {reason: 0 if reason in accepted else reason.bit for reason in UNKNOWNS}
        return cls(
            book=book,
            sector_bits=_wish_bits(
                book.sector_tree,
                mandate.sectors,
                Exclusion.SECTOR_NOT_WANTED.bit,
                Exclusion.SECTOR_REFUSED.bit,
                bit[Exclusion.SECTOR_UNKNOWN],
            ),
            place_bits=_wish_bits(
                book.place_tree,
                mandate.places,
                Exclusion.PLACE_NOT_WANTED.bit,
                Exclusion.PLACE_REFUSED.bit,
                bit[Exclusion.PLACE_UNKNOWN],
            ),
            triage_bits=_triage_bits(book.triage.values, mandate),
            checks=tuple(_checks(book, mandate, money, bit)),
            money=money,
        )

    def bits(self, rows: Rows = ALL_ROWS) -> Bits:
        """Reasons against each of the rows, shape (rows,); 0 may be shown."""
        bits = self.sector_bits.take(self.book.sector.codes[rows])
        bits |= self.place_bits.take(self.book.place.codes[rows])
        bits |= self.triage_bits.take(self.book.triage.codes[rows])
        bits[~self.book.published[rows]] |= Exclusion.RECORD_INCOMPLETE.bit
        for check in self.checks:
            bits |= check.bits(rows)
        return bits

    def feasible(self) -> NDArray[np.intp]:
        """Rows that no limit excludes, ascending: where :meth:`bits` is 0, without looking at most of the others."""
        rows = self._sorted_limits()
        if rows is None:
            return self._feasible_of_all()
        for check in self.checks:
            if rows.size:
                rows = rows[check.passes(rows)]
        return rows

    def _feasible_of_all(self) -> NDArray[np.intp]:
        """The same where the sorted limits exclude nothing: whole columns are looked at, without gathering them."""
        passes = np.ones(len(self.book), dtype=bool)
        for check in self.checks:
            passes &= check.passes(ALL_ROWS)
        return np.flatnonzero(passes)

    def _sorted_limits(self) -> NDArray[np.intp] | None:
        """Rows that the three sorted columns admit, ascending; ``None`` for all of them."""
        runs = self.book.runs
        against_any = self.sector_bits.any() or self.place_bits.any() or self.triage_bits.any()
        if not against_any and runs.published.all():
            return None
        sectors = np.flatnonzero(self.sector_bits == 0)
        inside = _stretches(runs.of_sector[sectors], runs.of_sector[sectors + 1])
        against = self.place_bits.take(runs.place[inside]) | self.triage_bits.take(runs.triage[inside])
        inside = inside[(against == 0) & runs.published[inside]]
        if inside.size == runs.start.size:
            return None
        return _stretches(runs.start[inside], runs.stop[inside])


def exclusions(book: UnitBook, mandate: Mandate) -> Bits:
    """Why each unit of the book may not be shown to the investor.

    Returns
    -------
    numpy.ndarray
        Shape (n,), uint64, in the book's order: bits of :class:`engine.domain.exclusion.Exclusion`, 0 where the unit
        may be shown. :func:`engine.domain.exclusion.reasons_of` expands them.
    Money that cannot be compared across price years is a reason too, not an error.
    """
    return Limits.of(book, mandate).bits()


def _stretches(start: NDArray[np.intp], stop: NDArray[np.intp]) -> NDArray[np.intp]:
    """All whole numbers of the half-open stretches, in order."""
    length = stop - start
    end = np.cumsum(length)
    if not end.size:
        return np.empty(0, dtype=np.intp)
    numbers: NDArray[np.intp] = np.arange(end[-1]) + np.repeat(start - (end - length), length)
    return numbers


def _wish_bits(tree: Tree, wishes: SectorWishes | PlaceWishes, not_wanted: int, refused: int, unknown: int) -> Bits:
    bits = np.zeros(tree.deepest.size, dtype=np.uint64)
    if wishes.must_not:
        inside, coarse = tree.branch(wishes.must_not)
        bits = np.where(inside, refused, np.where(coarse, unknown, 0)).astype(np.uint64)
    if wishes.must:
        inside, coarse = tree.branch(wishes.must)
        bits |= np.where(inside, 0, np.where(coarse, unknown, not_wanted)).astype(np.uint64)
    return bits


def _triage_bits(values: tuple[str, ...], mandate: Mandate) -> Bits:
    shown = {
        Triage.OFFER.value: 0,
        Triage.FIX_FIRST.value: 0 if mandate.wants_fix_first else Exclusion.FIX_FIRST_NOT_WANTED.bit,
    }
    return np.array([shown.get(value, Exclusion.NOT_OFFERED.bit) for value in values], dtype=np.uint64)


def _checks(book: UnitBook, mandate: Mandate, money: TicketBounds | None, bit: dict[Exclusion, int]) -> list[Check]:
    found: list[Check] = []
    if money is not None:
        found.append(_ticket_check(book, money, bit))
    if mandate.statuses:
        found.append(LookupCheck(book.status.codes, _status_bits(book.status, mandate, bit)))
    if mandate.deal_forms.wanted or mandate.deal_forms.must_not:
        found.append(LookupCheck(book.deal_forms, _deal_form_bits(mandate, bit)))
    found += _mark_checks(book, mandate, bit)
    found += _number_checks(book, mandate, bit)
    return found


def _mark_checks(book: UnitBook, mandate: Mandate, bit: dict[Exclusion, int]) -> list[Check]:
    """Limits on places' distances, on stages and on marks: a value each."""
    found: list[Check] = []
    if mandate.places.max_km_to_border is not None:
        km = border_km(book.place.values, book.place_points, mandate.places.border_gates)
        far = np.where(km <= mandate.places.max_km_to_border, 0, Exclusion.BORDER_TOO_FAR.bit)
        bits = np.where(np.isnan(km), bit[Exclusion.BORDER_UNKNOWN], far).astype(np.uint64)
        found.append(LookupCheck(book.place.codes, bits))
    if mandate.stages:
        wanted = {one.value for one in mandate.stages}
        against = [0 if stage.value in wanted else Exclusion.STAGE_NOT_WANTED.bit for stage in Stage]
        found.append(LookupCheck(book.stage, np.array([bit[Exclusion.STAGE_UNKNOWN], *against], dtype=np.uint64)))
    marks = [
        ("debts", mandate.no_legacy_debts, YES, Exclusion.DEBTS_NOT_WANTED, Exclusion.DEBTS_UNKNOWN),
        ("disputes", mandate.no_disputes, YES, Exclusion.DISPUTES_NOT_WANTED, Exclusion.DISPUTES_UNKNOWN),
        ("title", mandate.clear_title, NO, Exclusion.TITLE_UNCLEAR, Exclusion.TITLE_UNKNOWN),
    ]
    for name, wanted_so, refused, code, unknown in marks:
        if wanted_so:
            bits = np.zeros(3, dtype=np.uint64)
            bits[[UNKNOWN, refused]] = bit[unknown], code.bit
            found.append(LookupCheck(book.marks[name], bits))
    return found


def _ticket_check(book: UnitBook, money: TicketBounds, bit: dict[Exclusion, int]) -> RangeCheck:
    single = len(book.price_year.values) == 1
    return RangeCheck(
        book.numbers[Field.CAPITAL_NEEDED_RIAL],
        float(money.low[0]) if single else money.low,
        float(money.high[0]) if single else money.high,
        below=Exclusion.CAPITAL_BELOW_TICKET.bit,
        above=Exclusion.CAPITAL_ABOVE_TICKET.bit,
        unknown=bit[Exclusion.CAPITAL_UNKNOWN],
        incomparable=Exclusion.MONEY_NOT_COMPARABLE.bit,
        group=None if single else book.price_year.codes,
    )


def _status_bits(status: Coded, mandate: Mandate, bit: dict[Exclusion, int]) -> Bits:
    wanted = {one.value for one in mandate.statuses}
    unknown = {"", Status.UNKNOWN.value}
    against = (
        0 if value in wanted else bit[Exclusion.STATUS_UNKNOWN] if value in unknown else Exclusion.STATUS_NOT_WANTED.bit
        for value in status.values
    )
    return np.fromiter(against, dtype=np.uint64)


def _deal_form_bits(mandate: Mandate, bit: dict[Exclusion, int]) -> Bits:
    forms = list(DealForm)
    wanted = sum(1 << forms.index(form) for form in mandate.deal_forms.wanted)
    refused = sum(1 << forms.index(form) for form in mandate.deal_forms.must_not)
    against = np.zeros(1 << len(forms), dtype=np.uint64)
    offered = np.arange(against.size)
    if wanted:
        against[offered & wanted == 0] |= Exclusion.DEAL_FORM_NOT_OFFERED.bit
    if refused:
        against[offered & ~refused == 0] |= Exclusion.DEAL_FORM_REFUSED.bit
    against[0] = bit[Exclusion.DEAL_FORM_UNKNOWN]
    return against


def _number_checks(book: UnitBook, mandate: Mandate, bit: dict[Exclusion, int]) -> list[RangeCheck]:
    floor = book.least_feasibility(mandate)
    # One less the failure that a person bears is a floor whose last digit is chance.
    least = [
        (
            Output.FEASIBILITY,
            None if floor is None else floor - _ROUNDING,
            Exclusion.FAILURE_TOO_LIKELY,
            Exclusion.FEASIBILITY_UNKNOWN,
        ),
        (Output.JOBS_EXPECTED, mandate.min_jobs, Exclusion.JOBS_TOO_FEW, Exclusion.JOBS_UNKNOWN),
        (Field.POWER_KW, mandate.min_power_kw, Exclusion.POWER_TOO_LOW, Exclusion.POWER_UNKNOWN),
        (Field.LAND_M2, mandate.min_land_m2, Exclusion.LAND_TOO_SMALL, Exclusion.LAND_UNKNOWN),
        (Field.GAS_M3_PER_HOUR, mandate.min_gas_m3_per_hour, Exclusion.GAS_TOO_LOW, Exclusion.GAS_UNKNOWN),
        (Field.WATER_L_PER_S, mandate.min_water_l_per_s, Exclusion.WATER_TOO_LOW, Exclusion.WATER_UNKNOWN),
        (Field.EXPORT_SHARE, mandate.min_export_share, Exclusion.EXPORT_TOO_LOW, Exclusion.EXPORT_UNKNOWN),
        ("share", mandate.least_share, Exclusion.SHARE_TOO_SMALL, Exclusion.SHARE_UNKNOWN),
        (
            Output.JOBS_EXPECTED_PER_BILLION_RIAL,
            mandate.min_jobs_per_billion,
            Exclusion.JOBS_PER_BILLION_TOO_LOW,
            Exclusion.JOBS_PER_BILLION_UNKNOWN,
        ),
    ]
    found = [
        RangeCheck(book.numbers[name], low, np.inf, below=under.bit, above=0, unknown=bit[unknown])
        for name, low, under, unknown in least
        if low is not None
    ]
    if mandate.min_confidence is not None:
        low, too_low = float(list(Confidence).index(mandate.min_confidence)), Exclusion.CONFIDENCE_TOO_LOW.bit
        found.append(RangeCheck(book.numbers["confidence"], low, np.inf, below=too_low, above=0, unknown=too_low))
    if mandate.max_idle_months is not None:
        months, too_long = book.numbers[Field.IDLE_MONTHS], Exclusion.IDLE_TOO_LONG.bit
        unknown_bit = bit[Exclusion.IDLE_UNKNOWN]
        found.append(RangeCheck(months, -np.inf, mandate.max_idle_months, below=0, above=too_long, unknown=unknown_bit))
    if mandate.payback_limit_years is not None:
        years, too_long = book.number("payback_years"), Exclusion.PAYBACK_TOO_LONG.bit
        unknown_bit, most = bit[Exclusion.PAYBACK_UNKNOWN], mandate.payback_limit_years
        found.append(RangeCheck(years, -np.inf, most, below=0, above=too_long, unknown=unknown_bit))
    return found
