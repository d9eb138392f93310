"""A mistyped command line is answered in the caller's language."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from serving.cli.app import app
from serving.cli.usage import is_misuse, latin_numbers


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
        (["rank", "--smaa", "--out", "x.xlsx"], "--smaa پاسخی جداگانه نشان می‌دهد و با --out نمی‌آید"),
        (["rank", "--since", "last", "--keep"], "با --keep نمی‌آید"),
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


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["rank", "--toop", "3"], "There is no option --toop; did you mean --top?"),
        (["ranc"], "There is no command “ranc”; did you mean “rank”?"),
        (["--bad"], "There is no option --bad"),
        (["outcome", "ad"], "did you mean “add”?"),
        (["imports", "show", "x"], "The value of NUMBER is not allowed; give a number."),
    ],
)
@pytest.mark.parametrize(("after", "environment"), [(["--lang", "en"], "fa"), (["--lang=en"], "fa"), ([], "en")])
def test_a_mistyped_command_line_is_answered_in_the_language_it_asks_for(line, said, after, environment, tmp_path):
    env = {"EHYA_HOME": str(tmp_path), "EHYA_LANG": environment}
    result = CliRunner().invoke(app, [*line, *after], env=env)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize("words", [["--top", "۳"], ["--top=۳"], ["--top", "٣"], ["--price-year", "۱۴۰۴"]])
def test_numbers_are_read_in_the_digits_that_people_write(words, tmp_path):
    result = CliRunner().invoke(app, ["rank", *words, "--lang", "en"], env={"EHYA_HOME": str(tmp_path)})
    assert "The register holds no unit yet" in result.stderr


def _numbers_of(command, path=()):
    for name, one in getattr(command, "commands", {}).items():
        yield from _numbers_of(one, (*path, name))
    for param in command.params:
        if getattr(getattr(param, "type_descriptor", None), "annotation", None) in (int, float):
            yield path, param


def test_every_number_of_every_command_takes_persian_digits():
    root = typer.main.get_command(app)
    numbers = [(path, param) for path, param in _numbers_of(root) if path]
    assert len(numbers) > 20
    for path, param in numbers:
        command = root
        for name in path:
            command = command.commands[name]
        if param.param_type_name == "option":
            assert latin_numbers(command, [param.opts[0], "۱۲٫۵"]) == [param.opts[0], "12.5"]
        else:
            assert latin_numbers(command, ["--json", "۱۲", "۱۲"])[1] == "12"


def test_digits_of_a_text_stay_as_they_were_written():
    new = typer.main.get_command(app).commands["package"].commands["new"]
    line = ["inva۱.yaml", "--event", "اینوا ۱۴۰۵", "--count", "۱۵", "--sector=۱۰=۳"]
    assert latin_numbers(new, line) == ["inva۱.yaml", "--event", "اینوا ۱۴۰۵", "--count", "15", "--sector=۱۰=۳"]


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
