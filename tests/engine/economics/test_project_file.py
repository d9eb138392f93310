"""Stated projects: read, and refused key by key."""

from pathlib import Path

import pytest
import yaml

from engine.economics.account import FigureName, Standards
from engine.economics.project_file import check_project, plan, read_project, stated_account
from engine.errors import EhyaError, ErrorCode

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "project_mill.yaml"
MILL = {
    "name": "آسیاب",
    "years": 3,
    "sales": [0, 100],
    "investment": {"machines": {"spent": 120, "life_years": 3}},
    "costs": {"wheat": {"rial": 20}, "wages": {"rial": 20, "fixed_share": 1.0, "bought": False}},
    "loans": {"bank": {"drawn": 60, "rate": 0.2, "years": 3}},
    "tax": {"rate": 0.25},
}


def test_a_mill_in_a_file_is_the_mill_by_hand(tmp_path):
    path = tmp_path / "mill.yaml"
    path.write_text(yaml.safe_dump(MILL, allow_unicode=True), encoding="utf-8")
    found = stated_account(read_project(path), Standards(real_rate=0.1))
    assert found.worked.project_flow == pytest.approx([-120, 58, 57, 56])


def test_money_counts_in_the_unit_of_the_file_and_jobs_lose_what_is_not_new():
    stated = check_project(MILL | {"money": "billion rial", "jobs": {"gross": 20}})
    assert plan(stated).sales.tolist() == [0, 1e11, 1e11, 1e11]
    assert stated_account(stated, Standards(0.1)).value(FigureName.NET_JOBS) == pytest.approx(20 * 0.5450625)


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        ({"sails": 5}, ErrorCode.PROJECT_KEY_UNKNOWN, "sails"),
        (
            {"loans": {"bank": {"drawn": 60, "rate": 0.2, "yeers": 3}}},
            ErrorCode.PROJECT_KEY_UNKNOWN,
            "loans.bank.yeers",
        ),
        ({"investment": {"machines": {"spent": 0}}}, ErrorCode.PROJECT_VALUE_REFUSED, "investment"),
        ({"investment": {"machines": {"spent": -120}}}, ErrorCode.PROJECT_VALUE_REFUSED, "investment"),
        ({"investment": {}}, ErrorCode.PROJECT_VALUE_REFUSED, "investment"),
        ({"sales": [1, 2, 3, 4, 5]}, ErrorCode.PROJECT_VALUE_REFUSED, "sales"),
        ({"sales": "many"}, ErrorCode.PROJECT_VALUE_REFUSED, "sales.0"),
        ({"sales": [float("nan")]}, ErrorCode.PROJECT_VALUE_REFUSED, "sales.0"),
        ({"years": 0}, ErrorCode.PROJECT_VALUE_REFUSED, "years"),
        ({"tax": {"rate": 25}}, ErrorCode.PROJECT_VALUE_REFUSED, "tax.rate"),
        ({"money": "toman"}, ErrorCode.PROJECT_VALUE_REFUSED, "money"),
    ],
)
def test_a_project_that_cannot_be_is_refused_by_its_key(change, code, named):
    with pytest.raises(EhyaError) as refused:
        check_project(MILL | change)
    assert refused.value.code is code
    assert named in (refused.value.facts.get("key"), refused.value.facts["given"])
    assert refused.value.facts["allowed"]


def test_a_missing_key_is_named():
    with pytest.raises(EhyaError) as refused:
        check_project({name: value for name, value in MILL.items() if name != "sales"})
    assert (refused.value.code, refused.value.facts["key"]) == (ErrorCode.PROJECT_KEY_MISSING, "sales")


@pytest.mark.parametrize("text", ["[1, 2", "a: &x 1\nb: *x", "- 1", ""])
def test_a_file_that_is_no_project_is_refused(tmp_path, text):
    path = tmp_path / "odd.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EhyaError):
        read_project(path)
    with pytest.raises(EhyaError):
        read_project(tmp_path / "none.yaml")


def test_a_textbook_case_can_be_stated_line_by_line():
    """Brigham and Houston, table 12-1, project S: printed flows -1000, 500, 400, 300, 100."""
    equipment = {"spent": 900, "residual": 50, "written_off": [0, 297, 405, 135, 63]}
    stated = {
        "name": "S",
        "years": 4,
        "sales": [0, 5370, 5200, 5050, 4900],
        "investment": {"equipment": equipment},
        "costs": {
            "variable": {"rial": [0, 2734.404, 2803.32, 2640.14, 2991.94]},
            "fixed": {"rial": 2000, "fixed_share": 1.0},
        },
        "working_capital": 100,
        "tax": {"rate": 0.4, "refunded": True},
    }
    found = stated_account(check_project(stated), Standards(real_rate=0.1))
    assert found.worked.project_flow == pytest.approx([-1000, 500, 400, 300, 100], abs=0.3)
    assert found.value(FigureName.IRR) == pytest.approx(0.14489, abs=1e-4)


def test_the_example_of_the_docs_pays_its_debts():
    found = stated_account(read_project(EXAMPLE), Standards(real_rate=0.1))
    assert found.value(FigureName.LEAST_DSCR) > 1
    assert found.worked.without[0] == 25e9
