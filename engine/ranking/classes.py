"""Triage: offer it, fix it first, give it another use, or say that it cannot be judged.

The classes answer the complaint that revival programmes have no screening; they follow the corrective plans of the
Reserve Bank of India (rectify, restructure, recover) with a fourth class for what nobody knows.
"""

from __future__ import annotations

import pandas as pd

from engine.diagnosis.joined import joined
from engine.ranking.flags import missing_fields, red_flags, severities
from engine.ranking.grounds import LOW_FEASIBILITY, blind, blocked, closed, hopeless, open_to_offer
from engine.ranking.reasons import PRECEDENCE, Triage


def triage(
    units: pd.DataFrame,
    findings: pd.DataFrame,
    predictions: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    low_feasibility: float = LOW_FEASIBILITY,
    levels: pd.Series | None = None,
) -> pd.DataFrame:
    """Put each unit into its class, with the reasons.

    The first class that applies wins. *Repurpose or sell* a unit that was liquidated, or whose feasibility is low up to
    the upper end of its interval while ``MIN_GROUNDS`` grounds agree; never a unit known from the press.
    *Cannot judge* a unit without a prediction, and a reported one that is undated or of which the reading is unsure.
    *Fix first* a unit with a barrier of ``BLOCKS`` of severity 3. *Offer* the others.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    findings
        What ``engine.diagnosis.diagnose`` found in these units.
    predictions
        Prediction table; units that it does not hold count as not scorable.
    as_of
        The day of judgement.
    low_feasibility
        Probability; see ``LOW_FEASIBILITY``.
    levels
        Price level of each Jalali year, as for `engine.domain.usual_capital.usual_capital`.

    Returns
    -------
    pandas.DataFrame
        Shape (n, 4), index of ``units``: ``triage`` (``Triage``), ``triage_reasons`` (``TriageReason``), ``red_flags``
        (``RedFlag``) and ``missing`` (``Field``), the last three joined by ``;``.

    Examples
    --------
    >>> from engine.diagnosis import diagnose
    >>> from engine.domain.unit import unit_table
    >>> day = pd.Timestamp("2026-01-01")
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a", "b"], "status": "idle", "bank_owned": [True, False]}))
    >>> predictions = pd.DataFrame({"scorable": True, "feasibility_high": 0.5}, index=units.index)
    >>> triage(units, diagnose(units, as_of=day), predictions, as_of=day)["triage"].tolist()
    ['fix_first', 'offer']
    """
    found = severities(units, findings)
    grounds = pd.concat(
        [
            closed(units),
            blind(units, predictions),
            hopeless(units, found, predictions, as_of, low_feasibility),
            blocked(found),
            open_to_offer(found),
        ],
        axis=1,
    )
    chosen, reasons = _first_that_applies(grounds)
    return pd.DataFrame(
        {
            "triage": chosen,
            "triage_reasons": reasons,
            "red_flags": red_flags(units, found, as_of=as_of, levels=levels),
            "missing": missing_fields(units, as_of=as_of),
        }
    )


def _first_that_applies(grounds: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Class of each unit and the reasons of that class only."""
    chosen = pd.Series(Triage.OFFER.value, index=grounds.index, dtype="str")
    settled = pd.Series(False, index=grounds.index)
    spoken = pd.DataFrame(False, index=grounds.index, columns=grounds.columns)
    for verdict, reasons in PRECEDENCE:
        names = [reason.value for reason in reasons]
        applies = grounds[names].any(axis=1) & ~settled
        chosen = chosen.mask(applies, verdict.value)
        spoken[names] |= grounds[names].mul(applies, axis=0)
        settled |= applies
    return chosen, joined(spoken)
