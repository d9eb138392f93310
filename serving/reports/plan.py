"""Plans of units in words, as a document and as a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.codes import Code
from engine.domain.intervention import InterventionCode, Owner
from engine.domain.joined import names_in
from engine.domain.unit import Barrier
from engine.errors import EhyaError, ErrorCode
from engine.recourse.cheapest import PlanStatus
from serving.desk.plan import PlanResult, Workload
from serving.i18n import Speech
from serving.reports.words import mapped
from serving.reports.workbook import Notes, OutputSheet, SheetColumn, write_csv, write_json, write_xlsx

ENDINGS = (".xlsx", ".csv", ".json")

_WORK = {
    "owner": "text", "name": "text", "county": "text", "intervention": "long", "begins": "number",
    "low_months": "number", "months": "number", "high_months": "number", "cost_rial": "money", "cost_gap": "text",
    "basis": "text", "lift": "share", "jobs": "number", "opens": "number", "taken": "text", "unit_id": "text",
}  # fmt: skip
_PLANS = {
    "name": "text", "county": "text", "status": "text", "acts": "long", "low_months": "number", "months": "number",
    "high_months": "number", "known_cost_rial": "money", "unknown_costs": "long", "feasibility": "share",
    "feasibility_after": "share", "after_low": "share", "after_high": "share", "shortfall": "share",
    "standing": "long", "unit_id": "text",
}  # fmt: skip

_ACTS = ("acts", "unknown_costs")


def cost_said(step: Mapping[Any, Any], words: Speech) -> str:
    """What an act costs, or why nobody knows."""
    if pd.isna(step["cost_rial"]):
        return words.text(f"cost_gap.{step['cost_gap']}")
    return words.money(step["cost_rial"])


def months_said(line: Mapping[Any, Any], words: Speech) -> str:
    """How many months an act or a plan takes, with the fewest and the most.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> months_said({"low_months": 2.0, "months": 4.0, "high_months": 9.0}, speech("en"))
    '4 (2 to 9)'
    """
    return words.interval(line["low_months"], line["months"], line["high_months"])


def begins_said(step: Mapping[Any, Any], words: Speech) -> str:
    """When an act begins: at once, or after so many months.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> begins_said({"start": 0.0}, speech("en")), begins_said({"start": 2.0}, speech("en"))
    ('at once', 'after 2 months')
    """
    return (
        words.text("plan.after_months", months=words.number(step["start"]))
        if step["start"]
        else words.text("plan.at_once")
    )


def plan_cost_said(plan: Mapping[Any, Any], words: Speech) -> str:
    """What a plan costs: at least that of the acts with a known cost where there are others.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> plan_cost_said({"cost_rial": 9e9, "unknown_costs": "diagnosis"}, speech("en"))
    'at least 9 billion rial'
    """
    if pd.isna(plan["cost_rial"]):
        return words.text("plan.cost_unknown")
    said = words.money(plan["cost_rial"])
    return words.text("plan.at_least", cost=said) if plan["unknown_costs"] else said


def done_said(act: Mapping[Any, Any], words: Speech) -> str:
    """An act that was done, and whether the record is of a day before or after it."""
    name = words.text(f"intervention_code.{act['act']}")
    return words.text("plan.in_record" if act["in_record"] else "plan.not_in_record", act=name)


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
    """One object a unit, with its steps and what was done already; money in rial of the common year.

    ``cost_rial`` is null where no act of the plan has a known cost, and a lower bound while ``unknown_costs`` names
    acts; each step says what its effect rests on (``basis``).
    """
    steps, done = (by_unit(table) for table in (result.plans.steps, result.done))
    judged = result.found.table[["triage", "triage_reasons"]].to_dict("index")
    found = []
    for row in result.plans.table.reset_index(names="unit_id").to_dict("records"):
        unit = row["unit_id"]
        lists = {name: names_in(row[name]) for name in ("acts", "unknown_costs", "standing")}
        known = {str(name): value for name, value in row.items()} | lists
        verdicts = {"triage": judged[unit]["triage"], "triage_reasons": names_in(judged[unit]["triage_reasons"])}
        listed = {"done": done.get(unit, []), "steps": steps.get(unit, [])}
        found.append({**known, **verdicts, "price_year": result.price_year, **listed})
    return found


def by_unit(table: pd.DataFrame) -> dict[Any, list[dict[Any, Any]]]:
    """Rows of each unit in their order, without its id.

    Examples
    --------
    >>> by_unit(pd.DataFrame({"unit_id": ["a", "b", "a"], "act": ["x", "y", "z"]}))
    {'a': [{'act': 'x'}, {'act': 'z'}], 'b': [{'act': 'y'}]}
    """
    found: dict[Any, list[dict[Any, Any]]] = {}
    for unit, line in zip(table["unit_id"], table.drop(columns="unit_id").to_dict("records"), strict=True):
        found.setdefault(unit, []).append(line)
    return found


def work_document(found: Workload) -> dict[str, Any]:
    """The work of the quarter and the plans it is taken from."""
    return {
        "price_year": found.result.price_year,
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
        owner=mapped(work["owner"], lambda owner: words.codes(owner, Owner)),
        intervention=mapped(work["intervention"], lambda act: words.codes(act, InterventionCode)),
        cost_gap=mapped(work["cost_gap"].replace("", None), lambda gap: words.text(f"cost_gap.{gap}")),
        basis=mapped(work["basis"], lambda basis: words.text(f"basis.{basis}")),
        taken=np.where(work["taken"], words.text("flag.yes"), words.text("flag.no")),
    )
    sheet = _sheet("plan.work", _WORK, work, words, found.result.price_year)
    if path.suffix == ".csv":
        return write_csv(path, sheet)
    plans = found.result.plans.table.reset_index(names="unit_id").rename(columns={"cost_rial": "known_cost_rial"})
    plans = plans.assign(
        name=table["name"].reindex(plans["unit_id"]).to_numpy(),
        county=table["county"].reindex(plans["unit_id"]).to_numpy(),
        status=mapped(plans["status"], lambda status: words.text(f"plan_status.{status}")),
        **{name: mapped(plans[name], lambda acts: _codes(acts, InterventionCode, words)) for name in _ACTS},
        standing=mapped(plans["standing"], lambda barriers: _codes(barriers, Barrier, words)),
    )
    notes = Notes(words.text("cli.notes"), [(words.text("plan.work"), words.text("plan.legend"))])
    return write_xlsx(path, [sheet, _sheet("plan.plans", _PLANS, plans, words, found.result.price_year)], notes, words)


def _sheet(key: str, columns: Mapping[str, str], rows: pd.DataFrame, words: Speech, year: int) -> OutputSheet:
    listed = [SheetColumn(name, words.text(f"plan_column.{name}"), kind) for name, kind in columns.items()]
    return OutputSheet(words.text(key), listed, rows[list(columns)], remarks=[money_line(year, words)])


def money_line(year: int, words: Speech) -> str:
    """In whose money costs are."""
    return words.text("plan.money", year=year)


def _codes(joined: str, family: type[Code], words: Speech) -> str:
    return words.codes(joined, family) if joined else ""
