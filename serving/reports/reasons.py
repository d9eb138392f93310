"""Why units have their figures, and what to ask next, in words: for the terminal, pages, workbooks and HTTP."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from engine.domain.prediction import Output
from features.catalogue import FULL_SCHEMA
from features.plain import plain_measure
from serving.desk.why import NOT_PUBLIC, PARTS, SECTOR, Why
from serving.disclosure.values import codes
from serving.i18n import Speech
from serving.reports.workbook import OutputSheet, SheetColumn

SHOWN = 8
"""Parts that are named one by one; the smaller ones are added up in one line."""

LEARNT_FROM = 0.05
"""Share of an effect's doubt from which it is worth a word that reports and outcomes moved it."""

MOVES_FROM = 0.005
"""Probability from which it is worth a word that an answer may change the first twenty."""

_IN_BRACKETS = re.compile(r" \([^)]*\)$")
"""Unit of measure of a feature, or that it is a logarithm: the value beside its name has its own."""
_WORDED = {
    NOT_PUBLIC,
    SECTOR,
    "official_average",
    "panel",
    "after_to_before",
    "jobs_now",
    "own_learner",
    "jobs_promised",
}


def part_said(feature: str, output: str, speech: Speech) -> str:
    """Name of what adds to a figure.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> part_said("land_log", "feasibility", speech("en")), part_said("base", "feasibility", speech("en"))
    ('Land area', 'The average unit')
    """
    if feature == "base":
        return speech.text(f"why_part.base_{output}")
    if feature in _WORDED:
        return speech.text(f"why_part.{feature}")
    return _IN_BRACKETS.sub("", speech.text(f"feature.{feature}"))


def feature_value_said(feature: str, value: float, speech: Speech) -> str:
    """What the record tells of a feature, in its measure; empty where it tells no number.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> english = speech("en")
    >>> feature_value_said("public_debt_log", 3.2e9, english), feature_value_said("idle_years", 4.25, english)
    ('3.2 billion rial', '4.2 years')
    >>> feature_value_said("has_title_deed", 0.0, english), feature_value_said("idle_years", math.nan, english)
    ('no', '')
    """
    if math.isnan(value):
        return ""
    measure = _measures()[feature]
    if measure == "flag":
        return speech.text("flag.yes" if value else "flag.no")
    if measure == "rial":
        return speech.money(value)
    if measure == "share":
        return speech.share(value)
    number = speech.number(value, 2 if measure == "ratio" else 0 if value == round(value) else 1)
    return number if measure == "ratio" else f"{number} {speech.text(f'measure.{measure}')}"


def doubt_said(why: Why, unit_id: str, speech: Speech) -> str:
    """What the interval of a unit's feasibility comes from, the largest share first; empty where it has none."""
    shares = why.doubts.set_index("unit_id").reindex([unit_id]).iloc[0].astype("float64").dropna()
    if shares.empty:
        return ""
    shares = shares.sort_values(ascending=False, kind="stable")
    said = [f"{speech.text(f'doubt.{kind}')} {speech.share(share)}" for kind, share in shares.items()]
    return speech.text("why.doubt", kinds=speech.join(said))


def amount_said(amount: float, output: str, speech: Speech, *, signed: bool = True) -> str:
    """What a part adds, with its sign and measure: points of probability, or persons.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> amount_said(-0.041, "feasibility", speech("en")), amount_said(12.0, "jobs_if_revived", speech("en"))
    ('−4.1 points', '+12.0 persons')
    """
    mark = "\u200e" if speech.direction == "rtl" else ""  # else the sign would stand behind its number
    size = 100 * amount if output == Output.FEASIBILITY else amount
    number = speech.number(abs(size), 1)
    nil = number == speech.number(0, 1)
    sign = "" if nil or not signed else "+" if size > 0 else "−"
    key = "why.points" if output == Output.FEASIBILITY else "why.persons"
    return speech.text(key, amount=f"{mark}{sign}{number}" if sign else number)


def basis_said(line: Mapping[Any, Any], speech: Speech) -> str:
    """What a part rests on, empty for the average unit."""
    said = [speech.text(f"basis.{line['basis']}")] if line["basis"] else []
    if line["overridden"]:
        said.append(speech.text("why.overridden"))
    if line["learnt"] >= LEARNT_FROM:
        said.append(speech.text("why.learnt", share=speech.share(line["learnt"])))
    if not line["stated"]:
        said.append(speech.text("why.not_stated"))
    return speech.join(said)


def reason_lines(parts: pd.DataFrame, speech: Speech, *, shown: int = SHOWN) -> list[dict[str, str]]:
    """Parts of one figure of one unit, the largest first; what is small is added up, so that the lines still do.

    Parameters
    ----------
    parts
        Lines of ``serving.desk.why.Why.parts`` of one unit and output.
    speech
        Language.
    shown
        Parts of features that are named.

    Returns
    -------
    list of dict
        ``name``, with what the record tells of it, ``amount, basis``, and ``sign``: ``up``, ``down`` or ``base``.
    """
    rest = parts["feature"].isin(["base", NOT_PUBLIC])
    named, small = parts[~rest].head(shown), parts[~rest].iloc[shown:]
    lines = [_line(line, speech) for line in named.to_dict("records")]
    if len(small):
        output, total = str(small["output"].iloc[0]), float(small["amount"].sum())
        lines.append(
            {
                "name": speech.text("why.others", count=len(small)),
                "amount": amount_said(total, output, speech),
                "basis": "",
                "sign": _sign(total),
            }
        )
    return [*lines, *(_line(line, speech) for line in parts[rest].to_dict("records"))]


