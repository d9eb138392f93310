"""A package as a whole: laws of order and of new units, lots, answers, documents that repeat bit for bit."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from engine.packages.answers import why_inside, why_outside
from engine.packages.candidates import Candidates
from engine.packages.compiled import compiled
from engine.packages.conflict import Conflict
from engine.packages.document import inputs_document, inputs_table, package_document, solved_again
from engine.packages.exploration import lots
from engine.packages.optimum import optimum
from engine.packages.package import Package, package
from engine.packages.rules import TermKind
from engine.packages.terms import PackageTerms

TERMS = {
    "name": "inva",
    "count": 8,
    "budgets": {"capital": {"at_most": "1200 billion rial"}},
    "quotas": [{"by": "county", "at_most": 4}, {"sector": ["10"], "at_least": 3}],
    "exploration": {"share": 0.25},
    "revived": {"at_least": 1, "probability": 0.5},
    "worth": {"risk": 0.2},
    "seed": 3,
}


def solved(table, **changes):
    terms = PackageTerms.read({**TERMS, **changes})
    return package(Candidates.of(table, worlds=100, seed=terms.seed), terms, packages=6)


@pytest.fixture(scope="module")
def found(candidate_rows) -> Package:
    return solved(candidate_rows)


def test_the_package_keeps_every_term_with_its_lots_too(found):
    assert found.problem.holds(found.best.chosen)
    assert found.problem.holds(found.chosen)
    assert (found.best.gap, int(found.chosen.sum()), len(found.lots)) == (0.0, 8, 2)
    assert all(0 < lot.probability <= 1 for lot in found.lots)


def test_the_order_of_rows_changes_nothing(candidate_rows, found):
    assert package_document(solved(candidate_rows.iloc[::-1])) == package_document(found)


def test_a_document_repeats_bit_for_bit_from_its_inputs(found):
    document = json.loads(json.dumps(package_document(found)))
    inputs = json.loads(json.dumps(inputs_document(found.candidates)))
    assert solved_again(document, inputs) == document
    pd.testing.assert_frame_equal(inputs_table(inputs), found.candidates.units, check_dtype=False)


def test_a_unit_more_never_makes_the_best_worse_and_moves_no_draw_of_another(candidate_rows):
    terms = PackageTerms.read(TERMS)
    few, all_of_them = (Candidates.of(rows, worlds=100, seed=3) for rows in (candidate_rows.iloc[:-1], candidate_rows))
    assert (few.draws.jobs == all_of_them.draws.jobs[:, :-1]).all()
    less, more = (optimum(compiled(one, terms)) for one in (few, all_of_them))
    assert more.value >= less.value - 1e-9


def test_weights_move_no_limit(candidate_rows):
    candidates = Candidates.of(candidate_rows, worlds=50)
    one, other = (compiled(candidates, PackageTerms.read({**TERMS, "worth": worth})) for worth in ({"jobs": 9}, {}))
    for left, right in zip(one.rules, other.rules, strict=True):
        assert (left.term, left.low, left.high) == (right.term, right.low, right.high)
        assert (left.coefficients == right.coefficients).all()


def test_each_unit_says_what_the_package_would_lose_without_it(found):
    for place, said in found.inside.items():
        without = optimum(found.problem, outside=[place])
        assert said.gain == pytest.approx(found.best.value - without.value)
        assert without.chosen[said.displaced].all()


def test_the_smallest_change_brings_a_unit_in_and_no_smaller_one_does(candidate_rows):
    """Cheaper by what was said, the unit is in; cheaper by nine tenths of it, it is not."""
    terms = {**TERMS, "count": [1, 30], "quotas": [], "exploration": None, "revived": None, "worth": {}}
    terms = PackageTerms.read({**terms, "budgets": {"capital": {"at_most": "500 billion rial"}}})
    candidates = Candidates.of(candidate_rows, worlds=60)
    problem = compiled(candidates, terms)
    best = optimum(problem)
    out = [place for place in np.flatnonzero(~best.chosen) if not why_outside(problem, best, int(place)).barriers][:4]
    tried = 0
    for place in out:
        said = why_outside(problem, best, int(place))
        change = next(one for one in said.cheaper if one.rule.kind is TermKind.CAPITAL)
        if change.amount >= candidates.capital[place]:
            continue
        tried += 1
        for share, comes in ((1.0001, True), (0.9, False)):
            cheaper = candidate_rows.copy()
            cheaper.iloc[place, cheaper.columns.get_loc("capital")] -= share * change.amount
            again = compiled(Candidates.of(cheaper, worlds=60), terms)
            forced = optimum(again, inside=[int(place)])
            assert (forced.value >= best.value - 1e-6) is comes
    assert tried


def test_a_pinned_unit_is_in_and_its_price_is_what_the_rest_loses(candidate_rows):
    free = solved(candidate_rows, exploration=None)
    out = next(
        unit
        for unit in free.candidates.units.index[~free.best.chosen]
        if not why_outside(free.problem, free.best, free.candidates.place_of(unit)).barriers
    )
    price = why_outside(free.problem, free.best, free.candidates.place_of(out)).price
    pinned = solved(candidate_rows, exploration=None, pinned=[{"unit": out, "reason": "a test"}])
    assert pinned.chosen[pinned.candidates.place_of(out)]
    assert free.best.value - pinned.best.value == pytest.approx(price, abs=1e-6)


def test_what_is_not_known_keeps_a_unit_out_and_never_counts_as_nothing(candidate_rows):
    bare = candidate_rows.copy()
    bare["capital"] = np.nan
    said = solved(bare)
    assert isinstance(said, Conflict)
    assert any(rule.facts.get("lacks") == "capital" for rule in said.rules)


def test_a_unit_that_was_withdrawn_is_in_no_package(candidate_rows, found):
    """Pinned, it is a contradiction: nothing but its withdrawal keeps it out."""
    best = found.candidates.units.index[found.best.chosen][0]
    pin = {"exploration": None, "pinned": [{"unit": best, "reason": "a test"}]}
    assert solved(candidate_rows, **pin).best.chosen[found.candidates.place_of(best)]
    said = solved(candidate_rows.assign(withdrawn=candidate_rows.index == best), **pin)
    assert isinstance(said, Conflict)
    assert [rule.kind for rule in said.rules] == [TermKind.WITHDRAWN, TermKind.PINNED]


def test_a_unit_that_nobody_has_is_refused(candidate_rows):
    with pytest.raises(EhyaError) as caught:
        solved(candidate_rows, pinned=[{"unit": "nowhere", "reason": "x"}])
    assert caught.value.code is ErrorCode.UNKNOWN_UNIT


def test_net_present_value_counts_only_where_somebody_appraised_it(candidate_rows):
    with pytest.raises(EhyaError) as caught:
        solved(candidate_rows, worth={"npv": 0.1})
    assert caught.value.code is ErrorCode.PACKAGE_WORTH_UNKNOWN
    plain = {"exploration": None, "revived": None}
    before = solved(candidate_rows, worth={"npv": 0}, **plain)
    out = next(
        unit
        for unit in before.candidates.units.index[~before.best.chosen]
        if not why_outside(before.problem, before.best, before.candidates.place_of(unit)).barriers
    )
    ends = ["npv_low", "npv_point", "npv_high"]
    appraised = candidate_rows.assign(**dict.fromkeys(ends, 0.0))
    appraised.loc[out, ends] = 10_000.0
    after = solved(appraised, worth={"npv": 0.1}, **plain)
    place = after.candidates.place_of(out)
    assert after.best.chosen[place]
    gain = after.candidates.draws.chance[:, place].mean() * 10_000
    assert after.figures()["npv_billion_rial"] == pytest.approx(gain, rel=1e-6)
    jobs = after.candidates.jobs[after.best.chosen].sum()
    assert after.best.value == pytest.approx(jobs + 0.1 * gain, rel=1e-6)


def test_a_unit_that_nobody_appraised_keeps_its_jobs_in_the_core_index(candidate_rows):
    valued = candidate_rows.assign(npv_low=-5.0, npv_point=0.1, npv_high=1.0)
    first = solved(valued, worth={"npv": 0.01})
    best = first.candidates.units.index[first.places[0]]
    valued.loc[best, ["npv_low", "npv_point", "npv_high"]] = np.nan
    found = solved(valued, worth={"npv": 0.01})
    place = found.candidates.place_of(best)
    assert found.chosen[place]
    assert found.robust.share[place] == pytest.approx(first.robust.share[place], abs=0.1)
    assert found.figures()["npv_unknown"] == 1


def test_where_no_other_package_was_solved_no_role_is_made_up(candidate_rows):
    found = package(Candidates.of(candidate_rows, worlds=100, seed=3), PackageTerms.read(TERMS), packages=0)
    units = package_document(found)["units"]
    assert {unit["role"] for unit in units if not unit["lot"]} == {"undetermined"}
    assert all(unit["core_index"] is None for unit in units)


def test_answers_that_there_is_no_time_for_are_missing_and_said_and_the_package_stands(
    candidate_rows, found, monkeypatch
):
    monkeypatch.setattr("engine.packages.package.monotonic", lambda: -1e9)
    hurried = package(found.candidates, found.terms.model_copy(update={"exploration": None}), packages=2)
    assert (hurried.best.chosen == found.best.chosen).all()
    assert hurried.unfinished
    assert not found.unfinished
    document = package_document(hurried)
    assert document["unfinished"]
    assert document["term_prices"] == {}
    assert {unit["core_index"] for unit in document["units"]} == {None}
    assert all(unit["gain"] is None and unit["finished"] is False for unit in document["units"] if not unit["lot"])
    assert "unfinished" not in package_document(found)


def test_no_place_goes_by_lot_where_time_decides_which(found, monkeypatch):
    monkeypatch.setattr("engine.packages.package.monotonic", lambda: -1e9)
    with pytest.raises(EhyaError) as caught:
        package(found.candidates, found.terms, packages=2)
    assert caught.value.code is ErrorCode.PACKAGE_LOTS_OUT_OF_TIME


def test_a_package_that_lacks_a_step_alone_says_so_too(found):
    assert not found.unfinished
    assert replace(found, all_steps=False).unfinished
    assert package_document(replace(found, all_steps=False))["unfinished"]


def test_no_time_to_look_is_not_that_nobody_can_take_its_place(found):
    place = int(np.flatnonzero(found.best.chosen)[0])
    hurried = why_inside(found.problem, found.best, place, until=-1e9)
    assert (hurried.gain, hurried.finished, hurried.needed) == (None, False, False)


def test_why_a_unit_is_out_ends_in_time_and_says_that_it_did_not_look_at_all(found):
    place = int(np.flatnonzero(~found.best.chosen)[0])
    hurried, whole = (why_outside(found.problem, found.best, place, until=until) for until in (-1e9, np.inf))
    assert whole.finished
    assert not hurried.finished
    assert hurried.changes == ()
    assert hurried.price is None


def test_a_quota_for_each_county_counts_units_of_no_county_together(candidate_rows):
    nowhere = candidate_rows.assign(county=candidate_rows["county"].where(candidate_rows["county"] != "Khoy"))
    said = solved(nowhere)
    lacking = said.candidates.units["county"].isna().to_numpy()
    assert said.chosen[lacking].sum() <= 4


def test_lots_are_drawn_with_one_chance_for_all_who_fit(candidate_rows):
    """Each unit of the pool comes in about as often as its logged probability says."""
    terms = {"quotas": [], "revived": None, "worth": {}, "exploration": {"share": 0.125}}
    first = solved(candidate_rows, **terms)
    rest = {"inside": first.inside, "pinned": np.empty(0, dtype=np.intp)}
    seen = [lots(first.problem, first.best, 0.125, seed=seed, **rest)[1][0] for seed in range(300)]
    counts = pd.Series([lot.place for lot in seen]).value_counts()
    pool = seen[0].pool
    assert len(counts) == pool
    assert counts.max() < 300 / pool + 5 * (300 / pool) ** 0.5


def test_why_inside_of_a_unit_that_nobody_can_replace_says_so(candidate_rows):
    only = solved(candidate_rows, quotas=[{"units": ["U01"], "at_least": 1}], exploration=None)
    place = only.candidates.place_of("U01")
    said = why_inside(only.problem, only.best, place)
    assert (said.gain, said.needed) == (None, True)
