"""The booklet of a package as PDF, and its teaser for investors: every word and number of its pages."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.prediction import Output, columns
from engine.domain.unit import FIELDS, Field, Kind, Origin
from engine.files import replacing
from engine.ranking.reasons import Triage
from serving.desk.booklet import Booklet
from serving.desk.economics import REGISTER_DRAWS
from serving.disclosure.masking import Audience
from serving.i18n import Speech
from serving.reports.county_map import county_map
from serving.reports.package import figure_pairs, reason_lines
from serving.reports.ranked import isolated
from serving.reports.ranking import legend, origin_remarks
from serving.reports.typeset import pictures, typeset
from serving.reports.words import in_words, items_in_words, spread

TEMPLATE = "booklet"

_PLACE = (Field.ISIC, Field.SECTOR_TEXT, Field.PROVINCE, Field.COUNTY, Field.ESTATE, Field.STATUS, Field.STOPPED_ON)
_STORY = (Field.STOP_CAUSES, Field.CAPACITY_TEXT, Field.JOBS_BEFORE_STOP, Field.JOBS_NOW, Field.TITLE_DEED)
_MACHINES = (
    Field.EQUIPMENT,
    Field.MACHINERY_TEXT,
    Field.MACHINERY_YEAR,
    Field.LAND_M2,
    Field.BUILDING_M2,
    Field.POWER_KW,
    Field.GAS_M3_PER_HOUR,
    Field.WATER_L_PER_S,
)
_CAPITAL = (Field.CAPITAL_NEEDED_RIAL, Field.WORKING_CAPITAL_NEEDED_RIAL, Field.DEAL_FORMS)
_DEBTS = (
    Field.DEBTS,
    Field.BANK_DEBT_RIAL,
    Field.TAX_DEBT_RIAL,
    Field.SOCIAL_SECURITY_DEBT_RIAL,
    Field.OTHER_DEBT_RIAL,
    Field.BANK_OWNED,
    Field.LITIGATION_COUNT,
)
_SHOWN = (*_PLACE, *_STORY, *_MACHINES, *_CAPITAL)


def write_booklet(path: Path, booklet: Booklet, speech: Speech) -> Path:
    """Write a booklet as PDF.

    Parameters
    ----------
    path
        Where to (.pdf).
    booklet
        What it shows, for its audience.
    speech
        Language and direction of the pages.

    Raises
    ------
    EhyaError
        ``file_not_written``.
    """
    pages = typeset(TEMPLATE, booklet_document(booklet, speech), made_on=booklet.as_of)
    with replacing(path) as beside:
        beside.write_bytes(pages)
    return path


def booklet_pictures(booklet: Booklet, speech: Speech, *, ppi: float = 80) -> list[bytes]:
    """The pages of a booklet as pictures (PNG), in order; ``ppi`` is how many pixels an inch has."""
    return pictures(TEMPLATE, booklet_document(booklet, speech), made_on=booklet.as_of, ppi=ppi)


def booklet_document(booklet: Booklet, speech: Speech) -> dict[str, Any]:
    """Everything that the pages of a booklet say, in words of one language.

    Parameters
    ----------
    booklet
        What it shows, for its audience.
    speech
        Language.

    Returns
    -------
    dict
        ``cover``, ``summary``, ``units``, ``comparison``, ``method`` and what stands on every page, as the template
        ``booklet`` wants them: texts that are ready to print, and places on an axis as shares of it.
    """
    say, table = speech.text, booklet.units
    audience = booklet.audience.value
    dates = {"date": speech.date(booklet.as_of), "key": isolated(booklet.key)}
    return {
        "language": speech.language,
        "direction": speech.direction,
        "digits": list(speech.digits("0123456789")),
        "title": say("booklet.title", event=booklet.event, key=dates["key"]),
        "audience": say(f"booklet.audience_{audience}"),
        "footer": say("booklet.footer", model=_model(table, speech), **dates),
        "remarks": origin_remarks(table, speech),
        "cover": _cover(booklet, speech),
        "summary": _summary(booklet, speech),
        "units": _units(booklet, speech),
        "comparison": _comparison(booklet, speech),
        "method": _method(booklet, speech),
    }


def _cover(booklet: Booklet, speech: Speech) -> dict[str, Any]:
    say, table, audience = speech.text, booklet.units, booklet.audience.value
    counties = [speech.place(name) for name in dict.fromkeys(table["county"].dropna())]
    dated = table["as_of"].dropna()
    span = dict.fromkeys(speech.date(day) for day in ((dated.min(), dated.max()) if len(dated) else ()))
    facts = [
        (say("booklet.units"), speech.number(len(table))),
        (say("booklet.counties"), speech.fact(counties)),
        (say("booklet.judged_on"), speech.date(booklet.as_of)),
        (say("booklet.data_of"), " … ".join(span) or speech.date(None)),
        (say("column.model_version"), _model(table, speech)),
    ]
    signed = speech.text("booklet.not_signed")
    if booklet.signed is not None:
        role, day = booklet.signed
        signed = say("booklet.signed_by", role=role, date=day)
    facts.append((say("booklet.signed"), signed))
    private = [] if booklet.audience is Audience.PUBLIC else [say("booklet.private_note")]
    public = [say("legend.public"), say("booklet.ask_office")] if booklet.audience is Audience.PUBLIC else []
    return {
        "kind": say(f"booklet.kind_{audience}"),
        "event": booklet.event,
        "line": say("booklet.cover_line", count=speech.number(len(table)), date=booklet.as_of),
        "facts": facts,
        "notes": [*private, *public],
        "map": county_map(table, speech),
        "map_title": say("booklet.map"),
    }


def _summary(booklet: Booklet, speech: Speech) -> dict[str, Any]:
    say = speech.text
    left_out = speech.number(booklet.left_out)
    notes = [say(f"booklet.left_out_{booklet.audience.value}", count=left_out)] if booklet.left_out else []
    figures = [] if booklet.document is None else figure_pairs(booklet.document, speech)
    heads = ("booklet.number", "field.name", "field.county", "booklet.sector", "booklet.page")
    return {
        "title": say("booklet.summary"),
        "figures": figures,
        "notes": [*notes, *([] if booklet.document is None else [say("booklet.net_note")])],
        "headers": [say(head) for head in heads],
    }


def _units(booklet: Booklet, speech: Speech) -> list[dict[str, Any]]:
    table = booklet.units
    said = _said_fields(table, speech)
    widest = widest_jobs(table)
    reasons = _reasons(booklet, speech)
    acts = dict(iter(booklet.plan.groupby("unit_id", sort=False)))
    found = dict(iter(booklet.findings.groupby("unit_id", sort=False)))
    worth = booklet.worth.to_dict("index")
    pages = []
    for number, (unit, row) in enumerate(table.iterrows(), start=1):
        unit_id = str(unit)
        fields = said[unit_id]
        sections = [
            _section("what", _pairs(fields, (*_PLACE, *_STORY), speech), speech),
            _section("machines", _pairs(fields, _MACHINES, speech), speech),
            *([_debts(fields, speech)] if booklet.audience is Audience.OFFICE else []),
            _section("capital", _pairs(fields, _CAPITAL, speech), speech),
            _section("worth", _worth(worth[unit_id], speech), speech),
            _barriers(row, found.get(unit_id), acts.get(unit_id), speech),
            {**_section("why", [], speech), **reasons[unit_id]},
        ]
        pages.append(
            {
                "unit_id": unit_id,
                "number": speech.number(number),
                "name": _name(row, unit_id),
                "county": speech.place(row["county"]),
                "sector": speech.sector(row["isic"]),
                "above": f"{speech.number(number)} · {isolated(unit_id)}",
                "below": _below(row, speech),
                "remarks": _remarks(row, speech),
                "pictures": _pictures(row, widest, speech),
                "flow": _flow(booklet.flows.iloc[number - 1], speech),
                "sections": [section for section in sections if section["pairs"] or section["lines"]],
                "unstated": _unstated(fields, speech),
            }
        )
    return pages


def _below(row: pd.Series, speech: Speech) -> str:
    said = (speech.place(row["county"]), speech.sector(row["isic"]), speech.codes(row["status"], "status"))
    return " · ".join(part for part in said if part != speech.fact(None))


def _remarks(row: pd.Series, speech: Speech) -> list[str]:
    """What must be read before any figure: that the unit is made up, or that no model could judge it."""
    made_up = [speech.text("economics.synthetic")] if row["origin"] == Origin.SYNTHETIC.value else []
    if row["scorable"]:
        return made_up
    reasons = speech.codes(row["not_scorable"], "not_scorable")
    return [*made_up, speech.text("booklet.not_scorable", reasons=reasons)]


def _section(name: str, rows: list[tuple[str, str]], speech: Speech) -> dict[str, Any]:
    return {"title": speech.text(f"booklet.{name}"), "pairs": rows, "lines": []}


def _said_fields(table: pd.DataFrame, speech: Speech) -> dict[str, dict[Field, str]]:
    """Of each unit the fields that its page may show, in words; what is not stated is absent."""
    shown = [field for field in (*_SHOWN, *_DEBTS) if field.value in table.columns]
    words = in_words(table[[field.value for field in shown]], speech)
    found: dict[str, dict[Field, str]] = {}
    for at, unit in enumerate(table.index):
        cells = {field: _cell(field, words[field.value].iloc[at], table, at, speech) for field in shown}
        found[str(unit)] = {field: said for field, said in cells.items() if said}
    return found


def _cell(field: Field, said: Any, table: pd.DataFrame, at: int, speech: Speech) -> str:
    spec, raw = FIELDS[field], table[field.value].iloc[at]
    if pd.isna(raw) or raw == "":
        return ""
    if spec.kind is Kind.DATE:
        return speech.date(raw, table[f"{field.value}_precision"].iloc[at])
    if spec.kind is Kind.LIST:
        items = items_in_words(field, raw, speech)
        return ("؛ " if speech.language == "fa" else "; ").join(map(isolated, items))
    if spec.kind is Kind.MONEY:
        return speech.money(raw)
    if spec.kind is Kind.YEAR:
        return speech.year(raw)
    if spec.kind in (Kind.NUMBER, Kind.COUNT):
        return f"{speech.number(raw)} {speech.text(f'measure.{spec.measure}')}"
    return said if isinstance(said, str) else speech.fact(said)


def _pairs(fields: Mapping[Field, str], wanted: tuple[Field, ...], speech: Speech) -> list[tuple[str, str]]:
    return [(speech.text(field), fields[field]) for field in wanted if field in fields]


def _unstated(fields: Mapping[Field, str], speech: Speech) -> str:
    absent = [speech.text(field) for field in _SHOWN if field not in fields]
    return speech.text("booklet.unstated", fields=absent) if absent else ""


def _debts(fields: Mapping[Field, str], speech: Speech) -> dict[str, Any]:
    rows = _pairs(fields, _DEBTS, speech)
    return {**_section("debts", rows, speech), "lines": [] if rows else [speech.text("booklet.no_debts")]}


def _worth(row: Mapping[Hashable, Any], speech: Speech) -> list[tuple[str, str]]:
    """Net present value as an interval, what it rests on, and where norms stand in."""
    say = speech.text
    gaps = (say("economics.gaps"), speech.codes(row["economics_gaps"], "gap"))
    if pd.isna(row["npv_rial_median"]):
        return [(say("booklet.worth_unknown"), gaps[1])] if row["economics_gaps"] else []
    ends = {name: speech.money(row[f"npv_rial_{bound}"]) for name, bound in _ENDS.items()}
    return [
        (say("booklet.npv"), say("booklet.npv_range", **ends)),
        (say("booklet.npv_positive"), speech.share(row["npv_positive"])),
        (say("booklet.capital_worked"), speech.money(row["capital_rial_median"])),
        *([gaps] if row["economics_gaps"] else []),
    ]


_ENDS = {"low": "low", "middle": "median", "high": "high"}


def _barriers(row: pd.Series, found: pd.DataFrame | None, acts: pd.DataFrame | None, speech: Speech) -> dict[str, Any]:
    fix_first = row["triage"] == Triage.FIX_FIRST.value
    title = speech.text("booklet.barriers_fix_first" if fix_first else "booklet.barriers")
    if found is None:
        return {"title": title, "pairs": [], "lines": [speech.text("cli.no_findings")]}
    shortest = {} if acts is None else {line["barrier"]: line for line in reversed(acts.to_dict("records"))}
    lines = []
    for finding in found.sort_values("severity", ascending=False, kind="stable").to_dict("records"):
        barrier = speech.text(f"barrier.{finding['barrier']}")
        act = shortest.get(finding["barrier"])
        if act is None:
            lines.append(barrier)
            continue
        facts = {
            "act": speech.text(f"intervention_code.{act['intervention']}"),
            "owner": speech.text(f"owner.{act['owner']}"),
            "low": act["low_months"],
            "high": act["high_months"],
        }
        lines.append(speech.text("booklet.act_line", barrier=barrier, **facts))
    return {"title": title, "pairs": [], "lines": lines}


def _reasons(booklet: Booklet, speech: Speech) -> dict[str, dict[str, Any]]:
    """Why each unit is in: for the office what the package would lose, for the public its verdict alone."""
    table = booklet.units
    if booklet.document is None:
        verdicts = zip(table.index, table["triage"], table["triage_reasons"], strict=True)
        return {
            str(unit): {
                "title": speech.text("booklet.why_public"),
                "lines": [f"{speech.codes(triage, 'triage')} — {speech.codes(why, 'triage_reason')}"],
            }
            for unit, triage, why in verdicts
        }
    names = {unit: isolated(name) for unit, name in booklet.names.items()}
    return {unit["unit_id"]: {"lines": reason_lines(unit, speech, names)} for unit in booklet.document["units"]}


def _pictures(row: pd.Series, widest: float, speech: Speech) -> list[dict[str, Any]]:
    """Feasibility and jobs as a dot on an interval; the axis of jobs is the same on all pages."""
    if not row["scorable"]:
        return []
    axes = {Output.FEASIBILITY_UNIT: (1.0, [speech.share(0), speech.share(1)])}
    axes[Output.JOBS_IF_REVIVED] = widest, [speech.number(0), speech.number(widest)]
    axes[Output.JOBS_EXPECTED] = axes[Output.JOBS_IF_REVIVED]
    return [interval_picture(row, output, *axis, speech) for output, axis in axes.items()]


def interval_picture(row: pd.Series, output: Output, most: float, axis: list[str], speech: Speech) -> dict[str, Any]:
    """An estimate as a dot on its interval: words, and places on an axis from nil to ``most`` as shares of it."""
    low, point, high = (row[name] for name in columns(output))
    if pd.isna(point):
        return {"name": speech.text(output), "said": speech.fact(None), "axis": axis, "at": None}
    start, at, end = (min(max(float(value) / most, 0.0), 1.0) for value in (low, point, high))
    said = spread(row, output, speech)
    return {"name": speech.text(output), "said": said, "axis": axis, "start": start, "at": at, "end": end}


def _flow(years: pd.Series, speech: Speech) -> dict[str, Any] | None:
    """Bars of the cash flow by year, as shares of the longest; ``None`` where it cannot be worked out."""
    most = years.abs().max()
    if years.isna().any() or not most > 0:
        return None
    bars = [
        {"share": float(value / most), "year": speech.number(year), "said": speech.money(value)}
        for year, value in zip(years.index, years, strict=True)
    ]
    ends = {"low": speech.money(years.min()), "high": speech.money(years.max())}
    return {"title": speech.text("booklet.flow"), "bars": bars, "note": speech.text("booklet.flow_note", **ends)}


def widest_jobs(table: pd.DataFrame) -> float:
    """Upper end of jobs over all units, so that one axis serves them all; 1 where there are none."""
    most = table[columns(Output.JOBS_IF_REVIVED)[2]].astype("float64").max()
    return float(most) if most > 0 else 1.0


def _comparison(booklet: Booklet, speech: Speech) -> dict[str, Any]:
    say, outputs = speech.text, (Output.FEASIBILITY_UNIT, Output.JOBS_IF_REVIVED, Output.JOBS_EXPECTED)
    headers = [
        say("booklet.number"),
        say("field.name"),
        *(say(output) for output in outputs),
        say(Field.CAPITAL_NEEDED_RIAL),
        say("booklet.npv_middle"),
        say("column.triage"),
    ]
    rows = [
        [
            speech.number(number),
            _name(row, str(unit)),
            *(spread(row, output, speech) for output in outputs),
            speech.money(row[Field.CAPITAL_NEEDED_RIAL.value]),
            speech.money(booklet.worth.loc[str(unit), "npv_rial_median"]),
            speech.codes(row["triage"], "triage"),
        ]
        for number, (unit, row) in enumerate(booklet.units.iterrows(), start=1)
    ]
    return {"title": say("booklet.comparison"), "headers": headers, "rows": rows}


def _method(booklet: Booklet, speech: Speech) -> dict[str, Any]:
    say, table = speech.text, booklet.units
    until = table["model_data_until"].dropna()
    lines = [say("booklet.model", model=_model(table, speech), date=until.max() if len(until) else None)]
    lines += [line for line in legend(table, speech) if line != say("legend.rank")]
    lines += [say("booklet.months")]
    if booklet.document is None:
        lines += [say("legend.public"), say("booklet.chosen_public")]
    else:
        gap = speech.share(booklet.document["objective"]["gap"], 2)
        lines += [say("booklet.chosen", gap=gap), say("booklet.net_note")]
    lines += [say("booklet.worth_method", draws=REGISTER_DRAWS), say("booklet.acts_method")]
    facts = [(say("field.origin"), line) for line in origin_remarks(table, speech)]
    years = [speech.fact(int(year)) for year in sorted(set(table["price_year"].dropna()))]
    facts += [(say("field.price_year"), speech.join(years))] if years else []
    return {"title": say("booklet.method"), "lines": lines, "facts": facts}


def _name(row: pd.Series, unit_id: str) -> str:
    return isolated(unit_id) if pd.isna(row["name"]) else isolated(str(row["name"]))


def _model(table: pd.DataFrame, speech: Speech) -> str:
    known = table["model_version"].dropna()
    return isolated(str(known.iloc[0])) if len(known) else speech.fact(None)
