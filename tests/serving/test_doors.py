"""One question, one answer: command line, HTTP and files say the same of weights, reasons and limits.

That they do whatever happened before is the law of `test_doors_law.py`.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from engine.settings import Settings
from serving.api import Shelf, create_app
from serving.cli.app import app
from serving.desk.appraisal import current_units
from serving.desk.demonstration import write_register
from serving.desk.question import Question
from serving.desk.watch import Watch
from serving.desk.workspace import champion, open_register
from serving.reports.panel import EXPERT_CELL, choice_said
from tests.serving.conftest import calling
from training.gates.churn import first_units

pytestmark = pytest.mark.slow
DAY = pd.Timestamp("2026-11-23")
MANDATE = {"id": "any", "risk_appetite": "high", "accept_unknown": True}
STRICT = {"id": "strict", "max_failure_probability": 0.05, "accept_unknown": True}


@dataclass
class Doors:
    """All ways to ask the same workspace."""

    home: Path
    shelf: Shelf
    http: httpx.Client
    settings: Settings = field(init=False)
    agreed: dict[str, tuple[int, float]] = field(default_factory=dict)

    def __post_init__(self):
        self.settings = settings_of(self.home)
        for name, mandate in (("any", MANDATE), ("strict", STRICT)):
            (self.home / f"{name}.yaml").write_text(json.dumps(mandate), encoding="utf-8")

    def ehya(self, *words: str):
        env = {"EHYA_HOME": str(self.home), "EHYA_LANG": "en", "EHYA_DATABASE_URL": None, "COLUMNS": "160"}
        found = CliRunner().invoke(app, [str(word) for word in words], env=env)
        assert found.exit_code == 0, found.output
        return found.stdout

    def json(self, *words: str):
        return json.loads(self.ehya(*words, "--as-of", "2026-11-23", "--json"))

    def ranking(self) -> dict[str, tuple[int, float]]:
        return {one["unit_id"]: (one["rank"], one["score"]) for one in self.json("rank")["units"] if one["rank"]}

    def event(self) -> list[str]:
        book = openpyxl.Workbook()
        book.active.append(["id", "investor", "risk appetite", "accept unknown"])
        book.active.append(["any", "any", "high", "yes"])
        book.save(self.home / "mandates.xlsx")
        out = self.home / "event.xlsx"
        self.ehya("match", "--mandates", self.home / "mandates.xlsx", "--out", out, "--as-of", "2026-11-23")
        page = openpyxl.load_workbook(out)["any"]
        rows = [row for row in page.iter_rows(values_only=True) if isinstance(row[0], int)]
        return [row[1] for row in rows]


def settings_of(home: Path) -> Settings:
    return Settings.from_environment({"EHYA_HOME": str(home)})


@pytest.fixture(scope="module")
def doors(tmp_path_factory, listen, empty_records):
    home = tmp_path_factory.mktemp("doors")
    shutil.copytree(empty_records, home, dirs_exist_ok=True)
    shelf = Shelf(latest=Watch(settings_of(home), lambda: Question(as_of=DAY)).latest)
    with listen(create_app(settings=settings_of(home), shelf=shelf)) as address:
        found = Doors(home, shelf, calling(address))
        write_register(home / "register.xlsx")
        found.ehya("intake", home / "register.xlsx", "--province", "West Azerbaijan", "--synthetic")
        found.ehya("train", "--trials", "0")
        shelf.refresh()
        agree(found)
        yield found
        found.http.close()


def agree(doors: Doors) -> dict[str, tuple[int, float]]:
    """All doors give one answer; returns the planner's ranking and keeps it as what was agreed last."""
    ranking = doors.ranking()
    by_place = sorted(ranking, key=lambda unit: ranking[unit][0])
    first = doors.json("show", by_place[0])["unit"]
    assert (first["rank"], first["score"]) == ranking[by_place[0]]
    doors.ehya("rank", "--as-of", "2026-11-23", "--out", doors.home / "ranking.json")
    written = json.loads((doors.home / "ranking.json").read_text("utf-8"))["units"]
    assert {one["unit_id"]: (one["rank"], one["score"]) for one in written if one["rank"]} == ranking
    with open_register(doors.settings) as register:
        units, model = current_units(register, as_of=DAY), champion(register, doors.settings)
    assert first_units(units, model, as_of=DAY) == by_place[:20]

    doors.shelf.refresh()
    shortlist = doors.json("match", "--mandate", doors.home / "any.yaml")
    answer = doors.http.post("/v1/shortlists", json=MANDATE).json()
    listed = [(one["unit"]["unit_id"], one["fit"]) for one in answer["units"]]
    assert [(one["unit_id"], one["fit"]) for one in shortlist["units"]] == listed
    assert shortlist["run_id"] == answer["run_id"]
    assert doors.event() == [unit for unit, _ in listed]
    public = doors.http.get("/v1/rankings?top=500").json()["units"]
    assert [one["judgement"]["rank"] for one in public] == list(range(1, len(public) + 1))
    doors.agreed = ranking
    return ranking


