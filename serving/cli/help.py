"""Help in the caller's language: English stands beside the commands, Persian in the catalogue ``i18n/fa/help.po``."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from engine.errors import EhyaError
from engine.settings import LANGUAGES, Settings

_PANELS = {"argument": "ورودی‌ها", "option": "گزینه‌ها"}
_COMMANDS = "دستورها"
_EPILOGS = {"Examples:": "نمونه‌ها:", "Example:": "نمونه:"}


def language_of(arguments: Sequence[str]) -> str:
    """Language that a command line asks for, wherever ``--lang`` stands in it; else that of the settings.

    Examples
    --------
    >>> language_of(["rank", "--lang", "en", "-h"]), language_of(["--lang=en"])
    ('en', 'en')
    """
    for place, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            given = value if equals else next(iter(arguments[place + 1 :]), "")
            if given in LANGUAGES:
                return given
    try:
        return Settings.from_environment().language
    except EhyaError:
        return LANGUAGES[0]


@cache
def persian_help() -> Mapping[str, str]:
    """English help text, its spaces made single, to the Persian one."""
    from babel.messages.pofile import read_po  # only a page of help in Persian pays for it

    with (resources.files("serving.i18n") / "fa" / "help.po").open("rb") as file:
        catalogue = read_po(file, locale="fa", abort_invalid=True)
    return {_key(str(message.id)): str(message.string) for message in catalogue if message.id}


def speaking(command: Any, language: str) -> Any:
    """A command that shows its help in a language; nothing is translated before a help is asked for.

    Parameters
    ----------
    command
        A command or group of typer; it is not changed.
    language
        ``fa`` or ``en``.
    """
    if language == "en":
        return command
    shown = copy.copy(command)
    shown.format_help = lambda ctx, formatter: spoken(command, ctx, language).format_help(ctx, formatter)
    if hasattr(command, "commands"):
        shown.commands = {name: speaking(one, language) for name, one in command.commands.items()}
    return shown


def spoken(command: Any, ctx: Any, language: str) -> Any:
    """A command whose help speaks the language; a text without a translation stays English.

    Parameters
    ----------
    command
        A command or group of typer; it is not changed.
    ctx
        Its context, or that of the group it belongs to.
    language
        ``fa`` or ``en``.
    """
    if language == "en":
        return command
    told = copy.copy(command)
    told.help, told.short_help = _said(command.help), _said(command.short_help)
    told.epilog = _epilog(command.epilog)
    told.params = [_parameter(parameter) for parameter in command.params]
    help_option = _parameter(command.get_help_option(ctx))
    told.get_help_option = lambda _: help_option
    told.rich_help_panel = _COMMANDS
    if hasattr(command, "commands"):
        told.commands = {name: spoken(one, ctx, language) for name, one in command.commands.items()}
    return told


def untranslated(command: Any) -> list[str]:
    """English texts of a command, and of those below it, that have no Persian one."""
    texts = [command.help, *(getattr(parameter, "help", None) for parameter in command.params)]
    found = [text for text in texts if text and _key(text) not in persian_help()]
    for one in getattr(command, "commands", {}).values():
        found += untranslated(one)
    return found


def _parameter(parameter: Any) -> Any:
    told = copy.copy(parameter)
    told.help = _said(getattr(parameter, "help", None))
    told.rich_help_panel = _PANELS[parameter.param_type_name]
    return told


def _said(text: str | None) -> str | None:
    return persian_help().get(_key(text), text) if text else text


def _epilog(text: str | None) -> str | None:
    for english, persian in _EPILOGS.items():
        if text and text.startswith(english):
            return persian + text.removeprefix(english)
    return text


def _key(text: str) -> str:
    return " ".join(inspect.cleandoc(text).split())
