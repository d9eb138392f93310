"""The lines of docs/service.md, and of the part for investors in README.md, run as they stand."""

import json
import os
import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from serving.cli.app import app
from serving.desk.keys import add_key
from serving.desk.signing import new_secret, signature
from tests.serving.api.parties import BY, at_work, fresh

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "service.md").read_text("utf-8")
INVESTORS = (ROOT / "README.md").read_text("utf-8").partition("## For investors")[2].partition("\n## ")[0]
LINES, OFFICE, MEETINGS, BANK = (
    re.findall(rf"```sh {name}\n(.*?)```", PAGE, re.S)[0].splitlines()
    for name in ("curl", "curl office", "curl meetings", "curl bank")
)
pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def run(lines, address, key, **more):
    given = {**os.environ, "EHYA_SERVICE": address, "EHYA_KEY": key, **more}
    for line in lines:
        done = subprocess.run(line, shell=True, env=given, capture_output=True, text=True, check=False, timeout=30)
        assert done.returncode == 0, (line, done.stderr)
        assert json.loads(done.stdout), line


def test_the_lines_for_investors_run_as_they_stand(shared, listen, tmp_path):
    found = fresh(shared, tmp_path)
    with listen(found.app()) as address:
        run(LINES, address, found.keys["investor"])
    assert len(LINES) == 9


def test_the_lines_for_the_office_run_as_they_stand(shared, first_day, listen, tmp_path):
    found = at_work(fresh(shared, tmp_path), first_day)
    with listen(found.app()) as address:
        run(OFFICE, address, found.keys["planner"], EHYA_UNIT=found.agreed[0])
    assert len(OFFICE) == 9


def test_the_lines_for_meetings_run_as_they_stand(shared, listen, tmp_path):
    found = fresh(shared, tmp_path)
    with listen(found.app()) as address:
        run(LINES[1:2], address, found.keys["investor"])
        run(MEETINGS, address, found.keys["planner"])
    assert len(MEETINGS) == 2


def test_the_lines_for_banks_run_as_they_stand(shared, listen, tmp_path):
    found = fresh(shared, tmp_path)
    bank = found.private.loc[found.agreed[0], "debts"].split("|")[1]
    key = add_key(found.settings, name="seven", role="bank", investor=bank, **BY).key
    with listen(found.app()) as address:
        run(BANK, address, key, EHYA_UNIT=found.agreed[0])
    assert len(BANK) == 4


def test_the_signature_of_a_message_is_checked_as_the_page_says():
    room: dict = {}
    exec(re.findall(r"```python\n(import base64.*?)```", PAGE, re.S)[0], room)
    secret, now, body = new_secret(), int(time.time()), '{"type": "mandate.list_changed"}'
    given = {"webhook-id": "msg_1", "webhook-timestamp": str(now)}
    given["webhook-signature"] = f"v1,another {signature(secret, 'msg_1', now, body)}"
    assert room["is_ours"](secret, given, body.encode())
    assert not room["is_ours"](secret, given, body.encode() + b" ")
    assert not room["is_ours"](secret, given | {"webhook-timestamp": str(now - 400)}, body.encode())


def test_the_part_for_investors_runs_as_it_stands(shared, first_day, address, tmp_path, monkeypatch):
    mandate, lines = (re.search(rf"```{kind}\n(.*?)```", INVESTORS, re.S)[1] for kind in ("yaml", "sh"))
    found = at_work(fresh(shared, tmp_path / "w"), first_day)
    monkeypatch.chdir(tmp_path)
    Path("mandate.yaml").write_text(mandate, encoding="utf-8")
    ran = []
    for line in lines.replace("\\\n", " ").splitlines():
        words = shlex.split(line.replace("UNIT", found.agreed[0]), comments=True)
        if words[0] == "curl":
            done = subprocess.run(
                line.replace("http://127.0.0.1:8600", address), shell=True, capture_output=True, text=True, check=True
            )
            assert json.loads(done.stdout)["mandate"] == "food-1"
        elif words[3] != "serve":  # the service that curl asks is running
            env = {"EHYA_HOME": str(found.settings.home), "EHYA_DATABASE_URL": None}
            told = CliRunner().invoke(app, words[3:], env=env)
            assert told.exit_code == 0, (line, told.output)
        ran.append(words[0])
    assert ran == ["uv", "uv", "uv", "uv", "curl"]
    assert Path("list.pdf").stat().st_size > 5_000
