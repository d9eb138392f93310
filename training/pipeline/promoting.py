"""Ask the gates of a trained model anew, against the champion of the day, and put it to work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.scoring.artefact import Model
from engine.settings import Settings
from engine.store import Register
from training.gates.champion import against, at_work, evidence_of, newer
from training.gates.rules import Verdict
from training.gates.verdicts import judge
from training.pipeline.beside import beside_champion
from training.registry.promotion import PromotionResult, put_to_work


def promote(
    register: Register,
    settings: Settings,
    *,
    version: str | None = None,
    as_of: pd.Timestamp,
    promoted_at: datetime,
    reason: str | None = None,
    force: bool = False,
    verdicts: Sequence[Verdict] | None = None,
    random_state: int = 0,
) -> PromotionResult:
    """Make a trained model the champion.

    Parameters
    ----------
    register
        Records version, digest, reason and metrics; from then on the file opens only while its digest agrees.
    settings
        Where models and MLflow's files are.
    version
        Which model; the challenger by default.
    as_of
        Day of the judgement.
    promoted_at
        The moment, UTC where it has no zone.
    reason
        Words of the person who promotes it. They explain a changed top of the ranking, and no other shut gate; blank
        ones explain nothing.
    force
        Promote although a gate is shut; needs a reason.
    verdicts
        What the gates found of this model a moment ago; asked anew against the champion of the day by default, where
        there is none, and where another model was put to work since the training.
    random_state
        Seed of the bootstrap.

    Returns
    -------
    PromotionResult
        ``already`` when the model is the champion.

    Raises
    ------
    EhyaError
        ``gates_shut`` with the gates that did not open; ``reason_missing``; ``no_challenger``, ``unknown_model``;
        ``model_file_missing``, ``model_changed``, ``not_a_model``, ``model_format_other`` of its file.
    """

    def ask(model: Model) -> Sequence[Verdict]:
        judged_against = model.card.get("change", {}).get("champion", "none")
        # A training that gave the file of before asked no gate: what nobody asked has not opened.
        if verdicts and judged_against == (at_work(register) or "none"):
            return verdicts
        return asked_again(model, register, settings, as_of=as_of, random_state=random_state)

    return put_to_work(
        register, settings, ask, version=version, promoted_at=promoted_at, reason=reason, force=force
    )  # fmt: skip


def asked_again(
    model: Model, register: Register, settings: Settings, *, as_of: pd.Timestamp, random_state: int = 0
) -> tuple[Verdict, ...]:
    """Ask all gates of a trained model against the champion of the day.

    Raises
    ------
    EhyaError
        ``nothing_judged`` when the tables that it was judged on are gone.
    """
    own = evidence_of(model, settings)
    if own is None:
        raise EhyaError(ErrorCode.NOTHING_JUDGED, given=model.version)
    before = against(model, register, settings, as_of=as_of)
    return judge(
        beside_champion(model, own, before, register, settings, as_of=as_of),
        champion=before.champion is not None, schema=model.schema, card=model.card, before=before.first,
        after=before.now_first, explained=before.explained, since=before.since,
        newer=newer(before, model, str(model.card.get("data_digest", ""))), random_state=random_state,
    )  # fmt: skip
