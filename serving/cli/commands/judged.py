"""Judged units in words: assumptions, estimates and marks that stand beside a figure."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engine.domain.prediction import NotScorable, Output
from engine.domain.unit import Origin
from engine.economics.prices import STAND_INS
from engine.economics.revival import FORBIDDING
from serving.disclosure.values import link
from serving.i18n import Speech
from serving.reports.words import interval_said


def estimates(row: Any, speech: Speech) -> str:
    """Feasibility and expected jobs in one line, each with its interval; empty where there is no prediction."""
    if pd.isna(row["feasibility_point"]):
        return ""
    said = f"{speech.text('page.feasibility')}: {interval_said(row, Output.FEASIBILITY_UNIT, speech)}"
    if pd.isna(row["jobs_expected_point"]):
        return said
    jobs = f"{speech.text(Output.JOBS_EXPECTED)}: {interval_said(row, Output.JOBS_EXPECTED, speech)}"
    return f"{said} · {jobs} {speech.text('measure.persons')}"


def worth_said(row: Any, speech: Speech) -> str:
    """What a unit is worth in one line, or why it cannot be judged; empty where nobody asked."""
    if "economics_gaps" not in row:
        return ""
    if pd.isna(row["npv_rial_median"]):
        reasons = [speech.text(gap) for gap in FORBIDDING if gap.value in row["economics_gaps"].split(";")]
        return speech.text("economics.rank_unjudged", reasons=sorted(reasons))
    ends = [speech.number(row[f"net_jobs_{end}"]) for end in ("low", "high")]
    return speech.text(
        "economics.rank_worth",
        npv=speech.money(row["npv_rial_median"]),
        positive=speech.share(row["npv_positive"]),
        jobs=speech.text("economics.ends", low=ends[0], high=ends[1]),
    )


def marks(row: Any, speech: Speech) -> str:
    """What must stand beside a unit's figures: its origin, and whether they rest on priors or assumptions."""
    said = []
    if row["origin"] not in (Origin.REPORTED.value, Origin.REGISTER.value):
        said.append(speech.codes(row["origin"], Origin))
    for name, key in (("prior_driven", "prior_driven"), ("out_of_fold", "out_of_fold"), ("capital_assumed", "assumed")):
        if pd.notna(row[name]) and bool(row[name]) and pd.notna(row["feasibility_point"]):
            said.append(speech.text(f"mark.{key}"))
    if pd.notna(row.get("money_basis")) and row["money_basis"] in STAND_INS:
        said.append(speech.text(f"price_basis.{row['money_basis']}"))
    if row["scorable"] and row["not_scorable"]:
        said.append(speech.codes(row["not_scorable"], NotScorable))
    reported = _reported(row, speech) if row["origin"] == Origin.REPORTED.value else []
    return "\n".join(part for part in (speech.join(said), *reported) if part)


def _reported(row: Any, speech: Speech) -> list[str]:
    """On which day it was reported, and where."""
    known = pd.notna(row["as_of"])
    said = speech.text("cli.as_reported", date=row["as_of"]) if known else speech.text("page.reported_undated")
    return [said, link(row["source"])]
