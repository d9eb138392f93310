"""How the browser of a request likes its pages, as its cookie says."""

from __future__ import annotations

from fastapi import Request

from serving.api.language import chosen
from serving.i18n import Speech, speech
from serving.pages.desk.look import Look

COOKIE = "ehya_look"


def look_of(request: Request) -> Look:
    """How the browser of a request likes its pages."""
    return Look.read(request.cookies.get(COOKIE, ""))


def words_for(request: Request) -> Speech:
    """The language of a page, with the digits and the money that its reader likes."""
    look = look_of(request)
    language = chosen(
        request.query_params.get("lang") or look.lang or None, request.headers, request.app.state.language
    )
    return speech(language, look.digits, look.money)
