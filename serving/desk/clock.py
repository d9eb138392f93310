"""Days as people count them, where the computer stands; moments are kept in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta


def day_of(moment: datetime) -> date:
    """The day that is lived through where the computer stands; a moment without a zone is taken as UTC.

    Examples
    --------
    >>> day_of(end_of(date(2026, 11, 30)) - timedelta(seconds=1))
    datetime.date(2026, 11, 30)
    """
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone().date()


def end_of(day: date) -> datetime:
    """The moment, UTC, at which a day is over where the computer stands.

    Examples
    --------
    >>> day_of(end_of(date(2026, 11, 30)))
    datetime.date(2026, 12, 1)
    """
    midnight = datetime.combine(day + timedelta(days=1), time.min)
    return midnight.astimezone(UTC)  # a moment without a zone is taken as the computer's
