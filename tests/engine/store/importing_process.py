"""A process that imports when told to, in a child of its own that may be killed.

Reads lines ``PATH<tab>first|second`` and forks a child for each, which says its number and imports the file into the
register at ``PATH``; after an empty line it collects the child and says ``ended``. It is started once, so that twenty
killed imports do not pay for twenty starts.
"""

import os
import sys
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from engine.domain.unit import unit_table
from engine.store import Register

ROWS = {"first": range(1200), "second": range(400, 1600)}
DAYS = {"first": "2023-03-21", "second": "2024-03-20"}


@dataclass
class File:
    """An intake as the register sees it; the second file updates some units of the first and adds others."""

    units: pd.DataFrame
    source: str
    as_of: pd.Timestamp
    rejected_rows: pd.DataFrame = field(default_factory=lambda: pd.DataFrame([{"sheet": "1", "row": 1, "code": "x"}]))
    rejected_cells: pd.DataFrame = field(default_factory=pd.DataFrame)


def file(name: str) -> File:
    numbers = pd.Series(ROWS[name])
    frame = pd.DataFrame(
        {
            "unit_id": "1!" + numbers.astype(str),
            "name": "واحد " + numbers.astype(str),
            "jobs_now": numbers % (7 if name == "first" else 11),
            "bank_debt_rial": numbers * 10**9,
            "stopped_on": "2019-03-21",
            "stopped_on_precision": "year",
        }
    )
    units = unit_table(frame).assign(sheet="1", row=numbers.to_numpy() + 2)
    return File(units.assign(identity="business:" + units["name"]), f"{name}.xlsx", pd.Timestamp(DAYS[name]))


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    files = {name: file(name) for name in ROWS}
    say("ready")
    for line in sys.stdin:
        path, name = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            with Register.open(f"sqlite:///{path}") as register:
                say(os.getpid())
                register.commit_import(files[name], imported_at=datetime(2025, 1, 1))
            os._exit(0)
        # Until it is collected nobody else can bear the child's number, so killing it can hit no other process.
        sys.stdin.readline()
        os.waitpid(child, 0)
        say("ended")


if __name__ == "__main__":
    main()
