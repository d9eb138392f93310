"""The part of the register in which persons decide between sources, and what comes of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import date, datetime

import pandas as pd
from sqlalchemy import Connection, select

from engine.domain.extras import EXTRAS, extra_table
from engine.domain.unit import Confidence
from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.clock import day, utc
from engine.store.decisions import checked_level, confirm, decisions_of, pin, rank_source, source_ranks, withdraw
from engine.store.dialect import alone
from engine.store.history import history_of
from engine.store.merges import members, roots
from engine.store.showing import one_unit, shown_units
from engine.store.statements import disputed, source_family, statements


class Decided(ABC):
    """What `engine.store.Register` says of sources and their conflicts; it is not used without it."""

    @abstractmethod
    def _read(self) -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _write(self) -> AbstractContextManager[Connection]: ...

    def extras(self, unit_ids: Collection[str] | None = None) -> pd.DataFrame:
        """What stands in columns of registers that no field knows; the planner's alone.

        Parameters
        ----------
        unit_ids
            Only of these units; by default of all.

        Returns
        -------
        pandas.DataFrame
            One line a unit and heading, in their order: ``unit_id, header, kind, value`` (an
            `engine.domain.extras.ExtraKind` and text).
        """
        with self._read() as connection:
            root_of = roots(connection)
            asked = None if unit_ids is None else [root_of.get(unit_id, unit_id) for unit_id in unit_ids]
            return extra_table(shown_units(connection, asked)[EXTRAS])

    def conflicts(self, unit_id: str | None = None) -> pd.DataFrame:
        """Fields on which sources contradict each other, with what each says; of one unit or of all.

        Returns
        -------
        pandas.DataFrame
            One line a field and source, those that show first: ``unit_id, field, value`` (text), ``precision, source``
            (missing: a person, who named none), ``as_of, confidence, import_id, shows, why`` (an
            `engine.store.statements.Precedence`, beside the value that shows), ``contradicts``.
        """
        with self._read() as connection:
            root_of = roots(connection)
            decisions = decisions_of(connection, root_of)
            pairs = [disputed(connection, root_of), decisions.confirmations[["unit_id", "field"]]]
            asked = pd.concat(pairs, ignore_index=True)
            if unit_id is not None:
                one_unit(connection, root_of, unit_id)
                asked = asked[asked["unit_id"] == root_of.get(unit_id, unit_id)]
            told = statements(connection, asked, root_of, decisions)
        return told[told.groupby(["unit_id", "field"])["contradicts"].transform("any")].reset_index(drop=True)

    def facts(self, unit_id: str) -> pd.DataFrame:
        """Of each known field of a unit the value that shows, where it is from, and how far it may be trusted.

        Returns
        -------
        pandas.DataFrame
            Index ``field``; columns as of `conflicts`.

        Raises
        ------
        EhyaError
            ``unknown_unit``.
        """
        with self._read() as connection:
            root_of = roots(connection)
            one_unit(connection, root_of, unit_id)
            told = self._told(connection, root_of, unit_id)
        return told[told["shows"]].set_index("field")

    def confirm(
        self,
        unit_id: str,
        field: str,
        *,
        as_of: date | datetime | pd.Timestamp | str,
        made_at: datetime,
        confidence: str = Confidence.VERIFIED,
        source: str | None = None,
    ) -> pd.Series:
        """Record that a person checked the value that shows, on a day and perhaps against a source.

        It shows from then on with that confidence, before values that were only declared, until a record comes in that
        is younger by more than twelve months (`engine.store.statements.CONFIRMED_MONTHS`). Returns what was confirmed,
        a line as of `facts`.

        Raises
        ------
        EhyaError
            ``unknown_unit``, ``field_not_stated``, ``unknown_option`` (``confidence``).
        """
        level = checked_level(confidence)
        with self._write() as connection:
            alone(connection, "confirmations")
            root_of = roots(connection)
            one_unit(connection, root_of, unit_id)
            told = self._told(connection, root_of, unit_id)
            shown = told[told["shows"] & (told["field"] == field)]
            if shown.empty:
                raise EhyaError(ErrorCode.FIELD_NOT_STATED, given=unit_id, field=field)
            line = shown.iloc[0]
            precision = line["precision"] if pd.notna(line["precision"]) else None
            checked = {"unit_id": line["unit_id"], "field": field, "value": line["value"], "precision": precision}
            checked |= {"confidence": level.value, "source": source, "as_of": day(as_of), "made_at": utc(made_at)}
            confirm(connection, checked)
        return self.facts(unit_id).T[field]

    def unconfirm(self, unit_id: str, field: str, *, made_at: datetime) -> None:
        """Take back what a person confirmed of a field.

        Raises
        ------
        EhyaError
            ``unknown_unit``, ``nothing_decided``.
        """
        self._withdraw("confirmations", unit_id, field, made_at)

    def pin(self, unit_id: str, field: str, source: str, *, made_at: datetime) -> None:
        """Let what one source says of a field show, whatever others say, as a person decided.

        Raises
        ------
        EhyaError
            ``unknown_unit``, ``field_not_stated``, ``source_silent`` (it says nothing of the field; ``allowed``).
        """
        with self._write() as connection:
            alone(connection, "pins")
            root_of = roots(connection)
            one_unit(connection, root_of, unit_id)
            told = self._told(connection, root_of, unit_id)
            own = told[(told["field"] == field) & told["import_id"].notna()]
            if own.empty:
                raise EhyaError(ErrorCode.FIELD_NOT_STATED, given=unit_id, field=field)
            if source_family(source) not in set(own["source"].map(source_family)):
                raise EhyaError(ErrorCode.SOURCE_SILENT, given=source, field=field, allowed=list(own["source"]))
            root = root_of.get(unit_id, unit_id)
            pin(connection, {"unit_id": root, "field": field, "source": source, "made_at": utc(made_at)})

    def unpin(self, unit_id: str, field: str, *, made_at: datetime) -> None:
        """Take back the choice of a source for a field.

        Raises
        ------
        EhyaError
            ``unknown_unit``, ``nothing_decided``.
        """
        self._withdraw("pins", unit_id, field, made_at)

    def rank_source(self, source: str, rank: int | None, *, made_at: datetime) -> None:
        """Say how much a source counts among others of the same day and confidence: 1 most, ``None`` takes it back.

        Raises
        ------
        EhyaError
            ``unknown_option`` when no record came from it (``allowed`` names those that did).
        """
        with self._write() as connection:
            seen = schema.sightings.c.source
            known = sorted(connection.execute(select(seen).where(seen.is_not(None)).distinct()).scalars())
            if source_family(source) not in set(map(source_family, known)):
                raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="source", given=source, allowed=known[:20])
            rank_source(connection, source, rank, made_at=utc(made_at))

    def source_ranks(self) -> dict[str, int]:
        """Source -> rank, for those that have one."""
        with self._read() as connection:
            return source_ranks(connection)

    def _told(self, connection: Connection, root_of: dict[str, str], unit_id: str) -> pd.DataFrame:
        root = root_of.get(unit_id, unit_id)
        history = history_of(connection, members(root_of, unit_id))
        pairs = pd.DataFrame({"field": history["field"].unique()}).assign(unit_id=root)
        return statements(connection, pairs, root_of, decisions_of(connection, root_of))

    def _withdraw(self, table: str, unit_id: str, field: str, made_at: datetime) -> None:
        with self._write() as connection:
            alone(connection, table)
            root_of = roots(connection)
            one_unit(connection, root_of, unit_id)
            withdraw(connection, table, unit_id, field, root_of, made_at=utc(made_at))
