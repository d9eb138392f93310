"""The command ``ehya``: its list of doors."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from serving.cli.doors import (
    access,
    imports,
    meetings,
    models,
    offers,
    outcomes,
    packages,
    plans,
    register,
    report,
    requests,
    service,
    wishes,
    workspace,
    worth,
)
from serving.cli.doors.options import Lang
from serving.cli.errors import EXIT_REFUSED_REQUEST, CommandGroup, Door

app = typer.Typer(
    name="ehya",
    cls=Door,
    no_args_is_help=True,
    invoke_without_command=True,
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

    No register at hand? [bold]ehya demo[/bold] shows all of it.
    Answers come in Persian; [bold]ehya --lang en[/bold] or EHYA_LANG=en turns them to English.""",
)
outcome_app = typer.Typer(
    cls=CommandGroup, no_args_is_help=True, help="Record what came of a unit, and list what was recorded."
)
app.add_typer(outcome_app, name="outcome")
imports_app = typer.Typer(
    cls=CommandGroup, no_args_is_help=True, help="Look at what was imported, and take an import back."
)
app.add_typer(imports_app, name="imports")
package_app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    help="Choose the units for an event under a budget and quotas, and defend the choice.",
)
app.add_typer(package_app, name="package")
meetings_app = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Plan who meets whom at an event, and when.")
app.add_typer(meetings_app, name="meetings")
keys_app = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Make, list and revoke keys for programs.")
app.add_typer(keys_app, name="keys")
user_app = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Open, list and disable accounts of people.")
app.add_typer(user_app, name="user")
nda_app = typer.Typer(
    cls=CommandGroup, no_args_is_help=True, help="Record who agreed not to disclose what stands in a package."
)
app.add_typer(nda_app, name="nda")
requests_app = typer.Typer(
    cls=CommandGroup, no_args_is_help=True, help="Read and answer what investors ask about units, and say how soon."
)
app.add_typer(requests_app, name="requests")
wishes_app = typer.Typer(
    cls=CommandGroup, no_args_is_help=True, help="Say what owners and banks of units want of an investor."
)
app.add_typer(wishes_app, name="wishes")
webhooks_app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    help="List webhooks and end one; list messages that were given up, and send these again.",
)
app.add_typer(webhooks_app, name="webhooks")
audit_app = typer.Typer(
    cls=CommandGroup, no_args_is_help=True, help="See who did what, and whether the record is whole."
)
app.add_typer(audit_app, name="audit")

