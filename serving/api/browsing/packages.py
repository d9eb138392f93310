"""``/desk/packages``: terms as a form, the search under them, a package and why it is so, sign-off, files."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.domain.unit import Field
from engine.errors import EhyaError, ErrorCode
from engine.packages.optimum import SECONDS
from engine.packages.terms import Grouping, PackageTerms
from serving.api.access import Rate
from serving.api.browsing.answers import (
    Number,
    actor_of,
    answered,
    file_answer,
    form_of,
    json_of,
    question_of,
    read_by,
    settings_of,
    went,
    written_by,
    wrong,
)
from serving.api.browsing.look import words_for
from serving.api.browsing.today import NOT_READY
from serving.api.media import PDF, XLSX
from serving.desk.booklet import package_booklet
from serving.desk.clock import day_from, day_of
from serving.desk.loosening import loosened, with_wish
from serving.desk.office import Office
from serving.desk.package import (
    FollowedPackage,
    followed_package,
    freeze,
    losses_of,
    packages,
    stored_package,
)
from serving.desk.package_answers import budget_frontier, compare, even_packages, why
from serving.desk.question import Question
from serving.desk.solving import Search, Searches, SearchState
from serving.disclosure.masking import Audience
from serving.i18n import Speech
from serving.pages.desk.packages import (
    FILES,
    beside_page,
    package_address,
    package_page,
    packages_page,
    search_page,
    terms_page,
)
from serving.pages.desk.terms import carried_on, terms_stated
from serving.reports.booklet import write_booklet
from serving.reports.package import package_answer, write_package

PATIENCE = 20.0
"""Seconds that a page waits for packages under other budgets; what was not proven by then is said to be so."""
LONGER = 300.0
"""Seconds of a search that is asked to look for longer."""
_LONGEST = 300
_TYPES = {"pdf": PDF, "xlsx": XLSX, "json": "application/json"}
_TERMS = (
    ErrorCode.PACKAGE_VALUE_REFUSED,
    ErrorCode.PACKAGE_KEY_UNKNOWN,
    ErrorCode.PACKAGE_CONTRADICTION,
)


def router() -> APIRouter:
    """Addresses of packages."""
    routes = APIRouter(prefix="/desk/packages", include_in_schema=False)

    @routes.get("", openapi_extra=read_by())
    async def listed(request: Request) -> Response:
        found = await run_in_threadpool(packages, settings_of(request))
        return await answered(request, lambda frame: packages_page(frame, found))

    @routes.get("/new", openapi_extra=read_by())
    async def form(request: Request) -> Response:
        given, document = request.query_params.get("from", "")[:_LONGEST], {}
        if given:
            document = (await run_in_threadpool(stored_package, settings_of(request), given)).document["terms"]
        return await _form(request, document)

    @routes.post("/new", openapi_extra=written_by())
    async def search(request: Request) -> Response:
        given = form_of(request)
        carried = carried_on(PackageTerms.read({**_mapping(given.whole("carried")), "name": "-"}).document)
        typed = {name: given.text(name)[:_LONGEST] for name in given.fields if name not in ("carried", "_token")}
        try:
            terms = PackageTerms.read(terms_stated(typed, given.all("verdict"), carried))
        except EhyaError as error:
            boxes = typed | {
                "verdicts": tuple(given.all("verdict")),
                "sectors": [(typed.get(f"sector_{row}", ""), typed.get(f"sector_least_{row}", "")) for row in range(3)],
                "publishable": "publishable" in typed,
                "norms_stand_in": "norms_stand_in" in typed,
            }
            return await _form(request, carried, typed=boxes, problem=_refused(request, error))
        return _searching(request, terms)

    @routes.post("/again", openapi_extra=written_by())
    async def search_again(request: Request) -> Response:
        """Look again under terms that a page of ours proposed, or for longer."""
        given = form_of(request)
        terms = PackageTerms.read(_mapping(given.whole("terms")))
        return _searching(request, terms, seconds=LONGER if given.text("longer") else SECONDS)

    @routes.post("/edit", openapi_extra=written_by())
    async def edit(request: Request) -> Response:
        """Back to the form, with the terms that contradicted each other."""
        return await _form(request, PackageTerms.read(_mapping(form_of(request).whole("terms"))).document)

    @routes.get("/searches/{number}", openapi_extra=read_by())
    async def searched(request: Request, number: Number) -> Response:
        found = _searches(request).get(number)
        if found is None:
            return went(request, "/desk/packages", "search_forgotten")
        if found.state is SearchState.FOUND:
            return went(request, package_address(found.key), "package_found")
        if found.refused is not None:
            problem = _refused(request, found.refused)
            return await _form(request, found.terms.document, problem=problem)
        ways = await run_in_threadpool(_ways, found)
        return await answered(request, lambda frame: search_page(frame, found, ways))

    @routes.get("/beside", openapi_extra=read_by())
    async def beside(request: Request) -> Response:
        keys = [request.query_params.get(name, "")[:_LONGEST] for name in ("one", "other")]
        settings, day = settings_of(request), _today(request)
        left, right = [await run_in_threadpool(followed_package, settings, key, as_of=day) for key in keys]
        said = await run_in_threadpool(compare, settings, *keys)
        return await answered(request, lambda frame: beside_page(frame, left, right, said))

    @routes.get("/{key}", openapi_extra=read_by())
    async def one(request: Request, key: str) -> Response:
        return await _one(request, key)

    @routes.post("/{key}/wish", openapi_extra=written_by())
    async def wish(request: Request, key: str) -> Response:
        """Take a unit in, or leave it out, for a reason: a search under the changed terms."""
        given, by = form_of(request), actor_of(request).removeprefix("user:")
        stored = await run_in_threadpool(stored_package, settings_of(request), key)
        terms, reason = PackageTerms.read(stored.document["terms"]), given.text("reason")
        unit, inside = given.text("unit"), given.text("wanted") == "in"
        if not reason:
            problem = words_for(request).text("studio.reason_wanted")
            return await _one(request, key, problem=problem, asked={"unit": unit}, status=422)
        try:
            changed = with_wish(terms, unit, inside=inside, reason=reason, by=by)
        except EhyaError as error:
            return await _one(request, key, problem=_refused(request, error), asked={"unit": unit}, status=422)
        return _searching(request, changed)

    @routes.post("/{key}/freeze", openapi_extra=written_by())
    async def sign(request: Request, key: str) -> Response:
        given, now = form_of(request), request.app.state.gate.now()
        role, on, note = (given.text(name)[:_LONGEST] for name in ("office", "on", "note"))
        asked = {"office": role, "on": on, "note": note}
        try:
            if not role:
                raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="office", given="", allowed=[])
            day = pd.Timestamp(day_of(now)) if not on else pd.Timestamp(day_from(on, "on"))
            judged = (await run_in_threadpool(stored_package, settings_of(request), key)).as_of
            if not pd.Timestamp(judged) <= day <= _today(request):
                allowed = f"{judged}..{_today(request).date()}"
                raise EhyaError(
                    ErrorCode.VALUE_UNREADABLE, option="day", given=on or str(day.date()), allowed=[allowed]
                )
            signed = {"role": role, "signed_on": day, "note": note or None, "made_at": now}
            await run_in_threadpool(lambda: freeze(settings_of(request), key, **signed))
        except EhyaError as error:
            if error.code is ErrorCode.PACKAGE_UNKNOWN:
                raise
            return await _one(request, key, problem=_refused(request, error), asked=asked, status=422)
        return went(request, package_address(key), "package_signed")

    @routes.get("/{key}/{name}", openapi_extra=read_by(rate=Rate.LISTS))
    async def file(request: Request, key: str, name: str) -> Response:
        if name not in FILES:
            raise EhyaError(ErrorCode.PACKAGE_UNKNOWN, given=f"{key}/{name}"[:_LONGEST], allowed=list(FILES))
        body = await run_in_threadpool(_file, request, key, name)
        return file_answer(body, f"{key.replace('@', '-')}-{name}", _TYPES[name.rpartition(".")[2]])

    return routes


def _searches(request: Request) -> Searches:
    found: Searches = request.app.state.searches
    return found


def _searching(request: Request, terms: PackageTerms, *, seconds: float = SECONDS) -> Response:
    now = request.app.state.gate.now()
    number = _searches(request).start(question_of(request), terms, now=now, seconds=seconds)
    return went(request, f"/desk/packages/searches/{number}")


def _mapping(given: str) -> Mapping[str, Any]:
    found = json_of(given or "{}")
    if not isinstance(found, dict):
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="key", given=given[:40], allowed=["JSON"])
    return found


def _today(request: Request) -> pd.Timestamp:
    return pd.Timestamp(day_of(request.app.state.gate.now()))


async def _form(
    request: Request, document: Mapping[str, Any], *, typed: Mapping[str, Any] | None = None, problem: str = ""
) -> Response:
    try:
        sectors = await run_in_threadpool(_sectors, request.app.state.office, question_of(request), words_for(request))
    except EhyaError as error:
        if error.code not in NOT_READY:
            raise
        return went(request, "/desk/start")
    return await answered(
        request,
        lambda frame: terms_page(frame, document, sectors, typed=typed, problem=problem),
        422 if problem else 200,
    )


def _sectors(office: Office, question: Question, words: Speech) -> list[tuple[str, str]]:
    """Divisions of the register's sectors."""
    codes = office.appraised(question).table[Field.ISIC.value].str[:2].dropna().unique()
    return [(str(code), f"{code} · {words.sector(code)}") for code in sorted(codes)]


