"""A mandate is read once, at the door, and refuses what it cannot mean."""

from pathlib import Path

import pytest

from engine.domain.exclusion import Exclusion, reasons_of
from engine.domain.mandate import BASE_FEASIBILITY, Mandate
from engine.domain.places import place
from engine.domain.sectors import lineage, sector
from engine.domain.ticket import Ticket
from engine.errors import EhyaError, ErrorCode

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"


def refusal(stated):
    with pytest.raises(EhyaError) as caught:
        Mandate.read(stated)
    return caught.value


@pytest.mark.parametrize(
    ("key", "amount", "rial"),
    [
        ("ticket_rial", 5_000_000_000, 5_000_000_000),
        ("ticket_toman", 500_000_000, 5_000_000_000),
        ("ticket_million_rial", 5_000, 5_000_000_000),
        ("ticket_million_toman", 500, 5_000_000_000),
        ("ticket_billion_rial", 5, 5_000_000_000),
        ("ticket_billion_toman", 0.5, 5_000_000_000),
    ],
)
def test_a_ticket_in_any_unit_of_money_is_stored_as_rial(key, amount, rial):
    mandate = Mandate.read({"id": "a", "price_year": 1404, key: [amount, amount]})
    assert mandate.ticket_rial == Ticket(min=rial, max=rial)


def test_a_ticket_of_three_numbers_holds_the_typical_one_in_the_middle():
    mandate = Mandate.read({"id": "a", "price_year": 1404, "ticket_rial": [1, 2, 3]})
    assert mandate.ticket_rial == Ticket(min=1, typical=2, max=3)


@pytest.mark.parametrize(
    ("key", "amount", "rate", "rial"),
    [
        ("ticket_usd", 500, {"rate_rial_per_usd": 1_200_000}, 600_000_000),
        ("ticket_million_usd", 0.5, {"rate_rial_per_usd": 1_200_000}, 600_000_000_000),
        ("ticket_eur", 500, {"rate_rial_per_eur": 1_300_000.5}, 650_000_250),
        ("ticket_million_eur", 2, {"rate_rial_per_eur": 1_300_000}, 2_600_000_000_000),
    ],
)
def test_a_ticket_in_a_currency_is_rial_at_the_stated_rate(key, amount, rate, rial):
    mandate = Mandate.read({"id": "a", "price_year": 1405, key: [0, amount]} | rate)
    assert mandate.ticket_rial == Ticket(min=0, max=rial)
    assert Mandate.model_validate_json(mandate.model_dump_json()) == mandate


@pytest.mark.parametrize(
    ("stated", "code", "facts"),
    [
        ({"ticket_usd": [1, 2]}, ErrorCode.MANDATE_KEY_MISSING, {"key": "rate_rial_per_usd"}),
        ({"ticket_eur": [1, 2], "rate_rial_per_usd": 9}, ErrorCode.MANDATE_KEY_MISSING, {"key": "rate_rial_per_eur"}),
        ({"ticket_usd": [1, 2], "rate_rial_per_usd": 0}, ErrorCode.MANDATE_VALUE_REFUSED, {"given": 0}),
        ({"ticket_usd": [1, 2], "rate_rial_per_usd": "x"}, ErrorCode.MANDATE_VALUE_REFUSED, {"given": "x"}),
        ({"ticket_usd": [1, 2], "ticket_rial": [1, 2]}, ErrorCode.MANDATE_CONTRADICTION, {"key": "ticket"}),
    ],
)
def test_a_ticket_in_a_currency_without_a_rate_is_refused(stated, code, facts):
    error = refusal({"id": "a", "price_year": 1405} | stated)
    assert error.code is code
    assert facts.items() <= error.facts.items()


@pytest.mark.parametrize(
    "key",
    ["ticket_lakh_rial", "ticket_trillion_rial", "ticket_billion", "ticket", "ticket_dollar", "ticket_thousand_usd",
     "ticket_hemat", "min_power_mw", "min_power", "min_land_ha", "min_land_m3", "max_idle_years", "max_failure_percent",
     "rate_toman_per_usd", "price_percent"],
)  # fmt: skip
def test_a_wrong_key_never_gets_a_suggestion_in_another_unit_of_measure(key):
    error = refusal({"id": "a", key: 1})
    assert error.code is ErrorCode.MANDATE_KEY_UNLIKE
    assert "ticket_million_usd" in error.facts["allowed"]


