"""The word ``ehya`` itself: its first page of help, and what holds for every command."""

from __future__ import annotations

from typing import Annotated

import typer

from serving.cli.doors.options import Lang


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"ehya {version('ehya')}")
        raise typer.Exit


def ehya(
    ctx: typer.Context,
    lang: Lang = None,
    verbose: Annotated[
        int, typer.Option("-v", "--verbose", count=True, help="Say more: -v what goes on, -vv all.")
    ] = 0,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Say which Ehya this is, and end.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the program a failure happened.")] = False,
    tracking_uri: Annotated[
        str | None,
        typer.Option(
            "--tracking-uri",
            metavar="ADDRESS",
            help="MLflow of the team, which gets a copy of every training; by default what MLFLOW_TRACKING_URI names.",
        ),
    ] = None,
) -> None:
    """احیا · Ehya matches idle production units to the investors who can bring them back to work.

    [bold]A first day with your own register[/bold]

      ehya doctor
          is everything there?
      ehya intake units.xlsx --report report.json
          read it, see what was refused
      ehya train
          learn from earlier revivals
      ehya rank --county ارومیه --top 20
          whom to offer, whom to mend
      ehya show UNIT
          the whole story of one unit
      ehya match --mandate investor.yaml
          a shortlist, with reasons
      ehya outcome add UNIT visited --on 1405-08-20
          what came of it

    No register at hand? [bold]ehya demo[/bold] shows all of it.
    Answers come in Persian; [bold]ehya --lang en[/bold] or EHYA_LANG=en turns them to English.
    """
    from dataclasses import replace

    from engine.settings import Settings
    from serving.cli.errors import EXIT_REFUSED_REQUEST
    from serving.cli.session import Invocation, write_log

    settings = Settings.from_environment()
    if tracking_uri is not None:
        settings = replace(settings, tracking_uri=tracking_uri.strip())
    ctx.obj = Invocation(settings, settings.language, debug=debug)
    ctx.obj.terminal(lang)
    write_log(verbose)
    if ctx.invoked_subcommand is None:  # options alone ask for what there is
        typer.echo(ctx.get_help())
        raise typer.Exit(EXIT_REFUSED_REQUEST)
