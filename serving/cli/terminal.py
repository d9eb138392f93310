"""Speak to the person at the terminal: sentences, small tables, progress, or JSON for a program."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from serving.i18n import Speech

_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LRM = "\u200e"  # keeps columns in their places on terminals that reorder right-to-left text
_WORD = 14  # columns of text that a header keeps, so that its words are not cut
_WIDE = 110  # columns from which on a table of sentences stays readable
_SET_IN = 4
_BETWEEN = 4  # columns that a table leaves between two of its own
_CUT = 30  # a longer word is cut
_NAME = 22  # columns in which a name of several words stays readable, on two or three lines
_WIDTH_OF_A_FILE = 160  # columns when the output is no terminal


class Terminal:
    """Where a command prints to.

    Parameters
    ----------
    speech
        Language of what is printed.
    as_json
        Whether the answer is canonical JSON on standard output, with nothing else there.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> Terminal(speech("en")).say("mark.synthetic")
    synthetic
    """

    def __init__(self, speech: Speech, *, as_json: bool = False) -> None:
        self.speech = speech
        self.as_json = as_json
        self._out = _console(sys.stdout)
        self._err = _console(sys.stderr)

    def say(self, key: str, /, **facts: Any) -> None:
        """Print the text of a key on standard output; a program that asked for JSON hears nothing."""
        self.line(self.speech.text(key, **facts))

    def line(self, text: str = "", style: str = "") -> None:
        """Print a line that is already in words."""
        if not self.as_json:
            self._out.print(_Plain(text, style=style), soft_wrap=True)

    def warn(self, text: str) -> None:
        """Print a line on standard error."""
        self._err.print(_Plain(text, style="yellow"), soft_wrap=True)

    def fail(self, text: str) -> None:
        """Print on standard error why it did not work."""
        self._err.print(_Plain(text, style="bold red"), soft_wrap=True)

    def answer(self, document: Any) -> bool:
        """Print canonical JSON where JSON was asked for; says whether it did."""
        if self.as_json:
            from serving.reports.workbook import json_text

            self._out.file.write(json_text(document) + "\n")
        return self.as_json

    def written(self, path: Path) -> None:
        """Say that a file was written, or name it as JSON where JSON was asked for.

        Examples
        --------
        >>> from serving.i18n import speech
        >>> Terminal(speech("en")).written(Path("figures.xlsx"))
        Written: figures.xlsx
        """
        if not self.answer({"path": str(path)}):
            self.say("cli.written", path=str(path))

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "") -> None:
        """Print a table of texts; few columns, long texts fold inside their cell."""
        if self.as_json:
            return
        table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, show_lines=False)
        for header in headers:
            least = min(max(map(len, header.split()), default=1), _WORD)
            table.add_column(self._cell(header), overflow="fold", min_width=least)
        for row in rows:
            table.add_row(*(self._cell(value) for value in row))
        self._out.print(table)

    @property
    def narrow(self) -> bool:
        """Whether a table of sentences would fall apart here."""
        return self._out.width < _WIDE

    def fitting(self, columns: Sequence[Sequence[str]]) -> int:
        """How many columns, from the first, fit in one line and stay readable: no word cut, no name in slivers."""
        room = self._out.width
        for number, texts in enumerate(columns):
            longest = max((len(word) for text in texts for word in text.split()), default=1)
            name = min(max(map(len, texts[1:]), default=1), _NAME)
            room -= min(max(longest, name), _CUT) + _BETWEEN
            if room < 0:
                return max(number, 1)
        return len(columns)

    def entries(self, entries: Sequence[Sequence[str]], *, title: str = "") -> None:
        """Print one short paragraph an entry: its first line in bold, the others below it, set in."""
        if self.as_json:
            return
        if title:
            self.line(title, "bold")
        for first, *others in entries:
            self.line()
            self._set_in(first, 1, "bold")
            for text in others:
                self._set_in(text, _SET_IN)
        self.line()

    def _set_in(self, text: str, columns: int, style: str = "") -> None:
        for line in _Plain(text, style=style).wrap(self._out, max(self._out.width - columns - 1, _WORD)):
            line.rstrip()
            self._out.print(" " * columns, line, sep="", soft_wrap=True)

    def pairs(self, pairs: Sequence[tuple[str, str]], *, title: str = "") -> None:
        """Print names with their values, one a line."""
        if self.as_json or not pairs:
            return
        if title:
            self.line(title, style="bold")
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", overflow="fold")
        grid.add_column(overflow="fold")
        for name, value in pairs:
            grid.add_row(self._cell(f"  {name}"), self._cell(value))
        self._out.print(grid)

    @contextmanager
    def busy(self, key: str, /, **facts: Any) -> Iterator[Callable[..., None]]:
        """Show on standard error what goes on while it takes its time; yields what says that something else does."""
        with self._err.status(self._cell(self.speech.text(key, **facts))) as status:

            def doing(key: str, /, **facts: Any) -> None:
                text = self.speech.text(key, **facts)
                status.update(self._cell(text))
                if not self._err.is_terminal:  # a file has no line that could change
                    self.warn(text)

            yield doing

    @contextmanager
    def bar(self) -> Iterator[Callable[[str, float], None]]:
        """Show on standard error how far a long task is; yields what is called with its name and share, 0..1."""
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        shown = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
        with Progress(*shown, console=self._err, transient=True) as progress:
            task = progress.add_task("", total=1.0)
            yield lambda name, share: progress.update(task, description=name, completed=share)

    def _cell(self, text: str) -> Text:
        return _RightToLeft(text) if self.speech.direction == "rtl" else _Plain(text)


class _Plain(Text):
    """Text that cannot steer the terminal: a name out of a file may hold escape sequences."""

    def __init__(self, text: str = "", **options: Any) -> None:
        super().__init__(_STEERING.sub("\ufffd", text), **options)


class _RightToLeft(_Plain):
    """A cell whose every line ends in a mark, so that its neighbour does not flow into it."""

    def wrap(self, *arguments: Any, **options: Any) -> Any:
        lines = super().wrap(*arguments, **options)
        for line in lines:
            line.append(_LRM)
        return lines


def _console(stream: Any) -> Console:
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, _WIDTH_OF_A_FILE)
    return console
