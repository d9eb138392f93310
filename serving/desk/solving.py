"""Searches for packages that a service makes beside its requests: how far one is, and what came of it."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.codes import Code
from engine.errors import EhyaError
from engine.packages.optimum import SECONDS
from engine.packages.terms import PackageTerms
from engine.settings import Settings
from serving.desk.package import solve_package
from serving.desk.question import Question

KEPT = 32
"""Searches whose end is remembered; a package that was found stands in the register anyway."""
_log = logging.getLogger(__name__)


class SearchState(Code):
    """How a search stands."""

    WAITING = "waiting"
    SOLVING = "solving"
    CONTRADICTED = "contradicted"
    FOUND = "found"
    CONFLICT = "conflict"
    REFUSED = "refused"
    FAILED = "failed"


RUNNING = (SearchState.WAITING, SearchState.SOLVING, SearchState.CONTRADICTED)
"""States that another follows; in the last no package keeps the terms, and the fewest in conflict are looked for."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search for a package.

    Parameters
    ----------
    number
        Its number in this service.
    terms
        What is looked for.
    state
        How it stands.
    key
        The package that was found.
    conflict, names
        Terms in conflict as a document, and the names of units that it speaks of.
    refused
        Why it could not be done.
    """

    number: int
    terms: PackageTerms
    state: SearchState = SearchState.WAITING
    key: str = ""
    conflict: Mapping[str, Any] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    refused: EhyaError | None = None


class Searches:
    """Starts searches, of which one runs at a time, and tells how each stands.

    Parameters
    ----------
    settings
        The workspace.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, Search] = OrderedDict()
        self._begun = 0
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="package")

    def start(self, question: Question, terms: PackageTerms, *, now: datetime, seconds: float = SECONDS) -> int:
        """Start a search, or let it wait for the one that runs; its number.

        Parameters
        ----------
        question
            The day.
        terms
            What is looked for.
        now
            UTC.
        seconds
            Longest time for the package, and for the terms in conflict.
        """
        with self._lock:
            self._begun += 1
            number = self._begun
            self._kept[number] = Search(number, terms)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._worker.submit(self._search, number, question, now, seconds)
        return number

    def get(self, number: int) -> Search | None:
        """A search; ``None`` where there is none of that number, or no more."""
        with self._lock:
            return self._kept.get(number)

    def _search(self, number: int, question: Question, now: datetime, seconds: float) -> None:
        found = self._now(number, state=SearchState.SOLVING)
        if found is None:  # so many came after it that nobody asks for it
            return
        try:
            solved = solve_package(
                self._settings,
                question,
                found.terms,
                made_at=now,
                seconds=seconds,
                contradicted=lambda: self._now(number, state=SearchState.CONTRADICTED),
            )
        except EhyaError as error:
            self._now(number, state=SearchState.REFUSED, refused=error)
        except Exception:
            _log.exception("the search for a package failed")
            self._now(number, state=SearchState.FAILED)
        else:
            if solved.stored is None:
                self._now(number, state=SearchState.CONFLICT, conflict=solved.conflict, names=solved.names)
            else:
                self._now(number, state=SearchState.FOUND, key=solved.stored.key)

    def _now(self, number: int, **changes: Any) -> Search | None:
        with self._lock:
            if number not in self._kept:
                return None
            self._kept[number] = replace(self._kept[number], **changes)
            return self._kept[number]
