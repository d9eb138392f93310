"""What came of promises: by hand, and between what is assumed and what is seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.domain.unit import unit_table
from engine.scoring.jobs import realised_promise
from training.priors.promise_realisation import ASSUMED_RATIO, RATIO_UNITS, realisation


def _units(promised: list[float | None], county: list[str | None] | None = None) -> pd.DataFrame:
    names = [f"u{number:03d}" for number in range(len(promised))]
    rows = {"unit_id": names, "province": "West Azerbaijan", "county": county or ["Khoy"] * len(promised)}
    return unit_table(pd.DataFrame(rows | {"jobs_promised": pd.array(promised, dtype="Int64")}))


def test_ratios_worked_by_hand():
    """Promises of 10 in Khoy, 30 in Urmia (both middling), 100 in Khoy (large); 5, 6 and 100 came; k = 20.

    All: mean promise 140/3, (111 + 20 x .6 x 140/3) / (140 + 20 x 140/3) = 671 / 1073.33 = .625155.
    Middling: mean 20, (11 + 20 x 20 x .625155) / (40 + 400) = 261.0621 / 440 = .593323.
    Khoy's middling: (5 + 20 x 10 x .593323) / (10 + 200) = 123.6646 / 210 = .588879.
    """
    found = realisation(_units([10, 30, 100], ["Khoy", "Urmia", "Khoy"]), np.array([5.0, 6.0, 100.0])).ratio
    assert found.overall == pytest.approx(0.625155, abs=1e-6)
    assert found.sizes["medium"] == pytest.approx(0.593323, abs=1e-6)
    assert found.cells["West Azerbaijan/Khoy/medium"] == pytest.approx(0.588879, abs=1e-6)
    assert (found.assumed, found.units, found.prior) == (False, 3, ASSUMED_RATIO)


@pytest.mark.parametrize("count", [1, 20, 400])
def test_few_promises_say_what_was_assumed_and_many_what_came(count):
    found = realisation(_units([10] * count), np.full(count, 2.0)).ratio
    share = count / (count + RATIO_UNITS)
    assert found.overall == pytest.approx(share * 0.2 + (1 - share) * ASSUMED_RATIO)


def test_a_county_is_believed_as_far_as_it_has_records():
    county = ["Khoy"] * 300 + ["Urmia"] * 2
    came = np.r_[np.full(300, 9.0), np.full(2, 0.0)]
    cells = realisation(_units([10] * 302, county), came).ratio.cells
    assert cells["West Azerbaijan/Khoy/medium"] == pytest.approx(0.9, abs=0.03)
    assert cells["West Azerbaijan/Urmia/medium"] > 0.7  # two failures are not yet a verdict on a county


def test_without_promises_the_ratio_is_assumed_and_says_so():
    for units in (_units([None, None]), _units([0, None]), _units([])):
        found = realisation(units, np.zeros(len(units)))
        assert found.ratio.assumed
        assert found.ratio.overall == ASSUMED_RATIO
        assert np.isnan(found.left_out).all()


def test_no_row_counts_itself():
    drawn = np.random.default_rng(0)
    promised, county = drawn.integers(2, 90, 30).tolist(), drawn.choice(["Khoy", "Urmia"], 30).tolist()
    units, came = _units(promised, county), drawn.poisson(12, 30).astype(float)
    whole = realisation(units, came)
    for row in (0, 7, 29):
        changed = came.copy()
        changed[row] = 5_000.0
        assert realisation(units, changed).left_out[row] == pytest.approx(whole.left_out[row])
        others = np.arange(30) != row
        rest = realisation(units[others], came[others]).ratio
        # The mean promise, by which a prior is weighed, is that of all rows: a promise is no outcome.
        assert realised_promise(rest, units[~others])[0] == pytest.approx(whole.left_out[row], rel=0.05)


def test_a_unit_of_no_known_county_is_counted_by_size_alone():
    found = realisation(_units([10] * 40, [None] * 40), np.full(40, 2.0))
    assert found.ratio.cells == {}
    assert found.ratio.sizes["medium"] < found.ratio.overall < ASSUMED_RATIO
    assert np.isfinite(found.left_out).all()
