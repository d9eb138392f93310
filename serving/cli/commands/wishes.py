"""``ehya wishes``: what owners of units, and banks that hold them, want of an investor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.domain.mandate import plain_yaml
from engine.domain.partner import CapitalForm, PartnerKind
from engine.domain.unit import DealForm
from engine.matching.wish_workbook import write_wish_form
from engine.settings import Settings
from engine.store import StoredWishes
from serving.cli.errors import sentence
from serving.cli.question import now, today
from serving.cli.terminal import Terminal
from serving.desk import wishes
from serving.desk.audit import TERMINAL
from serving.desk.named import find_unit
from serving.desk.workspace import open_register
from serving.i18n import Speech


def list_wishes(terminal: Terminal, settings: Settings, unit: str | None) -> None:
    """Print the wishes that stand.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``.
    """
    found = wishes.wishes_here(settings, None if unit is None else _unit(settings, unit))
    if terminal.answer([_document(one) for one in found.wishes]):
        return
    if not found.wishes:
        terminal.say("wishes.none")
        return
    words = terminal.speech
    rows = [
        [
            str(found.names.get(one.unit_id, one.unit_id)),
            words.text(one.side),
            wishes_in_words(one.document, words),
            one.source,
            words.date(one.stated_on),
        ]
        for one in found.wishes
    ]
    names = [words.text(f"wishes.{each}") for each in ("unit", "side", "wanted", "source", "stated_on")]
    terminal.table(names, rows, title=words.text("wishes.title"))


def state(terminal: Terminal, settings: Settings, unit: str, stated: str, *, side: str, source: str) -> None:
    """Keep what a side of a unit wants.

    Raises
    ------
    EhyaError
        ``file_unreadable``, ``unknown_unit``, ``several_units``, ``wish_key_unknown``, ``wish_value_refused``,
        ``wish_contradiction``.
    """
    path = Path(stated)
    text = path.read_text("utf-8-sig") if path.suffix in (".yaml", ".yml", ".json") and path.is_file() else stated
    _state(terminal, settings, unit, plain_yaml(text), side=side, source=source)


def end(terminal: Terminal, settings: Settings, unit: str, *, side: str) -> None:
    """Take back what a side of a unit wants.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``wish_value_refused``.
    """
    _state(terminal, settings, unit, {}, side=side, source=TERMINAL)


def read(terminal: Terminal, settings: Settings, file: Path) -> None:
    """Keep the wishes of a workbook; rows that are refused are lines on standard error.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``, ``no_header``.
    """
    done = wishes.read_wishes(settings, file, stated_on=today().date(), made_at=now(), actor=TERMINAL)
    for error in done.refused:
        row = terminal.speech.text("wishes.row", row=error.facts.get("row"))
        terminal.warn(f"{row}: {sentence(error, terminal)}")
    counts = {"kept": len(done.kept), "unchanged": done.unchanged, "refused": len(done.refused)}
    if not terminal.answer(counts):
        terminal.say("wishes.read", **counts)


def form(terminal: Terminal, file: Path) -> None:
    """Write an empty form."""
    write_wish_form(file)
    terminal.written(file)


def wishes_in_words(document: Mapping[str, Any], words: Speech) -> str:
    """What is wanted as a line."""
    families = {"deal_forms": DealForm, "partners": PartnerKind, "capital_forms": CapitalForm}
    said = []
    for key, value in document.items():
        family = families.get(key.removesuffix("_refused"))
        if key == "price_year":
            continue
        if family is not None:
            shown = words.join(words.text(family(one)) for one in value)
        elif key == "asking_price_rial":
            shown = f"{words.money(value)} ({words.digits(str(document['price_year']))})"
        elif key == "max_share":
            shown = words.share(value)
        else:
            shown = words.join(value)
        said.append(f"{words.text(f'wishes.{key}')} {shown}")
    return " · ".join(said)


def _state(
    terminal: Terminal, settings: Settings, unit: str, stated: Mapping[str, Any], *, side: str, source: str
) -> None:
    moment = now()
    done = wishes.state_wishes_here(
        settings,
        _unit(settings, unit),
        side,
        stated,
        source=source,
        stated_on=today().date(),
        made_at=moment,
        actor=TERMINAL,
    )
    if not terminal.answer(_document(done)):
        key = "wishes.stated" if done.document else "wishes.ended"
        terminal.say(key, unit=unit, side=terminal.speech.text(done.side))


def _unit(settings: Settings, given: str) -> str:
    with open_register(settings) as register:
        return find_unit(register.units(), given)


def _document(one: StoredWishes) -> dict[str, Any]:
    rest = {"source": one.source, "stated_on": one.stated_on.isoformat(), "made_at": one.made_at.isoformat()}
    return {"unit_id": one.unit_id, "side": one.side.value, "wishes": dict(one.document), **rest}
