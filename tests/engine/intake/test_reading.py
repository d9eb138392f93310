"""Registers are read whatever their shape, and what cannot be read is said."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook

from engine.domain.unit import Field, column_dtypes
from engine.errors import EhyaError
from engine.intake import read_register
from engine.parsing.dates import from_jalali, to_jalali
from engine.reference import table

SAMPLE = Path(__file__).parents[3] / "../shared/data/samples/register_fa.xlsx"
ID_ONE, ID_TWO = "14077631706", "14034497865"


@pytest.fixture
def workbook(tmp_path):
    """Write lines to a sheet, with merges; read the file."""

    def write(lines, merges=(), title="فهرست", **options):
        book = Workbook()
        book.active.title = title
        for line in lines:
            book.active.append(line)
        for merge in merges:
            book.active.merge_cells(merge)
        path = tmp_path / "register.xlsx"
        book.save(path)
        return read_register(path, **options)

    return write


def fields(intake, row):
    return next(entry["fields"] for entry in intake.report()["accepted"] if entry["row"] == row)


def refused(intake):
    return {(cell["row"], cell["field"]): cell["code"] for cell in intake.report()["rejected_cells"]}


@pytest.fixture(scope="module")
def expected():
    if not SAMPLE.exists():
        pytest.skip("the sample register is not beside the project")
    return json.loads(SAMPLE.with_name("register_fa.expected.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def sample(expected):
    return read_register(SAMPLE)


def test_every_value_of_the_sample_is_its_companions(expected, sample):
    accepted = {entry["row"]: entry["fields"] for entry in sample.report()["accepted"]}
    wrong = [
        (entry, accepted[entry["row"]].get(entry["field"]))
        for entry in expected["values"]
        if not _agrees(accepted[entry["row"]].get(entry["field"]), entry["value"], entry["field"])
    ]
    assert wrong == []


def test_refused_ignored_and_proposed_rows_of_the_sample_are_its_companions(expected, sample):
    report = sample.report()
    assert [entry["row"] for entry in report["accepted"]] == expected["accepted_rows"]
    wanted = [(entry["row"], entry["field"]) for entry in expected["rejected_cells"]]
    assert [(entry["row"], entry["field"]) for entry in report["rejected_cells"]] == wanted
    assert [entry["row"] for entry in report["rejected_rows"]] == [entry["row"] for entry in expected["rejected_rows"]]
    assert report["ignored_rows"] == expected["ignored_rows"]
    assert report["duplicates"] == expected["duplicates_include"]
    assert report["unknown_columns"] == expected["unknown_columns"]


def test_the_sample_is_marked_synthetic_and_dated_by_its_title(sample):
    assert set(sample.units["origin"]) == {"synthetic"}
    assert sample.report()["as_of"] == "2025-02-03"
    assert set(sample.units["price_year"]) == {1403}


def _agrees(got, wanted, name):
    if name != Field.STOPPED_ON or got is None or (wanted[0].isdigit() and wanted[-1] != "~"):
        return got == wanted
    year, month, _ = to_jalali(date.fromisoformat(got))
    return year == int(wanted[1:]) if wanted[0] == "J" else from_jalali(year, month).isoformat()[:7] == wanted[:-1]


def test_a_unit_table_with_place_and_identity_comes_out(workbook):
    units = workbook([["نام واحد", "شهرستان"], ["الف", "خوی"]]).units
    assert list(units.columns) == [*column_dtypes(), "sheet", "row", "extras", "identity", "occurrence"]
    assert units.index.tolist() == ["فهرست!2"]
    assert units["identity"].tolist() == ["name:الف|Khoy|"]


def test_a_two_level_header_without_merges_is_read(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(
        "نام واحد;شهرستان;بدهی‌ها (میلیون ریال);;\n;;بانکی;مالیاتی;تامین اجتماعی\nالف;خوی;10;20;30\n", "utf-8"
    )
    got = fields(read_register(path), 3)
    assert [got[f"{name}_debt_rial"] for name in ("bank", "tax", "social_security")] == [10**7, 2 * 10**7, 3 * 10**7]


def test_a_unit_of_measure_may_stand_in_a_line_of_its_own(workbook):
    intake = workbook(
        [["نام واحد", "شهرستان", "زمین", "بدهی بانکی"], [None, None, "هکتار", "میلیون تومان"], ["الف", "خوی", 2, 5]]
    )
    assert fields(intake, 3) | {"land_m2": 20_000, "bank_debt_rial": 5 * 10**7} == fields(intake, 3)


def test_merged_counties_stand_for_all_their_rows(workbook):
    lines = [["شهرستان", "نام واحد"], ["خوی", "الف"], [None, "ب"], ["نقده", "پ"]]
    assert workbook(lines, merges=["A2:A3"]).units["county"].tolist() == ["Khoy", "Khoy", "Naqadeh"]


@pytest.mark.parametrize(
    "values", [["خوی", "خوی", "نقده"], [3, 3, 4], [date(2020, 3, 4)] * 2 + [None], [True, True, 0]]
)
def test_a_merge_stands_for_all_its_rows_whatever_it_holds(workbook, values):
    lines = [["سند مالکیت" if True in values else "ستون", "نام واحد", "شهرستان"]]
    lines += [[values[0], "الف", "خوی"], [None, "ب", "خوی"], [values[2], "پ", "خوی"]]
    apart = workbook([[line[0] or lines[1][0] if at == 2 else line[0], *line[1:]] for at, line in enumerate(lines)])
    merged = workbook(lines, merges=["A2:A3"])
    pd.testing.assert_frame_equal(merged.units, apart.units)


def test_one_column_merged_out_of_two_stands_for_all_its_rows_and_leaves_no_second(workbook):
    lines = [
        ["نام واحد", "شهرستان", None, "زمین"],
        ["الف", "خوی", None, 5],
        ["ب", None, None, 6],
        ["پ", "نقده", None, 7],
    ]
    intake = workbook(lines, merges=["B1:C1", "B2:C3", "B4:C4"])
    assert intake.units["county"].tolist() == ["Khoy", "Khoy", "Naqadeh"]
    assert intake.unknown_columns.empty


def test_a_merge_over_columns_of_two_headings_says_nothing_of_the_rows_below(workbook):
    lines = [["نام واحد", "شهرستان", "زمین"], ["الف", "خوی", 5], ["ب", None, None]]
    assert workbook(lines, merges=["B2:C3"]).units["county"].tolist() == ["Khoy", np.nan]


def test_years_may_be_headings_and_have_no_fraction(workbook):
    lines = [["نام واحد", "شهرستان", 1401, 1402.0], ["الف", "خوی", 5, 6.5]]
    intake = workbook(lines)
    assert list(intake.unknown_columns["column"]) == ["1401", "1402"]
    assert intake.units["extras"].tolist() == ["1401|number|5;1402|number|6.5"]


@pytest.mark.parametrize(
    ("cells", "shares", "refused"),
    [
        ([1, 0, 1], [None, 0, None], 2),  # 1 percent, or the whole as Excel holds it?
        ([1, 0.5, 0], [1, 0.5, 0], 0),
        ([1, 50, 100], [0.01, 0.5, 1], 0),
        ([1, 0.5, 30], [None, None, 0.3], 2),
        (["1%", "۱۰۰ درصد", 0], [0.01, 1, 0], 0),
    ],
)
def test_a_share_that_may_be_of_a_hundred_or_of_one_is_refused(workbook, cells, shares, refused):
    intake = workbook([["نام واحد", "شهرستان", "ظرفیت عملی (درصد)"], *(["الف", "خوی", cell] for cell in cells)])
    assert [None if pd.isna(share) else share for share in intake.units["capacity_share"]] == shares
    assert intake.rejected_cells["code"].tolist() == ["ambiguous_share"] * refused


def test_footnotes_and_column_numbers_are_no_units(workbook):
    lines = [
        ["نام واحد", "شهرستان", "وضعیت"],
        [1, 2, 3],
        ["الف", "خوی", "راکد"],
        ["توضیح: ارقام تقریبی است", None, None],
    ]
    intake = workbook(lines)
    assert intake.units["row"].tolist() == [3]
    assert intake.report()["ignored_rows"] == [2, 4]


def test_a_footnote_may_state_the_unit_of_money(workbook):
    intake = workbook(
        [["نام واحد", "شهرستان", "بدهی بانکی"], ["الف", "خوی", 7], ["توضیح: مبالغ به میلیون ریال است", None, None]]
    )
    assert fields(intake, 2)["bank_debt_rial"] == 7_000_000


def test_money_without_any_unit_is_refused_and_zero_is_not(workbook):
    intake = workbook([["نام واحد", "شهرستان", "بدهی بانکی"], ["الف", "خوی", 7], ["ب", "خوی", 0]])
    assert refused(intake) == {(2, "bank_debt_rial"): "money_without_unit"}
    assert fields(intake, 3)["bank_debt_rial"] == 0


def test_an_empty_cell_is_not_known_and_none_is_zero(workbook):
    intake = workbook(
        [["نام واحد", "شهرستان", "بدهی بانکی (ریال)"], ["الف", "خوی", None], ["ب", "خوی", "ندارد"], ["پ", "خوی", "-"]]
    )
    assert [fields(intake, row).get("bank_debt_rial") for row in (2, 3, 4)] == [None, 0, None]


def test_values_of_persons_are_neither_kept_nor_echoed(workbook):
    lines = [
        ["نام واحد", "مدیرعامل", "تلفن", "کد ملی", "شناسه ملی"],
        ["الف", "نام پنهان", "09140000000", "2750000001", ID_ONE],
        ["ب", "x", "y", "z", "2750000002"],
    ]
    intake = workbook(lines)
    text = json.dumps(intake.report(), ensure_ascii=False) + intake.units.to_csv()
    assert intake.personal_not_stored == ("مدیرعامل", "تلفن", "کد ملی")
    assert not [secret for secret in ("نام پنهان", "09140000000", "2750000001", "2750000002") if secret in text]
    assert refused(intake) == {(3, "national_id"): "person_id"}
    assert fields(intake, 2)["national_id"] == ID_ONE


def test_a_group_of_persons_hides_its_columns(workbook):
    lines = [
        ["نام واحد", "شهرستان", "مشخصات مدیرعامل", None],
        [None, None, "نام", "شماره"],
        ["الف", "خوی", "پنهان", "0914"],
    ]
    intake = workbook(lines, merges=["C1:D1", "A1:A2", "B1:B2"])
    assert "پنهان" not in intake.units.to_csv()
    assert len(intake.personal_not_stored) == 2


def test_an_id_with_a_wrong_check_digit_is_refused(workbook):
    intake = workbook([["نام واحد", "شناسه ملی"], ["الف", ID_ONE], ["ب", "14077631707"]])
    assert refused(intake) == {(3, "national_id"): "wrong_check_digit"}


def test_unknown_columns_are_listed_with_the_nearest(workbook):
    report = workbook([["نام واحد", "شهرستان", "شهرستانک سابق", "کد پستی"], ["الف", "خوی", "x", "y"]]).report()
    assert report["unknown_columns"] == ["شهرستانک سابق", "کد پستی"]
    assert report["nearest_columns"]["شهرستانک سابق"] == "county"


def test_a_mapping_names_what_is_not_recognised(workbook):
    lines = [["نام واحد", "شهرستان", "ستون ج"], ["الف", "خوی", 5]]
    assert fields(workbook(lines, mapping={"ستون ج": "jobs_now"}), 2)["jobs_now"] == 5
    assert workbook(lines, mapping={"ستون ج": "ignore"}).report()["unknown_columns"] == []
    with pytest.raises(EhyaError) as error:
        workbook(lines, mapping={"ستون ج": "job"})
    assert error.value.code == "unknown_option"


def test_promised_jobs_are_not_jobs(workbook):
    got = fields(workbook([["نام واحد", "شهرستان", "اشتغال پیش‌بینی شده", "اشتغال فعلی"], ["الف", "خوی", 30, 4]]), 2)
    assert (got["jobs_promised"], got["jobs_now"]) == (30, 4)
    assert "jobs_before_stop" not in got


def test_bare_employment_is_former_employment_unless_another_column_is(workbook):
    assert "jobs_before_stop" in fields(workbook([["نام واحد", "شهرستان", "اشتغال"], ["الف", "خوی", 30]]), 2)
    got = fields(workbook([["نام واحد", "شهرستان", "اشتغال", "اشتغال قبل از توقف"], ["الف", "خوی", 3, 40]]), 2)
    assert (got["jobs_now"], got["jobs_before_stop"]) == (3, 40)


def test_several_sheets_are_read_and_each_row_names_its_sheet(tmp_path):
    book = Workbook()
    book.active.title = "راهنما"
    book.active.append(["این فهرست را کامل کنید"])
    for name in ("خوی", "نقده"):
        sheet = book.create_sheet(name)
        sheet.append(["نام واحد", "وضعیت"])
        sheet.append([f"واحد {name}", "راکد"])
    hidden = book.create_sheet("قدیمی")
    hidden.append(["نام واحد", "وضعیت"])
    hidden.append(["واحد کهنه", "راکد"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "r.xlsx")
    intake = read_register(tmp_path / "r.xlsx")
    assert [(entry["sheet"], entry["row"]) for entry in intake.report()["accepted"]] == [("خوی", 2), ("نقده", 2)]
    assert intake.units["county"].tolist() == ["Khoy", "Naqadeh"]  # no county column: the sheets are named after them
    assert len(read_register(tmp_path / "r.xlsx", sheet="قدیمی").units) == 1
    with pytest.raises(EhyaError) as error:
        read_register(tmp_path / "r.xlsx", sheet="نیست")
    assert error.value.code == "unknown_sheet"


def test_the_sector_comes_from_words_only_where_no_code_was_refused(workbook):
    lines = [
        ["نام واحد", "زمینه فعالیت", "کد آیسیک"],
        ["الف", "آرد و نان", None],
        ["ب", "آرد و نان", "99999"],
        ["پ", "آرد و نان", "25"],
    ]
    assert workbook(lines).units["isic"].fillna("").tolist() == ["10", "", "25"]


def test_a_misspelt_county_is_taken_and_reported_and_an_unknown_one_offers_the_nearest(workbook):
    intake = workbook([["نام واحد", "شهرستان"], ["الف", "میاندوواب"], ["ب", "زرزیران"]])
    assert intake.units["county"].fillna("").tolist() == ["Miandoab", ""]
    assert intake.notes[["row", "field"]].values.tolist() == [[2, "county"]]
    assert refused(intake) == {(3, "county"): "unknown_county"}


def test_a_county_outside_the_province_of_its_row_is_refused(workbook):
    intake = workbook([["نام واحد", "استان", "شهرستان"], ["الف", "آذربایجان شرقی", "خوی"]])
    assert refused(intake) == {(2, "county"): "county_outside_province"}


def test_dates_after_the_day_of_the_register_are_refused(workbook):
    lines = [["نام واحد", "شهرستان", "تاریخ توقف"], ["الف", "خوی", "1403/01/01"], ["ب", "خوی", "1404/01/01"]]
    intake = workbook(lines, as_of=date(2024, 12, 1))
    assert refused(intake) == {(3, "stopped_on"): "future_date"}
    assert refused(workbook(lines)) == {}
    assert refused(workbook(lines, today=date(2024, 12, 1))) == {(3, "stopped_on"): "future_date"}


def test_a_row_without_name_and_id_is_refused_with_its_cells(workbook):
    intake = workbook(
        [["نام واحد", "شناسه ملی", "شهرستان", "اشتغال فعلی"], [None, "12ab", "خوی", "زیاد"], ["ب", None, "خوی", 3]]
    )
    assert intake.report()["rejected_rows"] == [{"row": 2, "code": "no_identity", "message": "no_identity"}]
    assert refused(intake) == {}


def test_equal_keys_keep_both_rows_and_propose_a_pair(workbook):
    intake = workbook(
        [
            ["نام واحد", "شناسه ملی", "شهرستان", "کد آیسیک"],
            ["الف", ID_ONE, "خوی", 10],
            ["الف ", ID_ONE, "خوی", 10],
            ["ب", ID_ONE, "نقده", 10],
        ]
    )
    assert intake.units["occurrence"].tolist() == [1, 2, 1]
    assert intake.report()["duplicates"] == [[2, 3], [2, 4]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1256"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_files_of_any_encoding_and_delimiter_are_read(tmp_path, encoding, delimiter):
    path = tmp_path / "r.csv"
    lines = [["نام واحد", "شهرستان", "وضعيت"], ["واحد نمونه", "خوي", "راکد"]]
    path.write_bytes("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))
    assert read_register(path).units[["county", "status"]].values.tolist() == [["Khoy", "idle"]]


def test_the_order_of_rows_and_columns_changes_nothing_but_their_numbers(workbook):
    lines = [
        ["نام واحد", "شهرستان", "بدهی بانکی (میلیون ریال)", "تاریخ توقف"],
        ["الف", "خوی", "۱٬۲۰۰", "مهر ۱۴۰۱"],
        ["ب", "نقده", "ندارد", "1399/05/06"],
    ]
    straight = workbook(lines).units.sort_values("name")
    turned = workbook([line[::-1] for line in [lines[0], *lines[:0:-1]]]).units.sort_values("name")
    columns = list(column_dtypes())
    pd.testing.assert_frame_equal(straight[columns].reset_index(drop=True), turned[columns].reset_index(drop=True))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"PK\x03\x04 broken", "file_unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "format_not_read"),
        (bytes(range(256)) * 4, "file_unreadable"),
        (b"<html><table></table></html>", "format_not_read"),
        ("سلام\n".encode(), "no_header"),
        (b"a,b\n1,2\n", "no_header"),
        (b"\n\n,,\n", "file_empty"),
    ],
)
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_bad_file_gives_a_code_and_no_traceback(tmp_path, content, code, ending):
    path = tmp_path / f"r.{ending}"
    path.write_bytes(content)
    with pytest.raises(EhyaError) as error:
        read_register(path)
    assert error.value.code == code


def test_a_missing_file_and_a_folder_give_a_code(tmp_path):
    for path, code in ((tmp_path / "none.xlsx", "file_not_found"), (tmp_path, "file_unreadable")):
        with pytest.raises(EhyaError) as error:
            read_register(path)
        assert error.value.code == code


def test_a_header_without_rows_is_an_empty_register(workbook):
    intake = workbook([["نام واحد", "شهرستان"]])
    assert (len(intake.units), intake.rows_read, intake.report()["accepted"]) == (0, 0, [])


def test_a_date_known_to_the_year_only_says_so_in_the_report(workbook):
    intake = workbook([["نام واحد", "شهرستان", "تاریخ توقف"], ["الف", "خوی", "1396"], ["ب", "خوی", "1396/02/16"]])
    accepted = intake.report()["accepted"]
    assert [entry["fields"]["stopped_on"] for entry in accepted] == ["2017-03-21", "2017-05-06"]
    assert [entry["precision"] for entry in accepted] == [{"stopped_on": "year"}, {}]


@pytest.mark.parametrize("options", [{"province": "آذربایجان غربی"}, {}])
def test_a_county_that_is_only_near_is_never_one_of_another_province(workbook, options):
    """«گلشن آباد» is near to Gonabad of Razavi Khorasan alone."""
    titled = [] if options else [["فهرست واحدهای استان آذربایجان غربی"]]
    intake = workbook([*titled, ["نام واحد", "شهرستان"], ["الف", "شهرستان گلشن آباد"], ["ب", "خوی"]], **options)
    row = 2 + len(titled)
    assert refused(intake) == {(row, "county"): "unknown_county"}
    assert intake.units["province"].tolist() == ["West Azerbaijan"] * 2
    own = set(table("counties").query("province == 'West Azerbaijan'")["county"])
    assert set(intake.rejected_cells["facts"].iloc[0]["nearest"]) <= own


def test_the_exact_county_of_another_province_is_taken_with_a_remark(workbook):
    intake = workbook([["نام واحد", "شهرستان"], ["الف", "گناباد"]], province="آذربایجان غربی")
    assert intake.units[["province", "county"]].values.tolist() == [["Razavi Khorasan", "Gonabad"]]
    assert intake.notes["code"].tolist() == ["county_of_other_province"]


def test_a_county_guessed_without_a_province_says_so(workbook):
    intake = workbook([["نام واحد", "شهرستان"], ["الف", "میاندوواب"]])
    assert intake.notes["code"].tolist() == ["guessed_county"]
    assert intake.notes["facts"].iloc[0] == {"taken": "Miandoab", "province": "West Azerbaijan"}
