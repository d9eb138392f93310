"""The booklet says all of each unit, the teaser nothing that private fields can move, and nothing leaves its page."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest
from PIL import Image

from engine.domain.unit import FIELDS, unit_table
from engine.packages.standing import Loss
from engine.packages.terms import PackageTerms
from engine.reference.effects import effects
from engine.settings import Settings
from engine.store import StoredPackage
from experiments.province_simulator.province import simulate
from serving.desk.appraisal import judged
from serving.desk.booklet import Booklet, booklet_among
from serving.desk.package import solve_among
from serving.desk.plan import NOTHING_DONE, PlanRequest, plans_of
from serving.desk.question import Question
from serving.disclosure.masking import Audience, private_columns
from serving.i18n import speech
from serving.reports.booklet import booklet_document, booklet_pictures, write_booklet
from serving.reports.plan import cost_said, months_said
from tests.serving.disclosure.test_byte_law import changed
from tests.serving.reports.conftest import in_order, letters

DAY = pd.Timestamp("2026-11-23")
NOON = datetime(2026, 11, 29, 12)
QUESTION = Question(as_of=DAY, price_year=1405)
TERMS = {"name": "inva", "event": "INVA 1405", "count": 5, "verdicts": ["offer", "fix_first"], "norms_stand_in": True}
LONG = "کارخانهٔ بسیار بلندنام " * 12


@pytest.fixture(scope="module")
def units() -> pd.DataFrame:
    made = simulate(60, seed=2).units.assign(status="idle", origin="synthetic", source="office.xlsx")
    return made.assign(debts="bank|بانک محرمانه|5000000000;tax||7000000000")


@pytest.fixture(scope="module")
def office(units, first_day, tmp_path_factory) -> Booklet:
    home = tmp_path_factory.mktemp("booklet")
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'ehya.db'}", language="fa")
    whole = judged(units, first_day, QUESTION, Audience.OFFICE)
    terms = PackageTerms.read({**TERMS, "publishable_only": False})
    return booklet_among(solve_among(settings, whole, terms, made_at=NOON, keep=False).stored, whole)


def stored(ids: list[str]) -> StoredPackage:
    """A package of units, with nothing of what it was computed from."""
    document = {"terms": {}, "units": [{"unit_id": one} for one in ids]}
    return StoredPackage("inva", 1, "INVA 1405", date(2026, 11, 23), NOON, "m", document, {}, digest="")


def teaser(units: pd.DataFrame, model, gone=None) -> Booklet:
    return booklet_among(stored(list(units.index[:12])), judged(units, model, QUESTION, Audience.PUBLIC), gone=gone)


def paper(booklet: Booklet, language: str, folder) -> bytes:
    return write_booklet(folder / "booklet.pdf", booklet, speech(language)).read_bytes()


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_booklet_has_each_unit_with_figures_debts_and_why_it_is_in(office, language):
    document = booklet_document(office, speech(language))
    assert [unit["unit_id"] for unit in document["units"]] == [one["unit_id"] for one in office.document["units"]]
    titles = {speech(language).text(f"booklet.{name}") for name in ("what", "debts", "capital", "worth", "why")}
    for unit in document["units"]:
        assert titles <= {section["title"] for section in unit["sections"]}
        assert len(unit["pictures"]) == 3
        assert all(0 <= one["start"] <= one["at"] <= one["end"] <= 1 for one in unit["pictures"])
    whole = json.dumps(document, ensure_ascii=False)
    assert "بانک محرمانه" in whole
    assert "{" not in "".join(document["method"]["lines"])
    assert len(document["comparison"]["rows"]) == 5
    assert document["remarks"] == [speech(language).text("legend.synthetic")]


def test_the_cover_says_who_signed_it_or_that_it_is_a_draft(office):
    draft, signed = (
        dict(booklet_document(one, speech("en"))["cover"]["facts"])["Signed off"]
        for one in (office, replace(office, signed=("deputy", DAY)))
    )
    assert (draft, signed) == ("Not yet: a draft", "deputy, 2026-11-23")


def test_a_logo_stands_on_the_cover_and_no_page_more_is_needed(office, tmp_path):
    small = io.BytesIO()
    Image.new("RGB", (90, 30), (200, 30, 30)).save(small, "PNG")
    plain = write_booklet(tmp_path / "plain.pdf", office, speech("fa")).read_bytes()
    marked = write_booklet(tmp_path / "marked.pdf", office, speech("fa"), logo=small.getvalue()).read_bytes()
    pages, images = re.compile(rb"/Type\s*/Page\b"), re.compile(rb"/Subtype\s*/Image\b")
    assert len(pages.findall(marked)) == len(pages.findall(plain)) > 0
    assert len(images.findall(marked)) > len(images.findall(plain))


def test_its_plan_is_the_one_that_the_desk_finds_with_who_when_and_at_what_cost(office):
    words, result = speech("en"), office.plans
    asked = plans_of(result.found, office.units.index, NOTHING_DONE, PlanRequest(), effects())
    pd.testing.assert_frame_equal(result.plans.table, asked.plans.table)
    for unit in booklet_document(office, words)["units"]:
        section = next(one for one in unit["sections"] if one["title"] == words.text("booklet.plan"))
        steps = asked.plans.steps[asked.plans.steps["unit_id"] == unit["unit_id"]]
        for (act, said), step in zip(section["pairs"], steps.to_dict("records"), strict=False):
            assert act == words.text(f"intervention_code.{step['intervention']}")
            assert words.text(f"owner.{step['owner']}") in said
            assert months_said(step, words) in said
            assert cost_said(step, words) in said
        assert len(section["pairs"]) == len(steps) + bool(len(steps))  # and what they come to


def test_the_plan_of_a_teaser_knows_no_debt(units, first_day):
    acts = teaser(units, first_day).plans.acts
    owed = acts[acts["intervention"].isin(["debt_rescheduling", "tax_instalments", "return_from_bank"])]
    assert len(owed)
    assert owed["cost_rial"].isna().all()


@pytest.mark.parametrize("language", ["fa", "en"])
def test_private_fields_changed_at_random_change_no_byte_of_the_teaser(units, first_day, tmp_path, language):
    before, after = teaser(units, first_day), teaser(changed(units, private_columns(), 4), first_day)
    assert paper(before, language, tmp_path) == paper(after, language, tmp_path)


def test_the_teaser_is_silent_about_debts_and_how_the_office_chose(units, first_day):
    found = teaser(units, first_day)
    whole = json.dumps(booklet_document(found, speech("fa")), ensure_ascii=False)
    assert (found.document, found.names) == (None, {})
    assert "بانک محرمانه" not in whole
    assert "office.xlsx" not in whole


def test_the_teaser_shows_no_record_that_is_too_incomplete_and_says_how_many(units, first_day):
    bare = units.copy()
    bare.loc[bare.index[0], ["isic", "county", "status", "stopped_on", "jobs_before_stop"]] = None
    before, after = teaser(units, first_day), teaser(unit_table(bare), first_day)
    assert units.index[0] not in after.units.index
    assert units.index[0] in before.units.index
    assert after.left_out == before.left_out + 1
    assert booklet_document(after, speech("en"))["summary"]["notes"][0].startswith("Not shown")


def test_a_unit_that_is_gone_by_now_is_in_no_teaser(units, first_day):
    first = teaser(units, first_day)
    after = teaser(units, first_day, gone={first.units.index[0]: Loss.RESTARTED})
    assert list(after.units.index) == list(first.units.index[1:])
    assert after.left_out == first.left_out + 1


def hard(booklet: Booklet) -> Booklet:
    """The same booklet with a long name, a word without end, forty machines, and a unit that states nothing."""
    table = booklet.units.copy()
    table["name"] = table["name"].astype(object)
    first, second, third, fourth = table.index[:4]
    table.loc[first, "name"], table.loc[second, "name"] = LONG, "A" * 200
    table.loc[third, "equipment"] = ";".join(f"2|دستگاه پرس بزرگ {row}|2009|sound" for row in range(40))
    for field in FIELDS:
        table[field.value] = table[field.value].mask(table.index == fourth)
    table.loc[fourth, ["scorable", "not_scorable"]] = [False, "no_sector"]
    return replace(booklet, units=table)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_long_names_and_units_that_state_nothing_leave_every_unit_on_one_page(office, language):
    plain, full = (booklet_pictures(one, speech(language), ppi=12) for one in (office, hard(office)))
    assert len(plain) == len(full)
    document = booklet_document(hard(office), speech(language))
    assert LONG in document["units"][0]["name"]
    assert document["units"][3]["pictures"] == []
    assert document["units"][3]["unstated"]


def test_many_units_have_a_page_each(units, first_day):
    whole = judged(units, first_day, QUESTION, Audience.PUBLIC)
    found = booklet_among(stored(list(units.index[:30])), whole)
    assert len(found.units) + found.left_out == 30
    pages = booklet_pictures(found, speech("fa"), ppi=10)
    assert len(pages) >= len(found.units) + 4


@pytest.mark.parametrize(("language", "said"), [("fa", "دوباره به کار افتاده است"), ("en", "At work again")])
def test_the_offices_booklet_says_which_unit_is_gone_since(office, language, said):
    document = booklet_document(replace(office, lost={str(office.units.index[1]): Loss.RESTARTED}), speech(language))
    assert [any(said in line for line in unit["remarks"]) for unit in document["units"]][:3] == [False, True, False]
    assert len(document["remarks"]) == len(booklet_document(office, speech(language))["remarks"]) + 1


def test_units_that_left_the_register_are_counted(units, first_day):
    whole = judged(units, first_day, QUESTION, Audience.PUBLIC)
    shown = list(teaser(units, first_day).units.index)
    assert booklet_among(stored([*shown, "gone"]), whole).left_out == 1
    assert len(booklet_among(stored(["gone"]), whole).units) == 0


def test_a_package_of_which_nothing_can_be_shown_is_still_a_booklet(units, first_day, tmp_path):
    whole = judged(units, first_day, QUESTION, Audience.PUBLIC)
    assert paper(booklet_among(stored(["gone"]), whole), "fa", tmp_path).startswith(b"%PDF-")


@pytest.mark.parametrize("language", ["fa", "en"])
def test_its_text_can_be_read_back_page_by_page_in_the_order_of_its_headings(office, language, tmp_path, lines_of):
    document, pages = booklet_document(office, speech(language)), lines_of(paper(office, language, tmp_path))
    assert in_order(pages[0], [document["cover"]["kind"], document["cover"]["event"], *document["remarks"]])
    assert in_order(pages[1], [document["summary"]["title"]])
    for unit, page in zip(document["units"], pages[2:], strict=False):
        assert in_order(page, [unit["name"], unit["below"], *(section["title"] for section in unit["sections"])])
        rows = [f"{name} {said}" for section in unit["sections"] for name, said in section["pairs"]]
        assert sum(letters(row) in page for row in rows) > len(rows) / 2  # others run over a line or two
    assert in_order(pages[2 + len(document["units"])], [document["comparison"]["title"]])
    assert in_order(pages[-1], [document["method"]["title"]])


def test_the_cash_flow_of_each_unit_that_can_be_judged_stands_as_bars(office):
    for language in ("fa", "en"):
        document = booklet_document(office, speech(language))
        for unit, (_, flow) in zip(document["units"], office.flows.iterrows(), strict=True):
            shown = unit["flow"]
            assert (shown is None) == flow.isna().any()
            if shown is not None:
                longest = flow.abs().max()
                assert [bar["share"] * longest for bar in shown["bars"]] == pytest.approx(flow.tolist())
                assert shown["bars"][0]["share"] < 0  # the money goes out first
