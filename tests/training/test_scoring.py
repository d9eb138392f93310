"""The one runtime: what it says, of whom it says nothing, and that company makes no difference."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit, ndtri

from engine import scoring
from engine.domain.prediction import NotScorable, Output, columns
from engine.domain.unit import unit_table
from engine.errors import EhyaError
from engine.reference import table
from engine.scoring.size import jobs
from features import matrix
from training.models.press import DESCRIBED

AS_OF = pd.Timestamp("2026-11-23")
FIGURES = [name for output in Output for name in columns(output)]


def _units(**changes: object) -> pd.DataFrame:
    row = {
        "unit_id": ["a"], "isic": ["1030"], "province": ["West Azerbaijan"], "county": ["Urmia"], "status": ["idle"],
        "idle_months": [24.0], "stop_causes": ["working_capital"], "jobs_now": [0], "capital_needed_rial": [10**11],
        "origin": ["register"], "as_of": [AS_OF],
    }  # fmt: skip
    return unit_table(pd.DataFrame(row | {name: [value] for name, value in changes.items()}))


def _predict(trained, units: pd.DataFrame, **more: object) -> pd.DataFrame:
    X = matrix(units, DESCRIBED, trained.model.fitted, as_of=AS_OF)
    return scoring.predict(trained.model, X, units, as_of=AS_OF, **more)


def _before(trained) -> SimpleNamespace:
    """The same model as one was written before prior effects: it still opens, and answers from draws."""
    document = trained.model.document.changed(belief=None, size=None, ranges={})
    return SimpleNamespace(model=replace(trained.model, document=document), seen=trained.seen)


def _many(count: int = 60) -> pd.DataFrame:
    draw = np.random.default_rng(5)
    rows = [
        _units(
            unit_id=f"u{number}", isic=draw.choice(["10", "13", "23", "24"]), idle_months=float(draw.integers(1, 200)),
            jobs_now=int(draw.integers(0, 9)), capital_needed_rial=int(draw.integers(1, 9)) * 10**11,
        )
        for number in range(count)
    ]  # fmt: skip
    return pd.concat(rows)


def test_a_whole_unit_gets_every_figure_low_before_point_before_high(trained):
    row = _predict(trained, _units())
    assert row["scorable"].all()
    assert row["prior_driven"].all()
    assert not row["out_of_fold"].any()
    for output in Output:
        low, point, high = row.loc["a", list(columns(output))]
        assert 0 <= low <= point <= high
    # A figure of the population and not of the pages: more than half of the press units had come back.
    assert row.loc["a", "feasibility_point"] < 0.4 < row.loc["a", "reported_status_point"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"isic": None}, NotScorable.NO_SECTOR),
        ({"county": None}, NotScorable.NO_PLACE),
        ({"status": None}, NotScorable.NO_STATUS),
        ({"status": "unknown"}, NotScorable.NO_STATUS),
        ({"idle_months": None}, NotScorable.NO_IDLE_TIME),
        ({"status": "operating"}, NotScorable.NOT_IDLE),
        ({"status": "liquidated"}, NotScorable.NOT_IDLE),
    ],
)
def test_what_cannot_be_judged_gets_a_reason_and_no_number(trained, changes, code):
    row = _predict(trained, _units(**changes)).loc["a"]
    assert not row["scorable"]
    assert code.value in row["not_scorable"].split(";")
    assert row[FIGURES].isna().all()


def test_a_half_active_unit_of_unknown_workforce_has_a_feasibility_but_no_jobs(trained):
    row = _predict(trained, _units(status="semi_active", jobs_now=None)).loc["a"]
    assert row["scorable"]
    assert row["not_scorable"] == NotScorable.NO_JOBS_NOW.value
    assert row[list(columns(Output.FEASIBILITY))].notna().all()
    assert row[list(columns(Output.JOBS_IF_REVIVED))].isna().all()


def test_jobs_now_are_taken_off_and_never_below_zero(trained):
    units = (_units(jobs_now=jobs, jobs_before_stop=80) for jobs in (0, 2, 10_000))
    none, some, many = (_predict(trained, one).loc["a"] for one in units)
    assert none["jobs_if_revived_high"] - some["jobs_if_revived_high"] == pytest.approx(2.0)
    assert many[list(columns(Output.JOBS_IF_REVIVED))].tolist() == [0.0, 0.0, 0.0]


def test_jobs_per_billion_rial_are_blank_without_capital_and_flagged_with_an_assumed_one(trained):
    blank = _predict(trained, _units(capital_needed_rial=None)).loc["a"]
    assert blank[list(columns(Output.JOBS_PER_BILLION_RIAL))].isna().all()
    assert not blank["capital_assumed"]
    assumed = _predict(trained, _units(capital_needed_rial=None), assumed_capital_rial=2e11).loc["a"]
    stated = _predict(trained, _units(capital_needed_rial=2 * 10**11), assumed_capital_rial=9e11).loc["a"]
    assert assumed["capital_assumed"]
    assert not stated["capital_assumed"]
    assert np.allclose(assumed[FIGURES].astype(float), stated[FIGURES].astype(float))
    assert stated["jobs_per_billion_rial_high"] == pytest.approx(stated["jobs_if_revived_high"] / 200)


def test_a_batch_gives_what_units_give_one_by_one_in_any_order(trained):
    units = _many()
    together = _predict(trained, units)
    alone = pd.concat([_predict(trained, units.loc[[name]]) for name in units.index[:8]])
    assert np.allclose(together.loc[alone.index, FIGURES], alone[FIGURES], rtol=1e-9)
    turned = _predict(trained, units.iloc[::-1])
    assert np.allclose(together[FIGURES], turned.loc[units.index, FIGURES], rtol=1e-9)


def test_the_seed_moves_the_draws_of_an_older_model_and_nothing_of_one_with_prior_effects(trained):
    units, older = _many(5), _before(trained)
    assert _predict(older, units).equals(_predict(older, units))
    assert not _predict(older, units).equals(_predict(older, units, random_state=1))
    assert _predict(trained, units).equals(_predict(trained, units, random_state=1))


def test_an_older_model_moves_the_press_figure_by_the_offset_times_the_capacity_prior(trained):
    row = _predict(_before(trained), _units()).loc["a"]
    population, sample_rate = trained.model.document.population, trained.seen.label.mean()
    moved = (
        expit(logit(row["reported_status_point"]) + logit(population.restart.rate) - logit(sample_rate))
        * population.capacity.rate
    )
    assert row["feasibility_point"] == pytest.approx(moved, rel=2e-3)


def test_an_average_unit_of_an_older_model_is_as_big_as_official_counts_say(trained):
    """Arithmetic mean of the draws over the press sample's own mix: the official average."""
    units = trained.seen.units[~np.isnan(trained.seen.jobs)].assign(
        status="idle", idle_months=24.0, jobs_now=0, isic=lambda frame: frame["isic"].fillna("10"), county="Urmia"
    )
    units.index = [f"x{name}" for name in units.index]
    units.index.name = "unit_id"
    # One set of 200 draws of a heavy tail is off by some 8 %; a dozen of them tells the bias.
    rows = [_predict(_before(trained), units, random_state=seed) for seed in range(12)]
    ratio = np.mean([row["jobs_expected_point"].sum() / row["feasibility_point"].sum() for row in rows])
    assert ratio == pytest.approx(trained.model.document.population.jobs.official_average, rel=0.05)


