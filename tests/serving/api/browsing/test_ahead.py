"""What stands on a screen is looked into: the last list of each reader, one after the other."""

import asyncio
import logging

import httpx
import pandas as pd

from engine.errors import EhyaError, ErrorCode
from serving.api.browsing.ahead import Ahead
from serving.desk.people import add_person
from serving.desk.question import Question
from serving.desk.sessions import begin
from tests.serving.api.browsing.conftest import CHEAP, PASSWORD
from tests.serving.api.parties import BY, NOON, at_work, fresh

TODAY = Question(as_of=pd.Timestamp("2026-11-30"))


class Asked:
    """An office that remembers what it was asked to look into, and how many asked at once."""

    def __init__(self, problem=None, steps=0):
        self.lists, self.at_once, self.most, self.problem, self.steps = [], 0, 0, problem, steps

    def ready(self, question, units):
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self.lists.append(list(units))
        self.at_once -= 1
        if self.problem is not None:
            raise self.problem

    def ready_next(self, question):
        self.lists.append(f"step {self.steps}")
        self.steps -= 1
        return self.steps > 0


def after(office, *listed):
    """What was looked into after readers were shown lists."""

    async def shown():
        ahead = Ahead(office, pause=0.01, rest=0.03)
        for reader, units in listed:
            ahead.soon(reader, TODAY, units)
        await asyncio.sleep(0.3)
        return ahead

    return asyncio.run(shown())


def test_of_one_reader_the_last_list_counts_and_of_two_both():
    office = Asked(steps=1)
    after(office, ("sara", ["a"]), ("omid", ["x"]), ("sara", ["a", "b"]))
    assert sorted(office.lists[:2]) == [["a", "b"], ["x"]]
    assert office.most == 1


def test_a_failure_is_logged_and_the_next_list_is_looked_into(caplog):
    for problem, level in ((EhyaError(ErrorCode.NO_MODEL), logging.INFO), (RuntimeError("broken"), logging.ERROR)):
        caplog.clear()
        caplog.set_level(logging.INFO)
        office = Asked(problem)
        after(office, ("sara", ["a"]), ("omid", ["x"]))
        assert len(office.lists) == 2
        assert [one.levelno for one in caplog.records if "looked into ahead" in one.message] == [level, level]


def test_the_rest_of_the_register_follows_step_by_step_and_ends():
    office = Asked(steps=3)
    after(office, ("sara", ["a"]))
    assert office.lists == [["a"], "step 3", "step 2", "step 1"]


def test_the_rest_of_the_register_waits_while_somebody_asks_for_pages():
    office = Asked(steps=3)

    async def shown():
        ahead = Ahead(office, pause=0.01, rest=0.05)
        ahead.soon("sara", TODAY, ["a"])
        for _ in range(20):
            ahead.asked()
            await asyncio.sleep(0.02)
        asked = list(office.lists)
        await asyncio.sleep(0.5)
        return asked

    assert asyncio.run(shown()) == [["a"]]
    assert office.lists == [["a"], "step 3", "step 2", "step 1"]


def test_what_a_page_lists_is_looked_into(shared, first_day, tmp_path):
    found, office = at_work(fresh(shared, tmp_path), first_day), Asked()
    app = found.app()
    app.state.ahead = Ahead(office, pause=0)
    person = add_person(found.settings, name="sara", role="planner", investor=None, password=PASSWORD, cost=CHEAP, **BY)
    cookies = {"ehya_session": begin(found.settings, person, now=NOON).token}

    async def shown():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", cookies=cookies) as client:
            page = await client.get("/desk/units")
            await asyncio.sleep(0.1)
            return page.text

    page = asyncio.run(shown())
    assert len(office.lists[0]) > 1
    assert all(f"/desk/units/{unit}" in page for unit in office.lists[0])
