"""Investors as keys, accounts and agreements name them: one word for one, however it is spelt."""

from __future__ import annotations

from collections.abc import Iterable

from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import compact
from engine.store import Register


def investors(register: Register) -> tuple[str, ...]:
    """Names that stand, the first spelling of each, in the order of the alphabet."""
    keys, people = register.keys(), register.people()
    named = [*(one.investor for one in reversed(keys)), *(one.investor for one in people)]
    return tuple(sorted(dict.fromkeys(name for name in named if name)))


def investors_wishing(register: Register) -> tuple[str, ...]:
    """Owners of mandates in force who are investors, by name: what keys keep for nobody is no wish to meet."""
    owners = dict.fromkeys(one.owner for one in register.mandates())
    return tuple(owner for owner in owners if ":" not in owner)


def known_investor(register: Register, given: str) -> str:
    """The name that stands for an investor, in any spelling.

    Raises
    ------
    EhyaError
        ``investor_unknown`` with the names there are: an agreement of a name that no key bears would open nothing.
    """
    names = investors(register)
    found = like(given, names)
    if found is None:
        raise EhyaError(ErrorCode.INVESTOR_UNKNOWN, given=given, allowed=list(names))
    return found


def like(given: str, names: Iterable[str]) -> str | None:
    """The name that is spelt so, else the first that differs in its letters' shapes, capitals or spaces alone.

    Examples
    --------
    >>> like("صندوق كاوه", ["صندوق کاوه"]), like("Fund", ["fund", "Fund"]), like("fund", ["funds"])
    ('صندوق کاوه', 'Fund', None)
    """
    names = tuple(names)
    if given in names:
        return given
    return next((name for name in names if compact(name) == compact(given)), None)
