"""The booklet of a package as PDF, and its teaser for investors: every word and number of its pages."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from engine.domain.joined import names_in
from engine.domain.prediction import Output, columns
from engine.domain.unit import FIELDS, Field, Kind, Origin
from engine.files import replacing
from engine.ranking.reasons import Triage
from serving.desk.booklet import Booklet
from serving.desk.economics import REGISTER_DRAWS
from serving.disclosure.masking import Audience
from serving.i18n import Speech
from serving.i18n.speech import NOT_KNOWN
from serving.reports.county_map import county_map
from serving.reports.legend import legend, origin_remarks
from serving.reports.package import figure_pairs, money_lines, reason_lines
from serving.reports.plan import (
    begins_said,
    by_unit,
    cost_said,
    done_said,
    money_line,
    months_said,
    plan_cost_said,
    verdict,
)
from serving.reports.ranked import isolated
from serving.reports.typeset import pictures, typeset
from serving.reports.words import field_on_paper, interval_said, output_title

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


def write_booklet(path: Path, booklet: Booklet, speech: Speech, *, logo: bytes | None = None) -> Path:
    """Write a booklet as PDF.

    Parameters
    ----------
    path
        Where to (.pdf).
    booklet
        What it shows, for its audience.
    speech
        Language and direction of the pages.
    logo
        A picture for the cover, as `serving.reports.logo.read_logo` gives it.

    Raises
    ------
    EhyaError
        ``file_not_written``.
    """
    pages = typeset(TEMPLATE, booklet_document(booklet, speech, logo=logo), made_on=booklet.as_of)
    with replacing(path) as beside:
        beside.write_bytes(pages)
    return path


def booklet_pictures(booklet: Booklet, speech: Speech, *, ppi: float = 80) -> list[bytes]:
    """The pages of a booklet as pictures (PNG), in order; ``ppi`` is how many pixels an inch has."""
    return pictures(TEMPLATE, booklet_document(booklet, speech), made_on=booklet.as_of, ppi=ppi)


def booklet_document(booklet: Booklet, speech: Speech, *, logo: bytes | None = None) -> dict[str, Any]:
    """Everything that the pages of a booklet say, in words of one language.

    Parameters
    ----------
    booklet
        What it shows, for its audience.
    speech
        Language.
    logo
        A picture for the cover.

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
        "title": say("booklet.title", event=booklet.event, key=dates["key"]) if _named(booklet) else dates["key"],
        "audience": say(f"booklet.audience_{audience}"),
        "footer": say("booklet.footer", model=_model(table, speech), **dates),
        "remarks": [*origin_remarks(table, speech), *_lost(booklet, speech)],
        "cover": _cover(booklet, speech) | {"logo": None if logo is None else list(logo)},
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
        "event": booklet.event if _named(booklet) else isolated(booklet.key),
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
    document = booklet.document
    figures = [] if document is None else figure_pairs(document, speech)
    internal = [] if document is None else [say("booklet.net_note"), *money_lines(document, speech)]
    heads = ("booklet.number", "field.name", "field.county", "booklet.sector", "booklet.page")
    return {
        "title": say("booklet.summary"),
        "figures": figures,
        "notes": [*notes, *internal],
        "headers": [say(head) for head in heads],
    }


def _units(booklet: Booklet, speech: Speech) -> list[dict[str, Any]]:
    table = booklet.units
    rows = table.to_dict("records")
    widest = widest_jobs(table)
    reasons = _reasons(booklet, speech)
    plans, found = _plans(booklet), by_unit(booklet.findings)
    worth = booklet.worth.to_dict("index")
    pages = []
    for number, (unit, row) in enumerate(table.iterrows(), start=1):
        unit_id, year = str(unit), _worth_year(booklet, row)
        fields = _said_fields(rows[number - 1], speech)
        sections = [
            _section("what", _pairs(fields, (*_PLACE, *_STORY), speech), speech),
            _section("machines", _pairs(fields, _MACHINES, speech), speech),
            *([_debts(fields, speech)] if booklet.audience is Audience.OFFICE else []),
            _section("capital", [*_pairs(fields, _CAPITAL, speech), *_year_of(row, fields, speech)], speech),
            _section("worth", _worth(worth[unit_id], year, speech), speech),
            _barriers(rows[number - 1], found.get(unit_id, []), plans[unit_id], speech),
            _steps(plans[unit_id], booklet.plans.price_year, speech),
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
                "remarks": [*_gone(booklet, str(unit_id), speech), *_remarks(row, speech)],
                "pictures": _pictures(row, widest, speech),
                "flow": _flow(booklet.flows.iloc[number - 1], year, speech),
                "sections": [section for section in sections if section["pairs"] or section["lines"]],
                "unstated": _unstated(fields, speech),
            }
        )
    return pages


def _below(row: pd.Series, speech: Speech) -> str:
    said = (speech.place(row["county"]), speech.sector(row["isic"]), speech.codes(row["status"], "status"))
    return " · ".join(part for part in said if part != speech.fact(None))


