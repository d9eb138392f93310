"""The first training of practice provinces, as README tells it: is it promoted, and how sharp is the gate of groups?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from experiments.province_simulator.province import simulate
from experiments.retraining.alarms import group_alarms
from experiments.retraining.lives import CARD, Log
from training.evaluation.judged_table import LEFT_OUT, probability_metrics
from training.gates.groups import group_losses, group_verdict
from training.gates.rules import shut_gates
from training.gates.verdicts import judge
from training.pipeline.outcomes import START, candidate_of, recipe_of

UNITS = 4000


def story(seed: int, *, units: int = UNITS) -> dict[str, Any]:
    """One province: a first training with the usual settings, and what its gates say.

    Parameters
    ----------
    seed
        Of the province.
    units
        How many it has.

    Returns
    -------
    dict
        ``seed, promoted, shut`` (gates), ``restarts`` of the whole log and of each judged fold's fit, ``groups`` that
        the gate names and ``groups_by_time`` that it would name if it read the folds by time, ``brier, brier_prior,
        slope`` of folds by time, ``slope_left_out``, and ``alarms``, ``caught``: labels drawn anew from this training's
        judged table.
    """
    province = simulate(units, seed=seed)
    ground = Log(province).ground(province.as_of)
    if ground is None:
        return {"seed": seed, "promoted": False, "shut": ["too_few_outcomes"], "alarms": [], "caught": []}
    candidate = candidate_of(ground, recipe=recipe_of(START), draws=2)
    evidence = candidate.evidence.alone()
    gates = judge(evidence, champion=False, schema=candidate.model.schema, card=CARD)
    shut = shut_gates((verdict.gate, verdict.passed) for verdict in gates)
    outcomes = evidence.outcomes
    figures = probability_metrics(outcomes, "probability")
    apart = probability_metrics(outcomes.assign(probability=outcomes[LEFT_OUT]), "probability")
    alarms, caught = group_alarms([outcomes], first=seed)
    return {
        "seed": seed,
        "promoted": not shut,
        "shut": [gate.value for gate in shut],
        "restarts": ground.seen.restarted,
        "restarts_of_folds": [ground.folds.folds[fold][1].restarted for fold in ground.judging],
        "groups_by_time": _behind(outcomes, "probability"),
        "groups": _behind(outcomes, LEFT_OUT),
        "brier": figures["brier"],
        "brier_prior": probability_metrics(outcomes, "prior_probability")["brier"],
        "slope": figures["calibration_slope"],
        "slope_left_out": apart["calibration_slope"],
        "alarms": alarms,
        "caught": caught,
    }


def _behind(outcomes: pd.DataFrame, column: str) -> list[str]:
    """Groups that the gate would name, with what was said of them and what came."""
    found = []
    judged = outcomes.drop(columns=LEFT_OUT) if column == "probability" else outcomes
    for line in group_verdict(group_losses(judged)).facts["worse"]:
        here = outcomes[outcomes[line["by"]] == line["group"]]
        said, came = (np.average(here[name], weights=here["weight"]) for name in (column, "label"))
        found.append(
            f"{line['group']} ({line['units']} units, {line['worse_share']:+.0%}, said {said:.2f}, came {came:.2f})"
        )
    return found


def stories(seeds: int, *, units: int = UNITS, first_seed: int = 0) -> list[dict[str, Any]]:
    """Provinces one after the other, each printed when it is done."""
    found = []
    for seed in range(first_seed, first_seed + seeds):
        found.append(story(seed, units=units))
        print(line_of(found[-1]), flush=True)
    print(summary(found), flush=True)
    return found


def line_of(told: dict[str, Any]) -> str:
    """One province in a line."""
    end = "promoted" if told["promoted"] else f"shut by {', '.join(told['shut'])}"
    if "brier" not in told:
        return f"seed {told['seed']}: {end}"
    return (
        f"seed {told['seed']}: {end}; restarts {told['restarts']}, of the fold fits {told['restarts_of_folds']}; "
        f"Brier {told['brier']:.4f} ({told['brier_prior']:.4f}), slope {told['slope']:.2f}, left out "
        f"{told['slope_left_out']:.2f}; groups behind by folds of time: {', '.join(told['groups_by_time']) or 'none'}"
    )


def summary(found: list[dict[str, Any]]) -> str:
    """What is asked of all provinces together."""
    alarms, caught = ([one for told in found for one in told[name]] for name in ("alarms", "caught"))

    def share(some: list[bool]) -> str:
        return f"{np.mean(some):.3f} of {len(some)}" if some else "-"

    promoted = sum(told["promoted"] for told in found)
    return (
        f"SYNTHETIC: promoted {promoted} of {len(found)} (asked: all); "
        f"false group alarm {share(alarms)} (asked <= .05); "
        f"power of a group of 100 that is 30 % worse {share(caught)} (asked >= .80)"
    )
