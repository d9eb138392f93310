"""Jobs that packages truly bring at one budget, by rule, on the first day and after a thousand outcomes."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from engine.shards import each
from engine.shards.cluster import workers_at
from experiments.cold_start.learners import LEARNERS
from experiments.cold_start.world import Scenario, world
from experiments.policy_trial.policies import (
    Market,
    approach_chances,
    chosen_by,
    doubly_robust,
    gini,
    random_value,
)
from experiments.province_simulator.province import simulate
from experiments.workers import add_cluster

if TYPE_CHECKING:
    from distributed import Client

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

OUTCOMES = (0, 1000)
ASKED = 1000
"""Units on offer; their outcomes are never learnt from."""
PLACES = 30
BUDGET_SHARE = 0.6
"""Budget as a share of what thirty units of mean capital need: it binds, and so does the number."""


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, run, print a table, write JSON."""
    parser = argparse.ArgumentParser(prog="python -m experiments.policy_trial", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="provinces")
    parser.add_argument("--asked", type=int, default=ASKED, help="units on offer in each")
    add_cluster(parser)
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="write the figures here")
    options = parser.parse_args(arguments)
    with workers_at(options.cluster) as client:
        results = trial(options.seeds, asked=options.asked, client=client, processes=None)
    print(printed(results))
    if options.out:
        options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


def trial(
    seeds: int,
    *,
    outcomes: tuple[int, ...] = OUTCOMES,
    asked: int = ASKED,
    client: Client | None = None,
    processes: int | None = 1,
) -> dict[str, Any]:
    """Run all provinces.

    Parameters
    ----------
    seeds
        Provinces; their effects are drawn from the table ``effects``.
    outcomes
        Matured outcomes that Ehya learns from.
    asked
        Units on offer.
    client, processes
        Who works through the provinces, as `engine.shards.each` takes them; the figures are the same.

    Returns
    -------
    dict
        ``gain_share_of_oracle``: outcomes -> rule -> ``mean, low, high`` (90 % interval over provinces) of the gain
        over random packages as a share of the oracle's; ``jobs_coverage_80`` of Ehya's intervals;
        ``feasibility_rmse``: outcomes -> ``ehya`` and ``flat`` (official rates alone), error of the chance against the
        true one; ``doubly_robust``: outcomes -> ``mean, low, high`` of what a log of another policy says of Ehya's
        package as a share of what it truly brings, and ``model`` for what the model alone says; and
        ``county_exposure_gini`` of the places that each rule gives to counties over all provinces.
    """
    found = each(partial(_province, outcomes, asked), range(seeds), client=client, processes=processes)
    rules = [rule for count, rule in found[0].gains if count == outcomes[0]]
    return {
        "gain_share_of_oracle": {
            str(count): {rule: _summary([one.gains[count, rule] for one in found]) for rule in rules}
            for count in outcomes
        },
        "jobs_coverage_80": float(np.mean([covered for one in found for covered in one.covered])),
        "feasibility_rmse": {
            str(count): {name: float(np.mean([one.errors[count, name] for one in found])) for name in ("ehya", "flat")}
            for count in outcomes
        },
        "doubly_robust": {
            str(count): _summary([one.logged[count] for one in found])
            | {"model": float(np.mean([one.believed[count] for one in found]))}
            for count in outcomes
        },
        "county_exposure_gini": {rule: gini(_places_of_counties(found, rule)) for rule in rules},
    }


@dataclass(slots=True)
class _Province:
    """What one province gave; keys are outcomes, or outcomes and a rule or learner."""

    gains: dict[tuple[int, str], float] = field(default_factory=dict)
    shown: dict[str, dict[str, int]] = field(default_factory=dict)
    covered: list[float] = field(default_factory=list)
    errors: dict[tuple[int, str], float] = field(default_factory=dict)
    logged: dict[int, float] = field(default_factory=dict)
    believed: dict[int, float] = field(default_factory=dict)


