"""Every address x role x private field, read or written: what a caller may not see moves no byte that it gets."""

import asyncio
import logging
import re

import httpx
import pytest

from engine.domain.unit import FIELDS
from serving.api.access import addresses
from serving.disclosure.levels import KEY_ROLES, CallerRole, Level, field_level, fields_at
from tests.serving.api.parties import parties, with_meetings, with_wishes
from tests.serving.disclosure.test_byte_law import changed

INSIDE = (CallerRole.PLANNER, CallerRole.DATA_SCIENTIST)
CALLERS = (None, *(role.value for role in KEY_ROLES if role not in INSIDE), "rival")
OFFICE = [field.value for field in FIELDS if field_level(field) is Level.INTERNAL]
SECRET = [field.value for field in FIELDS if field_level(field) is Level.UNDER_NDA]
MANDATES = (
    {"id": "any", "risk_appetite": "high", "accept_unknown": True},
    {"id": "hard", "max_failure_probability": 0.6, "max_idle_months": 90},
)
PROBES = (
    "/v1/mandates?owner=fund",
    "/v1/shortlists?owner=fund&limit=1",
    "/v1/reactions?owner=fund",
    "/v1/requests?owner=fund",
    "/v1/requests?overdue=true",
    "/v1/mandates/any?owner=fund",
    "/v1/units?bank_debt_rial=1",
    "/v1/units?sort=bank_debt_rial",
    "/v1/units?estate=secret",
    "/v1/units/998877660001",
    "/v1/rankings?weights=bank_debt_rial=1",
    "/v1/rankings?influence=finance=1",
)
OWNED = {"name": "any", "number": "1", "version": "m", "package": "inva@1", "event": "INVA", "job_id": "none"}
"""What stands in the addresses of what is kept and of what the office has."""
FRESH = re.compile(
    rb'"(list_id|made_at|due_at|answered_at|withdrawn_at|date|secret|job|job_id|webhook_id|message_id|request_id'
    rb'|submitted_at|hash|head)":"[^"]*"'
)
"""Members of answers that are made anew each time."""
NAMED = re.compile(
    rb"(/v1/(?:shortlists|requests)/|\"(?:list|request)\":\")[\w-]{16}|(key:|<bdi>|value=\"|\"subject\":\")[0-9a-f]{12}"
)
"""Ids of lists, and of keys that own what they keep: drawn anew in each register."""
UNSTEADY = {"date", "x-request-id", "x-ratelimit-remaining"}


def told_to(found, callers=CALLERS):
    """Everything that callers get of one service, by caller and by where it comes from."""
    app = found.app()
    return {caller: answers(app, found, caller) for caller in callers}


def answers(app, found, caller):
    """What one caller gets: status, headers that say something, bytes."""
    key = found.keys.get(caller)
    units = [found.agreed[0], found.stock.units.index.sort_values()[7]]
    paths = [path.replace("{package}", "inva@1") for method, path, _ in addresses(app) if method == "GET"]
    asked = [path.replace("{unit_id}", unit) for path in paths for unit in (units if "{" in path else units[:1])]
    asked = [path for path in asked if "{" not in path]

    async def all_of_them():
        said, listed, first, asked_for = {}, "none", units[0], "none"
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
            for path in (*asked, *PROBES):
                said[path] = await client.get(path)
            for method, path, body in written(app):
                more = {"if-match": '"1"'} if method in ("PUT", "DELETE") else {}
                stated = {**body, "unit_id": first} if body and "unit_id" in body else body
                stated = {**stated, "list_id": listed} if stated and "list_id" in stated else stated
                filled = path.replace("{list_id}", listed).replace("{request_id}", asked_for)
                answer = await client.request(method, filled, json=stated, headers=more)
                if path.endswith("/any/shortlists") and answer.status_code == 200:
                    listed, first = answer.json()["list_id"], answer.json()["page"][0]["unit_id"]
                if (method, path) == ("POST", "/v1/requests") and answer.status_code == 200:
                    asked_for = answer.json()["request_id"]
                said[f"{method} {path}"] = answer
            for stated in MANDATES:
                more = {"explain": True, "why_not": list(found.stock.book.unit_id[:20])}
                said[f"list {stated['id']}"] = await client.post("/v1/shortlists", params=more, json=stated)
        return said

    return {path: _steady(path, answer) for path, answer in asyncio.run(all_of_them()).items()}


