"""``--where`` in either language: every operator, names for codes, Persian digits, and what is refused."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EhyaError, ErrorCode
from engine.reference import spec, table, table_names
from serving.cli.commands.conditions import columns_asked, select
from serving.i18n import speech
from serving.reports.facts import title


def kept(name: str, condition: str) -> pd.DataFrame:
    return select(table(name), spec(name), condition)


def refusal(name: str, condition: str) -> EhyaError:
    with pytest.raises(EhyaError) as caught:
        kept(name, condition)
    return caught.value


@pytest.mark.parametrize(
    ("name", "condition", "count"),
    [
        ("counties", "province=West Azerbaijan", 20),
        ("counties", "province = west azerbaijan", 20),
        ("counties", "province=آذربایجان غربی", 20),
        ("counties", "استان=اذربايجان غربي", 20),  # Arabic letters, no seat on the alef
        ("counties", "province=آذربایجان‌غربی", 20),
        ("counties", "county=Orumiyeh", 1),  # another spelling of the name
        ("counties", "province!=West Azerbaijan", 462),
        ("price_index", "jalali_year=۱۴۰۱", 1),
        ("price_index", "jalali_year >= 1402", 5),
        ("price_index", "سال شمسی<1385", 1),
        ("price_index", "flag=فرض", 2),
        ("price_index", "flag!=sourced", 5),
        ("price_index", "index_1395_100 > ۹۰۰٫۵", 5),
        ("exchange_rates", "free_flag=ناموجود", 10),
        ("exchange_rates", "free_rial_per_usd>1,000,000", 2),
        ("estates", "kind=free zone", 1),
        ("estates", "گونه=منطقهٔ آزاد", 1),
        ("interventions", "removes=legal_dispute", 2),  # one of several suffices
        ("reported_units", "report_date>=۱۴۰۴/۱۰/۰۱", 3),
        ("reported_units", "report_date>=2025-12-22", 3),  # the same day
        ("sector_costs", "isic=105", 2),
        ("isic", "title_fa~لبني", 2),
        ("glossary", "term_en~JOBS", 8),
    ],
)
def test_a_condition_keeps_its_rows(name, condition, count):
    assert len(kept(name, condition)) == count


def test_not_equal_and_equal_part_the_known_rows():
    rows = table("border_gates")
    equal, unequal = kept("border_gates", "neighbour=Iraq"), kept("border_gates", "neighbour!=Iraq")
    assert len(equal) + len(unequal) == rows["neighbour"].notna().sum() < len(rows)


@given(st.integers(1380, 1410))
def test_greater_less_and_equal_part_the_years(year):
    parts = [kept("price_index", f"jalali_year{sign}{year}") for sign in ("<", ">")]
    equal = (table("price_index")["jalali_year"] == year).sum()
    assert sum(map(len, parts)) + equal == len(table("price_index"))
    assert len(kept("price_index", f"jalali_year<={year}")) == len(parts[0]) + equal


@pytest.mark.parametrize("name", table_names())
def test_every_column_is_known_by_its_name_and_by_its_title_in_both_languages(name):
    described = spec(name)
    for column in described.columns:
        spelt = (column, title(column, speech("en")), title(column, speech("fa")))
        for one in spelt:
            assert columns_asked(described, [f"{one}=x"]) == [column]


def test_a_misspelt_value_gets_the_nearest_one():
    error = refusal("counties", "province=West Azerbaijn")
    assert error.code is ErrorCode.REFERENCE_VALUE_UNKNOWN
    assert error.facts["allowed"] == ["West Azerbaijan"]
    assert refusal("estates", "گونه=شهرک صنتی").facts["allowed"] == ["industrial_estate"]


def test_of_few_values_all_are_named():
    error = refusal("estates", "state=xyz")
    assert error.facts["allowed"] == ["operating", "planned", "proposed"]


def test_a_place_without_a_row_is_no_mistake():
    assert kept("estates", "province=تهران").empty
    assert kept("estates", "county=Tabriz").empty


def test_a_misspelt_column_gets_the_nearest_one():
    error = refusal("reported_units", "status=idle")
    assert error.code is ErrorCode.REFERENCE_COLUMN_UNKNOWN
    assert error.facts["nearest"] == "reported_status"
    assert refusal("estates", "گونهه=x").facts["nearest"] == "kind"


@pytest.mark.parametrize("condition", ["nonsense", "", "=x", ">"])
def test_what_is_no_condition_is_refused(condition):
    assert refusal("counties", condition).code is ErrorCode.UNKNOWN_OPTION


@pytest.mark.parametrize(
    ("name", "condition"), [("price_index", "jalali_year>many"), ("reported_units", "report_date<soon")]
)
def test_a_number_or_date_that_cannot_be_read_is_refused(name, condition):
    assert refusal(name, condition).code is ErrorCode.VALUE_UNREADABLE
