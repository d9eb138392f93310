"""The cheapest plan agrees with trying everything, and behaves as money and time do."""

from itertools import chain, combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.recourse.cheapest import PlanStatus, PlanWish, cheapest, starts
from engine.reference.tables import table

LISTED = table("interventions").set_index("intervention")
CODES = list(LISTED.index)


def catalogue(unit, lines):
    """Acts of one unit: ``{code: (removes, cost, effect)}``; months are those of the table."""
    return pd.DataFrame(
        [
            {
                "unit_id": unit,
                "intervention": code,
                "removes": removes,
                "owner": LISTED.loc[code, "owner"],
                "family": LISTED.loc[code, "family"],
                "low_months": LISTED.loc[code, "months_low"],
                "months": LISTED.loc[code, "months_typical"],
                "high_months": LISTED.loc[code, "months_high"],
                "cost_rial": cost,
                "cost_gap": "no_figure" if np.isnan(cost) else "",
                "effect": effect,
                "effect_low": effect / 2,
                "effect_high": effect * 2,
                "basis": "assumed",
            }
            for code, (removes, cost, effect) in lines.items()
        ]
    )


def plan_of(acts, chance, wish, must=""):
    unit = acts["unit_id"].iloc[0]
    return cheapest(acts, pd.Series({unit: chance}), pd.Series({unit: must}, dtype="str"), wish)


def after(chance, gain):
    return 1 / (1 + (1 / chance - 1) * np.exp(-gain))


def months_of(codes):
    """Longest chain of acts that wait for one another, worked act by act."""
    ends = {}

    def end(code):
        if code not in ends:
            waits = LISTED.loc[code, "after"]
            waits = [other for other in ([] if pd.isna(waits) else waits.split(";")) if other in codes]
            ends[code] = max(map(end, waits), default=0) + int(LISTED.loc[code, "months_typical"])
        return ends[code]

    return max(map(end, codes), default=0)


def tried(acts, chance, wish, must):
    """What trying every set of acts gives: (reaches, key of the best)."""
    rows = acts.to_dict("records")
    best = {True: None, False: None}
    for few in chain.from_iterable(combinations(rows, size) for size in range(len(rows) + 1)):
        barriers = [name for row in few for name in row["removes"].split(";")]
        cost = [row["cost_rial"] for row in few]
        unknown, money = sum(map(np.isnan, cost)), float(np.nansum([0.0, *cost]))
        lasts = months_of([row["intervention"] for row in few])
        if len(set(barriers)) < len(barriers) or lasts > wish.months:
            continue
        if np.isfinite(wish.budget_rial) and (unknown or money > wish.budget_rial):
            continue
        lifted = after(chance, sum(row["effect"] for row in few))
        left = len(must - set(barriers))
        key = (unknown, round(money, 3), lasts, len(few))
        if lifted >= wish.threshold - 1e-9 and not left:
            best[True] = min(best[True] or (key,), (key,))
        short = (left, -round(lifted, 9), *key)
        best[False] = min(best[False] or short, short)
    return best


COSTS = st.sampled_from([np.nan, 0.0, 1e9, 2e9, 5e9, 7e9])
BARRIERS = ["bank_debt", "tax_debt", "utilities", "management", "raw_material"]


@st.composite
def catalogues(draw):
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=7, unique=True))
    lines = {}
    for code in codes:
        removes = draw(st.lists(st.sampled_from(BARRIERS), min_size=1, max_size=2, unique=True))
        lines[code] = (";".join(sorted(removes)), draw(COSTS), draw(st.sampled_from([0.05, 0.2, 0.5, 1.1])))
    return catalogue("u", lines)


