"""Kill a service, ask it at length, ask it for nonsense."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from experiments.abuse.kill import Tally, kill
from experiments.abuse.memory import memory
from experiments.abuse.nonsense import nonsense
from serving.disclosure.levels import KEY_ROLES, CallerRole

GROWTH = 0.05
"""Growth of memory from the second quarter of the time to the last that still counts as flat."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, run, print; 1 where something is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m experiments.abuse", description=__doc__)
    parser.add_argument("--random-state", type=int, default=0)
    acts = parser.add_subparsers(dest="act", required=True)
    killing = acts.add_parser("kill", help="kill it while it writes; what it acknowledged is there, once")
    killing.add_argument("--rounds", type=int, default=200)
    killing.add_argument("--database", help="address of an empty database; a SQLite file where none is given")
    asking = acts.add_parser("memory", help="ask it without a pause; its memory stays what it was")
    asking.add_argument("--minutes", type=float, default=30)
    trying = acts.add_parser("schemathesis", help="ask it what its description allows, and what not")
    trying.add_argument("--role", choices=[role.value for role in KEY_ROLES], required=True)
    trying.add_argument("--minutes", type=float, default=10)
    options, began = parser.parse_args(arguments), time.monotonic()
    acted = {"kill": _kill, "memory": _memory, "schemathesis": _schemathesis}[options.act](options)
    print(f"{time.monotonic() - began:,.0f} seconds")
    return acted


def _kill(options: argparse.Namespace) -> int:
    tally = kill(options.rounds, random_state=options.random_state, database=options.database, say=_progress)
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(tally.acknowledged.items()))
    print(f"{tally.rounds} kills; acknowledged before them: {kinds}")
    print(f"{tally.doubted:,} writes were under way, of which {tally.kept:,} were done though nobody heard of it")
    print(f"lost or done twice: {len(tally.faults)}")
    for fault in tally.faults[:20]:
        print(f"  {fault}")
    return 1 if tally.faults else 0


def _progress(tally: Tally) -> None:
    if tally.rounds % 10 == 0:
        said = f"{tally.rounds} kills, {tally.acknowledged.total():,} writes acknowledged, {len(tally.faults)} faults"
        print(said, file=sys.stderr, flush=True)


def _memory(options: argparse.Namespace) -> int:
    found = memory(options.minutes, random_state=options.random_state)
    quarters = ", ".join(f"{quarter:,.0f}" for quarter in found.quarters)
    print(f"{found.minutes:g} minutes, {found.requests:,} requests, {found.late:,} late, {found.failed:,} failed")
    print(f"medians of its quarters {quarters} MB")
    print(f"from the second quarter to the last: {found.growth:+.1%}; flat is at most {GROWTH:.0%}")
    return 1 if found.growth > GROWTH else 0


def _schemathesis(options: argparse.Namespace) -> int:
    return nonsense(CallerRole(options.role), options.minutes, random_state=options.random_state)
