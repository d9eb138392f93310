"""The command line: it teaches, answers in the caller's language, and never shows a traceback."""

import json
import re
import socket
import subprocess
import sys
import time
from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from serving.cli.app import app

COMMANDS = ("doctor", "reference", "intake", "train", "rank", "show", "match", "outcome", "serve", "demo")


@pytest.fixture
def ehya(tmp_path):
    """Run `ehya` in a fresh workspace."""

    def run(*words, language=None, env=None):
        given = {"EHYA_HOME": str(tmp_path / "w"), "EHYA_LANG": language, "EHYA_DATABASE_URL": None, "COLUMNS": "160"}
        return CliRunner().invoke(app, [str(word) for word in words], env=given | (env or {}))

    return run


def test_help_teaches_by_example_and_names_every_command(ehya):
    told = ehya("--help")
    assert told.exit_code == 0
    for command in COMMANDS:
        assert command in told.stdout
    assert "ehya intake units.xlsx" in told.stdout
    assert "احیا" in told.stdout


@pytest.mark.parametrize("command", [*((name,) for name in COMMANDS), ("outcome", "add"), ("outcome", "list")])
def test_every_command_has_help_with_an_example(ehya, command):
    told = ehya(*command, "--help")
    assert told.exit_code == 0
    assert "نمونه" in told.stdout or command == ("outcome",)


def test_the_version_is_told_alone(ehya):
    told = ehya("--version")
    assert (told.exit_code, told.stdout) == (0, f"ehya {version('ehya')}\n")


def test_help_comes_at_once():
    script = (
        "import sys; from serving.cli.app import app; print(sorted(set(sys.modules) & {'pandas','sklearn','numpy'}))"
    )
    started = time.perf_counter()
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "[]"
    assert time.perf_counter() - started < 5  # a loaded machine; by itself it is a third of a second


def test_a_fresh_workspace_is_not_broken_and_the_doctor_says_what_to_do_next(ehya):
    told = ehya("doctor")
    assert told.exit_code == 0
    assert "ehya train" in told.stdout
    assert "ehya intake" in told.stdout
    assert "پایتون" in told.stdout


def test_the_doctor_says_in_json_what_he_found(ehya):
    found = {line["checkup"]: line["health"] for line in json.loads(ehya("doctor", "--json").stdout)}
    assert found["packages"] == "well"
    assert found["fonts"] == "well"
    assert found["model_not_yet"] == "not_yet"


def test_the_doctor_finds_a_register_that_is_none(ehya, tmp_path):
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "ehya.db").write_bytes(b"this is no database" * 100)
    told = ehya("doctor", "--lang", "en")
    assert told.exit_code == 1
    assert "broken" in told.stdout
    assert "Traceback" not in told.output


def test_the_language_is_that_of_the_option_then_of_the_environment_then_persian(ehya):
    assert "واحد" in ehya("outcome", "list").stdout or "رویداد" in ehya("outcome", "list").stdout
    assert "No event" in ehya("outcome", "list", language="en").stdout
    assert "No event" in ehya("--lang", "en", "outcome", "list").stdout
    assert "No event" in ehya("outcome", "list", "--lang", "en").stdout
    assert "رویداد" in ehya("outcome", "list", "--lang", "fa", language="en").stdout


def test_an_unknown_language_is_refused_in_one_sentence(ehya):
    told = ehya("--lang", "de", "doctor")
    assert told.exit_code == 2
    assert "fa" in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1


def test_a_bad_setting_of_the_environment_is_refused_in_one_sentence(ehya):
    told = ehya("doctor", language="xx")
    assert told.exit_code == 2
    assert "EHYA_LANG" in told.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("reference", "countys"),
        ("reference", "counties", "--where", "colour=red"),
        ("reference", "counties", "--where", "nonsense"),
        ("reference", "counties", "--out", "x.pdf"),
        ("intake", "nowhere.xlsx"),
        ("show", "nobody"),
        ("rank", "--as-of", "yesterday"),
        ("rank", "--assume-capital", "5000000"),
        ("match", "--mandate", "nowhere.yaml"),
        ("outcome", "add", "nobody", "visited", "--on", "1405-08-20"),
        ("outcome", "add", "nobody", "danced", "--on", "1405-08-20"),
    ],
)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_what_a_person_can_mend_is_one_sentence_and_exit_code_2(ehya, words, language):
    told = ehya(*words, language=language)
    assert told.exit_code == 2, told.output
    assert len(told.stderr.strip().splitlines()) == 1
    assert "Traceback" not in told.output
    assert bool(re.search("[آ-ی]", told.stderr.replace("میلیارد ریال", ""))) == (language == "fa")


