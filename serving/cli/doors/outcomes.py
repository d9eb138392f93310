"""What came of units."""

from __future__ import annotations

from typing import Annotated

import typer

from serving.cli.doors.options import DAY, AsJson, Lang


def outcome_add(
    ctx: typer.Context,
    unit: Annotated[str, typer.Argument(help="Id of the unit, or its exact name.")],
    kind: Annotated[
        str, typer.Argument(help="approached, visited, declined, agreed, invested, restarted, observed, ...")
    ],
    on: Annotated[
        str, typer.Option("--on", metavar="DATE", help=f"When it happened; a month or a year will do. {DAY}.")
    ],
    known_on: Annotated[
        str | None, typer.Option("--known-on", metavar="DATE", help="When we learnt of it; today, if not given.")
    ] = None,
    capacity_share: Annotated[
        float | None, typer.Option("--capacity-share", help="Share of capacity at work, 0 to 1.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", help="Persons at work.")] = None,
    mandate_id: Annotated[str | None, typer.Option("--mandate-id", help="Investor's mandate concerned.")] = None,
    event: Annotated[str | None, typer.Option("--event", help="Conference or programme.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Where we have it from.")] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Record what came of a unit. Events are never changed nor deleted; the next training reads them."""
    from serving.cli.commands.outcome import add_outcome

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    figures = {"capacity_share": capacity_share, "jobs": jobs}
    named = {"mandate_id": mandate_id, "event": event, "source": source}
    add_outcome(terminal, ctx.obj.settings, unit, kind, on=on, known_on=known_on, **figures, **named)


def outcome_list(
    ctx: typer.Context,
    unit: Annotated[str | None, typer.Option("--unit", help="Only of this unit.")] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """List what was recorded, oldest first."""
    from serving.cli.commands.outcome import list_outcomes

    list_outcomes(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, unit)
