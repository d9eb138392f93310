"""What banks are asked and answer, as the office does it at a terminal."""

import json

import pandas as pd
import pytest

from engine.store import Register
from tests.serving.cli.commands.test_requests import ehya  # noqa: F401 (a fixture)


class File:
    """An intake of one unit that owes a bank."""

    source, as_of = "a.xlsx", pd.Timestamp("2026-01-01")
    rejected_rows = rejected_cells = pd.DataFrame()
    units = pd.DataFrame(
        [
            {
                "identity": "business:1",
                "name": "Zagros",
                "debts": "bank|Bank Mellat|10000000000",
                "sheet": "1",
                "row": 2,
                "origin": "reported",
                "source": "a.xlsx",
                "as_of": as_of,
            }
        ]
    )


@pytest.fixture
def unit(tmp_path):
    with Register.open(f"sqlite:///{tmp_path / 'ehya.db'}") as register:
        return register.imports.commit(File(), imported_at=pd.Timestamp("2026-01-02").to_pydatetime()).rows["unit_id"][
            0
        ]


def test_a_bank_is_asked_and_its_letter_is_recorded_once(ehya, unit):  # noqa: F811
    assert "No bank was asked yet" in ehya("banks", "list").output
    ehya("banks", "ask", "Bank Saderat", unit, "price", "for how much?", code=2)
    asked = json.loads(ehya("banks", "ask", "bank mellat", unit, "price", "for how much?", "--json").output)
    said = ("banks", "answer", asked["ask_id"], "agreed", "as it stands", "--million-rial", "1200")
    ehya(*said[:3], "perhaps", *said[4:], code=2)
    assert "agreed" in ehya(*said).output.lower()
    ehya(*said, code=2)
    ehya("banks", "answer", "nothing", *said[3:], code=2)
    (listed,) = json.loads(ehya("banks", "list", "--bank", "BANK MELLAT", "--json").output)
    assert (listed["verdict"], listed["rial"], listed["answer"]) == ("agreed", 1_200_000_000, "as it stands")
    assert json.loads(ehya("banks", "list", "--bank", "another", "--json").output) == []
    assert "Zagros" in ehya("banks", "list").output


def test_the_audit_is_searched_by_act_words_and_day_as_its_page_is(ehya, unit):  # noqa: F811
    ehya("banks", "ask", "Bank Mellat", unit, "price", "for how much?")
    for words in (("--act", "bank_asked"), ("--words", "zagros"), ("--since", "1404-01-01")):
        assert [one["act"] for one in json.loads(ehya("audit", "list", *words, "--json").output)] == ["bank_asked"]
    for words in (("--words", "nobody"), ("--until", "1390-01-01")):
        assert json.loads(ehya("audit", "list", *words, "--json").output) == []
    assert "bank_asked" in ehya("audit", "list", "--act", "nothing", code=2).output
    ehya("audit", "list", "--since", "yesterday", code=2)


def test_backups_are_listed_and_looked_over(ehya, unit):  # noqa: F811
    assert "No backup" in ehya("backups", "list").output
    ehya("backup")
    (kept,) = json.loads(ehya("backups", "list", "--json").output)
    assert kept["manifest"]["counts"]["units"] == 1
    assert kept["name"] in ehya("backups", "list").output
    assert "whole" in ehya("backups", "check", kept["name"]).output
    ehya("backups", "check", "../ehya.db", code=2)