def _lost(booklet: Booklet, speech: Speech) -> list[str]:
    """On the cover: how many units of the package cannot be offered any more."""
    return [speech.text("booklet.lost_count", count=len(booklet.lost))] if booklet.lost else []


def _gone(booklet: Booklet, unit_id: str, speech: Speech) -> list[str]:
    loss = booklet.lost.get(unit_id)
    return [] if loss is None else [speech.text("booklet.lost", loss=speech.text(loss))]


def _remarks(row: pd.Series, speech: Speech) -> list[str]:
    """What must be read before any figure: that the unit is made up, or that no model could judge it."""
    made_up = [speech.text("economics.synthetic")] if row["origin"] == Origin.SYNTHETIC.value else []
    if row["scorable"]:
        return made_up
    reasons = speech.codes(row["not_scorable"], "not_scorable")
    return [*made_up, speech.text("booklet.not_scorable", reasons=reasons)]


def _section(name: str, rows: list[tuple[str, str]], speech: Speech) -> dict[str, Any]:
    return {"title": speech.text(f"booklet.{name}"), "pairs": rows, "lines": []}


def _said_fields(row: Mapping[Any, Any], speech: Speech) -> dict[Field, str]:
    """Fields of a unit that its page may show, in words; what is not stated, or not shown, is absent."""
    said = {field: field_on_paper(field, row, speech) for field in (*_SHOWN, *_DEBTS)}
    return {field: words for field, words in said.items() if words}


def _pairs(fields: Mapping[Field, str], wanted: tuple[Field, ...], speech: Speech) -> list[tuple[str, str]]:
    return [(speech.text(field), fields[field]) for field in wanted if field in fields]


def _unstated(fields: Mapping[Field, str], speech: Speech) -> str:
    absent = [speech.text(field) for field in _SHOWN if field not in fields]
    return speech.text("booklet.unstated", fields=absent) if absent else ""


def _debts(fields: Mapping[Field, str], speech: Speech) -> dict[str, Any]:
    rows = _pairs(fields, _DEBTS, speech)
    return {**_section("debts", rows, speech), "lines": [] if rows else [speech.text("booklet.no_debts")]}


def _year_of(row: pd.Series, fields: Mapping[Field, str], speech: Speech) -> list[tuple[str, str]]:
    """Of which year the money of a record is, where it states any."""
    if pd.isna(row["price_year"]) or not any(FIELDS[field].kind in (Kind.MONEY, Kind.LIST) for field in fields):
        return []
    return [(speech.text("field.price_year"), speech.fact(int(row["price_year"])))]


def _worth_year(booklet: Booklet, row: pd.Series) -> int | None:
    """Jalali year in whose prices the worth of a unit is."""
    year = row["price_year"] if booklet.price_year is None else booklet.price_year
    return None if pd.isna(year) else int(year)


def _worth(row: Mapping[Hashable, Any], year: int | None, speech: Speech) -> list[tuple[str, str]]:
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
        (say("sheet.worth_year"), speech.fact(year)),
        *([gaps] if row["economics_gaps"] else []),
    ]


_ENDS = {"low": "low", "middle": "median", "high": "high"}


def _barriers(row: Mapping[Hashable, Any], found: list[dict[Any, Any]], plan: _Plan, speech: Speech) -> dict[str, Any]:
    """What holds the unit back, the worst first; what the plan leaves stands with the cheapest act against it."""
    fix_first = row["triage"] == Triage.FIX_FIRST.value
    title = speech.text("booklet.barriers_fix_first" if fix_first else "booklet.barriers")
    if not found:
        return {"title": title, "pairs": [], "lines": [speech.text("cli.no_findings")]}
    removed = {name for act in plan.acts if act["intervention"] in plan.chosen for name in names_in(act["removes"])}
    worst = sorted(found, key=lambda finding: -finding["severity"])
    lines = [_barrier(str(finding["barrier"]), removed, plan, speech) for finding in worst]
    return {"title": title, "pairs": [], "lines": lines}


def _barrier(barrier: str, removed: set[str], plan: _Plan, speech: Speech) -> str:
    name = speech.text(f"barrier.{barrier}")
    if barrier in removed:
        return speech.text("booklet.barrier_planned", barrier=name)
    against = [act for act in plan.acts if barrier in names_in(act["removes"])]
    if not against:
        return name
    act = min(against, key=lambda one: (pd.isna(one["cost_rial"]), one["cost_rial"], one["months"]))
    return speech.text("booklet.barrier_open", barrier=name, act=_act(act, speech), facts=_facts(act, speech))


def _act(act: Mapping[Any, Any], speech: Speech) -> str:
    return speech.text(f"intervention_code.{act['intervention']}")


def _facts(act: Mapping[Any, Any], speech: Speech) -> str:
    """Who carries an act out, how many months it takes, and what it costs."""
    months = f"{months_said(act, speech)} {speech.text('measure.months')}"
    return " · ".join([speech.text(f"owner.{act['owner']}"), months, cost_said(act, speech)])


