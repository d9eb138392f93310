"""Packages for events: solve under terms, say why, compare, sign off, and follow what became of the units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.domain.standing import withdrawn
from engine.errors import EhyaError, ErrorCode
from engine.packages.answers import SUMS, why_inside, why_outside
from engine.packages.candidates import Candidates, candidate_table
from engine.packages.compiled import compiled, grouped
from engine.packages.conflict import Conflict
from engine.packages.document import (
    conflict_document,
    inputs_document,
    inputs_table,
    inside_document,
    outside_document,
    package_document,
    plain,
    shown_chance,
    solved_again,
)
from engine.packages.frontier import SHARES, floor_prices, frontier, reaches, unbeaten
from engine.packages.optimum import SECONDS, Optimum, optimum
from engine.packages.package import package
from engine.packages.rules import PackageProblem
from engine.packages.standing import Loss, losses, replacement
from engine.packages.terms import Grouping, PackageTerms, WorthWeights
from engine.ranking.money import own_year, year_within_prices
from engine.settings import Settings
from serving.desk.appraisal import Appraised, appraised, current_units
from serving.desk.economics import Choices, package_economics
from serving.desk.named import find_unit
from serving.desk.question import Question
from serving.desk.workspace import open_register

if TYPE_CHECKING:
    from engine.store import StoredPackage


@dataclass(frozen=True, eq=False, slots=True)
class Solved:
    """What came of solving.

    Parameters
    ----------
    stored
        The package as it was kept; ``None`` where no package keeps the terms.
    conflict
        The terms in conflict, as a document; ``None`` where there is a package.
    names
        Name of each unit that either speaks of, by id.
    """

    stored: StoredPackage | None
    conflict: Mapping[str, Any] | None
    names: Mapping[str, str]


@dataclass(frozen=True, eq=False, slots=True)
class FollowedPackage:
    """A package today.

    Parameters
    ----------
    stored
        The package.
    losses
        Units that are gone since, with the reason.
    replacement
        Ids of the units that would best come instead; ``None`` where none was found that keeps the terms, empty where
        nobody is gone.
    events
        What was recorded of its units since: ``unit_id, kind, happened_on``.
    names
        Name of each unit, by id.
    """

    stored: StoredPackage
    losses: Mapping[str, Loss]
    replacement: tuple[str, ...] | None
    events: pd.DataFrame
    names: Mapping[str, str]


def solve_package(
    settings: Settings,
    question: Question,
    terms: PackageTerms,
    *,
    made_at: datetime,
    keep: bool = True,
    seconds: float = SECONDS,
    contradicted: Callable[[], object] = lambda: None,
) -> Solved:
    """Appraise the register, find the best package under the terms, and keep it as the next version of its name.

    Parameters
    ----------
    settings
        Where things are kept.
    question
        The day, and capital to assume; price year and capital of the terms go before those of the question.
    terms
        Terms of the package.
    made_at
        Now, UTC.
    keep
        Whether the package is kept in the register.
    seconds
        Longest time for the search of one package, and for that of the terms in conflict.
    contradicted
        Called once it is clear that no package keeps the terms, before the terms in conflict are looked for.

    Raises
    ------
    EhyaError
        What `serving.desk.appraisal.appraised` raises; ``unknown_unit``, ``package_worth_unknown``,
        ``price_year_without_level``, ``package_out_of_time``, ``place_unknown``, ``sector_unknown``.
    """
    assumed = terms.assume_capital or question.assume_capital_rial
    whole = appraised(settings, replace(question, assume_capital_rial=assumed))
    return solve_among(
        settings,
        whole,
        terms,
        made_at=made_at,
        keep=keep,
        seconds=seconds,
        contradicted=contradicted,
    )


def solve_among(
    settings: Settings,
    whole: Appraised,
    terms: PackageTerms,
    *,
    made_at: datetime,
    keep: bool = True,
    seconds: float = SECONDS,
    contradicted: Callable[[], object] = lambda: None,
) -> Solved:
    """Find the best package among units that were appraised already; see `solve_package`."""
    question = whole.question
    if whole.table.empty:
        raise EhyaError(ErrorCode.REGISTER_EMPTY)
    with open_register(settings) as register:
        gone = withdrawn(whole.table, register.events(question.as_of), as_of=question.as_of)
    # what the command adds is a term from here on: who opens the package later counts in the same money
    year = terms.price_year or question.price_year or own_year(whole.table)
    assumed = terms.assume_capital or question.assume_capital_rial
    if year is not None:
        year_within_prices(whole.table, year, prices=whole.prices)
    terms = terms.model_copy(update={"price_year": year, "assume_capital": assumed})
    table = candidate_table(
        whole.table,
        withdrawn=list(gone.index[gone]),
        price_year=year,
        prices=whole.prices,
        assume_capital_rial=assumed,
        economics=package_economics(
            whole,
            price_year=year,
            choices=Choices(seed=terms.seed),
            norms_stand_in=terms.norms_stand_in,
        ),
    )
    candidates = Candidates.of(table, seed=terms.seed)
    found = package(candidates, terms, seconds=seconds, contradicted=contradicted)
    names = _names(candidates.units)
    if isinstance(found, Conflict):
        return Solved(None, conflict_document(found, list(candidates.units.index)), names)
    document, inputs = package_document(found), inputs_document(candidates)
    version = str(whole.table["model_version"].iloc[0])
    if not keep:
        return Solved(_unkept(terms, question, version, document, inputs, made_at), None, names)
    with open_register(settings) as register:
        stored = register.packages.add(
            name=terms.name,
            event=terms.event,
            as_of=question.as_of,
            model_version=version,
            document=document,
            inputs=inputs,
            made_at=made_at,
        )
    return Solved(stored, None, names)


def packages(settings: Settings) -> pd.DataFrame:
    """All versions of all packages, the newest first."""
    with open_register(settings) as register:
        return register.packages()


def stored_package(settings: Settings, given: str) -> StoredPackage:
    """A package by ``NAME`` (its newest version) or ``NAME@VERSION``.

    Raises
    ------
    EhyaError
        ``package_unknown``.
    """
    name, _, version = given.partition("@")
    if version and not version.isdecimal():
        raise EhyaError(ErrorCode.PACKAGE_UNKNOWN, given=given, allowed=[name])
    with open_register(settings) as register:
        return register.packages.get(name, int(version) if version else None)


def why(settings: Settings, given: str, unit: str, *, as_of: pd.Timestamp | None = None) -> dict[str, Any]:
    """Why a unit is in a package, or out of it, computed from what the package was computed from.

    ``loss`` says that the unit could not be offered on the day of the package, or cannot by ``as_of`` (`Loss`), and
    why: nothing else matters then.

    Raises
    ------
    EhyaError
        ``package_unknown``, ``unknown_unit``, ``several_units``.
    """
    stored = stored_package(settings, given)
    candidates, problem, best = reopened(stored)
    unit_id = find_unit(candidates.units, unit)
    place, ids = candidates.place_of(unit_id), list(candidates.units.index)
    listed = {one["unit_id"]: one for one in stored.document["units"]}
    head: dict[str, Any] = {
        "package": stored.key,
        "unit_id": unit_id,
        "name": _names(candidates.units).get(unit_id),
        "in": unit_id in listed,
        "loss": _loss(settings, stored, unit_id, candidates.units, as_of),
    }
    if unit_id in listed:
        if not best.chosen[place]:
            return {**head, "entry": listed[unit_id], "inside": None, "outside": None}
        said = inside_document(why_inside(problem, best, place, until=monotonic() + SECONDS), ids)
        return {**head, "entry": listed[unit_id], "inside": said, "outside": None}
    weights = PackageTerms.read(stored.document["terms"]).worth
    head["worth"] = float(candidates.worth(weights)[place])
    out = outside_document(why_outside(problem, best, place, until=monotonic() + SECONDS), ids)
    head |= _likelier(candidates.units.iloc[place], head["worth"], out["price"], weights)
    return {**head, "entry": None, "inside": None, "outside": out}


def _loss(
    settings: Settings, stored: StoredPackage, unit_id: str, then: pd.DataFrame, as_of: pd.Timestamp | None
) -> str | None:
    """Why a unit cannot be offered, on the day of its package or on a later one."""
    found = losses([unit_id], then)
    if not found and as_of is not None:
        found = losses_of(settings, stored, as_of=as_of, units=[unit_id])
    return found[unit_id].value if found else None


def _likelier(row: pd.Series, worth: float, price: float | None, weights: WorthWeights) -> dict[str, float | None]:
    """Chance of a unit, and the chance at which it would come in with all else as it is: its worth grows with it.

    ``None`` where no chance would do, and where the worst worlds count too: they do not grow alike.
    """
    low, chance, high = (None if pd.isna(value) else float(value) for value in row[shown_chance(row)])
    wanted = None
    if chance is not None and price is not None and worth > 0 and weights.risk == 0:
        needed = chance * (1 + price / worth)
        wanted = needed if needed <= 1 else None
    return {"chance_low": low, "chance": chance, "chance_high": high, "chance_wanted": wanted}


def compare(settings: Settings, one: str, other: str) -> dict[str, Any]:
    """Two packages side by side: who is in both, who only in one, and the figures.

    Raises
    ------
    EhyaError
        ``package_unknown``.
    """
    left, right = stored_package(settings, one), stored_package(settings, other)
    first, second = ({unit["unit_id"]: unit for unit in side.document["units"]} for side in (left, right))
    names = {unit_id: unit["name"] for unit_id, unit in {**first, **second}.items()}
    return {
        "packages": [left.key, right.key],
        "both": [unit for unit in first if unit in second],
        "only": [[unit for unit in first if unit not in second], [unit for unit in second if unit not in first]],
        "figures": [left.document["figures"], right.document["figures"]],
        "terms_changed": _changed(left.document["terms"], right.document["terms"]),
        "names": names,
    }


def budget_frontier(
    settings: Settings, given: str, term: str, *, nested: bool = False, seconds: float = SECONDS
) -> list[dict[str, Any]]:
    """The best package under shares and multiples of a budget: who comes, who goes.

    A budget for which there was no time within ``seconds`` has ``finished`` false: what stands there is not proven.

    Raises
    ------
    EhyaError
        ``package_unknown``; ``unknown_option`` where the package has no such budget.
    """
    stored = stored_package(settings, given)
    candidates, problem, _ = reopened(stored, solve=False)
    sums = {rule.term: rule for rule in problem.rules if rule.kind in SUMS}
    key = term if term.startswith("budgets.") else f"budgets.{term}"
    if key not in sums:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--budget", given=term, allowed=sorted(sums))
    ids = list(candidates.units.index)
    limits = [share * sums[key].high for share in SHARES]
    points = frontier(problem, key, limits, nested=nested, until=monotonic() + seconds)
    return [
        plain(
            {
                "limit": point.limit,
                "value": None if point.best is None else point.best.value,
                "units": None if point.best is None else int(point.best.chosen.sum()),
                "jobs": None if point.best is None else float(candidates.jobs[point.best.chosen].sum()),
                "entering": [ids[place] for place in point.entering],
                "leaving": [ids[place] for place in point.leaving],
                **({} if point.finished else {"finished": False}),
            }
        )
        for point in points
    ]


def even_packages(settings: Settings, given: str, across: Grouping, *, seconds: float = SECONDS) -> dict[str, Any]:
    """What evenness costs: the best package that reaches one county more, and so on; and a floor in each county alone.

    All of it takes ``seconds`` at most, the packages no more than half of what is left for them and the floors.

    Returns
    -------
    dict
        ``across``; ``packages`` with ``reached`` (groups with a unit in), ``units, jobs, value``, ``price`` (objective
        lost against the package itself), ``entering, leaving``; and ``floors`` with ``of`` (the group), ``units`` (in
        the package) and ``price`` of one unit more there, ``None`` where that is not possible; and ``complete``:
        whether there was time for all of them.

    Raises
    ------
    EhyaError
        ``package_unknown``, ``package_out_of_time``.
    """
    stored, begun = stored_package(settings, given), monotonic()
    until = begun + seconds
    candidates, problem, best = reopened(stored, seconds=seconds)
    groups = {
        name: rows
        for name, rows in grouped(candidates, across, np.ones(len(candidates), dtype=bool))
        if name is not None
    }
    ids = np.array(list(candidates.units.index), dtype=object)
    found, complete = reaches(problem, best, list(groups.values()), until=(monotonic() + until) / 2)
    complete = complete and best.gap == 0  # prices are against the package itself
    prices = floor_prices(problem, best, groups, until=until)
    points = [
        {
            "reached": at.groups,
            "units": int(at.best.chosen.sum()),
            "jobs": float(candidates.jobs[at.best.chosen].sum()),
            "value": at.best.value,
            "price": max(best.value - at.best.value, 0.0),
            "entering": ids[at.entering].tolist(),
            "leaving": ids[at.leaving].tolist(),
        }
        for at in found
    ]
    floors = [
        {"of": name, "units": int(best.chosen[groups[name]].sum()), "price": price} for name, price in prices.items()
    ]
    whole = complete and len(prices) == len(groups)
    return plain({"across": across.value, "packages": points, "floors": floors, "complete": whole})


def unbeaten_packages(settings: Settings, given: str, *, seconds: float = SECONDS) -> dict[str, Any]:
    """Packages between jobs alone and expected gain alone that no other beats in both, under the same terms.

    ``complete`` says whether they are all: thirty at most, within ``seconds``.

    Raises
    ------
    EhyaError
        ``package_unknown``; ``package_worth_unknown`` where nobody appraised any unit of it.
    """
    stored = stored_package(settings, given)
    candidates, problem, _ = reopened(stored, solve=False)
    if candidates.npv is None:
        raise EhyaError(ErrorCode.PACKAGE_WORTH_UNKNOWN, key="--unbeaten", given="npv")
    jobs, gain = (np.nan_to_num(figure) for figure in (candidates.jobs, candidates.npv))
    found, complete = unbeaten(replace(problem, worth=jobs), gain, until=monotonic() + seconds)
    ids = np.array(list(candidates.units.index), dtype=object)
    here = {unit["unit_id"] for unit in stored.document["units"]}
    points = [
        {
            "units": int(best.chosen.sum()),
            "jobs": float(jobs[best.chosen].sum()),
            "gain_billion_rial": float(gain[best.chosen].sum()),
            "entering": [unit for unit in ids[best.chosen] if unit not in here],
            "leaving": sorted(here - set(ids[best.chosen])),
        }
        for best in found
    ]
    return plain({"complete": complete, "packages": points})


def freeze(
    settings: Settings, given: str, *, role: str, signed_on: pd.Timestamp, note: str | None, made_at: datetime
) -> StoredPackage:
    """Sign a package off; it is frozen, and every unit is logged as shown, with the probability of a lot.

    Raises
    ------
    EhyaError
        ``package_unknown``; ``package_frozen`` when somebody signed it before.
    """
    stored = stored_package(settings, given)
    with open_register(settings) as register:
        standing = set(register.units().index)
        shown = [unit for unit in stored.document["units"] if unit["unit_id"] in standing]
        lines = pd.DataFrame(
            {
                "unit_id": [unit["unit_id"] for unit in shown],
                "position": range(1, len(shown) + 1),
                "propensity": [unit["lot"]["probability"] if unit["lot"] else np.nan for unit in shown],
            }
        )
        register.packages.freeze(
            stored.name, stored.version, role=role, signed_on=signed_on, note=note, made_at=made_at, shown=lines
        )
        return register.packages.get(stored.name, stored.version)


def losses_of(
    settings: Settings, stored: StoredPackage, *, as_of: pd.Timestamp, units: Sequence[str] | None = None
) -> Mapping[str, Loss]:
    """Units of a package that cannot be offered by a day, and why.

    Parameters
    ----------
    settings, stored
        The package.
    as_of
        The day.
    units
        Which units to look at; by default those of the package.
    """
    names = [unit["unit_id"] for unit in stored.document["units"]] if units is None else list(units)
    with open_register(settings) as register:
        return losses(names, current_units(register, as_of=as_of))


def followed(settings: Settings, given: str, *, as_of: pd.Timestamp) -> FollowedPackage:
    """A package and what became of its units since it was solved, with the best replacement of those that are gone.

    Raises
    ------
    EhyaError
        ``package_unknown``.
    """
    stored = stored_package(settings, given)
    with open_register(settings) as register:
        units = current_units(register, as_of=as_of)
        events = register.events(as_of)
    ids = [unit["unit_id"] for unit in stored.document["units"]]
    since = pd.Timestamp(stored.as_of)
    gone = losses(ids, units)
    later = events[(events["known_on"] >= since) & events["unit_id"].isin(ids)]
    table = inputs_table(stored.inputs)
    come: tuple[str, ...] | None = ()
    if gone:
        others = losses(list(table.index), units)
        try:
            come = _instead(stored, ids, gone, others)
        except EhyaError as error:
            if error.code not in (ErrorCode.PACKAGE_OUT_OF_TIME, ErrorCode.PACKAGE_SOLVER_FAILED):
                raise
            come = None  # nobody was found in time; the package itself is shown all the same
    return FollowedPackage(stored, gone, come, later[["unit_id", "kind", "happened_on"]], _names(table))


def _instead(
    stored: StoredPackage, ids: Sequence[str], gone: Mapping[str, Loss], others: Mapping[str, Loss]
) -> tuple[str, ...] | None:
    candidates, problem, _ = reopened(stored, solve=False)
    place = candidates.place_of
    pinned_away = [f"pinned.{unit}" for unit in gone]
    problem = problem.only([term for term in problem.terms if term not in pinned_away])
    unfit = [place(unit) for unit in others if unit not in ids]
    best = replacement(problem, [place(unit) for unit in ids], [place(unit) for unit in gone], unfit)
    if best is None:
        return None
    chosen = candidates.units.index[best.chosen]
    return tuple(str(unit) for unit in chosen if unit not in ids)


def reproduces(stored: StoredPackage) -> bool:
    """Whether computing a package again from its own inputs gives the same document, bit for bit."""
    from engine.store.canonical import canonical

    again = solved_again(stored.document, stored.inputs)
    if stored.document.get("unfinished"):  # answers that time cut short fall elsewhere on another day; the choice not
        chosen = [sorted(unit["unit_id"] for unit in one["units"]) for one in (again, stored.document)]
        return chosen[0] == chosen[1]
    return canonical(again) == canonical(stored.document)


def reopened(
    stored: StoredPackage, *, solve: bool = True, seconds: float = SECONDS
) -> tuple[Candidates, PackageProblem, Optimum]:
    """The problem that a package was solved from, with its optimum, for which ``seconds`` may go by."""
    terms = PackageTerms.read(stored.document["terms"])
    candidates = Candidates.of(inputs_table(stored.inputs), worlds=stored.document["worlds"], seed=terms.seed)
    problem = compiled(candidates, terms)
    best = optimum(problem, seconds=seconds) if solve else None
    return candidates, problem, best or Optimum(np.zeros(len(candidates), dtype=bool), 0.0, 0.0, {})


def _unkept(
    terms: PackageTerms,
    question: Question,
    version: str,
    document: dict[str, Any],
    inputs: dict[str, Any],
    made_at: datetime,
) -> StoredPackage:
    from engine.store import StoredPackage

    return StoredPackage(
        terms.name, 0, terms.event, question.as_of.date(), made_at, version, document, inputs, digest=""
    )


def _names(units: pd.DataFrame) -> dict[str, str]:
    return {str(unit): str(name) for unit, name in units["name"].items() if pd.notna(name)}


def _changed(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return sorted(key for key in {*one, *other} - {"name"} if one.get(key) != other.get(key))
