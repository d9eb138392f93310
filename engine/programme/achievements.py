"""Figures of a programme in a period: units revived and still at work, services, money, jobs, events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.codes import Code
from engine.domain.intervention import InterventionCode
from engine.domain.outcome import OutcomeKind
from engine.domain.standing import ENDS
from engine.parsing.dates import jalali_years
from engine.reference.tables import table

LATER_MONTHS = (12, 24, 36)
"""Months after a restart at which a programme is asked whether the unit still works."""

FUNNEL = (
    OutcomeKind.OFFERED,
    OutcomeKind.APPROACHED,
    OutcomeKind.VISITED,
    OutcomeKind.AGREED,
    OutcomeKind.INVESTED,
    OutcomeKind.RESTARTED,
)
"""Steps of an event, in order."""


class ProgrammeFigure(Code):
    """One figure of the report."""

    UNITS_REVIVED = "units_revived"
    UNITS_DIAGNOSED = "units_diagnosed"
    INDUSTRIAL_TOURS = "industrial_tours"
    TRAINING_COURSES = "training_courses"
    UNITS_SERVED = "units_served"
    SERVICES = "services"
    INVESTMENTS = "investments"
    INVESTORS = "investors"
    INVESTED_RIAL = "invested_rial"
    DIRECT_JOBS = "direct_jobs"
    NET_JOBS = "net_jobs"


@dataclass(frozen=True, eq=False, slots=True)
class Achievements:
    """What came of a programme from one day to another.

    Parameters
    ----------
    start, end
        First and last day.
    figures
        Index ``ProgrammeFigure``: ``value`` and ``unknown``, how many of those counted say nothing of it (revived units
        without a count of jobs, investments without an amount, investments that name no investor).
    still_running
        Index months after the restart: ``running`` (seen at work then or later, or stopped only later), ``stopped``,
        ``unknown`` (nobody looked since), ``not_due`` (the day lies ahead); units.
    families
        Index service family: ``services`` and ``units``.
    counties
        Index ``province, county``: ``revived, counted`` (with a count of jobs), ``direct_jobs, net_jobs, unemployed``
        (of the census), ``share_of_unemployed`` (direct jobs, NaN where the census does not say).
    money
        Index Jalali year: ``investments, rial`` of the day, ``rial_common`` in prices of the common year.
    funnels
        Index name of a conference or programme: units that took each step of ``FUNNEL`` at it or after it.
    """

    start: pd.Timestamp
    end: pd.Timestamp
    figures: pd.DataFrame
    still_running: pd.DataFrame
    families: pd.DataFrame
    counties: pd.DataFrame
    money: pd.DataFrame
    funnels: pd.DataFrame


def achievements(
    events: pd.DataFrame,
    units: pd.DataFrame,
    *,
    start: pd.Timestamp,
    end: pd.Timestamp,
    known_by: pd.Timestamp,
    net_share: pd.Series | None = None,
    rial: pd.Series | None = None,
) -> Achievements:
    """Count what was recorded.

    Parameters
    ----------
    events
        Event table: ``unit_id, kind, happened_on, known_on, capacity_share, jobs, act, rial, mandate_id, event``.
    units
        Unit table, for places; index ``unit_id``.
    start, end
        First and last day that counts, by when things happened.
    known_by
        Last day whose knowledge counts; whether units still work is seen up to it.
    net_share
        Share of direct jobs that is new to the province, index ``unit_id``; nothing is said of net jobs where ``None``.
    rial
        Jalali year -> rial of the common year for one rial of that year; NaN where it cannot be compared.

    Returns
    -------
    Achievements
        A unit is revived once, by its first restart of the period. Its direct jobs are the last count from the restart
        to ``end``. A tour or a course that carries a name counts once a day and name, however many units took part; one
        without a name counts by itself.

    Examples
    --------
    >>> row = {"unit_id": "a", "capacity_share": None, "jobs": None, "act": None, "rial": None, "mandate_id": None,
    ...     "event": None}
    >>> days = {"happened_on": pd.Timestamp("2023-05-01"), "known_on": pd.Timestamp("2023-05-02")}
    >>> events = pd.DataFrame([row | days | {"kind": "restarted", "jobs": 30}, row | days | {"kind": "served",
    ...     "act": "diagnosis"}])
    >>> units = pd.DataFrame({"province": ["West Azerbaijan"], "county": ["Khoy"]}, index=["a"])
    >>> day = pd.Timestamp
    >>> found = achievements(events, units, start=day("2023-03-21"), end=day("2024-03-19"), known_by=day("2024-06-01"))
    >>> found.figures["value"][["units_revived", "units_diagnosed", "direct_jobs"]].tolist()
    [1.0, 1.0, 30.0]
    """
    known = events[(events["known_on"] <= known_by) & (events["happened_on"] <= known_by)]
    known = known.sort_values(["happened_on", "known_on"], kind="stable")
    inside = known[known["happened_on"].between(start, end)]
    restarts = inside[inside["kind"] == OutcomeKind.RESTARTED.value].drop_duplicates("unit_id").set_index("unit_id")
    since = restarts["happened_on"]
    jobs = last_counts(known[known["happened_on"] <= end], since)
    served = inside[(inside["kind"] == OutcomeKind.SERVED.value) & inside["act"].notna()]
    invested = inside[inside["kind"] == OutcomeKind.INVESTED.value]
    counties = _counties(since, jobs, units, net_share)
    figures = {
        ProgrammeFigure.UNITS_REVIVED: (len(since), 0),
        ProgrammeFigure.UNITS_DIAGNOSED: (_of_act(served, InterventionCode.DIAGNOSIS)["unit_id"].nunique(), 0),
        ProgrammeFigure.INDUSTRIAL_TOURS: (_occasions(_of_act(served, InterventionCode.INDUSTRIAL_TOUR)), 0),
        ProgrammeFigure.TRAINING_COURSES: (_occasions(_of_act(served, InterventionCode.MANAGEMENT_TRAINING)), 0),
        ProgrammeFigure.UNITS_SERVED: (served["unit_id"].nunique(), 0),
        ProgrammeFigure.SERVICES: (len(served), 0),
        ProgrammeFigure.INVESTMENTS: (len(invested), 0),
        ProgrammeFigure.INVESTORS: (invested["mandate_id"].nunique(), invested["mandate_id"].isna().sum()),
        ProgrammeFigure.INVESTED_RIAL: (_sum(invested["rial"]), invested["rial"].isna().sum()),
        ProgrammeFigure.DIRECT_JOBS: (_sum(jobs), jobs.isna().sum()),
        ProgrammeFigure.NET_JOBS: (np.nan if net_share is None else _sum(counties["net_jobs"]), jobs.isna().sum()),
    }
    index = pd.Index([figure.value for figure in figures], name="figure")
    return Achievements(
        start=start,
        end=end,
        figures=pd.DataFrame(list(figures.values()), index=index, columns=["value", "unknown"]).astype("float64"),
        still_running=_still_running(known, since, known_by),
        families=_families(served),
        counties=counties,
        money=_money(invested, rial),
        funnels=_funnels(known, inside, end),
    )


def _of_act(served: pd.DataFrame, act: InterventionCode) -> pd.DataFrame:
    return served[served["act"] == act.value]


def _occasions(served: pd.DataFrame) -> int:
    """How often something was held: once a day and name, and once for each line without a name."""
    named = served[served["event"].notna()]
    return len(named[["event", "happened_on"]].drop_duplicates()) + int(served["event"].isna().sum())


def _sum(values: pd.Series) -> float:
    """Sum of what is known; NaN where nothing is, although something was counted."""
    known = values.dropna().astype("float64")
    return float(known.sum()) if len(known) or values.empty else float("nan")


def last_counts(known: pd.DataFrame, since: pd.Series) -> pd.Series:
    """Persons at work in each revived unit as last counted from its restart on.

    Parameters
    ----------
    known
        Events, oldest first: ``unit_id, happened_on, jobs``.
    since
        Day of the restart of each unit, index ``unit_id``.

    Returns
    -------
    pandas.Series
        Index of ``since``, NaN where nobody counted.

    Examples
    --------
    >>> days = pd.to_datetime(["2023-01-01", "2023-06-01", "2024-01-01"])
    >>> known = pd.DataFrame({"unit_id": "a", "happened_on": days, "jobs": [0, 10, 30]})
    >>> since = pd.Series({"a": days[1]})
    >>> last_counts(known, since).tolist(), last_counts(known[:1], since).tolist()
    ([30.0], [nan])
    """
    counted = known[known["jobs"].notna() & known["unit_id"].isin(since.index)]
    counted = counted[(counted["happened_on"] >= since.reindex(counted["unit_id"]).to_numpy()).to_numpy(dtype=bool)]
    last: pd.Series = counted.groupby("unit_id")["jobs"].last().astype("float64")
    return last.reindex(since.index)


def _counties(since: pd.Series, jobs: pd.Series, units: pd.DataFrame, net_share: pd.Series | None) -> pd.DataFrame:
    share = pd.Series(np.nan, index=since.index) if net_share is None else net_share.reindex(since.index)
    place = units.reindex(since.index)[["province", "county"]].astype(object)
    place = place.where(place.notna(), "")
    frame = place.assign(jobs=jobs, net=jobs * share)
    grouped = frame.groupby(["province", "county"], sort=True)
    found = pd.DataFrame(
        {
            "revived": grouped.size(),
            "counted": grouped["jobs"].count(),
            "direct_jobs": grouped["jobs"].sum(min_count=1),
            "net_jobs": grouped["net"].sum(min_count=1),
        }
    )
    rows = table("county_indicators")
    census = rows[rows["indicator"] == "unemployed"].set_index(["province", "county"])["value"]
    found["unemployed"] = census.reindex(found.index).to_numpy(np.float64)
    return found.assign(share_of_unemployed=found["direct_jobs"] / found["unemployed"])


def _still_running(known: pd.DataFrame, since: pd.Series, known_by: pd.Timestamp) -> pd.DataFrame:
    mine = known[known["unit_id"].isin(since.index)]
    begun = since.reindex(mine["unit_id"]).to_numpy()
    mine = mine[mine["happened_on"].to_numpy() >= begun]
    over = mine["kind"].isin([OutcomeKind.STOPPED_AGAIN.value, *ENDS])
    ended = mine[over].groupby("unit_id")["happened_on"].min().reindex(since.index)
    at_work = mine[(mine["kind"] == OutcomeKind.OBSERVED.value) & ((mine["capacity_share"] > 0) | (mine["jobs"] > 0))]
    seen = at_work.groupby("unit_id")["happened_on"].max().reindex(since.index)
    lines = {}
    for months in LATER_MONTHS:
        due = since + pd.DateOffset(months=months)
        ripe = (due <= known_by).to_numpy()
        stopped = ripe & (ended <= due).to_numpy()
        running = ripe & ~stopped & ((seen >= due) | (ended > due)).to_numpy()
        lines[months] = _line(ripe, running, stopped)
    return pd.DataFrame.from_dict(lines, orient="index").rename_axis("months").astype("int64")


def _line(
    ripe: npt.NDArray[np.bool_], running: npt.NDArray[np.bool_], stopped: npt.NDArray[np.bool_]
) -> dict[str, int]:
    return {
        "running": int(running.sum()),
        "stopped": int(stopped.sum()),
        "unknown": int((ripe & ~running & ~stopped).sum()),
        "not_due": int((~ripe).sum()),
    }


def _families(served: pd.DataFrame) -> pd.DataFrame:
    family = table("interventions").set_index("intervention")["family"]
    grouped = served.assign(family=family.reindex(served["act"]).to_numpy()).groupby("family")["unit_id"]
    return pd.DataFrame({"services": grouped.size(), "units": grouped.nunique()}).rename_axis("family")


def _money(invested: pd.DataFrame, rial: pd.Series | None) -> pd.DataFrame:
    year = jalali_years(invested["happened_on"]).astype("int64")
    amount = invested["rial"].astype("float64")
    factor = pd.Series(np.nan, index=year.index) if rial is None else year.map(rial).astype("float64")
    frame = pd.DataFrame({"year": year, "rial": amount, "rial_common": amount * factor})
    grouped = frame.groupby("year")
    return pd.DataFrame(
        {
            "investments": grouped.size(),
            "rial": grouped["rial"].sum(min_count=1),
            "rial_common": grouped["rial_common"].sum(min_count=1),
        }
    )


def _funnels(known: pd.DataFrame, inside: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Units of each event that was held in the period, by the steps they took at it or after it."""
    conference = inside[inside["event"].notna() & (inside["kind"] != OutcomeKind.SERVED.value)]
    first = conference.groupby(["event", "unit_id"], as_index=False)["happened_on"].min()
    until = known[known["happened_on"] <= end]
    steps = first.merge(until[["unit_id", "kind", "happened_on"]], on="unit_id", suffixes=("_first", ""))
    steps = steps[steps["happened_on"] >= steps["happened_on_first"]]
    steps = steps.drop_duplicates(["event", "unit_id", "kind"])
    found: pd.DataFrame = pd.crosstab(steps["event"], steps["kind"])
    found = found.reindex(columns=[step.value for step in FUNNEL], fill_value=0).astype("int64")
    found.insert(0, "units", first.groupby("event").size().reindex(found.index))
    return found.rename_axis(index="event", columns=None)
