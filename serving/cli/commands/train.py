"""``ehya train``: what was trained, what was measured, and whether it was put to work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from engine.errors import EhyaError, ErrorCode
from engine.scoring.artefact import TRUSTED
from engine.settings import Settings
from serving.cli.commands.models import show_delivery, show_gates, show_jobs, show_scores
from serving.cli.question import now
from serving.cli.terminal import Terminal
from serving.desk.learning import TrainingRequest, train


def train_and_show(terminal: Terminal, settings: Settings, request: TrainingRequest) -> None:
    """Train, and say what came of it.

    Raises
    ------
    EhyaError
        ``gates_shut``, ``reason_missing``, ``too_few_rows``, ``too_few_outcomes``.
    """
    found: list[Any] = []
    with ExitStack() as shown:
        progress = shown.enter_context(shown_progress(terminal))

        def finished(result: Any) -> None:
            shown.close()
            show_training(terminal, result)
            if "learner" in result.metrics:
                show_servable(terminal, result.metrics["learner"])
            show_delivery(terminal, result.delivery)
            found.append(result)

        try:
            trained = train(settings, request, promoted_at=now().to_pydatetime(), progress=progress, finished=finished)
        except EhyaError as error:
            if error.code is ErrorCode.GATES_SHUT:  # programs read what was found, too
                terminal.answer(training_document(found[0], promoted=False))
            raise
    result, promoted = trained.result, trained.promoted
    if promoted and trained.delivery is not None and result.delivery is not None and result.delivery.problem is None:
        show_delivery(terminal, trained.delivery)
    document = training_document(result, promoted=promoted)
    if trained.challenge is not None and not trained.challenge.promotable:
        terminal.answer(document)
        return
    if not terminal.answer(document) and not result.unchanged:
        terminal.say("cli.promoted" if promoted else "cli.not_promoted", path=str(result.path))


@contextmanager
def shown_progress(terminal: Terminal) -> Iterator[Callable[..., None]]:
    """A bar on standard error; yields what the training calls with a stage, the share done and the best loss so far."""
    words = terminal.speech
    with terminal.bar() as move:

        def tell(stage: Any, share: float, best: float | None = None) -> None:
            name = words.text(stage)
            if best is not None:
                name = words.text("models.best_so_far", stage=name, best=words.number(best, 4))
            move(name, share)

        yield tell


def show_training(terminal: Terminal, result: Any) -> None:
    """Print what was trained, what was measured, and what each gate found."""
    words = terminal.speech
    terminal.line(words.text("cli.trained", version=result.version), "bold")
    if result.card["origin"] == "synthetic":
        terminal.line(words.text("models.synthetic"), "bold yellow")
    terminal.pairs(_sample(result.card["sample"], words), title=words.text(f"models.learnt_{result.kind}"))
    search = result.metrics.get("search", {})
    if search.get("gain") is not None:
        key = "search_nothing" if search["adds_nothing"] else "search_gain"
        told = {"trials": search["trials"], "gain": words.number(search["gain"], 4)}
        terminal.line(words.text(f"models.{key}", **told, tolerance=words.number(search["tolerance"], 4)))
    show_scores(terminal, result.metrics["scores"], result.card["label"])
    show_jobs(terminal, result.metrics["jobs_scores"])
    if result.unchanged:
        terminal.say("models.unchanged")
    else:
        show_gates(terminal, result.gates)


def show_servable(terminal: Terminal, learner: Mapping[str, Any]) -> None:
    """Say whether a learner can be promoted, or is compared only, and why."""
    name = learner["name"]
    if learner["promotable"]:
        terminal.say("models.learner_promotable", name=name)
    elif learner["types"]:
        terminal.say("models.learner_compared", name=name, types=list(learner["types"]), allowed=list(TRUSTED))
    else:
        terminal.say("models.learner_not_opened", name=name, place=learner["place"])


def training_document(result: Any, promoted: bool) -> dict[str, Any]:
    """The result as canonical values."""
    return {
        "version": result.version,
        "kind": result.kind,
        "origin": result.card["origin"],
        "promoted": promoted,
        "unchanged": result.unchanged,
        "path": str(result.path),
        "digest": result.digest,
        "run_id": result.run_id,
        "tracking": None if result.delivery is None else result.delivery.to_json(),
        "sample": result.card["sample"],
        "metrics": result.metrics,
        "gates": [{"gate": verdict.gate, "passed": verdict.passed, **verdict.facts} for verdict in result.gates],
        **({"learner": result.metrics["learner"]} if "learner" in result.metrics else {}),
    }


def _sample(sample: Mapping[str, Any], words: Any) -> list[tuple[str, str]]:
    named = [(name, value) for name, value in sample.items() if type(value) is int]
    return [(words.text(f"sample.{name}"), words.number(value)) for name, value in named]
