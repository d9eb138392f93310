"""What was done for a unit is asked of nobody again while its record does not know of it, and weighed again after."""

import pandas as pd
import pytest

from engine.domain.outcome import OutcomeKind
from engine.recourse.acts import FIXED_COST_YEAR, CostGap
from engine.recourse.cheapest import PlanStatus, PlanWish
from engine.recourse.quarter import Capacity
from engine.reference.effects import effects
from engine.settings import Settings
from experiments.province_simulator.register import taken
from serving.desk.appraisal import Appraised
from serving.desk.outcomes import OutcomeRequest, record_outcome
from serving.desk.plan import NOTHING_DONE, PlanRequest, done_acts, plans_of, workload
from serving.desk.question import Question
from serving.desk.workspace import open_register
from serving.disclosure.masking import Audience
from tests.serving.conftest import DAY
from tests.serving.desk.test_booklet import NOON, promoted

RECORDED = pd.Timestamp("2026-09-23")  # the day that the made-up records describe
SEIZED = "unit-0005"  # belongs to a bank, and owes more tax than its size bears


def plan_after(appraisal, done, unit=SEIZED, wish=None):
    found = Appraised(appraisal, Question(as_of=DAY, price_year=1405), Audience.OFFICE)
    listed = pd.DataFrame(done, columns=["unit_id", "act", "happened_on"])
    listed = listed.astype({"happened_on": "datetime64[ns]"})
    request = PlanRequest(wish or PlanWish())
    return plans_of(found, pd.Index([unit]), listed, request, effects())


def test_what_must_be_removed_first_is_in_the_plan(appraisal):
    plan = plan_after(appraisal, []).plans.table.loc[SEIZED]
    assert set(plan["acts"].split(";")) == {"return_from_bank", "tax_instalments"}
    assert (plan["standing"], plan["status"]) == ("", PlanStatus.REACHED)


def test_an_act_done_after_the_record_leaves_the_rest_of_the_plan_and_nothing_standing(appraisal):
    result = plan_after(appraisal, [(SEIZED, "return_from_bank", "2026-10-10")])
    plan = result.plans.table.loc[SEIZED]
    assert "return_from_bank" not in result.acts["intervention"].tolist()
    assert (plan["acts"], plan["standing"], plan["status"]) == ("tax_instalments", "", PlanStatus.REACHED)
    assert result.done["in_record"].tolist() == [False]


def test_an_act_done_after_the_record_takes_its_barrier_from_every_other_act(appraisal):
    result = plan_after(appraisal, [(SEIZED, "new_partner", "2026-10-10")])
    removed = {name for cell in result.acts["removes"] for name in cell.split(";")}
    assert not removed & {"bank_debt", "working_capital", "shareholder_dispute"}


def test_an_act_done_before_the_record_is_weighed_again_where_its_barrier_still_shows(appraisal):
    result = plan_after(appraisal, [(SEIZED, "return_from_bank", "2026-05-05")])
    assert result.done["in_record"].tolist() == [True]
    assert "return_from_bank" in result.plans.table.loc[SEIZED, "acts"]


def test_where_no_record_says_its_year_debts_have_no_cost_and_fixed_sums_are_of_their_own_year(appraisal):
    undated = appraisal.assign(price_year=appraisal["price_year"].mask(appraisal["price_year"].notna()))
    found = Appraised(undated, Question(as_of=DAY), Audience.OFFICE)
    result = plans_of(found, pd.Index([SEIZED]), NOTHING_DONE, PlanRequest(), effects())
    acts = result.acts.set_index("intervention")
    assert result.price_year == FIXED_COST_YEAR
    assert acts.loc["return_from_bank", "cost_gap"] == CostGap.NOT_COMPARABLE
    assert acts.loc["management_contract", "cost_rial"] == 3e9


def test_what_was_done_for_others_changes_nothing(appraisal):
    result = plan_after(appraisal, [("unit-0010", "return_from_bank", "2026-10-10")])
    assert result.done.empty
    pd.testing.assert_frame_equal(result.plans.table, plan_after(appraisal, []).plans.table)


@pytest.fixture(scope="module")
def settings(tmp_path_factory, first_day, province):
    home = tmp_path_factory.mktemp("plans")
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'ehya.db'}")
    with open_register(settings) as register:
        register.imports.commit(taken(province.head(25).assign(status="idle")), imported_at=NOON)
    promoted(settings, first_day, "first")
    return settings


def test_of_an_act_that_was_done_twice_the_latest_day_counts_and_of_days_to_come_none(settings):
    with open_register(settings) as register:
        unit = str(register.units().index[0])
    for day in ("2026-11-10", "2026-10-01", "2026-11-25"):
        on = pd.Timestamp(day)
        served = OutcomeRequest(unit, OutcomeKind.SERVED, on, "day", on, act="diagnosis")
        record_outcome(settings, served, made_at=on, actor="terminal")
    done = done_acts(settings, Question(as_of=DAY))
    assert done.to_numpy().tolist() == [[unit, "diagnosis", pd.Timestamp("2026-11-10")]]


def test_the_work_of_a_quarter_is_of_units_that_wait_and_keeps_to_capacity(settings):
    found = workload(settings, Question(as_of=DAY, price_year=1405), PlanRequest(), Capacity({"bank": 1}))
    waiting = found.result.found.table["triage"].isin(["fix_first", "offer"])
    assert set(found.result.plans.table.index) == set(waiting.index[waiting])
    taken_by = found.work[found.work["taken"]].groupby("owner").size()
    assert taken_by.get("bank", 0) <= 1
    assert found.work["jobs"].ge(0).all()
