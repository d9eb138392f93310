"""What is asked of a package that stands: why a unit is in or out, what differs from another, what more money buys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.packages.answers import SUMS, why_inside, why_outside
from engine.packages.compiled import grouped
from engine.packages.document import inside_document, outside_document, repeatable, shown_chance
from engine.packages.frontier import SHARES, floor_prices, frontier, reaches, unbeaten
from engine.packages.optimum import SECONDS
from engine.packages.standing import Loss, losses
from engine.packages.terms import Grouping, PackageTerms, WorthWeights
from engine.settings import Settings
from serving.desk.named import find_unit
from serving.desk.package import losses_of, names_by_id, reopened, stored_package

if TYPE_CHECKING:
    from engine.store import StoredPackage


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely a unit comes back, and how likely it would have to be, shares of one.

    Parameters
    ----------
    low, point, high
        The chance with its interval; ``None`` where nobody judged it.
    wanted
        The chance at which it would come in with all else as it is; ``None`` where none would do, and where the worst
        worlds count too: they do not grow alike.
    """

    low: float | None
    point: float | None
    high: float | None
    wanted: float | None


@dataclass(frozen=True, slots=True)
class Outsider:
    """Why a unit is out.

    Parameters
    ----------
    worth
        What it brings by the package's terms.
    chances
        Its chance, and the one that would bring it in.
    changes
        `engine.packages.document.outside_document`: what keeps it out, the smallest changes that bring it in.
    """

    worth: float
    chances: Chances
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WhyUnit:
    """Why a unit is in a package, or out of it.

    Parameters
    ----------
    package
        Name and version.
    unit_id, name
        The unit; ``None`` where it has no name.
    loss
        That it cannot be offered at all, on the day of the package or the day of asking: nothing else matters then.
    entry
        Its lines of the package, for a unit that is in.
    inside
        What would be lost without it, who would come; ``None`` too where it was drawn by lot.
    outside
        For a unit that is out.
    gave_place_to
        Id of the unit to which the lot gave its place: without the lot it would be in.
    """

    package: str
    unit_id: str
    name: str | None
    loss: Loss | None
    entry: Mapping[str, Any] | None = None
    inside: Mapping[str, Any] | None = None
    outside: Outsider | None = None
    gave_place_to: str | None = None

    @property
    def is_in(self) -> bool:
        """Whether the package holds it."""
        return self.entry is not None

    @property
    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        head = {"package": self.package, "unit_id": self.unit_id, "name": self.name, "in": self.is_in}
        said: dict[str, Any] = head | {"loss": None if self.loss is None else self.loss.value}
        if (out := self.outside) is not None:
            chances = out.chances
            said |= {"worth": out.worth, "chance_low": chances.low, "chance": chances.point}
            said |= {"chance_high": chances.high, "chance_wanted": chances.wanted}
        said |= {"entry": self.entry, "inside": self.inside, "outside": None if out is None else out.changes}
        return said | ({} if self.gave_place_to is None else {"gave_place_to": self.gave_place_to})


@dataclass(frozen=True, slots=True)
class ComparedPackages:
    """Two packages side by side.

    Parameters
    ----------
    packages
        Name and version of either.
    both
        Ids of the units that are in both.
    only
        Ids of those that are in one alone, for either.
    figures
        What either brings and costs.
    terms_changed
        Keys of terms that differ.
    names
        Names of the units.
    """

    packages: tuple[str, str]
    both: tuple[str, ...]
    only: tuple[tuple[str, ...], tuple[str, ...]]
    figures: tuple[Mapping[str, Any], Mapping[str, Any]]
    terms_changed: tuple[str, ...]
    names: Mapping[str, str | None]

    @property
    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "packages": [*self.packages],
            "both": [*self.both],
            "only": [[*side] for side in self.only],
            "figures": [*self.figures],
            "terms_changed": [*self.terms_changed],
            "names": dict(self.names),
        }


@dataclass(frozen=True, slots=True)
class BudgetPoint:
    """The best package under another budget.

    Parameters
    ----------
    limit
        The budget.
    value, units, jobs
        What the package is worth, how many units and jobs; ``None`` where there is no package.
    entering, leaving
        Ids of the units that come and go against the point before.
    finished
        Whether there was time: else what stands there is not proven.
    """

    limit: float
    value: float | None
    units: int | None
    jobs: float | None
    entering: tuple[str, ...]
    leaving: tuple[str, ...]
    finished: bool = True

    @property
    def document(self) -> dict[str, Any]:
        """The same as JSON; ``finished`` stands only where it is false."""
        said = asdict(self)
        return repeatable({name: value for name, value in said.items() if name != "finished" or not self.finished})


