"""Simulate a province: units, events and the truth behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.domain.unit import unit_table
from experiments.province_simulator.approach import approach_hazard
from experiments.province_simulator.calendar import month_ends, months_of
from experiments.province_simulator.fields import unit_rows
from experiments.province_simulator.hazards import NEVER, hazards
from experiments.province_simulator.history import live
from experiments.province_simulator.known import truth_rows
from experiments.province_simulator.log import event_rows
from experiments.province_simulator.paths import restarts, transition_days
from experiments.province_simulator.population import Region, draw_place, draw_population
from experiments.province_simulator.truth import Bias, Parameters, parameters
from experiments.province_simulator.work import work

AS_OF = pd.Timestamp("2026-03-21")
"""1405-01-01."""

BLOCK = 4096
"""Units drawn together. A seed always gives the same sequence of blocks: a smaller province begins a larger one."""


@dataclass(frozen=True)
class Province:
    """A synthetic province.

    Parameters
    ----------
    units
        Unit table, ``origin`` synthetic: each unit as the register first found it, on the day ``as_of`` of its row.
    events
        Columns of ``Register.events`` but ``id``: what was written down of the units that were approached. All happened
        by ``as_of``; some were known only later.
    truth
        Index ``unit_id``; see `experiments.province_simulator.known`. Nothing of it may be learnt from.
    restarts
        Every restart, recorded or not: ``unit_id, restarted_on, stopped_on, semi_active, stopped_again_on,
        capacity_share, jobs`` (the last two at month 12, missing where it did not run so long).
    parameters
        Of the truth, with ``seed``, ``bias`` and ``as_of`` under ``run``, and the ``flows`` of `history.History` over
        all blocks that were drawn.
    as_of
        The day on which the simulated time ends.
    """

    units: pd.DataFrame
    events: pd.DataFrame
    truth: pd.DataFrame
    restarts: pd.DataFrame
    parameters: Parameters
    as_of: pd.Timestamp


def simulate(
    units: int,
    *,
    seed: int = 0,
    approach_bias: Bias | str = Bias.NONE,
    as_of: pd.Timestamp | str = AS_OF,
    truth: Parameters | None = None,
) -> Province:
    """Simulate a province of so many registered units.

    Parameters
    ----------
    units
        How many units the register has met standing idle (or below half their capacity).
    seed
        Same seed, same province; a smaller one is the beginning of a larger one.
    approach_bias
        What decides who is approached; all else is drawn alike.
    as_of
        The last day.
    truth
        Parameters; those of ``truth.toml`` when ``None``.

    Examples
    --------
    >>> province = simulate(50, seed=1)
    >>> len(province.units), set(province.units["origin"]), len(province.truth)
    (50, {'synthetic'}, 50)
    """
    if units < 1:
        raise ValueError(f"at least one unit, not {units}")
    settings, bias, day = truth or parameters(), Bias(approach_bias), pd.Timestamp(as_of).normalize().as_unit("s")
    months = settings["time"]["burn_in_months"] + settings["time"]["history_months"]
    of_place, of_blocks = np.random.SeedSequence(seed).spawn(2)
    place = draw_place(settings, months=months, seed=of_place)
    parts: list[dict[str, Any]] = []
    while sum(len(part["units"]) for part in parts) < units:
        (child,) = of_blocks.spawn(1)
        first = sum(len(part["units"]) for part in parts)
        parts.append(_block(settings, place, bias, day, child, first=first, seed=seed))
    return _joined(parts, units, settings, {"seed": seed, "bias": bias.value, "as_of": day.date().isoformat()}, day)


def _block(
    truth: Parameters, place: Region, bias: Bias, as_of: pd.Timestamp, child: np.random.SeedSequence, *, first: int,
    seed: int,
) -> dict[str, Any]:  # fmt: skip
    people, life, sizes, cells, log = (np.random.default_rng(each) for each in child.spawn(5))
    ends = month_ends(as_of, months_of(truth))
    drawn = draw_population(truth, place, BLOCK, months=months_of(truth), rng=people)
    hazard, met = hazards(truth, place, drawn), approach_hazard(truth, place, drawn, bias)
    history = live(hazard, drawn, met, rng=life)
    days = transition_days(history, drawn, ends, rng=sizes)
    came = restarts(history, drawn, work(truth, place, drawn), days, ends, rng=sizes)
    rows = np.flatnonzero(history.recorded < NEVER)
    ids = pd.Index([f"sim-{seed}-{number:07d}" for number in range(first, first + len(rows))], name="unit_id")
    units = unit_rows(truth, place, drawn, history, rows, ids, ends, rng=cells)
    return {
        "units": units,
        "events": event_rows(truth, history, days, came, units, rows, ends, rng=log),
        "truth": truth_rows(hazard, place, drawn, history, met, rows, ids),
        "restarts": _named(came, rows, ids),
        "flows": history.flows,
    }


def _joined(
    parts: list[dict[str, Any]], units: int, truth: Parameters, run: Mapping[str, Any], as_of: pd.Timestamp
) -> Province:
    kept = unit_table(pd.concat([part["units"] for part in parts]).iloc[:units])
    number = pd.Series(np.arange(units), index=kept.index)

    def mine(name: str, by: list[str]) -> pd.DataFrame:
        rows = pd.concat([part[name] for part in parts], ignore_index=True)
        rows = rows[rows["unit_id"].isin(kept.index)]
        order = rows.assign(number=rows["unit_id"].map(number)).sort_values([*by, "number"], kind="stable").index
        ordered: pd.DataFrame = rows.loc[order].reset_index(drop=True).astype({"unit_id": "str"})
        return ordered

    flows = {name: sum(part["flows"][name] for part in parts) for name in parts[0]["flows"]}
    return Province(
        units=kept,
        events=mine("events", ["happened_on"]),
        truth=pd.concat([part["truth"] for part in parts]).iloc[:units].set_axis(kept.index),
        restarts=mine("restarts", ["restarted_on"]),
        parameters={**truth, "run": dict(run), "flows": flows},
        as_of=as_of,
    )


def _named(came: pd.DataFrame, rows: np.ndarray, ids: pd.Index) -> pd.DataFrame:
    place = np.full(BLOCK, -1)
    place[rows] = np.arange(len(rows))
    position = place[came["row"].to_numpy()]
    mine = came[position >= 0].drop(columns=["row", "month"])
    named: pd.DataFrame = mine.assign(unit_id=ids.to_numpy()[position[position >= 0]])
    return named
