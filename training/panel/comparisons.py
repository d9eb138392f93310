"""What a panel tells a belief: paired comparisons as rows of a likelihood (Bradley and Terry 1952).

Of two units of which just one restarts it is the first with probability ``expit(score of the first - score of the
second)``; the scores are those of the line of restarts, so that a comparison speaks of the same slopes as an outcome
does. An answer stands for a probability (``CHANCES``, named in the form): it counts as that share of a win and the rest
of a loss. Levels cancel out: a panel has no say in how many units come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.models.belief import Source
from training.panel.agreement import agreement
from training.panel.answers import Answer
from training.panel.answers import answers as taken
from training.panel.answers import questions as handed_out

Floats = npt.NDArray[np.float64]

CHANCES = {
    Answer.FIRST_MUCH.value: 5 / 6,
    Answer.FIRST.value: 2 / 3,
    Answer.EQUAL.value: 1 / 2,
    Answer.SECOND.value: 1 / 3,
    Answer.SECOND_MUCH.value: 1 / 6,
}
"""What an answer stands for: five to one, two to one, one to one (assumed). The form says so."""

PANEL_WEIGHT = 0.5
"""What a sound answer counts for beside an outcome of the register (assumed): it is an opinion about records."""

SHARED_ERROR = 0.3
"""Correlation of what experts who read the same records err by (assumed): ten of them are worth 2.7 apart."""


@dataclass(frozen=True, eq=False, slots=True)
class Panel:
    """What experts were asked and what they said.

    Parameters
    ----------
    questions, answers
        Tables of ``training.panel.answers``.
    """

    questions: pd.DataFrame
    answers: pd.DataFrame

    @classmethod
    def of(cls, folder: Path) -> Panel:
        """What a workspace holds; empty tables where nobody was asked.

        Raises
        ------
        EhyaError
            ``file_unreadable``.
        """
        return cls(handed_out(folder), taken(folder))

    @property
    def units(self) -> list[str]:
        """Ids of the units in the pairs."""
        return sorted({*self.questions["first"], *self.questions["second"]})


def comparisons(
    answers: pd.DataFrame, questions: pd.DataFrame, shown: pd.DataFrame, *, output: str = "restart"
) -> Source:
    """Answers as a source that moves the slopes of a belief.

    Parameters
    ----------
    answers, questions
        Tables of ``training.panel.answers``.
    shown
        Shape (units, columns of the belief), index ``unit_id``: what units show, NaN where it is not known. Pairs of
        which a unit is not there any more are left out.
    output
        The question whose answers speak: ``restart`` or ``jobs`` (``training.models.panel_jobs``).

    Returns
    -------
    Source
        Named ``panel``; two rows for each answer, a win and a loss, without a level of its own.
    """
    own = _answered(answers, questions, shown, output)
    if own.empty:
        none = np.zeros(0)
        return Source("panel", np.zeros((0, shown.shape[1])), none, none, intercept=False)
    # What is not known of either unit is not compared.
    away = shown.loc[own["first"]].to_numpy(np.float64) - shown.loc[own["second"]].to_numpy(np.float64)
    away = np.nan_to_num(away)
    chance = own["answer"].map(CHANCES).to_numpy(np.float64)
    weight = _weights(own, answers, questions, output)
    return Source(
        "panel",
        np.vstack([away, away]),
        np.concatenate([np.ones(len(own)), np.zeros(len(own))]),
        np.concatenate([weight * chance, weight * (1 - chance)]),
        intercept=False,
    )


def sides(answers: pd.DataFrame, questions: pd.DataFrame, shown: pd.DataFrame, *, output: str) -> pd.DataFrame:
    """Whom each comparison of :func:`comparisons` is about, in its order.

    Parameters
    ----------
    answers, questions, shown, output
        As there.

    Returns
    -------
    pandas.DataFrame
        ``first, second`` (row of ``shown``) and ``much``: the answer was "much likelier" of either side.
    """
    own = _answered(answers, questions, shown, output)
    places = {side: shown.index.get_indexer(pd.Index(own[side])) for side in ("first", "second")}
    return pd.DataFrame(places | {"much": own["answer"].isin([Answer.FIRST_MUCH, Answer.SECOND_MUCH]).to_numpy()})


def _answered(answers: pd.DataFrame, questions: pd.DataFrame, shown: pd.DataFrame, output: str) -> pd.DataFrame:
    own = answers[answers["output"] == output].merge(questions, on=["panel", "number"])
    return own[own["first"].isin(shown.index) & own["second"].isin(shown.index)]


def _weights(own: pd.DataFrame, answers: pd.DataFrame, questions: pd.DataFrame, output: str) -> Floats:
    sound = {one.code: one.weight for one in agreement(answers, questions, output=output).experts}
    # Experts who did not compare are no witnesses: they do not make those who did count less.
    quality = own["expert"].map(sound).to_numpy(np.float64)
    together = pd.Series(quality).groupby([own["panel"].to_numpy(), own["number"].to_numpy()]).transform("sum")
    shared = 1 + np.maximum(together.to_numpy(np.float64) - 1, 0.0) * SHARED_ERROR
    return np.asarray(PANEL_WEIGHT * quality / shared)
