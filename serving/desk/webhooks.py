"""Tell owners of saved mandates, at an address of theirs, that their list changed: what came, what went."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Register, StoredList, StoredMandate, StoredMessage, StoredWebhook
from serving.desk.clock import day_of
from serving.desk.keys import owners_let_in
from serving.desk.mandates import MadeList, keep_list, list_for
from serving.desk.posting import PUBLIC, AddressProblem, Reach, checked, post
from serving.desk.signing import new_secret, signature
from serving.desk.stock import Stock
from serving.desk.watch import state_of
from serving.desk.workspace import open_register

MOST = 20
"""Webhooks that may stand for one owner."""
LIST_CHANGED = "mandate.list_changed"
WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""Waits after each attempt that failed, as Standard Webhooks advise: ten attempts in three days."""
FORMER_SIGNS = timedelta(days=1)
"""How long a secret that was changed signs beside the new one."""
SPREAD = 0.2
"""Share of a wait that is drawn: messages that failed together come not back together."""
SERVICE = "service"
"""Who makes lists for messages and ends webhooks of receivers that are gone, in the audit."""
_BUSY = timedelta(minutes=2)
_AT_ONCE = 4
_GONE = 410
_ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class ReadyWebhook:
    """A webhook that may be kept: where its address leads was looked at, and the list of now was made.

    Parameters
    ----------
    saved
        Its mandate.
    address
        Where to.
    seen
        The list that counts as told.
    """

    saved: StoredMandate
    address: str
    seen: Mapping[str, Any]


def make_webhook(
    register: Register, *, owner: str, mandate: str, address: str, stock: Stock, reach: Reach = PUBLIC
) -> ReadyWebhook:
    """Look where an address leads, and make the list of now; nothing is written, so that nobody waits for it.

    Parameters
    ----------
    register, owner, mandate
        The saved mandate.
    address
        Where to.
    stock
        What is on offer to the public.
    reach
        Where messages may go.

    Raises
    ------
    EhyaError
        ``mandate_unknown``, ``address_refused``, ``webhooks_too_many``.
    """
    saved = register.mandates.get(owner, mandate)
    _refuse_more(register, owner)
    checked(address, reach)
    return ReadyWebhook(saved, address, _seen(list_for(register, saved, stock)))


def keep_webhook(register: Register, made: ReadyWebhook, *, made_at: datetime, actor: str) -> StoredWebhook:
    """Tell an address of a saved mandate from now on; the list that was made counts as told.

    Parameters
    ----------
    register, made
        What `make_webhook` made of it.
    made_at, actor
        Now, and who asks.

    Raises
    ------
    EhyaError
        ``mandate_unknown`` where it was withdrawn meanwhile, ``webhooks_too_many``.
    """
    owner, mandate = made.saved.owner, made.saved.name
    register.mandates.get(owner, mandate)
    _refuse_more(register, owner)
    webhook_id = f"wh_{secrets.token_urlsafe(_ID_BYTES)}"
    line = {"webhook_id": webhook_id, "address": made.address, "secret": new_secret(), "seen": made.seen}
    return register.webhooks.add(owner, mandate, **line, made_at=made_at, actor=actor)  # type: ignore[arg-type]


def _refuse_more(register: Register, owner: str) -> None:
    """Refuse what would be one more than may stand for an owner."""
    if len(register.webhooks(owner)) >= MOST:
        raise EhyaError(ErrorCode.WEBHOOKS_TOO_MANY, allowed=MOST)


def sign_anew(register: Register, owner: str, webhook_id: str, *, made_at: datetime, actor: str) -> StoredWebhook:
    """Sign with another secret from now on; the former one signs too for a day.

    Raises
    ------
    EhyaError
        ``webhook_unknown``.
    """
    until = made_at + FORMER_SIGNS
    by = {"former_until": until, "made_at": made_at, "actor": actor}
    return register.webhooks.rotate(owner, webhook_id, new_secret(), **by)  # type: ignore[arg-type]


def write_messages(settings: Settings, stock: Stock, *, now: datetime, state: str | None = None) -> int:
    """Write to each webhook whose list is no longer the one that was told, and whose owner has a key that opens.

    The list is the one that the owner would get by asking (`serving.desk.mandates.list_for`), of the public stock: what
    an owner reads under an agreement stands in no message. It is kept, so that the owner can answer to its units; it
    counts as shown once the message has reached its receiver.

    Parameters
    ----------
    settings
        The workspace.
    stock
        What is on offer to the public now.
    now
        The moment.
    state
        Of the workspace that the stock was made of (`serving.desk.watch.state_of`): where the register has moved on,
        nothing is written, since another process may have told the newer list already.

    Returns
    -------
    int
        Messages that were written.
    """
    written = 0
    with open_register(settings) as register:
        let_in = owners_let_in(register, now)
        hooks = [hook for hook in register.webhooks() if hook.owner in let_in]
        if hooks and state not in (None, state_of(register, settings, stock.appraised.question)):
            return 0
        mandates = register.mandates.among({hook.owner for hook in hooks}) if hooks else {}
        for hook in hooks:
            saved = mandates.get((hook.owner, hook.mandate))
            if saved is None:  # withdrawn: there is no list to tell of, until it is saved anew
                continue
            if (hook.seen["stock"], hook.seen["mandate_version"]) == (stock.version, saved.version):
                continue
            made = list_for(register, saved, stock)
            seen = _seen(made) | {"told": hook.seen["told"]}
            if seen["units"] == hook.seen["units"]:
                register.webhooks.noticed(hook.webhook_id, seen)
                continue
            seen["told"] += 1
            by = {"made_at": now, "actor": SERVICE, "webhook_id": hook.webhook_id}
            with register.together():
                kept = keep_list(register, made, top=0, **by)  # type: ignore[arg-type]
                message_id, body = _message(hook, kept, seen, stock, now)
                written += register.webhooks.say(hook.webhook_id, message_id, body, seen=seen, now=now)
    return written


