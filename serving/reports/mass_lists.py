"""The lists of many mandates as one workbook: an overview of the investors, and a row a list and place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.domain.mandate import Mandate
from engine.matching.retrieval import FIRST
from serving.i18n import Speech
from serving.reports.legend import origin_remarks
from serving.reports.shortlist import FAMILIES, list_column
from serving.reports.words import in_words, mapped
from serving.reports.workbook import Notes, OutputSheet, SheetColumn, write_xlsx

if TYPE_CHECKING:
    from serving.desk.mass_matching import MassMatched

ROWS_OF_A_WORKBOOK = 100_000
"""Longer lists are in the Parquet file alone: a spreadsheet of them opens on no usual machine."""

_COUNTS = ("feasible", "shown", "beyond", "late")
_NAMING = ("position", "unit_id", "name", "province", "county", "isic", "fit", "triage", "red_flags", "origin")


def write_lists(folder: Path, found: MassMatched, mandates: Sequence[Mandate], speech: Speech) -> Path | None:
    """Write the workbook ``lists.xlsx``; ``None`` where the lists are too long for one.

    Parameters
    ----------
    folder
        Where to.
    found
        The lists.
    mandates
        One an investor.
    speech
        Language and direction of the sheets.
    """
    if len(found.lists) > ROWS_OF_A_WORKBOOK:
        return None
    names = {one.id: one.name or one.id for one in mandates}
    sheets = [_overview(found, names, speech), _lists(found, names, speech)]
    notes = [(speech.text("shards.first"), FIRST), (speech.text("cli.legend"), speech.text("legend.public"))]
    return write_xlsx(folder / "lists.xlsx", sheets, Notes(speech.text("cli.notes"), notes), speech)


def _overview(found: MassMatched, names: dict[str, str], speech: Speech) -> OutputSheet:
    rows = found.mandates.assign(investor=found.mandates["mandate_id"].map(names))
    columns = [
        SheetColumn("investor", speech.text("cli.investor"), "long"),
        SheetColumn("mandate_id", speech.text("cli.mandate")),
        *(SheetColumn(name, speech.text(f"shards.column_{name}", first=FIRST), "count") for name in _COUNTS),
    ]
    return OutputSheet(speech.text("cli.overview"), columns, rows)


def _lists(found: MassMatched, names: dict[str, str], speech: Speech) -> OutputSheet:
    table = found.lists.reindex(columns=["mandate_id", *_NAMING, *FAMILIES])
    said = in_words(table.drop(columns=[*FAMILIES, "mandate_id"]), speech)
    for name, family in FAMILIES.items():
        said[name] = mapped(table[name].replace("", None), partial(speech.codes, family=family))
    said["investor"] = table["mandate_id"].map(names)
    columns = [list_column(name, speech) for name in (*_NAMING, *FAMILIES)]
    investor = SheetColumn("investor", speech.text("cli.investor"), "long")
    remarks = origin_remarks(found.lists, speech) if len(table) else [speech.text("cli.shortlist_none")]
    return OutputSheet(speech.text("cli.lists"), [investor, *columns], said, remarks=remarks)
