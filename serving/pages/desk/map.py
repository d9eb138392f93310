"""The map: counties coloured by a figure, gates, and a table of the same figures beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from serving.desk.county_figures import CountyFigure, CountyFigures
from serving.desk.county_places import CountyPlaces
from serving.i18n import Speech
from serving.pages.desk.frame import ADDRESSES, Frame, Place, page
from serving.pages.desk.words import ends_summed, name_of, predicted, unit_address
from serving.reports.county_map import PROVINCE, outlines
from serving.reports.legend import banners
from serving.reports.ranked import digits, sum_known

WIDTH = 520
"""Width of the drawing, in the lengths of its box."""
STEPS = 6
"""Classes of colour."""
SMALL = 240
"""Width of the drawing that only shows where a county is."""
UNITS_SHOWN = 12
"""Units of a county that are named."""


@dataclass(frozen=True, eq=False, slots=True)
class MapView:
    """What the page shows.

    Parameters
    ----------
    figures
        Figures of each county.
    places
        Gates and estates of the province drawn.
    table
        The appraisal table, best first.
    figure
        By what counties are coloured.
    county
        The county that was chosen; empty for all.
    as_of
        The day of judgement.
    """

    figures: CountyFigures
    places: CountyPlaces
    table: pd.DataFrame
    figure: CountyFigure
    county: str
    as_of: pd.Timestamp


_COUNTS = ("units", "offer", "scored", "priced")


def map_page(frame: Frame, view: MapView) -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    view
        What is shown.
    """
    words = frame.speech
    rows = view.figures.of_province(PROVINCE).reindex([name for name, _, _ in outlines().drawn])
    rows = rows.assign(**{name: rows[name].fillna(0) for name in _COUNTS})
    values = rows[view.figure.value].astype("float64")
    values = values.where(values > 0) if view.figure.value in _COUNTS else values
    steps, gates = _steps(values), _gates(view.places, words)
    return page(
        "map.html",
        frame,
        Place.MAP,
        as_of=words.text("page.as_of", date=view.as_of),
        banners=banners(view.table, words),
        figure=view.figure.value,
        figure_name=words.text(view.figure),
        figures=[(one.value, words.text(one), _address(view.county, one)) for one in CountyFigure],
        price_year="" if view.figures.price_year is None else words.digits(str(view.figures.price_year)),
        counties=_counties(rows, values, steps, view, words),
        gates=gates,
        width=WIDTH,
        height=round(WIDTH * outlines().shape),
        legend=_legend(values, steps, view.figure, words),
        source=outlines().source,
        table=[_row(str(name), row, view, words) for name, row in rows.iterrows()],
        total=_total(rows, words),
        elsewhere=[
            (_elsewhere(row["province"], words), words.number(row["units"]))
            for row in view.figures.elsewhere(PROVINCE).to_dict("records")
        ],
        elsewhere_count=int(view.figures.elsewhere(PROVINCE)["units"].sum()),
        estates=_estates(view, words),
        county=words.place(view.county) if view.county else "",
        county_code=view.county,
        county_query=urlencode({"county": view.county}),
        clear=_address("", view.figure),
        units=_units(view, words),
    )


def locator(province: object, county: object, words: Speech) -> dict[str, Any] | None:
    """A small map that shows in which county a unit stands; ``None`` outside the province that is drawn.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> drawn = locator("West Azerbaijan", "Khoy", speech("en"))
    >>> len(drawn["others"]), drawn["name"], drawn["address"]
    (19, 'Khoy', '/desk/map?county=Khoy')
    >>> locator("Tehran", "Rey", speech("en")) is None
    True
    """
    paths = _small_paths()
    if province != PROVINCE or county not in paths:
        return None
    return {
        "others": [path for name, path in paths.items() if name != county],
        "here": paths[str(county)],
        "name": words.place(county),
        "address": _address(str(county), CountyFigure.UNITS),
        "width": SMALL,
        "height": round(SMALL * outlines().shape),
        "source": outlines().source,
    }


def counties_shown(
    counts: Mapping[str, int], words: Speech, where: Callable[[str], str] | None = None
) -> dict[str, Any] | None:
    """A small map of how many units stand in each county; ``None`` where all stand outside the province drawn.

    Parameters
    ----------
    counts
        County -> units.
    words
        Language.
    where
        Address that a county leads to; the planner's map where ``None``.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> drawn = counties_shown({"Khoy": 3, "Rey": 1}, speech("en"))
    >>> len(drawn["others"]), [(one["name"], one["count"]) for one in drawn["here"]], drawn["elsewhere"]
    (19, [('Khoy', '3')], '1')
    """
    paths = _small_paths()
    if not set(paths).intersection(counts):
        return None
    centres = {name: middle for name, _, middle in outlines().drawn}
    width, height = SMALL, round(SMALL * outlines().shape)
    here = [
        {
            "path": paths[name],
            "county": name,
            "name": words.place(name),
            "count": words.number(count),
            "address": _address(name, CountyFigure.UNITS) if where is None else where(name),
            "x": round(centres[name][0] * width),
            "y": round(centres[name][1] * height),
        }
        for name, count in counts.items()
        if name in paths
    ]
    away = sum(count for name, count in counts.items() if name not in paths)
    return {
        "others": [path for name, path in paths.items() if name not in counts],
        "here": here,
        "elsewhere": words.number(away) if away else "",
        "width": width,
        "height": height,
        "source": outlines().source,
    }


