"""Bodies of requests: what they say that they are, and their bytes, no more and no later than allowed."""

from __future__ import annotations

import asyncio

from fastapi import Request

from serving.api.problems import HttpProblem, RequestRefusedError


def media_type_of(request: Request) -> str:
    """What a request says that its body is, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(request: Request, most: int, seconds: float) -> bytes:
    """The body of a request, no longer than it may be and no longer in coming.

    Parameters
    ----------
    request
        The request.
    most
        Bytes.
    seconds
        Seconds from the headers to its end.

    Raises
    ------
    RequestRefusedError
        ``body_too_large``, ``body_too_slow``.
    """
    read = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                read += chunk
                if len(read) > most:
                    raise RequestRefusedError(HttpProblem.BODY_TOO_LARGE, allowed=most)
    except TimeoutError as error:
        raise RequestRefusedError(HttpProblem.BODY_TOO_SLOW, allowed=seconds) from error
    return bytes(read)
