"""Units as news pages reported them, in the shape of the unit table, with what the pages say came of them."""

from __future__ import annotations

from enum import StrEnum

import pandas as pd

from engine.domain.outcome import OutcomeKind
from engine.domain.unit import Confidence, Origin, Status, unit_table
from engine.reference.tables import table


class ReportedStatus(StrEnum):
    """What a page says of a unit on the day of the report."""

    IDLE = "idle"
    OFFERED = "offered"
    REVIVED = "revived"
    PARTLY_REVIVED = "partly_revived"
    FAILED_AGAIN = "failed_again"
    LIQUIDATED = "liquidated"


REVIVED = (ReportedStatus.REVIVED.value, ReportedStatus.PARTLY_REVIVED.value)
"""Statuses that count as "revived or partly at the report date"."""

OUTCOME_COLUMNS = ("reported_status", "reported_jobs_direct", "reported_jobs_before", "report_confidence")
"""Columns beside the unit table: what the page says came of the unit; never an input of a model."""

_STATUS = {
    ReportedStatus.IDLE: Status.IDLE,
    ReportedStatus.OFFERED: Status.IDLE,
    ReportedStatus.REVIVED: Status.OPERATING,
    ReportedStatus.PARTLY_REVIVED: Status.SEMI_ACTIVE,
    ReportedStatus.FAILED_AGAIN: Status.IDLE,
    ReportedStatus.LIQUIDATED: Status.LIQUIDATED,
}
_CONFIDENCE = {"high": Confidence.REVIEWED, "medium": Confidence.DECLARED, "low": Confidence.MISSING}
_EVENTS = {
    ReportedStatus.OFFERED: OutcomeKind.OFFERED,
    ReportedStatus.REVIVED: OutcomeKind.RESTARTED,
    ReportedStatus.PARTLY_REVIVED: OutcomeKind.RESTARTED,
    ReportedStatus.FAILED_AGAIN: OutcomeKind.STOPPED_AGAIN,
    ReportedStatus.LIQUIDATED: OutcomeKind.LIQUIDATED,
}


def reported_units(rows: pd.DataFrame | None = None) -> pd.DataFrame:
    """Bring reported units to the unit table.

    Parameters
    ----------
    rows
        Shape (n, columns of the table ``reported_units``); that table itself when ``None``.

    Returns
    -------
    pandas.DataFrame
        Unit table, shape (n, unit columns + ``OUTCOME_COLUMNS``), index ``unit_id``. ``origin`` is ``reported``,
        ``as_of`` the day of the report (missing where the page is undated), ``source`` the page. ``confidence`` is
        ``reviewed``, ``declared`` or ``missing`` where the collector's reading is of high, medium or low confidence.
        ``jobs_promised`` holds the jobs that pages promise for idle and offered units; jobs claimed for revived units
        stay in ``reported_jobs_direct``, since nobody counted them.

    Examples
    --------
    >>> units = reported_units()
    >>> len(units), sorted(set(units["status"]))
    (173, ['idle', 'liquidated', 'operating', 'semi_active'])
    """
    rows = (table("reported_units") if rows is None else rows).reset_index(drop=True)
    promised = rows["reported_status"].isin([ReportedStatus.IDLE.value, ReportedStatus.OFFERED.value])
    frame = rows.assign(
        status=rows["reported_status"].map({key.value: value.value for key, value in _STATUS.items()}),
        idle_months=rows["idle_years"] * 12,
        jobs_before_stop=rows["reported_jobs_before"],
        jobs_promised=rows["reported_jobs_direct"].where(promised),
        origin=Origin.REPORTED.value,
        as_of=rows["report_date"],
        confidence=rows["report_confidence"].map({key: value.value for key, value in _CONFIDENCE.items()}),
    )
    outcomes = rows.set_index("unit_id")[list(OUTCOME_COLUMNS)]
    units = unit_table(frame)
    outcomes.index = units.index
    return units.join(outcomes)


def reported_events(rows: pd.DataFrame | None = None) -> pd.DataFrame:
    """What pages say happened, as events.

    Parameters
    ----------
    rows
        Shape (n, columns of the table ``reported_units``); that table itself when ``None``.

    Returns
    -------
    pandas.DataFrame
        Columns ``unit_id, kind, happened_on, happened_precision, known_on, source``. A page says that something had
        happened by its own date, so both dates are the report's; undated rows give no event.

    Examples
    --------
    >>> sorted(set(reported_events()["kind"]))
    ['liquidated', 'offered', 'restarted', 'stopped_again']
    """
    rows = table("reported_units") if rows is None else rows
    kinds = rows["reported_status"].map({key.value: value.value for key, value in _EVENTS.items()})
    dated = rows[kinds.notna() & rows["report_date"].notna()]
    return pd.DataFrame(
        {
            "unit_id": dated["unit_id"],
            "kind": kinds[dated.index],
            "happened_on": dated["report_date"],
            "happened_precision": dated["report_date_precision"],
            "known_on": dated["report_date"],
            "source": dated["source"],
        }
    ).reset_index(drop=True)
