"""Which column is which: headings that compete are settled by their values, and what a person states goes first."""

import pandas as pd
import pytest

from engine.errors import EhyaError
from engine.intake import read_register
from engine.intake.labels import fields_named


def read(tmp_path, *lines, **options):
    path = tmp_path / "r.csv"
    path.write_text("\n".join(";".join(map(str, line)) for line in lines) + "\n", encoding="utf-8")
    return read_register(path, **options)


def fields(intake):
    return dict(zip(intake.columns["column"], intake.columns["field"], strict=True))


def test_a_column_of_measures_is_no_name(tmp_path):
    heads = ("محصول", "ظرفیت", "واحد", "شهرستان", "نام شرکت")
    intake = read(tmp_path, heads, ("آرد", 5000, "تن", "ارومیه", "آرد شمال"), ("لوله", 1200, "متر", "خوی", "لوله خوی"))
    assert intake.units["name"].tolist() == ["آرد شمال", "لوله خوی"]
    assert intake.duplicates.empty


def test_a_bare_word_names_units_where_nothing_else_does(tmp_path):
    assert read(tmp_path, ("واحد", "شهرستان"), ("الف", "خوی")).units["name"].tolist() == ["الف"]
    assert read(tmp_path, ("Unit", "County"), ("A", "Khoy")).units["name"].tolist() == ["A"]


def test_state_is_the_province_where_it_holds_provinces(tmp_path):
    lines = [("Unit name", "State", "District", "Present Status"), ("A", "West Azerbaijan", "Urmia", "Closed")]
    units = read(tmp_path, *lines).units
    assert units[["province", "county", "status"]].values.tolist() == [["West Azerbaijan", "Urmia", "idle"]]
    alone = read(tmp_path, ("Unit name", "State", "County"), ("A", "Fars", "Shiraz")).units
    assert (alone["province"].tolist(), alone["status"].isna().tolist()) == (["Fars"], [True])


def test_state_is_the_status_where_it_holds_statuses(tmp_path):
    units = read(tmp_path, ("Unit name", "Province", "State"), ("A", "Fars", "idle"), ("B", "Fars", "active")).units
    assert units["status"].tolist() == ["idle", "operating"]


@pytest.mark.parametrize(
    "heading",
    ["License status", "Licence status", "Loan status", "Registration status", "Tax status", "Planning status",
     "Lease status", "Payment status", "Listing status", "Approval status", "Title status", "Heritage status",
     "Insurance status", "Current status of licence", "وضعیت پروانه", "وضعیت مالیاتی", "وضعیت ثبت",
     "وضعیت فعلی قرارداد",
     "وضعیت اجاره", "وضعیت بیمه", "وضعیت پرداخت", "وضعیت انشعاب برق", "وضعیت ماشین آلات", "Status of document"],
)  # fmt: skip
def test_the_state_of_something_else_is_no_state_of_the_unit(heading):
    assert "status" not in {match.field for match in fields_named((heading,))}


@pytest.mark.parametrize(
    "heading",
    ["Status", "Unit status", "Current status", "Operating status", "Status of the plant", "Status 1402", "وضعیت",
     "وضعیت فعلی واحد", "وضعیت فعالیت", "آخرین وضعیت", "CurrentStatus", "status_of_unit"],
)  # fmt: skip
def test_the_state_of_the_unit_is_its_status(heading):
    assert fields_named((heading,))[0].field == "status"


def test_a_group_label_says_whose_state_it_is():
    assert "status" not in {match.field for match in fields_named(("پروانه بهره برداری", "وضعیت"))}
    assert fields_named(("واحد", "وضعیت"))[0].field == "status"


def test_two_tables_side_by_side_are_refused(tmp_path):
    heads = ("نام واحد", "شهرستان", "وضعیت")
    with pytest.raises(EhyaError) as error:
        read(tmp_path, (*heads, *heads), ("الف", "خوی", "راکد", "ب", "ارومیه", "فعال"))
    assert error.value.code == "tables_side_by_side"
    assert (error.value.facts["first"], error.value.facts["second"]) == ("A", "D")


def test_a_column_that_repeats_another_is_no_second_table(tmp_path):
    heads = ("نام واحد", "شهرستان", "نام واحد", "شهرستان")
    assert read(tmp_path, heads, ("الف", "خوی", "الف", "خوی")).units["name"].tolist() == ["الف"]


