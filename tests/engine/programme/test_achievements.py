"""A programme's figures are counts of what was recorded, and of what nobody recorded."""

import numpy as np
import pandas as pd
import pytest

from engine.domain.outcome import outcome_table
from engine.programme.achievements import achievements

START, END, TODAY = pd.Timestamp("2022-03-21"), pd.Timestamp("2024-03-19"), pd.Timestamp("2026-06-01")
UNITS = pd.DataFrame(
    {"province": "West Azerbaijan", "county": ["Khoy", "Khoy", "Maku", None]},
    index=pd.Index(list("abcd"), name="unit_id"),
)


def event(unit, kind, day, **more):
    return {"unit_id": unit, "kind": kind, "happened_on": day, "known_on": day, **more}


LOG = [
    event("a", "offered", "2022-05-01", event="INVA"),
    event("b", "offered", "2022-05-01", event="INVA"),
    event("a", "visited", "2022-06-01"),
    event("a", "invested", "2022-07-01", rial=400 * 10**9, mandate_id="m1"),
    event("b", "invested", "2023-07-01", mandate_id="m1"),
    event("a", "restarted", "2022-09-01", jobs=10),
    event("a", "observed", "2023-10-01", jobs=30, capacity_share=0.6),
    event("a", "stopped_again", "2025-01-01"),
    event("c", "restarted", "2024-01-01"),
    event("d", "restarted", "2021-01-01", jobs=50),  # before the period
    event("b", "served", "2022-08-01", act="diagnosis"),
    event("b", "served", "2022-08-02", act="diagnosis"),
    event("a", "served", "2022-08-01", act="industrial_tour", event="Tabriz"),
    event("b", "served", "2022-08-01", act="industrial_tour", event="Tabriz"),
    event("b", "served", "2022-10-01", act="industrial_tour"),
    event("c", "served", "2023-02-01", act="court_support"),
]


def found(log=LOG, **more):
    arguments = {"start": START, "end": END, "known_by": TODAY, **more}
    return achievements(outcome_table(pd.DataFrame(log)), UNITS, **arguments)


def test_each_figure_by_hand():
    share = pd.Series(0.5, index=UNITS.index)
    told = found(net_share=share).figures
    assert told["value"].to_dict() == {
        "units_revived": 2, "units_diagnosed": 1, "industrial_tours": 2, "training_courses": 0, "units_served": 3,
        "services": 6, "investments": 2, "investors": 1, "invested_rial": 400e9, "direct_jobs": 30, "net_jobs": 15,
    }  # fmt: skip
    assert told["unknown"][["direct_jobs", "invested_rial", "investors"]].tolist() == [1, 1, 0]


def test_whether_units_still_work_is_seen_stopped_or_not_looked_at():
    lines = found().still_running
    # a: seen at work 13 months on, stopped after 28; c: restarted 29 months ago and nobody looked.
    assert lines.loc[12].to_dict() == {"running": 1, "stopped": 0, "unknown": 1, "not_due": 0}
    assert lines.loc[24].to_dict() == {"running": 1, "stopped": 0, "unknown": 1, "not_due": 0}
    assert lines.loc[36].to_dict() == {"running": 0, "stopped": 1, "unknown": 0, "not_due": 1}


def test_jobs_stand_beside_the_unemployed_of_the_census():
    counties = found().counties.loc["West Azerbaijan"]
    assert counties.loc["Khoy", ["revived", "direct_jobs"]].tolist() == [1, 30]
    assert counties.loc["Khoy", "share_of_unemployed"] == pytest.approx(30 / 9187)
    assert np.isnan(counties.loc["Maku", "direct_jobs"])  # somebody works there, and nobody counted


def test_a_funnel_counts_units_and_what_they_did_after_the_event():
    inva = found().funnels.loc["INVA"]
    assert inva.to_dict() == {
        "units": 2, "offered": 2, "approached": 0, "visited": 1, "agreed": 0, "invested": 2, "restarted": 1,
    }  # fmt: skip


def test_money_is_said_of_its_day_and_in_prices_of_one_year():
    money = found(rial=pd.Series({1401: 2.0, 1402: 1.5})).money
    assert money.loc[1401].tolist() == [1, 400e9, 800e9]
    assert money.loc[1402, "investments"] == 1
    assert np.isnan(money.loc[1402, "rial"])


def test_services_are_counted_by_family():
    families = found().families
    assert families.loc["legal"].tolist() == [1, 1]
    assert families.loc["tour"].tolist() == [3, 2]
    assert families.loc["product_technology"].tolist() == [2, 1]


def test_what_became_known_later_does_not_count():
    told = found(known_by=pd.Timestamp("2023-06-01")).figures["value"]
    assert (told["units_revived"], told["direct_jobs"]) == (1, 10)


def test_a_period_without_events_has_nothing_and_no_jobs_of_nil_people():
    none = found(log=LOG[:1], start=pd.Timestamp("2010-01-01"), end=pd.Timestamp("2011-01-01"))
    assert none.figures.loc["units_revived", "value"] == 0
    assert none.funnels.empty
    assert none.families.empty


def test_the_order_of_the_log_decides_nothing():
    turned = found(log=LOG[::-1])
    pd.testing.assert_frame_equal(turned.figures, found().figures)
    pd.testing.assert_frame_equal(turned.still_running, found().still_running)
    pd.testing.assert_frame_equal(turned.funnels, found().funnels)
