"""A mandate as boxes of a form, and back: what the form does not show is carried on as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.domain.exclusion import UNKNOWNS
from engine.domain.mandate import FitPart, Mandate
from engine.domain.ticket import FOREIGN_KEYS, RATE_KEYS, TICKET_KEYS
from engine.parsing.money import MoneyUnit, read_money
from engine.parsing.text import latin_digits
from serving.i18n import Speech

NAMED = ("sectors", "places")
"""Wishes that are lists of names, each as ``must``, ``must_not``, ``like`` and ``avoid``."""
KINDS = ("must", "must_not", "like", "avoid")
SITE = (
    "min_jobs", "jobs_goal", "min_jobs_per_billion", "min_power_kw", "min_gas_m3_per_hour", "min_water_l_per_s",
    "min_land_m2", "machinery_age_goal", "max_idle_months",
)  # fmt: skip
"""Numbers that say what a unit is to have."""
YEARS = ("max_payback_years", "horizon_years")
NUMBERS = (*SITE, *YEARS, "meetings_per_event", "limit", "price_year")
SHARES = ("min_share", "hurdle_rate", "min_export_share", "export_goal")
"""Boxes that are written in percent."""
CHOICES = ("risk_appetite", "min_confidence", "currency")
FLAGS = ("offer_fix_first", "control", "no_legacy_debts", "no_disputes", "clear_title")
"""Boxes of yes, no, and nothing said."""
TICKET = ("ticket_low", "ticket_typical", "ticket_high")
DEAL = ("wanted", "must_not", "like", "avoid")
CODES = ("statuses", "partner_kinds", "capital_forms", "stages", "impact_goals")
SEVERAL = (*(f"deal_{kind}" for kind in DEAL), *CODES)
"""Boxes of which several may be ticked."""
NAMES = ("border_gates", "languages")
"""Boxes of names that stand alone."""
KM = "max_km_to_border"
BOXES = (
    "id", "max_failure", "accept_unknown", KM, *TICKET, *NUMBERS, *SHARES, *CHOICES, *FLAGS, *NAMES,
    *(f"{wish}_{kind}" for wish in NAMED for kind in KINDS), *(f"weight_{part.value}" for part in FitPart),
)  # fmt: skip
"""Every box into which one thing is written."""
NO_BOX = {
    "name": "the account says who the investor is",
    "price_rate": "how prices are compared is for who keeps mandates in files; the year of the money has its box",
    "allow_proxy": "likewise",
}
"""Keys of a mandate that have no box, and why; they are carried on as they are."""
_SHOWN = (
    "id", "ticket_rial", "deal_forms", "accept_unknown", "max_failure_probability", "languages",
    "weights", *NAMED, *NUMBERS, *SHARES, *CHOICES, *FLAGS, *CODES, *TICKET_KEYS, *FOREIGN_KEYS, *RATE_KEYS.values(),
)  # fmt: skip
_BILLION = MoneyUnit(1, 10**9)
"""What a sum counts in that says no unit."""
_BETWEEN = str.maketrans({"،": ",", "؛": ",", ";": ",", "\n": ","})


def carried_on(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the form does not show of a mandate.

    Examples
    --------
    >>> carried_on({"id": "a", "places": {"must": ["Khoy"]}, "name": "Fund", "ticket_usd": [1, 2]})
    {'name': 'Fund'}
    >>> carried_on({"id": "a", "accept_unknown": ["capital_unknown"]})  # the form ticks all of them, or none
    {'accept_unknown': ['capital_unknown']}
    """
    some = document.get("accept_unknown") not in (None, True, False)
    return {
        name: value for name, value in document.items() if name not in _SHOWN or (name == "accept_unknown" and some)
    }


def wishes_stated(
    boxes: Mapping[str, str], several: Mapping[str, Sequence[str]], carried: Mapping[str, Any]
) -> dict[str, Any]:
    """What a form says, as `engine.domain.mandate.Mandate.read` wants it.

    Parameters
    ----------
    boxes
        Box -> what was written; empty where nothing was.
    several
        Of each of `SEVERAL` what was ticked.
    carried
        What the form did not show.

    Examples
    --------
    >>> boxes = {"id": "food", "sectors_must": "10، 1030", "ticket_low": "۲۰", "ticket_high": "3 hemmat",
    ...     "price_year": "1404", "max_failure": "60%", "weight_jobs": "2"}
    >>> stated = wishes_stated(boxes, {"statuses": ["idle"]}, {"name": "Fund"})
    >>> stated["sectors"], stated["ticket_rial"], stated["max_failure_probability"], stated["weights"]
    ({'must': ['10', '1030']}, {'min': 20000000000, 'typical': None, 'max': 30000000000000}, 0.6, {'jobs': 2})
    >>> Mandate.read(stated).name, stated["price_year"], stated["statuses"]
    ('Fund', 1404, ['idle'])
    """
    written = {name: text.strip() for name, text in boxes.items() if text.strip()}
    stated: dict[str, Any] = {**carried, "id": written.get("id", "")}
    for wish in NAMED:
        named: dict[str, Any] = {
            kind: _names(written[f"{wish}_{kind}"]) for kind in KINDS if f"{wish}_{kind}" in written
        }
        if wish == "places":
            named |= {KM: _number(written[KM])} if KM in written else {}
            named |= {"border_gates": _names(written["border_gates"])} if "border_gates" in written else {}
        if named:
            stated[wish] = named
    if any(name in written for name in TICKET):
        low, typical, high = (_sum(written.get(name)) for name in TICKET)
        stated["ticket_rial"] = {"min": low, "typical": typical, "max": high}
    stated |= {name: _number(written[name]) for name in NUMBERS if name in written}
    stated |= {name: written[name] for name in CHOICES if name in written}
    if "max_failure" in written:
        stated["max_failure_probability"] = _share(written["max_failure"])
    stated |= {name: _share(written[name]) for name in SHARES if name in written}
    forms = {kind: list(several[f"deal_{kind}"]) for kind in DEAL if several.get(f"deal_{kind}")}
    if forms:
        stated["deal_forms"] = forms
    stated |= {name: list(several[name]) for name in CODES if several.get(name)}
    stated |= {name: written[name] == "yes" for name in FLAGS if name in written}
    if "languages" in written:
        stated["languages"] = [name.lower() for name in _names(written["languages"])]
    if "accept_unknown" in written:
        stated["accept_unknown"] = True
    weights = {
        part.value: _number(written[f"weight_{part.value}"]) for part in FitPart if f"weight_{part.value}" in written
    }
    if weights:
        stated["weights"] = weights
    return stated


