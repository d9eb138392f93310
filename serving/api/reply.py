"""A written answer: its bytes, the same bytes compressed, and its tag, made once and sent as often as asked for."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping

from fastapi import Response

GZIP_FROM = 1_000
"""Bytes from which an answer is compressed: a shorter one fits in one packet as it is."""
SMALLER = 2
"""A long answer, compressed, is smaller by more than this: its tests hold it to three."""


class Reply:
    """One answer, ready to be sent.

    Parameters
    ----------
    body
        Its bytes.

    Examples
    --------
    >>> reply = Reply(b"unit " * 1000)
    >>> len(reply.body), len(reply.gzipped) < 100, reply.etag == Reply(b"unit " * 1000).etag
    (5000, True, True)
    >>> Reply(b"short").gzipped is None
    True
    """

    __slots__ = ("_packed", "body", "etag")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        """Weak (RFC 9110, 8.8.1), since both codings of one answer bear it."""
        self._packed: bytes | None = None

    def __len__(self) -> int:
        """Bytes of memory that the answer takes at most: it may stand compressed beside itself."""
        return len(self.body) + (len(self.body) // SMALLER if len(self.body) >= GZIP_FROM else 0)

    @property
    def gzipped(self) -> bytes | None:
        """The same bytes compressed, when the first asks for them; ``None`` for a short answer."""
        if self._packed is None and len(self.body) >= GZIP_FROM:
            self._packed = gzip.compress(self.body, 6, mtime=0)
        return self._packed

    def awaits(self, asked: Mapping[str, str]) -> bool:
        """Whether a request wants it compressed, which nobody has wanted yet: work for a thread."""
        return self._packed is None and len(self.body) >= GZIP_FROM and takes_gzip(asked.get("accept-encoding", ""))

    def response(self, asked: Mapping[str, str], language: str, media_type: str, *, kept: bool = True) -> Response:
        """The answer to one request.

        Parameters
        ----------
        asked
            Headers of the request: ``Accept-Encoding`` and ``If-None-Match`` count.
        language
            Language of the answer.
        media_type
            What its bytes are.
        kept
            Whether the caller may keep it and ask later whether it still holds.

        Returns
        -------
        fastapi.Response
            200 with the bytes, or 304 without where the caller has them already.
        """
        headers = {"vary": "Accept-Language, Accept-Encoding"}
        if kept:
            headers |= {"etag": self.etag, "cache-control": "private, no-cache"}
            if bears(asked.get("if-none-match", ""), self.etag):
                return Response(None, 304, headers)
        headers["content-language"] = language
        if len(self.body) >= GZIP_FROM and takes_gzip(asked.get("accept-encoding", "")):
            return Response(self.gzipped, 200, headers | {"content-encoding": "gzip"}, media_type)
        return Response(self.body, 200, headers, media_type)


def bears(if_none_match: str, etag: str) -> bool:
    """Whether a list of tags names one, compared weakly (RFC 9110, 13.1.2).

    Examples
    --------
    >>> bears('"a", W/"b"', 'W/"b"'), bears('"b"', 'W/"b"'), bears("*", 'W/"b"'), bears('"c"', 'W/"b"')
    (True, True, True, False)
    """
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


def takes_gzip(accept_encoding: str) -> bool:
    """Whether a caller reads gzip (RFC 9110, 12.5.3).

    Examples
    --------
    >>> takes_gzip("br, gzip;q=0.5"), takes_gzip("gzip;q=0, *"), takes_gzip("*"), takes_gzip("")
    (True, False, True, False)
    """
    weights: dict[str, float] = {}
    for part in accept_encoding.split(","):
        name, _, weight = part.partition(";")
        try:
            weights[name.strip().lower()] = float(weight.partition("=")[2] or 1)
        except ValueError:
            weights[name.strip().lower()] = 0.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0
