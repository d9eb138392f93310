"""Terms of a package, changed by one step: a rule that gives way, a unit that a person wants in or out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from engine.packages.rules import TermKind
from engine.packages.terms import PackageTerms
from engine.ranking.reasons import Triage

_NEVER = (TermKind.KNOWN.value, TermKind.WITHDRAWN.value)
"""Rules that no term states: units without figures, and those that were withdrawn."""


def loosened(terms: PackageTerms, steps: Sequence[Mapping[str, Any]]) -> PackageTerms | None:
    """Terms in which rules gave way as a contradiction says that they would have to.

    Parameters
    ----------
    terms
        The terms that contradict each other.
    steps
        Rules that give way together (`engine.packages.document.loosening_document`).

    Returns
    -------
    PackageTerms or None
        ``None`` where one of the rules is none that a person may change.

    Raises
    ------
    EhyaError
        As `PackageTerms.read`, where the terms without these rules say nothing that can be read.

    Examples
    --------
    >>> terms = PackageTerms.read({"name": "a", "count": 12, "quotas": [{"by": "county", "at_most": 1}]})
    >>> few = {"term": "count", "kind": "count", "low": 12, "high": 12, "limit": 9.0}
    >>> many = {"term": "quotas.1", "kind": "quota", "low": None, "high": 1, "limit": 2.0}
    >>> loosened(terms, [few]).count, loosened(terms, [many]).quotas[0].at_most
    ((9, 12), 2)
    """
    stated = {**terms.document}
    gone: dict[str, list[int]] = {}
    for step in steps:
        if step["kind"] in _NEVER or not _give_way(stated, terms, step, gone):
            return None
    for key, places in gone.items():
        stated[key] = [one for place, one in enumerate(stated[key]) if place not in places]
    return PackageTerms.read(stated)


def _give_way(stated: dict[str, Any], terms: PackageTerms, step: Mapping[str, Any], gone: dict[str, list[int]]) -> bool:
    key, _, rest = str(step["term"]).partition(".")
    limit = step["limit"]
    if key == "count":
        low, high = terms.places
        stated["count"] = sorted({min(low or 0, math.floor(limit)), max(high or 0, math.ceil(limit))})
        stated["count"] = stated["count"][0] if len(stated["count"]) == 1 else stated["count"]
    elif key == "budgets":
        stated[key] = {name: {**budget} for name, budget in stated[key].items()}
        stated[key][rest]["at_most"] = f"{math.ceil(limit)} rial"
    elif key == "debt":
        stated[key] = f"{math.ceil(limit)} rial"
    elif key == "quotas":
        stated[key] = [{**one} for one in stated[key]]
        quota = stated[key][int(rest) - 1]
        # of a quota by county each county is a rule of its own; what one of them needs all of them are given
        if "at_least" in quota and limit < quota["at_least"]:
            quota["at_least"] = math.floor(limit)
        elif "at_most" in quota and limit > quota["at_most"]:
            quota["at_most"] = math.ceil(limit)
    elif key == "chance":
        if limit > 0:
            stated["revived"] = {**stated["revived"], "probability": math.floor(limit * 1e4) / 1e4}
        else:
            del stated["revived"]
    elif key in ("pinned", "barred"):
        gone.setdefault(key, []).extend(place for place, one in enumerate(stated[key]) if one["unit"] == rest)
    elif key == "not_together":
        gone.setdefault(key, []).append(int(rest) - 1)
    elif key == "only_with":  # of a chain only the link that cannot hold
        place, links = int(rest) - 1, [{**one} for one in stated[key]]
        links[place]["needs"] = [one for one in links[place]["needs"] if one not in step["units"]]
        stated[key] = links
        if not links[place]["needs"]:
            gone.setdefault(key, []).append(place)
    elif key == "publishable_only":
        stated[key] = False
    elif key == "verdicts":
        stated[key] = [verdict.value for verdict in Triage]
    else:
        return False
    return True


def with_wish(terms: PackageTerms, unit_id: str, *, inside: bool, reason: str, by: str) -> PackageTerms:
    """Terms in which a person wants a unit in, or out; what was wanted of it before no longer holds.

    Parameters
    ----------
    terms
        Terms of the package.
    unit_id
        The unit.
    inside
        Whether it is to be in.
    reason, by
        Why, and who decides.

    Raises
    ------
    EhyaError
        ``package_value_refused`` without a reason.

    Examples
    --------
    >>> terms = PackageTerms.read({"name": "a", "count": 2, "barred": [{"unit": "U1", "reason": "sold"}]})
    >>> found = with_wish(terms, "U1", inside=True, reason="it is back", by="planning")
    >>> [one.unit for one in found.pinned], found.barred
    (['U1'], ())
    """
    stated = {**terms.document}
    for key in ("pinned", "barred"):
        stated[key] = [one for one in stated.get(key, []) if one["unit"] != unit_id]
    stated["pinned" if inside else "barred"].append({"unit": unit_id, "reason": reason.strip(), "by": by})
    return PackageTerms.read(stated)
