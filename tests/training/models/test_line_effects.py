"""Effects of a line: the slope, its interval over the bootstrap worlds, and what was believed before."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.models.line_effects import line_effects
from training.models.outcomes import fit_outcomes
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate
from training.priors.prior_effects import Slopes


@pytest.fixture(scope="module")
def fitted(learnt):
    return fit_outcomes(learnt.followed, Priors(restart_rate(), capacity_rate(), jobs_size()), draws=20)


@pytest.fixture(scope="module")
def found(fitted):
    believed = Slopes(("idle_years",), ("as_stated",), np.array([-0.2]), np.array([[0.01]]), np.array([-1]))
    return line_effects(fitted.model, fitted.followed.matrix, believed), believed


def test_each_column_of_the_line_has_its_slope_between_its_ends(found, fitted):
    rows, _ = found
    part = fitted.model.document.hazards.restart
    assert len(rows) == part.refits.shape[1] - part.periods
    assert sorted(row["effect"] for row in rows) == pytest.approx(
        sorted(fitted.model.heads["restart"].coef_[0][part.periods :]), abs=1e-4
    )
    assert all(row["low"] <= row["effect"] <= row["high"] for row in rows)
    assert [abs(row["effect"]) for row in rows] == sorted((abs(row["effect"]) for row in rows), reverse=True)


def test_what_was_believed_stands_beside_on_the_same_scale(found):
    rows = pd.DataFrame(found[0])
    idle = rows[rows["feature"] == "idle_years"].iloc[0]
    assert idle["prior_low"] < idle["prior"] < 0
    assert (idle["prior_high"] - idle["prior"]) == pytest.approx(idle["prior"] - idle["prior_low"], abs=2e-4)
    assert rows.loc[rows["feature"] != "idle_years", "prior"].isna().all()


def test_levels_have_their_names(found):
    rows = pd.DataFrame(found[0])
    counties = rows.loc[rows["feature"] == "county_level", "level"].dropna()
    assert counties.empty or counties.str.contains("/").all()
