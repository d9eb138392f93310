"""Pages of packages: what there is, terms as a form, a search and what contradicts, one package, two side by side."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import pandas as pd

from engine.packages.robust import Role
from engine.packages.terms import Grouping
from serving.desk.package import FollowedPackage
from serving.desk.package_answers import BudgetPoint, ComparedPackages, EvenPackages, WhyUnit
from serving.desk.solving import RUNNING, Search
from serving.i18n import Speech
from serving.i18n.speech import NOT_KNOWN
from serving.pages.desk.curve import curve
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.map import counties_shown
from serving.pages.desk.terms import SECTOR_ROWS, carried_on, terms_boxes, verdict_choices
from serving.pages.desk.words import day_said, unit_address
from serving.reports.package import (
    SMALL,
    any_synthetic,
    binding_in_words,
    conflict_lines,
    figure_pairs,
    figure_rows,
    figures_line,
    group_in_words,
    loosening_in_words,
    money_lines,
    net_note,
    option_in_words,
    outside_lines,
    package_answer,
    reason_lines,
    rests_on,
    rule_in_words,
    term_costs,
    unit_in_words,
    units_in_words,
)

FILES = ("booklet.pdf", "teaser.pdf", "package.xlsx", "package.json")
"""Files of a package, by the end of their address."""


def package_address(key: str) -> str:
    """Where the page of a package is.

    Examples
    --------
    >>> package_address("inva@2")
    '/desk/packages/inva@2'
    """
    return f"/desk/packages/{quote(key, safe='@')}"


def packages_page(frame: Frame, found: pd.DataFrame) -> str:
    """Write the list of packages.

    Parameters
    ----------
    frame
        What stands around it.
    found
        As `serving.desk.package.packages` gives them.
    """
    words = frame.speech
    rows = [
        {
            "key": f"{one['name']}@{one['version']}",
            "address": package_address(f"{one['name']}@{one['version']}"),
            "event": str(one["event"] or ""),
            "made": day_said(one["made_at"], words),
            "signed": "" if pd.isna(one["role"]) else str(one["role"]),
        }
        for one in found.to_dict("records")
    ]
    return page("packages.html", frame, Place.PACKAGES, rows=rows)


def terms_page(
    frame: Frame,
    document: Mapping[str, Any],
    sectors: Sequence[tuple[str, str]],
    *,
    typed: Mapping[str, Any] | None = None,
    problem: str = "",
) -> str:
    """Write the form of a package's terms.

    Parameters
    ----------
    frame
        What stands around it.
    document
        Terms that the form begins with, as `PackageTerms.document` gives them; empty for new ones.
    sectors
        Divisions to choose from, code and name.
    typed
        Boxes as they were sent, where they could not be taken.
    problem
        Why.
    """
    words = frame.speech
    boxes = terms_boxes(document, words) | dict(typed or {})
    carried = carried_on(document)
    wishes = [
        {"unit": one["unit"], "inside": key == "pinned", "reason": one["reason"], "address": unit_address(one["unit"])}
        for key in ("pinned", "barred")
        for one in carried.get(key, [])
    ]
    quotas = [
        rule_in_words(
            {"kind": "quota", "quota": one, "low": one.get("at_least"), "high": one.get("at_most")}, words, {}
        )
        for one in carried.get("quotas", [])
    ]
    others = sum(len(carried.get(key, [])) for key in ("not_together", "only_with"))
    others += sum(key in carried for key in ("investors", "seed")) + ("tail" in carried.get("worth", {}))
    sectors = [*sectors, *((code, code) for code, _ in boxes["sectors"] if code and code not in dict(sectors))]
    return page(
        "package_terms.html",
        frame,
        Place.PACKAGES,
        boxes=boxes,
        source=str(document.get("name", "")),
        sectors=sectors,
        rows=range(SECTOR_ROWS),
        verdicts=verdict_choices(words),
        carried=json.dumps(carried, ensure_ascii=False),
        wishes=wishes,
        quotas=quotas,
        others=others,
        problem=problem,
    )


def search_page(frame: Frame, found: Search, ways: Sequence[tuple[Sequence[Mapping[str, Any]], str]] = ()) -> str:
    """Write how a search for a package stands, or which terms contradict each other and what would heal them.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The search.
    ways
        Of each way to heal the rules that give way, and the terms in which they do, as JSON.
    """
    words = frame.speech
    conflict = found.conflict
    return page(
        "package_search.html",
        frame,
        Place.PACKAGES,
        number=found.number,
        running=found.state in RUNNING,
        title=words.text("studio.searching" if found.state in RUNNING else "studio.searched", given=found.terms.name),
        state=words.text(f"search_state.{found.state.value}") if conflict is None else "",
        lines=[] if conflict is None else conflict_lines(conflict, words, found.names),
        cut_off=conflict is not None and conflict["seconds"] is not None,
        ways=[{"said": words.join(_way(one, found, words) for one in steps), "terms": terms} for steps, terms in ways],
        terms=json.dumps(found.terms.document, ensure_ascii=False),
    )


def _way(step: Mapping[str, Any], found: Search, words: Speech) -> str:
    """How a rule gives way; of a quota that is repeated by groups all of them are given the same."""
    said = loosening_in_words(step, words, found.names)
    key, _, number = str(step["term"]).partition(".")
    repeated = found.terms.quotas[int(number) - 1].by if key == "quotas" else None
    return said if repeated is None else words.text("studio.for_all", rule=said, by=words.text(repeated))


def package_page(
    frame: Frame,
    found: FollowedPackage,
    versions: Sequence[str],
    *,
    why: WhyUnit | None = None,
    frontier: Sequence[BudgetPoint] | None = None,
    even: EvenPackages | None = None,
    asked: Mapping[str, str] | None = None,
    problem: str = "",
) -> str:
    """Write the page of one package.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The package, and what became of its units.
    versions
        Keys of the other packages, to stand beside.
    why
        Why a unit is in or out (`serving.desk.package_answers.why`), where that was asked.
    frontier
        Packages under other budgets (`serving.desk.package_answers.budget_frontier`), where that was asked.
    even
        What evenness costs (`serving.desk.package_answers.even_packages`), where that was asked.
    asked
        What was asked: ``unit``, ``budget``, ``even``; and what was written into forms that could not be taken.
    problem
        What is wrong with it.
    """
    words, stored, names = frame.speech, found.stored, found.names
    document = package_answer(stored)
    units = [
        {
            "place": words.number(place),
            "unit": one["unit_id"],
            "name": names.get(one["unit_id"], one["unit_id"]),
            "address": unit_address(one["unit_id"]),
            "where": f"{words.place(one['county'])} · {words.sector(one['isic'])}",
            "role": words.text(f"role.{one['role']}"),
            "code": one["role"],
            "figures": figures_line(one, words),
            "reasons": reason_lines(one, words, names),
            "gone": words.text(found.losses[one["unit_id"]]) if one["unit_id"] in found.losses else "",
        }
        for place, one in enumerate(document["units"], start=1)
    ]
    roles = Counter(str(one["role"]) for one in document["units"])
    drawn = counties_shown(Counter(str(one["county"]) for one in document["units"]), words)
    return page(
        "package.html",
        frame,
        Place.PACKAGES,
        key=stored.key,
        package=stored.name,
        address=package_address(stored.key),
        event=stored.event,
        as_of=words.text("page.as_of", date=stored.as_of),
        synthetic=any_synthetic(document),
        signed=words.text("package.frozen_line", role=stored.role, date=words.date(stored.signed_on))
        if stored.frozen
        else "",
        note=stored.note or "",
        units=units,
        figures=figure_pairs(document, words),
        money=money_lines(document, words),
        proven=_proven(document, words),
        rests_on=rests_on(document, words),
        net_note=net_note(words, worth=words.text("studio.unit_page"), story=words.text("studio.unit_page")),
        costs=term_costs(document, words, least=SMALL),
        bindings=[binding_in_words(one, words, names) for one in document["binding"]],
        options=[
            {
                "unit": one["unit_id"],
                "name": unit_in_words(one["unit_id"], names),
                "address": unit_address(one["unit_id"]),
                "said": option_in_words(one, words, names),
            }
            for one in document["options"]
        ],
        drawn=drawn,
        marks=[] if drawn is None else _marks(document["units"], drawn["here"], words),
        roles=[(role.value, words.text(f"role.{role}"), words.number(roles[role])) for role in Role if roles[role]],
        instead=_instead(found, words),
        events=[
            {
                "on": words.date(row["happened_on"]),
                "kind": words.text(f"outcome_kind.{row['kind']}"),
                "unit": unit_in_words(row["unit_id"], names),
                "address": unit_address(row["unit_id"]),
            }
            for row in found.events.to_dict("records")
        ],
        versions=[one for one in versions if one != stored.key],
        files=[
            (f"{package_address(stored.key)}/{end}", words.text(f"studio.file_{end.replace('.', '_')}"))
            for end in FILES
        ],
        why=None if why is None else _why(why, words, names),
        frontier=None if frontier is None else _points(frontier, words, names),
        bought=None if frontier is None else _bought(frontier, words),
        even=None if even is None else _even(even, words, names),
        groupings=[(one.value, words.text(f"grouping.{one}")) for one in Grouping],
        budgets=[
            (term, words.text(f"term_kind.{term}")) for term in document["terms"].get("budgets", {})
        ],
        asked=dict.fromkeys(("unit", "budget", "even", "office", "on", "note"), "") | dict(asked or {}),
        problem=problem,
    )  # fmt: skip


def beside_page(frame: Frame, one: FollowedPackage, other: FollowedPackage, said: ComparedPackages) -> str:
    """Write two packages side by side.

    Parameters
    ----------
    frame
        What stands around it.
    one, other
        The packages.
    said
        What both have and where they differ.
    """
    words, names = frame.speech, said.names
    left, right = (figure_rows(side.stored.document, words) for side in (one, other))
    keys = [*left, *(key for key in right if key not in left)]
    nothing = ("", NOT_KNOWN)
    return page(
        "package_beside.html",
        frame,
        Place.PACKAGES,
        title=words.text("package.compare_title", one=one.stored.key, other=other.stored.key),
        sides=[(side.stored.key, package_address(side.stored.key)) for side in (one, other)],
        figures=[
            ((left.get(key) or right[key])[0], left.get(key, nothing)[1], right.get(key, nothing)[1]) for key in keys
        ],
        both=[_linked(unit, names) for unit in said.both],
        only=[[_linked(unit, names) for unit in side] for side in said.only],
        terms=_terms_changed(said.terms_changed, words),
    )  # fmt: skip


def _terms_changed(keys: Sequence[str], words: Speech) -> str:
    if not keys:
        return words.text("package.same_terms")
    return words.text("package.terms_changed", terms=[words.text(f"studio.term_{key}") for key in keys])


def _linked(unit: str, names: Mapping[str, Any]) -> tuple[str, str]:
    return unit_in_words(unit, names), unit_address(unit)


def _proven(document: Mapping[str, Any], words: Speech) -> str:
    gap = document["objective"]["gap"]
    if gap:
        return words.text("studio.unproven", gap=words.share(gap, 2))
    return words.text("studio.unfinished" if document.get("unfinished") else "studio.proven")


def _instead(found: FollowedPackage, words: Speech) -> str:
    if not found.losses:
        return ""
    if found.replacement is None:
        return words.text("package.no_instead")
    return words.text("package.instead", units=units_in_words(found.replacement, found.names, words))


def _why(said: WhyUnit, words: Speech, names: Mapping[str, Any]) -> dict[str, Any]:
    name = unit_in_words(said.unit_id, {**names, said.unit_id: said.name})
    key = "why_in" if said.is_in else "why_out"
    lost = [] if said.loss is None else [words.text("package.lost_line", unit=name, loss=words.text(said.loss))]
    out = outside_lines(said, words, names)
    reasons = out if said.entry is None else reason_lines(said.entry, words, names)
    return {
        "unit": said.unit_id,
        "inside": said.is_in,
        "title": words.text(f"package.{key}", unit=name, package=said.package),
        "lines": lost + reasons,
    }


_ACROSS = 4
_APART = 11
"""Marks of a row, and how far one lies from the next, in lengths of the small map's box."""


