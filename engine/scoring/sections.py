"""Sections of a model's document: fields with their shapes and units, frozen, and none that is not named here.

Arrays are read-only numpy arrays; the file holds them as lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

import numpy as np
import numpy.typing as npt
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    Tag,
)


class HazardLink(StrEnum):
    """Scale on which effects on a hazard add."""

    LOGIT = "logit"
    CLOGLOG = "cloglog"  # of a model of proportional hazards in continuous time, observed by period


def _array(dimensions: int, dtype: type[np.generic]) -> BeforeValidator:
    kinds = "iuf" if issubclass(dtype, np.floating) else "iu"

    def read(value: object) -> npt.NDArray[Any]:
        array = np.asarray(value)
        if array.ndim != dimensions or (array.size and array.dtype.kind not in kinds):
            raise ValueError(f"not numbers in {dimensions} dimensions")
        ready = array.astype(dtype)
        if not np.isfinite(ready).all():
            raise ValueError("not finite")
        ready.setflags(write=False)
        return ready

    return BeforeValidator(read)


_AS_LIST = PlainSerializer(lambda array: array.tolist())

Vector = Annotated[npt.NDArray[np.float64], _array(1, np.float64), _AS_LIST]
"""Shape (n,), finite."""

Table = Annotated[npt.NDArray[np.float64], _array(2, np.float64), _AS_LIST]
"""Shape (n, m), finite."""

Places = Annotated[npt.NDArray[np.intp], _array(1, np.intp), _AS_LIST]
"""Shape (n,), whole numbers that count rows or columns."""

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Probability = Annotated[float, Field(strict=True, ge=0, le=1)]
Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Span = tuple[Number, Number]


class Section(BaseModel):
    """A part of the document: it cannot be changed, and a field that it does not name is refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        protected_namespaces=(),
    )

    def __eq__(self, other: object) -> bool:
        """Whether all that was written is equal, arrays number by number."""
        return type(other) is type(self) and isinstance(other, Section) and self.plain() == other.plain()

    def plain(self) -> dict[str, Any]:
        """What the file holds: only what was written, under its names there."""
        return self.model_dump(exclude_unset=True)

    def changed(self, **fields: object) -> Self:
        """The same with some fields changed, checked like all others."""
        kept = {name: getattr(self, name) for name in self.model_fields_set}
        return type(self)(**{**kept, **fields})


class Block(Section):
    """How one feature becomes columns of a design, see ``engine.scoring.design.design``.

    Parameters
    ----------
    column
        Feature.
    levels
        Codes of the levels that have a column each; ``None`` for a number.
    centre
        Mean of each column, shape (levels,) or (1,), on the scale that ``log`` says.
    scale
        What a column is divided by.
    log
        A number is taken as log(1 + value).
    """

    column: str
    levels: Vector | None
    centre: Vector
    scale: Positive
    log: StrictBool = False

    @property
    def width(self) -> int:
        """Columns of the design that it makes."""
        return len(self.centre)


class OfficialRate(Section):
    """A rate of official counts: a Beta distribution, its mean, its 80 % interval, and the rows of counts behind it."""

    a: Positive
    b: Positive
    rate: Probability
    low: Probability
    high: Probability
    rows_used: StrictInt


class OfficialJobs(Section):
    """Jobs per revived unit of official counts.

    Parameters
    ----------
    spread
        Standard deviation of the logarithm.
    official_average
        Persons.
    rows_used
        Rows of counts behind it.
    log_mean
        Logarithm of persons.
    """

    spread: Number
    official_average: Number
    rows_used: StrictInt
    log_mean: Number | None = None


class PressJobsLevel(OfficialJobs):
    """The same, with what moves the jobs of press units to it.

    Parameters
    ----------
    shift
        Added to the logarithm of press jobs.
    press_average
        Mean of what the jobs head draws for press units, persons.
    """

    shift: Number
    press_average: Number


