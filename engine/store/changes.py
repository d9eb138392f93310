"""What an import would change: incoming rows against what the register knows, column by column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.codes import Code
from engine.store.columns import (
    CORE,
    DATES,
    FOLLOWING,
    SIGHTING,
    is_extra,
    to_text,
    with_extra_columns,
    without_extra_columns,
)
from engine.store.sources import EDITS

History = Callable[[pd.Series, pd.Series], pd.DataFrame]
"""Values given before, for some units and fields, oldest first: ``unit_id, field, value, source, as_of``."""

_Mask = npt.NDArray[np.bool_]
_Days = npt.NDArray[np.int64]
_Texts = npt.NDArray[np.object_]
_NEVER = np.iinfo(np.int64).min


class Change(Code):
    """What an import did to a unit."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Changes:
    """Rows to write, and what to tell of them.

    Parameters
    ----------
    rows
        One line per accepted row, in the file's order: ``sheet``, ``row``, ``unit_id``, ``change``.
    new, updated
        Whole unit rows to insert and to overwrite.
    values
        Lines of history: ``unit_id``, ``field``, ``value``, ``precision``, ``shown``.
    sightings
        ``unit_id``, ``sheet``, ``row``, record columns, ``given``.
    repeats
        The same of rows that say again, to the letter, what was seen before.
    cells
        What changes in known units: ``sheet``, ``row``, ``unit_id``, ``field``, ``before`` (missing if it was not
        known), ``after``; text.
    matched
        New units that are known ones under another identity (`engine.store.matches`), with those.
    doubtful
        ``new, known``: pairs of which a name or code was perhaps corrected (`engine.store.corrections`).
    """

    rows: pd.DataFrame
    new: pd.DataFrame
    updated: pd.DataFrame
    values: pd.DataFrame
    sightings: pd.DataFrame
    repeats: pd.DataFrame
    cells: pd.DataFrame
    matched: Mapping[str, str]
    doubtful: pd.DataFrame

    @property
    def empty(self) -> bool:
        """Whether the register would stay as it is."""
        return not (len(self.new) + len(self.updated) + len(self.values) + len(self.sightings))


