"""Rows of the ranking table in words: what report and page show of each unit."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engine.domain.unit import Origin
from engine.economics.prices import STAND_INS
from serving.disclosure.values import cited, codes, known, web_address
from serving.i18n import Speech

MISSING_SHOWN = 5
"""Missing fields named in one row; the others are counted."""


_FIGURES = ("feasibility_unit", "jobs_expected", "jobs_if_revived", "jobs_per_billion_rial")


def ranked(appraisal: pd.DataFrame) -> pd.DataFrame:
    """The appraisal table, best first; units without a rank come last in the order of their ids.

    Examples
    --------
    >>> list(ranked(pd.DataFrame({"rank": [2, None, 1]}, index=["b", "x", "a"])).index)
    ['a', 'b', 'x']
    """
    return appraisal.sort_index(kind="stable").sort_values("rank", na_position="last", kind="stable")


def rows(appraisal: pd.DataFrame, speech: Speech) -> list[dict[str, Any]]:
    """Say each unit in words.

    Parameters
    ----------
    appraisal
        The few rows of an appraisal table that are shown, in the order in which they are shown.
    speech
        Language.

    Returns
    -------
    list of dict
        One for each row: ``rank, rank_range, stability, name, place, sector, origin, link, cited, triage, reasons,
        feasibility, jobs, score, parts, flags, missing, prior_driven, out_of_fold``; strings are plain text, templates
        escape them.
    """
    parts = weighty_parts(appraisal)
    widest = appraisal[parts].astype(float).abs().fillna(0).to_numpy().max(initial=0.0)
    said = appraisal[[name for name in appraisal.columns if name in _SAID or name in parts]].reset_index()
    return [_row(record, speech, parts, float(widest) or 1.0) for record in said.to_dict(orient="records")]


_SAID = {
    *(f"{output}_{bound}" for output in _FIGURES for bound in ("low", "point", "high")),
    *("rank", "rank_low", "rank_high", "stability", "score", "triage", "triage_reasons"),
    *("name", "province", "county", "isic", "sector_text", "origin", "source", "as_of"),
    *("red_flags", "money_basis", "missing", "prior_driven", "out_of_fold"),
}
"""Columns of which a row tells; an appraisal has three times as many."""


def part_columns(appraisal: pd.DataFrame) -> list[str]:
    """Columns of the parts of the score, in the table's order."""
    return [str(column) for column in appraisal.columns if str(column).startswith("part_")]


def weighty_parts(appraisal: pd.DataFrame) -> list[str]:
    """Parts of the score that weigh anything here: without priorities of the planner, ``fit`` does not.

    Examples
    --------
    >>> weighty_parts(pd.DataFrame({"part_jobs": [0.1, None], "part_fit": [0.0, None]}))
    ['part_jobs']
    """
    return [name for name in part_columns(appraisal) if appraisal[name].fillna(0).ne(0).any()]


def place_line(speech: Speech, province: object, county: object) -> str:
    """County and province in one line, what is not known left out."""
    names = [speech.place(name) for name in (county, province) if known(name)]
    return speech.join(dict.fromkeys(names)) if names else speech.text("page.not_known")


def isolated(text: str) -> str:
    r"""The text between direction marks, so that a Latin word keeps its order inside a Persian sentence.

    Examples
    --------
    >>> isolated("a-1").encode("unicode_escape").decode()
    '\\u2068a-1\\u2069'
    """
    return f"\u2068{text}\u2069"


def digits(value: object) -> int:
    """Decimals that a number of persons deserves: more where it is small.

    Examples
    --------
    >>> digits(120.4), digits(3.25), digits(0.0312)
    (0, 1, 3)
    """
    size = abs(float(value)) if known(value) else 0.0  # type: ignore[arg-type]
    if size >= 10 or size == 0:
        return 0
    return 1 if size >= 1 else 2 if size >= 0.1 else 3


def _row(record: dict[Any, Any], speech: Speech, parts: list[str], widest: float) -> dict[str, Any]:
    return {
        "rank": speech.number(record["rank"]) if known(record["rank"]) else speech.number(None),
        "id": str(record["unit_id"]),
        "name": str(record["name"]) if known(record["name"]) else speech.text("page.no_name"),
        "place": place_line(speech, record["province"], record["county"]),
        "sector": _sector(record, speech),
        "origin": str(record["origin"]) if known(record["origin"]) else "",
        "link": web_address(record["source"]),
        "cited": cited(record["source"]),
        "reported": _reported(record, speech),
        "triage": str(record["triage"]),
        "reasons": [speech.text(f"triage_reason.{code}") for code in codes(record["triage_reasons"])],
        "feasibility": _feasibility(record, speech),
        "jobs": _jobs(record, speech),
        "rank_range": _rank_range(record, speech),
        "stability": str(record["stability"]) if known(record.get("stability")) else "",
        "score": speech.number(record["score"], 2) if known(record["score"]) else speech.number(None),
        "parts": [_part(column, record[column], speech, widest) for column in parts if known(record[column])],
        "flags": [
            *(speech.text(f"red_flag.{code}") for code in codes(record["red_flags"])),
            *_stood_in(record, speech),
        ],
        "missing": _missing(record["missing"], speech),
        "prior_driven": _true(record["prior_driven"]),
        "out_of_fold": _true(record["out_of_fold"]),
    }


