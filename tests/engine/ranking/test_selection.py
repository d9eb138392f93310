"""Filters of a ranking."""

import pytest
from ranking_cases import appraised

from engine.errors import EhyaError, ErrorCode
from engine.ranking import select

ROWS = [
    {
        "province": "West Azerbaijan",
        "county": "Urmia",
        "estate": "شهرک صنعتي اروميه ۳",
        "isic": "1030",
        "status": "idle",
        "triage": "offer",
        "origin": "register",
        "jobs_if_revived_point": 30.0,
        "feasibility_point": 0.3,
        "capital_needed_rial": 10,
    },
    {
        "province": "West Azerbaijan",
        "county": "Khoy",
        "isic": "2395",
        "status": "semi_active",
        "triage": "fix_first",
        "origin": "reported",
        "jobs_if_revived_point": 5.0,
        "feasibility_point": 0.1,
        "capital_needed_rial": 100,
    },
    {"province": "Fars", "county": "Shiraz"},
]


@pytest.mark.parametrize(
    ("wishes", "kept"),
    [
        ({}, ["u0", "u1", "u2"]),
        ({"province": "آذربایجان غربی"}, ["u0", "u1"]),
        ({"province": ["Fars", "West Azerbaijan province"]}, ["u0", "u1", "u2"]),
        ({"county": "ارومیه"}, ["u0"]),
        ({"county": ["West Azerbaijan/Khoy", "Shiraz"]}, ["u1", "u2"]),
        ({"county": []}, ["u0", "u1", "u2"]),
        ({"estate": "شهرک صنعتی ارومیه"}, ["u0"]),
        ({"sector": "10"}, ["u0"]),
        ({"sector": "C"}, ["u0", "u1"]),
        ({"status": ["idle", "semi_active"]}, ["u0", "u1"]),
        ({"triage": "fix_first"}, ["u1"]),
        ({"origin": "reported"}, ["u1"]),
        ({"min_jobs": 5}, ["u0", "u1"]),
        ({"min_feasibility": 0.2}, ["u0"]),
        ({"max_capital_rial": 50}, ["u0"]),
        ({"province": "West Azerbaijan", "triage": "offer", "min_jobs": 1}, ["u0"]),
    ],
)
def test_only_the_units_that_meet_all_wishes_are_kept(wishes, kept):
    assert select(appraised(ROWS), **wishes).index.tolist() == kept


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"status": "asleep"}, ErrorCode.UNKNOWN_OPTION),
        ({"triage": "best"}, ErrorCode.UNKNOWN_OPTION),
        ({"county": "Atlantis"}, ErrorCode.PLACE_UNKNOWN),
        ({"province": "Atlantis"}, ErrorCode.PLACE_UNKNOWN),
        ({"sector": "9999"}, ErrorCode.SECTOR_UNKNOWN),
    ],
)
def test_a_wish_that_cannot_be_understood_is_refused(wishes, code):
    with pytest.raises(EhyaError) as error:
        select(appraised(ROWS), **wishes)
    assert error.value.code is code


@pytest.mark.parametrize("wish", ["province", "county"])
@pytest.mark.parametrize("given", ["Atlantis", "آتلانتیس", "خوييي"])
def test_a_place_that_is_none_is_repeated_as_it_was_given(wish, given):
    with pytest.raises(EhyaError) as caught:
        select(appraised(ROWS), **{wish: given})
    assert (caught.value.code, caught.value.facts["given"]) == (ErrorCode.PLACE_UNKNOWN, given)