def changes(rows: pd.DataFrame, stored: pd.DataFrame, sightings: pd.DataFrame, history: History) -> Changes:
    """Compare incoming rows with the register.

    A value of a record that is not older than the field's own (the newest sighting that gave the field) shows; one
    from an older record fills what is not known, and otherwise stands beside in the history, unless it is what the same
    source said last of the same day: then nothing changes, whatever another source said since. An empty cell says
    nothing. A record without a date is older than any with one.

    Parameters
    ----------
    rows
        Shape (n, ``COLUMNS`` + ``unit_id``, ``identity``, ``ordinal``, ``sheet``, ``row``), typed as the unit table is.
    stored
        The units among them that are known, same columns without ``sheet`` and ``row``.
    sightings
        What was seen of these units: columns ``SIGHTING``.
    history
        Called only when a late value stands beside, with the units and fields concerned.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> def record(jobs, day):
    ...     frame = unit_table(pd.DataFrame({"unit_id": ["U1"], "jobs_now": [jobs], "as_of": [day]})).reset_index()
    ...     frame = frame.drop(columns="derived")
    ...     return frame.assign(extras=pd.Series([None], dtype="str"), identity="a", ordinal=0, sheet="", row=5)
    >>> nothing = record(1, "2024-01-01").iloc[:0]
    >>> sighted = pd.DataFrame(columns=SIGHTING)
    >>> def history(units, fields):
    ...     return pd.DataFrame(columns=["unit_id", "field", "value", "source", "as_of"])
    >>> first = changes(record(30, "2024-01-01"), nothing, sighted, history)
    >>> second = changes(record(25, "2025-01-01"), first.new, first.sightings, history)
    >>> second.rows["change"].tolist(), second.cells[["field", "before", "after"]].values.tolist()
    (['updated'], [['jobs_now', '30', '25']])
    """
    rows = with_extra_columns(rows.reset_index(drop=True))
    known = with_extra_columns(stored.set_index("unit_id").reindex(rows["unit_id"]).reset_index())
    headings = [name for name in rows.columns if is_extra(name)]
    known = known.assign(**{name: pd.Series(None, index=known.index, dtype="str") for name in headings
                            if name not in known.columns})  # fmt: skip
    is_new = ~rows["unit_id"].isin(stored["unit_id"]).to_numpy()
    days, known_days = _days(rows["as_of"]), _days(known["as_of"])
    newest = is_new | (days >= known_days)
    fresh = _Freshness(rows["unit_id"], days, newest, sightings)

    merged = known.copy()
    changed = np.zeros(len(rows), dtype=bool)
    pieces: list[_Piece] = []
    fields = [*CORE, *headings]
    filled = rows[fields].notna().to_numpy()
    given = _given(filled, fields, rows.index)
    seen = rows[["unit_id", "sheet", "row", *FOLLOWING]].assign(given=given)
    again = _already(seen, sightings)
    verdicts = {}
    for at in np.flatnonzero(filled.any(axis=0)):  # a field that no row fills changes nothing
        field = fields[at]
        take, beside = _verdict(rows, known, field, filled[:, at], fresh.of(field))
        if take.any() or beside.any():
            verdicts[field] = take, beside
    repeated = _repeated({field: take & again for field, (take, _) in verdicts.items()}, rows, history)
    for field, (found, beside) in verdicts.items():
        take = found & ~repeated[field] if field in repeated else found
        changed |= take
        _merge(merged, rows, field, take)
        pieces += _pieces(rows, known, field, take, shown=True)
        pieces += _pieces(rows, known, field, beside, shown=False)
    lines = _new_lines(pieces, history, rows, again)
    spoken = np.zeros(len(rows), dtype=bool)
    spoken[lines["position"].unique()] = True
    unseen = spoken | ~again
    _merge_record(merged, rows, newest, unseen)
    merged = without_extra_columns(merged)

    moved = changed | _differs(merged, known, FOLLOWING)
    merged["identity"], merged["ordinal"], merged["origin"] = rows["identity"], rows["ordinal"], rows["origin"]
    change = np.where(is_new, Change.NEW.value, np.where(changed, Change.UPDATED.value, Change.UNCHANGED.value))
    cells = lines[lines["shown"].to_numpy(dtype=bool) & ~is_new[lines["position"]]]
    return Changes(
        rows=rows[["sheet", "row", "unit_id"]].assign(change=pd.Series(change, dtype="str")),
        new=merged[is_new].sort_values("unit_id", ignore_index=True),
        updated=merged[~is_new & moved].reset_index(drop=True),
        values=lines[["unit_id", "field", "value", "precision", "shown"]],
        sightings=seen[unseen].sort_values("unit_id", ignore_index=True),
        repeats=seen[~unseen].sort_values("unit_id", ignore_index=True),
        cells=cells[["sheet", "row", "unit_id", "field", "before", "value"]]
        .rename(columns={"value": "after"})
        .reset_index(drop=True),
        matched={},
        doubtful=pd.DataFrame({"new": [], "known": []}, dtype="str"),
    )


class _Freshness:
    """For each row and field, whether the row may overwrite what shows; read from sightings only for late rows."""

    def __init__(self, unit_id: pd.Series, days: _Days, newest: _Mask, sightings: pd.DataFrame) -> None:
        self._days, self._newest = days, newest
        late = pd.Index(unit_id[~newest])
        self._where = late.get_indexer(pd.Index(unit_id))
        seen = sightings[sightings["unit_id"].isin(late)]
        self._seen_at = late.get_indexer(pd.Index(seen["unit_id"]))
        self._seen_days = _days(seen["as_of"])
        self._pattern, patterns = pd.factorize(seen["given"])
        self._patterns = [set(str(pattern).split(";")) for pattern in patterns]
        self._late = len(late)

    def of(self, field: str) -> _Mask:
        if not self._late:
            return self._newest
        gives = np.array([field in pattern for pattern in self._patterns], dtype=bool)
        chosen = gives[self._pattern] if len(gives) else np.zeros(0, dtype=bool)
        last = np.full(self._late, _NEVER)
        np.maximum.at(last, self._seen_at[chosen], self._seen_days[chosen])
        fresh: _Mask = self._newest | (self._days >= last[self._where])
        return fresh


