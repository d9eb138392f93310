"""What ``ehya evaluate | promote | models | rollback | mlflow`` say; ``serving.desk.learning`` asks training."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.scoring.artefact import Model
from engine.settings import Settings
from serving.cli.errors import sentence
from serving.cli.terminal import Terminal
from serving.desk.model_room import changes_here
from serving.i18n import Speech
from serving.reports.card_page import card_html, card_markdown, group_name
from serving.reports.gates import ROUTES, gate_facts, said_reason
from serving.reports.model_changes import changes_said

PORT_WAIT_SECONDS = 0.3


def show_changes(terminal: Terminal, settings: Settings, version: str) -> None:
    """Print what is different between a model and the one at work.

    Raises
    ------
    EhyaError
        As `serving.desk.model_room.changes_here`.
    """
    at_work, found = changes_here(settings, version)
    if terminal.answer({"at_work": at_work, "version": version, "changes": asdict(found)}):
        return
    words = terminal.speech
    rows = changes_said(found, words)
    terminal.line(words.text("room.changed_lead", seen=at_work))
    if rows:
        heads = [words.text(f"room.{name}") for name in ("what", "there", "here")]
        terminal.table(heads, [list(row) for row in rows], title=words.text("room.changed"))
    else:
        terminal.say("room.nothing_changed")


def show_scores(terminal: Terminal, scores: Mapping[str, Any], label: str) -> None:
    """Print the figures of everybody who was judged on the same outcomes, with intervals."""
    words = terminal.speech
    if not scores:
        return
    headers = [words.text(f"models.{name}") for name in ("judge", "brier", "gain", "log_loss", "auc", "ece")]
    rows = [
        [
            words.text(f"judge.{name}"),
            words.interval(line["brier_low"], line["brier"], line["brier_high"], 4),
            words.interval(line["gain_low"], line["gain"], line["gain_high"], 4) if "gain" in line else "",
            words.number(line["log_loss"], 4),
            words.number(line["auc"], 3),
            words.number(line["ece"], 3),
        ]
        for name, line in scores.items()
    ]
    counts = {name: words.number(scores["model"][name]) for name in ("rows", "units")}
    title = words.text("models.scores_title", label=words.text(f"outcome_label.{label}"), **counts)
    terminal.table(headers, rows, title=title)


def show_jobs(terminal: Terminal, jobs: Mapping[str, Any]) -> None:
    """Print how often the intervals of jobs held what came."""
    words = terminal.speech
    lines = [
        (
            words.text("models.jobs_of", judge=words.text(f"judge.{name}")),
            words.text(
                "models.jobs_line",
                coverage=words.interval(
                    line["coverage_80_low"], line["coverage_80"], line["coverage_80_high"], share=True
                ),
                units=words.number(line["units"]),
                error=words.number(line["mean_absolute_error"], 1),
                width=words.number(line["mean_width"]),
            ),
        )
        for name, line in jobs.items()
        if line["units"]
    ]
    terminal.pairs(lines, title=words.text("models.jobs_title"))


def show_groups(terminal: Terminal, groups: Sequence[Mapping[str, Any]]) -> None:
    """Print the groups that are large enough to be judged alone, and the pool of the others."""
    words = terminal.speech
    headers = [words.text(f"models.{name}") for name in ("group", "units", "brier", "brier_opponent", "worse")]
    rows = [
        [
            group_name(line, words),
            words.number(line["units"]),
            words.number(line["brier"], 4),
            words.number(line["brier_opponent"], 4),
            words.share(line["worse_share"], 1),
        ]
        for line in groups
    ]
    if rows:
        terminal.table(headers, rows, title=words.text("models.groups_title"))


def show_gates(terminal: Terminal, gates: Sequence[Any]) -> None:
    """Print what each gate found, with the figures it looked at."""
    words = terminal.speech
    lines = []
    arrived = any(verdict.passed for verdict in gates if verdict.gate.value in ROUTES)
    for verdict in gates:
        spared = arrived and verdict.gate.value in ROUTES
        said = words.text("cli.passed" if verdict.passed else "cli.other_route" if spared else "cli.not_passed")
        why = gate_facts(verdict.gate.value, {**verdict.facts, "passed": verdict.passed}, words)
        lines.append((words.text(verdict.gate), f"{said} · {why}" if why else said))
    terminal.pairs(lines, title=words.text("cli.gates"))


def show_evaluation(terminal: Terminal, found: Any) -> None:
    """Print what a judgement found: scores beside baselines, jobs, groups, gates, and what ripened since."""
    words = terminal.speech
    role = words.text("alias.champion" if found.at_work else "alias.challenger")
    key = "models.evaluated_against" if found.champion else "models.evaluated"
    terminal.line(words.text(key, version=found.version, role=role, champion=found.champion), "bold")
    if found.origin == "synthetic":
        terminal.line(words.text("models.synthetic"), "bold yellow")
    terminal.line(words.text(f"models.at_training_{found.kind}", date=words.date(found.fresh.since)), "bold")
    show_scores(terminal, found.scores, found.label)
    show_jobs(terminal, found.jobs)
    show_groups(terminal, found.groups)
    show_gates(terminal, found.gates)
    show_fresh(terminal, found.fresh)
    if not found.at_work:
        terminal.say("models.next_promote")


def show_fresh(terminal: Terminal, fresh: Any) -> None:
    """Print what ripened since a model was made, or when it will."""
    words = terminal.speech
    terminal.line(words.text("models.fresh", since=words.date(fresh.since), day=words.date(fresh.as_of)), "bold")
    for label, judged in (("period", fresh.periods), ("feasibility", fresh.feasibility)):
        terminal.say(
            judged.ripeness,
            label=words.text(f"outcome_label.{label}"),
            due=words.date(judged.due),
            units=words.number(judged.units),
            allowed=words.number(judged.allowed),
            observed=words.number(judged.observed),
            expected=words.number(judged.expected, 1),
        )
        show_scores(terminal, judged.scores, label)
        show_groups(terminal, judged.groups)
    show_jobs(terminal, fresh.jobs)


def evaluation_document(found: Any) -> dict[str, Any]:
    """A judgement as canonical values."""
    return {
        "version": found.version,
        "champion": found.champion,
        "at_work": found.at_work,
        "kind": found.kind,
        "origin": found.origin,
        "label": found.label,
        "scores": found.scores,
        "jobs": found.jobs,
        "groups": found.groups,
        "fresh": found.fresh.to_json(),
        "gates": [{"gate": verdict.gate, "passed": verdict.passed, **verdict.facts} for verdict in found.gates],
    }


def show_promotion(terminal: Terminal, promotion: Any, *, back: bool = False) -> None:
    """Say which model is at work now, and why."""
    words = terminal.speech
    if promotion.gates:
        show_gates(terminal, promotion.gates)
    key = "already" if promotion.already else "rolled_back" if back else "promoted"
    terminal.line(words.text(f"models.{key}", version=promotion.version), "bold green")
    if not promotion.already:
        terminal.line(said_reason(promotion.reason, words))


def promotion_document(promotion: Any) -> dict[str, Any]:
    """A promotion as canonical values."""
    return {
        "version": promotion.version,
        "digest": promotion.digest,
        "path": str(promotion.path),
        "reason": promotion.reason,
        "already": promotion.already,
        "gates": [{"gate": verdict.gate, "passed": verdict.passed, **verdict.facts} for verdict in promotion.gates],
    }


def show_models(terminal: Terminal, listed: Sequence[Any]) -> None:
    """List the models of the workspace, newest first."""
    words = terminal.speech
    if not listed:
        terminal.say("models.none")
        return
    headers = [
        words.text(f"models.{name}") for name in ("version", "alias", "trained", "kind", "brier", "auc", "gates")
    ]
    terminal.table(headers, [_model_line(entry, words) for entry in listed], title=words.text("models.title"))
    reasons = [(entry.version, said_reason(entry.reason, words)) for entry in listed if entry.promoted_at]
    terminal.pairs(reasons, title=words.text("models.reasons"))


def _model_line(entry: Any, words: Speech) -> list[str]:
    figures = entry.metrics.get("scores", {}).get("model", {})
    shut = [words.text(f"gate.{gate}") for gate in entry.shut]
    said = words.text(f"model_problem.{entry.problem}") if entry.problem else words.join(shut)
    kind = words.text(f"model_kind.{entry.kind}") if entry.kind else words.number(None)
    return [
        entry.version,
        words.join(words.text(f"alias.{alias}") for alias in entry.aliases),
        words.date(entry.trained_at or entry.promoted_at),
        f"{kind} · {words.text('mark.synthetic')}" if entry.origin == "synthetic" else kind,
        words.interval(figures.get("brier_low"), figures.get("brier"), figures.get("brier_high"), 4),
        words.number(figures.get("auc"), 3),
        said or (words.text("models.gates_open") if entry.gates else words.number(None)),
    ]


def models_document(listed: Sequence[Any]) -> list[dict[str, Any]]:
    """The list as canonical values."""
    names = (
        "version", "digest", "aliases", "trained_at", "promoted_at", "kind", "origin", "data_until", "reason",
        "metrics", "gates", "problem",
    )  # fmt: skip
    return [{name: getattr(entry, name) for name in names} for entry in listed]


def write_model_card(terminal: Terminal, model: Model, out: Path | None) -> None:
    """Write the card of a model as a page or as text, by the ending of the file; without a file print it."""
    if out is None:
        if not terminal.answer(model.card):
            terminal.line(card_markdown(model.card, terminal.speech))
        return
    form = out.suffix.lower()
    if form not in (".html", ".htm", ".md", ".json"):
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=out.name, allowed=[".html", ".md", ".json"])
    if form == ".json":
        from serving.reports.workbook import json_text

        content = json_text(model.card)
    else:
        content = (card_markdown if form == ".md" else card_html)(model.card, terminal.speech)
    out.parent.mkdir(parents=True, exist_ok=True)
    with replacing(out) as beside:
        beside.write_text(content, "utf-8")
    if not terminal.answer({"written": str(out), "version": model.version}):
        terminal.say("models.card_written", path=str(out))


def show_delivery(terminal: Terminal, delivery: Any) -> None:
    """Warn on standard error where the MLflow of the team did not take what the workspace recorded."""
    if delivery is None:
        return
    if delivery.problem is not None:
        terminal.warn(sentence(delivery.problem, terminal))
    elif delivery.sent:
        terminal.say("models.sent", count=terminal.speech.number(len(delivery.sent)), address=delivery.address)


def show_address(terminal: Terminal, address: str) -> None:
    """Say where the MLflow of the team shows the trainings."""
    if not terminal.answer({"url": address}):
        terminal.say("models.pages_there", url=address)


def show_pages(terminal: Terminal, start: Callable[[], Any], *, host: str, port: int) -> None:
    """Start MLflow's pages, print their address, and wait until they end or somebody interrupts.

    Raises
    ------
    EhyaError
        ``port_in_use``; ``tracking_failed`` when the server ends by itself.
    """
    with socket.socket() as probe:
        probe.settimeout(PORT_WAIT_SECONDS)
        if probe.connect_ex((host, port)) == 0:
            raise EhyaError(ErrorCode.PORT_IN_USE, given=str(port))
    with terminal.busy("models.pages_starting"):
        pages = start()
    # A service manager says "end" by a signal that would leave the server behind as an orphan.
    before = signal.signal(signal.SIGTERM, _interrupt)
    code = 0
    try:
        if not terminal.answer({"url": pages.address, "pid": pages.server.pid}):
            terminal.say("models.pages", url=pages.address)
        code = pages.server.wait()
    except KeyboardInterrupt:
        pass
    finally:
        pages.stop()
        signal.signal(signal.SIGTERM, before)
    if code:
        raise EhyaError(ErrorCode.TRACKING_FAILED, given=pages.address, why=f"exit code {code}")


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
