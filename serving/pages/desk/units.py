"""The register as a table: searched as one types, filtered, sorted, with the columns that a person wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from engine.domain.unit import FIELDS, Field, Kind, Status
from engine.ranking.reasons import Triage
from serving.desk.units import PAGE, SORTS, UnitList
from serving.disclosure.values import codes, known
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import Pages, name_of, unit_address
from serving.reports.ranked import place_line
from serving.reports.words import value_in_words

USUAL = ("triage", "feasibility", "jobs", "capital_needed_rial", "status", "missing")
"""Columns of the table where a person chose none."""
JUDGED = ("triage", "feasibility", "jobs", "missing", "flags", "rank_range", "score")
"""Columns that are no field of a unit."""
_IN_THE_NAME = (Field.NAME, Field.PROVINCE, Field.COUNTY)
CHOICES = JUDGED + tuple(one.value for one in Field if one not in _IN_THE_NAME and FIELDS[one].kind != Kind.LIST)
_ORDERED = {
    "feasibility": "feasibility_unit_point",
    "jobs": "jobs_expected_point",
    "capital_needed_rial": "capital_needed_rial",
}
_TALLEST = 60  # characters of a cell


def units_page(
    frame: Frame,
    found: UnitList,
    query: Mapping[str, str],
    *,
    columns: Sequence[str] = (),
    views: Sequence[tuple[int, str, str]] = (),
    problem: str = "",
) -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The units.
    query
        What was asked, as the address has it.
    columns
        Columns that were chosen; the usual ones where there are none.
    views
        Saved views: number, name, address.
    problem
        What is wrong with what was asked.
    """
    words = frame.speech
    shown = tuple(one for one in columns if one in CHOICES) or USUAL
    total = len(found.chosen)
    return page(
        "units.html",
        frame,
        Place.UNITS,
        query=query,
        problem=problem,
        caption=words.text("desk.units_found", count=total),
        heads=[_head(one, query, words) for one in ("name", *shown)],
        rows=[_row(row, shown, words) for row in found.rows.reset_index().to_dict("records")],
        pages=Pages.of("/desk/units", query, found.request.start, PAGE, total, words),
        triages=[(one.value, words.text(one)) for one in Triage],
        statuses=[(one.value, words.text(one)) for one in Status],
        counties=_counties(found, words),
        choices=[(one, _name(one, words), one in shown) for one in CHOICES],
        views=views,
        chosen=shown if columns else (),
        missing=[(one, words.text(f"field.{one}")) for one in found.request.missing],
        export=_address("/desk/units.xlsx", query),
    )


def _head(column: str, query: Mapping[str, str], words: Speech) -> dict[str, str]:
    order = _ORDERED.get(column, column if column in SORTS else "")
    now = query.get("sort", "rank")
    sorted_ = {order: "ascending", f"-{order}": "descending"}.get(now, "") if order else ""
    onward = f"-{order}" if sorted_ != "descending" and order not in ("name", "county") else order
    onward = f"-{order}" if now == order else onward
    kept = {name: value for name, value in query.items() if name not in ("sort", "start")}
    return {
        "name": words.text("page.unit") if column == "name" else _name(column, words),
        "sort": sorted_,
        "address": _address("/desk/units", kept | {"sort": onward}) if order else "",
        "number": "number" if _is_number(column) else "",
    }


def _row(row: Mapping[Any, Any], shown: Sequence[str], words: Speech) -> dict[str, Any]:
    return {
        "id": str(row["unit_id"]),
        "address": unit_address(row["unit_id"]),
        "name": name_of(row["name"], words),
        "place": place_line(words, row["province"], row["county"]),
        "rank": words.number(row["rank"]) if known(row["rank"]) else "",
        "triage": str(row["triage"]),
        "synthetic": row["origin"] == "synthetic",
        "cells": [(_name(one, words), one, _cell(one, row, words), _is_number(one)) for one in shown],
    }


def _cell(column: str, row: Mapping[Any, Any], words: Speech) -> str:
    if column == "triage":
        return words.text(f"triage.{row['triage']}")
    if column == "feasibility":
        low, point, high = (row[f"feasibility_unit_{end}"] for end in ("low", "point", "high"))
        return words.interval(low, point, high, share=True)
    if column == "jobs":
        low, point, high = (row[f"jobs_expected_{end}"] for end in ("low", "point", "high"))
        return words.interval(low, point, high, 1)
    if column == "missing":
        return words.number(len(codes(row["missing"])))
    if column == "flags":
        return words.codes(row["red_flags"], "red_flag") if known(row["red_flags"]) else ""
    if column == "score":
        return words.number(row["score"], 2)
    if column == "rank_range":
        low, high = row.get("rank_low"), row.get("rank_high")
        return words.text("page.range", low=words.number(low), high=words.number(high)) if known(low) else ""
    if not known(row[column]):
        return words.number(None)
    said = value_in_words(Field(column), row[column], row.get(f"{column}_precision"), words)
    return said if len(said) <= _TALLEST else f"{said[:_TALLEST]}…"


def _name(column: str, words: Speech) -> str:
    judged = {
        "triage": "page.triage_column",
        "feasibility": "page.feasibility",
        "jobs": "desk.expected_jobs_column",
        "missing": "desk.missing_column",
        "flags": "page.red_flags",
        "rank_range": "column.rank_range",
        "score": "column.score",
    }
    return words.text(judged[column]) if column in judged else words.text(f"field.{column}")


def _is_number(column: str) -> bool:
    if column in JUDGED:
        return column in ("missing", "score")
    kind = FIELDS[Field(column)].kind if column in FIELDS else Kind.TEXT
    return kind in (Kind.COUNT, Kind.NUMBER, Kind.MONEY, Kind.SHARE, Kind.YEAR)


def _counties(found: UnitList, words: Speech) -> list[tuple[str, str]]:
    there: pd.Series = found.chosen["county"].dropna().drop_duplicates()
    return sorted(((str(one), words.place(one)) for one in there), key=lambda pair: pair[1])


def _address(path: str, query: Mapping[str, str]) -> str:
    asked = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(asked)}" if asked else path
