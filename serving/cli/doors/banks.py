"""What the office asks banks about units that they have claims on."""

from __future__ import annotations

from typing import Annotated

import typer

from serving.cli.doors.command import Commands, command
from serving.cli.doors.options import DAY, AsJson, Lang

AskId = Annotated[str, typer.Argument(metavar="ASK", help="Id of what was asked, as `ehya banks list` prints it.")]


@command("list", "ehya banks list", 'ehya banks list --bank "Bank Mellat"')
def banks_list(
    ctx: typer.Context,
    bank: Annotated[str | None, typer.Option("--bank", metavar="NAME", help="Only what this bank was asked.")] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """List what banks were asked, with how long is left and what they answered; what waits comes first."""
    from serving.cli.commands.banks import list_asks

    list_asks(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, bank)


@command("ask", 'ehya banks ask "Bank Mellat" UNIT reschedule "Five years with one of grace?" --until 1405-10-01')
def banks_ask(
    ctx: typer.Context,
    bank: Annotated[str, typer.Argument(metavar="BANK", help="The bank, as registers spell it.")],
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="Id of a unit that the bank has a claim on.")],
    kind: Annotated[str, typer.Argument(metavar="KIND", help="What for: return, reschedule or price.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The question, up to 2,000 characters.")],
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help=f"Last day to answer; without it 30 days. {DAY}.")
    ] = "",
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Ask a bank about a unit; it reads that when it signs in."""
    from serving.cli.commands.banks import ask

    ask(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, bank, unit, kind, text, until=until)


@command("answer", 'ehya banks answer ASK agreed "From the first of Mehr." --million-rial 1200')
def banks_answer(
    ctx: typer.Context,
    ask_id: AskId,
    verdict: Annotated[str, typer.Argument(metavar="VERDICT", help="agreed, conditions or refused.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the bank says, up to 2,000 characters.")],
    million_rial: Annotated[
        str, typer.Option("--million-rial", metavar="SUM", help="The price that it names, in million rial.")
    ] = "",
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Record what a bank answered by letter or telephone, once."""
    from serving.cli.commands.banks import answer

    answer(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, ask_id, verdict, text, million_rial=million_rial)


BANKS = Commands(
    "banks",
    "Ask banks about units that they have claims on, and read what they answer.",
    (banks_list, banks_ask, banks_answer),
)