@pytest.mark.parametrize(
    "years", [("98", "99", "00", "01", "02"), tuple(range(2, 17)), (1401, 1402, 1403), ("02", "01", "00")]
)
def test_a_header_with_years_is_a_header(tmp_path, years):
    cells = tuple(range(20, 20 + len(years)))
    intake = read(tmp_path, ("نام واحد", "شهرستان", "وضعیت", *years), ("الف", "خوی", "راکد", *cells))
    assert intake.units["name"].tolist() == ["الف"]
    assert intake.unknown_columns["column"].tolist() == [str(year) for year in years]


def test_a_mapping_always_names_the_header(tmp_path):
    mapping = {"نام واحد": "name", "شهرستان": "county", "98": "jobs_before_stop"}
    lines = [("نام واحد", "شهرستان", "98", "7", "55", "3.5"), ("الف", "خوی", 12, 1, 2, 3)]
    assert read(tmp_path, *lines, mapping=mapping).units["jobs_before_stop"].tolist() == [12]
    mapping = {"SiteNameAddress": "name", "Hectares": "land_m2"}
    lines = [("SiteReference", "SiteNameAddress", "Hectares"), ("S/1", "Works", 0.43), ("S/2", "Yard", 1.2)]
    assert read(tmp_path, *lines, mapping=mapping).units["land_m2"].tolist() == [4300.0, 12_000.0]


def test_a_mapping_is_not_overruled_by_values(tmp_path):
    intake = read(
        tmp_path, ("Unit name", "State", "Present Status"), ("A", "Fars", "Closed"), mapping={"State": "status"}
    )
    assert fields(intake)["State"] == "status"


def test_without_a_header_the_likeliest_line_and_what_was_understood_are_said(tmp_path):
    lines = [("Register of sites", ""), ("SiteRef", "County", "Hectares of it"), ("S/1", "Khoy", 0.43)]
    with pytest.raises(EhyaError) as error:
        read(tmp_path, *lines)
    facts = error.value.facts
    assert (error.value.code, facts["row"], facts["understood"]) == ("header_not_understood", 2, ["County"])
    assert list(facts["headings"]) == ["SiteRef", "Hectares of it"]


def test_a_sheet_that_lies_on_its_side_is_named(tmp_path):
    lines = [["نام واحد", "الف", "ب"], ["شهرستان", "خوی", "ارومیه"], ["وضعیت", "راکد", "فعال"], ["اشتغال فعلی", 1, 2]]
    pd.DataFrame(lines).to_excel(tmp_path / "r.xlsx", index=False, header=False)
    with pytest.raises(EhyaError) as error:
        read_register(tmp_path / "r.xlsx")
    assert (error.value.code, error.value.facts["sheet"]) == ("lies_on_its_side", "Sheet1")
    assert "نام واحد" in error.value.facts["understood"]


def test_jobs_of_a_unit_that_operates_are_those_of_today(tmp_path):
    intake = read(tmp_path, ("Unit name", "Status", "Employees"), ("A", "active", 5), ("B", "idle", 7), ("C", "x?", 9))
    assert intake.units["jobs_now"].fillna(-1).tolist() == [5, -1, -1]
    assert intake.units["jobs_before_stop"].fillna(-1).tolist() == [-1, 7, 9]
    sure = read(tmp_path, ("Unit name", "Status", "Jobs before stop"), ("A", "active", 5))
    assert sure.units["jobs_before_stop"].tolist() == [5]


def test_of_two_columns_of_a_field_the_latest_year_counts_and_the_other_is_named(tmp_path):
    heads = ("نام واحد", "شهرستان", "بدهی بانکی ۱۴۰۲ (میلیارد ریال)", "بدهی بانکی ۱۴۰۳ (میلیارد ریال)")
    intake = read(tmp_path, heads, ("آرد شمال", "ارومیه", 10, 12))
    assert intake.units["bank_debt_rial"].tolist() == [12 * 10**9]
    assert intake.sheet_notes[["column", "code"]].values.tolist() == [[heads[2], "second_column"]]
    assert [extra["header"] for extra in intake.report()["accepted"][0]["extras"]] == [heads[2]]


