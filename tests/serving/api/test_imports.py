"""A register that is sent is taken at once and read afterwards, once; what was refused is told in both languages."""

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime

import pytest

from engine.errors import EhyaError, ErrorCode
from engine.store import JobState, Register
from engine.store.jobs import LEASE
from serving.api.background import reader
from serving.api.imports import said_in_all_languages
from serving.api.limits import ServiceLimits
from serving.desk.incoming import read_next
from serving.desk.working import MOST_ATTEMPTS
from tests.serving.conftest import calling

GOOD = b"Unit name,County,Jobs now\nA new one,Khoy,12\nAnother,Khoy,-3\n"
CSV = {"content-type": "text/csv"}
PATH = "/v1/imports?name=list.csv&as_of=2026-01-01"


@pytest.fixture
def office(own_copy, ask):
    app = own_copy.app()

    def asked(path=PATH, key="planner", method="POST", headers=None, **more):
        return ask(app, path, own_copy.keys[key], method=method, headers={**CSV, **(headers or {})}, **more)

    return asked


def test_a_register_is_sent_read_and_stored_by_the_running_service(own_copy, listen):
    given = {"authorization": f"Bearer {own_copy.keys['planner']}"}
    with listen(own_copy.app()) as address, calling(address, headers=given) as client:
        sent = client.post(PATH, content=GOOD, headers=CSV)
        assert (sent.status_code, sent.json()["state"]) == (202, "waiting")
        for _ in range(300):
            found = client.get(sent.headers["location"]).json()
            if found["state"] == "done":
                break
            time.sleep(0.05)
    assert found["result"]["new"] == 2
    assert [(cell["row"], cell["code"]) for cell in found["result"]["rejected_cells"]] == [(3, "out_of_range")]
    with Register.open(own_copy.settings.database_url) as register:
        assert {"A new one", "Another"} <= set(register.units()["name"])
        assert register.audit()["act"].tolist()[0] == "import_asked"


def test_what_is_sent_twice_under_one_key_is_read_once(office, own_copy):
    again = {"content": GOOD, "headers": {"idempotency-key": "once"}}
    first, second = office(**again), office(**again)
    assert first.headers["location"] == second.headers["location"]
    assert second.headers["idempotent-replayed"] == "true"
    work = reader(own_copy.settings)
    assert [work(), work()] == [True, False]
    assert len(office("/v1/imports", method="GET").json()["imports"]) == 1
    assert office(content=GOOD + b"\n", headers={"idempotency-key": "once"}).status_code == 409


def test_no_register_bears_the_name_of_what_people_write_in_the_browser(office):
    refused = office(f"{PATH}&source=desk:sara", content=GOOD)
    assert (refused.status_code, refused.json()["code"]) == (422, "source_reserved")
    assert office("/v1/imports", method="GET").json()["imports"] == []


def test_a_rehearsal_stores_nothing_and_says_what_would_change(office, own_copy):
    place = office(PATH + "&dry_run=true", content=GOOD).headers["location"]
    reader(own_copy.settings)()
    result = office(place, method="GET").json()["result"]
    assert (result["dry_run"], result["new"]) == (True, 2)
    with Register.open(own_copy.settings.database_url) as register:
        assert "A new one" not in set(register.units()["name"])


def test_refusals_are_told_in_the_language_of_whoever_asks(office, own_copy):
    place = office(content=GOOD).headers["location"]
    reader(own_copy.settings)()
    told = [office(f"{place}?lang={lang}", method="GET").json()["result"]["rejected_cells"][0] for lang in ("fa", "en")]
    assert told[0]["given"] == told[1]["given"]
    assert told[0]["message"] != told[1]["message"]
    assert not told[0]["message"].isascii()


def test_a_remark_is_told_in_words_and_not_in_codes(office, own_copy):
    content = b"Unit name,County,Status,Jobs now\nOdd one,Khoy,idle,90\n"
    place = office(content=content).headers["location"]
    reader(own_copy.settings)()
    for lang in ("fa", "en"):
        remark = office(f"{place}?lang={lang}", method="GET").json()["result"]["notes"][0]["message"]
        assert "90" in remark or "۹۰" in remark
        assert "_" not in remark


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"nothing,that,is\nknown,to,anybody\n", "header_not_understood"),
        (b"PK\x03\x04broken", "file_unreadable"),
        (b"\xff\xfe\x00\x01" * 50, None),
    ],
)
def test_a_file_that_is_no_register_is_refused_with_the_reason(office, own_copy, content, code):
    name = "list.xlsx" if content.startswith(b"PK") else "list.csv"
    place = office(f"/v1/imports?name={name}", content=content).headers["location"]
    assert reader(own_copy.settings)()
    found = office(place, method="GET").json()
    assert (found["state"], found["result"]) == ("refused", None)
    assert found["problem"]["code"] == code or code is None
    assert found["problem"]["code"] != "failed"


