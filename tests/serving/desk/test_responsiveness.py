"""How investors answer their lists: their own figure moves with nobody else's answers."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from engine.domain.request import LevelBasis
from engine.matching.responsiveness import responsiveness
from engine.store import Register
from serving.desk.requests import PromisedDays, RequestFigures
from serving.desk.responsiveness import investors_answering, office_figure

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def kept(register, owner, list_id, *, days):
    """A list of two units that an owner was shown some days ago."""
    at, by = NOW - timedelta(days=days), {"actor": "key:1"}
    saved = register.mandates.save(owner, list_id, {"id": list_id}, over=None, made_at=at, **by)
    places = [{"unit_id": unit, "position": place} for place, unit in enumerate(register.units().index[:2], start=1)]
    kept = {"run_id": list_id, "stock_version": "s", "model_version": None, "as_of": at.date(), "places": places}
    register.lists.keep(
        owner, saved.number, list_id=list_id, **kept, feasible=2, weights={}, webhook_id=None, made_at=at, **by
    )
    register.lists.show(owner, list_id, until=2, shown_on=at.date())
    return [place["unit_id"] for place in places]


@pytest.fixture
def register():
    with Register.open("sqlite://") as opened:
        opened.imports.commit(File(), imported_at=NOW - timedelta(days=200))
        yield opened


class File:
    """An intake of two units as the register sees it."""

    source, as_of = "a.xlsx", pd.Timestamp("2026-05-01")
    rejected_rows = rejected_cells = pd.DataFrame()
    units = pd.DataFrame(
        [
            {
                "identity": f"business:{number}",
                "name": str(number),
                "sheet": "1",
                "row": number,
                "origin": "reported",
                "source": "a.xlsx",
                "as_of": pd.Timestamp("2026-05-01"),
            }
            for number in (2, 3)
        ]
    )


def test_a_list_answered_at_once_one_left_and_one_that_is_young(register):
    unit = kept(register, "a", "one", days=20)[0]
    kept(register, "a", "two", days=30)
    kept(register, "a", "young", days=1)
    kept(register, "a", "old", days=200)
    register.lists.react(
        "a", "one", unit, kind="interested", reason=None, made_at=NOW - timedelta(days=20), actor="key:1"
    )
    found = investors_answering(register, NOW, "a")[0]
    assert (found.figure.asked, found.figure.answered, found.alike) == (2, 1, False)
    assert found.figure == responsiveness([0.0, None], level=7)


def test_what_another_answers_moves_no_figure_of_mine(register):
    kept(register, "a", "mine", days=20)
    unit = kept(register, "b", "theirs", days=20)[0]
    before = investors_answering(register, NOW, "a")
    register.lists.react("b", "theirs", unit, kind="declined", reason="risk", made_at=NOW, actor="key:2")
    assert investors_answering(register, NOW, "a") == before
    assert [one.owner for one in investors_answering(register, NOW)] == ["a", "b"]


def test_the_offices_figure_rests_on_published_ones_alone():
    level = PromisedDays(7, LevelBasis.OFFICE)
    assert office_figure(RequestFigures(level, None, None, 9, 0.5)) is None
    assert office_figure(RequestFigures(level, 9, 7.0, 15, 1.0)) == pytest.approx((15 * 0.875 + 2.5) / 20)
