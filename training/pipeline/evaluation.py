"""Judge challenger and champion on the same matured outcomes, beside the plain rules; then a model on fresh ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Register
from training.gates.champion import against, evidence_of, newer
from training.gates.groups import group_losses, group_rows
from training.gates.rules import Verdict
from training.gates.verdicts import jobs_scores, judge, scores
from training.monitoring.fresh_outcomes import Fresh, ripened
from training.pipeline.beside import beside_champion
from training.registry.promotion import challenger_or_champion, opened


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a judgement found.

    Parameters
    ----------
    version
        The model judged: the challenger, or the champion where there is none.
    champion
        Version of the champion it was set against; ``None`` where there is none, or where it is the champion itself.
    at_work
        Whether the model judged is the champion.
    label
        What the outcomes are.
    origin, kind
        Whose outcomes, and what kind of model.
    scores, jobs, groups
        As ``training.gates.verdicts`` and ``training.gates.groups.group_rows`` give them.
    gates
        What each gate says today, by those outcomes.
    fresh
        The model, as it was trained, on outcomes that ripened since its last day. No gate reads it: champion and
        challenger are seldom both old enough (decision 0013).
    """

    version: str
    champion: str | None
    at_work: bool
    label: str
    origin: str
    kind: str
    scores: dict[str, Any]
    jobs: dict[str, Any]
    groups: list[dict[str, Any]]
    gates: tuple[Verdict, ...]
    fresh: Fresh


def evaluate(
    register: Register,
    settings: Settings,
    *,
    as_of: pd.Timestamp,
    version: str | None = None,
    random_state: int = 0,
) -> Evaluation:
    """Judge a model against the champion on the outcomes that both were judged on, and against the plain rules.

    Parameters
    ----------
    register, settings
        Where units, events and models are.
    as_of
        Day of the judgement.
    version
        Which model; the challenger by default, else the champion.
    random_state
        Seed of the bootstrap.

    Raises
    ------
    EhyaError
        ``no_challenger`` when nothing was trained yet; ``unknown_model``; ``nothing_judged`` when the tables that the
        model was judged on are gone; what is wrong with its file.
    """
    entry = challenger_or_champion(register, settings, version)
    model = opened(settings, entry.version, entry.digest)
    own = evidence_of(model, settings)
    if own is None:
        raise EhyaError(ErrorCode.NOTHING_JUDGED, given=model.version)
    before = against(model, register, settings, as_of=as_of)
    itself = before.champion is not None and before.champion.digest == model.digest
    evidence = own.alone() if itself else beside_champion(model, own, before, register, settings, as_of=as_of)
    parts = group_losses(evidence.outcomes, random_state=random_state)
    gates = judge(
        evidence,
        champion=before.champion is not None and not itself,
        schema=model.schema,
        card=model.card,
        before=[] if itself else before.first,
        after=before.now_first,
        explained=before.explained,
        newer=newer(before, model, str(model.card.get("data_digest", ""))),
        since=before.since,
        groups=parts,
        random_state=random_state,
    )
    return Evaluation(
        version=model.version,
        champion=before.champion.version if before.champion is not None and not itself else None,
        at_work=itself,
        label=str(model.card.get("label", "")),
        origin=model.document.origin or "",
        kind=model.kind,
        scores=scores(evidence, random_state=random_state),
        jobs=jobs_scores(evidence),
        groups=group_rows(parts),
        gates=gates,
        fresh=ripened(register, model, None if itself else before.champion, as_of=as_of, random_state=random_state),
    )
