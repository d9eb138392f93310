"""No county, sector or size left behind: two questions of each group, with control over all groups at once.

A group is refused only where both are answered badly. Is what came of it too bad for chance, were the model right there
(adjusted over all groups, so that a right model shuts the gate in one training of twenty at most)? And does the
opponent do better there, by more than a tenth and by more than chance? One question alone fails: the second, asked of
some eighteen groups of 30 units, shuts on a right model every third time; kept at 5 % over all groups, it would miss
every other group of 100 units that is 30 % worse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from training.evaluation.judged_table import CHAMPION_LEFT_OUT, GROUPS, LEAST_OUTCOMES, LEFT_OUT, brier, in_order
from training.gates.rules import CHAMPION, Gate, Verdict, opponent

Floats = npt.NDArray[np.float64]

WORSE = 0.10
"""Share by which a group's loss may lie above the opponent's."""

SURE = 0.90
"""Level of the paired interval of a group: as wide as may be, so that of a group of 100 units that is truly
``MISSED_SHARE`` worse four times of five its lower end lies above zero. 94 % would do for a hundred of equal weight;
units have unlike numbers of rows, and ``experiments.retraining`` measures what is caught."""

FALSE_ALARM = 0.05
"""Share of trainings whose gate a right model may find shut."""

MISSED_SHARE = 0.30
"""How much worse a group is of which the power is stated."""

WORLDS = 2000
"""Resamples of the units, and worlds in which the model is right."""

_CELLS = 4_000_000


def group_losses(judged: pd.DataFrame, *, random_state: int = 0, worlds: int = WORLDS) -> pd.DataFrame:
    """Brier score by group, beside the opponent's; groups too small to be judged alone are pooled.

    Parameters
    ----------
    judged
        Judged table. Where it has ``left_out_probability``, model and opponent are taken as they are when fitted to all
        that is known but for the unit's part: which groups are left behind is asked of models of the size that goes to
        work (``training.evaluation.left_out``, decision 0028).
    random_state
        Seed of resamples and worlds.
    worlds
        How many of each.

    Returns
    -------
    pandas.DataFrame
        Columns ``by`` (county, sector, size), ``group`` (missing for the pool of small ones), ``units``, ``rows``,
        ``effective_units`` (of equal weight, worth as much), ``brier``, ``brier_opponent``, ``worse_share`` (0.1: a
        tenth above the opponent), ``difference`` (of the two, above zero is worse) with ``difference_low`` and
        ``difference_high`` (paired 90 % interval, bootstrap by unit), and ``chance``: how often any group of a model
        that is right would look as bad as this one (Westfall and Young 1993, "Resampling-based multiple testing",
        single step); missing for pools.
    """
    compared = _compared(judged)
    parts = [_of(compared, by) for by in GROUPS]
    table = pd.concat([part for part, _ in parts], ignore_index=True)
    member = np.hstack([inside for _, inside in parts])
    base = table["brier_opponent"]
    worse = (table["brier"] / base.where(base > 0) - 1).fillna((table["brier"] > 0) * np.inf)
    table = table.assign(worse_share=worse, difference=table["brier"] - base)
    low, high = _interval(compared, member, random_state, worlds)
    alone = table["group"].notna().to_numpy()
    chance = np.full(len(table), np.nan)
    if alone.any():
        found = table["difference"].to_numpy()[alone]
        chance[alone] = _chance(compared, member[:, alone], found, random_state, worlds)
    return table.assign(difference_low=low, difference_high=high, chance=chance)


def no_group_worse(judged: pd.DataFrame, *, random_state: int = 0, worlds: int = WORLDS) -> Verdict:
    """Is no county, sector or size served worse than by the opponent?

    Parameters
    ----------
    judged
        Judged table.
    random_state
        Seed of resamples and worlds.
    worlds
        How many of each.

    Returns
    -------
    Verdict
        Shuts when a group with at least ``LEAST_OUTCOMES`` units came out as a right model's would in less than
        ``FALSE_ALARM`` of trainings, while the opponent's Brier score is lower there by more than ``WORSE`` and by more
        than chance (lower end of its interval above zero). Smaller groups are pooled; the pool is told and shuts
        nothing. ``power`` says of the smallest and the largest judged group how often it would be refused if it were
        truly ``MISSED_SHARE`` worse.
    """
    return group_verdict(group_losses(judged, random_state=random_state, worlds=worlds))


def group_verdict(table: pd.DataFrame) -> Verdict:
    """What ``no_group_worse`` says, of losses that were computed before.

    Parameters
    ----------
    table
        What ``group_losses`` gives.
    """
    alone = table[table["group"].notna()]
    behind = (alone["worse_share"] > WORSE) & (alone["difference_low"] > 0)
    worse = alone[behind & (alone["chance"] <= FALSE_ALARM)]
    pooled = table[table["group"].isna()]
    sizes = alone.sort_values("units", kind="stable").drop_duplicates("units").iloc[[0, -1]] if len(alone) else alone
    sizes = sizes.drop_duplicates("units")
    facts = {
        "worse": [_line(row) for row in worse.to_dict("records")],
        "judged_groups": len(alone),
        "pooled": [_line(row) for row in pooled.to_dict("records")],
        "power_of": MISSED_SHARE,
        "power": [
            {"units": int(units), "power": round(power(effective, groups=len(alone)), 2)}
            for units, effective in zip(sizes["units"], sizes["effective_units"], strict=True)
        ],
    }
    return Verdict(Gate.NO_GROUP_WORSE, worse.empty, facts)


def group_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Losses by group as plain values; ``group`` is ``None`` for the pool of small ones."""
    shown = table.drop(columns="effective_units")  # it serves the power alone
    finite = shown.astype(object).where(shown.notna() & (shown != float("inf")), None)
    return [{str(name): value for name, value in row.items()} for row in finite.to_dict("records")]


