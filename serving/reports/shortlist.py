"""Shortlists for investors: public fields only, in the terminal, as workbook, CSV and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.domain.prediction import figure_columns
from engine.domain.unit import public_fields
from engine.errors import EhyaError, ErrorCode
from serving.i18n import Speech
from serving.reports.legend import legend, model_lines, origin_remarks
from serving.reports.ranking import records
from serving.reports.words import column_of, in_words, mapped
from serving.reports.workbook import Notes, OutputSheet, SheetColumn, write_csv, write_json, write_xlsx

if TYPE_CHECKING:
    from engine.matching.opening import Opening
    from engine.matching.shortlist import Shortlist
    from serving.desk.stock import Offer

LIST_ENDINGS = (".xlsx", ".csv", ".json", ".pdf", ".html")
"""Forms of a list; the last two are the hand-out (`serving.reports.handout`)."""

FAMILIES = {"reasons": "fit_reason", "against": "side_reason", "unknown": "exclusion", "price_basis": "price_basis"}
"""Columns of a list that hold codes, and the family of each."""

_FRONT = ("name", "province", "county", "isic")
_REASONS = 5  # that an empty list names
_RECORD = ("origin", "source", "as_of", "confidence", "price_year", "prior_driven", "capital_assumed")


def investor_view(units: pd.DataFrame) -> pd.DataFrame:
    """What an investor may see of units on offer: facts, prediction and record, without the order of a ranking.

    Parameters
    ----------
    units
        Public table (`serving.disclosure.fields.public_table`), shape (n, columns).

    Returns
    -------
    pandas.DataFrame
        Shape (n, columns without score, rank and triage).
    """
    rest = [name for name in public_fields() if name not in _FRONT]
    order = [*_FRONT, *figure_columns(), "red_flags", *rest, *_RECORD]
    return units[[name for name in order if name in units.columns]]


def shortlist_table(listed: Shortlist, units: pd.DataFrame) -> pd.DataFrame:
    """The list with the public facts of its units.

    Parameters
    ----------
    listed
        The list.
    units
        Public table that holds its units.

    Returns
    -------
    pandas.DataFrame
        Columns ``position, unit_id, fit, part_*, reasons, factor, against, unknown, price_basis, triage`` and those of
        `investor_view`, best first.
    """
    table = listed.table().drop(columns=["red_flags", "prior_driven", "origin"])
    public = investor_view(units.loc[table["unit_id"]]).reset_index(drop=True)
    return pd.concat([table.reset_index(drop=True), public], axis=1)


def shortlist_sheet(
    listed: Shortlist, units: pd.DataFrame, speech: Speech, title: str, why_empty: Sequence[str] = ()
) -> OutputSheet:
    """The list in words; above an empty one stands why it is empty (`why_empty`)."""
    table = shortlist_table(listed, units)
    said = in_words(table.drop(columns=list(FAMILIES)), speech)
    for name, family in FAMILIES.items():
        said[name] = mapped(table[name].replace("", None), partial(speech.codes, family=family))
    front = ["position", "unit_id", "name", "fit", "triage", *FAMILIES]
    columns = [list_column(name, speech) for name in [*front, *(name for name in table.columns if name not in front)]]
    remarks = origin_remarks(units.loc[table["unit_id"]], speech)
    return OutputSheet(title, columns, said, remarks=[*remarks, *why_empty])


def why_empty(offer: Offer, speech: Speech) -> list[str]:
    """Why a list holds no unit: the limit that alone keeps out most, then what else excludes; nothing of a full one."""
    if len(offer.shortlist):
        return []
    lines = [speech.text("cli.shortlist_none")]
    if offer.opening:
        lines.append(speech.text("cli.opening", limit=speech.text(offer.opening.code), count=offer.opening.units))
    lines += [speech.text("cli.unfulfilled", reason=speech.text(one.code)) for one in offer.unfulfilled]
    if offer.best is not None:
        lines.append(speech.text("cli.best_there_is", units=list(map(str, offer.best.unit_id))))
    most = sorted(offer.excluded.items(), key=lambda one: -one[1])[:_REASONS]
    return lines + [speech.text("cli.reason_count", reason=speech.text(code), count=count) for code, count in most]


def reason_sentences(reasons: str, speech: Speech) -> str:
    """Why a unit is on a list, as sentences one after the other; a dash where nothing speaks for it."""
    said = [speech.text(f"fit_reason.{code}") for code in reasons.split(";") if code]
    if not said:
        return speech.fact(None)
    return reduce(lambda first, second: speech.text("list.sentences", first=first, second=second), said)


def shortlist_notes(offer: Offer, speech: Speech) -> Notes:
    """Where a list comes from: run, criteria, model, dates, legend; of an empty one why it is empty."""
    listed, rank = offer.shortlist, speech.text("legend.rank")
    lines: list[tuple[str, Any]] = [
        (speech.text("cli.investor"), listed.mandate.name or listed.mandate.id),
        (speech.text("cli.run_id"), listed.run_id),
        *model_lines(offer.units, speech),
    ]
    if offer.opening:
        code, count = speech.text(offer.opening.code), speech.number(offer.opening.units)
        lines.append((speech.text("cli.shortlist_none"), speech.text("cli.reason_count", reason=code, count=count)))
    told = [line for line in legend(offer.units, speech) if line != rank]
    lines += [(speech.text("cli.legend"), line) for line in [*told, speech.text("legend.public")]]
    return Notes(speech.text("cli.notes"), lines)


def shortlist_document(offer: Offer) -> dict[str, Any]:
    """The list as canonical JSON."""
    listed, opening = offer.shortlist, offer.opening
    table = shortlist_table(listed, offer.units).set_index("unit_id")
    for name in ("reasons", "against", "unknown"):
        table[name] = table[name].map(lambda joined: [code for code in joined.split(";") if code])
    return {
        "run_id": listed.run_id,
        "mandate": listed.mandate.id,
        "counts": listed.counts,
        "weights": {part.value: weight for part, weight in listed.weights.items()},
        "excluded": {code.value: count for code, count in offer.excluded.items()},
        "opening": opening and _opening(opening),
        "unfulfilled": [_opening(one) for one in offer.unfulfilled],
        "best": [] if offer.best is None else [str(unit) for unit in offer.best.unit_id],
        "units": records(table),
    }


def _opening(opening: Opening) -> dict[str, Any]:
    return {"code": opening.code.value, "units": opening.units, "facts": opening.facts}


def write_shortlist(path: Path, offer: Offer, speech: Speech) -> Path:
    """Write the list in the form that the file's ending names: .xlsx, .csv or .json.

    Raises
    ------
    EhyaError
        ``unknown_option`` when the ending is another.
    """
    if path.suffix == ".json":
        return write_json(path, shortlist_document(offer))
    empty = why_empty(offer, speech)
    sheet = shortlist_sheet(offer.shortlist, offer.units, speech, speech.text("cli.shortlist"), empty)
    if path.suffix == ".csv":
        return write_csv(path, sheet)
    if path.suffix == ".xlsx":
        return write_xlsx(path, [sheet], shortlist_notes(offer, speech), speech)
    raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=path.name, allowed=list(LIST_ENDINGS))


def list_column(name: str, speech: Speech) -> SheetColumn:
    """Title, unit of measure and kind of one column of a list.

    Parameters
    ----------
    name
        Column of `shortlist_table`.
    speech
        Language.
    """
    if name == "position" or name in FAMILIES:
        return SheetColumn(name, speech.text(f"cli.{name}"), "count" if name == "position" else "long")
    if name.startswith("part_"):  # the record has a confidence too, which is no part
        title = speech.text("cli.fit_part", name=speech.text(f"fit_part.{name.removeprefix('part_')}"))
        return SheetColumn(name, title, "score")
    if name in ("fit", "factor"):
        return SheetColumn(name, speech.text(f"column.{name}"), "score")
    return column_of(name, speech)
