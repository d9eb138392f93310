"""``ehya match --shards``: all units of a folder matched with all mandates, here or on a cluster."""

from __future__ import annotations

from pathlib import Path

from engine.matching.retrieval import FIRST
from engine.settings import Settings
from serving.cli.mandates import read_mandates
from serving.cli.terminal import Terminal
from serving.desk.mass_matching import MassMatched, MassRequest, match_all
from serving.desk.question import Question
from serving.reports.mass_lists import ROWS_OF_A_WORKBOOK, write_lists


def match_and_show(
    terminal: Terminal,
    settings: Settings,
    question: Question,
    mandates: Path,
    *,
    shards: Path,
    out: Path,
    cluster: str,
    top: int | None,
) -> None:
    """Match, with progress; write the lists, and say where they are and what the linear bound was worth.

    Raises
    ------
    EhyaError
        What ``serving.cli.mandates.read_mandates`` and ``serving.desk.mass_matching.match_all`` raise.
    """
    request = MassRequest(
        shards=shards,
        mandates=tuple(read_mandates(terminal, mandates)),
        out=out,
        as_of=question.as_of,
        limit=top,
        assume_capital_rial=question.assume_capital_rial,
        cluster=cluster,
    )
    with terminal.busy("shards.begun") as doing:
        found = match_all(settings, request, lambda step, done, count: doing(step.key, done=done, count=count))
    book = write_lists(out, found, request.mandates, terminal.speech)
    files = [*found.files, *([book] if book is not None else [])]
    document = {
        "files": [str(file) for file in files],
        "shards": found.shards,
        "kept": found.kept,
        "first": FIRST,
        "model_version": found.model_version,
        "synthetic": found.synthetic,
        "mandates": found.mandates.to_dict("records"),
    }
    if not terminal.answer(document):
        _say(terminal, found, out, files)


def _say(terminal: Terminal, found: MassMatched, out: Path, files: list[Path]) -> None:
    each = found.mandates
    units = int(each["units"].max()) if len(each) else 0
    named = terminal.speech.join([file.name for file in files])
    counts = {"units": units, "count": found.shards, "mandates": len(each)}
    terminal.say("shards.matched", folder=str(out), files=named, **counts)
    wider = each[each["beyond"] > 0]
    if wider.empty:
        terminal.say("shards.within")
    else:
        sums = {name: int(wider[name].sum()) for name in ("beyond", "late")}
        terminal.say("shards.beyond", lists=len(wider), first=FIRST, **sums)
    if nobody := int((each["shown"] == 0).sum()):
        terminal.say("shards.nobody", count=nobody)
    if found.kept:
        terminal.say("shards.kept", count=found.kept)
    if len(found.lists) > ROWS_OF_A_WORKBOOK:
        file = found.files[0].name
        terminal.say("shards.sheet_too_long", count=len(found.lists), allowed=ROWS_OF_A_WORKBOOK, file=file)
    if found.synthetic:
        terminal.line(terminal.speech.text("models.synthetic"), "bold yellow")
