"""Two to five units side by side, and why one stands before the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from engine.domain.prediction import Output
from engine.domain.unit import Field
from serving.desk.comparing import Before, Comparison
from serving.disclosure.values import known
from serving.i18n import Speech
from serving.pages.desk.choosing import Chosen
from serving.pages.desk.frame import ADDRESSES, Frame, Place, page
from serving.pages.desk.words import name_of, unit_address
from serving.reports.asked import assumptions
from serving.reports.legend import banners
from serving.reports.ranked import digits, rows
from serving.reports.reasons import unit_reasons
from serving.reports.words import field_on_paper, interval_said, output_title

_OUTPUTS = (
    Output.FEASIBILITY_UNIT,
    Output.JOBS_IF_REVIVED,
    Output.JOBS_EXPECTED,
    Output.JOBS_PER_BILLION_RIAL,
)
_SAME = 5e-4
"""Of a weight, or of a score: below it nothing moved."""


def compare_page(
    frame: Frame,
    found: Comparison,
    chosen: Chosen | None = None,
    *,
    place: Place = Place.RANKING,
    address: Callable[[object], str] = unit_address,
) -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The units.
    chosen
        The choices of the ranking in which they stand, to go back to.
    place
        Where the person came from.
    address
        Gives the page of a unit.
    """
    words = frame.speech
    said = rows(found.units, words)
    names = {row["id"]: row["name"] for row in said}
    return page(
        "compare.html",
        frame,
        place,
        back=ADDRESSES[place] if chosen is None else chosen.address(ADDRESSES[place]),
        question=words.join(f"{name}: {value}" for name, value in assumptions(found.appraised.question, words)),
        banners=banners(found.units, words),
        units=[row | {"address": address(row["id"])} for row in said],
        names=[row["name"] for row in said],
        figures=_figures(found.units, words),
        parts=_parts(said),
        differing=_fields(found.differing, found.units, words),
        alike=_fields(found.alike, found.units, words),
        pairs=[_pair(one, names, words) for one in found.pairs],
        reasons=[
            {"name": names[unit], "figures": unit_reasons(found.why, unit, words)}
            for unit in map(str, found.units.index)
        ],
    )


def refused_page(frame: Frame, problem: str, chosen: Chosen | None = None, *, place: Place = Place.RANKING) -> str:
    """Say why units cannot be compared, and how they can.

    Parameters
    ----------
    frame
        What stands around it.
    problem
        What is wrong.
    chosen
        The choices of the ranking to go back to.
    place
        Where the person came from.
    """
    back = ADDRESSES[place] if chosen is None else chosen.address(ADDRESSES[place])
    return page("compare_none.html", frame, place, problem=problem, back=back)


def _row(name: str, cells: list[str]) -> dict[str, Any]:
    return {"name": name, "cells": cells, "differs": len(set(cells)) > 1}


def _figures(units: pd.DataFrame, words: Speech) -> list[dict[str, Any]]:
    """Predictions with their intervals, a line each."""
    lines = [
        _row(output_title(output, words), [interval_said(row, output, words) for _, row in units.iterrows()])
        for output in _OUTPUTS
    ]
    completeness = [words.share(value) for value in units["completeness"]]
    return [*lines, _row(words.text("column.completeness"), completeness)]


def _parts(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Parts of the score: of each its name, and of each unit its bar."""
    names = list(dict.fromkeys(part["name"] for row in said for part in row["parts"]))
    by_unit = [{part["name"]: part for part in row["parts"]} for row in said]
    return [{"name": name, "bars": [parts.get(name) for parts in by_unit]} for name in names]


def _fields(names: tuple[str, ...], units: pd.DataFrame, words: Speech) -> list[dict[str, Any]]:
    records, nothing = units.to_dict("records"), words.fact(None)

    def cells(name: str) -> list[str]:
        return [field_on_paper(Field(name), row, words) or nothing for row in records]

    return [_row(words.text(f"field.{name}"), cells(name)) for name in names]


def _pair(one: Before, names: dict[str, str], words: Speech) -> dict[str, Any]:
    ahead, behind = (name_of(names[unit], words) for unit in (one.ahead, one.behind))
    widest = max((abs(gain) for gain in one.parts.values()), default=0.0) or 1.0
    return {
        "title": words.text("compare.why_before", ahead=ahead, behind=behind),
        "verdict": words.text("compare.by_verdict") if one.by_verdict else "",
        "chance": "" if one.chance is None else words.text("compare.chance", share=words.share(one.chance)),
        "parts": [_gain(part, gain, widest, words) for part, gain in one.parts.items() if abs(gain) >= _SAME],
        "total": words.number(sum(one.parts.values()), digits(sum(one.parts.values())) if one.parts else 0),
        "swap": _swap(one, ahead, behind, words),
    }


def _gain(part: str, gain: float, widest: float, words: Speech) -> dict[str, Any]:
    length = round(100 * abs(gain) / widest, 1)
    mark = "\u200e" if words.direction == "rtl" else ""
    return {
        "name": words.text(f"part.{part}"),
        "amount": f"{mark}{'+' if gain > 0 else '−'}{words.number(abs(gain), 3)}",
        "kind": "" if gain > 0 else "down",
        "length": length,
        "start": round(100 - length, 1) if words.direction == "rtl" else 0,
    }


def _swap(one: Before, ahead: str, behind: str, words: Speech) -> dict[str, Any] | None:
    if one.swap is None:
        return None
    if not known(one.swap.moved) or one.swap.moved is None:
        return {"title": words.text("package.swap_never", ahead=ahead, behind=behind), "parts": []}
    moved = words.text("package.swap_title", ahead=ahead, behind=behind, moved=words.share(one.swap.moved, 1))
    parts = [
        (
            words.text(f"part.{part}"),
            words.text(
                "package.swap_part", before=words.share(old, 1), after=words.share(one.swap.after.get(part, 0.0), 1)
            ),
        )
        for part, old in one.swap.before.items()
        if abs(one.swap.after.get(part, 0.0) - old) > _SAME
    ]
    return {"title": moved, "parts": parts}
