"""``/desk/models``: the model room. What was kept is shown; who trains and puts to work starts a process of its own."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.browsing.account import visit_at
from serving.api.browsing.answers import (
    actor_of,
    answered,
    form_of,
    number_of,
    question_of,
    said_here,
    settings_of,
    went,
)
from serving.api.browsing.look import words_for
from serving.api.forms import Form
from serving.desk.kept_drift import kept_drift
from serving.desk.learning import TrainingRequest, panel_agreement
from serving.desk.model_room import ModelRoom, PriorEffect, model_changes, model_room, prior_effects
from serving.desk.starting import note_training
from serving.desk.training_run import Asked, DriftRequest, PromotionRequest, RunKind, RunState, RunStatus, TrainingRuns
from serving.disclosure.levels import CallerRole, Level
from serving.pages.desk.models import drift_page, model_page, models_page
from serving.reports.ranked import isolated

_WRITERS = (CallerRole.DATA_SCIENTIST, CallerRole.ADMIN)
_READ = open_to((CallerRole.PLANNER, *_WRITERS), level=Level.INTERNAL, without_key=WithoutKey.NEVER, session=True)
_WRITE = open_to(_WRITERS, level=Level.INTERNAL, without_key=WithoutKey.NEVER, rate=Rate.WRITES, session=True)
ORIGINS = ("register", "synthetic")
MOST_TRIALS = 200
"""Settings that a search started from a page may try: a whole night at most."""
LONGEST_REASON = 2_000
Version = Annotated[str, Path(min_length=1, max_length=100)]


def router() -> APIRouter:
    """Addresses of models."""
    routes = APIRouter(prefix="/desk/models", include_in_schema=False)

    @routes.get("", openapi_extra=_READ)
    async def room(request: Request) -> Response:
        return await _room(request)

    @routes.post("/train", openapi_extra=_WRITE)
    async def train(request: Request) -> Response:
        visit_at(request)  # a person asks for it, never a key
        given, typed = form_of(request), _typed(request)
        problem = _unfit(request, given)
        if problem:
            return await _room(request, 422, problem=problem, typed=typed)
        trials = given.text("trials")
        asked = TrainingRequest(
            as_of=question_of(request).as_of,
            origin=given.text("origin") or ORIGINS[0],
            trials=number_of(trials) if trials else None,
            seed=number_of(given.text("seed")),
            promote=bool(given.text("promote")),
            reason=given.text("reason") or None,
            actor=actor_of(request),
        )
        if not await _started(request, asked):
            return await _room(request, 409, problem=words_for(request).text("room.busy"), typed=typed)
        await run_in_threadpool(
            note_training, settings_of(request), now=request.app.state.gate.now(), actor=actor_of(request)
        )
        return went(request, "/desk/models")

    @routes.post("/drift", openapi_extra=_WRITE)
    async def look(request: Request) -> Response:
        visit_at(request)
        if not await _started(request, DriftRequest(question_of(request).as_of)):
            return await _room(request, 409, problem=words_for(request).text("room.busy"))
        return went(request, "/desk/models")

    @routes.post("/promote", openapi_extra=_WRITE)
    async def promote(request: Request) -> Response:
        return await _put_to_work(request, back=False)

    @routes.post("/rollback", openapi_extra=_WRITE)
    async def rollback(request: Request) -> Response:
        return await _put_to_work(request, back=True)

    @routes.get("/{version}", openapi_extra=_READ)
    async def one(request: Request, version: Version) -> Response:
        return await _model(request, version)

    @routes.get("/{version}/drift", openapi_extra=_READ)
    async def drifted(request: Request, version: Version) -> Response:
        settings = settings_of(request)
        found = (await run_in_threadpool(model_room, settings)).named(version)
        kept = await run_in_threadpool(kept_drift, settings, version)
        return await answered(request, lambda frame: drift_page(frame, found, kept))

    return routes


async def _put_to_work(request: Request, *, back: bool) -> Response:
    """Put a model to work, or an earlier one back, where the one that the person saw is still at work."""
    visit_at(request)
    given, words = form_of(request), words_for(request)
    version, reason, seen = given.text("version"), given.text("reason"), given.text("seen")
    typed = {"reason": reason, "force": given.text("force")}
    room = await run_in_threadpool(model_room, settings_of(request))
    room.named(version)
    at_work = "" if room.champion is None else room.champion.version
    refused = partial(_model, request, version, room=room, typed=typed)
    if "seen" in given.fields and seen != at_work:
        facts = {"given": isolated(seen), "version": isolated(at_work) if at_work else ""}
        return await refused(status=409, problem=said_here(ErrorCode.CHAMPION_CHANGED, facts, words))
    if not reason and (back or given.text("force")):
        return await refused(status=422, problem=words.text("room.reason_needed"))
    if len(reason) > LONGEST_REASON:
        return await refused(status=422, problem=words.text("room.reason_long", allowed=LONGEST_REASON))
    asked = PromotionRequest(
        version=version, as_of=question_of(request).as_of, reason=reason, over=at_work,
        force=bool(given.text("force")), back=back, actor=actor_of(request),
    )  # fmt: skip
    if not await _started(request, asked):
        return await refused(status=409, problem=words.text("room.busy"))
    return went(request, "/desk/models")


async def _started(request: Request, asked: Asked) -> bool:
    """Start an act in a process of its own; not where one is under way."""
    runs: TrainingRuns = request.app.state.runs
    now, shelf = request.app.state.gate.now(), request.app.state.shelf
    return await run_in_threadpool(runs.start, asked, now=now, finished=shelf.try_refresh)


def _unfit(request: Request, given: Form) -> str:
    """What is wrong with the form of a training; empty where nothing is."""
    words, trials, seed = words_for(request), given.text("trials"), given.text("seed")
    if trials and not 0 <= number_of(trials, MOST_TRIALS + 1) <= MOST_TRIALS:
        return words.text("room.trials_refused", given=trials[:40], allowed=MOST_TRIALS)
    if seed and number_of(seed, -1) < 0:
        return words.text("room.seed_refused", given=seed[:40])
    if given.text("origin") not in ("", *ORIGINS):
        return words.text("room.origin_refused", given=given.text("origin")[:40])
    if len(given.text("reason")) > LONGEST_REASON:
        return words.text("room.reason_long", allowed=LONGEST_REASON)
    return ""


def _typed(request: Request) -> dict[str, str]:
    given = form_of(request)
    return {name: given.text(name) for name in ("trials", "seed", "origin", "promote", "reason")}


async def _room(request: Request, status: int = 200, **more: Any) -> Response:
    settings = settings_of(request)
    room = await run_in_threadpool(model_room, settings)
    at_work = room.champion
    drift = None if at_work is None else await run_in_threadpool(kept_drift, settings, at_work.version)
    panel = await run_in_threadpool(_panel, request)
    run = _said(request, request.app.state.runs.status)
    tracking = settings.tracking_uri
    return await answered(
        request,
        lambda frame: models_page(frame, room, run=run, drift=drift, panel=panel, tracking=tracking, **more),
        status,
    )


async def _model(
    request: Request, version: str, *, status: int = 200, room: ModelRoom | None = None, **more: Any
) -> Response:
    settings = settings_of(request)
    there = await run_in_threadpool(model_room, settings) if room is None else room
    found, at_work = there.named(version), there.champion
    effects: tuple[PriorEffect, ...] = ()
    changed = None
    if found.document is not None:
        effects = await run_in_threadpool(prior_effects, settings, found.document)
        if at_work is not None and at_work.document is not None and at_work is not found:
            changed = model_changes(at_work.document, found.document)
    drift = await run_in_threadpool(kept_drift, settings, version)
    return await answered(
        request,
        lambda frame: model_page(frame, found, at_work, effects=effects, changed=changed, drift=drift, **more),
        status,
    )


def _panel(request: Request) -> Any:
    """How far experts agree; nothing where their answers cannot be read, which the panel's own page says."""
    try:
        return panel_agreement(settings_of(request))
    except EhyaError:
        return None


def _said(request: Request, run: RunStatus | None) -> tuple[RunStatus, str] | None:
    """How the last act stands, with a sentence."""
    if run is None:
        return None
    words, facts = words_for(request), dict(run.facts)
    if run.code is ErrorCode.GATES_SHUT:
        facts["given"] = [words.text(f"gate.{gate}") for gate in facts.get("given", ())]
    if run.code is not None:
        return run, said_here(run.code, {"nearest": None, "allowed": None, **facts}, words)
    if run.state is RunState.RUNNING:
        return run, words.text(f"search_stage.{run.stage}") if run.stage else words.text(run.kind)
    back = run.kind is RunKind.ROLL_BACK and run.state is RunState.PROMOTED
    key = "back" if back else run.state.value
    return run, words.text(f"room.ended_{key}", version=isolated(run.version or ""))
