"""What a unit or a stated project is worth: figures, statements, ranges, and what each persona makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from engine.domain.persona import Persona
from engine.domain.prediction import Output, columns
from engine.economics.account import Account, Standards
from engine.economics.assumptions import Assumptions
from engine.economics.figures import real_flows
from engine.economics.jobs import LabourMarket, labour_market
from engine.economics.prices import RIAL_PER_BILLION_RIAL, UsdMarket, usd
from engine.economics.project import Project
from engine.economics.project_file import StatedProject, plan, read_project, stated_account
from engine.economics.revival import FORBIDDING, Gap, facts, lowest_norm, revival
from engine.economics.statements import statements
from engine.economics.tornado import Swing, ranges, steps
from engine.economics.unit_account import unit_account, unit_project
from engine.economics.views import View, view
from engine.economics.worth import summary, worth
from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.desk.appraisal import Appraised, appraised
from serving.desk.named import find_unit
from serving.desk.question import Question
from serving.disclosure.masking import Audience

DRAWS = 5000
"""Draws of one unit's worth."""
PACKAGE_DRAWS = 100
"""Draws of each unit whose ends of a value alone are wanted."""
DRAWN_UNITS = 20_000
"""Units up to which a package draws the worth of each; beyond, its point alone stands."""
REGISTER_DRAWS = 500
"""Draws of each unit where a whole register is worked."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the caller assumes.

    Parameters
    ----------
    changes
        Assumption -> value or ``[low, value, high]``, for all units.
    by_unit
        Unit id -> the same, for that unit alone.
    scenarios
        Name -> changes of that scenario, on top of the others.
    draws, seed
        How many draws, and which.
    in_full
        Of one unit: whether what moves it most, what each persona sees, and what it is at the lowest norm are worked
        out too.
    """

    changes: Mapping[str, object] = field(default_factory=dict)
    by_unit: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    scenarios: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    draws: int = DRAWS
    seed: int = 0
    in_full: bool = True

    def of(self, unit_id: str) -> Assumptions:
        """Assumptions for one unit.

        Raises
        ------
        EhyaError
            ``unknown_option``, ``value_unreadable``.
        """
        assumed = Assumptions.from_reference().changed(self.changes)
        return assumed.changed(self.by_unit.get(unit_id, {}), option=f"units.{unit_id}")


@dataclass(frozen=True, eq=False, slots=True)
class Economics:
    """The answer for one unit or project.

    Parameters
    ----------
    name, unit_id
        What it is; a stated project has no id.
    price_year
        Jalali year of its money; ``None`` where it is not known.
    gaps
        Why it cannot be judged, or what norms stand in for.
    assumed
        What was assumed; empty for a stated project but for what measures it.
    account
        Figures and statements; ``None`` where it cannot be judged.
    views
        What each persona sees.
    drawn
        Row of ``engine.economics.worth.summary``; ``None`` for a stated project.
    steps, ranges
        Sensitivity by steps, and by the ranges of what is assumed.
    scenarios
        Name -> account under it.
    origin
        Origin of the record, empty for a stated project.
    real_rate
        Discount rate beyond inflation that was used.
    project
        Its lines by year, at the points of all that is assumed; ``None`` where it cannot be judged.
    at_norm
        Account with the lowest norm of fixed capital for so many jobs, where the record states less beside its working
        capital; ``None`` elsewhere.
    """

    name: str
    unit_id: str
    price_year: int | None
    gaps: tuple[Gap, ...]
    assumed: Assumptions
    account: Account | None
    views: Mapping[Persona, View] = field(default_factory=dict)
    drawn: pd.Series | None = None
    steps: tuple[Swing, ...] = ()
    ranges: tuple[Swing, ...] = ()
    scenarios: Mapping[str, Account] = field(default_factory=dict)
    origin: str = ""
    real_rate: float = float("nan")
    project: Project | None = None
    at_norm: Account | None = None


