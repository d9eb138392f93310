"""Dates of both calendars are read with their precision."""

from datetime import date, datetime, timedelta

import jdatetime
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from persiantools.jdatetime import JalaliDate

from engine.parsing.dates import DateRead, Precision, from_jalali, plain_days, read_date, to_jalali
from engine.parsing.rejection import NoteCode, Refusal, Remarked

JALALI_DAYS = st.dates(jdatetime.date(1300, 1, 1).togregorian(), jdatetime.date(1450, 12, 29).togregorian())
DIGITS = st.sampled_from(["0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"])
MONTHS = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]


def test_every_day_of_a_century_and_a_half_agrees_with_two_libraries():
    day, last = date(1921, 3, 21), jdatetime.date(1450, 12, 29).togregorian()
    while day <= last:
        ours = to_jalali(day)
        peer, other = jdatetime.date.fromgregorian(date=day), JalaliDate(day)
        assert ours == (peer.year, peer.month, peer.day) == (other.year, other.month, other.day)
        assert from_jalali(*ours) == day
        day += timedelta(days=1)


@settings(max_examples=300, deadline=None)
@given(JALALI_DAYS, DIGITS, st.sampled_from(["/", "-", ".", " "]), st.booleans(), st.booleans())
def test_a_jalali_day_survives_every_way_of_writing_it(day, digits, separator, padded, turned):
    year, month, number = to_jalali(day)
    parts = [str(year), f"{month:02d}" if padded else str(month), f"{number:02d}" if padded else str(number)]
    written = separator.join(parts[::-1] if turned else parts).translate(str.maketrans("0123456789", digits))
    assert read_date(written) == DateRead(day, Precision.DAY)


@settings(max_examples=200, deadline=None)
@given(st.integers(1300, 1450), st.integers(1, 12), DIGITS)
def test_a_month_and_a_year_keep_their_precision(year, month, digits):
    table = str.maketrans("0123456789", digits)
    first = jdatetime.date(year, month, 1).togregorian()
    assert read_date(f"{MONTHS[month - 1]} {year}".translate(table)) == DateRead(first, Precision.MONTH)
    assert read_date(f"{year}/{month:02d}".translate(table)) == DateRead(first, Precision.MONTH)
    assert read_date(str(year).translate(table)) == DateRead(from_jalali(year), Precision.YEAR)
    assert read_date(float(year)) == DateRead(from_jalali(year), Precision.YEAR)


@settings(max_examples=200, deadline=None)
@given(st.dates(date(1921, 1, 1), date(2100, 12, 31)))
def test_an_iso_day_and_an_excel_day_are_gregorian(day):
    assert read_date(day.isoformat()) == DateRead(day, Precision.DAY)
    assert read_date(datetime(day.year, day.month, day.day)) == DateRead(day, Precision.DAY)
    assert read_date(f"{day.isoformat()} 00:00:00") == DateRead(day, Precision.DAY)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=20), st.floats(), st.integers()))
def test_any_cell_gives_a_date_or_a_refusal(cell):
    assert isinstance(read_date(cell), DateRead | Remarked | Refusal)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("15 بهمن 1403", date(2025, 2, 3)),
        ("۱۵ بهمن ماه ۱۴۰۳", date(2025, 2, 3)),
        ("1403/11/15", date(2025, 2, 3)),
        ("15/11/1403", date(2025, 2, 3)),
        ("14031115", date(2025, 2, 3)),
        ("3 February 2025", date(2025, 2, 3)),
        ("Feb 3, 2025", date(2025, 2, 3)),
        ("13/02/2025", date(2025, 2, 13)),
    ],
)
def test_days_in_words_and_in_other_orders(written, day):
    assert read_date(written) == DateRead(day, Precision.DAY)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1399/13/05", "impossible_date"),
        ("1398/12/30", "impossible_date"),  # 1398 is no leap year
        ("2023-02-29", "impossible_date"),
        ("03/04/2015", "ambiguous_date"),
        ("03/02/11", "ambiguous_date"),
        ("1395-1396", "not_a_date"),
        ("5 سال", "not_a_date"),
        ("نامعتبر", "not_a_date"),
        (141400, "not_a_date"),
        ("مهر 2015", "not_a_date"),
    ],
)
def test_what_is_no_day_or_two_days_is_refused(written, code):
    assert read_date(written).code == code


def test_a_day_after_the_last_possible_one_is_refused():
    assert read_date("1425/02/01", latest=date(2025, 2, 3)).code == "future_date"
    assert read_date("1403/11/15", latest=date(2025, 2, 3)) == DateRead(date(2025, 2, 3), Precision.DAY)


def test_a_century_that_is_added_and_a_vague_word_are_said():
    assert read_date("92/02/16") == Remarked(
        DateRead(date(2013, 5, 6), Precision.DAY), NoteCode.CENTURY_ADDED, {"taken": 1392}
    )
    assert read_date("اواخر ۱۳۹۵").code == NoteCode.APPROXIMATE


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1200, 2200) | st.integers(1902, 1905), st.integers(0, 14), st.integers(0, 33)),
        min_size=1,
        max_size=8,
    )
)
def test_days_of_a_column_are_what_they_are_one_by_one(parts):
    written = pd.Series([f"{year}/{month}/{day:02d}" for year, month, day in parts], dtype="str")
    for text, day in zip(written, plain_days(written), strict=True):
        one = read_date(text)
        exact = isinstance(one, DateRead) and one.precision is Precision.DAY
        assert (one.day if exact else None) == (None if pd.isna(day) else day.date())


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (13920512.0, "2013-08-03"),
        (92.0, "2013-03-21"),
        ("92", "2013-03-21"),
        ("13920512.0", "2013-08-03"),
        ("مرداد92", "2013-07-23"),
        ("سال1392", "2013-03-21"),
        ("تعطیل از ۱۳۹۸", "2019-03-21"),
        ("متوقف شده از سال ۱۳۹۸", "2019-03-21"),
        (date(1392, 5, 12), "2013-08-03"),
        (date(1392, 12, 31), None),
        (datetime(1903, 10, 23), None),
        (date(1903, 11, 3), None),  # 1403, formatted as a date
        ("1903-11-03", None),
        ("1903-06-02", "1903-06-02"),
        ("1904-02-08", "1904-02-08"),
        (datetime(9999, 12, 31), None),
        ("بعد از ۱۳۹۰", None),
        ("قبل از توقف ۱۳۹۰", None),
        ("1392/05/12 - 1395", None),
        ("دهه ۸۰", None),
        ("۵ سال پیش", None),
    ],
)
def test_dates_of_other_shapes(cell, day):
    read = read_date(cell)
    read = read.reading if isinstance(read, Remarked) else read
    assert (None if isinstance(read, Refusal) else read.day.isoformat()) == day
