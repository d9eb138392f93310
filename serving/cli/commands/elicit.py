"""``ehya elicit``: ask experts about pairs of units, and take their answers in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.cli.question import today, written_day
from serving.cli.terminal import Terminal
from serving.desk.learning import PanelRead, hand_out_panel, read_panel
from serving.reports.panel import read_panel_form, write_panel_form


def write_form(terminal: Terminal, settings: Settings, out: Path, *, pairs: int, as_of: str | None, seed: int) -> None:
    """Choose pairs and write the form.

    Raises
    ------
    EhyaError
        ``unknown_option``, ``no_model``, ``panel_needs_first_day``, ``panel_too_few_units``.
    """
    if out.suffix != ".xlsx":
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=out.name, allowed=[".xlsx"])
    at = today() if as_of is None else written_day(as_of, "--as-of").at
    with terminal.busy("register_health.reading"):
        made = hand_out_panel(settings, as_of=at, pairs=pairs, seed=seed)
    write_panel_form(out, made.panel, made.pairs, made.units, as_of=at)
    if not terminal.answer({"panel": made.panel, "path": str(out), "pairs": made.pairs.to_dict("records")}):
        terminal.say("panel.written", path=str(out), panel=made.panel, count=len(made.pairs))


def read_forms(terminal: Terminal, settings: Settings, files: Sequence[Path]) -> None:
    """Read forms, keep their answers, and say how far the experts agree.

    Raises
    ------
    EhyaError
        ``not_a_panel_file``, ``panel_answer_unreadable``, and what `serving.desk.learning.read_panel` raises.
    """
    found = read_panel(settings, {path.name: read_panel_form(path) for path in files})
    if not terminal.answer(_document(found)):
        _print(terminal, found)


def _print(terminal: Terminal, found: PanelRead) -> None:
    words, restart = terminal.speech, found.restart
    answers = sum(expert.answers for expert in restart.experts)
    title = words.text("panel.read_title", experts=len(restart.experts), answers=answers)
    names = ("expert", "answers", "equal", "circular", "others", "weight", "doubt")
    rows = [_row(expert, terminal) for expert in restart.experts]
    terminal.table([words.text(f"panel.column_{name}") for name in names], rows, title=title)
    said = ((restart, "concordance"), (found.jobs, "concordance_jobs"))
    terminal.pairs([(words.text(f"panel.{key}"), words.number(of.concordance, 2)) for of, key in said])
    if found.blank:
        terminal.say("panel.blank", count=found.blank)
    terminal.say("panel.jobs_kept")
    terminal.say("panel.next")


def _row(expert: Any, terminal: Terminal) -> list[str]:
    words = terminal.speech
    return [
        expert.code,
        words.number(expert.answers),
        words.number(expert.equal),
        words.text("panel.circular", circular=expert.circular, triples=expert.triples),
        words.share(expert.with_others),
        words.number(expert.weight, 2),
        words.join(words.text(doubt) for doubt in expert.doubts),
    ]


def _document(found: PanelRead) -> dict[str, Any]:
    return {"restart": _agreement(found.restart), "jobs": _agreement(found.jobs), "blank": found.blank}


def _agreement(found: Any) -> dict[str, Any]:
    return {
        "concordance": found.concordance,
        "experts": [asdict(expert) | {"doubts": [doubt.value for doubt in expert.doubts]} for expert in found.experts],
    }
