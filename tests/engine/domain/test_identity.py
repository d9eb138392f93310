"""Which rows are one unit."""

import pandas as pd
import pytest

from engine.domain.identity import identity_keys, national_id_check_digit
from engine.domain.unit import unit_table


def keys(**columns):
    return identity_keys(
        unit_table(pd.DataFrame({"unit_id": ["a"]} | {name: [cell] for name, cell in columns.items()}))
    )


def test_the_strongest_key_a_row_can_fill_is_taken():
    row = {"name": "واحد", "county": "Khoy", "isic": "1030", "national_id": "14077631706", "business_id": "1" * 12}
    assert keys(**row).iloc[0] == "business:111111111111"
    assert keys(**row | {"business_id": None}).iloc[0] == "national:14077631706|Khoy|10"
    assert keys(**row | {"business_id": None, "national_id": None}).iloc[0] == "name:واحد|Khoy|"
    assert keys(county="Khoy").isna().all()


def test_spelling_does_not_change_a_key_and_place_does():
    assert keys(name="نيمه‌فعال").iloc[0] == keys(name="نیمه  فعال").iloc[0]
    assert keys(name="واحد", county="Khoy").iloc[0] != keys(name="واحد", county="Urmia").iloc[0]


def test_the_check_digit_worked_by_hand():
    # tenth digit 0, so 2 is added to each: sums 3,2,2,...: 3*29 + 2*(27+23+19+17+29+27+23+19+17) = 489 = 44*11 + 5
    assert national_id_check_digit("1000000000") == (87 + 2 * 201) % 11 == 5


def test_the_check_digit_wants_ten_digits():
    with pytest.raises(ValueError, match="ten digits"):
        national_id_check_digit("123")
