"""A job is taken by one worker, done once, and together with what it wrote; its file does not outlast it."""

from datetime import datetime, timedelta

import pytest

from engine.errors import EhyaError, ErrorCode
from engine.store import JobState, Register
from engine.store.jobs import LEASE

NOON = datetime(2026, 11, 30, 12)
BY = {"made_at": NOON, "actor": "key:1"}


def refused(code, act, *given, **more):
    with pytest.raises(EhyaError) as caught:
        act(*given, **more)
    assert caught.value.code is code


def test_jobs_are_taken_in_their_order_each_by_one_worker(register):
    for name in ("one", "two"):
        register.jobs.add(name, {"name": name}, b"file of " + name.encode(), **BY)
    assert register.jobs.wait(now=NOON)
    first, second = register.jobs.take("a", now=NOON), register.jobs.take("b", now=NOON)
    assert (first[0].job_id, first[1]) == ("one", b"file of one")
    assert (second[0].job_id, second[0].state) == ("two", JobState.READING)
    assert register.jobs.take("c", now=NOON) is None
    assert not register.jobs.wait(now=NOON)
    assert [one.job_id for one in register.jobs()] == ["two", "one"]


def test_what_a_worker_left_is_taken_by_another_and_the_first_can_do_it_no_more(register):
    register.jobs.add("one", {}, b"file", **BY)
    register.jobs.take("a", now=NOON)
    later = NOON + LEASE + timedelta(seconds=1)
    assert register.jobs.take("b", now=later)[1] == b"file"
    refused(ErrorCode.JOB_TAKEN, register.jobs.move, "one", "a", JobState.DONE, {}, now=later)
    register.jobs.move("one", "b", JobState.STORING, {"rows_read": 3}, now=later)
    assert register.jobs.take("c", now=later + LEASE / 2) is None
    register.jobs.move("one", "b", JobState.DONE, {"new": 3}, now=later)
    refused(ErrorCode.JOB_TAKEN, register.jobs.move, "one", "b", JobState.DONE, {}, now=later)
    assert register.jobs.get("one").result == {"new": 3}
    assert not register.jobs.wait(now=later + 2 * LEASE)


def test_a_worker_that_renews_keeps_its_job_and_each_beginning_is_counted(register):
    register.jobs.add("one", {}, b"file", **BY)
    assert register.jobs.take("a", now=NOON)[0].attempts == 1
    later = NOON + LEASE
    assert register.jobs.renew("one", "a", now=later)
    assert register.jobs.take("b", now=later + LEASE / 2) is None
    assert register.jobs.take("b", now=later + 2 * LEASE)[0].attempts == 2
    assert not register.jobs.renew("one", "a", now=later)
    register.jobs.excuse("one", "b")
    assert register.jobs.get("one").attempts == 1


def test_a_page_of_jobs_is_read_and_no_more(register):
    for number in range(5):
        register.jobs.add(str(number), {}, b"file", **BY)
    assert [one.job_id for one in register.jobs(after=1, limit=2)] == ["3", "2"]


def test_a_job_is_done_together_with_what_it_wrote_or_not_at_all(url, given):
    with Register.open(url) as register:
        register.jobs.add("one", {}, b"file", **BY)
        register.jobs.take("a", now=NOON)
        with pytest.raises(ZeroDivisionError):
            _do_half(register, given({"identity": "business:1", "jobs_now": 3}))
    with Register.open(url) as register:
        assert register.units().empty
        assert register.jobs.get("one").state is JobState.READING


def _do_half(register, intake):
    with register.together():
        register.imports.commit(intake, imported_at=NOON)
        register.jobs.move("one", "a", JobState.DONE, {}, now=NOON)
        raise ZeroDivisionError


def test_nobody_finds_a_job_that_there_is_not(register):
    refused(ErrorCode.JOB_UNKNOWN, register.jobs.get, "one")
