"""The health of a register in both languages, in a workbook and in JSON."""

import json

import openpyxl
import pandas as pd
import pytest

from engine.domain.unit import column_dtypes
from engine.errors import EhyaError, ErrorCode
from engine.health import health
from serving.i18n import speech
from serving.reports.health import bar, health_document, write_health
from serving.reports.page import report_html

DAY = pd.Timestamp("2026-11-23")


@pytest.fixture(scope="module")
def found(appraisal):
    units = appraisal[list(column_dtypes())].copy()
    units.loc[units.index[:6], "isic"] = None
    units.loc[units.index[:3], "estate"] = "=cmd"
    conflicts = pd.DataFrame({"unit_id": units.index[:2], "field": "jobs_now"})
    return health(units, as_of=DAY, conflicts=conflicts)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_workbook_has_the_parts_of_the_register_and_runs_nothing(tmp_path, found, language):
    book = openpyxl.load_workbook(write_health(tmp_path / "h.xlsx", found, speech(language)))
    assert len(book.sheetnames) == 10
    assert all(page.sheet_view.rightToLeft is (language == "fa") for page in book)
    cells = [cell.value for page in book for row in page.iter_rows() for cell in row]
    assert not [value for value in cells if isinstance(value, str) and value.startswith("=")]
    assert "True" not in cells


def test_json_holds_codes_and_every_figure(tmp_path, found):
    document = json.loads(write_health(tmp_path / "h.json", found, speech("fa")).read_text("utf-8"))
    assert document["totals"]["units"] == 40
    assert document["totals"]["conflicts"] == 2
    assert document["unlocks"][0]["fields"] == ["isic"]
    assert sum(part["units"] for part in document["groups"]["county"]) == 40


def test_what_nobody_looked_for_is_not_told_as_none(found):
    assert "duplicates" not in health_document(found)["totals"]


def test_another_ending_is_refused(tmp_path, found):
    with pytest.raises(EhyaError) as refused:
        write_health(tmp_path / "h.pdf", found, speech("fa"))
    assert refused.value.code is ErrorCode.UNKNOWN_OPTION


@pytest.mark.parametrize(("share", "full"), [(0.0, 0), (0.004, 1), (0.5, 5), (0.996, 9), (1.0, 10)])
def test_a_bar_never_rounds_something_to_nothing_nor_almost_all_to_all(share, full):
    assert bar(share, 10) == "█" * full + "░" * (10 - full)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_report_says_what_would_open_the_most_units(appraisal, language):
    table = appraisal.copy()
    table.loc[table.index[:9], "isic"] = None
    page = report_html(table, speech(language), title="x", as_of=DAY)
    words = speech(language)
    assert words.text("register_health.section") in page
    assert f'<th scope="row">{words.text("field.isic")}</th><td class="number">{words.number(9)}</td>' in page