def test_debug_shows_where_it_happened(ehya):
    assert "Traceback" in ehya("--debug", "reference", "countys").stderr


def test_match_wants_one_of_its_two_forms(ehya):
    assert ehya("match").exit_code == 2
    assert ehya("match", "--mandates", "x.xlsx").exit_code == 2


def test_reference_lists_all_tables_and_shows_one_with_its_sources(ehya):
    listed = json.loads(ehya("reference", "--json").stdout)
    assert {"counties", "isic", "border_gates"} <= {line["table"] for line in listed}
    shown = ehya("reference", "border_gates", "--where", "county=maku", "--lang", "en").stdout
    assert "Bazargan" in shown
    assert "Sources" in shown
    assert "Licence" in shown


def test_reference_writes_files(ehya, tmp_path):
    for ending in ("xlsx", "csv", "json"):
        assert ehya("reference", "provinces", "--out", tmp_path / f"p.{ending}").exit_code == 0
        assert (tmp_path / f"p.{ending}").stat().st_size > 1000


def test_one_row_is_shown_whole(ehya):
    shown = json.loads(ehya("reference", "price_index", "--where", "jalali_year=1401", "--json").stdout)
    assert [row["jalali_year"] for row in shown["rows"]] == [1401]
    assert shown["attribution"]


def test_reference_names_its_sources_in_one_place(ehya):
    told = json.loads(ehya("reference", "--sources", "--json").stdout)
    assert all(line["attribution"] and line["licence"] for line in told)
    assert "Open Government Licence" in ehya("reference", "--sources", "--lang", "en").stdout
    assert "GeoNames" in ehya("reference", "--sources", "--lang", "fa").stdout


def test_reference_answers_a_persian_reader_in_persian(ehya):
    shown = ehya("reference", "estates", "--where", "شهرستان=سلماس", "--where", "گونه=شهرک صنعتی").stdout
    assert "شهرک صنعتی سلماس" in shown
    assert "industrial_estate" not in shown


def test_the_glossary_is_shown_whole(ehya):
    shown = ehya("reference", "glossary", "--lang", "en").stdout
    assert "mandate · معیار سرمایه‌گذاری" in shown
    assert "memorandum of understanding" in shown


def test_conditions_that_no_row_satisfies_get_a_sentence_and_a_misspelt_value_is_refused(ehya):
    empty = ehya("reference", "estates", "--where", "county=Tabriz", "--lang", "en")
    assert (empty.exit_code, empty.stdout.strip()) == (0, "No row of “estates” satisfies all conditions.")
    wrong = ehya("reference", "estates", "--where", "county=Salmass", "--lang", "en")
    assert wrong.exit_code == 2
    assert "nearest: Salmas" in wrong.stderr


@pytest.mark.parametrize("command", ["rank", "match --mandate"])
def test_a_stranger_in_an_empty_folder_is_sent_to_intake_first(ehya, tmp_path, command):
    mandate = tmp_path / "m.yaml"
    mandate.write_text("id: m\nname: m\n", "utf-8")
    words = [*command.split(), *([mandate] if "--mandate" in command else [])]
    told = ehya(*words, "--lang", "en")
    assert told.exit_code == 2
    assert "run “ehya intake FILE” first, then “ehya train”" in told.stderr


def test_options_without_a_command_show_what_there_is(ehya):
    told = ehya("--lang", "en")
    assert told.exit_code == 2
    assert "A first day with your own register" in told.stdout


def test_nothing_is_promised_to_others_before_there_is_something_to_serve(ehya):
    """This computer alone gets the first run (`tests/serving/api/browsing/test_browser.py`)."""
    assert ehya("keys", "add", "office", "--role", "planner").exit_code == 0
    told = ehya("serve", "--name", "ehya.example.org", "--port", "8699", "--lang", "en")
    assert told.exit_code == 2
    assert "listens" not in told.stdout
    assert "ehya train" in told.stderr


@pytest.mark.parametrize(("language", "said"), [("en", "is taken; choose another with --port"), ("fa", "گرفته است")])
def test_a_taken_port_is_one_sentence_and_not_the_exit_code_of_the_gates(ehya, language, said):
    with socket.create_server(("127.0.0.1", 0)) as other:
        told = ehya("serve", "--port", other.getsockname()[1], language=language)
    assert told.exit_code == 2
    assert said in told.stderr
    assert told.stdout == ""