def test_all_doors_agree_on_a_fresh_register(doors):
    assert doors.agreed


def test_every_door_says_which_limit_empties_a_list(doors):
    by_file = doors.json("match", "--mandate", doors.home / "strict.yaml")
    by_http = doors.http.post("/v1/shortlists?explain=true", json=STRICT).json()
    assert by_file["units"] == by_http["units"] == []
    opening = {name: by_http["opening"][name] for name in ("code", "units", "facts")}
    assert by_file["opening"] == opening
    assert opening["code"] == "failure_too_likely"
    assert by_file["excluded"] == by_http["excluded"]
    said = doors.ehya("match", "--mandate", doors.home / "strict.yaml", "--as-of", "2026-11-23")
    assert f"lets in {opening['units']}" in said
    loosened = STRICT | {"max_failure_probability": 1 - opening["facts"]["given"]}
    assert doors.http.post("/v1/shortlists", json=loosened).json()["counts"]["feasible"] == opening["units"]


def test_weights_of_ones_own_order_the_units_by_every_door(doors):
    jobs = doors.json("rank", "--weights", "jobs=1")
    ranked = [one for one in jobs["units"] if one["rank"]]
    assert all(one["part_jobs"] == pytest.approx(one["score"]) for one in ranked)
    assert jobs["asked"]["weights"] == {"jobs": 1.0}
    public = doors.http.get("/v1/rankings", params={"weights": "jobs=1", "top": 5}).json()["units"]
    assert [set(one["judgement"]["parts"]) for one in public]
    assert all(one["judgement"]["parts"]["jobs"] == one["judgement"]["score"] for one in public)
    bank = doors.json("rank", "--persona", "bank")
    assert bank["asked"]["persona"] == "bank"
    with_priority = doors.json("rank", "--priority", "10,13")["units"]
    liked = {one["isic"][:2] for one in with_priority if one["part_fit"]}
    assert liked <= {"10", "13"}


def amounts(parts: dict) -> dict[tuple[str, str], float]:
    return {(output, line["feature"]): line["amount"] for output, lines in parts.items() for line in lines}


def test_an_influence_that_was_asked_for_is_met_and_shown_by_every_door(doors):
    asked = {"feasibility": 0.6, "jobs": 0.4}
    found = doors.json("rank", "--influence", "feasibility=.6,jobs=.4")
    assert {part: one["influence"] for part, one in found["weighing"].items()} == pytest.approx(asked, abs=1e-6)
    assert found["asked"]["influence"] == asked
    by_http = doors.http.get("/v1/rankings", params={"influence": "feasibility=.6,jobs=.4", "top": 3}).json()
    assert {part: one["influence"] for part, one in by_http["weighing"].items()} == pytest.approx(asked, abs=1e-6)
    assert sum(one["weight"] for one in by_http["weighing"].values()) == pytest.approx(1.0)
    refused = doors.http.get("/v1/rankings", params={"influence": "fit=1"})
    assert (refused.status_code, refused.json()["given"]) == (422, ["fit"])


