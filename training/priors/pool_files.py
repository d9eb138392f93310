"""Files of pooling: what a province tells of its outcomes, and what the country makes of all provinces."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.reference.tables import table

MOST_BYTES = 4_000_000
"""Largest file that is read."""

Figure = Annotated[float, Field(allow_inf_nan=False, ge=-50, le=50)]
Width = Annotated[float, Field(allow_inf_nan=False, gt=0, le=50)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class _Stated(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file.

        Raises
        ------
        EhyaError
            ``file_not_found``, ``pool_file_refused`` with the place in the file, what was given and what is allowed.
        """
        try:
            return cls.model_validate(_stated(path))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "—"
            given = first["input"] if isinstance(first["input"], str | int | float) else "—"
            raise EhyaError(
                ErrorCode.POOL_FILE_REFUSED, file=path.name, place=place, given=given, allowed=first["msg"]
            ) from error


class ToldEffect(_Stated):
    """An effect as a province's outcomes alone have it, on the log-odds of a restart.

    Parameters
    ----------
    feature
        Of the table ``effects``.
    estimate, error
        Effect for each unit of the transformed feature, and its standard error.
    """

    feature: Code
    estimate: Figure
    error: Width


_COUNTED_BY = 5
"""Counts leave rounded down to a multiple of this."""


class ProvinceSummary(_Stated):
    """What leaves a province: effects with their errors and rounded counts, never a row.

    Parameters
    ----------
    kind, form
        What the file is, and the number of its form.
    province, origin, as_of
        Whose outcomes, of which units, known by which day.
    table
        Digest of the table ``effects`` that the figures stand beside.
    outcomes, restarted
        Units with a ripe outcome and those of them that restarted, rounded down to fives.
    least
        Units on either side of every figure.
    effects
        What is told.
    withheld
        Features of which too few units would speak.
    """

    kind: Literal["ehya-pool-summary"] = "ehya-pool-summary"
    form: Literal[1] = 1
    province: str = Field(min_length=1, max_length=80)
    origin: Literal["register", "synthetic"]
    as_of: date
    table: str = Field(pattern=r"^[0-9a-f]{16}$")
    outcomes: int = Field(ge=0, multiple_of=_COUNTED_BY)
    restarted: int = Field(ge=0, multiple_of=_COUNTED_BY)
    least: int = Field(ge=1)
    effects: tuple[ToldEffect, ...]
    withheld: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _counts_that_may_leave(self) -> Self:
        """What a province writes has ten units on either side; rounding down may take up to four off each count."""
        if self.restarted < self.least or self.outcomes - self.restarted <= self.least - _COUNTED_BY:
            raise ValueError(f"outcomes: fewer than {self.least} units restarted, or did not")
        return self


class PooledEffect(_Stated):
    """An effect in the country, on the log-odds of a restart.

    Parameters
    ----------
    feature
        Of the table ``effects``.
    effect, low, high
        Mean and 80 % interval.
    between
        Standard deviation of provinces about it.
    provinces
        How many spoke of it.
    """

    feature: Code
    effect: Figure
    low: Figure
    high: Figure
    between: Width
    provinces: int = Field(ge=1)


class StartingEffect(_Stated):
    """What a province should believe of an effect before its own outcomes: its mean and 80 % interval."""

    feature: Code
    effect: Figure
    low: Figure
    high: Figure


class ToldProvince(_Stated):
    """A summary that the country's effects rest on."""

    province: str = Field(min_length=1, max_length=80)
    as_of: date
    outcomes: int = Field(ge=0)
    restarted: int = Field(ge=0)


class CountryPool(_Stated):
    """What the country makes of all summaries.

    Parameters
    ----------
    kind, form, origin, table
        As in a summary.
    summaries
        What it rests on, by province.
    effects
        In the country.
    priors
        Province -> what it should believe before its own outcomes: learnt from all others, never from itself.
    elsewhere
        The same for a province that told nothing.
    """

    kind: Literal["ehya-pool-country"] = "ehya-pool-country"
    form: Literal[1] = 1
    origin: Literal["register", "synthetic"]
    table: str = Field(pattern=r"^[0-9a-f]{16}$")
    summaries: tuple[ToldProvince, ...]
    effects: tuple[PooledEffect, ...]
    priors: dict[str, tuple[StartingEffect, ...]]
    elsewhere: tuple[StartingEffect, ...]

    def prior_of(self, province: str) -> tuple[StartingEffect, ...]:
        """What a province should believe before its own outcomes."""
        return self.priors.get(province, self.elsewhere)

    @property
    def as_of(self) -> date:
        """Day of the latest summary."""
        return max(each.as_of for each in self.summaries)


def table_digest() -> str:
    """Digest of what the table ``effects`` believes: summaries beside other beliefs do not add up.

    Examples
    --------
    >>> len(table_digest())
    16
    """
    rows = table("effects")
    told = rows.loc[rows["output"] == "restart", ["feature", "transform", "effect", "low", "high", "sign"]]
    return hashlib.sha256(told.to_csv(index=False).encode()).hexdigest()[:16]


def write_pool(path: Path, document: ProvinceSummary | CountryPool) -> None:
    """Write a document whole, or not at all.

    Raises
    ------
    EhyaError
        ``file_not_written``.
    """
    text = json.dumps(document.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8")


def _stated(path: Path) -> object:
    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise EhyaError(ErrorCode.POOL_FILE_REFUSED, file=path.name, place="—", given="—", allowed="JSON") from error
