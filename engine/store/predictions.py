"""Predictions between the wide table that the engine works with and the long table of the register."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd

from engine.domain.prediction import BOUNDS, Output, columns

_MARKS = ["not_scorable", "prior_driven", "out_of_fold", "model_data_until"]


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
