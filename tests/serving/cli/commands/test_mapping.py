"""Headings that were not recognised are mapped once and remembered for their source."""

import json
import tomllib

import pytest
from typer.testing import CliRunner

from serving.cli.app import app

LIST = "نام واحد;شهرستان;چند تا آدم دارد؛ الان;یادداشت داخلی\nالف;خوی;12;x\nب;ارومیه;7;y\n"
STRANGE = "چند تا آدم دارد؛ الان"


@pytest.fixture
def ehya(tmp_path):
    env = {"EHYA_HOME": str(tmp_path / "home"), "EHYA_LANG": "en", "EHYA_DATABASE_URL": None, "COLUMNS": "160"}

    def run(*words, code=0):
        told = CliRunner().invoke(app, [str(word) for word in words], env=env)
        assert told.exit_code == code, told.output
        return told

    return run


@pytest.fixture
def register(tmp_path):
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    return tmp_path / "list.csv"


def jobs(told):
    return [row["fields"].get("jobs_now") for row in json.loads(told.stdout)["accepted"]]


def test_unknown_headings_are_written_to_be_mapped_and_the_file_changes_nothing_as_it_stands(ehya, register, tmp_path):
    ehya("intake", register, "--write-mapping", tmp_path / "map.toml", "--dry-run")
    text = (tmp_path / "map.toml").read_text("utf-8")
    assert tomllib.loads(text) == {"columns": {}}
    assert STRANGE in text
    assert "jobs_now = " in text
    assert jobs(ehya("intake", register, "--mapping", tmp_path / "map.toml", "--json")) == [None, None]


def test_a_mapping_is_used_remembered_for_its_source_and_said(ehya, register, tmp_path):
    (tmp_path / "map.toml").write_text(f'[columns]\n"{STRANGE}" = "jobs_now"\n', encoding="utf-8")
    first = ehya("intake", register, "--mapping", tmp_path / "map.toml", "--json")
    assert jobs(first) == [12, 7]
    again = ehya("intake", register, "--json")
    assert jobs(again) == [12, 7]
    assert "agreed for this source" in ehya("intake", register).output
    other = ehya("intake", register, "--source", "another office", "--dry-run", "--json")
    assert jobs(other) == [None, None]


def test_a_dry_run_remembers_no_mapping(ehya, register, tmp_path):
    (tmp_path / "map.toml").write_text(f'[columns]\n"{STRANGE}" = "jobs_now"\n', encoding="utf-8")
    assert jobs(ehya("intake", register, "--mapping", tmp_path / "map.toml", "--dry-run", "--json")) == [12, 7]
    assert not (tmp_path / "home" / "mappings").exists()


def test_a_remembered_mapping_is_written_again_with_what_is_still_unknown(ehya, register, tmp_path):
    (tmp_path / "map.toml").write_text(f'[columns]\n"{STRANGE}" = "jobs_now"\n', encoding="utf-8")
    ehya("intake", register, "--mapping", tmp_path / "map.toml")
    ehya("intake", register, "--write-mapping", tmp_path / "next.toml", "--dry-run")
    text = (tmp_path / "next.toml").read_text("utf-8")
    assert tomllib.loads(text) == {"columns": {STRANGE: "jobs_now"}}
    assert '# "یادداشت داخلی" = ' in text


@pytest.mark.parametrize(
    "text", ["columns", "[other]\n", '[columns]\n"a" = 3\n', '[columns]\n"a" = "no_such_field"\n', "\x00"]
)
def test_a_mapping_that_is_none_is_refused_in_words(ehya, register, tmp_path, text):
    (tmp_path / "map.toml").write_text(text, encoding="utf-8")
    told = ehya("intake", register, "--mapping", tmp_path / "map.toml", code=2)
    assert "Traceback" not in told.output


def test_a_heading_near_the_line_number_is_offered_no_field(ehya, tmp_path):
    (tmp_path / "list.csv").write_text("نام واحد;شهرستان;شماره پلاک\nالف;خوی;A7\n", encoding="utf-8")
    ehya("intake", tmp_path / "list.csv", "--write-mapping", tmp_path / "map.toml", "--dry-run")
    assert '"شماره پلاک" = ' in (tmp_path / "map.toml").read_text("utf-8")


def test_the_headings_are_written_even_where_no_header_is_understood(ehya, tmp_path):
    (tmp_path / "list.csv").write_text("SiteRef,SiteAddress,Hectares\nS/1,Works,0.43\nS/2,Yard,1.2\n", encoding="utf-8")
    told = ehya("intake", tmp_path / "list.csv", "--write-mapping", tmp_path / "map.toml", "--lang", "en", code=2)
    assert "--write-mapping" in told.output
    assert "row 1" in told.output
    text = (tmp_path / "map.toml").read_text("utf-8")
    assert all(f'"{heading}"' in text for heading in ("SiteRef", "SiteAddress", "Hectares"))
    (tmp_path / "map.toml").write_text('[columns]\n"SiteAddress" = "name"\n"Hectares" = "land_m2"\n', encoding="utf-8")
    report = json.loads(ehya("intake", tmp_path / "list.csv", "--mapping", tmp_path / "map.toml", "--json").stdout)
    assert [row["fields"]["land_m2"] for row in report["accepted"]] == [4300, 12_000]


def test_what_a_register_means_by_its_words_is_stated_and_remembered(ehya, tmp_path):
    (tmp_path / "list.csv").write_text("نام واحد,شهرستان,وضعیت\nالف,خوی,چ\n", encoding="utf-8")
    mapping = '[columns]\n"وضعیت" = "status"\n[values.status]\n"چ" = "idle"\n'
    (tmp_path / "map.toml").write_text(mapping, encoding="utf-8")
    for options in (("--mapping", tmp_path / "map.toml"), ()):
        report = json.loads(ehya("intake", tmp_path / "list.csv", *options, "--json").stdout)
        assert [row["fields"]["status"] for row in report["accepted"]] == ["idle"]
