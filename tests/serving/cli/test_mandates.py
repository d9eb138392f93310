"""A workbook of mandates at the command line: bad rows are said, the rest goes on; without a good one it is refused."""

import openpyxl
import pytest

from engine.errors import EhyaError, ErrorCode
from serving.cli.mandates import read_mandates
from serving.cli.terminal import Terminal
from serving.i18n import speech


def saved(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(("language", "words"), [("en", "row 3"), ("fa", "۳")])
def test_bad_rows_are_said_and_the_rest_goes_on(tmp_path, capsys, language, words):
    path = saved(tmp_path / "m.xlsx", [["id", "places like"], ["a", "Khoy"], ["b", "Nowhere"]])
    assert [one.id for one in read_mandates(Terminal(speech(language)), path)] == ["a"]
    said = capsys.readouterr().err
    assert words in said.lower()
    assert "Nowhere" in said


def test_where_no_row_is_good_the_first_is_refused(tmp_path):
    path = saved(tmp_path / "m.xlsx", [["id", "places like"], ["b", "Nowhere"]])
    with pytest.raises(EhyaError) as refusal:
        read_mandates(Terminal(speech("en")), path)
    assert refusal.value.code is ErrorCode.PLACE_UNKNOWN
