"""Plots that stand in a run and on a card: reliability and coverage."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from training.statistics.reliability import reliability_table, wilson_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOMINAL = 0.80


def reliability(judged: pd.DataFrame, columns: Mapping[str, str]) -> Figure:
    """Reliability of several columns of a judged table: a curve each, and below it how often each forecast was made.

    Parameters
    ----------
    judged
        Judged table.
    columns
        Name on the plot -> column; rows without a value are left out. The first is drawn strongest, with its band.

    Returns
    -------
    matplotlib.figure.Figure
        Belongs to no window; ``picture`` gives its bytes.

    Examples
    --------
    >>> p = np.linspace(0.1, 0.9, 40)
    >>> rows = pd.DataFrame({"label": (p > 0.5) * 1.0, "probability": p, "weight": 1.0})
    >>> len(reliability(rows, {"model": "probability"}).axes)
    2
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 5.6), layout="constrained")
    curve, counts = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    curve.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle=":", label="as promised")
    for number, (name, column) in enumerate(columns.items()):
        known = judged[judged[column].notna()]
        label, probability, weight = (known[part].to_numpy(np.float64) for part in ("label", column, "weight"))
        table, colour, first = reliability_table(label, probability, weight), f"C{number}", number == 0
        if first:
            band = table["happened_low"], table["happened_high"]
            curve.fill_between(table["predicted"], *band, color=colour, alpha=0.15, linewidth=0, label="95 % interval")
        curve.errorbar(
            table["predicted"], table["happened"], color=colour, marker="o", markersize=4, linewidth=1.4,
            yerr=[table["happened"] - table["happened_low"], table["happened_high"] - table["happened"]],
            elinewidth=0.7, alpha=1.0 if first else 0.7, label=name,
        )  # fmt: skip
        counts.hist(probability, bins=np.linspace(0, 1, 21), color=colour, histtype="step", linewidth=1.2)
    curve.set(xlim=(0, 1), ylim=(0, 1), ylabel="share that came true")
    curve.legend(loc="upper left", frameon=False, fontsize="small")
    counts.set(xlabel="predicted probability", ylabel="outcomes")
    for axes in (curve, counts):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def coverage(jobs: pd.DataFrame, groups: pd.Series) -> Figure:
    """Measured coverage of the intervals of jobs, by group and in all, with 95 % Wilson intervals.

    Parameters
    ----------
    jobs
        Judged table of jobs, shape (n, columns).
    groups
        Shape (n,): name of each row's group.
    """
    from matplotlib.figure import Figure

    known = jobs["jobs"].notna() & jobs["low"].notna()
    held = ((jobs["low"] <= jobs["jobs"]) & (jobs["jobs"] <= jobs["high"]))[known]
    by_unit = held.groupby([groups[known].fillna("-"), jobs.loc[known, "unit_id"]]).mean()
    largest = by_unit.groupby(level=0).agg(["sum", "size"]).sort_values("size", ascending=False).head(8)
    overall = held.groupby(jobs.loc[known, "unit_id"]).mean()
    lines = [*reversed(list(largest.itertuples())), ("all", float(overall.sum()), len(overall))]
    figure = Figure(figsize=(5.2, 1.2 + 0.35 * len(lines)), layout="constrained")
    axes = figure.subplots()
    axes.axvline(NOMINAL, color="0.6", linewidth=1, linestyle=":")
    for place, (name, successes, count) in enumerate(lines):
        if not count:
            continue
        low, high = wilson_interval(float(successes), int(count))
        strong = name == "all"
        axes.plot([low, high], [place, place], color="C0", linewidth=2.5 if strong else 1.2)
        axes.plot(successes / count, place, "o", color="C0", markersize=6 if strong else 4)
    names = [f"{name} ({int(count)})" for name, _, count in lines]
    axes.set(
        xlim=(0, 1), yticks=range(len(lines)), yticklabels=names, xlabel="share of outcomes inside the 80 % interval"
    )
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def picture(figure: Figure, *, form: str = "png") -> bytes:
    """A figure as the bytes of a file, ``png`` or ``svg``."""
    written = io.BytesIO()
    figure.savefig(written, format=form, dpi=150, metadata={"Date": None} if form == "svg" else None)
    return written.getvalue()