def test_every_door_says_what_adds_up_to_a_figure_and_what_to_ask_next(doors):
    unit = min(doors.agreed, key=lambda one: doors.agreed[one][0])
    shown = doors.json("show", unit)
    for output, lines in shown["parts"].items():
        assert sum(line["amount"] for line in lines) == pytest.approx(shown["unit"][f"{output}_point"])
    doors.ehya("rank", "--as-of", "2026-11-23", "--out", doors.home / "why.json")
    written = json.loads((doors.home / "why.json").read_text("utf-8"))
    parts = next(one["parts"] for one in written["units"] if one["unit_id"] == unit)
    assert amounts(parts) == pytest.approx(amounts(shown["parts"]))  # matrices of other shapes round otherwise
    assert written["ask"] == doors.json("health")["ask"]
    doors.ehya("rank", "--as-of", "2026-11-23", "--out", doors.home / "why.xlsx", "--top", "30")
    book = openpyxl.load_workbook(doors.home / "why.xlsx")
    rows = [row for row in book["Why"].iter_rows(values_only=True) if row[0] == unit]
    assert sum(row[5] for row in rows if row[2] == "Feasibility of revival") == pytest.approx(
        100 * shown["unit"]["feasibility_point"]
    )
    doors.ehya("rank", "--as-of", "2026-11-23", "--out", doors.home / "why.html", "--top", "30")
    page = (doors.home / "why.html").read_text("utf-8")
    assert "What raises and lowers feasibility" in page
    assert "What to ask next over all units" in page
    public = doors.http.get(f"/v1/units/{unit}").json()
    figure = public["unit"]["prediction"]["outputs"]["feasibility"]["point"]
    assert sum(line["amount"] for line in public["why"]["parts"]["feasibility"]) == pytest.approx(figure, abs=1e-5)
    assert doors.http.get("/v1/questions?lang=fa").json()["ask"]


def test_experts_are_asked_and_move_the_next_model(doors):
    form = doors.home / "panel.xlsx"
    asked = doors.json("elicit", "--out", form, "--pairs", "12")
    assert len(asked["pairs"]) == 12
    book = openpyxl.load_workbook(form)
    book.worksheets[0][EXPERT_CELL] = "E1"
    for row in book.worksheets[1].iter_rows(min_col=1, max_col=5):
        if row[4].value:
            row[1].value = choice_said(json.loads(row[4].value)[-1], "equal")
    book.save(form)
    found = json.loads(doors.ehya("elicit", "--read", form, "--json"))
    (expert,) = found["restart"]["experts"]
    assert (expert["code"], expert["answers"], expert["doubts"]) == ("E1", 12, ["all_equal"])
    assert "next to nothing" in doors.ehya("elicit", "--read", form)
    before = (doors.home / "panel" / "answers.csv").read_bytes()
    book.worksheets[0][EXPERT_CELL] = "Somebody"
    book.save(form)
    env = {"EHYA_HOME": str(doors.home), "EHYA_LANG": "fa", "EHYA_DATABASE_URL": None}
    refused = CliRunner().invoke(app, ["elicit", "--read", str(form)], env=env)
    assert refused.exit_code == 2
    assert "Somebody" in refused.output
    assert (doors.home / "panel" / "answers.csv").read_bytes() == before
    doors.ehya("train", "--trials", "0", "--force", "--reason", "a test of the panel")
    with open_register(doors.settings) as register:
        belief = champion(register, doors.settings).document.belief
    assert belief.sources["panel"] == 12
    agree(doors)


def test_a_part_that_does_not_exist_is_refused_with_the_parts_that_do(doors):
    answer = doors.http.get("/v1/rankings", params={"weights": "luck=1"})
    assert answer.status_code == 422
    assert "feasibility" in answer.json()["allowed"]


def test_a_range_of_ranks_holds_the_rank_and_says_how_firm_it_is(doors):
    for one in doors.json("rank", "--top", "30")["units"]:
        if one["rank"]:
            assert one["rank_low"] <= one["rank"] <= one["rank_high"]
            assert one["stability"] in {"stable", "contested", "weak"}