class Population(Section):
    """Official counts, moved by what a register saw.

    Parameters
    ----------
    restart
        P(restart within 24 months) of the idle stock.
    capacity
        P(half of nominal capacity or more at month 12 | restart).
    jobs
        Jobs per revived unit.
    """

    restart: OfficialRate
    capacity: OfficialRate
    jobs: OfficialJobs


class PressPopulation(Population):
    """Official counts beside a model of press reports."""

    jobs: PressJobsLevel


class PressJobs(Section):
    """Jobs head of a press model, in logarithms of persons.

    Parameters
    ----------
    point
        Shape (1 + columns,), intercept first.
    refits
        Shape (provinces, 1 + columns): without each province.
    refit_of, residuals
        Shape (m,): the refit without the unit's own province, and what it missed by.
    """

    point: Vector
    refits: Table
    refit_of: Places
    residuals: Vector


class PressPair(Section):
    """Both heads of a press model: the promoted pair, or the pair that saw nothing of one province.

    Parameters
    ----------
    design
        Blocks of the design.
    jobs_columns
        Columns of the design that the jobs head reads.
    population
        Official counts, without the province left out.
    status
        Shape (1 + columns,), intercept first, on the scale of the logit.
    status_refits
        Shape (refits, 1 + columns).
    sample_rate
        Share of the press sample that revived.
    sample_rates
        Shape (refits,), the same in each refit.
    jobs
        Jobs head.
    """

    design: tuple[Block, ...]
    jobs_columns: Places
    population: PressPopulation
    status: Vector
    status_refits: Table
    sample_rate: Probability
    sample_rates: Vector
    jobs: PressJobs


class PressSettings(Section):
    """How the press heads were fitted: ridge penalty, share of the slopes kept, seed, trials of the search."""

    penalty: Number
    share: Probability
    random_state: StrictInt
    trials: StrictInt


class HazardPart(Section):
    """What a fitted hazard holds beside its estimators.

    Parameters
    ----------
    periods
        Periods of six months that it speaks of.
    link
        Scale of the score.
    share
        Share of the boosting in the score; the line has the rest.
    interval_inflation
        Factor on the distance of each refit from the line, so that intervals cover the error of the boosting too;
        ``spread`` in the file.
    effects
        Category -> level (a string, since JSON has no other keys) -> effect that the boosting reads in its place.
    refits
        Shape (worlds, periods + columns): the line in each bootstrap world.
    frailty
        Variance of what makes units of like records unlike, as a factor on the hazard
        (``engine.scoring.hazards.sifted``); 0 in files of before it, whose effects never fade.
    since
        Feature that tells for how long a unit has been tried, log10(1 + years); empty where none does.
    """

    periods: StrictInt
    link: HazardLink
    share: Probability
    interval_inflation: Positive = Field(alias="spread")
    effects: dict[str, dict[str, Number]]
    refits: Table
    frailty: NotNegative = 0.0
    since: str = ""


class BetaPrior(Section):
    """A Beta distribution and the rows of counts behind it."""

    a: Positive
    b: Positive
    rows_used: StrictInt


class CapacityPrior(Section):
    """A capacity that rests on its prior alone."""

    prior: BetaPrior


def _sort_of_capacity(value: object) -> str:
    own = "prior" in value if isinstance(value, Mapping) else isinstance(value, CapacityPrior)
    return "prior" if own else "fitted"


class Hazards(Section):
    """Hazards of a model of outcomes; without ``end`` nothing competes, without ``capacity`` every restart holds.

    Parameters
    ----------
    restart
        P(restart in a period | idle at its start).
    end
        P(end for good in a period | idle at its start, not restarted in it).
    capacity
        P(half of nominal capacity or more at month 12 | restart), one period.
    """

    restart: HazardPart
    end: HazardPart | None = None
    capacity: (
        Annotated[
            Annotated[HazardPart, Tag("fitted")] | Annotated[CapacityPrior, Tag("prior")],
            Discriminator(_sort_of_capacity),
        ]
        | None
    ) = None


