"""``/v1/webhooks``: an address that is told when the list of a saved mandate changes, signed by Standard Webhooks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from engine.store import Register, StoredMessage, StoredWebhook
from serving.api.access import Rate
from serving.api.asking import answered, asked, moment, paged, stock_of
from serving.api.filters import LanguageQuery
from serving.api.gate import caller_of
from serving.api.job_answers import (
    MessageAnswer,
    MessagesAnswer,
    NewWebhook,
    WebhookAnswer,
    WebhooksAnswer,
    WebhookStated,
)
from serving.api.owners import OwnedQuery, asked_owner, kept_for, owner_of, with_body
from serving.api.paging import PageQuery, page_of
from serving.api.problems import problem_answers
from serving.api.writing import Prepared, body_of, member_of, prepared_once, written_once
from serving.desk.posting import Reach
from serving.desk.webhooks import ReadyWebhook, keep_webhook, make_webhook, sign_anew

EXAMPLE = {"mandate": "food-fund", "address": "https://example.org/ehya"}
WebhookId = Annotated[str, Path(description="id of the webhook", min_length=1, max_length=100)]
MessageId = Annotated[str, Path(description="id of the message", min_length=1, max_length=100)]


def router() -> APIRouter:
    """Addresses of webhooks; each caller meets only what is the caller's."""
    routes = APIRouter(prefix="/v1/webhooks", tags=["kept"])

    @routes.get(
        "", response_model=WebhooksAnswer, summary="Webhooks", responses=problem_answers(422), openapi_extra=kept_for()
    )
    async def webhooks(request: Request, query: Annotated[OwnedQuery, Query()]) -> Response:
        """Webhooks that stand, the oldest first; the office sees those of all owners, and nobody their secrets."""
        owner = asked_owner(caller_of(request), query.owner)
        found = await asked(request, lambda register: register.webhooks(owner))
        page, following = page_of(found, query, "/v1/webhooks")
        return answered(request, query, {"webhooks": [_said(one) for one in page], "next": following})

    @routes.post(
        "",
        response_model=NewWebhook,
        summary="Be told of a mandate",
        responses=problem_answers(404, 408, 409, 413, 415, 422),
        openapi_extra=with_body(EXAMPLE, "WebhookStated"),
    )
    async def add_hook(request: Request, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Send a message to an https address whenever the list of a saved mandate changes. `secret` is shown this once;
        sent again under its `Idempotency-Key`, the request is answered without it.
        """
        body, caller, stock = await body_of(request), caller_of(request), stock_of(request)
        stated, owner, reach = member_of(WebhookStated, body), owner_of(caller), _reach(request)
        where = partial(make_webhook, address=stated.address, reach=reach)
        ready = partial(where, owner=owner, mandate=stated.mandate, stock=stock)

        def act(register: Register, now: datetime, made: ReadyWebhook) -> StoredWebhook:
            return keep_webhook(register, made, made_at=now, actor=caller.actor)

        async with request.app.state.looking_up:  # who waits for its turn holds no thread that others need
            return await _with_secret(request, query, body, ready, act)

    @routes.post(
        "/{webhook_id}/secret",
        response_model=NewWebhook,
        summary="Change the secret",
        responses=problem_answers(404, 409, 422),
        openapi_extra=kept_for(Rate.WRITES),
    )
    async def change_secret(
        request: Request, webhook_id: WebhookId, query: Annotated[LanguageQuery, Query()]
    ) -> Response:
        """Sign with another secret, shown this once. For a day messages bear both signatures."""
        caller = caller_of(request)

        def act(register: Register, now: datetime, _: None) -> StoredWebhook:
            return sign_anew(register, owner_of(caller), webhook_id, made_at=now, actor=caller.actor)

        return await _with_secret(request, query, b"", lambda register: None, act)

    @routes.delete(
        "/{webhook_id}",
        response_model=WebhookAnswer,
        summary="Be told nothing more",
        responses=problem_answers(404, 409, 422),
        openapi_extra=kept_for(Rate.WRITES),
    )
    async def end_hook(request: Request, webhook_id: WebhookId, query: Annotated[LanguageQuery, Query()]) -> Response:
        """End a webhook, as the office anybody's; messages that wait are not sent any more."""
        caller = caller_of(request)
        owner = asked_owner(caller)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            return _said(register.webhooks.end(owner, webhook_id, made_at=now, actor=caller.actor))

        done, headers = await written_once(request, b"", act)
        return answered(request, query, done, headers)

    @routes.get(
        "/{webhook_id}/messages",
        response_model=MessagesAnswer,
        summary="Messages to a webhook",
        responses=problem_answers(404, 422),
        openapi_extra=kept_for(),
    )
    async def hook_messages(request: Request, webhook_id: WebhookId, query: Annotated[PageQuery, Query()]) -> Response:
        """What was sent, the newest first: how often, what came back, and whether it was given up."""
        owner = owner_of(caller_of(request))

        def found(register: Register, *, after: int, limit: int) -> tuple[StoredMessage, ...]:
            register.webhooks.get(owner, webhook_id)
            return register.webhooks.messages(owner, webhook_id=webhook_id, after=after, limit=limit)

        page, following = await paged(request, query, f"/v1/webhooks/{webhook_id}/messages", found)
        return answered(request, query, {"messages": [_message(one) for one in page], "next": following})

    @routes.post(
        "/{webhook_id}/messages/{message_id}",
        response_model=MessageAnswer,
        summary="Send a message again",
        responses=problem_answers(404, 409, 422),
        openapi_extra=kept_for(Rate.WRITES),
    )
    async def send_again(
        request: Request, webhook_id: WebhookId, message_id: MessageId, query: Annotated[LanguageQuery, Query()]
    ) -> Response:
        """Send a message that was given up, with all its attempts anew; receivers know it by its unchanged id."""
        owner = owner_of(caller_of(request))

        def act(register: Register, now: datetime) -> dict[str, Any]:
            register.webhooks.get(owner, webhook_id)
            return _message(register.webhooks.again(message_id, webhook_id=webhook_id, now=now))

        done, headers = await written_once(request, b"", act)
        return answered(request, query, done, headers)

    return routes


async def _with_secret(
    request: Request,
    query: LanguageQuery,
    body: bytes,
    ready: Callable[[Register], Prepared],
    act: Callable[[Register, datetime, Prepared], StoredWebhook],
) -> Response:
    """Answer a write with the secret of a webhook, which is kept with no answer: repeated, it is answered without."""
    shown: dict[str, str] = {}

    def once(register: Register, now: datetime, made: Prepared) -> dict[str, Any]:
        kept = act(register, now, made)
        shown["secret"] = kept.secret
        return _said(kept)

    done, headers = await prepared_once(request, body, ready, once)
    return answered(request, query, {**done, "secret": shown.get("secret")}, headers)


def _reach(request: Request) -> Reach:
    found: Reach = request.app.state.reach
    return found


def _said(one: StoredWebhook) -> dict[str, Any]:
    return {
        "webhook_id": one.webhook_id,
        "owner": one.owner,
        "mandate": one.mandate,
        "address": one.address,
        "made_at": moment(one.made_at),
    }


def _message(one: StoredMessage) -> dict[str, Any]:
    return {
        "message_id": one.message_id,
        "made_at": moment(one.made_at),
        "attempts": one.attempts,
        "due_at": one.due_at and moment(one.due_at),
        "sent_at": one.sent_at and moment(one.sent_at),
        "given_up": one.given_up,
        "answer": one.answer or None,
    }
