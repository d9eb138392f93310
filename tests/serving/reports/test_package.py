"""What is said of terms that no package keeps: a contradiction only where one was found."""

import pytest

from serving.i18n import speech
from serving.reports.package import conflict_lines

CHANCE = {"term": "chance", "kind": "chance", "low": 0.9, "high": None, "units": 2, "at_least": 3, "probability": 0.9}
COUNT = {"term": "count", "kind": "count", "low": 5.0, "high": 5.0, "units": 9}
FOUND = {
    "rules": [COUNT, CHANCE],
    "healed": {},
    "together": [],
    "seconds": None,
    "fewest": True,
    "all_ways": True,
}


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_chance_says_how_many_and_how_likely_and_what_it_could_be(language):
    words = speech(language)
    loosening = {**CHANCE, "amount": 0.1875, "limit": 0.7125}
    lines = conflict_lines({**FOUND, "healed": {"chance": [loosening]}}, words, {})
    assert words.text("package.infeasible") == lines[0]
    assert all(part in lines[2] for part in (words.number(3), words.share(0.9)))
    assert words.share(0.7125, 2) in lines[-1]


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_search_that_time_cut_off_says_so_and_calls_nothing_a_contradiction(language):
    words = speech(language)
    lines = conflict_lines({**FOUND, "seconds": 60, "fewest": False, "all_ways": False}, words, {})
    assert lines[0] == words.text("package.infeasible_open", seconds=60)
    assert lines[-1] == words.text("package.no_way_yet", seconds=60)
    assert words.text("package.nothing_heals") not in lines
    assert words.text("package.infeasible") not in lines


def test_no_way_at_all_is_said_only_where_all_were_tried():
    words = speech("en")
    assert conflict_lines(FOUND, words, {})[-1] == words.text("package.nothing_heals")


def test_a_way_that_two_terms_share_is_said_once():
    words = speech("en")
    pin = {"term": "pinned.a", "kind": "pinned", "unit": "a", "reason": "x", "low": 1.0, "high": None, "units": 1}
    way = {**pin, "amount": 1.0, "limit": 0.0}
    lines = conflict_lines({**FOUND, "healed": {"pinned.a": [way], "pinned.b": [way]}}, words, {})
    assert len(lines) == len(set(lines))
