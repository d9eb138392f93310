"""A mistyped command line in the caller's words: what was wrong, what is allowed, where the help is."""

from __future__ import annotations

import difflib
import re
from typing import Any

import typer

from serving.i18n import Speech

_NO_VALUE = re.compile("does not take a value")
_EXTRA = re.compile(r"unexpected extra arguments?(?:\(s\))? \((.*)\)", re.DOTALL)


class UnknownCommandError(typer.BadParameter):
    """There is no command of a name.

    Parameters
    ----------
    given
        The name.
    allowed
        Names of the commands that there are.
    ctx
        Context of their group.
    """

    def __init__(self, given: str, allowed: list[str], ctx: Any) -> None:
        super().__init__(given, ctx=ctx)
        self.given, self.allowed = given, allowed


def is_misuse(error: typer.TyperException) -> bool:
    """Whether typer raised an error for a command line that it cannot read.

    Typer names few of its errors in public; those of this kind end with 2 and bear the context they arose in.

    Examples
    --------
    >>> is_misuse(typer.BadParameter("x")), is_misuse(typer.TyperException("x"))
    (True, False)
    """
    return error.exit_code == 2 and hasattr(error, "ctx")


def misuse(error: Any, words: Speech) -> str:
    """One sentence for a command line that typer refused, and the command that shows the help.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> misuse(typer.BadParameter("x", param_hint="--top"), speech("en"))
    'The value of --top is not allowed. Help: ehya -h'
    """
    ctx = getattr(error, "ctx", None)
    command = ctx.command_path if ctx else "ehya"
    return f"{_wrong(error, ctx, words)} {words.text('usage.help', command=command)}"


def latin_numbers(command: Any, arguments: list[str]) -> list[str]:
    """A command's words with the numbers among them in digits 0-9; whatever is no number stays as it was written.

    Typer reads numbers in these digits alone, and our callers write their own.

    Parameters
    ----------
    command
        A command of typer: it says which of its options and arguments are numbers.
    arguments
        What stands behind its name.
    """
    options = {name: one for one in command.params if one.param_type_name == "option" for name in one.opts}
    places = iter([one for one in command.params if one.param_type_name == "argument"])
    read, awaiting = [], None
    for word in arguments:
        name, equals, value = word.partition("=")
        if awaiting is not None:
            read.append(_latin(awaiting, word))
            awaiting = None
        elif name in options:
            read.append(f"{name}={_latin(options[name], value)}" if equals else word)
            awaiting = None if equals or _alone(options[name]) else options[name]
        else:
            read.append(word if word.startswith("-") else _latin(next(places, None), word))
    return read


def _latin(param: Any, value: str) -> str:
    if value.isascii() or not _is_number(param):
        return value
    from engine.parsing.text import latin_digits  # it loads pandas, which a line of ASCII should not wait for

    return latin_digits(value).replace("٫", ".")


def _is_number(param: Any) -> bool:
    return getattr(getattr(param, "type_descriptor", None), "annotation", None) in (int, float)


def _alone(option: Any) -> bool:
    """Whether an option takes no value."""
    return bool(option.is_flag or option.count)


def _wrong(error: Any, ctx: Any, words: Speech) -> str:
    param = getattr(error, "param", None)
    if isinstance(error, UnknownCommandError):
        return _unknown("command", error.given, error.allowed, words)
    if hasattr(error, "possibilities"):  # no such option
        options = sorted({option for one in (ctx.command.params if ctx else ()) for option in one.opts})
        return _unknown("option", error.option_name, options, words)
    if hasattr(error, "param_type") and param is not None:  # one that must be given
        return words.text("usage.missing", given=_name(param))
    if isinstance(error, typer.BadParameter):
        name = _name(param) if param is not None else str(error.param_hint or "")
        allowed = _allowed(param, words)
        return words.text("usage.value_allowed" if allowed else "usage.value", given=name, allowed=allowed)
    if hasattr(error, "option_name"):  # without its value, or with one that it does not take
        if _NO_VALUE.search(error.message):
            return words.text("usage.takes_no_value", given=error.option_name)
        return words.text("usage.no_value", given=error.option_name)
    if extra := _EXTRA.search(error.message):
        return words.text("usage.too_many", given=extra[1])
    return words.text("usage.other", why=error.format_message())


def _unknown(what: str, given: str, choices: list[str], words: Speech) -> str:
    nearest = difflib.get_close_matches(given, choices, n=1)
    if nearest:
        return words.text(f"usage.{what}_nearest", given=given, nearest=nearest[0])
    return words.text(f"usage.{what}_unknown", given=given, allowed=choices)


def _name(param: Any) -> str:
    return str(param.opts[0]) if param.param_type_name == "option" else str(param.name).upper()


def _allowed(param: Any, words: Speech) -> str:
    """Numbers that an option takes; empty where typer does not say."""
    least, most = getattr(param, "min", None), getattr(param, "max", None)
    if least is not None and most is not None:
        return words.text("usage.between", low=words.fact(least), high=words.digits(str(most)))
    if least is not None:
        return words.text("usage.at_least", low=words.fact(least))
    return words.text("usage.a_number") if _is_number(param) else ""
