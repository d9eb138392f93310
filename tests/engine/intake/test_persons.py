"""Names, numbers and addresses of persons are kept nowhere, under whatever heading and in whatever text they stand."""

import pytest

from engine.intake import read_register
from engine.intake.labels import fields_named

MOBILE, MAIL, CODE, ACCOUNT = "0914 123 45 67", "a.b@mail.example", "0499370899", "IR580540105180021273113007"


@pytest.fixture
def read(tmp_path):
    def read(text, **options):
        path = tmp_path / "list.csv"
        path.write_text(text, encoding="utf-8")
        return read_register(path, **options)

    return read


def everything(intake):
    return intake.units.to_csv() + str(intake.report()) + intake.rejected_cells.to_csv() + intake.notes.to_csv()


@pytest.mark.parametrize(
    "heading",
    ["نام و نام خانوادگی مسئول", "همراه", "CEO mobile", "کدملی نماینده", "E-mail", "آدرس منزل", "نشانی منزل",
     "هیئت مدیره", "اعضای هیأت مدیره", "سرپرست کارخانه", "تاریخ تولد", "شماره کارت", "تلفکس", "Telegram id",
     "اینستاگرام", "Guarantor", "Inspector name", "Prepared by", "Date of birth", "Board members", "نام بهره‌بردار",
     "دارنده پروانه", "نام سرمایه‌گذار", "مهندس ناظر"],
)  # fmt: skip
def test_a_heading_that_speaks_of_a_person_is_known(heading):
    assert fields_named((heading,))[0].field == "personal"


@pytest.mark.parametrize(
    "heading", ["سال بهره‌برداری", "نیاز سرمایه‌گذاری", "شناسه ملی", "شهرستان", "سال تأسیس", "Board capacity"]
)
def test_a_heading_that_only_sounds_alike_is_not(heading):
    assert "personal" not in [match.field for match in fields_named((heading,))]


@pytest.mark.parametrize(
    "given", [MOBILE, "۰۹۱۴۱۲۳۴۵۶۷", "+98 914 1234567", "0914-123-4567", MAIL, f"کد ملی: {CODE}", ACCOUNT]
)
def test_a_number_of_a_person_within_a_text_is_taken_out_and_the_rest_stays(read, given):
    intake = read(f"نام واحد;شهرستان;ملاحظات;ماشین آلات\nالف;خوی;نوساز، تماس {given} عصرها;پرس\n")
    assert intake.units["notes"].tolist() == ["نوساز، تماس … عصرها"]
    assert intake.personal_not_stored == intake.personal_in_cells == ("ملاحظات",)
    assert given not in everything(intake)


def test_what_a_field_refuses_shows_no_number_of_a_person_either(read):
    intake = read(f"نام واحد;شهرستان;اشتغال فعلی;وضعیت\nالف;خوی;{MOBILE};راکد\nب;خوی;12;با {MOBILE} بپرسید\n")
    assert intake.units["jobs_now"].dropna().tolist() == [12]
    assert set(intake.personal_not_stored) == {"اشتغال فعلی", "وضعیت"}
    assert "123 45 67" not in everything(intake)


def test_figures_and_company_ids_that_only_look_alike_stay(read):
    intake = read(
        "نام واحد;شهرستان;شناسه ملی;بدهی بانکی (ریال);سهم ظرفیت فعال;ملاحظات\n"
        "الف;خوی;10100000004;9141234567;0.9141234567;شناسه ملی 10100000004، سند 1398/0914\n"
    )
    assert intake.personal_not_stored == ()
    assert intake.units["bank_debt_rial"].tolist() == [9_141_234_567]
    assert intake.units["notes"].tolist() == ["شناسه ملی 10100000004، سند 1398/0914"]


def test_accounts_cards_and_landlines_are_no_extras(read):
    intake = read(
        f"نام واحد;شهرستان;واریز به;شماره واریز;شماره دفتر;رنگ\nالف;خوی;{ACCOUNT};6037991234567890;04433445566;سبز\n"
    )
    assert intake.units["extras"].tolist() == ["رنگ|text|سبز"]
    assert set(intake.personal_not_stored) == {"واریز به", "شماره واریز", "شماره دفتر"}
    assert intake.personal_in_cells == ()
