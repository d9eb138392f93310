"""Train, judge, promote, roll back and watch models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serving.cli.doors.command import command
from serving.cli.doors.options import DAY, AsJson, AsOf, AssumeCapital, Lang, Out, Version, noted_folder


@command(
    "train",
    "ehya train",
    "ehya train --as-of 1405-06-31 --no-promote",
    "ehya train --trials 40",
    "ehya train --cluster tcp://10.0.0.5:8786",
    "ehya train --learner my_learner:Forest",
)
def train(
    ctx: typer.Context,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=f"Learn only from what was known by then. {DAY}.")
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option("--trials", min=0, help="Settings that each search tries; 0: the prior-only model, no search."),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", min=1, metavar="SECONDS", help="Stop the search of the model of outcomes by then."),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Searches side by side; with several, runs differ a little.")
    ] = 1,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="ADDRESS",
            help="Dask scheduler whose workers search; they need the workspace's folder.",
        ),
    ] = None,
    origin: Annotated[
        str, typer.Option("--origin", metavar="ORIGIN", help="Whose outcomes to learn from: register or synthetic.")
    ] = "register",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Equal data and seed give an equal model.")] = 0,
    learner: Annotated[
        str | None,
        typer.Option(
            "--learner",
            metavar="MODULE:CLASS",
            help="Judge a learner of your own by the same folds, gates and card; --timeout limits each of its fits.",
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why it is put to work; kept with the model.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Put it to work although a gate is shut; needs --reason.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", "--no-promote", help="Train, judge, log and register it, but put nothing to work."),
    ] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Train a model, judge it, log it to MLflow, and put it to work if its gates open (else exit code 3).

    What the register has learnt is used when it holds enough matured outcomes; until then reported units and official
    rates are. A search that was interrupted goes on where it was when the same training is started again.
    """
    from serving.cli.commands.train import train_and_show
    from serving.cli.question import today, written_day
    from serving.desk.learning import TrainingRequest

    request = TrainingRequest(
        as_of=today() if as_of is None else written_day(as_of, "--as-of").at,
        origin=origin,
        seed=seed,
        trials=trials,
        timeout=timeout,
        workers=workers,
        cluster=cluster or "",
        promote=not dry_run,
        reason=reason,
        force=force,
        learner=learner or "",
    )
    train_and_show(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, request)


@command("data", "ehya data --out data", "ehya data --out data --as-of 1404-12-29 --origin synthetic")
def data(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder that the files are written to.")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=f"Learn only from what was known by then. {DAY}.")
    ] = None,
    origin: Annotated[
        str, typer.Option("--origin", metavar="ORIGIN", help="Whose outcomes to learn from: register or synthetic.")
    ] = "register",
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Write what the register teaches as a table to learn from: Parquet, its schema, a datasheet and digests.

    A row is a unit on a day: what was known of it then, whether it came back to stay, and how much the row weighs.
    The table holds figures of single units, private fields among them: it is for the office, not for investors.
    """
    from serving.cli.commands.dataset import show_data
    from serving.cli.question import today, written_day
    from serving.desk import learning

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    with terminal.busy("search_stage.describing"):
        found = learning.write_data(
            ctx.obj.settings, out, as_of=today() if as_of is None else written_day(as_of, "--as-of").at, origin=origin
        )
    show_data(terminal, found)


@command("evaluate", "ehya evaluate", "ehya evaluate 20261123-1a2b3c4d --json")
def evaluate(
    ctx: typer.Context, version: Version = None, as_of: AsOf = None, lang: Lang = None, as_json: AsJson = False
) -> None:
    """Judge challenger and champion on the same matured outcomes, beside the plain rules, with intervals.

    First by the figures of the training; then the model, as it was trained, on outcomes that ripened since.
    Without VERSION the challenger is judged; where there is none, the champion.
    """
    from serving.cli.commands.models import evaluation_document, show_evaluation
    from serving.cli.question import today, written_day
    from serving.desk import learning

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    with terminal.busy("models.evaluating"):
        found = learning.evaluate(
            ctx.obj.settings, as_of=today() if as_of is None else written_day(as_of, "--as-of").at, version=version
        )
    if not terminal.answer(evaluation_document(found)):
        show_evaluation(terminal, found)


@command("promote", "ehya promote", 'ehya promote VERSION --force --reason "the law changed in Mehr"')
def promote(
    ctx: typer.Context,
    version: Version = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why; it also explains a first twenty that changed. Kept.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Put it to work although a gate is shut; needs --reason.")
    ] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Put a trained model to work: the challenger, or VERSION. A shut gate refuses it by name (exit code 3).

    The gates are asked against the champion of today. A model that is at work already stays at work.
    """
    from serving.cli.commands.models import promotion_document, show_delivery, show_promotion
    from serving.cli.question import now, today
    from serving.desk import learning

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    with terminal.busy("models.evaluating"):
        promotion = learning.promote(
            ctx.obj.settings,
            as_of=today(),
            promoted_at=now().to_pydatetime(),
            version=version,
            reason=reason,
            force=force,
        )
    show_delivery(terminal, promotion.delivery)
    if not terminal.answer(promotion_document(promotion)):
        show_promotion(terminal, promotion)


