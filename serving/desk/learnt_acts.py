"""What acts do: what is assumed of them, and what the workspace's own outcomes say once there are enough."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.diagnosis.findings import barriers_of, diagnose, unjudged
from engine.domain.outcome import OutcomeKind
from engine.domain.prediction import Output, columns
from engine.domain.standing import standing
from engine.domain.unit import Field, Status, idle_months
from engine.economics.prices import PriceIndex, levels_of
from engine.recourse.acts import acts_of
from engine.recourse.learnt import LEAST, learnt_effects
from engine.reference.effects import effects
from engine.scoring.artefact import Model
from engine.settings import Settings
from engine.store import Register
from serving.desk.question import Question
from serving.desk.workspace import champion, open_register, own_prices
from serving.disclosure.masking import Audience, visible

HORIZON_MONTHS = 24
"""Months after a landmark in which a restart counts."""
STEP_MONTHS = 12
"""Months between landmarks; an act of that long before one counts as done at it."""
BESIDE = ["idle_months", "log_jobs", "landmark"]
"""What may have decided who was served, beside the chance: months idle, size, and when."""

_CASES = ["unit_id", "intervention", "done", "returned", "chance", "others", *BESIDE]


def believed_acts(settings: Settings, question: Question, *, version: str | None = None) -> pd.DataFrame:
    """Effects with those of acts moved by outcomes, for the office: they rest on fields that the public does not see.

    Parameters
    ----------
    settings, question
        Where things are kept; by when outcomes were known.
    version
        Version of the model that says which chance each unit had; the one at work where ``None``. What is judged by an
        earlier model takes the effects of that model too.

    Returns
    -------
    pandas.DataFrame
        What `engine.recourse.learnt.learnt_effects` gives.

    Raises
    ------
    EhyaError
        ``no_model``, ``never_promoted`` and their like where outcomes are enough and there is no model; what
        `engine.reference.effects.effects` raises.
    """
    believed = effects(settings.effects)
    with open_register(settings) as register:
        events = register.events(question.as_of)
        enough = _often_served(events)
        cases = pd.DataFrame(columns=_CASES)
        if enough:
            model, prices = champion(register, settings, version), own_prices(settings)
            found = [
                _at_landmark(register, events, model, day, question, believed, prices)
                for day in _landmarks(events, question.as_of)
            ]
            cases = pd.concat([cases, *found]) if found else cases
    cases = cases[cases["intervention"].isin(enough)]
    # A unit speaks once of an act: as one that was served where it ever was, else where it first might have been.
    once = cases.sort_values(["done", "landmark"], ascending=[False, True], kind="stable")
    return learnt_effects(once.drop_duplicates(["unit_id", "intervention"]), believed, BESIDE)


def _served(events: pd.DataFrame) -> pd.DataFrame:
    return events[(events["kind"] == OutcomeKind.SERVED.value) & events["act"].notna()]


def _often_served(events: pd.DataFrame) -> list[str]:
    """Acts that were done for enough units to be learnt."""
    counts = _served(events).groupby("act")["unit_id"].nunique()
    return [str(act) for act in counts.index[counts >= LEAST]]


def _landmarks(events: pd.DataFrame, as_of: pd.Timestamp) -> list[pd.Timestamp]:
    """Days, a step between them, from the first act on to the last whose horizon is over."""
    first = _served(events)["happened_on"].min()
    days, day = [], as_of - pd.DateOffset(months=HORIZON_MONTHS)
    while day >= first:
        days.append(day)
        day = day - pd.DateOffset(months=STEP_MONTHS)
    return days[::-1]


def _at_landmark(
    register: Register, events: pd.DataFrame, model: Model, day: pd.Timestamp, question: Question,
    believed: pd.DataFrame, prices: PriceIndex | None,
) -> pd.DataFrame:  # fmt: skip
    """Cases of one day: units that stood idle by what was known then, with acts that were done or might have been."""
    from features.predicted import predicted

    units = standing(register.units(known_by=day), events[events["known_on"] <= day], as_of=day)
    units = units[units["status"].isin([Status.IDLE.value, Status.SEMI_ACTIVE.value])]
    if units.empty:
        return pd.DataFrame(columns=_CASES)
    served, since = _served(events), day - pd.DateOffset(months=STEP_MONTHS)
    before = served[served["happened_on"] <= day]
    lately = before.loc[before["happened_on"] > since, ["unit_id", "act"]].drop_duplicates()
    levels = levels_of(prices)
    barriers = barriers_of(diagnose(units, as_of=day, levels=levels), unjudged(units, as_of=day, levels=levels))
    might = acts_of(units, barriers, believed)[["unit_id", "intervention"]]
    done = lately.rename(columns={"act": "intervention"})
    pairs = pd.concat([done.assign(done=True), might.assign(done=False)]).drop_duplicates(["unit_id", "intervention"])
    long_ago = pd.MultiIndex.from_frame(before[["unit_id", "act"]])  # done before: neither served now nor never served
    stale = pd.MultiIndex.from_frame(pairs[["unit_id", "intervention"]]).isin(long_ago) & ~pairs["done"].to_numpy()
    pairs = pairs[~stale & pairs["unit_id"].isin(units.index).to_numpy()]
    seen = visible(units, Audience.OFFICE)
    judged = predicted(model, seen, as_of=day, assumed_capital_rial=question.assume_capital_rial)
    known = pd.DataFrame(
        {
            "returned": units.index.isin(_back(events, day)),
            "chance": judged[columns(Output.FEASIBILITY)[1]].astype("float64"),
            "idle_months": idle_months(units, day).astype("float64"),
            "log_jobs": np.log1p(units[Field.JOBS_BEFORE_STOP.value].astype("float64")),
        },
        index=units.index,
    )
    found = pairs.join(known, on="unit_id").assign(landmark=float(day.year), others=_others(pairs, believed))
    cases: pd.DataFrame = found[_CASES]
    return cases


def _back(events: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Units that restarted within the horizon."""
    last = day + pd.DateOffset(months=HORIZON_MONTHS)
    inside = (events["happened_on"] > day) & (events["happened_on"] <= last)
    return events.loc[inside & (events["kind"] == OutcomeKind.RESTARTED.value), "unit_id"]


def _others(pairs: pd.DataFrame, believed: pd.DataFrame) -> pd.Series:
    """Log-odds that the other acts add which were done for the unit, by what is assumed of them."""
    assumed = believed[believed["output"] == "act"].set_index("feature")["effect"].astype("float64")
    added = (pairs["intervention"].map(assumed) * pairs["done"]).fillna(0.0)
    return added.groupby(pairs["unit_id"]).transform("sum") - added