def figure_of(parts: pd.DataFrame, output: str, speech: Speech) -> str:
    """The figure that the parts add up to, in words."""
    total = float(parts["amount"].sum())
    return speech.share(total, 1) if output == Output.FEASIBILITY else speech.number(total, 1)


def unit_reasons(why: Why, unit_id: str, speech: Speech, *, shown: int = SHOWN) -> list[dict[str, Any]]:
    """Both figures of a unit.

    Returns
    -------
    list of dict
        ``output``; ``title`` with what the lines add up to; ``lines``, as :func:`reason_lines` gives them; ``doubt``:
        what the interval of feasibility comes from, empty for jobs.
    """
    own = why.parts[why.parts["unit_id"] == unit_id]
    titles = {Output.FEASIBILITY: "why.feasibility_title", Output.JOBS_IF_REVIVED: "why.jobs_title"}
    return [
        {
            "output": output.value,
            "title": speech.text(title, figure=figure_of(parts, output, speech)),
            "lines": reason_lines(parts, speech, shown=shown),
            "doubt": doubt_said(why, unit_id, speech) if output is Output.FEASIBILITY else "",
        }
        for output, title in titles.items()
        if len(parts := own[own["output"] == output.value])
    ]


def question_lines(why: Why, unit_id: str, speech: Speech) -> list[tuple[str, str]]:
    """What to ask of a unit: the fields, and what the answer is expected to do."""
    own = why.questions[why.questions["unit_id"] == unit_id]
    return [(fields_said(line["fields"], speech), effect_said(line, speech)) for line in own.to_dict("records")]


def fields_said(joined: object, speech: Speech) -> str:
    """Fields of a question in words: any of them answers it."""
    return speech.codes(joined, "field")


def effect_said(line: Mapping[Any, Any], speech: Speech) -> str:
    """What an answer is expected to do."""
    said = [speech.text("why.narrows", amount=speech.number(100 * line["narrows"], 2))]
    if line["moves_top"] >= MOVES_FROM:
        said.append(speech.text("why.moves_top", share=speech.share(line["moves_top"])))
    return speech.join(said)


def reasons_sheet(why: Why, names: pd.Series, speech: Speech) -> OutputSheet:
    """All parts of the listed units, a line each: they can be filtered and added up.

    Parameters
    ----------
    why
        What stands behind the figures.
    names
        Name of each unit, index ``unit_id``.
    speech
        Language.
    """
    lines = why.parts.to_dict("records")
    rows = pd.DataFrame(
        {
            "unit_id": why.parts["unit_id"],
            "name": names.reindex(why.parts["unit_id"]).to_numpy(),
            "output": [speech.text(f"output.{line['output']}") for line in lines],
            "part": [part_said(line["feature"], line["output"], speech) for line in lines],
            "value": [feature_value_said(line["feature"], line["value"], speech) for line in lines],
            "amount": [_measured(line) for line in lines],
            "basis": [basis_said(line, speech) for line in lines],
        }
    )
    columns = [
        SheetColumn("unit_id", speech.text("field.unit_id")),
        SheetColumn("name", speech.text("field.name")),
        SheetColumn("output", speech.text("why.output")),
        SheetColumn("part", speech.text("why.part"), "long"),
        SheetColumn("value", speech.text("why.value")),
        SheetColumn("amount", speech.text("why.amount"), "score"),
        SheetColumn("basis", speech.text("why.basis"), "long"),
    ]
    return OutputSheet(speech.text("why.sheet"), columns, rows)


def questions_sheet(why: Why, names: pd.Series, speech: Speech) -> OutputSheet:
    """What to ask of each listed unit."""
    asked = why.questions
    rows = pd.DataFrame(
        {
            "unit_id": asked["unit_id"],
            "name": names.reindex(asked["unit_id"]).to_numpy(),
            "fields": [fields_said(joined, speech) for joined in asked["fields"]],
            "narrows": 100 * asked["narrows"].astype("float64"),
            "moves_top": asked["moves_top"],
            "doubt": asked["unit_id"].map(_largest_doubts(why, speech)),
        }
    )
    columns = [
        SheetColumn("unit_id", speech.text("field.unit_id")),
        SheetColumn("name", speech.text("field.name")),
        SheetColumn("fields", speech.text("why.fill"), "long"),
        SheetColumn("narrows", speech.text("why.narrows_by"), "score"),
        SheetColumn("moves_top", speech.text("why.moves_by"), "share"),
        SheetColumn("doubt", speech.text("why.largest_doubt"), "long"),
    ]
    return OutputSheet(speech.text("why.ask_sheet"), columns, rows)


