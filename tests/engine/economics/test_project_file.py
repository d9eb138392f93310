"""Stated projects: read, and refused key by key."""

import pytest
import yaml

from engine.economics.account import FigureName, Standards
from engine.economics.project_file import check_project, plan, read_project, stated_account
from engine.errors import EhyaError, ErrorCode

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


@pytest.mark.parametrize("text", ["[1, 2", "a: &x 1\nb: *x", "- 1"])
def test_a_file_that_is_no_project_is_refused(tmp_path, text):
    path = tmp_path / "odd.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EhyaError):
        read_project(path)
    with pytest.raises(EhyaError):
        read_project(tmp_path / "none.yaml")
