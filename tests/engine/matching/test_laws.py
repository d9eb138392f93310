"""What holds for every book and every mandate."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_appraisal import appraisal

from engine.domain.exclusion import Exclusion
from engine.domain.mandate import Mandate
from engine.domain.unit import Confidence, DealForm, Status
from engine.matching import UnitBook, exclusions, shortlist, shortlists, why_not
from engine.matching.limits import Limits
from engine.matching.topk import top_k

BOOK_TABLE = appraisal(400, random_state=5)
BOOK_TABLE.loc[BOOK_TABLE.index[:60], "price_year"] = 1400
BOOK_TABLE.loc[BOOK_TABLE.index[60:80], "price_year"] = pd.NA
BOOK = UnitBook.from_table(BOOK_TABLE)

SECTORS = st.lists(st.sampled_from(["C", "10", "11", "103", "1030", "20", "23", "2396"]), max_size=3, unique=True)
PLACES = st.lists(
    st.sampled_from(
        ["West Azerbaijan", "Kurdistan", "West Azerbaijan/Urmia", "West Azerbaijan/Khoy", "Kurdistan/Saqqez"]
    ),
    max_size=3,
    unique=True,
)
LIMIT = st.one_of(st.none(), st.integers(0, 3000))


@st.composite
def mandates(draw):
    low, high = sorted([draw(st.integers(0, 8000)), draw(st.integers(0, 8000))])
    stated = {
        "id": "any",
        "price_year": draw(st.sampled_from([1400, 1404])),
        "allow_proxy": draw(st.booleans()),
        "price_rate": draw(st.sampled_from([None, 0.4])),
        "ticket_billion_rial": draw(st.sampled_from([None, [low, high], [low, (low + high) // 2, high], [None, high]])),
        "sectors": {"must": draw(SECTORS), "like": draw(SECTORS)},
        "places": {"must": draw(PLACES), "like": draw(PLACES)},
        "statuses": draw(st.sampled_from([[], [Status.IDLE], [Status.IDLE, Status.SEMI_ACTIVE]])),
        "deal_forms": {"wanted": draw(st.lists(st.sampled_from([DealForm.SALE, DealForm.LEASE]), unique=True))},
        "risk_appetite": draw(st.sampled_from([None, "low", "medium", "high"])),
        "offer_fix_first": draw(st.sampled_from([None, True, False])),
        "min_confidence": draw(st.sampled_from([None, *Confidence])),
        "min_jobs": draw(st.sampled_from([None, 5])),
        "jobs_goal": draw(st.sampled_from([None, 20])),
        "min_power_kw": draw(LIMIT),
        "min_land_m2": draw(LIMIT),
        "max_idle_months": draw(LIMIT),
        "accept_unknown": draw(st.sampled_from([True, False, ["capital_unknown"]])),
    }
    refused = draw(st.sampled_from([[], ["2011"], ["22"]]))
    return Mandate.read(stated | {"sectors": stated["sectors"] | {"must_not": refused}})


LOOKED_AT = [
    *("public_completeness", "triage", "power_kw", "land_m2", "jobs_expected_point", "feasibility_point"),
    *("isic", "status"),
]


def brute_force_feasible(table, mandate):
    """Hard limits once more, unit by unit, in plain words; money only where the years are equal."""
    accepts = {code.value for code in mandate.accept_unknown}
    floor, kept = _floor(table, mandate), set()
    for unit_id, row in table[LOOKED_AT].to_dict("index").items():
        checks = [
            ("", row["public_completeness"] >= 0.65),
            ("", row["triage"] == "offer" or (row["triage"] == "fix_first" and mandate.wants_fix_first)),
            ("power_unknown", _at_least(row["power_kw"], mandate.min_power_kw)),
            ("land_unknown", _at_least(row["land_m2"], mandate.min_land_m2)),
            ("jobs_unknown", _at_least(row["jobs_expected_point"], mandate.min_jobs)),
            ("feasibility_unknown", _at_least(row["feasibility_point"], floor)),
            ("sector_unknown", _in_sector(row["isic"], mandate.sectors)),
            ("status_unknown", _in_status(row["status"], mandate.statuses)),
        ]
        if all(passed is True or (passed is None and code in accepts) for code, passed in checks):
            kept.add(unit_id)
    return kept


def _floor(table, mandate):
    """The stated floor, and of what is on offer the best third or two thirds, counted by hand."""
    floors = [] if mandate.max_failure_probability is None else [1 - mandate.max_failure_probability]
    if mandate.risk_appetite is not None:
        on_offer = table[table["triage"].isin(["offer", "fix_first"]) & (table["public_completeness"] >= 0.65)]
        values = sorted(on_offer["feasibility_point"].dropna(), reverse=True)
        left_out = {"low": 2, "medium": 1, "high": 0}[mandate.risk_appetite] * len(values) // 3
        floors.append(values[::-1][left_out] if left_out else 0.0)
    return max(floors, default=None)


def _at_least(given, low):
    return True if low is None else None if pd.isna(given) else bool(given >= low)


def _in_sector(isic, wishes):
    if not wishes.must and not wishes.must_not:
        return True
    if pd.isna(isic):
        return None
    if any(isic.startswith(code) for code in wishes.must_not):
        return False
    if wishes.must and not any(
        (code == "C" and "10" <= isic[:2] <= "33") or isic.startswith(code) for code in wishes.must
    ):
        return None if any(code.startswith(isic) for code in wishes.must) else False
    return None if any(code.startswith(isic) for code in wishes.must_not) else True


def _in_status(status, wanted):
    if not wanted or status in wanted:
        return True
    return None if pd.isna(status) or status == "unknown" else False


@settings(max_examples=25, deadline=None)
@given(mandates())
def test_no_hard_limit_is_ever_broken(mandate):
    shown = shortlist(BOOK, mandate, limit=400)
    assert {*shown.unit_id} <= brute_force_feasible(BOOK_TABLE, mandate)
    rows = BOOK_TABLE.loc[list(shown.unit_id)]
    if mandate.ticket_rial and mandate.ticket_rial.max is not None:
        same_year = rows[rows["price_year"] == mandate.price_year]
        assert (same_year["capital_needed_rial"].dropna() <= mandate.ticket_rial.max).all()
        if Exclusion.CAPITAL_UNKNOWN not in mandate.accept_unknown:
            assert rows["capital_needed_rial"].notna().all()


@settings(max_examples=25, deadline=None)
@given(mandates())
def test_without_money_places_and_forms_the_feasible_units_are_those_of_a_plain_loop(mandate):
    plain = mandate.model_copy(
        update={
            "ticket_rial": None,
            "places": type(mandate.places)(),
            "deal_forms": type(mandate.deal_forms)(),
            "max_idle_months": None,
            "min_confidence": None,
        }
    )
    assert {*shortlist(BOOK, plain, limit=400).unit_id} == brute_force_feasible(BOOK_TABLE, plain)


@settings(max_examples=25, deadline=None)
@given(mandates())
def test_the_fast_path_keeps_exactly_the_units_without_a_reason_against_them(mandate):
    fast = Limits.of(BOOK, mandate).feasible()
    assert np.array_equal(fast, np.flatnonzero(exclusions(BOOK, mandate) == 0))


@settings(max_examples=25, deadline=None)
@given(mandates())
def test_the_parts_of_the_fit_add_up_to_it_and_it_stays_between_0_and_1(mandate):
    shown = shortlist(BOOK, mandate, limit=400)
    assert np.allclose(shown.parts.sum(axis=1), shown.fit, rtol=0, atol=1e-12)
    assert ((shown.fit >= 0) & (shown.fit <= 1 + 1e-12)).all()
    assert (np.diff(shown.fit) <= 0).all()


@settings(max_examples=25, deadline=None)
@given(mandates(), st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(mandate, seed):
    shuffled = UnitBook.from_table(BOOK_TABLE.sample(frac=1, random_state=seed))
    one, other = shortlist(BOOK, mandate), shortlist(shuffled, mandate)
    assert one.run_id == other.run_id
    pd.testing.assert_frame_equal(one.table(), other.table())


@settings(max_examples=15, deadline=None)
@given(st.lists(mandates(), min_size=1, max_size=4))
def test_many_at_once_are_the_same_as_one_by_one(several):
    for together, alone in zip(shortlists(BOOK, several), several, strict=True):
        pd.testing.assert_frame_equal(together.table(), shortlist(BOOK, alone).table())


@settings(max_examples=25, deadline=None)
@given(mandates(), st.sampled_from(["ticket", "sector", "place", "risk", "power", "idle", "unknown", "fix_first"]))
def test_widening_a_limit_never_removes_a_unit(mandate, which):
    ticket = mandate.ticket_rial
    wider = {
        "ticket": {"ticket_rial": ticket and ticket.model_copy(update={"max": 10**14, "min": 0})},
        "sector": {"sectors": mandate.sectors.model_copy(update={"must": ()})},
        "place": {"places": mandate.places.model_copy(update={"must": ()})},
        "risk": {"risk_appetite": None},
        "power": {"min_power_kw": None},
        "idle": {"max_idle_months": None},
        "unknown": {"accept_unknown": tuple(code for code in Exclusion if code.is_unknown)},
        "fix_first": {"offer_fix_first": True},
    }[which]
    if which == "risk":
        wider["offer_fix_first"] = mandate.wants_fix_first
    before = {*np.flatnonzero(exclusions(BOOK, mandate) == 0)}
    after = {*np.flatnonzero(exclusions(BOOK, mandate.model_copy(update=wider)) == 0)}
    assert before <= after


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 3000), st.integers(1, 60), st.integers(1, 1000), st.integers(0, 2**32 - 1))
def test_the_k_largest_by_blocks_are_those_of_a_full_sort(size, k, distinct, seed):
    draw = np.random.default_rng(seed)
    scores = draw.integers(distinct, size=size) / distinct
    tie = draw.permutation(size)
    assert np.array_equal(top_k(scores, tie, k), np.lexsort((tie, -scores))[:k])


@pytest.mark.parametrize("size", [256 * 50, 256 * 60 + 7, 100_003])
def test_the_k_largest_of_many_are_those_of_a_full_sort(size):
    draw = np.random.default_rng(1)
    scores, tie = np.round(draw.random(size), 3), draw.permutation(size)
    assert np.array_equal(top_k(scores, tie, 50), np.lexsort((tie, -scores))[:50])


def test_equal_fits_are_ordered_by_unit_id():
    table = appraisal(50, offers_only=True)
    for column in ("feasibility_point", "jobs_expected_point", "jobs_expected_per_billion_rial_point"):
        table[column] = 0.5
    same = table.assign(**{name: table[name].iloc[0] for name in table.columns})
    shown = shortlist(UnitBook.from_table(same), Mandate(id="any"), limit=20)
    assert shown.unit_id.tolist() == sorted(table.index)[:20]


@settings(max_examples=25, deadline=None)
@given(mandates(), st.integers(0, 399))
def test_why_not_tells_a_position_or_a_reason_and_never_both(mandate, row):
    unit_id = BOOK.unit_id[row]
    told = why_not(BOOK, mandate, unit_id)
    everything = shortlist(BOOK, mandate, limit=400).unit_id.tolist()
    assert (told.position is None) == bool(told.excluded_by)
    if told.position is not None:
        assert everything[told.position - 1] == unit_id
        assert sum(told.parts.values()) == pytest.approx(told.fit)
    else:
        assert unit_id not in everything


@settings(max_examples=30, deadline=None)
@given(mandates(), st.integers(0, len(BOOK_TABLE) - 1), st.sampled_from([1.1, 3.0, 10.0]))
def test_who_asks_for_more_capital_fits_no_better(mandate, row, times):
    unit, per = BOOK_TABLE.index[row], "jobs_expected_per_billion_rial_point"
    more = BOOK_TABLE.copy()
    if pd.notna(more.loc[unit, "capital_needed_rial"]):
        more.loc[unit, "capital_needed_rial"] = int(more.loc[unit, "capital_needed_rial"] * times)
        more.loc[unit, per] = more.loc[unit, per] / times
    shown = [shortlist(book, mandate).table().set_index("unit_id")["fit"] for book in (BOOK, UnitBook.from_table(more))]
    if all(unit in fit.index for fit in shown):
        assert shown[1][unit] <= shown[0][unit] + 1e-9
