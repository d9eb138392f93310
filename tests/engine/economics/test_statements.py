"""Statements of a project: textbook cases built up from their lines, and the law that the balance balances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.economics.figures import payback, present_value
from engine.economics.loans import GraceInterest, Loan, LoanForm
from engine.economics.project import Asset, Cost, Project, TaxRule
from engine.economics.rates import rates
from engine.economics.statements import depreciation, statements


def project_s(written_off: list[float]) -> Project:
    """Brigham and Houston, Fundamentals of Financial Management, table 12-1: expansion project S, thousand dollars."""
    units, variable = np.array([537, 520, 505, 490]), np.array([5.092, 5.391, 5.228, 6.106])
    return Project(
        sales=[0, *units * 10.0],
        assets={"equipment": Asset([900, 0, 0, 0, 0], residual=50.0, written_off=[0, *written_off])},
        costs={"variable": Cost([0, *units * variable]), "fixed": Cost([0, *[2000.0] * 4], fixed_share=1.0)},
        working_capital=[100, 100, 100, 100, 100],
        tax=TaxRule(0.4, refunded=True),
    )


@pytest.mark.parametrize(
    ("written_off", "value", "rate", "years"),
    [([297, 405, 135, 63], 78.82, 0.14489, 2.33), ([225] * 4, 64.44, 0.13437, 2.60)],
)
def test_project_s_from_its_lines(written_off, value, rate, years):
    """Unit costs are printed rounded: with them the value is 78.93 where 78.82 is printed."""
    flow = statements(project_s(written_off)).project_flow
    assert present_value(flow, 0.1) == pytest.approx(value, abs=0.12)
    assert rates(flow).single == pytest.approx(rate, abs=1e-4)
    assert payback(flow) == pytest.approx(years, abs=0.01)
    if written_off[0] == 297:
        assert flow == pytest.approx([-1000, 500, 400, 300, 100], abs=0.3)


def test_a_machine_is_replaced_with_and_without():
    """mymathforum.com, thread 18812: printed 35.456, from annuity factors of four digits. The 200 of old are sunk."""
    # the old machine is sold: 90 come in, and a book loss of 10 saves 3 of tax
    new = Project(
        sales=[0, *[180.0] * 5],
        assets={
            "new": Asset([400.0, *[0.0] * 5], life_years=5),
            "old": Asset([-90.0, *[0.0] * 5], written_off=[10.0, *[0.0] * 5]),
        },
        tax=TaxRule(0.3, refunded=True),
        without=[0.0, *[55.0] * 5],
    )
    flow = statements(new).project_flow
    assert flow == pytest.approx([-307, *[95] * 5])
    assert present_value(flow, 0.12) == pytest.approx(35.454, abs=0.001)
    assert rates(flow).single == pytest.approx(0.16565, abs=1e-5)


def test_what_is_written_off_is_what_was_spent():
    assert depreciation(Asset([100.0, 50, 0, 0, 0], life_years=2)).tolist() == [0, 50, 75, 25, 0]
    assert depreciation(Asset([100.0, 50, 0, 0, 0], life_years=2, first_year=2)).tolist() == [0, 0, 75, 75, 0]
    assert depreciation(Asset([100.0, 0])).tolist() == [0, 0]


money = st.floats(0, 1e6)
YEARS = 6
yearly = st.lists(money, min_size=YEARS, max_size=YEARS)
loans = st.builds(
    Loan,
    yearly,
    st.floats(0, 0.5),
    grace_years=st.integers(0, 2),
    years=st.integers(1, 4),
    form=st.sampled_from(LoanForm),
    in_grace=st.sampled_from(GraceInterest),
)
projects = st.builds(
    Project,
    sales=yearly,
    assets=st.fixed_dictionaries(
        {"machines": st.builds(Asset, yearly, st.floats(1, 9), money), "debts": st.builds(Asset, yearly)}
    ),
    costs=st.fixed_dictionaries({"materials": st.builds(Cost, yearly, st.floats(0, 1))}),
    working_capital=yearly,
    loans=st.fixed_dictionaries({"bank": loans}),
    tax=st.builds(TaxRule, st.floats(0, 0.5), st.integers(0, 4), st.none() | st.integers(0, 3)),
    equity=st.none() | yearly,
    without=yearly,
)


@settings(max_examples=40)
@given(projects)
def test_the_balance_sheet_balances_in_every_year(project):
    worked = statements(project)
    sheet = worked.balance
    assets = sheet["fixed_assets"] + sheet["working_capital"] + sheet["cash"]
    paid_by = sheet["debt"] + sheet["paid_in"] + sheet["retained"]
    assert assets == pytest.approx(paid_by, abs=1e-9 * sum(np.abs(side).max() for side in sheet.values()) + 1e-6)
    if project.equity is None:
        assert worked.cash.min() >= -1e-6 * np.abs(assets).max() - 1e-6


@settings(max_examples=40)
@given(projects, st.floats(0.1, 1000))
def test_scaling_all_money_scales_the_value(project, factor):
    def scaled(values):
        return None if values is None else np.multiply(values, factor)

    bank, asset, debts = project.loans["bank"], project.assets["machines"], project.assets["debts"]
    larger = Project(
        sales=scaled(project.sales),
        assets={
            "machines": Asset(scaled(asset.spent), asset.life_years, scaled(asset.residual)),
            "debts": Asset(scaled(debts.spent)),
        },
        costs={name: Cost(scaled(cost.rial), cost.fixed_share) for name, cost in project.costs.items()},
        working_capital=scaled(project.working_capital),
        loans={"bank": Loan(scaled(bank.drawn), bank.rate, bank.grace_years, bank.years, bank.form, bank.in_grace)},
        tax=project.tax,
        equity=scaled(project.equity),
        without=scaled(project.without),
    )
    small, large = statements(project).project_flow, statements(larger).project_flow
    assert large == pytest.approx(small * factor, rel=1e-6, abs=1e-6 * factor * (1 + np.abs(small).max()))


@settings(max_examples=40)
@given(projects)
def test_owners_and_lenders_share_the_flow_of_the_project(project):
    worked = statements(project)
    lenders = worked.debt_service - worked.drawn
    lenders[..., -1] += worked.debt[..., -1]
    size = np.abs(worked.project_flow).max() + np.abs(lenders).max() + 1
    assert worked.equity_flow + lenders == pytest.approx(worked.project_flow, abs=1e-9 * size)


def test_value_added_is_what_is_not_bought():
    project = Project(sales=[0, 100.0], costs={"materials": Cost([0, 40.0]), "wages": Cost([0, 30.0], bought=False)})
    assert statements(project).value_added.tolist() == [0, 60]