def wishes_boxes(document: Mapping[str, Any], words: Speech) -> dict[str, Any]:
    """A mandate as the boxes of a form show it.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> document = {"id": "a", "price_year": 1404, "ticket_billion_toman": [1, 2.5], "places": {"must": "Khoy"}}
    >>> boxes = wishes_boxes(document, speech("en"))
    >>> boxes["ticket_low"], boxes["ticket_typical"], boxes["ticket_high"], boxes["places_must"]
    ('10', '', '25', 'Khoy')
    """
    read = Mandate.read({**document, "id": document.get("id") or "-"})
    boxes: dict[str, Any] = {"id": str(document.get("id", ""))}
    for wish in NAMED:
        said = document.get(wish) or {}
        for kind in KINDS:
            boxes[f"{wish}_{kind}"] = words.join(map(str, _listed(said.get(kind, ()))))
    ticket = read.ticket_rial
    sums = (None, None, None) if ticket is None else (ticket.min, ticket.typical, ticket.max)
    boxes |= {name: _billions(rial, words) for name, rial in zip(TICKET, sums, strict=True)}
    boxes |= {name: _plain(getattr(read, name), words) for name in NUMBERS}
    boxes |= {name: "" if (found := getattr(read, name)) is None else found.value for name in CHOICES}
    if "currency" not in document:
        boxes["currency"] = ""
    boxes["max_failure"] = _percent(read.max_failure_probability, words)
    boxes |= {name: _percent(getattr(read, name), words) for name in SHARES}
    boxes |= {f"deal_{kind}": tuple(one.value for one in getattr(read.deal_forms, kind)) for kind in DEAL}
    boxes |= {name: tuple(one.value for one in getattr(read, name)) for name in CODES}
    boxes |= {name: _yes_or_no(getattr(read, name)) for name in FLAGS}
    boxes[KM] = _plain(read.places.max_km_to_border, words)
    boxes["border_gates"] = words.join(map(str, _listed((document.get("places") or {}).get("border_gates", ()))))
    boxes["languages"] = words.join(read.languages)
    boxes["accept_unknown"] = set(read.accept_unknown) == set(UNKNOWNS)
    weights = read.weights or {}
    boxes |= {f"weight_{part.value}": _plain(weights.get(part), words) for part in FitPart}
    return boxes


def _names(text: str) -> list[str]:
    return [name.strip() for name in latin_digits(text).translate(_BETWEEN).split(",") if name.strip()]


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else [value]


def _sum(text: str | None) -> object:
    """A sum in rial; one that is none stays as it was written, for the refusal to name it."""
    if text is None:
        return None
    read = read_money(text, _BILLION)
    return read if isinstance(read, int) else text


def _number(text: str) -> object:
    """A number; what is none stays as it was written.

    Examples
    --------
    >>> _number("۲٫۵"), _number("1,400"), _number("many")
    (2.5, 1400, 'many')
    """
    plain = latin_digits(text).replace("٫", ".").replace("٬", "").replace(",", "").strip()
    try:
        number = float(plain)
    except ValueError:
        return text
    return int(number) if number.is_integer() and "." not in plain else number


def _share(text: str) -> object:
    """A percentage as a share; what is none stays as it was written."""
    number = _number(text.replace("%", "").replace("٪", ""))
    return round(number / 100, 12) if isinstance(number, int | float) else text


def _percent(share: float | None, words: Speech) -> str:
    return "" if share is None else words.digits(f"{100 * share:.12g}%")


def _yes_or_no(said: bool | None) -> str:
    return "" if said is None else ("yes" if said else "no")


def _plain(number: float | None, words: Speech) -> str:
    return "" if number is None else words.digits(f"{number:.12g}")


def _billions(rial: int | None, words: Speech) -> str:
    return "" if rial is None else words.digits(f"{rial / 10**9:.15g}")
