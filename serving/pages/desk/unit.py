"""The page of one unit: what is known of it, what stands in its way, what it is worth, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from engine.domain.prediction import FOR_PERSONS, NotScorable
from engine.domain.unit import Confidence, Field
from engine.economics.account import FigureName
from engine.economics.assumptions import Assumption, Setter
from engine.economics.figures import real_flows
from serving.desk.economics import Economics
from serving.desk.listing import LISTS
from serving.desk.plan import PlanResult
from serving.desk.unit import Story
from serving.disclosure.values import codes, known
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.map import locator
from serving.pages.desk.words import event_rows, name_of, unit_address
from serving.reports.economics import assumption_name, assumption_number, figure_said
from serving.reports.plan import by_unit
from serving.reports.ranked import isolated, place_line, weighty_parts
from serving.reports.reasons import question_lines, unit_reasons
from serving.reports.said import extra_said, field_said, source_said, value_said, why_said
from serving.reports.words import PROBABILITIES, estimate_said, items_in_words, odd_said, value_in_words

SLIDERS = {
    "price_to_norm": (0.5, 1.5, 0.05),
    "costs_to_norm": (0.5, 1.5, 0.05),
    "capital_overrun": (0.8, 2.5, 0.05),
    "loan_rate": (0.0, 0.6, 0.01),
}
"""Assumptions that the page lets a person move: lowest, highest, step."""
FIGURES = (
    FigureName.NPV, FigureName.IRR_REAL, FigureName.PAYBACK, FigureName.LEAST_DSCR, FigureName.CAPITAL,
    FigureName.EQUITY, FigureName.BREAK_EVEN_OUTPUT, FigureName.NET_JOBS, FigureName.PUBLIC_COST_PER_JOB,
)  # fmt: skip
_MONEY_OWED = (Field.BANK_DEBT_RIAL, Field.TAX_DEBT_RIAL, Field.SOCIAL_SECURITY_DEBT_RIAL, Field.OTHER_DEBT_RIAL)
_WIDTH, _HEIGHT, _EDGE = 480, 200, 112


@dataclass(frozen=True, eq=False, slots=True)
class UnitShown:
    """What the page shows of a unit.

    Parameters
    ----------
    story
        Everything known of it.
    worth
        What it is worth; ``None`` where it cannot be asked.
    plan
        The cheapest plan; ``None`` where it cannot be asked.
    moved
        Assumptions that the person moved.
    documents
        Files that lie with it: ``number, title, kind, size, made_at, actor``.
    """

    story: Story
    worth: Economics | None = None
    plan: PlanResult | None = None
    moved: Mapping[str, float] = field(default_factory=dict)
    documents: Sequence[Mapping[str, Any]] = ()


def unit_page(frame: Frame, shown: UnitShown, *, problem: str = "") -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    shown
        What it shows.
    problem
        What is wrong with what was sent.
    """
    words, story = frame.speech, shown.story
    row: Mapping[Any, Any] = story.row.reset_index().iloc[0].to_dict()
    unit_id = str(row["unit_id"])
    return page(
        "unit.html",
        frame,
        Place.UNITS,
        unit_id=unit_id,
        address=unit_address(unit_id),
        title=name_of(row["name"], words),
        where=place_line(words, row["province"], row["county"]),
        sector=words.sector(row["isic"]) if known(row["isic"]) else words.fact(row["sector_text"]),
        synthetic=row["origin"] == "synthetic",
        problem=problem,
        verdict=_verdict(row, story, words) if story.judged else None,
        outputs=outputs_said(row, words) if story.judged and row["scorable"] else [],
        parts=_parts(row, story, words) if story.judged else [],
        reasons=[] if story.reasons is None else unit_reasons(story.reasons, unit_id, words),
        ask=[] if story.reasons is None else question_lines(story.reasons, unit_id, words),
        barriers=_barriers(story, words),
        acts=_acts(story, words),
        plan=_plan(shown.plan, unit_id, words),
        worth=_worth(shown, words),
        owed=[(words.text(one), words.money(row[one.value])) for one in _MONEY_OWED if known(row[one.value])],
        debts=_items(Field.DEBTS, row, words),
        machines=_items(Field.EQUIPMENT, row, words),
        facts=_facts(story, row, words),
        extras=[
            (str(one["header"]), extra_said(one["kind"], one["value"], words))
            for one in story.extras.to_dict("records")
        ],
        locator=locator(row["province"], row["county"], words),
        conflicts=_conflicts(story, words),
        odd=[odd_said(line, words) for line in story.odd.to_dict("records")],
        twins=[(unit_address(one), name_of(told, words)) for one, told in story.twins.items()],
        history=_history(story, words),
        kept=_kept(story, words),
        events=event_rows(story.events.iloc[::-1], pd.Series({unit_id: row["name"]}), words),
        documents=shown.documents,
    )