DOORS = (
    (workspace.doctor, "Example:  ehya doctor --lang en"),
    (
        workspace.reference,
        'Examples:  ehya reference   ·   ehya reference counties --where "province=West Azerbaijan"   ·   '
        'ehya reference unemployment --where "percent>10" --where "jalali_year=1398"',
    ),
    (
        register.intake,
        "Examples:  ehya intake units.xlsx --rejects rejects.xlsx   ·   ehya intake --corrections rejects.xlsx",
    ),
    (register.health, "Examples:  ehya health   ·   ehya health --by estate   ·   ehya health --out health.xlsx"),
    (
        models.train,
        "Examples:  ehya train   ·   ehya train --as-of 1405-06-31 --no-promote   ·   ehya train --trials 40"
        "   ·   ehya train --learner my_learner:Forest",
    ),
    (
        models.data,
        "Examples:  ehya data --out data   ·   ehya data --out data --as-of 1404-12-29 --origin synthetic",
    ),
    (
        models.score,
        "Examples:  ehya score --split --out units   ·   ehya score --shards units --out scored"
        "   ·   ehya score --shards units --out scored --cluster tcp://10.0.0.5:8786",
    ),
    (models.evaluate, "Examples:  ehya evaluate   ·   ehya evaluate 20261123-1a2b3c4d --json"),
    (models.promote, 'Examples:  ehya promote   ·   ehya promote VERSION --force --reason "the law changed in Mehr"'),
    (models.models, "Examples:  ehya models   ·   ehya models --card champion --out card.html"),
    (models.rollback, 'Example:  ehya rollback --reason "the shortlists of Thursday made no sense"'),
    (models.elicit, "Examples:  ehya elicit --out panel.xlsx --pairs 30   ·   ehya elicit --read e1.xlsx e2.xlsx"),
    (models.drift, "Examples:  ehya drift --as-of 1405-09-02   ·   ehya drift --out drift.html --lang fa"),
    (
        models.mlflow,
        "Examples:  ehya mlflow --port 5001   ·   ehya --tracking-uri http://mlflow.example.org mlflow",
    ),
    (
        offers.rank,
        "Examples:  ehya rank --county ارومیه --top 20   ·   ehya rank --triage offer --out ranking.xlsx --lang fa",
    ),
    (offers.show, "Example:  ehya show UNIT --lang en"),
    (
        worth.economics,
        "Examples:  ehya economics UNIT --assume loan_rate=0.18   ·   ehya economics --project mill.yaml --full",
    ),
    (
        plans.plan,
        "Examples:  ehya plan UNIT   ·   ehya plan UNIT --threshold 0.3 --months 12"
        '   ·   ehya plan UNIT --cost "diagnosis=2 billion rial"',
    ),
    (
        plans.workload,
        "Examples:  ehya workload --capacity bank=10 --capacity judiciary=5   ·   ehya workload --out work.xlsx",
    ),
    (
        offers.match,
        "Examples:  ehya match --mandate investor.yaml --why-not UNIT"
        "   ·   ehya match --mandates investors.xlsx --out event.xlsx"
        "   ·   ehya match --mandates investors.xlsx --shards units --out lists",
    ),
    (
        report.report,
        "Examples:  ehya report --from 1401-01 --to 1403-12   ·   ehya report --from 1403 --to 1404 --out report.xlsx",
    ),
    (
        service.serve,
        "Examples:  ehya serve --port 8600   ·   ehya serve --host 0.0.0.0 --name ehya.example.org",
    ),
    (service.routes, "Examples:  ehya routes   ·   ehya routes --json"),
    (register.duplicates, "Example:  ehya duplicates"),
    (register.merge, "Example:  ehya merge UNIT OTHER"),
    (register.unmerge, "Example:  ehya unmerge OTHER"),
    (register.distinct, "Examples:  ehya distinct UNIT OTHER   ·   ehya distinct UNIT OTHER --undo"),
    (
        register.conflicts,
        "Examples:  ehya conflicts   ·   ehya conflicts --pin UNIT jobs_now office.xlsx"
        "   ·   ehya conflicts --rank office.xlsx 1",
    ),
    (register.verify, "Examples:  ehya verify UNIT jobs_now --source visit   ·   ehya verify UNIT jobs_now --undo"),
    (workspace.backup, "Examples:  ehya backup   ·   ehya backup --out /media/usb/ehya.zip"),
    (workspace.restore, "Example:  ehya restore /media/usb/ehya.zip"),
    (workspace.demo, "Example:  ehya demo"),
)
"""Commands in the order of the help, each with its examples."""

for door, examples in DOORS:
    app.command(epilog=examples)(door)
outcome_app.command(
    "add", epilog="Example:  ehya outcome add UNIT observed --on 1405-08-20 --capacity-share 0.6 --jobs 34"
)(outcomes.outcome_add)
outcome_app.command("list", epilog="Examples:  ehya outcome list --unit UNIT   ·   ehya outcome list --out log.xlsx")(
    outcomes.outcome_list
)
outcome_app.command("correct", epilog="Example:  ehya outcome correct 12 UNIT visited --on 1405-08-21")(
    outcomes.outcome_correct
)
outcome_app.command("withdraw", epilog='Example:  ehya outcome withdraw 12 --reason "another unit was meant"')(
    outcomes.outcome_withdraw
)
outcome_app.command("import", epilog="Example:  ehya outcome import outcomes.xlsx --dry-run")(outcomes.outcome_import)
imports_app.command("list", epilog="Example:  ehya imports list")(imports.imports_list)
imports_app.command("show", epilog="Example:  ehya imports show 2")(imports.imports_show)
imports_app.command("undo", epilog="Example:  ehya imports undo 2")(imports.imports_undo)

