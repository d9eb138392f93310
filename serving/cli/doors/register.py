"""Read a register, see what is wrong with it, and settle what sources or records say twice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from serving.cli.doors.command import command
from serving.cli.doors.options import DAY, AsJson, AsOf, Lang, Out, noted_folder


@command(
    "intake",
    "ehya intake units.xlsx --rejects rejects.xlsx",
    "ehya intake --corrections rejects.xlsx",
    "ehya intake registers/ --report report.json",
)
def intake(
    ctx: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE|FOLDER]...",
            help="Register: .xlsx, .csv, .parquet or .json, with Persian or English headers; or several, or folders.",
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE.json", help="Write what became of each row.", callback=noted_folder),
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects",
            metavar="OUT.xlsx",
            help="Write what was refused, with a column to correct it in; of one file, not of a folder.",
            callback=noted_folder,
        ),
    ] = None,
    corrections: Annotated[
        Path | None,
        typer.Option("--corrections", metavar="OUT.xlsx", help="Complete an import with the corrected workbook."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="MAP.toml", help="What headings mean; remembered for the source."),
    ] = None,
    write_mapping: Annotated[
        Path | None,
        typer.Option(
            "--write-mapping",
            metavar="MAP.toml",
            help="Write unknown headings, to say what they mean.",
            callback=noted_folder,
        ),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=f"The day the register describes. {DAY}.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Where the file is from; its name, if not given.")
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Read only this sheet.")] = None,
    province: Annotated[
        str | None, typer.Option("--province", metavar="PLACE", help="Province of rows that name none.")
    ] = None,
    county: Annotated[
        str | None, typer.Option("--county", metavar="PLACE", help="County of rows that name none.")
    ] = None,
    estate: Annotated[
        str | None, typer.Option("--estate", metavar="PLACE", help="Industrial estate of rows that name none.")
    ] = None,
    usd_rate: Annotated[
        int | None, typer.Option("--usd-rate", metavar="RIAL", min=1, help="What one US dollar is in rial.")
    ] = None,
    eur_rate: Annotated[
        int | None, typer.Option("--eur-rate", metavar="RIAL", min=1, help="What one euro is in rial.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report, store nothing.")] = False,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="The units are made up: mark them wherever they show.")
    ] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Read a register into the store; every row is accepted, refused with its reason, or named as no unit.

    Several files, or a folder of them, are read side by side and told in one report: each is an import of its own,
    units that stand in several are named, and a file that cannot be read is told while the rest goes on (then exit code
    1).
    """
    from serving.cli.commands.intake import take_in
    from serving.cli.commands.many_registers import take_in_files

    rates = {name: rate for name, rate in (("usd", usd_rate), ("eur", eur_rate)) if rate}
    places = {"province": province, "county": county, "estate": estate}
    terminal, settings = ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings
    if files and (len(files) > 1 or files[0].is_dir()):
        of_one: dict[str, Any] = {"--rejects": rejects, "--corrections": corrections, "--mapping": mapping}
        of_one |= {"--write-mapping": write_mapping, "--source": source, "--sheet": sheet}
        more = {"synthetic": synthetic, "rates": rates, **places}
        plan = {"report": report, "as_of": as_of, "dry_run": dry_run, "of_one": of_one}
        if not take_in_files(terminal, settings, files, **plan, **more):  # type: ignore[arg-type]
            raise typer.Exit(1)
        return
    take_in(
        terminal,
        settings,
        files[0] if files else None,
        report=report,
        rejects=rejects,
        corrections=corrections,
        mapping=mapping,
        mapping_out=write_mapping,
        as_of=as_of,
        source=source,
        sheet=sheet,
        dry_run=dry_run,
        synthetic=synthetic,
        rates=rates,
        **places,
    )


