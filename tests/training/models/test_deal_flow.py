"""Who joins what next: learnt from the past, the same for the same seed, within what it may read."""

import numpy as np
import pytest

from engine.matching.revealed import Deals, Offers, Revealed
from training.models.deal_flow import Window, fit_deal_flow


@pytest.fixture(scope="module")
def windows():
    """Investors of four tastes; each joins offers of its own sector, in two windows."""
    random = np.random.default_rng(4)
    investors, companies = 60, 240
    sector = np.arange(companies) % 4
    who = random.integers(0, investors, 900)
    what = np.array([random.choice(np.flatnonzero(sector == one % 4)) for one in who])
    deals = Deals(who, what, np.zeros(900, int), {"sector": sector[what]}, np.full(900, np.nan))
    found = []
    for _ in range(2):
        offers = Offers(np.full(80, -1), {"sector": np.arange(80) % 4}, np.full(80, np.nan))
        revealed = Revealed.of(deals, offers, investors=investors, now=1)
        alike = np.arange(investors)[:, None] % 4 == np.arange(80)[None, :] % 4
        found.append(Window(revealed, np.arange(investors), alike & (random.random(alike.shape) < 0.3)))
    return found


def test_what_an_investor_joined_before_it_is_offered_first(windows):
    model = fit_deal_flow(windows[:1], forests=2)
    scores = model.scores(windows[1])
    first = np.argsort(-scores, axis=1)[:, :10]
    assert (first % 4 == np.arange(60)[:, None] % 4).mean() > 0.95
    again = fit_deal_flow(windows[:1], forests=2)
    np.testing.assert_array_equal(scores, again.scores(windows[1]))
    np.testing.assert_array_equal(scores[:, [5, 2]], again.scores(windows[1], offers=np.array([5, 2])))


def test_the_other_direction_finds_investors_for_an_offer(windows):
    scores = fit_deal_flow(windows[:1], of_offers=True, forests=1).scores(windows[1])
    first = np.argsort(-scores, axis=0)[:10]
    assert (first % 4 == np.arange(80)[None, :] % 4).mean() > 0.95


def test_parts_that_may_not_be_read_or_that_say_nothing_are_not_read(windows):
    model = fit_deal_flow(windows[:1], without=("partners_", "sector"), forests=1)
    assert not [name for name in model.names if name.startswith(("partners_", "sector"))]
    assert "offer_years_since" not in model.names  # nobody put money into any offer before


def test_where_nobody_joins_anything_there_is_nothing_to_learn(windows):
    empty = Window(windows[0].revealed, windows[0].who, np.zeros_like(windows[0].chosen))
    with pytest.raises(ValueError, match="nobody joined"):
        fit_deal_flow([empty])


def test_what_an_investor_is_in_already_comes_last():
    deals = Deals(np.array([0, 1] * 30), np.arange(60) % 7, np.zeros(60, int), {}, np.full(60, np.nan))
    offers = Offers(np.array([0, -1, -1]), {}, np.full(3, np.nan))
    revealed = Revealed.of(deals, offers, investors=2, now=1)
    window = Window(revealed, np.arange(2), np.array([[False, True, False], [False, False, True]]))
    scores = fit_deal_flow([window], forests=1).scores(window)
    assert np.isneginf(scores[:, 0]).all()
    assert np.isfinite(scores[:, 1:]).all()
