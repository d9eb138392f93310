"""Gates: what a challenger must show before it takes the champion's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from engine.codes import Code
from training.evaluation.judged_table import GROUPS, LEAST_OUTCOMES, brier, coverage_metrics, in_order, paired_gain

NOMINAL = 0.80
TOLERANCE = 0.05
"""The interval's true coverage may lie this far from its nominal one."""

WORSE = 0.10
"""Share by which a group's loss may lie above the opponent's."""

CHURN = 0.40
"""Share of the first ``training.gates.churn.TOP`` units that may be other ones without an explanation."""

SAME = 1e-5
"""Difference of probabilities that is none: documents keep six digits."""

CHAMPION, PRIOR = "champion", "prior_only"


class Gate(Code):
    """What is asked of a model."""

    BETTER_THAN_OPPONENT = "better_than_opponent"
    INTERVALS_HOLD = "intervals_hold"
    NO_GROUP_WORSE = "no_group_worse"
    TOP_STAYS = "top_stays"
    SCHEMA_COMPATIBLE = "schema_compatible"
    CARD_COMPLETE = "card_complete"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one gate found.

    Parameters
    ----------
    gate
        The gate.
    passed
        Whether it opened.
    facts
        The figures it looked at, plain values.
    """

    gate: Gate
    passed: bool
    facts: Mapping[str, Any]


def opponent(judged: pd.DataFrame) -> str:
    """Whom the challenger is set against: the champion where it was judged on enough of the same units, else the prior.

    Examples
    --------
    >>> opponent(pd.DataFrame({"unit_id": ["a"], "champion_probability": [float("nan")]}))
    'prior_only'
    """
    both = judged.loc[judged["champion_probability"].notna(), "unit_id"].nunique()
    return CHAMPION if both >= LEAST_OUTCOMES else PRIOR


def better(judged: pd.DataFrame, *, champion: bool = False, random_state: int = 0) -> Verdict:
    """Is its Brier score below the opponent's, by more than chance?

    Parameters
    ----------
    judged
        Judged table.
    champion
        Whether there is a champion: then it is the opponent, and where it was judged on fewer than ``LEAST_OUTCOMES``
        of the same units nobody can say that it is beaten.
    random_state
        Seed of the bootstrap.

    Returns
    -------
    Verdict
        Opens when the lower end of the paired 90 % interval (bootstrap by unit) lies above zero. A row without a
        probability shuts it: whoever is silent on the hard ones would win on the others. A challenger that says
        the same as the opponent on every row is not better: the champion stays. The one exception is the prior-only
        model where there is no champion: something has to be at work, and it claims nothing.

    Examples
    --------
    >>> sure = pd.DataFrame({"unit_id": list("abcd"), "origin": 0, "label": [1.0, 0.0, 1.0, 0.0], "weight": 1.0,
    ...     "probability": [0.9, 0.1, 0.8, 0.2], "champion_probability": float("nan"), "prior_probability": 0.5})
    >>> better(sure).passed, better(sure.assign(probability=0.5)).passed, better(sure.assign(probability=0.4)).passed
    (True, True, False)
    """
    silent = int((~judged["probability"].between(0, 1)).sum())
    if silent:
        return Verdict(Gate.BETTER_THAN_OPPONENT, False, {"opponent": opponent(judged), "unanswered": silent})
    against = opponent(judged)
    if champion and against == PRIOR:
        met = judged.loc[judged["champion_probability"].notna(), "unit_id"].nunique()
        return Verdict(
            Gate.BETTER_THAN_OPPONENT, False, {"opponent": CHAMPION, "units": met, "allowed": LEAST_OUTCOMES}
        )
    other = f"{'champion' if against == CHAMPION else 'prior'}_probability"
    gain = paired_gain(judged, "probability", other, random_state=random_state)
    rows = judged[judged[other].notna()]
    same = bool(np.allclose(rows["probability"], rows[other], rtol=0, atol=SAME))
    facts = {
        "opponent": against,
        "brier": gain.own,
        "brier_opponent": gain.other,
        "gain": gain.gain,
        "gain_low": gain.low,
        "gain_high": gain.high,
        "rows": gain.rows,
        "units": gain.units,
        "same": same,
    }
    return Verdict(Gate.BETTER_THAN_OPPONENT, gain.low > 0 or (same and against == PRIOR), facts)


def intervals_hold(jobs: pd.DataFrame) -> Verdict:
    """Do the 80 % intervals of jobs cover what they say?

    Parameters
    ----------
    jobs
        Judged table of jobs.

    Returns
    -------
    Verdict
        Shuts only when the 95 % Wilson interval of the measured coverage lies wholly outside nominal plus or minus the
        tolerance: with few units a hard line would be a coin toss.

    Examples
    --------
    >>> seen = pd.DataFrame({"unit_id": range(200), "jobs": 5, "low": 1, "point": 5, "high": 10})
    >>> intervals_hold(seen).passed, intervals_hold(seen.head(8)).passed
    (False, True)
    """
    found = coverage_metrics(jobs)
    facts = {name: found[name] for name in ("coverage_80", "coverage_80_low", "coverage_80_high", "units")}
    holds = not found["units"] or (
        found["coverage_80_low"] <= NOMINAL + TOLERANCE and found["coverage_80_high"] >= NOMINAL - TOLERANCE
    )
    return Verdict(Gate.INTERVALS_HOLD, holds, facts | {"nominal": NOMINAL})


def group_losses(judged: pd.DataFrame) -> pd.DataFrame:
    """Brier score by group, beside the opponent's; groups too small to be judged alone are pooled.

    Parameters
    ----------
    judged
        Judged table.

    Returns
    -------
    pandas.DataFrame
        Columns ``by`` (county, sector, size), ``group`` (missing for the pool of small ones), ``units``, ``rows``,
        ``brier``, ``brier_opponent``, ``worse_share`` (0.1: a tenth above the opponent).
    """
    other = "champion_probability" if opponent(judged) == CHAMPION else "prior_probability"
    rows = in_order(judged[judged[other].notna()])
    label, weight = rows["label"].to_numpy(np.float64), rows["weight"].to_numpy(np.float64)
    losses = pd.DataFrame(
        {
            "own": weight * brier(label, rows["probability"].to_numpy(np.float64)),
            "other": weight * brier(label, rows[other].to_numpy(np.float64)),
            "weight": weight,
            "unit_id": rows["unit_id"],
        }
    )
    parts = []
    for by in GROUPS:
        name = rows[by].astype("object")
        counts = losses.groupby(name)["unit_id"].nunique()
        large = counts.index[counts >= LEAST_OUTCOMES]
        grouped = losses.groupby(name.where(name.isin(large)), dropna=False)
        sums = grouped[["own", "other", "weight"]].sum()
        part = pd.DataFrame(
            {
                "by": by,
                "group": sums.index,
                "units": grouped["unit_id"].nunique().to_numpy(),
                "rows": grouped.size().to_numpy(),
                "brier": (sums["own"] / sums["weight"]).to_numpy(),
                "brier_opponent": (sums["other"] / sums["weight"]).to_numpy(),
            }
        )
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    base = table["brier_opponent"]
    return table.assign(worse_share=(table["brier"] / base.where(base > 0) - 1).fillna((table["brier"] > 0) * np.inf))


def no_group_worse(judged: pd.DataFrame) -> Verdict:
    """Is no county, sector or size served worse than by the opponent?

    Parameters
    ----------
    judged
        Judged table.

    Returns
    -------
    Verdict
        Shuts when a group with at least ``LEAST_OUTCOMES`` units has a Brier score more than ``WORSE`` above the
        opponent's. Smaller groups are pooled; the pool is told and shuts nothing.
    """
    table = group_losses(judged)
    alone = table[table["group"].notna()]
    worse = alone[alone["worse_share"] > WORSE]
    pooled = table[table["group"].isna()]
    facts = {
        "worse": [_line(row) for row in worse.to_dict("records")],
        "judged_groups": len(alone),
        "pooled": [_line(row) for row in pooled.to_dict("records")],
    }
    return Verdict(Gate.NO_GROUP_WORSE, worse.empty, facts)


def top_stays(before: Sequence[str], after: Sequence[str], explained: Mapping[str, str]) -> Verdict:
    """Are the first units of the ranking mostly the same, or is it told why not?

    Parameters
    ----------
    before, after
        First units by the champion and by the challenger, best first; ``before`` is empty without a champion.
    explained
        Unit that came or went -> what was learnt about it since the champion.

    Returns
    -------
    Verdict
        Opens when at most ``CHURN`` of the places went to other units, or when each that came or went is explained.

    Examples
    --------
    >>> top_stays(["a", "b", "c"], ["c", "b", "d"], {}).passed, top_stays(["a", "b"], ["c", "b"], {}).passed
    (True, False)
    >>> top_stays(["a", "b"], ["c", "b"], {"a": "own_event", "c": "own_event"}).passed
    True
    """
    moved = sorted(set(before) ^ set(after)) if before else []
    share = 1 - len(set(before) & set(after)) / len(before) if before else 0.0
    open_ = [unit for unit in moved if unit not in explained]
    facts = {
        "churn": share,
        "top": len(after),
        "came": [unit for unit in after if before and unit not in set(before)],
        "went": [unit for unit in before if unit not in set(after)],
        "explained": {unit: explained[unit] for unit in moved if unit in explained},
        "unexplained": open_,
    }
    return Verdict(Gate.TOP_STAYS, share <= CHURN or not open_, facts)


def schema_compatible(wanted: Mapping[str, Any], described: Mapping[str, Any]) -> Verdict:
    """Does this Ehya describe every feature as the model learnt it?

    Parameters
    ----------
    wanted
        Plain form of the model's schema.
    described
        Plain form of the schema that ``features`` has now.

    Returns
    -------
    Verdict
        Shuts when a feature is unknown, or another one of the same name (kind, unit of measure, sources).
    """
    now = {spec["name"]: spec for spec in described["features"]}
    read = ("kind", "measure", "sources")
    differs = sorted(
        spec["name"]
        for spec in wanted["features"]
        if spec["name"] not in now or any(str(spec[part]) != str(now[spec["name"]][part]) for part in read)
    )
    return Verdict(Gate.SCHEMA_COMPATIBLE, not differs, {"differs": differs, "features": len(wanted["features"])})


def card_complete(card: Mapping[str, Any], wanted: Sequence[str] = ()) -> Verdict:
    """Is every part of the card there and filled?

    Examples
    --------
    >>> dict(card_complete({"purpose": "", "limits": ["few"]}, ["purpose", "metrics"]).facts)
    {'empty': ['metrics', 'purpose']}
    """
    empty = sorted({name for name, value in card.items() if value in ("", None, [], {})} | set(wanted) - set(card))
    return Verdict(Gate.CARD_COMPLETE, not empty, {"empty": empty})


def excused(verdicts: Sequence[Verdict], reason: str | None) -> tuple[Verdict, ...]:
    """Verdicts after a person's words: a reason explains what the top units left unexplained, and nothing else.

    Examples
    --------
    >>> shut = top_stays(["a", "b"], ["c", "d"], {})
    >>> [verdict.passed for verdict in excused([shut, card_complete({"purpose": ""})], "new debts were written off")]
    [True, False]
    """
    if not reason:
        return tuple(verdicts)
    return tuple(
        replace(verdict, passed=True, facts={**verdict.facts, "reason": reason})
        if verdict.gate is Gate.TOP_STAYS and not verdict.passed
        else verdict
        for verdict in verdicts
    )


def _line(row: Mapping[Any, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("by", "group", "units", "rows", "brier", "brier_opponent", "worse_share")}
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value for name, value in kept.items()
    }
