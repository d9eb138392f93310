"""The application: routes, pages, problems and the border, made by one call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Lifespan

from engine.settings import Settings
from serving.api.administration import router as administration_routes
from serving.api.background import planner, reader, teller, working
from serving.api.banks import router as banks_routes
from serving.api.border import LOOPBACK_NAMES, Border
from serving.api.browsing.account import router as account_routes
from serving.api.browsing.admin import router as admin_routes
from serving.api.browsing.ahead import Ahead
from serving.api.browsing.bank import router as bank_routes
from serving.api.browsing.compare import router as compare_routes
from serving.api.browsing.decisions import router as decision_routes
from serving.api.browsing.events import router as event_pages
from serving.api.browsing.failing import problem_answer, signing_in
from serving.api.browsing.imports import router as read_registers_routes
from serving.api.browsing.map import router as map_routes
from serving.api.browsing.models import router as model_room_routes
from serving.api.browsing.outcomes import router as desk_outcome_routes
from serving.api.browsing.packages import router as package_pages
from serving.api.browsing.panel import router as desk_panel_routes
from serving.api.browsing.people import router as desk_people_routes
from serving.api.browsing.ranking import router as ranking_routes
from serving.api.browsing.report import router as period_pages
from serving.api.browsing.requests import router as desk_request_routes
from serving.api.browsing.signing import router as signing_routes
from serving.api.browsing.starting import router as starting_routes
from serving.api.browsing.today import router as today_routes
from serving.api.browsing.unit import router as desk_unit_routes
from serving.api.browsing.unit import undoing as unit_undoing_routes
from serving.api.browsing.units import router as desk_units_routes
from serving.api.browsing.uploads import router as upload_routes
from serving.api.browsing.visits import SignInNeededError
from serving.api.comparing import router as comparison_routes
from serving.api.corrections import router as correction_routes
from serving.api.description import described_service
from serving.api.door.routes import DOOR
from serving.api.downloads import router as download_routes
from serving.api.gate import AccessGate, admitted
from serving.api.imports import router as import_routes
from serving.api.kept import router as kept_routes
from serving.api.limits import ServiceLimits
from serving.api.mandates import router as mandate_routes
from serving.api.meetings import router as meeting_routes
from serving.api.model import router as model_routes
from serving.api.models import router as promoted_routes
from serving.api.observing import ObservedRequests, RequestCounts
from serving.api.office import router as office_routes
from serving.api.outcomes import router as outcome_routes
from serving.api.packages import router as package_routes
from serving.api.pages import router as page_routes
from serving.api.problems import answer_with_problems
from serving.api.refreshing import kept_fresh
from serving.api.requests import router as request_routes
from serving.api.shelf import Shelf
from serving.api.shortlists import router as shortlist_routes
from serving.api.units import router as unit_routes
from serving.api.webhooks import router as webhook_routes
from serving.api.wishes import router as wish_routes
from serving.desk.office import Office
from serving.desk.people import PasswordCost
from serving.desk.posting import PUBLIC, Reach
from serving.desk.readings import Readings
from serving.desk.solving import Searches
from serving.desk.training_run import TrainingRuns
from serving.html.template import static_address, static_files

DESCRIPTION = (
    "Idle production units, judged and ranked, and shortlists for investors. Codes and field names are stable; `text` "
    "holds words in Persian or English (`?lang=`, Accept-Language). Every prediction has low, point and high (80 % "
    "interval). Without an agreement only public fields leave, and every figure is computed without the private ones. "
    "What is the same for all bears an ETag (If-None-Match: 304) and comes compressed where gzip is accepted; what is "
    "kept for one caller is read anew each time. HEAD is answered wherever GET is."
)

LOOKED_UP_AT_ONCE = 4
"""Addresses of webhooks that are looked up at once: whoever keeps their names may let us wait for each."""

_SERVICE = (
    unit_routes, shortlist_routes, mandate_routes, kept_routes, request_routes, package_routes, meeting_routes,
    outcome_routes, wish_routes, banks_routes, administration_routes,
    correction_routes, comparison_routes, import_routes, webhook_routes, office_routes,
    promoted_routes, download_routes, model_routes, page_routes,
)  # fmt: skip
"""What programs ask, and the pages that need no account."""

_DESK = (
    signing_routes, starting_routes, today_routes, desk_units_routes, desk_unit_routes, unit_undoing_routes,
    desk_outcome_routes, ranking_routes, compare_routes, map_routes, desk_panel_routes, desk_people_routes,
    account_routes, package_pages, upload_routes, read_registers_routes, decision_routes, desk_request_routes,
    model_room_routes, admin_routes, bank_routes,
    event_pages, period_pages,
)  # fmt: skip
"""Pages for people who sign in."""


def create_app(
    *,
    settings: Settings,
    shelf: Shelf,
    hosts: Collection[str] = LOOPBACK_NAMES,
    limits: ServiceLimits | None = None,
    gate: AccessGate | None = None,
    nda_at_once: bool = False,
    reach: Reach = PUBLIC,
    password_cost: PasswordCost | None = None,
) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    settings
        Workspace and language.
    shelf
        What is served; while the application runs it is refreshed beside the requests.
    hosts
        Names that the Host header may bear.
    limits
        How long and how large a request may be.
    gate
        Lets callers pass; without one the service knows no keys, and anybody reads what is public.
    nda_at_once
        Whether what an investor agrees to counts at once, or only when the office has confirmed it.
    reach
        Where messages to webhooks may go.
    password_cost
        What it costs to try a password.

    Returns
    -------
    fastapi.FastAPI
        An ASGI application.
    """

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        ring = app.state.gate.ring
        beside = (reader(settings), planner(settings, shelf), teller(settings, shelf, reach))
        work = () if ring is None else beside  # who knows no callers has nothing that they sent
        async with kept_fresh(shelf, ring), working(*work):
            yield

    app = _bare(life)
    app.state.shelf, app.state.language, app.state.limits = shelf, settings.language, limits or ServiceLimits()
    app.state.settings, app.state.counts, app.state.office = settings, RequestCounts(), Office(settings)
    app.state.ahead = Ahead(app.state.office)
    app.state.nda_at_once, app.state.reach = nda_at_once, reach
    app.state.looking_up = asyncio.Semaphore(LOOKED_UP_AT_ONCE)
    app.state.password_cost, app.state.runs = password_cost, TrainingRuns(settings)
    app.state.gate = gate or AccessGate(limits=limits)
    app.state.searches = Searches(settings)
    app.state.readings = Readings(settings, app.state.gate.now)
    app.mount(static_address(), _Kept(directory=static_files()))
    app.mount("/static", StaticFiles(directory=static_files()))
    app.add_middleware(
        Border, hosts=hosts, default_language=settings.language, header_bytes=app.state.limits.header_bytes
    )
    app.add_middleware(
        ObservedRequests, counts=app.state.counts
    )  # added last, it stands outermost and sees refusals too
    answer_with_problems(app, default_language=settings.language, as_page=problem_answer)
    app.add_exception_handler(SignInNeededError, signing_in)
    app.openapi = _described  # type: ignore[method-assign]
    return app


