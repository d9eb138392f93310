"""Registers that were read: the list, and what one of them did to units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from engine.parsing.rejection import RejectionCode
from engine.store.undoing import Fate
from serving.desk.imports import MISSING, ImportSeen, ImportsSeen, UndoSeen
from serving.desk.units import first_shown
from serving.desk.uploads import Upload
from serving.disclosure.values import known
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import Pages, day_said, name_of, unit_address
from serving.reports.audited import actor_said
from serving.reports.ranked import isolated
from serving.reports.rejects import REMEDIES, Remedy
from serving.reports.said import field_said, value_said

LENGTH = 30
"""Imports of a page, and units of an import's page."""
_REFUSED = 100


def place_said(sheet: object, row: Any, words: Speech, several: bool) -> str:
    """Number of a row, with its sheet where there are several.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> place_said("Khoy", 12, speech("en"), several=False), place_said("Khoy", 12, speech("fa"), several=True)
    ('12', '۱۲ (\u2068Khoy\u2069)')
    """
    number = words.fact(int(row))
    return f"{number} ({isolated(str(sheet))})" if several else number


def imports_page(frame: Frame, found: ImportsSeen, waiting: Sequence[Upload], start: int = 0) -> str:
    """Write the list of registers that were read, the newest first.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The imports.
    waiting
        Files with which nobody has gone on yet.
    start
        First line.
    """
    words = frame.speech
    newest = found.table.iloc[::-1]
    start = first_shown(start, LENGTH, len(newest))
    rows = newest.iloc[start : start + LENGTH].to_dict("records")
    return page(
        "imports.html",
        frame,
        Place.IMPORTS,
        rows=[_line(one, found.readers, found.undoers, words) for one in rows],
        waiting=[waiting_line(one, words) for one in waiting],
        pages=Pages.of("/desk/imports", {}, start, LENGTH, len(newest), words),
    )


def waiting_line(upload: Upload, words: Speech) -> dict[str, str]:
    """A file that waits, in words."""
    address = f"/desk/imports/new/{upload.upload_id}"
    return {
        "name": upload.name,
        "by": actor_said(upload.actor, words),
        "on": day_said(datetime.fromisoformat(upload.made_at), words),
        "address": address,
    }


def import_page(frame: Frame, found: ImportSeen) -> str:
    """Write what one register did to units.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The import, with the cells of the units that are shown.
    """
    words, story = frame.speech, found.story
    number, cells = story.import_id, story.cells
    units = story.changed
    groups = cells.groupby("unit_id", sort=False)
    several = len({*cells["sheet"], *found.refused["sheet"]}) > 1
    missing = story.missing["unit_id"].head(MISSING).tolist()
    beyond = len(story.missing) - len(missing)
    return page(
        "import.html",
        frame,
        Place.IMPORTS,
        line=_line(found.line, {number: found.reader}, {number: found.undoer}, words),
        units=[_unit(str(unit), part, found.names, words, several) for unit, part in groups],
        count=words.number(len(units)),
        missing=[(unit_address(unit), name_of(found.names.get(unit), words)) for unit in missing],
        earlier=story.earlier_id,
        missing_more=words.number(beyond) if beyond else "",
        complete=story.complete,
        refused=[_refused(one, words, several) for one in found.refused.head(_REFUSED).to_dict("records")],
        **_left(found.left, words),
        refused_more=words.number(len(found.refused) - _REFUSED) if len(found.refused) > _REFUSED else "",
        pages=Pages.of(f"/desk/imports/{number}", {}, found.start, LENGTH, len(units), words),
    )


