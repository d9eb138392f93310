"""What ``ehya train`` says; the training itself is called by ``serving.cli``, which alone may reach it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from serving.terminal import Terminal

_SAMPLE = ("from_press", "from_register", "outcomes_waiting")


@contextmanager
def shown_progress(terminal: Terminal) -> Iterator[Callable[[Any, float], None]]:
    """A bar on standard error; yields what the training calls with a stage and the share of it that is done."""
    with terminal.bar() as move:
        yield lambda stage, share: move(terminal.speech.text(stage), share)


def show_training(terminal: Terminal, result: Any) -> None:
    """Print what was trained, what was measured, and what each gate found."""
    words = terminal.speech
    terminal.line(words.text("cli.trained", version=result.version), "bold")
    sample = result.card["sample"]
    terminal.pairs(
        [(words.text(f"cli.sample_{name}"), words.number(sample[name])) for name in _SAMPLE],
        title=words.text("cli.sample"),
    )
    status, jobs = result.metrics["reported_status"], result.metrics["jobs"]
    terminal.pairs(
        [
            (words.text("cli.metric_log_loss"), _against(words, status["log_loss"], status["log_loss_base_rate"])),
            (words.text("cli.metric_auc"), words.number(status["auc"], 2)),
            (words.text("cli.metric_ece"), words.number(status["ece"], 3)),
            (words.text("cli.metric_jobs"), _against(words, jobs["mae_log"], jobs["mae_log_sector_median"])),
            (words.text("cli.metric_coverage"), words.share(jobs["coverage_80"])),
            (words.text("cli.metric_units"), words.number(status["n"])),
        ],
        title=words.text("cli.measured"),
    )
    terminal.pairs(
        [
            (words.text(verdict.gate), words.text("cli.passed" if verdict.passed else "cli.not_passed"))
            for verdict in result.gates
        ],
        title=words.text("cli.gates"),
    )


def training_document(result: Any, promoted: bool) -> dict[str, Any]:
    """The result as canonical values."""
    return {
        "version": result.version,
        "promoted": promoted,
        "path": str(result.path),
        "digest": result.digest,
        "run_id": result.run_id,
        "sample": result.card["sample"],
        "metrics": result.metrics,
        "gates": [{"gate": verdict.gate, "passed": verdict.passed, **verdict.facts} for verdict in result.gates],
    }


def _against(words: Any, own: float, baseline: float) -> str:
    return str(words.text("cli.against", own=words.number(own, 3), baseline=words.number(baseline, 3)))
