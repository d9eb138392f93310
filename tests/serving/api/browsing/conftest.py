"""A planner at a browser: a signed-in client of a real service, over a workspace of its own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from engine.domain.request import RequestKind
from serving.api.limits import ServiceLimits
from serving.desk.people import PasswordCost, add_person
from serving.desk.sessions import begin
from serving.desk.workspace import open_register
from tests.serving.api.parties import BY, NOON, Parties, at_work, fresh
from tests.serving.conftest import calling, listening

CHEAP = PasswordCost(rounds=1, memory_kib=8, lanes=1)
PASSWORD = "quiet river plum stone"


@dataclass
class Browser:
    """Sends forms as a browser does: with the token of the page that held them, from our own address."""

    client: httpx.Client
    token: str = ""

    def get(self, path: str, **more) -> httpx.Response:
        found = self.client.get(path, **more)
        marked = re.search(r'name="_token" value="(\w+)"', found.text)
        if marked:
            self.token = marked[1]
        return found

    def post(self, path: str, data=None, **more) -> httpx.Response:
        return self.client.post(path, data={"_token": self.token, **(data or {})}, **more)

    def follow(self, answer: httpx.Response) -> httpx.Response:
        """The page that an answer leads to."""
        assert answer.status_code == 303, answer.text[:2000]
        return self.get(answer.headers["location"])


def words(page: httpx.Response | str) -> str:
    """What a page says, without its marks."""
    text = page if isinstance(page, str) else page.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


@contextmanager
def browsing(
    found: Parties,
    name: str = "sara",
    role: str = "planner",
    *,
    signed_in: bool = True,
    limits: ServiceLimits | None = None,
    open_without_keys: bool = True,
    **more,
):
    """A browser at a service over a workspace; signed in as a person of a role, or as nobody."""
    app = found.app(limits=limits, open_without_keys=open_without_keys)
    app.state.password_cost = CHEAP
    with listening(app) as address, calling(address, headers={"origin": address}) as client:
        if signed_in:
            person = add_person(found.settings, name=name, role=role, password=PASSWORD, cost=CHEAP, **BY, **more)
            client.cookies.set("ehya_session", begin(found.settings, person, now=NOON).token)
        client.cookies.set("ehya_look", "lang=en")
        yield Browser(client)


def asked_about(settings, unit: str, requests: dict[str, tuple[int, str]]) -> None:
    """Let an investor ask about a unit of a list: each request by its id, so many days ago, in such words."""
    by = {"actor": "key:1"}
    with open_register(settings) as register:
        saved = register.mandates.save("fund", "asked", {"id": "asked"}, over=None, made_at=NOON, **by)
        made_of = {"run_id": "r", "stock_version": "s", "model_version": None, "as_of": "2026-03-21"}
        places = [{"unit_id": unit, "position": 1}]
        register.lists.keep("fund", saved.number, list_id="asked", **made_of, places=places, made_at=NOON, **by)
        register.lists.show("fund", "asked", until=1, shown_on=NOON)
        for name, (days, text) in requests.items():
            said = {"request_id": name, "kind": RequestKind.VISIT, "text": text}
            register.requests.ask("fund", "asked", unit, **said, made_at=NOON - timedelta(days=days), **by)


@pytest.fixture(scope="session")
def desk_parties(shared, first_day, tmp_path_factory) -> Parties:
    """A workspace with a model at work, for tests that only read."""
    return at_work(fresh(shared, tmp_path_factory.mktemp("desk")), first_day)


@pytest.fixture(scope="session")
def reading(desk_parties) -> Iterator[Browser]:
    """A planner who only looks."""
    with browsing(desk_parties, investor=None) as found:
        yield found


@pytest.fixture
def writing(shared, first_day, tmp_path) -> Iterator[Browser]:
    """A planner with a workspace of their own."""
    found = at_work(fresh(shared, tmp_path), first_day)
    with browsing(found, investor=None, administers=True) as browser:
        browser.parties = found  # type: ignore[attr-defined]
        yield browser
