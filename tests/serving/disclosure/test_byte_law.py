"""Change whatever is private: every byte that an investor can get stays equal."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import numpy as np
import openpyxl
import pandas as pd
import pytest

from engine.domain.mandate import Mandate
from engine.domain.unit import FIELDS, Kind, unit_table
from engine.scoring.artefact import Model
from experiments.province_simulator.province import simulate
from features import FULL_SCHEMA
from serving.api import Shelf, create_app
from serving.desk.appraisal import judged
from serving.desk.event_lists import event_lists
from serving.desk.question import Question
from serving.desk.stock import Stock
from serving.disclosure.masking import Audience, private_columns, visible
from serving.i18n import speech
from serving.reports.event_workbook import write_event
from serving.reports.shortlist import write_shortlist
from training.cohort.landmarks import follow
from training.models.outcomes import fit_outcomes
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate

DAY = pd.Timestamp("2026-03-21")
ROUNDS = 3
WORTH_ASKED = 5
MANDATES = (
    {"id": "any", "risk_appetite": "high", "accept_unknown": True},
    {"id": "cautious", "risk_appetite": "low", "max_idle_months": 60},
    {"id": "weighed", "weights": {"feasibility": 1}, "accept_unknown": True, "risk_appetite": "high"},
    {"id": "bisecting", "max_failure_probability": 0.731, "accept_unknown": True},
)
INFLUENCES = ("/v1/rankings?top=500&influence=feasibility=0.5,jobs=0.5",)
ADDRESSES = (
    "/v1/units?limit=200",
    "/v1/units?limit=50&min_feasibility=0.3",
    "/v1/rankings?top=500",
    "/v1/rankings?top=500&weights=finance=1",
    "/v1/rankings?top=500&weights=readiness=0.5,finance=0.5",
    "/v1/rankings?persona=bank",
    "/v1/model",
    "/",
    "/?lang=en",
    "/model?lang=en",
)


@pytest.fixture(scope="module")
def units() -> pd.DataFrame:
    made = simulate(150, seed=3).units
    draw = np.random.default_rng(0)
    return made.assign(
        origin="synthetic",
        notes=[f"note {row}" for row in range(len(made))],
        bank_owned=pd.array(draw.random(len(made)) < 0.2, dtype="boolean"),
        source="office.xlsx",
    )


@pytest.fixture(scope="module")
def model() -> Model:
    """A model of outcomes, whose chance of a restart rests on debts and court cases too."""
    province = simulate(800, seed=3)

    def at(day: pd.Timestamp) -> pd.DataFrame:
        return province.units[province.units["as_of"] <= day]

    followed = follow(at, province.events, FULL_SCHEMA, as_of=province.as_of)
    priors = Priors(restart_rate(), capacity_rate(), jobs_size())
    return fit_outcomes(followed, priors, as_of=province.as_of, least_restarts=0).model


def changed(units: pd.DataFrame, columns: list[str], seed: int) -> pd.DataFrame:
    """The same units with other values, gaps where there were values and values where there were gaps."""
    draw, size = np.random.default_rng(seed), len(units)
    makers = {
        Kind.MONEY: lambda: draw.integers(0, 10**13, size),
        Kind.COUNT: lambda: draw.integers(0, 40, size),
        Kind.FLAG: lambda: draw.random(size) < 0.5,
        Kind.IDENTIFIER: lambda: [str(one) for one in draw.integers(10**10, 10**11, size)],
        Kind.TEXT: lambda: [f"secret {one}" for one in draw.integers(0, 10**6, size)],
        Kind.LIST: lambda: [f"bank|Bank {one}|{one}000" for one in draw.integers(1, 10**6, size)],
    }
    found = units.copy()
    for name in columns:
        made = pd.Series(makers[FIELDS[name].kind](), index=units.index, dtype=object)
        found[name] = made.mask(draw.random(size) < 0.3)
    return unit_table(found)


def answers(units: pd.DataFrame, model: Model, settings, folder: Path) -> dict[str, object]:
    """Everything an investor can get, by where it comes from."""
    stock = Stock.of(judged(units, model, Question(as_of=DAY), Audience.PUBLIC))
    found: dict[str, object] = asyncio.run(_over_http(stock, settings))
    for language in ("fa", "en"):
        words = speech(language)
        for stated in MANDATES:
            offer = stock.offer(Mandate.read(stated))
            for ending in ("json", "csv", "xlsx"):
                path = write_shortlist(folder / f"list.{ending}", offer, words)
                found[f"{stated['id']}.{ending} {language}"] = _content(path)
        event = event_lists(stock, [Mandate.read(stated) for stated in MANDATES])
        found[f"event {language}"] = _content(write_event(folder / "event.xlsx", event, stock, words))
    return found


async def _over_http(stock: Stock, settings, addresses=ADDRESSES) -> dict[str, object]:
    app = create_app(settings=settings, shelf=Shelf(stock))
    found: dict[str, object] = {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        for address in addresses:
            answer = await client.get(address)
            assert answer.status_code == 200, (address, answer.text)
            said = [(name, value) for name, value in answer.headers.items() if name != "x-request-id"]
            found[address] = (answer.content, sorted(said))
        for unit in stock.units.index.sort_values()[:WORTH_ASKED]:
            answer = await client.get(f"/v1/units/{unit}/economics")
            assert answer.status_code == 200, answer.text
            found[f"economics {unit}"] = answer.content
        health = (await client.get("/v1/health")).json()
        found["health"] = {name: value for name, value in health.items() if "seconds" not in name}
        asked = {"explain": True, "top": 100, "why_not": list(stock.book.unit_id[:20])}
        for stated in MANDATES:
            answer = await client.post("/v1/shortlists", params=asked, json=stated)
            assert answer.status_code == 200, answer.text
            found[f"shortlist {stated['id']}"] = answer.content
    return found


def _content(path: Path) -> object:
    if path.suffix != ".xlsx":
        return path.read_bytes()
    book = openpyxl.load_workbook(path)
    return [(page.title, list(page.iter_rows(values_only=True))) for page in book]


@pytest.fixture(scope="module")
def before(units, model, settings, tmp_path_factory):
    return answers(units, model, settings, tmp_path_factory.mktemp("before"))


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_all_private_fields_changed_at_random_change_no_byte(units, model, before, settings, tmp_path, seed):
    after = answers(changed(units, private_columns(), seed), model, settings, tmp_path)
    assert [name for name in before if before[name] != after[name]] == []


def first_day_answers(units: pd.DataFrame, model: Model, settings) -> dict[str, object]:
    """What a model of the first day lets out beside figures: parts of each unit's, and what to ask."""
    stock = Stock.of(judged(units, model, Question(as_of=DAY), Audience.PUBLIC))
    addresses = ["/v1/questions", "/v1/questions?lang=en", *(f"/v1/units/{unit}" for unit in units.index[:10])]
    return asyncio.run(_over_http(stock, settings, [*addresses, *INFLUENCES]))


