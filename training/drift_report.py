"""What has become of a model at work: outcomes that matured since, and units unlike those it learnt from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from engine import hazards, scoring
from engine.artefact import OUTCOMES, Model
from engine.domain.standing import standing
from engine.hazards import PERIODS
from engine.store import Register
from features import matrix
from features.schema import FeatureSchema
from training.base_rate import BaseRate, base_rate
from training.drift import ALARMING, LEAST_UNITS, DriftCode, feature_drift, unseen
from training.periods import SETTLED_MONTHS, Described, describe, labelled, standing_idle
from training.selection import Floats
from training.spells import RESTARTED


@dataclass(frozen=True, slots=True)
class Drift:
    """What was found.

    Parameters
    ----------
    model_version, kind, data_until
        The model looked at.
    as_of
        The day.
    units
        Idle and half-active units of the register that can be scored.
    base_rate
        Restarts by period of six months since the model was made, beside what it foretold; of each unit from the first
        quarter after that on which it stood idle.
    features, unseen
        Of ``training.drift``.
    findings
        Codes with what they concern (a feature, a county, or nothing).
    """

    model_version: str
    kind: str
    data_until: pd.Timestamp
    as_of: pd.Timestamp
    units: int
    base_rate: BaseRate
    features: pd.DataFrame
    unseen: pd.DataFrame
    findings: tuple[tuple[DriftCode, str], ...]

    @property
    def alarming(self) -> bool:
        """Whether the model should be trained anew, or not trusted."""
        return any(code in ALARMING for code, _ in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Plain form."""
        tables = {"features": self.features, "unseen": self.unseen, "groups": self.base_rate.groups}
        return {
            "model_version": self.model_version,
            "kind": self.kind,
            "data_until": self.data_until.date().isoformat(),
            "as_of": self.as_of.date().isoformat(),
            "units": self.units,
            "alarming": self.alarming,
            "findings": [{"code": code.value, "of": of} for code, of in self.findings],
            "base_rate": _plain(pd.DataFrame([self.base_rate.overall]))[0],
            **{name: _plain(table.reset_index() if name != "groups" else table) for name, table in tables.items()},
        }


def drift(register: Register, model: Model, *, as_of: pd.Timestamp, random_state: int = 0) -> Drift:
    """Compare the register of a day with what a model was made of and what it foretold.

    Parameters
    ----------
    register
        Read only, as it stood at the end of ``as_of``.
    model
        The model at work. One made before models carried ``drift_reference`` is judged by outcomes and unmet categories
        alone. A model of press reports is meant for other units than those it was made of: that they differ is said and
        is no alarm.
    as_of
        The day.
    random_state
        Seed of the splits.
    """
    as_of, since = pd.Timestamp(as_of), model.data_until
    schema = FeatureSchema.from_json(model.schema)
    events = register.events(known_by=as_of)
    own = model.document.get("origin")
    units_at = cache(lambda day: register.units(None if own is None else {"origin": own}, known_by=day))
    rate = base_rate(matured(model, units_at, events, as_of=as_of))
    here = standing_idle(units_at(as_of), events, as_of=as_of)
    X = matrix(here, schema, model.fitted, as_of=as_of)
    document = model.document.get("drift_reference")
    moved = feature_drift(document or {"count": 0, "features": {}}, X, random_state=random_state)
    new = unseen(X, here, schema)
    findings = _of_outcomes(rate)
    if document is None:
        findings.append((DriftCode.NO_REFERENCE, ""))
    if len(here) < LEAST_UNITS:
        findings.append((DriftCode.TOO_FEW_UNITS, ""))
    else:
        shifted = DriftCode.FEATURE_SHIFTED if model.kind == OUTCOMES else DriftCode.UNLIKE_PRESS_SAMPLE
        findings += [(shifted, str(name)) for name in moved.index[moved["alarming"]]]
        findings += [(DriftCode.CATEGORY_UNSEEN, str(name)) for name in new.index[new["alarming"]]]
    if not any(code in ALARMING for code, _ in findings):
        findings.append((DriftCode.STEADY, ""))
    return Drift(model.version, model.kind, since, as_of, len(here), rate, moved, new, tuple(findings))