def _marks(
    units: Sequence[Mapping[str, Any]], counties: Sequence[Mapping[str, Any]], words: Speech
) -> list[dict[str, Any]]:
    """Where the mark of each unit stands: in rows about the middle of its county."""
    found = []
    for county in counties:
        here = [one for one in units if str(one["county"]) == county["county"]]
        rows = -(-len(here) // _ACROSS)
        for place, one in enumerate(here):
            row, at = divmod(place, _ACROSS)
            wide = min(_ACROSS, len(here) - row * _ACROSS)
            name = unit_in_words(one["unit_id"], {one["unit_id"]: one["name"]})
            found.append(
                {
                    "code": one["role"],
                    "x": county["x"] + _APART * (at - (wide - 1) / 2),
                    "y": county["y"] + _APART * (row - (rows - 1) / 2),
                    "said": words.join((name, county["name"], words.text(f"role.{one['role']}"))),
                }
            )
    return found


def _bought(points: Sequence[BudgetPoint], words: Speech) -> dict[str, Any] | None:
    """Jobs by the size of a budget, drawn."""
    known = [(one.limit, one.jobs) for one in points if one.jobs is not None]
    shown = [(limit, jobs, words.number(limit / 1e9), words.number(jobs)) for limit, jobs in known]
    return curve(shown, words.text("studio.budget_drawn"), words.text("package.jobs"))


def _even(said: EvenPackages, words: Speech, names: Mapping[str, Any]) -> dict[str, Any]:
    by = words.text(f"grouping.{said.across}")
    most, whole = said.packages[-1].reached, len(said.floors)
    shown = [(one.reached, one.jobs, words.number(one.reached), words.number(one.jobs)) for one in said.packages]
    end = words.text("package.even_end", count=most, whole=whole, by=by) if most < whole else ""
    return {
        "by": by,
        "reached": words.text("package.even_reached", by=by),
        "drawn": curve(shown, words.text("package.even_reached", by=by), words.text("package.jobs")),
        "end": end if said.complete else words.text("studio.even_open"),
        "points": [
            {
                "reached": words.number(one.reached),
                "jobs": words.number(one.jobs, 1),
                "price": words.number(one.price, 1),
                "entering": units_in_words(one.entering, names, words),
                "leaving": units_in_words(one.leaving, names, words),
            }
            for one in said.packages
        ],
        "floors": [
            {
                "group": group_in_words(one.group, said.across.value, words),
                "units": words.number(one.units),
                "price": words.text("studio.no_package") if one.price is None else words.number(one.price, 1),
            }
            for one in said.floors
        ],
    }


def _points(found: Sequence[BudgetPoint], words: Speech, names: Mapping[str, Any]) -> list[dict[str, str]]:
    """Packages under several budgets; the first one has none before it from which units would come."""
    first = next((one for one in found if one.units is not None), None)
    return [_point(one, words, names) | ({"entering": "", "leaving": ""} if one is first else {}) for one in found]


def _point(one: BudgetPoint, words: Speech, names: Mapping[str, Any]) -> dict[str, str]:
    known = one.units is not None
    return {
        "limit": words.money(one.limit),
        "units": words.number(one.units) if known else words.text("studio.no_package"),
        "jobs": words.number(one.jobs) if known else "",
        "value": words.number(one.value, 1) if known else "",
        "entering": units_in_words(one.entering, names, words) if known else "",
        "leaving": units_in_words(one.leaving, names, words) if known else "",
        "open": "" if one.finished else words.text("studio.not_proven"),
    }
