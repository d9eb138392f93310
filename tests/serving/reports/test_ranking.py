"""The planner's ranking leaves whole: every unit, every field, in the reader's words."""

import csv
import json

import openpyxl
import pandas as pd
import pytest

from engine.domain.unit import FIELDS, Field
from engine.errors import EhyaError
from serving.i18n import speech
from serving.reports.ranking import ranking_columns, write_ranking

AS_OF = pd.Timestamp("2026-11-23")
PRIVATE = [field.value for field in Field if not FIELDS[field].public]


def test_the_planners_ranking_holds_private_fields_too(judged):
    assert set(PRIVATE) - {"notes"} <= set(ranking_columns(judged))


def test_a_ranking_workbook_has_intervals_marks_notes_and_runs_nothing(judged, tmp_path):
    path = write_ranking(tmp_path / "x.xlsx", judged, speech("fa"), as_of=AS_OF)
    book = openpyxl.load_workbook(path)
    page, *health, notes = book.worksheets
    assert len(health) == 3
    assert page.sheet_view.rightToLeft
    assert "ساختگی" in page["A1"].value
    headers = [cell.value for cell in page[2]]
    for bound in ("کران پایین", "برآورد میانی", "کران بالا"):
        assert f"اشتغال مورد انتظار، {bound} [نفر]" in headers
    for bound in ("کران پایین", "کران بالا"):
        assert f"امکان‌پذیری احیای همین واحد، {bound} [احتمال]" in headers
        assert f"امکان‌پذیری، برآورد برای چنین واحدهایی، {bound} [احتمال]" in headers
    assert "متکی بر پیش‌فرض" in headers
    names = [row[headers.index("نام واحد")].value for row in page.iter_rows(min_row=3)]
    assert "'=HYPERLINK(1)" in names
    shares = [row[headers.index("امکان‌پذیری احیا، برآورد میانی [احتمال]")] for row in page.iter_rows(min_row=3)]
    assert {cell.number_format for cell in shares} == {"0.0%"}
    assert all(cell.value is None or 0 <= cell.value <= 1 for cell in shares)
    said = [row[1].value for row in notes.iter_rows()]
    assert "2026-11-23-abc123" in said
    assert any("made_up.xlsx" in str(line) for line in said)


def test_a_ranking_keeps_its_order_and_every_unit(judged, tmp_path):
    path = write_ranking(tmp_path / "x.csv", judged, speech("en"), as_of=AS_OF)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Unit id"] for row in rows] == judged.index.tolist()
    ranks = [int(row["Rank"]) for row in rows if row["Rank"]]
    assert ranks == list(range(1, len(ranks) + 1))


def test_json_of_a_ranking_is_codes_lists_and_nulls(judged, tmp_path):
    path = write_ranking(tmp_path / "x.json", judged, speech("fa"), as_of=AS_OF, price_year=1405)
    document = json.loads(path.read_text("utf-8"))
    assert document["asked"] == {"as_of": "2026-11-23", "price_year": 1405}
    last = document["units"][-1]
    assert last["stop_causes"] == ["bank_debt", "working_capital"]
    assert last["rank"] is None
    assert last["feasibility_point"] is None
    assert set(last["not_scorable"]) == {"no_idle_time", "no_sector"}


def test_columns_that_no_field_knows_leave_with_the_planners_files(judged, tmp_path):
    first, second = judged.index[:2]
    extras = pd.DataFrame(
        [
            [first, "Storeys", "number", "2"],
            [first, "Visited", "date", "2024-03-20"],
            [second, "Zone", "text", "=B"],
            ["elsewhere", "Zone", "text", "C"],
        ],
        columns=["unit_id", "header", "kind", "value"],
    )
    given = {"as_of": AS_OF, "extras": extras}
    book = openpyxl.load_workbook(write_ranking(tmp_path / "x.xlsx", judged, speech("fa"), **given))
    page = [[cell.value for cell in row] for row in book["ستون‌های دیگر"].iter_rows()]
    assert page[0][2:] == ["Storeys", "Visited", "Zone"]
    assert [row[0] for row in page[1:]] == [first, second]
    assert [row[2:] for row in page[1:]] == [[2, "۱۴۰۳/۰۱/۰۱", None], [None, None, "'=B"]]
    document = json.loads(write_ranking(tmp_path / "x.json", judged, speech("en"), **given).read_text("utf-8"))
    assert document["units"][0]["extras"][0] == {"header": "Storeys", "kind": "number", "value": 2}
    assert document["units"][2]["extras"] == []
    with write_ranking(tmp_path / "x.csv", judged, speech("en"), **given).open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert (rows[0]["Storeys"], rows[1]["Zone"], rows[2]["Zone"]) == ("2", "'=B", "")
    assert len(rows) == len(judged)


def test_conflicts_and_duplicates_are_counted_in_workbook_and_page(judged, tmp_path):
    first, second = judged.index[:2]
    conflicts = pd.DataFrame({"unit_id": [first, first, "elsewhere"], "field": ["jobs_now", "land_m2", "land_m2"]})
    duplicates = pd.DataFrame({"unit_id": [first], "other_id": [second]})
    given = {"as_of": AS_OF, "claims": {"conflicts": conflicts, "duplicates": duplicates}}
    page = openpyxl.load_workbook(write_ranking(tmp_path / "x.xlsx", judged, speech("en"), **given)).worksheets[1]
    lines = {row[0].value: row[1].value for row in page.iter_rows()}
    assert (lines["Sources disagree"], lines["Likely duplicates"]) == (1, 2)
    assert "Sources disagree" in write_ranking(tmp_path / "x.html", judged, speech("en"), **given).read_text("utf-8")


def test_lists_are_said_in_the_planners_words(judged, tmp_path):
    path = write_ranking(tmp_path / "x.csv", judged, speech("en"), as_of=AS_OF)
    with path.open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert row["List of machines"] == "2 × پرس (2009, Sound); 1 × اره"
    assert row["Debts by creditor"].endswith("Other creditor: 5,000 rial")


def test_a_ranking_page_is_written_in_html(judged, tmp_path):
    path = write_ranking(tmp_path / "x.html", judged, speech("fa"), as_of=AS_OF)
    text = path.read_text("utf-8")
    assert "<script" not in text
    assert 'dir="rtl"' in text


def test_another_ending_is_refused_with_the_choice(judged, tmp_path):
    with pytest.raises(EhyaError) as caught:
        write_ranking(tmp_path / "x.pdf", judged, speech("fa"), as_of=AS_OF)
    assert caught.value.facts["allowed"] == [".xlsx", ".csv", ".json", ".html"]


def test_a_ranking_of_nothing_is_an_empty_table(judged, tmp_path):
    path = write_ranking(tmp_path / "x.xlsx", judged.head(0), speech("en"), as_of=AS_OF)
    assert openpyxl.load_workbook(path).worksheets[0].max_row == 1