@cache
def _small_paths() -> dict[str, str]:
    """Outline of each county in whole lengths of the small box, without points that fall on each other."""
    height, found = SMALL * outlines().shape, {}
    for name, ring, _ in outlines().drawn:
        points = [f"{round(across * SMALL)} {round(down * height)}" for across, down in ring]
        found[name] = "M" + "L".join(one for one, before in zip(points, [None, *points]) if one != before) + "Z"  # noqa: B905
    return found


def _address(county: str, figure: CountyFigure) -> str:
    """Where the map of a figure is, with a county chosen or none.

    Examples
    --------
    >>> _address("Khoy", CountyFigure.JOBS), _address("", CountyFigure.UNITS)
    ('/desk/map?figure=jobs&county=Khoy', '/desk/map')
    """
    asked = {"figure": "" if figure is CountyFigure.UNITS else figure.value, "county": county}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{ADDRESSES[Place.MAP]}?{query}" if query else ADDRESSES[Place.MAP]


def _elsewhere(province: object, words: Speech) -> str:
    if pd.isna(province):  # type: ignore[call-overload]
        return words.text("map.no_province")
    return (
        words.text("map.no_county", province=words.place(province)) if province == PROVINCE else words.place(province)
    )


def _steps(values: pd.Series) -> pd.Series:
    """Class of colour of each county, 0..5; missing without a figure. Classes hold about as many counties each.

    Examples
    --------
    >>> _steps(pd.Series([1.0, 1.0, 5.0, None])).tolist()
    [0, 0, 1, <NA>]
    """
    distinct = np.unique(values.dropna().to_numpy(dtype=np.float64))
    many = len(distinct) > STEPS
    edges = np.quantile(distinct, np.arange(1, STEPS) / STEPS) if many else distinct[1:]
    found = pd.Series(np.searchsorted(edges, values.to_numpy(dtype=np.float64), side="right"), index=values.index)
    return found.astype("Int64").where(values.notna())


def _legend(values: pd.Series, steps: pd.Series, figure: CountyFigure, words: Speech) -> list[tuple[str, str]]:
    """Class and what it holds: the least and the greatest of the figures that are in it."""
    lines = []
    for step, group in values.groupby(steps):
        low, high = (_said(figure, end, words) for end in (group.min(), group.max()))
        lines.append((f"heat-{_shade(int(step), steps)}", low if low == high else words.range(low, high)))
    if values.isna().any():
        lines.append(("none", words.number(0) if figure.value in _COUNTS else words.text("map.no_figure")))
    return lines


def _shade(step: int, steps: pd.Series) -> int:
    """Colour of a class: few classes are spread over the scale.

    Examples
    --------
    >>> [_shade(step, pd.Series([0, 1, 2])) for step in (0, 1, 2)], _shade(0, pd.Series([0]))
    ([1, 3, 5], 3)
    """
    last = int(steps.max())
    least = 0 if last == STEPS - 1 else 1
    return STEPS // 2 if not last else least + round(step * (STEPS - 1 - least) / last)


def _said(figure: CountyFigure, value: object, words: Speech) -> str:
    if figure is CountyFigure.FEASIBILITY:
        return words.share(value, 1)
    if figure is CountyFigure.CAPITAL:
        return words.money(value) if not pd.isna(value) else words.number(None)  # type: ignore[call-overload]
    return words.number(value)


def _short(figure: CountyFigure, value: float, words: Speech) -> str:
    """The figure as it stands on the map: nothing where there is none, capital in thousand billion rial."""
    if pd.isna(value):
        return ""
    if figure is CountyFigure.CAPITAL:
        billions = value / 1e12
        return words.number(billions, digits(billions))
    return _said(figure, value, words)


def _counties(
    rows: pd.DataFrame, values: pd.Series, steps: pd.Series, view: MapView, words: Speech
) -> list[dict[str, Any]]:
    height, gates = WIDTH * outlines().shape, _gates(view.places, words)
    found = []
    for name, ring, at in outlines().drawn:
        value, step, units = float(values[name]), steps[name], int(rows.loc[name, "units"])  # type: ignore[arg-type]
        x, y = at[0] * WIDTH, at[1] * height
        said = words.text("map.said", county=words.place(name), count=units)
        if view.figure is not CountyFigure.UNITS:
            figure = _said(view.figure, rows.loc[name, view.figure.value], words)
            said = words.text("map.said_more", said=said, name=words.text(view.figure), figure=figure)
        found.append(
            {
                "address": _address("" if name == view.county else name, view.figure),
                "name": words.place(name),
                "path": "M" + "L".join(f"{across * WIDTH:.1f} {down * height:.1f}" for across, down in ring) + "Z",
                "x": round(x, 1),
                "y": round(_clear_of(gates, x, y), 1),
                "kind": "none" if pd.isna(step) else f"heat-{_shade(int(step), steps)}",
                "amount": _short(view.figure, value, words),
                "said": said,
                "now": name == view.county,
            }
        )
    return sorted(found, key=lambda one: one["now"])