def power(units: float, *, worse_share: float = MISSED_SHARE, groups: int = 18) -> float:
    """How often a group is refused that is truly worse by some share, where the opponent is right of it.

    With the opponent's probabilities q right and loss q(1 - q), a loss higher by the share s is a mean squared
    difference of s q(1 - q); the paired difference then has the standard deviation 2 sqrt(s) q(1 - q), so that after n
    units it lies sqrt(s n) / 2 standard errors above zero, and twice that above what a right model would show.

    Parameters
    ----------
    units
        Units of the group, as many of equal weight as its own are worth.
    worse_share
        By which its loss lies above the opponent's.
    groups
        How many are judged: the adjustment is taken as Bonferroni's, a little too strict.

    Examples
    --------
    >>> [round(power(units), 2) for units in (30, 100, 300)]
    [0.44, 0.86, 1.0]
    """
    apart = np.sqrt(worse_share * units) / 2
    behind = float(norm.ppf((1 + SURE) / 2))
    unlikely = float(norm.ppf(1 - FALSE_ALARM / groups)) - apart
    return float(norm.cdf(apart - max(behind, unlikely)))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows that both answered: model, opponent, label and weight, shape (n,), and the number of each row's unit."""

    rows: pd.DataFrame
    own: Floats
    other: Floats
    label: Floats
    weight: Floats
    unit: npt.NDArray[np.intp]

    @property
    def units(self) -> int:
        return int(self.unit.max()) + 1 if len(self.unit) else 0


def _compared(judged: pd.DataFrame) -> _Rows:
    own, other = columns_of(judged)
    rows = in_order(judged[judged[other].notna()])
    columns = (rows[name].to_numpy(np.float64) for name in (own, other, "label", "weight"))
    owns, others, label, weight = columns
    return _Rows(rows, owns, others, label, weight, np.asarray(pd.factorize(rows["unit_id"])[0], dtype=np.intp))


def columns_of(judged: pd.DataFrame) -> tuple[str, str]:
    """Which columns of a judged table the gate of groups reads.

    Parameters
    ----------
    judged
        Judged table.

    Returns
    -------
    own, other
        Model and opponent: both as fitted to all but the unit's part where that was asked of both, else both by time.

    Examples
    --------
    >>> rows = pd.DataFrame({"unit_id": ["a"], "probability": 0.2, "left_out_probability": 0.3,
    ...     "champion_probability": float("nan"), "champion_left_out_probability": float("nan")})
    >>> columns_of(rows)
    ('left_out_probability', 'prior_probability')
    """
    champion = opponent(judged) == CHAMPION
    other = "champion_probability" if champion else "prior_probability"
    if LEFT_OUT not in judged.columns or not judged[LEFT_OUT].notna().all():
        return "probability", other
    if not champion:
        return LEFT_OUT, other
    met = judged[judged[other].notna()]
    return (LEFT_OUT, CHAMPION_LEFT_OUT) if met[CHAMPION_LEFT_OUT].notna().all() else ("probability", other)


