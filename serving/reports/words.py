"""Columns of an appraisal table in the reader's words: each distinct value is said once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from engine.domain.items import item_objects
from engine.domain.prediction import BOUNDS, Output, columns
from engine.domain.unit import FIELDS, PARTS, Field, Kind
from serving.i18n import Speech
from serving.i18n.speech import JALALI_BEGINS
from serving.reports.ranked import digits, isolated
from serving.reports.workbook import SheetColumn

_OUTPUT_KINDS = {
    Output.REPORTED_STATUS: ("share", "probability"),
    Output.FEASIBILITY: ("share", "probability"),
    Output.FEASIBILITY_UNIT: ("share", "probability"),
    Output.JOBS_IF_REVIVED: ("number", "persons"),
    Output.JOBS_EXPECTED: ("number", "persons"),
    Output.JOBS_PER_BILLION_RIAL: ("score", "persons per billion rial"),
    Output.JOBS_EXPECTED_PER_BILLION_RIAL: ("score", "persons per billion rial"),
}
PROBABILITIES = tuple(output for output, (_, measure) in _OUTPUT_KINDS.items() if measure == "probability")
"""Outputs that are said as shares of a hundred."""

_KINDS = {Kind.COUNT: "count", Kind.NUMBER: "number", Kind.SHARE: "share", Kind.MONEY: "money", Kind.YEAR: "year"}
_FAMILIES = {
    "status": "status",
    "stop_causes": "barrier",
    "deal_forms": "deal_form",
    "origin": "origin",
    "confidence": "confidence",
    "triage": "triage",
    "triage_reasons": "triage_reason",
    "red_flags": "red_flag",
    "money_basis": "price_basis",
    "missing": "field",
    "derived": "field",
    "not_scorable": "not_scorable",
    "stability": "stability",
    "economics_gaps": "gap",
}
_WORTH_KINDS = {
    **dict.fromkeys(("expected_net_jobs", "expected_weighted_jobs"), "number"),
    **dict.fromkeys(("net_jobs_low", "net_jobs_median", "net_jobs_high"), "number"),
    **dict.fromkeys(("npv_rial_low", "npv_rial_median", "npv_rial_high"), "money"),
    **dict.fromkeys(("capital_rial_median", "public_rial_median"), "money"),
    **dict.fromkeys(("npv_positive", "dscr_enough"), "share"),
}
_FLAGS = ("scorable", "prior_driven", "out_of_fold", "capital_assumed", "money_comparable", "bank_owned", "title_deed")


def mapped(column: pd.Series, say: Callable[[Any], Any]) -> pd.Series:
    """Say each distinct value once; what is not known stays empty.

    Examples
    --------
    >>> mapped(pd.Series(["a", None, "a"]), str.upper).tolist()
    ['A', None, 'A']
    """
    codes, distinct = pd.factorize(column)
    said = pd.Series([*(say(value) for value in distinct), None], dtype=object)
    return said.take(codes).set_axis(column.index)


def column_of(name: str, speech: Speech) -> SheetColumn:
    """Title, unit of measure and kind of one column of the appraisal table.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> column_of("jobs_expected_low", speech("en")).title
    'Expected jobs, low [persons]'
    """
    for output, (kind, measure) in _OUTPUT_KINDS.items():
        for bound in BOUNDS:
            if name == f"{output.value}_{bound}":
                ends = output is Output.FEASIBILITY and bound != "point"
                said = speech.text("column.feasibility_estimate" if ends else output)
                title = speech.text("cli.bounded", name=said, bound=speech.text(f"bound.{bound}"))
                return SheetColumn(name, with_measure(title, measure, speech), kind)
    if name in set(Field):
        return _field_column(name, speech)
    if name.startswith("part_"):
        title = speech.text("cli.part", name=speech.text(f"part.{name.removeprefix('part_')}"))
        return SheetColumn(name, title, "score")
    kind = {
        "rank": "count",
        "completeness": "share",
        "score": "score",
        "score_low": "score",
        "score_high": "score",
        "rank_low": "count",
        "rank_high": "count",
        "top_share": "share",
        "idle_now": "number",
        "as_of": "date",
        **_WORTH_KINDS,
    }.get(name, "text")
    if name in {"triage_reasons", "red_flags", "missing", "not_scorable", "source", "derived", "economics_gaps"}:
        kind = "long"
    known = (
        f"field.{name}"
        if name in {"unit_id", "origin", "source", "as_of", "confidence", "price_year", "derived"}
        else None
    )
    title = speech.text(known or f"column.{name}")
    return SheetColumn(name, with_measure(title, "months", speech) if name == "idle_now" else title, kind)


def output_title(output: Output, speech: Speech) -> str:
    """Name of an estimate with its unit of measure; a chance bears its percent sign itself.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> [output_title(one, speech("en")) for one in (Output.JOBS_EXPECTED, Output.FEASIBILITY_UNIT)]
    ['Expected jobs [persons]', 'Feasibility of this unit']
    """
    measure = _OUTPUT_KINDS[output][1]
    return speech.text(output) if measure == "probability" else with_measure(speech.text(output), measure, speech)


def in_words(frame: pd.DataFrame, speech: Speech) -> pd.DataFrame:
    """The same rows with codes, places, sectors, flags and dates in words; numbers stay numbers.

    Parameters
    ----------
    frame
        Any columns of an appraisal table.
    speech
        Language.
    """
    said = {str(name): _said(frame[name], str(name), speech) for name in frame.columns}
    return pd.DataFrame(said, index=frame.index)


def list_in_words(field: Field, text: object, speech: Speech) -> str:
    """Machines or debts of one unit in one line.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> list_in_words(Field.EQUIPMENT, "2|press|2009|sound;|saw||", speech("en"))
    '2 × press (2009, Sound); saw'
    >>> list_in_words(Field.DEBTS, "bank|Bank Melli|12000000000;tax||3000000000", speech("en"))
    'Bank Melli: 12 billion rial; Tax office: 3 billion rial'
    """
    return _between(speech).join(items_in_words(field, text, speech))


def items_in_words(field: Field, text: object, speech: Speech) -> list[str]:
    """Machines or debts of one unit, each in words.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> items_in_words(Field.EQUIPMENT, "2|press|2009|sound;|saw||", speech("en"))
    ['2 × press (2009, Sound)', 'saw']
    """
    say = _machine if field is Field.EQUIPMENT else _debt
    return [say(item, speech) for item in item_objects(text, PARTS[field])]


def value_in_words(field: Field, value: Any, precision: Any, speech: Speech) -> str:
    """One value of the unit table with its unit of measure.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> value_in_words(Field.POWER_KW, 250.0, None, speech("en"))
    '250 kW'
    """
    spec = FIELDS[field]
    if spec.kind is Kind.MONEY:
        return speech.money(value)
    if spec.kind is Kind.DATE:
        return speech.date(value, precision)
    if spec.kind is Kind.SHARE:
        return speech.share(value)
    if spec.kind in (Kind.COUNT, Kind.NUMBER):
        return f"{speech.number(value)} {speech.text(f'measure.{spec.measure}')}"
    if field.value in _FAMILIES:
        return speech.codes(value, _FAMILIES[field.value])
    if field in PARTS:
        return list_in_words(field, value, speech)
    if field in (Field.PROVINCE, Field.COUNTY):
        return speech.place(value)
    if field is Field.ISIC:
        return f"{value} · {speech.sector(value)}"
    if spec.kind is Kind.YEAR:
        return speech.year(value)
    return speech.fact(bool(value) if spec.kind is Kind.FLAG else value)


def field_on_paper(field: Field, row: Mapping[Any, Any] | pd.Series, speech: Speech) -> str:
    """A field of one unit as a page shows it: what persons wrote between direction marks; empty where not stated.

    Parameters
    ----------
    field
        Which.
    row
        The unit's row of an appraisal, with ``NAME_precision`` of dates.
    speech
        Language.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> row = {"power_kw": 250.0, "status": None}
    >>> field_on_paper(Field.POWER_KW, row, speech("en")), field_on_paper(Field.STATUS, row, speech("en"))
    ('250 kW', '')
    """
    value, kind = row.get(field.value), FIELDS[field].kind
    if value is None or pd.isna(value) or value == "":
        return ""
    if kind is Kind.LIST:
        return _between(speech).join(map(isolated, items_in_words(field, value, speech)))
    said = value_in_words(field, value, row.get(f"{field.value}_precision"), speech)
    return isolated(said) if kind is Kind.TEXT else said


def _between(speech: Speech) -> str:
    return "؛ " if speech.language == "fa" else "; "


def _machine(item: Mapping[str, Any], speech: Speech) -> str:
    said = [speech.year(item["year"])] if "year" in item else []
    said += [speech.text(f"condition.{item['condition']}")] if "condition" in item else []
    counted = f"{speech.number(item['count'])} × " if "count" in item else ""
    return f"{counted}{item['name']}" + (f" ({speech.join(said)})" if said else "")


def _debt(item: Mapping[str, Any], speech: Speech) -> str:
    return f"{item.get('name') or speech.text('creditor.' + item['creditor'])}: {speech.money(item['rial'])}"


def interval_said(row: Mapping[str, Any] | pd.Series, output: Output, speech: Speech) -> str:
    """One output of one unit, point with its low and high end, in decimals that its size deserves.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> row = {"feasibility_low": 0.01, "feasibility_point": 0.03, "feasibility_high": 0.06}
    >>> interval_said(row, Output.FEASIBILITY, speech("en"))
    '3.0% (1.0% to 6.0%)'
    """
    low, point, high = (row[name] for name in columns(output))
    if output in PROBABILITIES:
        return speech.interval(low, point, high, int(pd.notna(high) and high < 0.1), share=True)
    return speech.interval(low, point, high, digits(point))


def estimate_said(row: Mapping[str, Any] | pd.Series, output: Output, speech: Speech) -> str:
    """One output of one unit as :func:`interval_said` says it, with its measure where that is no percent.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> row = {"jobs_if_revived_low": 25.0, "jobs_if_revived_point": 95.0, "jobs_if_revived_high": 180.0}
    >>> estimate_said(row, Output.JOBS_IF_REVIVED, speech("en"))
    '95 (25 to 180) persons'
    """
    said = interval_said(row, output, speech)
    if output in PROBABILITIES or said == speech.number(None):
        return said
    return f"{said} {speech.text('measure.persons')}"


def odd_said(line: Mapping[Any, Any], speech: Speech) -> tuple[str, str]:
    """A figure that can hardly be: the fields, and what is odd with what is plausible and a guess.

    Parameters
    ----------
    line
        One line of ``engine.health.plausibility.implausible``.
    speech
        Language.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> line = {"code": "building_to_land", "fields": "building_m2;land_m2", "given": 9.0, "low": None, "high": 2.0}
    >>> odd_said(line | {"measure": "ratio", "guess": "columns_swapped"}, speech("en"))
    ('Buildings, Land', 'Buildings far larger than the land: 9 (plausible: up to 2). Were two columns swapped?')
    >>> odd_said(line | {"given": 2.004, "measure": "ratio", "guess": "columns_swapped"}, speech("en"))[1][:55]
    'Buildings far larger than the land: 2.004 (plausible: u'
    """
    said = [speech.text(f"implausible.{line['code']}")]
    if pd.notna(line["given"]):
        low, high = (_amount(line[name], line["measure"], speech) for name in ("low", "high"))
        given = _amount(line["given"], line["measure"], speech)
        if given in (low, high) or _rounds_to(line["given"], line["low"], line["high"]):
            given = _in_full(line["given"], line["measure"], speech)
        said.append(f": {given} ({speech.text('cli.plausible', range=speech.range(low, high))})")
    return speech.codes(line["fields"], "field"), f"{''.join(said)}. {speech.text('guess.' + line['guess'])}"


def _rounds_to(given: float, *limits: float) -> bool:
    """Whether a figure reads as one of its limits, which it is not, once it is rounded to one digit."""
    return any(pd.notna(limit) and limit != given and round(limit, 1) == round(given, 1) for limit in limits)


def _in_full(value: float, measure: str, speech: Speech) -> str:
    """A figure with all its digits."""
    digits = max(0, -int(Decimal(repr(float(value))).normalize().as_tuple().exponent))
    said = speech.number(value, digits)
    return speech.text("money.rial", amount=said) if measure == "rial" else said


def _amount(value: Any, measure: str, speech: Speech) -> str | None:
    if pd.isna(value):
        return None
    if measure == "rial":
        return speech.money(value)
    return speech.number(value, 0 if float(value).is_integer() else 4 if value < 0.01 else 1)


def with_measure(title: str, measure: str, speech: Speech) -> str:
    """A title with its unit of measure."""
    return f"{title} [{speech.text(f'measure.{measure}')}]" if measure else title


def _field_column(name: str, speech: Speech) -> SheetColumn:
    spec = FIELDS[Field(name)]
    kind = {Kind.DATE: "date", Kind.CODES: "long", Kind.LIST: "long"}.get(spec.kind, _KINDS.get(spec.kind, "text"))
    measure = "" if spec.kind in {Kind.SHARE, Kind.YEAR} else spec.measure
    return SheetColumn(name, with_measure(speech.text(f"field.{name}"), measure, speech), kind)


def _said(column: pd.Series, name: str, speech: Speech) -> pd.Series:
    if name in _FAMILIES:
        return mapped(column.replace("", None), lambda value: speech.codes(value, _FAMILIES[name]))
    if name in {"province", "county"}:
        return mapped(column, speech.place)
    if name == "isic":
        return mapped(column, lambda code: f"{code} · {speech.sector(code)}")
    if name in _FLAGS:
        return mapped(column.astype("boolean"), speech.fact)
    if name in {field.value for field in PARTS}:
        return mapped(column, lambda text: list_in_words(Field(name), text, speech))
    if name == Field.MACHINERY_YEAR and speech.language == "fa":
        return column - JALALI_BEGINS
    if pd.api.types.is_datetime64_any_dtype(column.dtype) and speech.language == "fa":
        return mapped(column, speech.date)
    return column