def _verdict(row: Mapping[Any, Any], story: Story, words: Speech) -> dict[str, Any]:
    return {
        "triage": str(row["triage"]),
        "reasons": [words.text(f"triage_reason.{code}") for code in codes(row["triage_reasons"])],
        "rank": words.number(row["rank"]) if known(row["rank"]) else "",
        "range": words.text("page.range", low=words.number(row["rank_low"]), high=words.number(row["rank_high"]))
        if known(row.get("rank_low"))
        else "",
        "stability": str(row["stability"]) if known(row["stability"]) else "",
        "flags": [words.text(f"red_flag.{code}") for code in codes(row["red_flags"])],
        "not_scorable": "" if row["scorable"] else words.codes(row["not_scorable"], NotScorable),
        "prior_driven": bool(row["prior_driven"]),
        "model": words.text("cli.model_line", version=row["model_version"], date=words.date(row["model_data_until"])),
    }


def outputs_said(row: Mapping[Any, Any], words: Speech) -> list[dict[str, Any]]:
    """Predictions of a unit for persons: name, point with its interval, and the bar of a chance."""
    shown = []
    for output in FOR_PERSONS:
        said = estimate_said(row, output, words)
        if said == words.number(None):
            continue
        line: dict[str, Any] = {"name": words.text(output), "said": said, "bar": None}
        if output in PROBABILITIES:
            low, point, high = (float(row[f"{output.value}_{end}"]) for end in ("low", "point", "high"))
            ends = {"start": low, "at": point, "end": high}
            if words.direction == "rtl":
                ends = {one: 1 - share for one, share in ends.items()}
            line["bar"] = {one: round(2 + 96 * share, 2) for one, share in ends.items()}
        shown.append(line)
    return shown


def _parts(row: Mapping[Any, Any], story: Story, words: Speech) -> list[tuple[str, str, float]]:
    """Parts of the score: name, value, length of its bar in percent of the largest."""
    if not known(row["rank"]):
        return []
    names = weighty_parts(story.row)
    largest = max((abs(float(row[one])) for one in names), default=1.0) or 1.0
    values = [(one.removeprefix("part_"), float(row[one])) for one in names]
    return [(words.text(f"part.{one}"), words.number(value, 2), 100 * abs(value) / largest) for one, value in values]


def _barriers(story: Story, words: Speech) -> list[dict[str, Any]]:
    found = [
        {
            "name": words.text(f"barrier.{one['barrier']}"),
            "severity": words.number(one["severity"]),
            "evidence": words.codes(one["evidence"], "evidence"),
            "lifted": False,
        }
        for one in story.findings.to_dict("records")
    ]
    gone = [
        {"name": words.text(f"barrier.{one['barrier']}"), "severity": "", "evidence": "", "lifted": True}
        for one in story.lifted.to_dict("records")
    ]
    return found + gone


def _acts(story: Story, words: Speech) -> list[dict[str, str]]:
    return [
        {
            "barrier": words.text(f"barrier.{act['barrier']}"),
            "act": words.text(f"intervention_code.{act['intervention']}"),
            "owner": words.text(f"owner.{act['owner']}"),
            "months": words.range(act["low_months"], act["high_months"]),
        }
        for act in story.plan.to_dict("records")
    ]


