"""What was taken in: list it, look at one import, take one back."""

from __future__ import annotations

from typing import Annotated

import typer

from serving.cli.doors.command import Commands, command
from serving.cli.doors.options import AsJson, Lang

Number = Annotated[int, typer.Argument(help="Number of the import, as `ehya imports list` prints it.")]


@command("list", "ehya imports list")
def imports_list(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """List what was imported, oldest first."""
    from serving.cli.commands.imports import list_imports

    list_imports(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings)


@command("show", "ehya imports show 2")
def imports_show(ctx: typer.Context, number: Number, lang: Lang = None, as_json: AsJson = False) -> None:
    """Show what an import changed, unit by unit, and which units of the file before it are missing."""
    from serving.cli.commands.imports import show_import

    show_import(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, number)


@command("undo", "ehya imports undo 2")
def imports_undo(ctx: typer.Context, number: Number, lang: Lang = None, as_json: AsJson = False) -> None:
    """Take an import back, as if it had never been; later decisions and events are kept and named."""
    from serving.cli.commands.imports import undo

    undo(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, number)


IMPORTS = Commands(
    "imports",
    "Look at what was imported, and take an import back.",
    (imports_list, imports_show, imports_undo),
)
