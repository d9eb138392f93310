"""Mandates of a workbook at the command line: rows that state none are named, and the rest goes on."""

from __future__ import annotations

from pathlib import Path

from engine.domain.mandate import Mandate
from engine.errors import EhyaError
from engine.matching.workbook import mandates_from_workbook
from serving.cli.errors import sentence
from serving.cli.terminal import Terminal


def read_mandates(terminal: Terminal, path: Path) -> list[Mandate]:
    """Read a workbook of mandates; each row that is refused is a line on standard error.

    Raises
    ------
    EhyaError
        Of the first row where none can be read, and what `mandates_from_workbook` raises of the whole file.
    """
    refused: list[EhyaError] = []
    found = mandates_from_workbook(path, refused=refused)
    if refused and not found:
        raise refused[0]
    for error in refused:
        terminal.warn(sentence(error, terminal))
    if refused:
        terminal.warn(terminal.speech.text("cli.mandates_refused", count=len(refused), read=len(found)))
    return found
