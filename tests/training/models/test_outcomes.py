"""The model of outcomes as a whole: prior without records, data with many, and never a silent number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from engine import scoring
from engine.domain.prediction import Output, columns
from engine.domain.unit import Field, public_fields
from engine.errors import EhyaError
from engine.scoring.artefact import load, save
from engine.scoring.hazards import DRAWS, incidences
from engine.scoring.jobs import JobsHeads, jobs_forecast
from engine.scoring.runtime import raw
from features import FULL_SCHEMA, matrix
from training.cohort.landmarks import Followed
from training.cohort.spells import ENDED, OPEN, RESTARTED
from training.models.hazard_spec import HazardRecipe, Learner
from training.models.outcomes import fit_outcomes
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate

FEASIBILITY = list(columns(Output.FEASIBILITY))


@pytest.fixture(scope="module")
def priors() -> Priors:
    return Priors(restart_rate(), capacity_rate(), jobs_size())


@pytest.fixture(scope="module")
def line(learnt, priors):
    return fit_outcomes(learnt.followed, priors)


@pytest.fixture(scope="module")
def blend(learnt, priors):
    return fit_outcomes(learnt.followed, priors, recipe=HazardRecipe(learner=Learner.BLEND, iterations=30))


@pytest.fixture(params=["line", "blend"])
def fitted(request):
    return request.getfixturevalue(request.param)


def described(model, units, as_of) -> pd.DataFrame:
    return matrix(units, model.schema, model.fitted, as_of=as_of)


def predicted(model, units, as_of, **options) -> pd.DataFrame:
    return scoring.predict(model, described(model, units, as_of), units, as_of=as_of, **options)


def nothing(seen: Followed) -> Followed:
    return seen.where(np.zeros(len(seen), dtype=bool))


def test_the_prediction_table_is_that_of_the_first_model(fitted, learnt):
    table = predicted(fitted.model, learnt.units, learnt.as_of)
    assert len(table.columns) == 3 * len(Output) + 8
    may = table["scorable"]
    assert table.loc[may, FEASIBILITY].notna().all(axis=None)
    assert table.loc[~may, FEASIBILITY].isna().all(axis=None)
    low, point, high = (table.loc[may, name] for name in FEASIBILITY)
    assert ((low <= point) & (point <= high)).all()
    assert table[list(columns(Output.REPORTED_STATUS))].isna().all(axis=None)
    assert not table["prior_driven"].any()
    assert not table["out_of_fold"].any()


def test_without_own_records_the_prediction_is_the_prior(learnt, priors):
    model = fit_outcomes(nothing(learnt.followed), priors, least_restarts=0).model
    found = incidences(model, described(model, learnt.units, learnt.as_of).iloc[:5])
    assert found.restarted[:, -1] == pytest.approx(priors.restart.rate, abs=1e-6)
    assert found.half == pytest.approx(priors.capacity.rate)
    assert (
        pytest.approx(np.tile([priors.restart.low, priors.restart.high], (5, 1)), abs=0.01)
        == np.quantile(found.restarted_draws, [0.1, 0.9], axis=1).T
    )
    assert model.document.prior_driven
    assert model.document.hazards.capacity.prior.plain() == {"a": 6.8, "b": 3.2, "rows_used": 0}


def test_with_many_records_it_is_the_data(line, learnt):
    """The mean of the fitted hazards over the rows at risk is the share of events, whatever official counts say."""
    seen, model = learnt.followed, line.model
    found = incidences(model, seen.matrix)
    hazard = found.restarted[:, 0][seen.at_risk[:, 0]].mean()
    assert hazard == pytest.approx(seen.event(RESTARTED)[:, 0].mean(), rel=0.03)
    assert line.heads["restart"].own_share > 0.95
    assert not model.document.prior_driven


def test_the_pull_of_the_prior_fades_with_records(learnt, priors):
    shares, seen = [], learnt.followed
    order = np.random.default_rng(0).permutation(seen.unit.max() + 1)
    for count in (5, 50, 500):
        some = seen.where(order[seen.unit] < count)
        fitted = fit_outcomes(some, priors, least_restarts=0, draws=20)
        shares.append(fitted.heads["restart"].own_share)
    assert 0 < shares[0] < 0.6 < shares[1] < shares[2] < 1


def test_competing_probabilities_grow_with_the_horizon_and_sum_to_one_at_most(fitted, learnt):
    found = incidences(fitted.model, learnt.followed.matrix.iloc[:500])
    for way in (found.restarted, found.ended):
        assert (np.diff(way, axis=1, prepend=0) >= 0).all()
    assert (found.restarted + found.ended <= 1).all()
    assert ((found.restarted_draws >= 0) & (found.restarted_draws <= 1)).all()
    assert found.restarted_draws.shape == (500, DRAWS)


def test_a_batch_gives_what_units_give_one_by_one_in_any_order(fitted, learnt):
    units = learnt.units.iloc[:60]
    together = predicted(fitted.model, units, learnt.as_of)
    figures = [name for output in Output for name in columns(output)]
    alone = pd.concat([predicted(fitted.model, units.loc[[name]], learnt.as_of) for name in units.index[:8]])
    assert np.allclose(together.loc[alone.index, figures], alone[figures], rtol=1e-9, equal_nan=True)
    turned = predicted(fitted.model, units.iloc[::-1], learnt.as_of)
    assert np.allclose(together[figures], turned.loc[units.index, figures], rtol=1e-9, equal_nan=True)


def test_the_bare_head_is_the_point_of_the_table(fitted, learnt):
    X = described(fitted.model, learnt.units, learnt.as_of)
    table = predicted(fitted.model, learnt.units, learnt.as_of)
    bare = raw(fitted.model, X, head="feasibility")
    assert np.allclose(bare[table["scorable"]], table.loc[table["scorable"], "feasibility_point"])
    found = incidences(fitted.model, X)
    assert np.allclose(raw(fitted.model, X, head="restart"), found.restarted[:, -1])
    assert np.allclose(raw(fitted.model, X, head="end"), found.ended[:, -1])


def test_a_saved_model_says_the_same(fitted, learnt, tmp_path):
    model = load(
        tmp_path / "model.ehya", digest=save(tmp_path / "model.ehya", fitted.model.heads, fitted.model.document)
    )
    before, after = (predicted(each, learnt.units, learnt.as_of) for each in (fitted.model, model))
    pd.testing.assert_frame_equal(before, after)


def test_feasibility_keeps_the_expected_directions(fitted, learnt):
    """In every signed feature, over its whole range and beyond, whatever the other features are."""
    X = learnt.followed.matrix.iloc[:100]
    for name, sign in zip(FULL_SCHEMA.names, FULL_SCHEMA.signs, strict=True):
        if sign and X[name].notna().any():
            low, high = X[name].min(), X[name].max()
            steps = np.linspace(low - 0.2 * (high - low), high + 0.2 * (high - low), 9)
            found = np.array([raw(fitted.model, X.assign(**{name: step}), head="feasibility") for step in steps])
            assert (sign * np.diff(found, axis=0) >= -1e-12).all(), name


def test_the_order_of_the_rows_decides_nothing_but_rounding(learnt, priors):
    seen = learnt.followed
    turned = replace(
        seen, rows=seen.rows.iloc[::-1].reset_index(drop=True), matrix=seen.matrix.iloc[::-1],
        restarts=seen.restarts.assign(row=len(seen) - 1 - seen.restarts["row"]).iloc[::-1],
    )  # fmt: skip
    X = seen.matrix.iloc[:50]
    one, other = (incidences(fit_outcomes(each, priors, draws=10).model, X) for each in (seen, turned))
    assert np.allclose(one.feasibility, other.feasibility, atol=1e-7)


def test_the_capacity_is_held_as_near_to_zero_as_the_hazards_are(line, learnt, priors):
    """It learns from the restarts that somebody looked at: with a first guess of its own its line lay far too wide."""
    tight = fit_outcomes(learnt.followed, priors, recipe=HazardRecipe(precision_factor=10.0), draws=2)
    wide, near = (fit.model.heads["capacity"].coef_[0][1:] for fit in (line, tight))
    assert np.square(near).sum() < 0.6 * np.square(wide).sum()


def test_too_few_restarts_are_refused(learnt, priors):
    with pytest.raises(EhyaError, match="too_few_rows"):
        fit_outcomes(nothing(learnt.followed), priors)


@pytest.mark.parametrize("outcome", [OPEN, RESTARTED, ENDED])
def test_a_single_outcome_gives_finite_probabilities_short_of_certainty(learnt, priors, outcome):
    seen = learnt.followed
    alike = replace(seen, rows=seen.rows.assign(outcome=np.int8(outcome))).where(seen.unit < 200)
    found = incidences(fit_outcomes(alike, priors, least_restarts=0, draws=20).model, seen.matrix.iloc[:50])
    chance = found.restarted[:, -1]
    assert ((chance > 0) & (chance < 1)).all()
    assert (chance.mean() > 0.9) == (outcome == RESTARTED)


def test_a_constant_feature_and_one_that_is_never_known_say_nothing(learnt, priors):
    seen = learnt.followed
    flat = replace(seen, matrix=seen.matrix.assign(age_years=7.0, litigations=np.nan))
    model = fit_outcomes(flat, priors, draws=10).model
    assert not {"age_years", "litigations"} & {block.column for block in model.document.design}
    X = flat.matrix.iloc[:20]
    again = incidences(model, X.assign(litigations=3.0))
    assert np.array_equal(incidences(model, X).feasibility, again.feasibility)


def test_a_category_never_seen_has_the_figure_of_one_that_is_not_known(fitted, learnt):
    X = learnt.followed.matrix.iloc[:50]
    new, blank = (incidences(fitted.model, X.assign(county_level=value)) for value in (9999.0, np.nan))
    assert np.array_equal(new.feasibility, blank.feasibility)


def test_a_missing_column_is_refused_in_training_and_in_scoring(line, learnt, priors):
    seen = learnt.followed
    less = seen.matrix.drop(columns="idle_years")
    with pytest.raises(EhyaError, match="schema_mismatch"):
        fit_outcomes(replace(seen, matrix=less), priors)
    with pytest.raises(EhyaError, match="schema_mismatch"):
        raw(line.model, less, head="feasibility")


def test_debts_a_thousand_times_larger_are_held_to_the_range_and_flagged(fitted, learnt):
    owing = (learnt.units["bank_debt_rial"] > 10**9) & learnt.units["capital_needed_rial"].notna()
    units = learnt.units[owing.fillna(False)].iloc[:80]
    large = units.assign(bank_debt_rial=units["bank_debt_rial"] * 1000, tax_debt_rial=units["tax_debt_rial"] * 1000)
    before, after = (predicted(fitted.model, each, learnt.as_of) for each in (units, large))
    assert (before["out_of_range"] == "").mean() > 0.8
    flagged = after["out_of_range"].str.contains("debt")
    assert flagged.mean() > 0.9
    X = described(fitted.model, large, learnt.as_of)
    limits = fitted.model.document.ranges
    held = incidences(fitted.model, X.assign(**{name: X[name].clip(*ends) for name, ends in limits.items()}))
    assert np.allclose(held.feasibility, incidences(fitted.model, X).feasibility)


def test_weights_of_units_move_the_fit_and_their_scale_does_not(learnt, priors):
    seen = learnt.followed
    names = pd.Index(seen.rows["unit_id"].unique())
    restarted = names.isin(seen.rows.loc[seen.rows["outcome"] == RESTARTED, "unit_id"])
    heavy = pd.Series(np.where(restarted, 3.0, 1.0), index=names)
    X = seen.matrix.iloc[:200]
    plain, moved, scaled = (
        incidences(fit_outcomes(seen, priors, weights=each, draws=10).model, X).restarted[:, -1].mean()
        for each in (None, heavy, 10 * heavy)
    )
    assert moved > plain + 0.05
    assert scaled == pytest.approx(moved)
    with pytest.raises(EhyaError, match="outcome_out_of_range"):
        fit_outcomes(seen, priors, weights=-heavy)


def test_the_same_seed_gives_the_same_version(line, learnt, priors):
    assert fit_outcomes(learnt.followed, priors).model.version == line.model.version
    assert fit_outcomes(learnt.followed, priors, random_state=1).model.version != line.model.version


def test_draws_of_the_prior_are_evenly_spread(priors, learnt):
    model = fit_outcomes(nothing(learnt.followed), priors, least_restarts=0).model
    draws = incidences(model, learnt.followed.matrix.iloc[:1]).half_draws[0]
    even = beta.ppf((np.arange(DRAWS) + 0.5) / DRAWS, 6.8, 3.2)
    assert np.sort(draws) == pytest.approx(even)


def width(found: pd.DataFrame) -> pd.Series:
    """Of feasibility on the log-odds, where intervals are made."""
    low, _, high = FEASIBILITY
    return np.log(found[high] / (1 - found[high])) - np.log(found[low] / (1 - found[low]))


def test_a_field_that_is_not_known_widens_what_was_learnt_and_leaves_its_middle(fitted, learnt):
    units = learnt.units[learnt.units["litigation_count"].notna() & learnt.units["title_deed"].notna()].iloc[:60]
    X = described(fitted.model, units, learnt.as_of)
    document = fitted.model.document
    centre = {block.column: block.centre[0] for block in document.design if block.levels is None and not block.log}
    names = [name for name in ("has_title_deed", "machinery_age_years", "capacity_used_share") if name in centre]
    assert names
    usual = X.assign(**{name: centre[name] for name in names})
    known, blank = (
        scoring.predict(fitted.model, each, units, as_of=learnt.as_of)
        for each in (usual, X.assign(**dict.fromkeys(names, np.nan)))
    )
    may = known["scorable"].to_numpy(dtype=bool)
    assert may.any()
    assert (width(blank) > width(known))[may].all()
    if document.hazards.restart.share == 0:
        assert blank.loc[may, "feasibility_point"].to_numpy() == pytest.approx(known.loc[may, "feasibility_point"])


def test_a_public_figure_is_the_same_model_with_private_fields_unknown(line, learnt):
    private = [field.value for field in Field if field.value not in public_fields()]
    units = learnt.units.iloc[:80]
    hidden = units.copy()
    hidden[[name for name in private if name in hidden]] = None
    told, public = (predicted(line.model, table.astype(learnt.units.dtypes), learnt.as_of) for table in (units, hidden))
    both = (told["scorable"] & public["scorable"]).to_numpy(dtype=bool)
    assert (width(public) > width(told))[both].mean() > 0.6


def test_jobs_of_a_unit_whose_former_staff_is_not_known_are_wider(line, learnt):
    section = line.model.document.jobs
    column = "jobs_before_log"
    assert any(block.column == column for block in section.design)
    units = learnt.units[learnt.units["jobs_before_stop"].notna()].iloc[:40]
    X = described(line.model, units, learnt.as_of)
    centre = next(block.centre[0] for block in section.design if block.column == column)
    known, blank = (
        jobs_forecast(JobsHeads.of(line.model), X.assign(**{column: value}), units) for value in (centre, np.nan)
    )
    some = (known["low"] > 0) & (blank["low"] > 0)
    assert some.any()
    assert (blank["high"] / blank["low"] > known["high"] / known["low"])[some].all()