def written(app):
    """Every write that the description knows, with its example, and every page of what was written: method, path, body.

    What is withdrawn comes last, so that there is something to read before.
    """
    order, described = ("POST", "PUT", "GET", "DELETE"), app.openapi()["paths"]

    def turn(one):  # requests are about a list, so that lists come first
        return order.index(one[0]), "/requests" in one[1], len(one[1])

    for method, path, _ in sorted(addresses(app), key=turn):
        alone = not any(
            f"{{{name}}}" in path for name in ("name", "list_id", "number", "version", "request_id", "event")
        )
        asked_as_it_stands = (method == "GET" and alone) or path == "/v1/shortlists"
        if asked_as_it_stands or path.startswith("/desk"):  # forms of pages are the office's: API5 walks them
            continue
        filled = path
        for name, value in OWNED.items():
            filled = filled.replace(f"{{{name}}}", value)
        content = described[path][method.lower()].get("requestBody", {}).get("content", {}).get("application/json", {})
        mandate = content.get("schema", {}).get("$ref", "").endswith("/Mandate")
        yield method, filled, MANDATES[0] if mandate else content.get("example")


def _steady(path, answer):
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in UNSTEADY)
    if path == "/metrics":  # it tells how long answers took
        return answer.status_code, b""
    if "health" in path:  # it tells an age
        return answer.status_code, {name: value for name, value in answer.json().items() if "seconds" not in name}
    content = NAMED.sub(rb"\1\2ID", FRESH.sub(rb'"\1":""', answer.content))
    return answer.status_code, headers, content


@pytest.fixture(scope="module")
def before(tmp_path_factory, first_day):
    found = with_wishes(with_meetings(parties(tmp_path_factory.mktemp("before"), first_day)), "secret letter 1")
    return found, told_to(found, (*CALLERS, "planner"))


def moved(found, before):
    told = told_to(found)
    return {
        caller: [path for path in before[caller] if before[caller][path] != told[caller][path]] for caller in CALLERS
    }


def test_what_is_the_offices_moves_no_byte_for_anybody_else(before, tmp_path, first_day, caplog):
    caplog.set_level(logging.DEBUG)
    after = with_meetings(parties(tmp_path, first_day, lambda units: changed(units, OFFICE, 1)))
    with_wishes(after, "secret letter 2")
    assert not any(moved(after, before[1]).values())
    asked = {caller: before[1][caller]["POST /v1/requests"][0] for caller in CALLERS}  # else nothing of it was compared
    assert {caller for caller, status in asked.items() if status == 200} == {"investor", "bank", "rival"}
    assert not re.search(r"secret \d", caplog.text)


def test_what_is_secret_moves_bytes_for_those_who_agreed_and_only_of_the_units_agreed_on(before, tmp_path, first_day):
    found = before[0]
    after = with_meetings(parties(tmp_path, first_day, lambda units: changed(units, SECRET, 2)))
    with_wishes(after, "secret letter 1")
    told = moved(after, before[1])
    own = found.agreed[0]
    assert told.pop("investor") == [f"/v1/units/{own}", f"/desk/door/offers/{own}"]
    assert told == {caller: [] for caller in CALLERS if caller != "investor"}
    office = told_to(after, ["planner"])["planner"]  # else the law would hold for want of anything to hide
    path = f"/v1/units/{found.stock.units.index.sort_values()[7]}"
    assert office[path] != before[1]["planner"][path]


def test_what_becomes_of_anothers_meetings_moves_no_byte_but_the_others(before, tmp_path, first_day):
    after = with_wishes(with_meetings(parties(tmp_path, first_day), rival_away=True), "secret letter 1")
    told = moved(after, before[1])
    assert {*told.pop("admin")} <= {"/v1/audit", "/v1/audit/check"}  # that somebody planned anew
    assert {path for path in told.pop("rival") if "meetings" not in path} <= {"/desk/door"}  # which counts its own
    assert not any(told.values())
    office = told_to(after, ["planner"])["planner"]
    assert office["GET /v1/meetings/INVA"] != before[1]["planner"]["GET /v1/meetings/INVA"]
    said = before[1]["investor"]
    assert {said[f"GET /v1/meetings/INVA/mine{end}"][0] for end in ("", ".ics")} == {200}
    assert not any(b"rival" in said[path][-1] for path in said if "meetings" in path)


def test_what_a_caller_reads_names_no_field_above_the_callers_level(before):
    found, told = before
    for caller in CALLERS:
        for path, answer in told[caller].items():
            body = str(answer[-1])
            agreed = caller == "investor" and path == f"/v1/units/{found.agreed[0]}"
            level = Level.UNDER_NDA if agreed else Level.PUBLIC
            hidden = set(FIELDS) - set(fields_at(level))
            if "openapi" not in path and "docs" not in path and "?" not in path:
                assert not [name for name in hidden if f'"{name}":' in body], (caller, path)


def test_no_value_above_the_callers_level_is_in_any_answer(before):
    found, told = before
    table = found.private
    for caller, said in told.items():
        everything = "".join(str(answer[-1]) for answer in said.values())
        if caller == "planner":
            continue
        hidden = ["notes", "debts"] if caller == "investor" else ["notes", "debts", "business_id", "bank_debt_rial"]
        values = {str(value) for name in hidden for value in table[name]}
        values.add("secret letter 1")
        values -= {path.rpartition("/")[2] for path in PROBES}
        assert len(values) > 50
        assert not [value for value in values if value in everything], caller
