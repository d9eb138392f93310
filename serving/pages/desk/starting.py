"""The page of the first run: where it stands, and the one thing to do next."""

from __future__ import annotations

from serving.desk.starting import Readiness
from serving.desk.training_run import RunKind, RunState, RunStatus
from serving.pages.desk.frame import Frame, page

STEPS = ("account", "register", "model")


def start_page(frame: Frame, ready: Readiness, run: RunStatus | None, *, name: str = "", problem: str = "") -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    ready
        What the workspace has.
    run
        The training that was started last.
    name, problem
        What was given for an account, and what is wrong with it.
    """
    done = {"account": ready.people, "register": ready.units > 0, "model": ready.model}
    step = next((one for one in STEPS if not done[one]), STEPS[-1])
    run = run if run is not None and run.kind is RunKind.TRAIN else None
    running = run is not None and run.running
    refused = ""
    if run is not None and run.state in (RunState.REFUSED, RunState.FAILED, RunState.WAITS):
        refused = frame.speech.text("start.failed")
        if run.code is not None:
            refused = frame.speech.text(run.code, **run.facts)
        elif run.state is RunState.WAITS:
            refused = frame.speech.text("start.waits", version=run.version)
    return page(
        "start.html",
        frame,
        steps=[(one, done[one], one == step) for one in STEPS],
        step=step,
        account=name,
        problem=problem or refused,
        units=frame.speech.number(ready.units),
        running=running,
        trained=ready.model,
        stage=frame.speech.text(f"stage.{run.stage}") if running and run is not None and run.stage else "",
        share=round(100 * run.share) if run is not None else 0,
    )
