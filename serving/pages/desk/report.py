"""The report of a period: its figures, counties, money and services as charts, forecasts beside what came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from engine.programme.achievements import FUNNEL
from serving.desk.achievements import ProgrammeReport
from serving.i18n import Speech
from serving.pages.desk.frame import ADDRESSES, Frame, Place, page
from serving.pages.desk.map import counties_shown
from serving.reports.achievements import county_said, figure_value, not_known, period

_WIDEST = 92.0
"""Length of the longest bar, percent."""


def report_page(frame: Frame, found: ProgrammeReport | None, typed: Mapping[str, str], *, problem: str = "") -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The report; ``None`` where the period cannot be read.
    typed
        First day, last day and price year as they were typed.
    problem
        Why not.
    """
    words = frame.speech
    said = {} if found is None else _said(found, words)
    query = urlencode({name: value for name, value in typed.items() if value})
    return page(
        "report.html",
        frame,
        Place.REPORT,
        typed=typed,
        problem=problem,
        found=said,
        export=f"{ADDRESSES[Place.REPORT]}/period.xlsx?{query}",
        export_json=f"{ADDRESSES[Place.REPORT]}/period.json?{query}",
    )


def _said(report: ProgrammeReport, words: Speech) -> dict[str, Any]:
    found = report.found
    return {
        "period": period(report, words),
        "synthetic": words.text("report.synthetic") if report.synthetic else "",
        "nothing": not report.event_count,
        "figures": [
            (
                words.text(f"programme_figure.{name}"),
                figure_value(str(name), line["value"], words),
                not_known(str(name), line["unknown"], words),
            )
            for name, line in found.figures.iterrows()
        ],
        "counties": _counties(found.counties, words),
        "drawn": _drawn(found.counties, words),
        "money": _money(found.money, words),
        "prices": words.text("report.prices_of", year=report.price_year),
        "families": [
            (words.text(f"service_family.{name}"), words.number(line["services"]), words.number(line["units"]))
            for name, line in found.families.iterrows()
        ],
        "running": [
            (words.text("period_report.months", count=int(str(months))), *(words.number(line[one]) for one in _STATES))
            for months, line in found.still_running.iterrows()
        ],
        "states": [words.text(f"period_report.{one}") for one in ("running_now", "stopped", "unknown", "not_due")],
        "funnels": [
            (str(event), [words.number(line[step.value]) for step in FUNNEL])
            for event, line in found.funnels.iterrows()
        ],
        "steps": [words.text(step) for step in FUNNEL],
        "packages": _packages(report.forecasts, words),
    }


_STATES = ("running", "stopped", "unknown", "not_due")


def _bar(value: float, most: float, words: Speech) -> dict[str, float]:
    length = round(_WIDEST * value / most, 1) if most > 0 and pd.notna(value) else 0.0
    return {"length": length, "start": round(100 - length, 1) if words.direction == "rtl" else 0.0}


def _counties(table: pd.DataFrame, words: Speech) -> list[dict[str, Any]]:
    """Counties, the one with most revived units first, each with its bar."""
    rows = table.sort_values("revived", ascending=False, kind="stable").reset_index()
    most = float(rows["revived"].max()) if len(rows) else 0.0
    return [
        {
            "name": county_said(row, words),
            "revived": words.number(row["revived"]),
            "direct": words.number(row["direct_jobs"]),
            "net": words.number(row["net_jobs"], 1),
            "share": words.share(row["share_of_unemployed"], 1),
            **_bar(float(row["revived"]), most, words),
        }
        for row in rows.to_dict("records")
    ]


def _drawn(table: pd.DataFrame, words: Speech) -> dict[str, Any] | None:
    by_county = table["revived"].groupby("county").sum()
    return counties_shown({str(name): int(count) for name, count in by_county.items() if name}, words)


def _money(table: pd.DataFrame, words: Speech) -> list[dict[str, Any]]:
    common = table["rial_common"].astype("float64")
    most = float(common.max()) if len(table) and common.notna().any() else 0.0
    return [
        {
            "year": words.digits(str(year)),
            "investments": words.number(row["investments"]),
            "rial": words.money(row["rial"]),
            "common": words.money(row["rial_common"]),
            **_bar(float(row["rial_common"]), most, words),
        }
        for year, row in table.iterrows()
    ]


def _packages(table: pd.DataFrame, words: Speech) -> list[dict[str, Any]]:
    """Each package: the interval that was foretold as a bar, and what came as a mark on it."""
    rows = table.reset_index().to_dict("records")
    jobs = max((max(float(row["jobs_high"]), _or(row["came"])) for row in rows), default=0.0)
    back = max((max(float(row["revived_high"]), _or(row["restarts"])) for row in rows), default=0.0)
    return [
        {
            "key": str(row["package"]),
            "event": str(row["event"] or ""),
            "signed": words.date(row["signed_on"]),
            "units": words.number(row["units"]),
            "back": _beside(row, ("revived_low", "revived", "revived_high"), row["restarts"], back, words),
            "jobs": _beside(row, ("jobs_low", "jobs", "jobs_high"), row["came"], jobs, words),
            "uncounted": words.text("period_report.uncounted", count=int(row["uncounted"])) if row["uncounted"] else "",
        }
        for row in rows
    ]


def _or(value: object) -> float:
    return 0.0 if pd.isna(value) else float(value)  # type: ignore[call-overload, arg-type]


def _beside(
    row: Mapping[Any, Any], ends: tuple[str, str, str], came: float, most: float, words: Speech
) -> dict[str, Any]:
    """A forecast with its interval, what came, and both as places on an axis of percent."""
    low, point, high = (float(row[name]) for name in ends)

    def at(value: float) -> float:
        share = 2 + _WIDEST * (value / most if most else 0.0)
        return round(100 - share if words.direction == "rtl" else share, 1)

    return {
        "said": words.interval(low, point, high, 1),
        "came": words.number(came, int(not float(came).is_integer()))
        if pd.notna(came)
        else words.text("report.not_known"),
        "low": at(low),
        "point": at(point),
        "high": at(high),
        "mark": at(float(came)) if pd.notna(came) else None,
    }
