"""Predictions that were made of units: wide tables outside, one line a unit and output inside."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
from sqlalchemy import select

from engine.domain.prediction import BOUNDS, Output, columns
from engine.store import schema
from engine.store.bulk import insert_frame, read
from engine.store.clock import Day, day, utc
from engine.store.groups import members, renamed
from engine.store.merges import refuse_unknown, roots
from engine.store.session import Session
from engine.store.typed import typed_lines

_MARKS = ["not_scorable", "prior_driven", "out_of_fold", "model_data_until"]


class Predictions:
    """Predictions that were kept; called with a unit, it gives those of the unit."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, unit_id: str) -> pd.DataFrame:
        """Predictions of one unit, newest first, one line per output."""
        table = schema.predictions
        with self._session.read() as connection:
            root_of = roots(connection)
            query = select(table).where(table.c.unit_id.in_(members(root_of, unit_id)))
            return renamed(typed_lines(read(connection, query.order_by(table.c.made_at.desc(), table.c.id))), root_of)

    def save(self, frame: pd.DataFrame, *, model_version: str, as_of: Day, made_at: datetime) -> int:
        """Keep a prediction table. Returns how many lines (unit and output) were written.

        Raises
        ------
        EhyaError
            ``unknown_unit`` when it speaks of a unit that the register has not.
        """
        lines = long_form(frame, model_version=model_version, as_of=day(as_of), made_at=utc(made_at))
        with self._session.write() as connection:
            refuse_unknown(connection, frame.index)
            insert_frame(connection, schema.predictions, lines)
        return len(lines)


def long_form(frame: pd.DataFrame, *, model_version: str, as_of: date, made_at: datetime) -> pd.DataFrame:
    """One line per unit and output. An output without a point has a line only where the unit is not scorable.

    Parameters
    ----------
    frame
        Prediction table, index ``unit_id``, shape (n, any); the columns of some outputs may be absent.
    model_version, as_of, made_at
        The model, the day it speaks of, and the moment (UTC) it spoke.

    Examples
    --------
    >>> bounds = {"feasibility_low": [0.1], "feasibility_point": [0.2], "feasibility_high": [0.4]}
    >>> frame = pd.DataFrame(bounds, index=["U1"])
    >>> long_form(frame, model_version="m1", as_of=date(2026, 1, 1), made_at=datetime(2026, 1, 2))["point"].tolist()
    [0.2]
    """
    marks = frame.reindex(columns=_MARKS)
    shape = pd.DataFrame(
        {
            "not_scorable": marks["not_scorable"].astype("str").replace("", None),
            "prior_driven": marks["prior_driven"].astype("boolean"),
            "out_of_fold": marks["out_of_fold"].astype("boolean"),
            "model_data_until": pd.to_datetime(marks["model_data_until"]).astype("datetime64[s]"),
        },
        index=frame.index,
    )
    pieces = [_piece(frame, shape, output) for output in Output if columns(output)[1] in frame.columns]
    lines = pd.concat(pieces, ignore_index=True)
    lines = lines[lines["point"].notna() | lines["not_scorable"].notna()]
    return lines.assign(
        model_version=model_version,
        as_of=pd.Series(pd.Timestamp(as_of), index=lines.index, dtype="datetime64[s]"),
        made_at=pd.Series([made_at] * len(lines), index=lines.index, dtype=object),
    )


def _piece(frame: pd.DataFrame, shape: pd.DataFrame, output: Output) -> pd.DataFrame:
    bounds = {bound: frame[name].astype("float64") for bound, name in zip(BOUNDS, columns(output), strict=True)}
    piece = pd.DataFrame(bounds).join(shape)
    piece.insert(0, "unit_id", frame.index.astype("str"))
    piece.insert(1, "output", output.value)
    return piece
