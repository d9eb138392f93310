"""The law of the doors: after whatever happens to a workspace, everybody who asks is told the same.

One small register, one pass through all that can happen to it. After each step the planner's doors (command line,
file, printed report, the desk's page and its file, the gate that watches churn) must tell one order, and the public's
(command line, HTTP, the workbook of an event) another, compared as JSON; words say what the numbers do.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field

import httpx
import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from engine.domain.outcome import OutcomeKind
from engine.scoring.artefact import path_of, save
from serving.api import Shelf, create_app
from serving.api.gate import AccessGate
from serving.api.limits import ServiceLimits
from serving.cli.app import app
from serving.desk.appraisal import current_units
from serving.desk.callers import KeyRing
from serving.desk.people import add_person
from serving.desk.question import Question
from serving.desk.sessions import begin
from serving.desk.watch import Watch
from serving.desk.workspace import champion, open_register
from serving.i18n import Speech
from serving.pages.desk.ranking import SHOWN
from serving.reports.ranked import rows
from tests.serving.api.browsing.conftest import CHEAP, PASSWORD
from tests.serving.api.parties import BY, NOON, Parties, at_work, fresh
from training.gates.churn import first_units

pytestmark = pytest.mark.slow
DAY = "2026-03-22"
AS_OF = pd.Timestamp(DAY)
MANDATE = {"id": "any", "risk_appetite": "high", "accept_unknown": True}
SAID = Speech("en")
FIRST = 12
"""Units that are printed: an explanation of each takes its time."""
ENGLISH = {"ehya_look": "lang=en"}
DETAILS = {"served": ("--act", "diagnosis"), "invested": ("--rial", "40 billion rial"), "observed": ("--jobs", "12")}


@dataclass
class Doors:
    """All ways to ask one workspace."""

    parties: Parties
    session: str
    settings: object = field(init=False)
    shelf: Shelf = field(init=False)

    def __post_init__(self):
        self.settings = self.parties.settings
        self.home = self.settings.home
        self.shelf = Shelf(latest=Watch(self.settings, lambda: Question(as_of=AS_OF)).latest)
        ring = KeyRing(self.settings, clock=lambda: NOON)
        ring.refresh()
        limits = ServiceLimits(reads=100_000, lists=100_000, writes=100_000, wrong_keys=1_000)
        gate = AccessGate(ring, limits=limits, open_without_keys=True)
        self.service = create_app(settings=self.settings, shelf=self.shelf, limits=limits, gate=gate)
        (self.home / "any.yaml").write_text(json.dumps(MANDATE), encoding="utf-8")
        book = openpyxl.Workbook()
        book.active.append(["id", "investor", "risk appetite", "accept unknown"])
        book.active.append(["any", "any", "high", "yes"])
        book.save(self.home / "mandates.xlsx")

    def ehya(self, *words):
        env = {"EHYA_HOME": str(self.home), "EHYA_LANG": "en", "EHYA_DATABASE_URL": None, "COLUMNS": "160"}
        found = CliRunner().invoke(app, [str(word) for word in words], env=env)
        assert found.exit_code == 0, found.output
        return found.stdout

    def json(self, *words):
        return json.loads(self.ehya(*words, "--as-of", DAY, "--json"))

    def written(self, name, *words):
        self.ehya(*words, "--as-of", DAY, "--out", self.home / name)
        return self.home / name

    def desk(self, *addresses):
        """Pages of the desk, to a planner who is signed in."""
        return self._http([("GET", one, None) for one in addresses], cookies={"ehya_session": self.session, **ENGLISH})

    def public(self, *asked):
        """Answers of HTTP to an investor who has signed nothing."""
        return self._http(asked, headers={"authorization": f"Bearer {self.parties.keys['rival']}"})

    def _http(self, asked, **sent):
        async def answers():
            way = httpx.ASGITransport(self.service)
            async with httpx.AsyncClient(transport=way, base_url="http://localhost", **sent) as client:
                return [await client.request(method, address, json=body) for method, address, body in asked]

        found = asyncio.run(answers())
        assert all(one.status_code == 200 for one in found), [one.text[:500] for one in found]
        return found

    def agree(self) -> list[str]:
        """Every door tells the same; returns the planner's order."""
        self.shelf.refresh()
        self._agree_in_public()
        return self._agree_in_the_office()

    def _agree_in_the_office(self) -> list[str]:
        told = self.json("rank")["units"]
        starts = range(0, len(told), SHOWN)
        document, *pages = self.desk("/desk/ranking.json", *(f"/desk/ranking?start={row}" for row in starts))
        filed = document.json()["units"]
        kept = told[0].keys() & filed[0].keys()
        assert {"rank", "score", "triage", "feasibility_point", "part_jobs", "stability"} <= kept
        assert [{name: one[name] for name in kept} for one in filed] == [
            {name: one[name] for name in kept} for one in told
        ]

        in_words = [figures_of(row) for row in rows(table_of(told), SAID)]
        page = [figures for one in pages for figures in shown(one.text)]
        assert page == in_words
        printed = self.written("ranking.html", "rank", "--top", FIRST).read_text("utf-8")
        assert shown(printed) == in_words[:FIRST]

        order = [one["unit_id"] for one in told if one["rank"]]
        first = self.json("show", order[0])["unit"]
        assert {name: first[name] for name in kept & first.keys()} == {
            name: told[0][name] for name in kept & first.keys()
        }
        with open_register(self.settings) as register:
            units, model = current_units(register, as_of=AS_OF), champion(register, self.settings)
        assert first_units(units, model, as_of=AS_OF) == order[:20]
        return order

    def _agree_in_public(self) -> None:
        told = self.json("match", "--mandate", self.home / "any.yaml", "--top", 500)
        asked, ranking = self.public(("POST", "/v1/shortlists?top=500", MANDATE), ("GET", "/v1/rankings?top=500", None))
        answer, public = asked.json(), ranking.json()["units"]
        assert told["run_id"] == answer["run_id"]
        assert [(one["unit_id"], one["fit"]) for one in told["units"]] == [
            (one["unit"]["unit_id"], one["fit"]) for one in answer["units"]
        ]
        book = self.written("event.xlsx", "match", "--mandates", self.home / "mandates.xlsx", "--top", FIRST)
        self.offered = [one["unit_id"] for one in told["units"]]
        page = openpyxl.load_workbook(book)["any"]
        assert [row[1] for row in page.iter_rows(values_only=True) if isinstance(row[0], int)] == self.offered[:FIRST]
        judged = {one["unit_id"]: one["judgement"] for one in public}
        places = [one["rank"] for one in judged.values()]
        assert places == sorted(set(places))
        for one in answer["units"]:
            assert one["unit"]["judgement"] == judged[one["unit"]["unit_id"]]


