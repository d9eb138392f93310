"""Stable meetings: published instances, and the law that no pair would rather meet."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.matching.meetings import stable_meetings


def seen_by(met) -> dict[str, set[str]]:
    """Receiver -> askers."""
    return {one: {asker for asker, ones in met.items() if one in ones} for ones in met.values() for one in ones}


def test_the_residents_of_the_published_match_come_to_the_printed_hospitals():
    """Wilde, Knight, Gillard, Matching, JOSS 5(48) 2169 (2020): README, issue 67, and one who loses all."""
    residents = {"A": "C", "S": "CM", "D": "CMG", "J": "CGM", "L": "MCG"}
    hospitals = {"M": "DLSJ", "C": "DASLJ", "G": "DJL"}
    met = stable_meetings(residents, hospitals, places=2)
    assert seen_by(met) == {"M": {"L", "S"}, "C": {"D", "A"}, "G": {"J"}}
    groups = {"1": ["property", "privacy"], "2": ["privacy", "fairness"], "3": ["privacy", "media"]}
    topics = {"fairness": "2", "property": "1", "privacy": "321", "media": "3"}
    met = stable_meetings(groups, topics, places=dict.fromkeys(topics, 2))
    assert seen_by(met) == {"property": {"1"}, "privacy": {"2", "3"}}
    assert stable_meetings({"A": "X", "B": "XY"}, {"X": "BA", "Y": "B"}) == {"A": (), "B": ("X",)}


def test_the_published_marriages_are_the_printed_ones():
    """The same library, tests of stable marriage: Pride and Prejudice, and its README."""
    suitors = {
        "Bingley": ["Jane", "Elizabeth", "Lydia", "Charlotte"],
        "Collins": ["Jane", "Elizabeth", "Lydia", "Charlotte"],
        "Darcy": ["Elizabeth", "Jane", "Charlotte", "Lydia"],
        "Wickham": ["Lydia", "Jane", "Elizabeth", "Charlotte"],
    }
    reviewers = {
        "Charlotte": ["Bingley", "Darcy", "Collins", "Wickham"],
        "Elizabeth": ["Wickham", "Darcy", "Bingley", "Collins"],
        "Jane": ["Bingley", "Wickham", "Darcy", "Collins"],
        "Lydia": ["Bingley", "Wickham", "Darcy", "Collins"],
    }
    met = stable_meetings(suitors, reviewers)
    assert met == {"Bingley": ("Jane",), "Collins": ("Charlotte",), "Darcy": ("Elizabeth",), "Wickham": ("Lydia",)}
    met = stable_meetings({"A": "DEF", "B": "DFE", "C": "FDE"}, {"D": "BCA", "E": "ACB", "F": "CBA"})
    assert met == {"A": ("E",), "B": ("D",), "C": ("F",)}


@st.composite
def two_sides(draw):
    askers, receivers = "abcde"[: draw(st.integers(1, 5))], "VWXYZ"[: draw(st.integers(1, 5))]
    wishes = {one: draw(st.lists(st.sampled_from(receivers), unique=True)) for one in askers}
    answers = {one: draw(st.lists(st.sampled_from(askers), unique=True)) for one in receivers}
    meetings = {one: draw(st.integers(0, 3)) for one in askers}
    places = {one: draw(st.integers(0, 3)) for one in receivers}
    return wishes, answers, places, meetings


@settings(max_examples=150, deadline=None)
@given(two_sides())
def test_nobody_meets_more_than_there_are_places_and_no_pair_would_rather_meet(sides):
    wishes, answers, places, meetings = sides
    met = stable_meetings(wishes, answers, places=places, meetings=meetings)
    seen = {one: set() for one in answers} | seen_by(met)
    assert all(len(ones) <= meetings[asker] for asker, ones in met.items())
    assert all(len(askers) <= places[one] for one, askers in seen.items())
    for asker, liked in wishes.items():
        for one in liked:
            if asker not in answers[one] or one in met[asker]:
                continue
            would = len(met[asker]) < meetings[asker] or any(liked.index(one) < liked.index(x) for x in met[asker])
            order = answers[one]
            sees = len(seen[one]) < places[one] or any(order.index(asker) < order.index(x) for x in seen[one])
            assert not (would and sees)


def test_a_name_that_stands_twice_and_a_number_below_nil_are_refused():
    with pytest.raises(ValueError, match="twice"):
        stable_meetings({"a": "XX"}, {"X": "a"})
    with pytest.raises(ValueError, match="at least 0"):
        stable_meetings({"a": "X"}, {"X": "a"}, places={"X": -1})
