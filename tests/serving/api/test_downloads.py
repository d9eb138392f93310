"""A booklet over HTTP is the desk's, page for page: the office's with all it knows, others' as the teaser."""

from datetime import UTC, datetime

import pandas as pd
import pypdfium2
import pytest

from engine.packages.terms import PackageTerms
from serving.desk.booklet import package_booklet
from serving.desk.clock import day_of
from serving.desk.package import freeze, solve_package
from serving.desk.question import Question
from serving.disclosure.masking import Audience
from serving.i18n import speech
from serving.reports.booklet import write_booklet
from tests.serving.api.parties import DAY, NOON, at_work, fresh

TERMS = {"name": "paper", "count": 2, "verdicts": ["offer", "fix_first", "cannot_judge"], "publishable_only": False}


@pytest.fixture(scope="module")
def signed(shared, first_day, tmp_path_factory):
    """A workspace with a package of two units that was solved and signed off."""
    found = at_work(fresh(shared, tmp_path_factory.mktemp("paper")), first_day)
    assert solve_package(found.settings, Question(as_of=DAY), PackageTerms.read(TERMS), made_at=NOON).stored
    freeze(found.settings, "paper@1", role="deputy", signed_on=DAY, note=None, made_at=NOON)
    return found


def pages(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


@pytest.mark.parametrize(
    ("key", "language", "audience"), [("planner", "fa", Audience.OFFICE), ("investor", "en", Audience.PUBLIC)]
)
def test_a_booklet_over_http_is_the_one_of_the_desk(signed, ask, tmp_path, key, language, audience):
    answer = ask(signed.app(), f"/v1/packages/paper@1/booklet.pdf?lang={language}", signed.keys[key])
    assert answer.status_code == 200, answer.text
    booklet = package_booklet(signed.settings, "paper@1", audience, today=pd.Timestamp(day_of(datetime.now(UTC))))
    ours = write_booklet(tmp_path / "booklet.pdf", booklet, speech(language)).read_bytes()
    assert len(pages(ours)) >= 4
    assert pages(answer.content) == pages(ours)
    if audience is Audience.PUBLIC:
        assert "Secret" not in str(pages(answer.content))
