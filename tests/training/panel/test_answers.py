"""Answers are taken whole or not at all, and nothing that was taken is lost."""

from __future__ import annotations

import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from training.panel import answers

PAIRS = [("u1", "u2"), ("u3", "u4")]


def sheet(expert: str = "E1", panel: str = "p1", answer: str | None = "first") -> pd.DataFrame:
    rows = [
        (expert, panel, number, first, second, output, answer)
        for number, (first, second) in enumerate(PAIRS, start=1)
        for output in answers.OUTPUTS
    ]
    return pd.DataFrame(rows, columns=["expert", "panel", "number", "first", "second", "output", "answer"])


@pytest.fixture
def folder(tmp_path):
    answers.hand_out(tmp_path / "panel", "p1", PAIRS)
    return tmp_path / "panel"


def refused(folder, given: pd.DataFrame) -> EhyaError:
    with pytest.raises(EhyaError) as caught:
        answers.check_sheet(answers.questions(folder), given, file="e1.xlsx")
    return caught.value


def test_a_sheet_as_it_was_handed_out_is_taken(folder):
    answers.check_sheet(answers.questions(folder), sheet(), file="e1.xlsx")
    assert len(answers.keep(folder, [sheet()])) == 4


@pytest.mark.parametrize("name", ["", "علی", "Ali Rezaei", "1", "E", "E12345"])
def test_a_name_in_place_of_a_code_is_refused(folder, name):
    error = refused(folder, sheet(expert=name))
    assert error.code is ErrorCode.PANEL_EXPERT_UNREADABLE
    assert error.facts["given"] == name


@pytest.mark.parametrize(
    ("given", "code", "pairs"),
    [
        (lambda rows: rows[rows["number"] != 2], ErrorCode.PANEL_PAIRS_MISSING, [2]),
        (lambda rows: rows.iloc[:-1], ErrorCode.PANEL_PAIRS_MISSING, [2]),
        (lambda rows: rows.assign(number=rows["number"] + 1), ErrorCode.PANEL_PAIR_UNKNOWN, [3]),
        (lambda rows: rows.assign(first="u9"), ErrorCode.PANEL_PAIR_ALTERED, [1, 2]),
        (lambda rows: pd.concat([rows, rows.iloc[[0]]]), ErrorCode.PANEL_PAIR_ALTERED, [1]),
        (lambda rows: rows.assign(panel="p9"), ErrorCode.PANEL_UNKNOWN, "p9"),
        (lambda rows: rows.assign(panel=["p1", "p1", "p9", "p1"]), ErrorCode.PANEL_PAIR_ALTERED, [2]),
        (lambda rows: rows.assign(expert=["E1", "E1", "E2", "E1"]), ErrorCode.PANEL_EXPERT_UNREADABLE, "E1, E2"),
    ],
)
def test_missing_altered_and_unknown_pairs_are_named(folder, given, code, pairs):
    error = refused(folder, given(sheet()))
    assert (error.code, error.facts["given"]) == (code, pairs)


def test_a_newer_answer_stands_in_place_of_an_older_and_other_experts_keep_theirs(folder):
    answers.keep(folder, [sheet(), sheet("E2", answer="second")])
    kept = answers.keep(folder, [sheet(answer="equal")])
    assert kept.groupby("expert")["answer"].unique().map(list).to_dict() == {"E1": ["equal"], "E2": ["second"]}


def test_a_blank_answer_is_no_answer_and_takes_none_back(folder):
    answers.keep(folder, [sheet()])
    assert len(answers.keep(folder, [sheet(answer=None)])) == 4


def test_a_second_panel_leaves_the_first_as_it_is(folder):
    answers.hand_out(folder, "p2", [("u5", "u6")])
    assert answers.questions(folder)["panel"].tolist() == ["p1", "p1", "p2"]


def test_a_file_that_cannot_be_read_is_an_error(folder):
    (folder / "answers.csv").write_text("nothing,of,this\n1,2,3\n", "utf-8")
    with pytest.raises(EhyaError, match="file_unreadable"):
        answers.answers(folder)


def test_where_nobody_was_asked_there_is_nothing(tmp_path):
    assert answers.answers(tmp_path).empty
    assert answers.questions(tmp_path).empty


def test_what_is_taken_back_is_only_what_that_answer_left(folder):
    answers.keep(folder, [sheet()])
    answers.keep(folder, [sheet(answer="second")])
    mark, _ = answers.last_kept(folder)
    file = folder / "answers.csv"
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines[:-1], lines[-1].replace("second", "equal")]) + "\n")  # somebody else's since
    kept = answers.take_back(folder, mark)
    assert kept["answer"].tolist() == ["first", "first", "first", "equal"]


def test_a_turn_is_written_before_its_answers(folder, monkeypatch):
    answers.keep(folder, [sheet()])
    written = answers._write

    def full(path, table):
        if path.name == "answers.csv":
            raise EhyaError(ErrorCode.FILE_NOT_WRITTEN, given=path.name)
        written(path, table)

    with monkeypatch.context() as disk:
        disk.setattr(answers, "_write", full)
        with pytest.raises(EhyaError, match="file_not_written"):
            answers.keep(folder, [sheet(answer="second")])
    mark, lines = answers.last_kept(folder)
    assert set(lines["after"]) == {"second"}
    assert set(answers.take_back(folder, mark)["answer"]) == {"first"}
    assert set(answers.last_kept(folder)[1]["after"]) == {"first"}


def test_a_turn_that_does_not_say_what_it_left_is_none(folder):
    answers.keep(folder, [sheet()])
    (folder / "turns.csv").write_text("turn,expert,panel,number,output,before\nm,E1,p1,1,jobs,\n")
    assert answers.last_kept(folder) is None
