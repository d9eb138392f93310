"""Laws of the first day, through the runtime of the service: what a new workspace says before any outcome."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine import scoring
from engine.domain.prediction import Output, columns
from engine.domain.unit import Field, public_fields
from engine.scoring.artefact import load, save
from engine.scoring.document import ReportedDocument, of_kind
from engine.scoring.integrity import load_whole
from engine.scoring.points import bases, feasibility_parts, jobs_parts
from engine.scoring.questions import narrowing, of_belief
from engine.scoring.runtime import sector_shift
from features import matrix
from tests.engine.scoring.first_day_world import AS_OF, register, units
from tests.training.conftest import press_sample
from training.panel.answers import ANSWER_COLUMNS, QUESTION_COLUMNS
from training.panel.comparisons import Panel
from training.pipeline.press_fit import fit_sample

FEASIBILITY, ADDED, EXPECTED = Output.FEASIBILITY, Output.JOBS_IF_REVIVED, Output.JOBS_EXPECTED
BILLION = 10**9

BETTER = {
    "former workers": (ADDED, {"jobs_before_stop": 500}, {"jobs_before_stop": 5}),
    "nominal capacity": (
        ADDED,
        {"jobs_before_stop": None, "capacity_text": "سالانه ۹۰ هزار تن"},
        {"jobs_before_stop": None, "capacity_text": "ماهانه ۱۰۰ تن"},
    ),
    "tax and insurance arrears": (
        FEASIBILITY,
        {"tax_debt_rial": 0, "social_security_debt_rial": 0},
        {"tax_debt_rial": 20 * BILLION, "social_security_debt_rial": 10 * BILLION},
    ),
    "machines of 1401 and of 1388": (FEASIBILITY, {"machinery_year": 2022}, {"machinery_year": 2009}),
    "court cases": (FEASIBILITY, {"litigation_count": 0}, {"litigation_count": 4}),
    "a deed": (FEASIBILITY, {"title_deed": True}, {"title_deed": False}),
    "seized by a bank": (FEASIBILITY, {"bank_owned": False}, {"bank_owned": True}),
    "one year idle and seventeen": (FEASIBILITY, {"idle_months": 12.0}, {"idle_months": 204.0}),
    "half-active and idle": (FEASIBILITY, {"status": "semi_active"}, {"status": "idle"}),
    "staff that is still there": (FEASIBILITY, {"jobs_now": 10}, {"jobs_now": 0}),
}
"""Twins: which output differs, the better one, the worse one."""


@pytest.fixture(scope="module")
def model():
    return fit_sample(press_sample(), as_of=AS_OF, trials=0, register=register(240)).model


@pytest.fixture(scope="module")
def document(model) -> ReportedDocument:
    return of_kind(model.document, ReportedDocument)


@pytest.fixture(scope="module")
def contradicted():
    """A model after experts and ripe outcomes that call the worse of each pair of twins the better one."""
    pairs = [
        {"unit_id": f"{side}{number}", "as_of": AS_OF} | twin
        for number, (_, better, worse) in enumerate(list(BETTER.values()) * 3)
        for side, twin in (("b", better), ("w", worse))
    ]
    table = pd.concat([register(120), units(*pairs)])
    asked = [("p", n + 1, *((f"b{n}", f"w{n}") if n % 2 else (f"w{n}", f"b{n}"))) for n in range(len(pairs) // 2)]
    told = [
        (expert, "p", number, output, "second_much" if first.startswith("b") else "first_much")
        for _, number, first, _ in asked
        for expert in ("E1", "E2")
        for output in ("restart", "jobs")
    ]
    panel = Panel(pd.DataFrame(asked, columns=QUESTION_COLUMNS), pd.DataFrame(told, columns=ANSWER_COLUMNS))
    press = press_sample()
    ripe = units(*({**twin, "unit_id": f"r{n}"} for n, twin in enumerate(pairs * 3)))
    worse = np.array([unit["unit_id"].startswith("w") for unit in pairs * 3])
    count = len(ripe)
    seen = replace(
        press,
        units=pd.concat([press.units, ripe.reindex(columns=press.units.columns)]).astype(press.units.dtypes),
        label=np.append(press.label, worse.astype(float)),
        register=np.append(press.register, np.ones(count, dtype=bool)),
        group=np.append(press.group, np.full(count, "West Azerbaijan")),
        jobs=np.append(press.jobs, np.full(count, np.nan)),
        origin=None,
    )
    return fit_sample(seen, as_of=AS_OF, trials=0, register=table, panel=panel).model


@pytest.mark.parametrize("twins", BETTER)
def test_no_panel_and_no_outcome_makes_a_better_twin_score_lower(contradicted, twins):
    """Press, panel and outcomes may take an effect away, they never turn it round."""
    output, better, worse = BETTER[twins]
    points = figures(contradicted, output, better, worse)[:, 1]
    assert points[0] >= points[1] - 1e-12


def test_a_panel_that_always_calls_one_kind_the_one_with_more_jobs_raises_its_jobs(model):
    table = register(120)
    food, other = (table.index[(table["isic"] == code)] for code in ("10", "25"))
    asked = [("p", n, *((a, b) if n % 2 else (b, a))) for n, (a, b) in enumerate(zip(food, other, strict=False), 1)]
    told = [("E1", "p", n, "jobs", "first_much" if first in food else "second_much") for _, n, first, _ in asked]
    panel = Panel(pd.DataFrame(asked, columns=QUESTION_COLUMNS), pd.DataFrame(told, columns=ANSWER_COLUMNS))
    silent, heard = (
        fit_sample(press_sample(), as_of=AS_OF, trials=0, register=table, panel=each).model for each in (None, panel)
    )
    before, after = (figures(each, ADDED, {"isic": "10"}, {"isic": "25"}) for each in (silent, heard))
    assert (after[0] > 1.05 * before[0]).all()
    assert (after[1] < before[1]).all()
    assert figures(heard, FEASIBILITY, {})[0] == pytest.approx(figures(silent, FEASIBILITY, {})[0])
    size, X = heard.document.size, described(heard, table)
    parts = jobs_parts(size, X, ranges=heard.document.ranges, shift=sector_shift(heard.document.promoted, X))
    assert "panel" in parts
    assert np.allclose(parts.sum(axis=1), predicted(heard, table)["jobs_if_revived_point"])
    assert heard.document.size.panel.answers == len(asked)


def described(model, table: pd.DataFrame) -> pd.DataFrame:
    return matrix(table, model.schema, model.fitted, as_of=AS_OF)


def predicted(model, table: pd.DataFrame) -> pd.DataFrame:
    return scoring.predict(model, described(model, table), table, as_of=AS_OF)


def figures(model, output: Output, *changes: dict) -> np.ndarray:
    """Low, point and high for one unit after another."""
    named = ({"unit_id": str(place)} | change for place, change in enumerate(changes))
    return predicted(model, units(*named))[list(columns(output))].to_numpy()


@pytest.mark.parametrize("twins", BETTER)
def test_a_better_twin_scores_higher(model, twins):
    output, better, worse = BETTER[twins]
    found = figures(model, output, better, worse)
    assert (found[0] > found[1]).all()


def test_what_a_twin_adds_in_one_field_is_in_the_order_of_its_source(model):
    """Seventeen years against one weighs more than any single assumed effect."""
    gaps = {
        name: np.subtract(*figures(model, FEASIBILITY, better, worse)[:, 1])
        for name, (output, better, worse) in BETTER.items()
        if output is FEASIBILITY
    }
    assert max(gaps, key=lambda name: gaps[name]) == "one year idle and seventeen"
    assert min(gaps.values()) > 0.01


def test_asking_for_more_capital_raises_nothing(model):
    for output in (FEASIBILITY, ADDED, EXPECTED):
        modest, greedy = figures(model, output, {"capital_needed_rial": BILLION}, {"capital_needed_rial": 10**15})
        assert modest.tolist() == greedy.tolist()


def test_every_field_with_an_effect_moves_the_prediction(model):
    changes = {
        "land_m2": 90_000.0, "building_m2": 9000.0, "power_kw": 5000.0, "gas_m3_per_hour": 5000.0,
        "water_l_per_s": 50.0,
        "machinery_year": 2022, "tax_debt_rial": 90 * BILLION, "social_security_debt_rial": 90 * BILLION,
        "bank_debt_rial": 900 * BILLION, "bank_owned": True, "title_deed": False, "litigation_count": 5,
        "stop_causes": "market_demand", "prior_revivals": 2, "export_share": 0.6, "capacity_share": 0.4,
        "estate": "Urmia 1", "county": "Maku", "isic": "20", "idle_months": 130.0, "jobs_before_stop": 400,
        "jobs_now": 9,
        "status": "semi_active", "established_on": "1980-01-01",
    }  # fmt: skip
    base = figures(model, FEASIBILITY, {})[0]
    still = [name for name, value in changes.items() if (figures(model, FEASIBILITY, {name: value})[0] == base).all()]
    assert still == []


def test_a_missing_field_keeps_the_point_near_the_average_and_widens_the_interval(model):
    stated = {"title_deed": True, "litigation_count": 1, "machinery_year": 2005, "bank_owned": False}
    for name in stated:
        known, unknown = figures(model, FEASIBILITY, stated, stated | {name: None})
        assert abs(unknown[1] - known[1]) < 0.06
        assert unknown[2] - unknown[0] > (known[2] - known[0]) * (1 - 0.06)
    everything, nothing = figures(model, FEASIBILITY, stated, dict.fromkeys(stated))
    assert nothing[2] - nothing[0] > everything[2] - everything[0]


def test_a_field_that_agrees_with_what_such_units_show_narrows_and_moves_nothing(model, document):
    X = described(model, units({"unit_id": "a"}))
    seen = next(column for column in document.belief.columns if column.feature == "has_title_deed")
    cell = scoring.belief.cells(X)[0]
    found = [
        scoring.belief.of_units(document.belief, X.assign(has_title_deed=value), ranges=document.ranges)
        for value in (np.nan, seen.means[cell])
    ]
    assert found[0].point[0] == pytest.approx(found[1].point[0], abs=1e-12)
    assert found[1].high[0] - found[1].low[0] < found[0].high[0] - found[0].low[0]


def test_a_public_figure_is_the_same_model_with_private_fields_unknown(model):
    private = [field.value for field in Field if field.value not in public_fields()]
    table = register(60, seed=9)
    public = table.copy()
    public[private] = None
    public = public.astype(table.dtypes)
    told, hidden = predicted(model, table), predicted(model, public)

    def width(found: pd.DataFrame) -> pd.Series:
        """On the log-odds, where intervals are made."""
        ends = (found[f"feasibility_{end}"] for end in ("high", "low"))
        return np.subtract(*(np.log(end / (1 - end)) for end in ends))

    # A known value far from the usual one brings the doubt of its effect along, so not every single one is wider.
    assert width(hidden).mean() > width(told).mean()
    assert (width(hidden) > width(told)).mean() > 0.6
    assert hidden["feasibility_point"].mean() == pytest.approx(told["feasibility_point"].mean(), abs=0.02)


def test_the_mean_over_the_register_is_the_official_rate(model, document):
    table = register(240)
    found = scoring.belief.of_units(document.belief, described(model, table), ranges=document.ranges)
    restart, capacity = document.population.restart.rate, document.population.capacity.rate
    assert found.restart.mean() == pytest.approx(restart, abs=1e-6)
    assert found.point.mean() == pytest.approx(restart * capacity, abs=1e-6)


def test_order_and_company_of_rows_are_irrelevant(model):
    table = register(30, seed=4)
    together = predicted(model, table)
    turned = predicted(model, table.iloc[::-1]).loc[table.index]
    alone = pd.concat([predicted(model, table.loc[[name]]) for name in table.index[:5]])
    names = [name for output in Output for name in columns(output)]
    assert np.allclose(together[names], turned[names], rtol=1e-12, equal_nan=True)
    assert np.allclose(together.loc[alone.index, names], alone[names], rtol=1e-12, equal_nan=True)


def test_the_explanation_adds_up_to_what_is_predicted(model, document):
    table = register(40, seed=6)
    X, found = described(model, table), predicted(model, table)
    parts = feasibility_parts(document.belief, X, ranges=document.ranges)
    assert np.allclose(parts.sum(axis=1), found["feasibility_point"], atol=1e-12)
    jobs = jobs_parts(document.size, X, ranges=document.ranges, shift=sector_shift(document.promoted, X))
    assert np.allclose(jobs.sum(axis=1), found["jobs_if_revived_point"])
    assert set(bases(document.belief)["basis"]) <= {"assumed", "estimated_elsewhere", "computed"}


def test_what_is_missing_is_asked_and_what_is_known_is_not(model, document):
    X = described(model, units({"unit_id": "a", "title_deed": True}))
    gain = narrowing(of_belief(document.belief, X, ranges=document.ranges)).loc["a"]
    assert gain["has_title_deed"] == 0.0
    assert gain["machinery_age_years"] > 0


def test_spread_and_intervals_of_a_register_are_those_of_sourced_effects(model):
    found = predicted(model, register(240))
    low, high = found["feasibility_point"].quantile([0.05, 0.95])
    assert low < 0.11
    assert high > 0.3
    assert (found["feasibility_low"] < found["feasibility_point"]).all()
    assert (found["feasibility_point"] < found["feasibility_high"]).all()


def test_a_value_beyond_anything_usual_counts_as_the_end_of_its_range_and_is_named(model):
    table = units({"unit_id": "a", "tax_debt_rial": 10**17}, {"unit_id": "b", "tax_debt_rial": 10**18})
    found = predicted(model, table)
    assert found["out_of_range"].tolist() == ["public_debt_log", "public_debt_log"]
    assert found.loc["a", "feasibility_point"] == found.loc["b", "feasibility_point"]


def test_the_model_is_one_file_that_opens_again_and_says_the_same(model, tmp_path):
    path = tmp_path / "v1" / "model.ehya"
    document = model.document.changed(metrics={}, card={})
    digest = save(path, model.heads, document)
    table = register(20, seed=8)
    assert predicted(load(path, digest=digest), table).equals(predicted(model, table))
    assert load_whole(path, digest=digest).version == model.version


def test_a_belief_whose_parts_do_not_go_together_is_no_model(document):
    with pytest.raises(ValueError, match="do not go together"):
        document.belief.changed(table=[0.0])
