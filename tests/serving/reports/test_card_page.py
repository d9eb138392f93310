"""The page of a model card says what the figures of jobs rest on."""

from __future__ import annotations

import pytest

from engine.scoring.jobs import JobsNote
from serving.i18n import speech
from serving.reports.card_page import card_html, card_markdown

BASIS = {
    "counts": {"used": 55, "zero": 4, "set_aside": 1}, "intervals": "jackknife_plus", "realised": 0.61,
    "promises": 40, "assumed": False, "notes": [JobsNote.COUNTS_SET_ASIDE.value],
}  # fmt: skip


def _said(basis: dict | None, language: str) -> str:
    card = {"version": "v1", "kind": "outcomes"} | ({} if basis is None else {"jobs_basis": basis})
    return card_markdown(card, speech(language))


def test_counts_promises_and_what_must_be_known_of_them_are_said():
    said = _said(BASIS, "en")
    assert "55, 4 of them with nobody at work; 1 set aside" in said
    assert "61% came about, by 40 promises" in said
    assert "Counts that cannot be right were set aside" in said
    assert "۵۵ واحد" in _said(BASIS, "fa")


@pytest.mark.parametrize("language", ["fa", "en"])
def test_an_assumed_share_of_promises_is_not_shown_as_a_finding(language):
    basis = BASIS | {"assumed": True, "promises": 0, "notes": [JobsNote.RATIO_ASSUMED.value]}
    said = _said(basis, language)
    assert speech(language).text("jobs_note.ratio_assumed") in said
    assert "61" not in said
    assert "۶۱" not in said


def test_a_card_without_counts_says_nothing_of_them():
    assert speech("en").text("model_card.jobs_basis") not in _said(None, "en")


def test_a_county_out_of_a_register_writes_no_markup_into_the_card():
    line = {"by": "county", "group": "Gilan/<script>alert(1)</script>|\n# x\x1b[31m", "units": 31}
    line |= {"rows": 31, "brier": 0.1, "brier_opponent": 0.2, "worse_share": -0.5}
    card = {"version": "<b>v1</b>", "kind": "outcomes", "groups": [line]}
    for language in ("fa", "en"):
        page, text = (write(card, speech(language)) for write in (card_html, card_markdown))
        for written in (page, text):
            assert "<script>alert" not in written
            assert "<b>v1" not in written
            assert "&lt;script" in written
        assert "\n# x" not in text
        assert "\x1b" not in text
