"""How far an order can be trusted: under other weights, by other methods, against the order of before."""

import json
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from engine.ranking.score import classes
from engine.ranking.selection import select
from engine.scoring.artefact import path_of, save
from engine.settings import Settings
from experiments.province_simulator.register import taken
from serving.desk.appraisal import Appraised, appraised
from serving.desk.question import Question
from serving.desk.ranking import Ranking
from serving.desk.steadiness import Method, acceptance, by_method, moved_since
from serving.desk.workspace import open_register
from serving.disclosure.masking import Audience
from serving.reports.ranking import ranking_document
from serving.reports.steadiness import moved_document

DAY = pd.Timestamp("2026-11-23")


@pytest.fixture(scope="module")
def whole(appraisal):
    return Appraised(appraisal, Question(as_of=DAY, price_year=1405), Audience.OFFICE)


def listed(whole, **wishes) -> Ranking:
    chosen = select(whole.table, **wishes)
    return Ranking(whole, chosen, chosen, pd.DataFrame(), wishes)


def test_every_unit_stands_somewhere_in_every_draw_and_one_of_two_before_the_other(whole):
    found = acceptance(whole, whole.table, k=5)
    assert len(found.units) == whole.table["rank"].notna().sum()
    assert found.acceptability.sum(axis=1).to_numpy() == pytest.approx(1)
    assert found.units["top"].to_numpy() == pytest.approx(found.acceptability.iloc[:, :5].sum(axis=1).to_numpy())
    assert (found.winning + found.winning.T).to_numpy() == pytest.approx(1)
    central = found.units.filter(like="central_").dropna()
    assert central.sum(axis=1).to_numpy() == pytest.approx(1)
    assert found.units["confidence"].notna().sum() == len(central) > 0


def test_a_better_verdict_goes_before_any_weight(whole):
    found = acceptance(whole, whole.table, k=5)
    group = classes(whole.table.loc[found.units.index])
    assert len(set(group)) > 1
    before = group.to_numpy()[:, None] < group.to_numpy()[None, :]
    assert (found.winning.to_numpy()[before] == 1).all()


def test_spotis_on_fixed_bounds_is_our_own_order(whole):
    found = by_method(whole, whole.table, "spotis")
    assert found.tau == pytest.approx(1)
    ours = whole.table.loc[found.units.index, "score"].astype(float)
    assert found.units["score_there"].to_numpy() == pytest.approx(ours.to_numpy(), abs=1e-6)


@pytest.mark.parametrize("method", list(Method))
def test_another_method_puts_all_ranked_units_in_order_within_their_verdict(whole, method):
    found = by_method(whole, whole.table, method.value)
    assert found.units["rank_there"].tolist() == list(range(1, len(found.units) + 1))
    assert classes(whole.table.loc[found.units.index]).is_monotonic_increasing
    assert -1 <= found.tau <= 1


def test_a_method_that_is_none_and_a_list_without_ranks_are_refused(whole):
    with pytest.raises(EhyaError) as caught:
        by_method(whole, whole.table, "electre")
    assert (caught.value.code, "topsis" in caught.value.facts["allowed"]) == (ErrorCode.UNKNOWN_OPTION, True)
    with pytest.raises(EhyaError) as caught:
        acceptance(whole, whole.table[whole.table["rank"].isna()], k=5)
    assert caught.value.code is ErrorCode.NOTHING_RANKED


def test_an_order_is_compared_with_one_that_was_written(whole, tmp_path):
    settings, path = Settings(home=tmp_path, database_url="sqlite://"), tmp_path / "ranking.json"
    path.write_text(json.dumps(ranking_document(whole.table, {}), default=str), "utf-8")
    same = moved_since(settings, listed(whole), str(path))
    assert (same.agreement.tau, len(same.agreement.movers)) == (pytest.approx(1), 0)
    turned = whole.table["rank"].max() + 1 - whole.table["rank"]
    path.write_text(json.dumps(ranking_document(whole.table.assign(rank=turned), {}), default=str), "utf-8")
    assert moved_since(settings, listed(whole), str(path)).agreement.tau == pytest.approx(-1)
    county = str(whole.table["county"].mode()[0])
    some = moved_since(settings, listed(whole, county=county), str(path)).agreement
    assert 0 < len(some.movers) <= (whole.table["county"] == county).sum()
    assert some.gone == some.come == ()
    path.write_text("{}", "utf-8")
    with pytest.raises(EhyaError) as caught:
        moved_since(settings, listed(whole), str(path))
    assert caught.value.code is ErrorCode.FILE_UNREADABLE


def test_who_moved_since_the_last_import_is_said_with_the_part_that_changed(tmp_path, first_day, province):
    settings = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'ehya.db'}")
    units = province.head(30).assign(status="idle", jobs_before_stop=50)
    card = {"version": "first", "card": {"version": "first"}, "metrics": {"rows": 1}}
    digest = save(path_of(settings.models, "first"), first_day.heads, first_day.document.model_copy(update=card))
    with open_register(settings) as register:
        register.promotions.record(
            model_version="first", digest=digest, promoted_at=datetime(2026, 10, 1), reason="test", metrics={}
        )
        ids = register.imports.commit(taken(units.head(29)), imported_at=datetime(2026, 10, 2)).rows["unit_id"]
    question = Question(as_of=DAY, price_year=1405)
    weakest = appraised(settings, question).table["rank"].astype(float).idxmax()
    place = np.flatnonzero(ids.to_numpy() == weakest)[0]
    grown = units.assign(jobs_before_stop=np.where(np.arange(30) == place, 2_000, 50))
    with open_register(settings) as register:
        register.imports.commit(taken(grown), imported_at=datetime(2026, 10, 9))
    today = listed(appraised(settings, question))
    found = moved_since(settings, today, "last")
    assert found.since == "2026-10-08"
    moved = found.agreement.movers.loc[weakest]
    assert moved["by"] > 0
    assert moved["part_jobs"] > 0
    assert len(found.agreement.come) == 1
    one = str(today.appraised.table.loc[weakest, "county"])
    of_one = moved_since(settings, listed(today.appraised, county=one), "last").agreement
    assert set(of_one.movers.index) <= set(today.appraised.table.index[today.appraised.table["county"] == one])
    assert of_one.gone == ()
    assert moved_document(found)["moved"][0].keys() >= {"unit_id", "before", "after", "by", "part_jobs"}
    assert moved_since(settings, today, "2026-10-09").agreement.tau == pytest.approx(1)
    with pytest.raises(EhyaError) as caught:
        moved_since(settings, today, "2026-10-01")
    assert (caught.value.code, caught.value.facts["allowed"]) == (ErrorCode.UNKNOWN_OPTION, ["2026-10-02"])
