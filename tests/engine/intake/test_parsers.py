"""Every parser takes back what was written, in any digits, with any separators and units; and never falls over."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.unit import Barrier, DealForm, Status
from engine.intake.lexicon import code_words, measures
from engine.intake.measures import plain_numbers, read_quantity
from engine.intake.phrases import read_causes, read_deal_forms, read_flag, read_status
from engine.intake.places import CountyName, read_county, read_province
from engine.intake.sectors import read_isic, read_sector
from engine.intake.titles import read_titles
from engine.parsing.dates import read_date
from engine.parsing.money import read_money
from engine.parsing.numerals import read_numeral, words_as_digits
from engine.parsing.rejection import Refusal, Remarked
from engine.parsing.text import fold
from engine.reference import table

DIGITS = st.sampled_from(["0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"])
GROUPS = st.sampled_from(["", ",", "٬", "،", "'"])
MEASURES = ["m2", "kW", "m3/h", "L/s", "persons", "months", "share"]
SEVERAL = settings(max_examples=150, deadline=None)
CELLS = st.one_of(
    st.text(max_size=25), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.times(), st.none()
)


def taken(read):
    return None if isinstance(read, Refusal) else read.reading if isinstance(read, Remarked) else read


def in_digits(text, digits):
    return text.translate(str.maketrans("0123456789", digits))


def arabic(text):
    return text.replace("ی", "ي").replace("ک", "ك")


@SEVERAL
@given(st.data(), st.sampled_from(MEASURES), st.integers(0, 10**9), DIGITS, GROUPS, st.sampled_from([" ", ""]))
def test_a_quantity_survives_every_unit_and_every_way_of_writing_it(data, measure, number, digits, mark, gap):
    unit, factor = data.draw(st.sampled_from(sorted(measures(measure).items())))
    written = in_digits(f"{number:,}".replace(",", mark), digits)
    read = read_quantity(f"{written}{gap}{unit}", measure, 1.0)
    assert math.isclose(taken(read), number * factor, rel_tol=1e-12)
    about = read_quantity(f"حدود {written} {unit}", measure, 1.0)
    assert isinstance(about, Remarked)
    assert about.reading == taken(read)


@SEVERAL
@given(st.lists(st.one_of(st.integers(0, 10**12).map(str), st.decimals(0, 10**6, places=3).map(str),
                          st.integers(0, 10**9).map("{:,}".format), st.text("0123456789,./ e-", max_size=9)),
                min_size=1, max_size=8))  # fmt: skip
def test_numbers_of_a_column_are_what_they_are_one_by_one(cells):
    for cell, number in zip(cells, plain_numbers(pd.Series([fold(one) for one in cells], dtype="str")), strict=True):
        if not math.isnan(number):
            assert float(read_numeral(cell)) == number


@SEVERAL
@given(st.integers(1, 999))
def test_number_words_are_their_number(number):
    ones = ["", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه", "ده", "یازده", "دوازده", "سیزده", "چهارده"]
    ones += ["پانزده", "شانزده", "هفده", "هجده", "نوزده"]
    tens = ["", "", "بیست", "سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود"]
    hundreds = ["", "صد", "دویست", "سیصد", "چهارصد", "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد"]
    rest = number % 100
    below = [ones[rest]] if rest < 20 else [tens[rest // 10], ones[rest % 10]]
    words = " و ".join(word for word in [hundreds[number // 100], *below] if word)
    assert words_as_digits(f"{words} نفر") == f"{number} نفر"


@pytest.mark.parametrize(
    ("cell", "measure", "number"),
    [
        ("سی نفر", "persons", 30), ("صد و بیست و پنج نفر", "persons", 125), ("دو هکتار", "m2", 20_000),
        ("نیم هکتار", "m2", 5_000), ("۳ سال و نیم", "months", 42), ("حدود ۵ سال", "months", 60),
        ("۳ سال و ۶ ماه", "months", 42), ("٪۱۲", "share", 0.12), ("۱۲ درصد", "share", 0.12), ("2 مگاوات", "kW", 2000),
        ("بیش از ۱۰۰ نفر", "persons", None), ("100 نفر به بالا", "persons", None), ("کمتر از ۱۰ نفر", "persons", None),
        ("مساحت ۳۰۰ متر", "m2", None), ("20*30", "m2", None), ("۳۰ نفر مرد و ۵ نفر زن", "persons", None),
        ("۳ شیفت ۱۰ نفره", "persons", None), ("30+5", "persons", None), ("چند سال", "months", None),
        ("نه", "persons", None),
        ("250 کیلو ولت آمپر", "kW", None), ("12.500", "persons", None), ("1/200", "m2", None),
        ("یک سوم", "share", None),
    ],
)  # fmt: skip
def test_quantities_as_people_write_them(cell, measure, number):
    assert taken(read_quantity(cell, measure, 1.0)) == number


def test_every_county_and_province_is_found_by_its_own_names():
    for row in table("counties")[["province", "county", "name_fa"]].itertuples():
        for name in (row.county, row.name_fa, arabic(row.name_fa), f"شهرستان {row.name_fa}", f" {row.name_fa}\u200c"):
            assert taken(read_county(name, row.province)) == CountyName(row.province, row.county), name
    for row in table("provinces")[["province", "name_fa"]].itertuples():
        for name in (row.province, row.name_fa, arabic(row.name_fa), f"استان {row.name_fa}", row.province.upper()):
            assert taken(read_province(name)) == row.province, name


def test_a_county_with_one_wrong_letter_is_itself_or_refused_never_another_in_silence():
    """Within its province: each letter in turn is doubled, and dropped."""
    counties = table("counties").query("province == 'West Azerbaijan'")
    for row in counties[["province", "county", "name_fa"]].itertuples():
        for at in range(len(row.name_fa)):
            for spelt in (
                row.name_fa[:at] + row.name_fa[at] + row.name_fa[at:],
                row.name_fa[:at] + row.name_fa[at + 1 :],
            ):
                read = read_county(spelt, row.province)
                if not isinstance(read, Refusal | Remarked):
                    assert read.county == row.county or spelt in set(counties["name_fa"]), spelt


def test_every_activity_code_is_read_however_it_is_written():
    rows = table("isic").query("level != 'section'")
    for row in rows[["code", "section"]].itertuples():
        code = row.code
        for written in (code, in_digits(code, "۰۱۲۳۴۵۶۷۸۹"), f"{row.section}{code}", f"ISIC {code}", f" {code} "):
            assert taken(read_isic(written)) == code, written
        if not code.startswith("0"):  # 011 that a spreadsheet made 11 is read as division 11
            assert taken(read_isic(float(code))) == code
    for word in table("sector_words")["word"]:
        assert read_sector(arabic(word)) == read_sector(word) is not None


@pytest.mark.parametrize(
    ("family", "read", "allowed"),
    [
        ("status", read_status, set(Status)),
        ("cause", read_causes, set(Barrier)),
        ("deal_form", read_deal_forms, set(DealForm)),
    ],
)
def test_every_word_of_a_family_is_its_code_in_either_spelling(family, read, allowed):
    for word, code in code_words(family).items():
        assert code in allowed
        wanted = None if (family, word) == ("cause", "unknown") else code  # says nothing
        assert taken(read(word)) == wanted, word
        assert taken(read(f" {arabic(word)} ")) == wanted, word


def test_flags_are_read_in_either_spelling():
    for word, code in code_words("flag").items():
        assert read_flag(word) is read_flag(arabic(word).upper()) is (code == "yes")


@SEVERAL
@given(st.lists(st.sampled_from(sorted(set(Barrier) - {Barrier.UNKNOWN})), min_size=1, max_size=4, unique=True),
       st.sampled_from(["، ", "؛ ", "\n", " / ", ",", " - ", "|"]))  # fmt: skip
def test_a_list_of_causes_is_its_codes_however_it_is_parted(causes, mark):
    words = {code: word for word, code in code_words("cause").items()}
    assert taken(read_causes(mark.join(words[cause] for cause in causes))) == ";".join(sorted(causes))


@settings(max_examples=300, deadline=None)
@given(CELLS)
def test_any_cell_gives_a_value_or_a_refusal(cell):
    for read in (read_status, read_causes, read_deal_forms, read_isic, read_province, read_county):
        assert isinstance(read(cell), str | CountyName | Remarked | Refusal)
    assert isinstance(read_flag(cell), bool | Remarked | Refusal)
    for measure in MEASURES:
        assert isinstance(read_quantity(cell, measure, 1.0), float | Remarked | Refusal)
    read_titles([str(cell)])


@pytest.mark.parametrize("part", ["و ", "1", "x", "(", "1,", "۱ ", "نیم ", "- ", "یک و "])
def test_a_text_without_end_is_refused_at_once(part):
    text = part * 5000
    for measure in MEASURES:
        assert isinstance(read_quantity(text, measure, 1.0), Refusal)
    assert isinstance(read_money(text), Refusal)
    assert isinstance(read_date(text), Refusal)
    assert isinstance(read_flag(text), bool | Refusal)
