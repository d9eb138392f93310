"""A booklet answers with the model and the assumptions that its package was solved with, whatever came after."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from engine.domain.outcome import OutcomeKind
from engine.errors import EhyaError, ErrorCode
from engine.packages.terms import PackageTerms
from engine.recourse.acts import by_barrier
from engine.scoring.artefact import path_of, save
from engine.settings import Settings
from experiments.province_simulator.register import taken
from serving.desk.booklet import package_booklet
from serving.desk.outcomes import OutcomeRequest, record_outcome
from serving.desk.package import solve_package, stored_package
from serving.desk.question import Question
from serving.desk.unit import unit_story
from serving.desk.workspace import open_register
from serving.disclosure.masking import Audience

DAY = pd.Timestamp("2026-11-23")
NOON = datetime(2026, 11, 29, 12)
ASSUMED = 70 * 10**9
TERMS = {"name": "inva", "count": 5, "verdicts": ["offer", "fix_first", "cannot_judge"], "publishable_only": False}


def promoted(settings, model, version):
    """Put the same heads to work under another version."""
    made = {"version": version, "card": {"version": version}, "metrics": {"rows": 1}}
    document = model.document.model_copy(update=made)
    digest = save(path_of(settings.models, version), model.heads, document)
    with open_register(settings) as register:
        register.promotions.record(model_version=version, digest=digest, promoted_at=NOON, reason="test", metrics={})


@pytest.fixture(scope="module")
def settings(tmp_path_factory, first_day, province):
    home = tmp_path_factory.mktemp("booklets")
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'ehya.db'}")
    units = province.head(40).assign(status="idle", capital_needed_rial=pd.array([None] * 40, dtype="Int64"))
    with open_register(settings) as register:
        register.imports.commit(taken(units), imported_at=NOON)
    promoted(settings, first_day, "first")
    question = Question(as_of=DAY, price_year=1405, assume_capital_rial=ASSUMED)
    solved = solve_package(settings, question, PackageTerms.read(TERMS), made_at=NOON)
    assert solved.stored is not None
    promoted(settings, first_day, "second")
    return settings


def test_what_the_command_assumed_is_a_term_of_the_package(settings):
    terms = PackageTerms.read(stored_package(settings, "inva").document["terms"])
    assert (terms.assume_capital, terms.price_year) == (ASSUMED, 1405)


def test_a_booklet_is_judged_by_the_model_of_its_package_though_another_is_at_work(settings):
    booklet = package_booklet(settings, "inva", today=DAY)
    assert set(booklet.units["model_version"]) == {stored_package(settings, "inva").model_version} == {"first"}
    figures = {unit["unit_id"]: unit["chance"] for unit in booklet.document["units"]}
    assert booklet.units["feasibility_point"].to_dict() == pytest.approx(figures)


def test_capital_that_was_assumed_for_the_package_is_assumed_for_its_booklet(settings):
    booklet = package_booklet(settings, "inva", today=DAY)
    jobs, per_billion = (booklet.units[f"jobs_{name}_point"] for name in ("if_revived", "per_billion_rial"))
    assert (jobs / per_billion).to_numpy() == pytest.approx(ASSUMED / 10**9)


def test_a_booklet_whose_model_is_gone_says_which(settings):
    path = path_of(settings.models, "first")
    hidden = path.rename(path.with_suffix(".away"))
    try:
        with pytest.raises(EhyaError) as caught:
            package_booklet(settings, "inva", today=DAY)
    finally:
        hidden.rename(path)
    assert (caught.value.code, caught.value.facts["version"]) == (ErrorCode.MODEL_FILE_MISSING, "first")


def test_a_barrier_whose_act_was_done_after_the_record_stands_in_it_no_longer_but_for_the_public(settings):
    before = package_booklet(settings, "inva", today=DAY)
    unit, barrier = before.findings.iloc[0][["unit_id", "barrier"]]
    act = by_barrier().set_index("barrier")["intervention"].loc[[barrier]].iloc[0]
    served = OutcomeRequest(unit, OutcomeKind.SERVED, DAY, "day", DAY, act=act)
    record_outcome(settings, served, made_at=NOON.replace(tzinfo=UTC), actor="terminal")
    after = package_booklet(settings, "inva", today=DAY)
    assert barrier not in after.findings.set_index("unit_id")["barrier"].loc[lambda one: one.index == unit].tolist()
    assert len(after.findings) < len(before.findings)
    public = package_booklet(settings, "inva", Audience.PUBLIC, today=DAY)
    assert ((public.findings["unit_id"] == unit) & (public.findings["barrier"] == barrier)).any()
    story = unit_story(settings, Question(as_of=DAY, price_year=1405), unit)
    assert barrier not in story.findings["barrier"].tolist()
    assert barrier in story.lifted["barrier"].tolist()
    assert barrier not in story.plan["barrier"].tolist()
    earlier = unit_story(settings, Question(as_of=DAY - pd.Timedelta(days=1), price_year=1405), unit)
    assert barrier in earlier.findings["barrier"].tolist()
