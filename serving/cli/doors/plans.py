"""What has to be done for units."""

from __future__ import annotations

from typing import Annotated

import typer

from serving.cli.doors.command import command
from serving.cli.doors.options import AsJson, AsOf, AssumeCapital, Lang, Out, PriceYear

Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold", min=0, max=0.99, metavar="0..1",
        help="Feasibility to reach. Without it only what must be removed first counts.",
    ),
]  # fmt: skip
Budget = Annotated[
    str | None, typer.Option("--budget", metavar="AMOUNT", help='Most that one unit may cost: "20 میلیارد ریال".')
]
Months = Annotated[int | None, typer.Option("--months", min=0, help="Most months that one plan may take.")]
Cost = Annotated[
    list[str] | None,
    typer.Option("--cost", metavar="ACT=AMOUNT", help='Cost of an act, e.g. "diagnosis=2 billion rial" (may repeat).'),
]


@command(
    "plan",
    "ehya plan UNIT",
    "ehya plan UNIT --threshold 0.3 --months 12",
    'ehya plan UNIT --cost "diagnosis=2 billion rial"',
)
def plan(
    ctx: typer.Context,
    unit: Annotated[str, typer.Argument(help="Id of the unit, as `ehya rank` prints it, or its exact name.")],
    threshold: Threshold = None,
    budget: Budget = None,
    months: Months = None,
    cost: Cost = None,
    as_of: AsOf = None,
    price_year: PriceYear = None,
    assume_capital: AssumeCapital = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Find the cheapest acts that make a unit ready: who does what, in which order, in how many months, at what cost.

    All combinations are weighed. Out of reach? Then the best that can be had, and what stands in the way.
    """
    from serving.cli.commands.plan import read_request, show_plan
    from serving.cli.question import read_question

    question = read_question(as_of=as_of, price_year=price_year, assume_capital=assume_capital)
    request = read_request(threshold=threshold, budget=budget, months=months, costs=cost)
    show_plan(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, question, unit, request)


@command("workload", "ehya workload --capacity bank=10 --capacity judiciary=5", "ehya workload --out work.xlsx")
def workload(
    ctx: typer.Context,
    threshold: Threshold = None,
    budget: Budget = None,
    months: Months = None,
    cost: Cost = None,
    capacity: Annotated[
        list[str] | None,
        typer.Option("--capacity", metavar="OWNER=N", help="Acts that an owner can begin, e.g. bank=10 (may repeat)."),
    ] = None,
    out: Out = None,
    as_of: AsOf = None,
    price_year: PriceYear = None,
    assume_capital: AssumeCapital = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Say what each office should begin in the next three months for the most net jobs: bank, court, tax, utilities.

    It begins with the plan of every unit that is not ready, and takes from each owner's list what adds most.
    """
    from serving.cli.commands.plan import read_capacity, read_request, show_workload
    from serving.cli.question import read_question

    question = read_question(as_of=as_of, price_year=price_year, assume_capital=assume_capital)
    request = read_request(threshold=threshold, budget=budget, months=months, costs=cost)
    terminal = ctx.obj.terminal(lang, as_json=as_json)
    show_workload(terminal, ctx.obj.settings, question, request, read_capacity(capacity), out=out)