def unit_economics(
    settings: Settings, question: Question, given: str, choices: Choices, audience: Audience = Audience.OFFICE
) -> Economics:
    """What the unit with this id or name is worth.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``no_model``, ``unknown_option`` and ``value_unreadable`` for choices,
        ``database_failed``.
    """
    found = appraised(settings, question, audience)
    return economics_of(found, find_unit(found.table, given), choices)


def economics_of(
    found: Appraised,
    unit_id: str,
    choices: Choices,
    market: LabourMarket | None = None,
    drawn: pd.DataFrame | None = None,
) -> Economics:
    """What a unit of an appraisal is worth: for the public it was made with private fields unknown, and so is this.

    Parameters
    ----------
    found
        The appraisal.
    unit_id
        The unit.
    choices
        What was changed.
    market
        `engine.economics.jobs.labour_market` of all units of the appraisal, where that is known already.
    drawn
        Its row of :func:`register_economics`, shape (1, columns), under the same choices, where many units were worked
        together.

    Raises
    ------
    EhyaError
        ``unknown_option``, ``value_unreadable``.
    """
    row, assumed = found.table.loc[[unit_id]], choices.of(unit_id)
    low, point, high = (float(row[name].astype("float64").iloc[0]) for name in columns(Output.JOBS_IF_REVIVED))
    known = facts(
        row, row[columns(Output.JOBS_IF_REVIVED)[1]], price_year=found.question.price_year, index=found.prices
    )
    plain, known = known, known.with_doubts([point], assumed)
    gaps = tuple(Gap(name) for name in known.gaps.columns[known.gaps.iloc[0]])
    year = _price_year(row, found.question)
    name = "" if pd.isna(row["name"].iloc[0]) else str(row["name"].iloc[0])
    origin = "" if pd.isna(row["origin"].iloc[0]) else str(row["origin"].iloc[0])
    if set(gaps) & FORBIDDING:
        return Economics(name, unit_id, year, gaps, assumed, None, origin=origin)
    around = (market or labour_market(found.table)).only(found.table.index.get_indexer(row.index))
    jobs, dollar = np.array([point]), _rial_per_usd(year)
    told = unit_account(known, around, jobs, assumed, rial_per_usd=dollar)
    at_norm = None
    if choices.in_full and Gap.CAPITAL_BELOW_NORM in gaps:
        at_norm = unit_account(known.without_capital(), around, jobs, lowest_norm(assumed), rial_per_usd=dollar)
    values = assumed.points()
    if drawn is None:
        worked = worth(
            row,
            row,
            assumed,
            draws=choices.draws,
            seed=choices.seed,
            price_year=found.question.price_year,
            prices=found.prices,
            around=around,
            known=plain,
        )
        drawn = summary(worked, dscr_floor=values["dscr_floor"])
    project = unit_project(known, jobs, values)
    full = choices.in_full
    return Economics(
        name=name,
        unit_id=unit_id,
        price_year=year,
        gaps=gaps,
        assumed=assumed,
        account=told,
        views={persona: view(told, persona, dscr_floor=values["dscr_floor"]) for persona in Persona if full},
        drawn=drawn.iloc[0],
        steps=_moved(project, values["real_discount_rate"], assumed) if full else (),
        ranges=tuple(ranges(known, jobs, assumed, jobs_range=(low, high))) if full else (),
        scenarios={
            scenario: unit_account(
                known, around, jobs, assumed.changed(changes, option=f"scenarios.{scenario}"), rial_per_usd=dollar
            )
            for scenario, changes in choices.scenarios.items()
        },
        origin=origin,
        real_rate=values["real_discount_rate"],
        project=project,
        at_norm=at_norm,
    )


def project_economics(path: Path, choices: Choices) -> Economics:
    """What a project of a file is worth.

    Raises
    ------
    EhyaError
        What ``engine.economics.project_file.read_project`` raises; ``unknown_option``, ``value_unreadable``.
    """
    return stated_economics(read_project(path), choices)