def register_questions_sheet(asked: pd.DataFrame, speech: Speech) -> OutputSheet:
    """What to ask next over all units.

    Parameters
    ----------
    asked
        What ``serving.desk.why.asked_of_the_register`` gives.
    speech
        Language.
    """
    rows = asked.assign(
        fields=[fields_said(joined, speech) for joined in asked["fields"]],
        narrows=100 * asked["narrows"].astype("float64"),
    )
    columns = [
        SheetColumn("fields", speech.text("why.fill"), "long"),
        SheetColumn("units", speech.text("why.lacking"), "count"),
        SheetColumn("narrows", speech.text("why.narrows_by"), "score"),
        SheetColumn("moves_top", speech.text("why.moves_count"), "number"),
    ]
    return OutputSheet(speech.text("why.ask_sheet"), columns, rows)


def weighing_lines(weighing: pd.DataFrame, speech: Speech) -> list[tuple[str, str]]:
    """What each part weighs and decides, in words.

    Parameters
    ----------
    weighing
        What ``serving.desk.weighing.weighing`` gives.
    speech
        Language.
    """
    return [
        (
            speech.text(f"part.{part}"),
            speech.text("weighing.line", weight=speech.share(weight), influence=speech.share(influence)),
        )
        for part, weight, influence in weighing.reset_index().values.tolist()
    ]


def weighing_table(weighing: pd.DataFrame, speech: Speech) -> list[tuple[str, str, str]]:
    """Part, weight and influence in words, for a table."""
    return [
        (speech.text(f"part.{part}"), speech.share(weight), speech.share(influence))
        for part, weight, influence in weighing.reset_index().values.tolist()
    ]


def weighing_document(weighing: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Weight and influence of each part, by its code."""
    return {str(part): {str(k): float(v) for k, v in row.items()} for part, row in weighing.to_dict("index").items()}


def why_documents(why: Why) -> dict[str, dict[str, Any]]:
    """What stands behind the figures of each unit, as codes and numbers.

    Returns
    -------
    dict
        Unit -> ``parts`` (output -> parts), ``ask`` (questions) and ``doubt`` (kind -> share of what the interval of
        feasibility comes from, the largest first).
    """
    found: dict[str, dict[str, Any]] = {}

    def told(unit_id: object) -> dict[str, Any]:
        return found.setdefault(str(unit_id), {"parts": {}, "ask": [], "doubt": {}})

    # A table a unit and output would take longer to cut than all of them to read.
    parts = why.parts[PARTS[2:]].to_dict("records")
    for unit_id, output, line in zip(why.parts["unit_id"].tolist(), why.parts["output"].tolist(), parts, strict=True):
        told(unit_id)["parts"].setdefault(str(output), []).append(_codes(line))
    asked = why.questions.drop(columns="unit_id").to_dict("records")
    for unit_id, line in zip(why.questions["unit_id"].tolist(), asked, strict=True):
        told(unit_id)["ask"].append(_codes(line))
    for unit_id, shares in why.doubts.set_index("unit_id").to_dict("index").items():
        told(unit_id)["doubt"] = dict(sorted(((str(k), float(v)) for k, v in shares.items()), key=lambda one: -one[1]))
    return found


def asked_document(asked: pd.DataFrame) -> list[dict[str, Any]]:
    """Questions of the register as codes and numbers."""
    return [_codes(line) for line in asked.to_dict("records")]


def _codes(line: Mapping[Any, Any]) -> dict[str, Any]:
    said = {str(name): value for name, value in line.items()} | {"fields": codes(line["fields"])}
    if "basis" in said:
        said["basis"] = said["basis"] or None
        said["value"] = None if math.isnan(said["value"]) else said["value"]
    return said


def _line(line: Mapping[Any, Any], speech: Speech) -> dict[str, str]:
    base = line["feature"] == "base"
    name, value = (
        part_said(line["feature"], line["output"], speech),
        feature_value_said(line["feature"], line["value"], speech),
    )
    return {
        "name": f"{name}: {value}" if value else name,
        "amount": amount_said(line["amount"], line["output"], speech, signed=not base),
        "basis": basis_said(line, speech),
        "sign": "base" if base else _sign(line["amount"]),
    }


def _largest_doubts(why: Why, speech: Speech) -> dict[str, str]:
    shares = why.doubts.set_index("unit_id").astype("float64")
    largest = {} if shares.empty else {str(unit): (row.idxmax(), row.max()) for unit, row in shares.iterrows()}
    return {unit: f"{speech.text(f'doubt.{kind}')} {speech.share(share)}" for unit, (kind, share) in largest.items()}


@cache
def _measures() -> Mapping[str, str]:
    return {spec.name: plain_measure(spec) for spec in FULL_SCHEMA.features}


def _sign(amount: float) -> str:
    return "up" if amount >= 0 else "down"


def _measured(line: Mapping[Any, Any]) -> float:
    return float(100 * line["amount"] if line["output"] == Output.FEASIBILITY else line["amount"])
