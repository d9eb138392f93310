"""The health of a register in words: bars for the terminal, a workbook, JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.health import WEIGHTS, Health
from engine.health.assessment import AGE_EDGES, GROUPS
from serving.i18n import Speech
from serving.reports.reasons import asked_document, register_questions_sheet
from serving.reports.words import in_words
from serving.reports.workbook import Notes, OutputSheet, SheetColumn, write_json, write_xlsx

ENDINGS = (".xlsx", ".json")

_KINDS = {
    "units": "count", "completeness": "share", "publishable": "share", "scorable": "share", "stale": "share",
    "age_months": "number", "undated": "count", "conflicts": "count", "duplicates": "count",
    "implausible": "count",
}  # fmt: skip
_FULL, _EMPTY = "█", "░"


def bar(share: float, width: int = 20) -> str:
    """A share as a bar; anything above nothing shows, and less than all leaves a gap.

    Examples
    --------
    >>> bar(0.5, 8), bar(0.001, 4), bar(0.999, 4), bar(1.0, 4)
    ('████░░░░', '█░░░', '███░', '████')
    """
    full = round(share * width)
    full = width if share >= 1 else 0 if share <= 0 else min(max(full, 1), width - 1)
    return _FULL * full + _EMPTY * (width - full)


def field_names(joined: object, speech: Speech) -> str:
    """Fields joined by ``;`` in words."""
    return speech.codes(joined, "field")


def age_words(ages: pd.DataFrame, speech: Speech) -> list[str]:
    """Stretches of ages in words; the last is that of records without a date."""
    said = []
    for low, high in zip(ages["from_months"], ages["to_months"], strict=True):
        if pd.isna(low):
            said.append(speech.text("register_health.undated"))
        elif pd.isna(high):
            said.append(speech.text("register_health.age_over", low=low))
        else:
            said.append(speech.text("register_health.age_between", low=low, high=high))
    return said


def title_of(name: str, speech: Speech) -> str:
    """Title of one figure of a part of the register."""
    if name.startswith("unlock_"):
        return speech.text("register_health.unlock_field", field=speech.text(f"field.{name.removeprefix('unlock_')}"))
    return speech.text(f"register_health.{name}", months=AGE_EDGES[-1])


def parts_in_words(health: Health, group: str, speech: Speech) -> pd.DataFrame:
    """The parts of a register with the columns that name them in words; what is not known says so."""
    table = health.groups[group]
    names = in_words(table[GROUPS[group]], speech).astype(object)
    return table.assign(**{str(name): names[name].fillna(speech.text("register_health.not_known")) for name in names})


def health_document(health: Health, asked: pd.DataFrame | None = None) -> dict[str, Any]:
    """The health of a register as canonical JSON: codes and numbers; ``ask``, what to ask next, where it is known."""
    document = {
        "as_of": health.as_of,
        "threshold": health.threshold,
        "weights": {field.value: weight for field, weight in WEIGHTS.items()},
        "totals": next(iter(health.totals.to_dict("records")), {"units": 0}),
        "fields": health.fields.to_dict("records"),
        "reasons": health.reasons.to_dict("records"),
        "unlocks": [
            {**row, "fields": row["fields"].split(";")} for row in health.unlocks.to_dict("records")
        ],
        "ages": health.ages.to_dict("records"),
        "groups": {name: table.to_dict("records") for name, table in health.groups.items()},
    }  # fmt: skip
    return document if asked is None else document | {"ask": asked_document(asked)}


def health_sheets(health: Health, speech: Speech) -> list[OutputSheet]:
    """Sheets of the workbook: overview, fields, what to fill, freshness, the parts, the units."""
    parts = [_parts_sheet(health, group, speech) for group in ("county", "estate", "province", "source")]
    whole = [_overview(health, speech), _fields(health, speech), _unlocks(health, speech), _ages(health, speech)]
    return [*whole, *parts, _records(health, speech)]


def write_health(path: Path, health: Health, speech: Speech, *, asked: pd.DataFrame | None = None) -> Path:
    """Write the health of a register in the form that the file's ending names.

    Parameters
    ----------
    path
        Where to: .xlsx or .json.
    health
        What `engine.health.health` gives.
    speech
        Language of the workbook.
    asked
        What to ask next over all units (`serving.desk.why.asked_of_the_register`).

    Raises
    ------
    EhyaError
        ``unknown_option`` when the ending is none of `ENDINGS`.
    """
    if path.suffix not in ENDINGS:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=path.name, allowed=list(ENDINGS))
    if path.suffix == ".json":
        return write_json(path, health_document(health, asked))
    sheets = health_sheets(health, speech)
    if asked is not None and len(asked):
        sheets.insert(3, register_questions_sheet(asked, speech))
    return write_xlsx(path, sheets, Notes(_say(speech)("method"), _notes(health, speech)), speech)


def overview_lines(health: Health, speech: Speech) -> list[tuple[str, Any, str]]:
    """Name, value and kind of each figure of the whole register."""
    say, row = _say(speech), health.totals.iloc[0]
    lines = [(title_of(name, speech), row[name], _KINDS[name]) for name in _KINDS if name in health.totals.columns]
    named = say("publishable_from", threshold=speech.share(health.threshold))
    return [(named if title == say("publishable") else title, value, kind) for title, value, kind in lines]


def _say(speech: Speech) -> Any:
    return lambda key, /, **facts: speech.text(f"register_health.{key}", **facts)


def _overview(health: Health, speech: Speech) -> OutputSheet:
    lines = overview_lines(health, speech) if len(health.totals) else []
    said = [speech.share(value, 1) if kind == "share" else value for _, value, kind in lines]
    rows = pd.DataFrame({"name": [line[0] for line in lines], "value": pd.Series(said, dtype=object)})
    say = _say(speech)
    return OutputSheet(say("overview"), [SheetColumn("name", say("overview"), "long"), SheetColumn("value", "")], rows)


def _fields(health: Health, speech: Speech) -> OutputSheet:
    say = _say(speech)
    rows = health.fields.assign(field=[speech.text(f"field.{name}") for name in health.fields["field"]])
    kinds = {"field": "long", "share": "share"}
    return OutputSheet(
        say("fields"), [SheetColumn(name, say(name), kinds.get(name, "count")) for name in rows.columns], rows
    )


def _unlocks(health: Health, speech: Speech) -> OutputSheet:
    say = _say(speech)
    rows = health.unlocks.assign(fields=[field_names(joined, speech) for joined in health.unlocks["fields"]])
    columns = [
        SheetColumn("fields", say("fill"), "long"),
        SheetColumn("units", say("unlocks"), "count"),
        SheetColumn("alone", say("alone"), "count"),
    ]
    return OutputSheet(say("unlock_title"), columns, rows)


def _ages(health: Health, speech: Speech) -> OutputSheet:
    say = _say(speech)
    rows = health.ages.assign(age=age_words(health.ages, speech))
    columns = [
        SheetColumn("age", say("age")),
        SheetColumn("units", say("units"), "count"),
        SheetColumn("share", "%", "share"),
    ]
    return OutputSheet(say("ages_title"), columns, rows)


def _parts_sheet(health: Health, group: str, speech: Speech) -> OutputSheet:
    rows = parts_in_words(health, group, speech)
    names = [SheetColumn(name, speech.text(f"field.{name}")) for name in GROUPS[group]]
    figures = [
        SheetColumn(str(name), title_of(str(name), speech), _KINDS.get(str(name), "count"))
        for name in rows.columns
        if name not in GROUPS[group]
    ]
    return OutputSheet(_say(speech)("by", name=speech.text(f"field.{group}")), [*names, *figures], rows)


def _records(health: Health, speech: Speech) -> OutputSheet:
    rows = in_words(health.records.drop(columns=["publishable", "scorable"]).reset_index(), speech)
    for name in ("publishable", "scorable"):
        rows[name] = [speech.fact(bool(mark)) for mark in health.records[name]]
    titles = {"unit_id": "field.unit_id", "age_months": "register_health.record_age"}
    titles |= {name: f"column.{name}" for name in ("completeness", "scorable", "not_scorable")}
    kinds = {"completeness": "share", "age_months": "number", "not_scorable": "long"}
    columns = [
        SheetColumn(name, speech.text(titles.get(name, f"register_health.{name}")), kinds.get(name, "text"))
        for name in ("unit_id", *map(str, health.records.columns))
    ]
    return OutputSheet(_say(speech)("records"), columns, rows)


def _notes(health: Health, speech: Speech) -> list[tuple[str, Any]]:
    say = _say(speech)
    weights = speech.join(
        say("weighed", field=speech.text(field), weight=weight) for field, weight in WEIGHTS.items()
    )  # fmt: skip
    share = speech.share(health.threshold)
    return [
        (speech.text("column.asked_as_of"), speech.date(health.as_of)),
        (say("completeness"), say("method_completeness", weights=weights)),
        (say("publishable"), say("method_publishable", threshold=share)),
        (say("unlocks"), say("method_unlocks")),
    ]
