"""A package from the register to the day after it was signed: kept, explained, compared, followed, replaced."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest

from engine.domain.outcome import Outcome, OutcomeKind
from engine.domain.prediction import Output, columns
from engine.errors import EhyaError, ErrorCode
from engine.packages.document import inputs_table
from engine.packages.optimum import optimum
from engine.packages.standing import Loss
from engine.packages.terms import Grouping, PackageTerms
from engine.settings import Settings
from experiments.province_simulator.province import simulate
from experiments.province_simulator.register import taken
from serving.desk import package as desk
from serving.desk import package_answers as answers
from serving.desk.achievements import ReportRequest, programme_report
from serving.desk.appraisal import Appraised
from serving.desk.question import Question
from serving.desk.workspace import open_register
from serving.disclosure.masking import Audience
from serving.i18n import speech
from serving.reports.package import (
    conflict_lines,
    figures_line,
    outside_lines,
    package_answer,
    reason_lines,
    write_package,
)

DAY = pd.Timestamp("2026-11-23")
NOON = datetime(2026, 11, 29, 12)
TERMS = {
    "name": "inva",
    "event": "INVA 1405",
    "count": 6,
    "budgets": {"capital": {"at_most": "2000 billion rial"}},
    "quotas": [{"by": "county", "at_most": 2}],
    "verdicts": ["offer", "fix_first"],
    "publishable_only": False,
    "exploration": {"share": 0.2},
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    home = tmp_path_factory.mktemp("packages")
    return Settings(home=home, database_url=f"sqlite:///{home / 'ehya.db'}", language="fa")


@pytest.fixture(scope="module")
def whole(settings, appraisal) -> Appraised:
    """The made-up appraisal, of units that stand in a register."""
    units = simulate(len(appraisal), seed=2).units.assign(status="idle")
    with open_register(settings) as register:
        rows = register.imports.commit(taken(units), imported_at=NOON).rows
    capital = appraisal["capital_needed_rial"].fillna(300 * 10**9)
    table = appraisal.assign(capital_needed_rial=capital).set_axis(pd.Index(rows["unit_id"], name="unit_id"))
    return Appraised(table, Question(as_of=DAY, price_year=1405), Audience.OFFICE)


def solved(settings, whole, **changes):
    return desk.solve_among(settings, whole, PackageTerms.read({**TERMS, **changes}), made_at=NOON)


@pytest.fixture(scope="module")
def stored(settings, whole):
    return solved(settings, whole).stored


def test_a_package_is_kept_with_reasons_and_repeats_bit_for_bit(settings, stored):
    again = desk.stored_package(settings, stored.key)
    assert again.document == stored.document
    assert len(again.document["units"]) == 6
    assert desk.reproduces(again)
    assert again.document["terms"]["price_year"] == 1405  # of the question, where the terms state none
    drawn = [unit for unit in again.document["units"] if unit["lot"]]
    assert [0 < unit["lot"]["probability"] <= 1 for unit in drawn] == [True]


def test_a_unit_of_a_package_has_the_chance_that_every_other_door_shows(whole, stored):
    ends = columns(Output.FEASIBILITY_UNIT)
    for unit in stored.document["units"]:
        shown = whole.table.loc[unit["unit_id"], list(ends)].astype("float64").tolist()
        assert [unit["chance_low"], unit["chance"], unit["chance_high"]] == pytest.approx(shown)


def test_a_package_of_before_is_shown_with_the_figures_that_it_has(stored, tmp_path):
    later = {"chance_low", "chance_high", "jobs_expected_low", "jobs_expected", "jobs_expected_high"}
    units = [{name: unit[name] for name in unit.keys() - later} for unit in stored.document["units"]]
    of_before = {**package_answer(stored), "units": units}
    assert "—" in figures_line(units[0], speech("en"))
    path = write_package(tmp_path / "x.xlsx", of_before, speech("en"))
    assert openpyxl.load_workbook(path).worksheets[0].max_row > len(units)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_unit_can_say_why_it_is_in_in_both_languages(stored, language):
    names = dict(zip(stored.inputs["unit_id"], stored.inputs["name"], strict=True))
    for unit in stored.document["units"]:
        lines = reason_lines(unit, speech(language), names)
        assert not any("{" in line or unit["unit_id"] in line for line in lines)
        assert any(any(digit.isdigit() for digit in line) for line in lines)  # what it brings, or the chance of its lot


def test_why_tells_the_gain_of_one_and_the_smallest_change_for_another(settings, stored):
    first = stored.document["units"][0]
    said = answers.why(settings, stored.key, first["unit_id"])
    assert said.is_in
    assert said.inside["gain"] == pytest.approx(first["gain"])
    listed = {unit["unit_id"] for unit in stored.document["units"]}
    found = (answers.why(settings, stored.key, unit) for unit in stored.inputs["unit_id"] if unit not in listed)
    outside = [one for one in found if one.gave_place_to is None][:2]
    assert all(not one.is_in for one in outside)
    kinds = ("changes", "cheaper", "barriers")
    assert all(any(one.outside.changes[kind] for kind in kinds) for one in outside)
    assert not any("limit" in change for one in outside for change in one.outside.changes["cheaper"])  # no limit moves
    likelier = [one for one in outside if one.outside.chances.wanted is not None]
    assert all(one.outside.chances.point <= one.outside.chances.wanted <= 1 for one in likelier)


def test_a_unit_that_gave_its_place_to_the_lot_is_told_nothing_that_it_would_have_to_change(settings, stored):
    (drawn,) = [unit for unit in stored.document["units"] if unit["lot"]]
    said = answers.why(settings, stored.key, drawn["lot"]["instead"])
    if drawn["lot"]["instead"] == drawn["unit_id"]:  # the lot left the place where it was
        assert said.is_in
        return
    assert not said.is_in
    assert said.outside is None
    assert said.document["gave_place_to"] == drawn["unit_id"]
    assert len(outside_lines(said, speech("en"), {})) == 1


def test_the_chance_that_would_bring_a_unit_in_does_and_a_little_less_does_not(settings, whole, stored):
    listed = {unit["unit_id"] for unit in stored.document["units"]}
    candidates, problem, _ = desk.reopened(stored, solve=False)
    for unit in (one for one in stored.inputs["unit_id"] if one not in listed):
        said = answers.why(settings, stored.key, unit).outside
        if said is not None and said.chances.wanted is not None and said.changes["price"] > 0.01:
            break
    place, factor = candidates.place_of(unit), said.chances.wanted / said.chances.point
    for share, comes in ((1.01, True), (0.99, False)):
        worth = problem.worth.copy()
        worth[place] *= factor * share
        assert bool(optimum(replace(problem, worth=worth)).chosen[place]) is comes


@pytest.mark.parametrize("language", ["fa", "en"])
def test_terms_that_contradict_each_other_are_said_in_sentences(settings, whole, language):
    said = solved(settings, whole, count=30, quotas=[{"by": "county", "at_most": 2}])
    assert said.stored is None
    assert "count" in said.conflict["conflict"]
    lines = conflict_lines(said.conflict, speech(language), said.names)
    assert len(lines) >= 3
    assert not any("{" in line for line in lines)


def test_two_packages_are_laid_side_by_side(settings, whole, stored):
    other = solved(settings, whole, count=4, exploration=None).stored
    found = answers.compare(settings, stored.key, other.key)
    assert len(found.both) + len(found.only[0]) == 6
    assert {"count", "exploration"} <= set(found.terms_changed)


def test_more_money_never_buys_less(settings, stored):
    points = answers.budget_frontier(settings, stored.key, "capital")
    values = [point.value for point in points if point.value is not None]
    assert values == sorted(values)
    assert values[0] < values[-1]
    with pytest.raises(EhyaError) as caught:
        answers.budget_frontier(settings, stored.key, "gold")
    assert caught.value.facts["allowed"] == ["budgets.capital"]


def test_packages_that_none_beats_give_jobs_for_gain(settings, stored):
    found = answers.unbeaten_packages(settings, stored.key)
    jobs, gain = ([getattr(one, name) for one in found.packages] for name in ("jobs", "gain_billion_rial"))
    assert jobs == sorted(jobs)
    assert gain == sorted(gain, reverse=True)
    assert jobs[-1] >= answers.budget_frontier(settings, stored.key, "capital")[3].jobs * (1 - 1e-6)
    assert all(len(one.entering) <= one.units for one in found.packages)


def test_evenness_has_a_price_that_grows_with_every_county_reached(settings, stored):
    found = answers.even_packages(settings, stored.key, Grouping.COUNTY)
    prices, reached = ([getattr(one, name) for one in found.packages] for name in ("price", "reached"))
    assert prices[0] == 0
    assert prices == sorted(prices)
    assert reached == sorted(set(reached))
    assert all(floor.price is None or floor.price >= 0 for floor in found.floors)
    assert {floor.group.split("/")[0] for floor in found.floors} == {"West Azerbaijan"}


def test_after_signing_a_unit_that_is_gone_is_said_with_the_best_in_its_place(settings, whole):
    own = solved(settings, whole, name="signed", exploration=None).stored
    desk.freeze(settings, own.key, role="deputy", signed_on=DAY, note=None, made_at=NOON)
    units = [unit["unit_id"] for unit in own.document["units"]]
    day = {"happened_on": date(2026, 12, 1), "known_on": date(2026, 12, 2)}
    with open_register(settings) as register:
        register.events.add(Outcome(unit_id=units[0], kind=OutcomeKind.WITHDRAWN, **day))
        register.events.add(Outcome(unit_id=units[1], kind=OutcomeKind.RESTARTED, **day))
        shown = register.showings()
    assert set(shown["unit_id"]) >= set(units)
    before, after = (
        desk.followed_package(settings, own.key, as_of=pd.Timestamp(at)) for at in ("2026-11-30", "2026-12-31")
    )
    assert (dict(before.losses), before.replacement) == ({}, ())
    assert dict(after.losses) == {units[0]: Loss.WITHDRAWN, units[1]: Loss.RESTARTED}
    assert len(after.replacement) == 2
    losses = [
        answers.why(settings, own.key, units[1], as_of=pd.Timestamp(day)).loss for day in ("2026-11-30", "2026-12-31")
    ]
    assert losses == [None, Loss.RESTARTED]
    assert not {*after.replacement} & {*units}
    back = {"happened_on": date(2027, 1, 5), "known_on": date(2027, 1, 5)}
    with open_register(settings) as register:
        register.events.add(Outcome(unit_id=units[0], kind=OutcomeKind.OFFERED, **back))
    later = desk.followed_package(settings, own.key, as_of=pd.Timestamp("2027-01-31"))
    assert dict(later.losses) == {units[1]: Loss.RESTARTED}  # who is offered again is not gone
    assert desk.stored_package(settings, own.key).document == own.document  # what was signed stays as it was
    assert desk.reproduces(desk.stored_package(settings, own.key))


def test_a_workbook_and_json_hold_every_unit_with_its_reason(stored, tmp_path):
    document = package_answer(stored)
    book = openpyxl.load_workbook(write_package(tmp_path / "p.xlsx", document, speech("fa")))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    ids = {unit["unit_id"] for unit in document["units"]}
    assert ids <= {cell for row in rows for cell in row}
    gone = sorted(ids)[0]
    lost = {**document, "losses": {gone: "restarted"}}
    sheet = openpyxl.load_workbook(write_package(tmp_path / "lost.xlsx", lost, speech("fa"))).worksheets[0]
    notes = [str(row[0]) for row in book.worksheets[1].iter_rows(values_only=True)]
    assert any(document["digest"][:12] in note for note in notes)  # what it rests on, whichever door wrote it
    marked = [
        row
        for row in sheet.iter_rows(values_only=True)
        if speech("fa").text("loss.restarted") in "".join(map(str, row))
    ]
    assert any(gone in row for row in marked)  # on its own line, and above the table
    assert len(marked) == 2
    written = json.loads(write_package(tmp_path / "p.json", document, speech("en")).read_text("utf-8"))
    assert {unit["unit_id"] for unit in written["units"]} == ids
    with pytest.raises(EhyaError) as caught:
        write_package(tmp_path / "p.docx", document, speech("en"))
    assert caught.value.code is ErrorCode.UNKNOWN_OPTION


def test_a_package_of_another_name_is_not_found(settings, stored):
    for given in ("nova", "inva@99", "inva@x"):
        with pytest.raises(EhyaError) as caught:
            desk.stored_package(settings, given)
        assert caught.value.code is ErrorCode.PACKAGE_UNKNOWN


def test_a_report_sets_what_a_signed_package_expected_beside_what_came(settings, whole):
    key = solved(settings, whole, name="followed").stored.key
    frozen = desk.freeze(settings, key, role="deputy", signed_on=date(2026, 11, 24), made_at=NOON, note=None)
    first, second, third = (unit["unit_id"] for unit in frozen.document["units"][:3])

    def event(unit, kind, day, jobs=None):
        return Outcome(unit_id=unit, kind=OutcomeKind(kind), happened_on=day, known_on=day, jobs=jobs)

    with open_register(settings) as register:
        register.events.add(event(first, "observed", date(2026, 11, 25), jobs=0))  # before it restarted
        register.events.add(event(first, "restarted", date(2026, 12, 1)))
        register.events.add(event(second, "restarted", date(2026, 12, 1), jobs=10))
        register.events.add(event(second, "observed", date(2027, 2, 1), jobs=20))
        register.events.add(event(third, "restarted", date(2026, 11, 1), jobs=50))  # before it was signed
    start, end = pd.Timestamp("2026-11-01"), pd.Timestamp("2027-03-01")
    line = programme_report(settings, ReportRequest(start, end, end)).forecasts.loc[key]
    net = inputs_table(frozen.inputs)["net"]
    assert (line["restarts"], line["uncounted"]) == (2, 1)
    assert line["came"] == pytest.approx(20 * net[second])
    figures = frozen.document["figures"]
    assert line[["jobs_low", "jobs", "jobs_high"]].tolist() == [figures[f"jobs{end}"] for end in ("_low", "", "_high")]


def test_a_year_that_no_prices_lead_to_is_refused_and_not_taken_for_a_capital_that_nobody_states(settings, whole):
    for year in (1350, 1490):
        with pytest.raises(EhyaError) as caught:
            solved(settings, whole, name="old", price_year=year)
        assert caught.value.code is ErrorCode.PRICE_YEAR_WITHOUT_LEVEL
        assert "…" in caught.value.facts["allowed"][0]
    assert "old" not in set(desk.packages(settings)["name"])
