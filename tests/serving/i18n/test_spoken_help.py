"""Help speaks the caller's language, and every text of the command line has a Persian one."""

from __future__ import annotations

import subprocess
import sys
from importlib import resources

import pytest
import typer
from typer.testing import CliRunner

from serving.cli.app import app
from serving.cli.help import language_of, persian_help, untranslated


def told(*words, language="fa"):
    result = CliRunner().invoke(app, list(words), env={"EHYA_LANG": language, "COLUMNS": "120"})
    assert result.exit_code == 0, result.output
    return result.stdout


def test_no_help_is_left_in_english():
    """A new command or option wants an entry in ``serving/i18n/fa/help.po``."""
    assert untranslated(typer.main.get_command(app)) == []


def test_no_translation_is_left_over():
    command = typer.main.get_command(app)
    english = set()

    def walk(one):
        texts = [one.help, *(getattr(parameter, "help", "") for parameter in one.params)]
        english.update(" ".join(text.split()) for text in texts if text)
        for below in getattr(one, "commands", {}).values():
            walk(below)

    walk(command)
    assert set(persian_help()) - english == {"Show this message and exit."}


def test_every_sentence_of_the_catalogue_is_translated_once():
    written = (resources.files("serving.i18n") / "fa" / "help.po").read_text("utf-8")
    assert all(persian_help().values())
    assert written.count("\nmsgid ") == len(persian_help()) + 1  # and the head


@pytest.mark.parametrize("line", [["outcome", "list", "--lang", "fa"], ["-h", "--lang", "en"]])
def test_the_catalogue_is_opened_only_for_help_in_persian(line, tmp_path):
    script = f"""
import sys
from serving.cli.app import app
try:
    app({line!r})
except SystemExit as end:
    assert not end.code, end.code
assert "babel.messages" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, env={"EHYA_HOME": str(tmp_path)})
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("words", [("-h",), ("rank", "--help"), ("outcome", "-h"), ("outcome", "add", "-h")])
def test_help_is_persian_by_default_and_english_where_asked(words):
    assert "گزینه‌ها" in told(*words)
    assert "این راهنما را نشان بده" in told(*words)
    english = told(*words, language="en")
    assert "Options" in english
    assert "گزینه‌ها" not in english


@pytest.mark.parametrize("words", [("--lang", "en", "rank", "-h"), ("rank", "--lang", "en", "-h"), ("--lang=en", "-h")])
def test_the_option_of_the_language_counts_wherever_it_stands(words):
    assert "Options" in told(*words)


def test_one_language_leaves_no_trace_in_the_next():
    before = told("rank", "-h", language="en")
    told("rank", "-h")
    assert told("rank", "-h", language="en") == before


def test_no_line_of_the_first_page_is_broken_in_sixty_columns():
    for language in ("fa", "en"):
        shown = CliRunner().invoke(app, ["-h"], env={"EHYA_LANG": language, "COLUMNS": "60"}).stdout
        for example in ("ehya intake units.xlsx --report report.json", "ehya outcome add UNIT visited --on 1405-08-20"):
            assert example in shown


def test_a_language_that_is_none_of_ours_falls_back_to_persian(monkeypatch):
    monkeypatch.setenv("EHYA_LANG", "de")
    assert language_of(["-h"]) == "fa"
    assert language_of(["--lang", "de"]) == "fa"
