"""An event as a whole: whom it serves, whom it leaves out, what everybody sees."""

import numpy as np
import pandas as pd
from synthetic_appraisal import appraisal

from engine.domain.mandate import Mandate
from engine.matching import UnitBook, exclusions, shortlist
from engine.matching.event import event

TABLE = appraisal(400, random_state=3)
BOOK = UnitBook.from_table(TABLE)
MANDATES = [
    Mandate.read({"id": "food", "sectors": {"must": ["10"]}, "min_power_kw": 300}),
    Mandate.read({"id": "food2", "sectors": {"must": ["10", "11"]}, "min_power_kw": 200}),
    Mandate.read({"id": "stone", "sectors": {"must": ["23"]}, "max_idle_months": 60}),
    Mandate.read({"id": "nobody", "min_land_m2": 10**8}),
]


def test_the_lists_of_an_event_are_those_of_each_mandate_alone():
    for one, mandate in zip(event(BOOK, MANDATES, limit=5).shortlists, MANDATES, strict=True):
        pd.testing.assert_frame_equal(one.table(), shortlist(BOOK, mandate, limit=5).table())


def test_every_unit_is_shown_unshown_or_unmatched():
    whole = event(BOOK, MANDATES, limit=5)
    shown = {unit for one in whole.shortlists for unit in one.unit_id}
    parts = [shown, {*whole.unshown["unit_id"]}, {*whole.unmatched["unit_id"]}]
    assert sum(map(len, parts)) == len(BOOK) == whole.counts["units"]
    assert set().union(*parts) == {*TABLE.index}
    assert whole.counts["matched"] == len(parts[0]) + len(parts[1])
    assert whole.counts["empty"] == 1


def test_an_unmatched_unit_names_the_limit_that_excludes_it_most_often():
    whole = event(BOOK, MANDATES).unmatched.set_index("unit_id")
    bits = {
        unit: [int(exclusions(BOOK, mandate)[BOOK.row_of(unit)]) for mandate in MANDATES] for unit in whole.index[:40]
    }
    for unit, against in bits.items():
        assert 0 not in against
        times = [sum(bool(one >> position & 1) for one in against) for position in range(32)]
        assert whole.loc[unit, "mandates"] == max(times)


def test_a_unit_on_half_of_the_lists_is_shown_to_everyone():
    twins = [Mandate(id=str(number)) for number in range(3)] + [Mandate.read({"id": "x", "min_land_m2": 10**8})]
    everyone = event(BOOK, twins, limit=4).everyone
    assert everyone["shown"].tolist() == [3] * 4
    assert everyone["share"].tolist() == [0.75] * 4
    assert {*everyone["unit_id"]} == {*shortlist(BOOK, twins[0], limit=4).unit_id}


def test_one_investor_alone_is_not_everyone():
    assert len(event(BOOK, MANDATES[:1]).everyone) == 0


def test_an_event_without_mandates_matches_nobody_and_blames_nothing():
    nothing = event(BOOK, [])
    assert nothing.shortlists == ()
    assert len(nothing.unmatched) == len(nothing.everyone) == 0
    assert np.all([nothing.counts[name] == 0 for name in ("mandates", "matched", "shown")])
