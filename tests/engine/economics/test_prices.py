"""Prices of different years: worked by hand, and what has no index is not compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.economics.prices import (
    IndexFlag,
    PriceBasis,
    PriceIndex,
    UsdMarket,
    deflate,
    jobs_per_billion_rial,
    usd,
)
from engine.errors import EhyaError, ErrorCode
from engine.parsing.money import RIAL_PER_TOMAN
from engine.reference import table
from engine.reference.own import own_rows

INDEX = PriceIndex(
    1398, np.array([50.0, 80.0, np.nan, 120.0]), np.array(["sourced", "sourced", "missing", "proxy"], object)
)


def test_thirty_jobs_for_four_thousand_billion_rial_are_seventy_five_ten_thousandths() -> None:
    assert jobs_per_billion_rial(30, 4_000 * 10**9) == pytest.approx(0.0075, abs=1e-15)
    assert jobs_per_billion_rial(30, 400 * 10**9 * RIAL_PER_TOMAN) == pytest.approx(0.0075, abs=1e-15)


def test_jobs_for_no_capital_or_unknown_capital_are_no_ratio() -> None:
    jobs = pd.Series([5, 5, None], dtype="Int64")
    capital = pd.Series([0, None, 10**9], dtype="Int64")
    assert np.isnan(jobs_per_billion_rial(jobs, capital)).all()


def test_money_moves_by_the_ratio_of_the_two_levels() -> None:
    """100 rial of 1398 at level 50 are 160 rial of 1399 at level 80, worked by hand."""
    moved = deflate([100.0, 160.0], [1398, 1399], [1399, 1398], index=INDEX)
    assert moved.rial.tolist() == [160.0, 100.0]
    assert moved.basis.tolist() == [PriceBasis.SOURCED] * 2


def test_the_central_banks_inflation_of_1396_comes_back() -> None:
    assert deflate(100.0, 1395, 1396).rial == pytest.approx(109.6)


def test_a_gap_is_not_comparable() -> None:
    moved = deflate(100.0, [1398, 1400, 1401, 1390], 1399, index=INDEX)
    assert moved.rial.tolist() == pytest.approx([160.0, np.nan, np.nan, np.nan], nan_ok=True)
    assert moved.basis.tolist()[1:] == [PriceBasis.NOT_COMPARABLE] * 3


def test_a_proxy_is_used_only_when_allowed_and_then_flagged() -> None:
    moved = deflate(100.0, 1399, 1401, index=INDEX, allow_proxy=True)
    assert float(moved.rial) == 150.0
    assert str(moved.basis) == PriceBasis.PROXY


def test_a_users_rate_carries_the_last_level_year_by_year() -> None:
    moved = deflate(100.0, 1399, [1400, 1401], index=INDEX, rate=0.5)
    assert moved.rial.tolist() == [150.0, 225.0]
    assert moved.basis.tolist() == [PriceBasis.RATE] * 2


def test_years_past_the_index_rise_by_its_last_row_for_a_few_years_and_are_flagged() -> None:
    index = PriceIndex(1404, np.array([100.0]), np.array(["sourced"], object), rise=0.5)
    moved = deflate(100.0, 1404, [1405, 1406, 1409, 1410], index=index, allow_proxy=True)
    assert moved.rial.tolist() == pytest.approx([150.0, 225.0, 100 * 1.5**5, np.nan], nan_ok=True)
    assert moved.basis.tolist() == [PriceBasis.ASSUMED] * 3 + [PriceBasis.NOT_COMPARABLE]
    assert str(deflate(1.0, 1404, 1405, index=index).basis) == PriceBasis.NOT_COMPARABLE


def test_a_users_rate_stands_instead_of_what_is_assumed() -> None:
    index = PriceIndex(1404, np.array([100.0, 190.0]), np.array(["sourced", "assumed"], object), rise=0.9)
    assert deflate(100.0, 1404, 1405, index=index, allow_proxy=True).rial == 190.0
    moved = deflate(100.0, 1404, [1405, 1406], index=index, allow_proxy=True, rate=0.5)
    assert moved.rial.tolist() == [150.0, 225.0]
    assert moved.basis.tolist() == [PriceBasis.RATE] * 2


def test_every_two_adjacent_years_of_today_are_comparable_from_the_first_day() -> None:
    years = np.arange(1400, 1408)
    moved = deflate(1.0, years, years + 1, allow_proxy=True)
    assert np.isfinite(moved.rial).all()
    assert moved.basis.tolist() == ["sourced", *["proxy"] * 3, *["assumed"] * 4]


def test_an_index_of_ones_own_is_held_against_the_description_of_the_table(tmp_path: Path) -> None:
    file, rows = tmp_path / "price_index.csv", table("price_index")
    rows.to_csv(file, index=False)
    assert PriceIndex.of(own_rows("price_index", file)).levels.tolist() == PriceIndex.from_reference().levels.tolist()
    rows.assign(price_rise=40.7).to_csv(file, index=False)
    with pytest.raises(EhyaError) as caught:
        PriceIndex.of(own_rows("price_index", file))
    assert caught.value.code is ErrorCode.REFERENCE_REFUSED
    assert caught.value.facts["column"] == "price_rise"


@pytest.mark.parametrize("text", ["", "jalali_year\n1404\n", '"', "\x00"])
def test_a_file_that_is_no_index_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "price_index.csv"
    file.write_text(text)
    with pytest.raises(EhyaError):
        PriceIndex.of(own_rows("price_index", file))


def test_money_of_the_same_year_needs_no_index() -> None:
    moved = deflate([7.0, np.nan], 1405, 1405)
    assert moved.rial.tolist() == pytest.approx([7.0, np.nan], nan_ok=True)
    assert moved.basis.tolist() == [PriceBasis.SAME_YEAR] * 2


def test_there_and_back_again_is_the_same_money() -> None:
    years = np.arange(1384, 1402)
    there = deflate(1e12, years, 1401).rial
    assert deflate(there, 1401, years).rial == pytest.approx(np.full(len(years), 1e12))


def test_rows_in_any_order_and_one_by_one_give_the_same() -> None:
    draw = np.random.default_rng(0)
    rial, years = draw.uniform(1e9, 1e13, 50), draw.integers(1380, 1407, 50)
    order = draw.permutation(50)
    batch = deflate(rial, years, 1400).rial
    np.testing.assert_array_equal(deflate(rial[order], years[order], 1400).rial, batch[order])
    singles = [float(deflate(r, y, 1400).rial) for r, y in zip(rial, years, strict=True)]
    np.testing.assert_array_equal(singles, batch)


def test_missing_years_and_amounts_of_a_unit_table_stay_missing() -> None:
    moved = deflate(pd.Series([10, None], dtype="Int64"), pd.Series([None, 1395], dtype="Int64"), 1395)
    assert np.isnan(moved.rial).all()


def test_a_rate_that_wipes_prices_out_is_refused() -> None:
    with pytest.raises(EhyaError) as caught:
        deflate(1.0, 1395, 1396, rate=-1.0)
    assert caught.value.code is ErrorCode.UNKNOWN_OPTION


def test_an_index_without_any_level_is_refused() -> None:
    empty = PriceIndex(1400, np.array([np.nan]), np.array([IndexFlag.MISSING.value], object))
    with pytest.raises(EhyaError) as caught:
        deflate(1.0, 1400, 1399, index=empty)
    assert caught.value.code is ErrorCode.NO_PRICE_INDEX


def test_dollars_use_full_years_only() -> None:
    """1,115,085 rial to the dollar in 1404 (mean of daily quotes); 1391 and 1405 were observed in part."""
    assert usd([1_115_085.0, 1.0, 1.0], [1404, 1391, 1405]).tolist() == pytest.approx(
        [1.0, np.nan, np.nan], nan_ok=True
    )
    assert usd(42_000.0, 1398, market=UsdMarket.OFFICIAL) == pytest.approx(1.0)
