"""What a unit or a stated project is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serving.cli.doors.command import command
from serving.cli.doors.options import AsJson, AsOf, Lang, Out, PriceYear


@command("economics", "ehya economics UNIT --assume loan_rate=0.18", "ehya economics --project mill.yaml --full")
def economics(
    ctx: typer.Context,
    unit: Annotated[
        str | None, typer.Argument(help="Id of the unit, as `ehya rank` prints it, or its exact name.")
    ] = None,
    project: Annotated[
        Path | None,
        typer.Option("--project", metavar="FILE.yaml", help="A project of your own figures instead of a unit."),
    ] = None,
    assume: Annotated[
        list[str] | None,
        typer.Option(
            "--assume",
            metavar="NAME=X",
            help="Another default, e.g. loan_rate=0.18 or tax_rate=0.1..0.25 (may repeat).",
        ),
    ] = None,
    assumptions: Annotated[
        Path | None,
        typer.Option("--assumptions", metavar="FILE.yaml", help="Defaults of your own: assumptions, units, scenarios."),
    ] = None,
    draws: Annotated[int, typer.Option("--draws", min=100, max=100_000, help="Draws of chance and ranges.")] = 5000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Equal data and seed give equal draws.")] = 0,
    full: Annotated[bool, typer.Option("--full", help="Also print statements by year and all assumptions.")] = False,
    out: Out = None,
    as_of: AsOf = None,
    price_year: PriceYear = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Say what a unit is worth: value, returns, debt cover, jobs, for planner, bank, governor and investor.

    What no record states comes from norms of its sector, and is marked. What cannot be calculated says why.
    With `--out x.xlsx` the cash flow goes into a workbook with live formulas: change the price, see the value.
    """
    from serving.cli.commands.economics import show_economics
    from serving.cli.question import read_question
    from serving.desk.economics import ask
    from serving.desk.question import read_changes

    question = read_question(as_of=as_of, price_year=price_year)
    choices = ask(assumptions, read_changes(assume or []), draws=draws, seed=seed)
    terminal = ctx.obj.terminal(lang, as_json=as_json)
    show_economics(terminal, ctx.obj.settings, question, choices, unit=unit, project=project, full=full, out=out)
