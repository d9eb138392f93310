"""Paper: the same words give the same bytes, and nothing that comes from a table is markup."""

from __future__ import annotations

import pandas as pd
import pytest

from serving.i18n import speech
from serving.reports.typeset import pictures, printed, typeset

DAY = pd.Timestamp("2026-11-23")


def page(title: str) -> dict[str, str]:
    return {"language": "fa", "direction": "rtl", "title": title}


def test_the_same_document_gives_the_same_bytes_and_another_word_gives_others():
    first, again = (typeset("plain", page("آرد زاگرس"), made_on=DAY) for _ in range(2))
    assert first == again
    assert first != typeset("plain", page("آرد سهند"), made_on=DAY)


@pytest.mark.parametrize("title", ["#panic()", "$x", "*a", "]", "\\", '"', '#read("/etc/passwd")', "= a <b> @c"])
def test_a_name_out_of_a_register_is_never_markup(title):
    assert pictures("plain", page(title), made_on=DAY, ppi=20)


def test_a_negative_amount_is_isolated_and_a_mark_that_turns_a_page_is_gone():
    said = speech("fa").money(-2_089 * 10**9)
    assert printed(said) == "\u2066−۲٬۰۸۹\u2069 میلیارد ریال"
    assert printed("\u202eنام") == "نام"
