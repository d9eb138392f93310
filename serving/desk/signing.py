"""Signatures of messages by Standard Webhooks (standardwebhooks.com): HMAC-SHA256 over id, moment and body."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
"""How a secret begins; what follows is base64."""
TOLERANCE = 300
"""Seconds by which the clocks of sender and receiver may differ."""
_SECRET_BYTES = 32


def new_secret() -> str:
    """A secret that nobody guesses: 256 bits.

    Examples
    --------
    >>> new_secret()[:6], len(base64.b64decode(new_secret()[6:]))
    ('whsec_', 32)
    """
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, seconds: int, body: str) -> str:
    """What signs a message.

    Parameters
    ----------
    secret
        As `new_secret` makes it.
    message_id
        Id of the message.
    seconds
        When it is sent, Unix seconds.
    body
        As it is sent.

    Examples
    --------
    The example of the specification:

    >>> secret, message = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    >>> signature(secret, message, 1614265330, '{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{seconds}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed_by(secret: str, message_id: str, sent: str, signatures: str, body: str, *, now: float) -> bool:
    """Whether a message is signed by a secret and no older than clocks may differ: what a receiver asks.

    Parameters
    ----------
    secret
        The secret that was shown once.
    message_id, sent, signatures
        The headers ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``; the last may hold several.
    body
        As it came, byte for byte.
    now
        Unix seconds.

    Examples
    --------
    >>> secret = new_secret()
    >>> given = signature(secret, "m", 1_000, "{}")
    >>> signed_by(secret, "m", "1000", f"v1,other {given}", "{}", now=1_010)
    True
    >>> [signed_by(secret, "m", "1000", given, body, now=now) for body, now in (("{} ", 1_010), ("{}", 1_400))]
    [False, False]
    """
    try:
        seconds = int(sent)
        right = signature(secret, message_id, seconds, body)
    except (ValueError, binascii.Error):
        return False
    fresh = abs(now - seconds) <= TOLERANCE
    found = [hmac.compare_digest(right.encode(), one.encode()) for one in signatures.split()]
    return fresh and any(found)
