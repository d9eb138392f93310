"""Ask a service what its description allows and what it forbids, by schemathesis: in all phases, with all checks but
one, for which `experiments.abuse.hooks` has a stricter wording of what can be kept.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from experiments.abuse.place import Place
from serving.disclosure.levels import CallerRole

UNITS = 60


def nonsense(role: CallerRole, minutes: float, *, random_state: int = 0) -> int:
    """Run schemathesis as the bearer of a key; what it finds goes to standard output.

    Parameters
    ----------
    role
        Whose key.
    minutes
        How long; what there is to try at random is tried again until then.
    random_state
        Seed.

    Returns
    -------
    int
        Its exit code: 0 where it found nothing.

    Raises
    ------
    FileNotFoundError
        Where schemathesis is not installed: it belongs to those who work on Ehya.
    """
    command = shutil.which("schemathesis", path=str(Path(sys.executable).parent)) or shutil.which("schemathesis")
    if command is None:
        raise FileNotFoundError("schemathesis")
    with tempfile.TemporaryDirectory() as folder:
        place = Place.make(Path(folder), units=UNITS, random_state=random_state, package=True)
        key = place.key(role, "asker")
        place.key(role, "another")
        with place.served() as served:
            served.ask("GET", "/openapi.json")  # made once: the first who asks waits longest
            words = [
                command, "run", f"http://127.0.0.1:{served.port}/openapi.json",
                "--header", f"Authorization: Bearer {key}",
                "--checks", "all",
                "--exclude-checks", "positive_data_acceptance",  # `experiments.abuse.hooks` has another
                "--max-response-time", "120",  # a booklet is set while others ask
                "--generation-allow-x00", "false",  # a null character is refused everywhere, whatever its place
                "--phases", "examples,coverage,fuzzing,stateful",
                "--mode", "all",
                "--max-time", str(round(minutes * 60)),
                "--seed", str(random_state),
                "--continue-on-failure",
                "--request-timeout", "60",
                "--suppress-health-check", "all",
                "--generation-database", "none",
                "--no-color",
            ]  # fmt: skip
            root = str(Path(__file__).parents[2])
            told = {**os.environ, "SCHEMATHESIS_HOOKS": "experiments.abuse.hooks", "PYTHONPATH": root}
            return subprocess.run(words, check=False, cwd=folder, env=told).returncode
