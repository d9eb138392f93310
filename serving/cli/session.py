"""What a command knows of its caller: settings, language, and how much to say."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from typing import Any

from engine.settings import Settings
from serving.cli.terminal import Terminal
from serving.i18n import speech


@dataclass(slots=True)
class Invocation:
    """Choices that hold for one run of the command line.

    Parameters
    ----------
    settings
        Where things are kept.
    language
        ``fa`` or ``en``; a command may be given another than the session began with.
    debug
        Whether a failure shows where in the program it happened.
    """

    settings: Settings
    language: str
    debug: bool = False

    def terminal(self, language: str | None = None, *, as_json: bool = False) -> Terminal:
        """Where the command prints to, in the language asked for."""
        if language:
            speech(language)  # an unknown language is said in the language known so far
            self.language = language
        return Terminal(speech(self.language), as_json=as_json)


class _Stderr:
    """Standard error as it is at the moment of writing."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


REQUESTS = "ehya.requests"
"""Log of the service whose lines are JSON already (`serving.api.observing`)."""


def write_log(verbose: int) -> None:
    """Send the log to standard error: warnings only, with ``-v`` what goes on, with ``-vv`` everything.

    A line about a request is JSON, whole, for whatever program reads it.
    """
    from structlog import dev, processors, stdlib

    class Lines(stdlib.ProcessorFormatter):
        def format(self, record: logging.LogRecord) -> str:
            return record.getMessage() if record.name == REQUESTS else super().format(record)

    stream: Any = _Stderr()
    written = Lines(
        foreign_pre_chain=[
            stdlib.add_log_level,
            stdlib.add_logger_name,
            processors.TimeStamper(fmt="%H:%M:%S", utc=False),
        ],
        processors=[
            stdlib.ProcessorFormatter.remove_processors_meta,
            dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(written)
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(handlers=[handler], level=level)
