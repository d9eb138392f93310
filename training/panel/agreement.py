"""How far experts agree, with themselves and with each other, and what their answers may count for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from engine.codes import Code
from training.panel.answers import PanelAnswer

Floats = npt.NDArray[np.float64]

SIDE = {
    PanelAnswer.FIRST_MUCH: 1,
    PanelAnswer.FIRST: 1,
    PanelAnswer.EQUAL: 0,
    PanelAnswer.SECOND: -1,
    PanelAnswer.SECOND_MUCH: -1,
}
"""Which unit an answer is for."""

NEXT_TO_NOTHING = 0.01
"""What an answer counts for whose expert did not compare."""

ALL_EQUAL_FROM, ONE_SIDED_FROM, LEAST_ANSWERS = 0.9, 0.95, 8
"""Shares from which all answers count as equal, or as for one side, and answers from which that is said: assumed."""

BY_CHANCE = 0.25
"""Share of triples that are circular where answers are drawn by lot (Kendall and Babington Smith 1940)."""


class Doubtful(Code):
    """Why an expert's answers weigh next to nothing."""

    ALL_EQUAL = "all_equal"
    ONE_SIDED = "one_sided"
    CONTRADICTORY = "contradictory"


@dataclass(frozen=True, slots=True)
class Expert:
    """One expert's answers to one question.

    Parameters
    ----------
    code
        Never a name.
    answers, equal
        How many, and how many of them "about equal".
    triples, circular
        Groups of three units that were all compared with each other, and those in which the answers go in a circle.
    with_others
        Share of the pairs on which the expert says what most of the others say; NaN where nobody else answered.
    weight
        What one of the answers counts for beside a sound one, 0..1.
    doubts
        Why it counts less.
    """

    code: str
    answers: int
    equal: int
    triples: int
    circular: int
    with_others: float
    weight: float
    doubts: tuple[Doubtful, ...]


@dataclass(frozen=True, slots=True)
class QuestionAgreement:
    """Of one question.

    Parameters
    ----------
    output
        ``restart`` or ``jobs``.
    experts
        By code.
    concordance
        Kendall's W over the units, 0..1; NaN with fewer than two experts who answered the same pairs.
    """

    output: str
    experts: tuple[Expert, ...]
    concordance: float


def agreement(answers: pd.DataFrame, questions: pd.DataFrame, *, output: str) -> QuestionAgreement:
    """Look at the answers to one question.

    Parameters
    ----------
    answers, questions
        Tables of ``training.panel.answers``.
    output
        Which question.
    """
    own = answers[answers["output"] == output].merge(questions, on=["panel", "number"])
    own = own.assign(side=own["answer"].map({code.value: side for code, side in SIDE.items()}).astype("int64"))
    experts = tuple(_expert(str(code), rows, own) for code, rows in own.groupby("expert", sort=True))
    return QuestionAgreement(output, experts, _concordance(own))


def concordance(ranks: Floats) -> float:
    """Kendall's coefficient of concordance W, with its correction for ties (Kendall and Babington Smith 1939).

    Parameters
    ----------
    ranks
        Shape (experts, objects): mean ranks where objects are tied.

    Examples
    --------
    >>> concordance(np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]))
    1.0
    >>> concordance(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]))
    0.0
    """
    experts, objects = ranks.shape
    away = ranks.sum(axis=0) - ranks.sum(axis=0).mean()
    ties = sum(float((counts**3 - counts).sum()) for counts in (np.unique(row, return_counts=True)[1] for row in ranks))
    below = experts**2 * (objects**3 - objects) - experts * ties
    return float(12 * (away**2).sum() / below) if below > 0 else float("nan")


def circular_triples(beats: dict[tuple[str, str], int]) -> tuple[int, int]:
    """Triples that were wholly compared, and how many of them go in a circle.

    Parameters
    ----------
    beats
        (first, second) -> 1 where the first is preferred, -1 where the second is, 0 where they are equal.

    Examples
    --------
    a before b, b before c, c before a:

    >>> circular_triples({("a", "b"): 1, ("b", "c"): 1, ("a", "c"): -1})
    (1, 1)
    """
    both = beats | {(second, first): -side for (first, second), side in beats.items()}
    beside: dict[str, set[str]] = {}
    for first, second in both:
        beside.setdefault(first, set()).add(second)
    triples = circular = 0
    for one, two in sorted(pair for pair in both if pair[0] < pair[1]):
        for three in sorted(beside[one] & beside[two]):
            if three > two:
                triples += 1
                sides = [both[pair] for pair in ((one, two), (two, three), (three, one))]
                circular += sides in ([1, 1, 1], [-1, -1, -1])
    return triples, circular


def _expert(code: str, rows: pd.DataFrame, everybody: pd.DataFrame) -> Expert:
    sides = rows["side"].to_numpy()
    beats = {(str(a), str(b)): int(side) for a, b, side in zip(rows["first"], rows["second"], sides, strict=True)}
    triples, circular = circular_triples(beats)
    doubts, weight = _doubts(sides, triples, circular)
    return Expert(
        code=code,
        answers=len(rows),
        equal=int((sides == 0).sum()),
        triples=triples,
        circular=circular,
        with_others=_with_others(code, rows, everybody),
        weight=weight,
        doubts=doubts,
    )


def _doubts(sides: npt.NDArray[np.int64], triples: int, circular: int) -> tuple[tuple[Doubtful, ...], float]:
    told = sides[sides != 0]
    found = []
    if len(sides) >= LEAST_ANSWERS and (sides == 0).mean() >= ALL_EQUAL_FROM:
        found.append(Doubtful.ALL_EQUAL)
    if len(told) >= LEAST_ANSWERS and abs(told.mean()) >= 2 * ONE_SIDED_FROM - 1:
        found.append(Doubtful.ONE_SIDED)
    # Half-way between no circle and as many as lots would give counts half.
    order = max(1 - circular / (BY_CHANCE * triples), 0.0) if triples else 1.0
    if order == 0.0:
        found.append(Doubtful.CONTRADICTORY)
    return tuple(found), NEXT_TO_NOTHING if found else max(order, NEXT_TO_NOTHING)


def _with_others(code: str, rows: pd.DataFrame, everybody: pd.DataFrame) -> float:
    others = everybody[everybody["expert"] != code].groupby(["panel", "number"])["side"].sum()
    most = np.sign(others.reindex(pd.MultiIndex.from_frame(rows[["panel", "number"]])).to_numpy(np.float64))
    told = ~np.isnan(most) & (most != 0)
    return float((most[told] == rows["side"].to_numpy()[told]).mean()) if told.any() else float("nan")


def _concordance(own: pd.DataFrame) -> float:
    """W over units by how often each was preferred, of experts who answered every pair that anybody answered."""
    wide = own.pivot_table(index="expert", columns=["panel", "number"], values="side").dropna()
    if len(wide) < 2:
        return float("nan")
    pairs = own.drop_duplicates(["panel", "number"]).set_index(["panel", "number"])[["first", "second"]]
    pairs = pairs.reindex(wide.columns)
    units = sorted({*pairs["first"], *pairs["second"]})
    first, second = (np.searchsorted(units, pairs[name].to_list()) for name in ("first", "second"))
    score = np.zeros((len(wide), len(units)))
    for row, sides in enumerate(wide.to_numpy(np.float64)):
        np.add.at(score[row], first, sides)
        np.add.at(score[row], second, -sides)
    return concordance(np.array([rankdata(-row) for row in score]))