def test_what_cannot_be_a_register_is_refused_at_the_door(office, own_copy, ask):
    assert office("/v1/imports?name=list.pdf", content=GOOD).json()["code"] == "unknown_option"
    assert office(content=b"").json()["code"] == "file_unreadable"
    assert office(content=b"{}", headers={"content-type": "application/json"}).status_code == 415
    assert office("/v1/imports", content=GOOD).json()["code"] == "parameter_refused"
    small = own_copy.app(limits=ServiceLimits(file_bytes=10))
    answer = ask(small, PATH, own_copy.keys["planner"], method="POST", headers=CSV, content=GOOD)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert office("/v1/imports/nothing", method="GET").status_code == 404


def test_a_name_that_leads_out_of_its_folder_leads_nowhere(office, own_copy):
    place = office("/v1/imports?name=../../../tmp/x.csv", content=GOOD).headers["location"]
    reader(own_copy.settings)()
    assert office(place, method="GET").json()["state"] == "done"


def test_what_a_dead_worker_left_is_read_by_another_and_stored_once(office, own_copy):
    place = office(content=GOOD).headers["location"]
    with Register.open(own_copy.settings.database_url) as register:
        job_id = place.rpartition("/")[2]
        taken = register.jobs.get(job_id).made_at.replace(year=2020)
        assert register.jobs.take("dead", now=taken)[0].state is JobState.READING
    work = reader(own_copy.settings)
    assert [work(), work()] == [True, False]
    assert office(place, method="GET").json()["state"] == "done"


def test_a_file_that_ends_its_worker_each_time_is_given_up_and_says_so_in_both_languages(office, own_copy):
    place = office(content=GOOD).headers["location"]
    moment = datetime.now(UTC)
    with Register.open(own_copy.settings.database_url) as register:
        for number in range(MOST_ATTEMPTS):
            moment += 2 * LEASE
            assert register.jobs.take(f"dead-{number}", now=moment)
    moment += 2 * LEASE
    assert read_next(own_copy.settings, said_in_all_languages, worker="last", clock=lambda: moment)
    found = {lang: office(f"{place}?lang={lang}", method="GET").json() for lang in ("en", "fa")}
    assert {one["state"] for one in found.values()} == {"refused"}
    assert found["en"]["problem"]["code"] == "job_given_up"
    assert "5 times" in found["en"]["problem"]["message"]
    assert not found["fa"]["problem"]["message"].isascii()


def test_a_database_that_fails_loses_no_file_and_another_begins_anew(office, own_copy):
    place = office(content=GOOD).headers["location"]
    database = own_copy.settings.database_url.removeprefix("sqlite:///")

    def run(line):
        with closing(sqlite3.connect(database)) as connection:
            connection.execute(line)
            connection.commit()

    run("CREATE TRIGGER full BEFORE INSERT ON imports BEGIN SELECT RAISE(ABORT, 'no room'); END")
    with pytest.raises(EhyaError) as caught:
        reader(own_copy.settings)()
    assert caught.value.code is ErrorCode.DATABASE_FAILED
    assert office(place, method="GET").json()["state"] == "storing"
    run("DROP TRIGGER full")
    assert not reader(own_copy.settings)()  # it is the first one's still
    later = datetime.now(UTC) + 2 * LEASE
    assert read_next(own_copy.settings, said_in_all_languages, worker="another", clock=lambda: later)
    assert office(place, method="GET").json()["state"] == "done"


@pytest.mark.parametrize("role", ["investor", "rival", "bank", "service", "admin", "data_scientist"])
def test_nobody_else_sends_or_reads_registers(office, role):
    assert office(key=role, content=GOOD).json()["code"] == "role_refused"
    assert office("/v1/imports", key=role, method="GET").json()["code"] == "role_refused"
