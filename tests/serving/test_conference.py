"""A day at the conference, over HTTP, on PostgreSQL: from a register in the morning to the account in the evening."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from typer.testing import CliRunner

from engine.scoring.artefact import path_of, save
from engine.settings import Settings
from engine.store import Register
from experiments.province_simulator.province import simulate
from serving.api import Shelf, create_app
from serving.api.background import planner, reader
from serving.api.gate import AccessGate
from serving.api.limits import ServiceLimits
from serving.cli.app import app as command
from serving.desk.callers import KeyRing
from serving.desk.question import Question
from serving.desk.shortlist import stock
from tests.serving.api.parties import DAY

POSTGRES = os.environ.get("EHYA_TEST_POSTGRES", "")
TERMS = "name: inva\nevent: INVA 1405\ncount: 5\n"
WIDE = {"risk_appetite": "high", "accept_unknown": True}
EVENT = {"event": "INVA", "date": "2026-12-11", "from": "09:00", "to": "11:00", "tables": 6}
FIELDS = [
    *("name", "province", "county", "isic", "status", "stopped_on", "jobs_before_stop", "deal_forms", "power_kw"),
    *("land_m2", "jobs_now", "title_deed", "stop_causes"),
]


@pytest.fixture
def database() -> Any:
    if not POSTGRES:
        pytest.skip("EHYA_TEST_POSTGRES holds no address of a PostgreSQL")
    name, engine = f"ehya_conference_{os.getpid()}", create_engine(POSTGRES)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    yield make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()


@dataclass
class Conference:
    """The workspace of the day, its service, and who asks it with which key."""

    settings: Settings
    ask: Any
    keys: dict[str, str]

    def terminal(self, *words: object) -> Any:
        env = {"EHYA_HOME": str(self.settings.home), "EHYA_DATABASE_URL": self.settings.database_url, "EHYA_LANG": "en"}
        done = CliRunner().invoke(command, [*map(str, words), "--json"], env=env)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def open(self) -> None:
        """Serve what the register shows now."""
        ring = KeyRing(self.settings, clock=lambda: datetime.now(UTC))
        ring.refresh()
        limits = ServiceLimits(reads=10_000, lists=10_000, writes=10_000, wrong_keys=1_000)
        self.shelf = Shelf(stock(self.settings, Question(as_of=DAY)))
        self.app = create_app(
            settings=self.settings,
            shelf=self.shelf,
            limits=limits,
            gate=AccessGate(ring, limits=limits),
            nda_at_once=True,
        )

    def __call__(self, method: str, path: str, key: str, *, status: int = 200, **more: Any) -> Any:
        answer = self.ask(self.app, path, self.keys[key], method=method, **more)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
def day(database: str, tmp_path: Path, first_day: Any, ask: Any) -> Conference:
    settings = Settings(home=tmp_path, database_url=database, language="en")
    document = first_day.document.model_copy(update={"card": {"version": first_day.version}, "metrics": {"rows": 1}})
    digest = save(path_of(settings.models, first_day.version), first_day.heads, document)
    with Register.open(database) as register:
        at = {"promoted_at": datetime.now(UTC), "reason": "first", "metrics": {"brier": 0.2}}
        register.promotions.record(model_version=first_day.version, digest=digest, **at)
    found = Conference(settings, ask, {})
    for name, role in (("planner", "planner"), ("fund", "investor"), ("rival", "investor")):
        investor = () if role == "planner" else ("--investor", name)
        found.keys[name] = found.terminal("keys", "add", name, "--role", role, *investor)["key"]
    return found


def test_a_day_at_the_conference(day, tmp_path):
    # the register of the province is sent, read and shown
    units = simulate(60, seed=3).units
    sheet = units.assign(name=[f"Unit {n}" for n in range(len(units))])[FIELDS].to_csv(index=False).encode()
    day.open()
    day("POST", "/v1/imports?name=list.csv&as_of=2026-03-01", "planner", status=202, content=sheet,
        headers={"content-type": "text/csv"})  # fmt: skip
    assert reader(day.settings)()
    job = day("GET", "/v1/imports", "planner")["imports"][0]["job_id"]
    done = day("GET", f"/v1/imports/{job}", "planner")
    assert done["state"] == "done", done
    assert done["result"]["new"] == 60
    day.open()

    # a package is chosen and signed off; the fund agrees not to disclose what stands in it
    (tmp_path / "inva.yaml").write_text(TERMS)
    day.terminal("package", "solve", tmp_path / "inva.yaml", "--as-of", DAY.date())
    day.terminal("package", "freeze", "inva", "--by", "deputy")
    assert day("GET", "/v1/packages", "rival")["packages"][0]["package"] == "inva@1"
    assert day("PUT", "/v1/packages/inva@1/agreement", "fund")["confirmed"]

    # owners and investors say what they want; lists are made, kept and differ
    first = str(day.shelf.showing.stock.units.index[0])
    wished = {"wishes": {"partners": ["operator"], "languages": ["fa"]}, "source": "letter of the owner"}
    day("PUT", f"/v1/wishes/{first}/owner", "planner", json=wished)
    day("GET", "/v1/wishes", "fund", status=403)
    day.open()
    day("POST", "/v1/mandates", "fund", json={"id": "any", **WIDE, "partner_kinds": ["operator"], "languages": ["tr"]})
    day("POST", "/v1/mandates", "rival", json={"id": "any", **WIDE, "partner_kinds": ["financier"]})
    lists = {
        who: day("POST", "/v1/mandates/any/shortlists?top=40", who, headers={"idempotency-key": f"{who}-list-1"})
        for who in ("fund", "rival")
    }
    seen = {who: {one["unit_id"]: one for one in listed["page"]} for who, listed in lists.items()}
    assert seen["fund"][first]["against"] == ["owner_language"]
    assert seen["rival"][first]["against"] == ["owner_partner", "owner_language"]

    # the fund asks and is answered; the rival declines
    asked = {"list_id": lists["fund"]["list_id"], "unit_id": first, "kind": "visit", "text": "When may we come?"}
    request = day("POST", "/v1/requests", "fund", json=asked, headers={"idempotency-key": "fund-asks-1"})
    answer = {"json": {"text": "Tomorrow at nine."}, "headers": {"idempotency-key": "office-1"}}
    day("POST", f"/v1/requests/{request['request_id']}/answer", "planner", **answer)
    assert day("GET", f"/v1/requests/{request['request_id']}", "fund")["state"] == "answered"
    meet = {"list_id": lists["fund"]["list_id"], "unit_id": first, "kind": "meeting", "text": "We would like to meet."}
    day("POST", "/v1/requests", "fund", json=meet, headers={"idempotency-key": "fund-asks-2"})
    said = {"json": {"unit_id": first, "kind": "declined", "reason": "risk"}, "headers": {"idempotency-key": "rival-1"}}
    day("POST", f"/v1/shortlists/{lists['rival']['list_id']}/reactions", "rival", **said)

    # meetings are planned, the rival does not come, and they are planned anew
    day("POST", "/v1/meetings", "planner", status=202, json={"day": EVENT})
    assert planner(day.settings, day.shelf)()
    plan = day("GET", "/v1/meetings/INVA", "planner")["plan"]
    assert {one["guest"] for one in plan["meetings"]} == {"fund", "rival"}
    assert [one["guest"] for one in plan["wishes"] if one["asked"]] == ["fund"]
    (own,) = [one for one in day("GET", "/v1/meetings/INVA/mine", "fund")["meetings"] if one["unit_id"] == first]
    assert own["interpreter"]  # the owner speaks Persian, the fund Turkish
    assert (first, "rival") not in {(one["host"], one["guest"]) for one in plan["wishes"]}
    day("POST", "/v1/meetings/INVA/again", "planner", status=202, json={"gone": ["rival"]}, headers={"if-match": '"1"'})
    assert planner(day.settings, day.shelf)()
    assert day("GET", "/v1/meetings/INVA/mine", "fund")["meetings"]
    assert not day("GET", "/v1/meetings/INVA/mine", "rival")["meetings"]

    # the rival's list steps back from what it declined; what the fund was shown in the morning is made again
    again = day("POST", "/v1/mandates/any/shortlists?top=40", "rival", headers={"idempotency-key": "rival-list-2"})
    assert {one["stepped_back"] for one in again["page"] if one["unit_id"] == first} <= {"declined_before"}
    replayed = day("GET", f"/v1/shortlists/{lists['fund']['list_id']}/replay", "planner")
    assert replayed["same"], replayed

    # in the evening a letter of intent is recorded, and the account is drawn up
    signed = {"unit": first, "kind": "visited", "happened_on": "2026-03-20"}
    day("POST", "/v1/outcomes", "planner", json=signed, headers={"idempotency-key": "outcome-1"})
    day("GET", "/v1/office/reports/period?start=2026-03-01&end=2026-03-31", "planner")
    figures = day("GET", "/v1/requests/figures", "planner")
    assert (figures["answered"], figures["open"]) == (1, 1)
    acts = [one["act"] for one in day.terminal("audit", "list", "--newest", "100")]
    assert {"import_asked", "agreed", "wishes_stated", "request_answered", "meetings_planned_again"} <= {*acts}
    with Register.open(day.settings.database_url) as register:
        assert register.check() == ()
