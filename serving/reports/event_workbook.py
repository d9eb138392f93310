"""The workbook of an event: a sheet an investor, whom nobody matches, whom everybody is shown. Public fields only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.health import publishable
from serving.i18n import Speech
from serving.reports.ranking import legend, model_lines, origin_remarks
from serving.reports.shortlist import public_view, shortlist_sheet
from serving.reports.words import column_of, in_words, mapped
from serving.reports.workbook import Column, Notes, Sheet, write_xlsx

if TYPE_CHECKING:
    from engine.matching import Shortlist
    from engine.matching.event import Event

_NAMING = ("unit_id", "name", "province", "county", "isic", "origin")


def write_event(path: Path, event: Event, appraisal: pd.DataFrame, speech: Speech) -> Path:
    """Write the workbook of an event.

    Parameters
    ----------
    path
        Where to (.xlsx).
    event
        Shortlists of all mandates, with the units that none or all of them get.
    appraisal
        Appraisal table of the same units; its private columns stay out, and so do incomplete records (decision 0006).
    speech
        Language and direction of the sheets.
    """
    # Interest does not follow an empty offer: an incomplete record is named nowhere, not among the unmatched either.
    shown = appraisal[publishable(appraisal)]
    sheets = [
        _overview(event, speech),
        *(shortlist_sheet(one, appraisal, speech, _investor(one)) for one in event.shortlists),
        _units(event.unmatched, shown, speech, "unmatched"),
        _units(event.everyone, shown, speech, "everyones"),
        _units(event.unshown, shown, speech, "unshown"),
    ]
    return write_xlsx(path, sheets, _notes(event, appraisal, speech), speech)


def _overview(event: Event, speech: Speech) -> Sheet:
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
    columns = [Column(name, speech.text(f"cli.{name}"), kinds.get(name, "text")) for name in rows.columns]
    return Sheet(speech.text("cli.overview"), columns, rows)


def _units(table: pd.DataFrame, appraisal: pd.DataFrame, speech: Speech, title: str) -> Sheet:
    table = table[table["unit_id"].isin(appraisal.index)]
    units = appraisal.loc[table["unit_id"]]
    public = public_view(units).reset_index()
    known = in_words(public[[name for name in _NAMING if name in public.columns]], speech)
    own = table.drop(columns="unit_id").reset_index(drop=True)
    if "limit" in own.columns:
        own["limit"] = mapped(own["limit"], lambda code: speech.text(f"exclusion.{code}"))
    columns = [column_of(name, speech) for name in known.columns]
    columns += [Column(f"own_{name}", *_OWN[title, name](speech)) for name in own.columns]
    rows = pd.concat([known.reset_index(drop=True), own.add_prefix("own_")], axis=1)
    return Sheet(speech.text(f"cli.{title}"), columns, rows, remarks=origin_remarks(units, speech))


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


def _notes(event: Event, appraisal: pd.DataFrame, speech: Speech) -> Notes:
    lines: list[tuple[str, Any]] = [(speech.text(f"cli.count_{name}"), count) for name, count in event.counts.items()]
    lines += model_lines(appraisal, speech)
    rank = speech.text("legend.rank")
    lines += [(speech.text("cli.legend"), line) for line in legend(appraisal, speech) if line != rank]
    return Notes(speech.text("cli.notes"), lines)


def _investor(shortlist: Shortlist) -> str:
    return shortlist.mandate.name or shortlist.mandate.id
