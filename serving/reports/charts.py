"""Charts as geometry: where each mark, tick and bar stands. Templates draw it; nothing here knows of SVG or HTML."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.domain.prediction import BOUNDS
from engine.ranking import Triage
from serving.i18n import Speech

Array = NDArray[np.float64]

TRIAGE_ORDER = tuple(code.value for code in Triage)
"""Order of the classes of triage in every chart and legend."""

JOBS_STEPS = (1, 2, 5)
"""Ticks of the logarithmic jobs axis within each power of ten."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick of an axis: where it stands (pixels) and what it says."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One unit in the scatter chart; all places in pixels from the upper left corner.

    Parameters
    ----------
    x, y
        The point estimates.
    x_low, x_high, y_low, y_high
        Ends of the 80 % intervals.
    triage
        Class of the unit, decides colour and shape.
    title
        What a pointer or a screen reader is told.
    label, label_x, label_y, anchor
        Name beside the mark; empty where it would cover another.
    """

    x: float
    y: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    triage: str
    title: str
    label: str = ""
    label_x: float = 0.0
    label_y: float = 0.0
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Scatter:
    """Feasibility (across) against jobs if revived (up, logarithmic), with the frame it stands in (pixels)."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class BarGroup:
    """One line of a bar chart: units of one place or sector.

    Parameters
    ----------
    label
        Name of the place or sector.
    total
        Number of units.
    segments
        (triage, units, start in percent, length in percent of the longest line).
    jobs_low, jobs_point, jobs_high
        Sums of expected jobs, persons.
    """

    label: str
    total: int
    segments: tuple[tuple[str, int, float, float], ...]
    jobs_low: float
    jobs_point: float
    jobs_high: float


def scatter(
    appraisal: pd.DataFrame, speech: Speech, *, width: int = 920, height: int = 470, named: int = 8, shown: int = 400
) -> Scatter:
    """Lay out the chart of feasibility against jobs.

    Parameters
    ----------
    appraisal
        Appraisal table, best first.
    speech
        Language of labels and ticks.
    width, height
        Size in pixels.
    named
        How many names at most; the best units are named, one whose name would cover another mark is passed over.
    shown
        How many of the best scorable units are drawn at most; the rest is counted in ``left_out``.

    Returns
    -------
    Scatter
        Numbers of persons below one stand at one, since the axis is logarithmic.
    """
    scorable = appraisal[appraisal["scorable"].astype(bool) & appraisal["jobs_if_revived_point"].notna()]
    frame = scorable.head(shown)
    inner = (58.0, width - 18.0, 16.0, height - 52.0)
    jobs = frame[[f"jobs_if_revived_{bound}" for bound in BOUNDS]].astype(float).clip(lower=1.0)
    across = _Share(inner[0], inner[1], _share_end(frame["feasibility_unit_high"].to_numpy(dtype=float)))
    up = _Persons(inner[3], inner[2], *_decades(jobs.to_numpy()))
    places = pd.DataFrame(
        {f"x_{bound}": across.at(frame[f"feasibility_unit_{bound}"].to_numpy(dtype=float)) for bound in BOUNDS}
        | {f"y_{bound}": up.at(jobs[f"jobs_if_revived_{bound}"].to_numpy()) for bound in BOUNDS},
        index=frame.index,
    ).round(1)
    names = [str(name) for name in frame["name"].fillna("").head(named * 4)]
    labels = _labels(places, names, inner, named)
    return Scatter(
        width,
        height,
        *inner,
        across.ticks(speech),
        up.ticks(speech),
        _marks(frame, places, labels, speech),
        left_out=len(scorable) - len(frame),
    )


def groups(appraisal: pd.DataFrame, by: Sequence[object], speech: Speech, *, lines: int = 12) -> tuple[BarGroup, ...]:
    """Count units by triage and add up expected jobs for each place or sector.

    Parameters
    ----------
    appraisal
        Appraisal table, shape (n, columns).
    by
        Name of each unit's group in words, length n; an empty one counts as not known.
    speech
        Language of "others" and "not known".
    lines
        Longest chart; what is beyond goes into one last line "others".

    Returns
    -------
    tuple of BarGroup
        Largest first, "others" and "not known" last.
    """
    names = pd.Series(list(by), index=appraisal.index, dtype="object").fillna("").astype(str)
    unknown = speech.text("page.not_known")
    names = names.mask(names.isin(["", speech.number(None)]), unknown)
    counts = names[names != unknown].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    kept = list(counts.index[:lines] if len(counts) <= lines + 1 else counts.index[: lines - 1])
    others = speech.text("page.others", count=speech.number(len(counts) - len(kept)))
    names = names.where(names.isin([*kept, unknown]), others)
    order = [name for name in [*kept, others, unknown] if (names == name).any()]
    table = pd.crosstab(names, appraisal["triage"].astype(str).to_numpy())
    jobs = (
        appraisal[[f"jobs_expected_{bound}" for bound in ("low", "point", "high")]].astype(float).groupby(names).sum()
    )
    longest = int(table.sum(axis=1).max()) if len(table) else 1
    return tuple(_group(name, table.loc[name], jobs.loc[name], longest) for name in order)


class _Label(NamedTuple):
    """The last fields of a ``Mark``."""

    label: str
    label_x: float
    label_y: float
    anchor: str


