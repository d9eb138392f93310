"""What cannot be a mandate, or is fulfilled by nothing: the same clear answer over HTTP and at the terminal."""

import json

import pytest
from typer.testing import CliRunner

from serving.cli.app import app as terminal

MANDATE = {"id": "any", "price_year": 1404, "risk_appetite": "high", "accept_unknown": True}
REFUSED = {
    "a sector wanted and refused": ({"sectors": {"must": ["10"], "must_not": ["10"]}}, "mandate_contradiction"),
    "a branch of what is refused": ({"sectors": {"must": ["1030"], "must_not": ["10"]}}, "mandate_contradiction"),
    "a county of a province refused": (
        {"places": {"must": ["Urmia"], "must_not": ["West Azerbaijan"]}}, "mandate_contradiction",
    ),
    "a ticket from much to little": ({"ticket_billion_rial": [400, 20]}, "mandate_contradiction"),
    "a place that nobody knows": ({"places": {"like": ["Atlantis"]}}, "place_unknown"),
    "dollars without a rate": ({"ticket_million_usd": [1, 20]}, "mandate_key_missing"),
    "a currency that is none": ({"currency": "XXX"}, "mandate_value_refused"),
    "weights that overflow": ({"weights": {"sector": 1e308, "feasibility": 1e308}}, "mandate_value_refused"),
    "weights of nothing": ({"weights": {"sector": 0, "feasibility": 0}}, "mandate_value_refused"),
    "a weight below nothing": ({"weights": {"sector": -1}}, "mandate_value_refused"),
    "a chance of failure above one": ({"max_failure_probability": 1.5}, "mandate_value_refused"),
    "a list of no places": ({"limit": 0}, "mandate_value_refused"),
    "a name of 300 letters": ({"id": "ن" * 300}, "text_too_long"),
    "a key that there is not": ({"sektors": 1}, "mandate_key_unknown"),
}  # fmt: skip
FOREIGN = ("Input should", "value is not", "FitPart", "Traceback", "{'")


@pytest.fixture
def match(working, tmp_path):
    def matched(change, *more, code=0, lang="en"):
        (tmp_path / "m.yaml").write_text(json.dumps(MANDATE | change), encoding="utf-8")
        env = {"EHYA_HOME": str(working.settings.home), "EHYA_DATABASE_URL": None, "COLUMNS": "4000"}
        words = ("match", "--mandate", str(tmp_path / "m.yaml"), "--lang", lang, *more)
        done = CliRunner().invoke(terminal, words, env=env)
        assert done.exit_code == code, done.output
        return done.output

    return matched


@pytest.mark.parametrize("lang", ["en", "fa"])
@pytest.mark.parametrize("case", REFUSED)
def test_a_mandate_that_cannot_be_is_refused_in_one_sentence_by_both_doors(working, ask, match, case, lang):
    change, code = REFUSED[case]
    refused = ask(working.app(), f"/v1/shortlists?lang={lang}", working.keys["investor"], "POST", json=MANDATE | change)
    assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
    detail = refused.json()["detail"]
    assert not any(word in detail for word in FOREIGN), detail
    assert " ".join(detail.split()) in " ".join(match(change, code=2, lang=lang).split())


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        ({"sectors": {"must": ["33"]}}, "sector_not_wanted"),
        ({"max_failure_probability": 0.0}, "failure_too_likely"),
        ({"min_jobs": 1e9, "accept_unknown": False}, "jobs_too_few"),
    ],
)
def test_a_mandate_that_nothing_fulfils_names_the_limit_and_its_nearest_loosening(working, ask, match, change, limit):
    path, key = "/v1/shortlists?explain=true", working.keys["investor"]
    answer = ask(working.app(), path, key, "POST", json=MANDATE | change).json()
    assert (answer["units"], answer["counts"]["feasible"]) == ([], 0)
    opening = answer["opening"]
    assert (opening["code"], opening["units"] > 0) == (limit, True), answer["unfulfilled"]
    there = json.loads(match(change, "--json"))
    assert (there["units"], there["opening"]["code"]) == ([], limit)


@pytest.mark.parametrize("change", [{"jobs_goal": 1e308}, {"min_power_kw": 1e308}, {"ticket_rial": [1, 2]}])
def test_wishes_beyond_all_measure_end_in_a_list_and_no_failure(working, ask, change):
    answer = ask(working.app(), "/v1/shortlists", working.keys["investor"], "POST", json=MANDATE | change)
    assert answer.status_code == 200
    assert all(0 <= one["fit"] <= 1 for one in answer.json()["units"])
