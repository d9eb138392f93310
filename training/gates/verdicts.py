"""Judge a candidate: its scores beside champion, prior and plain rules, and what every gate says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from features.catalogue import FULL_SCHEMA
from training.evaluation.baselines import ABCD, LIQUIDITY
from training.evaluation.evidence import JudgedTables
from training.evaluation.judged_table import coverage_metrics, paired_gain, probability_metrics
from training.gates.groups import group_losses, group_verdict
from training.gates.rules import (
    Verdict,
    card_complete,
    intervals_hold,
    routes,
    schema_compatible,
    top_stays,
)

CARD_PARTS = (
    "name", "version", "kind", "data_until", "purpose", "intended_use", "not_for", "outputs", "inputs", "sample",
    "period", "origin", "metrics", "scores", "groups", "limits", "change",
)  # fmt: skip
"""What a card must hold, filled."""

JUDGES = {
    "model": "probability",
    "champion": "champion_probability",
    "prior_only": "prior_probability",
    "liquidity_only": LIQUIDITY,
    "abcd": ABCD,
}
"""Who is judged -> its column of the judged table."""


def scores(evidence: JudgedTables, *, random_state: int = 0) -> dict[str, Any]:
    """Figures of everybody on the same outcomes.

    Parameters
    ----------
    evidence
        Judged tables, the champion's figures put in where there is one.
    random_state
        Seed of the bootstrap.

    Returns
    -------
    dict
        ``model, champion, prior_only, liquidity_only, abcd`` -> ``probability_metrics`` and, but for the model itself,
        ``gain, gain_low, gain_high`` of the model over it (Brier, 90 %); a judge without a row is left out.
    """
    table: dict[str, Any] = {}
    for name, column in JUDGES.items():
        if column not in evidence.outcomes.columns or not evidence.outcomes[column].notna().any():
            continue
        table[name] = probability_metrics(evidence.outcomes, column, random_state=random_state)
        if name == "prior_only":
            # It says one rate; that differs only by what was left out, so its order and its bins mean nothing.
            table[name] |= {"auc": None, "ece": None}
        if name != "model":
            gain = paired_gain(evidence.outcomes, "probability", column, random_state=random_state)
            table[name] |= {"gain": gain.gain, "gain_low": gain.low, "gain_high": gain.high}
    return table


def jobs_scores(evidence: JudgedTables) -> dict[str, Any]:
    """Coverage of the intervals of jobs, of the model and of the champion where there is one."""
    table = {"model": coverage_metrics(evidence.jobs)}
    champion = coverage_metrics(evidence.jobs, "champion_")
    return table | ({"champion": champion} if champion["units"] else {})


def judge(
    evidence: JudgedTables,
    *,
    champion: bool,
    schema: Mapping[str, Any],
    card: Mapping[str, Any],
    before: Sequence[str] = (),
    after: Sequence[str] = (),
    explained: Mapping[str, str] | None = None,
    newer: bool = False,
    since: str = "",
    groups: pd.DataFrame | None = None,
    random_state: int = 0,
) -> tuple[Verdict, ...]:
    """Ask all gates.

    Parameters
    ----------
    evidence
        Judged tables, the champion's figures put in where there is one.
    champion
        Whether there is a champion that the model has to beat.
    schema
        Plain form of the challenger's schema.
    card
        Its card.
    before, after, explained
        First units by the champion and by the challenger, and unit -> what explains that it came or went.
    newer, since
        Whether it learnt from later data than the champion, and the champion's last day.
    groups
        What ``training.gates.groups.group_losses`` says of the outcomes, where it was asked before; asked here if not.
    random_state
        Seed of the bootstrap.

    Returns
    -------
    tuple of Verdict
        Routes first: ``better_than_opponent``, and beside it ``not_worse_and_newer`` where there is a champion or
        ``first_and_not_worse`` where there is none (``training.gates.rules.ROUTES``).
    """
    outcomes = evidence.outcomes
    losses = group_losses(outcomes, random_state=random_state) if groups is None else groups
    return (
        *routes(outcomes, champion=champion, newer=newer, since=since, random_state=random_state),
        intervals_hold(evidence.jobs),
        group_verdict(losses),
        top_stays(before, after, explained or {}),
        schema_compatible(schema, FULL_SCHEMA.to_json()),
        card_complete(card, CARD_PARTS),
    )
