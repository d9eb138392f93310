"""Slow, broken and vanishing callers get a problem that names the limit, and none of them keeps the service up."""

import json
import logging
import socket
import sys
import time
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from engine.errors import EhyaError, ErrorCode
from serving.api import create_app
from serving.api.limits import ServiceLimits
from serving.api.listening import listen as listen_at
from serving.api.listening import reserved
from serving.api.server import serve

QUICK = ServiceLimits(header_seconds=0.4, header_bytes=4096, body_seconds=0.4, body_bytes=1000, shutdown_seconds=0.3)
POST = b"POST /v1/shortlists HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept-Language: %s\r\n"


@pytest.fixture(scope="module")
def quick(settings, shelf_of, appraisal):
    return create_app(settings=settings, shelf=shelf_of(appraisal), limits=QUICK)


@pytest.fixture(scope="module")
def port(quick, listen):
    with listen(quick) as address:
        yield httpx.URL(address).port


@contextmanager
def connected(port, *parts):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as caller:
        for part in parts:
            caller.sendall(part)
        yield caller


def answer_of(caller):
    """Status line, headers and problem of what comes until the service closes."""
    read = b""
    while part := caller.recv(65536):
        read += part
    head, _, body = read.partition(b"\r\n\r\n")
    return head.decode().lower(), json.loads(body)


@pytest.mark.parametrize(("language", "word"), [(b"en", "seconds"), (b"fa", "ثانیه")])
def test_a_body_that_never_comes_is_refused_with_the_limit(port, language, word):
    with connected(port, POST % language + b"Content-Length: 100\r\n\r\n", b'{"id":') as caller:
        head, problem = answer_of(caller)
    assert "http/1.1 408" in head
    assert "application/problem+json" in head
    assert (problem["code"], problem["allowed"]) == ("body_too_slow", 0.4)
    assert word in problem["detail"]


@pytest.mark.parametrize("sent", [b"", b"GET /v1/heal", b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\nX-A: "])
def test_headers_that_never_end_are_refused_with_the_limit(port, sent):
    with connected(port, sent) as caller:
        head, problem = answer_of(caller)
    assert "http/1.1 408" in head
    assert "content-security-policy" in head
    assert (problem["code"], problem["allowed"]) == ("headers_too_slow", 0.4)


def test_headers_that_trickle_have_no_longer(port):
    started = time.monotonic()
    with connected(port, b"GET / HTTP/1.1\r\n") as caller:
        for _ in range(5):
            time.sleep(0.05)
            caller.sendall(b"X-A: a\r\n")
        assert answer_of(caller)[1]["code"] == "headers_too_slow"
    assert time.monotonic() - started < 2


def test_the_second_request_of_a_connection_has_the_same_limit(port):
    whole = b"GET /v1/model HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with connected(port, whole) as caller:
        assert b"200 OK" in caller.recv(65536)
        caller.sendall(b"GET /v1/mod")
        assert answer_of(caller)[1]["code"] == "headers_too_slow"


def test_headers_beyond_the_limit_are_refused_with_the_limit(port):
    with connected(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 5000) as caller:
        head, problem = answer_of(caller)
    assert "http/1.1 431" in head
    assert (problem["code"], problem["allowed"]) == ("headers_too_large", 4096)


def test_what_is_no_http_is_refused_in_words(port):
    with connected(port, b"\x16\x03\x01 hello\r\n\r\n") as caller:
        head, problem = answer_of(caller)
    assert "http/1.1 400" in head
    assert problem["code"] == "request_malformed"


def test_a_body_beyond_the_limit_gets_its_answer_and_the_connection_ends(port):
    with connected(port, POST % b"en" + b"Content-Length: 100000\r\n\r\n", b"x" * 2000) as caller:
        head, problem = answer_of(caller)
    assert "http/1.1 413" in head
    assert (problem["code"], problem["allowed"]) == ("body_too_large", 1000)


@contextmanager
def log_of_the_service():
    """Lines of warning and worse that the server writes in the meantime."""
    lines, log = [], logging.getLogger("uvicorn.error")
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: lines.append(record.getMessage())
    before = log.level
    log.setLevel(logging.WARNING)
    log.addHandler(handler)
    try:
        yield lines
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


def test_callers_who_go_away_leave_no_line_in_the_log(port):
    with log_of_the_service() as lines:
        for _ in range(20):
            with connected(port, POST % b"en" + b"Content-Length: 100\r\n\r\n", b'{"id":') as caller:
                time.sleep(0.01)
                caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        assert httpx.get(f"http://127.0.0.1:{port}/v1/health").status_code == 200
        time.sleep(0.1)
    assert lines == []


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HT", POST % b"en" + b"Content-Length: 100\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ids=["nothing", "half a header", "no body", "a whole request"],
)
def test_no_caller_holds_the_end_of_the_service(settings, shelf_of, appraisal, listen, sent):
    patient = ServiceLimits(header_seconds=60, body_seconds=60, idle_seconds=60, shutdown_seconds=0.3)
    app = create_app(settings=settings, shelf=shelf_of(appraisal), limits=patient)
    with ExitStack() as callers:
        with listen(app) as address, log_of_the_service() as lines:
            callers.enter_context(connected(httpx.URL(address).port, sent))
            time.sleep(0.1)
            started = time.monotonic()
        assert time.monotonic() - started < 2
    assert lines == []


def test_a_taken_port_is_said_at_once(settings):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(EhyaError) as refused:
            serve(settings, question=lambda: None, port=port)
    assert (refused.value.code, refused.value.facts) == (ErrorCode.PORT_IN_USE, {"given": str(port)})


def test_a_port_that_another_took_in_the_meantime_is_said_before_anything_is_promised():
    with reserved("127.0.0.1", 0) as first:
        port = first[0].getsockname()[1]
        with reserved("127.0.0.1", port) as second:
            listen_at(first, "127.0.0.1", port)
            with pytest.raises(EhyaError) as refused:
                listen_at(second, "127.0.0.1", port)
    assert refused.value.code is ErrorCode.PORT_IN_USE


@pytest.mark.skipif(sys.platform != "linux", reason="other systems name and allow other addresses")
def test_an_address_that_this_computer_lacks_is_said():
    with pytest.raises(EhyaError) as refused, reserved("192.0.2.1", 8600):
        pass
    assert refused.value.code is ErrorCode.LISTENING_REFUSED
    assert refused.value.facts["given"] == "192.0.2.1, 8600"
