"""Learn from other provinces without their rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serving.cli.doors.command import Commands, command
from serving.cli.doors.options import DAY, AsJson, Lang

Province = Annotated[
    str | None,
    typer.Option("--province", metavar="NAME", help="Whose register this is, where it holds units of several."),
]


@command("summary", "ehya pool summary --out west-azerbaijan.json")
def pool_summary(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.json", help="File for the country.")],
    province: Province = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=f"Learn only from what was known by then. {DAY}.")
    ] = None,
    origin: Annotated[
        str, typer.Option("--origin", metavar="ORIGIN", help="Whose outcomes to learn from: register or synthetic.")
    ] = "register",
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Write what your outcomes say of restarts, for the country: effects with their errors, never a unit.

    A figure leaves only where ten units stand on either side of it; counts are rounded to fives. A second summary that
    differs from an earlier one by fewer than ten units is refused, since the difference would tell of them.
    """
    from serving.cli.commands.pool import show_summary
    from serving.cli.question import today, written_day
    from serving.desk import learning

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    with terminal.busy("pool.summarising"):
        found = learning.write_pool_summary(
            ctx.obj.settings,
            out,
            as_of=today() if as_of is None else written_day(as_of, "--as-of").at,
            province=province,
            origin=origin,
        )
    show_summary(terminal, found, out)


@command("combine", "ehya pool combine west-azerbaijan.json kerman.json --out country.json")
def pool_combine(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Summaries, one a province.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.json", help="File for all provinces.")],
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Bring summaries of provinces together: the country's effects, how far provinces differ, a belief for each.

    What a province is given rests on the others alone, so that its own outcomes are never counted twice.
    """
    from serving.cli.commands.pool import show_country
    from serving.desk import learning

    show_country(ctx.obj.terminal(lang, as_json=as_json), learning.combine_pool(files, out), out)


@command("use", "ehya pool use country.json", "ehya pool use country.json --province Yazd")
def pool_use(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="What ehya pool combine wrote.")],
    province: Province = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Begin from what other provinces learnt: their effects become this workspace's own, and ehya train reads them.

    Your own outcomes move them as they move the table's, the less the more provinces agree. Rows that a person wrote
    in effects.csv stay. ehya pool leave takes it back.
    """
    from serving.cli.commands.pool import show_used
    from serving.desk import learning

    show_used(ctx.obj.terminal(lang, as_json=as_json), learning.use_pool(ctx.obj.settings, file, province=province))


@command("leave", "ehya pool leave")
def pool_leave(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """Take back what ehya pool use took over; the table's effects and a person's own stand again."""
    from serving.desk import learning

    terminal, count = ctx.obj.terminal(lang, as_json=as_json), learning.leave_pool(ctx.obj.settings)
    if not terminal.answer({"effects": count}):
        terminal.say("pool.left", count=count)


POOL = Commands(
    "pool",
    "Learn from other provinces by summaries that hold no unit.",
    (pool_summary, pool_combine, pool_use, pool_leave),
)