@command("health", "ehya health", "ehya health --by estate", "ehya health --out health.xlsx")
def health(
    ctx: typer.Context,
    by: Annotated[
        str, typer.Option("--by", metavar="PART", help="Look at parts: county, estate, province or source.")
    ] = "county",
    out: Out = None,
    as_of: AsOf = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Say how complete and fresh the register is, and which field would let most units be predicted."""
    from serving.cli.commands.health import show_health

    show_health(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, by=by, out=out, as_of=as_of)


@command("duplicates", "ehya duplicates")
def duplicates(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """List pairs of units that may be one, with the reason; a person decides."""
    from serving.cli.commands.duplicates import list_duplicates

    list_duplicates(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings)


@command("merge", "ehya merge UNIT OTHER")
def merge(
    ctx: typer.Context,
    unit: Annotated[str, typer.Argument(help="Id of the unit that stays.")],
    other: Annotated[str, typer.Argument(help="Id of the unit that is the same one.")],
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Record that two units are one: the freshest values show, history and events of both are kept."""
    from serving.cli.commands.duplicates import merge_units

    merge_units(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, unit, other)


@command("distinct", "ehya distinct UNIT OTHER", "ehya distinct UNIT OTHER --undo")
def distinct(
    ctx: typer.Context,
    unit: Annotated[str, typer.Argument(help="Id of one unit.")],
    other: Annotated[str, typer.Argument(help="Id of the unit that looks like it.")],
    undo: Annotated[bool, typer.Option("--undo", help="Take the decision back.")] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Record that two units that look like one are two: they are marked no more as perhaps the same."""
    from serving.cli.commands.duplicates import distinguish_units

    distinguish_units(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, unit, other, undo=undo)


@command("unmerge", "ehya unmerge OTHER")
def unmerge(
    ctx: typer.Context,
    unit: Annotated[str, typer.Argument(help="Id of the unit that was merged into another.")],
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Undo a merge: both units are as if it had never been."""
    from serving.cli.commands.duplicates import unmerge_unit

    unmerge_unit(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, unit)


@command(
    "conflicts",
    "ehya conflicts",
    "ehya conflicts --pin UNIT jobs_now office.xlsx",
    "ehya conflicts --rank office.xlsx 1",
)
def conflicts(
    ctx: typer.Context,
    unit: Annotated[str | None, typer.Option("--unit", help="Only of this unit: its id or exact name.")] = None,
    field: Annotated[str | None, typer.Option("--field", help="Only of this field, e.g. jobs_now.")] = None,
    pin: Annotated[
        tuple[str, str, str] | None,
        typer.Option("--pin", metavar="UNIT FIELD SOURCE", help="Let what this source says of the field show."),
    ] = None,
    unpin: Annotated[
        tuple[str, str] | None, typer.Option("--unpin", metavar="UNIT FIELD", help="Take that choice back.")
    ] = None,
    rank: Annotated[
        tuple[str, int] | None,
        typer.Option(
            "--rank", metavar="SOURCE N", help="Of records of one day the source of rank 1 shows, then 2; 0: no rank."
        ),
    ] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """List what sources contradict each other in, and which value shows; choose a source where you know better."""
    from serving.cli.commands import conflicts as body

    terminal, settings = ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings
    if pin:
        body.pin_source(terminal, settings, *pin)
    elif unpin:
        body.unpin_source(terminal, settings, *unpin)
    elif rank:
        body.rank_one(terminal, settings, *rank)
    else:
        body.list_conflicts(terminal, settings, unit=unit, field=field)


@command("verify", "ehya verify UNIT jobs_now --source visit", "ehya verify UNIT jobs_now --undo")
def verify(
    ctx: typer.Context,
    unit: Annotated[str, typer.Argument(help="Id of the unit, or its exact name.")],
    field: Annotated[str, typer.Argument(help="Field whose value was checked, e.g. jobs_now.")],
    source: Annotated[
        str | None, typer.Option("--source", help="What it was checked against: a visit, a deed.")
    ] = None,
    level: Annotated[str, typer.Option("--level", metavar="LEVEL", help="reviewed, or verified.")] = "verified",
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help=f"When it was checked; today, if not given. {DAY}.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the confirmation back.")] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Record that you checked the value that shows: it goes before declared ones for twelve months."""
    from serving.cli.commands.conflicts import verify as body

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    body(terminal, ctx.obj.settings, unit, field, source=source, level=level, on=on, undo=undo)
