"""Fit a model of press reports and of the register's ripe outcomes, under official rates and prior effects."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from engine.errors import EhyaError, ErrorCode
from engine.reference.effects import effects as effects_of_the_table
from engine.scoring.artefact import Model
from engine.scoring.belief import stand
from engine.scoring.design import clipped
from engine.scoring.document import ReportedDocument, of_kind
from engine.scoring.first_day import BeliefColumn, PanelJobs
from engine.scoring.runtime import sector_shift
from engine.scoring.size import jobs
from features import matrix
from training.cohort.press_sample import Sample
from training.models.belief import Source, belief_columns, widened_slopes
from training.models.first_day import FirstDay, first_day, official_population
from training.models.jobs import UNIT_SPREAD
from training.models.panel_jobs import Expected, kinds, panel_jobs
from training.models.press import ALLOWED, DESCRIBED, Fitted, fit
from training.panel.comparisons import Panel, comparisons, sides
from training.priors.official_rates import OfficialSize, Priors, capacity_rate, jobs_size, restart_rate
from training.priors.prior_effects import Slopes, slopes
from training.tuning.progress import Progress, SearchStage, silent

TRIALS = 12
LEAST_UNITS = 60
LEAST_JOBS = 20


def fit_sample(
    seen: Sample,
    *,
    as_of: pd.Timestamp,
    random_state: int = 0,
    trials: int = TRIALS,
    progress: Progress = silent,
    rates: pd.DataFrame | None = None,
    averages: pd.DataFrame | None = None,
    register: pd.DataFrame | None = None,
    effects: pd.DataFrame | None = None,
    panel: Panel | None = None,
) -> Fitted:
    """Fit a sample under the priors of official counts, moved by what the register has seen.

    Parameters
    ----------
    seen
        Training sample.
    as_of, random_state, trials, progress
        Last day whose facts may be seen, seed, penalties to try, and who is called with what is done.
    rates, averages
        Official counts; the tables ``revival_rates`` and ``jobs_per_unit`` when ``None``.
    register
        Unit table of the register, whatever its origin: over its idle units the mean of restarts is the official rate,
        and what they show stands in for what a unit does not state.
    effects
        Prior effects (``engine.reference.effects.effects``); those of the table when ``None``.
    panel
        What experts said of pairs of the register's units.

    Raises
    ------
    EhyaError
        ``too_few_rows``.
    """
    known_jobs = int((~np.isnan(seen.jobs)).sum())
    for known, least in ((len(seen), LEAST_UNITS), (known_jobs, LEAST_JOBS)):
        if known < least:
            raise EhyaError(ErrorCode.TOO_FEW_ROWS, given=known, allowed=least)
    priors = Priors(restart=restart_rate(rates), capacity=capacity_rate(), size=jobs_size(averages))
    tell = lambda share: progress(SearchStage.FITTING, share)  # noqa: E731
    # Matrices of fifty columns: a second thread costs more than it brings, and far more on a busy machine.
    with threadpool_limits(limits=1):
        fitted = fit(
            seen, priors, as_of=as_of, random_state=random_state, trials=trials, register=register, progress=tell
        )
        rows = effects_of_the_table() if effects is None else effects
        return _of_the_first_day(fitted, seen, rows, priors.size, register, as_of, panel)


def _of_the_first_day(
    fitted: Fitted,
    seen: Sample,
    rows: pd.DataFrame,
    size: OfficialSize,
    register: pd.DataFrame | None,
    as_of: pd.Timestamp,
    panel: Panel | None,
) -> Fitted:
    """The model with the sections that its feasibility and jobs rest on."""
    document = of_kind(fitted.model.document, ReportedDocument)
    population = official_population(seen.units[seen.label == 0], register)
    everywhere = matrix(population, DESCRIBED, document.fitted, as_of=as_of)
    described = belief_columns(rows, everywhere)
    asked = _Asked.of(panel, register, described, document, as_of)
    first = first_day(
        rows,
        seen,
        fitted.matrix,
        everywhere,
        allowed=ALLOWED.names,
        official=document.population,
        size=size,
        unit_spread=UNIT_SPREAD,
        further=[] if asked is None else [asked.restarts],
    )
    if asked is not None:
        listened = asked.jobs(widened_slopes(slopes(rows, "restart"), described), first, document, fitted.matrix, seen)
        first = replace(first, size=first.size.changed(panel=listened))
    document = document.changed(belief=first.belief, size=first.size, ranges=first.ranges, version="")
    document = document.changed(version=document.name_of(as_of))
    return replace(fitted, model=Model(fitted.model.heads, document))


@dataclass(frozen=True, eq=False, slots=True)
class _Asked:
    """A panel beside the units of its pairs, as the belief reads them."""

    panel: Panel
    columns: list[BeliefColumn]
    matrix: pd.DataFrame
    shown: pd.DataFrame

    @classmethod
    def of(
        cls,
        panel: Panel | None,
        register: pd.DataFrame | None,
        described: list[BeliefColumn],
        document: ReportedDocument,
        as_of: pd.Timestamp,
    ) -> _Asked | None:
        if panel is None or register is None or not len(panel.answers):
            return None
        units = register[register.index.isin(panel.units)]
        own = matrix(units, DESCRIBED, document.fitted, as_of=as_of)
        seen = stand(described, own)
        shown = pd.DataFrame(np.where(seen.missing, np.nan, seen.away), index=units.index)
        return cls(panel, described, own, shown)

    @property
    def restarts(self) -> Source:
        return comparisons(self.panel.answers, self.panel.questions, self.shown)

    def jobs(
        self, belief: Slopes, first: FirstDay, document: ReportedDocument, described: pd.DataFrame, seen: Sample
    ) -> PanelJobs | None:
        spreads, centres = (np.array([getattr(each, name) for each in self.columns]) for name in ("spread", "centre"))
        sizes = tuple(sign.feature for sign in first.size.signs)
        known = seen.register & (seen.jobs > 0)
        told = self.panel.answers, self.panel.questions, self.shown
        return panel_jobs(
            kinds(belief, spreads, sizes),
            centres,
            comparisons(*told, output="jobs"),
            sides(*told, output="jobs"),
            _expected(first, document, self.matrix),
            seen=_expected(first, document, described[known]),
            counted=seen.jobs[known],
        )


def _expected(first: FirstDay, document: ReportedDocument, described: pd.DataFrame) -> Expected:
    ready, _ = clipped(described, first.ranges)
    return Expected(jobs(first.size, ready, sector_shift(document.promoted, ready)), ready)
