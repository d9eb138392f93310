"""Worth of units in draws: laws of order, company and ranges; and the quick way against the statements."""

import numpy as np
import pandas as pd
import pytest

from engine.domain.unit import unit_table
from engine.economics.assumptions import Assumptions
from engine.economics.figures import debt_service_cover, nominal_rate, present_value
from engine.economics.quick import worth_and_cover
from engine.economics.revival import Gap, facts, revival, terms
from engine.economics.statements import statements
from engine.economics.worth import FIGURES, summary, worth

BILLION = 10**9


@pytest.fixture(scope="module")
def units() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    n = 12
    return unit_table(
        pd.DataFrame(
            {
                "unit_id": [f"u{place}" for place in range(n)],
                "isic": [*rng.choice(["10", "13", "20", "2395"], n - 1), None],
                "price_year": 1404,
                "province": "West Azerbaijan",
                "county": ["Urmia", "Khoy", "Sardasht", "Takab"] * (n // 4),
                "estate": [None, "شهرک"] * (n // 2),
                "status": "idle",
                "capital_needed_rial": [None if place % 3 == 0 else 100 * BILLION * place for place in range(n)],
                "bank_debt_rial": [20 * BILLION * (place % 4) for place in range(n)],
                "land_m2": [None if place % 2 else 5000.0 for place in range(n)],
                "export_share": [0.0, 0.5] * (n // 2),
            }
        )
    )


@pytest.fixture(scope="module")
def predictions(units) -> pd.DataFrame:
    jobs = np.linspace(5, 80, len(units))
    frame = pd.DataFrame(
        {"feasibility_low": 0.1, "feasibility_point": 0.25, "feasibility_high": 0.5}, index=units.index
    )
    return frame.assign(jobs_if_revived_low=jobs * 0.5, jobs_if_revived_point=jobs, jobs_if_revived_high=jobs * 1.5)


@pytest.mark.parametrize("changes", [{}, {"asset_life_years": 3.5, "ramp_months": 30, "tax_holiday_base": 2},
                                     {"horizon_years": 4, "real_exchange_rate": 1.5}])  # fmt: skip
def test_the_quick_way_finds_what_the_statements_say(units, predictions, changes):
    values = Assumptions.from_reference().changed(changes).points()
    known = facts(units, predictions["jobs_if_revived_point"])
    jobs = predictions["jobs_if_revived_point"].to_numpy()
    worked = statements(revival(known, jobs, values))
    rate = nominal_rate(values["real_discount_rate"], values["expected_inflation"])
    value, cover = worth_and_cover(terms(known, jobs, values), values)
    judged = known.judged
    assert value[judged] == pytest.approx(present_value(worked.project_flow, rate)[judged], rel=1e-9)
    yearly = debt_service_cover(worked.cash_for_debt, worked.debt_service)[judged]
    assert cover[judged] == pytest.approx(np.nanmin(yearly, axis=-1), rel=1e-9)


def test_a_unit_draws_the_same_in_any_company_and_order(units, predictions):
    whole = worth(units, predictions, draws=50, seed=4)
    turned = worth(units[::-1], predictions, draws=50, seed=4)
    alone = worth(units.iloc[[4]], predictions, draws=50, seed=4)
    for name in FIGURES:
        assert np.array_equal(getattr(whole, name), getattr(turned, name)[:, ::-1], equal_nan=True)
        assert np.array_equal(getattr(whole, name)[:, [4]], getattr(alone, name), equal_nan=True)


def test_two_processors_find_what_one_finds(units, predictions, monkeypatch):
    monkeypatch.setattr("engine.economics.worth.CELLS", 100)
    whole = worth(units, predictions, draws=50)
    split = worth(units, predictions, draws=50, threads=2)
    assert np.array_equal(whole.npv_rial, split.npv_rial, equal_nan=True)


def test_a_unit_that_cannot_be_judged_has_no_figure_and_says_why(units, predictions):
    found = worth(units, predictions, draws=20)
    assert found.gaps[Gap.NO_SECTOR.value].tolist() == [False] * 11 + [True]
    assert all(np.isnan(getattr(found, name)[:, -1]).all() for name in FIGURES)
    assert summary(found, dscr_floor=1.25).iloc[-1].isna().all()
    silent = predictions.assign(jobs_if_revived_point=np.nan)
    assert worth(units, silent).gaps[Gap.NO_JOBS.value].all()
    undated = worth(unit_table(units.assign(price_year=None)), predictions)
    assert undated.gaps[Gap.NO_PRICE_YEAR.value].all()
    assert np.isnan(undated.npv_rial).all()
    # money of nobody knows when is not taken for money of the year that is asked for; norms alone have their own years
    asked = worth(unit_table(units.assign(price_year=None)), predictions, price_year=1404)
    states = units[["capital_needed_rial", "bank_debt_rial"]].notna().any(axis=1).to_numpy()
    assert (asked.gaps[Gap.NO_PRICE_YEAR.value].to_numpy() == states).all()
    bare = units.assign(capital_needed_rial=None, bank_debt_rial=None, price_year=None)
    assert not worth(unit_table(bare), predictions, price_year=1404).gaps[Gap.NO_PRICE_YEAR.value].any()


def test_stated_capital_stays_the_stated_sum_at_the_point(units, predictions):
    found = worth(units, predictions)
    stated = units["capital_needed_rial"].astype("float64").to_numpy()
    usual = ~np.isnan(stated) & ~np.isnan(found.npv_rial[0])
    working = found.capital_rial[0, usual] - stated[usual]
    assert (np.abs(working) / stated[usual] < 1e-9).sum() >= usual.sum() - 2  # a capital below the norm of stocks rises


@pytest.mark.parametrize("name", ["costs_to_norm", "capital_overrun", "real_discount_rate", "tax_rate"])
def test_a_wider_range_never_narrows_an_interval(units, predictions, name):
    fixed = {other: row.value for other, row in Assumptions.from_reference().ranged().items()}
    row = Assumptions.from_reference()[name]
    middle = (row.low + row.high) / 2
    halves = [0.25 * (row.high - row.low), 0.5 * (row.high - row.low)]
    widths = []
    for half in halves:
        assumed = Assumptions.from_reference().changed(fixed).changed({name: [middle - half, middle, middle + half]})
        sure = predictions.assign(
            **{f"jobs_if_revived_{end}": predictions["jobs_if_revived_point"] for end in ("low", "high")}
        )
        said = summary(worth(units, sure, assumed, draws=200), dscr_floor=1.25)
        widths.append((said["npv_rial_high"] - said["npv_rial_low"]).to_numpy()[:-1])
    assert (widths[1] >= widths[0] - 1e-6).all()


def test_jobs_come_with_the_revival_and_net_ones_are_fewer(units, predictions):
    found = worth(units, predictions, draws=400)
    judged = ~np.isnan(found.npv_rial[0])
    assert (found.net_jobs[:, judged] <= found.gross_jobs[:, judged]).all()
    assert found.revived[:, judged].mean(axis=0) == pytest.approx(np.full(judged.sum(), 0.27), abs=0.09)
    realised = found.realised("net_jobs")
    assert (realised[:, judged][found.revived[:, judged] == 0] == 0).all()


def test_a_county_out_of_work_weighs_more(units, predictions):
    found = worth(units, predictions)
    weight = found.weighted_jobs[0] / found.net_jobs[0]
    by_county = pd.Series(weight, index=units["county"]).groupby(level=0).first()
    assert by_county["Sardasht"] > by_county["Takab"] > by_county["Urmia"] > by_county["Khoy"]


def test_old_debts_lower_the_value_and_not_the_capital(units, predictions):
    owing, free = worth(units, predictions), worth(unit_table(units.assign(bank_debt_rial=None)), predictions)
    judged = ~np.isnan(free.npv_rial[0])
    assert np.array_equal(owing.capital_rial[0, judged], free.capital_rial[0, judged])
    owes = units["bank_debt_rial"].to_numpy(dtype=float) > 0
    assert (owing.npv_rial[0, judged & owes] < free.npv_rial[0, judged & owes]).all()
    assert np.array_equal(owing.npv_rial[0, judged & ~owes], free.npv_rial[0, judged & ~owes])
    assert free.gaps[Gap.DEBTS_UNKNOWN.value].all()


def test_a_unit_without_debt_covers_it_without_end(units, predictions):
    free = worth(units, predictions, Assumptions.from_reference().changed({"loan_share": 0}), draws=50)
    said = summary(free, dscr_floor=1.25)
    owing = units["bank_debt_rial"].to_numpy() > 0
    judged = said["npv_positive"].notna().to_numpy()
    assert (said["dscr_enough"].to_numpy()[judged & ~owing] == 1).all()
    assert np.isinf(said["least_dscr_low"].to_numpy()[judged & ~owing]).all()


def test_what_stood_before_wears_out_and_the_more_is_replaced_the_less_a_unit_is_worth(units, predictions):
    kept, half, all_of_it = (
        worth(units, predictions, Assumptions.from_reference().changed({"replaced_wear": share})).npv_rial[0, :-1]
        for share in (0, 0.5, 1)
    )
    assert (kept >= half).all()
    assert (half >= all_of_it).all()
    assert (kept > all_of_it).any()


def test_a_stated_capital_that_cannot_carry_its_output_says_so_and_one_that_can_does_not(units, predictions):
    jobs = predictions["jobs_if_revived_point"]
    lean = unit_table(units.assign(capital_needed_rial=BILLION, working_capital_needed_rial=BILLION))
    rich = unit_table(units.assign(capital_needed_rial=9_000 * BILLION, working_capital_needed_rial=8_000 * BILLION))
    for table, doubted in ((lean, True), (rich, False)):
        found = worth(table, predictions)
        for gap in (Gap.CAPITAL_BELOW_NORM, Gap.WORKING_CAPITAL_RAISED):
            assert (found.gaps[gap.value].to_numpy()[:-1] == doubted).all()
    # by hand: 53 of 365 days of all cash cost of a full year
    values = Assumptions.from_reference().points()
    known = facts(lean, jobs)
    once = terms(known, jobs, values)
    cash = sum(once.costs[name][0] for name in ("materials", "energy", "services", "wages"))
    assert once.tied[:-1] == pytest.approx(cash[:-1] * 53 / 365)
