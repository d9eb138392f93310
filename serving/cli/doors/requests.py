"""What investors ask about units, for the office."""

from __future__ import annotations

from typing import Annotated

import typer

from serving.cli.doors.command import Commands, command
from serving.cli.doors.options import AsJson, Lang

RequestId = Annotated[
    str, typer.Argument(metavar="REQUEST", help="Id of the request, as `ehya requests list` prints it.")
]
Words = Annotated[str, typer.Argument(metavar="TEXT", help="The answer, up to 2,000 characters.")]
Days = Annotated[str | None, typer.Argument(metavar="DAYS", help="Days, 1 to 365; without them the level is shown.")]


@command("list", "ehya requests list", "ehya requests list --overdue")
def requests_list(
    ctx: typer.Context,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose time is up.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Answered and withdrawn ones too.")] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """List the requests that wait for an answer, with who asked, how old they are and how long is left."""
    from serving.cli.commands.requests import list_requests

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    list_requests(terminal, ctx.obj.settings, overdue=overdue, everything=everything)


@command("answer", 'ehya requests answer REQUEST "Two looms of 1390, both at work."')
def requests_answer(
    ctx: typer.Context, request: RequestId, text: Words, lang: Lang = None, as_json: AsJson = False
) -> None:
    """Answer a request, once; who asked reads it over HTTP."""
    from serving.cli.commands.requests import answer_request

    answer_request(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, request, text)


@command("level", "ehya requests level", "ehya requests level 5")
def requests_level(ctx: typer.Context, days: Days = None, lang: Lang = None, as_json: AsJson = False) -> None:
    """Show or set the days within which requests are answered. What was asked before stays due as it was."""
    from serving.cli.commands.requests import show_level

    show_level(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, days)


@command("figures", "ehya requests figures")
def requests_figures(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """Show how soon requests of the last 90 days were answered, beside what was promised."""
    from serving.cli.commands.requests import show_figures

    show_figures(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings)


REQUESTS = Commands(
    "requests",
    "Read and answer what investors ask about units, and say how soon.",
    (requests_list, requests_answer, requests_level, requests_figures),
)
