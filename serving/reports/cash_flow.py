"""The cash flow of a project as a workbook with live formulas: change an input, see what it is worth then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.domain.unit import Origin
from engine.economics.account import FigureName, StatementLine
from engine.economics.loans import GraceInterest, Loan, LoanForm
from engine.economics.project import Asset, Project
from engine.economics.revival import FORBIDDING
from engine.economics.tornado import Step
from engine.economics.years import Array, by_year
from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from serving.desk.economics import Economics
from serving.i18n import Speech
from serving.reports.cells import neutral
from serving.reports.workbook import NUMBER_FORMATS, sheet_titles

ENDINGS = (".xlsx",)

_TODAY = 3  # column of year 0, behind the names and the choices
_MONEY, _FACTOR, _RATE, _COUNT = NUMBER_FORMATS["money"], "0.000", "0.0%", "0"
_INPUT = "FFF4DC"
_SETTLED = "debts"
"""Asset whose spending pays old debts: it is no outlay of capital, and does not move with it."""

Formulas = Callable[[int], str | float]


def write_cash_flow(path: Path, found: Economics, speech: Speech) -> Path:
    """Write the cash flow of a unit or a stated project, with formulas and no macros.

    Nothing reads such a workbook back: what somebody changes in it stays in it.

    Parameters
    ----------
    path
        Where to (.xlsx).
    found
        What `serving.desk.economics` answers.
    speech
        Language and direction of the sheets.

    Raises
    ------
    EhyaError
        ``unknown_option`` for another ending; ``no_cash_flow`` where it cannot be judged; ``file_not_written``.
    """
    if path.suffix not in ENDINGS:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=path.name, allowed=list(ENDINGS))
    if found.account is None or found.project is None:
        reasons = [gap for gap in found.gaps if gap in FORBIDDING]
        raise EhyaError(ErrorCode.NO_CASH_FLOW, given=found.unit_id or found.name, reasons=reasons)
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    titles = sheet_titles([speech.text("cash_flow.title"), speech.text("cli.notes")])
    _fill(_Sheet(book.create_sheet(titles[0]), found.project.years, speech), found, found.project)
    _notes(book.create_sheet(titles[1]), found, speech)
    book.calculation.fullCalcOnLoad = True  # no values stand beside the formulas: whoever opens it works them out
    with replacing(path) as beside:
        book.save(beside)
    return path


@dataclass(eq=False, slots=True)
class _Sheet:
    """A sheet that is filled from above: choices in the second column, years from the third on."""

    page: Any
    years: int
    speech: Speech
    row: int = 0
    heads: list[int] = field(default_factory=list)

    def name(self, title: str, *, bold: bool = False) -> int:
        """A row with a name alone."""
        from openpyxl.styles import Font

        self.row += 1
        cell = self.page.cell(self.row, 1, neutral(title))
        cell.font = Font(bold=bold)
        return self.row

    def choice(self, title: str, value: str | float, number_format: str, *, given: bool = True) -> str:
        """A row with one value; the address of its cell."""
        row = self.name(title)
        cell = self.page.cell(row, 2, value)
        cell.number_format = number_format
        if given:
            _mark(cell)
        return f"$B${row}"

    def line(self, title: str, at: Formulas, *, given: Sequence[bool] | None = None, bold: bool = False) -> int:
        """A row with a number or a formula for each year; ``given`` marks those that are inputs."""
        row = self.name(title, bold=bold)
        for year in range(self.years):
            cell = self.page.cell(row, _TODAY + year, at(year))
            cell.number_format = _MONEY
            if given is not None and given[year]:
                _mark(cell)
        return row

    def stated(self, title: str, money: Array) -> int:
        """A row of inputs."""
        return self.line(title, lambda year: float(money[year]), given=[True] * self.years)

    def at(self, row: int, year: int) -> str:
        """Address of a year in a row."""
        return f"{_letter(year)}{row}"

    def span(self, row: int, first: int = 0, last: int | None = None) -> str:
        """Address of years of a row, by default of all."""
        return f"{self.at(row, first)}:{self.at(row, self.years - 1 if last is None else last)}"

    def before(self, row: int, year: int) -> str:
        """Address of the year before; 0 where there is none."""
        return self.at(row, year - 1) if year else "0"

    def total(self, title: str, rows: Sequence[int], *, bold: bool = False) -> int:
        """A row that adds up others."""
        return self.line(title, lambda year: "=" + ("+".join(self.at(row, year) for row in rows) or "0"), bold=bold)


@dataclass(frozen=True, slots=True)
class _Choices:
    """Addresses of what moves the whole project."""

    price: str
    costs: str
    capital: str
    real_rate: str
    discount: str
    tax: str
    holiday: str


@dataclass(frozen=True, slots=True)
class _Bought:
    """Rows and cells of an asset."""

    spent: int
    written_off: int
    residual: str


@dataclass(frozen=True, slots=True)
class _Lent:
    """Rows of a drawing of a loan."""

    drawn: int
    interest: int
    paid: int
    principal: int
    balance: int


def _fill(sheet: _Sheet, found: Economics, project: Project) -> None:
    say, name = sheet.speech.text, found.name or found.unit_id
    sheet.page.sheet_view.rightToLeft = sheet.speech.direction == "rtl"
    sheet.name(say("economics.title", name=name), bold=True)
    if found.origin == Origin.SYNTHETIC.value:
        sheet.name(say("economics.synthetic"), bold=True)
    legend = sheet.name(say("cash_flow.legend"))
    _mark(sheet.page.cell(legend, 1))
    choices = _choices(sheet, found, project)
    worth = sheet.name(say("cash_flow.worth"), bold=True)  # filled when the rows below are known
    sheet.row += len(_WORTH)
    years = sheet.line(say("cash_flow.year"), lambda year: year, bold=True)
    for cell in sheet.page[years]:
        cell.number_format = _COUNT
    sheet.page.freeze_panes = sheet.page.cell(years + 1, _TODAY)
    flow, owners, cover = _years(sheet, choices, project, years)
    _worth(sheet, worth, choices, (flow, owners, cover), found)
    _widen(sheet)


def _choices(sheet: _Sheet, found: Economics, project: Project) -> _Choices:
    say = sheet.speech.text
    sheet.name(say("cash_flow.choices"), bold=True)
    price, costs, capital = (
        sheet.choice(say("cash_flow.factor", name=say(step)), 1.0, _FACTOR)
        for step in (Step.PRICE, Step.COSTS, Step.CAPITAL)
    )
    real = sheet.choice(say("sheet.rate"), found.real_rate, _RATE)
    inflation = float(np.asarray(project.inflation))
    rises = sheet.choice(say("cash_flow.inflation"), inflation, _RATE, given=False)
    discount = sheet.choice(say("cash_flow.discount"), f"=(1+{real})*(1+{rises})-1", _RATE, given=False)
    tax = sheet.choice(say("cash_flow.tax_rate"), float(np.asarray(project.tax.rate)), _RATE)
    holiday = sheet.choice(say("cash_flow.holiday"), float(np.asarray(project.tax.holiday_years)), _COUNT)
    return _Choices(price, costs, capital, real, discount, tax, holiday)


def _years(sheet: _Sheet, choices: _Choices, project: Project, years: int) -> tuple[int, int, int]:
    """Rows of the years; those of the project's flow, the owners' flow, and the cover of debt."""
    say = sheet.speech.text
    sheet.name(say("cash_flow.stated"), bold=True)
    base = sheet.stated(_base(say(StatementLine.SALES), sheet), by_year(project.sales))
    costs = [sheet.stated(_base(_part(name, sheet), sheet), by_year(cost.rial)) for name, cost in project.costs.items()]
    assets = [_spending(sheet, choices, name, asset) for name, asset in project.assets.items()]
    tied = sheet.stated(say("cash_flow.tied"), np.broadcast_to(project.working_capital, project.years))
    without = sheet.stated(say(StatementLine.WITHOUT), np.broadcast_to(project.without, project.years))
    loans = [
        _lent(sheet, name, loan, int(first), years)
        for name, loan in project.loans.items()
        for first in np.flatnonzero(by_year(loan.drawn))
    ]

    sheet.name(say("cash_flow.worked"), bold=True)
    sales = sheet.line(say(StatementLine.SALES), lambda year: f"={sheet.at(base, year)}*{choices.price}")
    spent = sheet.line(say("cash_flow.costs"), lambda year: _minus(sheet, costs, year, choices.costs))
    surplus = sheet.total(say(StatementLine.OPERATING_SURPLUS), [sales, spent], bold=True)
    written = sheet.line(
        say(StatementLine.DEPRECIATION), lambda year: _minus(sheet, _rows(assets, "written_off"), year)
    )
    interest = sheet.line(say(StatementLine.INTEREST), lambda year: _minus(sheet, _rows(loans, "interest"), year))
    profit = sheet.total(say("cash_flow.profit_before_tax"), [surplus, written, interest])
    tax = _tax(sheet, choices, project, sales, profit)
    outlay = sheet.line(say(StatementLine.INVESTMENT), lambda year: _minus(sheet, _rows(assets, "spent"), year))
    rise = sheet.line(
        say(StatementLine.WORKING_CAPITAL_RISE), lambda year: f"={sheet.before(tied, year)}-{sheet.at(tied, year)}"
    )
    ending = _terminal(sheet, choices, tied, assets)
    terminal = sheet.line(say(StatementLine.TERMINAL), lambda year: ending if year == sheet.years - 1 else 0.0)
    parts = [surplus, outlay, rise, terminal]
    flow = sheet.line(
        say(StatementLine.PROJECT_FLOW),
        lambda year: (
            f"={'+'.join(sheet.at(row, year) for row in parts)}-{sheet.at(tax, year)}-{sheet.at(without, year)}"
        ),
        bold=True,
    )
    drawn = sheet.total(say(StatementLine.DRAWN), _rows(loans, "drawn"))
    service = sheet.total(say(StatementLine.DEBT_SERVICE), [*_rows(loans, "paid"), *_rows(loans, "principal")])
    owed = sheet.total(say(StatementLine.END_DEBT), _rows(loans, "balance"))
    owners = sheet.line(say(StatementLine.EQUITY_FLOW), lambda year: _owners(sheet, flow, drawn, service, owed, year))
    cover = sheet.line(say("cash_flow.cover"), lambda year: _cover(sheet, surplus, tax, service, year))
    for cell in sheet.page[cover][_TODAY - 1 :]:
        cell.number_format = "0.00"
    return flow, owners, cover


def _cover(sheet: _Sheet, surplus: int, tax: int, service: int, year: int) -> str:
    due = sheet.at(service, year)
    return f'=IF({due}>0,({sheet.at(surplus, year)}-{sheet.at(tax, year)})/{due},"")'


def _owners(sheet: _Sheet, flow: int, drawn: int, service: int, owed: int, year: int) -> str:
    said = f"={sheet.at(flow, year)}+{sheet.at(drawn, year)}-{sheet.at(service, year)}"
    return f"{said}-{sheet.at(owed, year)}" if year == sheet.years - 1 else said


def _spending(sheet: _Sheet, choices: _Choices, name: str, asset: Asset) -> _Bought:
    """What is spent on an asset, and what of it is written off: years in which nothing was spent are no inputs."""
    say, part = sheet.speech.text, _part(name, sheet)
    money, life = by_year(asset.spent), float(np.asarray(asset.life_years))
    base = sheet.line(_base(part, sheet), lambda year: float(money[year]), given=money != 0)
    factor = "1" if name == _SETTLED else choices.capital
    spent = sheet.line(say("cash_flow.spent", name=part), lambda year: f"={sheet.at(base, year)}*{factor}")
    residual = sheet.choice(say("cash_flow.residual", name=part), float(np.asarray(asset.residual)), _MONEY)
    title = say("cash_flow.written_off", name=part)
    if asset.written_off is not None:
        return _Bought(spent, sheet.stated(title, by_year(asset.written_off)), residual)
    if np.isinf(life):
        return _Bought(spent, sheet.line(title, lambda year: 0.0), residual)
    lasts = sheet.choice(say("cash_flow.life", name=part), life, "0.0")
    bought = [int(first) for first in np.flatnonzero(money)]

    def parts(year: int) -> str:
        begun = [(first, max(first + 1, asset.first_year)) for first in bought]
        terms = [
            f"{sheet.at(spent, first)}/{lasts}*MAX(0,MIN(1,{lasts}-{year - begin}))"
            for first, begin in begun
            if year >= begin
        ]
        return "=" + ("+".join(terms) or "0")

    return _Bought(spent, sheet.line(title, parts), residual)


def _lent(sheet: _Sheet, name: str, loan: Loan, first: int, years: int) -> _Lent:
    """What is drawn of a loan in one year, with its interest, instalments and balance (`engine.economics.loans`)."""
    say, part, money = sheet.speech.text, _part(name, sheet), by_year(loan.drawn)
    rate = sheet.choice(say("cash_flow.rate", name=part), float(np.asarray(loan.rate)), _RATE)
    grace = sheet.choice(say("cash_flow.grace", name=part), loan.grace_years, _COUNT)
    count = sheet.choice(say("cash_flow.instalments", name=part), loan.years, _COUNT)
    begun = [year == first for year in range(sheet.years)]
    drawn = sheet.line(
        say("cash_flow.drawn", name=part), lambda year: float(money[year]) if begun[year] else 0.0, given=begun
    )
    kept = loan.in_grace is GraceInterest.CAPITALISED
    today = f"{sheet.at(drawn, first)}*{rate}*{float(loan.share_of_first_year)!r}"
    whole = f"({sheet.at(drawn, first)}+{today})*(1+{rate})^{grace}" if kept else sheet.at(drawn, first)
    owed = sheet.choice(say("cash_flow.owed", name=part), f"={whole}", _MONEY, given=False)
    if loan.form is LoanForm.ANNUITY:
        equal = f"=IF({rate}=0,{owed}/{count},{owed}*{rate}/(1-(1+{rate})^(-{count})))"
    else:
        equal = f"={owed}/{count}"
    instalment = sheet.choice(say("cash_flow.instalment", name=part), equal, _MONEY, given=False)
    interest, paid, principal, balance = (sheet.row + place for place in (1, 2, 3, 4))
    age = {year: f"({sheet.at(years, year)}-{first}-{grace})" for year in range(sheet.years)}

    def charged(year: int) -> str | float:
        if year <= first:
            return f"={today}" if year == first else 0.0
        return f"={sheet.at(balance, year - 1)}*{rate}"

    def in_cash(year: int) -> str | float:
        if year < first:
            return 0.0
        due = sheet.at(interest, year)
        return f"=IF({age[year]}<=0,0,{due})" if kept else f"={due}"

    def returned(year: int) -> str | float:
        if year <= first:
            return 0.0
        part_of_it = instalment if loan.form is LoanForm.EQUAL_PRINCIPAL else f"{instalment}-{sheet.at(interest, year)}"
        last = f"IF({age[year]}={count},{sheet.at(balance, year - 1)},{part_of_it})"
        return f"=IF(AND({age[year]}>=1,{age[year]}<={count}),{last},0)"

    def left(year: int) -> str | float:
        if year < first:
            return 0.0
        added = f"{sheet.at(drawn, year)}+{sheet.at(interest, year)}-{sheet.at(paid, year)}-{sheet.at(principal, year)}"
        return f"={sheet.before(balance, year)}+{added}"

    for title, formulas in (("interest", charged), ("paid", in_cash), ("principal", returned), ("balance", left)):
        sheet.line(say(f"cash_flow.{title}", name=part), formulas)
    return _Lent(drawn, interest, paid, principal, balance)


def _tax(sheet: _Sheet, choices: _Choices, project: Project, sales: int, profit: int) -> int:
    """Income tax with its holiday and its losses (`engine.economics.taxes`)."""
    say, rule = sheet.speech.text, project.tax
    at_work = sheet.row + 1
    sheet.line(
        say("cash_flow.at_work"),
        lambda year: (
            f"=IF(OR({sheet.at(sales, year)}>0,{sheet.before(at_work, year)}>0),{sheet.before(at_work, year)}+1,0)"
        ),
    )
    for cell in sheet.page[at_work][_TODAY - 1 :]:
        cell.number_format = _COUNT
    freed = [
        f"AND({sheet.at(at_work, year)}>=1,{sheet.at(at_work, year)}<={choices.holiday})" for year in range(sheet.years)
    ]
    title = say(StatementLine.TAX)
    if rule.refunded:
        return sheet.line(title, lambda year: f"=IF({freed[year]},0,{sheet.at(profit, year)}*{choices.tax})")
    set_off = _losses(sheet, rule.loss_years, profit)
    return sheet.line(
        title,
        lambda year: f"=IF({freed[year]},0,(MAX({sheet.at(profit, year)},0)-{sheet.at(set_off, year)})*{choices.tax})",
    )


def _losses(sheet: _Sheet, limit: int | None, profit: int) -> int:
    """Row of the losses that are set off, oldest first."""
    say = sheet.speech.text
    if limit is None:
        pool = sheet.row + 2
        used = sheet.line(
            say("cash_flow.set_off"),
            lambda year: f"=MIN({sheet.before(pool, year)},MAX({sheet.at(profit, year)},0))",
        )
        sheet.line(
            say("cash_flow.losses"),
            lambda year: f"={sheet.before(pool, year)}-{sheet.at(used, year)}+MAX(-{sheet.at(profit, year)},0)",
        )
        return used
    above = sheet.row

    def left_of(lost: int) -> Formulas:
        def at(year: int) -> str | float:
            if year < lost or year > lost + limit:
                return 0.0
            if year == lost:
                return f"=MAX(-{sheet.at(profit, year)},0)"
            older = [sheet.at(above + 1 + one, year - 1) for one in range(max(year - limit, 0), lost)]
            taken = "-".join([f"MAX({sheet.at(profit, year)},0)", *older])
            return f"=MAX({sheet.at(above + 1 + lost, year - 1)}-MAX({taken},0),0)"

        return at

    for lost in range(sheet.years):
        sheet.line(say("cash_flow.losses_of", year=lost), left_of(lost))

    def used_in(year: int) -> str:
        known = [sheet.at(above + 1 + one, year - 1) for one in range(max(year - limit, 0), year)]
        return f"=MIN({'+'.join(known) or '0'},MAX({sheet.at(profit, year)},0))"

    return sheet.line(say("cash_flow.set_off"), used_in)


def _terminal(sheet: _Sheet, choices: _Choices, tied: int, assets: Sequence[_Bought]) -> str:
    """Working capital set free, and what assets bring less the tax on what they bring beyond their books."""
    said = f"={sheet.at(tied, sheet.years - 1)}"
    for one in assets:
        books = f"SUM({sheet.span(one.spent)})-SUM({sheet.span(one.written_off)})"
        said += f"+{one.residual}-IF({one.residual}>0,({one.residual}-({books}))*{choices.tax},0)"
    return said


_WORTH = (FigureName.NPV, FigureName.EQUITY_NPV, FigureName.IRR, FigureName.LEAST_DSCR)


def _worth(sheet: _Sheet, above: int, choices: _Choices, rows: tuple[int, int, int], found: Economics) -> None:
    """What the project comes to, beside what Ehya worked out before anybody changed an input."""
    from openpyxl.styles import Font

    flow, _, cover = (sheet.span(row) for row in rows)
    discount = choices.discount
    formulas = {
        FigureName.NPV: f"={sheet.at(rows[0], 0)}+NPV({discount},{sheet.span(rows[0], 1)})",
        FigureName.EQUITY_NPV: f"={sheet.at(rows[1], 0)}+NPV({discount},{sheet.span(rows[1], 1)})",
        FigureName.IRR: f'=IFERROR(IRR({flow}),"")',
        FigureName.LEAST_DSCR: f'=IF(COUNT({cover})=0,"",MIN({cover}))',
    }
    formats = {FigureName.IRR: _RATE, FigureName.LEAST_DSCR: "0.00"}
    assert found.account is not None
    sheet.page.cell(above, 2, neutral(sheet.speech.text("cash_flow.now")))
    sheet.page.cell(above, 3, neutral(sheet.speech.text("cash_flow.as_worked")))
    for place, name in enumerate(_WORTH, start=1):
        known = found.account.value(name)
        cells = [sheet.page.cell(above + place, column) for column in (1, 2, 3)]
        cells[0].value, cells[1].value = neutral(sheet.speech.text(name)), formulas[name]
        cells[2].value = neutral(sheet.speech.fact(None)) if known is None else known
        for cell in cells[1:]:
            cell.number_format = formats.get(name, _MONEY)
        cells[1].font = Font(bold=True)


def _notes(page: Any, found: Economics, speech: Speech) -> None:
    from openpyxl.styles import Alignment

    page.sheet_view.rightToLeft = speech.direction == "rtl"
    page.column_dimensions["A"].width = 120
    year = speech.text("cash_flow.price_year", year=found.price_year)
    gaps = [speech.text(gap) for gap in found.gaps]
    lines = [*(speech.text(f"cash_flow.{note}") for note in ("note", "note_rises", "note_back")), year]
    for line in [*lines, *([f"{speech.text('economics.gaps')}: {speech.join(gaps)}"] if gaps else [])]:
        page.append([neutral(line)])
        page.cell(page.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")


def _widen(sheet: _Sheet) -> None:
    sheet.page.column_dimensions["A"].width, sheet.page.column_dimensions["B"].width = 52, 22
    for year in range(sheet.years):
        sheet.page.column_dimensions[_letter(year)].width = 22
    sheet.page.page_setup.orientation, sheet.page.page_setup.paperSize = "landscape", sheet.page.PAPERSIZE_A4
    sheet.page.page_setup.fitToHeight = 0
    sheet.page.sheet_properties.pageSetUpPr.fitToPage = True


def _mark(cell: Any) -> None:
    from openpyxl.styles import PatternFill

    cell.fill = PatternFill("solid", fgColor=_INPUT)


def _letter(year: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(_TODAY + year)


def _minus(sheet: _Sheet, rows: Sequence[int], year: int, factor: str = "1") -> str:
    whole = "+".join(sheet.at(row, year) for row in rows) or "0"
    return f"=-({whole})*{factor}"


def _rows(parts: Sequence[_Bought] | Sequence[_Lent], name: str) -> list[int]:
    return [getattr(part, name) for part in parts]


def _base(name: str, sheet: _Sheet) -> str:
    return sheet.speech.text("cash_flow.base", name=name)


def _part(name: str, sheet: _Sheet) -> str:
    """A cost, asset or loan in words; as the caller named it where it is of a file."""
    return sheet.speech.text(f"project_part.{name}") if name in PARTS else name


PARTS = (
    "materials", "energy", "services", "wages", "replacement", "fixed_capital", "debts", "capital_loan",
    "rescheduled_debts",
)  # fmt: skip
"""Costs, assets and loans of a revival (`engine.economics.revival.revival`), which have words."""
