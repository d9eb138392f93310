"""The command ``ehya``: what each command wants, in one place. The bodies stand in ``serving.cli.commands``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from serving.cli.errors import Door

if TYPE_CHECKING:
    from engine.settings import Settings
    from serving.cli.terminal import Terminal

_DAY = "YYYY-MM-DD, Gregorian or Jalali (1405-09-02)"

app = typer.Typer(
    name="ehya",
    cls=Door,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""احیا · Ehya matches idle production units to the investors who can bring them back to work.

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

    No register at hand? [bold]ehya demo[/bold] shows all of it in a minute and a half.
    Answers come in Persian; [bold]ehya --lang en[/bold] or EHYA_LANG=en turns them to English.""",
)
outcome_app = typer.Typer(no_args_is_help=True, help="Record what came of a unit, and list what was recorded.")
app.add_typer(outcome_app, name="outcome")

Lang = Annotated[str | None, typer.Option("--lang", metavar="fa|en", help="Language of the answer: fa or en.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON: codes and numbers, for programs.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help=f"Judge as on this day. {_DAY}.")]
PriceYear = Annotated[
    int | None,
    typer.Option("--price-year", metavar="JALALI_YEAR", help="Jalali year in whose money sums are compared."),
]
AssumeCapital = Annotated[
    str | None,
    typer.Option(
        "--assume-capital", metavar="AMOUNT", help='Capital to assume where none is stated, e.g. "50 میلیارد ریال".'
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write to a file; its ending says in which form.")
]


@app.callback()
def _session(
    ctx: typer.Context,
    lang: Lang = None,
    verbose: Annotated[
        int, typer.Option("-v", "--verbose", count=True, help="Say more: -v what goes on, -vv all.")
    ] = 0,
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the program a failure happened.")] = False,
) -> None:
    from engine.settings import Settings
    from serving.cli.session import Session, write_log

    settings = Settings.from_environment()
    ctx.obj = Session(settings, settings.language, debug=debug)
    ctx.obj.terminal(lang)
    write_log(verbose)


@app.command(epilog="Example:  ehya doctor --lang en")
def doctor(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """Check versions, workspace, register, model and fonts; say how to mend what is broken (exit code 1)."""
    from serving.cli.commands.doctor import show_checkup

    if show_checkup(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings):
        raise typer.Exit(1)


@app.command(
    epilog='Examples:  ehya reference   ·   ehya reference counties --where "province=West Azerbaijan"   ·   '
    'ehya reference unemployment --where "percent>10" --where "jalali_year=1398"'
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
        body.show_table(terminal, table, where or [], out)


@app.command(
    epilog="Examples:  ehya intake units.xlsx --rejects rejects.xlsx   ·   ehya intake --corrections rejects.xlsx"
)
def intake(
    ctx: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="Register: .xlsx, .csv, .parquet or .json, with Persian or English headers.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE.json", help="Write what became of each row.")
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", metavar="OUT.xlsx", help="Write what was refused, with a column to correct it in."),
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
        typer.Option("--write-mapping", metavar="MAP.toml", help="Write unknown headings, to say what they mean."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=f"The day the register describes. {_DAY}.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Where the file is from; its name, if not given.")
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Read only this sheet.")] = None,
    province: Annotated[
        str | None, typer.Option("--province", metavar="PLACE", help="Province of rows that name none.")
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
    """Read a register into the store; every row is accepted, refused with its reason, or named as no unit."""
    from serving.cli.commands.intake import take_in

    take_in(
        ctx.obj.terminal(lang, as_json=as_json),
        ctx.obj.settings,
        file,
        report=report,
        rejects=rejects,
        corrections=corrections,
        mapping=mapping,
        mapping_out=write_mapping,
        as_of=as_of,
        source=source,
        sheet=sheet,
        province=province,
        dry_run=dry_run,
        synthetic=synthetic,
        rates={name: rate for name, rate in (("usd", usd_rate), ("eur", eur_rate)) if rate},
    )


@app.command(epilog="Examples:  ehya health   ·   ehya health --by estate   ·   ehya health --out health.xlsx")
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


@app.command(
    epilog="Examples:  ehya train   ·   ehya train --as-of 1405-06-31 --no-promote   ·   ehya train --trials 40"
)
def train(
    ctx: typer.Context,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=f"Learn only from what was known by then. {_DAY}.")
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option("--trials", min=0, help="Settings that each search tries; 0: the prior-only model, no search."),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", min=1, metavar="SECONDS", help="Stop the search of the model of outcomes by then."),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Searches side by side; with several, runs differ a little.")
    ] = 1,
    origin: Annotated[
        str, typer.Option("--origin", metavar="ORIGIN", help="Whose outcomes to learn from: register or synthetic.")
    ] = "register",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Equal data and seed give an equal model.")] = 0,
    reason: Annotated[str | None, typer.Option("--reason", help="Why it is put to work; kept with the model.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Put it to work although a gate is shut; needs --reason.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", "--no-promote", help="Train, judge, log and register it, but put nothing to work."),
    ] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Train a model, judge it, log it to MLflow, and put it to work if its gates open (else exit code 3).

    What the register has learnt is used when it holds enough matured outcomes; until then reported units and official
    rates are. A search that was interrupted goes on where it was when the same training is started again.
    """
    from engine.errors import EhyaError, ErrorCode
    from serving.cli.commands.question import day

    if force and not (reason or "").strip():
        raise EhyaError(ErrorCode.REASON_MISSING, command="ehya train --force")
    options: dict[str, Any] = {"random_state": seed, "timeout": timeout, "workers": workers, "origin": origin}
    options |= {} if trials is None else {"trials": trials}
    if as_of is not None:
        options["as_of"] = day(as_of, "--as-of").at
    terminal = ctx.obj.terminal(lang, as_json=as_json)
    _train(terminal, ctx.obj.settings, reason=reason, force=force, dry_run=dry_run, **options)


def _train(
    terminal: Terminal,
    settings: Settings,
    *,
    reason: str | None = None,
    force: bool = False,
    dry_run: bool = False,
    **options: Any,
) -> None:
    import training
    from serving.cli.commands.question import now, today
    from serving.cli.commands.train import show_training, shown_progress, training_document
    from serving.workspace import open_register

    options = {"as_of": today(), **options}
    with open_register(settings) as register:
        with shown_progress(terminal) as progress:
            result = training.train(register, settings, progress=progress, **options)
        show_training(terminal, result)
        promotes = not dry_run and not result.unchanged
        if promotes:
            training.promote(
                register, settings, version=result.version, as_of=options["as_of"],
                promoted_at=now().to_pydatetime(), reason=reason, force=force, verdicts=result.gates,
            )  # fmt: skip
    if not terminal.answer(training_document(result, promoted=promotes)) and not result.unchanged:
        terminal.say("cli.promoted" if promotes else "cli.not_promoted", path=str(result.path))


Version = Annotated[str | None, typer.Argument(help="Version of the model, as `ehya models` lists it.")]


@app.command(epilog="Examples:  ehya evaluate   ·   ehya evaluate 20261123-1a2b3c4d --json")
def evaluate(
    ctx: typer.Context, version: Version = None, as_of: AsOf = None, lang: Lang = None, as_json: AsJson = False
) -> None:
    """Judge challenger and champion on the same matured outcomes, beside the plain rules, with intervals.

    First by the figures of the training; then the model, as it was trained, on outcomes that ripened since.
    Without VERSION the challenger is judged; where there is none, the champion.
    """
    import training
    from serving.cli.commands.models import evaluation_document, show_evaluation
    from serving.cli.commands.question import day, today
    from serving.workspace import open_register

    terminal, settings = ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings
    at = today() if as_of is None else day(as_of, "--as-of").at
    with open_register(settings) as register, terminal.busy("models.evaluating"):
        found = training.evaluate(register, settings, as_of=at, version=version)
    if not terminal.answer(evaluation_document(found)):
        show_evaluation(terminal, found)


@app.command(epilog='Examples:  ehya promote   ·   ehya promote VERSION --force --reason "the law changed in Mehr"')
def promote(
    ctx: typer.Context,
    version: Version = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why; it also explains a first twenty that changed. Kept.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Put it to work although a gate is shut; needs --reason.")
    ] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Put a trained model to work: the challenger, or VERSION. A shut gate refuses it by name (exit code 3).

    The gates are asked against the champion of today. A model that is at work already stays at work.
    """
    import training
    from serving.cli.commands.models import promotion_document, show_promotion
    from serving.cli.commands.question import now, today
    from serving.workspace import open_register

    terminal, settings = ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings
    with open_register(settings) as register, terminal.busy("models.evaluating"):
        promotion = training.promote(
            register, settings, version=version, as_of=today(), promoted_at=now().to_pydatetime(), reason=reason,
            force=force,
        )  # fmt: skip
    if not terminal.answer(promotion_document(promotion)):
        show_promotion(terminal, promotion)


@app.command(epilog="Examples:  ehya models   ·   ehya models --card champion --out card.html")
def models(
    ctx: typer.Context,
    card: Annotated[
        str | None, typer.Option("--card", metavar="VERSION", help="Show the card of a model, or of the champion.")
    ] = None,
    out: Out = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """List the trained models: which is at work, which waits, their figures and gates; or write a model's card."""
    import training
    from serving.cli.commands.models import models_document, show_models, write_model_card
    from serving.workspace import open_register

    terminal, settings = ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings
    with open_register(settings) as register:
        if card is not None or out is not None:
            model = training.model_of(register, settings, None if card in (None, "champion") else card)
            write_model_card(terminal, model, out)
            return
        listed = training.models(register, settings)
    if not terminal.answer(models_document(listed)):
        show_models(terminal, listed)


@app.command(epilog='Example:  ehya rollback --reason "the shortlists of Thursday made no sense"')
def rollback(
    ctx: typer.Context,
    version: Version = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the model.")] = "",
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Put an earlier champion back to work: the one before, or VERSION. Its file is checked again."""
    import training
    from serving.cli.commands.models import promotion_document, show_promotion
    from serving.cli.commands.question import now
    from serving.workspace import open_register

    terminal, settings = ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings
    with open_register(settings) as register:
        promotion = training.rollback(
            register, settings, version=version, reason=reason, promoted_at=now().to_pydatetime()
        )
    if not terminal.answer(promotion_document(promotion)):
        show_promotion(terminal, promotion, back=True)


@app.command(epilog="Examples:  ehya drift --as-of 1405-09-02   ·   ehya drift --out drift.html --lang fa")
def drift(ctx: typer.Context, as_of: AsOf = None, out: Out = None, lang: Lang = None, as_json: AsJson = False) -> None:
    """Say whether the model at work still fits: outcomes since it was made, units unlike those it learnt from.

    Exit code 1 when it should be trained anew, else 0.
    With --out a page with pictures (.html), a workbook (.xlsx) or .json is written.
    """
    from serving.cli.commands.drift import show_drift
    from serving.cli.commands.question import day, today
    from serving.reports.drift import drift_form, write_drift
    from serving.workspace import champion, open_register
    from training.monitoring.report import drift as found_drift

    terminal, settings = ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings
    if out is not None:
        drift_form(out)
    at = today() if as_of is None else day(as_of, "--as-of").at
    with open_register(settings) as register, terminal.busy("drift.looking"):
        found = found_drift(register, champion(register, settings), as_of=at)
    if out is not None:
        write_drift(out, found, terminal.speech)
        terminal.say("cli.written", path=str(out))
        terminal.say("drift.alarming" if found.alarming else "drift.calm")
    if not terminal.answer(found.to_json()) and out is None:
        show_drift(terminal, found)
    if found.alarming:
        raise typer.Exit(1)


@app.command(epilog="Example:  ehya mlflow --port 5001")
def mlflow(
    ctx: typer.Context,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this computer.")] = 5000,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Open MLflow's pages on this workspace: every training with its figures, plots, card and file.

    They listen on this computer only; Ctrl+C stops them. Nothing is sent anywhere.
    """
    import training
    from serving.cli.commands.models import show_pages

    settings = ctx.obj.settings
    terminal = ctx.obj.terminal(lang, as_json=as_json)
    show_pages(terminal, lambda: training.start_pages(settings, port=port), host="127.0.0.1", port=port)


@app.command(
    epilog="Examples:  ehya rank --county ارومیه --top 20   ·   ehya rank --triage offer --out ranking.xlsx --lang fa"
)
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
    keep: Annotated[bool, typer.Option("--keep", help="Keep these predictions, to compare with what comes.")] = False,
    out: Out = None,
    as_of: AsOf = None,
    price_year: PriceYear = None,
    assume_capital: AssumeCapital = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Triage and rank the units: offer, fix first, repurpose or sell, cannot judge; with reasons and intervals."""
    from serving.cli.commands.question import Question
    from serving.cli.commands.rank import show_ranking

    session = ctx.obj
    question = Question.asked(as_of=as_of, price_year=price_year, assume_capital=assume_capital)
    wanted = {
        "province": province,
        "county": county,
        "estate": estate,
        "sector": sector,
        "status": status,
        "triage": triage,
    }
    terminal = session.terminal(lang, as_json=as_json)
    wishes = {name: given for name, given in wanted.items() if given}
    show_ranking(terminal, session.settings, question, wishes, top, out, keep=keep)


@app.command(epilog="Example:  ehya show UNIT --lang en")
def show(
    ctx: typer.Context,
    unit: Annotated[str, typer.Argument(help="Id of the unit, as `ehya rank` prints it, or its exact name.")],
    as_of: AsOf = None,
    price_year: PriceYear = None,
    assume_capital: AssumeCapital = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Tell the whole story of one unit: facts with sources, barriers, what to do, prediction, score, events."""
    from serving.cli.commands.question import Question
    from serving.cli.commands.show import show_unit

    question = Question.asked(as_of=as_of, price_year=price_year, assume_capital=assume_capital)
    show_unit(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, question, unit)


@app.command(
    epilog="Examples:  ehya match --mandate investor.yaml --why-not UNIT"
    "   ·   ehya match --mandates investors.xlsx --out event.xlsx"
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
    shown: Annotated[bool, typer.Option("--shown", help="Record that the investor was shown this list.")] = False,
    out: Out = None,
    as_of: AsOf = None,
    price_year: PriceYear = None,
    assume_capital: AssumeCapital = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Make a shortlist for one investor, or the workbook of a whole event."""
    from engine.errors import EhyaError, ErrorCode
    from serving.cli.commands import match as body
    from serving.cli.commands.question import Question

    question = Question.asked(as_of=as_of, price_year=price_year, assume_capital=assume_capital)
    terminal, settings = ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings
    if (mandate is None) == (mandates is None):
        raise EhyaError(
            ErrorCode.OPTION_MISSING, command="ehya match", allowed=["--mandate FILE.yaml", "--mandates FILE.xlsx"]
        )
    if mandate:
        body.show_shortlist(terminal, settings, question, mandate, top=top, against=why_not, out=out, shown=shown)
    elif out is None:
        raise EhyaError(ErrorCode.OPTION_MISSING, command="ehya match --mandates", allowed=["--out EVENT.xlsx"])
    else:
        body.write_event(terminal, settings, question, mandates, top=top, out=out)  # type: ignore[arg-type]


@outcome_app.command(
    "add", epilog="Example:  ehya outcome add UNIT observed --on 1405-08-20 --capacity-share 0.6 --jobs 34"
)
def outcome_add(
    ctx: typer.Context,
    unit: Annotated[str, typer.Argument(help="Id of the unit, or its exact name.")],
    kind: Annotated[
        str, typer.Argument(help="approached, visited, declined, agreed, invested, restarted, observed, ...")
    ],
    on: Annotated[
        str, typer.Option("--on", metavar="DATE", help=f"When it happened; a month or a year will do. {_DAY}.")
    ],
    known_on: Annotated[
        str | None, typer.Option("--known-on", metavar="DATE", help="When we learnt of it; today, if not given.")
    ] = None,
    capacity_share: Annotated[
        float | None, typer.Option("--capacity-share", help="Share of capacity at work, 0 to 1.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", help="Persons at work.")] = None,
    mandate_id: Annotated[str | None, typer.Option("--mandate-id", help="Investor's mandate concerned.")] = None,
    event: Annotated[str | None, typer.Option("--event", help="Conference or programme.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Where we have it from.")] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Record what came of a unit. Events are never changed nor deleted; the next training reads them."""
    from serving.cli.commands.outcome import add_outcome

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    figures = {"capacity_share": capacity_share, "jobs": jobs}
    named = {"mandate_id": mandate_id, "event": event, "source": source}
    add_outcome(terminal, ctx.obj.settings, unit, kind, on=on, known_on=known_on, **figures, **named)


@outcome_app.command("list", epilog="Example:  ehya outcome list --unit UNIT")
def outcome_list(
    ctx: typer.Context,
    unit: Annotated[str | None, typer.Option("--unit", help="Only of this unit.")] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """List what was recorded, oldest first."""
    from serving.cli.commands.outcome import list_outcomes

    list_outcomes(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, unit)


@app.command(epilog="Example:  ehya serve --port 8600")
def serve(
    ctx: typer.Context,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this computer.")] = 8600,
    host: Annotated[str, typer.Option("--host", help="For now an address of this computer only.")] = "127.0.0.1",
    lang: Lang = None,
) -> None:
    """Serve pages and HTTP (/v1/units, /v1/rankings, /v1/shortlists) on this computer only."""
    from serving.cli.commands.serve import serve_here

    serve_here(ctx.obj.terminal(lang), ctx.obj.settings, host, port)


@app.command(epilog="Example:  ehya duplicates")
def duplicates(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """List pairs of units that may be one, with the reason; a person decides."""
    from serving.cli.commands.duplicates import list_duplicates

    list_duplicates(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings)


@app.command(epilog="Example:  ehya merge UNIT OTHER")
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


@app.command(epilog="Example:  ehya unmerge OTHER")
def unmerge(
    ctx: typer.Context,
    unit: Annotated[str, typer.Argument(help="Id of the unit that was merged into another.")],
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Undo a merge: both units are as if it had never been."""
    from serving.cli.commands.duplicates import unmerge_unit

    unmerge_unit(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, unit)


@app.command(
    epilog="Examples:  ehya conflicts   ·   ehya conflicts --pin UNIT jobs_now office.xlsx"
    "   ·   ehya conflicts --rank office.xlsx 1"
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


@app.command(epilog="Examples:  ehya verify UNIT jobs_now --source visit   ·   ehya verify UNIT jobs_now --undo")
def verify(
    ctx: typer.Context,
    unit: Annotated[str, typer.Argument(help="Id of the unit, or its exact name.")],
    field: Annotated[str, typer.Argument(help="Field whose value was checked, e.g. jobs_now.")],
    source: Annotated[
        str | None, typer.Option("--source", help="What it was checked against: a visit, a deed.")
    ] = None,
    level: Annotated[str, typer.Option("--level", metavar="LEVEL", help="reviewed, or verified.")] = "verified",
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help=f"When it was checked; today, if not given. {_DAY}.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the confirmation back.")] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Record that you checked the value that shows: it goes before declared ones for twelve months."""
    from serving.cli.commands.conflicts import verify as body

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    body(terminal, ctx.obj.settings, unit, field, source=source, level=level, on=on, undo=undo)


@app.command(epilog="Examples:  ehya backup   ·   ehya backup --out /media/usb/ehya.zip")
def backup(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.zip", help="The file to write; else in the workspace.")
    ] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Copy the whole register into one checked file; others may go on working meanwhile."""
    from serving.cli.commands.backup import make_backup

    make_backup(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, out)


@app.command(epilog="Example:  ehya restore /media/usb/ehya.zip")
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `ehya backup` wrote, or a register kept by an earlier restore.")],
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the register, after checking it; the register of before is kept beside it."""
    from serving.cli.commands.backup import restore_backup

    restore_backup(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, file)


@app.command(epilog="Example:  ehya demo")
def demo(ctx: typer.Context, lang: Lang = None) -> None:
    """Show everything in at most 90 seconds: real reported units first, then a synthetic register."""
    from serving.cli.demo import run

    run(ctx.obj.terminal(lang), ctx.obj.settings, train=_train)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    app()


if __name__ == "__main__":
    main()
