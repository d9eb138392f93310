"""The day of an event: its slots, breaks and tables, who is away when, and who sits in at which meetings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from engine.domain.allowed import allowed_by, too_long
from engine.domain.suggestion import alike
from engine.errors import EhyaError, ErrorCode
from engine.parsing.dates import DateRead, Precision, read_date
from engine.parsing.text import latin_digits

_MIDNIGHT = 24 * 60


def _day(value: object) -> date:
    read = read_date(value)
    if not isinstance(read, DateRead) or read.precision is not Precision.DAY:
        raise ValueError("1405-09-20, 2026-12-11")
    return read.day


def _minute(value: object) -> int:
    """Minutes since midnight of a time of day; YAML reads 09:30 as the number 570."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MIDNIGHT:
        return value
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", latin_digits(str(value)).strip())
    minute = int(found[1]) * 60 + int(found[2]) if found else -1
    if found is None or int(found[2]) > 59 or minute > _MIDNIGHT:
        raise ValueError("09:30, ۱۴:۱۵")
    return minute


def _count(value: object) -> object:
    """A whole number in the digits of either script; what is none is left to the field."""
    text = latin_digits(value).strip() if isinstance(value, str) else ""
    return int(text) if text.isdecimal() else value


_SHOWN = 80
"""Characters of what was given that a refusal repeats."""


def _given(stated: object) -> object:
    """What was given, as a sentence says it: of several parts each by its name."""
    text = str(stated)
    if isinstance(stated, Mapping) and len(text) <= _SHOWN:
        return dict(stated)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


_KINDS = {
    "int_parsing": "20",
    "int_from_float": "20",
    "int_type": "20",
    "model_type": "{from: 11:00, to: 11:30}",
    "missing": "!",
    "tuple_type": "[…]",
    "dict_type": "{NAME: 3}",
    "string_pattern_mismatch": "fa, en, tr",
    "string_type": '"…"',
}
"""What a field of the day takes, by an example."""


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