def _plan(found: PlanResult | None, unit_id: str, words: Speech) -> dict[str, Any] | None:
    """The cheapest plan in its order, with what it costs and how far it lifts the unit."""
    if found is None or unit_id not in found.plans.table.index:
        return None
    row = found.plans.table.loc[unit_id]
    steps = by_unit(found.plans.steps).get(unit_id, [])
    return {
        "status": words.text(f"plan_status.{row['status']}"),
        "cost": words.money(row["cost_rial"]) if known(row["cost_rial"]) else "",
        "unknown": words.codes(row["unknown_costs"], "intervention_code") if known(row["unknown_costs"]) else "",
        "months": words.range(row["low_months"], row["high_months"]),
        "before": words.share(row["feasibility"]),
        "after": words.interval(row["after_low"], row["feasibility_after"], row["after_high"], share=True),
        "steps": [
            {
                "act": words.text(f"intervention_code.{step['intervention']}"),
                "owner": words.text(f"owner.{step['owner']}"),
                "start": words.number(step["start"]),
                "months": words.range(step["low_months"], step["high_months"]),
                "cost": words.money(step["cost_rial"]),
            }
            for step in steps
        ],
    }


def _worth(shown: UnitShown, words: Speech) -> dict[str, Any] | None:
    """Figures, the flow of money by year in constant prices, and the assumptions that can be moved."""
    found = shown.worth
    if found is None:
        return None
    sliders = [
        {
            "code": one,
            "name": assumption_name(one, words),
            "value": f"{shown.moved.get(one, found.assumed[one].value):g}",
            "said": words.share(shown.moved.get(one, found.assumed[one].value)),
            "low": low,
            "high": high,
            "step": step,
            "basis": _assumed(found.assumed[one], words),
        }
        for one, (low, high, step) in SLIDERS.items()
        if one in found.assumed
    ]
    gaps = [words.text(one) for one in found.gaps]
    if found.account is None or found.project is None:
        return {"sliders": sliders, "gaps": gaps, "figures": [], "flow": None, "years": [], "drawn": ""}
    moved = f"?{urlencode(shown.moved)}" if shown.moved else ""
    flows = real_flows(found.account.worked.project_flow, found.account.inflation)
    drawn = found.drawn
    said = ""
    if drawn is not None:
        ends = {end: words.money(drawn[f"npv_rial_{end}"]) for end in ("low", "high")}
        said = words.text("page.range", **ends)
    return {
        "sliders": sliders,
        "gaps": gaps,
        "figures": [
            (words.text(one), figure_said(found.account.figures[one], words))
            for one in FIGURES
            if one in found.account.figures
        ],
        "flow": bars(flows, words),
        "years": [(words.number(year), words.money(money)) for year, money in enumerate(flows)],
        "drawn": said,
        "chance": words.share(drawn["npv_positive"]) if drawn is not None else "",
        "price_year": words.fact(found.price_year),
        "file": f"{unit_address(shown.story.row.index[0])}/cash-flow.xlsx{moved}",
    }


def _assumed(row: Assumption, words: Speech) -> str:
    """What an assumption stands at, in its measure, with its range, what it rests on and where it is from."""
    value = assumption_number(row.value, row.measure, words)
    ends = (assumption_number(row.low, row.measure, words), assumption_number(row.high, row.measure, words))
    span = "" if row.low == row.high else words.text("page.range", low=ends[0], high=ends[1])
    basis = words.text(f"basis.{row.basis}") if row.setter is Setter.TABLE else words.text(row.setter)
    source = "" if row.source == row.basis else isolated(row.source)
    return words.text("desk.assumed_at", value=value, span=span, basis=basis, source=source)


