"""A register with figures that cannot be, or hardly can."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from engine.intake import read_register


def read(tmp_path: Path, *rows: str):
    file = tmp_path / "register.csv"
    header = "نام واحد;شهرستان;وضعیت;بدهی بانکی (میلیون تومان);سرمایه مورد نیاز (میلیون تومان);اشتغال فعلی"
    file.write_text("\n".join([header, *rows]), encoding="utf-8")
    return read_register(file)


def test_a_hard_bound_refuses_the_cell_with_what_is_allowed_and_its_row_goes_on(tmp_path):
    intake = read(tmp_path, "الف;خوی;راکد;2000000000;20000;2", "ب;خوی;راکد;12000;20000;2")
    (cell,) = intake.rejected_cells.to_dict("records")
    assert (cell["row"], cell["field"], cell["code"], cell["given"]) == (
        2,
        "bank_debt_rial",
        "out_of_range",
        "2000000000",
    )
    assert cell["facts"] == {"low": None, "high": 10**16}
    assert pd.isna(intake.units["bank_debt_rial"].iloc[0])
    assert intake.units["bank_debt_rial"].iloc[1] == 12000 * 10**7
    assert len(intake.units) == 2


def test_a_soft_bound_keeps_the_value_and_remarks_on_it_with_a_guess(tmp_path):
    intake = read(tmp_path, "الف;خوی;راکد;200000000;20000;2", "ب;خوی;راکد;12000;20000;90")
    notes = {(note["row"], note["field"]): note for note in intake.notes.to_dict("records")}
    assert intake.rejected_cells.empty
    assert {note["code"] for note in notes.values()} == {"implausible"}
    people = notes[3, "jobs_now"]
    assert intake.units["bank_debt_rial"].iloc[0] == 2 * 10**15
    debts = [note["facts"] for note in intake.notes.to_dict("records") if note["field"] == "bank_debt_rial"]
    assert [(fact["what"], fact["high"]) for fact in debts] == [("too_large", 10**14), ("debts_to_capital", 20)]
    assert {note["given"] for note in notes.values()} == {"200000000", "90"}
    assert people["facts"] == {"what": "idle_at_work", "low": None, "high": 10, "guess": "jobs_before_as_now"}


def test_rial_in_a_column_of_million_toman_are_named_as_that(tmp_path):
    # 12,000,000 rial: read as million toman they are 120,000 billion rial beside a capital of 20 million toman
    intake = read(tmp_path, "الف;خوی;راکد;12000000;20;2")
    guesses = {(note["facts"]["what"], note["facts"]["guess"]) for note in intake.notes.to_dict("records")}
    assert ("too_large", "rial_as_million_toman") in guesses


@pytest.mark.parametrize("row", ["الف;خوی;راکد;12000;20000;2", "الف;خوی;نیمه فعال;;20000;90"])
def test_a_plain_row_gets_no_remark(tmp_path, row):
    intake = read(tmp_path, row)
    assert intake.notes.empty
    assert intake.rejected_cells.empty
