"""``ehya package``: choose the units for an event, defend the choice, sign it off and follow it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.outcome import OutcomeKind
from engine.errors import EhyaError, ErrorCode
from engine.packages.optimum import SECONDS
from engine.packages.terms import Grouping, PackageTerms
from engine.settings import Settings
from serving.cli.question import now, today, written_day
from serving.cli.terminal import Terminal
from serving.desk import package as desk
from serving.desk import package_answers as answers
from serving.desk.booklet import package_booklet
from serving.desk.clock import day_of
from serving.desk.question import Question
from serving.disclosure.masking import Audience
from serving.i18n import Speech
from serving.i18n.speech import NOT_KNOWN
from serving.reports.booklet import write_booklet
from serving.reports.logo import read_logo
from serving.reports.package import (
    SMALL,
    any_synthetic,
    binding_in_words,
    conflict_lines,
    figure_pairs,
    figure_rows,
    figures_line,
    group_in_words,
    money_lines,
    net_note,
    option_in_words,
    outside_lines,
    package_answer,
    reason_lines,
    rests_on,
    term_costs,
    unit_in_words,
    units_in_words,
    write_package,
)

EXIT_INFEASIBLE = 1


def solve(
    terminal: Terminal, settings: Settings, question: Question, path: Path, *, keep: bool, seconds: float | None
) -> int:
    """Solve a package and show it, or say which terms contradict each other; the exit code says which.

    Raises
    ------
    EhyaError
        What `serving.desk.package.solve_package` raises.
    """
    terms = PackageTerms.from_file(path)
    longest = SECONDS if seconds is None else seconds
    with terminal.busy("package.solving") as doing:
        found = desk.solve_package(
            settings,
            question,
            terms,
            made_at=now().to_pydatetime(),
            keep=keep,
            seconds=longest,
            contradicted=lambda: doing("package.looking_for_conflict", seconds=longest),
        )
    return show_solved(terminal, found)


def show_solved(terminal: Terminal, found: desk.Solved) -> int:
    """Print what came of solving; the exit code."""
    if found.conflict is not None:
        if not terminal.answer(found.conflict):
            for line in conflict_lines(found.conflict, terminal.speech, found.names):
                terminal.line(line)
            if found.conflict["seconds"] is not None:
                terminal.say("package.give_longer")
        return EXIT_INFEASIBLE
    assert found.stored is not None
    document = package_answer(found.stored)
    if not terminal.answer(document):
        _print(terminal, document, found.names)
        if found.stored.version:
            terminal.say("package.kept", key=found.stored.key)
    return 0


def show(terminal: Terminal, settings: Settings, given: str, *, as_of: str | None, again: bool) -> None:
    """Show a package, and what became of its units.

    Raises
    ------
    EhyaError
        ``package_unknown``, ``value_unreadable``.
    """
    at = today() if as_of is None else written_day(as_of, "--as-of").at
    found = desk.followed_package(settings, given, as_of=at)
    same = desk.reproduces(found.stored) if again else None
    document = package_answer(found.stored, found.losses) | {
        "replacement": None if found.replacement is None else list(found.replacement),
        "events": found.events.astype(str).to_dict("records"),
    }
    if same is not None:
        document["reproduces"] = same
    if terminal.answer(document):
        return
    _print(terminal, document, found.names)
    _print_followed(terminal, found)
    if same is not None:
        terminal.say("package.repeats" if same else "package.repeats_not")


def why(terminal: Terminal, settings: Settings, given: str, unit: str) -> None:
    """Say why a unit is in, or out.

    Raises
    ------
    EhyaError
        ``package_unknown``, ``unknown_unit``, ``several_units``.
    """
    said = answers.why(settings, given, unit, as_of=today())
    if terminal.answer(said.document):
        return
    words, stored = terminal.speech, desk.stored_package(settings, given)
    names = _names(stored.inputs)
    name = unit_in_words(said.unit_id, names)
    if said.entry is not None:
        terminal.line(words.text("package.why_in", unit=name, package=stored.key), "bold")
        _print_loss(terminal, said, name)
        for line in reason_lines(said.entry, words, names):
            terminal.line(f"  {line}")
        terminal.line(f"  {figures_line(said.entry, words)}")
        return
    terminal.line(words.text("package.why_out", unit=name, package=stored.key), "bold")
    _print_loss(terminal, said, name)
    for line in outside_lines(said, words, names):
        terminal.line(f"  {line}")


def _print_loss(terminal: Terminal, said: answers.WhyUnit, name: str) -> None:
    """That a unit cannot be offered at all, before anything else is said of it."""
    if said.loss is not None:
        loss = terminal.speech.text(f"loss.{said.loss.value}")
        terminal.line(f"  {terminal.speech.text('package.lost_line', unit=name, loss=loss)}", "yellow")


def compare(terminal: Terminal, settings: Settings, one: str, other: str) -> None:
    """Lay two packages side by side.

    Raises
    ------
    EhyaError
        ``package_unknown``.
    """
    found = answers.compare(settings, one, other)
    if terminal.answer(found.document):
        return
    words, names = terminal.speech, found.names
    left, right = found.packages
    terminal.line(words.text("package.compare_title", one=left, other=right), "bold")
    pairs = [(words.text("package.both"), units_in_words(found.both, names, words))]
    for key, only in zip((left, right), found.only, strict=True):
        pairs.append((words.text("package.only_in", package=key), units_in_words(only, names, words)))
    terminal.pairs(pairs)
    sides = [desk.stored_package(settings, key) for key in (left, right)]
    first, second = (figure_rows(side.document, words) for side in sides)
    nothing = ("", NOT_KNOWN)
    rows = [
        [(first.get(key) or second[key])[0], first.get(key, nothing)[1], second.get(key, nothing)[1]]
        for key in {**first, **second}
    ]
    terminal.table([words.text("package.figures"), left, right], rows)
    if found.terms_changed:
        terminal.say("package.terms_changed", terms=[*found.terms_changed])
    else:
        terminal.say("package.same_terms")


def frontier(
    terminal: Terminal, settings: Settings, given: str, budget: str, *, nested: bool, seconds: float | None = None
) -> None:
    """Show what more money buys.

    Raises
    ------
    EhyaError
        ``package_unknown``, ``unknown_option``.
    """
    with terminal.busy("package.solving"):
        points = answers.budget_frontier(settings, given, budget, nested=nested, seconds=seconds or SECONDS)
    if terminal.answer([point.document for point in points]):
        return
    words, names = terminal.speech, _names(desk.stored_package(settings, given).inputs)
    term = words.text(f"term_kind.{budget.rpartition('.')[2]}")
    headers = [words.text(f"package.{key}") for key in ("frontier_limit", "jobs", "frontier_come", "frontier_go")]
    rows = [
        [
            words.money(point.limit),
            _jobs_at(point, words),
            units_in_words(point.entering, names, words),
            units_in_words(point.leaving, names, words),
        ]
        for point in points
    ]
    terminal.table(headers, rows, title=words.text("package.frontier_title", term=term))


def _jobs_at(point: answers.BudgetPoint, words: Speech) -> str:
    """Jobs of the package at a point of the frontier, or why there is none."""
    if point.units is None:
        return words.text("package.no_package" if point.finished else "package.frontier_open")
    said = words.number(point.jobs)
    return said if point.finished else words.text("package.frontier_unproven", jobs=said)


def show_unbeaten(terminal: Terminal, settings: Settings, given: str, *, seconds: float | None = None) -> None:
    """Show the packages that no other beats in both jobs and expected gain.

    Raises
    ------
    EhyaError
        ``package_unknown``, ``package_worth_unknown``.
    """
    with terminal.busy("package.solving"):
        found = answers.unbeaten_packages(settings, given, seconds=seconds or SECONDS)
    if terminal.answer(found.document):
        return
    words, names = terminal.speech, _names(desk.stored_package(settings, given).inputs)
    headers = [words.text(f"package.{key}") for key in ("jobs", "npv", "frontier_come", "frontier_go")]
    rows = [
        [
            words.number(point.jobs, 1),
            words.number(point.gain_billion_rial, 1),
            units_in_words(point.entering, names, words),
            units_in_words(point.leaving, names, words),
        ]
        for point in found.packages
    ]
    key = "unbeaten_title" if found.complete else "unbeaten_some"
    terminal.table(headers, rows, title=words.text(f"package.{key}", count=len(rows)))


def show_even(terminal: Terminal, settings: Settings, given: str, across: str, *, seconds: float | None = None) -> None:
    """Show what evenness costs: the best package for each number of groups that it reaches, and each group's floor.

    Raises
    ------
    EhyaError
        ``unknown_option``, ``package_unknown``, ``package_out_of_time``.
    """
    allowed = [one.value for one in Grouping]
    if across not in allowed:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--across", given=across, allowed=allowed)
    with terminal.busy("package.solving"):
        found = answers.even_packages(settings, given, Grouping(across), seconds=seconds or SECONDS)
    if terminal.answer(found.document):
        return
    words, names = terminal.speech, _names(desk.stored_package(settings, given).inputs)
    by = words.text(f"grouping.{across}")
    headers = [words.text("package.even_reached", by=by)]
    headers += [words.text(f"package.{key}") for key in ("jobs", "even_price", "frontier_come", "frontier_go")]
    rows = [
        [
            words.number(point.reached),
            words.number(point.jobs, 1),
            words.number(point.price, 1),
            units_in_words(point.entering, names, words),
            units_in_words(point.leaving, names, words),
        ]
        for point in found.packages
    ]
    terminal.table(headers, rows, title=words.text("package.even_title", by=by))
    most, whole = found.packages[-1].reached, len(found.floors)
    if not found.complete:
        terminal.say("package.even_open")
    elif most < whole:
        terminal.say("package.even_end", count=most, whole=whole, by=by)
    headers = [by, *(words.text(f"package.even_{key}") for key in ("units", "floor"))]
    rows = [
        [
            group_in_words(one.group, across, words),
            words.number(one.units),
            words.text("package.no_package") if one.price is None else words.number(one.price, 1),
        ]
        for one in found.floors
    ]
    terminal.table(headers, rows, title=words.text("package.even_floors"))


def freeze_package(
    terminal: Terminal, settings: Settings, given: str, *, by: str, on: str | None, note: str | None
) -> None:
    """Sign a package off.

    Raises
    ------
    EhyaError
        ``package_unknown``, ``package_frozen``, ``value_unreadable``.
    """
    at = today() if on is None else written_day(on, "--on").at
    made_at = now().to_pydatetime()
    stored = desk.freeze(settings, given, role=by, signed_on=at, note=note, made_at=made_at)
    if not terminal.answer(package_answer(stored)):
        terminal.say("package.frozen_done", key=stored.key, role=by, date=stored.signed_on)


def list_packages(terminal: Terminal, settings: Settings) -> None:
    """List all packages."""
    found = desk.packages(settings)
    records = found.astype(object).where(found.notna(), None).to_dict("records")
    if terminal.answer([{str(name): _said(value) for name, value in row.items()} for row in records]):
        return
    if not records:
        terminal.say("package.list_empty")
        return
    words = terminal.speech
    headers = [words.text(f"package.{key}") for key in ("version", "event", "made", "signed")]
    rows = [
        [f"{row['name']}@{row['version']}", row["event"], words.date(day_of(row["made_at"])), words.fact(row["role"])]
        for row in records
    ]
    terminal.table(headers, rows, title=words.text("package.list_title"))


def export(
    terminal: Terminal, settings: Settings, given: str, out: Path, *, teaser: bool, logo: Path | None = None
) -> None:
    """Write a package to a file: as a booklet where its name ends in .pdf, as a teaser where it ends in .teaser.pdf.

    Raises
    ------
    EhyaError
        ``package_unknown``, ``unknown_option``, ``file_not_written``, ``logo_refused``; for a booklet what
        `serving.desk.booklet.package_booklet` raises.
    """
    teaser = teaser or out.name.casefold().endswith(".teaser.pdf")
    if out.suffix.casefold() == ".pdf":
        picture = None if logo is None else read_logo(logo)
        with terminal.busy("booklet.writing"):
            audience = Audience.PUBLIC if teaser else Audience.OFFICE
            booklet = package_booklet(settings, given, audience, today=today())
            write_booklet(out, booklet, terminal.speech, logo=picture)
        terminal.written(out)
        return
    if logo is not None:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--logo", given=out.name, allowed=[".pdf"])
    if teaser:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--teaser", given=out.name, allowed=[".pdf"])
    stored, words = desk.stored_package(settings, given), terminal.speech
    write_package(out, package_answer(stored, desk.losses_of(settings, stored, as_of=today())), words)
    terminal.written(out)


def _print(terminal: Terminal, document: Mapping[str, Any], names: Mapping[str, Any]) -> None:
    words = terminal.speech
    if any_synthetic(document):
        terminal.line(words.text("package.synthetic"), "yellow")
    entries = [
        [
            f"{words.number(place)}. {unit_in_words(unit['unit_id'], names)} — {words.text('role.' + unit['role'])}",
            f"{words.place(unit['county'])} · {words.sector(unit['isic'])}",
            figures_line(unit, words),
            *reason_lines(unit, words, names),
        ]
        for place, unit in enumerate(document["units"], start=1)
    ]
    date, count = words.date(document["as_of"]), len(entries)
    facts = {"name": document["key"], "event": document["event"], "count": count, "date": date}
    terminal.entries(entries, title=words.text("package.title", **facts))
    terminal.pairs(figure_pairs(document, words), title=words.text("package.figures"))
    for line in money_lines(document, words):
        terminal.line(line, "dim")
    _print_terms(terminal, document, names)
    gap = document["objective"]["gap"]
    terminal.say("package.unproven" if gap else "package.proven", gap=words.share(gap, 2))
    if document.get("unfinished"):
        terminal.line(words.text("package.unfinished"), "yellow")
    frozen = document["frozen"]
    if frozen:
        terminal.say("package.frozen_line", role=frozen["role"], date=words.date(frozen["on"]))
    else:
        terminal.say("package.draft_line")
    terminal.line(net_note(words), "dim")
    terminal.line(rests_on(document, words), "dim")


def _print_terms(terminal: Terminal, document: Mapping[str, Any], names: Mapping[str, Any]) -> None:
    """What the terms cost, what one step more would bring, who is nearly in."""
    words = terminal.speech
    costs = term_costs(document, words, least=SMALL)
    if costs:
        terminal.pairs([(f"  {term}", cost) for term, cost in costs], title=words.text("package.terms_cost"))
    for one in document["binding"]:
        if one is document["binding"][0]:
            terminal.line(words.text("package.binding"), "bold")
        terminal.line(f"  {binding_in_words(one, words, names)}")
    if document["options"]:
        terminal.line(words.text("package.options"), "bold")
    for one in document["options"]:
        terminal.line(f"  {option_in_words(one, words, names)}")


def _print_followed(terminal: Terminal, found: desk.FollowedPackage) -> None:
    words = terminal.speech
    if found.losses:
        terminal.line(words.text("package.lost_title"), "bold")
        for unit, loss in found.losses.items():
            facts = {"unit": unit_in_words(unit, found.names), "loss": words.text(loss)}
            terminal.line(f"  {words.text('package.lost_line', **facts)}")
        if found.replacement is None:
            terminal.say("package.no_instead")
        else:
            terminal.say("package.instead", units=units_in_words(found.replacement, found.names, words))
    else:
        terminal.say("package.nobody_gone")
    if len(found.events):
        terminal.line(words.text("package.events_title"), "bold")
    for row in found.events.to_dict("records"):
        kind, unit = words.text(OutcomeKind(row["kind"])), unit_in_words(row["unit_id"], found.names)
        terminal.line(f"  {words.date(row['happened_on'])} · {kind} · {unit}")


def _names(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return dict(zip(inputs["unit_id"], inputs["name"], strict=True))


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, pd.Timestamp) or hasattr(value, "isoformat") else value
