"""Whose things a caller meets, and what the addresses of what is kept declare."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from serving.api.access import Rate, WithoutKey, open_to
from serving.api.filters import LanguageQuery
from serving.api.paging import PageQuery
from serving.desk.callers import Caller
from serving.disclosure.levels import CallerRole

KEEPERS = (CallerRole.INVESTOR, CallerRole.BANK, CallerRole.SERVICE, CallerRole.PLANNER)
"""Roles for which something is kept."""


class OwnedQuery(PageQuery):
    """A page of what is kept for one owner."""

    owner: str | None = Field(None, max_length=200, description="for the office: whose; else the caller's own")


class OwnerQuery(LanguageQuery):
    """What is kept for one owner."""

    owner: str | None = Field(None, max_length=200, description="for the office: whose; else the caller's own")


def kept_for(rate: Rate = Rate.READS) -> dict[str, Any]:
    """What an address of what is kept declares; without a key nothing is kept for anybody."""
    return open_to(KEEPERS, without_key=WithoutKey.NEVER, rate=rate)


def with_body(example: object, schema: str, declared: dict[str, Any] | None = None) -> dict[str, Any]:
    """What an address that writes declares, by default as of what is kept, with its body: an example and its schema."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": example}}
    access = kept_for(Rate.WRITES) if declared is None else declared
    return access | {"requestBody": {"required": True, "content": content}}


def is_office(caller: Caller) -> bool:
    """Whether a caller may read what is kept for others."""
    return caller.role is CallerRole.PLANNER


def asked_owner(caller: Caller, asked: str | None = None) -> str | None:
    """Whose things are asked for: the caller's, or for the office of whom it names; ``None`` for all, which it may."""
    return owner_of(caller, asked) if asked or not is_office(caller) else None


def owner_of(caller: Caller, asked: str | None = None) -> str:
    """Whose things a caller meets: the investor's for whom it acts, else its own; the office may name another."""
    if asked is not None and is_office(caller):
        return asked
    return caller.investor or caller.actor
