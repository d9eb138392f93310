"""The report of a period: what the programme did and what came of it, and what packages had said beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.domain.outcome import OutcomeKind
from engine.domain.unit import Origin
from engine.economics.assumptions import Assumptions
from engine.economics.jobs import labour_market, new_jobs
from engine.economics.prices import deflate
from engine.errors import EhyaError, ErrorCode
from engine.packages.document import inputs_table
from engine.parsing.dates import jalali_years, to_jalali
from engine.programme.achievements import Achievements, achievements, last_counts
from engine.settings import Settings
from engine.store import Register
from engine.store.packages import StoredPackage
from serving.desk.workspace import open_register, own_prices

_FORECAST = [
    "event", "signed_on", "units", "revived_low", "revived", "revived_high", "restarts", "jobs_low", "jobs",
    "jobs_high", "came", "uncounted",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """Of which days the report is.

    Parameters
    ----------
    start, end
        First and last day.
    known_by
        Last day whose knowledge counts.
    price_year
        Jalali year to bring money to; that of ``end`` where ``None``.
    """

    start: pd.Timestamp
    end: pd.Timestamp
    known_by: pd.Timestamp
    price_year: int | None = None

    def __post_init__(self) -> None:
        """Refuse a period that ends, or is looked at, before it begins.

        Raises
        ------
        EhyaError
            ``value_unreadable``.
        """
        for option, last in (("--to", self.end), ("--known-by", self.known_by)):
            if last < self.start:
                given, allowed = last.date().isoformat(), [f">= {self.start.date().isoformat()}"]
                raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=option, given=given, allowed=allowed)


@dataclass(frozen=True, eq=False, slots=True)
class ProgrammeReport:
    """What came of a programme.

    Parameters
    ----------
    request
        Of which days.
    found
        Figures by recorded events.
    forecasts
        Index ``NAME@VERSION`` of packages that were signed off by the end of the period: ``event, signed_on, units``;
        ``revived_low, revived, revived_high`` (units that it expected back, 80 % over its joint draws) beside
        ``restarts``; ``jobs_low, jobs, jobs_high`` (net jobs it expected, 80 % as if units came back independently)
        beside ``came`` (net, by the last counts of its restarted units) and ``uncounted`` (of these, nobody counted).
        Outcomes count from the day of signing to ``known_by``.
    price_year
        Jalali year of ``found.money.rial_common``.
    synthetic
        Whether any unit that counts is synthetic.
    event_count
        How many events lie in the period.
    """

    request: ReportRequest
    found: Achievements
    forecasts: pd.DataFrame
    price_year: int
    synthetic: bool
    event_count: int


def programme_report(settings: Settings, request: ReportRequest) -> ProgrammeReport:
    """Count what was recorded from one day to another.

    Raises
    ------
    EhyaError
        ``database_failed``.
    """
    with open_register(settings) as register:
        units, events = register.units(), register.events(request.known_by)
        signed = _signed(register, request.end)
    year = to_jalali(request.end.date())[0] if request.price_year is None else request.price_year
    net = new_jobs(np.ones(len(units)), labour_market(units), Assumptions.from_reference().points())
    share = pd.Series(net, index=units.index)
    inside = events[events["happened_on"].between(request.start, request.end)]
    years = np.unique(jalali_years(inside["happened_on"]).to_numpy(np.int64))
    moved = deflate(1.0, years.astype(np.float64), year, index=own_prices(settings), allow_proxy=True).rial
    found = achievements(
        events,
        units,
        start=request.start,
        end=request.end,
        known_by=request.known_by,
        net_share=share,
        rial=pd.Series(moved, index=years, dtype="float64"),
    )
    made_up = units["origin"].reindex(inside["unit_id"].unique()).eq(Origin.SYNTHETIC.value).any()
    return ProgrammeReport(request, found, _forecasts(signed, events), year, bool(made_up), len(inside))


def _signed(register: Register, end: pd.Timestamp) -> list[StoredPackage]:
    listed = register.packages()
    signed = listed[listed["signed_on"].notna()]
    signed = signed[pd.to_datetime(signed["signed_on"]) <= end]
    names = zip(signed["name"], signed["version"], strict=True)
    return [register.packages.get(str(name), int(version)) for name, version in names]


def _forecasts(signed: list[StoredPackage], events: pd.DataFrame) -> pd.DataFrame:
    names = pd.Index([f"{one.name}@{one.version}" for one in signed], name="package", dtype="str")
    return pd.DataFrame([_forecast(one, events) for one in signed], index=names, columns=_FORECAST)


def _forecast(package: StoredPackage, events: pd.DataFrame) -> dict[str, object]:
    figures, candidates = package.document["figures"], inputs_table(package.inputs)
    units = [unit["unit_id"] for unit in package.document["units"]]
    signed_on = pd.Timestamp(str(package.signed_on))
    since = events[(events["happened_on"] >= signed_on) & events["unit_id"].isin(units)]
    restarts = since[since["kind"] == OutcomeKind.RESTARTED.value].drop_duplicates("unit_id")
    jobs = last_counts(since, restarts.set_index("unit_id")["happened_on"])
    # One direct job of a unit counts in what came as it did in what was expected.
    came = jobs * candidates["net"].astype("float64").reindex(jobs.index)
    ends = ("revived_low", "revived", "revived_high", "jobs_low", "jobs", "jobs_high")
    return {
        "event": package.event,
        "signed_on": signed_on,
        "units": len(units),
        **{name: float(figures[name]) for name in ends},
        "restarts": len(jobs),
        "came": float(came.sum()) if came.notna().any() or jobs.empty else np.nan,
        "uncounted": int(jobs.isna().sum()),
    }
