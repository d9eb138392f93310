"""The lines of docs/service.md run as they stand."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.serving.api.parties import fresh

PAGE = (Path(__file__).parents[3] / "docs" / "service.md").read_text("utf-8")
LINES = re.findall(r"```sh curl\n(.*?)```", PAGE, re.S)[0].splitlines()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_lines_for_investors_run_as_they_stand(shared, listen, tmp_path):
    found = fresh(shared, tmp_path)
    with listen(found.app()) as address:
        given = {**os.environ, "EHYA_SERVICE": address, "EHYA_KEY": found.keys["investor"]}
        for line in LINES:
            done = subprocess.run(line, shell=True, env=given, capture_output=True, text=True, check=False, timeout=30)
            assert done.returncode == 0, (line, done.stderr)
            assert json.loads(done.stdout), line
    assert len(LINES) == 7