def matured(
    model: Model,
    units_at: Callable[[pd.Timestamp], pd.DataFrame],
    events: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    settled_months: int = SETTLED_MONTHS,
) -> pd.DataFrame:
    """Periods that passed since a model was made, with what it foretold of them and what came.

    Parameters
    ----------
    model
        The model; nothing known by its ``data_until`` is among the outcomes, and it sees each unit as it was known on
        the origin.
    units_at, events, as_of, settled_months
        As for ``training.periods.follow``.

    Returns
    -------
    pandas.DataFrame
        ``unit_id, origin, period`` (1 to 4), ``label`` (restarted in it), ``probability`` (of that, idle at its start),
        ``county, sector, size``. A model of press reports knows no periods: its chance of 24 months is spread over them
        at an even hazard.
    """
    since = model.data_until
    nothing = units_at(as_of).iloc[:0]
    schema = FeatureSchema.from_json(model.schema)
    described = describe(lambda day: units_at(day) if day > since else nothing, events, schema, as_of=as_of)
    seen = labelled(_first(described), events, as_of=as_of, settled_months=settled_months)
    rows, periods = seen.rows, seen.rows["periods"].to_numpy(np.intp)
    foretold = _hazard(model, rows, units_at, events)
    row = np.repeat(np.arange(len(rows)), periods)
    period = np.arange(len(row)) - np.repeat(np.cumsum(periods) - periods, periods)
    came = (period == periods[row] - 1) & (rows["outcome"].to_numpy() == RESTARTED)[row]
    table = rows.iloc[row][["unit_id", "origin", "county", "sector", "size"]].reset_index(drop=True)
    return table.assign(period=period + 1, label=came.astype(np.float64), probability=foretold[row, period])


def _first(described: Described) -> Described:
    """Of each unit the first landmark."""
    kept = ~described.rows.duplicated("unit_id").to_numpy()
    rows = described.rows[kept].reset_index(drop=True)
    return Described(rows, described.matrix[kept], described.schema, described.fitted, described.left_out)


def _hazard(
    model: Model, rows: pd.DataFrame, units_at: Callable[[pd.Timestamp], pd.DataFrame], events: pd.DataFrame
) -> Floats:
    """P(restart in a period | idle at its start), shape (n, PERIODS), each unit as it was known on its origin."""
    found = np.full((len(rows), PERIODS), np.nan)
    for day, where in rows.reset_index(drop=True).groupby("origin").indices.items():
        origin = pd.Timestamp(str(day))
        units = standing(units_at(origin).loc[rows["unit_id"].iloc[where]], events, as_of=origin)
        X = matrix(units, model.schema, model.fitted, as_of=origin)
        if model.kind == OUTCOMES:
            ways = hazards.incidences(model, X)
            restarted = np.column_stack([np.zeros(len(X)), ways.restarted])
            gone = restarted + np.column_stack([np.zeros(len(X)), ways.ended])
            found[where] = np.diff(restarted, axis=1) / np.maximum(1 - gone[:, :-1], 1e-9)
        else:
            capacity = model.document["population"]["capacity"]["rate"]
            feasible = scoring.predict(model, X, units, as_of=origin)["feasibility_point"].to_numpy(np.float64)
            within = np.clip(feasible / capacity, 0.0, 0.999)
            found[where] = -np.expm1(np.log1p(-within) / PERIODS)[:, None]
    return found


def _of_outcomes(rate: BaseRate) -> list[tuple[DriftCode, str]]:
    overall = rate.overall
    if not overall["outcomes"]:
        return [(DriftCode.NOTHING_MATURED, "")]
    more, fewer = DriftCode.MORE_THAN_PREDICTED, DriftCode.FEWER_THAN_PREDICTED
    groups = rate.alarming_groups
    found = [("", overall["observed"] > overall["expected"])] if rate.alarming else []
    found += list(zip(groups["group"].astype("str"), groups["observed"] > groups["expected"], strict=True))
    return [(more if above else fewer, of) for of, above in found]


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object).where(table.notna(), None)
    return [dict(zip(table.columns, row, strict=True)) for row in plain.itertuples(index=False)]