def bars(flows: Any, words: Speech) -> dict[str, Any]:
    """Bars of money by year, as a template draws them; in Persian years run from right to left, the axis at the right.

    Parameters
    ----------
    flows
        Money by year, shape (years,), rial.
    words
        Language.

    Returns
    -------
    dict
        ``width, height, zero`` (y of nil), ``bars`` (``x, y, width, height, down, name``) and ``ticks`` (``y, text``).

    Examples
    --------
    >>> from serving.i18n import speech
    >>> drawn = bars([-2e9, 4e9], speech("en"))
    >>> [(bar["down"], bar["height"]) for bar in drawn["bars"]]
    [(True, 53.3), (False, 106.7)]
    """
    money = np.asarray(flows, dtype=np.float64)
    low, high = min(0.0, float(money.min())), max(0.0, float(money.max()))
    reach = (high - low) or 1.0
    tall = _HEIGHT - 40

    def height(amount: float) -> float:
        return round(10 + tall * (high - amount) / reach, 1)

    step = (_WIDTH - _EDGE - 8) / len(money)
    right = words.direction == "rtl"
    drawn = []
    for year, amount in enumerate(money.tolist()):
        along = _EDGE + year * step
        x = _WIDTH - along - step if right else along
        top, bottom = sorted((height(amount), height(0.0)))
        drawn.append(
            {
                "x": round(x + step * 0.14, 1),
                "y": top,
                "width": round(step * 0.72, 1),
                "height": round(bottom - top, 1),
                "down": amount < 0,
                "year": words.number(year),
                "middle": round(x + step / 2, 1),
                "said": words.money(amount),
            }
        )
    ticks = [(height(amount), words.money(amount)) for amount in sorted({low, 0.0, high})]
    edge = _WIDTH - _EDGE + 6 if right else _EDGE - 6
    return {
        "width": _WIDTH, "height": _HEIGHT, "zero": height(0.0), "bars": drawn, "ticks": ticks, "edge": edge,
    }  # fmt: skip


def _items(which: Field, row: Mapping[Any, Any], words: Speech) -> list[str]:
    return items_in_words(which, row[which.value], words) if known(row[which.value]) else []


def _facts(story: Story, row: Mapping[Any, Any], words: Speech) -> list[dict[str, str]]:
    """Each field with its value, source, day and confidence; what is not known is there too, to be filled in."""
    derived = str(row["derived"]).split(";") if known(row.get("derived")) else []
    told = story.facts.to_dict("index")
    found = []
    for one in Field:
        if one in LISTS and known(row[one.value]):  # it has a section of its own
            continue
        fact = told.get(one.value)
        value = row[one.value]
        source = ""
        if one in derived:
            source = words.text("field.derived")
        elif fact is not None and known(value):
            by = words.text("conflicts.by_person") if pd.isna(fact["source"]) else str(fact["source"])
            source = words.join([by, words.date(fact["as_of"]), words.codes(fact["confidence"], Confidence)])
        said = value_in_words(one, value, row.get(f"{one.value}_precision"), words) if known(value) else ""
        found.append({"code": one.value, "name": words.text(one), "value": said, "source": source})
    return found


def _conflicts(story: Story, words: Speech) -> list[tuple[str, list[dict[str, str]]]]:
    return [
        (
            field_said(str(one), words),
            [
                {
                    "value": value_said(str(one), line["value"], line["precision"], words),
                    "source": words.join([source_said(line, words), words.date(line["as_of"])]),
                    "why": why_said(line, words),
                }
                for line in lines.to_dict("records")
            ],
        )
        for one, lines in story.conflicts.groupby("field", sort=False)
    ]


def _history(story: Story, words: Speech) -> list[tuple[str, str, str, str]]:
    changed = story.history[story.history.duplicated("field", keep=False)].iloc[::-1]
    return [
        (
            words.date(line["as_of"]),
            field_said(line["field"], words),
            value_said(line["field"], line["value"], line["precision"], words),
            words.fact(line["source"]),
        )
        for line in changed.to_dict("records")
    ]


def _kept(story: Story, words: Speech) -> list[tuple[str, str, str]]:
    kept = story.predictions[story.predictions["output"] == "feasibility"]
    return [
        (
            words.date(line["as_of"]),
            str(line["model_version"]),
            words.interval(line["low"], line["point"], line["high"], 1, share=True),
        )
        for line in kept.to_dict("records")
    ]