TimeOfDay = Annotated[int, BeforeValidator(_minute)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Count = Annotated[int, BeforeValidator(_count)]


def _span(stated: object) -> str:
    return " - ".join(str(stated.get(end, "")) for end in ("from", "to")) if isinstance(stated, Mapping) else ""


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys_only(cls, stated: Any) -> Any:
        allowed = [field.alias or name for name, field in cls.model_fields.items()]
        for key in stated if isinstance(stated, Mapping) else ():
            if key not in allowed:
                nearest = alike(str(key), allowed) or "—"
                raise EhyaError(ErrorCode.MEETINGS_KEY_UNKNOWN, given=str(key), allowed=allowed, nearest=nearest)
        return stated


class Span(_Stated):
    """From one time of day to another."""

    begin: TimeOfDay = Field(0, alias="from")
    end: TimeOfDay = Field(_MIDNIGHT, alias="to")

    @model_validator(mode="after")
    def _forward(self) -> Span:
        if self.end <= self.begin:
            raise ValueError("to > from")
        return self

    def meets(self, begin: int, end: int) -> bool:
        """Whether it overlaps another span of minutes."""
        return self.begin < end and begin < self.end


class Away(Span):
    """When a party cannot meet anybody."""

    who: str = Field(min_length=1)


class Third(_Stated):
    """A party that sits with units at each of their meetings, such as a bank or the estates company.

    Parameters
    ----------
    name
        What it is called.
    units
        Ids of those units.
    at_once
        Meetings at once: as many as persons it sends.
    away
        When it is not there.
    """

    name: str = Field(min_length=1)
    units: Names = Field(min_length=1)
    at_once: Count = Field(1, ge=1, le=100)
    away: tuple[Span, ...] = ()


class Most(_Stated):
    """Meetings at most: of each investor, of each unit, and of those who are named."""

    investor: Count = Field(8, ge=0, le=200)
    unit: Count = Field(12, ge=0, le=200)
    named: dict[str, Annotated[Count, Field(ge=0, le=200)]] = {}


class MeetingDay(_Stated):
    """What the plan of an event's meetings is made from, besides who wants to meet whom.

    Parameters
    ----------
    event
        Its name.
    date
        Jalali or Gregorian; kept Gregorian.
    begin, end
        First and last minute (``from``, ``to``).
    minutes, pause
        Length of a meeting, and between two.
    breaks
        When nobody meets.
    tables
        Meetings at once.
    meetings
        How many meetings each may have.
    wishes
        Units that an investor may wish to meet: the first so many of its shortlist.
    away, third
        See `Away`, `Third`.
    languages
        Languages (ISO 639) of units whose owners state none; without any, nothing is known of them.
    interpreters
        Meetings at once in which an interpreter can sit, for pairs without a common language; as many as are needed
        where ``None``.
    zone
        Time zone of the place, for calendars.

    Examples
    --------
    >>> day = MeetingDay.read({"event": "INVA", "date": "1405-09-20", "from": "09:00", "to": "10:00", "tables": 2})
    >>> day.slots, str(day.date)
    (((540, 560), (565, 585)), '2026-12-11')
    """

    event: str = Field(min_length=1, max_length=200)
    date: Annotated[date, BeforeValidator(_day)]
    begin: TimeOfDay = Field(alias="from")
    end: TimeOfDay = Field(alias="to")
    minutes: Count = Field(20, ge=5, le=240)
    pause: Count = Field(5, ge=0, le=120)
    breaks: tuple[Span, ...] = ()
    tables: Count = Field(ge=1, le=10_000)
    meetings: Most = Most()
    wishes: Count = Field(24, ge=1, le=1000)
    away: tuple[Away, ...] = ()
    third: tuple[Third, ...] = ()
    languages: Annotated[tuple[Annotated[str, Field(pattern="^[a-z]{2,3}$")], ...], BeforeValidator(_listed)] = ()
    interpreters: Count | None = Field(None, ge=0, le=1000)
    zone: str = "Asia/Tehran"

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("Asia/Tehran, Europe/Istanbul")
        return zone

    @field_validator("third")
    @classmethod
    def _one_third_a_unit(cls, third: tuple[Third, ...]) -> tuple[Third, ...]:
        units = [unit for one in third for unit in one.units]
        if twice := sorted({unit for unit in units if units.count(unit) > 1}):
            raise ValueError(f"{twice[0]} once")
        return third

    @model_validator(mode="after")
    def _some_slot(self) -> MeetingDay:
        if not self.slots:
            raise ValueError("to - from >= minutes")
        return self

    @classmethod
    def read_text(cls, text: str, *, given: str = "text") -> MeetingDay:
        """Read the day from YAML.

        Raises
        ------
        EhyaError
            ``meetings_day_unreadable``, and what :meth:`read` raises.
        """
        try:
            for event in yaml.parse(text, yaml.SafeLoader):
                if isinstance(event, yaml.AliasEvent):  # a text that refers back to itself unfolds into gigabytes
                    raise yaml.YAMLError(f"alias *{event.anchor}")
            stated = yaml.safe_load(text)
        except (ValueError, yaml.YAMLError) as error:
            mark = getattr(error, "problem_mark", None)
            line = None if mark is None else mark.line + 1
            raise EhyaError(ErrorCode.MEETINGS_DAY_UNREADABLE, given=given, line=line) from error
        if not isinstance(stated, Mapping):
            raise EhyaError(ErrorCode.MEETINGS_DAY_UNREADABLE, given=given, line=None)
        return cls.read(stated)

    @classmethod
    def read(cls, stated: object) -> MeetingDay:
        """Check a mapping.

        Raises
        ------
        EhyaError
            ``meetings_key_unknown``, ``meetings_value_refused``: with what was given and what is allowed.
        """
        try:
            return cls.model_validate(stated)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(str(step) for step in first["loc"]) or "from, to"
            given = _given(first["input"]) if first["loc"] else _span(stated)
            facts = {"key": key, "given": given, "allowed": allowed_by(first, _KINDS)}
            raise too_long(first, key) or EhyaError(ErrorCode.MEETINGS_VALUE_REFUSED, **facts) from error

    @property
    def document(self) -> dict[str, Any]:
        """The day as plain JSON; `read` takes it back."""
        return self.model_dump(mode="json", by_alias=True)

    @property
    def slots(self) -> tuple[tuple[int, int], ...]:
        """First and last minute of each slot: one after the other, none inside a break."""
        found, at = [], self.begin
        while at + self.minutes <= self.end:
            pause = next((one for one in self.breaks if one.meets(at, at + self.minutes)), None)
            if pause is not None:
                at = pause.end
                continue
            found.append((at, at + self.minutes))
            at += self.minutes + self.pause
        return tuple(found)

    def times(self, slot: int) -> tuple[datetime, datetime]:
        """Begin and end of a slot, in the time zone of the place.

        Examples
        --------
        >>> day = MeetingDay.read({"event": "INVA", "date": "1405-09-20", "from": "9:00", "to": "10:00", "tables": 2})
        >>> [str(one) for one in day.times(1)]
        ['2026-12-11 09:25:00+03:30', '2026-12-11 09:45:00+03:30']
        """
        midnight = datetime.combine(self.date, time(), ZoneInfo(self.zone))
        begin, end = (midnight + timedelta(minutes=minute) for minute in self.slots[slot])
        return begin, end

    @staticmethod
    def minute(given: str, *, key: str) -> int:
        """Minutes since midnight of a time of day; ``key`` is what it is called where it is refused.

        Raises
        ------
        EhyaError
            ``meetings_value_refused``.

        Examples
        --------
        >>> MeetingDay.minute("۰۹:۳۰", key="since")
        570
        """
        try:
            return _minute(given)
        except ValueError as error:
            raise EhyaError(ErrorCode.MEETINGS_VALUE_REFUSED, key=key, given=given, allowed=str(error)) from error

    def slot_from(self, minute: int) -> int:
        """First slot that begins at a time of day or after it; the number of slots where none does."""
        return next((slot for slot, (begin, _) in enumerate(self.slots) if begin >= minute), len(self.slots))
