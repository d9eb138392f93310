"""What ``ehya demo`` shows, step by step; each step prints the command that would do the same."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

from engine.domain.reported import reported_units
from engine.domain.unit import Status
from engine.packages.terms import PackageTerms
from engine.settings import LANGUAGES, Settings
from serving.cli.commands.intake import take_in
from serving.cli.commands.match import show_shortlist
from serving.cli.commands.package import show_solved
from serving.cli.commands.rank import print_ranking, show_ranking
from serving.cli.commands.train import train_and_show
from serving.cli.demo.folder import fresh, mandates, packages
from serving.cli.question import now, today
from serving.cli.terminal import Terminal
from serving.desk.appraisal import Appraised, current_units, judged
from serving.desk.booklet import package_booklet
from serving.desk.demonstration import write_register
from serving.desk.learning import TrainingRequest
from serving.desk.package import solve_among
from serving.desk.question import Question
from serving.desk.ranking import behind
from serving.desk.workspace import champion, open_register
from serving.disclosure.masking import Audience
from serving.i18n import speech
from serving.reports.asked import assumptions
from serving.reports.booklet import write_booklet
from serving.reports.ranking import write_ranking

_TOP = 5  # of each list at the terminal; the files hold all


def run(terminal: Terminal, settings: Settings) -> Settings:
    """Show the house at work: learn, rank real reported units, then take a synthetic register all the way.

    Parameters
    ----------
    terminal
        Where to print.
    settings
        The user's workspace; everything is written to its folder ``demo``.

    Returns
    -------
    Settings
        The workspace that it made.

    Raises
    ------
    EhyaError
        ``folder_not_ours``.
    """
    began = monotonic()
    settings = fresh(settings)
    settings.reports.mkdir()
    question = Question(as_of=today())
    _step(terminal, 1, "demo.step_train", "ehya train")
    train_and_show(terminal, settings, TrainingRequest(as_of=question.as_of))
    inva, news = packages(settings.home)
    _step(terminal, 2, "demo.step_reported", None)
    reported, made = _reported(terminal, settings, question)
    _step(terminal, 3, "demo.step_intake", "ehya intake synthetic_register.xlsx --synthetic --report rejects.json")
    made += _intake(terminal, settings)
    _step(terminal, 4, "demo.step_rank", f"ehya rank --top {_TOP}")
    synthetic, files = _rank(terminal, settings, question)
    made += files
    _step(terminal, 5, "demo.step_package", f"ehya package solve {inva.name}")
    files, chosen = _package(terminal, settings, synthetic, inva)
    made += files
    _step(terminal, 6, "demo.step_reported_package", None)
    made += _package(terminal, settings, reported, news)[0]
    stated = mandates(settings.home)
    for number, mandate in enumerate(stated, start=7):
        _step(terminal, number, "demo.step_match", f"ehya match --mandate {mandate.name} --top {_TOP}")
        made += _match(terminal, settings, question, mandate)
    if chosen is not None:
        _step(terminal, 7 + len(stated), "demo.step_booklet", f"ehya package export {inva.stem} --out {inva.stem}.pdf")
        made += _paper(terminal, settings, chosen)
    _close(terminal, settings, made, monotonic() - began)
    return settings


def _reported(terminal: Terminal, settings: Settings, question: Question) -> tuple[Appraised, list[Path]]:
    """Rank what news pages call idle or on offer; figures of training units are out-of-fold."""
    units = reported_units()
    units = units[units["status"] == Status.IDLE]
    with open_register(settings) as register:
        model = champion(register, settings)
    with terminal.busy("cli.judging", count=len(units)):
        whole = judged(units, model, question, Audience.OFFICE)
    print_ranking(terminal, whole.table, whole.table.head(_TOP), question, kept=False)
    return whole, _written(settings, "reported_units", whole)


def _intake(terminal: Terminal, settings: Settings) -> list[Path]:
    register, rejects = settings.home / "synthetic_register.xlsx", settings.reports / "rejects.json"
    write_register(register)
    take_in(
        terminal,
        settings,
        register,
        report=rejects,
        as_of=None,
        source=None,
        sheet=None,
        province="West Azerbaijan",
        dry_run=False,
        synthetic=True,
    )
    return [register, rejects]


def _rank(terminal: Terminal, settings: Settings, question: Question) -> tuple[Appraised, list[Path]]:
    show_ranking(terminal, settings, question, {}, _TOP, None)
    with open_register(settings) as register:
        model = champion(register, settings)
        units = current_units(register, as_of=question.as_of)
    whole = judged(units, model, question, Audience.OFFICE)
    return whole, _written(settings, "synthetic_ranking", whole)


def _package(terminal: Terminal, settings: Settings, whole: Appraised, path: Path) -> tuple[list[Path], str | None]:
    """Choose twelve units and say why each is in; only units of the register are kept as a package, under its key."""
    terms = PackageTerms.from_file(path)
    with terminal.busy("package.solving"):
        kept = path.stem == "inva"
        found = solve_among(settings, whole, terms, made_at=now().to_pydatetime(), keep=kept)
        show_solved(terminal, found)
    return [path], found.stored.key if kept and found.stored else None


def _paper(terminal: Terminal, settings: Settings, key: str) -> list[Path]:
    """The booklet of a package for the office and the teaser for investors."""
    names = {Audience.OFFICE: "inva.pdf", Audience.PUBLIC: "inva.teaser.pdf"}
    with terminal.busy("booklet.writing"):
        return [
            write_booklet(
                settings.reports / name, package_booklet(settings, key, audience, today=today()), terminal.speech
            )
            for audience, name in names.items()
        ]


def _match(terminal: Terminal, settings: Settings, question: Question, mandate: Path) -> list[Path]:
    out = settings.reports / f"shortlist_{mandate.stem}.xlsx"
    show_shortlist(terminal, settings, question, mandate, top=_TOP, against=None, out=None)
    show_shortlist(terminal, settings, question, mandate, top=None, against=None, out=out)
    return [mandate, out]


def _written(settings: Settings, name: str, found: Appraised) -> list[Path]:
    """The ranked list as a page in both languages and as a workbook in the user's."""
    question, told = found.question, behind(found, found.table)
    files = [(settings.reports / f"{name}_{language}.html", language) for language in LANGUAGES]
    files.append((settings.reports / f"{name}.xlsx", settings.language))
    for path, language in files:
        words = speech(language)
        notes, title = assumptions(question, words), words.text(f"demo.{name}")
        write_ranking(
            path,
            found.table,
            words,
            question_notes=notes,
            title=title,
            card=found.card,
            behind=told,
            **question.document,
        )
    return [path for path, _ in files]


def _step(terminal: Terminal, number: int, key: str, command: str | None) -> None:
    terminal.line()
    terminal.line(f"{terminal.speech.number(number)}. {terminal.speech.text(key)}", "bold cyan")
    if command:
        terminal.line(f"   $ {command}", "dim")


def _close(terminal: Terminal, settings: Settings, made: list[Path], seconds: float) -> None:
    terminal.line()
    terminal.line(terminal.speech.text("demo.made", count=len(made), seconds=round(seconds)), "bold green")
    for path in made:
        terminal.line(f"   {path}")
    terminal.say("demo.next")
    home = settings.home
    for command in (
        f"EHYA_HOME={home} uv run ehya rank --triage offer --top 20",
        f"EHYA_HOME={home} uv run ehya package why inva UNIT",
        f"EHYA_HOME={home} uv run ehya match --mandate {home / 'mandates' / 'food_cautious.yaml'} --lang en",
        f"EHYA_HOME={home} uv run ehya serve",
        "uv run ehya intake YOUR_REGISTER.xlsx --report rejects.json",
    ):
        terminal.line(f"   {command}")