def _ways(found: Search) -> list[tuple[Sequence[Mapping[str, Any]], str]]:
    """Of each way to heal a contradiction the terms in which rules gave way; those that no term can be made of go."""
    conflict = found.conflict
    if conflict is None:
        return []
    together = [conflict["together"]] if conflict["together"] and not conflict["healed"] else []
    ways = []
    for steps in [*conflict["healed"].values(), *together]:
        changed = loosened(found.terms, steps)
        if changed is not None:
            ways.append((steps, json.dumps(changed.document, ensure_ascii=False)))
    return ways


async def _one(
    request: Request,
    key: str,
    *,
    problem: str = "",
    asked: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    settings, day, query = settings_of(request), _today(request), request.query_params
    found: FollowedPackage = await run_in_threadpool(followed_package, settings, key, as_of=day)
    others = await run_in_threadpool(packages, settings)
    versions = [f"{one['name']}@{one['version']}" for one in others.to_dict("records")]
    wanted = {name: query.get(name, "")[:_LONGEST] for name in ("unit", "budget", "even")}
    said, frontier, even = None, None, None
    try:
        if wanted["unit"]:
            said = await run_in_threadpool(why, settings, found.stored.key, wanted["unit"], as_of=day)
        if wanted["budget"]:
            frontier = await run_in_threadpool(
                budget_frontier, settings, found.stored.key, wanted["budget"], seconds=PATIENCE
            )
        if wanted["even"]:
            across = _grouping(wanted["even"])
            even = await run_in_threadpool(even_packages, settings, found.stored.key, across, seconds=PATIENCE)
    except EhyaError as error:
        problem, status = problem or _refused(request, error), 422
    return await answered(
        request,
        lambda frame: package_page(
            frame,
            found,
            versions,
            why=said,
            frontier=frontier,
            even=even,
            asked=wanted | dict(asked or {}),
            problem=problem,
        ),
        status,
    )


def _grouping(given: str) -> Grouping:
    allowed = [one.value for one in Grouping]
    if given not in allowed:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="even", given=given, allowed=allowed)
    return Grouping(given)


