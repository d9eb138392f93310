"""API7:2023 Server Side Request Forgery: the service sends to public hosts alone, whatever an address looks like."""

import asyncio
import socket
import threading

import httpx
import pytest

from engine.errors import EhyaError
from engine.store import Register
from serving.desk import posting
from serving.desk.posting import AddressProblem, Reach, checked, post
from serving.desk.webhooks import send_due
from tests.serving.api.parties import NOON
from tests.serving.api.receiver import receiving

INSIDE = Reach(inside=True)
REFUSED = {
    "http://example.org/": "not_https",
    "ftp://example.org/": "not_https",
    "file:///etc/passwd": "not_an_address",
    "gopher://127.0.0.1:70/": "not_https",
    "https://": "not_an_address",
    "https:///path": "not_an_address",
    "https://user:word@example.org/": "names_a_person",
    "https://example.org:22/": "other_port",
    "https://example.org:99999/": "not_an_address",
    "https://example.org/#part": "not_an_address",
    "https://exam ple.org/": "not_an_address",
    "https://example.org\\@10.0.0.1/": "not_an_address",
    "https://localhost/": "not_public",
    "https://127.0.0.1/": "not_public",
    "https://127.1/": "not_public",
    "https://2130706433/": "not_public",
    "https://0x7f000001/": "not_public",
    "https://0177.0.0.1/": "not_public",
    "https://0.0.0.0/": "not_public",
    "https://10.1.2.3/": "not_public",
    "https://172.16.0.1/": "not_public",
    "https://192.168.1.1/": "not_public",
    "https://100.64.0.1/": "not_public",
    "https://169.254.169.254/latest/meta-data/": "not_public",
    "https://224.0.0.1/": "not_public",
    "https://255.255.255.255/": "not_public",
    "https://[::1]/": "not_public",
    "https://[::]/": "not_public",
    "https://[fe80::1]/": "not_public",
    "https://[fd00:ec2::254]/": "not_public",
    "https://[::ffff:127.0.0.1]/": "not_public",
    "https://[::ffff:a9fe:a9fe]/": "not_public",
    "https://[64:ff9b::7f00:1]/": "not_public",
    "https://[2002:7f00:1::]/": "not_public",
    "https://no-such-host.invalid/": "no_such_host",
}


@pytest.mark.parametrize(("address", "problem"), REFUSED.items())
def test_an_address_that_leads_inside_is_refused_with_the_reason(address, problem):
    with pytest.raises(EhyaError) as refused:
        checked(address)
    assert refused.value.facts["reason"] is AddressProblem(problem)


@pytest.mark.parametrize("address", ["https://169.254.169.254/", "http://example.org/", "https://[::1]/"])
def test_a_webhook_to_such_an_address_is_not_made_and_says_why_in_both_languages(call, owned, address):
    said = {"mandate": "owned", "address": address}
    told = {lang: call("POST", f"/v1/webhooks?lang={lang}", "investor", json=said).json() for lang in ("fa", "en")}
    assert {answer["code"] for answer in told.values()} == {"address_refused"}
    assert not told["fa"]["detail"].isascii()
    assert call("GET", "/v1/webhooks", "investor").json()["webhooks"] == []


def test_a_name_that_leads_inside_by_one_of_its_places_is_refused(monkeypatch):
    places = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 443)) for place in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(posting.socket, "getaddrinfo", lambda *_, **__: places)
    with pytest.raises(EhyaError):
        checked("https://example.org/")


def test_a_name_that_leads_elsewhere_by_the_time_of_sending_is_not_followed(own_copy, monkeypatch):
    """DNS rebinding: the name was public when the webhook was made, and is looked at again."""
    made = {"webhook_id": "w", "address": "https://example.org/", "secret": "whsec_AAAA", "seen": {}}
    with receiving() as inside, Register.open(own_copy.settings.database_url) as register:
        register.webhooks.add("fund", "food", **made, made_at=NOON, actor="key")
        register.webhooks.say("w", "m", "{}", seen={}, now=NOON)
        place = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", inside.port))
        monkeypatch.setattr(posting.socket, "getaddrinfo", lambda *_, **__: [place])
        assert send_due(own_copy.settings, now=NOON) == 1
        assert [one.answer for one in register.webhooks.messages()] == ["not_public"]
        assert inside.came == []


def test_the_connection_goes_to_the_place_that_was_looked_at_and_to_no_other(monkeypatch):
    """A second look between the check and the connection would be a gap."""
    looks = []
    real = socket.getaddrinfo

    def counted(host, *given, **more):
        looks.append(host)
        return real("127.0.0.1" if host == "hook.example" else host, *given, **more)

    monkeypatch.setattr(posting.socket, "getaddrinfo", counted)
    with receiving() as inside:
        assert post(f"http://hook.example:{inside.port}/", b"{}", {}, INSIDE) == 204
        assert inside.came[0][1]["host"] == f"hook.example:{inside.port}"
    assert looks.count("hook.example") == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status):
    with receiving() as inside, receiving() as outside:
        outside.location, outside.answers = inside.address, [status]
        assert post(outside.address, b"{}", {}, INSIDE) == status
        assert inside.came == []


def test_no_other_address_takes_one_from_a_caller(working):
    """Only webhooks have a parameter that is an address; another one would need tests of its own here."""
    described = working.app().openapi()
    named = [
        (path, name)
        for path, operations in described["paths"].items()
        for operation in operations.values()
        for name in [parameter["name"] for parameter in operation.get("parameters", [])]
        if any(word in name for word in ("url", "uri", "address", "host", "callback"))
    ]
    assert named == []


def test_names_that_nobody_answers_for_keep_no_other_caller_waiting(own_copy, monkeypatch):
    app, over = own_copy.app(), threading.Event()
    monkeypatch.setattr(posting.socket, "getaddrinfo", lambda *given, **named: over.wait(5) and [])
    given = {"authorization": f"Bearer {own_copy.keys['investor']}"}
    hook = {"mandate": "any", "address": "https://slow.example.org/"}

    async def asked() -> int:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=given) as client:
            mandate = {"id": "any", "risk_appetite": "high"}
            assert (await client.post("/v1/mandates", json=mandate)).status_code == 200
            slow = [asyncio.create_task(client.post("/v1/webhooks", json=hook)) for _ in range(60)]
            await asyncio.sleep(0.2)
            try:
                other = await asyncio.wait_for(client.get("/v1/mandates"), 3)
            finally:
                over.set()
                refused = await asyncio.gather(*slow)
            assert {answer.status_code for answer in refused} == {422}
            return other.status_code

    assert asyncio.run(asked()) == 200
