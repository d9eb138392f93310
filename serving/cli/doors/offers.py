"""Which units to offer, the story of one, and shortlists for investors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serving.cli.doors.command import command
from serving.cli.doors.options import AsJson, AsOf, AssumeCapital, Lang, Out, PriceYear

if TYPE_CHECKING:
    from serving.cli.terminal import Terminal
    from serving.desk.question import Question


@command("rank", "ehya rank --county ارومیه --top 20", "ehya rank --triage offer --out ranking.xlsx --lang fa")
def rank(
    ctx: typer.Context,
    province: Annotated[
        list[str] | None, typer.Option("--province", metavar="PLACE", help="Only this province (may repeat).")
    ] = None,
    county: Annotated[
        list[str] | None, typer.Option("--county", metavar="PLACE", help="Only this county (may repeat).")
    ] = None,
    estate: Annotated[
        list[str] | None, typer.Option("--estate", metavar="NAME", help="Only estates whose name holds this.")
    ] = None,
    sector: Annotated[
        list[str] | None, typer.Option("--sector", metavar="ISIC", help="Only this sector, e.g. 10 or 1030.")
    ] = None,
    status: Annotated[
        list[str] | None, typer.Option("--status", metavar="STATUS", help="Only this status, e.g. idle.")
    ] = None,
    triage: Annotated[
        list[str] | None, typer.Option("--triage", metavar="VERDICT", help="Only this verdict, e.g. offer.")
    ] = None,
    top: Annotated[int | None, typer.Option("--top", min=1, help="Only so many, from the best.")] = None,
    persona: Annotated[
        str | None,
        typer.Option("--persona", metavar="WHO", help="Whose weights: planner, bank, governor or investor."),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            "--weights",
            metavar="PART=X,...|FILE",
            help="Weights of your own, e.g. feasibility=3,jobs=1, or a file: numbers from 0 up, of which only the "
            "proportions count.",
        ),
    ] = None,
    influence: Annotated[
        str | None,
        typer.Option(
            "--influence",
            metavar="PART=X,...|FILE",
            help="How much of the differences between scores each part shall make, e.g. feasibility=.6,jobs=.4; "
            "the weights that do so are found and shown.",
        ),
    ] = None,
    priority: Annotated[
        list[str] | None,
        typer.Option("--priority", metavar="ISIC,...", help="Sectors that the programme prefers, e.g. 10,13."),
    ] = None,
    economics: Annotated[
        bool, typer.Option("--economics", help="Also say what each unit is worth: value, new jobs, their chances.")
    ] = False,
    assume: Annotated[
        list[str] | None,
        typer.Option("--assume", metavar="NAME=X", help="With --economics: another default (may repeat)."),
    ] = None,
    swap: Annotated[
        str | None,
        typer.Option("--swap", metavar="UNIT,UNIT", help="Say which smallest change of weights puts two units level."),
    ] = None,
    smaa: Annotated[
        bool,
        typer.Option("--smaa", help="Say where each unit may stand under other weights and values, and for whose."),
    ] = False,
    method: Annotated[
        str | None,
        typer.Option("--method", metavar="NAME", help="Order by another method: topsis, spotis or weighted_sum."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="DATE|last|FILE.json",
            help="Say who moved since a day, the last import or a ranking that was written as JSON, and why.",
        ),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep these predictions, to compare with what comes.")] = False,
    out: Out = None,
    as_of: AsOf = None,
    price_year: PriceYear = None,
    assume_capital: AssumeCapital = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Triage and rank the units: offer, fix first, repurpose or sell, cannot judge; with reasons and intervals."""
    from engine.errors import EhyaError, ErrorCode
    from serving.cli.commands import steadiness
    from serving.cli.commands.rank import codes_of, show_ranking, show_swap
    from serving.cli.question import read_question
    from serving.desk.economics import REGISTER_DRAWS, Choices
    from serving.desk.question import read_changes
    from serving.desk.ranking import RankingRequest, ranking

    session = ctx.obj
    question = read_question(
        as_of=as_of,
        price_year=price_year,
        assume_capital=assume_capital,
        persona=persona,
        weights=weights,
        influence=influence,
        priority=priority,
    )
    wanted = {
        "province": province,
        "county": county,
        "estate": estate,
        "sector": sector,
        "status": status,
        "triage": triage,
    }
    terminal = session.terminal(lang, as_json=as_json)
    beside = {"--swap UNIT,UNIT": swap, "--smaa": smaa or None, "--method NAME": method, "--since DATE": since}
    if sum(one is not None for one in beside.values()) > 1:
        raise EhyaError(ErrorCode.OPTION_MISSING, command="ehya rank", allowed=list(beside))
    of_lists = {"--out": out, "--economics": economics or None, "--assume": assume, "--keep": keep or None}
    stated = [name for name, given in of_lists.items() if given is not None]
    if stated and (answer := [name for name, given in beside.items() if given is not None]):
        raise EhyaError(ErrorCode.OPTIONS_DO_NOT_MIX, given=answer[0], allowed=stated)
    if swap is not None:
        show_swap(terminal, session.settings, question, swap)
        return
    wishes = {name: given for name, given in wanted.items() if given}
    if smaa or method is not None or since is not None:
        found = ranking(session.settings, RankingRequest(question, codes_of(wishes)))
        if smaa:
            steadiness.show_acceptance(terminal, found, top)
        elif method is not None:
            steadiness.show_method(terminal, found, method, top)
        elif since is not None:
            steadiness.show_moved(terminal, session.settings, found, since, top)
        return
    worth = Choices(changes=read_changes(assume or []), draws=REGISTER_DRAWS) if economics or assume else None
    show_ranking(terminal, session.settings, question, wishes, top, out, keep=keep, worth=worth)