def _steps(plan: _Plan, year: int, speech: Speech) -> dict[str, Any]:
    """The cheapest plan, as ``ehya plan`` gives it: each act in its order, and what they come to."""
    say, whole = speech.text, plan.whole
    rows = [(_act(step, speech), " · ".join([begins_said(step, speech), _facts(step, speech)])) for step in plan.steps]
    if rows:
        months = f"{months_said(whole, speech)} {say('measure.months')}"
        rows.append((say("plan.total"), " · ".join([months, plan_cost_said(whole, speech), *_then(whole, speech)])))
    done = [done_said(act, speech) for act in plan.done]
    priced = [money_line(year, speech)] if rows else []
    return {"title": say("booklet.plan"), "pairs": rows, "lines": [verdict(whole, speech), *done, *priced]}


def _then(whole: Mapping[Any, Any], speech: Speech) -> list[str]:
    if pd.isna(whole["feasibility"]):
        return []
    after = speech.interval(whole["after_low"], whole["feasibility_after"], whole["after_high"], share=True)
    return [speech.text("booklet.then", now=speech.share(whole["feasibility"]), after=after)]


class _Plan(NamedTuple):
    """The plan of one unit: its row, its steps, all acts that were weighed, and what was done."""

    whole: dict[Any, Any]
    steps: list[dict[Any, Any]]
    acts: list[dict[Any, Any]]
    done: list[dict[Any, Any]]

    @property
    def chosen(self) -> set[str]:
        return {step["intervention"] for step in self.steps}


def _plans(booklet: Booklet) -> dict[str, _Plan]:
    result = booklet.plans
    steps, acts, done = (by_unit(table) for table in (result.plans.steps, result.acts, result.done))
    wholes = result.plans.table.to_dict("index")
    return {
        str(unit): _Plan(whole, steps.get(unit, []), acts.get(unit, []), done.get(unit, []))
        for unit, whole in wholes.items()
    }


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
        return {"name": output_title(output, speech), "said": speech.fact(None), "axis": axis, "at": None}
    start, at, end = (min(max(float(value) / most, 0.0), 1.0) for value in (low, point, high))
    said = interval_said(row, output, speech)
    return {"name": output_title(output, speech), "said": said, "axis": axis, "start": start, "at": at, "end": end}


def _flow(years: pd.Series, year: int | None, speech: Speech) -> dict[str, Any] | None:
    """Bars of the cash flow by year, as shares of the longest; ``None`` where it cannot be worked out."""
    most = years.abs().max()
    if years.isna().any() or not most > 0:
        return None
    bars = [
        {"share": float(value / most), "year": speech.number(year), "said": speech.money(value)}
        for year, value in zip(years.index, years, strict=True)
    ]
    ends = {"low": speech.money(years.min()), "high": speech.money(years.max())}
    return {
        "title": speech.text("booklet.flow"),
        "bars": bars,
        "note": speech.text("booklet.flow_note", **ends, year=year),
    }


def widest_jobs(table: pd.DataFrame) -> float:
    """Upper end of jobs over all units, so that one axis serves them all; 1 where there are none."""
    most = table[columns(Output.JOBS_IF_REVIVED)[2]].astype("float64").max()
    return float(most) if most > 0 else 1.0


def _comparison(booklet: Booklet, speech: Speech) -> dict[str, Any]:
    say, outputs = speech.text, (Output.FEASIBILITY_UNIT, Output.JOBS_IF_REVIVED, Output.JOBS_EXPECTED)
    headers = [
        say("booklet.number"),
        say("field.name"),
        *(output_title(output, speech) for output in outputs),
        say(Field.CAPITAL_NEEDED_RIAL),
        say("booklet.npv_middle"),
        say("column.triage"),
    ]
    rows = [
        [
            speech.number(number),
            _name(row, str(unit)),
            *(interval_said(row, output, speech) for output in outputs),
            speech.money(row[Field.CAPITAL_NEEDED_RIAL.value]),
            speech.money(booklet.worth.loc[str(unit), "npv_rial_median"]),
            speech.codes(row["triage"], "triage"),
        ]
        for number, (unit, row) in enumerate(booklet.units.iterrows(), start=1)
    ]
    note = say("booklet.comparison_note", year=booklet.price_year)
    return {"title": say("booklet.comparison"), "headers": headers, "rows": rows, "note": note}


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
    lines += [say("booklet.acts_assumed")]
    facts = [(say("field.origin"), line) for line in origin_remarks(table, speech)]
    years = [speech.fact(int(year)) for year in sorted(set(table["price_year"].dropna()))]
    facts += [(say("field.price_year"), speech.join(years))] if years else []
    return {"title": say("booklet.method"), "lines": lines, "facts": facts}


def _name(row: pd.Series, unit_id: str) -> str:
    return isolated(unit_id) if pd.isna(row["name"]) else isolated(str(row["name"]))


def _named(booklet: Booklet) -> bool:
    return booklet.event not in ("", NOT_KNOWN)


def _model(table: pd.DataFrame, speech: Speech) -> str:
    known = table["model_version"].dropna()
    return isolated(str(known.iloc[0])) if len(known) else speech.fact(None)
