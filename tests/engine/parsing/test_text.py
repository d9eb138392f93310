"""Spelling is folded for comparing."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.parsing.text import compact, compact_column, fold, fold_column, latin_digits, tidy_column


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("مياندواب", "میاندواب"),
        ("بوكان", "بوکان"),
        ("نیمه‌فعال", "نیمه فعال"),
        ("نمونهٔ ساختگی", "نمونه‌ی ساختگی"),
        ("نمونه ی ساختگی", "نمونه ساختگی"),
        ("تأمین", "تامین"),
        ("فعّال", "فعال"),
        ("شـــرکت", "شرکت"),
        ("آذربایجان", "اذربایجان"),
        ("۱۲۳", "123"),
        ("٤٥٦", "456"),
        ("  دو   فاصله ", "دو فاصله"),
        ("\u200fارومیه\u200e", "ارومیه"),
        ("رضائیه", "رضاییه"),
        ("Urmia", "URMIA"),
        ("ﻻﻟﻪ", "لاله"),
    ],
)
def test_two_spellings_of_one_word_fold_to_the_same(one, other):
    assert fold(one) == fold(other)


def test_different_words_stay_different():
    assert fold("خوی") != fold("خو")
    assert fold("ماکو") != fold("ماکویی")


def test_a_final_yeh_of_a_word_that_goes_on_is_kept():
    assert fold("راه یزد") == "راه یزد"


def test_compact_ignores_where_the_spaces_stand():
    assert compact("شاهین دژ") == compact("شاهین‌دژ") == compact("شاهيندژ")


def test_digits_become_latin_and_letters_stay():
    assert latin_digits("كد ۱۲٣") == "كد 123"


def test_missing_stays_missing_in_a_column():
    assert fold_column(pd.Series([None, None])).isna().all()
    assert fold_column(pd.Series(["ي", None, "ي"], index=[3, 5, 9])).fillna("?").to_dict() == {3: "ی", 5: "?", 9: "ی"}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
def test_a_column_folds_as_its_cells_fold_one_by_one(texts):
    assert fold_column(pd.Series(texts, dtype=object)).tolist() == [fold(text) for text in texts]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_folding_twice_changes_nothing_for_persian_and_latin_text(text):
    text = "".join(letter for letter in text if letter.isascii() or "\u0600" <= letter <= "\u06ff")
    assert fold(fold(text)) == fold(text)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_a_long_column_folds_as_its_cells_fold_one_by_one(texts):
    long = [f"{text}{end}" for text in texts for end in ("", "ي", " ه‌ی", "  x", "\u064b", *map(str, range(70, 95)))] * 4
    assert fold_column(pd.Series(long, dtype=object)).tolist() == [fold(text) for text in long]
    assert compact_column(pd.Series(long, dtype=object)).tolist() == [compact(text) for text in long]
    assert (
        tidy_column(pd.Series(long, dtype=object)).tolist()
        == [tidy_column(pd.Series([one]))[0] for one in long[: len(long) // 4]] * 4
    )