@settings(max_examples=60, deadline=None)
@given(
    acts=catalogues(),
    chance=st.sampled_from([0.05, 0.2, 0.5]),
    threshold=st.sampled_from([0.0, 0.2, 0.3, 0.6]),
    budget=st.sampled_from([np.inf, 3e9, 8e9]),
    months=st.sampled_from([np.inf, 6.0, 10.0]),
    must=st.sets(st.sampled_from(BARRIERS), max_size=2),
)
def test_the_plan_is_what_trying_every_set_of_acts_gives(acts, chance, threshold, budget, months, must):
    wish = PlanWish(threshold, budget, months)
    found = plan_of(acts, chance, wish, ";".join(sorted(must))).table.iloc[0]
    best = tried(acts, chance, wish, must)
    unknown = len(list(filter(None, found["unknown_costs"].split(";"))))
    acted = len(list(filter(None, found["acts"].split(";"))))
    key = (unknown, round(np.nan_to_num(found["cost_rial"]), 3), found["months"], acted)
    assert np.isnan(found["cost_rial"]) == (0 < unknown == acted)
    if best[True]:
        assert found["status"] in (PlanStatus.REACHED, PlanStatus.NOTHING_TO_DO)
        assert key == best[True][0]
        assert found["shortfall"] == pytest.approx(0, abs=1e-9)
    else:
        assert found["status"] == PlanStatus.OUT_OF_REACH
        left = len(list(filter(None, found["standing"].split(";"))))
        assert (left, -round(found["feasibility_after"], 9), *key) == pytest.approx(best[False])


@settings(max_examples=25, deadline=None)
@given(acts=catalogues(), chance=st.sampled_from([0.05, 0.3]), low=st.floats(0, 0.6), more=st.floats(0, 0.3))
def test_a_higher_threshold_is_never_cheaper(acts, chance, low, more):
    modest, bold = (plan_of(acts, chance, PlanWish(threshold)).table.iloc[0] for threshold in (low, low + more))
    if PlanStatus.OUT_OF_REACH not in (modest["status"], bold["status"]):
        unknown = [len(list(filter(None, row["unknown_costs"].split(";")))) for row in (modest, bold)]
        cost = [np.nan_to_num(row["cost_rial"]) for row in (modest, bold)]
        assert (unknown[0], cost[0]) <= (unknown[1], cost[1] + 1e-6)


@settings(max_examples=25, deadline=None)
@given(acts=catalogues(), chance=st.sampled_from([0.05, 0.3]), threshold=st.floats(0, 0.6))
def test_a_looser_limit_never_leaves_a_unit_further_from_its_threshold(acts, chance, threshold):
    tight = plan_of(acts, chance, PlanWish(threshold, budget_rial=4e9, months=6)).table.iloc[0]
    loose = plan_of(acts, chance, PlanWish(threshold, budget_rial=9e9, months=12)).table.iloc[0]
    assert loose["shortfall"] <= tight["shortfall"] + 1e-9
    assert min(tight["feasibility_after"], loose["feasibility_after"]) >= chance - 1e-12


def test_a_plan_worked_by_hand():
    # From .20 to .30 takes ln(.3/.7) - ln(.2/.8) = .539. Instalments (.3) and rescheduling (.5) together give .8;
    # each alone falls short, and the partner that would do removes the bank debt a second time and costs more.
    acts = catalogue(
        "u",
        {
            "tax_instalments": ("tax_debt", 1e9, 0.3),
            "debt_rescheduling": ("bank_debt", 5e9, 0.5),
            "new_partner": ("bank_debt", 90e9, 0.9),
        },
    )
    plans = plan_of(acts, 0.2, PlanWish(0.3))
    row = plans.table.loc["u"]
    assert set(row["acts"].split(";")) == {"tax_instalments", "debt_rescheduling"}
    assert row["cost_rial"] == 6e9
    # Side by side: rescheduling takes 2 to 9 months, mostly 4; instalments 1 to 6.
    assert (row["low_months"], row["months"], row["high_months"]) == (2, 4, 9)
    assert plans.steps["basis"].tolist() == ["assumed", "assumed"]
    assert row["feasibility_after"] == pytest.approx(0.35748, abs=1e-5)
    # Ranges are half and double: .8 less the root of .15² + .25² is .5085, and .8 + root of .3² + .5² is 1.3831.
    assert row["after_low"] == pytest.approx(after(0.2, 0.5085), abs=1e-4)
    assert row["after_high"] == pytest.approx(after(0.2, 1.3831), abs=1e-4)
    assert plans.steps["lift"].sum() == pytest.approx(row["feasibility_after"] - 0.2)


def test_out_of_reach_gives_the_best_there_is_and_says_what_stands_in_the_way():
    acts = catalogue("u", {"tax_instalments": ("tax_debt", 1e9, 0.3)})
    row = plan_of(acts, 0.2, PlanWish(0.9), must="seized_by_bank").table.loc["u"]
    assert row["status"] == PlanStatus.OUT_OF_REACH
    assert row["acts"] == "tax_instalments"
    assert row["shortfall"] == pytest.approx(0.9 - after(0.2, 0.3))
    assert row["standing"] == "seized_by_bank"


