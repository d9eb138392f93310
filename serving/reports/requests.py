"""Requests of investors in words that every door uses."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from serving.desk.requests import days_between
from serving.i18n import Speech


def time_left(due_at: datetime, now: datetime, words: Speech) -> str:
    """How long is left, or for how long a request is overdue, in whole days.

    Parameters
    ----------
    due_at, now
        Until when it is to be answered, and the moment.
    words
        Language.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> noon = datetime(2026, 11, 30, 12)
    >>> [time_left(datetime(2026, 12, day, 12), noon, speech("en")) for day in (1, 3)]
    ['1 day left', '3 days left']
    >>> time_left(datetime(2026, 11, 30, 11), noon, speech("en"))
    'overdue by 1 day'
    """
    left = days_between(now, due_at)
    if left < 0:
        return words.text("requests.overdue_by", count=ceil(-left))
    return words.text("requests.days_left", count=ceil(left))
