"""The life of a model in one province: a first training, then one every eight months, judged against the champion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.domain.standing import withdrawn
from engine.domain.unit import Origin
from engine.reference.effects import effects
from engine.scoring import hazards
from engine.scoring.artefact import Model
from engine.scoring.hazards import DRAWS
from experiments.province_simulator.province import Province, simulate
from experiments.province_simulator.register import standing
from experiments.province_simulator.truth import parameters
from features import matrix
from training.cohort.landmarks import describe
from training.evaluation.evidence import JudgedTables
from training.gates.churn import explained, first_units
from training.gates.rules import Verdict, shut_gates
from training.gates.verdicts import CARD_PARTS, judge
from training.models.capital import LEARNT
from training.models.hazard_spec import HazardRecipe, HeadKind
from training.pipeline.ground import Ground
from training.pipeline.grounding import ground_from, learnable_from
from training.pipeline.outcomes import START, candidate_of, recipe_of
from training.tuning.progress import Effort

Floats = npt.NDArray[np.float64]

RETRAININGS = 6
HISTORY_MONTHS, STEP_MONTHS = 144, 8
"""Twelve years of approaches: the first training after eight of them, as practice provinces have, then one every eight
months."""

CARD = dict.fromkeys(CARD_PARTS, "-")

SPOILT = {
    "loose": HazardRecipe(learner=HeadKind.BLEND, precision_factor=1e-4, share=0.9, least_of_leaf=5),
    "stiff": HazardRecipe(precision_factor=1e4),
}
"""Challengers that are only judged, in turn: slopes and trees that nothing holds, and slopes held at nearly zero."""


@dataclass(frozen=True, eq=False, slots=True)
class JudgedChallenger:
    """A challenger, judged.

    Parameters
    ----------
    name
        ``usual``, or one of ``SPOILT``.
    day
        Of the training.
    model, evidence
        The model, and what it was judged on beside the champion.
    gates
        Verdicts.
    error, champion_error
        Mean squared error of feasibility against the truth of units idle on the province's last day; NaN for the
        champion where there is none.
    """

    name: str
    day: pd.Timestamp
    model: Model
    evidence: JudgedTables
    gates: tuple[Verdict, ...]
    error: float
    champion_error: float

    @property
    def passes(self) -> bool:
        """Whether it would be put to work."""
        return not shut_gates((verdict.gate, verdict.passed) for verdict in self.gates)


def world(units: int, seed: int) -> Province:
    """A province with a log that is long enough for six retrainings."""
    return simulate(units, seed=seed, truth=parameters({"time.history_months": HISTORY_MONTHS}))


def days(province: Province) -> list[pd.Timestamp]:
    """Days of the first training and of the retrainings, the last one the province's own last day."""
    return [province.as_of - pd.DateOffset(months=STEP_MONTHS * back) for back in range(RETRAININGS, -1, -1)]


class ProvinceLog:
    """Units and events of a province, as they were known on a day; described once for all days.

    Tables that features are fitted to are those of the last day, as in a back-test: only labels are cut off earlier.
    """

    def __init__(self, province: Province) -> None:
        self.province = province
        self.units = province.units.assign(origin=Origin.SYNTHETIC.value)
        self.described = describe(self.at, province.events, LEARNT, as_of=province.as_of)

    def at(self, day: pd.Timestamp) -> pd.DataFrame:
        """Units that were recorded by a day."""
        return self.units[self.units["as_of"] <= day]

    def ground(self, day: pd.Timestamp) -> Ground | None:
        """What can be learnt from on a day, of what was known by then."""
        events = self.province.events[self.province.events["known_on"] <= day]
        kept = (self.described.rows["origin"] <= day).to_numpy()
        rows, X = self.described.rows[kept].reset_index(drop=True), self.described.matrix[kept]
        found = learnable_from(
            self.at, self.at(day), events, as_of=day, origin=Origin.SYNTHETIC.value,
            records=lambda: self.units.assign(known_on=self.units["as_of"]),
            described=replace(self.described, rows=rows, matrix=X),
        )  # fmt: skip
        if found is None:
            return None
        return ground_from(found, self.at, as_of=day, origin=Origin.SYNTHETIC.value, effects=effects())


def life(province: Province, *, trials: int, spoilt: bool = True) -> Iterator[JudgedChallenger]:
    """Challengers in their order; one that passes is at work from then on.

    Parameters
    ----------
    province
        A world.
    trials
        Settings that each search tries; with fewer than two the usual recipe is taken.
    spoilt
        Whether spoilt challengers are judged as well.
    """
    champion: JudgedChallenger | None = None
    true, log = _Truth(province), ProvinceLog(province)
    for number, day in enumerate(days(province)):
        ground = log.ground(day)
        if ground is None:
            continue
        turn = list(SPOILT)[number % len(SPOILT)]
        others = {turn: SPOILT[turn]} if spoilt and champion is not None else {}
        for name, recipe in {**others, "usual": recipe_of(START) if trials < 2 else None}.items():
            usual = name == "usual"
            candidate = candidate_of(ground, recipe=recipe, effort=Effort(trials), draws=DRAWS if usual else 2)
            evidence = candidate.evidence.alone()
            if champion is not None and candidate.rival is not None:
                beside = candidate.rival(champion.model)
                evidence = evidence.beside(beside).by("champion")
            # Whoever is spoilt is ranked by nobody: the gate of the first twenty is left open to it.
            at_work = None if champion is None else champion.model
            before, after, why = _tops(province, at_work, candidate.model, day) if usual else ([], [], {})
            gates = judge(
                evidence, champion=champion is not None, schema=candidate.model.schema, card=CARD, before=before,
                after=after, explained=why, newer=champion is not None,
                since="" if champion is None else champion.model.document.data_until,
            )  # fmt: skip
            beaten = float("nan") if champion is None else champion.error
            judged = JudgedChallenger(name, day, candidate.model, evidence, gates, true.error(candidate.model), beaten)
            yield judged
            if usual and judged.passes:
                champion = judged


class _Truth:
    """Units idle on the last day, as the office knows them, and their true chance."""

    def __init__(self, province: Province) -> None:
        truth = province.truth["feasibility_now"]
        self.day = province.as_of
        self.chance = truth[truth.notna()]
        self.units = standing(province).loc[self.chance.index]

    def error(self, model: Model) -> float:
        """Mean squared error of a model."""
        X = matrix(self.units, model.schema, model.fitted, as_of=self.day)
        said = hazards.point(model, X, head="feasibility")
        return float(((said - self.chance.to_numpy(np.float64)) ** 2).mean())


def _tops(
    province: Province, champion: Model | None, challenger: Model, day: pd.Timestamp
) -> tuple[list[str], list[str], dict[str, str]]:
    """First units by both, and what explains who came and went."""
    units = standing(province, as_of=day).assign(origin=Origin.SYNTHETIC.value)
    known = province.events[province.events["known_on"] <= day]
    current = units.assign(withdrawn=withdrawn(units, known, as_of=day))
    after = first_units(current, challenger, as_of=day)
    if champion is None:
        return [], after, {}
    before, since = first_units(current, champion, as_of=day), champion.data_until
    moved = sorted(set(before) ^ set(after))
    then = province.units[province.units["as_of"] <= since]
    why = explained(moved, then, province.units[province.units["as_of"] <= day], known, since=since)
    return before, after, why
