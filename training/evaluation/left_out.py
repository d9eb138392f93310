"""What a model of the size that goes to work says of units that it did not see: fits to all that is known but for a
part of the units.

A fold by time judges a fit of the past, which knew a quarter of today's restarts: whether the way of fitting foretells
is asked of it. Which groups the model at work would fail is not, since what a fit of few restarts got wrong of a county
the later one has mostly put right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.scoring import hazards
from engine.scoring.artefact import Model
from training.cohort.landmarks import Followed
from training.evaluation.walk_forward import FoldPlan

Floats = npt.NDArray[np.float64]
Says = Callable[[pd.DataFrame], Floats]
"""Rows of the model matrix, shape (n, features) -> their feasibility, shape (n,)."""

PARTS = 4
"""Each fit knows three quarters of the units."""


def left_out(
    drawn: FoldPlan, which: Sequence[int], seen: Followed, learn: Callable[[Followed], Says], *, random_state: int = 0
) -> pd.DataFrame:
    """Feasibility of the judged rows by fits that saw everything but the row's unit and others of its part.

    Parameters
    ----------
    drawn, which
        Folds, and those whose rows are judged.
    seen
        Landmarks that are learnt from, as known on the day of the training; what is known of other units of the time
        that is judged is among them.
    learn
        Learns from landmarks; gives what says the feasibility of rows: ``by_model`` of a way of fitting, for one.
    random_state
        Seed of the parts.

    Returns
    -------
    pandas.DataFrame
        ``unit_id, origin, left_out_probability`` of the judged rows; NaN where a part leaves too little to learn from.
    """
    rows = np.concatenate([drawn.rows(fold) for fold in which])
    judged = drawn.whole.rows.iloc[rows][["unit_id", "origin"]].reset_index(drop=True)
    ours, theirs = (part_of(each["unit_id"], random_state=random_state) for each in (judged, seen.rows))
    said = np.full(len(judged), np.nan)
    for number in range(PARTS):
        here = ours == number
        try:
            says = learn(seen.where(theirs != number))
        except EhyaError as error:
            if error.code not in (ErrorCode.TOO_FEW_ROWS, ErrorCode.TOO_FEW_OUTCOMES):
                raise
            return judged.assign(left_out_probability=np.nan)
        said[here] = says(drawn.whole.matrix.iloc[rows[here]])
    return judged.assign(left_out_probability=said)


def by_model(fit: Callable[[Followed], Model]) -> Callable[[Followed], Says]:
    """A way of fitting models of kind ``outcomes`` as ``left_out`` wants it.

    Parameters
    ----------
    fit
        For one ``training.models.outcomes.point_fit``.
    """
    return lambda seen: partial(hazards.point, fit(seen), head="feasibility")


def part_of(units: pd.Series, *, random_state: int = 0) -> npt.NDArray[np.intp]:
    """Part of each row's unit, shape (n,): a matter of its name and the seed, so that one unit more moves no other.

    Parameters
    ----------
    units
        Shape (n,), ``unit_id`` of each row.
    random_state
        Seed.

    Examples
    --------
    >>> part_of(pd.Series(["a", "b", "c", "a"])).tolist()
    [1, 0, 2, 1]
    """
    code, names = pd.factorize(units.astype("str"))
    digests = [hashlib.sha256(f"{random_state}:{name}".encode()).digest() for name in names]
    return np.asarray([digest[0] % PARTS for digest in digests], dtype=np.intp)[code]