def stated_economics(stated: StatedProject, choices: Choices) -> Economics:
    """What a stated project is worth."""
    assumed = Assumptions.from_reference().changed(choices.changes)
    values = assumed.points()
    standards = Standards(
        real_rate=values["real_discount_rate"],
        dscr_floor=values["dscr_floor"],
        loan_rate=values["loan_rate"],
        market_rate=values["market_rate"],
        rial_per_usd=_rial_per_usd(stated.price_year),
    )
    told = stated_account(stated, standards)
    rate = standards.real_rate if stated.real_rate is None else stated.real_rate
    project = plan(stated)
    return Economics(
        name=stated.name,
        unit_id="",
        price_year=stated.price_year,
        gaps=(),
        assumed=assumed,
        account=told,
        views={persona: view(told, persona, dscr_floor=standards.dscr_floor) for persona in Persona},
        steps=tuple(
            steps(project, rate, step=assumed.value("sensitivity_step"), shock=assumed.value("exchange_shock"))
        ),
        real_rate=rate,
        project=project,
    )


def register_economics(found: Appraised, units: pd.Index, choices: Choices) -> pd.DataFrame:
    """Worth of many units of an appraisal, as columns to stand beside it.

    Parameters
    ----------
    found
        The appraisal; all its units count as rivals of each other.
    units
        Ids of those whose worth is wanted, shape (n,).
    choices
        Assumptions, draws and seed. Changes by unit are left to :func:`unit_economics`.

    Returns
    -------
    pandas.DataFrame
        Shape (n, columns), index ``units``: ``engine.economics.worth.summary`` and ``economics_gaps`` (codes joined by
        ``;``).

    Raises
    ------
    EhyaError
        ``unknown_option``, ``value_unreadable``.
    """
    assumed = Assumptions.from_reference().changed(choices.changes)
    table = found.table.loc[units]
    worked = worth(
        table,
        table,
        assumed,
        draws=choices.draws,
        seed=choices.seed,
        price_year=found.question.price_year,
        prices=found.prices,
        around=labour_market(found.table).only(found.table.index.get_indexer(units)),
    )
    said = summary(worked, dscr_floor=assumed.value("dscr_floor"))
    joined = [";".join(worked.gaps.columns[row]) for row in worked.gaps.to_numpy(dtype=bool)]
    return said.assign(economics_gaps=joined)


def register_flows(found: Appraised, units: pd.Index, choices: Choices) -> pd.DataFrame:
    """Cash flow of the project of each unit by year, in prices of the first, at the points of all that is assumed.

    Parameters
    ----------
    found
        The appraisal.
    units
        Ids of those whose flow is wanted, shape (n,).
    choices
        Assumptions.

    Returns
    -------
    pandas.DataFrame
        Shape (n, years), rial, index ``units``, columns years from 0; missing where a unit cannot be judged.

    Raises
    ------
    EhyaError
        ``unknown_option``, ``value_unreadable``.
    """
    values = Assumptions.from_reference().changed(choices.changes).points()
    table = found.table.loc[units]
    jobs = table[columns(Output.JOBS_IF_REVIVED)[1]].astype("float64")
    known = facts(table, jobs, price_year=found.question.price_year, index=found.prices)
    project = revival(known, jobs.to_numpy(), values)
    flow = real_flows(statements(project).project_flow, project.inflation)
    return pd.DataFrame(np.where(known.judged[:, None], flow, np.nan), index=units)


