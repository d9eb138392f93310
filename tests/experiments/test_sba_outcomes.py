"""The study forecasts later loans from earlier ones alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import QuantileRegressor

from experiments.sba_outcomes import forecast as forecast_module
from experiments.sba_outcomes import judging as judging_module
from experiments.sba_outcomes import search as search_module
from experiments.sba_outcomes.learners.blend import Plan
from experiments.sba_outcomes.loans import OUTCOMES, loans_of, read_loans, years_since
from experiments.sba_outcomes.peers import peers
from experiments.sba_outcomes.run import main
from experiments.sba_outcomes.schema import RECORD, SCHEMA, STATED
from experiments.sba_outcomes.search import Objective
from features.schema import FeatureSchema
from training.tuning.search import Real

LOANS = Path(__file__).parents[2] / ".." / "shared" / "data" / "outcomes" / "sba_7a" / "loans_1989_2005.parquet"
WINDOW = ["--train-until", "2003-12-31", "--test-until", "2004-06-30", "--no-track"]
FIGURES = {"auc", "pr_auc_charge_off", "brier", "brier_skill", "ece", "ece_recalibrated", "n_train", "n_test"}
JOBS = {
    "any_brier_skill", "any_ece", "d2_poisson", "spearman", "coverage_80_if_any", "coverage_80",
    "zero_excluded_wrongly_share", "mean_width_80",
}  # fmt: skip
PREDICTIONS = [
    "LoanNr_ChkDgt", "p", "p_recalibrated", "p_honest", "p_honest_recalibrated", "p_any", "jobs_low", "jobs_point",
    "jobs_high", "jobs_if_any_low", "jobs_if_any_high",
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _small_plans():
    patch = pytest.MonkeyPatch()
    small = {"trees": 8, "rounds": 8}
    patch.setattr(forecast_module, "STATUS_PLAN", Plan(**small))
    patch.setattr(forecast_module, "JOBS_PLAN", Plan(half_life=2.0, **small))
    yield
    patch.undo()


@pytest.fixture(scope="module")
def made_up() -> pd.DataFrame:
    """Loans that never were, in the publisher's columns."""
    return _loans(800, first="1997-01-01", years=8)


