"""What has become of a model at work: outcomes that matured since, and units unlike those it learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from engine.scoring.artefact import Model
from engine.scoring.document import OUTCOMES
from engine.scoring.sections import DriftReference
from engine.store import Register
from features import matrix
from features.schema import FeatureSchema
from training.cohort.landmarks import standing_idle
from training.evaluation.replay import spoken_of
from training.monitoring.base_rate import BaseRate, base_rate
from training.monitoring.matured import matured
from training.statistics.feature_shift import ALARMING, LEAST_UNITS, DriftCode, feature_drift, unseen

QUIET_MONTHS = 12
"""Months without a new line after which a log of outcomes counts as ended (assumed): that nothing is heard of a unit is
then no sign that it stands idle."""


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
        Of ``training.statistics.feature_shift``.
    findings
        Codes with what they concern (a feature, a county, or nothing).
    origin
        Whose units it was made of; figures of synthetic ones say so.
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
    origin: str = ""

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
            "origin": self.origin,
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
    units_at = cache(spoken_of(register, model))
    ended = log_ended(events, as_of=as_of)
    heard = as_of if ended is None else max(ended, since)
    rate = base_rate(matured(model, units_at, events, as_of=heard))
    here = standing_idle(units_at(as_of), events, as_of=as_of)
    X = matrix(here, schema, model.fitted, as_of=as_of)
    then = model.document.drift_reference
    moved = feature_drift(then or DriftReference(count=0, features={}), X, random_state=random_state)
    new = unseen(X, here, schema)
    findings = _of_outcomes(rate)
    if ended is not None:
        findings.append((DriftCode.LOG_ENDED, ended.date().isoformat()))
    if then is None:
        findings.append((DriftCode.NO_REFERENCE, ""))
    if len(here) < LEAST_UNITS:
        findings.append((DriftCode.TOO_FEW_UNITS, ""))
    else:
        shifted = DriftCode.FEATURE_SHIFTED if model.kind == OUTCOMES else DriftCode.UNLIKE_PRESS_SAMPLE
        findings += [(shifted, str(name)) for name in moved.index[moved["alarming"]]]
        findings += [(DriftCode.CATEGORY_UNSEEN, str(name)) for name in new.index[new["alarming"]]]
    compared = len(here) >= LEAST_UNITS or bool(rate.overall["outcomes"])
    if compared and not any(code in ALARMING for code, _ in findings):
        findings.append((DriftCode.STEADY, ""))
    origin = model.document.origin or ""
    return Drift(model.version, model.kind, since, as_of, len(here), rate, moved, new, tuple(findings), origin)


def log_ended(events: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.Timestamp | None:
    """Day of the last line of a log that nobody has added to for ``QUIET_MONTHS``; ``None`` while it goes on.

    Parameters
    ----------
    events
        Event table; one without lines has not begun.
    as_of
        The day of knowledge.

    Examples
    --------
    >>> events = pd.DataFrame({"known_on": pd.to_datetime(["2023-05-01", "2024-01-10"])})
    >>> log_ended(events, as_of=pd.Timestamp("2024-12-31")), log_ended(events, as_of=pd.Timestamp("2025-03-01"))
    (None, Timestamp('2024-01-10 00:00:00'))
    """
    last = events["known_on"].max()
    if pd.isna(last) or last + pd.DateOffset(months=QUIET_MONTHS) >= as_of:
        return None
    return pd.Timestamp(last)


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
