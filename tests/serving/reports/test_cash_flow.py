"""The workbook's formulas, worked out by another program, give what Ehya gives, before and after an input changes."""

import re
import zipfile
from functools import reduce

import formulas
import numpy as np
import openpyxl
import pytest

from engine.economics.account import FigureName, Standards, account, yearly
from engine.economics.project_file import check_project
from engine.economics.tornado import Step, moved
from engine.errors import EhyaError, ErrorCode
from serving.desk.appraisal import Appraised
from serving.desk.economics import Choices, Economics, economics_of, stated_economics
from serving.desk.question import Question
from serving.disclosure.masking import Audience
from serving.i18n import speech
from serving.reports.cash_flow import PARTS, write_cash_flow
from tests.serving.conftest import DAY

EVIL = "=cmd|' /C calc'!A0"
MILL = {
    "name": EVIL,
    "years": 5,
    "sales": [0, 40, 90, 160, 160, 150],
    "investment": {
        EVIL: {"spent": [120, 30], "life_years": 2.5, "residual": 20},
        "debts": {"spent": [10, 10]},
        "patent": {"spent": 15, "written_off": [0, 10, 5]},
    },
    "costs": {"@wheat": {"rial": [0, 60, 60, 60]}, "wages": {"rial": 20, "bought": False}},
    "working_capital": [5, 12],
    "loans": {
        "-bank": {"drawn": [60, 20], "rate": 0.2, "years": 3, "grace_years": 1, "in_grace": "capitalised"},
        "fund": {"drawn": 30, "rate": 0.1, "years": 2, "form": "annuity", "share_of_first_year": 0.5},
    },
    "tax": {"rate": 0.25, "holiday_years": 1},
    "without": [0, 3],
    "inflation": 0.2,
    "real_rate": 0.1,
}
VARIANTS = {
    "as it is": {},
    "losses that expire": {"tax": {"rate": 0.25, "loss_years": 2}},
    "losses that are refunded": {"tax": {"rate": 0.25, "refunded": True}},
    "no debt and no tax": {"loans": {}, "tax": {}},
}


def written(found: Economics, path, language="en", changed=None):
    """The workbook, with some of its inputs changed by their names."""
    write_cash_flow(path, found, speech(language))
    book = openpyxl.load_workbook(path)
    for row in book.worksheets[0].iter_rows(max_col=2):
        if (changed or {}).get(row[0].value) is not None:
            row[1].value = changed[row[0].value]
    book.save(path)
    return path


def worked_out(path):
    """Value of each cell of the first sheet as the library ``formulas`` works it out, by row and column."""
    solution = formulas.ExcelModel().loads(str(path)).finish().calculate()
    first = openpyxl.load_workbook(path).worksheets[0]
    prefix = f"'[{path.name}]{first.title}'!".upper()
    values = {
        name[len(prefix) :]: found.value[0, 0]
        for name, found in solution.items()
        if str(name).upper().startswith(prefix) and ":" not in name
    }
    return {
        row[0].value: [values.get(cell.coordinate) for cell in row[1:]]
        for row in first.iter_rows()
        if row[0].value is not None
    }


def standards(found):
    return Standards(real_rate=found.real_rate)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_formulas_give_every_line_and_the_worth_of_a_stated_project(variant, tmp_path):
    found, words = stated_economics(check_project(MILL | VARIANTS[variant]), Choices()), speech("en")
    cells = worked_out(written(found, tmp_path / "mill.xlsx"))
    for name in (FigureName.NPV, FigureName.EQUITY_NPV, FigureName.IRR, FigureName.LEAST_DSCR):
        value = found.account.value(name)
        if value is None:
            assert cells[words.text(name)][0] in ("", None)
        else:
            assert float(cells[words.text(name)][0]) == pytest.approx(value, rel=1e-6), name
    lines = yearly(found.account.worked)
    for name in ("sales", "operating_surplus", "depreciation", "interest", "investment", "terminal", "project_flow"):
        shown = [float(cell) for cell in cells[words.text(f"statement_line.{name}")][1:7]]
        assert shown == pytest.approx(lines.loc[name].tolist()), name
    owed = [float(cell) for cell in cells[words.text("statement_line.end_debt")][1:7]]
    assert owed == pytest.approx(lines.loc["end_debt"].tolist())
    taxed = [-float(cell) for cell in cells[words.text("statement_line.tax")][1:7]]
    assert taxed == pytest.approx(lines.loc["tax"].tolist())


