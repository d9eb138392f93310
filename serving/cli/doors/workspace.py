"""Is everything there, what facts stand behind it, how to keep it safe, and the demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serving.cli.doors.command import Commands, command
from serving.cli.doors.options import AsJson, Lang, Out, noted_folder


@command("doctor", "ehya doctor --lang en")
def doctor(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """Check versions, workspace, register, model and fonts; say how to mend what is broken (exit code 1)."""
    from serving.cli.commands.doctor import show_checkup

    if show_checkup(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings):
        raise typer.Exit(1)


@command(
    "reference",
    "ehya reference",
    'ehya reference counties --where "province=West Azerbaijan"',
    'ehya reference unemployment --where "percent>10" --where "jalali_year=1398"',
)
def reference(
    ctx: typer.Context,
    table: Annotated[str | None, typer.Argument(help="Table to show; without one, the list of tables.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="CONDITION",
            help="Only such rows: COLUMN=VALUE, or != > >= < <=, or ~ for a piece of text; in Persian or English.",
        ),
    ] = None,
    out: Out = None,
    sources: Annotated[bool, typer.Option("--sources", help="To whom the facts are owed, table by table.")] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Show the facts that Ehya stands on, each with its source and date."""
    from serving.cli.commands import reference as body

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    if sources:
        body.list_sources(terminal)
    elif table is None:
        body.list_tables(terminal)
    else:
        settings = ctx.obj.settings
        own = {"price_index": settings.price_index, "effects": settings.effects}
        body.show_table(terminal, table, where or [], out, own)


@command("backup", "ehya backup", "ehya backup --out /media/usb/ehya.zip")
def backup(
    ctx: typer.Context,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE.zip", help="The file to write; else in the workspace.", callback=noted_folder
        ),
    ] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Copy the whole register into one checked file; others may go on working meanwhile."""
    from serving.cli.commands.backup import make_backup

    make_backup(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, out)


@command("list", "ehya backups list")
def backups_list(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """List the backups in the workspace, the newest first, with what each says that it holds."""
    from serving.cli.commands.backup import list_backups

    list_backups(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings)


@command("check", "ehya backups check ehya-20261201-093000.zip")
def backups_check(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the file, as `ehya backups list` prints it.")],
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Look a backup of the workspace over, as restoring it would; nothing is put anywhere."""
    from serving.cli.commands.backup import check_backup

    check_backup(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, name)


BACKUPS = Commands(
    "backups",
    "List the backups in the workspace, and look one over.",
    (backups_list, backups_check),
)


@command("restore", "ehya restore /media/usb/ehya.zip")
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `ehya backup` wrote, or a register kept by an earlier restore.")],
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the register, after checking it; the register of before is kept beside it."""
    from serving.cli.commands.backup import restore_backup

    restore_backup(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, file)


@command("move", "ehya move postgresql:///ehya", "ehya move sqlite:///ehya-copy.db")
def move(
    ctx: typer.Context,
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="An empty database: postgresql://..., or sqlite:///FILE.")
    ],
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Copy the register into an empty database, as from its file into PostgreSQL: all of it, checked, or nothing.

    It waits until nobody writes. The register of before stays as it is; EHYA_DATABASE_URL says which one is used.
    Keep a password out of the address: PostgreSQL reads it from PGPASSWORD or ~/.pgpass.
    """
    from serving.cli.commands.backup import move_register

    move_register(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, address)


@command("demo", "ehya demo")
def demo(
    ctx: typer.Context,
    serve: Annotated[bool, typer.Option("--serve", help="Then open the pages on what it made.")] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this computer.")] = 8600,
    lang: Lang = None,
) -> None:
    """Show everything: real reported units first, then a synthetic register."""
    from serving.cli.demo import run

    terminal = ctx.obj.terminal(lang)
    made = run(terminal, ctx.obj.settings)
    if serve:
        from serving.cli.commands.serve import serve_here

        serve_here(terminal, made, "127.0.0.1", port)
