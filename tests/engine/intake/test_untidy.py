"""Registers that nobody has seen come out as their truth says."""

import json
from datetime import date

import pytest

from engine.intake import read_register
from engine.text import fold
from tests.engine.intake.untidy import Truth, write_register


def _key(entry, truth: Truth) -> tuple[str, int]:
    sheets = {sheet for sheet, _ in truth.values}
    return (entry["sheet"] if "sheet" in entry else next(iter(sheets)), entry["row"])


def _wanted(value):
    return (value[0].isoformat(), value[1]) if isinstance(value, tuple) and isinstance(value[0], date) else value


@pytest.mark.parametrize("seed", range(30))
def test_an_untidy_register_comes_out_as_its_truth_says(tmp_path, seed):
    truth = write_register(tmp_path, seed)
    intake = read_register(truth.path)
    report = intake.report()
    text = json.dumps(report, ensure_ascii=False)

    accepted = {_key(entry, truth): entry["fields"] for entry in report["accepted"]}
    assert set(accepted) == set(truth.values)
    precision = dict(
        zip(
            zip(intake.units["sheet"], intake.units["row"], strict=True),
            intake.units["stopped_on_precision"],
            strict=True,
        )
    )
    for key, fields in truth.values.items():
        got = dict(accepted[key])
        if "stopped_on" in got:
            got["stopped_on"] = (got["stopped_on"], precision[key])
        wanted = {name: _wanted(value) for name, value in fields.items()}
        extra = set(got) - set(wanted) - {"province"}
        assert {name: got.get(name) for name in wanted} == wanted, key
        assert not extra, (key, extra)
    assert {(*_key(cell, truth), cell["field"]) for cell in report["rejected_cells"]} == truth.rejected_cells
    assert {_key(row, truth) for row in report["rejected_rows"]} == truth.rejected_rows
    ignored = {_key(row if isinstance(row, dict) else {"row": row}, truth) for row in report["ignored_rows"]}
    assert ignored == truth.ignored_rows
    assert {fold(name) for name in report["unknown_columns"]} == {fold(name) for name in truth.unknown}
    assert {fold(name) for name in report["personal_not_stored"]} == {fold(name) for name in truth.personal}
    assert not [secret for secret in truth.secrets if secret in text or secret in intake.units.to_csv()]
    assert report["as_of"] == truth.as_of.isoformat()
