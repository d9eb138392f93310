"""The gate of groups on labels drawn anew: does it shut on a model that is right, does it name a group that is not?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from training.evaluation.judged_table import CHAMPION_LEFT_OUT, LEFT_OUT
from training.gates.groups import columns_of, no_group_worse
from training.gates.rules import CHAMPION, opponent

ALARMS = 10
"""Times that labels are drawn anew for each judged table: a gate is asked of a model that is right, and of one group
that is not."""
WORLDS = 300
HUNDRED, WORSE = 100, 0.30


def group_alarms(tables: list[pd.DataFrame], *, times: int = ALARMS, first: int = 0) -> tuple[list[bool], list[bool]]:
    """Whether the gate of groups shut on a model that is right; whether it named a group of a hundred that is not.

    Parameters
    ----------
    tables
        Judged tables, whose labels are drawn anew.
    times
        How often, of each table.
    first
        Number of the first table: seeds follow from it.

    Returns
    -------
    tuple of list
        With labels drawn from the model's own probabilities, whether the gate shut. And with a hundred units taken at
        random for a county, moved away from the opponent so that their expected loss is 1.3 of its own, and labels
        drawn from the opponent there, whether that county was named; not asked of tables of fewer than 200 units.
    """
    alarms, caught = [], []
    for number, judged in enumerate(tables, start=first):
        table, opponents = as_judged_by_group(judged)
        random = np.random.default_rng([41, number])
        code, names = pd.factorize(table["unit_id"])
        own = table["probability"].to_numpy(np.float64)
        for _ in range(times):
            luck = random.random(len(names))[code]
            right = table.assign(label=(luck < own).astype(np.float64))
            alarms.append(not no_group_worse(right, worlds=WORLDS).passed)
            if len(names) < 2 * HUNDRED:
                continue
            here = np.isin(code, random.permutation(len(names))[:HUNDRED])
            other = table[opponents].to_numpy(np.float64)
            away = np.sqrt(WORSE * np.mean(other[here] * (1 - other[here])))
            wrong = np.where(other + away < 1, other + away, other - away)
            spoilt = table.assign(
                probability=np.where(here, wrong, own),
                county=table["county"].mask(here, "the hundred"),
                label=(luck < np.where(here, other, own)).astype(np.float64),
            )
            named = [line["group"] for line in no_group_worse(spoilt, worlds=WORLDS).facts["worse"]]
            caught.append("the hundred" in named)
    return alarms, caught


def as_judged_by_group(judged: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The judged table with what the gate of groups reads under the plain names, and the opponent's column.

    Only rows that the opponent answered are kept: the gate reads no others.
    """
    own, other = columns_of(judged)
    met = judged[judged[other].notna()]
    moved = met.assign(probability=met[own])
    plain = "prior_probability"
    if opponent(judged) == CHAMPION:
        plain = "champion_probability"
        moved = moved.assign(champion_probability=met[other])
    return moved.drop(columns=[LEFT_OUT, CHAMPION_LEFT_OUT], errors="ignore"), plain
