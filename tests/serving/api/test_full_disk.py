"""A full disk says so over HTTP and loses nothing: neither what was acknowledged, nor a register that waits."""

import os
import subprocess
from contextlib import contextmanager

import pytest

from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from serving.api.background import reader
from tests.serving.api.parties import at_work, fresh

MANDATE = {"risk_appetite": "high", "accept_unknown": True}
CSV = "Unit name,County,Jobs now\n" + "".join(f"Plant {number},Khoy,12\n" for number in range(500))


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own for the workspace."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    if os.name != "posix" or os.geteuid() or subprocess.run(mounted, capture_output=True, check=False).returncode:
        pytest.skip("only who may mount disks can fill one")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@contextmanager
def filled(place):
    """Nothing is left on a disk while a block runs."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 512):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    yield
    filler.unlink()


def test_a_full_disk_says_so_and_loses_nothing(shared, first_day, small_disk, ask):
    found = at_work(fresh(shared, small_disk), first_day)
    app, url = found.app(), found.settings.database_url

    def save(name, key="investor", **headers):
        stated = {**MANDATE, "id": name}
        return ask(app, "/v1/mandates", found.keys[key], method="POST", json=stated, headers=headers)

    def send(name, **headers):
        path = f"/v1/imports?name={name}&as_of=2026-01-01"
        given = {"content-type": "text/csv", "idempotency-key": name} | headers
        return ask(app, path, found.keys["planner"], method="POST", content=CSV, headers=given)

    waiting = send("waits.csv")
    assert (save("before").status_code, waiting.status_code) == (200, 202)
    with filled(small_disk):
        acknowledged, refused = [], []
        for number in range(40):  # the log of the database may have room of its own for some
            answer = save(f"m{number}", **{"idempotency-key": f"k{number}"})
            (acknowledged if answer.status_code == 200 else refused).append((number, answer))
        assert refused
        assert {(answer.status_code, answer.json()["code"]) for _, answer in refused} == {(503, "disk_full")}
        assert "room" in refused[0][1].json()["detail"]
        assert send("late.csv").json()["code"] == "disk_full"
        with pytest.raises(EhyaError) as caught:
            reader(found.settings)()
        assert caught.value.code is ErrorCode.DISK_FULL
        assert ask(app, "/v1/rankings?top=3", found.keys["investor"]).status_code == 200  # from memory
    with Register.open(url) as register:
        assert {one.name for one in register.mandates("fund")} == {"before", *(f"m{n}" for n, _ in acknowledged)}
        assert register.check() == ()
        assert register.audit.verify().sound
        assert [job.request["name"] for job in register.jobs()] == ["waits.csv"]
    number = refused[0][0]
    assert save(f"m{number}", **{"idempotency-key": f"k{number}"}).status_code == 200
    assert send("late.csv").status_code == 202
    work = reader(found.settings)
    while work():
        pass
    place = waiting.headers["location"]
    assert ask(app, place, found.keys["planner"]).json()["result"]["new"] == 500
