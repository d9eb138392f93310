"""A planner at a browser: a signed-in client of a real service, over a workspace of its own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest

from serving.api.limits import ServiceLimits
from serving.desk.people import PasswordCost, add_person
from serving.desk.sessions import begin
from tests.serving.api.parties import BY, NOON, Parties, at_work, fresh
from tests.serving.conftest import listening

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
    with listening(app) as address, httpx.Client(base_url=address, timeout=30, headers={"origin": address}) as client:
        if signed_in:
            person = add_person(found.settings, name=name, role=role, password=PASSWORD, cost=CHEAP, **BY, **more)
            client.cookies.set("ehya_session", begin(found.settings, person, now=NOON).token)
        client.cookies.set("ehya_look", "lang=en")
        yield Browser(client)


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
