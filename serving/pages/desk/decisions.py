"""What waits for a person to decide: pairs that may be one unit, and fields on which sources contradict each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from engine.domain.unit import FIELDS, PARTS, Confidence, Field
from engine.store.sources import Precedence
from serving.desk.decisions import Conflicts, Duplicates, PossibleTwins
from serving.desk.units import first_shown
from serving.disclosure.values import known
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import Pages, name_of, unit_address
from serving.reports.said import field_said, value_said
from serving.reports.words import list_in_words, value_in_words

LENGTH = 10
"""Pairs, and fields, on one page."""
_ABOUT = ("origin", "source", "as_of", "confidence")


def duplicates_page(frame: Frame, found: Duplicates, conflicts: int, start: int = 0) -> str:
    """Write the pairs of units that may be one, side by side.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The pairs.
    conflicts
        Fields on which sources contradict each other, for the way there.
    start
        First pair.
    """
    words = frame.speech
    start = first_shown(start, LENGTH, len(found.pairs))
    shown = found.pairs.iloc[start : start + LENGTH].to_dict("records")
    return page(
        "duplicates.html",
        frame,
        Place.DECISIONS,
        show="duplicates",
        counts={"duplicates": words.number(len(found.pairs)), "conflicts": words.number(conflicts)},
        pairs=[_pair(one, found.units, words) for one in shown],
        here="/desk/decisions" + (f"?start={start}" if start else ""),
        pages=Pages.of("/desk/decisions", {}, start, LENGTH, len(found.pairs), words),
    )


def conflicts_page(
    frame: Frame, found: Conflicts, duplicates: int, start: int = 0, *, problem: str = "", given: Mapping[str, str] = {}
) -> str:
    """Write what sources say that contradict each other, which shows and why.

    Parameters
    ----------
    frame
        What stands around it.
    found
        What they say.
    duplicates
        Pairs that may be one unit, for the way there.
    start
        First field.
    problem, given
        What is wrong with what was typed, and what that was.
    """
    words, lines = frame.speech, found.lines
    numbers = (~lines.duplicated(["unit_id", "field"])).cumsum()
    count = int(numbers.max()) if len(lines) else 0
    start = first_shown(start, LENGTH, count)
    chosen = lines[((numbers > start) & (numbers <= start + LENGTH)).to_numpy(dtype=bool)]
    groups = chosen.groupby(["unit_id", "field"], sort=False)
    return page(
        "conflicts.html",
        frame,
        Place.DECISIONS,
        show="conflicts",
        counts={"duplicates": words.number(duplicates), "conflicts": words.number(count)},
        conflicts=[_conflict(str(unit), str(field), part, found.units, words) for (unit, field), part in groups],
        levels=[(one.value, words.text(one)) for one in (Confidence.VERIFIED, Confidence.REVIEWED)],
        here="/desk/decisions?show=conflicts" + (f"&start={start}" if start else ""),
        pages=Pages.of("/desk/decisions", {"show": "conflicts"}, start, LENGTH, count, words),
        problem=problem,
        given={**dict.fromkeys(("unit", "field", "level", "source", "on"), ""), **given},
    )


def same_page(frame: Frame, found: PossibleTwins, words_sought: str = "", *, problem: str = "") -> str:
    """Write the page on which a person says which other unit one is the same as.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The unit, what was found, and which stands beside it.
    words_sought
        What was looked for.
    problem
        Why the other cannot stand beside it.
    """
    words, units, address = frame.speech, found.units, f"{unit_address(found.unit_id)}/same"
    return page(
        "same.html",
        frame,
        Place.UNITS,
        unit_id=found.unit_id,
        title=name_of(units.loc[found.unit_id, "name"], words),
        address=unit_address(found.unit_id),
        sought=words_sought,
        found=[
            {
                "id": one,
                "name": name_of(units.loc[one, "name"], words),
                "about": [said for field in ("county", "sector", "status") if (said := _value(field, row, words))],
                "beside": f"{address}?{urlencode({'q': words_sought, 'other': one})}",
            }
            for one, row in ((one, units.loc[one].to_dict()) for one in found.found)
        ],
        more=found.more and words.number(found.more),
        pair=None if found.pair is None else _pair(found.pair, units, words),
        problem=problem,
    )


def _pair(pair: Mapping[Any, Any], units: pd.DataFrame, words: Speech) -> dict[str, Any]:
    ids = [str(pair["unit_id"]), str(pair["other_id"])]
    rows = [units.loc[one].to_dict() if one in units.index else {} for one in ids]
    names = [name_of(row.get("name"), words) for row in rows]
    lines = [_fact(name, rows, words) for name in (*(field.value for field in FIELDS), *_ABOUT)]
    return {
        "reason": words.text(f"duplicate_reason.{pair['reason']}") if "reason" in pair else "",
        "units": [
            {"id": one, "name": name, "address": unit_address(one)} for one, name in zip(ids, names, strict=True)
        ],
        "lines": [line for line in lines if any(line["values"]) and not line["equal"]],
        "equal": [line for line in lines if line["equal"]],
        "alike": names[0] == names[1],
        "differ": words.number(sum(line["differs"] for line in lines)),
    }


def _fact(name: str, rows: list[dict[Any, Any]], words: Speech) -> dict[str, Any]:
    """One field of both units, and whether they differ where both state it."""
    values = [_value(name, row, words) for row in rows]
    equal = bool(values[0]) and values[0] == values[1]
    differs = all(values) and not equal
    return {"name": words.text(f"field.{name}"), "values": values, "differs": differs, "equal": equal}


def _value(name: str, row: Mapping[Any, Any], words: Speech) -> str:
    value = row.get(name)
    if not known(value):
        return ""
    if name in ("origin", "confidence"):
        return words.codes(value, name)
    if name == "as_of":
        return words.date(value)
    if name == "source":
        return str(value)
    field = Field(name)
    if field in PARTS:
        return list_in_words(field, value, words)
    return value_in_words(field, value, row.get(f"{name}_precision"), words)


def _conflict(unit: str, field: str, lines: pd.DataFrame, units: pd.DataFrame, words: Speech) -> dict[str, Any]:
    name = units["name"].get(unit)
    rows = lines.to_dict("records")
    shown = next((one for one in rows if one["shows"]), rows[0])
    pinned = shown["why"] == Precedence.PINNED.value if known(shown["why"]) else False
    confirmed = any(not known(one["import_id"]) for one in rows)
    return {
        "unit": unit,
        "name": name_of(name, words),
        "address": unit_address(unit),
        "field": field,
        "said": field_said(field, words),
        "lines": [_statement(one, words) for one in rows],
        "pinned": str(shown["source"]) if pinned and known(shown["source"]) else "",
        "confirmed": confirmed,
    }


def _statement(one: Mapping[Any, Any], words: Speech) -> dict[str, Any]:
    """What one source says."""
    by_person = not known(one["import_id"])
    source = str(one["source"]) if known(one["source"]) else ""
    why = words.text(f"precedence.{one['why']}") if known(one["why"]) else ""
    return {
        "value": value_said(str(one["field"]), one["value"], one["precision"], words),
        "source": source,
        "by_person": by_person,
        "on": words.date(one["as_of"]),
        "confidence": words.codes(one["confidence"], Confidence),
        "shows": bool(one["shows"]),
        "why": why,
        "may_pin": not by_person and bool(source) and not one["shows"],
    }
