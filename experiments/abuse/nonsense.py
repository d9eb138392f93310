"""Ask a service what its description allows and what it forbids, by schemathesis: in all phases, with all checks but
one, for which `experiments.abuse.hooks` has a stricter wording of what can be kept.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from engine.store import Register
from experiments.abuse.place import PACKAGE, Served, ServedPlace
from serving.disclosure.levels import CallerRole

UNITS = 60
KNOWN = "EHYA_ABUSE_KNOWN"
"""Environment variable that holds, as JSON, ids of what there is, by the names of the description."""
_MANDATE = {"risk_appetite": "high", "accept_unknown": True}
_CONFIG = """
[checks.missing_required_header]
expected-statuses = [400, 401, 403, 406, 415, 422, 428]  # 428 is what RFC 6585 answers where If-Match is missing
"""


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
        place = ServedPlace.make(Path(folder), units=UNITS, random_state=random_state, package=True)
        key = place.key(role, "asker")
        place.key(role, "another")
        (Path(folder) / "schemathesis.toml").write_text(_CONFIG, encoding="ascii")
        with place.served() as served:
            served.ask("GET", "/openapi.json")  # made once: the first who asks waits longest
            known = _known(place, served, key)
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
            return subprocess.run(words, check=False, cwd=folder, env=told | {KNOWN: json.dumps(known)}).returncode


def _known(place: ServedPlace, served: Served, key: str) -> dict[str, Any]:
    """Ids of what there is, after the bearer of the key made what such a bearer may."""
    with Register.open(place.settings.database_url) as register:
        units = [str(unit) for unit in register.units().index]
        versions = [one.model_version for one in register.promotions()]
    known: dict[str, Any] = {"unit_id": units[:8], "unit": units[:8], "package": [f"{PACKAGE}@1"], "version": versions}
    for name in ("first", "second"):
        body = {**_MANDATE, "id": name}
        if served.ask("POST", "/v1/mandates", key, body=body).done:
            made = served.ask("POST", f"/v1/mandates/{name}/shortlists?top=8", key).document
            known.setdefault("name", []).append(name)
            known.setdefault("list_id", []).append(made["list_id"])
            known |= {"mandate": _MANDATE, "unit_id": [place["unit_id"] for place in made["page"]]}
    for unit in units[:4]:
        seen = {"unit": unit, "kind": "visited", "happened_on": "2026-01-10"}
        recorded = served.ask("POST", "/v1/outcomes", key, body=seen)
        if recorded.done:
            known.setdefault("number", []).append(recorded.document["number"])
    csv = b"Unit name,County,Jobs now\nPlant,Khoy,12\n"
    sent = served.ask(
        "POST", "/v1/imports?name=units.csv&as_of=2026-01-01", key, headers={"content-type": "text/csv"}, body=csv
    )
    return known | ({"job_id": [sent.document["job_id"]]} if sent.done else {})
