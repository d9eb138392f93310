"""The opportunity sheet of a unit as PDF, in the order in which Iranian provinces present opportunities."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.unit import Field
from engine.economics.account import FigureName
from engine.economics.revival import FORBIDDING
from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from serving.desk.opportunity import Opportunity
from serving.i18n import Speech
from serving.reports.economics import figure_said
from serving.reports.legend import legend, origin_remarks
from serving.reports.ranked import isolated
from serving.reports.typeset import pictures, typeset
from serving.reports.words import field_on_paper

TEMPLATE = "sheet"

_INTRODUCTION = (
    Field.SECTOR_TEXT, Field.ISIC, Field.PROVINCE, Field.COUNTY, Field.ESTATE, Field.CAPACITY_TEXT, Field.STATUS,
    Field.JOBS_BEFORE_STOP,
)  # fmt: skip
_UTILITIES = (Field.POWER_KW, Field.GAS_M3_PER_HOUR, Field.WATER_L_PER_S)
_SITE = (Field.TITLE_DEED, Field.LAND_M2, Field.BUILDING_M2, *_UTILITIES, Field.MACHINERY_YEAR, Field.EXPORT_SHARE)
_NEVER_ASKED = ("local_raw_material", "local_market", "feasibility_study", "permissions", "foreign_exchange")
"""Lines of the sheet that no field of a record answers."""
_CAPITAL = (Field.CAPITAL_NEEDED_RIAL, Field.WORKING_CAPITAL_NEEDED_RIAL)
_FIGURES = (
    FigureName.NPV, FigureName.IRR, FigureName.IRR_REAL, FigureName.PAYBACK,
    FigureName.DISCOUNTED_PAYBACK, FigureName.LEAST_DSCR, FigureName.NET_JOBS,
)  # fmt: skip


def write_sheet(path: Path, found: Opportunity, speech: Speech) -> Path:
    """Write the sheet of a unit.

    Raises
    ------
    EhyaError
        ``unknown_option`` for another ending than .pdf; ``file_not_written``.
    """
    if path.suffix != ".pdf":
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=path.name, allowed=[".pdf"])
    pages = typeset(TEMPLATE, sheet_document(found, speech), made_on=found.as_of)
    with replacing(path) as beside:
        beside.write_bytes(pages)
    return path


def sheet_pictures(found: Opportunity, speech: Speech, *, ppi: float = 80) -> list[bytes]:
    """The pages of a sheet as pictures (PNG), in order; ``ppi`` is how many pixels an inch has."""
    return pictures(TEMPLATE, sheet_document(found, speech), made_on=found.as_of, ppi=ppi)


def sheet_document(found: Opportunity, speech: Speech) -> dict[str, Any]:
    """Everything that a sheet says, in words of one language: sections of names and values, a dash where none is."""
    say, row = speech.text, found.row
    frame = row.to_frame().T
    name = isolated(str(row["name"])) if pd.notna(row["name"]) else isolated(str(row.name))
    unasked = [(say(f"sheet.{line}"), say("sheet.not_stated")) for line in _NEVER_ASKED]
    dated = {"date": speech.date(found.as_of)}
    return {
        "language": speech.language,
        "direction": speech.direction,
        "digits": list(speech.digits("0123456789")),
        "title": say("sheet.title", name=name),
        "audience": say("booklet.audience_public"),
        "footer": say("sheet.footer", unit=isolated(str(row.name)), **dated),
        "kind": say("sheet.kind"),
        "name": name,
        "remarks": origin_remarks(frame, speech),
        "sections": [
            {"title": say("sheet.introduction"), "pairs": _pairs(row, _INTRODUCTION, speech)},
            {"title": say("sheet.state"), "pairs": [*_pairs(row, _SITE, speech), *unasked]},
            {"title": say("sheet.finance"), "pairs": [*_money(row, speech), *_figures(found, speech)]},
            {"title": say("sheet.general"), "pairs": _pairs(row, (Field.DEAL_FORMS, Field.STOPPED_ON), speech)},
        ],
        "notes": [
            *[line for line in legend(frame, speech) if line != say("legend.rank")],
            say("legend.public"),
            say("sheet.note"),
            say("booklet.ask_office"),
        ],
    }


def _pairs(row: pd.Series, fields: tuple[Field, ...], speech: Speech) -> list[tuple[str, str]]:
    blank = speech.text("sheet.not_stated")
    return [(speech.text(field), field_on_paper(field, row, speech) or blank) for field in fields]


def _money(row: pd.Series, speech: Speech) -> list[tuple[str, str]]:
    """What the record asks for, and of which year its money is."""
    year = speech.text("sheet.not_stated") if pd.isna(row["price_year"]) else speech.fact(int(row["price_year"]))
    return [*_pairs(row, _CAPITAL, speech), (speech.text("field.price_year"), year)]


def _figures(found: Opportunity, speech: Speech) -> list[tuple[str, str]]:
    """Figures of the project with the rate they were discounted at, or why there are none."""
    worth, say = found.worth, speech.text
    if worth.account is None:
        reasons = [say(gap) for gap in worth.gaps if gap in FORBIDDING]
        return [(say("booklet.worth"), say("economics.cannot_judge", reasons=speech.join(reasons)))]
    figures = worth.account.figures
    listed = [(say("booklet.capital_worked"), figure_said(figures[FigureName.CAPITAL], speech))]
    listed += [(say(name), figure_said(figures[name], speech)) for name in _FIGURES]
    rate = speech.share(worth.assumed.value("real_discount_rate"), 1)
    listed.append((say("sheet.rate"), rate))
    if worth.drawn is not None:
        ends = (speech.money(worth.drawn[f"npv_rial_{end}"]) for end in ("low", "high"))
        low, high = ends
        listed.append((say("economics.npv_range"), say("economics.ends", low=low, high=high)))
    listed.append((say("sheet.worth_year"), speech.fact(worth.price_year)))
    gaps = speech.join(say(gap) for gap in worth.gaps)
    return [*listed, *([(say("economics.gaps"), gaps)] if worth.gaps else [])]