@pytest.mark.parametrize(
    ("headings", "taken"),
    [
        (("بدهی بانکی ۱۴۰۳ (ریال)", "بدهی بانکی (ریال)"), 2),  # without a year: what it is today
        (("بدهی بانکی ۱۴۰۳ (ریال)", "بدهی بانکی ۱۴۰۶ پیش‌بینی (ریال)"), 1),  # what is planned is not owed
        (("بدهی بانکی (پیش‌بینی) (ریال)", "بدهی بانکی ۱۴۰۲ (ریال)"), 2),
        (("بدهی بانکی (برنامه ۱۴۰۵) (ریال)", "بدهی بانکی ۱۴۰۲ (ریال)"), 2),
        (("Bank debt 13991229 (rial)", "Bank debt 14031229 (rial)"), 2),  # days without marks
        (("بدهی بانکی ۲۰۲۳ (ریال)", "بدهی بانکی ۱۴۰۳ (ریال)"), 2),
        (("بدهی بانکی کد ۹۱۴۰۳ (ریال)", "بدهی بانکی کد ۷ (ریال)"), 1),  # no year: a longer number
        (("اشتغال قبل از توقف ۱۳۹۵", "اشتغال قبل از توقف ۱۳۹۸"), 1),  # jobs before the stop are of any year
    ],
)
def test_which_of_two_columns_of_a_field_counts(tmp_path, headings, taken):
    intake = read(tmp_path, ("نام واحد", "شهرستان", *headings), ("آرد شمال", "ارومیه", 1, 2))
    field = "jobs_before_stop" if "اشتغال" in headings[0] else "bank_debt_rial"
    assert intake.units[field].tolist() == [taken]


def test_one_column_in_two_languages_is_no_second_one(tmp_path):
    intake = read(tmp_path, ("name_fa", "name_en", "county"), ("آرد", "Ard", "خوی"))
    assert intake.sheet_notes.empty
    twice = read(tmp_path, ("نام واحد", "شهرستان", "شهرستان"), ("آرد", "خوی", "ماکو"))
    assert twice.sheet_notes["code"].tolist() == ["second_column"]


def test_a_year_beside_a_state_is_remarked(tmp_path):
    intake = read(
        tmp_path,
        ("نام", "شهرستان", "وضعیت"),
        ("الف", "خوی", "راکد (از ۱۳۹۸)"),
        ("ب", "خوی", "راکد"),
        ("ج", "خوی", "فعال از ۱۳۹۸"),
    )
    assert intake.units["status"].tolist() == ["idle", "idle", "operating"]
    assert intake.notes[["row", "code"]].values.tolist() == [[2, "since_left_out"]]


def test_a_short_year_among_gregorian_ones_is_refused(tmp_path):
    heads, first = ("Name", "County", "Machinery year"), ("A", "Khoy", 1998)
    assert read(tmp_path, heads, first, ("B", "Khoy", 98)).rejected_cells[["row", "given"]].values.tolist() == [
        [3, "98"]
    ]
    assert read(tmp_path, heads, ("A", "Khoy", 1376), ("B", "Khoy", 98)).units["machinery_year"].tolist() == [
        1997,
        2019,
    ]


@pytest.mark.parametrize(
    "heading",
    ["اشتغال طبق پروانه", "اشتغال پروانه", "تعداد شاغلین طبق پروانه", "اشتغال جواز", "اشتغال طبق جواز تأسیس",
     "Employment per licence"],
)  # fmt: skip
def test_jobs_of_the_licence_are_promised_and_none_of_today(tmp_path, heading):
    intake = read(tmp_path, ("نام واحد", "شهرستان", "وضعیت", heading), ("الف", "خوی", "فعال", 40))
    assert intake.units["jobs_promised"].tolist() == [40]
    assert intake.units[["jobs_now", "jobs_before_stop"]].isna().all(axis=None)
    both = read(tmp_path, ("نام واحد", "شهرستان", heading, "تعداد شاغلین"), ("الف", "خوی", 40, 7))
    assert both.units[["jobs_promised", "jobs_before_stop"]].values.tolist() == [[40, 7]]


def test_of_two_columns_that_a_mapping_names_one_counts_and_the_other_is_kept(tmp_path):
    heads = ("نام واحد", "شهرستان", "مبلغ ۱۴۰۲ (ریال)", "مبلغ ۱۴۰۳ (ریال)", "مبلغ (ریال)")
    mapping = dict.fromkeys(heads[2:4], "bank_debt_rial")
    intake = read(tmp_path, heads, ("آرد شمال", "ارومیه", 10, 12, 7), mapping=mapping)
    assert intake.units["bank_debt_rial"].tolist() == [12]
    assert intake.sheet_notes[["column", "code"]].values.tolist() == [[heads[2], "second_column"]]
    assert {one["header"] for one in intake.report()["accepted"][0]["extras"]} == {heads[2], heads[4]}
    both = read(tmp_path, heads, ("آرد شمال", "ارومیه", 10, 12, 7), mapping={heads[4]: "tax_debt_rial"} | mapping)
    assert both.units[["bank_debt_rial", "tax_debt_rial"]].values.tolist() == [[12, 7]]