@command("show", "ehya show UNIT --lang en")
def show(
    ctx: typer.Context,
    unit: Annotated[str, typer.Argument(help="Id of the unit, as `ehya rank` prints it, or its exact name.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.pdf", help="Write the unit's opportunity sheet for investors instead."),
    ] = None,
    as_of: AsOf = None,
    price_year: PriceYear = None,
    assume_capital: AssumeCapital = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Tell the whole story of one unit: facts with sources, barriers, what to do, prediction, score, events."""
    from serving.cli.commands.show import show_unit, write_unit_sheet
    from serving.cli.question import read_question

    question = read_question(as_of=as_of, price_year=price_year, assume_capital=assume_capital)
    terminal = ctx.obj.terminal(lang, as_json=as_json)
    if out is not None:
        write_unit_sheet(terminal, ctx.obj.settings, question, unit, out)
        return
    show_unit(terminal, ctx.obj.settings, question, unit)


@command(
    "match",
    "ehya match --mandate investor.yaml --why-not UNIT",
    "ehya match --mandates investors.xlsx --out event.xlsx",
    "ehya match --mandates investors.xlsx --shards units --out lists",
)
def match(
    ctx: typer.Context,
    mandate: Annotated[
        Path | None, typer.Option("--mandate", metavar="FILE.yaml", help="What one investor wants.")
    ] = None,
    mandates: Annotated[
        Path | None, typer.Option("--mandates", metavar="FILE.xlsx", help="What each investor wants, a row each.")
    ] = None,
    why_not: Annotated[
        str | None, typer.Option("--why-not", metavar="UNIT", help="Say what keeps this unit off the list.")
    ] = None,
    top: Annotated[int | None, typer.Option("--top", min=1, help="Length of the shortlist.")] = None,
    together: Annotated[
        str | None,
        typer.Option(
            "--together",
            metavar="KEY=X,...|usual",
            help="With --mandates: choose all lists together, so that no unit is on all of them or on none and each "
            "list stays good: diversity, most_share, least, least_ndcg, explore, seed.",
        ),
    ] = None,
    again: Annotated[
        Path | None,
        typer.Option(
            "--replay",
            metavar="EVENT.json|LIST",
            help="Make the lists of an event again from its record, or a kept list (its id) with the mandate, answers, "
            "model and units of then; say what differs (ends with 1 if a list does).",
        ),
    ] = None,
    shown: Annotated[
        bool, typer.Option("--shown", help="Record that this list was shown, or all lists of an event.")
    ] = False,
    internal: Annotated[
        bool, typer.Option("--internal", help="Judge with private fields too: for the office alone, never written.")
    ] = False,
    shards: Annotated[
        Path | None,
        typer.Option(
            "--shards",
            metavar="FOLDER",
            help="With --mandates: match the units in Parquet files of a folder (`ehya score --split` writes some) "
            "instead of the register's; --out names a folder. A run that was stopped goes on where it was.",
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster", metavar="ADDRESS", help="With --shards: Dask scheduler whose workers match; or EHYA_DASK."
        ),
    ] = None,
    out: Out = None,
    as_of: AsOf = None,
    price_year: PriceYear = None,
    assume_capital: AssumeCapital = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Make a shortlist for one investor, or the workbook of a whole event.

    With --shards the lists of all investors over more units than one table holds, the same on this machine and on a
    cluster: a linear bound of the fit chooses 500 units of each file, the full fit orders those, and what it could have
    missed is fitted too and counted.
    """
    from engine.errors import EhyaError, ErrorCode
    from serving.cli.commands import match as body
    from serving.cli.question import read_question

    question = read_question(as_of=as_of, price_year=price_year, assume_capital=assume_capital)
    terminal, settings = ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings
    if again is not None:
        if not body.replay_any(terminal, settings, question, again):
            raise typer.Exit(1)
        return
    if shards is not None or cluster is not None:
        beside = {"--mandate": mandate, "--why-not": why_not, "--together": together, "--shown": shown or None}
        if mixed := [name for name, given in (beside | {"--internal": internal or None}).items() if given is not None]:
            raise EhyaError(ErrorCode.OPTIONS_DO_NOT_MIX, given="--shards", allowed=mixed)
        _match_shards(ctx, question, terminal, {"mandates": mandates, "shards": shards, "out": out}, cluster, top)
        return
    if (mandate is None) == (mandates is None):
        raise EhyaError(
            ErrorCode.OPTION_MISSING, command="ehya match", allowed=["--mandate FILE.yaml", "--mandates FILE.xlsx"]
        )
    if mandate:
        body.show_shortlist(
            terminal, settings, question, mandate, top=top, against=why_not, out=out, shown=shown, internal=internal
        )
    elif out is None:
        raise EhyaError(ErrorCode.OPTION_MISSING, command="ehya match --mandates", allowed=["--out EVENT.xlsx"])
    else:
        assert mandates is not None
        more = {"top": top, "out": out, "together": together, "shown": shown}
        body.write_event(terminal, settings, question, mandates, **more)  # type: ignore[arg-type]


def _match_shards(
    ctx: typer.Context,
    question: Question,
    terminal: Terminal,
    named: dict[str, Path | None],
    cluster: str | None,
    top: int | None,
) -> None:
    from engine.errors import EhyaError, ErrorCode
    from serving.cli.commands.mass_matching import match_and_show

    settings = ctx.obj.settings
    if missing := [f"--{name}" for name, given in named.items() if given is None]:
        raise EhyaError(ErrorCode.OPTION_MISSING, command="ehya match --shards", allowed=missing)
    mandates, shards, out = (named[name] for name in ("mandates", "shards", "out"))
    assert mandates is not None
    assert shards is not None
    assert out is not None
    where = settings.dask if cluster is None else cluster
    match_and_show(terminal, settings, question, mandates, shards=shards, out=out, cluster=where, top=top)
