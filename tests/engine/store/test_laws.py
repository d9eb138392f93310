"""Laws of importing, over many small histories made by seed."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from engine.store import Register

NOON = datetime(2025, 1, 10, 12)
FIELDS = {"jobs_now": 40, "bank_debt_rial": 10**12, "machinery_year": 2000, "land_m2": 900.0, "notes": "یادداشت"}


def file(generator, day, given):
    """A few units with some cells filled, as of one day."""
    rows = []
    for number in generator.choice(5, size=3, replace=False):
        filled = {
            name: f"{value}{generator.integers(3)}" if isinstance(value, str) else value + generator.integers(3)
            for name, value in FIELDS.items()
            if generator.random() < 0.6
        }
        rows.append({"identity": f"business:{number}", **filled})
    return given(*rows, as_of=f"20{day:02d}-01-01", source=f"{day}.xlsx")


def imported(files):
    register = Register.open("sqlite://")
    for number, intake in enumerate(files):
        register.imports.commit(intake, imported_at=NOON + timedelta(days=number))
    return register


@pytest.mark.parametrize("seed", range(5))
def test_files_of_different_days_give_the_same_units_in_any_order(seed, given):
    generator = np.random.default_rng(seed)
    files = [file(generator, day, given) for day in (10, 12, 14, 16)]
    order = generator.permutation(len(files))
    with imported(files) as straight, imported([files[at] for at in order]) as shuffled:
        pd.testing.assert_frame_equal(straight.units(), shuffled.units())
        assert straight.check() == shuffled.check() == ()


@pytest.mark.parametrize("seed", range(3))
def test_importing_everything_again_changes_nothing(seed, given):
    generator = np.random.default_rng(seed)
    files = [file(generator, day, given) for day in generator.permutation([10, 12, 14, 16])]
    with imported(files) as register:
        units, counts = register.units(), register.counts()
        for intake in files:
            assert set(register.imports.commit(intake, imported_at=NOON).rows["change"]) == {"unchanged"}
        pd.testing.assert_frame_equal(units, register.units())
        assert register.counts() == counts


def test_one_file_with_all_rows_equals_one_file_for_each_row(given):
    rows = [{"identity": f"business:{number}", "jobs_now": number} for number in range(6)]
    with imported([given(*rows)]) as together, imported([given(row) for row in rows]) as singly:
        pd.testing.assert_frame_equal(together.units(), singly.units())


def test_a_unit_has_the_same_name_in_every_register(given):
    rows = {"identity": "business:123456789012", "jobs_now": 3}
    with imported([given(rows)]) as register:
        # by hand: sha256 of "register|business:123456789012|0", base32, ten characters
        assert register.units().index.tolist() == ["URTODAHP5GF"]
