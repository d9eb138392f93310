"""Damaged and poisoned workbooks end in a report or in a clear refusal.

Four hundred by default; ``EHYA_TEST_MUTANTS=5000`` asks for as many as one likes.
"""

import json
import os
from datetime import date

import pytest

from engine.errors import EhyaError
from engine.intake import read_register
from tests.engine.intake.mutants import mutant

MUTANTS = int(os.environ.get("EHYA_TEST_MUTANTS", "400"))
BATCHES = 4


def answer(path):
    """``report`` or the code of the refusal; whatever else is raised goes on."""
    try:
        intake = read_register(path, today=date(2026, 1, 1))
    except EhyaError as error:
        return str(error.code)
    report = json.loads(json.dumps(intake.report(), ensure_ascii=False, allow_nan=False))
    rows = [entry["row"] for kind in ("accepted", "rejected_rows") for entry in report[kind]]
    assert len(rows) == len(set(rows)) == report["rows_read"]
    assert not set(rows) & set(report["ignored_rows"])
    refused = {(cell["row"], cell["field"]) for cell in report["rejected_cells"]}
    assert not [
        key for entry in report["accepted"] for key in [(entry["row"], f) for f in entry["fields"]] if key in refused
    ]
    return "report"


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_mutated_workbook_ends_in_a_report_or_a_clear_refusal(tmp_path, batch):
    answers = []
    for seed in range(batch, MUTANTS, BATCHES):
        path = tmp_path / f"mutant_{seed}.xlsx"
        path.write_bytes(mutant(seed))
        answers.append(answer(path))
        path.unlink()
    assert 0.3 < answers.count("report") / len(answers) < 0.97  # some are read, some are refused
