"""``/v1/packages``: what was signed off for an event, and the agreement that shows more of its units."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from engine.store import Register
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.answers import AgreementAnswer, PackageAnswer, PackagesAnswer
from serving.api.asking import answered, asked, stock_of, words_of
from serving.api.filters import LanguageQuery
from serving.api.gate import AccessGate, caller_of
from serving.api.problems import HttpProblem, RequestRefusedError, problem_answers
from serving.api.unit_answer import unit_answers
from serving.api.writing import written_once
from serving.desk.callers import Caller
from serving.desk.offered import Offered, agree, gone, offered, one_offered
from serving.desk.stock import Stock
from serving.disclosure.levels import CallerRole, Level, level_of
from serving.i18n import Speech

READERS = (CallerRole.INVESTOR, CallerRole.BANK, CallerRole.SERVICE, CallerRole.PLANNER, CallerRole.DATA_SCIENTIST)
PARTIES = (CallerRole.INVESTOR, CallerRole.BANK)
"""Roles that can agree: for whom, their key says."""
Package = Annotated[str, Path(description="name@version, as the list gives it", min_length=3, max_length=200)]


def router() -> APIRouter:
    """Addresses of packages."""
    routes = APIRouter(prefix="/v1", tags=["packages"])
    read = open_to(READERS, level=Level.INTERNAL, without_key=WithoutKey.NEVER)
    sign = open_to(PARTIES, without_key=WithoutKey.NEVER, rate=Rate.WRITES)

    @routes.get(
        "/packages",
        response_model=PackagesAnswer,
        summary="Packages",
        responses=problem_answers(422),
        openapi_extra=read,
    )
    async def packages(request: Request, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Packages that were signed off, the newest first; the office sees the others too."""
        caller = caller_of(request)
        found = await asked(request, lambda register: offered(register, caller.investor, office=_office(caller)))
        return answered(request, query, {"packages": [_heading(one) for one in found]})

    @routes.get(
        "/packages/{package}",
        response_model=PackageAnswer,
        summary="One package",
        responses=problem_answers(404, 422),
        openapi_extra=read,
    )
    async def package(request: Request, package: Package, query: Annotated[LanguageQuery, Query()]) -> Response:
        """A package and its units as they are shown now; the office also gets what it was solved for, `document`.

        `gone` names units that can be offered no more since it was signed, and why.

        Who agrees not to disclose what stands in it reads more under `/v1/units/{unit_id}`.
        """
        caller, stock = caller_of(request), stock_of(request)
        office = _office(caller)
        found = await asked(request, lambda register: one_offered(register, caller.investor, package, office=office))
        lost = [{"unit_id": unit, "why": loss.value} for unit, loss in gone(found, stock).items()]
        said = _heading(found) | {"gone": lost, "units": _units(found, stock, words_of(request, query))}
        return answered(request, query, said | ({"document": dict(found.package.document)} if office else {}))

    @routes.put(
        "/packages/{package}/agreement",
        response_model=AgreementAnswer,
        summary="Agree not to disclose",
        responses=problem_answers(404, 409, 422),
        openapi_extra=sign,
    )
    async def agreement(request: Request, package: Package, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Agree, for the investor that the key names, not to disclose what stands in this version of the package.

        More of its units is shown when the office has confirmed it, `confirmed`.
        """
        return await _agreed(request, package, query, agreed=True)

    @routes.delete(
        "/packages/{package}/agreement",
        response_model=AgreementAnswer,
        summary="Take the agreement back",
        responses=problem_answers(404, 409, 422),
        openapi_extra=sign,
    )
    async def no_agreement(request: Request, package: Package, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Take the agreement back: nothing more is shown under it. That it stood is kept."""
        return await _agreed(request, package, query, agreed=False)

    return routes


async def _agreed(request: Request, package: str, query: LanguageQuery, *, agreed: bool) -> Response:
    caller = caller_of(request)
    investor, at_once = caller.investor, bool(request.app.state.nda_at_once)
    if investor is None:
        raise RequestRefusedError(HttpProblem.INVESTOR_UNNAMED)

    def act(register: Register, now: datetime) -> dict[str, Any]:
        by = {"made_at": now, "actor": caller.actor}
        confirmed = agree(register, investor, package, agreed=agreed, at_once=at_once, **by)  # type: ignore[arg-type]
        return {"package": package, "investor": investor, "agreed": agreed, "confirmed": confirmed}

    done, headers = await written_once(request, b"", act)
    gate: AccessGate = request.app.state.gate
    await gate.look_again()  # so that the next request is answered at the new level
    return answered(request, query, done, headers)


def _office(caller: Caller) -> bool:
    return level_of(caller.role) is Level.INTERNAL


def _heading(one: Offered) -> dict[str, Any]:
    stored = one.package
    return {
        "package": stored.key,
        "event": stored.event,
        "as_of": stored.as_of.isoformat(),
        "signed_on": None if stored.signed_on is None else stored.signed_on.isoformat(),
        "unit_count": len(one.units),
        "agreed": one.agreed,
        "confirmed": one.confirmed,
    }


def _units(one: Offered, stock: Stock, words: Speech) -> list[dict[str, Any]]:
    return unit_answers(stock.units.loc[[unit for unit in one.units if unit in stock.units.index]], words)