class _Kept(StaticFiles):
    """Files that never change at their address: fetched once, not with every page."""

    def file_response(self, *given: Any, **named: Any) -> Response:
        answer = super().file_response(*given, **named)
        answer.headers["cache-control"] = "public, max-age=31536000, immutable"
        return answer


@cache
def _addresses() -> tuple[BaseRoute, ...]:
    """Every address, shared by all applications of a process: what answers keeps nothing between requests."""
    whole = APIRouter(dependencies=[Depends(admitted)])
    for each in (*_SERVICE, *_DESK, *DOOR):
        whole.include_router(each())
    return tuple(whole.routes)


@cache
def _described() -> dict[str, Any]:
    return described_service(_bare())


def _bare(life: Lifespan[FastAPI] | None = None) -> FastAPI:
    """An application with its addresses, and nothing to answer from."""
    return FastAPI(
        title="Ehya",
        version="1",
        description=DESCRIPTION,
        openapi_tags=[
            {"name": "units", "description": "Units, one by one or ranked."},
            {"name": "matching", "description": "Shortlists for an investor's mandate."},
            {
                "name": "kept",
                "description": "Mandates, lists, reactions and requests that are kept for a caller with a key.",
            },
            {"name": "packages", "description": "What was signed off for an event."},
            {"name": "meetings", "description": "Who meets whom at an event, and when."},
            {
                "name": "office",
                "description": "For planners: what came of units, rankings, worth, plans, models and files.",
            },
            {"name": "banks", "description": "Claims of a bank, what it is asked for, what it answers and wants."},
            {"name": "administration", "description": "Who did what, and which backups there are."},
            {"name": "service", "description": "The service itself."},
        ],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=life,
        routes=list(_addresses()),
        dependencies=[Depends(admitted)],
    )