@command("models", "ehya models", "ehya models --card champion --out card.html", "ehya models --changes VERSION")
def models(
    ctx: typer.Context,
    card: Annotated[
        str | None, typer.Option("--card", metavar="VERSION", help="Show the card of a model, or of the champion.")
    ] = None,
    changes: Annotated[
        str | None,
        typer.Option(
            "--changes", metavar="VERSION", help="Show what is different between a model and the one at work."
        ),
    ] = None,
    out: Out = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """List the trained models: which is at work, which waits, their figures and gates; or write a model's card."""
    from serving.cli.commands.models import (
        models_document,
        show_changes,
        show_delivery,
        show_models,
        write_model_card,
    )
    from serving.desk import learning

    terminal, settings = ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings
    if changes is not None:
        show_changes(terminal, settings, changes)
        return
    if card is not None or out is not None:
        write_model_card(terminal, learning.model(settings, None if card in (None, "champion") else card), out)
        return
    show_delivery(terminal, learning.deliver(settings))
    listed = learning.models(settings)
    if not terminal.answer(models_document(listed)):
        show_models(terminal, listed)


@command("rollback", 'ehya rollback --reason "the shortlists of Thursday made no sense"')
def rollback(
    ctx: typer.Context,
    version: Version = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the model.")] = "",
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Put an earlier champion back to work: the one before, or VERSION. Its file is checked again."""
    from serving.cli.commands.models import promotion_document, show_delivery, show_promotion
    from serving.cli.question import now
    from serving.desk import learning

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    promotion = learning.rollback(ctx.obj.settings, reason=reason, promoted_at=now().to_pydatetime(), version=version)
    show_delivery(terminal, promotion.delivery)
    if not terminal.answer(promotion_document(promotion)):
        show_promotion(terminal, promotion, back=True)


@command("drift", "ehya drift --as-of 1405-09-02", "ehya drift --out drift.html --lang fa")
def drift(ctx: typer.Context, as_of: AsOf = None, out: Out = None, lang: Lang = None, as_json: AsJson = False) -> None:
    """Say whether the model at work still fits: outcomes since it was made, units unlike those it learnt from.

    Exit code 1 when it should be trained anew, else 0.
    With --out a page with pictures (.html), a workbook (.xlsx) or .json is written.
    """
    from serving.cli.commands.drift import show_drift
    from serving.cli.question import today, written_day
    from serving.desk import learning
    from serving.reports.drift import drift_form, write_drift

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    if out is not None:
        drift_form(out)
    with terminal.busy("drift.looking"):
        found = learning.drift(ctx.obj.settings, as_of=today() if as_of is None else written_day(as_of, "--as-of").at)
    if out is not None:
        write_drift(out, found, terminal.speech)
        terminal.say("cli.written", path=str(out))
        terminal.say("drift.alarming" if found.alarming else "drift.calm")
    if not terminal.answer(found.to_json()) and out is None:
        show_drift(terminal, found)
    if found.alarming:
        raise typer.Exit(1)


@command("mlflow", "ehya mlflow --port 5001", "ehya --tracking-uri http://mlflow.example.org mlflow")
def mlflow(
    ctx: typer.Context,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this computer.")] = 5000,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Open MLflow's pages on this workspace: every training with its figures, plots, card and file.

    They listen on this computer only; Ctrl+C stops them. Nothing is sent anywhere.
    Where MLFLOW_TRACKING_URI or --tracking-uri names a server of the team, its address is printed instead.
    """
    from serving.cli.commands.models import show_address, show_delivery, show_pages
    from serving.desk import learning

    settings, terminal = ctx.obj.settings, ctx.obj.terminal(lang, as_json=as_json)
    there = learning.tracking_address(settings)
    if there is not None:
        show_delivery(terminal, learning.deliver(settings))
        show_address(terminal, there)
        return
    show_pages(terminal, lambda: learning.tracking_pages(settings, port=port), host="127.0.0.1", port=port)


@command("elicit", "ehya elicit --out panel.xlsx --pairs 30", "ehya elicit --read e1.xlsx e2.xlsx")
def elicit(
    ctx: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Workbooks that came back, with --read.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.xlsx", help="Write the form for the experts.", callback=noted_folder),
    ] = None,
    pairs: Annotated[int, typer.Option("--pairs", min=6, max=200, help="How many pairs of units to ask about.")] = 30,
    read: Annotated[bool, typer.Option("--read", help="Take in the answers of the workbooks that are named.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="Another number asks about other pairs.")] = 0,
    as_of: AsOf = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Ask your experts which of two units would come back; their answers move the effects that nobody has measured.

    The pairs are units of your own register, chosen to tell most. Each expert fills in a copy of the workbook under a
    code, never a name. The next training reads the answers; outcomes of the register can take their weight away.
    """
    from engine.errors import EhyaError, ErrorCode
    from serving.cli.commands import elicit as body

    terminal, settings = ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings
    if read == (out is not None) or read != bool(files):
        raise EhyaError(ErrorCode.OPTION_MISSING, command="ehya elicit", allowed=["--out FILE.xlsx", "--read FILE..."])
    if out is not None:
        body.write_form(terminal, settings, out, pairs=pairs, as_of=as_of, seed=seed)
    else:
        body.read_forms(terminal, settings, files or [])


@command(
    "score",
    "ehya score --split --out units",
    "ehya score --shards units --out scored",
    "ehya score --shards units --out scored --cluster tcp://10.0.0.5:8786",
)
def score(
    ctx: typer.Context,
    shards: Annotated[
        Path | None,
        typer.Option("--shards", metavar="FOLDER", help="Score the units in Parquet files of a folder."),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Folder of the results; with --split of the units.")
    ] = None,
    split: Annotated[
        bool, typer.Option("--split", help="Write the units of the register in Parquet files instead.")
    ] = False,
    rows: Annotated[int, typer.Option("--rows", min=1, max=10**7, help="Units of each file of --split.")] = 100_000,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="ADDRESS", help="Dask scheduler whose workers score; or EHYA_DASK names it."),
    ] = None,
    as_of: AsOf = None,
    assume_capital: AssumeCapital = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Score registers that are too large for one table: Parquet files of units in, a file of predictions for each out.

    A run that was stopped goes on where it was, and the bytes are the same on this machine and on a cluster.
    """
    from engine.errors import EhyaError, ErrorCode
    from serving.cli.commands.scoring import score_and_show, split_and_show

    terminal, settings = ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings
    if split:
        beside = {"--shards": shards, "--cluster": cluster, "--assume-capital": assume_capital}
        if mixed := [name for name, value in beside.items() if value is not None]:
            raise EhyaError(ErrorCode.OPTIONS_DO_NOT_MIX, given="--split", allowed=mixed)
        split_and_show(terminal, settings, to, rows=rows, as_of=as_of)
        return
    where = settings.dask if cluster is None else cluster
    score_and_show(terminal, settings, shards, to, cluster=where, as_of=as_of, assume_capital=assume_capital)
