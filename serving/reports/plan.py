"""Plans of units in words, as a document and as a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.domain.intervention import InterventionCode, Owner
from engine.domain.unit import Barrier
from engine.errors import EhyaError, ErrorCode
from engine.recourse.cheapest import PlanStatus
from serving.desk.plan import PlanResult, Workload
from serving.i18n import Speech
from serving.reports.workbook import Notes, OutputSheet, SheetColumn, write_csv, write_json, write_xlsx

ENDINGS = (".xlsx", ".csv", ".json")

_WORK = {
    "owner": "text", "name": "text", "county": "text", "intervention": "long", "begins": "number", "months": "number",
    "cost_rial": "money", "cost_gap": "text", "lift": "share", "jobs": "number", "taken": "text", "unit_id": "text",
}  # fmt: skip
_PLANS = {
    "name": "text", "county": "text", "status": "text", "acts": "long", "months": "number", "cost_rial": "money",
    "unknown_costs": "long", "feasibility": "share", "feasibility_after": "share", "after_low": "share",
    "after_high": "share", "shortfall": "share", "standing": "long", "unit_id": "text",
}  # fmt: skip


def cost_said(step: Mapping[Any, Any], words: Speech) -> str:
    """What an act costs, or why nobody knows."""
    if pd.isna(step["cost_rial"]):
        return words.text(f"cost_gap.{step['cost_gap']}")
    return words.money(step["cost_rial"])


def verdict(plan: Mapping[Any, Any], words: Speech) -> str:
    """What a plan reaches, in a sentence."""
    said = words.text(f"plan_status.{plan['status']}")
    if plan["status"] != PlanStatus.OUT_OF_REACH:
        return said
    parts = [said]
    if plan["shortfall"] > 0:
        parts.append(words.text("plan.shortfall", share=words.share(plan["shortfall"], 1)))
    if plan["standing"]:
        parts.append(words.text("plan.standing", barriers=words.codes(plan["standing"], Barrier)))
    return words.join(parts)


def plan_document(result: PlanResult) -> list[dict[str, Any]]:
    """One object a unit, with its steps; money in rial of the common year."""
    steps = result.plans.steps
    found = []
    for row in result.plans.table.reset_index(names="unit_id").to_dict("records"):
        own = steps[steps["unit_id"] == row["unit_id"]]
        lists = {name: _split(row[name]) for name in ("acts", "unknown_costs", "standing")}
        told = own.drop(columns="unit_id").to_dict("records")
        known = {str(name): value for name, value in row.items()}
        judged = result.found.table.loc[row["unit_id"]]
        known |= {"triage": judged["triage"], "triage_reasons": _split(str(judged["triage_reasons"]))}
        found.append({**known, **lists, "price_year": result.price_year, "basis": "assumed", "steps": told})
    return found


def work_document(found: Workload) -> dict[str, Any]:
    """The work of the quarter and the plans it is taken from."""
    return {
        "price_year": found.result.price_year,
        "basis": "assumed",
        "work": found.work.to_dict("records"),
        "plans": plan_document(found.result),
    }


def write_workload(path: Path, found: Workload, words: Speech) -> Path:
    """Write the work of the quarter and all plans.

    Raises
    ------
    EhyaError
        ``unknown_option`` for another ending than those of ``ENDINGS``.
    """
    if path.suffix not in ENDINGS:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=path.name, allowed=list(ENDINGS))
    if path.suffix == ".json":
        return write_json(path, work_document(found))
    table = found.result.found.table
    work = found.work.rename(columns={"start": "begins"})
    work = work.assign(
        name=table["name"].reindex(work["unit_id"]).to_numpy(),
        county=table["county"].reindex(work["unit_id"]).to_numpy(),
        owner=[words.codes(owner, Owner) for owner in work["owner"]],
        intervention=[words.codes(act, InterventionCode) for act in work["intervention"]],
        cost_gap=[words.text(f"cost_gap.{gap}") if gap else "" for gap in work["cost_gap"]],
        taken=np.where(work["taken"], words.text("flag.yes"), words.text("flag.no")),
    )
    sheet = _sheet("plan.work", _WORK, work, words, found.result.price_year)
    if path.suffix == ".csv":
        return write_csv(path, sheet)
    plans = found.result.plans.table.reset_index(names="unit_id")
    plans = plans.assign(
        name=table["name"].reindex(plans["unit_id"]).to_numpy(),
        county=table["county"].reindex(plans["unit_id"]).to_numpy(),
        status=[words.text(f"plan_status.{status}") for status in plans["status"]],
        **{name: [words.codes(told, InterventionCode) for told in plans[name]] for name in ("acts", "unknown_costs")},
        standing=[words.codes(told, Barrier) for told in plans["standing"]],
    )
    notes = Notes(words.text("cli.notes"), [(words.text("plan.work"), words.text("plan.legend"))])
    return write_xlsx(path, [sheet, _sheet("plan.plans", _PLANS, plans, words, found.result.price_year)], notes, words)


def _sheet(key: str, columns: Mapping[str, str], rows: pd.DataFrame, words: Speech, year: int | None) -> OutputSheet:
    listed = [SheetColumn(name, words.text(f"plan_column.{name}"), kind) for name, kind in columns.items()]
    return OutputSheet(words.text(key), listed, rows[list(columns)], remarks=[money_line(year, words)])


def money_line(year: int | None, words: Speech) -> str:
    """In whose money costs are, and that effects and most costs are assumed."""
    return words.text("plan.money", year=year) if year is not None else words.text("plan.money_undated")


def _split(told: str) -> list[str]:
    return told.split(";") if told else []
