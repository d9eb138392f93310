"""Charts as geometry: where each mark, tick and bar stands. Templates draw it; nothing here knows of SVG or HTML."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from serving.i18n import Speech

TRIAGE_ORDER = ("offer", "fix_first", "repurpose_or_sell", "cannot_judge")
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
class Group:
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
    left, right, top, bottom = 58.0, width - 18.0, 16.0, height - 52.0
    jobs = frame[[f"jobs_if_revived_{bound}" for bound in ("low", "point", "high")]].astype(float).clip(lower=1.0)
    floor, ceiling = _decades(jobs.to_numpy())
    share_end = _share_end(frame["feasibility_high"].to_numpy(dtype=float))

    def across(share: np.ndarray) -> np.ndarray:
        return left + (right - left) * np.clip(share / share_end, 0, 1)

    def up(persons: np.ndarray) -> np.ndarray:
        share = (np.log10(persons) - math.log10(floor)) / (math.log10(ceiling) - math.log10(floor))
        return bottom - (bottom - top) * share

    columns = {
        "x": across(frame["feasibility_point"].to_numpy(dtype=float)),
        "x_low": across(frame["feasibility_low"].to_numpy(dtype=float)),
        "x_high": across(frame["feasibility_high"].to_numpy(dtype=float)),
        "y": up(jobs["jobs_if_revived_point"].to_numpy()),
        "y_low": up(jobs["jobs_if_revived_low"].to_numpy()),
        "y_high": up(jobs["jobs_if_revived_high"].to_numpy()),
    }
    places = pd.DataFrame(columns, index=frame.index).round(1)
    names = [str(name) for name in frame["name"].fillna("").head(named * 4)]
    labels = _labels(places, names, (left, right, top, bottom), named)
    marks = tuple(
        Mark(
            **place,
            triage=str(triage),
            title=speech.text(
                "page.mark",
                name="" if name is None or name != name else str(name),
                feasibility=speech.share(feasibility),
                jobs=speech.number(persons),
            ),
            **labels.get(row, {}),
        )
        for row, (place, triage, name, feasibility, persons) in enumerate(
            zip(
                places.to_dict("records"),
                frame["triage"],
                frame["name"],
                frame["feasibility_point"],
                frame["jobs_if_revived_point"],
                strict=True,
            )
        )
    )
    shares = np.arange(0, share_end + 1e-9, 0.1 if share_end <= 0.6 else 0.2)
    persons = _steps(floor, ceiling)
    return Scatter(
        width=width,
        height=height,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        x_ticks=tuple(
            Tick(round(float(at), 1), speech.share(share)) for at, share in zip(across(shares), shares, strict=True)
        ),
        y_ticks=tuple(
            Tick(round(float(at), 1), _persons(n, speech)) for at, n in zip(up(np.array(persons)), persons, strict=True)
        ),
        marks=marks,
        left_out=len(scorable) - len(frame),
    )


def groups(appraisal: pd.DataFrame, by: Sequence[object], speech: Speech, *, lines: int = 12) -> tuple[Group, ...]:
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
    tuple of Group
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


def _group(name: str, counts: pd.Series, jobs: pd.Series, longest: int) -> Group:
    segments, start = [], 0.0
    for triage in sorted(counts.index, key=_triage_place):
        if counts[triage]:
            length = 100 * float(counts[triage]) / longest
            segments.append((str(triage), int(counts[triage]), round(start, 2), round(length, 2)))
            start += length
    low, point, high = (float(value) for value in jobs)
    return Group(name, int(counts.sum()), tuple(segments), low, point, high)


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


def _steps(floor: float, ceiling: float) -> list[float]:
    steps = [step * 10.0**power for power in range(7) for step in JOBS_STEPS]
    return [step for step in steps if floor <= step <= ceiling]


def _labels(
    places: pd.DataFrame, names: list[str], frame: tuple[float, float, float, float], named: int
) -> dict[int, dict[str, object]]:
    """Names beside the best marks: each takes the first free side, or none."""
    left, right, top, bottom = frame
    points = places[["x", "y"]].to_numpy()
    taken: list[tuple[float, float, float, float]] = []
    labels: dict[int, dict[str, object]] = {}
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
                labels[row] = {
                    "label": text,
                    "label_x": round(float(x + dx), 1),
                    "label_y": round(float(y + dy), 1),
                    "anchor": anchor,
                }
                break
    return labels


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
