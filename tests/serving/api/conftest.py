"""A service on a free port of this computer, really listening."""

import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pandas as pd
import pytest
import uvicorn

from engine.settings import Settings
from serving.api import Shelf, create_app

DAY = pd.Timestamp("2026-11-23")


@pytest.fixture(scope="session")
def settings(tmp_path_factory):
    return Settings(home=tmp_path_factory.mktemp("workspace"), database_url="sqlite://", language="fa")


@pytest.fixture(scope="session")
def app(appraisal, settings):
    return create_app(settings=settings, as_of=DAY, shelf=Shelf.of(appraisal, as_of=DAY))


@pytest.fixture(scope="session")
def address(app) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def client(address) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=20) as opened:
        yield opened
