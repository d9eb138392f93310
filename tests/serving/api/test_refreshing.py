"""The workspace is looked at again and again; one look that fails keeps no other from its own."""

import asyncio
import os
from pathlib import Path

import pytest

from engine.errors import EhyaError, ErrorCode
from serving.api.refreshing import give_back, kept_fresh
from serving.api.shelf import Shelf


def gone(*_):
    raise EhyaError(ErrorCode.DATABASE_FAILED, given="gone")


def test_a_service_whose_database_is_gone_says_so_whatever_became_of_the_keys(own_copy, ask):
    app = own_copy.app()
    ring, shelf = app.state.gate.ring, Shelf(own_copy.stock, latest=gone)
    app.state.shelf = shelf
    assert ask(app, "/v1/health").json()["status"] == "ok"
    own_copy.settings.home.joinpath("ehya.db").write_bytes(b"broken")

    async def watched():
        async with kept_fresh(shelf, ring, every=0.001):
            for _ in range(500):
                await asyncio.sleep(0.01)
                if shelf.failure is not None:
                    return

    asyncio.run(watched())
    assert shelf.failure is ErrorCode.DATABASE_FAILED
    told = ask(app, "/v1/health").json()
    assert (told["status"], told["keys_unread"]) == ("stale", False)


def test_health_says_that_keys_open_nothing_any_more(own_copy, ask):
    app = own_copy.app()
    app.state.gate.ring._read_at -= 120  # two minutes without a look
    told = ask(app, "/v1/health").json()
    assert (told["status"], told["keys_unread"]) == ("stale", True)


@pytest.mark.skipif(
    not hasattr(os, "confstr") or "glibc" not in (os.confstr("CS_GNU_LIBC_VERSION") or ""),
    reason="only glibc keeps what was freed, and can give it back",
)
def test_what_was_freed_is_given_back_though_something_is_still_held_behind_it():
    def resident():
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")

    pieces = [bytes(2_000) for _ in range(30_000)]
    held = pieces[::1_000]
    before = resident()
    del pieces
    give_back()
    assert len(held) == 30
    assert before - resident() > 30_000_000
