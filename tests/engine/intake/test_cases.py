"""Fifteen small registers that were once read wrongly, each as a careful reader makes of it."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from engine.errors import EhyaError
from engine.intake import read_register

CASES = Path(__file__).parents[3] / ".." / "shared" / "data" / "cases" / "intake"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not here")


def read(case, file, **options):
    folder = next(CASES.glob(f"{case}_*"))
    return read_register(folder / file, today=date(2026, 11, 29), **options)


def values(intake, field):
    return [None if value != value or value is None else value for value in intake.units[field].astype(object).tolist()]


def test_units_of_measure_are_converted_or_refused():
    english = read("01", "units_en.csv")
    assert values(english, "land_m2") == pytest.approx([50_585.7, 12_140.57], abs=0.1)
    assert values(english, "power_kw") == pytest.approx([74.57, 37.28], abs=0.01)
    assert values(english, "idle_months") == pytest.approx([12, 24])
    persian = read("01", "units_fa.csv")
    assert not persian.units["land_m2"].notna().any()
    assert set(persian.rejected_cells["code"]) == {"unknown_measure"}
    assert values(persian, "power_kw") == pytest.approx([74.57, 37.28], abs=0.01)
    assert values(persian, "gas_m3_per_hour") == pytest.approx([10, 2], rel=0.02)
    assert values(persian, "water_l_per_s") == pytest.approx([1, 0.5])
    assert values(persian, "building_m2") == [2400, 1100]


def test_scales_of_money_are_read():
    fields = ["bank_debt_rial", "tax_debt_rial", "other_debt_rial"]
    persian = read("03", "money_scale.csv").units
    assert persian[[*fields, "capital_needed_rial"]].values.tolist() == [
        [12 * 10**6, 12 * 10**6, 12 * 10**7, 12 * 10**9]
    ]
    assert read("03", "money_scale_en.csv").units[fields].values.tolist() == [[12 * 10**6, 12 * 10**6, 12 * 10**7]]
    assert read("03", "money_title.csv").units["bank_debt_rial"].tolist() == [12 * 10**7]


def test_decimal_commas_are_read():
    units = read("04", "decimal_comma.csv").units
    assert units["land_m2"].tolist() == [4260, 15_000]
    assert units["power_kw"].tolist() == [125, 400]
    assert units["capital_needed_rial"].tolist() == [750_000_000, 12_500_000_000]


def test_longer_rows_are_refused_and_no_row_is_swallowed():
    ragged = read("06", "ragged.csv")
    assert ragged.rejected_rows["row"].tolist() == [2, 4]
    assert ragged.units["bank_debt_rial"].tolist() == [900_000_000]
    quoted = read("07", "quote.csv")
    assert (quoted.rows_read, len(quoted.units)) == (5, 5)
    unclosed = quoted.notes[quoted.notes["code"] == "quote_not_closed"]
    assert unclosed["row"].tolist() == [3]


def test_columns_are_what_their_values_say():
    assert values(read("08", "vahed.csv"), "name") == ["آرد نمونه شمال", "لوله نمونه خوی"]
    state = read("09", "state.csv")
    assert values(state, "province") == ["West Azerbaijan", "West Azerbaijan"]
    assert values(state, "status") == ["idle", "liquidated"]
    assert values(read("10", "licence.csv"), "status") == [None, None, None]


@pytest.mark.parametrize("file", ["footer.csv", "footer_en.csv"])
def test_subtotals_and_marks_of_pages_are_no_units(file):
    assert values(read("11", file), "jobs_now") == [5, 7]


def test_a_sheet_on_its_side_is_named():
    with pytest.raises(EhyaError) as error:
        read("14", "transposed.xlsx")
    assert error.value.code == "lies_on_its_side"


def test_strange_headings_are_said_and_a_mapping_leads_on():
    with pytest.raises(EhyaError) as error:
        read("15", "foreign_heads.csv")
    assert (error.value.code, error.value.facts["row"]) == ("header_not_understood", 1)
    assert "Hectares" in error.value.facts["headings"]
    mapping = {"SiteNameAddress": "name", "Hectares": "land_m2"}
    assert values(read("15", "foreign_heads.csv", mapping=mapping), "land_m2") == [4300, 12_000]


def test_contradictions_are_remarked():
    notes = read("17", "contra.csv").notes
    found = {(int(row), str(code)) for row, code in zip(notes["row"], notes["code"], strict=True)}
    assert found >= {(2, "stop_against_idle_time"), (2, "stopped_before_established"), (3, "stop_against_idle_time")}
    assert "stop_against_idle_time" in read("17", "excel_two_digit_year.xlsx").notes["code"].tolist()


def test_days_of_a_workbook_of_1904_are_its_own():
    stopped = read("18", "serial1904.xlsx").units["stopped_on"]
    assert [str(day.date()) for day in stopped] == ["2019-03-21", "2021-06-01"]


def test_codes_of_revision_3_are_translated():
    assert values(read("22", "isic3.csv"), "isic") == ["1010", "1050", "2220"]


def test_a_header_with_numbers_is_a_header():
    mapping = tomllib.loads((next(CASES.glob("24_*")) / "map.toml").read_text("utf-8"))["columns"]
    assert len(read("24", "numeric_heads.csv").units) == 2
    assert values(read("24", "numeric_heads.csv", mapping=mapping), "jobs_before_stop") == [12, 20]
