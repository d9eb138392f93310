"""The command ``ehya``: its list of doors, each declared in ``serving.cli.doors``."""

from __future__ import annotations

import sys

import typer

from engine.settings import set_environment
from serving.cli.doors import (
    access,
    banks,
    ehya,
    imports,
    meetings,
    models,
    national,
    offers,
    outcomes,
    packages,
    plans,
    pool,
    register,
    report,
    requests,
    service,
    wishes,
    workspace,
    worth,
)
from serving.cli.errors import CommandGroup, Door

DOORS = (
    *(workspace.doctor, workspace.reference),
    *(register.intake, register.health),
    *(models.train, models.data, models.score, models.evaluate, models.promote, models.models, models.rollback),
    *(models.elicit, models.drift, models.mlflow),
    *(offers.rank, offers.show, worth.economics, plans.plan, plans.workload, offers.match, report.report),
    *(service.serve, service.routes),
    *(register.duplicates, register.merge, register.unmerge, register.distinct, register.conflicts, register.verify),
    *(workspace.backup, workspace.restore, workspace.move, workspace.demo),
)
"""Commands of one word, in the order of the help."""

GROUPS = (
    outcomes.OUTCOME,
    imports.IMPORTS,
    packages.PACKAGE,
    meetings.MEETINGS,
    access.KEYS,
    access.USER,
    access.NDA,
    requests.REQUESTS,
    banks.BANKS,
    wishes.WISHES,
    access.WEBHOOKS,
    access.AUDIT,
    pool.POOL,
    national.NATIONAL,
    workspace.BACKUPS,
)
"""Commands of two words, in the order of the help."""

app = typer.Typer(
    name="ehya",
    cls=Door,
    no_args_is_help=True,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback()(ehya.ehya)
for door in DOORS:
    app.command(door.name, epilog=door.epilog)(door.body)
for one in GROUPS:
    group = typer.Typer(cls=CommandGroup, no_args_is_help=True, help=one.help)
    for door in one.commands:
        group.command(door.name, epilog=door.epilog)(door.body)
    app.add_typer(group, name=one.name)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    # Threads of OpenMP that wait would spin: beside a busy neighbour a forest took five times as long to fit.
    set_environment(OMP_WAIT_POLICY="PASSIVE")
    app()


if __name__ == "__main__":
    main()