def table_of(told):
    """The units of a document as the table that is put into words."""
    joined = [
        {name: ";".join(map(str, value)) if isinstance(value, list) else value for name, value in one.items()}
        for one in told
    ]
    return pd.DataFrame(joined).set_index("unit_id")


def figures_of(row) -> tuple[str, ...]:
    """What is compared of a row in words."""
    return (row["rank"], row["name"], row["triage"], row["feasibility"]["point"], row["jobs"][0]["point"], row["score"])


def shown(page: str) -> list[tuple[str, ...]]:
    """What a page shows of each unit of its ranking."""
    table = re.search(r"<table class=\"(?:cards ranked|ranking)\".*?</table>", page, re.DOTALL)
    assert table
    lines = re.findall(r"<tr>\s*(<t[dh] .*?)</tr>", table[0].split("<tbody>")[1], re.DOTALL)
    return [_figures(line) for line in lines]


def _figures(line: str) -> tuple[str, ...]:
    cells = re.findall(r"<t[dh] (.*?)</t[dh]>", line, re.DOTALL)
    cells = cells[1:] if cells[0].startswith('class="mark"') else cells
    place, name, verdict, feasibility, jobs, score = cells[:6]
    first = (_bold(place) or _plain(place), re.search(r"<(?:bdi|b)>(.*?)</(?:bdi|b)>", name)[1])
    return (*first, re.search(r'class="chip (\w+)"', verdict)[1], _bold(feasibility), _bold(jobs), _bold(score))


