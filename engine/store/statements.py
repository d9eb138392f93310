"""What each source says now of a field, and which of them shows.

See docs/decisions/0008-conflicts-between-sources.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, func, select

from engine.domain.unit import FIELDS, Confidence, Field, Kind
from engine.parsing.text import compact_column
from engine.store import schema
from engine.store.bulk import read, read_where
from engine.store.columns import is_extra
from engine.store.groups import members, renamed
from engine.store.sources import CONFIRMED_MONTHS, Overrides, Precedence, decided_by_hand, source_family
from engine.store.valuing import valued

_LEVELS = {Confidence.REVIEWED.value: 1, Confidence.VERIFIED.value: 2}
_PAIR = ["unit_id", "field"]
_ORDER = ["pinned", "level", "days", "rank", "import_id"]
_LAST_RANK, _NEVER = 10**9, np.iinfo(np.int64).min
_MONTH_DAYS, _IDLE_TOLERANCE_MONTHS = 30.4375, 3.0
_WIDTH_DAYS = {"year": 366, "month": 31}
_NO_CONTRADICTION = frozenset({Field.NOTES.value})
_TYPES = {"as_of": "datetime64[s]", "import_id": "Int64"}


def disputed(connection: Connection, root_of: Mapping[str, str], units: Collection[str] | None = None) -> pd.DataFrame:
    """Fields of units for which several values were ever given: ``unit_id, field``; of merged units all fields.

    Parameters
    ----------
    connection, root_of
        Where to read, and what `engine.store.merges.roots` returned.
    units
        Only of these, as the register first named them; of all where ``None``.
    """
    values = schema.unit_values.c
    given = schema.living(values.import_id)
    if units is not None:
        given &= values.unit_id.in_(list(units))
    query = select(values.unit_id, values.field).where(given).group_by(values.unit_id, values.field)
    pairs = read(connection, query.having(func.count(func.distinct(values.value)) > 1)).astype("str")
    if root_of:
        together = [*root_of, *root_of.values()]
        merged = read_where(
            connection, select(values.unit_id, values.field).where(given).distinct(), values.unit_id, together
        )
        pairs = pd.concat([pairs, merged.astype("str")], ignore_index=True)
        pairs["unit_id"] = pairs["unit_id"].replace(dict(root_of)).astype("str")
    return pairs[~pairs["field"].isin(_NO_CONTRADICTION)].drop_duplicates(ignore_index=True)


def statements(
    connection: Connection,
    pairs: pd.DataFrame,
    root_of: Mapping[str, str],
    overrides: Overrides,
    known_by: date | None = None,
) -> pd.DataFrame:
    """What every source said last of some fields, and which of these shows.

    A source's last word is that of its newest record that gave the field. Where the import kept no line of it, the
    record repeated what that source had said of the same day, or else what showed then.

    Parameters
    ----------
    connection
        Where to read.
    pairs
        ``unit_id`` (units as they show), ``field``.
    root_of
        What `engine.store.merges.roots` returned.
    overrides
        What persons decided.
    known_by
        Only imports until the end of that day (UTC).

    Returns
    -------
    pandas.DataFrame
        One line a field and source, those that show first: ``unit_id, field, value, precision, source`` (missing: a
        person, who named none), ``as_of, confidence, import_id`` (missing: a person), ``shows``, ``why`` (a
        `Precedence` where another value stands against the one that shows, else missing), ``contradicts``.
    """
    asked = pairs[_PAIR].drop_duplicates()
    told: pd.DataFrame = _told(connection, asked, root_of, known_by)
    confirmed = overrides.confirmations.merge(asked, on=_PAIR)
    confirmed["import_id"] = None
    told = pd.concat([told, confirmed], ignore_index=True)
    told = told.astype({name: _TYPES.get(name, "str") for name in told.columns})
    return _judged(told, overrides)


def unit_statements(
    connection: Connection, unit_ids: Collection[str], root_of: Mapping[str, str], overrides: Overrides
) -> pd.DataFrame:
    """As `statements`, of all fields that were ever given for some units."""
    values = schema.unit_values.c
    query = select(values.unit_id, values.field).distinct().where(schema.living(values.import_id))
    asked = [one for unit_id in unit_ids for one in (members(root_of, unit_id) if root_of else [unit_id])]
    pairs = renamed(read_where(connection, query, values.unit_id, asked).astype("str"), root_of)
    return statements(connection, pairs, root_of, overrides)


def contradicted(told: pd.DataFrame, overrides: Overrides) -> pd.DataFrame:
    """Of statements those of fields on which sources contradict each other; remarks do not, unless one was confirmed.

    A field of which shows what a person wrote after all others is decided (`engine.store.sources.decided_by_hand`).

    Parameters
    ----------
    told
        What `statements` gives.
    overrides
        What persons decided.
    """
    confirmed = pd.MultiIndex.from_frame(told[_PAIR]).isin(pd.MultiIndex.from_frame(overrides.confirmations[_PAIR]))
    asked = told[~told["field"].isin(_NO_CONTRADICTION).to_numpy() | confirmed]
    disagree = asked.groupby(_PAIR)["contradicts"].transform("any")
    return asked[disagree & ~decided_by_hand(asked)].reset_index(drop=True)


def _told(
    connection: Connection, asked: pd.DataFrame, root_of: Mapping[str, str], known_by: date | None
) -> pd.DataFrame:
    names = ["unit_id", "field", "value", "precision", "source", "as_of", "confidence", "import_id"]
    if asked.empty:
        return pd.DataFrame(columns=names)
    units = [member for root in asked["unit_id"].unique() for member in members(root_of, root)] if root_of else (
        asked["unit_id"].unique().tolist()
    )  # fmt: skip
    seen = _sighted(connection, units, known_by)
    seen["root"] = seen["unit_id"].map(dict(root_of)).fillna(seen["unit_id"]) if root_of else seen["unit_id"]
    spoken = seen.assign(field=seen["given"].str.split(";")).explode("field")
    wanted = pd.MultiIndex.from_frame(asked)
    spoken = spoken[pd.MultiIndex.from_frame(spoken[["root", "field"]]).isin(wanted)]
    spoken = spoken.sort_values(["as_of", "import_id"], na_position="first", kind="stable")
    last = spoken.drop_duplicates(["root", "field", "family"], keep="last").reset_index(drop=True)
    lines = _lines(connection, units, asked["field"].unique().tolist(), seen)
    return valued(last, lines).drop(columns="unit_id").rename(columns={"root": "unit_id"})[names]


def _sighted(connection: Connection, units: list[str], known_by: date | None) -> pd.DataFrame:
    table, imports = schema.sightings.c, schema.imports.c
    names = ["unit_id", "import_id", "source", "as_of", "confidence", "given"]
    query = select(*(table[name] for name in names)).join_from(schema.sightings, schema.imports)
    query = query.where(schema.living(table.import_id))
    if known_by is not None:
        query = query.where(imports.imported_at < datetime.combine(known_by + timedelta(days=1), time.min))
    seen = read_where(connection, query, table.unit_id, units)
    seen = seen.astype({"as_of": "datetime64[s]", "import_id": "int64"} | dict.fromkeys(names[:1] + names[2:3], "str"))
    seen = seen.astype({"confidence": "str", "given": "str"})
    families = {source: source_family(source) for source in seen["source"].dropna().unique()}
    return seen.assign(family=seen["source"].map(families).fillna("").astype("str"))


def _lines(connection: Connection, units: list[str], fields: list[str], seen: pd.DataFrame) -> pd.DataFrame:
    values = schema.unit_values.c
    columns = [values[name] for name in ("id", "unit_id", "import_id", "field", "value", "precision", "shown")]
    query = select(*columns).order_by(values.id)
    if len(fields) < len(FIELDS):
        query = query.where(values.field.in_(fields))
    lines = read_where(connection, query, values.unit_id, units)
    lines = lines.astype({"id": "int64", "import_id": "int64", "shown": "bool"}).astype(
        dict.fromkeys(("unit_id", "field", "value", "precision"), "str")
    )
    return lines.merge(seen[["unit_id", "import_id", "source", "as_of"]], on=["unit_id", "import_id"])


def _judged(told: pd.DataFrame, overrides: Overrides) -> pd.DataFrame:
    families = {source: source_family(source) for source in told["source"].dropna().unique()}
    told["family"] = told["source"].map(families).astype("str")
    days = told["as_of"].to_numpy(dtype="datetime64[D]").astype("int64")
    freshest = pd.Series(days).groupby([told["unit_id"], told["field"]]).transform("max").to_numpy()
    holds = (days != _NEVER) & (freshest - np.maximum(days, -(10**6)) <= CONFIRMED_MONTHS * _MONTH_DAYS)
    level = told["confidence"].map(_LEVELS).fillna(0).to_numpy()
    pinned = told[[*_PAIR, "family"]].merge(overrides.pins.assign(pinned=True), on=[*_PAIR, "family"], how="left")
    told = told.assign(
        pinned=pinned["pinned"].notna().to_numpy() & told["import_id"].notna().to_numpy(),
        level=np.where(holds | (freshest == _NEVER), level, 0),
        days=days,
        rank=-told["family"].map(dict(overrides.ranks)).fillna(_LAST_RANK).to_numpy(),
    )
    told = told.sort_values(_ORDER, ascending=False, na_position="first", kind="stable")
    told = told.sort_values(_PAIR, kind="stable", ignore_index=True)
    first = ~told.duplicated(_PAIR)
    winner = first.cumsum().to_numpy() - 1
    chosen = told[first].iloc[winner].reset_index(drop=True)
    contradicts = _contradicts(told, chosen)
    return told.assign(shows=first, contradicts=contradicts, why=_why(told, chosen, first, contradicts, winner))[
        [*_PAIR, "value", "precision", "source", "as_of", "confidence", "import_id", "shows", "why", "contradicts"]
    ]


def _why(
    told: pd.DataFrame,
    chosen: pd.DataFrame,
    first: pd.Series,
    contradicts: npt.NDArray[np.bool_],
    winner: npt.NDArray[np.int64],
) -> pd.Series:
    """For each value that shows, in what it goes before the strongest of those that contradict it."""
    why = pd.Series(None, index=told.index, dtype="str")
    rivals = told[contradicts].assign(winner=winner[contradicts]).drop_duplicates("winner")
    if rivals.empty:
        return why
    best = chosen.iloc[rivals.index]
    reasons = np.select(
        [best[name].fillna(_NEVER).to_numpy() != rivals[name].fillna(_NEVER).to_numpy() for name in _ORDER[:-1]],
        [reason.value for reason in list(Precedence)[:-1]],
        Precedence.LATER_IMPORT.value,
    )
    heads = told.index[first.to_numpy()]
    why.loc[heads[rivals["winner"].to_numpy()]] = reasons
    return why


def _contradicts(told: pd.DataFrame, chosen: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether a value contradicts the one that shows; another spelling or a vaguer date does not."""
    differs = (told["value"] != chosen["value"]).to_numpy(dtype=bool, copy=True)
    kind = told["field"].map({name.value: spec.kind.value for name, spec in FIELDS.items()})
    text = (kind == Kind.TEXT.value).to_numpy(dtype=bool) | told["field"].map(is_extra).to_numpy(dtype=bool)
    spelt = differs & text
    differs[spelt] = (compact_column(told["value"][spelt]) != compact_column(chosen["value"][spelt])).to_numpy()
    dated = differs & (kind == Kind.DATE.value).to_numpy(dtype=bool)
    if dated.any():
        one, other = _span(told[dated]), _span(chosen[dated])
        differs[dated] = (one[0] >= other[1]) | (other[0] >= one[1])
    idle = differs & (told["field"] == Field.IDLE_MONTHS.value).to_numpy()
    if idle.any():
        since = told["days"] / _MONTH_DAYS - told["value"].where(idle).astype("float64")
        other_since = chosen["days"] / _MONTH_DAYS - chosen["value"].where(idle).astype("float64")
        differs[idle] = (since - other_since).abs().to_numpy()[idle] > _IDLE_TOLERANCE_MONTHS
    return differs


def _span(told: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First day of a date, and the first day after what its precision allows."""
    start = told["value"].astype("datetime64[s]").to_numpy().astype("datetime64[D]").astype(np.int64)
    width = told["precision"].map(_WIDTH_DAYS).fillna(1).to_numpy().astype(np.int64)
    return start, np.asarray(start + width, dtype=np.int64)
