"""Gates: what a challenger must show before it takes the champion's place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from engine.codes import Code
from training.evaluation.judged_table import LEAST_OUTCOMES, coverage_metrics, paired_gain

NOMINAL = 0.80
TOLERANCE = 0.05
"""The interval's true coverage may lie this far from its nominal one."""

MARGIN = 0.005
"""How far the Brier score of a newer model may lie above the champion's: what a further error of seven percentage
points in every probability costs (.07 squared), about half of what a model gains over the base rate in practice
provinces. A quarter of it could not be shown of fewer than some thousand units."""

CHURN = 0.40
"""Share of the first ``training.gates.churn.TOP`` units that may be other ones without an explanation."""

SAME = 1e-5
"""Difference of probabilities that is none: documents keep six digits."""

CHAMPION, PRIOR = "champion", "prior_only"


class Gate(Code):
    """What is asked of a model."""

    BETTER_THAN_OPPONENT = "better_than_opponent"
    NOT_WORSE_AND_NEWER = "not_worse_and_newer"
    FIRST_AND_NOT_WORSE = "first_and_not_worse"
    INTERVALS_HOLD = "intervals_hold"
    NO_GROUP_WORSE = "no_group_worse"
    TOP_STAYS = "top_stays"
    SCHEMA_COMPATIBLE = "schema_compatible"
    CARD_COMPLETE = "card_complete"


ROUTES = (Gate.BETTER_THAN_OPPONENT, Gate.NOT_WORSE_AND_NEWER, Gate.FIRST_AND_NOT_WORSE)
"""Gates of which one open one is enough; of all others each must open."""


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
        the same as the opponent on every row is not better.

    Examples
    --------
    >>> sure = pd.DataFrame({"unit_id": list("abcd"), "origin": 0, "label": [1.0, 0.0, 1.0, 0.0], "weight": 1.0,
    ...     "probability": [0.9, 0.1, 0.8, 0.2], "champion_probability": float("nan"), "prior_probability": 0.5})
    >>> better(sure).passed, better(sure.assign(probability=0.5)).passed, better(sure.assign(probability=0.4)).passed
    (True, False, False)
    """
    return _better(_compared(judged, champion, random_state))


def _better(facts: dict[str, Any]) -> Verdict:
    return Verdict(Gate.BETTER_THAN_OPPONENT, facts.get("gain_low", 0.0) > 0 and not facts["same"], facts)


def _newer(facts: dict[str, Any], newer: bool, since: str) -> Verdict:
    """Has it learnt from later data than the champion, and is its Brier score higher by less than ``MARGIN``?"""
    facts = facts | {"margin": MARGIN, "newer": newer, "since": since}
    return Verdict(Gate.NOT_WORSE_AND_NEWER, newer and facts.get("gain_low", -1.0) > -MARGIN, facts)


def _first(facts: dict[str, Any]) -> Verdict:
    """Was its Brier score found at most ``MARGIN`` above that of the base rate, where no model is at work?"""
    return Verdict(Gate.FIRST_AND_NOT_WORSE, facts.get("gain", -1.0) > -MARGIN, facts | {"margin": MARGIN})


def routes(
    judged: pd.DataFrame, *, champion: bool, newer: bool = False, since: str = "", random_state: int = 0
) -> tuple[Verdict, Verdict]:
    """Ask the two routes that there are, by one comparison: their interval is drawn once.

    Parameters
    ----------
    judged
        Judged table, the champion's probabilities put in where there is one.
    champion
        Whether there is one. Where there is none, both are asked against the base rate.
    newer
        Whether its last day is later than the champion's, and it learnt from something that the champion did not.
    since
        The champion's last day, to be shown.
    random_state
        Seed of the bootstrap.

    Returns
    -------
    better, other
        What ``better`` says, and the other way to work:

        - ``not_worse_and_newer`` beside a champion. It opens when the model is newer and the lower end of the paired
          90 % interval of the gain lies above ``-MARGIN``: the wrong promotion of a model that is worse by the margin
          has a chance of 5 %. Where that end lies above zero the model is better as well.
        - ``first_and_not_worse`` where nothing is at work. Something has to be, so the burden of proof is turned round:
          the point decides and not the end of the interval. One that says the base rate of everybody claims nothing and
          passes here, which does not make it better.

    Examples
    --------
    >>> rows = pd.DataFrame({"unit_id": range(40), "origin": 0, "label": [1.0, 0.0] * 20, "weight": 1.0,
    ...     "probability": [0.599, 0.401] * 20, "champion_probability": [0.6, 0.4] * 20, "prior_probability": 0.5})
    >>> [verdict.passed for verdict in routes(rows, champion=True, newer=True)]
    [False, True]
    >>> [verdict.passed for verdict in routes(rows, champion=True)]
    [False, False]
    >>> [verdict.passed for verdict in routes(rows.assign(probability=0.5), champion=False)]
    [False, True]
    """
    if champion:
        facts = _compared(judged, True, random_state)
        return _better(facts), _newer(facts, newer, since)
    facts = _compared(judged.assign(champion_probability=np.nan), False, random_state)
    return _better(facts), _first(facts)


def shut_gates(found: Iterable[tuple[Gate, bool]]) -> tuple[Gate, ...]:
    """Gates that stand in the way: each that is shut, a route only where no other route is open.

    Parameters
    ----------
    found
        Gates, and whether each opened.

    Examples
    --------
    >>> better, newer, card = Gate.BETTER_THAN_OPPONENT, Gate.NOT_WORSE_AND_NEWER, Gate.CARD_COMPLETE
    >>> shut_gates([(better, False), (newer, True), (card, True)])
    ()
    >>> [gate.value for gate in shut_gates([(better, False), (newer, False), (card, True)])]
    ['better_than_opponent', 'not_worse_and_newer']
    """
    found = list(found)
    arrived = any(passed for gate, passed in found if gate in ROUTES)
    return tuple(gate for gate, passed in found if not passed and not (arrived and gate in ROUTES))


def _compared(judged: pd.DataFrame, champion: bool, random_state: int) -> dict[str, Any]:
    """Figures of a model beside its opponent; no ``gain`` where they cannot be compared."""
    silent = int((~judged["probability"].between(0, 1)).sum())
    against = opponent(judged)
    if silent:
        return {"opponent": against, "unanswered": silent, "same": False}
    if champion and against == PRIOR:
        met = judged.loc[judged["champion_probability"].notna(), "unit_id"].nunique()
        return {"opponent": CHAMPION, "units": met, "allowed": LEAST_OUTCOMES, "same": False}
    other = "champion_probability" if against == CHAMPION else "prior_probability"
    gain = paired_gain(judged, "probability", other, random_state=random_state)
    return {
        "opponent": against,
        "brier": gain.own,
        "brier_opponent": gain.other,
        "gain": gain.gain,
        "gain_low": gain.low,
        "gain_high": gain.high,
        "rows": gain.rows,
        "units": gain.units,
        "same": _same(judged, other),
    }


def _same(judged: pd.DataFrame, other: str) -> bool:
    rows = judged[judged[other].notna()]
    return bool(np.allclose(rows["probability"], rows[other], rtol=0, atol=SAME))


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
        "allowed": CHURN,
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