def _loans(count: int, *, first: str, years: int, seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    bank = generator.integers(0, 30, count)
    approved = pd.Timestamp(first) + pd.to_timedelta(generator.integers(0, years * 365, count), unit="D")
    charged = generator.random(count) < 0.15 + 0.02 * bank
    amount = generator.choice([20_000.0, 50_000.0, 137_500.0], count)
    end = approved + pd.to_timedelta(generator.integers(200, 2500, count), unit="D")
    return pd.DataFrame(
        {
            "LoanNr_ChkDgt": np.arange(count) + 1_000_000_000 + seed * 10_000_000,
            "City": "TOWN",
            "State": generator.choice(["IN", "OH"], count),
            "Zip": generator.integers(40_000, 49_999, count),
            "Bank": [f"BANK {each}" for each in bank],
            "BankState": "OH",
            "NAICS": generator.choice([0, 451120, 621210], count),
            "ApprovalDate": approved,
            "Term": np.where(charged, 30, 84),
            "NoEmp": generator.integers(0, 50, count),
            "NewExist": generator.integers(0, 3, count),
            "CreateJob": np.where(generator.random(count) < 0.6, 0, generator.poisson(4, count)),
            "RetainedJob": 0,
            "FranchiseCode": generator.choice([0, 1, 78760], count),
            "UrbanRural": generator.integers(0, 3, count),
            "RevLineCr": generator.choice(["Y", "N", None], count),
            "LowDoc": generator.choice(["Y", "N"], count),
            "ChgOffDate": pd.Series(end).where(charged),
            "DisbursementDate": approved,
            "DisbursementGross": amount,
            "BalanceGross": 0.0,
            "MIS_Status": np.where(charged, "CHGOFF", "P I F"),
            "ChgOffPrinGr": np.where(charged, amount, 0.0),
            "GrAppv": amount,
            "SBA_Appv": amount * generator.choice([0.5, 0.75], count),
            "subset": "srs_within_class",
            "w_pop": np.where(charged, 10.0, 50.0),
        }
    )  # fmt: skip


def test_outcomes_of_later_loans_change_no_forecast(made_up, tmp_path):
    whole, later, mixed = made_up, made_up["ApprovalDate"] > "2003-12-31", made_up.copy()
    order = np.random.default_rng(1).permutation(int(later.sum()))
    for name in OUTCOMES:
        mixed.loc[later, name] = whole.loc[later, name].to_numpy()[order]
    said = []
    for number, rows in enumerate((whole, mixed)):
        rows.to_parquet(tmp_path / f"{number}.parquet")
        out = tmp_path / f"said-{number}.parquet"
        files = ["--loans", str(tmp_path / f"{number}.parquet"), "--predictions", str(out), "--no-peers"]
        assert main([*files, *WINDOW]) == 0
        said.append(pd.read_parquet(out))
    pd.testing.assert_frame_equal(*said, check_exact=True)
    assert list(said[0]) == PREDICTIONS
    assert said[0].notna().all(axis=None)


def test_several_files_give_every_figure_and_the_same_forecast(made_up, tmp_path, capsys):
    early = made_up["ApprovalDate"] < "2002-06-01"
    made_up[early].to_parquet(tmp_path / "early.parquet")
    # The later file repeats a few loans of the earlier one.
    pd.concat([made_up[~early], made_up[early].head(20)]).to_parquet(tmp_path / "late.parquet")
    out = tmp_path / "out.json"
    files = [str(tmp_path / "early.parquet"), str(tmp_path / "late.parquet")]
    assert main(["--loans", *files, "--out", str(out), "--no-peers", *WINDOW]) == 0
    results = json.loads(out.read_text("utf-8"))
    assert set(results["hindsight"]) >= FIGURES <= set(results["honest"])
    assert set(results["jobs"]) >= JOBS
    assert {"fit_seconds", "predict_rows_per_second", "peers", "baselines"} <= set(results)
    assert set(results["gates"]["honest"]) == {"better_than_opponent", "no_group_worse"}
    for plain in results["baselines"].values():
        assert set(plain["hindsight"]) >= FIGURES <= set(plain["honest"])
        assert set(plain["jobs"]) >= JOBS
    assert results["hindsight"]["n_train"] == (made_up["ApprovalDate"] <= "2003-12-31").sum()
    assert "jobs stated" in capsys.readouterr().out


def test_a_later_file_of_unseen_lenders_and_missing_values_runs_unchanged(made_up, tmp_path):
    later = _loans(300, first="2006-01-01", years=3, seed=1).convert_dtypes()
    later["Bank"] = later["Bank"].str.replace("BANK", "TRUST")
    later["State"], later["NAICS"], later["Zip"] = "AK", 999_990, 99_950
    holes = ["City", "State", "Zip", "Bank", "BankState", "NAICS", "NoEmp", "NewExist", "CreateJob", "FranchiseCode",
             "UrbanRural", "RevLineCr", "LowDoc", "MIS_Status", "SBA_Appv", "GrAppv"]  # fmt: skip
    for number, name in enumerate(holes):
        later.loc[later.index[number::40], name] = pd.NA
    later["subset"] = np.where(np.arange(300) % 5, "srs_within_class", "another part")
    files, out = [tmp_path / "earlier.parquet", tmp_path / "later.parquet"], tmp_path / "out.json"
    made_up.to_parquet(files[0])
    # A loan that stands in both files counts once.
    pd.concat([later, later.head(7), made_up.tail(5).convert_dtypes()]).to_parquet(files[1])
    asked = ["--train-until", "2005-12-31", "--test-until", "2008-12-31", "--no-track", "--no-peers"]
    said = tmp_path / "said.parquet"
    assert main(["--loans", *map(str, files), "--out", str(out), "--predictions", str(said), *asked]) == 0
    forecast, results = pd.read_parquet(said), json.loads(out.read_text("utf-8"))
    assert sorted(forecast["LoanNr_ChkDgt"]) == sorted(later["LoanNr_ChkDgt"])
    assert forecast.notna().all(axis=None)
    chances = forecast.filter(regex="^p")
    assert ((chances > 0) & (chances < 1)).all(axis=None)
    judged = (later["subset"] == "srs_within_class") & later["MIS_Status"].notna()
    assert results["hindsight"]["n_test"] == int(judged.sum())
    assert np.isfinite(pd.json_normalize(results).filter(regex="^(hindsight|honest|jobs)").to_numpy(float)).all()


def test_recalibration_reads_no_event_of_the_quarter_or_later(made_up):
    until, quarter = (float(years_since(pd.Series([pd.Timestamp(day)]))[0]) for day in ("2002-12-31", "2003-07-01"))
    loans = loans_of(made_up)
    seen, ahead = loans.where(loans.years <= until), loans.where(loans.quarter == quarter)
    blind = replace(seen, charge_off=np.where(seen.charge_off >= quarter, np.nan, seen.charge_off))
    ours, theirs = (forecast_module.fit_forecaster(each, until=until).predict(ahead) for each in (seen, blind))
    pd.testing.assert_series_equal(ours["p_honest_recalibrated"], theirs["p_honest_recalibrated"], check_exact=True)
    blind = replace(seen, charge_off=np.where(seen.charge_off >= until, np.nan, seen.charge_off))
    theirs = forecast_module.fit_forecaster(blind, until=until).predict(ahead)
    pd.testing.assert_series_equal(ours["p_honest"], theirs["p_honest"], check_exact=True)


def test_a_search_looks_only_at_what_came_before(made_up, tmp_path, monkeypatch):
    monkeypatch.setattr(search_module, "SPACE", {"strength": Real(2.0, 20.0, log=True)})
    monkeypatch.setattr(search_module, "LEAST_ROWS", 50)
    rows, out = tmp_path / "loans.parquet", tmp_path / "out.json"
    made_up.to_parquet(rows)
    asked = ["--trials", "2", "--no-peers", "--out", str(out), *WINDOW]
    assert main(["--loans", str(rows), *asked]) == 0
    found = json.loads(out.read_text("utf-8"))
    best = found["search"]["hindsight"]
    assert len(best["trials"]) == 2
    assert found["plans"]["status"] | best["recipe"] == found["plans"]["status"]
    loans = loans_of(made_up)
    later = loans.where(loans.years <= 15.0)
    mixed = replace(later, charged_off=np.where(later.years > 12.0, 1 - later.charged_off, later.charged_off))
    losses = [Objective(each, 15.0, False, Plan(trees=8, rounds=8), 0)({}, 0) for each in (later, mixed)]
    assert losses[0] != losses[1]
    known = [each.where(each.years <= 12.0) for each in (later, mixed)]
    early = [Objective(each, 12.0, False, Plan(trees=8, rounds=8), 0)({}, 0) for each in known]
    assert early[0] == early[1]


def test_an_empty_period_is_said(made_up, tmp_path):
    made_up.to_parquet(tmp_path / "loans.parquet")
    with pytest.raises(SystemExit, match="nothing to learn from"):
        main(["--loans", str(tmp_path / "loans.parquet"), "--train-until", "1980-01-01", "--test-until", "1981-01-01"])
    late = made_up.assign(ChgOffDate=made_up["ChgOffDate"] + pd.Timedelta(days=4000))
    late.to_parquet(tmp_path / "late.parquet")
    with pytest.raises(SystemExit, match="honest label has nothing to learn from"):
        main(["--loans", str(tmp_path / "late.parquet"), *WINDOW])


def test_without_any_later_outcome_the_forecast_is_the_same(made_up, tmp_path):
    rows = made_up.convert_dtypes()
    later = rows["ApprovalDate"] > "2003-12-31"
    blank = rows.copy()
    blank.loc[later, list(OUTCOMES)] = pd.NA
    said = []
    for name, each in (("whole", rows), ("blank", blank)):
        each.to_parquet(tmp_path / f"{name}.parquet")
        files = ["--loans", str(tmp_path / f"{name}.parquet"), "--predictions", str(tmp_path / f"{name}.out")]
        assert main([*files, "--no-peers", *WINDOW]) == 0
        said.append(pd.read_parquet(tmp_path / f"{name}.out"))
    pd.testing.assert_frame_equal(*said, check_exact=True)


def test_every_stated_column_is_of_the_schema_and_no_outcome_is_a_source(made_up):
    assert tuple(loans_of(made_up).table) == STATED
    sources = {source for spec in SCHEMA.features for source in spec.sources if spec.name != RECORD}
    assert not sources & {*OUTCOMES, "w_pop", "subset"}
    assert FeatureSchema.from_json(SCHEMA.to_json()) == SCHEMA


def test_peers_have_the_same_keys_and_are_compared(made_up, tmp_path, monkeypatch):
    # One that is always installed; its interval is made up to have one to compare.
    logistic = replace(peers()["logistic"], quantile=lambda share: QuantileRegressor(quantile=share, alpha=1.0))
    monkeypatch.setattr(judging_module, "peers", lambda: {"logistic": logistic})
    rows, out = tmp_path / "loans.parquet", tmp_path / "out.json"
    made_up.to_parquet(rows)
    assert main(["--loans", str(rows), "--out", str(out), *WINDOW]) == 0
    results = json.loads(out.read_text("utf-8"))
    peer, gains = results["peers"]["logistic"], results["gains"]
    assert set(peer["hindsight"]) >= FIGURES <= set(peer["honest"])
    assert set(peer["jobs"]) >= JOBS
    assert gains["hindsight"]["logistic"]["brier"]["low"] <= gains["hindsight"]["logistic"]["brier"]["high"]
    assert gains["jobs"]["logistic"]["width_ratio"] > 0


def test_what_came_after_approval_is_no_feature(made_up):
    blank = made_up.assign(**dict.fromkeys(("Term", "DisbursementGross", "RetainedJob", "ChgOffPrinGr"), 1))
    pd.testing.assert_frame_equal(loans_of(made_up).table, loans_of(blank).table)
    assert not {"w_pop", "subset", "Term"} & set(loans_of(made_up).table)


def test_no_honest_label_knows_a_later_charge_off(made_up):
    rows = made_up[made_up["ApprovalDate"] <= "2003-12-31"]
    later = rows["ChgOffDate"] >= "2003-12-31"
    seen, blind = loans_of(rows), loans_of(rows.assign(ChgOffDate=rows["ChgOffDate"].mask(later)))
    until = float(years_since(pd.Series([pd.Timestamp("2003-12-31")]))[0])
    seen, blind = (forecast_module.with_records(each, until=until)[0] for each in (seen, blind))
    ours, theirs = (forecast_module.honest_labels(each, until=until) for each in (seen, blind))
    np.testing.assert_array_equal(ours, theirs)
    young = seen.years > until - 3
    assert ((ours > 0) & (ours < 1))[young].any()
    assert set(np.unique(ours[~young])) <= {0.0, 1.0}


@pytest.mark.skipif(not LOANS.is_file(), reason="the loans are not beside the project")
def test_the_published_loans_are_read_as_counted():
    loans = read_loans([LOANS])
    assert (len(loans), int(loans.random.sum())) == (38_485, 18_076)
    assert np.nanmax(loans.jobs) < 8800
    assert np.isnan(loans.jobs[loans.years < 10.99]).all()