@dataclass(frozen=True, slots=True)
class EvenPoint:
    """The best package that reaches so many groups.

    Parameters
    ----------
    reached
        Groups with a unit in it.
    units, jobs, value
        What it holds, brings and is worth.
    price
        Objective lost against the package itself.
    entering, leaving
        Ids of the units that come and go.
    """

    reached: int
    units: int
    jobs: float
    value: float
    price: float
    entering: tuple[str, ...]
    leaving: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupFloor:
    """What one unit more of a group costs.

    Parameters
    ----------
    group
        The group.
    units
        Of the group, in the package.
    price
        Objective lost; ``None`` where that is not possible.
    """

    group: str
    units: int
    price: float | None


@dataclass(frozen=True, slots=True)
class EvenPackages:
    """What evenness costs.

    Parameters
    ----------
    across
        What is to be reached evenly.
    packages
        From the package itself on, each reaching one group more.
    floors
        Of each group alone.
    complete
        Whether there was time for all of them.
    """

    across: Grouping
    packages: tuple[EvenPoint, ...]
    floors: tuple[GroupFloor, ...]
    complete: bool

    @property
    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        floors = [{"of": one.group, "units": one.units, "price": one.price} for one in self.floors]
        points = [asdict(one) for one in self.packages]
        return repeatable(
            {"across": self.across.value, "packages": points, "floors": floors, "complete": self.complete}
        )


@dataclass(frozen=True, slots=True)
class UnbeatenPoint:
    """A package that no other beats in both jobs and gain.

    Parameters
    ----------
    units
        How many.
    jobs
        Expected net jobs.
    gain_billion_rial
        Expected net present value.
    entering, leaving
        Ids of the units that come and go against the package itself.
    """

    units: int
    jobs: float
    gain_billion_rial: float
    entering: tuple[str, ...]
    leaving: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnbeatenPackages:
    """Packages between jobs alone and expected gain alone.

    Parameters
    ----------
    packages
        In the order of their jobs.
    complete
        Whether they are all.
    """

    packages: tuple[UnbeatenPoint, ...]
    complete: bool

    @property
    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        return repeatable({"complete": self.complete, "packages": [asdict(one) for one in self.packages]})


def why(settings: Settings, given: str, unit: str, *, as_of: pd.Timestamp | None = None) -> WhyUnit:
    """Why a unit is in a package, or out of it, computed from what the package was computed from.

    Raises
    ------
    EhyaError
        ``package_unknown``, ``unknown_unit``, ``several_units``.
    """
    stored = stored_package(settings, given)
    candidates, problem, best = reopened(stored)
    unit_id = find_unit(candidates.units, unit)
    place, ids = candidates.place_of(unit_id), list(candidates.units.index)
    said = WhyUnit(
        stored.key,
        unit_id,
        names_by_id(candidates.units).get(unit_id),
        _loss(settings, stored, unit_id, candidates.units, as_of),
    )
    listed = {one["unit_id"]: one for one in stored.document["units"]}
    until = monotonic() + SECONDS
    if unit_id in listed:
        by_lot = not best.chosen[place]
        inside = None if by_lot else inside_document(why_inside(problem, best, place, until=until), ids)
        return replace(said, entry=listed[unit_id], inside=inside)
    if best.chosen[place]:  # out by lot alone: nothing keeps it out, and nothing would have to change
        lots = {one["lot"]["instead"]: name for name, one in listed.items() if one["lot"]}
        return replace(said, gave_place_to=lots.get(unit_id))
    changes = outside_document(why_outside(problem, best, place, until=until), ids)
    weights = PackageTerms.read(stored.document["terms"]).worth
    worth = float(candidates.worth(weights)[place])
    chances = _chances(candidates.units.iloc[place], worth, changes["price"], weights)
    return replace(said, outside=Outsider(worth, chances, changes))


def _loss(
    settings: Settings, stored: StoredPackage, unit_id: str, then: pd.DataFrame, as_of: pd.Timestamp | None
) -> Loss | None:
    """Why a unit cannot be offered, on the day of its package or on a later one."""
    found = losses([unit_id], then)
    if not found and as_of is not None:
        found = losses_of(settings, stored, as_of=as_of, units=[unit_id])
    return found.get(unit_id)


def _chances(row: pd.Series, worth: float, price: float | None, weights: WorthWeights) -> Chances:
    """Chance of a unit, and the chance at which it would come in: its worth grows with it."""
    low, point, high = (None if pd.isna(value) else float(value) for value in row[shown_chance(row)])
    wanted = None
    if point is not None and price is not None and worth > 0 and weights.risk == 0:
        needed = point * (1 + price / worth)
        wanted = needed if needed <= 1 else None
    return Chances(low, point, high, wanted)