def _bold(cell: str) -> str:
    found = re.search(r"<b>(.*?)</b>", cell)
    return found[1] if found else ""


def _plain(cell: str) -> str:
    return re.sub(r"<[^>]+>", "", cell.split(">", 1)[1]).strip()


@pytest.fixture(scope="module")
def doors(shared, first_day, tmp_path_factory):
    parties = at_work(fresh(shared, tmp_path_factory.mktemp("doors")), first_day)
    person = add_person(
        parties.settings, name="sara", role="planner", investor=None, password=PASSWORD, cost=CHEAP, **BY
    )
    found = Doors(parties, begin(parties.settings, person, now=NOON).token)
    found.order = found.agree()
    return found


ENDS = {"restarted", "liquidated", "licence_cancelled", "withdrawn"}
"""Events after which nobody offers the unit."""
NEWER = """business_id,name,province,county,isic,status,stopped_on,jobs_before_stop
998877669001,Newcomer,West Azerbaijan,Urmia,1030,idle,2021-03-21,80
998877669002,Second newcomer,West Azerbaijan,Khoy,1311,idle,2022-03-21,35
"""


KINDS = (
    ("approached", "visited", "declined", "agreed", "invested"),
    ("offered", "served", "restarted", "observed"),
    ("stopped_again", "liquidated", "licence_cancelled", "withdrawn"),
)
"""Kinds of events that come together, each of another unit: a round of all doors takes seconds."""


def test_events_of_every_kind_come():
    assert {kind for kinds in KINDS for kind in kinds} == {kind.value for kind in OutcomeKind}


@pytest.mark.parametrize("kinds", KINDS, ids="-".join)
def test_after_events_of_each_kind_every_door_tells_the_same(doors, kinds):
    units = dict(zip(doors.offered[2:], kinds, strict=False))
    for unit, kind in units.items():
        doors.ehya("outcome", "add", unit, kind, "--on", DAY, "--known-on", DAY, *DETAILS.get(kind, ()))
    doors.order = doors.agree()
    for unit, kind in units.items():
        assert (unit in doors.offered) == (kind not in ENDS), kind


def test_the_file_of_the_command_line_is_that_of_the_page(doors):
    written = doors.written("ranking.json", "rank").read_bytes()
    assert json.loads(written)["units"] == doors.desk("/desk/ranking.json")[0].json()["units"]


def test_a_unit_that_stopped_again_comes_back_by_every_door(doors):
    unit = doors.order[1]
    for kind in ("restarted", "stopped_again"):
        doors.ehya("outcome", "add", unit, kind, "--on", DAY, "--known-on", DAY)
    doors.order = doors.agree()
    assert unit in doors.order


def test_after_an_import_every_door_tells_the_same(doors):
    (doors.home / "newer.csv").write_text(NEWER, encoding="utf-8")
    doors.ehya("intake", doors.home / "newer.csv", "--as-of", DAY, "--synthetic")
    before, doors.order = doors.order, doors.agree()
    assert len(doors.order) == len(before) + 2


def test_after_a_merge_and_its_undoing_every_door_tells_the_same(doors):
    kept, lost = doors.order[3:5]
    doors.ehya("merge", kept, lost)
    assert lost not in doors.agree()
    doors.ehya("unmerge", lost)
    assert doors.agree() == doors.order


def test_after_a_promotion_every_door_tells_the_same(doors):
    before = doors.public(("GET", "/v1/health", None))[0].json()["meta"]["model_version"]
    with open_register(doors.settings) as register:
        work(register, doors.settings, champion(register, doors.settings))
    doors.order = doors.agree()
    assert doors.public(("GET", "/v1/health", None))[0].json()["meta"]["model_version"] != before


ANOTHER = "20260322-another"


def work(register, settings, model) -> None:
    """Put a model to work whose figures differ: one of earlier days, that rests on the press alone."""
    document = model.document.changed(belief=None, size=None, version=ANOTHER)
    digest = save(path_of(settings.models, ANOTHER), model.heads, document)
    register.promotions.record(
        model_version=ANOTHER, digest=digest, promoted_at=NOON, reason="better", metrics={"brier": 0.1}
    )
