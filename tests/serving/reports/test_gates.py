"""Why the first units may change as they do: the verdict and the sentence beside it say one thing."""

import pytest

from serving.i18n import speech
from serving.reports.gates import gate_facts
from training.gates.rules import excused, top_stays

BEFORE = [f"u{number}" for number in range(20)]


def said(after, explained=None, *, reason=None, language="en", **without):
    (verdict,) = excused([top_stays(BEFORE, after, explained or {})], reason)
    facts = {name: value for name, value in verdict.facts.items() if name not in without}
    return verdict.passed, gate_facts("top_stays", {**facts, "passed": verdict.passed}, speech(language))


def moved(count):
    return [*(f"new{number}" for number in range(count)), *BEFORE[count:]]


def test_few_that_come_need_no_explanation_and_the_sentence_says_so():
    passed, why = said(moved(4))
    assert passed
    assert why == "20% of the first 20 units are new; up to 40% need no explanation"
    assert said(moved(4), allowed=None)[1] == "20% of the first 20 units are new"  # a model of before


def test_many_that_nothing_explains_shut_the_gate_with_their_number():
    passed, why = said(moved(10))
    assert not passed
    assert "nothing that was learnt since explains 20" in why


def test_many_that_are_explained_or_excused_open_it_with_that_reason():
    explained = dict.fromkeys([*moved(10)[:10], *BEFORE[:10]], "own_event")
    assert said(moved(10), explained) == (
        True,
        "50% of the first 20 units are new, and each that came or went is explained by what was learnt since",
    )
    assert said(moved(10), reason="debts were written off")[1].endswith("a person says why: debts were written off")


@pytest.mark.parametrize("count", [4, 10])
def test_persian_says_the_same(count):
    assert "واحد نخست تازه‌اند" in said(moved(count), language="fa")[1]


def test_the_same_first_units_need_no_words():
    assert said(BEFORE) == (True, "")
