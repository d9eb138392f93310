"""What a row says against itself is remarked; nothing of it is changed."""

from datetime import date, datetime

import pandas as pd
import pytest
from openpyxl import Workbook

from engine.domain.unit import Barrier, Field
from engine.intake import read_register
from engine.intake.contradictions import contradictions
from engine.intake.isic_revisions import read_old_isic, revision_of
from engine.parsing.rejection import NoteCode

HEADS = "نام واحد,شهرستان,وضعیت,تاریخ تعطیلی,مدت رکود (ماه),سال تاسیس"
TODAY = date(2026, 11, 29)


def remarks(tmp_path, row, heads=HEADS):
    (tmp_path / "r.csv").write_text(f"{heads}\n{row}\n", encoding="utf-8")
    intake = read_register(tmp_path / "r.csv", today=TODAY)
    assert intake.rejected_cells.empty
    return {str(code) for code in intake.notes["code"]}


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ("الف,خوی,راکد,1398/05/12,12,1402", {"stop_against_idle_time", "stopped_before_established"}),
        ("ب,خوی,راکد,1400,240,1370", {"stop_against_idle_time"}),
        ("ج,خوی,راکد,,400,1390", {"idle_longer_than_age"}),
        ("د,خوی,فعال,1400/01/01,,1370", {"stopped_yet_operating"}),
        ("ه,خوی,راکد,1400,60,1370", set()),
        ("و,خوی,راکد,1398/05/12,88,1398", set()),
        ("ز,خوی,راکد,1402,36,", set()),
    ],
)
def test_times_that_cannot_all_be_true_are_remarked(tmp_path, row, codes):
    assert remarks(tmp_path, row) == codes


def test_a_year_of_two_digits_that_a_spreadsheet_made_another_century_shows_by_the_idle_months(tmp_path):
    book = Workbook()
    book.active.append(HEADS.split(","))
    book.active.append(["الف", "خوی", "راکد", datetime(1998, 5, 12), 88, None])
    book.save(tmp_path / "r.xlsx")
    notes = read_register(tmp_path / "r.xlsx", today=TODAY).notes
    assert notes[["row", "field", "code"]].values.tolist() == [[2, "idle_months", "stop_against_idle_time"]]


def test_a_code_that_its_product_contradicts_is_remarked(tmp_path):
    assert remarks(tmp_path, "الف,خوی,1511,آرد", "نام واحد,شهرستان,کد آیسیک,محصول") == {"sector_disagrees"}
    assert remarks(tmp_path, "الف,خوی,1061,آرد", "نام واحد,شهرستان,کد آیسیک,محصول") == set()


def test_codes_of_an_earlier_revision_are_translated_or_kept_aside(tmp_path):
    (tmp_path / "r.csv").write_text(
        "نام واحد,شهرستان,کد ISIC Rev.3,محصول\nالف,خوی,1511,گوشت\nب,خوی,1551,الکل\nج,خوی,2694,\nد,خوی,9309,\n", "utf-8"
    )
    intake = read_register(tmp_path / "r.csv")
    assert intake.units["isic"].fillna("").tolist()[0] == "1010"
    assert intake.units["isic"].fillna("").tolist()[2:] == ["2394", ""]
    assert not set(intake.units["isic"].dropna()) & {"1511", "1551"}
    codes = intake.notes[intake.notes["field"] == "isic"]["code"].tolist()
    assert codes == ["isic_translated", "isic_kept_aside", "isic_translated", "isic_kept_aside"]
    assert all("Rev.3" in extras for extras in intake.units["extras"])


@pytest.mark.parametrize(
    ("code", "taken"),
    [("1511", "1010"), ("1520", "1050"), ("2520", "2220"), ("2101", "1701"), ("2691", "239"), ("1711", "131"),
     ("15", ""),
     ("151", "10"), ("26", "23"), ("D1511", "1010"), ("3000", ""), (111.0, "06"), ("9999", "")],
)  # fmt: skip
def test_each_code_goes_where_the_correspondence_leads(code, taken):
    read = read_old_isic(code, "3")
    assert read.reading == taken
    assert read.code in (NoteCode.ISIC_TRANSLATED, NoteCode.ISIC_KEPT_ASIDE)


def test_the_heading_says_the_revision():
    assert [revision_of((one,)) for one in ("ISIC Rev.4", "ISIC 4", "isic_rev3", "آیسیک نسخه ۳٫۱")] == [
        "4",
        "4",
        "3",
        "3.1",
    ]
    assert revision_of(("isic2",), ["1511"]) == "2"
    assert revision_of(("isic3",), ["151", "25"]) == "4"


def test_a_debt_as_cause_beside_a_debt_of_nothing_is_remarked():
    values = {
        "stop_causes": pd.Series(["bank_debt;utilities", "bank_debt", "tax_debt"]),
        "bank_debt_rial": pd.Series([0, 5, 0]),
    }
    found = contradictions(values, pd.RangeIndex(3), None)[Field.STOP_CAUSES]
    assert found.index.tolist() == [0]
    assert found["facts"][0] == {"cause": Barrier.BANK_DEBT}
