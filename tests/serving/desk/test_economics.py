"""What units are worth, by the desk: choices, ranges, and the office's debts that the public's figures do not know."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from engine.economics.account import FigureName
from engine.economics.assumptions import Assumptions, Setter
from engine.economics.revival import Gap, facts, lowest_norm, terms
from engine.errors import EhyaError, ErrorCode
from serving.desk.appraisal import Appraised
from serving.desk.economics import Choices, ask, economics_of, package_economics, read_choices, register_economics
from serving.desk.question import Question
from serving.disclosure.masking import Audience
from serving.i18n import speech
from serving.reports.economics import at_norm_said

FEW = Choices(draws=200)
DEBTS = ["bank_debt_rial", "tax_debt_rial", "social_security_debt_rial", "other_debt_rial"]


@pytest.fixture(scope="module")
def office(appraisal) -> Appraised:
    return Appraised(appraisal, Question(as_of=appraisal["as_of"].max(), price_year=1405), Audience.OFFICE)


@pytest.fixture(scope="module")
def public(public_appraisal) -> Appraised:
    return Appraised(
        public_appraisal, Question(as_of=public_appraisal["as_of"].max(), price_year=1405), Audience.PUBLIC
    )


def test_a_unit_has_figures_views_ranges_and_says_where_norms_stand_in(office):
    found = economics_of(office, "unit-0000", FEW)
    assert Gap.SALES_BY_NORM in found.gaps
    assert found.account.value(FigureName.NET_JOBS) < found.account.value(FigureName.GROSS_JOBS)
    assert 0 <= found.drawn["npv_positive"] <= 1
    assert found.ranges[0].width >= found.ranges[-1].width > 0
    assert len(found.views) == 4


def test_a_unit_without_a_prediction_cannot_be_judged(office):
    found = economics_of(office, "unit-0006", FEW)
    assert found.account is None
    assert Gap.NO_JOBS in found.gaps


def test_a_unit_that_states_too_little_capital_is_also_worked_with_the_lowest_norm_and_others_are_not(office):
    lean = replace(office, table=office.table.assign(capital_needed_rial=10**9, working_capital_needed_rial=10**8))
    found = economics_of(lean, "unit-0000", FEW)
    assert Gap.CAPITAL_BELOW_NORM in found.gaps
    assert found.at_norm.value(FigureName.CAPITAL) > found.account.value(FigureName.CAPITAL)
    assert found.at_norm.value(FigureName.NPV) < found.account.value(FigureName.NPV)
    for language in ("fa", "en"):
        assert "{" not in at_norm_said(found.at_norm, speech(language))
    rich = economics_of(replace(office, table=office.table.assign(capital_needed_rial=10**15)), "unit-0000", FEW)
    assert Gap.CAPITAL_BELOW_NORM not in rich.gaps
    assert rich.at_norm is None


def test_the_lowest_norm_is_of_fixed_capital_wherever_it_is_spoken_of(office):
    """A sum above it, working capital aside, lies below it; with it a unit is worth what one that states none is."""
    bare = office.table.assign(capital_needed_rial=pd.array([None] * len(office.table), dtype="Int64"))
    row, lowest = bare.loc[["unit-0000"]], lowest_norm(Assumptions.from_reference())
    jobs = row["jobs_if_revived_point"].astype("float64")
    least = int(terms(facts(row, jobs, price_year=1405), jobs, lowest.points()).fixed_capital[0])
    bare = bare.assign(working_capital_needed_rial=least, price_year=1405)
    lean = replace(office, table=bare.assign(capital_needed_rial=int(1.2 * least)))
    found = economics_of(lean, "unit-0000", FEW)
    assert Gap.CAPITAL_BELOW_NORM in found.gaps
    changed = replace(FEW, changes={"revival_capital_per_job_1398": lowest.value("revival_capital_per_job_1398")})
    same = economics_of(replace(office, table=bare), "unit-0000", changed).account
    for name in (FigureName.CAPITAL, FigureName.NPV):
        assert found.at_norm.value(name) == pytest.approx(same.value(name))


def test_one_unit_is_worth_what_the_whole_register_says_of_it(office):
    alone = economics_of(office, "unit-0001", FEW)
    whole = register_economics(office, office.table.index[::-1], FEW)
    assert whole.loc["unit-0001", "npv_rial_median"] == alone.drawn["npv_rial_median"]
    assert whole.loc["unit-0006"].drop("economics_gaps").isna().all()


def test_a_package_gets_net_jobs_money_and_a_range_of_value(office):
    found = package_economics(office)
    judged = found["npv_point"].notna()
    assert judged.sum() == 35
    assert found.loc[judged, "net"].between(0.2, 0.9).all()
    assert (found.loc[judged, "npv_low"] <= found.loc[judged, "npv_high"]).all()
    stated = office.table["capital_needed_rial"].notna()
    assert found.loc[judged, "capital"].notna().equals(stated[judged])
    assert (found.loc[judged & stated, "public_money"] <= found.loc[judged & stated, "capital"]).all()


def test_the_public_knows_no_debts(office, public):
    mine, theirs = economics_of(office, "unit-0001", FEW), economics_of(public, "unit-0001", FEW)
    assert theirs.account.worked.spent["debts"].sum() == 0
    assert mine.account.worked.spent["debts"].sum() > 0
    assert Gap.DEBTS_UNKNOWN in theirs.gaps


def test_choices_of_a_unit_go_before_those_of_all_and_a_command_before_a_file(tmp_path, office):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "assumptions: {loan_rate: 0.2, tax_rate: 0.1}\n"
        "units: {unit-0001: {loan_rate: 0.05}}\n"
        "scenarios: {cheap: {capital_overrun: 0.9}}\n",
        encoding="utf-8",
    )
    choices = ask(path, {"tax_rate": 0.3}, draws=200, seed=1)
    assert choices.of("unit-0001").value("loan_rate") == 0.05
    assert choices.of("unit-0002").value("loan_rate") == 0.2
    assert choices.of("unit-0002").value("tax_rate") == 0.3
    found = economics_of(office, "unit-0001", choices)
    assert found.assumed["loan_rate"].setter is Setter.CALLER
    assert set(found.scenarios) == {"cheap"}


def test_the_example_of_the_docs_is_read():
    choices = ask(Path(__file__).parents[3] / "docs" / "examples" / "assumptions.yaml", {}, draws=200, seed=0)
    assert choices.of("UNIT").value("capital_overrun") == 1.2
    assert list(choices.scenarios) == ["weak market", "dear dollar"]


@pytest.mark.parametrize("text", ["wages: {a: 1}", "assumptions: 5", "- 1", "assumptions: {no_such: 1}"])
def test_a_file_of_assumptions_with_strange_words_is_refused(tmp_path, text):
    path = tmp_path / "odd.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EhyaError):
        ask(path, {}, draws=200, seed=0)
    with pytest.raises(EhyaError) as missing:
        read_choices(tmp_path / "none.yaml")
    assert missing.value.code is ErrorCode.FILE_NOT_FOUND
