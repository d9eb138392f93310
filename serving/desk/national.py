"""A national register: who may read this office's units, and the units of offices that granted theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from engine.domain.unit import Status, unit_table
from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.settings import Settings
from engine.store import Act, Register
from engine.store.national import founding
from serving.desk.appraisal import current_units
from serving.desk.audit import TERMINAL
from serving.desk.workspace import open_register


@dataclass(frozen=True, slots=True)
class OfficeSeen:
    """What an office that granted its units holds.

    Parameters
    ----------
    name
        Its schema.
    provinces
        Provinces of its units.
    units, idle, outcomes
        Units, those of them that stand idle, and events of its log.
    as_of
        Day of its latest record; ``None`` without any.
    outdated
        Whether its tables are those of another version of Ehya: then nothing else is known of it.
    """

    name: str
    provinces: tuple[str, ...]
    units: int
    idle: int
    outcomes: int
    as_of: str | None
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class OfficesWritten:
    """Units of offices, a Parquet file each.

    Parameters
    ----------
    files
        By office.
    rows
        Units in all.
    twice
        Units that several offices hold: they are in the file of each.
    """

    files: dict[str, Path]
    rows: int
    twice: int


def grant_rows(settings: Settings, reader: str, *, now: datetime, actor: str = TERMINAL) -> list[str]:
    """Let a role of the shared database read this office's units and outcomes, and say who may now.

    Parameters
    ----------
    settings
        The workspace of the office.
    reader
        The role.
    now, actor
        When and who, for the audit.

    Raises
    ------
    EhyaError
        ``national_needs_postgres``, ``national_name_refused``, ``national_role_unknown``, ``national_in_public``.
    """
    with open_register(settings) as register, register.together():
        register.grant(reader)
        register.audit.note(made_at=now, actor=actor, act=Act.ROWS_GRANTED, subject=reader)
        return register.readers()


def revoke_rows(settings: Settings, reader: str, *, now: datetime, actor: str = TERMINAL) -> list[str]:
    """Take such a grant back, and say who may read still.

    Parameters
    ----------
    settings, reader, now, actor
        Those of `grant_rows`.
    """
    with open_register(settings) as register, register.together():
        register.revoke(reader)
        register.audit.note(made_at=now, actor=actor, act=Act.ROWS_REVOKED, subject=reader)
        return register.readers()


def founding_sql(provinces: list[str], readers: list[str]) -> str:
    """What the administrator of a database runs once for a national register (`engine.store.national.founding`)."""
    return founding(provinces, readers)


def offices_seen(settings: Settings, *, as_of: pd.Timestamp, only: list[str] | None = None) -> list[OfficeSeen]:
    """Offices whose units this workspace's role may read, and what they hold; the database says which.

    Parameters
    ----------
    settings
        The workspace of whoever reads.
    as_of
        The day on which units stand so.
    only
        Offices; all that granted theirs where ``None``.

    Raises
    ------
    EhyaError
        ``national_needs_postgres``, ``office_not_granted``.
    """
    names = Register.offices(settings.database_url) if only is None else only
    return [_seen(settings.database_url, name, as_of) for name in names]


def write_offices(
    settings: Settings, out: Path, *, as_of: pd.Timestamp, only: list[str] | None = None
) -> OfficesWritten:
    """Write the units of offices as they stand, a Parquet file each, as `ehya score --shards` reads them.

    Parameters
    ----------
    settings
        The workspace of whoever reads.
    out
        Folder; it must hold no Parquet file yet.
    as_of
        The day on which units stand so.
    only
        Offices; all that granted theirs where ``None``.

    Raises
    ------
    EhyaError
        ``office_not_granted``, ``no_office_granted``, ``offices_without_units``, ``file_exists``, ``file_not_written``.
    """
    names = Register.offices(settings.database_url) if only is None else only
    if not names:
        raise EhyaError(ErrorCode.NO_OFFICE_GRANTED)
    if there := sorted(out.glob("*.parquet")):
        raise EhyaError(ErrorCode.FILE_EXISTS, given=str(there[0]))
    tables = {}
    for name in names:
        with Register.of_office(settings.database_url, name) as office:
            tables[name] = unit_table(current_units(office, as_of=as_of)).sort_index()
    tables = {name: units for name, units in tables.items() if len(units)}
    if not tables:
        raise EhyaError(ErrorCode.OFFICES_WITHOUT_UNITS, given=names)
    files = {name: out / f"{name}.parquet" for name in tables}
    for name, units in tables.items():
        with replacing(files[name], private=True) as beside:  # private fields are among them
            units.reset_index().to_parquet(beside, index=False)
    everywhere = pd.Index([unit for units in tables.values() for unit in units.index])
    return OfficesWritten(files, len(everywhere), int(everywhere.duplicated().sum()))


def _seen(url: str, name: str, as_of: pd.Timestamp) -> OfficeSeen:
    try:
        office = Register.of_office(url, name)
    except EhyaError as error:
        if error.code is not ErrorCode.OFFICE_OF_ANOTHER_VERSION:
            raise
        return OfficeSeen(name, (), 0, 0, 0, None, outdated=True)
    with office:
        units, outcomes = current_units(office, as_of=as_of), len(office.events())
    latest = units["as_of"].max() if len(units) else pd.NaT
    return OfficeSeen(
        name=name,
        provinces=tuple(sorted(units["province"].dropna().unique())),
        units=len(units),
        idle=int((units["status"] == Status.IDLE.value).sum()),
        outcomes=outcomes,
        as_of=None if pd.isna(latest) else latest.date().isoformat(),
    )
