"""A model, as it was trained, gives the answers that the service would have given on the day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.scoring.runtime import predict
from features import matrix
from training.evaluation import replay
from training.models.outcomes import fit_outcomes
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate

DAY = pd.Timestamp("2024-01-01")


@pytest.fixture(scope="module")
def own(learnt):
    priors = Priors(restart_rate(), capacity_rate(), jobs_size())
    return fit_outcomes(learnt.followed, priors, origin="synthetic").model


@pytest.fixture(scope="module")
def rows(learnt):
    """Landmarks of one quarter and, last, a unit that nobody knew then."""
    mine = learnt.followed.rows
    some = mine[mine["origin"] == DAY].head(20)[["unit_id", "origin"]]
    return pd.concat([some, pd.DataFrame({"unit_id": ["nobody"], "origin": [DAY]})], ignore_index=True)


def served(model, rows, learnt):
    from engine.domain.standing import standing

    units = standing(learnt.at(DAY).loc[rows["unit_id"].iloc[:-1]], learnt.events, as_of=DAY)
    return predict(model, matrix(units, model.schema, model.fitted, as_of=DAY), units, as_of=DAY), units


@pytest.mark.parametrize("kind", ["outcomes", "reported"])
def test_feasibility_hazards_and_jobs_are_those_of_the_service(own, trained, rows, learnt, kind):
    model = own if kind == "outcomes" else trained.model
    said, units = served(model, rows, learnt)
    asked = (model, rows, learnt.at, learnt.events)
    feasible = replay.feasibility(*asked)
    assert feasible[:-1] == pytest.approx(said["feasibility_point"].to_numpy())
    hazard = replay.hazard(*asked)
    assert hazard.shape == (len(rows), 4)
    assert ((hazard[:-1] > 0) & (hazard[:-1] < 1)).all()
    if kind == "reported":  # spread evenly over the four periods: back to the chance of 24 months
        capacity = model.document.population.capacity.rate
        assert (1 - (1 - hazard[:-1]).prod(axis=1)) * capacity == pytest.approx(feasible[:-1])
    jobs = replay.jobs(*asked)
    idle = (units["status"] == "idle").to_numpy()
    for end in ("low", "high"):
        ours = jobs[end].to_numpy()[:-1][idle]
        # of a model of outcomes the same distribution, asked for at another two hundred shares of it
        assert ours == pytest.approx(said[f"jobs_if_revived_{end}"].to_numpy()[idle], rel=0.05, abs=1.0)
    for unknown in (feasible[-1], hazard[-1, 0], jobs["point"].iloc[-1]):
        assert np.isnan(unknown)


def test_what_became_known_after_the_day_changes_no_answer(own, rows, learnt):
    later = learnt.events[learnt.events["known_on"] > DAY]
    assert len(later)
    known = learnt.events[learnt.events["known_on"] <= DAY]
    for answer in (replay.feasibility, replay.hazard):
        before, after = (answer(own, rows, learnt.at, log) for log in (known, learnt.events))
        assert np.array_equal(before, after, equal_nan=True)
