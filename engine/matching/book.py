"""The appraised units as arrays, prepared once and asked many times."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.domain.mandate import APPETITE_SHARE, Mandate, RiskAppetite
from engine.domain.partner import DEBT_CAUSES, DISPUTE_CAUSES, STAGE_MONTHS, Stage
from engine.domain.places import Locality
from engine.domain.prediction import Output, columns
from engine.domain.unit import Confidence, DealForm, Field, Status, idle_months
from engine.economics.prices import PriceIndex
from engine.health.completeness import PUBLISHABLE, publishable
from engine.matching.nearness import coordinates, place_tree, sector_tree
from engine.matching.proportions import middle, static_parts
from engine.matching.sides import Sides
from engine.matching.tree import Tree
from engine.ranking.reasons import Triage

MACHINERY_AGE = "machinery_age"
"""Number column of a book: age of the machinery in years."""

_ROUNDING = 1e-9  # a third of three units is one, whatever floats make of it


UNKNOWN, NO, YES = 0, 1, 2
"""Codes of a mark: not known whether, surely not, surely."""


class Coded(NamedTuple):
    """A column as positions in a sorted list of its distinct values."""

    codes: NDArray[np.int32]
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What a book takes from all units that there are; where it holds some of them, this says what the others are like.

    Parameters
    ----------
    floors
        Least feasibility that each appetite for risk looks at.
    jobs_per_billion
        Expected jobs per billion rial of the unit in the middle.
    """

    floors: Mapping[RiskAppetite, float]
    jobs_per_billion: float

    @classmethod
    def of(cls, offered: NDArray[np.float64], per_billion: NDArray[np.float64]) -> Yardstick:
        """Of all units, in any order.

        Parameters
        ----------
        offered
            Shape (units on offer,): feasibility of published units to offer or to mend first (`on_offer`).
        per_billion
            Shape (n,): expected jobs per billion rial, NaN where not known.

        Examples
        --------
        >>> all_units = Yardstick.of(np.array([0.3, 0.1, 0.2]), np.array([1.0, np.nan, 3.0]))
        >>> [floor for floor in all_units.floors.values()], all_units.jobs_per_billion
        ([0.3, 0.2, 0.0], 2.0)
        """
        ordered = np.sort(offered)
        floors = {appetite: _floor(ordered, APPETITE_SHARE[appetite]) for appetite in RiskAppetite}
        return cls(floors, middle(per_billion))


