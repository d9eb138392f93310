"""Packages of units for events: every version as it was solved, and who signed which off."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, select

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.bulk import insert_line
from engine.store.canonical import canonical
from engine.store.clock import Day, day, utc
from engine.store.session import Session
from engine.store.showings import log_showings


@dataclass(frozen=True, eq=False, slots=True)
class StoredPackage:
    """One version of a package.

    Parameters
    ----------
    name, version
        What it is called; versions of a name count from 1.
    event
        For which event.
    as_of, made_at
        The day of judgement, and when it was solved, UTC.
    model_version
        Model that judged the units; ``None`` where there was none.
    document
        Terms, seed, units with reasons, figures: plain JSON.
    inputs
        What it was computed from: a table of candidates as JSON.
    digest
        sha256 of the document, hexadecimal.
    role, signed_on, note
        Office that signed it off, when, and what it remarked; ``None`` while nobody has.
    """

    name: str
    version: int
    event: str
    as_of: date
    made_at: datetime
    model_version: str | None
    document: Mapping[str, Any]
    inputs: Mapping[str, Any]
    digest: str
    role: str | None = None
    signed_on: date | None = None
    note: str | None = None

    @property
    def frozen(self) -> bool:
        """Whether it was signed off; then it stays as it is."""
        return self.role is not None

    @property
    def key(self) -> str:
        """Name and version in one word."""
        return f"{self.name}@{self.version}"


class Packages:
    """Versions of packages; called, it gives them as a table, the newest first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self) -> pd.DataFrame:
        """All versions: ``name, version, event, as_of, made_at, model_version, digest, role, signed_on, note``."""
        table, freezes = schema.packages, schema.package_freezes
        columns = [column for column in table.c if column.name not in ("id", "document", "inputs")]
        query = select(*columns, freezes.c.role, freezes.c.signed_on, freezes.c.note)
        query = query.outerjoin_from(table, freezes).order_by(table.c.id.desc())
        with self._session.read() as connection:
            rows = connection.execute(query).mappings().all()
        names = [*(column.name for column in columns), "role", "signed_on", "note"]
        return pd.DataFrame([dict(row) for row in rows], columns=names)

    def add(
        self,
        *,
        name: str,
        event: str,
        as_of: Day,
        model_version: str | None,
        document: Mapping[str, Any],
        inputs: Mapping[str, Any],
        made_at: datetime,
    ) -> StoredPackage:
        """Keep a package as the next version of its name.

        Versions are counted while nobody else writes, so that two people who solve at once get two versions.

        Parameters
        ----------
        name, event
            What it is called, and for which event.
        as_of, made_at
            The day of judgement, and now.
        model_version
            Model that judged the units.
        document, inputs
            See `StoredPackage`.
        """
        table = schema.packages
        text = canonical(document)
        line = {
            "name": name,
            "event": event,
            "as_of": day(as_of),
            "model_version": model_version,
            "document": text,
            "inputs": _packed(canonical(inputs)),
            "digest": hashlib.sha256(text.encode()).hexdigest(),
            "made_at": utc(made_at),
        }
        with self._session.write() as connection:
            newest = connection.execute(select(func.max(table.c.version)).where(table.c.name == name)).scalar()
            version = (newest or 0) + 1
            insert_line(connection, table, {**line, "version": version})
        return self.get(name, version)

    def get(self, name: str, version: int | None = None) -> StoredPackage:
        """One version of a package, the newest by default.

        Raises
        ------
        EhyaError
            ``package_unknown`` with the names there are.
        """
        with self._session.read() as connection:
            row = self._row(connection, name, version)
        line = {column: value for column, value in row.items() if column not in ("id", "document", "inputs")}
        return StoredPackage(**line, document=json.loads(row["document"]), inputs=json.loads(_unpacked(row["inputs"])))

    def freeze(
        self,
        name: str,
        version: int,
        *,
        role: str,
        signed_on: Day,
        note: str | None,
        made_at: datetime,
        shown: pd.DataFrame | None = None,
    ) -> None:
        """Sign a version off: it is frozen from now on.

        Parameters
        ----------
        name, version
            The package.
        role, signed_on, note
            The office that signs, the day, and what it has to say.
        made_at
            The moment; without a zone taken as UTC.
        shown
            Its units as they are shown from now on: columns of `engine.store.showings.Showings.log`, logged with the
            signature or not at all.

        Raises
        ------
        EhyaError
            ``package_unknown``; ``package_frozen`` with office and date when somebody was faster; ``unknown_unit``.
        """
        table = schema.package_freezes
        with self._session.write() as connection:
            row = self._row(connection, name, version)
            if row["role"] is not None:
                facts = {"given": f"{name}@{version}", "role": row["role"], "date": row["signed_on"]}
                raise EhyaError(ErrorCode.PACKAGE_FROZEN, **facts)
            signed = {"role": role, "signed_on": day(signed_on), "note": note, "made_at": utc(made_at)}
            insert_line(connection, table, {"package_id": row["id"], **signed})
            if shown is not None and len(shown):
                run, mandate = row["digest"][:16], f"package:{name}@{version}"
                log_showings(connection, shown, run_id=run, mandate_id=mandate, shown_on=signed_on)

    def _row(self, connection: Connection, name: str, version: int | None) -> Mapping[str, Any]:
        table, freezes = schema.packages, schema.package_freezes
        signed = (freezes.c.role, freezes.c.signed_on, freezes.c.note)
        query = select(table, *signed).outerjoin_from(table, freezes).where(table.c.name == name)
        if version is not None:
            query = query.where(table.c.version == version)
        row = connection.execute(query.order_by(table.c.version.desc()).limit(1)).mappings().first()
        if row is None:
            known = connection.execute(select(table.c.name).distinct().order_by(table.c.name)).scalars().all()
            given = name if version is None else f"{name}@{version}"
            raise EhyaError(ErrorCode.PACKAGE_UNKNOWN, given=given, allowed=list(known))
        return dict(row)


def _packed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def _unpacked(packed: str) -> str:
    return zlib.decompress(base64.b64decode(packed)).decode()