def _of(compared: _Rows, by: str) -> tuple[pd.DataFrame, Floats]:
    """Groups of one kind, and which rows are in which, shape (n, groups)."""
    name = compared.rows[by].astype("object")
    counts = compared.rows.groupby(name)["unit_id"].nunique()
    kept = name.where(name.isin(counts.index[counts >= LEAST_OUTCOMES]))
    code, names = pd.factorize(kept, sort=True, use_na_sentinel=False)
    member = (code[:, None] == np.arange(len(names))).astype(np.float64)
    weight = compared.weight @ member
    losses = {
        "brier": brier(compared.label, compared.own),
        "brier_opponent": brier(compared.label, compared.other),
    }
    part = pd.DataFrame(
        {
            "by": by,
            "group": names,
            "units": compared.rows.groupby(code)["unit_id"].nunique().reindex(range(len(names))).to_numpy(),
            "rows": member.sum(axis=0).astype(int),
            "effective_units": _effective(compared, member),
            **{name: (compared.weight * loss) @ member / weight for name, loss in losses.items()},
        }
    )
    return part, member


def _effective(compared: _Rows, member: Floats) -> Floats:
    """Units of equal weight that are worth as much: those of many rows weigh more (Kish 1965, "Survey sampling")."""
    weight = np.zeros((compared.units, member.shape[1]))
    np.add.at(weight, compared.unit, compared.weight[:, None] * member)
    return np.asarray(weight.sum(axis=0) ** 2 / (weight**2).sum(axis=0))


def _interval(compared: _Rows, member: Floats, random_state: int, worlds: int) -> tuple[Floats, Floats]:
    """Ends of the paired interval of each group's difference."""
    apart = brier(compared.label, compared.own) - brier(compared.label, compared.other)
    units, groups = compared.units, member.shape[1]
    sums = np.zeros((2, units, groups))
    for place, each in enumerate((compared.weight * apart, compared.weight)):
        np.add.at(sums[place], compared.unit, each[:, None] * member)
    generator, even = np.random.default_rng(random_state), np.full(units, 1 / max(units, 1))
    found = np.empty((worlds, groups))
    for start, stop in _chunks(units, worlds):
        drawn = generator.multinomial(units, even, size=stop - start).astype(np.float64)
        weight = drawn @ sums[1]
        found[start:stop] = np.divide(drawn @ sums[0], weight, out=np.zeros_like(weight), where=weight > 0)
    low, high = np.quantile(found, [(1 - SURE) / 2, (1 + SURE) / 2], axis=0)
    return low, high


def _chance(compared: _Rows, member: Floats, found: Floats, random_state: int, worlds: int) -> Floats:
    """How often the worst group of a right model looks as bad as each was found."""
    weight = compared.weight @ member
    fixed = (compared.weight * (compared.own**2 - compared.other**2)) @ member / weight
    moved = 2 * (compared.weight * (compared.own - compared.other))[:, None] * member / weight
    generator = np.random.default_rng([29, random_state])
    said = np.empty((worlds, member.shape[1]))
    for start, stop in _chunks(len(compared.rows), worlds):
        # One number for all rows of a unit: its quarters overlap, and are taken to come out as one.
        luck = generator.random((stop - start, compared.units))[:, compared.unit]
        said[start:stop] = fixed - (luck < compared.own) @ moved
    centre, spread = said.mean(axis=0), said.std(axis=0)
    varies = spread > 1e-12
    scale = np.where(varies, spread, 1.0)
    worst = np.where(varies, (said - centre) / scale, -np.inf).max(axis=1)
    here = np.where(varies, (found - centre) / scale, -np.inf)
    reached = (worst[:, None] >= here - 1e-9).sum(axis=0)
    return np.asarray((1 + reached) / (1 + worlds), dtype=np.float64)


def _chunks(columns: int, worlds: int) -> list[tuple[int, int]]:
    step = max(1, min(worlds, _CELLS // max(columns, 1)))
    return [(start, min(start + step, worlds)) for start in range(0, worlds, step)]


def _line(row: Mapping[Any, Any]) -> dict[str, Any]:
    names = (
        "by", "group", "units", "rows", "brier", "brier_opponent", "worse_share", "difference", "difference_low",
        "difference_high", "chance",
    )  # fmt: skip
    kept = {name: row[name] for name in names}
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value for name, value in kept.items()
    }
