"""A mistyped command line in the caller's words: what was wrong, what is allowed, where the help is."""

from __future__ import annotations

import difflib
import re
from typing import Any

import typer

from serving.i18n import Speech

Misuse: Any = typer.BadParameter.__mro__[1]
"""What typer raises for every command line that it cannot read; it gives no public name to it."""


_EXTRA = re.compile(r"unexpected extra arguments?(?:\(s\))? \((.*)\)", re.DOTALL)


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


def _wrong(error: Any, ctx: Any, words: Speech) -> str:
    kind, param = type(error).__name__, getattr(error, "param", None)
    if kind == "NoSuchOption":
        options = sorted({option for one in (ctx.command.params if ctx else ()) for option in one.opts})
        return _unknown("option", error.option_name, options, words)
    if kind == "MissingParameter" and param is not None:
        return words.text("usage.missing", given=_name(param))
    if kind == "BadParameter":
        name = _name(param) if param is not None else str(error.param_hint or "")
        allowed = _allowed(param, words)
        return words.text("usage.value_allowed" if allowed else "usage.value", given=name, allowed=allowed)
    if kind == "BadOptionUsage":
        return words.text("usage.no_value", given=error.option_name)
    if ctx is not None and "No such command" in error.message:
        return _unknown("command", error.message.split("'")[1], list(ctx.command.commands), words)
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
    annotation = getattr(getattr(param, "type_descriptor", None), "annotation", None)
    return words.text("usage.a_number") if annotation in (int, float) else ""
