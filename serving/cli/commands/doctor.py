"""``ehya doctor``: what is there, what is not, and how to mend it."""

from __future__ import annotations

from typing import Any

from engine.errors import EhyaError
from engine.settings import Settings
from engine.store import Inconsistency
from serving.cli.errors import sentence
from serving.cli.terminal import Terminal
from serving.desk.doctor import Finding, PartState, broken, examine

_SIGNS = {PartState.WELL: "✔", PartState.NOT_YET: "…", PartState.BROKEN: "✘"}
_STYLES = {PartState.WELL: "", PartState.NOT_YET: "yellow", PartState.BROKEN: "bold red"}


def show_checkup(terminal: Terminal, settings: Settings) -> bool:
    """Print every finding; says whether anything is broken."""
    findings = examine(settings)
    if not terminal.answer([_document(finding, terminal) for finding in findings]):
        for finding in findings:
            health = terminal.speech.text(finding.health)
            terminal.line(f"{_SIGNS[finding.health]} {_text(finding, terminal)}  ({health})", _STYLES[finding.health])
    return broken(findings)


def _document(finding: Finding, terminal: Terminal) -> dict[str, Any]:
    return {"health": finding.health, "checkup": finding.checkup, "text": _text(finding, terminal)}


def _text(finding: Finding, terminal: Terminal) -> str:
    facts = {name: _said(fact, terminal) for name, fact in finding.facts.items()}
    return terminal.speech.text(finding.checkup, **facts)


def _said(fact: Any, terminal: Terminal) -> Any:
    if isinstance(fact, EhyaError):
        return sentence(fact, terminal)
    return terminal.speech.text(fact.code, **fact.facts) if isinstance(fact, Inconsistency) else fact
