"""What the programme did in a period, and what came of it."""

from __future__ import annotations

from typing import Annotated

import typer

from serving.cli.doors.command import command
from serving.cli.doors.options import AsJson, Lang, Out, PriceYear

_PERIOD = "a day, a month or a year, Gregorian or Jalali (1401-01)"


@command("report", "ehya report --from 1401-01 --to 1403-12", "ehya report --from 1403 --to 1404 --out report.xlsx")
def report(
    ctx: typer.Context,
    start: Annotated[str, typer.Option("--from", metavar="DATE", help=f"First day that counts: {_PERIOD}.")],
    end: Annotated[str, typer.Option("--to", metavar="DATE", help=f"Last day that counts: {_PERIOD}.")],
    known_by: Annotated[
        str | None, typer.Option("--known-by", metavar="DATE", help="Count only what was known by this day; today.")
    ] = None,
    price_year: PriceYear = None,
    out: Out = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Report a period: units revived and still at work, services, tours, courses, money, jobs, events.

    Every figure counts recorded events (`ehya outcome`), and says how many of them do not tell.
    """
    from serving.cli.commands.report import read_period, show_report

    request = read_period(start, end, known_by=known_by, price_year=price_year)
    show_report(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, request, out)
