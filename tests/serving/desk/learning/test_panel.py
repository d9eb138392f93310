"""Tablets that answer at once lose no answer of one another."""

import time
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from engine.settings import Settings
from serving.desk.learning import last_answers, read_panel, take_answers_back
from training.panel import answers

EXPERTS = ("E1", "E2", "E3")


@pytest.fixture
def settings(tmp_path):
    found = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'ehya.db'}", language="en")
    answers.hand_out(found.panel, "p1", [("u1", "u2")])
    return found


@pytest.fixture
def slowly(monkeypatch):
    """Whoever has read the answers waits before writing them, as a slow disk would make them."""
    read = answers._read

    def waits(path, columns):
        found = read(path, columns)
        time.sleep(0.05)
        return found

    monkeypatch.setattr(answers, "_read", waits)


def _sheet(expert, answer="first"):
    lines = [(expert, "p1", 1, "u1", "u2", output, answer) for output in answers.OUTPUTS]
    return pd.DataFrame(lines, columns=["expert", "panel", "number", "first", "second", "output", "answer"])


@pytest.mark.usefixtures("slowly")
def test_answers_that_come_at_once_are_all_kept_and_each_can_be_taken_back(settings):
    with ThreadPoolExecutor(len(EXPERTS)) as tablets:
        list(tablets.map(lambda expert: read_panel(settings, {expert: _sheet(expert)}), EXPERTS))
    assert set(answers.answers(settings.panel)["expert"]) == set(EXPERTS)
    for _ in EXPERTS:
        assert take_answers_back(settings, last_answers(settings).mark)
    assert answers.answers(settings.panel).empty
    assert last_answers(settings) is None


@pytest.mark.usefixtures("slowly")
def test_an_answer_that_comes_while_another_is_taken_back_stays(settings):
    read_panel(settings, {"E1": _sheet("E1")})
    mark = last_answers(settings).mark
    with ThreadPoolExecutor(2) as tablets:
        back = tablets.submit(take_answers_back, settings, mark)
        tablets.submit(read_panel, settings, {"E2": _sheet("E2")}).result()
        first = back.result()
    kept = set(answers.answers(settings.panel)["expert"])
    assert kept == ({"E2"} if first else {"E1", "E2"})
