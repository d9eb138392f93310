"""``ehya report`` gives the figures that the head of an estates company gave, from a sheet of what was recorded."""

import json

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from engine.reference import table
from serving.cli.app import app

PERIOD = ("--from", "1401-01", "--to", "1402-12")
FIGURES = ("units_revived", "units_diagnosed", "industrial_tours", "training_courses")


@pytest.fixture(scope="module")
def ehya(tmp_path_factory):
    home = tmp_path_factory.mktemp("report")

    def run(*words, language="en", code=0):
        env = {"EHYA_HOME": str(home / "w"), "EHYA_LANG": language, "EHYA_DATABASE_URL": None, "COLUMNS": "160"}
        said = CliRunner().invoke(app, [str(word) for word in words], env=env)
        assert said.exit_code == code, said.output
        assert "Traceback" not in said.output
        return said

    run.home = home
    return run


def event(unit, kind, day, **more):
    return {"unit_id": unit, "kind": kind, "happened_on": day, **more}


@pytest.fixture(scope="module")
def told(ehya):
    """The interview: 114 units revived, 86 diagnosed, 23 tours, 447 courses, one investment of 4,000 billion rial."""
    figures = table("programme_figures").set_index("figure")["value"]
    number = {name: int(figures[name]) for name in FIGURES}
    names = [f"واحد {place}" for place in range(120)]
    register = ehya.home / "units.csv"
    pd.DataFrame({"name": names, "county": "خوی", "status": "راکد"}).to_csv(register, index=False)
    ehya("intake", register, "--province", "West Azerbaijan")
    jobs, money = int(figures["example_direct_jobs"]), int(figures["example_investment"]) * 10**9
    rows = [event(name, "restarted", "1401-08-01") for name in names[: number["units_revived"]]]
    rows[0]["jobs"] = jobs
    rows += [event(name, "served", "1401-05-02", act="عارضه‌یابی") for name in names[: number["units_diagnosed"]]]
    for act, figure in (("industrial_tour", "industrial_tours"), ("management_training", "training_courses")):
        for place in range(number[figure]):
            day = f"140{1 + place % 2}-0{1 + place % 6}-10"
            rows.append(event(names[place % 120], "served", day, act=act, event=f"{act} {place}"))
    rows.append(event(names[0], "invested", "1401-06-01", rial=money, mandate_id="m1"))
    sheet = ehya.home / "events.csv"
    pd.DataFrame(rows).to_csv(sheet, index=False)
    read = json.loads(ehya("outcome", "import", sheet, "--json").stdout)
    assert read["refused"] == []
    assert read["recorded"] == len(rows)
    return figures


def test_the_interviews_figures_come_out_as_they_were_given(ehya, told):
    report = json.loads(ehya("report", *PERIOD, "--json").stdout)["figures"]
    assert {name: report[name]["value"] for name in FIGURES} == {name: told[name] for name in FIGURES}
    assert report["invested_rial"]["value"] == told["example_investment"] * 1e9
    assert report["direct_jobs"] == {"value": told["example_direct_jobs"], "unknown": 113}
    assert 0 < report["net_jobs"]["value"] < told["example_direct_jobs"]


def test_a_course_is_recorded_once_though_its_sheet_is_read_twice(ehya, told):
    again = json.loads(ehya("outcome", "import", ehya.home / "events.csv", "--json").stdout)
    assert again["recorded"] == 0
    assert {line["code"] for line in again["refused"]} == {"already_recorded"}


def test_it_is_said_in_both_languages_and_written_as_a_workbook(ehya, told):
    english = ehya("report", *PERIOD).output
    persian = ehya("report", *PERIOD, language="fa").output
    assert "Units revived" in english
    assert "in 113 nobody counted" in english
    assert "واحدهای احیاشده" in persian
    assert "۱۱۴" in persian
    book = ehya.home / "report.xlsx"
    ehya("report", *PERIOD, "--out", book)
    pages = sheets_of(book)
    assert len(pages) == 8
    figures = dict(line[:2] for line in pages["Figures"])
    assert figures["Units revived"] == told["units_revived"]
    assert figures["Industrial tours"] == told["industrial_tours"]
    assert figures["Training courses"] == told["training_courses"]
    assert figures["Direct jobs"] == told["example_direct_jobs"]
    families = {line[0]: line[1] for line in pages["Services"]}
    assert families["Training"] == told["training_courses"]
    assert sum(families.values()) == figures["Services"]
    money = next(line for line in pages["Money put in"] if str(line[0]) == "1401")
    assert money[1:3] == (1, told["example_investment"] * 1e9)
    khoy = next(line for line in pages["Jobs by county"] if str(line[0]).startswith("Khoy"))
    assert khoy[1:3] == (told["units_revived"], told["example_direct_jobs"])


def sheets_of(path):
    """Rows below the header of each sheet, by its title."""
    found = {}
    for page in openpyxl.load_workbook(path).worksheets:
        rows = [row for row in page.iter_rows(values_only=True) if any(cell is not None for cell in row[1:])]
        found[page.title] = rows[1:]
    return found


def test_a_period_turned_round_or_without_events_is_answered(ehya, told):
    assert "--to" in ehya("report", "--from", "1403", "--to", "1402", code=2).output
    assert "Nothing was recorded" in ehya("report", "--from", "1380", "--to", "1381").output