@pytest.mark.parametrize(
    ("key", "meant"),
    [("ticket_bilion_rial", "ticket_billion_rial"), ("ticket_milion_toman", "ticket_million_toman"),
     ("tiket_usd", "ticket_usd"), ("ticket_tomans", "ticket_toman"), ("min_powr_kw", "min_power_kw"),
     ("risk_apetite", "risk_appetite"), ("max_idle_month", "max_idle_months")],
)  # fmt: skip
def test_a_misspelt_key_is_told_from_the_others_by_its_unit_of_measure(key, meant):
    assert refusal({"id": "a", key: 1}).facts["nearest"] == meant


def test_a_ticket_in_two_units_is_a_contradiction():
    error = refusal({"id": "a", "price_year": 1404, "ticket_rial": [1, 2], "ticket_toman": [1, 2]})
    assert error.code is ErrorCode.MANDATE_CONTRADICTION
    assert error.facts["given"] == ["ticket_rial", "ticket_toman"]


@pytest.mark.parametrize(
    ("stated", "code", "facts"),
    [
        ({"id": "a", "sectorz": {}}, ErrorCode.MANDATE_KEY_UNKNOWN, {"given": "sectorz", "nearest": "sectors"}),
        ({"id": "a", "places": {"mus": []}}, ErrorCode.MANDATE_KEY_UNKNOWN, {"given": "mus", "nearest": "must"}),
        ({"name": "a"}, ErrorCode.MANDATE_KEY_MISSING, {"key": "id"}),
        ({"id": "a", "ticket_rial": [1, 2]}, ErrorCode.MANDATE_KEY_MISSING, {"key": "price_year"}),
        ({"id": "a", "price_year": 1404, "ticket_rial": [3, 2]}, ErrorCode.MANDATE_CONTRADICTION, {"given": [3, 2]}),
        ({"id": "a", "price_year": 1404, "ticket_rial": ["x", 2]}, ErrorCode.MANDATE_VALUE_REFUSED, {"given": "x"}),
        ({"id": "a", "price_year": 1404, "ticket_rial": 7}, ErrorCode.MANDATE_VALUE_REFUSED, {"given": 7}),
        ({"id": "a", "risk_appetite": "huge"}, ErrorCode.MANDATE_VALUE_REFUSED, {"key": "risk_appetite"}),
        ({"id": "a", "weights": {"beauty": 1}}, ErrorCode.MANDATE_VALUE_REFUSED, {}),
        ({"id": "a", "weights": {"jobs": 0}}, ErrorCode.MANDATE_VALUE_REFUSED, {"key": "weights"}),
        ({"id": "a", "accept_unknown": ["not_offered"]}, ErrorCode.MANDATE_CONTRADICTION, {"given": ["not_offered"]}),
        ({"id": "a", "places": {"must": ["Urmya"]}}, ErrorCode.PLACE_UNKNOWN, {"given": "Urmya"}),
        ({"id": "a", "sectors": {"must": ["9999"]}}, ErrorCode.SECTOR_UNKNOWN, {"given": "9999"}),
        ("just words", ErrorCode.MANDATE_VALUE_REFUSED, {"key": "mandate"}),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_was_given(stated, code, facts):
    error = refusal(stated)
    assert error.code is code
    assert facts.items() <= error.facts.items()


@pytest.mark.parametrize(
    "wishes",
    [
        {"sectors": {"must": ["10"], "must_not": ["10"]}},
        {"sectors": {"must": ["1030"], "must_not": ["10"]}},
        {"sectors": {"like": ["1030"], "must_not": ["C"]}},
        {"places": {"must": ["Urmia"], "must_not": ["West Azerbaijan"]}},
        {"deal_forms": {"wanted": ["sale"], "must_not": ["sale"]}},
    ],
)
def test_wanting_what_is_refused_is_a_contradiction(wishes):
    assert refusal({"id": "a"} | wishes).code is ErrorCode.MANDATE_CONTRADICTION


def test_refusing_a_part_of_what_is_wanted_is_no_contradiction():
    mandate = Mandate.read({"id": "a", "sectors": {"must": ["10"], "must_not": ["1030"]}})
    assert mandate.sectors.must_not == ("1030",)


@pytest.mark.parametrize(
    "name", ["ارومیه", "اروميه", "Urmia", "شهرستان ارومیه", "urmia county", "West Azerbaijan/Urmia"]
)
def test_a_county_is_found_by_any_of_its_spellings(name):
    assert str(place(name)) == "West Azerbaijan/Urmia"


@pytest.mark.parametrize("name", ["آذربایجان غربی", "آذربايجان‌غربي", "استان آذربایجان غربی"])
def test_a_province_is_found_by_any_of_its_spellings(name):
    assert str(place(name)) == "West Azerbaijan"


def test_a_misspelt_place_is_refused_with_the_nearest_ones():
    with pytest.raises(EhyaError) as caught:
        place("Urmya")
    assert "West Azerbaijan/Urmia" in caught.value.facts["nearest"]


def test_a_name_of_both_a_province_and_a_county_has_to_say_which():
    with pytest.raises(EhyaError) as caught:
        place("تهران")
    assert caught.value.code is ErrorCode.PLACE_AMBIGUOUS
    assert caught.value.facts["allowed"] == ["Tehran province", "Tehran/Tehran"]
    assert [str(place(name)) for name in caught.value.facts["allowed"]] == ["Tehran", "Tehran/Tehran"]


def test_a_sector_read_as_a_number_gets_its_zero_back():
    assert sector(8) == "08"
    assert lineage("0810") == ("B", "08", "081", "0810")


def test_a_stated_failure_is_a_floor_and_an_appetite_is_none_by_itself():
    # 15 % of idle units a year: 1 - 0.85 * 0.85 = 0.2775 within two years
    assert pytest.approx(0.2775) == BASE_FEASIBILITY
    assert Mandate(id="a", risk_appetite="low").min_feasibility is None
    assert Mandate(id="a", risk_appetite="high", max_failure_probability=0.7).min_feasibility == pytest.approx(0.3)


def test_only_a_high_appetite_or_a_word_of_its_own_brings_units_to_mend_first():
    assert Mandate(id="a", risk_appetite="high").wants_fix_first
    assert not Mandate(id="a", risk_appetite="high", offer_fix_first=False).wants_fix_first
    assert Mandate(id="a", offer_fix_first=True).wants_fix_first


def test_equal_mandates_have_equal_digests_and_others_do_not():
    one, two = (Mandate.read({"id": "a", "places": {"like": [name]}}) for name in ("Urmia", "ارومیه"))
    assert one.digest == two.digest
    assert one.digest != Mandate(id="a").digest


def test_a_mandate_survives_the_way_through_json():
    mandate = Mandate.from_yaml(EXAMPLES / "mandate_food.yaml")
    assert Mandate.model_validate_json(mandate.model_dump_json()) == mandate


@pytest.mark.parametrize("name", ["mandate_food.yaml", "mandate_minerals.yaml"])
def test_the_examples_of_the_documentation_are_read(name):
    assert Mandate.from_yaml(EXAMPLES / name).limit == 10


def test_a_file_that_is_not_there_or_is_no_yaml_is_said_so(tmp_path):
    with pytest.raises(EhyaError) as caught:
        Mandate.from_yaml(tmp_path / "none.yaml")
    assert caught.value.code is ErrorCode.FILE_NOT_FOUND
    with pytest.raises(EhyaError) as caught:
        Mandate.from_yaml("id: [")
    assert caught.value.code is ErrorCode.FILE_UNREADABLE


def test_the_bits_of_the_exclusions_never_move():
    assert [code.value for code in Exclusion][:5] == [
        "not_offered",
        "fix_first_not_wanted",
        "sector_not_wanted",
        "sector_refused",
        "sector_unknown",
    ]
    assert (Exclusion.CAPITAL_UNKNOWN.bit, Exclusion.IDLE_UNKNOWN.bit) == (1 << 15, 1 << 27)
    assert len(Exclusion) <= 64
    assert reasons_of(sum(code.bit for code in Exclusion)) == tuple(Exclusion)


def test_aliases_that_unfold_into_gigabytes_are_refused():
    levels = "\n".join(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 9))
    with pytest.raises(EhyaError) as refused:
        Mandate.from_yaml(f"id: x\na0: &a0 [1]\n{levels}\n")
    assert refused.value.code is ErrorCode.FILE_UNREADABLE


def test_an_amount_that_no_number_can_hold_is_refused():
    with pytest.raises(EhyaError) as refused:
        Mandate.read({"id": "x", "price_year": 1404, "ticket_rial": ["1e9999999", "1e9999999"]})
    assert refused.value.code is ErrorCode.MANDATE_VALUE_REFUSED
