"""The door of the command line: a failure becomes one sentence and an exit code, never a traceback."""

from __future__ import annotations

import traceback
from typing import Any

import typer
from typer.core import TyperGroup

from engine.errors import EhyaError, ErrorCode, SeveralError
from engine.settings import LANGUAGES
from serving.cli.help import language_of, speaking, spoken
from serving.cli.terminal import Terminal
from serving.cli.usage import UnknownCommandError, is_misuse, latin_numbers, misuse
from serving.i18n import Speech, speech
from serving.reports.refusals import event_facts_said, places_said

EXIT_FAILED = 1
EXIT_REFUSED_REQUEST = 2
EXIT_REFUSED_GATES = 3

_OF_A_SHEET = {"row", "investor"}
"""Facts of an error about one row of a sheet of mandates."""
_SPOKEN = "ehya.language"  # of help and errors, among what the contexts of one command line share
_LANGUAGE = LANGUAGES[0]  # of a command line that failed before it could name another


def language_of_line(ctx: Any) -> str:
    """Language that the command line of a context asks for, ``fa`` or ``en``."""
    return str(ctx.meta.get(_SPOKEN, _LANGUAGE))


class CommandGroup(TyperGroup):
    """A group of commands that shows its help where none is named, and names them where another is."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what stands before the command's name; without any word show the help."""
        if not args and self.no_args_is_help:
            typer.echo(ctx.get_help())
            raise typer.Exit(EXIT_REFUSED_REQUEST)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the words begin with.

        Raises
        ------
        UnknownCommandError
            When there is none.
        """
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise UnknownCommandError(args[0], self.list_commands(ctx), ctx)
        name, command, rest = super().resolve_command(ctx, args)
        return name, command, latin_numbers(command, rest)


class Door(CommandGroup):
    """The group of all commands, with the one place where errors are said."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; say in the caller's language why it failed."""
        try:
            return super().invoke(ctx)
        except typer.TyperException as error:
            if not is_misuse(error):
                raise
            raise typer.Exit(_said_misuse(error, ctx)) from error
        except (typer.Exit, typer.Abort, BrokenPipeError, KeyboardInterrupt):
            raise
        except Exception as error:
            raise typer.Exit(self._say(error, ctx)) from error

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what stands before the command's name; say why it cannot be read."""
        ctx.meta[_SPOKEN] = language_of(args)
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            if not is_misuse(error):
                raise
            raise typer.Exit(_said_misuse(error, ctx)) from error

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command whose help speaks the caller's language."""
        command = super().get_command(ctx, cmd_name)
        return command and speaking(command, language_of_line(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help of all commands in the caller's language."""
        TyperGroup.format_help(spoken(self, ctx, language_of_line(ctx)), ctx, formatter)

    def _say(self, error: Exception, ctx: Any) -> int:
        session = ctx.obj
        terminal = Terminal(speech(language_of_line(ctx)))
        if session and session.debug:
            terminal.fail("".join(traceback.format_exception(error)))
        terminal.fail(sentence(error, terminal))
        if not isinstance(error, EhyaError):
            return EXIT_FAILED
        return EXIT_REFUSED_GATES if error.code is ErrorCode.GATES_SHUT else EXIT_REFUSED_REQUEST


def _said_misuse(error: Any, ctx: Any) -> int:
    terminal = Terminal(speech(language_of_line(ctx)))
    terminal.fail(misuse(error, terminal.speech))
    return EXIT_REFUSED_REQUEST


def sentence(error: Exception, terminal: Terminal) -> str:
    """One readable sentence for an error.

    Examples
    --------
    >>> from engine.errors import ErrorCode
    >>> sentence(EhyaError(ErrorCode.UNKNOWN_UNIT, given="x"), Terminal(speech("en")))
    'There is no unit “x”; “ehya rank” lists the ids.'
    >>> again = EhyaError(ErrorCode.MANDATE_REPEATED, given="a", row=7, investor="a", column="id")
    >>> sentence(again, Terminal(speech("en")))
    'Row 7, investor “a”, column “id”: Investor id “a” occurs twice; give every row its own id.'
    """
    words = terminal.speech
    if isinstance(error, SeveralError):
        return "\n".join(sentence(one, terminal) for one in error.errors)
    if isinstance(error, EhyaError):
        try:
            said = words.text(error.code, **_named(_placed(error, words), words))
            return words.text("cli.in_row", **error.facts, why=said) if set(error.facts) >= _OF_A_SHEET else said
        except KeyError:  # a sentence short of a fact must not hide the error it speaks of
            return words.text("cli.unexpected", kind=error.code.value, why=words.fact(error.facts))
    if isinstance(error, OSError) and error.filename:
        return words.text("cli.file_refused", given=str(error.filename), why=error.strerror or type(error).__name__)
    return words.text("cli.unexpected", kind=type(error).__name__, why=" ".join(str(error).split())[:300])


def _named(facts: dict[str, Any], words: Speech) -> dict[str, Any]:
    """Facts with the field that they name in the reader's language."""
    from engine.domain.unit import Field

    field = facts.get("field")
    return facts | {"field": words.text(f"field.{field}")} if field in set(Field) else facts


def _placed(error: EhyaError, words: Speech) -> dict[str, Any]:
    """Facts of an error; places and fields that it names are said in the reader's language."""
    if error.code in (ErrorCode.OUTCOME_OUT_OF_RANGE, ErrorCode.OUTCOME_DETAIL_MISPLACED):
        return event_facts_said(error.code, error.facts, words)
    if error.code in (ErrorCode.REFERENCE_COLUMN_UNKNOWN, ErrorCode.REFERENCE_VALUE_UNKNOWN):
        return _in_the_table_s_words(error.facts, words)
    if error.code is ErrorCode.GATES_SHUT:  # sentences with commas of their own
        quoted = "«{}»" if words.language == "fa" else "“{}”"
        shut: Any = error.facts["given"]
        return error.facts | {"given": [quoted.format(words.text(f"gate.{gate}")) for gate in shut]}
    return places_said(error.code, error.facts, words)


def _in_the_table_s_words(facts: dict[str, Any], words: Speech) -> dict[str, Any]:
    """Columns and values of a reference table as its readers see them."""
    from engine.reference import spec
    from serving.reports.facts import said, title

    described = spec(facts["table"])
    if "nearest" in facts:
        named = [f"{title(name, words)} = {name}" for name in facts["allowed"]] if words.language == "fa" else None
        nearest = facts["nearest"] if named is None else title(facts["nearest"], words)
        return facts | {"nearest": nearest, "allowed": named or facts["allowed"]}
    column = facts["column"]
    return facts | {
        "column": title(column, words),
        "allowed": [said(described, column, value, words) for value in facts["allowed"]],
    }
