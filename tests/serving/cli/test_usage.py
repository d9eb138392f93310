"""A mistyped command line is answered in the caller's language."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from serving.cli.app import app
from serving.cli.usage import is_misuse


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
        (["outcome", "ad"], "شاید منظور «add» بوده است"),
        (["outcome", "zzz"], "دستوری به نام «zzz» نیست. دستورها: add"),
        (["rank", "--top", "x"], "مقدار --top پذیرفته نیست"),
        (["rank", "--json=1"], "--json مقداری نمی‌گیرد؛ آن را تنها بدهید"),
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


@pytest.mark.parametrize("line", [[], ["outcome"], ["imports"], ["--lang", "fa"]])
def test_no_command_shows_the_help_and_nothing_else(line):
    result = CliRunner().invoke(app, line)
    assert (result.exit_code, result.stderr) == (2, "")
    assert "نمونه" in result.stdout or "دستورها" in result.stdout


@pytest.mark.parametrize(
    ("line", "public"),
    [
        (["rank", "--toop"], {"ctx", "option_name", "possibilities"}),
        (["rank", "--top"], {"ctx", "option_name"}),
        (["rank", "--top", "x"], {"ctx", "param", "param_hint"}),
        (["show"], {"ctx", "param", "param_hint", "param_type"}),
        (["show", "A", "B"], {"ctx"}),
    ],
)
def test_typer_s_errors_are_told_by_what_they_bear(line, public):
    """Another typer may bear other names: then the sentences of this file want another way to tell the errors."""
    command = typer.main.get_command(app).commands[line[0]]
    with pytest.raises(typer.TyperException) as raised:
        command.make_context(line[0], line[1:])
    assert is_misuse(raised.value)
    told = {"ctx", "option_name", "possibilities", "param", "param_hint", "param_type"}
    assert {name for name in told if hasattr(raised.value, name)} == public
