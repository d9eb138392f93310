"""The workbook of an event: a sheet an investor, whom nobody matches, whom everybody is shown. Public fields only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from serving.i18n import Speech
from serving.reports.legend import legend, model_lines, origin_remarks
from serving.reports.shortlist import investor_view, shortlist_sheet, why_empty
from serving.reports.words import column_of, in_words, mapped
from serving.reports.workbook import Notes, OutputSheet, SheetColumn, write_xlsx

if TYPE_CHECKING:
    from engine.matching.event import Event
    from engine.matching.shortlist import Shortlist
    from serving.desk.stock import Stock

_NAMING = ("unit_id", "name", "province", "county", "isic", "origin")


def write_event(path: Path, event: Event, offered: Stock, speech: Speech) -> Path:
    """Write the workbook of an event.

    Parameters
    ----------
    path
        Where to (.xlsx).
    event
        Shortlists of all mandates, with the units that none or all of them get.
    offered
        The units on offer to the public; incomplete records are named nowhere (decision 0006).
    speech
        Language and direction of the sheets.
    """
    # Interest does not follow an empty offer: an incomplete record is not named among the unmatched either.
    sheets = [
        _overview(event, speech),
        *(_list(one, offered, speech) for one in event.shortlists),
        _units(event.unmatched, offered.units, speech, "unmatched"),
        _units(event.everyone, offered.units, speech, "everyones"),
        _units(event.unshown, offered.units, speech, "unshown"),
    ]
    return write_xlsx(path, sheets, _notes(event, offered.units, speech), speech)


def _list(shortlist: Shortlist, offered: Stock, speech: Speech) -> OutputSheet:
    empty = [] if len(shortlist) else why_empty(offered.offer(shortlist.mandate), speech)
    return shortlist_sheet(shortlist, offered.units, speech, _investor(shortlist), empty)


def _overview(event: Event, speech: Speech) -> OutputSheet:
    rows = pd.DataFrame(
        {
            "investor": [_investor(one) for one in event.shortlists],
            "mandate": [one.mandate.id for one in event.shortlists],
            "feasible": [one.feasible for one in event.shortlists],
            "shown": [len(one) for one in event.shortlists],
            "run_id": [one.run_id for one in event.shortlists],
        }
    )
    kinds = {"feasible": "count", "shown": "count", "investor": "long"}
    columns = [SheetColumn(name, speech.text(f"cli.{name}"), kinds.get(name, "text")) for name in rows.columns]
    return OutputSheet(speech.text("cli.overview"), columns, rows)


def _units(table: pd.DataFrame, shown: pd.DataFrame, speech: Speech, title: str) -> OutputSheet:
    table = table[table["unit_id"].isin(shown.index)]
    units = shown.loc[table["unit_id"]]
    public = investor_view(units).reset_index()
    known = in_words(public[[name for name in _NAMING if name in public.columns]], speech)
    own = table.drop(columns="unit_id").reset_index(drop=True)
    if "limit" in own.columns:
        own["limit"] = mapped(own["limit"], lambda code: speech.text(f"exclusion.{code}"))
    columns = [column_of(name, speech) for name in known.columns]
    columns += [SheetColumn(f"own_{name}", *_OWN[title, name](speech)) for name in own.columns]
    rows = pd.concat([known.reset_index(drop=True), own.add_prefix("own_")], axis=1)
    remarks = origin_remarks(units, speech) if len(rows) else [speech.text("cli.no_such_unit")]
    return OutputSheet(speech.text(f"cli.{title}"), columns, rows, remarks=remarks)


def _named(key: str, kind: str) -> Any:
    return lambda speech: (speech.text(f"cli.{key}"), kind)


_OWN = {
    ("unmatched", "limit"): _named("excluded_by", "long"),
    ("unmatched", "mandates"): _named("investors_excluded", "count"),
    ("unmatched", "share"): _named("share_of_investors", "share"),
    ("everyones", "shown"): _named("lists", "count"),
    ("everyones", "share"): _named("share_of_lists", "share"),
    ("unshown", "feasible"): _named("open_to", "count"),
}


def _notes(event: Event, shown: pd.DataFrame, speech: Speech) -> Notes:
    lines: list[tuple[str, Any]] = [(speech.text(f"cli.count_{name}"), count) for name, count in event.counts.items()]
    lines += model_lines(shown, speech)
    told = [line for line in legend(shown, speech) if line != speech.text("legend.rank")]
    lines += [(speech.text("cli.legend"), line) for line in [*told, speech.text("legend.public")]]
    return Notes(speech.text("cli.notes"), lines)


def _investor(shortlist: Shortlist) -> str:
    return shortlist.mandate.name or shortlist.mandate.id
