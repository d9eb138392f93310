"""The ranking: who comes first under which weights, how firmly, and what that changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from engine.domain.persona import Persona
from engine.domain.unit import Field
from engine.ranking.criteria import Part
from engine.ranking.reasons import Triage
from serving.desk.changes import Against, Changed
from serving.desk.ranking import Ranking
from serving.i18n import Speech
from serving.pages.desk.choosing import Chosen
from serving.pages.desk.frame import ADDRESSES, Frame, Place, page
from serving.pages.desk.words import Pages, name_of, unit_address
from serving.reports.asked import assumptions
from serving.reports.legend import banners
from serving.reports.ranked import rows
from serving.reports.reasons import weighing_document

SHOWN = 25
"""Units of a page."""
MOVERS = 6
"""Units that moved farthest, named one by one."""
LIVE = ("found", "personas", *(f"weigh-{part.value}" for part in Part))
"""Pieces of the page that are shown anew as weights move."""


@dataclass(frozen=True, eq=False, slots=True)
class RankingView:
    """What the page shows.

    Parameters
    ----------
    chosen
        The choices.
    ranking
        The units that were asked for, in order.
    changed
        What that changes.
    errors
        Sentences about choices that cannot be taken, by the name of their field.
    """

    chosen: Chosen
    ranking: Ranking
    changed: Changed
    errors: Mapping[str, str]


def ranking_page(frame: Frame, view: RankingView) -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    view
        What is shown.
    """
    words, chosen, found = frame.speech, view.chosen, view.ranking
    listed = found.chosen
    start = chosen.start if chosen.start < len(listed) else 0
    shown = listed.iloc[start : start + SHOWN]
    address = ADDRESSES[Place.RANKING]
    return page(
        "ranking.html",
        frame,
        Place.RANKING,
        as_of=words.text("page.as_of", date=found.appraised.question.as_of),
        banners=banners(listed, words),
        live=" ".join(LIVE),
        personas=[(one.value, chosen.of(one).address(address), one is chosen.persona) for one in _PERSONAS],
        chosen=chosen,
        sliders=_sliders(view, words),
        errors=view.errors,
        priorities=_sectors(found.appraised.table, words, chosen.priorities),
        counties=_counties(found.appraised.table, words),
        sectors=_sectors(found.appraised.table, words, (chosen.filters.get("sector", ""),)),
        triage=[(one.value, words.text(one)) for one in Triage],
        against=[(one.value, words.text(one)) for one in Against],
        count=len(listed),
        question=words.join(_under(view, words)),
        changes=_changes(view, words),
        rows=_rows(shown, view, words),
        pages=Pages.at(lambda row: chosen.address(address, row), start, SHOWN, len(listed), words),
        downloads=[(kind, chosen.address(f"{address}.{kind}")) for kind in ("xlsx", "json")],
    )


_PERSONAS = (Persona.PLANNER, Persona.GOVERNOR, Persona.BANK, Persona.INVESTOR)


def _sliders(view: RankingView, words: Speech) -> list[dict[str, Any]]:
    """Each part with what stands at it, what it weighs and what it decides."""
    weighed, shown = weighing_document(view.ranking.weighing), view.chosen.shown
    lines = []
    for part in Part:
        found = weighed.get(part.value, {"weight": 0.0, "influence": 0.0})
        weight, decides = found["weight"], found["influence"]
        lines.append(
            {
                "code": part.value,
                "name": words.text(part),
                "value": shown[part],
                "weight": words.share(weight),
                "influence": words.share(decides),
                "bars": [_bar(weight, words), _bar(decides, words)],
                "idle": part is Part.FIT and not view.chosen.priorities,
                "error": view.errors.get(f"w_{part.value}", ""),
            }
        )
    return lines


def _bar(share: float, words: Speech) -> dict[str, float]:
    length = round(100 * min(1.0, max(0.0, share)), 1)
    return {"length": length, "start": round(100 - length, 1) if words.direction == "rtl" else 0}


def _counties(table: pd.DataFrame, words: Speech) -> list[tuple[str, str]]:
    """Counties of the register, with how many units each has."""
    counts = table[Field.COUNTY.value].value_counts()
    named = [(str(code), words.place(code), count) for code, count in counts.items()]
    return [(code, f"{name} ({words.number(count)})") for code, name, count in sorted(named, key=lambda one: one[1])]


def _sectors(table: pd.DataFrame, words: Speech, kept: tuple[str, ...]) -> list[tuple[str, str]]:
    """Divisions of the register's sectors, with how many units each has; codes that were asked for stay."""
    counts = table[Field.ISIC.value].str[:2].value_counts().sort_index()
    divisions = {str(code): f"{code} · {words.sector(code)} ({words.number(count)})" for code, count in counts.items()}
    other = {code: f"{code} · {words.sector(code)}" for code in kept if code and code not in divisions}
    return [*divisions.items(), *other.items()]


def _rows(shown: pd.DataFrame, view: RankingView, words: Speech) -> list[dict[str, Any]]:
    moved = view.changed.agreement
    by = {} if moved is None else moved.movers["by"].reindex(shown.index).dropna().astype(int).to_dict()
    came = set() if moved is None else set(moved.come)
    said = rows(shown, words)
    for row in said:
        row["address"] = unit_address(row["id"])
        row["change"] = _change(int(by.get(row["id"], 0)), words)
        row["came"] = row["id"] in came
    return said


def _under(view: RankingView, words: Speech) -> list[str]:
    """Under which choices the list stands: on paper there is no form beside it."""
    question, filters = view.ranking.appraised.question, view.ranking.wishes
    said = [f"{name}: {value}" for name, value in assumptions(question, words)[1:]]
    if "triage" in filters:
        verdict = words.text(f"triage.{filters['triage']}")
        said.append(f"{words.text('rank.verdict')}: {verdict}")
    if "county" in filters:
        said.append(f"{words.text('page.county')}: {words.place(filters['county'])}")
    if "sector" in filters:
        said.append(f"{words.text('page.sector')}: {words.sector(filters['sector'])}")
    return said


def _change(by: int, words: Speech) -> dict[str, str]:
    if not by:
        return {"sign": "", "kind": "", "text": ""}
    code = "up" if by > 0 else "down"
    return {
        "sign": f"{'▲' if by > 0 else '▼'} {words.number(abs(by))}",
        "kind": code,
        "text": words.text(f"rank.moved_{code}", count=abs(by)),
    }


def _changes(view: RankingView, words: Speech) -> dict[str, Any]:
    """What the order changes, in a sentence, and who moved farthest."""
    found, names = view.changed, view.ranking.appraised.table["name"]
    code = found.against.value
    if found.agreement is None:
        return {"title": words.text(f"rank.nothing_{code}"), "text": "", "movers": []}
    moved = found.agreement
    day = words.date(found.known_by) if found.known_by is not None else ""
    facts = {"moved": len(moved.movers), "come": len(moved.come), "gone": len(moved.gone), "day": day}
    tau = words.number(moved.tau, 2)
    farthest = moved.movers.head(MOVERS).reset_index(names="unit_id").to_dict("records")
    return {
        "title": words.text(f"rank.against_{code}", **facts),
        "text": words.text("rank.tau", tau=tau) if len(moved.movers) else "",
        "movers": [
            {
                "address": unit_address(line["unit_id"]),
                "name": name_of(names.get(line["unit_id"]), words),
                "change": _change(int(line["by"]), words),
                "places": words.text(
                    "rank.places", before=words.number(line["before"]), after=words.number(line["after"])
                ),
            }
            for line in farthest
        ],
    }
