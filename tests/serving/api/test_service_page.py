"""The lines of docs/service.md run as they stand."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.serving.api.parties import at_work, fresh

PAGE = (Path(__file__).parents[3] / "docs" / "service.md").read_text("utf-8")
LINES, OFFICE = (re.findall(rf"```sh {name}\n(.*?)```", PAGE, re.S)[0].splitlines() for name in ("curl", "curl office"))
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
    assert len(LINES) == 7


def test_the_lines_for_the_office_run_as_they_stand(shared, first_day, listen, tmp_path):
    found = at_work(fresh(shared, tmp_path), first_day)
    with listen(found.app()) as address:
        run(OFFICE, address, found.keys["planner"], EHYA_UNIT=found.agreed[0])
    assert len(OFFICE) == 9