def test_a_unit_of_unknown_size_is_as_big_on_average_as_official_counts_say(trained):
    found = jobs(trained.model.document.size, pd.DataFrame(index=["a"]))
    mean = np.mean([np.exp(found.at(node)) for node in ndtri((np.arange(20_000) + 0.5) / 20_000)])
    assert mean == pytest.approx(trained.model.document.population.jobs.official_average, rel=0.03)


def test_expected_jobs_of_an_older_model_are_no_product_of_points(trained):
    row = _predict(_before(trained), _units()).loc["a"]
    assert row["jobs_expected_point"] != pytest.approx(
        row["feasibility_point"] * row["jobs_if_revived_point"], rel=0.05
    )


def test_no_unit_is_expected_to_add_more_jobs_than_it_adds_if_revived(trained):
    rows = _predict(trained, _many(60))
    known = rows["jobs_expected_point"].notna()
    assert known.sum() > 30
    for end in ("low", "point", "high"):
        for suffix in ("", "_per_billion_rial"):
            added = rows.loc[known, f"jobs_if_revived_{end}" if not suffix else f"jobs{suffix}_{end}"]
            expected = rows.loc[known, f"jobs_expected{suffix}_{end}"]
            assert (expected.isna() | (expected <= added + 1e-12)).all()


def test_a_matrix_of_other_columns_is_refused(trained):
    units = _units()
    X = matrix(units, DESCRIBED, trained.model.fitted, as_of=AS_OF).iloc[:, ::-1]
    with pytest.raises(EhyaError, match="schema_mismatch"):
        scoring.predict(trained.model, X, units, as_of=AS_OF)


def test_raw_gives_the_promoted_head_for_everybody(trained):
    raw = scoring.raw(trained.model, trained.fitted.matrix, head="reported_status")
    assert np.allclose(raw, scoring.reported_status(trained.stranger, trained.fitted.matrix))


def test_canonical_places_of_reported_units_stand_in_the_tables():
    reported = table("reported_units")
    counties = set(map(tuple, table("counties")[["province", "county"]].to_numpy()))
    placed = reported.dropna(subset=["county"])
    assert {(row.province, row.county) for row in placed.itertuples()} <= counties
    assert set(reported["province"].dropna()) <= set(table("provinces")["province"])