def _province(outcomes: tuple[int, ...], asked: int, seed: int) -> _Province:
    made = world(Scenario.AS_TABLE, units=max(outcomes) + asked, seed=seed)
    units = simulate(max(outcomes) + asked, seed=seed).units
    stated = units["capital_needed_rial"].notna().to_numpy() & (np.arange(len(units)) >= max(outcomes))
    rows = np.flatnonzero(stated)
    capital = units["capital_needed_rial"].iloc[rows].to_numpy(dtype=np.float64)
    budget = BUDGET_SHARE * PLACES * float(capital.mean())
    market = Market(units.iloc[rows], capital, np.asarray(made.chance[rows] * made.expected_jobs[rows]), PLACES, budget)
    floor = random_value(market, np.random.default_rng([23, seed]))
    top = market.value(market.best(market.truth))
    found = _Province()
    for count in outcomes:
        said, flat = (LEARNERS[name](made, np.arange(count), rows) for name in ("ehya", "flat"))
        for rule, chosen in chosen_by(market, said, flat).items():
            found.gains[count, rule] = (market.value(chosen) - floor) / (top - floor)
            if count == outcomes[0]:
                counts = market.units["county"].iloc[chosen].value_counts()
                found.shown[rule] = dict.fromkeys(market.units["county"].dropna().unique(), 0)
                found.shown[rule] |= {str(county): int(times) for county, times in counts.items()}
            if rule == "ehya":
                brought = (made.restart * made.durable * made.jobs)[rows]
                seen, expected = _logged(market, brought, said.expected, chosen, seed), said.expected[chosen].sum()
                found.logged[count] = seen / market.value(chosen)
                found.believed[count] = float(expected) / market.value(chosen)
        for name, one in (("ehya", said), ("flat", flat)):
            found.errors[count, name] = _error(one.chance[:, 1], made.chance[rows])
        size = made.jobs[rows]
        found.covered.append(float(((said.jobs[:, 0] <= size) & (size <= said.jobs[:, 2])).mean()))
    return found


def _places_of_counties(found: list[_Province], rule: str) -> Floats:
    """Places that a rule gave to each county on offer, over all provinces."""
    places: dict[str, int] = {}
    for one in found:
        for county, times in one.shown.get(rule, {}).items():
            places[county] = places.get(county, 0) + times
    return np.array(list(places.values()), float)


def printed(results: dict[str, Any]) -> str:
    """Print the gains as a table."""
    lines = [f"{'rule':<16}" + "".join(f"{count + ' outcomes':>26}" for count in results["gain_share_of_oracle"])]
    for rule in next(iter(results["gain_share_of_oracle"].values())):
        cells = [by_rule[rule] for by_rule in results["gain_share_of_oracle"].values()]
        said = "".join(f"{one['mean']:.2f} [{one['low']:.2f}, {one['high']:.2f}]".rjust(26) for one in cells)
        lines.append(f"{rule:<16}{said}")
    return "\n".join(lines)


def _logged(market: Market, brought: Floats, expected: Floats, chosen: Places, seed: int) -> float:
    """What the log of an office that went by size and a lot says of a package."""
    chance = approach_chances(market.units)
    approached = np.random.default_rng([29, seed]).random(len(chance)) < chance
    taken = (expected[chosen], brought[chosen], approached[chosen].astype(np.float64), chance[chosen])
    return doubly_robust(*taken)


def _error(said: Floats, true: Floats) -> float:
    return float(np.sqrt(np.mean((said - true) ** 2)))


def _summary(values: list[float]) -> dict[str, float]:
    found, random = np.array(values), np.random.default_rng(0)
    means = found[random.integers(len(found), size=(2000, len(found)))].mean(axis=1)
    low, high = np.quantile(means, [0.05, 0.95])
    return {"mean": float(found.mean()), "low": float(low), "high": float(high)}
