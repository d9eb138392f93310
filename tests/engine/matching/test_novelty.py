"""What was declined steps back on the next list, and what is like it, by a stated part and with a reason."""

import numpy as np
import pytest
from synthetic_appraisal import appraisal

from engine.domain.mandate import Mandate
from engine.matching import UnitBook, shortlist, why_not
from engine.matching.novelty import DECLINED_LEAVES, LIKE_LEAVES, StepBack

TABLE = appraisal(80, random_state=5, offers_only=True)
TABLE.loc[TABLE.index[1], ["isic", "province", "county"]] = TABLE.loc[TABLE.index[0], ["isic", "province", "county"]]
BOOK = UnitBook.from_table(TABLE)
ANY = Mandate(id="any")
FIRST, TWIN = str(TABLE.index[0]), str(TABLE.index[1])


def by_unit(*declined):
    found = shortlist(BOOK, ANY, limit=80, declined=declined)
    return found, dict(zip(found.unit_id, found.fit, strict=True))


def test_a_declined_unit_and_its_twin_keep_the_stated_part_and_what_is_unlike_keeps_all():
    """By hand: the twin shares sector and place to the last level."""
    (before, plain), (after, fits) = by_unit(), by_unit(FIRST)
    assert fits[FIRST] == pytest.approx(plain[FIRST] * DECLINED_LEAVES)
    assert fits[TWIN] == pytest.approx(plain[TWIN] * LIKE_LEAVES)
    novelty = after.terms.novelty
    same = [unit for unit in plain if novelty.why(BOOK.row_of(unit)) is None]
    assert len(same) > 40
    assert all(fits[unit] == plain[unit] for unit in same)
    assert novelty.why(BOOK.row_of(FIRST)) is StepBack.DECLINED_BEFORE
    assert novelty.why(BOOK.row_of(TWIN)) is StepBack.LIKE_DECLINED
    assert np.allclose(after.parts.sum(axis=1), after.fit)
    assert (before.run_id, after.run_id) == (by_unit()[0].run_id, by_unit(FIRST)[0].run_id)
    assert before.run_id != after.run_id


def test_nothing_that_the_book_does_not_hold_moves_a_list_but_its_run_id():
    plain, found = by_unit(), by_unit("elsewhere")
    assert found[1] == plain[1]
    assert found[0].terms.novelty is None


def test_why_not_tells_the_place_that_the_list_gives():
    found, fits = by_unit(FIRST)
    told = why_not(BOOK, ANY, FIRST, declined=[FIRST])
    assert told.fit == pytest.approx(fits[FIRST])
    assert found.unit_id[told.position - 1] == FIRST