def test_an_act_of_unknown_cost_is_taken_only_where_nothing_else_does():
    acts = catalogue("u", {"management_contract": ("management", np.nan, 0.5), "new_partner": ("bank_debt", 90e9, 0.5)})
    assert plan_of(acts, 0.2, PlanWish(0.25)).table.loc["u", "acts"] == "new_partner"
    both = plan_of(acts, 0.2, PlanWish(0.35)).table.loc["u"]
    assert both["unknown_costs"] == "management_contract"
    assert plan_of(acts, 0.2, PlanWish(0.35, budget_rial=1e12)).table.loc["u", "status"] == PlanStatus.OUT_OF_REACH


def test_what_a_plan_costs_is_not_known_where_no_act_of_it_has_a_figure():
    acts = catalogue("u", {"management_contract": ("management", np.nan, 0.5), "new_partner": ("bank_debt", 9e9, 0.5)})
    unpriced = plan_of(acts, 0.2, PlanWish(), must="management").table.loc["u"]
    assert np.isnan(unpriced["cost_rial"])
    both = plan_of(acts, 0.2, PlanWish(), must="bank_debt;management").table.loc["u"]
    assert (both["cost_rial"], both["unknown_costs"]) == (9e9, "management_contract")  # at least nine billion
    assert plan_of(acts, 0.2, PlanWish()).table.loc["u", "cost_rial"] == 0.0


def test_what_must_be_removed_is_removed_though_the_threshold_asks_for_nothing():
    acts = catalogue("u", {"return_from_bank": ("seized_by_bank", 1e9, 0.4), "diagnosis": ("unknown", 1.0, 0.05)})
    row = plan_of(acts, 0.5, PlanWish(), must="seized_by_bank").table.loc["u"]
    assert (row["acts"], row["standing"]) == ("return_from_bank", "")


def test_a_unit_without_a_chance_still_gets_what_must_be_removed():
    acts = catalogue("u", {"return_from_bank": ("seized_by_bank", 1e9, 0.4)})
    row = plan_of(acts, np.nan, PlanWish(), must="seized_by_bank").table.loc["u"]
    assert (row["status"], row["acts"]) == (PlanStatus.NOT_SCORED, "return_from_bank")


def test_acts_wait_for_those_that_come_first_and_others_run_beside():
    chosen = np.array([[True, True, True], [True, False, True]])
    begun = starts(chosen, np.array([6.0, 8.0, 2.0]), [[], [0], []])
    assert begun.tolist() == [[0, 6, 0], [0, 0, 0]]


def test_many_units_get_what_each_gets_alone_in_any_order():
    rng = np.random.default_rng(4)
    acts = []
    for n in range(12):
        codes = rng.choice(CODES, 4, replace=False)
        lines = {
            code: (str(LISTED.loc[code, "removes"]), float(rng.integers(1, 9)), float(rng.uniform(0.1, 1)))
            for code in codes
        }
        acts.append(catalogue(f"u{n}", lines))
    chance = pd.Series({f"u{n}": 0.1 + 0.05 * n for n in range(13)})  # the last has no act at all
    must = pd.Series("", index=chance.index, dtype="str")
    whole = cheapest(pd.concat(acts, ignore_index=True), chance, must, PlanWish(0.4))
    turned = cheapest(pd.concat(acts[::-1], ignore_index=True), chance[::-1], must[::-1], PlanWish(0.4))
    pd.testing.assert_frame_equal(whole.table, turned.table.reindex(chance.index))
    for n, own in enumerate(acts):
        alone = plan_of(own, chance.iloc[n], PlanWish(0.4))
        pd.testing.assert_frame_equal(alone.table, whole.table.iloc[[n]])
    assert whole.table.loc["u12", "status"] in (PlanStatus.NOTHING_TO_DO, PlanStatus.OUT_OF_REACH)
    assert whole.steps["unit_id"].is_monotonic_increasing or set(whole.steps["unit_id"]) == {f"u{n}" for n in range(12)}


def test_no_units_give_empty_plans():
    acts = catalogue("u", {"diagnosis": ("unknown", 1.0, 0.05)}).iloc[:0]
    none = pd.Series([], index=pd.Index([], dtype="str"), dtype="float64")
    plans = cheapest(acts, none, none.astype("str"), PlanWish(0.5))
    assert plans.table.empty
    assert plans.steps.empty
