"""Packages of units for events."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serving.cli.doors.command import Commands, command
from serving.cli.doors.options import DAY, AsJson, AsOf, AssumeCapital, Lang, PriceYear, noted_folder

Package = Annotated[str, typer.Argument(help="Package: NAME for its newest version, or NAME@VERSION.")]
_PACKAGE_FILES = "Booklet (.pdf), workbook (.xlsx) or JSON (.json) to write."
Terms = Annotated[Path, typer.Argument(help="File of terms, .yaml or .toml, as `ehya package new` writes it.")]


@command("new", 'ehya package new inva.yaml --event "INVA 1405" --count 15 --budget "3000 billion rial"')
def package_new(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where the file of terms goes, e.g. inva.yaml.", callback=noted_folder)],
    event: Annotated[str, typer.Option("--event", help="For which event.")] = "",
    count: Annotated[int | None, typer.Option("--count", min=1, help="How many units.")] = None,
    budget: Annotated[
        str | None,
        typer.Option("--budget", metavar="AMOUNT", help='Capital at most, with its unit: "3000 میلیارد ریال".'),
    ] = None,
    per_county: Annotated[int | None, typer.Option("--per-county", min=1, help="Units of one county at most.")] = None,
    sector: Annotated[
        list[str] | None,
        typer.Option("--sector", metavar="ISIC=N", help="At least N units of a sector, e.g. 10=3 (may repeat)."),
    ] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Write a file of terms to fill in: how many units, budgets, quotas, wishes; every line says what it does."""
    from serving.cli.commands.package_terms import new_terms

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    new_terms(terminal, file, event=event, count=count, budget=budget, per_county=per_county, sectors=sector or [])


@command("solve", "ehya package solve inva.yaml", "ehya package solve inva.yaml --dry-run")
def package_solve(
    ctx: typer.Context,
    file: Terms,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Solve and show, but keep nothing.")] = False,
    seconds: Annotated[
        float | None, typer.Option("--seconds", min=1, help="Longest time for the search of one package; 60 at first.")
    ] = None,
    as_of: AsOf = None,
    price_year: PriceYear = None,
    assume_capital: AssumeCapital = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Find the best package under the terms, proven so, and keep it; or say which terms contradict each other."""
    from serving.cli.commands.package import solve
    from serving.cli.question import read_question

    question = read_question(as_of=as_of, price_year=price_year, assume_capital=assume_capital)
    terminal = ctx.obj.terminal(lang, as_json=as_json)
    raise typer.Exit(solve(terminal, ctx.obj.settings, question, file, keep=not dry_run, seconds=seconds))


@command("show", "ehya package show inva", "ehya package show inva@2 --again")
def package_show(
    ctx: typer.Context,
    package: Package,
    again: Annotated[
        bool, typer.Option("--again", help="Compute it once more from its own inputs and say whether it is the same.")
    ] = False,
    as_of: AsOf = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Show a package: units with reasons, what each term costs, who is gone since and who would best replace them."""
    from serving.cli.commands.package import show

    show(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, package, as_of=as_of, again=again)


@command("why", "ehya package why inva UNIT")
def package_why(
    ctx: typer.Context,
    package: Package,
    unit: Annotated[str, typer.Argument(help="Id of the unit, or its exact name.")],
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Say why a unit is in, and what it displaced; or why it is out, and the smallest changes that bring it in."""
    from serving.cli.commands.package import why

    why(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, package, unit)


@command("compare", "ehya package compare inva@1 inva@2")
def package_compare(
    ctx: typer.Context,
    package: Package,
    other: Annotated[str, typer.Argument(help="The other package, likewise.")],
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Lay two packages side by side: units in both and in one only, figures, terms that differ."""
    from serving.cli.commands.package import compare

    compare(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, package, other)


@command(
    "frontier", "ehya package frontier inva --budget capital --nested", "ehya package frontier inva --across county"
)
def package_frontier(
    ctx: typer.Context,
    package: Package,
    budget: Annotated[
        str, typer.Option("--budget", help="Which budget moves: capital, public_money or hard_currency.")
    ] = "capital",
    nested: Annotated[bool, typer.Option("--nested", help="Who is in stays in as the budget grows.")] = False,
    unbeaten: Annotated[
        bool,
        typer.Option("--unbeaten", help="Instead: the packages that no other beats in both jobs and expected gain."),
    ] = False,
    across: Annotated[
        str | None,
        typer.Option(
            "--across",
            metavar="GROUP",
            help="Instead: what evenness costs across county, sector, province, estate, status or size.",
        ),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--seconds", min=1, help="Longest time for all of it; 60 at first.")
    ] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Show what more money buys: the best package from a quarter of the budget to twice as much, who comes and goes."""
    from serving.cli.commands.package import frontier, show_even, show_unbeaten

    if across is not None:
        show_even(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, package, across, seconds=seconds)
        return
    if unbeaten:
        show_unbeaten(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, package, seconds=seconds)
        return
    terminal = ctx.obj.terminal(lang, as_json=as_json)
    frontier(terminal, ctx.obj.settings, package, budget, nested=nested, seconds=seconds)


@command("freeze", 'ehya package freeze inva@2 --by "deputy for investment"')
def package_freeze(
    ctx: typer.Context,
    package: Package,
    by: Annotated[str, typer.Option("--by", metavar="OFFICE", help="Office that signs it off; no names of persons.")],
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help=f"When; today, if not given. {DAY}.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="A remark that is kept with it.")] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Sign a package off: it stays as it is, and its units are logged as shown."""
    from serving.cli.commands.package import freeze_package

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    freeze_package(terminal, ctx.obj.settings, package, by=by, on=on, note=note)


@command("list", "ehya package list")
def package_list(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """List all packages, the newest first."""
    from serving.cli.commands.package import list_packages

    list_packages(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings)


@command("export", "ehya package export inva --out inva.xlsx")
def package_export(
    ctx: typer.Context,
    package: Package,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=_PACKAGE_FILES, callback=noted_folder)],
    teaser: Annotated[
        bool,
        typer.Option(
            "--teaser",
            help="The booklet for investors, without private fields and what rests on them (also: FILE.teaser.pdf).",
        ),
    ] = False,
    logo: Annotated[
        Path | None, typer.Option("--logo", metavar="FILE", help="Picture for the booklet's cover, .png or .jpg.")
    ] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Write a package as a booklet to print (a page a unit), workbook or JSON; or as a teaser for investors."""
    from serving.cli.commands.package import export

    export(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, package, out, teaser=teaser, logo=logo)


PACKAGE = Commands(
    "package",
    "Choose the units for an event under a budget and quotas, and defend the choice.",
    (
        package_new,
        package_solve,
        package_show,
        package_why,
        package_compare,
        package_frontier,
        package_freeze,
        package_list,
        package_export,
    ),
)