def test_parts_and_questions_of_the_first_day_tell_nothing_private(units, first_day, settings):
    before = first_day_answers(units, first_day, settings)
    after = first_day_answers(changed(units, private_columns(), 5), first_day, settings)
    assert [name for name in before if before[name] != after[name]] == []
    assert b'"amount"' in before[f"/v1/units/{units.index[0]}"][0]


@pytest.mark.parametrize("name", private_columns())
def test_no_single_private_field_moves_what_the_public_gets(units, model, name):
    question = Question(as_of=DAY)
    one = Stock.of(judged(units, model, question, Audience.PUBLIC))
    other = Stock.of(judged(changed(units, [name], 9), model, question, Audience.PUBLIC))
    assert one.version == other.version


def test_the_office_sees_figures_that_private_fields_do_move(units, model):
    """Else the law above would hold for want of anything to hide."""
    question = Question(as_of=DAY)
    office = judged(units, model, question, Audience.OFFICE).table["feasibility_point"]
    public = judged(units, model, question, Audience.PUBLIC).table["feasibility_point"]
    assert (office - public.reindex(office.index)).abs().max() > 0.05


def test_what_the_public_may_not_see_is_unknown_and_the_rest_is_untouched(units):
    seen = visible(units, Audience.PUBLIC)
    assert seen[private_columns()].isna().all().all()
    kept = [name for name in units.columns if name not in {*private_columns(), "source", "derived"}]
    pd.testing.assert_frame_equal(seen[kept], units[kept])
    assert seen["source"].isna().all()
    assert visible(units, Audience.OFFICE) is units
