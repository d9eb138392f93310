"""The same units in Parquet, JSON and a text file are the same units."""

import json
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from engine.errors import EhyaError
from engine.intake import read_register

RECORDS = [
    {
        "نام واحد": "الف",
        "شهرستان": "خوی",
        "اشتغال فعلی": 12,
        "تاریخ توقف": "1399/05/13",
        "بدهی بانکی (ریال)": 1200000000,
    },
    {"نام واحد": "ب", "شهرستان": "ارومیه", "اشتغال فعلی": None, "تاریخ توقف": None, "بدهی بانکی (ریال)": 5.5e9},
]
SHOWN = ["name", "county", "jobs_now", "stopped_on", "bank_debt_rial"]


def units(path):
    table = read_register(path, today=date(2026, 1, 1)).units
    return table[[name for name in SHOWN if name in table]].reset_index(drop=True)


def written(path, records=RECORDS):
    path.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def by_text(tmp_path):
    pd.DataFrame(RECORDS).astype({"اشتغال فعلی": "Int64"}).to_csv(tmp_path / "r.csv", index=False)
    return units(tmp_path / "r.csv")


def test_json_records_are_the_units_of_the_text_file(tmp_path, by_text):
    pd.testing.assert_frame_equal(units(written(tmp_path / "r.json")), by_text)
    pd.testing.assert_frame_equal(units(written(tmp_path / "named.json", {"units": RECORDS, "made": "1404"})), by_text)


def test_json_columns_are_the_units_of_the_text_file(tmp_path, by_text):
    columns = {key: [record[key] for record in RECORDS] for key in RECORDS[0]}
    pd.testing.assert_frame_equal(units(written(tmp_path / "r.json", columns)), by_text)


def test_parquet_records_are_the_units_of_the_text_file(tmp_path, by_text):
    pd.DataFrame(RECORDS).astype({"اشتغال فعلی": "Int64"}).to_parquet(tmp_path / "r.parquet")
    pd.testing.assert_frame_equal(units(tmp_path / "r.parquet"), by_text)


def test_types_of_parquet_are_kept(tmp_path):
    table = pa.table(
        {
            "Unit name": pa.array(["A", "B", "C"]).dictionary_encode(),
            "County": ["Khoy", "Khoy", None],
            "Stopped on": pa.array([date(2020, 3, 4), None, date(2021, 1, 1)]),
            "Bank debt (rial)": pa.array([Decimal("1200000000.00"), None, Decimal("5.00")], pa.decimal128(20, 2)),
            "Jobs now": pa.array([3, None, 7], pa.int32()),
            "Seized": pa.array([True, False, None]),
        }
    )
    parquet.write_table(table, tmp_path / "r.parquet")
    read = read_register(tmp_path / "r.parquet", today=date(2026, 1, 1))
    assert read.rejected_cells.empty
    assert read.units["stopped_on"].dropna().dt.date.tolist() == [date(2020, 3, 4), date(2021, 1, 1)]
    assert read.units["bank_debt_rial"].dropna().tolist() == [1_200_000_000, 5]
    assert read.units["jobs_now"].dropna().tolist() == [3, 7]
    assert read.units["row"].tolist() == [2, 3, 4]


def test_a_list_of_causes_in_json_is_a_list_of_causes(tmp_path):
    records = [{"Unit name": "A", "County": "Khoy", "Causes of idleness": ["bank debt", "old machinery"]}]
    read = read_register(written(tmp_path / "r.json", records))
    assert read.units["stop_causes"].tolist() == ["bank_debt;machinery_obsolete"]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        "[1, 2]",
        "[",
        "[" * 100_000,
        '{"a": [1], "b": [1, 2]}',
        '[{"name": "A", "name": "B"}]',
    ],
)
def test_json_that_is_no_table_is_refused(tmp_path, text):
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(EhyaError) as error:
        read_register(tmp_path / "r.json")
    assert error.value.code == "file_unreadable"


def test_nested_values_are_refused_with_their_column(tmp_path):
    with pytest.raises(EhyaError) as error:
        read_register(written(tmp_path / "r.json", [{"Unit name": "A", "County": {"a": 1}}]))
    assert (error.value.code, error.value.facts["column"]) == ("column_not_plain", "County")
    parquet.write_table(pa.table({"Unit name": ["A"], "County": [["Khoy"]]}), tmp_path / "r.parquet")
    with pytest.raises(EhyaError) as error:
        read_register(tmp_path / "r.parquet")
    assert (error.value.code, error.value.facts["column"]) == ("column_not_plain", "County")


def test_numbers_beyond_all_measure_are_refused_as_cells(tmp_path):
    (tmp_path / "r.json").write_text('[{"Unit name": "A", "County": "Khoy", "Jobs now": %s}]' % ("9" * 400))
    assert read_register(tmp_path / "r.json").rejected_cells["field"].tolist() == ["jobs_now"]
    frame = pd.DataFrame({"Unit name": ["A", "B"], "County": "Khoy", "Jobs now": [np.inf, np.nan]})
    frame.to_parquet(tmp_path / "r.parquet")
    read = read_register(tmp_path / "r.parquet")
    assert read.rejected_cells["row"].tolist() == [2]


def test_a_small_parquet_file_of_endless_rows_is_refused(tmp_path):
    rows = pa.nulls(30_000_000, pa.int8())
    parquet.write_table(pa.table({"Unit name": rows, "County": rows}), tmp_path / "r.parquet")
    with pytest.raises(EhyaError) as error:
        read_register(tmp_path / "r.parquet")
    assert (error.value.code, error.value.facts["limit"]) == ("file_over_limit", "cells")


def test_half_a_character_becomes_the_sign_for_what_cannot_be_read(tmp_path):
    path = tmp_path / "r.json"
    path.write_text('[{"Unit name": "A\\ud800b", "County": "Khoy", "Roof\\udc00": "\\ud83d\\ude00"}]', encoding="utf-8")
    read = read_register(path)
    assert read.units["name"].tolist() == ["A\ufffdb"]
    assert read.units["extras"].tolist() == ["Roof\ufffd|text|\U0001f600"]


def test_yes_is_no_number_beside_a_one(tmp_path):
    records = [
        {"Unit name": name, "County": "Khoy", "Jobs now": jobs} for name, jobs in zip("AB", (1, True), strict=True)
    ]
    read = read_register(written(tmp_path / "r.json", records))
    assert read.units["jobs_now"].tolist() == [1, pd.NA]
    assert read.rejected_cells[["row", "code", "given"]].values.tolist() == [[3, "not_a_number", "True"]]


@pytest.mark.parametrize("cut", [10, 200, -9, -3])
def test_a_damaged_parquet_file_is_refused(tmp_path, cut):
    pd.DataFrame(RECORDS).to_parquet(tmp_path / "r.parquet")
    content = (tmp_path / "r.parquet").read_bytes()
    (tmp_path / "r.parquet").write_bytes(content[:cut])
    with pytest.raises(EhyaError) as error:
        read_register(tmp_path / "r.parquet")
    assert error.value.code == "file_unreadable"


@pytest.mark.parametrize("start", ["[name],county\nA,Khoy\n", "{name};county\nA;Khoy\n"])
def test_a_text_file_may_begin_with_a_bracket(tmp_path, start):
    (tmp_path / "r.csv").write_text(start)
    assert read_register(tmp_path / "r.csv").units["county"].tolist() == ["Khoy"]