def send_due(settings: Settings, *, reach: Reach = PUBLIC, now: datetime, draw: float = 0.5) -> int:
    """Send what is due; what does not arrive is tried again, and given up at last.

    What is due to an owner whose last key was revoked or ran out waits until there is another, or the webhook ends.

    Parameters
    ----------
    settings
        The workspace.
    reach
        Where messages may go.
    now
        The moment.
    draw
        Of 0 to 1: where in its spread the next wait lies.

    Returns
    -------
    int
        Messages that were sent, whether or not they arrived.
    """
    with open_register(settings) as register:
        let_in = owners_let_in(register, now)
        due = register.webhooks.due(now=now, busy_until=now + _BUSY, owners=let_in)
        if not due:
            return 0
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            answers = list(pool.map(lambda pair: _sent(pair[0], pair[1], reach, now), due))
        for (message, hook), answer in zip(due, answers, strict=True):
            _keep(register, message, hook, answer, now, draw)
    return len(due)


def _seen(made: MadeList) -> dict[str, Any]:
    units = [str(place["unit_id"]) for place in made.places]
    made_of = {"run_id": made.found.run_id, "stock": made.stock.version, "mandate_version": made.saved.version}
    return {"units": units, "told": 0, **made_of}


def _message(
    hook: StoredWebhook, kept: StoredList, seen: Mapping[str, Any], stock: Stock, now: datetime
) -> tuple[str, str]:
    before, after = hook.seen["units"], seen["units"]
    content = f"{hook.webhook_id} {seen['told']} {seen['run_id']}"  # equal for all processes that see this change
    said = {
        "type": LIST_CHANGED,
        "timestamp": now.astimezone(UTC).isoformat(),
        "data": {
            "mandate": kept.mandate,
            "mandate_version": kept.mandate_version,
            "list_id": kept.list_id,
            "run_id": seen["run_id"],
            "stock_version": stock.version,
            "model_version": stock.model_version,
            "as_of": stock.as_of.date().isoformat(),
            "synthetic_share": stock.facts["synthetic_share"],
            "units": after,
            "entered": [unit for unit in after if unit not in before],
            "left": [unit for unit in before if unit not in after],
        },
    }
    return f"msg_{hashlib.sha256(content.encode()).hexdigest()[:32]}", json.dumps(said, ensure_ascii=False)


def _sent(message: StoredMessage, hook: StoredWebhook, reach: Reach, now: datetime) -> str:
    """The status of the answer, or the code of what went wrong."""
    seconds = int(now.astimezone(UTC).timestamp())
    signing = [hook.secret]
    if hook.former_secret and hook.former_until and hook.former_until > now.astimezone(UTC).replace(tzinfo=None):
        signing.append(hook.former_secret)
    signatures = [signature(secret, message.message_id, seconds, message.body) for secret in signing]
    headers = {
        "content-type": "application/json",
        "user-agent": "ehya-webhooks/1",
        "webhook-id": message.message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
    }
    try:
        return str(post(hook.address, message.body.encode(), headers, reach))
    except EhyaError as error:
        return AddressProblem(str(error.facts["reason"])).value


def _keep(
    register: Register, message: StoredMessage, hook: StoredWebhook, answer: str, now: datetime, draw: float
) -> None:
    attempts, arrived = message.attempts + 1, answer.isdigit() and 200 <= int(answer) < 300
    wait = None if arrived or attempts > len(WAITS) else WAITS[attempts - 1] * (1 + SPREAD * (draw - 0.5))
    due_at, sent_at = None if wait is None else now + wait, now if arrived else None
    if answer == str(_GONE):
        due_at = None
    with register.together():
        register.webhooks.came_back(message.message_id, answer, sent_at=sent_at, due_at=due_at, attempts=attempts)
        if answer.isdigit():  # whatever the receiver thought of it, it has read it
            _log_shown(register, message, hook, now)
    if answer == str(_GONE):  # the receiver says that it wants nothing more
        _end(register, hook, now)


def _log_shown(register: Register, message: StoredMessage, hook: StoredWebhook, now: datetime) -> None:
    """Log the places that a message named, like those of a list that was read; messages of before named no list."""
    data = json.loads(message.body).get("data", {})
    if "list_id" in data:
        register.lists.show(hook.owner, data["list_id"], until=len(data["units"]), shown_on=day_of(now))


def _end(register: Register, hook: StoredWebhook, now: datetime) -> None:
    try:
        register.webhooks.end(hook.owner, hook.webhook_id, made_at=now, actor=SERVICE)
    except EhyaError as error:  # its owner, or another of its messages, was first: the rest of the batch goes on
        if error.code is not ErrorCode.WEBHOOK_UNKNOWN:
            raise
