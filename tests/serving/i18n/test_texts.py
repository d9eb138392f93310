"""Every code speaks both languages."""

import ast
import importlib
import pkgutil
import re
import sys
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from engine.codes import Code
from engine.domain.unit import FIELDS, RECORD_COLUMNS
from engine.errors import EhyaError, ErrorCode
from engine.settings import LANGUAGES
from serving.i18n import speech, texts
from serving.i18n.speech import placeholders

ROOT = Path(__file__).parents[3]
ROOMS = ("engine", "features", "training", "serving")
TEXT_ASKED = re.compile(r"""\.text\(\s*["']([a-z_]+\.[a-z0-9_]+)["']\s*[,)]""")


def all_codes() -> list[Code]:
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            importlib.import_module(module.name)
    found: list[Code] = []
    waiting = list(Code.__subclasses__())
    while waiting:
        family = waiting.pop()
        waiting += family.__subclasses__()
        # an example in a docstring may define a family of its own: that one is nobody's attribute
        if getattr(sys.modules.get(family.__module__), family.__name__, None) is family:
            found += list(family)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_every_room_has_a_text(language):
    known = texts(language)
    assert sorted({code.key for code in all_codes()} - set(known)) == []


def test_both_languages_have_the_same_keys():
    assert set(texts("fa")) ^ set(texts("en")) == set()


def test_both_languages_want_the_same_facts():
    persian, english = texts("fa"), texts("en")
    different = [key for key in persian if placeholders(persian[key]) != placeholders(english.get(key, ""))]
    assert different == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_is_given_in_two_files(language):
    folder = resources.files("serving.i18n") / language
    seen: dict[str, str] = {}
    twice = []
    for entry in folder.iterdir():
        if not entry.name.endswith(".toml"):
            continue
        for family, entries in tomllib.loads(entry.read_text("utf-8")).items():
            for code in entries:
                key = f"{family}.{code}"
                if key in seen:
                    twice.append((key, seen[key], entry.name))
                seen[key] = entry.name
    assert twice == []


def test_every_text_is_a_text_with_something_in_it():
    for language in LANGUAGES:
        empty = [key for key, text in texts(language).items() if not isinstance(text, str) or not text.strip()]
        assert empty == []


def test_persian_texts_use_persian_letters_and_digits():
    wrong = [key for key, text in texts("fa").items() if any(letter in "يكىة٠١٢٣٤٥٦٧٨٩" for letter in text)]
    assert wrong == []


def test_every_field_and_record_column_has_a_name_and_every_measure_a_word():
    for language in LANGUAGES:
        speaker = speech(language)
        for name in [*FIELDS, *RECORD_COLUMNS]:
            assert speaker.text(f"field.{name}")
        for measure in {spec.measure for spec in FIELDS.values() if spec.measure}:
            assert speaker.text(f"measure.{measure}")


def error_sites() -> list[tuple[str, str, set[str]]]:
    """(place, error code, facts given) of every literal ``EhyaError(ErrorCode.X, fact=...)`` in the four rooms."""
    sites = []
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "EhyaError" and node.args):
                    continue
                code = node.args[0]
                names = {keyword.arg for keyword in node.keywords}
                if isinstance(code, ast.Attribute) and None not in names:
                    sites.append((f"{path.relative_to(ROOT)}:{node.lineno}", code.attr, names))
    return sites


def test_every_error_raised_gives_the_facts_that_its_sentence_wants():
    known = texts("fa")
    short = [
        (place, code, sorted(placeholders(known.get(ErrorCode[code].key, "")) - given))
        for place, code, given in error_sites()
        if placeholders(known.get(ErrorCode[code].key, "")) - given
    ]
    assert short == []


def asked_by_name() -> dict[str, str]:
    """Key -> a place that asks for it in plain words: ``speech.text("key")`` in code and in templates."""
    keys = {}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*"):
            if path.suffix in (".py", ".html"):
                keys |= dict.fromkeys(TEXT_ASKED.findall(path.read_text("utf-8")), path.name)
    return keys


def test_every_text_that_code_or_a_page_asks_for_by_name_is_there():
    known = set(texts("en"))
    asked = asked_by_name()
    assert len(asked) > 1000
    assert {key: place for key, place in asked.items() if key not in known} == {}


def test_every_address_and_each_of_its_parameters_has_its_words(app):
    known = set(texts("en"))
    for path, operations in app.openapi()["paths"].items():
        for operation in operations.values():
            words = {f"api.{operation['operationId'].partition('_v1')[0]}"}
            words |= {f"parameter.{parameter['name']}" for parameter in operation.get("parameters", [])}
            assert words - known == set(), path


def test_a_missing_text_is_named():
    with pytest.raises(KeyError, match=r"status\.asleep"):
        speech("fa").text("status.asleep")


def test_a_missing_fact_is_named():
    with pytest.raises(KeyError, match="given"):
        speech("en").text(ErrorCode.FILE_NOT_FOUND)


def test_an_unknown_language_is_refused_with_the_choice():
    with pytest.raises(EhyaError) as caught:
        speech("de")
    assert caught.value.facts["allowed"] == ["fa", "en"]


def test_a_counted_noun_of_english_has_both_its_numbers():
    counted = re.compile(
        r"\{\w+\} (?:net |real )?(?:units|events|rows|files|seconds|months|persons|jobs|pairs|cells|questions)\b"
    )
    assert {key: text for key, text in texts("en").items() if counted.search(text)} == {}


def test_one_is_no_plural():
    english, persian = speech("en"), speech("fa")
    assert english.text("cli.outcomes_title", count=1) == "1 event"
    assert english.text("cli.outcomes_title", count=0) == "0 events"
    assert english.text("cli.outcomes_recorded", count=1).startswith("1 event is recorded")
    assert english.text("cli.outcomes_recorded", count="1,200").startswith("1,200 events are recorded")
    assert persian.text("cli.outcomes_title", count=1) == "۱ رویداد"
