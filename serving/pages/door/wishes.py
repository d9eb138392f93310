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
"""Wishes that are lists of names, each as ``must``, ``must_not`` and ``like``."""
KINDS = ("must", "must_not", "like")
NUMBERS = ("jobs_goal", "min_jobs", "min_power_kw", "min_land_m2", "max_idle_months", "limit", "price_year")
CHOICES = ("risk_appetite", "min_confidence")
TICKET = ("ticket_low", "ticket_typical", "ticket_high")
SEVERAL = ("deal_wanted", "deal_must_not", "statuses")
"""Boxes of which several may be ticked."""
_SHOWN = (
    "id", "ticket_rial", "deal_forms", "statuses", "offer_fix_first", "accept_unknown", "max_failure_probability",
    "weights", *NAMED, *NUMBERS, *CHOICES, *TICKET_KEYS, *FOREIGN_KEYS, *RATE_KEYS.values(),
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
        named = {kind: _names(written[f"{wish}_{kind}"]) for kind in KINDS if f"{wish}_{kind}" in written}
        if named:
            stated[wish] = named
    if any(name in written for name in TICKET):
        low, typical, high = (_sum(written.get(name)) for name in TICKET)
        stated["ticket_rial"] = {"min": low, "typical": typical, "max": high}
    stated |= {name: _number(written[name]) for name in NUMBERS if name in written}
    stated |= {name: written[name] for name in CHOICES if name in written}
    if "max_failure" in written:
        stated["max_failure_probability"] = _share(written["max_failure"])
    forms = {kind: list(several[f"deal_{kind}"]) for kind in ("wanted", "must_not") if several.get(f"deal_{kind}")}
    if forms:
        stated["deal_forms"] = forms
    if several.get("statuses"):
        stated["statuses"] = list(several["statuses"])
    if "offer_fix_first" in written:
        stated["offer_fix_first"] = written["offer_fix_first"] == "yes"
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
    failure = read.max_failure_probability
    boxes["max_failure"] = "" if failure is None else words.digits(f"{100 * failure:.12g}%")
    boxes["deal_wanted"] = tuple(one.value for one in read.deal_forms.wanted)
    boxes["deal_must_not"] = tuple(one.value for one in read.deal_forms.must_not)
    boxes["statuses"] = tuple(one.value for one in read.statuses)
    boxes["offer_fix_first"] = "" if read.offer_fix_first is None else ("yes" if read.offer_fix_first else "no")
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


def _plain(number: float | None, words: Speech) -> str:
    return "" if number is None else words.digits(f"{number:.12g}")


def _billions(rial: int | None, words: Speech) -> str:
    return "" if rial is None else words.digits(f"{rial / 10**9:.15g}")
