"""A mistyped command line is answered in the caller's language."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from serving.cli.app import app


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["foo"], "دستوری به نام «foo» نیست. دستورها: doctor"),
        (["ranc"], "شاید منظور «rank» بوده است"),
        (["rank", "--toop", "3"], "گزینه‌ای به نام --toop نیست؛ شاید منظور --top بوده است"),
        (["rank", "--top"], "برای --top مقداری داده نشده است"),
        (["rank", "--top", "0"], "مقدار --top پذیرفته نیست؛ مجاز: عددی از ۱ به بالا"),
        (["serve", "--port", "0"], "عددی از ۱ تا ۶۵۵۳۵"),
        (["show"], "مقدار UNIT لازم است"),
        (["intake"], "یکی (و فقط یکی) از این‌ها لازم است: FILE"),
        (["outcome", "add", "U1", "visited"], "مقدار --on لازم است"),
        (["--bad"], "گزینه‌ای به نام --bad نیست"),
        (["reference", "counties", "--where", "province=West", "Azerbaijan"], "«Azerbaijan» زیادی است"),
        (["match"], "یکی (و فقط یکی) از این‌ها لازم است: --mandate FILE.yaml"),
        (["--lang", "en", "rank", "--top", "0"], "The value of --top is not allowed; give a number from 1 up."),
    ],
)
def test_a_mistyped_command_line_says_what_is_wrong_and_what_is_allowed(line, said, tmp_path, monkeypatch):
    monkeypatch.setenv("EHYA_HOME", str(tmp_path))
    result = CliRunner().invoke(app, line)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output
