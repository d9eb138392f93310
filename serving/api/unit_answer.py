"""One unit as JSON: codes and numbers, with the words for the codes beside them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd
from cachetools import LRUCache

from engine.domain.items import item_objects
from engine.domain.prediction import BOUNDS, Output
from engine.domain.unit import FIELDS, PARTS, Field, Kind, public_fields
from serving.desk.stock import Stock
from serving.disclosure.levels import Level
from serving.disclosure.values import codes, known
from serving.i18n import Speech
from serving.reports.ranked import part_columns

SAID_UNITS = 5_000
"""Units of a stock of which it is kept what was said, some 8 kB each."""
_said: WeakKeyDictionary[Stock, LRUCache[tuple[str, str], dict[str, Any]]] = WeakKeyDictionary()
_saying = threading.Lock()

MEASURES = {
    Output.REPORTED_STATUS: "probability",
    Output.FEASIBILITY: "probability",
    Output.FEASIBILITY_UNIT: "probability",
    Output.JOBS_IF_REVIVED: "persons",
    Output.JOBS_EXPECTED: "persons",
    Output.JOBS_PER_BILLION_RIAL: "persons per billion rial",
    Output.JOBS_EXPECTED_PER_BILLION_RIAL: "persons per billion rial",
}
"""Unit of measure of each predicted quantity."""


def unit_answers(units: pd.DataFrame, speech: Speech) -> list[dict[str, Any]]:
    """Say the rows of a public table.

    Parameters
    ----------
    units
        Rows of :func:`serving.disclosure.fields.public_table`, as few as one answer holds.
    speech
        Language of ``text``.

    Returns
    -------
    list of dict
        In the order given; what is not known is left out of ``fields``, and is ``None`` elsewhere.
    """
    parts = part_columns(units)
    return [_unit(record, parts, speech) for record in units.reset_index().to_dict(orient="records")]


def stock_answers(stock: Stock, names: Sequence[str], speech: Speech) -> list[dict[str, Any]]:
    """Say units of a stock, each once for its language however many lists it stands on.

    Parameters
    ----------
    stock
        What is on offer; it never changes, so that what was said of a unit stays right.
    names
        Ids of units on show.
    speech
        Language of ``text``.
    """
    with _saying:
        kept = _said.setdefault(stock, LRUCache(SAID_UNITS))
        found = {name: kept.get((name, speech.language)) for name in names}
    missing = [name for name, said in found.items() if said is None]
    if missing:
        new = unit_answers(stock.units.loc[missing], speech)
        with _saying:
            for name, said in zip(missing, new, strict=True):
                found[name] = kept[name, speech.language] = said
    return [told for name in names if (told := found[name]) is not None]


def private_answer(found: pd.DataFrame, level: Level) -> dict[str, Any]:
    """Say what a caller reads beside the public record.

    Parameters
    ----------
    found
        What `serving.desk.disclosed.beside_the_record` gives for the level: one row, or none.
    level
        The level.
    """
    records = found.to_dict(orient="records")
    record = records[0] if records else {}
    fields = {str(name): _value(str(name), value) for name, value in record.items() if known(value)}
    return {"level": level.value, "fields": fields}


def _unit(record: dict[Any, Any], parts: list[str], speech: Speech) -> dict[str, Any]:
    return {
        "unit_id": str(record["unit_id"]),
        "fields": _fields(record),
        "precision": {
            name: str(record[f"{name}_precision"])
            for name in public_fields()
            if FIELDS[name].kind is Kind.DATE and known(record[f"{name}_precision"])  # type: ignore[index]
        },
        "record": {
            "origin": _text(record["origin"]),
            "source_url": _text(record["source"]),
            "as_of": _day(record["as_of"]),
            "confidence": _text(record["confidence"]),
            "price_year": int(record["price_year"]) if known(record["price_year"]) else None,
            "derived": codes(record["derived"]),
        },
        "prediction": _prediction(record),
        "judgement": _judgement(record, parts),
        "text": _words(record, speech),
    }


def _fields(record: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(name, record[name]) for name in public_fields() if known(record[name])}


def _value(name: str, value: Any) -> Any:
    kind = FIELDS[Field(name)].kind
    if kind is Kind.LIST:
        return item_objects(value, PARTS[Field(name)])
    if kind is Kind.CODES:
        return codes(value)
    if kind is Kind.DATE:
        return _day(value)
    if kind is Kind.FLAG:
        return bool(value)
    if kind in (Kind.COUNT, Kind.YEAR, Kind.MONEY):
        return int(value)
    if kind in (Kind.NUMBER, Kind.SHARE):
        return float(value)
    return str(value)


def _prediction(record: dict[str, Any]) -> dict[str, Any]:
    outputs = {}
    for output, measure in MEASURES.items():
        ends = {bound: record[f"{output}_{bound}"] for bound in BOUNDS}
        if known(ends["point"]):
            outputs[output.value] = {bound: _number(value) for bound, value in ends.items()} | {"measure": measure}
    return {
        "scorable": bool(record["scorable"]),
        "not_scorable": codes(record["not_scorable"]),
        "prior_driven": _true(record["prior_driven"]),
        "out_of_fold": _true(record["out_of_fold"]),
        "capital_assumed": _true(record.get("capital_assumed")),
        "model_version": _text(record["model_version"]),
        "model_data_until": _day(record["model_data_until"]),
        "outputs": outputs,
    }


def _judgement(record: dict[str, Any], parts: list[str]) -> dict[str, Any]:
    return {
        "triage": str(record["triage"]),
        "triage_reasons": codes(record["triage_reasons"]),
        "red_flags": codes(record["red_flags"]),
        "missing": codes(record["missing"]),
        "rank": int(record["rank"]) if known(record["rank"]) else None,
        "rank_low": int(record["rank_low"]) if known(record["rank_low"]) else None,
        "rank_high": int(record["rank_high"]) if known(record["rank_high"]) else None,
        "stability": _text(record["stability"]),
        "score": _number(record["score"]),
        "parts": {name.removeprefix("part_"): _number(record[name]) for name in parts if known(record[name])},
    }


def _words(record: dict[str, Any], speech: Speech) -> dict[str, Any]:
    """Words for the codes of one unit, under the names of the members that hold them."""
    listed = {
        "stop_causes": "barrier",
        "deal_forms": "deal_form",
        "triage_reasons": "triage_reason",
        "red_flags": "red_flag",
        "missing": "field",
        "not_scorable": "not_scorable",
    }
    single = {
        "status": "status",
        "triage": "triage",
        "origin": "origin",
        "confidence": "confidence",
        "stability": "stability",
    }
    words: dict[str, Any] = {name: speech.place(record[name]) for name in ("province", "county") if known(record[name])}
    if known(record["isic"]):
        words["sector"] = speech.sector(record["isic"])
    words |= {name: speech.text(f"{family}.{record[name]}") for name, family in single.items() if known(record[name])}
    words |= {
        name: [speech.text(f"{family}.{code}") for code in codes(record[name])]
        for name, family in listed.items()
        if codes(record[name])
    }
    if _true(record["prior_driven"]):
        words["prior_driven"] = speech.text("mark.prior_driven")
    return words


def _number(value: Any) -> float | None:
    return float(f"{float(value):.6g}") if known(value) else None


def _text(value: Any) -> str | None:
    return str(value) if known(value) else None


def _day(value: Any) -> str | None:
    return pd.Timestamp(value).date().isoformat() if known(value) else None


def _true(value: Any) -> bool:
    return bool(known(value) and value)
