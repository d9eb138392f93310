"""Multipliers out of published tables."""

import numpy as np
import pytest

from engine.economics.leontief import coefficients, effects, inverse, multiplier_i, multiplier_ii
from engine.errors import EhyaError

# Eurostat Manual of Supply, Use and Input-Output Tables, 2008, ch. 15, tables 15.4-15.10: Germany 1995, million euro
FLOWS = np.array([
    [1131, 25480, 1, 607, 710, 762],
    [7930, 304584, 64167, 41082, 11981, 30360],
    [426, 7334, 3875, 5296, 23457, 9155],
    [3559, 72717, 14190, 74399, 10835, 21008],
    [3637, 96115, 31027, 65755, 193176, 34223],
    [1552, 14986, 1747, 11225, 15058, 22070],
])  # fmt: skip
OUTPUT = np.array([43910, 1079446, 245606, 540063, 692487, 508918])
EMPLOYED = np.array([1096, 8381, 3236, 9251, 4258, 10206])  # thousand persons
WAGES = np.array([9382, 296464, 78819, 214450, 124810, 272975])
VALUE_ADDED = np.array([21664, 395022, 115624, 311407, 415426, 365017])
BOUGHT = np.array([8500, 197792, 3457, 269663, 214757, 119504])  # by households, of domestic products
CONSUMPTION = 1_001_060


def test_two_sectors_of_miller_and_blair():
    """Input-Output Analysis, 1985, chapter 2."""
    technical = coefficients([[150, 500], [200, 100]], [1000, 2000])
    assert technical.tolist() == [[0.15, 0.25], [0.2, 0.05]]
    assert inverse(technical) == pytest.approx(np.array([[1.2541254, 0.330033], [0.2640264, 1.1221122]]), abs=5e-8)
    assert effects([1, 1], technical) == pytest.approx([1.518152, 1.452145], abs=5e-7)
    assert inverse(technical) @ [350, 1700] == pytest.approx([1000, 2000])


def test_six_sectors_of_the_european_manual():
    technical = coefficients(FLOWS, OUTPUT)
    assert np.diag(inverse(technical))[:3] == pytest.approx([1.0339, 1.4292, 1.0289], abs=5e-5)
    assert effects(np.ones(6), technical) == pytest.approx([1.7048, 1.8413, 1.8136, 1.6035, 1.5951, 1.3782], abs=6e-5)
    jobs = effects(EMPLOYED / OUTPUT, technical)
    assert jobs == pytest.approx([0.0326, 0.0162, 0.0207, 0.0237, 0.0112, 0.0242], abs=6e-5)
    added = effects(VALUE_ADDED / OUTPUT, technical)
    assert added == pytest.approx([0.845, 0.7647, 0.8615, 0.9019, 0.9393, 0.9199], abs=6e-5)


def test_type_i_and_type_ii_of_the_same_table():
    """The manual prints no type II; the closure here is household purchases by all consumption."""
    technical, per_output = coefficients(FLOWS, OUTPUT), EMPLOYED / OUTPUT
    first = multiplier_i(per_output, technical)
    assert first == pytest.approx([1.3071, 2.0823, 1.5697, 1.3855, 1.8181, 1.2078], abs=6e-5)
    second = multiplier_ii(per_output, technical, wages=WAGES / OUTPUT, consumption=BOUGHT / CONSUMPTION)
    assert second == pytest.approx([1.7359, 3.7586, 2.6212, 2.2432, 3.1534, 2.0395], abs=6e-5)
    assert (second >= first).all()


def test_a_table_that_eats_all_it_makes_has_no_inverse():
    with pytest.raises(EhyaError):
        inverse([[1.0, 0.0], [0.0, 0.5]])
    with pytest.raises(EhyaError):
        coefficients([[1.0]], [0.0])
