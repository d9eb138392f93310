"""The account of a project: figures with reasons, the economy's view, and a bad project."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.persona import Persona
from engine.economics.account import Account, FigureName, ProjectJobs, Standards, StatementLine, account, yearly
from engine.economics.figures import NotCalculable
from engine.economics.loans import Loan
from engine.economics.project import Asset, Cost, Project, TaxRule
from engine.economics.rates import NoRate
from engine.economics.tornado import Step, moved, steps
from engine.economics.views import FIGURES, PersonaFinding, view

STANDARDS = Standards(real_rate=0.1, dscr_floor=1.25, loan_rate=0.2, market_rate=0.3, rial_per_usd=1000.0)


def mill(**changes: object) -> Project:
    stated = {
        "sales": [0.0, 100, 100, 100],
        "assets": {"machines": Asset([120.0, 0, 0, 0], life_years=3)},
        "costs": {"wheat": Cost([0.0, 20, 20, 20]), "wages": Cost([0.0, 20, 20, 20], fixed_share=1.0, bought=False)},
        "loans": {"capital_loan": Loan([60.0, 0, 0, 0], 0.2, years=3)},
        "tax": TaxRule(0.25),
    }
    return Project(**(stated | changes))


def told(project: Project, jobs: ProjectJobs | None = None, standards: Standards = STANDARDS) -> Account:
    return account(project, standards, jobs)


def test_the_full_year_is_the_first_whatever_prices_do():
    # prices rise by half a year: the same year 1 is full, and costs what the mill without inflation costs
    prices = 1.5 ** np.arange(4)
    rising = mill(
        sales=np.array([0.0, 100, 100, 100]) * prices,
        costs={
            "wheat": Cost(np.array([0.0, 20, 20, 20]) * prices),
            "wages": Cost(np.array([0.0, 20, 20, 20]) * prices, fixed_share=1.0, bought=False),
        },
        inflation=0.5,
    )
    # year 1: wages 30, depreciation 40, interest 12, over sales 150 less wheat 30
    assert told(rising).value(FigureName.BREAK_EVEN_OUTPUT) == pytest.approx((30 + 40 + 12) / 120)


def test_what_is_still_owed_at_the_end_is_no_gift():
    short = told(mill(), ProjectJobs(gross=20, net=10)).value(FigureName.LOAN_GIFT)
    longer = told(mill(loans={"capital_loan": Loan([60.0, 0, 0, 0], 0.2, years=6)}), ProjectJobs(gross=20, net=10))
    # at 20 % instead of 30 %: 60 - 22/1.3 - 20/1.69 - (18 + 30)/2.197
    assert longer.value(FigureName.LOAN_GIFT) == pytest.approx(60 - 22 / 1.3 - 20 / 1.69 - 48 / 2.197)
    assert 0 < short < longer.value(FigureName.LOAN_GIFT)


def test_figures_of_a_mill_by_hand():
    # surplus 60 a year, depreciation 40, interest 12, 8, 4: tax 2, 3, 4; flow -120, 58, 57, 56
    found = told(mill(), ProjectJobs(gross=20, net=10))
    assert found.worked.project_flow == pytest.approx([-120, 58, 57, 56])
    assert found.value(FigureName.CAPITAL) == 120
    assert found.value(FigureName.NPV) == pytest.approx(-120 + 58 / 1.1 + 57 / 1.21 + 56 / 1.331)
    assert found.value(FigureName.NPV_USD) == pytest.approx(found.value(FigureName.NPV) / 1000)
    assert found.cover[1:] == pytest.approx([58 / 32, 57 / 28, 56 / 24])
    assert found.value(FigureName.LEAST_DSCR) == pytest.approx(58 / 32)
    assert found.value(FigureName.LEAST_DSCR_YEAR) == 1
    assert found.value(FigureName.DEBT_THAT_COVER_BEARS) == pytest.approx(60 * 58 / 32 / 1.25)
    assert found.value(FigureName.BREAK_EVEN_OUTPUT) == pytest.approx((20 + 40 + 12) / 80)
    assert found.value(FigureName.VALUE_ADDED) == pytest.approx(80 * (1 / 1.1 + 1 / 1.21 + 1 / 1.331))
    assert found.value(FigureName.PUBLIC_COST_PER_JOB) == 6
    assert found.value(FigureName.WHOLE_COST_PER_JOB) == 12
    gift = 60 - 32 / 1.3 - 28 / 1.69 - 24 / 2.197
    assert found.value(FigureName.LOAN_GIFT) == pytest.approx(gift)


def test_settled_debts_lower_the_value_and_are_no_investment():
    # investment 120 alone below the line; 30 of debts settled at once above it
    free, owing = (told(mill(loans={}, assets=assets)) for assets in (
        {"machines": Asset([120.0, 0, 0, 0], life_years=3)},
        {"machines": Asset([120.0, 0, 0, 0], life_years=3), "debts": Asset([30.0, 0, 0, 0])},
    ))  # fmt: skip
    assert owing.value(FigureName.CAPITAL) == free.value(FigureName.CAPITAL) == 120
    for found in (free, owing):
        assert found.value(FigureName.NPVR) == pytest.approx(found.value(FigureName.NPV) / 120)
    assert owing.value(FigureName.NPVR) < free.value(FigureName.NPVR)


def test_the_economy_pays_no_tax_and_less_for_work_that_nobody_else_wants():
    whole = told(mill(), standards=Standards(real_rate=0.1, shadow_wage=0.5))
    # 60 of surplus and half of the wages of 20
    assert whole.value(FigureName.ECONOMIC_NPV) == pytest.approx(-120 + 70 * (1 / 1.1 + 1 / 1.21 + 1 / 1.331))


@pytest.mark.parametrize(
    ("project", "name", "reason"),
    [
        (mill(loans={}), FigureName.LEAST_DSCR, NotCalculable.NO_DEBT),
        (mill(loans={}), FigureName.PUBLIC_MONEY, NotCalculable.NO_PUBLIC_MONEY),
        (mill(assets={}, loans={}), FigureName.CAPITAL, NotCalculable.NO_INVESTMENT),
        (mill(assets={}, loans={}), FigureName.NPVR, NotCalculable.NO_INVESTMENT),
        (mill(assets={}, loans={}), FigureName.IRR, NoRate.NO_SIGN_CHANGE),
        (mill(sales=[0.0, 10, 10, 10]), FigureName.PAYBACK, NotCalculable.NOT_RECOVERED),
        (mill(sales=[0.0, 0, 0, 0]), FigureName.BREAK_EVEN_PRICE, NotCalculable.NO_SALES),
        (mill(costs={"wheat": Cost([0.0, 100, 100, 100])}), FigureName.BREAK_EVEN_OUTPUT, NotCalculable.NO_MARGIN),
        (mill(), FigureName.NET_JOBS, NotCalculable.JOBS_NOT_STATED),
        (mill(), FigureName.WHOLE_COST_PER_JOB, NotCalculable.JOBS_NOT_STATED),
        (mill(), FigureName.COLLATERAL_COVER, NotCalculable.NO_COLLATERAL),
    ],
)
def test_what_cannot_be_calculated_says_why_and_is_never_nil(project, name, reason):
    figure = told(project).figures[name]
    assert (figure.value, figure.reason) == (None, reason)


def test_several_rates_are_all_said():
    pump = Project(sales=[0.0, 10000, 0], assets={"pump": Asset([1600.0, 0, 10000])})
    figure = told(pump).figures[FigureName.IRR]
    assert (figure.value, figure.reason) == (None, NoRate.SEVERAL)
    assert figure.several == pytest.approx((0.25, 4.0))


@settings(max_examples=25)
@given(st.floats(0.0, 0.6))
def test_inflation_alone_moves_no_real_value_of_a_mill_without_tax_and_debt(rate):
    prices = (1 + rate) ** np.arange(4)
    real = mill(loans={}, tax=TaxRule())
    nominal = mill(
        sales=np.array([0.0, 100, 100, 100]) * prices,
        costs={"all": Cost(np.array([0.0, 40, 40, 40]) * prices)},
        loans={},
        tax=TaxRule(),
        inflation=rate,
    )
    both = told(nominal), told(real)
    for name in (FigureName.NPV, FigureName.IRR_REAL, FigureName.PAYBACK):
        assert both[0].value(name) == pytest.approx(both[1].value(name), rel=1e-7)


def test_statements_have_a_line_for_every_name_and_a_column_for_every_year():
    table = yearly(told(mill()).worked)
    assert list(table.index) == [line.value for line in StatementLine]
    assert list(table.columns) == [0, 1, 2, 3]
    sides = table.loc[["end_fixed_assets", "end_working_capital", "end_cash"]].sum()
    paid_by = table.loc[["end_debt", "end_paid_in", "end_retained"]].sum()
    assert sides.to_numpy() == pytest.approx(paid_by.to_numpy())


def test_every_persona_sees_its_figures_and_says_what_it_makes_of_them():
    found = told(mill(), ProjectJobs(gross=20, net=12, weighted=15))
    for persona in Persona:
        seen = view(found, persona, dscr_floor=1.25)
        assert tuple(figure.name for figure in seen.figures) == FIGURES[persona]
        assert seen.findings
    assert FIGURES[Persona.GOVERNOR][0] is FIGURES[Persona.PLANNER][0] is FigureName.NET_JOBS
    bank = view(found, Persona.BANK, dscr_floor=1.25).findings
    assert bank == (PersonaFinding.COVER_ENOUGH, PersonaFinding.COLLATERAL_UNKNOWN)
    strict = view(found, Persona.BANK, dscr_floor=3.0).findings
    assert strict[0] is PersonaFinding.COVER_SHORT
    poor = told(mill(sales=[0.0, 60, 60, 60]))
    assert PersonaFinding.RESCHEDULING_NEEDED in view(poor, Persona.BANK, dscr_floor=1.25).findings


def test_a_step_moves_only_its_own_line():
    dearer = moved(mill(), Step.COSTS, 1.2)
    assert np.asarray(dearer.costs["wheat"].rial).tolist() == [0, 24, 24, 24]
    assert dearer.sales == mill().sales
    found = {swing.name: swing for swing in steps(mill(), 0.1, step=0.2, shock=1.5)}
    assert found["exchange_rate"].width == 0
    assert found["price"].npv_low < found["price"].npv_high
    assert found["capital"].npv_low > found["capital"].npv_high
