"""Lists of an event, chosen together: good still, unlike each other, and the same again from the same inputs."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score
from synthetic_appraisal import appraisal

from engine.domain.mandate import Mandate
from engine.errors import EhyaError, ErrorCode
from engine.matching import UnitBook, shortlist
from engine.matching.event import event
from engine.matching.event_terms import EventTerms
from engine.matching.exposure import ndcg

TABLE = appraisal(200, random_state=4, offers_only=True)
BOOK = UnitBook.from_table(TABLE)
DRAW = np.random.default_rng(0)
MANDATES = [
    Mandate.read(
        {
            "id": f"i{number}",
            "sectors": {"like": [str(DRAW.choice(["10", "13", "20", "22", "25"]))]},
            "places": {"like": [str(DRAW.choice(["West Azerbaijan", "Kurdistan", "West Azerbaijan/Khoy"]))]},
        }
    )
    for number in range(24)
]
PLAIN = event(BOOK, MANDATES)
TOGETHER = event(BOOK, MANDATES, terms=EventTerms())

TERMS = st.builds(
    EventTerms,
    diversity=st.sampled_from([0.0, 0.15, 0.6]),
    most_share=st.sampled_from([0.02, 0.25, 1.0]),
    least=st.integers(0, 2),
    least_ndcg=st.sampled_from([0.9, 0.95, 1.0]),
    explore=st.integers(0, 2),
    seed=st.integers(0, 5),
)


@settings(max_examples=15, deadline=None)
@given(TERMS)
def test_every_list_keeps_its_quality_and_what_is_over_the_most_is_said(terms):
    found = event(BOOK, MANDATES[:8], terms=terms)
    cap = terms.cap(8)
    shown = pd.Series(np.concatenate([one.unit_id for one in found.shortlists])).value_counts()
    assert (found.ndcg >= terms.least_ndcg - 1e-9).all()
    assert set(found.over["unit_id"]) == set(shown.index[shown > cap])
    for one, mandate in zip(found.shortlists, MANDATES, strict=False):
        best = shortlist(BOOK, mandate)
        assert len(one) == len(best) == len({*one.unit_id})
        assert (np.diff(one.fit) <= 0).all()
        assert ndcg(one.fit, best.fit) >= terms.least_ndcg - 1e-9


def test_quality_is_that_of_scikit_learn():
    best = shortlist(BOOK, MANDATES[0], limit=200)
    rows = TOGETHER.shortlists[0].rows
    ranked = np.where(np.isin(best.rows, rows), 2 + best.fit, best.fit)
    assert TOGETHER.ndcg[0] == pytest.approx(ndcg_score([best.fit], [ranked], k=10))


def test_lists_chosen_together_share_fewer_units_and_more_units_are_shown():
    assert TOGETHER.overlap < 0.75 * PLAIN.overlap
    assert TOGETHER.counts["shown"] > 1.5 * PLAIN.counts["shown"]
    assert TOGETHER.over.empty
    assert TOGETHER.ndcg.min() >= 0.95


def test_at_no_terms_that_ask_for_anything_lists_are_the_mandates_own_best():
    free = EventTerms(diversity=0, most_share=1, least=0, least_ndcg=0.95)
    found = event(BOOK, MANDATES, terms=free)
    for one, best in zip(found.shortlists, PLAIN.shortlists, strict=True):
        assert one.unit_id.tolist() == best.unit_id.tolist()


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 100))
def test_rows_in_another_order_give_the_same_lists_and_the_same_run(seed):
    terms = EventTerms(explore=2, seed=7)
    shuffled = UnitBook.from_table(TABLE.sample(frac=1, random_state=seed))
    one, other = (event(book, MANDATES[:6], terms=terms) for book in (BOOK, shuffled))
    assert one.run_id == other.run_id
    assert [a.unit_id.tolist() for a in one.shortlists] == [b.unit_id.tolist() for b in other.shortlists]
    assert [a.tolist() for a in one.propensity] == [b.tolist() for b in other.propensity]


def test_another_seed_draws_others_and_says_with_which_chance():
    one, other = (event(BOOK, MANDATES, terms=EventTerms(explore=2, seed=seed)) for seed in (1, 2))
    assert one.run_id != other.run_id
    assert [a.unit_id.tolist() for a in one.shortlists] != [b.unit_id.tolist() for b in other.shortlists]
    chances = np.concatenate(one.propensity)
    assert ((chances > 0) & (chances <= 1)).all()
    assert (chances < 1).sum() >= 10


def test_what_an_investor_declined_comes_no_more_and_what_is_like_it_stands_back():
    name, unit = MANDATES[0].id, str(TOGETHER.shortlists[0].unit_id[0])
    found = event(BOOK, MANDATES, terms=EventTerms(), declined={name: [unit, "never-shown"], "nobody": [unit]})
    assert unit not in found.shortlists[0].unit_id
    assert len(found.shortlists[0]) == 10
    plain = event(BOOK, MANDATES, declined={name: [unit]})
    assert unit not in plain.shortlists[0].unit_id
    assert len(plain.shortlists[0]) == 10


def test_an_event_of_nobody_or_of_nothing_has_no_lists_to_choose():
    nothing = Mandate(id="none", max_failure_probability=0.0)
    assert event(BOOK, [], terms=EventTerms()).counts["mandates"] == 0
    assert event(BOOK, [nothing], terms=EventTerms(explore=3)).counts["empty"] == 1


@pytest.mark.parametrize(
    "stated", [{"most_share": 0}, {"diversity": 1}, {"least_ndcg": 2}, {"fairness": 1}, {"seed": -1}, {"least": 0.5}]
)
def test_terms_that_cannot_be_are_refused(stated):
    with pytest.raises(EhyaError) as caught:
        EventTerms.read(stated)
    assert caught.value.code is ErrorCode.EVENT_TERM_REFUSED
