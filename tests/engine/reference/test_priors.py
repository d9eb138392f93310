"""No two truths: the table of priors and the code agree, and no assumption of the code is left out."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from scipy.stats import beta

from engine.reference import table

ROOT = Path(__file__).parents[3]
PRIORS = table("priors").set_index("prior")
# rooms whose figures a planner may disagree with; limits of reading files and settings of fitting are none of those
OF_THE_FIELD = (
    *(f"engine/{room}" for room in ("diagnosis", "domain", "economics", "health", "matching", "packages", "ranking")),
    "engine/recourse",
    "training/priors/official_rates.py",
    "training/cohort/press_sample.py",
    "training/panel/agreement.py",
    "training/panel/comparisons.py",
    "training/models/panel_jobs.py",
    "training/priors/promise_realisation.py",
)
NO_FIGURES = {"engine.matching.proportions.DECISION_FIELDS"}  # a list of fields, not a level


def used() -> Iterator[tuple[str, str, float]]:
    """Prior, constant of the code, and what the table says of it."""
    for prior, row in PRIORS[PRIORS["used_in"].notna()].iterrows():
        constants = row["used_in"].split(";")
        if isinstance(row["distribution"], str):
            parameters = map(float, re.findall(r"[\d.]+", row["distribution"]))
            yield from ((str(prior), name, value) for name, value in zip(constants, parameters, strict=True))
        else:
            yield from ((str(prior), name, row["value"]) for name in constants)


def constant(name: str) -> float:
    """Value of ``module.CONSTANT``, ``module.CONSTANT[key]`` or ``module.CONSTANT[0]``."""
    dotted, _, key = name.rstrip("]").partition("[")
    module, _, attribute = dotted.rpartition(".")
    value = getattr(importlib.import_module(module), attribute)
    if key:
        value = value[int(key)] if key.isdigit() else value[key]
    return float(value)


@pytest.mark.parametrize(("prior", "name", "value"), list(used()), ids=lambda part: str(part))
def test_the_table_and_the_code_agree(prior, name, value):
    assert constant(name) == pytest.approx(value, rel=1e-12)


def assumed_constants() -> Iterator[str]:
    """Constants of the field's rooms whose comment or docstring says that they are assumed."""
    files = [
        file
        for room in OF_THE_FIELD
        for file in ([ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"))
    ]
    for file in sorted(files):
        text = file.read_text("utf-8")
        body, lines = ast.parse(text).body, text.splitlines()
        for node, after in zip(body, [*body[1:], None], strict=True):
            if not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            said = " ".join(line.partition("#")[2] for line in lines[node.lineno - 1 : node.end_lineno])
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                said += str(after.value.value)
            if "assumed" in said.casefold():
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [name for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
                module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
                yield from (f"{module}.{name.id}" for name in names)


def test_no_assumption_of_the_code_is_left_out_of_the_table():
    """A new constant that is assumed wants a row in ``priors.csv`` that names it in ``used_in``."""
    named = {re.sub(r"\[.*", "", name) for _, name, _ in used()}
    assert sorted(set(assumed_constants()) - named - NO_FIGURES) == []


@pytest.mark.parametrize(
    "collection",
    [
        "engine.ranking.score.DEFAULT_WEIGHTS",
        "engine.ranking.score.INVESTOR_WEIGHTS",
        "engine.matching.fit.WEIGHTS",
        "engine.health.completeness.WEIGHTS",
        "engine.diagnosis.rules.STATED_SEVERITY",
        "engine.domain.mandate.APPETITE_SHARE",
    ],
)
def test_a_set_of_figures_is_in_the_table_whole(collection):
    module, _, attribute = collection.rpartition(".")
    given = {f"{collection}[{key.value}]" for key in getattr(importlib.import_module(module), attribute)}
    assert given == {name for _, name, _ in used() if name.startswith(f"{collection}[")}


@pytest.mark.parametrize("weights", ["planner_weight_", "investor_weight_", "fit_weight_"])
def test_weights_of_a_kind_add_up_to_one(weights):
    assert PRIORS.loc[PRIORS.index.str.startswith(weights), "value"].sum() == pytest.approx(1)


def test_a_distribution_has_its_own_mean_and_quantiles():
    rows = PRIORS[PRIORS["distribution"].notna()]
    assert list(rows.index) == ["durable_revival", "pursuit", "half_capacity_month_12", "any_job"]
    for row in rows.itertuples():
        a, b = map(float, re.findall(r"[\d.]+", row.distribution))
        assert row.value == pytest.approx(a / (a + b))
        assert [row.low, row.high] == pytest.approx(list(beta.ppf([0.1, 0.9], a, b)), abs=5e-5)


@pytest.mark.parametrize(
    ("prior", "by_hand"),
    [
        ("pursuit_axial", 56 / 553),
        ("exchange_sales", 622 / 6447),
        ("yearly_revival_share", 1811 / 12000),
        ("bank_seized_active", 750 / 1793),
        ("jobs_per_idle_unit_national", 35_621 / 1811),
        ("jobs_per_idle_unit_west_azerbaijan", 1131 / 105),
        ("jobs_per_raised_unit", 16_330 / 3267),
        ("jobs_per_unfinished_plan", 1701 / 94),
        ("loan_per_revived_unit_1399", 35_000 / 1557),
        ("loan_per_job_1399", 35_000 / 27_000),
        ("licence_investment_per_job_1393", 42_298 / 26_582),
        ("licence_investment_per_job_1384", 269_000 / 303_000),
        ("base_feasibility", 1 - 0.85**2),
    ],
)
def test_computed_figures_by_hand(prior, by_hand):
    assert PRIORS.loc[prior, "value"] == pytest.approx(by_hand, rel=0.01)


def test_an_assumption_says_so_in_its_source_or_its_basis():
    assumed = PRIORS[PRIORS["basis"] == "assumed"]
    said = assumed["source"].str.contains("assumed|convention|general knowledge|computed|analogy")
    assert sorted(assumed.index[~said]) == ["half_capacity"]  # the usual line of semi-active, taken over as ours
