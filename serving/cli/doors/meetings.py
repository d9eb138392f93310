"""Who meets whom at an event, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serving.cli.doors.command import Commands, command
from serving.cli.doors.options import AsJson, AsOf, AssumeCapital, Lang, PriceYear

Plan = Annotated[
    str,
    typer.Argument(
        metavar="FOLDER|EVENT",
        help="Folder of a plan, as `ehya meetings plan --out` made it, or an event whose plan the register keeps.",
    ),
]


@command("plan", "ehya meetings plan day.yaml --mandates investors.xlsx --out inva")
def meetings_plan(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="The day as YAML: event, date, from, to, tables; also minutes, pause, breaks, meetings (investor, "
            "unit, named), wishes, away (who, from, to), third (name, units, at_once, away), zone: "
            "docs/examples/day.yaml."
        ),
    ],
    mandates: Annotated[
        Path, typer.Option("--mandates", metavar="FILE.xlsx", help="What each investor wants, a row each.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Write plan, workbook and a calendar for each party there."),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep/--no-keep", help="Keep the plan in the register too, unless it keeps one already.")
    ] = True,
    as_of: AsOf = None,
    price_year: PriceYear = None,
    assume_capital: AssumeCapital = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Plan an event's meetings: pairs that nobody would rather swap, each in a slot, and why each other wish has none.

    Wishes are the shortlists. Of pairs for which there is no slot the room goes to the next best.
    """
    from serving.cli.commands.meetings import plan
    from serving.cli.question import read_question

    question = read_question(as_of=as_of, price_year=price_year, assume_capital=assume_capital)
    plan(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, question, file, mandates, out, keep=keep)


@command("again", "ehya meetings again inva --gone food-fund --since 10:40")
def meetings_again(
    ctx: typer.Context,
    given: Plan,
    gone: Annotated[list[str], typer.Option("--gone", metavar="WHO", help="Who does not come (may repeat).")],
    since: Annotated[
        str | None, typer.Option("--since", metavar="HH:MM", help="From when on; what was before stays as it was.")
    ] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Plan anew after a no-show: what can stay stays, freed slots go to the next best, as few meetings as can be move.

    The plan of before stays, in the folder under its number and in the register. Calendars get the same entries with a
    higher number.
    """
    from serving.cli.commands.meetings import plan_again

    plan_again(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, given, gone, since)


@command("show", "ehya meetings show inva --who food-fund")
def meetings_show(
    ctx: typer.Context,
    given: Plan,
    who: Annotated[str | None, typer.Option("--who", metavar="WHO", help="Only the day of this party.")] = None,
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="Version of a plan in the register; else the newest.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Write plan, workbook and a calendar for each party there."),
    ] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Show a plan, or one party's day with the wishes that have no meeting, and why."""
    from serving.cli.commands.meetings import show

    show(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, given, who, version=version, out=out)


MEETINGS = Commands(
    "meetings",
    "Plan who meets whom at an event, and when.",
    (meetings_plan, meetings_again, meetings_show),
)