def compare(settings: Settings, one: str, other: str) -> ComparedPackages:
    """Two packages side by side: who is in both, who only in one, and the figures.

    Raises
    ------
    EhyaError
        ``package_unknown``.
    """
    left, right = stored_package(settings, one), stored_package(settings, other)
    first, second = ({unit["unit_id"]: unit for unit in side.document["units"]} for side in (left, right))
    return ComparedPackages(
        packages=(left.key, right.key),
        both=tuple(unit for unit in first if unit in second),
        only=(
            tuple(unit for unit in first if unit not in second),
            tuple(unit for unit in second if unit not in first),
        ),
        figures=(left.document["figures"], right.document["figures"]),
        terms_changed=_changed(left.document["terms"], right.document["terms"]),
        names={unit_id: unit["name"] for unit_id, unit in {**first, **second}.items()},
    )


def _changed(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(key for key in {*one, *other} - {"name"} if one.get(key) != other.get(key)))


def budget_frontier(
    settings: Settings, given: str, term: str, *, nested: bool = False, seconds: float = SECONDS
) -> tuple[BudgetPoint, ...]:
    """The best package under shares and multiples of a budget, within ``seconds``: who comes, who goes.

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
    ids = candidates.units.index.to_numpy()
    limits = [share * sums[key].high for share in SHARES]
    points = frontier(problem, key, limits, nested=nested, until=monotonic() + seconds)
    return tuple(
        BudgetPoint(
            limit=point.limit,
            value=None if point.best is None else point.best.value,
            units=None if point.best is None else int(point.best.chosen.sum()),
            jobs=None if point.best is None else float(candidates.jobs[point.best.chosen].sum()),
            entering=_named(ids, point.entering),
            leaving=_named(ids, point.leaving),
            finished=point.finished,
        )
        for point in points
    )


def even_packages(settings: Settings, given: str, across: Grouping, *, seconds: float = SECONDS) -> EvenPackages:
    """What evenness costs: the best package that reaches one county more, and so on; and a floor in each county alone.

    All of it takes ``seconds`` at most, the packages no more than half of what is left for them and the floors.

    Raises
    ------
    EhyaError
        ``package_unknown``, ``package_out_of_time``.
    """
    stored, begun = stored_package(settings, given), monotonic()
    until = begun + seconds
    candidates, problem, best = reopened(stored, seconds=seconds)
    everybody = np.ones(len(candidates), dtype=bool)
    groups = {name: rows for name, rows in grouped(candidates, across, everybody) if name is not None}
    found, complete = reaches(problem, best, list(groups.values()), until=(monotonic() + until) / 2)
    complete = complete and best.gap == 0  # prices are against the package itself
    prices = floor_prices(problem, best, groups, until=until)
    ids = candidates.units.index.to_numpy()
    points = tuple(
        EvenPoint(
            reached=at.groups,
            units=int(at.best.chosen.sum()),
            jobs=float(candidates.jobs[at.best.chosen].sum()),
            value=at.best.value,
            price=max(best.value - at.best.value, 0.0),
            entering=_named(ids, at.entering),
            leaving=_named(ids, at.leaving),
        )
        for at in found
    )
    floors = tuple(GroupFloor(name, int(best.chosen[groups[name]].sum()), price) for name, price in prices.items())
    return EvenPackages(across, points, floors, complete and len(prices) == len(groups))


def unbeaten_packages(settings: Settings, given: str, *, seconds: float = SECONDS) -> UnbeatenPackages:
    """Packages between jobs alone and expected gain alone that no other beats in both, under the same terms.

    Thirty at most, within ``seconds``.

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
    ids = candidates.units.index.to_numpy()
    here = {unit["unit_id"] for unit in stored.document["units"]}
    points = tuple(
        UnbeatenPoint(
            units=int(best.chosen.sum()),
            jobs=float(jobs[best.chosen].sum()),
            gain_billion_rial=float(gain[best.chosen].sum()),
            entering=tuple(unit for unit in _named(ids, best.chosen) if unit not in here),
            leaving=tuple(sorted(here - set(_named(ids, best.chosen)))),
        )
        for best in found
    )
    return UnbeatenPackages(points, complete)


def _named(ids: Any, places: Any) -> tuple[str, ...]:
    """Ids of the units at some places."""
    return tuple(str(unit) for unit in ids[np.asarray(places)])
