"""The shortlist of one investor to take home, as PDF or one page of HTML: fit, reasons, estimates, unknowns."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.mandate import FitPart
from engine.domain.prediction import Output
from engine.domain.unit import Field
from engine.economics.prices import PriceBasis
from engine.files import replacing
from serving.desk.stock import Offer
from serving.html.template import font, render, style
from serving.i18n import Speech
from serving.reports.booklet import interval_picture, widest_jobs
from serving.reports.ranked import isolated
from serving.reports.ranking import legend, origin_remarks
from serving.reports.shortlist import reason_sentences, shortlist_table, why_empty, write_shortlist
from serving.reports.typeset import pictures, typeset
from serving.reports.words import field_on_paper

TEMPLATE = "handout"

_FACTS = (Field.STATUS, Field.CAPACITY_TEXT, Field.LAND_M2, Field.BUILDING_M2, Field.POWER_KW)


def write_handout(path: Path, offer: Offer, speech: Speech) -> Path:
    """Write a shortlist as .pdf or .html.

    Parameters
    ----------
    path
        Where to; its ending says in which form.
    offer
        The list, as the public sees its units.
    speech
        Language and direction.

    Raises
    ------
    EhyaError
        ``file_not_written``.
    """
    document = handout_document(offer, speech)
    with replacing(path) as beside:
        if path.suffix == ".html":
            beside.write_text(handout_html(document, speech), encoding="utf-8")
        else:
            beside.write_bytes(typeset(TEMPLATE, document, made_on=offer.as_of))
    return path


def write_list(path: Path, offer: Offer, speech: Speech) -> Path:
    """Write a list in the form that the file's ending names: a table for work, or the hand-out.

    Raises
    ------
    EhyaError
        ``unknown_option`` when the ending is another; ``file_not_written``.
    """
    return (write_handout if path.suffix in (".pdf", ".html") else write_shortlist)(path, offer, speech)


def handout_pictures(offer: Offer, speech: Speech, *, ppi: float = 80) -> list[bytes]:
    """The pages of a hand-out as pictures (PNG), in order; ``ppi`` is how many pixels an inch has."""
    return pictures(TEMPLATE, handout_document(offer, speech), made_on=offer.as_of, ppi=ppi)


def handout_html(document: dict[str, Any], speech: Speech) -> str:
    """One page that needs nothing else: style and font inside, no script, nothing that is loaded."""
    letters = base64.b64encode(font()).decode("ascii")
    return render("handout.html", speech, handout=document, style=style(), font=letters)


def handout_document(offer: Offer, speech: Speech) -> dict[str, Any]:
    """Everything that a hand-out says, in words of one language.

    Parameters
    ----------
    offer
        The list, as the public sees its units.
    speech
        Language.

    Returns
    -------
    dict
        ``kind, investor, line, facts, empty, units, method`` and what stands on every page: texts that are ready to
        print, and shares of an axis.
    """
    say, listed = speech.text, offer.shortlist
    table = shortlist_table(listed, offer.units)
    shown = offer.units.loc[table["unit_id"]]
    name = isolated(listed.mandate.name or listed.mandate.id)
    counts = {"shown": speech.number(len(listed)), "feasible": speech.number(listed.feasible)}
    known = shown["model_version"].dropna()
    model = isolated(str(known.iloc[0])) if len(known) else speech.fact(None)
    facts = [
        (say("booklet.judged_on"), speech.date(offer.as_of)),
        (say("column.model_version"), model),
        (say("cli.run_id"), isolated(listed.run_id)),
    ]
    told = [line for line in legend(shown, speech) if line != say("legend.rank")]
    return {
        "language": speech.language,
        "direction": speech.direction,
        "digits": list(speech.digits("0123456789")),
        "title": say("handout.title", name=name),
        "audience": say("booklet.audience_public"),
        "footer": say("handout.footer", run=isolated(listed.run_id), date=speech.date(offer.as_of)),
        "kind": say("handout.kind"),
        "investor": name,
        "line": say("handout.line", count=speech.number(listed.units), **counts),
        "remarks": origin_remarks(shown, speech),
        "facts": facts,
        "empty": why_empty(offer, speech),
        "units": _units(table, shown, speech),
        "method": {
            "title": say("booklet.method"),
            "lines": [*told, say("legend.public"), say("handout.fit_note"), say("booklet.ask_office")],
        },
    }


def _units(table: pd.DataFrame, shown: pd.DataFrame, speech: Speech) -> list[dict[str, Any]]:
    widest = widest_jobs(shown)
    return [_unit(line, shown.loc[line["unit_id"]], widest, speech) for line in table.to_dict("records")]


def _unit(line: dict[Any, Any], row: pd.Series, widest: float, speech: Speech) -> dict[str, Any]:
    say = speech.text
    name = isolated(str(row["name"])) if pd.notna(row["name"]) else isolated(str(line["unit_id"]))
    below = (speech.place(row["county"]), speech.sector(row["isic"]), isolated(str(line["unit_id"])))
    return {
        "title": f"{speech.number(line['position'])}. {name}",
        "below": " · ".join(part for part in below if part != speech.fact(None)),
        "fit_name": say("cli.fit"),
        "fit": speech.number(line["fit"], 2),
        "parts": _parts(line, speech),
        "pictures": _pictures(row, widest, speech),
        "pairs": _pairs(line, row, speech),
    }


def _parts(line: dict[Any, Any], speech: Speech) -> list[dict[str, Any]]:
    """Parts of the fit, the weightiest first; they add up to it."""
    sizes = sorted(((float(line[f"part_{part.value}"]), part) for part in FitPart), key=lambda one: -one[0])
    return [
        {
            "name": speech.text(f"fit_part.{part.value}"),
            "share": min(max(size, 0.0), 1.0),
            "said": speech.number(size, 2),
        }
        for size, part in sizes
        if size > 0
    ]


def _pictures(row: pd.Series, widest: float, speech: Speech) -> list[dict[str, Any]]:
    if not row["scorable"]:
        return []
    chance = [speech.share(0), speech.share(1)]
    persons = [speech.number(0), speech.number(widest)]
    return [
        interval_picture(row, Output.FEASIBILITY_UNIT, 1.0, chance, speech),
        interval_picture(row, Output.JOBS_IF_REVIVED, widest, persons, speech),
    ]


def _pairs(line: dict[Any, Any], row: pd.Series, speech: Speech) -> list[tuple[str, str]]:
    """Why it is on the list, what else is known, what is flagged, and what is not known."""
    say = speech.text
    facts = [f"{say(field)}: {words}" for field in _FACTS if (words := field_on_paper(field, row, speech))]
    asked = speech.money(row[Field.CAPITAL_NEEDED_RIAL.value])
    if pd.notna(row[Field.CAPITAL_NEEDED_RIAL.value]) and pd.notna(row["price_year"]):
        asked = say("handout.of_year", money=asked, year=int(row["price_year"]))
    said = [
        (say("cli.reasons"), reason_sentences(line["reasons"], speech)),
        (say("cli.against"), speech.codes(line["against"], "side_reason")),
        (say("handout.site"), " · ".join(facts) or speech.fact(None)),
        (say(Field.CAPITAL_NEEDED_RIAL), asked),
        (say(Field.DEAL_FORMS), speech.codes(row[Field.DEAL_FORMS.value], "deal_form")),
        (say("column.triage"), speech.codes(line["triage"], "triage")),
        (say("cli.red_flags"), speech.codes(row["red_flags"], "red_flag")),
        (say("cli.unknown"), speech.codes(line["unknown"], "exclusion")),
    ]
    if line["price_basis"] != PriceBasis.SAME_YEAR:
        said.append((say("cli.price_basis"), speech.codes(line["price_basis"], "price_basis")))
    return [(name, value) for name, value in said if value != speech.fact(None)]