def on_offer(
    feasibility: NDArray[np.float64], offerable: NDArray[np.bool_], published: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Feasibility of the published units to offer or to mend first, where it is known, in their order.

    Parameters
    ----------
    feasibility, offerable, published
        Shape (n,) each: the figure, whether the verdict is one of both, whether the record is complete enough.
    """
    found: NDArray[np.float64] = feasibility[published & offerable & ~np.isnan(feasibility)]
    return found


def offerable(verdicts: Sequence[str]) -> NDArray[np.bool_]:
    """Whether each verdict is to offer or to mend first, shape (verdicts,)."""
    return np.isin(np.asarray(verdicts, dtype=object), [Triage.OFFER.value, Triage.FIX_FIRST.value])


def _floor(ordered: NDArray[np.float64], share: float) -> float:
    left_out = int(ordered.size * (1 - share) + _ROUNDING)
    return float(ordered[left_out]) if 0 < left_out < ordered.size else 0.0


@dataclass(frozen=True, eq=False, slots=True)
class Runs:
    """Stretches of rows that agree in sector, place, triage and publication; shape (runs,) each."""

    sector: NDArray[np.int32]
    place: NDArray[np.int32]
    triage: NDArray[np.int32]
    published: NDArray[np.bool_]
    start: NDArray[np.intp]
    stop: NDArray[np.intp]
    of_sector: NDArray[np.intp]  # shape (sectors + 1,): runs of sector s are of_sector[s] to of_sector[s + 1]


@dataclass(frozen=True, eq=False, slots=True)
class UnitBook:
    """Units of one appraisal, rows sorted by sector, place, triage, publication and unit.

    Hard-limit columns are exact (float64, NaN where not known); the parts of the fit that no mandate changes are ready
    (float32). Two appraisals with the same content in another order of rows give the same book.

    Parameters
    ----------
    version
        Hash of the content.
    unit_id
        Shape (n,).
    tie
        Shape (n,): position of the unit in the order of ``unit_id``.
    sector, place, triage, status, price_year
        Coded columns; the value "" (price year: ``None``) stands for not known.
    published
        Shape (n,): whether the record is complete enough to be shown to an investor; no mandate overrides it.
    least_completeness
        From which completeness it is.
    deal_forms
        Shape (n,): bit of each form on offer, 0 where none is known.
    numbers
        Field or output name -> shape (n,).
    causes
        Coded column of the causes of the stop, joined by ``;``.
    stage
        Shape (n,): place of the unit's stage in ``Stage`` and one more, 0 where it is not known.
    marks
        ``debts``, ``disputes``, ``title`` -> shape (n,): whether the unit has them (``UNKNOWN``, ``NO``, ``YES``).
    parts
        Shape (n, 4), columns ``proportions.STATIC_PARTS``, 0..1.
    notes
        What is said beside a shown unit: ``red_flags``, ``prior_driven``, ``origin``.
    yardstick
        What risk appetites and jobs per billion rial are measured by.
    runs
        Where each combination of sector, place, triage and publication begins and ends.
    sector_tree, place_tree
        Where the values of both columns hang.
    place_points
        Shape (places, 3): centres as points of the unit sphere.
    prices
        Price index by which tickets are compared; ``None`` is that of the reference table.
    sides
        What owners and banks want; ``None`` where nobody wishes anything.
    inflation
        Yearly, that returns are above; ``None`` where returns were not laid beside the units (`with_returns`).
    """

    version: str
    unit_id: NDArray[np.object_]
    tie: NDArray[np.int64]
    sector: Coded
    place: Coded
    triage: Coded
    status: Coded
    price_year: Coded
    published: NDArray[np.bool_]
    least_completeness: float
    deal_forms: NDArray[np.uint8]
    numbers: dict[str, NDArray[np.float64]]
    causes: Coded
    stage: NDArray[np.uint8]
    marks: dict[str, NDArray[np.uint8]]
    parts: NDArray[np.float32]
    notes: dict[str, Coded]
    yardstick: Yardstick
    runs: Runs
    sector_tree: Tree
    place_tree: Tree
    place_points: NDArray[np.float64]
    prices: PriceIndex | None = None
    sides: Sides | None = None
    inflation: float | None = None

    @classmethod
    def from_table(
        cls,
        appraisal: pd.DataFrame,
        *,
        as_of: pd.Timestamp | None = None,
        least_completeness: float = PUBLISHABLE,
        prices: PriceIndex | None = None,
        wishes: pd.DataFrame | None = None,
        yardstick: Yardstick | None = None,
    ) -> UnitBook:
        """Prepare an appraisal table for matching.

        Parameters
        ----------
        appraisal
            Appraisal table, shape (n, columns); index ``unit_id``, distinct.
        as_of
            The day to count idle months to; by default the day that each record describes.
        least_completeness
            A record whose ``public_completeness`` is less is shown to no investor.
        prices
            Price index by which tickets are compared; by default that of the reference table.
        wishes
            What owners and banks want (`engine.matching.sides.Sides.of`).
        yardstick
            What all units together say, where these are some of them.

        Raises
        ------
        ValueError
            When a ``unit_id`` occurs twice, or ``least_completeness`` is no share.
        """
        if not appraisal.index.is_unique:
            raise ValueError(f"unit_id occurs twice: {appraisal.index[appraisal.index.duplicated()][:3].tolist()}")
        text = {name: _coded(appraisal[name]) for name in (Field.ISIC, "triage", Field.STATUS)}
        places = _coded_places(appraisal)
        tie = np.empty(len(appraisal), dtype=np.int64)
        tie[np.argsort(appraisal.index.to_numpy(dtype=object), kind="stable")] = np.arange(len(appraisal))
        published = publishable(appraisal, threshold=least_completeness).to_numpy(dtype=bool)
        order = np.lexsort((tie, published, text["triage"].codes, places.codes, text[Field.ISIC].codes))
        sector, place, triage = (_taken(coded, order) for coded in (text[Field.ISIC], places, text["triage"]))
        numbers = {name: column[order] for name, column in _numbers(appraisal, as_of).items()}
        status, forms = _taken(text[Field.STATUS], order), _deal_bits(appraisal[Field.DEAL_FORMS])[order]
        causes = _taken(_coded(appraisal[Field.STOP_CAUSES]), order)
        unit_id = appraisal.index.to_numpy(dtype=object)[order]
        sides = Sides.of(unit_id, wishes)
        found = yardstick or Yardstick.of(
            on_offer(numbers[Output.FEASIBILITY], offerable(triage.values)[triage.codes], published[order]),
            numbers[Output.JOBS_EXPECTED_PER_BILLION_RIAL],
        )
        numbers["share"] = _share_on_offer(forms, sides)
        arrays: dict[str, Any] = {
            "unit_id": unit_id,
            "tie": tie[order],
            "sector": sector,
            "place": place,
            "triage": triage,
            "status": status,
            "price_year": _taken(_coded_years(appraisal["price_year"]), order),
            "published": published[order],
            "deal_forms": forms,
            "numbers": numbers,
            "causes": causes,
            "stage": _stages(status, numbers[Field.IDLE_MONTHS]),
            "marks": _marks(appraisal, causes, order),
            "parts": static_parts(appraisal, numbers, order, half=found.jobs_per_billion),
            "notes": {name: _taken(_coded(appraisal[name]), order) for name in ("red_flags", "prior_driven", "origin")},
        }
        return cls(
            version=_digest(
                arrays
                | ({} if prices is None else prices.arrays())
                | ({} if sides is None else sides.content)
                | ({} if yardstick is None else {"floors": [*yardstick.floors.values()]})
            ),
            prices=prices,
            sides=sides,
            yardstick=found,
            runs=_runs(sector, place, triage, published[order]),
            sector_tree=sector_tree(sector.values),
            place_tree=place_tree(place.values),
            place_points=coordinates(place.values),
            least_completeness=least_completeness,
            **arrays,
        )

    def __len__(self) -> int:
        return self.unit_id.size

    def with_returns(self, returns: pd.DataFrame, *, inflation: float) -> UnitBook:
        """The same units with what their revival would return.

        Parameters
        ----------
        returns
            ``irr_real, payback_years`` by ``unit_id`` (`engine.economics.returns.returns`).
        inflation
            Yearly, that the returns are above.
        """
        found = returns.reindex(self.unit_id)
        laid = {name: found[name].to_numpy(dtype=np.float64) for name in ("irr_real", "payback_years")}
        version = _digest({"book": [self.version], "numbers": laid, "inflation": [inflation]})
        return replace(self, numbers=self.numbers | laid, inflation=inflation, version=version)

    def least_feasibility(self, mandate: Mandate) -> float | None:
        """Least feasibility that a mandate bears among the units of this book.

        Parameters
        ----------
        mandate
            Its appetite looks at the most feasible share of what is on offer (``APPETITE_SHARE``), whatever sector or
            place it wants; a stated probability of failure is a floor beside it. ``None`` where neither is stated.
        """
        floors = [] if mandate.min_feasibility is None else [mandate.min_feasibility]
        if mandate.risk_appetite is not None:
            floors.append(self.yardstick.floors[mandate.risk_appetite])
        return max(floors, default=None)

    def number(self, name: str) -> NDArray[np.float64]:
        """A number column, not known throughout where the book does not hold it; shape (n,)."""
        return self.numbers[name] if name in self.numbers else np.full(len(self), np.nan)

    def row_of(self, unit_id: str) -> int | None:
        """Row of a unit, ``None`` when the book does not hold it."""
        found = np.flatnonzero(self.unit_id == unit_id)
        return int(found[0]) if found.size else None


def _coded(column: pd.Series) -> Coded:
    filled = column.astype("str").fillna("")
    codes, values = pd.factorize(filled, sort=True)
    return Coded(codes.astype(np.int32), tuple(values))


def _coded_places(appraisal: pd.DataFrame) -> Coded:
    province, county = _coded(appraisal[Field.PROVINCE]), _coded(appraisal[Field.COUNTY])
    pair = province.codes.astype(np.int64) * len(county.values) + county.codes
    distinct, codes = np.unique(pair, return_inverse=True)
    names = [divmod(int(value), len(county.values)) for value in distinct]
    return Coded(
        codes.astype(np.int32), tuple(Locality(province.values[one], county.values[two]) for one, two in names)
    )


def _coded_years(years: pd.Series) -> Coded:
    distinct, codes = np.unique(years.fillna(0).to_numpy(dtype=np.int64), return_inverse=True)
    return Coded(codes.astype(np.int32), tuple(int(year) or None for year in distinct))


def _taken(coded: Coded, order: NDArray[np.intp]) -> Coded:
    return Coded(coded.codes[order], coded.values)


def _deal_bits(column: pd.Series) -> NDArray[np.uint8]:
    combinations = _coded(column)
    forms = list(DealForm)
    bits = [sum(1 << forms.index(DealForm(form)) for form in value.split(";") if form) for value in combinations.values]
    return np.array(bits, dtype=np.uint8)[combinations.codes]


def _numbers(appraisal: pd.DataFrame, as_of: pd.Timestamp | None) -> dict[str, NDArray[np.float64]]:
    day: Any = appraisal["as_of"] if as_of is None else as_of
    confidence = appraisal["confidence"].map({level.value: rank for rank, level in enumerate(Confidence)}).fillna(0)
    found = {
        Field.CAPITAL_NEEDED_RIAL: appraisal[Field.CAPITAL_NEEDED_RIAL],
        Field.POWER_KW: appraisal[Field.POWER_KW],
        Field.LAND_M2: appraisal[Field.LAND_M2],
        Field.GAS_M3_PER_HOUR: appraisal[Field.GAS_M3_PER_HOUR],
        Field.WATER_L_PER_S: appraisal[Field.WATER_L_PER_S],
        Field.EXPORT_SHARE: appraisal[Field.EXPORT_SHARE],
        Field.IDLE_MONTHS: idle_months(appraisal, day),
        MACHINERY_AGE: _age(appraisal, day),
        "confidence": confidence,
        "completeness": appraisal["public_completeness"],
    } | {
        output: appraisal[columns(output)[1]]
        for output in (Output.FEASIBILITY, Output.JOBS_EXPECTED, Output.JOBS_EXPECTED_PER_BILLION_RIAL)
    }
    return {str(name): column.to_numpy(dtype=np.float64, na_value=np.nan) for name, column in found.items()}


def _age(appraisal: pd.DataFrame, day: Any) -> pd.Series:
    """Age of the machinery in years; of a year to come it is nil."""
    year = day.dt.year if isinstance(day, pd.Series) else day.year
    built = appraisal[Field.MACHINERY_YEAR].to_numpy(dtype=np.float64, na_value=np.nan)
    return pd.Series(year - built, index=appraisal.index).clip(lower=0)


def _stages(status: Coded, months: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Stage of each unit, one more than its place in ``Stage``, 0 where it is not known."""
    place = {stage: number for number, stage in enumerate(Stage, start=1)}
    semi = np.array([value == Status.SEMI_ACTIVE.value for value in status.values], dtype=bool)[status.codes]
    young, old = STAGE_MONTHS
    found = np.select(
        [semi, months < young, months <= old, months > old],
        [place[Stage.SEMI_ACTIVE], place[Stage.FRESH], place[Stage.SETTLED], place[Stage.LONG_IDLE]],
        default=0,
    )
    return found.astype(np.uint8)


def _share_on_offer(forms: NDArray[np.uint8], sides: Sides | None) -> NDArray[np.float64]:
    """Share of the company that an investor may get: all of it by sale or against debts, none by lease, toll or loan.

    In a joint venture it is what the owner gives at most, else not known.
    """
    order = list(DealForm)
    whole = sum(1 << order.index(form) for form in (DealForm.SALE, DealForm.DEBT_FOR_ASSET))
    venture = 1 << order.index(DealForm.JOINT_VENTURE)
    by_form = np.array([np.nan, *(1.0 if n & whole else np.nan if n & venture else 0.0 for n in range(1, 64))])
    share: NDArray[np.float64] = by_form[forms]
    if sides is not None:
        given = np.array([np.nan if one.max_share is None else one.max_share for one in sides.wishes] + [np.nan])
        stated = np.fmin.reduce(given[sides.line], axis=0)
        may = np.isnan(share) | (share > 0)
        share = np.where(np.isnan(stated) | ~may, share, stated)
    return share


def _marks(appraisal: pd.DataFrame, causes: Coded, order: NDArray[np.intp]) -> dict[str, NDArray[np.uint8]]:
    """Whether each unit has debts of before, disputes, a title deed; what a reader may not see counts as not known."""

    def flag(column: pd.Series) -> NDArray[np.uint8]:
        known = column.notna().to_numpy()[order]
        yes = column.to_numpy(dtype=np.float64, na_value=0.0)[order] > 0
        return np.where(known, np.where(yes, YES, NO), UNKNOWN).astype(np.uint8)

    def named(wanted: frozenset[Any]) -> NDArray[np.uint8]:
        codes = {cause.value for cause in wanted}
        said = [YES if codes & {*value.split(";")} else NO if value else UNKNOWN for value in causes.values]
        return np.array(said, dtype=np.uint8)[causes.codes]

    debts = [flag(appraisal[name]) for name in _DEBTS]
    return {
        "debts": np.maximum.reduce([named(DEBT_CAUSES), *debts]),
        "disputes": np.maximum(named(DISPUTE_CAUSES), flag(appraisal[Field.LITIGATION_COUNT])),
        "title": flag(appraisal[Field.TITLE_DEED]),
    }


_DEBTS = (
    Field.BANK_DEBT_RIAL, Field.TAX_DEBT_RIAL, Field.SOCIAL_SECURITY_DEBT_RIAL, Field.OTHER_DEBT_RIAL, Field.BANK_OWNED,
)  # fmt: skip


def _runs(sector: Coded, place: Coded, triage: Coded, published: NDArray[np.bool_]) -> Runs:
    size = sector.codes.size
    turns = np.zeros(size, dtype=bool)
    turns[:1] = True
    for column in (sector.codes, place.codes, triage.codes, published):
        turns[1:] |= column[1:] != column[:-1]
    start = np.flatnonzero(turns)
    run_sector = sector.codes[start]
    return Runs(
        sector=run_sector,
        place=place.codes[start],
        triage=triage.codes[start],
        published=published[start],
        start=start,
        stop=np.append(start[1:], size) if size else start,
        of_sector=np.searchsorted(run_sector, np.arange(len(sector.values) + 1)),
    )


def _digest(arrays: dict[str, Any]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name, value in sorted(arrays.items()):
        digest.update(name.encode())
        for part in value.values() if isinstance(value, dict) else [value]:
            for array in part if isinstance(part, Coded) else [part]:
                digest.update(_bytes(array))
    return digest.hexdigest()


def _bytes(array: object) -> bytes:
    if isinstance(array, np.ndarray) and array.dtype != object:
        return array.tobytes()
    return "\0".join(map(str, array)).encode()  # type: ignore[call-overload]
