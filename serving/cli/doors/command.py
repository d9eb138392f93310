"""How a command declares itself: its name, what it does, and lines to copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the command line.

    Parameters
    ----------
    name
        The word that calls it.
    body
        What runs; its docstring is the help, its parameters are the options.
    examples
        Whole lines as a person would type them.
    """

    name: str
    body: Callable[..., None]
    examples: tuple[str, ...]

    @property
    def epilog(self) -> str:
        """The examples as the last line of its help.

        Examples
        --------
        >>> Command("demo", print, ("ehya demo", "ehya demo --serve")).epilog
        'Examples:  ehya demo   ·   ehya demo --serve'
        """
        title = "Example:  " if len(self.examples) == 1 else "Examples:  "
        return title + "   ·   ".join(self.examples)


@dataclass(frozen=True, slots=True)
class Commands:
    """Commands that share their first word.

    Parameters
    ----------
    name
        The first word.
    help
        What they are for, in a sentence.
    commands
        The commands in the order of the help.
    """

    name: str
    help: str
    commands: tuple[Command, ...]


def command(name: str, *examples: str) -> Callable[[Callable[..., None]], Command]:
    """Declare the function below as a command.

    Parameters
    ----------
    name
        The word that calls it.
    *examples
        Whole lines as a person would type them.
    """
    return lambda body: Command(name, body, examples)
