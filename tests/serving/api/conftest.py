"""HTTP serves the public: its tests look at the appraisal that was made for them."""

import asyncio

import httpx
import pytest

from tests.serving.api.parties import fresh, parties


@pytest.fixture(scope="session")
def appraisal(public_appraisal):
    return public_appraisal


@pytest.fixture(scope="session")
def shared(tmp_path_factory, first_day):
    """A workspace that several parties share; nobody writes to it."""
    return parties(tmp_path_factory.mktemp("parties"), first_day)


@pytest.fixture
def own_copy(shared, tmp_path):
    """The same, for one test to change."""
    return fresh(shared, tmp_path)


@pytest.fixture(scope="session")
def ask():
    """Asks an application as the bearer of a key; no server stands between."""

    def asked(app, path, key=None, method="GET", headers=None, **more):
        async def one():
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                given = {} if key is None else {"authorization": f"Bearer {key}"}
                return await client.request(method, path, headers={**given, **(headers or {})}, **more)

        return asyncio.run(one())

    return asked