def package_economics(
    found: Appraised,
    *,
    price_year: int | None = None,
    choices: Choices | None = None,
    norms_stand_in: bool = False,
) -> pd.DataFrame:
    """What a package may count of each unit, as `engine.packages.candidates.candidate_table` takes it.

    Parameters
    ----------
    found
        The appraisal.
    price_year
        Jalali year of all money; that of the question where ``None``.
    choices
        Assumptions and seed; the defaults where ``None``. Its draws are left: `PACKAGE_DRAWS` are enough for ends.
    norms_stand_in
        Whether capital that no record states comes from the norm of its sector.

    Returns
    -------
    pandas.DataFrame
        Index of the units: ``net`` (net weighted jobs for one direct job), ``capital`` and ``public_money`` (rial),
        ``npv_low, npv_point, npv_high`` (billion rial, 80 % interval); missing where a unit cannot be judged, and
        ``capital`` also where only a norm speaks of it, unless norms stand in. Above `DRAWN_UNITS` units nothing is
        drawn, and the interval is the point.

    Raises
    ------
    EhyaError
        ``unknown_option``, ``value_unreadable``.
    """
    table, wanted = found.table, choices or Choices()
    assumed = Assumptions.from_reference().changed(wanted.changes)
    year = found.question.price_year if price_year is None else price_year
    terms: dict[str, Any] = {"price_year": year, "prices": found.prices, "around": labour_market(table)}
    point = worth(table, table, assumed, **terms)
    draws = PACKAGE_DRAWS if len(table) <= DRAWN_UNITS else None
    drawn = point if draws is None else worth(table, table, assumed, draws=draws, seed=wanted.seed, **terms)
    tail = np.quantile(drawn.npv_rial, [0.1, 0.5, 0.9], axis=0, method="inverted_cdf") / RIAL_PER_BILLION_RIAL
    low, middle, high = tail
    by_norm = np.asarray(point.gaps[Gap.CAPITAL_BY_NORM.value], dtype=bool)
    return pd.DataFrame(
        {
            "net": point.weighted_jobs[0] / point.gross_jobs[0],
            "capital": np.where(by_norm & (not norms_stand_in), np.nan, point.capital_rial[0]),
            "public_money": point.public_rial[0],
            "npv_low": low,
            "npv_point": middle,
            "npv_high": high,
        },
        index=table.index,
    )


def ask(path: Path | None, changes: Mapping[str, object], *, draws: int, seed: int) -> Choices:
    """Choices of a file, where there is one, and of the command on top of them.

    Raises
    ------
    EhyaError
        What :func:`read_choices` raises; ``unknown_option`` and ``value_unreadable`` for changes.
    """
    stated = Choices() if path is None else read_choices(path)
    whole = {**stated.changes, **changes}
    Assumptions.from_reference().changed(stated.changes, option="assumptions").changed(changes, option="--assume")
    return replace(stated, changes=whole, draws=draws, seed=seed)


def read_choices(path: Path) -> Choices:
    """Read a file of assumptions: ``assumptions``, ``units`` (by id) and ``scenarios`` (by name), all optional.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``; ``unknown_option`` for another key.
    """
    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
    try:
        stated = yaml.safe_load(path.read_text("utf-8-sig"))
    except (yaml.YAMLError, ValueError) as error:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=str(path), reason=str(error)) from error
    keys = {"assumptions": "changes", "units": "by_unit", "scenarios": "scenarios"}
    if not isinstance(stated, Mapping) or not all(isinstance(one, Mapping) for one in stated.values()):
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=str(path), given=str(stated)[:80], allowed=list(keys))
    if strange := [key for key in stated if key not in keys]:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option=str(path), given=str(strange[0]), allowed=list(keys))
    read: dict[str, Any] = {keys[key]: dict(value) for key, value in stated.items()}
    return Choices(**read)


def _moved(project: Project, real_rate: float, assumed: Assumptions) -> tuple[Swing, ...]:
    by = {"step": assumed.value("sensitivity_step"), "shock": assumed.value("exchange_shock")}
    return tuple(steps(project, real_rate, **by))


def _price_year(row: pd.DataFrame, question: Question) -> int | None:
    if question.price_year is not None:
        return question.price_year
    stated = row["price_year"].iloc[0]
    return None if pd.isna(stated) else int(stated)


def _rial_per_usd(year: int | None) -> float | None:
    """Mean free rate of a year; ``None`` where no whole year of it is known."""
    dollars = np.nan if year is None else float(usd(1.0, year, market=UsdMarket.FREE))
    return None if np.isnan(dollars) else 1 / dollars
