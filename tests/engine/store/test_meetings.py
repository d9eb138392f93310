"""Plans of meetings are kept version by version; of two who plan anew at once none is lost."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import insert, text

from engine.errors import EhyaError, ErrorCode
from engine.store import JobKind, Register, StoreProblem, schema
from engine.store.backup import back_up, restore
from engine.store.canonical import canonical

NOON = datetime(2026, 11, 30, 12)
BY = {"made_at": NOON, "actor": "key:1"}
MET = [
    {"guest": "fund", "host": "U1", "slot": 0, "table": 1, "third": -1},
    {"guest": "rival", "host": "U2", "slot": 0, "table": 2, "third": -1},
]


def keep(register, event="INVA", over=None, meetings=MET, **more):
    return register.meetings.add({"meetings": meetings, **more}, event=event, over=over, **BY)


def refused(code, act, *given, **more):
    with pytest.raises(EhyaError) as caught:
        act(*given, **more)
    assert caught.value.code is code
    return caught.value.facts


def test_versions_of_an_event_count_up_and_each_names_the_one_it_replaces(register):
    first, second, other = keep(register, a=1), keep(register, over=1, a=2), keep(register, event="autumn")
    assert [(one.key, one.replaces) for one in (first, second, other)] == [
        ("INVA@1", None), ("INVA@2", 1), ("autumn@1", None)
    ]  # fmt: skip
    assert register.meetings.get("INVA").document["a"] == 2
    assert register.meetings.get("INVA", 1).document == {"meetings": MET, "a": 1}
    assert first.digest != second.digest
    assert [one.key for one in register.meetings.newest()] == ["autumn@1", "INVA@2"]
    assert [one.version for one in register.meetings.versions("INVA")] == [1, 2]
    assert register.meetings()["version"].tolist() == [1, 2, 1]


def test_who_read_an_older_version_is_refused_and_told_which_one_stands(register):
    keep(register)
    keep(register, over=1)
    assert refused(ErrorCode.MEETINGS_CHANGED, keep, register, over=1) == {"given": 1, "allowed": 2}
    assert refused(ErrorCode.MEETINGS_EXIST, keep, register) == {"given": "INVA", "version": 2}
    assert refused(ErrorCode.MEETINGS_UNKNOWN, keep, register, event="nova", over=1)["allowed"] == ["INVA"]
    assert refused(ErrorCode.MEETINGS_UNKNOWN, register.meetings.get, "INVA", 7)["given"] == "INVA@7"
    assert register.meetings.get("INVA").version == 2


def test_of_planners_at_once_one_is_first_and_the_others_learn_of_it(url, register):
    keep(register)

    def again(number):
        with Register.open(url) as own:
            try:
                return keep(own, over=1, number=number).version
            except EhyaError as error:
                return error.code

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(again, range(4)))
    assert sorted(said, key=str) == sorted([2, *[ErrorCode.MEETINGS_CHANGED] * 3], key=str)


def test_the_audit_says_who_planned_and_who_planned_anew(register):
    keep(register)
    keep(register, over=1)
    lines = register.audit()
    assert lines[["act", "actor", "subject"]].values.tolist() == [
        ["meetings_planned_again", "key:1", "INVA"], ["meetings_planned", "key:1", "INVA"]
    ]  # fmt: skip
    assert register.audit.verify().sound


def test_a_plan_moves_no_appraisal_and_is_never_changed(register):
    before = register.revision()
    keep(register)
    assert register.revision() == before
    for statement in ("UPDATE meeting_plans SET actor = 'x'", "DELETE FROM meeting_plans"):
        with pytest.raises(EhyaError), register._session.write() as connection:
            connection.execute(text(statement))
    assert register.meetings.get("INVA").actor == "key:1"


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ({"meetings": [MET[0], MET[0] | {"host": "U2", "table": 2}]}, {}),  # a guest in two places
        ({"meetings": [MET[0], MET[1] | {"host": "U1"}]}, {}),  # a unit
        ({"meetings": [MET[0], MET[1] | {"table": 1}]}, {}),  # a table
        ({"meetings": MET}, {"digest": "0" * 64}),
        ({"meetings": MET}, {"version": 3}),
        ({}, {}),
    ],
)
def test_what_another_program_put_there_is_found_by_the_check(register, document, line):
    keep(register, event="sound")
    assert register.check() == ()
    whole = keep(register, document=document)
    found = canonical(document)
    digest = hashlib.sha256(found.encode()).hexdigest()
    row = {"event": "odd", "version": 1, "document": found, "digest": digest, "made_at": NOON, "actor": "x", **line}
    with register._session.write() as connection:
        connection.execute(insert(schema.meeting_plans), [row])
    (problem,) = register.check()
    assert problem.code is StoreProblem.MEETINGS_UNSOUND
    assert problem.facts == {"given": [f"odd@{row['version']}"], "count": 1}
    assert whole.version == 1


def test_a_backup_holds_the_plans(sqlite_url, tmp_path):
    with Register.open(sqlite_url) as register:
        keep(register)
        keep(register, over=1, again=True)
    manifest = back_up(sqlite_url, tmp_path / "copy.zip", made_at=NOON)
    assert manifest.counts["meeting_plans"] == 2
    with Register.open(sqlite_url) as register:
        keep(register, over=2)
    restore(tmp_path / "copy.zip", sqlite_url, made_at=NOON, home=tmp_path)
    with Register.open(sqlite_url) as register:
        assert register.meetings.get("INVA").document == {"meetings": MET, "again": True}


def test_jobs_of_one_kind_are_not_met_by_those_who_do_another(register):
    register.jobs.add("plan", {"event": "INVA"}, b"", **BY, kind=JobKind.MEETINGS)
    register.jobs.add("file", {"name": "x"}, b"x", **BY)
    assert [one.job_id for one in register.jobs()] == ["file"]
    assert [one.job_id for one in register.jobs(kind=JobKind.MEETINGS)] == ["plan"]
    refused(ErrorCode.JOB_UNKNOWN, register.jobs.get, "plan")
    assert register.jobs.take("a", now=NOON)[0].job_id == "file"
    assert not register.jobs.wait(now=NOON)
    assert register.jobs.take("b", now=NOON, kind=JobKind.MEETINGS)[0].kind is JobKind.MEETINGS
