"""Pages of the model room: the models of a workspace, one of them, and how the one at work has drifted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from engine.parsing.text import printable
from serving.desk.kept_drift import KeptDrift
from serving.desk.model_room import KeptModel, ModelChanges, ModelRoom, ModelStanding, PriorEffect, own_share
from serving.desk.training_run import RunState, RunStatus
from serving.disclosure.levels import CallerRole
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import moment_said
from serving.reports.card_page import card_parts, feature_name, group_name
from serving.reports.drift import drift_parts
from serving.reports.gates import gates_said, said_reason, shut
from serving.reports.model_changes import changes_said
from serving.reports.ranked import isolated

TRAINERS = (CallerRole.DATA_SCIENTIST, CallerRole.ADMIN)
HISTORY = 20
"""Times that a model was put to work which the page of all shows."""
EFFECTS = 40
"""Prior effects that the page of a model shows, the largest first."""


def model_address(version: str) -> str:
    """Where the page of a model is.

    Examples
    --------
    >>> model_address("20260321-ab/1")
    '/desk/models/20260321-ab%2F1'
    """
    return f"/desk/models/{quote(version, safe='')}"


def models_page(
    frame: Frame,
    room: ModelRoom,
    *,
    run: tuple[RunStatus, str] | None = None,
    drift: KeptDrift | None = None,
    panel: tuple[Any, Any] | None = None,
    tracking: str = "",
    problem: str = "",
    typed: Mapping[str, str] | None = None,
) -> str:
    """Write the page of all models.

    Parameters
    ----------
    frame
        What stands around it.
    room
        The models.
    run
        The act that was started last, and what is said of it.
    drift
        What was found of the model at work.
    panel
        Agreement of the experts on restarts and on jobs.
    tracking
        Address of the team's MLflow, for a link.
    problem, typed
        Why a form could not be taken, and what was typed.
    """
    words, at_work = frame.speech, room.champion
    return page(
        "models.html",
        frame,
        Place.MODELS,
        may_train=frame.role in TRAINERS,
        run=None if run is None else _run(*run, words),
        at_work=None if at_work is None else _line(at_work, words),
        figures=[] if at_work is None else _figures(at_work, words),
        drift=None if drift is None or at_work is None else _drift_line(drift, at_work, words),
        models=[_line(one, words) for one in room.models],
        history=[
            {
                "version": one.model_version,
                "address": model_address(one.model_version),
                "on": moment_said(one.promoted_at, words),
                "reason": said_reason(one.reason, words),
            }
            for one in room.history[:HISTORY]
        ],
        panel=_panel(panel, words),
        mlflow=_link(tracking),
        problem=problem,
        typed={"origin": "register", "promote": "", "trials": "", "seed": "", "reason": "", **(typed or {})},
        origins=[(code, words.text(f"room.origin_{code}")) for code in ("register", "synthetic")],
    )


def model_page(
    frame: Frame,
    model: KeptModel,
    at_work: KeptModel | None,
    *,
    effects: Sequence[PriorEffect],
    changed: ModelChanges | None,
    drift: KeptDrift | None,
    problem: str = "",
    typed: Mapping[str, str] | None = None,
) -> str:
    """Write the page of one model.

    Parameters
    ----------
    frame
        What stands around it.
    model, at_work
        The model, and the one at work.
    effects
        Prior effects, and what data made of each.
    changed
        What is different from the model at work; ``None`` where that is this one, or none.
    drift
        What was found of it when it was looked at last.
    problem, typed
        Why it could not be put to work, and what was typed.
    """
    words = frame.speech
    card = card_parts(model.document.card | {"version": model.version}, words) if model.document is not None else None
    if card is not None:
        card = card | {"tables": [one for one in card["tables"] if one["name"] != "effects" or not effects]}
    shares = {} if model.document is None else own_share(model.document)
    return page(
        "model.html",
        frame,
        Place.MODELS,
        may_train=frame.role in TRAINERS,
        model=_line(model, words),
        promoted=moment_said(model.promoted_at, words) if model.promoted_at is not None else "",
        reason=said_reason(model.reason, words) if model.promoted_at is not None else "",
        seen="" if at_work is None else at_work.version,
        seen_said="" if at_work is None else isolated(at_work.version),
        figures=_figures(model, words),
        gates=gates_said(model.gates, words),
        shut=[words.text(f"gate.{gate}") for gate in shut(model.gates)],
        card=card,
        shares=[(words.text(f"room.own_{name}"), words.share(share)) for name, share in shares.items()],
        effects=_effects(effects, words),
        effects_left=words.text("room.effects_left", count=len(effects) - EFFECTS) if len(effects) > EFFECTS else "",
        changed=None if changed is None else changes_said(changed, words),
        drift=None if drift is None else _drift_line(drift, model, words),
        problem=problem,
        typed={"reason": "", "force": "", **(typed or {})},
    )


def drift_page(frame: Frame, model: KeptModel, drift: KeptDrift | None) -> str:
    """Write the page of what has become of a model.

    Parameters
    ----------
    frame
        What stands around it.
    model
        The model.
    drift
        What was found when somebody looked last; ``None`` where nobody did.
    """
    return page(
        "drift.html",
        frame,
        Place.MODELS,
        model=_line(model, frame.speech),
        may_train=frame.role in TRAINERS,
        drift=None if drift is None else drift_parts(drift, frame.speech),
    )


def _run(run: RunStatus, said: str, words: Speech) -> dict[str, Any]:
    wrong = run.state in (RunState.REFUSED, RunState.FAILED)
    good = run.state in (RunState.PROMOTED, RunState.LOOKED)
    return {
        "running": run.running,
        "kind": words.text(run.kind),
        "said": said,
        "share": round(100 * run.share),
        "tone": "warn" if wrong else "good" if good else "note",
        "address": model_address(run.version) if run.version else "",
        "version": run.version or "",
        "reason": run.reason,
    }


def _line(one: KeptModel, words: Speech) -> dict[str, Any]:
    document, closed = one.document, [words.text(f"gate.{gate}") for gate in shut(one.gates)]
    kind = "" if document is None else words.text(f"model_kind.{document.kind}")
    found = {} if document is None else (document.card.get("scores") or {}).get("model") or {}
    synthetic = document is not None and document.origin == "synthetic"
    return {
        "version": one.version,
        "isolated": isolated(one.version),
        "address": model_address(one.version),
        "standing": words.text(one.standing),
        "code": one.standing.value,
        "waits": one.standing is ModelStanding.WAITS,
        "earlier": one.standing is ModelStanding.EARLIER,
        "at_work": one.standing is ModelStanding.AT_WORK,
        "made": moment_said(one.made_at, words) if one.made_at is not None else words.date(None),
        "kind": f"{kind} · {words.text('mark.synthetic')}" if synthetic else kind,
        "data_until": words.date(None if document is None else document.data_until or None),
        "brier": words.interval(found.get("brier_low"), found.get("brier"), found.get("brier_high"), 4),
        "shut": closed,
        "open": bool(one.gates) and not closed,
        "asked": bool(one.gates),
        "problem": words.text(f"model_problem.{one.problem}") if one.problem else "",
    }


def _figures(one: KeptModel, words: Speech) -> list[tuple[str, str]]:
    """The few figures that a model is known by."""
    if one.document is None:
        return []
    card = one.document.card
    found, jobs = ((card.get(name) or {}).get("model") or {} for name in ("scores", "jobs_scores"))
    lines = []
    if found.get("brier") is not None:
        lines.append(("brier", words.interval(found.get("brier_low"), found["brier"], found.get("brier_high"), 4)))
        lines += [(name, words.number(found[name], 3)) for name in ("auc", "ece") if found.get(name) is not None]
    if jobs.get("units"):
        ends = (jobs["coverage_80_low"], jobs["coverage_80"], jobs["coverage_80_high"])
        lines.append(("coverage", words.interval(*ends, share=True)))
    return [(words.text(f"room.figure_{name}"), said) for name, said in lines]


def _drift_line(drift: KeptDrift, model: KeptModel, words: Speech) -> dict[str, Any]:
    return {
        "address": f"{model_address(model.version)}/drift",
        "said": words.text("drift.page_alarming" if drift.alarming else "drift.page_calm"),
        "alarming": drift.alarming,
        "on": words.date(drift.as_of),
        "findings": drift_parts(drift, words)["findings"][:6],
    }


def _effects(effects: Sequence[PriorEffect], words: Speech) -> dict[str, Any] | None:
    if not effects:
        return None
    shown = effects[:EFFECTS]
    ends = [end for one in shown for end in (one.low, one.high, one.prior_low, one.prior_high) if end is not None]
    reach = max((abs(end) for end in ends if math.isfinite(end)), default=1.0) or 1.0

    def at(value: float) -> float:
        return round(50 + 48 * max(-1.0, min(1.0, value / reach)), 2)

    return {
        "reach": words.number(reach, 1),
        "lines": [_effect(one, at, words) for one in shown],
    }


def _effect(one: PriorEffect, at: Any, words: Speech) -> dict[str, Any]:
    name = feature_name(one.feature, words)
    if one.level:
        name += f" ({group_name({'by': _by(one.feature), 'group': one.level}, words)})"
    believed = one.prior is not None and one.prior_low is not None and one.prior_high is not None
    return {
        "name": name,
        "effect": words.interval(one.low, one.effect, one.high, 2),
        "prior": words.interval(one.prior_low, one.prior, one.prior_high, 2) if believed else words.number(None),
        "learnt": words.share(one.learnt) if one.learnt is not None else "",
        "basis": words.text(f"basis.{one.basis}") if one.basis else "",
        "source": _cited(one.source),
        "why": (one.why or {}).get(words.language, ""),
        "own": one.overridden,
        "low": at(one.low),
        "at": at(one.effect),
        "high": at(one.high),
        "before": (at(one.prior_low), at(one.prior), at(one.prior_high)) if believed else None,
    }


def _by(feature: str) -> str:
    return "sector" if feature == "sector_division" else "county"


def _cited(source: str) -> str:
    """A source as one line; the whole of it stands in the table of effects."""
    plain = "" if source == "assumed" else printable(source)
    return plain if len(plain) <= 160 else f"{plain[:159]}…"


def _panel(found: tuple[Any, Any] | None, words: Speech) -> list[dict[str, Any]]:
    if found is None:
        return []
    return [
        {
            "output": words.text(f"room.panel_{one.output}"),
            "concordance": words.text("room.concordance", value=words.number(one.concordance, 2)),
            "experts": [
                {
                    "code": expert.code,
                    "answers": words.number(expert.answers),
                    "equal": words.number(expert.equal),
                    "circular": words.text(
                        "room.circular", circular=words.number(expert.circular), triples=words.number(expert.triples)
                    ),
                    "with_others": words.share(expert.with_others),
                    "weight": words.share(expert.weight),
                    "doubts": words.join(words.text(doubt) for doubt in expert.doubts),
                }
                for expert in one.experts
            ],
        }
        for one in found
        if one.experts
    ]


def _link(tracking: str) -> str:
    """Where the team's MLflow is, without what a person signs in to it with; empty where it is no page."""
    parts = urlsplit(tracking)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