def test_a_changed_price_cost_and_outlay_give_what_the_product_gives_for_them(tmp_path):
    found, words = stated_economics(check_project(MILL), Choices()), speech("en")
    by = {Step.PRICE: 1.2, Step.COSTS: 1.1, Step.CAPITAL: 0.7}
    titles = {words.text("cash_flow.factor", name=words.text(step)): factor for step, factor in by.items()}
    cells = worked_out(written(found, tmp_path / "mill.xlsx", changed=titles))
    again = account(reduce(lambda project, step: moved(project, *step), by.items(), found.project), standards(found))
    assert float(cells[words.text(FigureName.NPV)][0]) == pytest.approx(again.value(FigureName.NPV), rel=1e-6)
    assert float(cells[words.text(FigureName.EQUITY_NPV)][0]) == pytest.approx(again.value(FigureName.EQUITY_NPV))
    before = float(cells[words.text(FigureName.NPV)][1])
    assert before == pytest.approx(found.account.value(FigureName.NPV))  # what Ehya worked out stands beside it


@pytest.fixture(scope="module")
def unit(appraisal):
    office = Appraised(appraisal, Question(as_of=DAY, price_year=1405), Audience.OFFICE)
    return economics_of(office, "unit-0000", Choices(draws=100))


def test_the_formulas_give_the_worth_of_a_unit_in_persian_too(unit, tmp_path):
    cells, words = worked_out(written(unit, tmp_path / "unit.xlsx", "fa")), speech("fa")
    npv = float(cells[words.text(FigureName.NPV)][0])
    assert npv == pytest.approx(unit.account.value(FigureName.NPV), rel=1e-6)
    flow = cells[words.text("statement_line.project_flow")][1:]
    assert np.array([float(one) for one in flow]) == pytest.approx(unit.account.worked.project_flow)


def test_every_line_of_a_revival_has_words(unit):
    assert {*unit.project.costs, *unit.project.assets, *unit.project.loans} == set(PARTS)


def test_no_name_becomes_a_formula_inputs_are_marked_and_there_is_no_macro(tmp_path):
    found = stated_economics(check_project(MILL), Choices())
    written = write_cash_flow(tmp_path / "mill.xlsx", found, speech("fa"))
    with zipfile.ZipFile(written) as archive:
        assert not [name for name in archive.namelist() if "vba" in name.lower()]
    book = openpyxl.load_workbook(written)
    words = {"SUM", "MIN", "MAX", "IF", "AND", "OR", "NPV", "IRR", "IFERROR", "COUNT"}
    for page in book:
        for cell in (cell for row in page.iter_rows() for cell in row if cell.data_type == "f"):
            plain = re.sub(r'"[^"]*"', "", cell.value)
            assert set(re.findall(r"[A-Za-z_]+(?=\()", plain)) <= words
            assert re.fullmatch(r"=[A-Z0-9$:+\-*/^()<>=,. ]+", plain), cell.value
    sheet = book.worksheets[0]
    shaded = [cell for row in sheet.iter_rows(min_col=2) for cell in row if cell.fill.fgColor.rgb == "00FFF4DC"]
    assert len(shaded) > 20
    assert all(cell.data_type == "n" for cell in shaded)


def test_a_unit_that_cannot_be_judged_and_another_ending_are_refused(appraisal, unit, tmp_path):
    office = Appraised(appraisal, Question(as_of=DAY, price_year=1405), Audience.OFFICE)
    with pytest.raises(EhyaError) as refused:
        write_cash_flow(tmp_path / "x.xlsx", economics_of(office, "unit-0006", Choices(draws=100)), speech("en"))
    assert refused.value.code is ErrorCode.NO_CASH_FLOW
    with pytest.raises(EhyaError, match=r"\.xlsx"):
        write_cash_flow(tmp_path / "x.xlsm", unit, speech("en"))
