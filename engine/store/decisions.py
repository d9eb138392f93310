"""What persons decide between sources, and between units that may be one."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import select

from engine.domain.unit import Confidence
from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.bulk import insert_line, read
from engine.store.clock import Day, day, utc
from engine.store.distinctions import decide, distinct_pairs
from engine.store.duplicates import still_open
from engine.store.groups import members, renamed
from engine.store.merges import gone_units, record_merge, refuse_unknown, roots, undo_merge
from engine.store.overrides import checked_level, overrides_of, source_ranks, withdraw
from engine.store.session import Session
from engine.store.sources import source_family
from engine.store.statements import contradicted, disputed, statements, unit_statements


class Decisions:
    """What persons decide between sources and between units, and what waits for them to decide."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def conflicts(self, unit_id: str | None = None) -> pd.DataFrame:
        """Fields on which sources contradict each other, with what each says; of one unit or of all.

        A field of which a person's edit shows that came after the others is decided, until a later source contradicts
        it (`engine.store.sources.decided_by_hand`).

        Returns
        -------
        pandas.DataFrame
            One line a field and source, those that show first: ``unit_id, field, value`` (text), ``precision, source``
            (missing: a person, who named none), ``as_of, confidence, import_id, shows, why`` (an
            `engine.store.sources.Precedence`, beside the value that shows), ``contradicts``.
        """
        with self._session.read() as connection:
            root_of = roots(connection)
            overrides = overrides_of(connection, root_of)
            of_unit = None if unit_id is None else members(root_of, root_of.get(unit_id, unit_id))
            pairs = [disputed(connection, root_of, of_unit), overrides.confirmations[["unit_id", "field"]]]
            asked = pd.concat(pairs, ignore_index=True)
            if unit_id is not None:
                refuse_unknown(connection, [unit_id])
                asked = asked[asked["unit_id"] == root_of.get(unit_id, unit_id)]
            told = statements(connection, asked, root_of, overrides)
        return contradicted(told, overrides)

    def confirm(
        self,
        unit_id: str,
        field: str,
        *,
        as_of: Day,
        made_at: datetime,
        confidence: str = Confidence.VERIFIED,
        source: str | None = None,
    ) -> pd.Series:
        """Record that a person checked the value that shows, on a day and perhaps against a source.

        It shows from then on with that confidence, before values that were only declared, until a record comes in that
        is younger by more than twelve months (`engine.store.sources.CONFIRMED_MONTHS`). Returns what was confirmed,
        a line as of `engine.store.units.Units.facts`.

        Raises
        ------
        EhyaError
            ``unknown_unit``, ``field_not_stated``, ``unknown_option`` (``confidence``).
        """
        level = checked_level(confidence)
        with self._session.write() as connection:
            root_of = roots(connection)
            refuse_unknown(connection, [unit_id])
            told = unit_statements(connection, [unit_id], root_of, overrides_of(connection, root_of))
            shown = told[told["shows"] & (told["field"] == field)]
            if shown.empty:
                raise EhyaError(ErrorCode.FIELD_NOT_STATED, given=unit_id, field=field)
            line = shown.iloc[0]
            precision = line["precision"] if pd.notna(line["precision"]) else None
            checked = {"unit_id": line["unit_id"], "field": field, "value": line["value"], "precision": precision}
            checked |= {"confidence": level.value, "source": source, "as_of": day(as_of), "made_at": utc(made_at)}
            insert_line(connection, schema.confirmations, checked)
            told = unit_statements(connection, [unit_id], root_of, overrides_of(connection, root_of))
        return told[told["shows"]].set_index("field").T[field]

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
        with self._session.write() as connection:
            root_of = roots(connection)
            refuse_unknown(connection, [unit_id])
            told = unit_statements(connection, [unit_id], root_of, overrides_of(connection, root_of))
            own = told[(told["field"] == field) & told["import_id"].notna()]
            if own.empty:
                raise EhyaError(ErrorCode.FIELD_NOT_STATED, given=unit_id, field=field)
            if source_family(source) not in set(own["source"].map(source_family)):
                raise EhyaError(ErrorCode.SOURCE_SILENT, given=source, field=field, allowed=list(own["source"]))
            root = root_of.get(unit_id, unit_id)
            line = {"unit_id": root, "field": field, "source": source, "made_at": utc(made_at)}
            insert_line(connection, schema.pins, line)

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
        with self._session.write() as connection:
            seen = schema.sightings.c
            query = select(seen.source).where(seen.source.is_not(None), schema.living(seen.import_id))
            known = sorted(connection.execute(query.distinct()).scalars())
            if source_family(source) not in set(map(source_family, known)):
                raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="source", given=source, allowed=known[:20])
            line = {"source": source, "rank": rank, "made_at": utc(made_at)}
            insert_line(connection, schema.source_ranks, line)

    def source_ranks(self) -> dict[str, int]:
        """Source -> rank, for those that have one."""
        with self._session.read() as connection:
            return source_ranks(connection)

    def merge(self, kept: str, lost: str, *, made_at: datetime) -> str:
        """Record that two units are one, as a person decided. Returns the unit that both show as from now on.

        Of each field the value of the freshest record shows, as if one unit had been imported. History, events,
        predictions and showings of both belong to the one; rows that bear the lost one's identity update it, and its
        name leads to it.

        Raises
        ------
        EhyaError
            ``unknown_unit``, ``already_merged``, ``origins_differ``.
        """
        with self._session.write() as connection:
            refuse_unknown(connection, [kept, lost])
            return record_merge(connection, kept, lost, made_at=utc(made_at))

    def unmerge(self, unit_id: str, *, made_at: datetime) -> str:
        """Let a unit that was merged stand by itself again, with all that is its own. Returns the other unit.

        Raises
        ------
        EhyaError
            ``unknown_unit``, ``not_merged``, ``name_alone``.
        """
        with self._session.write() as connection:
            refuse_unknown(connection, [unit_id])
            return undo_merge(connection, unit_id, made_at=utc(made_at))

    def distinguish(self, unit_id: str, other_id: str, *, made_at: datetime) -> None:
        """Record that two units that look like one are two, as a person decided: the pair is proposed no more.

        Raises
        ------
        EhyaError
            ``unknown_unit``, ``already_merged``.
        """
        self._decide(unit_id, other_id, holds=True, made_at=made_at)

    def undistinguish(self, unit_id: str, other_id: str, *, made_at: datetime) -> None:
        """Take that decision back: the pair is open again.

        Raises
        ------
        EhyaError
            ``unknown_unit``, ``already_merged``, ``not_distinct``.
        """
        self._decide(unit_id, other_id, holds=False, made_at=made_at)

    def duplicates(self) -> pd.DataFrame:
        """Pairs of units that may be one and of which nobody decided: ``unit_id, other_id, reason, import_id``."""
        table = schema.duplicates.c
        with self._session.read() as connection:
            query = select(table.unit_id, table.other_id, table.reason, table.import_id).order_by(table.id)
            pairs, root_of = read(connection, query).astype({"import_id": "int64"}), roots(connection)
            pairs = still_open(connection, pairs, gone_units(connection))
            two = pd.MultiIndex.from_frame(distinct_pairs(connection, root_of))
        pairs = renamed(pairs.astype({"unit_id": "str", "other_id": "str", "reason": "str"}), root_of)
        other = renamed(pairs[["other_id"]].rename(columns={"other_id": "unit_id"}), root_of)["unit_id"]
        pairs = pairs.assign(other_id=other)
        named = pd.MultiIndex.from_arrays([*np.sort(pairs[["unit_id", "other_id"]].to_numpy(dtype=object), axis=1).T])
        open_pairs = pairs[(pairs["unit_id"] != pairs["other_id"]).to_numpy() & ~named.isin(two)]
        return open_pairs.drop_duplicates(["unit_id", "other_id"], ignore_index=True)

    def _decide(self, unit_id: str, other_id: str, *, holds: bool, made_at: datetime) -> None:
        with self._session.write() as connection:
            refuse_unknown(connection, [unit_id, other_id])
            decide(connection, unit_id, other_id, roots(connection), holds=holds, made_at=utc(made_at))

    def _withdraw(self, table: str, unit_id: str, field: str, made_at: datetime) -> None:
        with self._session.write() as connection:
            root_of = roots(connection)
            refuse_unknown(connection, [unit_id])
            withdraw(connection, table, unit_id, field, root_of, made_at=utc(made_at))
