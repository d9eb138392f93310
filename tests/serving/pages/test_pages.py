import re

import pytest


@pytest.mark.parametrize(("language", "direction"), [("fa", "rtl"), ("en", "ltr")])
@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_is_written_in_the_direction_of_its_language(client, path, language, direction):
    answer = client.get(path, params={"lang": language})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{language}" dir="{direction}">' in answer.text


def test_persian_comes_first_and_english_is_one_click_away(client):
    text = client.get("/").text
    assert 'dir="rtl"' in text
    assert 'href="?lang=en"' in text
    assert 'href="?lang=fa"' in client.get("/?lang=en").text


def test_the_front_page_shows_the_first_twenty_by_rank_and_says_synthetic(client):
    text = client.get("/?lang=en").text
    ranks = [int(rank) for rank in re.findall(r'<td class="place">(\d+)</td>', text)]
    assert ranks == list(range(1, 21))
    assert "Every unit in this list is synthetic" in text


def test_the_front_page_links_to_what_there_is(client):
    for path in re.findall(r'href="(/[^"]*)"', client.get("/").text):
        assert client.get(path.replace("&amp;", "&"), follow_redirects=True).status_code == 200, path


def test_the_documentation_lists_every_address_and_every_parameter(client):
    text = client.get("/docs?lang=en").text
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        assert path in text
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                assert f"<code>{parameter['name']}</code>" in text


def test_a_problem_names_a_place_in_the_documentation(client):
    for path in ("/v1/none", "/v1/units/none", "/v1/units?x=1", "/v1/units?limit=0", "/v1/units?county=Atlantis"):
        page, _, anchor = client.get(path).json()["type"].partition("#")
        assert f'id="{anchor}"' in client.get(page).text, anchor


def test_pages_need_neither_script_nor_inline_style(client):
    for path in ("/", "/docs"):
        text = client.get(path).text
        assert "<script" not in text
        assert "style=" not in text
        assert "<style" not in text
