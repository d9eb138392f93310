"""Loans by year: what is drawn, what interest falls due, what is paid back, and what stays owed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.codes import Code
from engine.economics.years import Array, by_year, empty

__all__ = ["GraceInterest", "Loan", "LoanForm", "Schedule", "schedule"]


class LoanForm(Code):
    """How a loan is paid back."""

    EQUAL_PRINCIPAL = "equal_principal"
    ANNUITY = "annuity"


class GraceInterest(Code):
    """What becomes of interest while nothing is paid back yet."""

    PAID = "paid"
    CAPITALISED = "capitalised"


@dataclass(frozen=True, eq=False, slots=True)
class Loan:
    """A loan of a project.

    Parameters
    ----------
    drawn
        Money drawn in each year, shape (..., years).
    rate
        Interest a year, nominal, shape (...).
    grace_years
        Whole years after the year of a drawing in which nothing is paid back.
    years
        Instalments, one a year, after the grace.
    form
        Equal parts of the principal, or equal sums of interest and principal.
    in_grace
        Whether interest of the grace is paid or added to the loan.
    share_of_first_year
        Part of the year of a drawing that bears interest: 0 when money comes at the end of the year.
    """

    drawn: ArrayLike
    rate: ArrayLike
    grace_years: int = 0
    years: int = 1
    form: LoanForm = LoanForm.EQUAL_PRINCIPAL
    in_grace: GraceInterest = GraceInterest.PAID
    share_of_first_year: float = 0.0


@dataclass(frozen=True, eq=False, slots=True)
class Schedule:
    """What a loan costs, year by year; money of the loan, shapes (..., years).

    Parameters
    ----------
    drawn
        Drawn in the year.
    interest
        Interest of the year, paid or added to the loan.
    paid_interest
        The part that is paid in cash.
    principal
        Paid back.
    balance
        Owed at the end of the year.
    """

    drawn: Array
    interest: Array
    paid_interest: Array
    principal: Array
    balance: Array

    @property
    def service(self) -> Array:
        """Interest paid and principal paid back."""
        return self.paid_interest + self.principal


def schedule(loan: Loan) -> Schedule:
    """Interest, instalments and balance of a loan, by year.

    Interest of a year is owed on the balance at its beginning. Instalments that lie beyond the last year are not shown;
    they stay in the balance.

    Parameters
    ----------
    loan
        Amount, rate, grace, instalments.

    Returns
    -------
    Schedule
        Shapes of ``loan.drawn``, broadcast with ``loan.rate``.

    Examples
    --------
    A hundred drawn today at 10 %, one year of grace, then two instalments.

    >>> lent = schedule(Loan([100.0, 0, 0, 0], 0.1, grace_years=1, years=2))
    >>> lent.interest.tolist(), lent.principal.tolist(), lent.balance.tolist()
    ([0.0, 10.0, 10.0, 5.0], [0.0, 0.0, 50.0, 50.0], [100.0, 100.0, 50.0, 0.0])
    """
    rate = np.asarray(loan.rate, dtype=np.float64)
    drawn = by_year(loan.drawn, rate.shape)
    lines = Schedule(drawn, *(empty(drawn.shape) for _ in range(4)))
    for year in range(drawn.shape[-1]):
        if drawn[..., year].any():
            _add(lines, loan, rate, year)
    return lines


def _add(lines: Schedule, loan: Loan, rate: Array, first: int) -> None:
    """Add what was drawn in one year to the lines."""
    owed: NDArray[np.float64] = lines.drawn[..., first]
    part: Array | None = None
    for year in range(first, lines.drawn.shape[-1]):
        age = year - first - loan.grace_years
        interest = owed * rate * (loan.share_of_first_year if year == first else 1.0)
        kept = loan.in_grace is GraceInterest.CAPITALISED and age <= 0
        lines.interest[..., year] += interest
        if kept:
            owed = owed + interest
        else:
            lines.paid_interest[..., year] += interest
        if 1 <= age <= loan.years:
            part = _instalment(loan, rate, owed) if part is None else part
            paid = part if loan.form is LoanForm.EQUAL_PRINCIPAL else part - interest
            paid = (
                owed if age == loan.years else paid
            )  # the last one leaves no rounding behind that would ask for cover
            lines.principal[..., year] += paid
            owed = owed - paid
        lines.balance[..., year] += owed


def _instalment(loan: Loan, rate: Array, owed: Array) -> Array:
    """An equal part of the principal, or the equal sum of an annuity."""
    if loan.form is LoanForm.EQUAL_PRINCIPAL:
        return owed / loan.years
    growth = -np.expm1(-loan.years * np.log1p(rate))
    factor = np.divide(rate, growth, out=np.full(np.shape(rate), 1.0 / loan.years), where=growth != 0)
    return np.asarray(owed * factor)
