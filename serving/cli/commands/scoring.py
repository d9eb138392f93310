"""``ehya score``: units in shards, scored here or on a cluster."""

from __future__ import annotations

from pathlib import Path

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.cli.question import read_question
from serving.cli.terminal import Terminal
from serving.desk.scoring import ScoreRequest, score, split


def score_and_show(
    terminal: Terminal,
    settings: Settings,
    shards: Path | None,
    out: Path | None,
    *,
    cluster: str,
    as_of: str | None,
    assume_capital: str | None,
) -> None:
    """Score the shards of a folder, with progress, and say where the results are.

    Raises
    ------
    EhyaError
        ``option_missing``, ``value_unreadable``, and what ``serving.desk.scoring.score`` raises.
    """
    question = read_question(as_of=as_of, assume_capital=assume_capital)
    request = ScoreRequest(
        shards=_named(shards, "--shards"),
        out=_named(out, "--out"),
        as_of=question.as_of,
        assume_capital_rial=question.assume_capital_rial,
        cluster=cluster,
    )
    with terminal.busy("shards.begun") as doing:
        found = score(settings, request, lambda done, count: doing("shards.progress", done=done, count=count))
    mapped = found.mapped
    document = {
        "files": [str(file) for file in mapped.results],
        "rows": mapped.rows,
        "kept": mapped.kept,
        "model_version": found.model_version,
        "synthetic": found.synthetic,
    }
    if terminal.answer(document):
        return
    terminal.say("shards.scored", rows=mapped.rows, count=len(mapped.results), folder=str(request.out))
    if mapped.kept:
        terminal.say("shards.kept", count=mapped.kept)
    if found.synthetic:
        terminal.line(terminal.speech.text("models.synthetic"), "bold yellow")


def split_and_show(terminal: Terminal, settings: Settings, out: Path | None, *, rows: int, as_of: str | None) -> None:
    """Write the register's units in shards, and say where they are.

    Raises
    ------
    EhyaError
        ``option_missing``, ``value_unreadable``, and what ``serving.desk.scoring.split`` raises.
    """
    folder = _named(out, "--out")
    files = split(settings, folder, as_of=read_question(as_of=as_of).as_of, rows=rows)
    if not terminal.answer({"files": [str(file) for file in files]}):
        terminal.say("shards.split", count=len(files), folder=str(folder))


def _named(folder: Path | None, option: str) -> Path:
    if folder is None:
        raise EhyaError(ErrorCode.OPTION_MISSING, command="ehya score", allowed=[option])
    return folder
