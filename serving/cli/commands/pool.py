"""``ehya pool``: what provinces tell one another of their outcomes, without a row."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serving.cli.terminal import Terminal

if TYPE_CHECKING:
    from serving.desk.learning import PoolUsed

_DIGITS = 2


def show_summary(terminal: Terminal, found: Any, out: Path) -> None:
    """Print what leaves the province, and what is withheld."""
    if terminal.answer(found.model_dump(mode="json")):
        return
    words = terminal.speech
    rows = [
        [words.text(f"feature.{each.feature}"), words.number(each.estimate, _DIGITS), words.number(each.error, _DIGITS)]
        for each in found.effects
    ]
    heads = [words.text(f"pool.{name}") for name in ("effect_of", "estimate", "error")]
    terminal.table(heads, rows, title=words.text("pool.summary_title", province=words.place(found.province)))
    terminal.say("pool.counts", outcomes=found.outcomes, restarted=found.restarted)
    if found.withheld:
        names = [words.text(f"feature.{name}") for name in found.withheld]
        terminal.say("pool.withheld", names=names, least=found.least)
    terminal.say("pool.summary_written", path=str(out))


def show_country(terminal: Terminal, found: Any, out: Path) -> None:
    """Print the country's effects, what provinces differ by, and who told."""
    if terminal.answer(found.model_dump(mode="json")):
        return
    words = terminal.speech
    told = [
        [words.place(each.province), *map(words.number, (each.outcomes, each.restarted))] for each in found.summaries
    ]
    terminal.table([words.text(f"pool.{name}") for name in ("province", "outcomes", "restarted")], told)
    rows = [
        [
            words.text(f"feature.{each.feature}"),
            words.interval(each.low, each.effect, each.high, _DIGITS),
            words.number(each.between, _DIGITS),
            words.number(each.provinces),
        ]
        for each in found.effects
    ]
    heads = [words.text(f"pool.{name}") for name in ("effect_of", "country", "between", "provinces")]
    terminal.table(heads, rows, title=words.text("pool.country_title"))
    terminal.say("pool.country_written", path=str(out))


def show_used(terminal: Terminal, found: PoolUsed) -> None:
    """Print what was taken over, and from whom."""
    if terminal.answer(asdict(found)):
        return
    words = terminal.speech
    province, others = words.place(found.province), [words.place(each) for each in found.others]
    terminal.say("pool.used", count=found.effects, province=province, others=others)
    if not found.told:
        terminal.say("pool.country_alone", province=province)
    if found.kept:
        terminal.say("pool.kept", names=list(found.kept))
    terminal.say("pool.next")