def _refused(request: Request, error: EhyaError) -> str:
    """What is wrong with terms, in words of the form; a term by what its box is called."""
    words = words_for(request)
    if error.code in _TERMS:
        key = str(error.facts.get("key", ""))
        parts = [part for part in key.replace(",", ".").split(".") if part.strip() and not part.strip().isdigit()]
        named = words.text(f"studio.{_term(parts)}") if parts else key
        facts = {"given": "", "allowed": "", **error.facts, "key": named}
        if str(facts["given"]) in ("None", "") or str(facts["given"])[:1] in "[{":
            return words.text("studio.incomplete", key=named)
        if parts[-1] in ("probability", "share", "share_of_capital"):
            facts["allowed"] = words.digits("30%")
        elif parts[-1] in ("at_most", "debt", "assume_capital") and parts[0] != "quotas":
            facts["allowed"] = words.text("money.billion", amount=words.number(3000))
        return words.text(f"studio.{error.code.value}", **facts)
    return wrong(request, error)


def _term(parts: Sequence[str]) -> str:
    """How the form calls a term by its key: a budget by its own name.

    Examples
    --------
    >>> _term(["budgets", "capital", "at_most"]), _term(["quotas", "at_least"])
    ('capital', 'term_quotas')
    """
    return parts[1].strip() if parts[0] == "budgets" and len(parts) > 1 else f"term_{parts[0].strip()}"


def _file(request: Request, key: str, name: str) -> bytes:
    settings, words, day = settings_of(request), words_for(request), _today(request)
    stored = stored_package(settings, key)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        if name.endswith(".pdf"):
            audience = Audience.PUBLIC if name.startswith("teaser") else Audience.OFFICE
            write_booklet(path, package_booklet(settings, stored.key, audience, today=day), words)
        else:
            write_package(path, package_answer(stored, losses_of(settings, stored, as_of=day)), words)
        return path.read_bytes()
