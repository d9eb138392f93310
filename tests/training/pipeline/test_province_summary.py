"""Provinces learn from one another's outcomes by summaries: what leaves, what is withheld, what is taken over."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from engine.reference.effects import effects
from engine.reference.tables import table
from engine.scoring.belief import Standing, stand
from serving.desk import learning
from serving.desk.workspace import open_register
from training.models.belief import belief_columns, widened_slopes
from training.models.province_effects import too_few
from training.pipeline.province_summary import Summarised, province_summary, remember, summary_of
from training.priors.country_pool import country_pool, own_effects
from training.priors.pool_files import ProvinceSummary, write_pool
from training.priors.prior_effects import slopes

DAY = pd.Timestamp("2026-03-21")
HOME = "West Azerbaijan"


def drawn(count, *, province, seed=0, flag=0.3, title=1.2):
    """Ripe outcomes of a made-up province in which a title deed counts for as much as is said."""
    rng = np.random.default_rng([seed, count])
    X = pd.DataFrame(
        {
            "has_title_deed": (rng.random(count) < flag).astype(float),
            "idle_years": rng.integers(1, 20, count).astype(float),
        }
    )
    rows = table("effects")
    names = sorted(set(rows.loc[rows["output"].isin(["restart", "durable"]), "feature"]) - set(X))
    X = X.assign(**dict.fromkeys(names, np.nan))
    described = belief_columns(rows, X)
    score = title * X["has_title_deed"] - 0.8 * np.log1p(np.minimum(X["idle_years"], 10))
    label = (rng.random(count) < 1 / (1 + np.exp(-score))).to_numpy(dtype=float)
    belief, seen = widened_slopes(slopes(rows, "restart"), described), stand(described, X)
    return summary_of(belief, seen, label, province=province, as_of=DAY, origin="register")


def effect(summary, feature):
    return next((each for each in summary.effects if each.feature == feature), None)


def refused(act):
    with pytest.raises(EhyaError) as found:
        act()
    return found.value


def test_outcomes_tell_their_own_effect_and_not_the_belief_they_met():
    told = effect(drawn(4000, province="Yazd"), "has_title_deed")
    assert told.estimate == pytest.approx(1.2, abs=3 * told.error)
    assert told.error < 0.12


def test_a_summary_of_three_units_is_refused_and_says_what_to_do():
    error = refused(lambda: drawn(3, province="Yazd"))
    assert (error.code, error.facts["given"], error.facts["allowed"]) == (ErrorCode.POOL_TOO_FEW, 3, 10)


def test_a_flag_that_three_units_have_is_withheld_whatever_the_others_are():
    summary = drawn(400, province="Yazd", flag=0.0075)
    assert "has_title_deed" in summary.withheld
    assert effect(summary, "has_title_deed") is None
    assert effect(summary, "idle_years") is not None


def test_what_leaves_holds_no_more_figures_than_effects_and_two_rounded_counts():
    plain = drawn(403, province="Yazd").model_dump(mode="json")
    assert set(plain) == set(ProvinceSummary.model_fields)
    assert (plain["outcomes"], plain["restarted"] % 5) == (400, 0)
    assert all(set(each) == {"feature", "estimate", "error"} for each in plain["effects"])


@pytest.mark.parametrize("known", [0, 9, 10, 30])
def test_of_a_number_ten_units_must_differ_from_the_commonest_value(known):
    values = np.concatenate([np.zeros(50), np.arange(1.0, known + 1)])[:, None]
    seen = Standing(values, np.zeros_like(values, dtype=bool), np.ones(1))
    assert too_few(seen)[0] == (known < 10)


# ---- the country


@cache
def pool():
    return country_pool([drawn(900, province=name, seed=at) for at, name in enumerate(("Yazd", "Kerman", "Fars"))])


def test_a_province_is_given_what_the_others_say_and_never_what_it_said_itself():
    summaries = [drawn(900, province=name, seed=at) for at, name in enumerate(("Yazd", "Kerman", "Fars"))]
    moved = [drawn(900, province="Yazd", seed=9, title=-2.0), *summaries[1:]]
    before, after = country_pool(summaries), country_pool(moved)
    assert before.priors["Yazd"] == after.priors["Yazd"]
    assert before.priors["Kerman"] != after.priors["Kerman"]
    assert before.elsewhere == before.prior_of("Qom")  # told nothing: the country's


def test_what_is_taken_over_lies_between_the_table_and_the_outcomes_and_is_surer_than_the_table():
    given = {each.feature: each for each in pool().priors["Yazd"]}["has_title_deed"]
    believed = table("effects").set_index(["output", "feature"]).loc[("restart", "has_title_deed")]
    assert believed["effect"] < given.effect < 1.4
    assert given.high - given.low < believed["high"] - believed["low"]


def test_what_is_taken_over_is_a_file_of_effects_that_the_next_training_reads(tmp_path):
    own_effects(pool(), "Yazd").to_csv(tmp_path / "effects.csv", index=False)
    rows = effects(tmp_path / "effects.csv").set_index(["output", "feature"])
    row = rows.loc[("restart", "has_title_deed")]
    assert row["overridden"]
    assert row["population"] == "Kerman; Fars"
    assert row["low"] >= 0  # the direction that the schema holds


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"province": "Kerman"}, ErrorCode.POOL_TWICE),
        ({"table": "0" * 16}, ErrorCode.POOL_OF_ANOTHER_TABLE),
        ({"origin": "synthetic"}, ErrorCode.POOL_OF_ANOTHER_ORIGIN),
    ],
)
def test_summaries_that_do_not_belong_together_are_refused(change, code):
    one, other = drawn(200, province="Kerman"), drawn(200, province="Yazd").model_copy(update=change)
    assert refused(lambda: country_pool([one, other])).code == code


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("{", "—"),
        ('{"kind": "ehya-pool-country"}', "kind"),
        (lambda good: good | {"outcomes": 403}, "outcomes"),
        (lambda good: good | {"units": [1]}, "units"),
        (lambda good: good | {"effects": [{"feature": "a", "estimate": 1e9, "error": 1}]}, "effects.0.estimate"),
    ],
)
def test_a_file_that_is_no_summary_is_refused_with_its_place(tmp_path, written, place):
    file = tmp_path / "yazd.json"
    good = drawn(200, province="Yazd")
    file.write_text(written if isinstance(written, str) else json.dumps(written(good.model_dump(mode="json"))))
    error = refused(lambda: ProvinceSummary.load(file))
    assert (error.code, error.facts["place"]) == (ErrorCode.POOL_FILE_REFUSED, place)


def test_documents_come_back_as_they_were_written(tmp_path):
    for document in (drawn(200, province="Yazd"), pool()):
        write_pool(tmp_path / "file.json", document)
        assert type(document).load(tmp_path / "file.json") == document


# ---- a register


def test_a_workspace_tells_takes_over_and_takes_back(practice, records, tmp_path):
    told = learning.write_pool_summary(practice, tmp_path / "own.json", as_of=DAY, origin="synthetic")
    assert (told.province, told.origin) == (HOME, "synthetic")
    assert told.effects
    others = [
        drawn(900, province=name, seed=at).model_copy(update={"origin": "synthetic"})
        for at, name in enumerate(("Yazd", "Kerman"))
    ]
    files = [tmp_path / "own.json", *(tmp_path / f"{each.province}.json" for each in others)]
    for file, document in zip(files[1:], others, strict=True):
        write_pool(file, document)
    learning.combine_pool(files, tmp_path / "country.json")
    records.effects.write_text("output,feature,effect,low,high\nrestart,idle_years,-.5,-.7,-.3\n")
    used = learning.use_pool(records, tmp_path / "country.json", province="آذربایجان غربی")
    assert (used.others, used.told, used.kept) == (("Yazd", "Kerman"), True, ("restart.idle_years",))
    rows = effects(records.effects).set_index(["output", "feature"])
    assert rows.loc[("restart", "has_title_deed"), "basis"] == "computed"
    assert rows.loc[("restart", "idle_years"), "effect"] == -0.5
    assert learning.leave_pool(records) == used.effects
    assert effects(records.effects)["overridden"].sum() == 1


def test_a_second_summary_that_differs_by_one_unit_is_refused(practice, tmp_path):
    told = tmp_path / "told.json"
    asked = {"province": HOME, "as_of": DAY, "origin": "synthetic", "told": told}
    with open_register(practice) as register:
        made = province_summary(register, **asked)
        remember(made, told)
        assert province_summary(register, **asked).summary == made.summary  # the same again may leave
        one = dict(list(made.units.items())[1:])
        remember(Summarised(made.summary, one), tmp_path / "less.json")
        error = refused(lambda: province_summary(register, **asked | {"told": tmp_path / "less.json"}))
        assert (error.code, error.facts["given"]) == (ErrorCode.POOL_TOO_ALIKE, 1)
        assert made.units.keys().isdisjoint(register.units().index)


def test_a_register_of_no_province_is_asked_whose_it_is(records, tmp_path):
    error = refused(lambda: learning.write_pool_summary(records, tmp_path / "own.json", as_of=DAY))
    assert error.code == ErrorCode.POOL_PROVINCE_UNCLEAR


def test_a_province_without_outcomes_tells_nothing_and_takes_the_countrys(records, tmp_path):
    error = refused(lambda: learning.write_pool_summary(records, tmp_path / "own.json", as_of=DAY, province="Qom"))
    assert error.code == ErrorCode.POOL_TOO_FEW
    assert not (tmp_path / "own.json").exists()
    write_pool(tmp_path / "country.json", pool())
    used = learning.use_pool(records, tmp_path / "country.json", province="Qom")
    assert (used.told, len(used.others)) == (False, 3)