_NO_LABEL = _Label("", 0.0, 0.0, "start")


@dataclass(frozen=True, slots=True)
class _Share:
    """The axis of shares, from none to ``end``."""

    first: float
    last: float
    end: float

    def at(self, shares: Array | float) -> Array:
        return np.asarray(self.first + (self.last - self.first) * np.clip(shares / self.end, 0, 1))

    def ticks(self, speech: Speech) -> tuple[Tick, ...]:
        shares = np.arange(0, self.end + 1e-9, 0.1 if self.end <= 0.6 else 0.2)
        return tuple(Tick(round(float(self.at(float(share))), 1), speech.share(share)) for share in shares)


@dataclass(frozen=True, slots=True)
class _Persons:
    """The logarithmic axis of persons, from ``floor`` to ``ceiling``."""

    first: float
    last: float
    floor: float
    ceiling: float

    def at(self, persons: Array | float) -> Array:
        share = np.log10(persons / self.floor) / math.log10(self.ceiling / self.floor)
        return np.asarray(self.first + (self.last - self.first) * share)

    def ticks(self, speech: Speech) -> tuple[Tick, ...]:
        steps = [step * 10.0**power for power in range(7) for step in JOBS_STEPS]
        kept = [step for step in steps if self.floor <= step <= self.ceiling]
        return tuple(Tick(round(float(self.at(step)), 1), _persons(step, speech)) for step in kept)


def _marks(frame: pd.DataFrame, places: pd.DataFrame, labels: dict[int, _Label], speech: Speech) -> tuple[Mark, ...]:
    said = zip(
        frame["triage"].astype(str),
        frame["name"].fillna("").astype(str),
        frame["feasibility_point"],
        frame["jobs_if_revived_point"],
        places.to_numpy().tolist(),
        strict=True,
    )
    return tuple(
        Mark(
            *(x, y, x_low, x_high, y_low, y_high, triage),
            speech.text("page.mark", name=name, feasibility=speech.share(share), jobs=speech.number(persons)),
            *labels.get(row, _NO_LABEL),
        )
        for row, (triage, name, share, persons, (x_low, x, x_high, y_low, y, y_high)) in enumerate(said)
    )


def _group(name: str, counts: pd.Series, jobs: pd.Series, longest: int) -> BarGroup:
    segments, start = [], 0.0
    for triage in sorted(counts.index, key=_triage_place):
        if counts[triage]:
            length = 100 * float(counts[triage]) / longest
            segments.append((str(triage), int(counts[triage]), round(start, 2), round(length, 2)))
            start += length
    low, point, high = (float(value) for value in jobs)
    return BarGroup(name, int(counts.sum()), tuple(segments), low, point, high)


def _triage_place(triage: str) -> int:
    return TRIAGE_ORDER.index(triage) if triage in TRIAGE_ORDER else len(TRIAGE_ORDER)


def _share_end(shares: np.ndarray) -> float:
    """End of the share axis: the next tenth above the highest interval, at least 30 %."""
    highest = float(np.nanmax(shares)) if len(shares) and not np.isnan(shares).all() else 1.0
    return min(1.0, max(0.3, math.ceil(highest * 10 - 1e-9) / 10))


def _decades(persons: np.ndarray) -> tuple[float, float]:
    """Ends of the jobs axis: the nearest steps around what is drawn."""
    if not persons.size or np.isnan(persons).all():
        return 1.0, 100.0
    low, high = float(np.nanmin(persons)), float(np.nanmax(persons))
    steps = [step * 10.0**power for power in range(7) for step in JOBS_STEPS]
    floor = max(step for step in steps if step <= low)
    ceiling = min((step for step in steps if step >= high), default=steps[-1])
    return (floor, ceiling) if ceiling > floor else (floor, floor * 10)


def _persons(n: float, speech: Speech) -> str:
    """A tick of the jobs axis; what is below one person stands at one."""
    return f"\u2066≤ {speech.number(n)}\u2069" if n == 1 else speech.number(n)


def _labels(
    places: pd.DataFrame, names: list[str], frame: tuple[float, float, float, float], named: int
) -> dict[int, _Label]:
    """Names beside the best marks: each takes the first free side, or none."""
    left, right, top, bottom = frame
    points = places[["x_point", "y_point"]].to_numpy()
    taken: list[tuple[float, float, float, float]] = []
    labels: dict[int, _Label] = {}
    for row, name in enumerate(names[: len(points)]):
        if len(labels) == named:
            break
        text = name if len(name) <= 28 else f"{name[:27]}…"
        length, (x, y) = 6.6 * len(text) + 4, points[row]
        for anchor, dx, dy in (("start", 9, -7), ("end", -9, -7), ("start", 9, 17), ("end", -9, 17)):
            start = x + dx if anchor == "start" else x + dx - length
            box = (start, y + dy - 11, start + length, y + dy + 4)
            inside = left < box[0] and box[2] < right and top < box[1] and box[3] < bottom
            covers = any(box[0] - 3 < px < box[2] + 3 and box[1] - 3 < py < box[3] + 3 for px, py in points)
            if text and inside and not covers and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                labels[row] = _Label(text, round(float(x + dx), 1), round(float(y + dy), 1), anchor)
                break
    return labels


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
