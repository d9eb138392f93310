"""The HTML report: one file that needs nothing else, in either direction of writing."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from serving.desk.ranking import Behind
from serving.disclosure.values import codes, known, link
from serving.html.template import font, render, style
from serving.i18n import Speech
from serving.reports.charts import TRIAGE_ORDER, BarGroup, groups, scatter
from serving.reports.health_section import health_section
from serving.reports.legend import banners
from serving.reports.ranked import digits, isolated, ranked, rows, sum_known, weighty_parts
from serving.reports.reasons import fields_said, question_lines, unit_reasons, weighing_table

PROVINCES_FROM = 3
"""From so many provinces on, places are charted by province and not by county."""

EXPLAINED = 20
"""Units whose figures the page explains."""

ASKED = 8
"""Questions to the register that the page shows."""

SOURCES_SHOWN = 12
"""Longest table of sources; beyond it addresses are gathered by site, and the rarest sites in one line."""


def report_html(
    appraisal: pd.DataFrame,
    speech: Speech,
    *,
    title: str,
    as_of: pd.Timestamp,
    notes: Sequence[str] = (),
    top: int = 100,
    model_card: Sequence[tuple[str, str]] = (),
    claims: Mapping[str, pd.DataFrame] | None = None,
    behind: Behind | None = None,
) -> str:
    """Write the report of one ranked list.

    Parameters
    ----------
    appraisal
        Appraisal table, shape (n, columns), in any order.
    speech
        Language; Persian is written from right to left.
    title
        Heading of the report, plain text.
    as_of
        The day whose state the report shows.
    notes
        Sentences to print at the end, plain text.
    top
        Rows of the ranking table at most.
    model_card
        (term, meaning) pairs about the model, in the language of the report, printed below version and data date.
    claims
        ``conflicts`` and ``duplicates`` of the register, as `engine.health.health` takes them.
    behind
        What stands behind the figures; explained are the first ``EXPLAINED`` units.

    Returns
    -------
    str
        One self-contained HTML document: font and style inside, no script, no address that is loaded. Everything
        that comes from the table is escaped. Prints on A4.
    """
    best = ranked(appraisal)
    head = _headline(best, speech)
    shown = rows(best.head(top), speech)
    return render(
        "report.html",
        speech,
        title=title,
        as_of=speech.text("page.as_of", date=as_of),
        unit_count=speech.text("page.unit_count", count=speech.number(len(best))),
        model_facts=_model_facts(best, speech),
        banners=banners(best, speech),
        headline=head,
        charts=_scatters(best, speech),
        chart_alt=speech.text("page.chart_alt", count=speech.number(int(best["scorable"].astype(bool).sum()))),
        bars=_bars(best, speech),
        rows=shown,
        ranking_caption=_caption(len(shown), len(best), speech),
        not_scorable=_not_scorable(best, speech),
        not_scorable_heading=speech.text("page.why_not_scorable", count=head["not_scorable"]),
        reasons=[] if behind is None else _reasons(best.head(EXPLAINED), behind, speech),
        asked=[] if behind is None else _asked(behind, speech),
        weighing=[] if behind is None else weighing_table(behind.weighing, speech),
        health=health_section(best, speech, as_of, claims),
        glossary=_glossary(best, speech),
        sources=_sources(best, speech),
        model_card=[*_model_lines(best, speech), *model_card],
        notes=list(notes),
        font=base64.b64encode(font()).decode("ascii"),
        style=style(),
    )


def _headline(appraisal: pd.DataFrame, speech: Speech) -> dict[str, Any]:
    scorable = appraisal["scorable"].astype(bool)
    scored, unscored = int(scorable.sum()), int((~scorable).sum())
    low, point, high = (sum_known(appraisal[f"jobs_expected_{bound}"]) for bound in ("low", "point", "high"))
    counts, drawn = appraisal["triage"].value_counts(), appraisal.loc[scorable, "triage"].value_counts()
    line = speech.text("page.expected_jobs_none")
    if known(point):
        line = speech.text("page.expected_jobs_sum", low=speech.number(low), high=speech.number(high))
    scored_line = speech.text("page.units_scored", count=speech.number(scored)) if scored else ""
    return {
        "units": speech.number(len(appraisal)),
        "scored": scored_line or speech.text("page.units_none"),
        "not_scorable": speech.number(unscored),
        "not_scorable_line": _first_reason(appraisal, speech),
        "jobs": speech.number(point),
        "jobs_measure": speech.text("page.persons_measure") if known(point) else "",
        "jobs_line": line,
        "prior_driven": bool(appraisal.loc[scorable, "prior_driven"].astype(bool).any()),
        "triage": [
            {
                "code": code,
                "name": speech.text(f"triage.{code}"),
                "count": speech.number(int(counts.get(code, 0))),
                "some": bool(counts.get(code, 0)),
                "drawn": bool(drawn.get(code, 0)),
            }
            for code in TRIAGE_ORDER
        ],
    }


def _first_reason(appraisal: pd.DataFrame, speech: Speech) -> str:
    reasons = _not_scorable(appraisal, speech)
    if not reasons:
        return speech.text("page.not_scorable_none")
    return speech.join(f"{reason}: {count}" for reason, count in reasons[:2])


def _not_scorable(appraisal: pd.DataFrame, speech: Speech) -> list[tuple[str, str]]:
    unscored = appraisal.loc[~appraisal["scorable"].astype(bool), "not_scorable"]
    counts = unscored.map(codes).explode().dropna().value_counts()
    return [(speech.text(f"not_scorable.{code}"), speech.number(int(count))) for code, count in counts.items()]


def _scatters(appraisal: pd.DataFrame, speech: Speech) -> list[tuple[str, Any]]:
    wide = scatter(appraisal, speech)
    if not wide.marks:
        return []
    return [("wide", wide), ("narrow", scatter(appraisal, speech, width=360, height=400, named=3))]


def _bars(appraisal: pd.DataFrame, speech: Speech) -> list[dict[str, Any]]:
    level = "province" if appraisal["province"].nunique() >= PROVINCES_FROM else "county"
    places = [speech.place(name) for name in appraisal[level]]
    sectors = [speech.sector(str(code)[:2]) if known(code) else "" for code in appraisal["isic"]]
    return [
        {
            "heading": speech.text(f"page.by_{name}"),
            "column": speech.text(f"page.{name}"),
            "lines": [_line(group, speech) for group in groups(appraisal, words, speech)],
        }
        for name, words in ((level, places), ("sector", sectors))
    ]


def _line(group: BarGroup, speech: Speech) -> dict[str, Any]:
    right = speech.direction == "rtl"
    parts = (
        speech.text("page.bar_part", name=speech.text(f"triage.{code}"), count=speech.number(count))
        for code, count, _, _ in group.segments
    )
    jobs = group.jobs_point if group.jobs_high > 0 else None
    decimals = digits(jobs)
    ends = {"low": speech.number(group.jobs_low, decimals), "high": speech.number(group.jobs_high, decimals)}
    return {
        "label": group.label,
        "alt": speech.text("page.bar_alt", label=group.label, counts=speech.join(parts)),
        "count": speech.number(group.total),
        "jobs": speech.number(jobs, decimals),
        "jobs_range": "" if jobs is None else speech.text("page.range", **ends),
        "segments": [
            {"triage": code, "start": round(100 - start - length, 2) if right else start, "length": length}
            for code, _, start, length in group.segments
        ],
    }


def _reasons(first: pd.DataFrame, behind: Behind, speech: Speech) -> list[dict[str, Any]]:
    """Of each unit its name, both figures with their parts, and what to ask; units without figures are left out."""
    told = [
        {
            "id": unit_id,
            "name": str(name) if known(name) else speech.text("page.no_name"),
            "figures": unit_reasons(behind.why, str(unit_id), speech),
            "ask": question_lines(behind.why, str(unit_id), speech),
        }
        for unit_id, name in first["name"].items()
    ]
    return [unit for unit in told if unit["figures"]]


def _asked(behind: Behind, speech: Speech) -> list[tuple[str, ...]]:
    """Fields, units that lack them, points by which answers narrow, changes expected in the first twenty."""
    lines = behind.asked.head(ASKED).to_dict("records")
    return [
        (
            fields_said(line["fields"], speech),
            speech.number(line["units"]),
            speech.number(100 * line["narrows"], 2),
            speech.number(line["moves_top"], 1),
        )
        for line in lines
    ]


def _caption(shown: int, total: int, speech: Speech) -> str:
    if shown == total:
        return speech.text("page.ranking_all", count=speech.number(total))
    return speech.text("page.ranking_top", count=speech.number(shown), total=speech.number(total))


def _model_facts(appraisal: pd.DataFrame, speech: Speech) -> list[str]:
    facts = []
    for version, until in appraisal[["model_version", "model_data_until"]].dropna().drop_duplicates().to_numpy()[:1]:
        facts = [
            speech.text("page.model", version=isolated(str(version))),
            speech.text("page.model_until", date=speech.date(until)),
        ]
    return facts


def _model_lines(appraisal: pd.DataFrame, speech: Speech) -> list[tuple[str, str]]:
    scorable = appraisal[appraisal["scorable"].astype(bool)]
    versions = sorted({str(version) for version in appraisal["model_version"].dropna()})
    until = appraisal["model_data_until"].dropna()
    lines = [(speech.text("page.model_version"), speech.join(versions) or speech.number(None))]
    lines.append((speech.text("page.model_data_until"), speech.date(until.max() if len(until) else None)))
    for column, name in (("prior_driven", "page.prior_share"), ("out_of_fold", "page.out_of_fold_share")):
        counts = {
            "count": speech.number(int(scorable[column].astype(bool).sum())),
            "total": speech.number(len(scorable)),
        }
        lines.append((speech.text(name), speech.text("page.of_total", **counts)))
    return lines


def _glossary(appraisal: pd.DataFrame, speech: Speech) -> list[tuple[str, str]]:
    classes = speech.join(speech.text(f"triage.{code}") for code in TRIAGE_ORDER)
    parts = speech.join(speech.text(f"part.{name.removeprefix('part_')}") for name in weighty_parts(appraisal))
    facts = {"triage": {"classes": classes}, "score": {"parts": parts}}
    terms = ("unit", "feasibility", "jobs", "capital", "interval", "prior", "triage", "score", "missing")
    return [
        (speech.text(f"page.how_{term}"), speech.text(f"page.how_{term}_text", **facts.get(term, {}))) for term in terms
    ]


def _sources(appraisal: pd.DataFrame, speech: Speech) -> list[dict[str, str]]:
    table = appraisal[["source", "origin", "as_of"]].copy()
    table["source"] = table["source"].fillna("").astype(str)
    table["origin"] = table["origin"].fillna("").astype(str)
    gather = table["source"].nunique() > SOURCES_SHOWN
    table["name"] = [_site(source) if gather else source for source in table["source"]]
    lines = []
    for (name, origin), group in table.groupby(["name", "origin"], sort=False):
        addresses = group["source"].nunique()
        said = str(name) or speech.text("page.not_known")
        if addresses > 1:
            said = speech.text("page.sources_many", count=speech.number(addresses), host=isolated(said))
        lines.append((len(group), said, str(origin), _dates(group["as_of"], speech)))
    lines.sort(key=lambda line: (-line[0], line[1]))
    if len(lines) > SOURCES_SHOWN + 1:
        rest = lines[SOURCES_SHOWN:]
        others = speech.text("page.others", count=speech.number(len(rest)))
        lines = [*lines[:SOURCES_SHOWN], (sum(line[0] for line in rest), others, "", "")]
    return [
        {"name": name, "origin": origin, "count": speech.number(count), "dates": dates}
        for count, name, origin, dates in lines
    ]


def _site(source: str) -> str:
    return (urlsplit(source).hostname or source).removeprefix("www.") if link(source) else source


def _dates(days: pd.Series, speech: Speech) -> str:
    first, last = days.min(), days.max()
    if pd.isna(first):
        return speech.date(None)
    if first == last:
        return speech.date(first)
    return speech.text("page.dates_range", first=speech.date(first), last=speech.date(last))
