"""Pages of signing in: alone on their screen, and careful with what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from engine.codes import Code
from engine.domain.intervention import InterventionCode
from engine.domain.outcome import OutcomeKind
from engine.domain.unit import FIELDS, Field, Kind, Status
from serving.i18n import Speech, texts
from serving.pages.desk.frame import Frame, page

_OURS = ("next", "state", "which", "panel", "then", "sure", "proposed", "pair", "as_of")
_OURS_BEFORE = ("seen_", "shown_", "key_")
"""Fields that pages write for themselves: nobody typed them."""
_BOXES = {
    "unit": "page.unit",
    "kind": "desk.kind_column",
    "happened_on": "cli.happened_on",
    "known_on": "cli.known_on",
    "jobs": "desk.jobs_seen",
    "rial": "desk.money_put_in",
    "event": "desk.at_event",
    "act": "outcome_column.act",
    "source": "desk.source_column",
    "investor": "access.investor",
    "role": "access.role",
    "account": "desk.name",
    "expert": "desk.expert_code",
    "view": "desk.view_name",
}
_FAMILIES: Mapping[str, Iterable[Code]] = {"kind": OutcomeKind, "act": InterventionCode, "status": Status}


def box_said(name: str, words: Speech) -> str:
    """What a box of a form is called, by the name of its field.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> [box_said(one, speech("en")) for one in ("jobs_now", "equipment_new1_count", "kind", "zz_9")]
    ['Jobs now', 'List of machines: How many', 'What happened', 'Another box']
    """
    known = texts(words.language)
    first, _, part = name.partition("_")
    if part and first in (Field.EQUIPMENT, Field.DEBTS):
        part = part.rpartition("_")[2]
        label = known.get(f"list_edit.{part}", known.get(f"list_edit.{part}_{first}", ""))
        return f"{words.text(Field(first))}: {label}" if label else words.text(Field(first))
    for key in (_BOXES.get(name, f"field.{name}"), f"desk.{name}", f"upload.{name}"):
        if key in known:
            return words.text(key)
    return words.text("desk.another_box")


def _value_said(name: str, value: str, words: Speech) -> str:
    code = next((one for one in _FAMILIES.get(name, ()) if one.value == value), None)
    if code is not None:
        return words.text(code)
    flag = name in set(Field) and FIELDS[Field(name)].kind is Kind.FLAG and value in ("yes", "no")
    return words.text(f"flag.{value}") if flag else value


def sign_in_page(
    frame: Frame,
    *,
    onward: str,
    name: str = "",
    refused: bool = False,
    ended: bool = False,
    kept: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The page that asks for name and password.

    Parameters
    ----------
    frame
        What stands around it.
    onward
        Where to go then.
    name
        Name that was given.
    refused
        Whether it opened nothing with the password that came with it.
    ended
        Whether a session ended while something was typed.
    kept
        What was typed, by the names of the fields.
    """
    back = f"/desk/sign-in?{urlencode({'next': onward})}"
    return page(
        "sign_in.html", frame, onward=onward, account=name, refused=refused, ended=ended, kept=kept or {}, back=back
    )


def resumed_page(frame: Frame, *, address: str, kept: Mapping[str, Sequence[str]], token: str) -> str:
    """The page that shows what was typed before a session ended, and sends it once more.

    Parameters
    ----------
    frame
        What stands around it.
    address
        Where it was to be sent.
    kept
        What was typed.
    token
        What forms of the new session carry.
    """
    shown = [
        (box_said(name, frame.speech), _value_said(name, value, frame.speech))
        for name, values in kept.items()
        if name not in _OURS and not name.startswith(_OURS_BEFORE)
        for value in values
        if value.strip()
    ]
    return page("resumed.html", frame, address=address, kept=kept, shown=shown, mark=token)
