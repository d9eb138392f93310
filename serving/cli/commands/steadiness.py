"""``ehya rank --smaa``, ``--method``, ``--since``: how far the order can be trusted, and how it moved."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engine.ranking.criteria import Part
from serving.cli.question import written_day
from serving.cli.terminal import Terminal
from serving.desk.ranking import Ranking
from serving.desk.steadiness import (
    Acceptance,
    Moved,
    OtherOrder,
    acceptance,
    by_method,
    moved_since,
)
from serving.i18n import Speech
from serving.reports.steadiness import acceptance_document, moved_document, order_document

_SHOWN = 20  # units at a terminal when nobody says how many
_REASONS = 2  # parts of the score that are named as why a unit moved
_LEAST = 5e-4  # of the score: a smaller change of a part is none


def show_acceptance(terminal: Terminal, found: Ranking, top: int | None) -> None:
    """Print where units may stand under other weights and values.

    Raises
    ------
    EhyaError
        ``nothing_ranked``.
    """
    with terminal.busy("cli.judging"):
        said = acceptance(found.appraised, found.chosen, k=top or _SHOWN)
    if not terminal.answer(acceptance_document(said)):
        _print_acceptance(terminal, said, found, top or _SHOWN)


def show_method(terminal: Terminal, found: Ranking, given: str, top: int | None) -> None:
    """Print units in the order of another method.

    Raises
    ------
    EhyaError
        ``unknown_option``, ``nothing_ranked``.
    """
    said = by_method(found.appraised, found.chosen, given)
    if not terminal.answer(order_document(said)):
        _print_order(terminal, said, found, top or _SHOWN)


def show_moved(terminal: Terminal, settings: Any, found: Ranking, since: str, top: int | None) -> None:
    """Print who moved since an earlier order, and why.

    Raises
    ------
    EhyaError
        ``value_unreadable`` for what is no day, ``file_unreadable``, ``unknown_option``.
    """
    if since != "last" and not since.endswith(".json"):
        since = str(written_day(since, "--since").at.date())
    with terminal.busy("cli.judging"):
        said = moved_since(settings, found, since)
    if not terminal.answer(moved_document(said)):
        _print_moved(terminal, said, found, top or _SHOWN)


def _print_acceptance(terminal: Terminal, said: Acceptance, found: Ranking, most: int) -> None:
    words = terminal.speech
    names = ("unit", "first", "top", "ranks", "confidence", "central")
    headers = [words.text(f"steadiness.{name}", k=said.k) for name in names]
    rows = [
        [
            _named(unit, found, words),
            words.share(row["first"]),
            words.share(row["top"]),
            words.text("page.range", low=words.number(row["lowest"]), high=words.number(row["highest"])),
            words.share(row["confidence"]),
            _central(row, words),
        ]
        for unit, row in said.units.head(most).iterrows()
    ]
    terminal.table(headers, rows, title=words.text("steadiness.title", draws=said.draws, count=len(said.units)))
    terminal.line(words.text("steadiness.note"), "dim")


def _central(row: Any, words: Speech) -> str:
    weights = {part: row.get(f"central_{part.value}") for part in Part}
    known = {part: weight for part, weight in weights.items() if weight is not None and not pd.isna(weight)}
    return words.join(f"{words.text(part)} {words.share(weight)}" for part, weight in known.items())


def _print_order(terminal: Terminal, said: OtherOrder, found: Ranking, most: int) -> None:
    words = terminal.speech
    rows = [
        [
            words.number(row["rank_there"]),
            words.number(row["rank"]),
            _named(unit, found, words),
            words.number(row["score_there"], 3),
        ]
        for unit, row in said.units.head(most).iterrows()
    ]
    headers = [words.text(f"steadiness.{name}") for name in ("rank_there", "rank_here", "unit", "score_there")]
    terminal.table(headers, rows, title=words.text("steadiness.method", method=said.method))
    terminal.say("steadiness.tau", tau=words.number(said.tau, 3))


def _print_moved(terminal: Terminal, said: Moved, found: Ranking, most: int) -> None:
    words, agreement = terminal.speech, said.agreement
    since = said.since if said.since.endswith(".json") else words.date(pd.Timestamp(said.since))
    terminal.say("steadiness.since", since=since, tau=words.number(agreement.tau, 3), count=len(agreement.movers))
    rows = [
        [_named(unit, found, words), words.number(row["before"]), words.number(row["after"]), _why(row, words)]
        for unit, row in agreement.movers.head(most).iterrows()
    ]
    if rows:
        headers = [words.text(f"steadiness.{name}") for name in ("unit", "before", "after", "why")]
        terminal.table(headers, rows)
    for key, units in (("come", agreement.come), ("gone", agreement.gone)):
        if units:
            shown = words.join(_named(unit, found, words).replace("\n", " ") for unit in units[:most])
            terminal.say(f"steadiness.{key}", count=len(units), units=shown)


def _why(row: Any, words: Speech) -> str:
    """The parts of the score that changed most; where none did, others moved past the unit."""
    changes = {part: float(row.get(f"part_{part.value}", 0.0)) for part in Part}
    largest = sorted((one for one in changes.items() if abs(one[1]) > _LEAST), key=lambda one: -abs(one[1]))
    if not largest:
        return words.text("steadiness.others_moved")
    return words.join(f"{words.text(part)} {_signed(change, words)}" for part, change in largest[:_REASONS])


def _signed(change: float, words: Speech) -> str:
    mark = "\u200e" if words.direction == "rtl" else ""  # else the sign would stand behind its number
    return f"{mark}+{words.number(change, 3)}" if change > 0 else words.number(change, 3)


def _named(unit: Any, found: Ranking, words: Speech) -> str:
    names = found.appraised.table["name"]
    return f"{words.fact(names.get(unit))}\n{unit}"
