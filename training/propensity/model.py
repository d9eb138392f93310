"""Who was approached, and how much each outcome must count so that those whom nobody approached are spoken for.

Outcomes exist only for units that somebody approached. Where recorded fields decide who that is, weights of one over
the probability of it mend what a mean over the approached would tell of all; where something unrecorded decides, they
do not (Hand and Henley 1993, "Can reject inference ever work?", IMA Journal of Mathematics Applied in Business and
Industry 5), and `training.propensity.overlap` and `training.propensity.sensitivity` say how far to trust them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from engine.errors import EhyaError, ErrorCode
from engine.scoring.design import design
from engine.scoring.sections import Block
from features.schema import FeatureSchema
from training.propensity.weights import LARGEST, inverse_weights

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

QUARTER_DAYS = 91.3125
HORIZON_QUARTERS = 8
"""Quarters after the record for which propensities are compared between units."""

LEAST_APPROACHED = 20
"""Units, on either side, below which no propensity is fitted: all then count alike."""

BANDS = (0.0, 2.0, 4.0, 8.0, np.inf)
"""Quarters since the record: the level of the hazard may differ from band to band."""

_PENALTIES = (0.0003, 0.003, 0.03, 0.3)
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Propensity:
    """How likely each unit was to be approached; arrays of shape (n,), rows as given.

    Parameters
    ----------
    probability
        P(approached within the time it could be), by its recorded fields.
    stabiliser
        The same by that time alone.
    horizon
        P(approached within ``HORIZON_QUARTERS`` of the record), by its recorded fields.
    marginal
        The same of any unit.
    cumulative
        Cumulated hazard until its approach or the last day: how late the approach came for such a unit.
    logged
        Whether ``probability`` is one that was logged, not fitted.
    penalty
        Inverse strength of the ridge chosen by cross-validation over units.
    decides
        Feature -> standard deviation of its part in the log odds of being approached in a quarter.
    """

    probability: Floats
    stabiliser: Floats
    horizon: Floats
    marginal: float
    cumulative: Floats
    logged: Flags
    penalty: float
    decides: Mapping[str, float] = field(default_factory=dict)

    @property
    def comparable(self) -> Floats:
        """``probability`` as if each unit had stood in the register for the horizon; how long it did is divided out.

        Robins, Hernán and Brumback (2000, "Marginal structural models and causal inference in epidemiology",
        Epidemiology 11) call the quotient stabilised.
        """
        brought = np.minimum(self.probability / self.stabiliser * self.marginal, 1.0)
        return np.where(self.logged, self.probability, brought)

    def weights(self, *, largest: float = LARGEST) -> Floats:
        """Weights ``min(1 / e, largest)`` by the comparable propensity e, about one on average over the approached."""
        return inverse_weights(self.comparable, stabiliser=self.marginal, largest=largest)


def exposure(
    entered: pd.Series, events: pd.DataFrame, *, as_of: pd.Timestamp, until: pd.Timestamp | None = None
) -> pd.DataFrame:
    """How long each unit stood in the register before somebody first came to it.

    Parameters
    ----------
    entered
        Day of each unit's first record, index ``unit_id``.
    events
        Columns ``unit_id, happened_on, known_on``. The first event of any kind brings a unit under observation. What
        was known only after ``as_of`` is not read.
    as_of
        The last day of knowledge.
    until
        The last day on which an approach counts, where outcomes of later ones are not learnt from; ``as_of`` by
        default.

    Returns
    -------
    pandas.DataFrame
        Rows of ``entered`` from before ``until``: ``approached_on`` (missing where nobody came), ``approached``,
        ``quarters`` (from the record to that day, else to ``until``, at least 0) and ``possible`` (from the record to
        ``until``). A unit that left unseen counts as one that could still be approached: nobody knows better.

    Examples
    --------
    >>> entered = pd.Series(pd.to_datetime(["2024-01-01", "2024-01-01"]), index=["a", "b"])
    >>> days = {"happened_on": pd.to_datetime(["2024-07-01"]), "known_on": pd.to_datetime(["2024-07-02"])}
    >>> found = exposure(entered, pd.DataFrame({"unit_id": ["a"], **days}), as_of=pd.Timestamp("2025-01-01"))
    >>> found["quarters"].round(2).tolist(), found["approached"].tolist()
    ([1.99, 4.01], [True, False])
    """
    last = as_of if until is None else min(as_of, until)
    entered = entered[entered < last]
    known = events[(events["known_on"] <= as_of) & (events["happened_on"] <= last)]
    first = known.groupby("unit_id")["happened_on"].min().reindex(entered.index)
    quarters = (first.fillna(last) - entered).dt.days / QUARTER_DAYS
    possible = (last - entered).dt.days / QUARTER_DAYS
    return pd.DataFrame(
        {
            "approached_on": first,
            "approached": first.notna(),
            "quarters": quarters.clip(lower=0.0),
            "possible": possible,
        }
    )


def logged_probability(showings: pd.DataFrame, exposed: pd.DataFrame) -> Floats:
    """P(shown at all) out of the probabilities that were logged with the showings, for units shown before the approach.

    Parameters
    ----------
    showings
        Columns ``unit_id, run_id, shown_on, propensity`` (``Register.showings``); lines without a propensity say
        nothing. Positions of one run are one draw: the largest counts.
    exposed
        Of :func:`exposure`.

    Returns
    -------
    numpy.ndarray
        Shape (n,), rows of ``exposed``: ``1 - product over runs of (1 - p)``; NaN where no showing was logged, or only
        after the approach.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-01", "2024-02-01"])
    >>> lines = pd.DataFrame({"unit_id": "a", "run_id": ["r", "s"], "shown_on": days, "propensity": [0.5, 0.2]})
    >>> exposed = pd.DataFrame({"approached_on": pd.to_datetime(["2024-03-01", "2024-03-01"])}, index=["a", "b"])
    >>> logged_probability(lines, exposed).round(2).tolist()
    [0.6, nan]
    """
    lines = showings[showings["propensity"].notna() & showings["unit_id"].isin(exposed.index)]
    met = exposed["approached_on"].reindex(lines["unit_id"]).to_numpy()
    lines = lines[np.isnat(met) | (lines["shown_on"].to_numpy() <= met)]
    by_run = lines.groupby(["unit_id", "run_id"])["propensity"].max()
    missed = np.log1p(-by_run.clip(0.0, 1.0 - 1e-12)).groupby("unit_id").sum()
    return np.asarray(-np.expm1(missed.reindex(exposed.index)), dtype=np.float64)


def propensity(
    X: pd.DataFrame,
    schema: FeatureSchema,
    exposed: pd.DataFrame,
    *,
    fields: pd.DataFrame | None = None,
    logged: Floats | None = None,
    penalty: float | None = None,
    random_state: int = 0,
) -> Propensity:
    """Fit who is approached: a discrete-time hazard by quarters since the record, logistic in the recorded fields.

    Parameters
    ----------
    X
        Model matrix of all units of the register as they were first recorded, shape (n, features): nothing that an
        approach itself brought to light.
    schema
        Its columns.
    exposed
        ``approached, quarters, possible`` of the same units (:func:`exposure`).
    fields
        More recorded fields of the same units, text (one column a level) or numbers.
    logged
        Logged probabilities, shape (n,), NaN where there are none (:func:`logged_probability`): they stand instead of
        fitted ones.
    penalty
        Inverse strength of the ridge; chosen by cross-validation over units when ``None``.
    random_state
        Seed of the folds.

    Raises
    ------
    EhyaError
        ``too_few_rows`` when fewer than ``LEAST_APPROACHED`` units were approached, or were not.
    """
    approached = exposed["approached"].to_numpy(dtype=bool)
    quarters = exposed["quarters"].to_numpy(dtype=np.float64)
    few = min(int(approached.sum()), int((~approached).sum()))
    if few < LEAST_APPROACHED:
        raise EhyaError(ErrorCode.TOO_FEW_ROWS, given=few, allowed=LEAST_APPROACHED)
    columns, names = _columns(X, schema, fields)
    rows = _at_risk(quarters, approached)
    penalty = _penalty(columns, rows, random_state) if penalty is None else penalty
    possible = exposed["possible"].to_numpy(dtype=np.float64)
    none = np.zeros((len(columns), 0))
    bare, full = _fit(none, rows, penalty), _fit(columns, rows, penalty)
    fitted = -np.expm1(-_cumulated(full, columns, possible))
    logged = np.full(len(columns), np.nan) if logged is None else logged
    horizon = np.full(len(columns), float(HORIZON_QUARTERS))
    return Propensity(
        probability=np.where(np.isnan(logged), fitted, logged),
        stabiliser=-np.expm1(-_cumulated(bare, none, possible)),
        horizon=-np.expm1(-_cumulated(full, columns, horizon)),
        marginal=float(-np.expm1(-_cumulated(bare, none[:1], horizon[:1]))[0]),
        cumulative=_cumulated(full, columns, quarters),
        logged=~np.isnan(logged),
        penalty=penalty,
        decides=_parts(columns, names, full),
    )


@dataclass(frozen=True, slots=True)
class _AtRisk:
    """Quarters at risk, gathered: for each unit and band how many passed quietly, and whether the approach fell in
    it.
    """

    unit: npt.NDArray[np.intp]
    band: npt.NDArray[np.intp]
    happened: npt.NDArray[np.intp]
    weight: Floats

    def take(self, kept: Flags) -> _AtRisk:
        return _AtRisk(self.unit[kept], self.band[kept], self.happened[kept], self.weight[kept])


def _at_risk(quarters: Floats, approached: Flags) -> _AtRisk:
    # The quarter of the approach counts as one trial; the last, unfinished quarter of the others as its share.
    quiet = np.where(approached, np.floor(quarters), quarters)
    parts: list[tuple[Any, ...]] = []
    for band, (low, high) in enumerate(pairwise(BANDS)):
        met = approached & (quarters >= low) & (quarters < high)
        for happened, weight in ((0, np.clip(quiet, low, high) - low), (1, met.astype(np.float64))):
            unit = np.flatnonzero(weight > 0)
            parts.append((unit, np.full(len(unit), band), np.full(len(unit), happened), weight[unit]))
    return _AtRisk(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _columns(X: pd.DataFrame, schema: FeatureSchema, fields: pd.DataFrame | None) -> tuple[Floats, list[str]]:
    """Design of the recorded fields, and the feature of each column; columns that do not vary are left out."""
    parts = {name: design(X, [_block(X[name], name in schema.categories)]) for name in schema.names}
    for name, values in () if fields is None else fields.items():
        text = not pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype)
        if text:
            codes = pd.factorize(values, sort=True)[0]
            numbers = np.where(codes < 0, np.nan, codes.astype(np.float64))
        else:
            numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        column = pd.DataFrame({name: numbers})
        parts[str(name)] = design(column, [_block(column[name], text)])
    spread = np.hstack([np.zeros((len(X), 0)), *parts.values()])
    names = [name for name, part in parts.items() for _ in range(part.shape[1])]
    varies = np.ptp(spread, axis=0) > 0 if len(spread) else np.zeros(spread.shape[1], dtype=bool)
    return spread[:, varies], [name for name, kept in zip(names, varies, strict=True) if kept]


def _parts(columns: Floats, names: list[str], model: LogisticRegression) -> dict[str, float]:
    slopes = model.coef_[0][: len(names)]
    mine = np.array(names, dtype=np.str_)
    return {str(name): float((columns[:, mine == name] @ slopes[mine == name]).std()) for name in np.unique(mine)}


def _block(values: pd.Series, category: bool) -> Block:
    known = values.dropna()
    if category:
        levels = np.unique(known.to_numpy())
        share = [float((known == level).mean()) for level in levels]
        return Block(column=str(values.name), levels=levels, centre=share, scale=1.0)
    deviation = float(known.std(ddof=0)) if len(known) else 0.0
    centre = [float(known.mean()) if len(known) else 0.0]
    return Block(column=str(values.name), levels=None, centre=centre, scale=deviation or 1.0)


def _fit(columns: Floats, rows: _AtRisk, penalty: float) -> LogisticRegression:
    model = LogisticRegression(C=penalty, solver="newton-cholesky", max_iter=200, fit_intercept=False)
    return model.fit(_design(columns, rows.unit, rows.band), rows.happened, sample_weight=rows.weight)


# The levels of the bands must not be shrunk: their columns are made large, so that their coefficients are small.
_UNSHRUNK = 100.0


def _design(columns: Floats, unit: npt.NDArray[np.intp], band: npt.NDArray[np.intp]) -> Floats:
    levels = np.zeros((len(unit), len(BANDS) - 1))
    levels[np.arange(len(unit)), band] = _UNSHRUNK
    return np.hstack([columns[unit], levels])


def _penalty(columns: Floats, rows: _AtRisk, random_state: int) -> float:
    losses = np.zeros(len(_PENALTIES))
    for _, out in KFold(_FOLDS, shuffle=True, random_state=random_state).split(columns):
        held = np.isin(rows.unit, out)
        mine, others = rows.take(held), rows.take(~held)
        for number, penalty in enumerate(_PENALTIES):
            score = _fit(columns, others, penalty).decision_function(_design(columns, mine.unit, mine.band))
            losses[number] += mine.weight @ (np.logaddexp(0.0, score) - mine.happened * score)
    return _PENALTIES[int(losses.argmin())]


def _cumulated(model: LogisticRegression, columns: Floats, quarters: Floats) -> Floats:
    unit, total = np.arange(len(columns)), np.zeros(len(columns))
    for band, (low, high) in enumerate(pairwise(BANDS)):
        score = model.decision_function(_design(columns, unit, np.full(len(columns), band)))
        total += (np.clip(quarters, low, high) - low) * np.logaddexp(0.0, score)
    return total
