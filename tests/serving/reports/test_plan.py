"""Plans on paper say what is known: a range of months, a cost that is at least so much, what an effect rests on."""

import json
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest

from engine.recourse.cheapest import PlanWish
from engine.recourse.quarter import Capacity, work
from engine.reference.effects import effects
from serving.desk.appraisal import Appraised
from serving.desk.plan import PlanRequest, Workload, plans_of
from serving.desk.question import Question
from serving.disclosure.masking import Audience
from serving.i18n import speech
from serving.reports.plan import (
    ENDINGS,
    cost_said,
    done_said,
    plan_cost_said,
    plan_document,
    work_document,
    write_workload,
)
from tests.serving.conftest import DAY

DONE = pd.DataFrame({"unit_id": ["unit-0005"], "act": ["diagnosis"], "happened_on": pd.to_datetime(["2026-10-10"])})


@pytest.fixture(scope="module")
def result(appraisal):
    table = appraisal.copy()
    table.loc["unit-0005", "name"] = "=cmd|' /C calc'!A0"
    found = Appraised(table, Question(as_of=DAY, price_year=1405), Audience.OFFICE)
    return plans_of(found, table.index, DONE, PlanRequest(PlanWish(0.4)), effects())


@pytest.fixture(scope="module")
def found(result):
    jobs = result.found.table["jobs_if_revived_point"].astype("float64")
    return Workload(result, work(result.plans.steps, jobs, Capacity({"bank": 2})))


def test_a_document_has_every_unit_with_its_own_steps_in_order(result):
    documents = plan_document(result)
    assert [one["unit_id"] for one in documents] == result.found.table.index.tolist()
    for one in documents:
        assert {step["intervention"] for step in one["steps"]} == set(one["acts"])
        assert [step["start"] for step in one["steps"]] == sorted(step["start"] for step in one["steps"])
        assert all(step["low_months"] <= step["months"] <= step["high_months"] for step in one["steps"])
    bases = {step["basis"] for one in documents for step in one["steps"]}
    assert bases <= {"assumed", "estimated_elsewhere", "computed"}
    assert [one["done"] for one in documents if one["done"]] == [
        [{"act": "diagnosis", "happened_on": DONE["happened_on"].iloc[0], "in_record": False}]
    ]


@pytest.mark.parametrize(
    ("cost", "unknown", "said"),
    [(9e9, "", "9 billion rial"), (9e9, "diagnosis", "at least 9 billion rial"), (np.nan, "diagnosis", "not known")],
)
def test_a_cost_that_is_not_known_is_never_nil(cost, unknown, said):
    plan = {"cost_rial": cost, "unknown_costs": unknown}
    assert plan_cost_said(plan, speech("en")).startswith(said)
    assert "0" not in plan_cost_said({"cost_rial": np.nan, "unknown_costs": "diagnosis"}, speech("en"))


def test_what_was_done_says_whether_the_record_knows_of_it():
    words = speech("en")
    assert "not yet in the record" in done_said({"act": "diagnosis", "in_record": False}, words)
    assert "weighed again" in done_said({"act": "diagnosis", "in_record": True}, words)
    assert cost_said({"cost_rial": np.nan, "cost_gap": "amount_missing"}, words).startswith("not known")


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_workbook_of_a_quarter_has_the_figures_and_no_formula(found, language, tmp_path):
    path = write_workload(tmp_path / "work.xlsx", found, speech(language))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    header = next(row for row in sheet.iter_rows() if row[0].value == speech(language).text("plan_column.owner"))
    rows = list(sheet.iter_rows(min_row=header[0].row + 1, values_only=True))
    titles = [cell.value for cell in header]
    jobs = titles.index(speech(language).text("plan_column.jobs"))
    written = [np.nan if row[jobs] is None else row[jobs] for row in rows]
    assert written == pytest.approx(found.work["jobs"].tolist(), nan_ok=True)
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(str(cell.value).startswith("'=cmd") for cell in cells)
    shown = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
    assert not re.search(r"\b(debt_rescheduling|estates_company|assumed_)\b", shown)


def test_every_ending_is_written_and_another_is_refused(found, tmp_path):
    for ending in ENDINGS:
        assert write_workload(tmp_path / f"work{ending}", found, speech("en")).stat().st_size > 0
    written = json.loads((tmp_path / "work.json").read_text("utf-8"))
    assert len(written["work"]) == len(found.work)
    assert len(written["plans"]) == len(work_document(found)["plans"])
