"""A process that works on a register when told to, in a child of its own that may be killed.

Reads lines ``PATH<tab>first|second|merge|restore`` and forks a child for each, which says its number, works on the
register at ``PATH`` and says ``done`` after each act that was acknowledged; after an empty line it collects the child
and says ``ended``. It is started once, so that two hundred killed imports do not pay for two hundred starts.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pandas as pd

from engine.domain.unit import unit_table
from engine.store import Register
from engine.store.backup import restore

MERGES = 25
BACKUP = "backup.zip"
NOON = datetime(2025, 1, 1)
ROWS = {"first": range(300), "second": range(100, 400)}
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
            "equipment": "2|press|2009|sound;1|saw||",
        }
    )
    units = unit_table(frame).assign(sheet="1", row=numbers.to_numpy() + 2)
    units["extras"] = ("Storeys|number|" + (numbers % (3 if name == "first" else 4)).astype(str)).to_numpy()
    return File(units.assign(identity="business:" + units["name"]), f"{name}.xlsx", pd.Timestamp(DAYS[name]))


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def merge(register: Register, count: int) -> Iterator[str]:
    """Merge as many pairs of units; says each after it was acknowledged."""
    names = register.units().index
    for at in range(count):
        yield register.decisions.merge(names[2 * at], names[2 * at + 1], made_at=NOON)


def work(path: Path, name: str, files: dict[str, File]) -> None:
    url = f"sqlite:///{path}"
    if name == "restore":
        say(os.getpid())
        restore(path.parent / BACKUP, url, made_at=NOON)
        say("done")
        return
    with Register.open(url) as register:
        say(os.getpid())
        if name == "merge":
            for _ in merge(register, MERGES):
                say("done")
        else:
            register.imports.commit(files[name], imported_at=NOON)
            say("done")


def warm(files: dict[str, File]) -> None:
    """Import all that the children would import, once and before they are forked."""
    with Register.open("sqlite://") as register:
        for intake in files.values():
            register.imports.commit(intake, imported_at=NOON)
        assert next(merge(register, 1))


def main() -> None:
    files = {name: file(name) for name in ROWS}
    warm(files)
    say("ready")
    for line in sys.stdin:
        path, name = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            work(Path(path), name, files)
            os._exit(0)
        # Until it is collected nobody else can bear the child's number, so killing it can hit no other process.
        sys.stdin.readline()
        os.waitpid(child, 0)
        say("ended")


if __name__ == "__main__":
    main()
