"""Terms as rules over candidates: what a file of terms says, as a problem that can be solved."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.diagnosis.joined import flags
from engine.domain.places import place
from engine.domain.unit import Field
from engine.packages.candidates import Array, Candidates
from engine.packages.rules import Chance, PackageProblem, PackageRule, Tail, TermKind
from engine.packages.terms import Budget, Grouping, PackageTerms, Quota
from engine.parsing.text import fold, fold_column
from engine.ranking.sectors import belongs

Bits = NDArray[np.bool_]

_GROUPS = {
    Grouping.PROVINCE: "province",
    Grouping.COUNTY: "county",
    Grouping.ESTATE: "estate",
    Grouping.STATUS: "status",
    Grouping.SIZE: "size",
}


def compiled(candidates: Candidates, terms: PackageTerms) -> PackageProblem:
    """Turn terms into rules.

    A unit that lacks what a term counts (no prediction; no capital under a budget; no debts under a ceiling) cannot be
    in: nothing unknown ever counts as nil.

    Parameters
    ----------
    candidates
        The units.
    terms
        Terms of the package.

    Raises
    ------
    EhyaError
        ``unknown_unit`` for a pinned, barred or grouped unit that is not among the candidates,
        ``package_worth_unknown``, ``place_unknown``, ``sector_unknown``.
    """
    weights = terms.worth
    tail = Tail(np.nan_to_num(candidates.jobs_drawn), weights.risk, weights.tail) if weights.risk > 0 else None
    chance = None
    if terms.revived is not None:
        chance = Chance(candidates.draws.revived, terms.revived.at_least, terms.revived.probability)
    return PackageProblem(candidates.worth(weights), tuple(_rules(candidates, terms)), tail, chance)


def matching(candidates: Candidates, quota: Quota) -> Bits:
    """Which units answer all conditions of a quota, shape (n,); what is not known answers none."""
    units = candidates.units
    tests: list[tuple[tuple[Any, ...], Any]] = [
        (quota.province, lambda name: units["province"] == place(name).province),
        (
            quota.county,
            lambda name: (units["county"] == place(name).county) & (units["province"] == place(name).province),
        ),
        (quota.sector, lambda code: belongs(units["isic"], [code])),
        (quota.estate, lambda words: fold_column(units["estate"]).str.contains(fold(words), regex=False)),
        (quota.status, lambda code: units["status"] == code.value),
        (quota.size, lambda code: units["size"] == code.value),
        (quota.deal_form, lambda code: flags(units[Field.DEAL_FORMS.value], [code.value])[code.value]),
        (quota.verdict, lambda code: units["triage"] == code.value),
        (quota.origin, lambda code: units["origin"] == code.value),
        (quota.units, lambda unit: units.index == units.index[candidates.place_of(unit)]),
    ]
    kept = np.ones(len(units), dtype=bool)
    for wanted, test in tests:
        if wanted:
            kept &= reduce(np.logical_or, [_bits(test(value)) for value in wanted])
    if quota.seeks_capital is not None:
        seeking = ~np.isnan(candidates.capital) & _bits(units[Field.DEAL_FORMS.value].fillna("") != "")
        kept &= seeking == quota.seeks_capital
    return kept


def needs(candidates: Candidates, kind: TermKind, budget: Budget | None = None) -> Array:
    """What each unit needs of a budget, or owes, rial, shape (n,), NaN where not known."""
    stated = {
        TermKind.CAPITAL: candidates.capital,
        TermKind.PUBLIC_MONEY: candidates.public_money,
        TermKind.HARD_CURRENCY: candidates.hard_currency,
        TermKind.DEBT: candidates.debt,
    }[kind]
    if budget is None or budget.share_of_capital is None:
        return stated
    return np.where(np.isnan(stated), budget.share_of_capital * candidates.capital, stated)


def _rules(candidates: Candidates, terms: PackageTerms) -> Iterator[PackageRule]:
    everywhere = np.arange(len(candidates))
    yield _none_of(TermKind.KNOWN, TermKind.KNOWN.value, ~_bits(candidates.units["known"]), {})
    yield _none_of(TermKind.WITHDRAWN, TermKind.WITHDRAWN.value, _bits(candidates.units["withdrawn"]), {})
    low, high = terms.places
    if terms.count is not None:
        ones = np.ones(len(candidates))
        ends = (-np.inf if low is None else low, np.inf if high is None else high)
        yield PackageRule("count", TermKind.COUNT, everywhere, ones, *ends, {"low": low, "high": high})
    yield from _sums(candidates, terms)
    verdicts = [code.value for code in terms.verdicts]
    refused = ~_bits(candidates.units["triage"].isin(verdicts))
    yield _none_of(TermKind.VERDICT, "verdicts", refused, {"verdicts": verdicts})
    if terms.publishable_only:
        hidden = ~_bits(candidates.units["publishable"])
        yield _none_of(TermKind.PUBLISHABLE, "publishable_only", hidden, {})
    for number, quota in enumerate(terms.quotas):
        yield from _quota(candidates, quota, number)
    yield from _by_name(candidates, terms)


def _sums(candidates: Candidates, terms: PackageTerms) -> Iterator[PackageRule]:
    budgets = terms.budgets
    limits = (
        (TermKind.CAPITAL, budgets.capital),
        (TermKind.PUBLIC_MONEY, budgets.public_money),
        (TermKind.HARD_CURRENCY, budgets.hard_currency),
        (TermKind.DEBT, None if terms.debt is None else Budget(at_most=terms.debt)),
    )
    for kind, budget in limits:
        if budget is None:
            continue
        need = needs(candidates, kind, budget)
        known = np.flatnonzero(~np.isnan(need))
        key = f"budgets.{kind.value}" if kind is not TermKind.DEBT else "debt"
        facts = {"share_of_capital": budget.share_of_capital}
        yield PackageRule(key, kind, known, need[known], -np.inf, float(budget.at_most), facts)
        yield _none_of(TermKind.KNOWN, key, np.isnan(need), {"lacks": kind.value})


def _none_of(kind: TermKind, term: str, kept_out: Bits, facts: dict[str, Any]) -> PackageRule:
    rows = np.flatnonzero(kept_out)
    return PackageRule(term, kind, rows, np.ones(len(rows)), -np.inf, 0.0, facts)


def _quota(candidates: Candidates, quota: Quota, number: int) -> Iterator[PackageRule]:
    among = matching(candidates, quota)
    ends = (
        -np.inf if quota.at_least is None else float(quota.at_least),
        np.inf if quota.at_most is None else float(quota.at_most),
    )
    facts: dict[str, Any] = {
        "quota": quota.model_dump(mode="json", exclude_defaults=True),
        "low": quota.at_least,
        "high": quota.at_most,
    }
    key = f"quotas.{number + 1}"
    if quota.by is None:
        rows = np.flatnonzero(among)
        yield PackageRule(key, TermKind.QUOTA, rows, np.ones(len(rows)), *ends, facts)
        return
    for value, rows in grouped(candidates, quota.by, among):
        yield PackageRule(
            key, TermKind.QUOTA, rows, np.ones(len(rows)), *ends, {**facts, "by": quota.by.value, "of": value}
        )


def grouped(candidates: Candidates, by: Grouping, among: Bits) -> Iterator[tuple[str | None, NDArray[np.intp]]]:
    """Values of a column with their units, in order; units without a value are a group of their own, the last.

    Parameters
    ----------
    candidates
        The units.
    by
        What makes a group; a county is named with its province, ``West Azerbaijan/Khoy``.
    among
        Units that count, shape (n,).
    """
    units = candidates.units
    values = units["isic"].str.slice(0, 2) if by is Grouping.SECTOR else units[_GROUPS[by]]
    if by is Grouping.COUNTY:
        values = units["province"].fillna("") + "/" + values
    codes, names = pd.factorize(values.where(among), sort=True)
    for code, name in enumerate(names):
        yield str(name), np.flatnonzero(codes == code)
    lacking = np.flatnonzero((codes < 0) & among)
    if len(lacking):
        yield None, lacking


def _by_name(candidates: Candidates, terms: PackageTerms) -> Iterator[PackageRule]:
    """Rules about units that the file names."""
    for pinned in terms.pinned:
        rows = np.array([candidates.place_of(pinned.unit)])
        facts = {"unit": pinned.unit, "reason": pinned.reason, "by": pinned.by}
        yield PackageRule(f"pinned.{pinned.unit}", TermKind.PINNED, rows, np.ones(1), 1.0, np.inf, facts)
    for barred in terms.barred:
        rows = np.array([candidates.place_of(barred.unit)])
        facts = {"unit": barred.unit, "reason": barred.reason, "by": barred.by}
        yield PackageRule(f"barred.{barred.unit}", TermKind.BARRED, rows, np.ones(1), -np.inf, 0.0, facts)
    for number, apart in enumerate(terms.not_together):
        rows = np.unique([candidates.place_of(unit) for unit in apart.units])
        named: dict[str, Any] = {"units": list(apart.units), "reason": apart.reason}
        yield PackageRule(
            f"not_together.{number + 1}", TermKind.NOT_TOGETHER, rows, np.ones(len(rows)), -np.inf, 1.0, named
        )
    for number, chain in enumerate(terms.only_with):
        for other in chain.needs:
            rows = np.array([candidates.place_of(chain.unit), candidates.place_of(other)])
            tied: dict[str, Any] = {"unit": chain.unit, "units": [other], "reason": chain.reason}
            key = f"only_with.{number + 1}"
            yield PackageRule(key, TermKind.ONLY_WITH, rows, np.array([1.0, -1.0]), -np.inf, 0.0, tied)


def _bits(column: Any) -> Bits:
    return np.asarray(pd.Series(column).fillna(False).astype(bool))
