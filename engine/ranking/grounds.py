"""Grounds: which reason of triage holds for which unit. All levels are assumed where no source stands beside them."""

from __future__ import annotations

import pandas as pd

from engine.diagnosis.joined import flags
from engine.domain.prediction import Output, columns
from engine.domain.unit import Barrier, Confidence, Origin, Status, idle_months
from engine.ranking.flags import LONG_IDLE_MONTHS
from engine.ranking.reasons import BLOCKS, UNSCORED, TriageReason

BLOCKING_SEVERITY = 3
"""Severity from which on a barrier must go before anybody can invest: assumed."""
LOW_FEASIBILITY = 0.10
"""Upper end of the feasibility interval below which revival as it is looks hopeless: half of the mean of the
prior for a durable revival, Beta(3, 12); assumed."""
MIN_GROUNDS = 2
"""Grounds that must hold beside a low feasibility (of: idle long, machinery obsolete, no market): assumed."""


def closed(units: pd.DataFrame) -> pd.DataFrame:
    """Units that do not exist any more; of a reported one only the page says so."""
    liquidated = units["status"].eq(Status.LIQUIDATED.value).fillna(False)
    reported = units["origin"].eq(Origin.REPORTED.value).fillna(False)
    return pd.DataFrame(
        {
            TriageReason.LIQUIDATED.value: liquidated & ~reported,
            TriageReason.REPORTED_LIQUIDATED.value: liquidated & reported,
        }
    )


def blind(units: pd.DataFrame, predictions: pd.DataFrame) -> pd.DataFrame:
    """Units that cannot be judged: no prediction, or a report without a date or of an unsure reading."""
    scorable = predictions["scorable"].reindex(units.index).eq(True).fillna(False).astype(bool)
    said = predictions.get("not_scorable", pd.Series(index=predictions.index, dtype="str")).reindex(units.index)
    reasons = flags(said, UNSCORED).mul(~scorable, axis=0)
    reasons[TriageReason.NO_PREDICTION.value] = ~scorable & ~reasons.any(axis=1)
    never_idle = units["status"].isin([Status.OPERATING.value, Status.UNDER_CONSTRUCTION.value])
    reasons[TriageReason.NOT_IDLE.value] |= never_idle
    reasons[TriageReason.WITHDRAWN.value] = units.get("withdrawn", False)
    reported = units["origin"].eq(Origin.REPORTED.value).fillna(False)
    unsure = units["confidence"].isna() | units["confidence"].eq(Confidence.MISSING.value).fillna(False)
    reasons[TriageReason.REPORT_UNDATED.value] = reported & units["as_of"].isna()
    reasons[TriageReason.REPORT_UNSURE.value] = reported & unsure
    return reasons.astype(bool)


def hopeless(
    units: pd.DataFrame, found: pd.DataFrame, predictions: pd.DataFrame, as_of: pd.Timestamp, limit: float
) -> pd.DataFrame:
    """Units whose revival as they are looks hopeless; nothing is held against a unit known from the press."""
    high = predictions[columns(Output.FEASIBILITY)[2]].reindex(units.index)
    no_market = found[[Barrier.MARKET_DEMAND.value, Barrier.IMPORTS_SMUGGLING.value]].any(axis=1)
    grounds = pd.DataFrame(
        {
            TriageReason.LONG_IDLE.value: idle_months(units, as_of) >= LONG_IDLE_MONTHS,
            TriageReason.MACHINERY_OBSOLETE.value: found[Barrier.MACHINERY_OBSOLETE.value] >= 2,
            TriageReason.NO_MARKET.value: no_market,
        }
    )
    reported = units["origin"].eq(Origin.REPORTED.value).fillna(False)
    enough = (high < limit) & (grounds.sum(axis=1) >= MIN_GROUNDS) & ~reported
    grounds.insert(0, TriageReason.LOW_FEASIBILITY.value, True)
    return grounds.mul(enough, axis=0).astype(bool)


def blocked(found: pd.DataFrame) -> pd.DataFrame:
    """Units with a barrier that others than the investor must remove first."""
    reasons = [reason.value for reason in dict.fromkeys(BLOCKS.values())]
    marks = pd.DataFrame(False, index=found.index, columns=reasons)
    for barrier, reason in BLOCKS.items():
        marks[reason.value] |= found[barrier.value] >= BLOCKING_SEVERITY
    return marks


def open_to_offer(found: pd.DataFrame) -> pd.DataFrame:
    """What may be said of a unit that is offered."""
    workable = found.any(axis=1)
    return pd.DataFrame({TriageReason.BARRIERS_WORKABLE.value: workable, TriageReason.NOTHING_BLOCKS.value: ~workable})
