"""Several provinces' registers in one PostgreSQL, each with its own rights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serving.cli.doors.command import Commands, command
from serving.cli.doors.options import AsJson, AsOf, Lang

Role = Annotated[str, typer.Argument(metavar="ROLE", help="Role of the shared PostgreSQL, such as ministry.")]


@command("found", "ehya national found yazd kerman --reader ministry")
def national_found(
    ctx: typer.Context,
    provinces: Annotated[list[str], typer.Argument(metavar="NAME...", help="A plain name for each province's role.")],
    reader: Annotated[
        list[str] | None, typer.Option("--reader", metavar="ROLE", help="A role that provinces may grant rows to.")
    ] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Print the SQL that the administrator of a PostgreSQL runs once: a role and a schema of its own for each province.

    A province's workspace then names its own role: EHYA_DATABASE_URL=postgresql://yazd@HOST/ehya. Nobody reads a row of
    another until it is granted.
    """
    from serving.desk import national

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    sql = national.founding_sql(provinces, reader or [])
    if not terminal.answer({"sql": sql}):
        terminal.line(sql)


@command("grant", "ehya national grant ministry")
def national_grant(ctx: typer.Context, role: Role, lang: Lang = None, as_json: AsJson = False) -> None:
    """Let a role read this office's units and outcomes: never accounts, keys, documents, lists, requests, the audit."""
    from serving.cli.commands.national import show_readers
    from serving.cli.question import now
    from serving.desk import national

    readers = national.grant_rows(ctx.obj.settings, role, now=now().to_pydatetime())
    show_readers(ctx.obj.terminal(lang, as_json=as_json), readers)


@command("revoke", "ehya national revoke ministry")
def national_revoke(ctx: typer.Context, role: Role, lang: Lang = None, as_json: AsJson = False) -> None:
    """Take such a grant back. What was copied meanwhile is not taken back."""
    from serving.cli.commands.national import show_readers
    from serving.cli.question import now
    from serving.desk import national

    readers = national.revoke_rows(ctx.obj.settings, role, now=now().to_pydatetime())
    show_readers(ctx.obj.terminal(lang, as_json=as_json), readers)


@command("offices", "ehya national offices")
def national_offices(ctx: typer.Context, as_of: AsOf = None, lang: Lang = None, as_json: AsJson = False) -> None:
    """List the offices that granted their units to this workspace's role, and what they hold."""
    from serving.cli.commands.national import show_offices
    from serving.cli.question import today, written_day
    from serving.desk import national

    at = today() if as_of is None else written_day(as_of, "--as-of").at
    show_offices(ctx.obj.terminal(lang, as_json=as_json), national.offices_seen(ctx.obj.settings, as_of=at))


@command("units", "ehya national units --out country", "ehya national units --out country --office yazd")
def national_units(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder for a Parquet file of each office.")],
    office: Annotated[
        list[str] | None, typer.Option("--office", metavar="NAME", help="Of this office alone; may be given again.")
    ] = None,
    as_of: AsOf = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Write the units of all offices that granted theirs, as ehya score --shards reads them."""
    from serving.cli.commands.national import show_written
    from serving.cli.question import today, written_day
    from serving.desk import national

    at = today() if as_of is None else written_day(as_of, "--as-of").at
    found = national.write_offices(ctx.obj.settings, out, as_of=at, only=office or None)
    show_written(ctx.obj.terminal(lang, as_json=as_json), found, out)


NATIONAL = Commands(
    "national",
    "Share one PostgreSQL between provinces, each with its own rights.",
    (national_found, national_grant, national_revoke, national_offices, national_units),
)
