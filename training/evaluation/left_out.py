"""What a model of the size that goes to work says of units that it did not see: fits to all that is known but for a
part of the units.

A fold by time judges a fit of the past, which knew a quarter of today's restarts: whether the way of fitting foretells
is asked of it. Which groups the model at work would fail is not, since what a fit of few restarts got wrong of a county
the later one has mostly put right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.scoring import hazards
from engine.scoring.artefact import Model
from training.cohort.landmarks import Followed
from training.evaluation.walk_forward import FoldPlan

Floats = npt.NDArray[np.float64]

PARTS = 4
"""Each fit knows three quarters of the units."""

_STREAM = 31


def left_out(
    drawn: FoldPlan, which: Sequence[int], seen: Followed, fit: Callable[[Followed], Model], *, random_state: int = 0
) -> pd.DataFrame:
    """Feasibility of the judged rows by fits that saw everything but the row's unit and others of its part.

    Parameters
    ----------
    drawn, which
        Folds, and those whose rows are judged.
    seen
        Landmarks that are learnt from, as known on the day of the training; what is known of other units of the time
        that is judged is among them.
    fit
        Fits a model of kind ``outcomes``, for one ``training.models.outcomes.point_fit``.
    random_state
        Seed of the parts.

    Returns
    -------
    pandas.DataFrame
        ``unit_id, origin, left_out_probability`` of the judged rows; NaN where a part leaves too little to learn from.
    """
    rows = np.concatenate([drawn.rows(fold) for fold in which])
    judged = drawn.whole.rows.iloc[rows][["unit_id", "origin"]].reset_index(drop=True)
    names = np.unique(np.concatenate([part["unit_id"].to_numpy(np.str_) for part in (judged, seen.rows)]))
    order = np.random.default_rng([_STREAM, random_state]).permutation(len(names))
    part = pd.Series(order % PARTS, index=names)
    ours, theirs = (each["unit_id"].astype("str").map(part).to_numpy() for each in (judged, seen.rows))
    said = np.full(len(judged), np.nan)
    for number in range(PARTS):
        here = ours == number
        try:
            model = fit(seen.where(theirs != number))
        except EhyaError as error:
            if error.code not in (ErrorCode.TOO_FEW_ROWS, ErrorCode.TOO_FEW_OUTCOMES):
                raise
            return judged.assign(left_out_probability=np.nan)
        said[here] = hazards.point(model, drawn.whole.matrix.iloc[rows[here]], head="feasibility")
    return judged.assign(left_out_probability=said)
