"""Read files that wait beside the requests: a page asks, and comes again while a long file is being read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from datetime import datetime

from engine.settings import Settings
from serving.desk.uploads import Upload, UploadReading, read_upload
from serving.desk.workspace import open_register

_KEPT = 4
"""Readings that are kept: a step back and forth reads nothing anew."""


class Readings:
    """What was read of files that wait, kept while neither they nor the register change.

    Parameters
    ----------
    settings
        The workspace.
    clock
        Gives the moment, UTC.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings, self._clock = settings, clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], Future[UploadReading]] = OrderedDict()
        self._worker: ThreadPoolExecutor | None = None

    def ask(self, upload: Upload, *, wait: float) -> UploadReading | None:
        """What was read; ``None`` while it is being read still.

        Parameters
        ----------
        upload
            The file, with all that was stated of it.
        wait
            Seconds to wait for it.

        Raises
        ------
        EhyaError
            As `serving.desk.uploads.read_upload`.
        """
        with open_register(self._settings) as register:
            key = (upload.upload_id, upload.state, register.revision())
        new = None
        made_way = []
        with self._lock:
            if key not in self._kept:
                self._worker = self._worker or ThreadPoolExecutor(1, thread_name_prefix="reading")
                new = self._kept[key] = self._worker.submit(read_upload, self._settings, upload, now=self._clock())
            found = self._kept[key]
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                made_way.append(self._kept.popitem(last=False)[1])
        # What is done or cancelled calls back at once, in this thread, and what it calls takes the lock.
        if new is not None:
            new.add_done_callback(lambda done: self._forget(key, done))
        for one in made_way:
            one.cancel()
        try:
            return found.result(wait)
        except (NotYet, CancelledError):  # one that had to make way is asked for anew when its page comes again
            return None

    def _forget(self, key: tuple[str, ...], done: Future[UploadReading]) -> None:
        """Keep no failure: what the register or the disk could not do then it may do when asked again."""
        if done.cancelled() or done.exception() is not None:
            with self._lock:
                if self._kept.get(key) is done:
                    del self._kept[key]
