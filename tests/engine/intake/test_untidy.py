"""Registers that nobody has seen come out as their truth says: no value silently wrong."""

import json
from datetime import date

import pytest

from engine.intake import read_register
from engine.parsing.text import fold
from tests.engine.intake.untidy import KINDS, Truth, write_register

DATES = ("stopped_on", "established_on")
REGISTERS = 220
TODAY = date(2026, 1, 1)


def _key(entry, truth: Truth) -> tuple[str, int]:
    sheets = {sheet for sheet, _ in truth.values}
    return (entry["sheet"] if "sheet" in entry else next(iter(sheets)), entry["row"])


def _wanted(value):
    return (value[0].isoformat(), value[1]) if isinstance(value, tuple) and isinstance(value[0], date) else value


def _got(entry):
    """Fields of an accepted row, dates with their precision."""
    fields = dict(entry["fields"])
    return fields | {name: (fields[name], entry["precision"].get(name, "day")) for name in DATES if name in fields}


_MENDED = ("spelling_corrected", "guessed_county")
"""Remarks on a misspelt name; the second where no province is known."""


@pytest.mark.parametrize("seed", range(REGISTERS))
def test_an_untidy_register_comes_out_as_its_truth_says(tmp_path, seed):
    truth = write_register(tmp_path, seed)
    intake = read_register(truth.path, today=TODAY)
    report = intake.report()
    text = json.dumps(report, ensure_ascii=False)

    accepted = {_key(entry, truth): entry for entry in report["accepted"]}
    assert set(accepted) == set(truth.values)
    for key, fields in truth.values.items():
        got = _got(accepted[key])
        wanted = {name: _wanted(value) for name, value in fields.items()}
        assert {name: got.get(name) for name in wanted} == wanted, key
        assert not set(got) - set(wanted) - {"province"}, key
        extras = {fold(extra["header"]): extra["value"] for extra in accepted[key]["extras"]}
        assert extras == {fold(name): "x" for name in truth.unknown}
    assert {(*_key(cell, truth), cell["field"]) for cell in report["rejected_cells"]} == truth.rejected_cells
    assert {_key(row, truth) for row in report["rejected_rows"]} == truth.rejected_rows
    ignored = {_key(row if isinstance(row, dict) else {"row": row}, truth) for row in report["ignored_rows"]}
    assert ignored == truth.ignored_rows
    assert {fold(name) for name in report["unknown_columns"]} == {fold(name) for name in truth.unknown}
    assert {fold(name) for name in report["personal_not_stored"]} == {fold(name) for name in truth.personal}
    kept = intake.units.to_csv()
    assert not [secret for secret in truth.secrets if secret in text or secret in kept]
    assert report["as_of"] == (truth.as_of or TODAY).isoformat()
    noted = {(*_key(cell, truth), cell["field"]) for cell in report["notes"] if cell["code"] in _MENDED}
    assert {entry for entry in noted if entry[2] == "county"} == truth.corrected
    said = {note["code"]: note["column"] for note in report["sheet_notes"]}
    assert ("long_layout" in said) is truth.long
    hidden = {note["column"] for note in report["sheet_notes"] if note["code"] == "hidden_column"}
    assert {fold(name) for name in hidden} == {fold(name) for name in truth.hidden}


def test_the_registers_are_of_every_layout():
    assert REGISTERS >= 200
    assert REGISTERS % len(KINDS) == 0
