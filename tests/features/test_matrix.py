"""Laws of the model matrix, and single cells worked by hand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from engine.domain.unit import FIELDS, Kind, idle_months, unit_table
from engine.errors import EhyaError, ErrorCode
from features import FULL_SCHEMA, FeatureSchema, fit, matrix

DAY = pd.Timestamp("2025-06-01")


def _described(row: dict[str, object], **fitted: object) -> pd.Series:
    units = unit_table(pd.DataFrame([{"unit_id": "u", **row}]))
    return matrix(units, FULL_SCHEMA, fit(units, FULL_SCHEMA, as_of=DAY) | fitted, as_of=DAY).loc["u"]


def test_the_matrix_has_the_columns_of_the_schema_as_floats(units: pd.DataFrame) -> None:
    table = matrix(units, FULL_SCHEMA, fit(units, FULL_SCHEMA, as_of=DAY), as_of=DAY)
    assert tuple(table.columns) == FULL_SCHEMA.names
    assert (table.dtypes == np.float64).all()
    assert table.index.equals(units.index)
    assert not np.isinf(table.to_numpy()).any()


def test_the_order_of_rows_does_not_matter(units: pd.DataFrame) -> None:
    turned = units.sample(frac=1, random_state=1)
    fitted = fit(units, FULL_SCHEMA, as_of=DAY)
    assert fit(turned, FULL_SCHEMA, as_of=DAY) == fitted
    whole = matrix(units, FULL_SCHEMA, fitted, as_of=DAY)
    assert_frame_equal(matrix(turned, FULL_SCHEMA, fitted, as_of=DAY), whole.loc[turned.index], check_exact=True)


def test_a_batch_equals_its_units_one_by_one(units: pd.DataFrame) -> None:
    fitted = fit(units, FULL_SCHEMA, as_of=DAY)
    singles = [matrix(units.loc[[unit]], FULL_SCHEMA, fitted, as_of=DAY) for unit in units.index]
    assert_frame_equal(pd.concat(singles), matrix(units, FULL_SCHEMA, fitted, as_of=DAY), check_exact=True)


def test_no_units_give_an_empty_matrix(units: pd.DataFrame) -> None:
    fitted = fit(units, FULL_SCHEMA, as_of=DAY)
    assert matrix(units.iloc[:0], FULL_SCHEMA, fitted, as_of=DAY).shape == (0, len(FULL_SCHEMA.names))


def test_categorical_columns_give_what_strings_give(units: pd.DataFrame) -> None:
    fitted = fit(units, FULL_SCHEMA, as_of=DAY)
    strings = [name.value for name, spec in FIELDS.items() if spec.kind in (Kind.CODE, Kind.CODES)]
    compact = units.astype(dict.fromkeys(strings, "category"))
    assert_frame_equal(
        matrix(compact, FULL_SCHEMA, fitted, as_of=DAY), matrix(units, FULL_SCHEMA, fitted, as_of=DAY), check_exact=True
    )


def test_fitted_tables_and_schema_may_go_through_json(units: pd.DataFrame) -> None:
    fitted = fit(units, FULL_SCHEMA, as_of=DAY)
    through = json.loads(json.dumps({"fitted": fitted, "schema": FULL_SCHEMA.to_json()}, allow_nan=False))
    back = matrix(units, through["schema"], through["fitted"], as_of=DAY)
    assert_frame_equal(back, matrix(units, FULL_SCHEMA, fitted, as_of=DAY), check_exact=True)


def test_an_absent_column_reads_as_missing(units: pd.DataFrame) -> None:
    fitted = fit(units, FULL_SCHEMA, as_of=DAY)
    nothing = matrix(units[[]], FULL_SCHEMA, fitted, as_of=DAY)
    assert nothing.isna().all(axis=None)


@pytest.mark.parametrize("name", [field.value for field in FIELDS])
def test_a_masked_field_moves_only_the_features_made_from_it(units: pd.DataFrame, name: str) -> None:
    """No column carries the missing flag of another: what a feature does not name as its source, it does not see."""
    fitted = fit(units, FULL_SCHEMA, as_of=DAY)
    masked = units.copy()
    masked[name] = pd.Series(None, index=units.index, dtype=object).astype(units[name].dtype)
    others = FULL_SCHEMA.subset(spec.name for spec in FULL_SCHEMA.features if name not in spec.sources)
    assert_frame_equal(
        matrix(masked, others, fitted, as_of=DAY), matrix(units, others, fitted, as_of=DAY), check_exact=True
    )


def test_nothing_is_seen_past_the_day(units: pd.DataFrame) -> None:
    """Dates after the day, and records made after it, change nothing."""
    early = pd.Timestamp("2020-01-01")
    later = units.copy()
    for name in ("stopped_on", "established_on"):
        later.loc[later[name] > early, name] = pd.Timestamp("2030-01-01")
    fitted = fit(units, FULL_SCHEMA, as_of=early)
    assert_frame_equal(matrix(later, FULL_SCHEMA, fitted, as_of=early), matrix(units, FULL_SCHEMA, fitted, as_of=early))
    known = units.assign(as_of=pd.Timestamp("2019-06-01").as_unit("s"))
    more = pd.concat([known, units.set_axis(units.index + "-later")])
    assert fit(more, FULL_SCHEMA, as_of=early) == fit(known, FULL_SCHEMA, as_of=early)


def test_a_stop_after_the_day_is_not_known() -> None:
    assert np.isnan(_described({"stopped_on": "2025-06-02"})["idle_years"])
    assert _described({"stopped_on": "2025-06-01"})["idle_years"] == 0


def test_idle_years_agree_with_the_engine(units: pd.DataFrame) -> None:
    described = matrix(units, FULL_SCHEMA, fit(units, FULL_SCHEMA, as_of=DAY), as_of=DAY)["idle_years"]
    np.testing.assert_allclose(described, idle_months(units, DAY) / 12, rtol=1e-12)


def test_a_stated_duration_moves_with_the_calendar() -> None:
    """Idle for 24 months on 1 June 2024 is three years on 1 June 2025, and not yet idle four years earlier."""
    row = {"idle_months": 24.0, "as_of": "2024-06-01"}
    assert _described(row)["idle_years"] == pytest.approx(3, abs=0.003)
    units = unit_table(pd.DataFrame([{"unit_id": "u", **row}]))
    fitted = fit(units, FULL_SCHEMA, as_of=DAY)
    assert np.isnan(matrix(units, FULL_SCHEMA, fitted, as_of=pd.Timestamp("2020-06-01")).loc["u", "idle_years"])


def test_causes_are_missing_rather_than_absent_when_nobody_stated_them() -> None:
    causes = ["cause_financial", "cause_legal", "cause_market", "cause_technical"]
    assert _described({"stop_causes": "bank_debt;seized_by_bank"})[causes].tolist() == [1, 1, 0, 0]
    assert _described({"stop_causes": "unknown;utilities"})[causes].tolist() == [0, 0, 0, 1]
    for nothing in (None, "unknown"):
        assert _described({"stop_causes": nothing})[causes].isna().all()


def test_a_sector_belongs_to_its_group_and_an_unknown_one_to_none() -> None:
    assert _described({"isic": "1030"})[["sector_food", "sector_metal"]].tolist() == [1, 0]
    assert _described({"isic": "5210"})[["sector_food", "sector_metal"]].tolist() == [0, 0]
    for unknown in ("C", "04", None):
        assert _described({"isic": unknown}).filter(like="sector_").isna().all()


def test_a_level_that_fit_did_not_meet_is_missing() -> None:
    units = unit_table(
        pd.DataFrame({"unit_id": ["a", "b"], "province": "West Azerbaijan", "county": ["Khoy", "Urmia"], "isic": "10"})
    )
    fitted = fit(units, FULL_SCHEMA, as_of=DAY)
    new = unit_table(pd.DataFrame({"unit_id": ["c"], "province": ["Fars"], "county": ["Shiraz"], "isic": ["25"]}))
    levels = list(FULL_SCHEMA.categories)
    assert matrix(units, FULL_SCHEMA, fitted, as_of=DAY)[levels].to_numpy().tolist() == [[0, 0, 0], [0, 0, 1]]
    assert matrix(new, FULL_SCHEMA, fitted, as_of=DAY)[levels].isna().all(axis=None)


def test_clusters_and_competitors_are_counted_by_hand() -> None:
    """Ten units in Urmia, four of them food: log10(10) = 1, and four in ten."""
    units = unit_table(
        pd.DataFrame(
            {
                "unit_id": [f"u{number}" for number in range(10)],
                "province": "West Azerbaijan",
                "county": "Urmia",
                "isic": ["10"] * 4 + ["25"] * 6,
            }
        )
    )
    described = matrix(units, FULL_SCHEMA, fit(units, FULL_SCHEMA, as_of=DAY), as_of=DAY)
    assert described["cluster_units_log"].tolist() == [1.0] * 10
    assert described["competitor_share"].round(12).tolist() == [0.4] * 4 + [0.6] * 6


@pytest.mark.parametrize(
    ("estate", "flag"),
    [
        ("شهرک صنعتی ارومیه", 1),
        ("ناحيه صنعتي تازه‌كند", 1),
        ("خارج از شهرک‌های صنعتی", 0),
        ("خارج‌ از شهرك", 0),
        ("ندارد", 0),
    ],
)
def test_an_estate_is_a_place_in_it_and_a_word_of_outside_is_none(estate: str, flag: float) -> None:
    assert _described({"estate": estate})["in_estate"] == flag


def test_an_estate_that_is_not_stated_is_not_known() -> None:
    assert all(np.isnan(_described({"estate": estate})["in_estate"]) for estate in (None, "-", "؟"))


def test_money_of_another_year_is_brought_to_the_year_of_the_model() -> None:
    """99 billion rial of 1395 are 108.5 billion of 1396 (index 100 and 109.6)."""
    row = {"bank_debt_rial": 99 * 10**9, "price_year": 1395}
    assert _described(row)["bank_debt_log"] == pytest.approx(2)
    assert _described(row, price_year=1396)["bank_debt_log"] == pytest.approx(np.log10(1 + 99 * 1.096))
    assert np.isnan(_described(row, price_year=1404)["bank_debt_log"])


def test_ratios_are_worked_by_hand_and_never_divide_by_nothing() -> None:
    row = {"land_m2": 2000, "building_m2": 500, "jobs_before_stop": 40, "jobs_now": 10, "bank_debt_rial": 3 * 10**9}
    described = _described(row | {"tax_debt_rial": 10**9, "capital_needed_rial": 8 * 10**9, "machinery_year": 2005})
    wanted = ["building_to_land", "jobs_kept_share", "debt_to_capital", "machinery_age_years"]
    assert described[wanted].tolist() == [0.25, 0.25, 0.5, 20]
    nothing = _described({"land_m2": 0, "building_m2": 5, "jobs_before_stop": 0, "jobs_now": 0})
    assert nothing[["building_to_land", "jobs_kept_share"]].isna().all()


def test_public_debts_are_added_where_they_are_stated() -> None:
    assert _described({"tax_debt_rial": 99 * 10**9})["public_debt_log"] == pytest.approx(2)
    both = {"tax_debt_rial": 90 * 10**9, "social_security_debt_rial": 9 * 10**9}
    assert _described(both)["public_debt_log"] == pytest.approx(2)
    assert np.isnan(_described({})["public_debt_log"])


def test_medians_are_kept_for_training_and_are_none_where_nothing_is_known() -> None:
    units = unit_table(pd.DataFrame({"unit_id": list("abc"), "prior_revivals": [0, 2, None]}))
    medians = fit(units, FULL_SCHEMA, as_of=DAY)["medians"]
    assert medians["revivals_before"] == 1
    assert medians["idle_years"] is None
    assert medians["county_level"] is None


def test_a_feature_that_nobody_computes_is_refused(units: pd.DataFrame) -> None:
    document = FULL_SCHEMA.to_json()
    document["features"][0]["name"] = "star_sign"
    with pytest.raises(EhyaError) as caught:
        fit(units, FeatureSchema.from_json(document), as_of=DAY)
    assert caught.value.code is ErrorCode.SCHEMA_MISMATCH


def test_the_units_are_left_as_they_were(units: pd.DataFrame) -> None:
    before = units.copy()
    matrix(units, FULL_SCHEMA, fit(units, FULL_SCHEMA, as_of=DAY), as_of=DAY)
    assert_frame_equal(units, before)
