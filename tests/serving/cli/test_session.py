"""What goes to standard error while a command runs."""

import json
import subprocess
import sys

SAYS = """
import logging
from serving.cli.session import write_log
write_log(1)
logging.getLogger("ehya.requests").info('{"status": 200}')
logging.getLogger("ehya.other").info("for people")
"""


def test_a_line_about_a_request_is_json_and_any_other_is_for_people():
    told = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=True).stderr
    request, other = told.splitlines()
    assert json.loads(request) == {"status": 200}
    assert "for people" in other
    assert "ehya.other" in other
