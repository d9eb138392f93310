"""Each kind of defect is caught, and the error names table, row, column, what is given and what is allowed."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EhyaError, ErrorCode
from engine.reference import spec, table, table_names
from engine.reference.checks import PARTS_TOLERANCE, check, check_all
from engine.reference.tables import ColumnSpec, TableRule, TableSpec, read


def defect(name: str, rows: pd.DataFrame) -> dict[str, object]:
    with pytest.raises(EhyaError) as caught:
        check(name, rows)
    assert caught.value.code is ErrorCode.REFERENCE_REFUSED
    assert caught.value.facts["table"] == name
    return caught.value.facts


def spoilt(name: str, column: str, value: object, row: int = 3) -> pd.DataFrame:
    rows = table(name)
    rows.loc[row, column] = value
    return rows


@pytest.mark.parametrize("name", table_names())
def test_every_table_of_the_project_holds(name):
    check(name)


def test_all_tables_are_checked_at_once():
    assert check_all() == len(table_names())


@pytest.mark.parametrize("name", table_names())
def test_a_row_that_stands_twice_is_named_in_every_table(name):
    rows = pd.concat([table(name), table(name).tail(1)], ignore_index=True)
    found = defect(name, rows)
    assert (found["rule"], found["row"], found["allowed"]) == (TableRule.KEY, len(rows) + 1, list(spec(name).key))


@pytest.mark.parametrize("name", table_names())
def test_a_row_without_source_is_named_in_every_table(name):
    found = defect(name, spoilt(name, "source", None, 1))
    assert (found["rule"], found["row"], found["column"]) == (TableRule.REQUIRED, 3, "source")


@pytest.mark.parametrize(
    ("name", "column", "value", "rule", "allowed"),
    [
        ("counties", "province", "West Azarbaijan", TableRule.REFERS, "provinces.province"),
        ("counties", "county_code", "١٢", TableRule.PATTERN, r"\d{4}"),
        ("counties", "latitude", 45.2, TableRule.RANGE, "<= 40"),
        ("counties", "population_1395", -5, TableRule.RANGE, ">= 1000"),
        ("estates", "county", "Tabriz", TableRule.PLACE, "counties.county"),
        ("estates", "state", "running", TableRule.WORDS, ["operating", "planned", "proposed"]),
        ("estates", "name_fa", "شهرك صنعتي", TableRule.SPELLING, ""),
        ("estates", "name_en", "Two  spaces", TableRule.SPELLING, ""),
        ("interventions", "months_high", 1, TableRule.RISING, ["months_low", "months_typical", "months_high"]),
        ("interventions", "removes", "tax_debt;nonsense", TableRule.REFERS, "barriers.barrier"),
        ("interventions", "cost_share", 1.2, TableRule.RANGE, "<= 1"),
        ("reported_units", "isic", "00", TableRule.REFERS, "isic.code"),
        ("reported_units", "stop_causes", "tax_debt;", TableRule.REFERS, "barriers.barrier"),
        ("price_index", "index_1395_100", None, TableRule.GAP, "index_1395_100"),
        ("price_index", "flag", "missing", TableRule.GAP, "index_1395_100"),
        ("exchange_rates", "free_flag", "sourced", TableRule.GAP, "free_rial_per_usd"),
        ("unemployment", "province", None, TableRule.REQUIRED, ""),
        ("unemployment", "percent", 101.0, TableRule.RANGE, "<= 60"),
        ("unemployment", "as_of", None, TableRule.DATED, ["as_of"]),
        ("isic", "parent", "999", TableRule.REFERS, "isic.code"),
    ],
)
def test_a_wrong_cell_is_named_with_what_is_allowed(name, column, value, rule, allowed):
    found = defect(name, spoilt(name, column, value))
    assert found["rule"] is rule
    assert found["allowed"] == allowed
    assert found["row"] == 5  # the header is line 1, row 3 counts from nought
    if rule is not TableRule.GAP:
        assert found["column"] == column
    assert found["given"] == ("" if value is None else str(value)) or rule is TableRule.GAP


def test_a_cell_that_is_no_number_is_named_when_the_table_is_read():
    text = (
        "jalali_year,index_1395_100,flag,price_rise,standing,source,as_of\n"
        "1384,16,sourced,,high,x,1384\n1385,about 18,sourced,0.1,high,x,1385\n"
    )
    with pytest.raises(EhyaError) as caught:
        read(text, spec("price_index"))
    assert caught.value.facts == {
        "table": "price_index", "row": 3, "column": "index_1395_100", "given": "about 18", "rule": TableRule.DTYPE,
        "allowed": "float64",
    }  # fmt: skip


def test_a_part_of_a_person_is_no_count():
    described = TableSpec("t", ("a",), {"a": ColumnSpec("Int64")}, ("a",), "", "")
    with pytest.raises(EhyaError) as caught:
        read("a\n3\n2.5\n", described)
    assert (caught.value.facts["row"], caught.value.facts["given"]) == (3, "2.5")


def test_a_day_that_is_no_day_is_named():
    described = TableSpec("t", ("a",), {"a": ColumnSpec("datetime64[s]")}, ("a",), "", "")
    with pytest.raises(EhyaError) as caught:
        read("a\n2020-01-31\n2020-02-31\n", described)
    assert caught.value.facts["row"] == 3


def test_a_column_too_many_is_named():
    with pytest.raises(EhyaError) as caught:
        read("jalali_year,colour\n", spec("price_index"))
    assert caught.value.code is ErrorCode.UNKNOWN_COLUMN


def test_an_empty_cell_breaks_no_rule_but_the_one_that_asks_for_it():
    rows = table("estates")
    for column in ("area_ha", "units", "active_units", "not_active_units", "jobs", "established_year"):
        rows[column] = pd.Series([None] * len(rows), dtype=spec("estates").dtypes[column])
    check("estates", rows)


@given(row=st.integers(0, 481), latitude=st.floats(-90, 90, allow_nan=False).filter(lambda x: not 25 <= x <= 40))
def test_a_county_outside_iran_is_caught_wherever_it_stands(row, latitude):
    assert defect("counties", spoilt("counties", "latitude", latitude, row))["row"] == row + 2


@given(
    shares=st.lists(st.floats(0.01, 1.0), min_size=2, max_size=6),
    slip=st.floats(-0.5, 0.5).filter(lambda slip: abs(slip) > 2 * PARTS_TOLERANCE),
)
def test_parts_of_one_must_add_up(parts_breach, shares, slip):
    whole = [share / sum(shares) for share in shares]
    assert parts_breach(whole) is None
    assert parts_breach([whole[0] + slip, *whole[1:]]) is TableRule.PARTS


@pytest.fixture(scope="module")
def parts_breach():
    from engine.reference.checks import _parts

    def broken(shares: list[float]) -> TableRule | None:
        names = tuple(f"p{n}" for n in range(len(shares)))
        described = TableSpec("t", names, {}, (), "", "", parts=(names,))
        rows = pd.DataFrame([shares], columns=list(names))
        return next((rule for _, wrong, rule, _ in _parts(rows, described) if wrong.any()), None)

    return broken


def test_a_row_that_does_not_know_all_parts_is_not_judged():
    from engine.reference.checks import _parts

    described = TableSpec("t", ("a", "b"), {}, (), "", "", parts=(("a", "b"),))
    rows = pd.DataFrame({"a": [0.4, None], "b": [0.6, 0.2]})
    assert not any(wrong.any() for _, wrong, _, _ in _parts(rows, described))
