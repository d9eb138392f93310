"""Pages and HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from serving.cli.doors.options import Lang


def serve(
    ctx: typer.Context,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this computer.")] = 8600,
    host: Annotated[str, typer.Option("--host", help="For now an address of this computer only.")] = "127.0.0.1",
    lang: Lang = None,
) -> None:
    """Serve pages and HTTP (/v1/units, /v1/rankings, /v1/shortlists) on this computer only."""
    from serving.cli.commands.serve import serve_here

    serve_here(ctx.obj.terminal(lang), ctx.obj.settings, host, port)
