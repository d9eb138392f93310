"""API2:2023 Broken Authentication: keys are guessed by nobody, told by nothing, and closed at once."""

import statistics
import time
from datetime import UTC, datetime

import pytest

from serving.api.limits import ServiceLimits
from serving.desk.callers import KeyRing


def test_whatever_is_wrong_with_a_key_the_answer_is_the_same(call, working):
    right = working.keys["planner"]
    key_id = right.split("_")[1]
    wrong = (right[:-1] + ("a" if right[-1] != "a" else "b"), f"ehya_{key_id}_x", "ehya_000000000000_x", "x" * 300)
    answers = [call("GET", "/v1/units", headers={"authorization": f"Bearer {key}"}) for key in wrong]
    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}


@pytest.mark.parametrize("place", ["/v1/units?key={}", "/v1/units?access_token={}", "/v1/units?authorization={}"])
def test_a_key_counts_in_its_header_alone(call, working, place):
    assert call("GET", place.format(working.keys["planner"])).status_code == 401


def test_guessing_from_one_place_is_stopped_for_a_while(working, ask):
    app = working.app(limits=ServiceLimits(wrong_keys=5))
    codes = [ask(app, "/v1/units", f"ehya_{number:012d}_x").status_code for number in range(7)]
    assert codes == [401] * 5 + [429] * 2


def test_a_key_that_names_a_real_one_takes_no_longer_to_refuse_than_any_other(working):
    ring = KeyRing(working.settings, clock=lambda: datetime.now(UTC))
    ring.refresh()
    real = f"ehya_{working.keys['planner'].split('_')[1]}_" + "x" * 43
    other = "ehya_000000000000_" + "x" * 43

    def seconds(key):
        taken = []
        for _ in range(400):
            began = time.perf_counter()
            assert ring.caller(key) is None
            taken.append(time.perf_counter() - began)
        return statistics.median(taken)

    assert 0.5 < seconds(real) / seconds(other) < 2


def test_a_key_that_ran_out_opens_nothing_however_the_clock_of_its_bearer_stands(working, ask):
    app = working.app(clock=lambda: datetime(2090, 1, 1, tzinfo=UTC))
    headers = {"date": "Mon, 01 Jan 2001 00:00:00 GMT"}
    assert ask(app, "/v1/units", working.keys["planner"], headers=headers).status_code == 200  # one without an end
    assert all("expires" not in name.lower() for name in ask(app, "/v1/units", working.keys["planner"]).headers)
