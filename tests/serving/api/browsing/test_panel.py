"""Experts answer about pairs in a browser; answers are taken as a workbook's are."""

import re

from tests.serving.api.browsing.conftest import words


def test_pairs_are_chosen_answered_and_agreement_is_said(writing):
    assert "No pairs are chosen yet" in words(writing.get("/desk/panel"))
    page = writing.follow(writing.post("/desk/panel/choose", {"pairs": "5"}))
    names = sorted(set(re.findall(r'name="((?:restart|jobs)_\d+)"', page.text)))
    panel = re.search(r'name="panel" value="(\w+)"', page.text)[1]
    answers = {name: "first" if int(name.split("_")[1]) % 2 else "second_much" for name in names}
    refused = writing.post("/desk/panel", {"panel": panel, "expert": "Sara Karimi", **answers})
    assert refused.status_code == 422  # a code, never a name
    assert 'value="Sara Karimi"' in refused.text
    taken = writing.post("/desk/panel", {"panel": panel, "expert": "E7", **answers})
    assert taken.status_code == 200
    assert "E7" in words(taken)
    assert "How far the experts agree" in words(taken)