def _rank_range(record: dict[str, Any], speech: Speech) -> str:
    """Between which ranks the unit stood in most draws; empty where that is its rank alone."""
    low, high = record.get("rank_low"), record.get("rank_high")
    if not known(low) or low == high:
        return ""
    return speech.text("page.range", low=speech.number(low), high=speech.number(high))


def _stood_in(record: dict[Any, Any], speech: Speech) -> list[str]:
    """On what the comparison of money rests, where no published index does."""
    basis = record.get("money_basis")
    return [speech.text(f"price_basis.{basis}")] if known(basis) and basis in STAND_INS else []


def _sector(record: dict[str, Any], speech: Speech) -> str:
    if known(record["isic"]):
        return speech.sector(record["isic"])
    return str(record["sector_text"]) if known(record["sector_text"]) else speech.text("page.not_known")


def _reported(record: dict[str, Any], speech: Speech) -> str:
    if record["origin"] != Origin.REPORTED:
        return ""
    dated = known(record["as_of"])
    return speech.text("page.reported_on", date=record["as_of"]) if dated else speech.text("page.reported_undated")


def _feasibility(record: dict[str, Any], speech: Speech) -> dict[str, Any]:
    low, point, high = (record[f"feasibility_unit_{bound}"] for bound in ("low", "point", "high"))
    if not known(point):
        return {"point": speech.share(None), "range": "", "bar": None, "alt": ""}
    decimals = 1 if float(high) < 0.1 else 0
    span = speech.text("page.range", low=speech.share(low, decimals), high=speech.share(high, decimals))
    ends = {"start": float(low), "at": float(point), "end": float(high)}
    if speech.direction == "rtl":
        ends = {name: 1 - share for name, share in ends.items()}
    bar = {name: round(2 + 96 * share, 2) for name, share in ends.items()}
    said = speech.interval(low, point, high, decimals, share=True)
    return {
        "point": speech.share(point, decimals),
        "range": span,
        "bar": bar,
        "alt": f"{speech.text('page.feasibility')}: {said}",
    }


def _jobs(record: dict[str, Any], speech: Speech) -> list[dict[str, str]]:
    shown = (
        ("jobs_expected", "page.jobs_expected"),
        ("jobs_if_revived", "page.jobs_if_revived"),
        ("jobs_per_billion_rial", "page.jobs_per_billion"),
    )
    lines = []
    for output, name in shown:
        low, point, high = (record[f"{output}_{bound}"] for bound in ("low", "point", "high"))
        if known(point):
            decimals = digits(point)
            span = speech.text("page.range", low=speech.number(low, decimals), high=speech.number(high, decimals))
            lines.append({"name": speech.text(name), "point": speech.number(point, decimals), "range": span})
    return lines or [{"name": "", "point": speech.number(None), "range": ""}]


def _part(column: str, value: object, speech: Speech, widest: float) -> dict[str, Any]:
    size = float(value)  # type: ignore[arg-type]
    length = round(min(100.0, 100 * abs(size) / widest), 1)
    return {
        "name": speech.text(f"part.{column.removeprefix('part_')}"),
        "value": speech.number(size, 2),
        "length": length,
        "start": round(100 - length, 1) if speech.direction == "rtl" else 0,
    }


def _missing(joined: object, speech: Speech) -> str:
    names = [speech.text(f"field.{code}") for code in codes(joined)]
    more = len(names) - MISSING_SHOWN
    if more > 1:
        names = [*names[:MISSING_SHOWN], speech.text("page.more", count=speech.number(more))]
    return speech.join(names)


def _true(value: object) -> bool:
    return bool(known(value) and value)


def sum_known(column: pd.Series) -> float:
    """Sum of what is known; not a number where nothing is.

    Examples
    --------
    >>> sum_known(pd.Series([1.0, None])), sum_known(pd.Series([None, None], dtype="float64"))
    (1.0, nan)
    """
    known_values = column.astype(float).dropna()
    return float(known_values.sum()) if len(known_values) else math.nan