def _verdict(rows: pd.DataFrame, known: pd.DataFrame, field: str, given: _Mask, fresh: _Mask) -> tuple[_Mask, _Mask]:
    had = known[field].notna().to_numpy()
    differs = given & ~(had & _same(rows[field], known[field]))
    if field in DATES:
        differs |= given & had & ~_same(_precision(rows, field), _precision(known, field))
    take = differs & (~had | fresh)
    return take, differs & ~take


def _same(left: pd.Series, right: pd.Series) -> _Mask:
    equal = left == right
    return equal.fillna(False).to_numpy(dtype=bool) if equal.dtype == "boolean" else equal.to_numpy(dtype=bool)


def _precision(frame: pd.DataFrame, field: str) -> pd.Series:
    return frame[f"{field}_precision"].fillna("")


def _merge(merged: pd.DataFrame, rows: pd.DataFrame, field: str, take: _Mask) -> None:
    if not take.any():
        return
    for column in [field, f"{field}_precision"] if field in DATES else [field]:
        merged[column] = rows[column] if take.all() else merged[column].where(~take, rows[column])


def _merge_record(merged: pd.DataFrame, rows: pd.DataFrame, newest: _Mask, unseen: _Mask) -> None:
    """Source and day follow sightings, as the history folds them: a row that makes none changes neither."""
    for column in FOLLOWING:
        take = rows[column].notna().to_numpy() & unseen & (newest | merged[column].isna().to_numpy())
        merged[column] = merged[column].where(~take, rows[column])


@dataclass(frozen=True)
class _Piece:
    """Lines of history of one field; they become one table with those of the others, which is dear to make often."""

    field: str
    shown: bool
    position: npt.NDArray[np.intp]
    value: pd.Series
    precision: _Texts | None
    before: _Texts | None

    @property
    def count(self) -> int:
        return len(self.position)


def _pieces(rows: pd.DataFrame, known: pd.DataFrame, field: str, mask: _Mask, *, shown: bool) -> list[_Piece]:
    position = np.flatnonzero(mask)
    if not len(position):
        return []
    precision = rows[f"{field}_precision"].iloc[position].to_numpy(dtype=object) if field in DATES else None
    before, had = None, known[field].iloc[position]
    there = had.notna().to_numpy()
    if there.any():
        before = np.full(len(position), None, dtype=object)
        before[there] = to_text(had[there]).to_numpy(dtype=object)
    return [_Piece(field, shown, position, to_text(rows[field].iloc[position]), precision, before)]


def _together(pieces: list[_Piece]) -> pd.DataFrame:
    counts = [piece.count for piece in pieces]

    def texts(parts: list[_Texts | None]) -> pd.Series:
        given = [np.full(count, None) if part is None else part for part, count in zip(parts, counts, strict=True)]
        return pd.Series(np.concatenate(given), dtype="str")

    return pd.DataFrame(
        {
            "position": np.concatenate([piece.position for piece in pieces]),
            "field": pd.Series(np.repeat([piece.field for piece in pieces], counts), dtype="str"),
            "value": pd.concat([piece.value for piece in pieces], ignore_index=True),
            "precision": texts([piece.precision for piece in pieces]),
            "shown": np.repeat([piece.shown for piece in pieces], counts),
            "before": texts([piece.before for piece in pieces]),
        }
    )


def _new_lines(pieces: list[_Piece], history: History, rows: pd.DataFrame, again: _Mask) -> pd.DataFrame:
    if not pieces:
        names = ["position", "field", "value", "precision", "shown", "before", "unit_id", "sheet", "row"]
        return pd.DataFrame(columns=names).astype({"position": "int64", "shown": "bool"})
    lines = _together(pieces)
    pieces.clear()  # of a large import they are as large as the lines themselves
    # Written in the order of the index on unit_id, a first import of 100,000 rows takes half the time.
    rank = rows["unit_id"].rank().to_numpy()
    lines = lines.iloc[np.argsort(rank[lines["position"].to_numpy()], kind="stable")].reset_index(drop=True)
    at = lines["position"].to_numpy()
    lines["unit_id"] = rows["unit_id"].to_numpy()[at]
    lines["sheet"], lines["row"] = rows["sheet"].to_numpy()[at], rows["row"].to_numpy()[at]
    beside = lines[~lines["shown"].to_numpy(dtype=bool)]
    if beside.empty:
        return lines
    place = beside["position"].to_numpy()
    asked = beside[["unit_id", "field", "value"]].assign(
        source=rows["source"].to_numpy()[place], day=_days(rows["as_of"])[place]
    )
    before = history(asked["unit_id"], asked["field"])
    before = before.assign(day=_days(before["as_of"])).drop(columns="as_of")
    told = _among(asked, before.drop_duplicates(["unit_id", "field", "source", "day"], keep="last")[asked.columns])
    # A record that repeated what showed on its day left no line of its own: read again, it says nothing new either.
    value = ["unit_id", "field", "value"]
    told |= again[place] & _among(asked[value], before[value])
    return lines.drop(index=beside.index[told]).reset_index(drop=True)


