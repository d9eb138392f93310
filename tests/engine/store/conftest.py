"""Registers on every database there is, and intakes to fill them with.

PostgreSQL joins in when ``EHYA_TEST_POSTGRES`` holds its address (``.ci/run`` starts one); each test then has a schema
of its own.
"""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import create_engine, make_url, text

from engine.domain.unit import unit_table
from engine.store import Register

POSTGRES = os.environ.get("EHYA_TEST_POSTGRES", "")
_numbers = itertools.count()


@dataclass
class GivenIntake:
    """An intake as the register sees it."""

    units: pd.DataFrame
    source: str
    as_of: pd.Timestamp | None
    rejected_rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    rejected_cells: pd.DataFrame = field(default_factory=pd.DataFrame)


def intake(
    *rows: dict[str, Any], as_of: str | None = "2024-03-20", source: str = "units.xlsx", **more: Any
) -> GivenIntake:
    """Rows as ``{"identity": ..., field: value}`` of one sheet, where they count from 2."""
    units = unit_table(pd.DataFrame([{"unit_id": f"units!{number}", **row} for number, row in enumerate(rows, 2)]))
    units = units.assign(sheet="units", row=range(2, len(rows) + 2), identity=[row["identity"] for row in rows])
    if rows and "extras" in rows[0]:
        units["extras"] = [row["extras"] for row in rows]
    return GivenIntake(units, source, None if as_of is None else pd.Timestamp(as_of), **more)


@pytest.fixture(scope="session")
def given() -> Callable[..., GivenIntake]:
    return intake


@pytest.fixture(params=["sqlite", "postgresql"] if POSTGRES else ["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a register that is yet to be made, on each database in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'deep' / 'ehya.db'}"
        return
    yield from _postgres_schema(f"ehya_test_{os.getpid()}_{next(_numbers)}")


@pytest.fixture
def register(url: str, once: Any) -> Iterator[Register]:
    """An empty register. Its file is a copy, since making the tables anew takes as long as what most tests do."""
    if url.startswith("sqlite"):
        path = Path(str(make_url(url).database))
        path.parent.mkdir()
        shutil.copy(once.folder("empty-register", _empty) / "ehya.db", path)
    with Register.open(url) as opened:
        yield opened


def _empty(folder: Path) -> None:
    Register.open(f"sqlite:///{folder / 'ehya.db'}").close()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ehya.db'}"


def _postgres_schema(name: str) -> Iterator[str]:
    engine = create_engine(POSTGRES)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    place = make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={name} -csynchronous_commit=off"})
    yield place.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()
