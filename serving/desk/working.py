"""Jobs that a worker does one after the other: taken once, renewed while they last, done or refused with the reason."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import LEASE, JobKind, JobState, Register, StoredJob
from serving.desk.workspace import open_register

MOST_ATTEMPTS = 5
"""Attempts after which a job that ends its worker each time is refused."""
LONGEST = timedelta(hours=1)
"""How long a worker may be at one job before another may take it."""
Say = Callable[[str, Mapping[str, Any]], Any]

_OUT_OF_ORDER = frozenset({ErrorCode.REGISTER_BUSY, ErrorCode.DATABASE_FAILED, ErrorCode.DISK_FULL})
_log = logging.getLogger(__name__)


class Work(Protocol):
    """Does one job."""

    def __call__(
        self, register: Register, job: StoredJob, content: bytes, move: Callable[..., None], now: datetime
    ) -> None:
        """Do it, and say how far it is with ``move(state, **result)``."""


def work_next(
    settings: Settings, kind: JobKind, work: Work, say: Say, *, worker: str, clock: Callable[[], datetime]
) -> bool:
    """Do the job of a kind that waits longest.

    Parameters
    ----------
    settings
        The workspace.
    kind, work
        Which jobs, and what does them.
    say
        What is kept of a refusal for those who read the answer, from its key and facts: plain JSON.
    worker
        Who does it, unlike any other.
    clock
        Gives the moment, UTC.

    Returns
    -------
    bool
        Whether there was one. What goes wrong with it is said in its answer, not raised.

    Raises
    ------
    EhyaError
        ``database_failed``, ``register_busy``.
    """
    with open_register(settings) as register:
        waits = register.jobs.wait(now=clock(), kind=kind)
        taken = register.jobs.take(worker, now=clock(), kind=kind) if waits else None
        if taken is None:
            return False
        job, content = taken

        def move(state: JobState, **result: Any) -> None:
            register.jobs.move(job.job_id, worker, state, result, now=clock())

        try:
            if job.attempts > MOST_ATTEMPTS:
                raise EhyaError(ErrorCode.JOB_GIVEN_UP, given=MOST_ATTEMPTS)
            with _renewed(settings, job, worker, clock):
                work(register, job, content, move, clock())
        except EhyaError as error:
            if error.code in _OUT_OF_ORDER:  # the job is not to blame: when the lease ends another begins anew
                with suppress(EhyaError):
                    register.jobs.excuse(job.job_id, worker)
                raise
            if error.code is not ErrorCode.JOB_TAKEN:
                refused = say(error.code.key, error.facts)
                move(JobState.REFUSED, problem={"code": error.code.value, "message": refused})
        except Exception:  # a job that nobody thought of must not end the worker
            _log.exception("job %s failed", job.job_id)
            move(JobState.REFUSED, problem={"code": "failed", "message": say("http_problem.failed", {})})
    return True


@contextmanager
def _renewed(settings: Settings, job: StoredJob, worker: str, clock: Callable[[], datetime]) -> Iterator[None]:
    """Renew the lease of a job while a block works at it, so that nobody takes a long one for an abandoned one.

    While it is stored nobody else writes, so that there is nothing to renew, and nobody who could take it.
    """
    over, left = threading.Event(), int(4 * LONGEST / LEASE)

    def renew() -> None:
        for _ in range(left):
            if over.wait((LEASE / 4).total_seconds()):
                return
            with suppress(EhyaError), open_register(settings) as register:
                register.jobs.renew(job.job_id, worker, now=clock())

    threading.Thread(target=renew, daemon=True).start()
    try:
        yield
    finally:
        over.set()
