"""The publication gate: an incomplete record is shown to nobody, whatever he accepts."""

import numpy as np
import pytest
from synthetic_appraisal import appraisal

from engine.domain.exclusion import Exclusion, reasons_of
from engine.domain.mandate import Mandate
from engine.matching import UnitBook, exclusions, shortlist, why_not

GENEROUS = Mandate.read({"id": "any", "accept_unknown": True, "risk_appetite": "high", "offer_fix_first": True})


def table(**columns):
    return appraisal(60, offers_only=True, unknown_share=0.0).assign(**columns)


def test_a_record_below_the_threshold_is_excluded_and_one_at_it_is_not():
    book = UnitBook.from_table(table(public_completeness=np.where(np.arange(60) < 20, 0.64, 0.65)))
    bits = exclusions(book, GENEROUS)
    assert np.count_nonzero(bits & Exclusion.RECORD_INCOMPLETE.bit) == 20
    assert shortlist(book, GENEROUS, limit=60).feasible == 40


def test_no_mandate_accepts_an_incomplete_record():
    assert not Exclusion.RECORD_INCOMPLETE.is_unknown
    book = UnitBook.from_table(table(public_completeness=0.1))
    assert len(shortlist(book, GENEROUS)) == 0


def test_the_bits_and_the_quick_way_agree():
    units = appraisal(400, random_state=8)
    book = UnitBook.from_table(units)
    from engine.matching.limits import Limits

    limits = Limits.of(book, GENEROUS)
    assert np.array_equal(limits.feasible(), np.flatnonzero(limits.bits() == 0))


def test_why_not_tells_how_complete_the_record_is_and_how_complete_it_must_be():
    units = table(public_completeness=0.5)
    answer = why_not(UnitBook.from_table(units, least_completeness=0.75), GENEROUS, units.index[0])
    assert [reason.code for reason in answer.excluded_by] == [Exclusion.RECORD_INCOMPLETE]
    assert answer.excluded_by[0].facts == {"given": 0.5, "allowed": 0.75, "measure": "share"}


def test_the_house_may_set_its_own_threshold():
    units = table(public_completeness=0.3)
    assert shortlist(UnitBook.from_table(units, least_completeness=0.3), GENEROUS, limit=60).feasible == 60
    with pytest.raises(ValueError, match="share"):
        UnitBook.from_table(units, least_completeness=2)


def test_the_bit_of_an_older_reason_has_not_moved():
    assert Exclusion.IDLE_UNKNOWN.bit == 1 << 27
    assert reasons_of(1 << 28) == (Exclusion.RECORD_INCOMPLETE,)
