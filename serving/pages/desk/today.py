"""The first page of the desk."""

from __future__ import annotations

from typing import Any

import pandas as pd

from serving.desk.today import Today
from serving.disclosure.values import codes, known
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import day_said, ends_summed, event_rows, name_of, predicted, unit_address
from serving.reports.charts import TRIAGE_ORDER
from serving.reports.legend import banners
from serving.reports.ranked import place_line, sum_known
from serving.reports.reasons import fields_said

SHOWN = 6
"""Units and questions of a short list."""


def today_page(frame: Frame, found: Today) -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    found
        What is said.
    """
    words, table = frame.speech, found.appraised.table
    counts = table["triage"].value_counts()
    low, point, high = (sum_known(table[f"jobs_expected_{end}"]) for end in ("low", "point", "high"))
    asked = found.asked.head(SHOWN).to_dict("records")
    return page(
        "today.html",
        frame,
        Place.TODAY,
        as_of=words.text("page.as_of", date=found.appraised.question.as_of),
        banners=banners(table, words),
        units=words.number(len(table)),
        triage=[(code, words.text(f"triage.{code}"), words.number(int(counts.get(code, 0)))) for code in TRIAGE_ORDER],
        jobs=words.number(point),
        jobs_range=ends_summed(low, high, words) if known(point) else "",
        waiting=_waiting(found, words),
        completeness=words.share(found.completeness),
        publishable=words.text("desk.publishable", count=found.shown),
        this_week=[_unit(row, words) for row in _rows(found.this_week)],
        offered=[_unit(row, words) for row in _rows(found.offered)],
        to_fix=[_unit(row, words) for row in _rows(found.to_fix)],
        asked=[
            {
                "fields": fields_said(line["fields"], words),
                "codes": str(line["fields"]),
                "count": words.number(line["units"]),
                "narrows": words.number(100 * line["narrows"], 2),
                "moves": words.number(line["moves_top"], 1),
            }
            for line in asked
        ],
        events=event_rows(found.events, found.names, words),
        imports=[
            {
                "number": int(one["id"]),
                "source": str(one["source"]),
                "on": day_said(one["imported_at"], words),
                "new": words.number(one["new_count"]),
                "updated": words.number(one["updated_count"]),
                "rejected": words.number(one["rejected_row_count"]),
                "undone": known(one["undone_at"]),
            }
            for one in found.imports.to_dict("records")
        ],
        reactions=[
            {
                "owner": str(one["owner"]),
                "address": unit_address(one["unit_id"]),
                "unit": name_of(found.names.get(one["unit_id"]), words),
                "kind": words.text(f"reaction_kind.{one['kind']}"),
                "on": day_said(one["made_at"], words),
            }
            for one in found.reactions.to_dict("records")
        ],
    )


def _waiting(found: Today, words: Speech) -> list[tuple[str, str, str]]:
    """What waits for somebody: number, what, where."""
    counted = (
        (found.overdue, "desk.waiting_overdue", "/desk/requests"),
        (found.requests, "desk.waiting_requests", "/desk/requests"),
        (found.agreements, "desk.waiting_agreements", "/desk/events"),
        (found.duplicates, "desk.waiting_duplicates", "/desk/decisions"),
        (found.conflicts, "desk.waiting_conflicts", "/desk/decisions?show=conflicts"),
    )
    return [(words.number(count), words.text(text), address) for count, text, address in counted if count]


def _rows(table: pd.DataFrame) -> list[dict[Any, Any]]:
    return table.head(SHOWN).reset_index().to_dict("records")


def _unit(row: dict[Any, Any], words: Speech) -> dict[str, Any]:
    return {
        "address": unit_address(row["unit_id"]),
        "name": name_of(row["name"], words),
        "place": place_line(words, row["province"], row["county"]),
        "rank": words.number(row["rank"]) if known(row["rank"]) else "",
        "said": predicted(row, words),
        "reasons": [words.text(f"triage_reason.{code}") for code in codes(row["triage_reasons"])][:2],
    }
