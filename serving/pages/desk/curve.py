"""A curve of a few points, each with its figure: what is given up of one thing for another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT = 460, 200
_SIDE, _TOP, _BOTTOM = 34, 42, 44
_LABELS = 7
"""Points that are labelled at most: more labels than these run into each other."""


def curve(points: Sequence[tuple[float, float, str, str]], across: str, up: str) -> dict[str, Any] | None:
    """Points of a drawing in its box; ``None`` where there are fewer than two.

    Parameters
    ----------
    points
        Across, up, and how each of both is said; in the order in which they are joined.
    across, up
        What both are, with the unit of measure.

    Returns
    -------
    dict or None
        ``width, height, floor`` of the box, ``path``, ``across, up`` (words), ``points``: ``x, y, under, over, said``.
        The scale of heights begins at the least of them, not at nil, so each point bears its figure.

    Examples
    --------
    >>> drawn = curve([(1, 50, "1", "50"), (3, 40, "3", "40")], "counties", "jobs")
    >>> drawn["path"], [(one["x"], one["y"], one["over"]) for one in drawn["points"]]
    ('34,42 426,156', [(34, 42, '50'), (426, 156, '40')])
    >>> curve([(1, 50, "1", "50")], "counties", "jobs") is None
    True
    """
    if len(points) < 2:
        return None
    right, floor = WIDTH - _SIDE, HEIGHT - _BOTTOM
    xs = _placed([one[0] for one in points], _SIDE, right)
    ys = _placed([one[1] for one in points], floor, _TOP)
    every = -(-len(points) // _LABELS)
    drawn = [
        {"x": x, "y": y, "under": under if shown else "", "over": over if shown else "", "said": f"{under}: {over}"}
        for place, (x, y, (_, _, under, over)) in enumerate(zip(xs, ys, points, strict=True))
        for shown in (place % every == 0,)
    ]
    path = " ".join(f"{x},{y}" for x, y in zip(xs, ys, strict=True))
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "floor": floor,
        "path": path,
        "across": across,
        "up": up,
        "points": drawn,
    }


def _placed(values: Sequence[float], start: float, end: float) -> list[int]:
    low, high = min(values), max(values)
    if high == low:
        return [round((start + end) / 2)] * len(values)
    return [round(start + (value - low) / (high - low) * (end - start)) for value in values]
