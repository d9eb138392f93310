"""Lists that a person looks at again, by what they call them."""

from __future__ import annotations

from datetime import datetime

from engine.domain.allowed import refuse_longer
from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import StoredView
from serving.desk.workspace import open_register

LONGEST = 80
MOST = 100


def views(settings: Settings, owner: str) -> tuple[StoredView, ...]:
    """Views of a person, by name."""
    with open_register(settings) as register:
        return register.views(owner)


def save_view(settings: Settings, owner: str, name: str, address: str, *, made_at: datetime) -> None:
    """Keep a view of a person; another of the same name makes way for it.

    Raises
    ------
    EhyaError
        ``text_too_long``; ``value_unreadable`` for a name that is none.
    """
    named = name.strip()
    refuse_longer("name", named, LONGEST)
    if not named:
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="name", given=named, allowed=[f"1..{LONGEST}"])
    with open_register(settings) as register:
        if sum(one.name != named for one in register.views(owner)) >= MOST:
            raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="name", given=named, allowed=[f"<= {MOST}"])
        register.views.save(owner, named, address, made_at=made_at)


def forget_view(settings: Settings, owner: str, number: int) -> StoredView:
    """Forget a view, and give it back.

    Raises
    ------
    EhyaError
        ``view_unknown``.
    """
    with open_register(settings) as register:
        return register.views.forget(owner, number)
