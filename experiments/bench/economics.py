"""Worth of units in draws, against the statements by year of the same draws; and a thousand units in full.

The bare side is what one writes who has `statements` at hand: a project a unit, all its draws at once, discounted. Both
sides draw the same, and have to agree before the clock starts. The thousand units in 5,000 draws are timed alone, on as
many processors as there are, at most two; `summary` is counted in.
"""

from __future__ import annotations

import os
from statistics import median
from time import perf_counter

import numpy as np
import pandas as pd

from engine.domain.prediction import Output, columns
from engine.domain.unit import unit_table
from engine.economics.assumptions import WHOLE, Assumptions
from engine.economics.draws import in_interval, in_range, uniforms
from engine.economics.figures import nominal_rate, present_value
from engine.economics.revival import facts, revival
from engine.economics.statements import statements
from engine.economics.worth import UNIT_BY_UNIT, summary, worth
from experiments.bench.timing import compare

UNITS, DRAWS = 1_000, 5_000
COMPARED = 12
"""Units that both sides work: the bare one takes its time."""
PROCESSORS = 2


def measure(*, random_state: int = 0, repeats: int = 7) -> dict[str, float]:
    """Ratio of `worth` to the statements of each unit in turn; seconds for a thousand units beside it."""
    units, predictions = made_up(UNITS, random_state=random_state)
    few, expected = units.head(COMPARED), predictions.head(COMPARED)

    def ours() -> np.ndarray:
        return worth(few, expected, draws=DRAWS, seed=random_state).npv_rial

    def bare() -> np.ndarray:
        return np.stack([_alone(few, expected, place, random_state) for place in range(COMPARED)], axis=1)

    assert np.allclose(ours(), bare(), rtol=1e-9)
    whole = [_timed(units, predictions, random_state) for _ in range(3)]
    return compare(ours, bare, repeats=repeats) | {"thousand_units_seconds": median(whole)}


def made_up(count: int, *, random_state: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Units and predictions, a third without a stated capital."""
    draw = np.random.default_rng(random_state)
    capital = draw.integers(20, 900, count) * 10**9
    units = unit_table(
        pd.DataFrame(
            {
                "unit_id": [f"synthetic-{row}" for row in range(count)],
                "isic": draw.choice(["10", "13", "20", "2395", "25"], count),
                "price_year": 1404,
                "province": "West Azerbaijan",
                "county": draw.choice(["Urmia", "Khoy", "Bukan"], count),
                "status": "idle",
                "capital_needed_rial": [None if row % 3 == 0 else int(capital[row]) for row in range(count)],
                "bank_debt_rial": draw.integers(0, 100, count) * 10**9,
                "land_m2": draw.integers(1_000, 20_000, count),
            }
        )
    )
    jobs = draw.integers(5, 100, count).astype(float)
    names = [*columns(Output.FEASIBILITY), *columns(Output.JOBS_IF_REVIVED)]
    ends = [0.1, 0.25, 0.5, jobs * 0.4, jobs, jobs * 1.7]
    return units, pd.DataFrame(dict(zip(names, ends, strict=True)), index=units.index)


def _alone(units: pd.DataFrame, predictions: pd.DataFrame, place: int, seed: int) -> np.ndarray:
    unit, expected = units.iloc[[place]], predictions.iloc[[place]]
    assumed = Assumptions.from_reference()
    values = {name: np.asarray(point) for name, point in assumed.points().items()}
    for name, row in assumed.ranged().items():
        if name not in WHOLE:
            owner = unit.index if name in UNIT_BY_UNIT else None
            values[name] = in_range(row, uniforms(name, owner, draws=DRAWS, seed=seed))
    low, point, high = (expected[name].to_numpy() for name in columns(Output.JOBS_IF_REVIVED))
    jobs = np.maximum(in_interval(low, point, high, uniforms("jobs", unit.index, draws=DRAWS, seed=seed)), 0)
    known = facts(unit, expected[columns(Output.JOBS_IF_REVIVED)[1]])
    rate = nominal_rate(values["real_discount_rate"], values["expected_inflation"])
    return present_value(statements(revival(known, jobs, values)).project_flow, rate)[:, 0]


def _timed(units: pd.DataFrame, predictions: pd.DataFrame, seed: int) -> float:
    start = perf_counter()
    threads = min(PROCESSORS, os.cpu_count() or 1)
    summary(worth(units, predictions, draws=DRAWS, seed=seed, threads=threads), dscr_floor=1.25)
    return perf_counter() - start
