"""Packages for events: solve under terms, say why, compare, sign off, and follow what became of the units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.domain.standing import withdrawn
from engine.errors import EhyaError, ErrorCode
from engine.packages.candidates import Candidates, candidate_table
from engine.packages.compiled import compiled
from engine.packages.conflict import Conflict
from engine.packages.document import (
    conflict_document,
    inputs_document,
    inputs_table,
    package_document,
    solved_again,
)
from engine.packages.optimum import SECONDS, Optimum, optimum
from engine.packages.package import package
from engine.packages.rules import PackageProblem
from engine.packages.standing import Loss, losses, replacement
from engine.packages.terms import PackageTerms
from engine.ranking.money import own_year, year_within_prices
from engine.settings import Settings
from serving.desk.appraisal import Appraised, appraised, current_units
from serving.desk.economics import Choices, package_economics
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
    names = names_by_id(candidates.units)
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


def followed_package(settings: Settings, given: str, *, as_of: pd.Timestamp) -> FollowedPackage:
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
    return FollowedPackage(stored, gone, come, later[["unit_id", "kind", "happened_on"]], names_by_id(table))


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


def names_by_id(units: pd.DataFrame) -> dict[str, str]:
    """Names of the units that have one, by id."""
    return {str(unit): str(name) for unit, name in units["name"].items() if pd.notna(name)}
