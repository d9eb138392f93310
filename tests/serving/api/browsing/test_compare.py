"""Units side by side in a browser."""

import re

import pytest

from tests.serving.api.browsing.conftest import words
from tests.serving.api.browsing.test_ranking import WEIGHTS, listed


def address(units, more=""):
    return f"/desk/compare?{'&'.join(f'unit={unit}' for unit in units)}{more}"


def test_marked_units_stand_side_by_side_with_why_one_comes_first(reading):
    first, second, third = listed(reading.get("/desk/ranking"))[:3]
    page = words(reading.get(address([third, first, second])))
    assert page.count("comes before") >= 2
    assert "fields differ" in page
    assert "draws of weights and values" in page


def test_the_order_that_is_explained_is_that_of_the_ranking_it_came_from(reading):
    ranked = listed(reading.get(f"/desk/ranking?{WEIGHTS}"))
    page = reading.get(address(ranked[:2], f"&{WEIGHTS}"))
    assert "Jobs 0.80" in words(page)
    assert page.text.count(f"/desk/ranking?{WEIGHTS.split('&')[1]}") == 1  # the way back holds the weights


@pytest.mark.parametrize("count", [0, 1, 6])
def test_fewer_than_two_or_more_than_five_are_refused(reading, count):
    page = reading.get(address(listed(reading.get("/desk/ranking"))[:count]))
    assert page.status_code == 422
    assert "Choose two to five units" in words(page)


def test_a_unit_that_is_not_there_is_named(reading):
    page = reading.get(address(["nothing", "<b>nobody</b>"]))
    assert page.status_code == 422
    assert "nothing" in words(page)
    assert "<b>nobody" not in page.text


def test_no_address_holds_what_makes_a_form_count(reading):
    """What compares units is asked for by its address, which travels further than a form does."""
    page = reading.get("/desk/units").text
    form = re.search(r'<form method="post" action="/desk/units/edit-many">.*?</form>', page, re.S)[0]
    assert re.search(r"<button[^>]*formmethod=.get.[^>]*>", form)
    marks = re.findall(r"<(\w+)[^>]*_token[^>]*>", form)
    assert marks == ["button"]  # which is sent only where it is the one that was pressed
