"""Parts of figures in words: signs, measures, what they rest on; what is small is added up and nothing is lost."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from serving.api.why_answer import why_answer
from serving.desk.why import DOUBTS, PARTS, QUESTIONS, Why
from serving.i18n import speech
from serving.reports.reasons import (
    effect_said,
    question_lines,
    questions_sheet,
    reason_lines,
    reasons_sheet,
    register_questions_sheet,
    unit_reasons,
    weighing_lines,
    why_documents,
)

FEATURES = ["idle_years", "public_debt_log", "has_title_deed", "not_public", "base"]


def part(feature: str, amount: float, output: str = "feasibility", **known) -> list:
    basis = "" if feature in ("base", "not_public") else known.get("basis", "assumed")
    fields = {"idle_years": "stopped_on;idle_months", "has_title_deed": "title_deed"}.get(feature, "")
    told = (
        known.get("stated", True),
        known.get("value", math.nan),
        amount,
        basis,
        known.get("learnt", 0.0),
        known.get("overridden", False),
    )
    return ["a", output, feature, fields, *told]


WHY = Why(
    pd.DataFrame(
        [
            part("idle_years", 0.05, value=4.25, basis="estimated_elsewhere", learnt=0.4),
            part("public_debt_log", -0.041, value=3.2e9),
            part("has_title_deed", 0.01, stated=False, overridden=True),
            part("not_public", -0.002),
            part("base", 0.16),
            part("jobs_before_log", 30.0, "jobs_if_revived"),
            part("base", 12.0, "jobs_if_revived"),
        ],
        columns=PARTS,
    ),
    pd.DataFrame([["a", "title_deed", 0.02, 0.1]], columns=QUESTIONS),
    pd.DataFrame([["a", 0.2, 0.1, 0.6, 0.1]], columns=DOUBTS),
)


def test_each_line_has_its_sign_its_measure_and_its_basis():
    lines = unit_reasons(WHY, "a", speech("en"))[0]["lines"]
    assert [line["amount"] for line in lines] == [
        "+5.0 points",
        "−4.1 points",
        "+1.0 points",
        "−0.2 points",
        "16.0 points",
    ]
    assert lines[0]["basis"] == "estimated elsewhere, shrunk, 40% of it moved by reports and outcomes"
    assert "the office's own row" in lines[2]["basis"]
    assert "not known" in lines[2]["basis"]
    assert lines[-1] == {"name": "The average unit", "amount": "16.0 points", "basis": "", "sign": "base"}


def test_a_part_says_what_the_record_tells_and_nothing_where_it_tells_nothing():
    names = [line["name"] for line in unit_reasons(WHY, "a", speech("en"))[0]["lines"]]
    assert names[:3] == [
        "Idle years: 4.2 years",
        "Tax and social security debt: 3.2 billion rial",
        "Has a title deed",
    ]


def test_the_largest_doubt_of_an_interval_stands_first_at_every_door():
    feasibility, jobs = unit_reasons(WHY, "a", speech("en"))
    assert feasibility["doubt"].startswith(
        "The interval of this unit's feasibility comes from: fields that are not known 60%"
    )
    assert jobs["doubt"] == ""
    assert list(why_documents(WHY)["a"]["doubt"].items()) == [
        ("missing", 0.6),
        ("effects", 0.2),
        ("level", 0.1),
        ("unit", 0.1),
    ]
    assert why_answer(WHY, speech("en"))["doubt"][0]["text"] == {"kind": "fields that are not known"}
    sheet = questions_sheet(WHY, pd.Series({"a": "x"}), speech("en"))
    assert sheet.rows["doubt"].tolist() == ["fields that are not known 60%"]


def test_what_is_small_is_one_line_and_the_lines_still_add_up():
    parts = WHY.parts[WHY.parts["output"] == "feasibility"]
    lines = reason_lines(parts, speech("en"), shown=1)
    assert [line["name"] for line in lines[1:2]] == ["2 smaller ones together"]
    assert lines[1]["amount"] == "−3.1 points"
    assert len(lines) == 4


@pytest.mark.parametrize("language", ["fa", "en"])
def test_titles_questions_and_sheets_speak_both_languages(language):
    words = speech(language)
    feasibility, jobs = unit_reasons(WHY, "a", words)
    assert words.share(0.177, 1) in feasibility["title"]
    assert words.number(42.0, 1) in jobs["title"]
    ((fields, effect),) = question_lines(WHY, "a", words)
    assert fields == words.text("field.title_deed")
    assert words.share(0.1) in effect
    sheet = reasons_sheet(WHY, pd.Series({"a": "کارخانه"}), words)
    assert sheet.rows["amount"].tolist() == pytest.approx([5, -4.1, 1, -0.2, 16, 30, 12])
    assert not any("." in title and " " not in title for title in sheet.rows["part"])
    asked = pd.DataFrame({"fields": ["title_deed"], "units": [3], "narrows": [0.02], "moves_top": [0.5]})
    assert register_questions_sheet(asked, words).rows["narrows"].tolist() == [2.0]


def test_a_persian_amount_keeps_its_sign_before_its_digits():
    amount = unit_reasons(WHY, "a", speech("fa"))[0]["lines"][1]["amount"]
    assert amount.startswith("\u200e−۴٫۱")


def test_what_can_hardly_change_the_first_twenty_does_not_say_so():
    line = {"narrows": 0.01, "moves_top": 0.0001}
    assert effect_said(line, speech("en")) == "narrows the interval of the estimate by 1.00 points"


def test_json_holds_codes_and_numbers_that_add_up():
    told = why_documents(WHY)["a"]
    assert sum(line["amount"] for line in told["parts"]["feasibility"]) == pytest.approx(0.177)
    assert told["parts"]["feasibility"][-1]["basis"] is None
    assert told["ask"] == [{"fields": ["title_deed"], "narrows": 0.02, "moves_top": 0.1}]


def test_http_has_words_beside_the_codes_and_is_empty_where_nothing_is_explained():
    told = why_answer(WHY, speech("fa"))
    assert told["parts"]["feasibility"][0]["text"]["feature"] == "سال‌های رکود"
    assert told["parts"]["feasibility"][1]["text"]["value"] == "۳٫۲ میلیارد ریال"
    assert why_answer(Why.none(), speech("fa")) == {"parts": {}, "ask": [], "doubt": []}


def test_a_weight_stands_beside_what_it_decides():
    weighing = pd.DataFrame({"weight": [0.3], "influence": [0.016]}, index=pd.Index(["feasibility"], name="part"))
    assert weighing_lines(weighing, speech("en")) == [("Feasibility", "weight 30%, influence 2%")]