def _repeated(doubtful: Mapping[str, _Mask], rows: pd.DataFrame, history: History) -> dict[str, _Mask]:
    """Of values of another source's day that would show again: those that their own source said last of that day.

    A file that is read again says nothing new, whatever was read meanwhile. What a person types again is meant.
    """
    typed = rows["source"].fillna("").str.startswith(EDITS).to_numpy(dtype=bool)
    places = {field: np.flatnonzero(mask & ~typed) for field, mask in doubtful.items()}
    places = {field: at for field, at in places.items() if len(at)}
    if not places:
        return {}
    days = _days(rows["as_of"])
    parts = [
        rows.loc[at, ["unit_id", "source"]].assign(
            field=field, value=to_text(rows[field].iloc[at]), day=days[at], position=at
        )
        for field, at in places.items()
    ]
    asked = pd.concat(parts, ignore_index=True)
    before = history(asked["unit_id"], asked["field"])
    before = before.assign(day=_days(before["as_of"])).drop(columns="as_of")
    key = ["unit_id", "field", "source", "day"]
    same = _among(asked[[*key, "value"]], before.drop_duplicates(key, keep="last")[[*key, "value"]])
    # A record that repeated what showed on its day left no line of its own.
    silent = ~_among(asked[key], before[key])
    value = ["unit_id", "field", "value"]
    told = asked[same | (silent & _among(asked[value], before[value]))]
    found = {field: np.zeros(len(rows), dtype=bool) for field in places}
    for field, part in told.groupby("field", sort=False):
        found[str(field)][part["position"].to_numpy()] = True
    return found


def _already(seen: pd.DataFrame, sightings: pd.DataFrame) -> _Mask:
    return _among(
        seen[SIGHTING].assign(as_of=_days(seen["as_of"])), sightings[SIGHTING].assign(as_of=_days(sightings["as_of"]))
    )


def _among(left: pd.DataFrame, right: pd.DataFrame) -> _Mask:
    """Which lines of ``left`` also stand in ``right``; a missing value equals a missing value."""
    if left.empty or right.empty:
        return np.zeros(len(left), dtype=bool)
    there = pd.MultiIndex.from_frame(right.astype("str").fillna(""))
    found: _Mask = pd.MultiIndex.from_frame(left.astype("str").fillna("")).isin(there)
    return found


def _given(filled: _Mask, fields: list[str], index: pd.Index) -> pd.Series:
    """Names of the fields each row fills, joined by ``;``: as many joins as there are patterns, not rows."""
    packed = np.packbits(filled, axis=1)
    _, first, pattern = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    names = np.array(fields, dtype=object)
    joined = np.array([";".join(names[filled[line]]) for line in first] or [""], dtype=object)
    return pd.Series(joined[pattern.ravel()] if len(filled) else [], index=index, dtype="str")


def _differs(left: pd.DataFrame, right: pd.DataFrame, columns: list[str]) -> _Mask:
    result = np.zeros(len(left), dtype=bool)
    for column in columns:
        both_missing = left[column].isna().to_numpy() & right[column].isna().to_numpy()
        result |= ~(both_missing | _same(left[column], right[column]))
    return result


def _days(column: pd.Series) -> _Days:
    """Days as whole numbers, so that "no date" is older than any."""
    days: _Days = pd.to_datetime(column).to_numpy(dtype="datetime64[D]").astype("int64")  # NaT becomes the lowest
    return days
