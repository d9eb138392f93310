"""Terms are read whole or refused with what to write instead."""

import pytest

from engine.errors import EhyaError, ErrorCode
from engine.packages.terms import PackageTerms

WHOLE = """
name: inva
event: INVA 1405
count: [10, 15]
price_year: 1404
budgets:
  capital: {at_most: ۳۰۰۰ میلیارد ریال}
  public_money: {at_most: 200 billion toman, share_of_capital: 0.2}
debt: 900 billion rial
quotas:
  - {by: county, at_most: 4}
  - {sector: 10, at_least: 3, name: food}
  - {county: [ارومیه], size: [small], deal_form: lease, at_most: 2}
  - {seeks_capital: true, at_least: 5}
verdicts: [offer, fix_first]
publishable_only: false
pinned: [{unit: U1, reason: the governor's wish, by: governor}]
barred: [{unit: U2, reason: in court}]
not_together: [{units: [U3, U4], reason: one buyer}]
only_with: [{unit: U5, needs: [U6]}]
exploration: {share: 0.1}
revived: {at_least: 3, probability: 0.8}
worth: {npv: 0.1, risk: 0.2, tail: 0.05}
investors: [local, foreign]
seed: 7
"""


def refusal(text):
    with pytest.raises(EhyaError) as caught:
        PackageTerms.read_text(text)
    return caught.value


def test_all_terms_are_read_and_come_back_from_their_document():
    terms = PackageTerms.read_text(WHOLE)
    assert terms.budgets.capital.at_most == 3 * 10**12
    assert terms.budgets.public_money.at_most == 2 * 10**12
    assert terms.quotas[2].county == ("West Azerbaijan/Urmia",)
    assert PackageTerms.read(terms.document) == terms


def test_toml_says_the_same_as_yaml():
    text = 'name = "a"\ncount = 3\n[[quotas]]\nby = "county"\nat_most = 2\n'
    assert PackageTerms.read_text(text, toml=True) == PackageTerms.read_text(
        "name: a\ncount: 3\nquotas: [{by: county, at_most: 2}]"
    )


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        ("name: a\ncuont: 3", ErrorCode.PACKAGE_KEY_UNKNOWN, None),
        ("name: a\nbudgets: {capitol: {at_most: 3 rial}}", ErrorCode.PACKAGE_KEY_UNKNOWN, None),
        ("name: a\nbudgets: {capital: {at_most: 3000}}", ErrorCode.PACKAGE_VALUE_REFUSED, "budgets.capital.at_most"),
        ("name: a\nworth: {jobs: -1}", ErrorCode.PACKAGE_VALUE_REFUSED, "worth.jobs"),
        ("name: a\nworth: {jobs: 0}", ErrorCode.PACKAGE_VALUE_REFUSED, "worth"),
        ("name: a\nquotas: [{by: county}]", ErrorCode.PACKAGE_VALUE_REFUSED, "quotas.0"),
        ("name: a\nquotas: [{at_least: 3, at_most: 2}]", ErrorCode.PACKAGE_CONTRADICTION, "quotas"),
        ("name: a\nquotas: [{county: زرزیران, at_least: 1}]", ErrorCode.PLACE_UNKNOWN, None),
        ("name: a\nquotas: [{sector: 99999, at_least: 1}]", ErrorCode.SECTOR_UNKNOWN, None),
        ("name: a\ncount: [5, 3]", ErrorCode.PACKAGE_CONTRADICTION, "count"),
        ("name: a b", ErrorCode.PACKAGE_VALUE_REFUSED, "name"),
        ("name: a\npinned: [{unit: U1}]", ErrorCode.PACKAGE_VALUE_REFUSED, "pinned.0.reason"),
        ("count: 3", ErrorCode.PACKAGE_VALUE_REFUSED, "name"),
        ("name: [", ErrorCode.FILE_UNREADABLE, None),
        ("a: &x [1]\nname: *x", ErrorCode.FILE_UNREADABLE, None),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_key(text, code, key):
    error = refusal(text)
    assert error.code is code
    assert key is None or error.facts["key"] == key


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("count: many", "12, [10, 15]"),
        ("worth: {jobs: -1}", ">= 0"),
        ("worth: {jobs: .nan}", ">= 0"),
        ("exploration: {share: 2}", "<= 1"),
        ("seed: 1.5", "0, 1, 2, …"),
        ("verdicts: [sell]", "offer, fix_first, repurpose_or_sell, cannot_judge"),
        ("quotas: 5", "[…]"),
        ("quotas: [5]", "{…: …}"),
        ("budgets: 7", "{…: …}"),
        ("revived: true", "{…: …}"),
        ("price_year: soon", "0, 1, 2, …"),
        ("price_year: ۱۲۰۵", ">= 1300"),
        ("budgets: {capital: {at_most: many rial}}", "3000 billion rial, ۳۰۰۰ میلیارد ریال"),
        ("budgets: {capital: {at_most: nan rial}}", "3000 billion rial, ۳۰۰۰ میلیارد ریال"),
        ("verdicts: [[offer]]", "offer, fix_first, repurpose_or_sell, cannot_judge"),
        ("event: {a: 1}", "inva-1405"),
    ],
)
def test_what_is_allowed_is_said_in_signs_and_codes_not_in_words_of_a_library(text, allowed):
    assert refusal(f"name: a\n{text}").facts["allowed"] == allowed


def test_numbers_may_be_written_in_persian_digits_wherever_one_stands():
    text = """
name: a
count: [۱۰, ۱۵]
price_year: ۱۴۰۵
seed: ۷
quotas: [{by: county, at_most: ۴}]
revived: {at_least: ۳, probability: ۰٫۸}
worth: {npv: ۰.۱}
"""
    terms = PackageTerms.read_text(text)
    assert (terms.places, terms.price_year, terms.seed, terms.quotas[0].at_most) == ((10, 15), 1405, 7, 4)
    assert (terms.revived.at_least, terms.revived.probability, terms.worth.npv) == (3, 0.8, 0.1)
    assert PackageTerms.read_text("name: a\ncount: ۱۲").places == (12, 12)


@pytest.mark.parametrize("text", ["", "# nothing yet", "- name", "terms"])
def test_a_file_without_keys_is_told_which_there_are(text):
    error = refusal(text)
    assert error.code is ErrorCode.FILE_WITHOUT_KEYS
    assert "count" in error.facts["allowed"]


def test_a_unit_cannot_be_wanted_in_and_out_at_once():
    error = refusal("name: a\npinned: [{unit: U1, reason: x}]\nbarred: [{unit: U1, reason: y}]")
    assert (error.code, error.facts["given"]) == (ErrorCode.PACKAGE_CONTRADICTION, ["U1"])


def test_a_sum_of_nothing_is_a_sum():
    assert PackageTerms.read_text("name: a\nbudgets: {capital: {at_most: 0}}").budgets.capital.at_most == 0
