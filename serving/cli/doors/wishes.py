"""What owners of units, and banks that hold them, want of an investor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serving.cli.doors.command import Commands, command
from serving.cli.doors.options import AsJson, Lang

Unit = Annotated[str, typer.Argument(metavar="UNIT", help="Id of the unit, or its name.")]
Side = Annotated[str, typer.Option("--side", help="Who wants it: owner or bank.")]


@command("list", "ehya wishes list", "ehya wishes list UNIT")
def wishes_list(
    ctx: typer.Context,
    unit: Annotated[str | None, typer.Argument(metavar="UNIT", help="Of this unit alone: its id or its name.")] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """List what owners and banks want of an investor, with who says so and since when."""
    from serving.cli.commands.wishes import list_wishes

    list_wishes(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, unit)


@command("state", 'ehya wishes state UNIT "{deal_forms: [lease], partners: [operator]}" --source "a letter"')
def wishes_state(
    ctx: typer.Context,
    unit: Unit,
    stated: Annotated[
        str,
        typer.Argument(
            metavar="WISHES",
            help="YAML, or a file of it: deal_forms, deal_forms_refused, partners, partners_refused, capital_forms, "
            "asking_price_billion_rial with price_year, max_share, languages.",
        ),
    ],
    source: Annotated[str, typer.Option("--source", help="Who says so, or where it stands.")],
    side: Side = "owner",
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """State what a side of a unit wants of an investor, in place of what it wanted before.

    Lists made from then on show it: each wish that an investor does not meet takes a part of the fit away.
    """
    from serving.cli.commands.wishes import state

    state(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, unit, stated, side=side, source=source)


@command("end", "ehya wishes end UNIT --side bank")
def wishes_end(
    ctx: typer.Context, unit: Unit, side: Side = "owner", lang: Lang = None, as_json: AsJson = False
) -> None:
    """Take back what a side of a unit wants. That it was stated is kept."""
    from serving.cli.commands.wishes import end

    end(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, unit, side=side)


@command("read", "ehya wishes read owners.xlsx")
def wishes_read(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE.xlsx", help="A row a unit and side; `ehya wishes form` writes an empty one.")
    ],
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Keep the wishes of a workbook; a row that cannot be taken is named, and the rest goes on."""
    from serving.cli.commands.wishes import read

    read(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, file)


@command("form", "ehya wishes form owners.xlsx")
def wishes_form(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="Where to write it.")],
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Write an empty form for the wishes of owners and banks."""
    from serving.cli.commands.wishes import form

    form(ctx.obj.terminal(lang, as_json=as_json), file)


WISHES = Commands(
    "wishes",
    "Say what owners and banks of units want of an investor.",
    (wishes_list, wishes_state, wishes_end, wishes_read, wishes_form),
)
