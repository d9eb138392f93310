"""Judge a candidate: its scores beside champion, prior and plain rules, and what every gate says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from features.catalogue import FULL_SCHEMA
from training.evaluation.baselines import ABCD, LIQUIDITY
from training.evaluation.evidence import JudgedTables
from training.evaluation.judged_table import coverage_metrics, paired_gain, probability_metrics
from training.gates.groups import group_losses, no_group_worse
from training.gates.rules import (
    Verdict,
    better,
    card_complete,
    first_and_not_worse,
    intervals_hold,
    not_worse_and_newer,
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


def groups(evidence: JudgedTables, *, random_state: int = 0) -> list[dict[str, Any]]:
    """Scores by group as plain values; ``group`` is ``None`` for the pool of small ones."""
    table = group_losses(evidence.outcomes, random_state=random_state)
    plain = table.astype(object).where(table.notna() & (table != float("inf")), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


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
    random_state
        Seed of the bootstrap.

    Returns
    -------
    tuple of Verdict
        Routes first: ``better_than_opponent``, and beside it ``not_worse_and_newer`` where there is a champion or
        ``first_and_not_worse`` where there is none (``training.gates.rules.ROUTES``).
    """
    outcomes = evidence.outcomes
    routes = [better(outcomes, champion=champion, random_state=random_state)]
    if champion:
        routes.append(not_worse_and_newer(outcomes, newer=newer, since=since, random_state=random_state))
    else:
        routes.append(first_and_not_worse(outcomes, random_state=random_state))
    return (
        *routes,
        intervals_hold(evidence.jobs),
        no_group_worse(outcomes, random_state=random_state),
        top_stays(before, after, explained or {}),
        schema_compatible(schema, FULL_SCHEMA.to_json()),
        card_complete(card, CARD_PARTS),
    )
