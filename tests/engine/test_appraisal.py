"""Choices that order units: weights, or the influence that weights are to give."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.appraisal import appraise, order, settled, weighing
from engine.domain.unit import unit_table
from engine.errors import EhyaError
from engine.ranking.criteria import Part
from engine.ranking.score import DEFAULT_WEIGHTS, classes, effective_weights
from engine.ranking.terms import Terms


@pytest.fixture(scope="module")
def judged() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frame = unit_table(
        pd.DataFrame(
            {
                "unit_id": [f"u{row:03d}" for row in range(120)],
                "isic": np.where(rng.random(120) < 0.5, "10", "22"),
                "title_deed": rng.random(120) < 0.5,
                "litigation_count": rng.integers(0, 6, 120),
                "bank_debt_rial": rng.integers(10**9, 10**11, 120),
                "capital_needed_rial": rng.integers(10**10, 10**11, 120),
                "price_year": 1405,
            }
        )
    )
    jobs = rng.lognormal(3, 1, 120)
    return frame.assign(
        feasibility_point=rng.beta(2, 10, 120),
        jobs_if_revived_point=jobs,
        jobs_per_billion_rial_point=jobs / (frame["capital_needed_rial"].to_numpy(float) / 1e9),
        triage="offer",
    )


@settings(max_examples=40, deadline=None)
@given(
    st.integers(10**9, 10**13),
    st.integers(2, 1_000),
    st.sampled_from([None, 5, 60, 800]),
    st.lists(st.sampled_from([None, 0, 10**9, 10**11, 10**13]), min_size=3, max_size=3),
)
def test_nobody_gains_by_asking_for_more(asked, times, persons, debts):
    """All else equal, more capital asked for never raises the score, and never betters the verdict."""
    owed = dict(zip(("bank_debt_rial", "tax_debt_rial", "social_security_debt_rial"), debts, strict=True))
    rows = {"unit_id": ["modest", "bold"], "status": "idle", "isic": "10", "price_year": 1403, **owed}
    capital = pd.array([asked, asked * times], dtype="Int64")
    units = unit_table(pd.DataFrame(rows).assign(jobs_before_stop=persons, capital_needed_rial=capital))
    jobs = {"low": 5.0, "point": 10.0, "high": 30.0}
    predictions = pd.DataFrame({"scorable": True, "not_scorable": ""}, index=units.index)
    for end, share in {"low": 0.1, "point": 0.2, "high": 0.4}.items():
        predictions[f"feasibility_{end}"] = share
        predictions[f"jobs_if_revived_{end}"] = jobs[end]
        predictions[f"jobs_per_billion_rial_{end}"] = jobs[end] / (capital.to_numpy(float) / 1e9)
    table = appraise(units, predictions, as_of=pd.Timestamp("2026-11-23"))
    modest, bold = (table.loc[name] for name in ("modest", "bold"))
    verdicts = classes(table)
    assert verdicts["bold"] >= verdicts["modest"]
    assert bold["score"] <= modest["score"]
    assert ("heavy_debt" in modest["red_flags"]) == ("heavy_debt" in bold["red_flags"])


def test_an_influence_that_was_asked_for_is_what_the_parts_then_have(judged):
    terms = Terms(influence={Part.FEASIBILITY: 3.0, Part.JOBS: 1.0})
    found = weighing(order(judged, terms), terms)
    assert found["influence"].tolist() == pytest.approx([0.75, 0.25, 0, 0, 0], abs=1e-6)
    assert found["weight"].sum() == pytest.approx(1.0)
    assert found.loc["feasibility", "weight"] != pytest.approx(0.75, abs=0.02)  # parts differ in how units differ


def test_the_weights_that_were_found_give_the_same_order_when_they_are_stated(judged):
    terms = Terms(influence={Part.FEASIBILITY: 0.5, Part.READINESS: 0.5})
    stated = Terms(weights=settled(judged, terms).weights)
    pd.testing.assert_frame_equal(order(judged, terms), order(judged, stated))


def test_weights_alone_are_left_as_they_are(judged):
    terms = Terms(weights=DEFAULT_WEIGHTS)
    assert settled(judged, terms) is terms
    assert weighing(order(judged, terms), terms)["weight"].tolist() == effective_weights(DEFAULT_WEIGHTS).tolist()


def test_a_part_that_cannot_decide_is_named(judged):
    with pytest.raises(EhyaError) as caught:
        settled(judged, Terms(influence={Part.FIT: 1.0}))
    assert caught.value.facts["given"] == ["fit"]
    fitting = settled(judged, Terms(influence={Part.FIT: 1.0}, priorities=("10",)))
    assert fitting.weights == {part: float(part is Part.FIT) for part in Part}


def test_influences_are_those_of_a_regression_by_hand(judged):
    ranked = order(judged, Terms())
    found = weighing(ranked, Terms())["influence"]
    cov = np.cov(ranked["part_jobs"], ranked["score"])
    assert found["jobs"] == pytest.approx(cov[0, 1] / cov[1, 1])
    assert found.sum() == pytest.approx(1.0)
