"""Who is at a browser: the session that its cookie names, and what its forms must carry."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from engine.settings import Settings
from serving.api.border import LOOPBACK_NAMES, host_name
from serving.desk.sessions import Begun, Visit, visit

COOKIE = "ehya_session"
"""What a browser shows; no script reads it, and no page of others can make it be sent with a form."""


class SignInNeededError(Exception):
    """Nobody who may look at the page is signed in."""


async def visit_of(request: Request) -> Visit | None:
    """The session that a request's cookie names, looked up anew each time, so that it ends at once when ended."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    settings: Settings = request.app.state.settings
    now: datetime = request.app.state.gate.now()
    return await run_in_threadpool(visit, settings, token[:200], now=now)


def let_in(request: Request, response: Response, begun: Begun) -> None:
    """Give a browser what it is to show."""
    left = begun.expires_at - request.app.state.gate.now()
    response.set_cookie(
        COOKIE,
        begun.token,
        max_age=int(left.total_seconds()),
        httponly=True,
        samesite="lax",
        # Who names this computer sends the cookie nowhere else; and not every browser takes a secure one there.
        secure=host_name(request.headers.get("host", "")) not in LOOPBACK_NAMES,
        path="/",
    )


def let_out(response: Response) -> None:
    """Take it from the browser."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


def on_this_computer(request: Request) -> bool:
    """Whether the service answers this computer alone, by a name of it; what a caller names as host proves nothing."""
    alone: bool = request.app.state.gate.open_without_keys
    return alone and host_name(request.headers.get("host", "")) in LOOPBACK_NAMES
