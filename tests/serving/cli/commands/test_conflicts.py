"""Conflicts, choices and confirmations as a person types them; lists and further columns as a person reads them."""

import json

import pytest
from typer.testing import CliRunner

from serving.cli.app import app

OFFICE = (
    "نام واحد;شهرستان;وضعیت;اشتغال فعلی;فهرست ماشین‌آلات;بدهی به تفکیک طلبکار;شمار طبقات;رابط ما\n"
    "بافندگی نمونه;خوی;راکد;۳۰;"
    "۲ پرس ۱۳۸۸ سالم؛ ۱ اره ۱۳۷۹;بانک ملی ۱۲ میلیارد ریال؛ مالیات ۳ میلیارد ریال;۲;09141234567\n"
    "آسیاب نمونه;خوی;راکد;۷;;;;09141234568\n"
)
BANK = "نام واحد;شهرستان;وضعیت;اشتغال فعلی\nبافندگی نمونه;خوی;راکد;۱۲\nآسیاب نمونه;خوی;راکد;۷\n"


@pytest.fixture
def say(tmp_path, monkeypatch):
    monkeypatch.setenv("EHYA_HOME", str(tmp_path))
    monkeypatch.setenv("EHYA_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words, code=0):
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.fixture
def two_sources(say, tmp_path):
    for name, text, day in (("office.csv", OFFICE, "1402-01-01"), ("bank.csv", BANK, "1403-01-01")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        say("intake", tmp_path / name, "--as-of", day)
    return tmp_path


def shown(say, field="jobs_now"):
    facts = json.loads(say("show", "بافندگی نمونه", "--json"))["facts"]
    return next(fact for fact in facts if fact["field"] == field)


def test_two_sources_that_contradict_each_other_are_listed_with_what_shows_and_why(say, two_sources):
    told = json.loads(say("conflicts", "--json"))["conflicts"]
    assert [(line["field"], line["source"], line["value"], line["shows"]) for line in told] == [
        ("jobs_now", "bank.csv", "12", True),
        ("jobs_now", "office.csv", "30", False),
    ]
    page = say("conflicts")
    assert all(word in page for word in ("12 persons", "30 persons", "bank.csv", "office.csv", "fresher", "--pin"))
    assert say("conflicts", "--field", "land_m2").strip() == "No two sources contradict each other."
    assert "آسیاب" not in page
    assert "ناسازگاری" in say("conflicts", "--lang", "fa")


def test_no_register_bears_the_name_of_what_people_write_in_the_browser(say, two_sources):
    refused = say("intake", two_sources / "bank.csv", "--source", "desk:sara", "--as-of", "1404-01-01", code=2)
    assert "what people write in the browser" in " ".join(refused.split())


def test_a_source_is_pinned_and_the_pin_taken_back(say, two_sources):
    assert "30 persons" in say("conflicts", "--pin", "بافندگی نمونه", "jobs_now", "office.csv")
    assert (shown(say)["value"], shown(say)["why"]) == ("30", "pinned")
    story = say("show", "بافندگی نمونه")
    assert "chosen by a person" in story
    assert "12 persons" in story
    say("conflicts", "--unpin", "بافندگی نمونه", "Jobs now")
    assert (shown(say)["value"], shown(say)["why"]) == ("12", "fresher")
    assert "Nothing stands to be taken back" in say("conflicts", "--unpin", "بافندگی نمونه", "jobs_now", code=2)
    wrong = say("conflicts", "--pin", "بافندگی نمونه", "jobs_now", "union.csv", code=2)
    assert "office.csv" in wrong


def test_a_rehearsal_says_which_changes_a_decision_keeps_from_showing(say, two_sources):
    say("conflicts", "--pin", "بافندگی نمونه", "jobs_now", "office.csv")
    (two_sources / "bank.csv").write_text(BANK.replace("۱۲", "۹"), encoding="utf-8")
    rehearsal = say("intake", two_sources / "bank.csv", "--as-of", "1404-01-01", "--dry-run")
    assert "stays: chosen by a person" in rehearsal
    document = json.loads(say("intake", two_sources / "bank.csv", "--as-of", "1404-01-01", "--dry-run", "--json"))
    assert [cell["held"] for cell in document["changed_cells"]] == ["pinned"]


def test_a_value_is_verified_and_its_confirmation_taken_back(say, two_sources):
    told = say("verify", "بافندگی نمونه", "jobs_now", "--source", "site visit", "--on", "1403-02-01")
    assert "Verified" in told
    fact = shown(say)
    assert (fact["confidence"], fact["source"], fact["as_of"][:10]) == ("verified", "site visit", "2024-04-20")
    assert "site visit" in say("show", "بافندگی نمونه")
    say("verify", "بافندگی نمونه", "jobs_now", "--undo")
    assert shown(say)["confidence"] == "declared"
    say("verify", "بافندگی نمونه", "land_m2", code=2)
    say("verify", "بافندگی نمونه", "jobs_now", "--level", "declared", code=2)


def test_the_rank_of_a_source_decides_between_records_of_one_day(say, two_sources):
    say("intake", two_sources / "office.csv", "--as-of", "1403-01-01")
    assert shown(say)["value"] == "30"
    say("conflicts", "--rank", "bank.csv", "1")
    assert (shown(say)["value"], shown(say)["why"]) == ("12", "source_rank")
    assert json.loads(say("conflicts", "--json"))["source_ranks"] == {"bank.csv": 1}
    assert "bank.csv: 1" in say("conflicts")
    say("conflicts", "--rank", "bank.csv", "0")
    assert shown(say)["value"] == "30"


def test_health_counts_the_units_whose_sources_disagree(say, two_sources):
    health = json.loads(say("health", "--json"))
    assert health["totals"]["conflicts"] == 1
    assert {line["field"]: line["conflicts"] for line in health["fields"]}["jobs_now"] == 1


def test_show_tells_lists_sums_worked_out_from_them_and_further_columns(say, two_sources):
    story = say("show", "بافندگی نمونه")
    assert "2 × پرس (2009, Sound)" in story
    assert "بانک ملی: 12 billion rial; Tax office: 3 billion rial" in story
    assert "Worked out from lists" in story
    assert "شمار طبقات" in story
    assert "9141234567" not in story
    document = json.loads(say("show", "بافندگی نمونه", "--json"))
    assert document["unit"]["debts"][0] == {"creditor": "bank", "name": "بانک ملی", "rial": 12 * 10**9}
    assert document["unit"]["bank_debt_rial"] == 12 * 10**9
    assert document["unit"]["derived"] == ["machinery_year", "bank_debt_rial", "tax_debt_rial"]
    assert document["extras"] == [{"header": "شمار طبقات", "kind": "number", "value": 2}]
    assert "فهرست ماشین‌آلات" in say("show", "بافندگی نمونه", "--lang", "fa")


def test_a_newer_file_shows_what_it_changes_in_lists_and_further_columns(say, two_sources):
    newer = OFFICE.replace("۱ اره", "۲ اره").replace("میلیارد ریال;۲;", "میلیارد ریال;۳;")
    (two_sources / "office.csv").write_text(newer, encoding="utf-8")
    page = say("intake", two_sources / "office.csv", "--as-of", "1404-01-01", "--dry-run")
    assert "2 × اره (2000)" in page
    assert "شمار طبقات" in page
