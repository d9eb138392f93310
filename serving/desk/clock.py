"""Days as people count them, where the computer stands; moments are kept in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from engine.errors import EhyaError, ErrorCode


def day_of(moment: datetime) -> date:
    """The day that is lived through where the computer stands; a moment without a zone is taken as UTC.

    Examples
    --------
    >>> day_of(end_of(date(2026, 11, 30)) - timedelta(seconds=1))
    datetime.date(2026, 11, 30)
    """
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return date.fromtimestamp(aware.timestamp())


def end_of(day: date) -> datetime:
    """The moment, UTC, at which a day is over where the computer stands.

    Examples
    --------
    >>> day_of(end_of(date(2026, 11, 30)))
    datetime.date(2026, 12, 1)
    """
    midnight = datetime.combine(day + timedelta(days=1), time.min)
    return midnight.astimezone(UTC)  # a moment without a zone is taken as the computer's


def day_from(text: str, option: str) -> date:
    """A day as a person types it, in either calendar.

    Parameters
    ----------
    text
        What was typed.
    option
        Name of the field, for the error.

    Raises
    ------
    EhyaError
        ``value_unreadable``.

    Examples
    --------
    >>> day_from("۱۴۰۵/۰۹/۰۹", "as_of"), day_from("2026-11-30", "as_of")
    (datetime.date(2026, 11, 30), datetime.date(2026, 11, 30))
    """
    from engine.parsing.dates import DateRead, read_date  # with pandas, for which a start should not wait
    from engine.parsing.rejection import Remarked

    found = read_date(text)
    found = found.reading if isinstance(found, Remarked) else found
    if not isinstance(found, DateRead):
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=option, given=text, allowed=["1405/09/02", "2026-11-23"])
    return found.day
