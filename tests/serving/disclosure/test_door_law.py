"""Pages of the door: what is the office's, and whatever another does, moves no byte that an investor gets."""

import asyncio
import re

import httpx
import pytest

from engine.domain.unit import FIELDS
from engine.store import Register
from serving.api.access import addresses
from serving.desk.invitations import invite
from serving.disclosure.levels import Level, field_level
from tests.serving.api.parties import BY, parties, with_meetings
from tests.serving.disclosure.test_byte_law import changed

OFFICE = [field.value for field in FIELDS if field_level(field) is Level.INTERNAL]
SECRET = [field.value for field in FIELDS if field_level(field) is Level.UNDER_NDA]
DRAWN = re.compile(rb"(?<=lists/)[\w-]{16}|(?<=requests/)[\w-]{16}|(?<=value=\")[\w-]{16}(?=\")|\b[0-9a-f]{12}\b")
"""Ids of lists, requests and keys: drawn anew in each register."""
WISHES = {"id": "mine", "carried": "{}", "risk_appetite": "high", "accept_unknown": "1", "places_like": "Khoy"}


def seen(found, who, *, busy=False):
    """Every page that an investor can get, after a day of its own; ``busy``: others were up to something before."""
    app, key = found.app(), found.keys[who]

    async def walk():
        told = {}
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        headers = {"authorization": f"Bearer {key}", "accept-language": "en"}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
            made = await client.post("/desk/door/mandates/new", data={**WISHES, "then": "list"})
            assert made.status_code == 303, made.text[:500]
            address = made.headers["location"].partition("?")[0]
            told["list"] = await client.get(address)
            listed = address.rpartition("/")[2]
            unit = re.search(r'form="compare" value="(\w+)"', told["list"].text)[1]
            said = {"unit": unit, "kind": "declined", "reason": "place"}
            assert (await client.post(f"{address}/say", data=said)).status_code == 303
            asked = {"kind": "visit", "text": "May we see it?", "list": listed}
            assert (await client.post(f"/desk/door/offers/{unit}/ask", data=asked)).status_code == 303
            places = {"{name}": "mine", "{list_id}": listed, "{key}": "inva@1", "{event}": "INVA"}
            for unit_id in (unit, found.agreed[0]):
                for method, path, _ in addresses(app):
                    if method != "GET" or not path.startswith("/desk/door") or path.endswith(".pdf"):
                        continue
                    filled = path.replace("{unit_id}", unit_id)
                    for place, name in places.items():
                        filled = filled.replace(place, name)
                    told[filled.replace(listed, "LIST")] = await client.get(filled)
            told["why"] = await client.get(f"{address}?unit={found.agreed[1]}")
            told["search"] = await client.get("/desk/door/offers?q=1&sort=name&status=idle")
            told["fits"] = await client.get("/desk/door/mandates/fits?risk_appetite=low&min_jobs=3")
            told["compare"] = await client.get(f"/desk/door/compare?unit={found.agreed[0]}&unit={found.agreed[1]}")
            told["none"] = await client.get("/desk/door/lists/of-somebody-else")
        return told

    if busy:
        others(found, {"investor": "rival", "rival": "investor"}[who])
    told = asyncio.run(walk())
    return {path: (answer.status_code, DRAWN.sub(b"ID", answer.content)) for path, answer in told.items()}


def others(found, who):
    """Another investor states criteria, is shown a list, answers, asks and agrees; the office invites a third."""
    seen(found, who)
    app, key = found.app(), found.keys[who]

    async def more():
        transport = httpx.ASGITransport(app)
        headers = {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
            await client.post("/desk/door/mandates/new", data={**WISHES, "id": "secret plan"})
            await client.post("/desk/door/packages/inva@1/agree", data={"sure": "1"})
            await client.post("/desk/door/keys", data={"name": "secret job"})

    asyncio.run(more())
    invite(found.settings, "secret third", "INVA", **BY)


@pytest.fixture(scope="module")
def before(tmp_path_factory, first_day):
    found = {who: with_meetings(parties(tmp_path_factory.mktemp(who), first_day)) for who in ("investor", "rival")}
    return {who: seen(one, who) for who, one in found.items()}, found["investor"]


def test_what_is_the_offices_and_what_a_rival_does_moves_no_byte_for_who_agreed(before, tmp_path, first_day):
    after = with_meetings(parties(tmp_path, first_day, lambda units: changed(units, OFFICE, 3)), rival_away=True)
    told, was = seen(after, "investor", busy=True), before[0]["investor"]
    assert [path for path in was if was[path] != told[path]] == []


def test_whatever_is_private_and_whatever_others_do_moves_no_byte_for_who_agreed_to_nothing(
    before, tmp_path, first_day
):
    after = with_meetings(parties(tmp_path, first_day, lambda units: changed(units, OFFICE + SECRET, 4)))
    told, was = seen(after, "rival", busy=True), before[0]["rival"]
    assert [path for path in was if was[path] != told[path]] == []


def test_every_page_was_walked_and_those_of_others_are_not_found(before):
    told, found = before
    for who, said in told.items():
        statuses = {path: status for path, (status, _) in said.items()}
        refused = {statuses.pop("none"): 404, statuses.pop("/desk/door/compare"): 422}  # nothing to compare
        assert all(status == wanted for status, wanted in refused.items())
        assert set(statuses.values()) == {200}, (who, statuses)
    page = told["investor"][f"/desk/door/offers/{found.agreed[0]}"][1]
    assert b"712 billion rial" in page  # what the agreement opens is there, else the law held for want of it
    assert b"712 billion rial" not in told["rival"][f"/desk/door/offers/{found.agreed[0]}"][1]
    with Register.open(found.settings.database_url) as register:
        assert {one.owner for one in register.lists()} == {"fund"}
