"""What came of units."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serving.cli.doors.command import Commands, command
from serving.cli.doors.options import DAY, AsJson, Lang, Out

Unit = Annotated[str, typer.Argument(help="Id of the unit, or its exact name.")]
Kind = Annotated[
    str, typer.Argument(help="approached, visited, declined, agreed, invested, restarted, observed, served, ...")
]
Number = Annotated[int, typer.Argument(help="Number of the event, as `ehya outcome list` prints it.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help=f"When it happened; a month or a year will do. {DAY}.")]
KnownOn = Annotated[
    str | None, typer.Option("--known-on", metavar="DATE", help="When we learnt of it; today, if not given.")
]
CapacityShare = Annotated[float | None, typer.Option("--capacity-share", help="Share of capacity at work, 0 to 1.")]
Jobs = Annotated[int | None, typer.Option("--jobs", help="Persons at work.")]
Act = Annotated[
    str | None,
    typer.Option(
        "--act", help="What was done, of a unit that was served: diagnosis, industrial_tour, court_support, ..."
    ),
]
Rial = Annotated[
    str | None, typer.Option("--rial", metavar="MONEY", help="Money put in by who invested, e.g. 400 billion rial.")
]
MandateId = Annotated[str | None, typer.Option("--mandate-id", help="Investor's mandate concerned.")]
Event = Annotated[str | None, typer.Option("--event", help="Conference or programme.")]
Source = Annotated[str | None, typer.Option("--source", help="Where we have it from.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; kept in the log.")]


@command("add", "ehya outcome add UNIT observed --on 1405-08-20 --capacity-share 0.6 --jobs 34")
def outcome_add(
    ctx: typer.Context,
    unit: Unit,
    kind: Kind,
    on: On,
    known_on: KnownOn = None,
    capacity_share: CapacityShare = None,
    jobs: Jobs = None,
    act: Act = None,
    rial: Rial = None,
    mandate_id: MandateId = None,
    event: Event = None,
    source: Source = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Record what came of a unit. Events can be corrected and withdrawn; the log keeps all."""
    from serving.cli.commands.outcome import add_outcome

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    figures = {"capacity_share": capacity_share, "jobs": jobs, "act": act, "rial": rial}
    named = {"mandate_id": mandate_id, "event": event, "source": source}
    add_outcome(terminal, ctx.obj.settings, unit, kind, on=on, known_on=known_on, **figures, **named)


@command("correct", "ehya outcome correct 12 UNIT visited --on 1405-08-21")
def outcome_correct(
    ctx: typer.Context,
    number: Number,
    unit: Unit,
    kind: Kind,
    on: On,
    known_on: KnownOn = None,
    capacity_share: CapacityShare = None,
    jobs: Jobs = None,
    act: Act = None,
    rial: Rial = None,
    mandate_id: MandateId = None,
    event: Event = None,
    source: Source = None,
    reason: Reason = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Let another event stand in the place of one that was recorded wrongly; the log keeps both."""
    from serving.cli.commands.outcome import correct_outcome

    details = {"capacity_share": capacity_share, "jobs": jobs, "act": act, "rial": rial}
    details |= {"mandate_id": mandate_id, "event": event}
    terminal, settings = ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings
    correct_outcome(
        terminal, settings, number, unit, kind, on=on, known_on=known_on, reason=reason, source=source, **details
    )


@command("withdraw", 'ehya outcome withdraw 12 --reason "another unit was meant"')
def outcome_withdraw(
    ctx: typer.Context,
    number: Number,
    known_on: KnownOn = None,
    reason: Reason = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Let an event stand no more, since it never happened; the log keeps it."""
    from serving.cli.commands.outcome import withdraw_outcome

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    withdraw_outcome(terminal, ctx.obj.settings, number, known_on=known_on, reason=reason)


@command("import", "ehya outcome import outcomes.xlsx --dry-run")
def outcome_import(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="Sheet of events, .xlsx or .csv, as `ehya outcome list --out` writes it.")
    ],
    known_on: KnownOn = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report, store nothing.")] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Record the events of a sheet; each row is recorded, or refused with its reason."""
    from serving.cli.commands.outcome import import_outcomes

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    import_outcomes(terminal, ctx.obj.settings, file, known_on=known_on, dry_run=dry_run)


@command("list", "ehya outcome list --unit UNIT", "ehya outcome list --out log.xlsx")
def outcome_list(
    ctx: typer.Context,
    unit: Annotated[str | None, typer.Option("--unit", help="Only of this unit.")] = None,
    out: Out = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """List what was recorded, oldest first."""
    from serving.cli.commands.outcome import list_outcomes

    list_outcomes(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, unit, out)


OUTCOME = Commands(
    "outcome",
    "Record what came of a unit, and list what was recorded.",
    (outcome_add, outcome_list, outcome_correct, outcome_withdraw, outcome_import),
)
