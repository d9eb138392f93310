"""Sections of a model's document that figures of the first day rest on: a belief about effects, and signs of size."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, StrictInt, model_validator

from engine.scoring.sections import Number, Positive, Section, Table, Vector

Transform = Literal["as_stated", "log1p", "log1p_to_10"]
"""How a feature is taken (``engine.scoring.belief.transformed``)."""


class BeliefColumn(Section):
    """One feature that both lines read.

    Parameters
    ----------
    feature, transform
        Name, and how it is taken.
    centre
        Mean over the population of the official rate, transformed.
    spread
        Standard deviation of what units show within a cell.
    means
        Shape (cells,): mean within each cell of sector and size.
    known
        Units of the population that state it.
    """

    feature: str
    transform: Transform
    centre: Number
    spread: Number
    means: Vector
    known: StrictInt = 0


class HeldOutLine(Section):
    """A line of restarts that never saw one province, shape of the slopes (columns,)."""

    intercept: Number
    slopes: Vector


class BeliefLine(HeldOutLine):
    """A line on the log-odds.

    Parameters
    ----------
    doubt
        Shape (columns, columns): ``doubt @ doubt.T`` is the covariance of the slopes.
    level
        Standard deviation of the intercept.
    """

    doubt: Table
    level: Number


class Belief(Section):
    """What prior effects, press units, panels and ripe outcomes say of feasibility.

    Parameters
    ----------
    columns
        Features.
    restart, durable
        P(restart within 24 months), and P(half of capacity at month 12 | restart).
    held_out
        Province of press units -> restarts by a line that never saw it.
    table, variances
        Shape (columns,): slopes of restarts and their variances in the table ``effects``.
    basis
        What each rests on there.
    sources
        Name -> rows that moved the slopes.
    trust
        Name of an opinion -> share of its weight that ripe outcomes left it.
    population
        Units over which the mean is the official rate.
    overridden
        ``output.feature`` of the rows that a user's file replaced.
    """

    columns: tuple[BeliefColumn, ...]
    restart: BeliefLine
    durable: BeliefLine
    held_out: dict[str, HeldOutLine] = Field(default_factory=dict)
    table: Vector
    variances: Vector
    basis: tuple[str, ...]
    sources: dict[str, StrictInt] = Field(default_factory=dict)
    trust: dict[str, Number] = Field(default_factory=dict)
    population: StrictInt = 0
    overridden: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _of_one_width(self) -> Self:
        width = len(self.columns)
        lines = [self.restart, self.durable, *self.held_out.values()]
        widths = {len(line.slopes) for line in lines} | {len(self.table), len(self.variances), len(self.basis)}
        squares = {line.doubt.shape for line in (self.restart, self.durable)}
        cells = {len(column.means) for column in self.columns}
        if widths != {width} or squares != {(width, width)} or len(cells) != 1:
            raise ValueError("columns, slopes and doubts do not go together")
        return self

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.feature for column in self.columns)


class SizeRatio(Section):
    """Logarithm of jobs after to before: its middle, and its standard deviation on either side."""

    mean: Number
    down: Positive
    up: Positive


class SizeSign(Section):
    """A measure that grows with the number of workers.

    Parameters
    ----------
    feature
        ``log10(1 + measure)``.
    per_worker, error
        Logarithm of the measure for each worker, and its standard deviation between plants.
    known
        Units of the register that told it.
    """

    feature: str
    per_worker: Number
    error: Positive
    known: StrictInt = 0


class PanelJobs(Section):
    """What experts say of the jobs of kinds of units, beyond what their signs of size say.

    Parameters
    ----------
    features, transforms, centres
        Of the columns it reads: names, how each is taken, and where the average unit stands, shape (columns,).
    slopes
        Shape (columns,): what each unit of a column away from its centre adds to the logarithm of jobs.
    answers
        How many moved it.
    trust
        Share of the answers' weight that ripe outcomes left, 0..1.
    """

    features: tuple[str, ...]
    transforms: tuple[Transform, ...]
    centres: Vector
    slopes: Vector
    answers: StrictInt
    trust: Number = 1.0

    @model_validator(mode="after")
    def _of_one_width(self) -> Self:
        if len({len(self.features), len(self.transforms), len(self.centres), len(self.slopes)}) != 1:
            raise ValueError("columns and slopes do not go together")
        return self


class SizeSigns(Section):
    """How jobs follow from size.

    Parameters
    ----------
    level, spread
        Of the logarithm of workers before the stop, over all units.
    ratio
        Jobs after to before.
    signs
        Measures of size.
    panel
        What experts add; ``None`` where none was asked.
    """

    level: Number
    spread: Positive
    ratio: SizeRatio
    signs: tuple[SizeSign, ...]
    panel: PanelJobs | None = None