def undo_page(frame: Frame, found: UndoSeen) -> str:
    """Write what taking a register back would take along, before it is done.

    Parameters
    ----------
    frame
        What stands around it.
    found
        What it would do.
    """
    words, number, units = frame.speech, found.undone.import_id, found.undone.units
    fates = {fate: units.loc[units["fate"] == fate.value, "unit_id"] for fate in Fate}
    gone = set(fates[Fate.GONE])
    kept = found.undone.kept
    lost = kept[kept["unit_id"].isin(gone)]["kind"].value_counts()
    return page(
        "import_undo.html",
        frame,
        Place.IMPORTS,
        line=_line(found.line, {}, {}, words),
        counts=[(words.text(f"undo_fate.{fate.value}"), words.number(len(ids))) for fate, ids in fates.items()],
        lists=[
            (
                words.text(f"undo_fate.{fate.value}"),
                [(unit_address(unit), name_of(found.names.get(unit), words)) for unit in fates[fate][:MISSING]],
                words.number(len(fates[fate]) - MISSING) if len(fates[fate]) > MISSING else "",
            )
            for fate in (Fate.GONE, Fate.CHANGED)
            if len(fates[fate])
        ],
        **_left(found.left, words),
        lost=[words.text(f"undo_kept.{kind}", count=int(count)) for kind, count in lost.items()],
        later=[_line(one, {}, {}, words) for one in found.later.head(MISSING).to_dict("records")],
        later_more=words.number(len(found.later) - MISSING) if len(found.later) > MISSING else "",
        here=f"/desk/imports/{number}",
    )


def _left(left: pd.Series, words: Speech) -> dict[str, Any]:
    """Units that stay by edits alone, by their last name and their id."""
    return {
        "left": [
            (unit_address(str(unit)), name_of(name, words), str(unit)) for unit, name in left.head(MISSING).items()
        ],
        "left_more": words.number(len(left) - MISSING) if len(left) > MISSING else "",
    }


def changes_said(cells: pd.DataFrame, words: Speech) -> list[dict[str, str]]:
    """Fields of one unit with what they said before and say now.

    Parameters
    ----------
    cells
        ``field, before, after``, and ``held`` or ``shown``: whether the new value stands only beside another.
    words
        Language.
    """
    return [_change(one, words) for one in cells.to_dict("records")]


def _change(one: Mapping[Any, Any], words: Speech) -> dict[str, str]:
    name = str(one["field"])
    before, after = (value_said(name, one[side], "day", words) for side in ("before", "after"))
    if known(one.get("held")):
        after = words.text("conflicts.held", value=after, why=words.text(f"precedence.{one['held']}"))
    elif not one.get("shown", True):
        after = words.text("imports.beside", value=after)
    return {"field": field_said(name, words), "before": before if known(one["before"]) else "", "after": after}


def _line(
    one: Mapping[Any, Any], readers: Mapping[int, str], undoers: Mapping[int, str], words: Speech
) -> dict[str, Any]:
    number = int(one["id"])
    refused = int(one["rejected_row_count"]) + int(one["rejected_cell_count"])
    return {
        "number": number,
        "said": words.number(number),
        "address": f"/desk/imports/{number}",
        "source": str(one["source"]),
        "as_of": words.date(one["as_of"]),
        "on": day_said(one["imported_at"], words),
        "by": actor_said(readers.get(number, ""), words),
        "new": words.number(one["new_count"]),
        "updated": words.number(one["updated_count"]),
        "unchanged": words.number(one["unchanged_count"]),
        "refused": words.number(refused),
        "undone": day_said(one["undone_at"], words) if known(one["undone_at"]) else "",
        "undoer": actor_said(undoers.get(number, ""), words),
    }


def _unit(unit_id: str, cells: pd.DataFrame, names: pd.Series, words: Speech, several: bool) -> dict[str, Any]:
    first = cells.iloc[0]
    stays = unit_id in names.index
    stated = cells.loc[cells["field"] == "name", "after"]
    name = names[unit_id] if stays else stated.iloc[0] if len(stated) else None
    return {
        "address": unit_address(unit_id) if stays else "",
        "name": name_of(name, words),
        "id": unit_id,
        "new": first["change"] == "new",
        "place": place_said(first["sheet"], first["row"], words, several),
        "changes": changes_said(cells, words),
        "fields": words.number(len(cells)),
    }


def _refused(one: Mapping[Any, Any], words: Speech, several: bool) -> dict[str, str]:
    codes = {code.value: code for code in RejectionCode}
    remedy = REMEDIES.get(codes[str(one["code"])], Remedy.WRITE_THE_VALUE)
    return {
        "place": place_said(one["sheet"], one["row"], words, several),
        "column": str(one["column"]) if known(one["column"]) else "",
        "given": str(one["given"]) if known(one["given"]) else "",
        "remedy": words.text(remedy),
    }
