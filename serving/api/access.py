"""What every address declares of its callers, in the description itself: who may ask, at which level, how often."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from engine.codes import Code
from serving.disclosure.levels import KEY_ROLES, CallerRole, Level

EXTENSION = "x-ehya-access"
"""Member of an operation of the OpenAPI description that holds its declaration."""


class WithoutKey(Code):
    """When an address answers callers without a key."""

    ALWAYS = "always"
    WHILE_NO_KEYS = "while_no_keys"
    NEVER = "never"


class Rate(Code):
    """Which of the limits of a caller counts, as `serving.api.limits.ServiceLimits` names it."""

    READS = "reads"
    LISTS = "lists"
    WRITES = "writes"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask an address.

    Parameters
    ----------
    roles
        Roles whose keys it answers.
    level
        The highest level that it can answer at; the caller's own may be lower.
    without_key
        When it answers without a key.
    rate
        Which limit counts.
    session
        Whether people who signed in with a browser may ask it too.
    administers
        Whether it is for people who look after accounts too, whatever their role, and for no key.
    file
        Whether its form may bring a file.
    """

    roles: frozenset[CallerRole]
    level: Level
    without_key: WithoutKey
    rate: Rate
    session: bool = False
    administers: bool = False
    file: bool = False

    @classmethod
    def read(cls, declared: dict[str, Any]) -> Access:
        """The declaration as an operation of the description holds it."""
        return cls(
            frozenset(CallerRole(role) for role in declared["roles"]),
            Level(declared["level"]),
            WithoutKey(declared["without_key"]),
            Rate(declared["rate"]),
            *(bool(declared.get(name)) for name in _OF_PAGES),
        )


_OF_PAGES = ("session", "administers", "file")
"""What only pages declare."""


def open_to(
    roles: Iterable[CallerRole] = KEY_ROLES,
    *,
    level: Level = Level.PUBLIC,
    without_key: WithoutKey = WithoutKey.WHILE_NO_KEYS,
    rate: Rate = Rate.READS,
    session: bool = False,
    administers: bool = False,
    file: bool = False,
) -> dict[str, Any]:
    """What stands in ``openapi_extra`` of an address; `serving.api.gate` holds its callers to it.

    Examples
    --------
    >>> open_to([CallerRole.PLANNER], level=Level.INTERNAL, without_key=WithoutKey.NEVER)[EXTENSION]
    {'roles': ['planner'], 'level': 'internal', 'without_key': 'never', 'rate': 'reads'}
    """
    wanted = set(roles)
    declared = {
        "roles": [role.value for role in KEY_ROLES if role in wanted],
        "level": level.value,
        "without_key": without_key.value,
        "rate": rate.value,
    }
    of_pages = {name: True for name, holds in zip(_OF_PAGES, (session, administers, file), strict=True) if holds}
    return {EXTENSION: declared | of_pages}


def declared(route: object) -> Access:
    """What an address declares.

    Raises
    ------
    LookupError
        When it declares nothing: then it answers nobody.
    """
    extra = getattr(route, "openapi_extra", None) or {}
    if EXTENSION not in extra:
        raise LookupError(f"{getattr(route, 'path', route)} does not say who may ask it")
    return Access.read(extra[EXTENSION])


def addresses(app: FastAPI) -> Iterator[tuple[str, str, Access]]:
    """Every address of an application: method, path, and who may ask it."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            for method in sorted(route.methods or ()):
                yield method, str(context.path), declared(route)