class HazardSettings(Section):
    """How hazards were fitted, see ``training.models.hazard_spec``; a file has those that its Ehya knew."""

    learner: str
    link: HazardLink
    precision_factor: Number = 1.0
    share: Probability = 0.5
    additive: StrictBool = False
    iterations: StrictInt = 100
    rate: Number = 0.06
    leaves: StrictInt = 8
    least_of_leaf: StrictInt = 80
    follow: Number = 0.0
    frailty: NotNegative = 0.0
    random_state: StrictInt = 0


class Recalibration(Section):
    """By how much restarts were moved to what the latest periods went through.

    Parameters
    ----------
    intercept, slope
        On the scale of the hazard's score.
    share
        How far to go, 0 to 1.
    """

    intercept: Number = 0.0
    slope: Number = 1.0
    share: Probability = 0.0


class PromiseRatio(Section):
    """Jobs that came for each promised.

    Parameters
    ----------
    overall
        Of all promises.
    sizes
        Size of the promise -> ratio.
    cells
        ``Province/County/size`` -> ratio.
    prior, prior_units
        Ratio before anything was counted, and units that it counts for.
    assumed
        No promise was ever counted.
    units
        Promises counted.
    """

    overall: Number
    sizes: dict[str, Number]
    cells: dict[str, Number]
    prior: Number | None = None
    prior_units: Number | None = None
    assumed: StrictBool = False
    units: StrictInt = 0


class JobCounts(Section):
    """Counts of jobs: used, those of them that are zero, and those set aside as impossible."""

    used: StrictInt
    zero: StrictInt
    set_aside: StrictInt


class JobsPart(Section):
    """What the jobs heads of a model of outcomes hold beside their estimators, in logarithms of persons.

    Parameters
    ----------
    design
        Blocks of the design; the realised promise is the column behind them.
    ratio
        What came of promised jobs.
    promise_centre, promise_scale
        Mean and standard deviation of the logarithm of a realised promise.
    refits
        Shape (refits, 1 + columns), intercept first.
    refit_of, residuals
        Shape (m,): the refit that had not seen the unit, and what it missed by.
    group, cuts
        Group of each residual by predicted size, and the predictions between the groups.
    method
        ``jackknife_plus``, ``cv_plus`` or ``prior``.
    any_line, size_line
        Shape (1 + columns,), intercept first: P(any job) on the scale of the logit, and the size; ``any`` and ``size``
        in the file.
    penalties
        Kind of column -> ridge penalty.
    spread
        Standard deviation of a unit around its mean.
    unknown
        Shape (blocks + 1,): variance of the logarithm that each block, and last the promise, adds where it is not
        known; the residuals are those of complete records then. ``None`` in files of before it.
    counts, notes, priors
        What they rest on, for the card: codes are those of ``engine.scoring.jobs.JobsNote``.
    """

    design: tuple[Block, ...]
    ratio: PromiseRatio
    promise_centre: Number
    promise_scale: Positive
    refits: Table
    refit_of: Places
    residuals: Vector
    group: Places
    cuts: Vector
    method: str = ""
    any_line: Vector | None = Field(default=None, alias="any")
    size_line: Vector | None = Field(default=None, alias="size")
    penalties: dict[str, Number] = Field(default_factory=dict)
    spread: Number | None = None
    unknown: Vector | None = None
    counts: JobCounts | None = None
    notes: tuple[str, ...] = ()
    priors: dict[str, Any] = Field(default_factory=dict)


class FeatureReference(Section):
    """Distribution of a feature at training.

    Parameters
    ----------
    cells
        Upper edges of the cells but the last, or the values themselves.
    values
        Whether they are values.
    shares
        Shape (cells + 1,): the last is above every edge, or none of the values.
    missing
        Share; the other shares and it sum to one.
    """

    cells: Vector
    values: StrictBool
    shares: Vector
    missing: Probability


class DriftReference(Section):
    """What a later register is compared with: units at training, and the distribution of each feature."""

    count: StrictInt
    features: dict[str, FeatureReference]