package_app.command(
    "new", epilog='Example:  ehya package new inva.yaml --event "INVA 1405" --count 15 --budget "3000 billion rial"'
)(packages.package_new)
package_app.command(
    "solve", epilog="Examples:  ehya package solve inva.yaml   ·   ehya package solve inva.yaml --dry-run"
)(packages.package_solve)
package_app.command("show", epilog="Examples:  ehya package show inva   ·   ehya package show inva@2 --again")(
    packages.package_show
)
package_app.command("why", epilog="Example:  ehya package why inva UNIT")(packages.package_why)
package_app.command("compare", epilog="Example:  ehya package compare inva@1 inva@2")(packages.package_compare)
package_app.command(
    "frontier",
    epilog="Examples:  ehya package frontier inva --budget capital --nested   ·   "
    "ehya package frontier inva --across county",
)(packages.package_frontier)
package_app.command("freeze", epilog='Example:  ehya package freeze inva@2 --by "deputy for investment"')(
    packages.package_freeze
)
package_app.command("list", epilog="Example:  ehya package list")(packages.package_list)
package_app.command("export", epilog="Example:  ehya package export inva --out inva.xlsx")(packages.package_export)

meetings_app.command("plan", epilog="Example:  ehya meetings plan day.yaml --mandates investors.xlsx --out inva")(
    meetings.meetings_plan
)
meetings_app.command("again", epilog="Example:  ehya meetings again inva --gone food-fund --since 10:40")(
    meetings.meetings_again
)
meetings_app.command("show", epilog="Example:  ehya meetings show inva --who food-fund")(meetings.meetings_show)

keys_app.command(
    "add",
    epilog="Examples:  ehya keys add portal --role service   ·   "
    "ehya keys add food-fund --role investor --investor food-fund --until 1405-12-29",
)(access.keys_add)
keys_app.command("list", epilog="Example:  ehya keys list")(access.keys_list)
keys_app.command("revoke", epilog="Example:  ehya keys revoke food-fund")(access.keys_revoke)
user_app.command("add", epilog="Example:  ehya user add office --role planner")(access.user_add)
user_app.command("list", epilog="Example:  ehya user list")(access.user_list)
user_app.command("password", epilog="Example:  ehya user password office")(access.user_password)
user_app.command("disable", epilog="Example:  ehya user disable office")(access.user_disable)
nda_app.command("accept", epilog="Example:  ehya nda accept food-fund inva@1")(access.nda_accept)
nda_app.command("list", epilog="Example:  ehya nda list")(access.nda_list)
nda_app.command("end", epilog="Example:  ehya nda end food-fund inva@1")(access.nda_end)
requests_app.command("list", epilog="Examples:  ehya requests list   ·   ehya requests list --overdue")(
    requests.requests_list
)
requests_app.command("answer", epilog='Example:  ehya requests answer REQUEST "Two looms of 1390, both at work."')(
    requests.requests_answer
)
requests_app.command("level", epilog="Examples:  ehya requests level   ·   ehya requests level 5")(
    requests.requests_level
)
requests_app.command("figures", epilog="Example:  ehya requests figures")(requests.requests_figures)
wishes_app.command("list", epilog="Examples:  ehya wishes list   ·   ehya wishes list UNIT")(wishes.wishes_list)
wishes_app.command(
    "state",
    epilog='Example:  ehya wishes state UNIT "{deal_forms: [lease], partners: [operator]}" --source "a letter"',
)(wishes.wishes_state)
wishes_app.command("end", epilog="Example:  ehya wishes end UNIT --side bank")(wishes.wishes_end)
wishes_app.command("read", epilog="Example:  ehya wishes read owners.xlsx")(wishes.wishes_read)
wishes_app.command("form", epilog="Example:  ehya wishes form owners.xlsx")(wishes.wishes_form)
webhooks_app.command("list", epilog="Example:  ehya webhooks list")(access.webhooks_list)
webhooks_app.command("end", epilog="Example:  ehya webhooks end wh_0123456789abcdef")(access.webhooks_end)
webhooks_app.command("failed", epilog="Example:  ehya webhooks failed")(access.webhooks_failed)
webhooks_app.command("resend", epilog="Example:  ehya webhooks resend msg_0123456789abcdef")(access.webhooks_resend)
audit_app.command("list", epilog="Example:  ehya audit list --newest 100")(access.audit_list)
audit_app.command("verify", epilog="Example:  ehya audit verify")(access.audit_verify)


@app.callback()
def _session(
    ctx: typer.Context,
    lang: Lang = None,
    verbose: Annotated[
        int, typer.Option("-v", "--verbose", count=True, help="Say more: -v what goes on, -vv all.")
    ] = 0,
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
    from dataclasses import replace

    from engine.settings import Settings
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


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    app()


if __name__ == "__main__":
    main()
