"""Experts answer about pairs in a browser; answers are taken as a workbook's are."""

import re

from tests.serving.api.browsing.conftest import words
from training.panel.answers import answers


def test_pairs_are_chosen_answered_and_agreement_is_said(writing):
    assert "No pairs are chosen yet" in words(writing.get("/desk/panel"))
    page = writing.follow(writing.post("/desk/panel/choose", {"pairs": "5"}))
    names = sorted(set(re.findall(r'name="((?:restart|jobs)_\d+)"', page.text)))
    panel = re.search(r'name="panel" value="(\w+)"', page.text)[1]
    nothing = writing.post("/desk/panel", {"panel": panel, "expert": "E7"})
    assert nothing.status_code == 422
    assert "No pair is answered yet" in words(nothing)
    answers = {name: "first" if int(name.split("_")[1]) % 2 else "second_much" for name in names}
    refused = writing.post("/desk/panel", {"panel": panel, "expert": "Sara Karimi", **answers})
    assert refused.status_code == 422  # a code, never a name
    assert 'value="Sara Karimi"' in refused.text
    assert "“Sara Karimi” is no code of an expert. Write a code such as E1; names are never kept." in words(refused)
    taken = writing.post("/desk/panel", {"panel": panel, "expert": "E7", **answers})
    assert taken.status_code == 200
    assert "E7" in words(taken)
    assert "How far the experts agree" in words(taken)


def test_the_last_answers_are_taken_back_and_what_stood_before_stands_again(writing):
    writing.get("/desk/panel")
    page = writing.follow(writing.post("/desk/panel/choose", {"pairs": "5"}))
    panel = re.search(r'name="panel" value="(\w+)"', page.text)[1]
    folder = writing.parties.settings.panel

    def answer(code):
        taken = writing.post("/desk/panel", {"panel": panel, "expert": "E7", "restart_1": code, "jobs_1": code})
        return re.search(r'action="/desk/panel/take-back">.*?name="which" value="(\w+)"', taken.text)[1]

    first, second = answer("first"), answer("second")
    assert set(answers(folder)["answer"]) == {"second"}
    refused = writing.follow(writing.post("/desk/panel/take-back", {"which": first}))
    assert "not the last answers any more" in words(refused)
    back = writing.follow(writing.post("/desk/panel/take-back", {"which": second}))
    assert "The answers are taken back" in words(back)
    assert set(answers(folder)["answer"]) == {"first"}
    assert "Answers taken last: 2, by E7" in words(back)
    writing.follow(writing.post("/desk/panel/take-back", {"which": first}))
    assert answers(folder).empty
    assert "Answers taken last" not in words(writing.get("/desk/panel"))
