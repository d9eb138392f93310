"""Pages and HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from serving.cli.doors.command import command
from serving.cli.doors.options import AsJson, Lang


@command("serve", "ehya serve --port 8600", "ehya serve --host 0.0.0.0 --name ehya.example.org")
def serve(
    ctx: typer.Context,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this computer.")] = 8600,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; others reach it only with --name and keys.")
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name", metavar="HOST", help="Name by which others call the service (may repeat); then keys are needed."
        ),
    ] = None,
    nda_at_once: Annotated[
        bool,
        typer.Option("--nda-at-once", help="An investor's agreement over HTTP holds before the office confirms it."),
    ] = False,
    webhooks_inside: Annotated[
        bool,
        typer.Option(
            "--webhooks-inside", help="Webhooks may go over plain HTTP and to this computer and networks of your own."
        ),
    ] = False,
    lang: Lang = None,
) -> None:
    """Serve pages and HTTP (/v1/units, /v1/rankings, /v1/shortlists): to this computer alone, or by name to keys."""
    from serving.cli.commands.serve import serve_here

    allowed = {"nda_at_once": nda_at_once, "webhooks_inside": webhooks_inside}
    serve_here(ctx.obj.terminal(lang), ctx.obj.settings, host, port, name or (), **allowed)


@command("routes", "ehya routes", "ehya routes --json")
def routes(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """List what HTTP answers: every address, the roles that may ask it, its level of secrecy and its limit."""
    from serving.cli.commands.serve import show_routes

    show_routes(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings)