_DODGES = (0.0, -22.0, 24.0, -34.0, 36.0)
"""How far a name moves up or down to be clear of a gate, in the lengths of the box."""


def _clear_of(gates: list[dict[str, Any]], x: float, y: float) -> float:
    """Height of a name and its figure where no gate stands on them; their middle where none is clear."""
    near = [gate["y"] for gate in gates if abs(gate["x"] - x) < _NAME_WIDTH]
    for dodge in _DODGES:
        if not any(-20 < gate - (y + dodge) < 25 for gate in near):
            return y + dodge
    return y


_NAME_WIDTH = 34


def _gates(places: CountyPlaces, words: Speech) -> list[dict[str, Any]]:
    height = WIDTH * outlines().shape
    found: list[dict[str, Any]] = []
    for row in places.gates.to_dict("records"):
        x, y = outlines().placed((float(row["longitude"]), float(row["latitude"])))
        found.append(
            {
                # a gate on the border may lie a little outside the outline
                "x": round(min(max(x, 0.015), 0.985) * WIDTH, 1),
                "y": round(min(max(y, 0.015), 0.985) * height, 1),
                "name": str(row[f"name_{words.language}"]),
                "county": words.place(row["county"]),
            }
        )
    found.sort(key=lambda one: one["y"])
    return [one | {"number": words.number(place)} for place, one in enumerate(found, start=1)]


def _row(name: str, row: pd.Series, view: MapView, words: Speech) -> dict[str, Any]:
    units = int(row["units"])
    return {
        "address": _address("" if name == view.county else name, view.figure),
        "name": words.place(name),
        "now": name == view.county,
        "cells": [
            ("units", words.number(units), ""),
            ("offer", words.number(row["offer"]), ""),
            ("jobs", words.number(row["jobs"]), _span(row["jobs_low"], row["jobs_high"], words)),
            ("feasibility", words.share(row["feasibility"], 1), ""),
            ("capital", _said(CountyFigure.CAPITAL, row["capital"], words), _of(row["priced"], units, words)),
        ],
    }


def _span(low: float, high: float, words: Speech) -> str:
    return "" if pd.isna(low) else ends_summed(low, high, words)


def _of(priced: float, units: int, words: Speech) -> str:
    """Of how many units the sum is, where some state no capital."""
    known = int(priced)
    return words.text("map.of_units", known=known, units=units) if known < units else ""


def _total(rows: pd.DataFrame, words: Speech) -> list[tuple[str, str]]:
    """Sums over the province; the mean weighs each county by its units that have a prediction."""
    scored = rows["scored"]
    mean = (rows["feasibility"].fillna(0) * scored).sum() / scored.sum() if scored.sum() else None
    units = int(rows["units"].sum())
    return [
        (words.number(units), ""),
        (words.number(rows["offer"].sum()), ""),
        (
            words.number(sum_known(rows["jobs"])),
            _span(sum_known(rows["jobs_low"]), sum_known(rows["jobs_high"]), words),
        ),
        (words.share(mean, 1), ""),
        (
            _said(CountyFigure.CAPITAL, sum_known(rows["capital"]), words),
            _of(rows["priced"].sum(), units, words),
        ),
    ]


def _estates(view: MapView, words: Speech) -> list[dict[str, str]]:
    """Estates of the county that was chosen, or of all, with what is known of them."""
    rows = view.places.estates
    chosen = rows[rows["county"] == view.county] if view.county else rows
    return [
        {
            "name": str(row[f"name_{words.language}"]),
            "county": words.place(row["county"]),
            "units": "" if pd.isna(row["units"]) else words.text("map.estate_units", count=int(row["units"])),
            "of": words.digits(str(row["as_of"])),
        }
        for row in chosen.sort_values(["county", "name_en"], kind="stable").to_dict("records")
    ]


def _units(view: MapView, words: Speech) -> list[dict[str, str]]:
    """The first units of the county that was chosen."""
    if not view.county:
        return []
    table = view.table
    own = table[(table["county"] == view.county) & (table["province"] == PROVINCE)].head(UNITS_SHOWN)
    return [
        {
            "address": unit_address(row["unit_id"]),
            "name": name_of(row["name"], words),
            "rank": words.number(row["rank"]),
            "triage": str(row["triage"]),
            "said": predicted(row, words),
        }
        for row in own.reset_index().to_dict("records")
    ]
