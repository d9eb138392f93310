"""A mandate in a file and the same mandate over HTTP have the same list: random ones, before events and after."""

import json
import os
import random

import pytest

from engine.domain.mandate import Mandate
from serving.api import Shelf, create_app
from serving.desk.outcomes import OutcomeRequest, record_outcome
from serving.desk.question import Question
from serving.desk.shortlist import stock
from serving.desk.watch import Watch
from serving.disclosure.masking import Audience
from serving.reports.shortlist import shortlist_document
from tests.serving.api.parties import BY, DAY, at_work

QUESTION = Question(as_of=DAY)
MANDATES = int(os.environ.get("EHYA_TEST_MANDATES", "100"))
"""Of 500 nothing else came: ``EHYA_TEST_MANDATES=500``."""


@pytest.fixture
def workspace(own_copy, first_day):
    return at_work(own_copy, first_day)


def mandate(number):
    """A mandate of which no two are equal; some contradict no unit, some leave none."""
    draw = random.Random(number)

    def some(names, most=3):
        return draw.sample(names, draw.randint(0, most))

    sectors = {"must": draw.choice([[], ["C"]]), "must_not": some(["12", "20", "24"]), "like": some(["10", "22"], 2)}
    stated = {
        "id": f"m{number}",
        "price_year": draw.choice([1402, 1404, 1405]),
        "ticket_billion_rial": sorted(draw.sample(range(1, 20_000), 2)),
        "sectors": sectors,
        "places": {"must": draw.choice([[], ["West Azerbaijan"]]), "like": some(["Urmia county", "خوی", "Mahabad"], 2)},
        "risk_appetite": draw.choice(["low", "medium", "high"]),
        "accept_unknown": draw.choice([True, ["capital_unknown"], []]),
        "allow_proxy": draw.random() < 0.5,
        "jobs_goal": draw.choice([None, 10, 80]),
        "min_jobs": draw.choice([None, None, 2]),
        "limit": draw.choice([None, 1, 5, 40]),
        "weights": draw.choice([None, {"jobs": 2, "feasibility": 1}, {"ticket": 1, "place": 1}]),
    }
    return {name: value for name, value in stated.items() if value not in (None, []) or name == "accept_unknown"}


def both(workspace, ask, folder, numbers):
    """How many lists held a unit; each is compared on the way."""
    offered = stock(workspace.settings, QUESTION, Audience.PUBLIC)
    shelf = Shelf(latest=Watch(workspace.settings, lambda: QUESTION).latest)
    shelf.refresh()
    app, file, filled = create_app(settings=workspace.settings, shelf=shelf), folder / "mandate.yaml", 0
    for number in numbers:
        file.write_text(json.dumps(mandate(number), ensure_ascii=False), encoding="utf-8")
        ours = shortlist_document(offered.offer(Mandate.from_yaml(file)))
        theirs = ask(app, "/v1/shortlists", method="POST", json=mandate(number)).json()
        assert theirs["run_id"] == ours["run_id"], mandate(number)
        assert theirs["counts"] == ours["counts"]
        places = [(place["position"], place["unit"]["unit_id"], place["fit"]) for place in theirs["units"]]
        assert places == [(place["position"], place["unit_id"], place["fit"]) for place in ours["units"]]
        filled += bool(places)
    return filled


def test_file_and_http_give_the_same_lists_also_after_events(workspace, ask, tmp_path):
    assert both(workspace, ask, tmp_path, range(MANDATES // 2)) > MANDATES // 10
    shown = list(workspace.stock.units.index)
    for kind, unit in zip(("restarted", "withdrawn", "liquidated"), shown, strict=False):
        record_outcome(workspace.settings, OutcomeRequest(unit, kind, DAY, "day", DAY), **BY)
    assert both(workspace, ask, tmp_path, range(MANDATES // 2, MANDATES)) > MANDATES // 10
