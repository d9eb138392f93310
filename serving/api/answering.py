"""Answer from what is on show: written once for each question and language, beside the event loop."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pydantic_core
from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from serving.api.filters import LanguageQuery
from serving.api.language import chosen
from serving.api.reply import Reply
from serving.api.shelf import Showing
from serving.desk.stock import Stock

JSON = "application/json"


async def answer(request: Request, query: LanguageQuery, write: Any) -> Response:
    """Answer from what is on show, written once for each question and language, beside the event loop.

    Parameters
    ----------
    request
        The request; its path is part of the question.
    query
        The checked parameters, the rest of the question.
    write
        Called as ``write(showing, language)``; gives the answer as a dict.
    """
    showing: Showing = request.app.state.shelf.showing
    language = chosen(query.lang, request.headers, request.app.state.language)
    key = (request.url.path, query.model_dump_json(exclude={"lang"}), language)
    reply = await prepared(showing, key, lambda: written(write(showing, language)), request.headers)
    return reply.response(request.headers, language, JSON)


async def answer_once(request: Request, query: LanguageQuery, write: Any) -> Response:
    """Answer one caller alone: nothing of it is kept here, nor may be kept on the way.

    Parameters
    ----------
    request
        The request of one caller.
    query
        The checked parameters.
    write
        Called as ``write(showing, language)``; gives the answer as a dict.
    """
    showing: Showing = request.app.state.shelf.showing
    language = chosen(query.lang, request.headers, request.app.state.language)
    reply = await run_in_threadpool(_ready, lambda: Reply(written(write(showing, language))), request.headers)
    return reply.response(request.headers, language, JSON, kept=False)


async def prepared(showing: Showing, key: Hashable, write: Callable[[], bytes], asked: Mapping[str, str]) -> Reply:
    """The answer already written for a question; a new one is computed in a thread, so that others need not wait.

    Parameters
    ----------
    showing
        What is on show.
    key
        The question.
    write
        Writes the answer.
    asked
        Headers of the request: whether it is compressed.
    """
    found = showing.prepared.find(key)
    if found is not None and not found.awaits(asked):
        return found
    return await run_in_threadpool(_ready, lambda: showing.prepared.answer(key, write), asked)


def _ready(make: Callable[[], Reply], asked: Mapping[str, str]) -> Reply:
    """An answer, compressed already where that is asked for: nothing is left to do for the event loop."""
    found = make()
    if found.awaits(asked):
        _ = found.gzipped
    return found


def written(content: dict[str, Any]) -> bytes:
    """JSON of an answer; a number that is none becomes null."""
    return pydantic_core.to_json(content, inf_nan_mode="null")


def meta(stock: Stock, language: str) -> dict[str, Any]:
    """What every answer says of its figures."""
    return {**stock.facts, "language": language}
