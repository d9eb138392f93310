"""One planner's day at the command line, on a synthetic register and a model trained for it."""

import csv
import json
import shutil

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from engine.domain.unit import FIELDS, Field
from engine.settings import Settings
from engine.store import Register
from serving.cli.app import app
from serving.desk.appraisal import judged
from serving.desk.demonstration import write_register
from serving.desk.question import Question
from serving.desk.workspace import champion, open_register
from serving.disclosure.masking import Audience

PRIVATE = [field.value for field in Field if not FIELDS[field].public]
AS_OF = "1405-09-02"
DAY = pd.Timestamp("2026-11-23")
AMONG_OTHERS = ["rank", "rank_low", "rank_high", "top_share", "stability"]  # these speak of a unit among all
MANDATE = """
id: investor-1
name: سرمایه‌گذار نمونه
price_year: 1404
ticket_billion_rial: [1, 100000]
sectors: {like: ["10"]}
places: {must: [آذربایجان غربی], like: [ارومیه]}
risk_appetite: high
accept_unknown: true
allow_proxy: true
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory, empty_records):
    found = tmp_path_factory.mktemp("day")
    shutil.copytree(empty_records, found / "w")
    return found


@pytest.fixture(scope="module")
def ehya(folder):
    def run(*words, language="fa", code=0):
        env = {"EHYA_HOME": str(folder / "w"), "EHYA_LANG": language, "EHYA_DATABASE_URL": None, "COLUMNS": "160"}
        told = CliRunner().invoke(app, [str(word) for word in words], env=env)
        assert told.exit_code == code, told.output
        assert "Traceback" not in told.output
        return told

    return run


@pytest.fixture(scope="module")
def day(ehya, folder):
    """A workspace with a register and a promoted model; what intake and training answered."""
    register = folder / "register.xlsx"
    write_register(register)
    intake = ehya(
        "intake", register, "--province", "West Azerbaijan", "--synthetic", "--report", folder / "report.json"
    )
    train = ehya("train", "--trials", "1", "--json")
    (folder / "mandate.yaml").write_text(MANDATE, encoding="utf-8")
    return {"intake": intake, "train": json.loads(train.stdout), "register": register}


@pytest.fixture(scope="module")
def ranking(ehya, day):
    return json.loads(ehya("rank", "--as-of", AS_OF, "--json").stdout)["units"]


def register_of(folder):
    return Register.open(Settings.from_environment({"EHYA_HOME": str(folder / "w")}).database_url)


def test_a_rehearsal_reads_and_reports_and_stores_nothing(ehya, folder, tmp_path):
    write_register(tmp_path / "r.xlsx")
    told = ehya("intake", tmp_path / "r.xlsx", "--dry-run", "--json")
    assert json.loads(told.stdout)["accepted"]
    with register_of(tmp_path) as register:
        assert register.counts()["units"] == 0


def test_intake_accounts_for_every_row_it_read(day, folder):
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert report["rows_read"] == len(report["accepted"]) + len(report["rejected_rows"])
    assert {entry["change"] for entry in report["accepted"]} == {"new"}
    assert all({"row", "unit_id", "change", "fields"} <= entry.keys() for entry in report["accepted"])
    assert report["rejected_cells"]
    assert all(cell["message"] for cell in report["rejected_cells"] + report["rejected_rows"])
    assert "ساختگی" in day["intake"].stdout


def test_the_same_register_again_changes_nothing(ehya, day):
    again = json.loads(ehya("intake", day["register"], "--province", "West Azerbaijan", "--synthetic", "--json").stdout)
    assert {entry["change"] for entry in again["accepted"]} == {"unchanged"}


def test_training_names_its_gates_and_puts_the_model_to_work(day, ehya):
    assert day["train"]["promoted"]
    assert {gate["gate"] for gate in day["train"]["gates"]} >= {"better_than_opponent", "intervals_hold"}
    found = {line["checkup"]: line["health"] for line in json.loads(ehya("doctor", "--json").stdout)}
    assert found["model"] == found["register"] == "well"


def test_a_model_file_that_was_exchanged_is_refused_and_the_doctor_says_so(day, ehya, folder):
    path = folder / "w" / "models" / day["train"]["version"] / "model.ehya"
    content = path.read_bytes()
    try:
        path.write_bytes(content[:-1] + b"x")
        assert "ehya train" in ehya("rank", code=2).stderr
        assert "خراب" in ehya("doctor", code=1).stdout
    finally:
        path.write_bytes(content)


def test_every_unit_is_ranked_or_said_to_be_without_judgement(ranking):
    ranks = [unit["rank"] for unit in ranking if unit["rank"] is not None]
    assert ranks == list(range(1, len(ranks) + 1))
    for unit in ranking:
        assert unit["origin"] == "synthetic"
        assert unit["triage_reasons"]
        if unit["scorable"]:
            assert 0 <= unit["feasibility_low"] <= unit["feasibility_point"] <= unit["feasibility_high"] <= 1
            assert unit["prior_driven"]
        else:
            assert unit["not_scorable"]
            assert unit["feasibility_point"] is None


def test_the_parts_of_a_score_add_up_to_it(ranking):
    for unit in ranking:
        if unit["score"] is not None:
            parts = sum(value for name, value in unit.items() if name.startswith("part_") and value is not None)
            assert parts == pytest.approx(unit["score"])


@pytest.mark.parametrize(
    ("language", "words"), [("fa", ("رتبه", "متکی بر پیش‌فرض", "تا")), ("en", ("Rank", "prior-driven", "to"))]
)
def test_the_printed_ranking_has_intervals_marks_measures_and_a_legend(ehya, day, language, words):
    told = ehya("rank", "--top", "5", "--as-of", AS_OF, language=language).stdout
    for word in (*words, "%" if language == "en" else "٪", "ehya show"):
        assert word in told
    assert ("synthetic" in told.lower()) or ("ساختگی" in told)


def test_the_worth_of_units_stands_beside_their_rank_and_alone(ehya, day, ranking):
    first = next(unit["unit_id"] for unit in ranking if unit["scorable"])
    beside = json.loads(ehya("rank", "--economics", "--top", "3", "--as-of", AS_OF, "--json").stdout)["units"]
    assert all({"npv_positive", "expected_net_jobs", "economics_gaps"} <= unit.keys() for unit in beside)
    assert "npv_positive" not in ranking[0]
    alone = json.loads(ehya("economics", first, "--as-of", AS_OF, "--draws", "200", "--json").stdout)
    assert alone["judged"]
    assert alone["assumptions"]["loan_rate"]["source"]
    for language, word in (("fa", "ارزش خالص فعلی"), ("en", "Net present value")):
        assert word in ehya("economics", first, "--as-of", AS_OF, "--draws", "200", language=language).stdout


def test_filters_keep_what_they_name_in_either_language(ehya, day, ranking):
    urmia = [unit["unit_id"] for unit in ranking if unit["county"] == "Urmia"]
    for name in ("ارومیه", "Urmia"):
        told = json.loads(ehya("rank", "--county", name, "--as-of", AS_OF, "--json").stdout)["units"]
        assert [unit["unit_id"] for unit in told] == urmia
    some = json.loads(
        ehya("rank", "--triage", "offer", "--sector", "10", "--top", "3", "--as-of", AS_OF, "--json").stdout
    )
    assert 0 < len(some["units"]) <= 3
    assert {unit["triage"] for unit in some["units"]} == {"offer"}


def test_a_filter_that_nothing_meets_says_so(ehya, day):
    told = ehya("rank", "--status", "liquidated", "--sector", "10", "--estate", "هیچ‌جا", language="en")
    assert "No unit" in told.stdout


def test_a_ranking_goes_to_every_kind_of_file(ehya, day, folder):
    for ending in ("xlsx", "csv", "json", "html"):
        path = folder / f"ranking.{ending}"
        ehya("rank", "--as-of", AS_OF, "--out", path)
        assert path.stat().st_size > 5000
    assert openpyxl.load_workbook(folder / "ranking.xlsx").worksheets[0].sheet_view.rightToLeft
    assert (folder / "ranking.csv").read_bytes()[:3] == b"\xef\xbb\xbf"
    assert 'dir="rtl"' in (folder / "ranking.html").read_text("utf-8")


def test_assumed_capital_is_marked_wherever_it_counts(ehya, day, ranking):
    blank = {unit["unit_id"] for unit in ranking if unit["scorable"] and unit["capital_needed_rial"] is None}
    assert blank
    assert not any(unit["jobs_per_billion_rial_point"] for unit in ranking if unit["unit_id"] in blank)
    told = json.loads(ehya("rank", "--as-of", AS_OF, "--assume-capital", "100 میلیارد ریال", "--json").stdout)
    assert {unit["unit_id"] for unit in told["units"] if unit["capital_assumed"]} == blank
    assert told["asked"]["assumed_capital_rial"] == 10**11


def test_show_tells_the_whole_story_of_a_unit_by_id_or_by_name(ehya, day, ranking):
    best = ranking[0]
    story = json.loads(ehya("show", best["unit_id"], "--as-of", AS_OF, "--json").stdout)
    assert story["unit"]["score"] == best["score"]
    assert {"history", "findings", "unjudged", "interventions", "events"} <= story.keys()
    told = ehya("show", best["name"], "--as-of", AS_OF).stdout
    for word in (
        best["unit_id"],
        "مشخصات",
        "عارضه‌یابی: موانع",
        "پیش‌بینی",
        "امتیاز و اجزای آن",
        "register.xlsx",
        "اظهارشده",
    ):
        assert word in told


def test_a_shortlist_is_explained_and_holds_nothing_private(ehya, day, folder):
    told = json.loads(ehya("match", "--mandate", folder / "mandate.yaml", "--as-of", AS_OF, "--json").stdout)
    assert told["units"]
    for unit in told["units"]:
        assert not set(unit) & set(PRIVATE)
        assert unit["reasons"] is not None
    printed = ehya("match", "--mandate", folder / "mandate.yaml", "--as-of", AS_OF).stdout
    assert told["units"][0]["unit_id"] in printed
    assert "متکی بر پیش‌فرض" in printed


def test_the_office_may_look_at_a_list_that_rests_on_everything_and_it_is_never_written(ehya, day, folder):
    words = ("match", "--mandate", folder / "mandate.yaml", "--as-of", AS_OF, "--internal")
    printed = ehya(*words, language="en").stdout
    assert "For the office alone" in printed
    assert "These figures rest on public fields alone" not in printed
    told = json.loads(ehya(*words, "--json").stdout)
    assert told["units"]
    assert told["units"][0]["unit_id"] in printed
    assert ehya(*words, "--out", folder / "internal.xlsx", code=2).stderr
    assert not (folder / "internal.xlsx").exists()


def test_why_not_says_the_limit_or_the_place(ehya, day, folder, ranking):
    listed = json.loads(ehya("match", "--mandate", folder / "mandate.yaml", "--as-of", AS_OF, "--json").stdout)
    shown = listed["units"][0]["unit_id"]
    words = ("match", "--mandate", folder / "mandate.yaml", "--as-of", AS_OF, "--why-not")
    assert json.loads(ehya(*words, shown, "--json").stdout)["position"] == 1
    blind = next(unit["unit_id"] for unit in ranking if unit["triage"] == "cannot_judge")
    told = json.loads(ehya(*words, blind, "--json").stdout)
    assert "not_offered" in {reason["code"] for reason in told["excluded_by"]}
    assert ehya(*words, blind).stdout.strip()
    assert ehya(*words, "nobody", code=2).stderr


def mandates_file(path):
    book = openpyxl.Workbook()
    page = book.active
    page.append(
        ["شناسه", "سرمایه‌گذار", "سال قیمت", "حداقل سرمایه (میلیارد ریال)", "حداکثر سرمایه (میلیارد ریال)", "ریسک‌پذیری"]
    )
    page.append(["a", "شرکت الف/ب", 1404, 1, 90000, "زیاد"])
    page.append(["b", "+شرکت ج", 1404, 1, 90000, "زیاد"])
    page.append(["c", "هیچ", 1404, 1, 2, "کم"])
    book.save(path)
    return path


def test_an_event_has_a_sheet_an_investor_and_says_whom_nobody_or_everybody_gets(ehya, day, folder):
    out = folder / "event.xlsx"
    told = ehya("match", "--mandates", mandates_file(folder / "m.xlsx"), "--as-of", AS_OF, "--out", out)
    assert str(out) in told.stdout
    book = openpyxl.load_workbook(out)
    assert book.sheetnames[:4] == ["نمای کلی", "شرکت الف ب", "+شرکت ج", "هیچ"]
    assert book.sheetnames[4:6] == ["واحدهای بدون متقاضی", "واحدهای پرتکرار"]
    titles = {f"field.{name}" for name in PRIVATE}
    assert titles
    from serving.i18n import speech

    private = {speech("fa").text(title) for title in titles}
    for page in book:
        header = next(row for row in page.iter_rows(values_only=True) if row[1] is not None)
        assert not {str(cell).partition(" [")[0] for cell in header} & private
        assert not [cell for row in page.iter_rows(values_only=True) for cell in row if str(cell).startswith("+")]


def test_lists_of_an_event_are_made_again_from_their_record_and_say_what_differs(ehya, day, folder):
    asked = (
        "match",
        "--mandates",
        mandates_file(folder / "again.xlsx"),
        "--as-of",
        AS_OF,
        "--out",
        folder / "again.xlsx",
    )
    told = json.loads(ehya(*asked[:-1], folder / "e.xlsx", "--together", "explore=1,seed=3", "--json").stdout)
    record = json.loads((folder / "e.json").read_text("utf-8"))
    assert told["run_id"] == record["run_id"]
    assert told["least_ndcg"] >= 0.95
    assert json.loads(ehya("match", "--replay", folder / "e.json", "--json").stdout)["same"] is True
    record["lists"][0]["units"].reverse()
    record["book_version"] = "other"
    (folder / "changed.json").write_text(json.dumps(record), "utf-8")
    again = json.loads(ehya("match", "--replay", folder / "changed.json", "--json", code=1).stdout)
    assert (again["differs"], again["lists"]) == (["units", "lists"], ["a"])
    ehya("match", "--replay", folder / "m.xlsx.none", code=2)
    assert "wrote beside the workbook" in ehya("match", "--replay", folder / "e.xlsx", "--lang", "en", code=2).stderr


def test_an_outcome_is_recorded_listed_and_shown(ehya, day, ranking, folder):
    unit = ranking[1]["unit_id"]
    ehya("outcome", "add", unit, "visited", "--on", "1405/08")
    ehya("outcome", "add", unit, "observed", "--on", "1405-08-20", "--capacity-share", "0.6", "--jobs", "34")
    events = json.loads(ehya("outcome", "list", "--unit", unit, "--json").stdout)
    assert [event["kind"] for event in events] == ["visited", "observed"]
    assert events[0]["happened_precision"] == "month"
    assert "۳۴ نفر" in ehya("outcome", "list").stdout
    assert "۶۰٪" in ehya("show", unit).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("observed", "--on", "1405-08-20", "--capacity-share", "6"),
        ("visited", "--on", "1405-08-20", "--known-on", "1405-08-01"),
    ],
)
def test_an_impossible_outcome_is_refused(ehya, day, ranking, words):
    assert ehya("outcome", "add", ranking[0]["unit_id"], *words, code=2).stderr


def test_serve_refuses_an_address_that_others_can_reach(ehya, day):
    assert "0.0.0.0" in ehya("serve", "--host", "0.0.0.0", code=2).stderr


def test_a_gate_that_stays_shut_is_exit_code_3():
    import typer

    from engine.errors import EhyaError, ErrorCode
    from serving.cli.errors import EXIT_REFUSED_GATES, Door, sentence
    from serving.cli.terminal import Terminal
    from serving.i18n import speech

    shut = EhyaError(ErrorCode.GATES_SHUT, given=["better_than_opponent", "intervals_hold"], version="v")
    door = Door(name="x")
    assert door._say(shut, typer.Context(door)) == EXIT_REFUSED_GATES == 3
    said = sentence(shut, Terminal(speech("en")))
    assert "stayed shut: “Its Brier score is better than the opponent's, by more than chance”, “The 80 % int" in said


def test_the_csv_can_be_read_back_by_a_program(ehya, day, folder, ranking):
    path = folder / "back.csv"
    ehya("rank", "--as-of", AS_OF, "--out", path, "--lang", "en")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Unit id"] for row in rows] == [unit["unit_id"] for unit in ranking]


def test_predictions_are_kept_and_lists_recorded_only_on_request(ehya, day, folder, ranking):
    with register_of(folder) as register:
        before = register.counts()
    assert before["predictions"] == before["showings"] == 0
    ehya("rank", "--as-of", AS_OF, "--top", "2", "--keep")
    listed = json.loads(
        ehya("match", "--mandate", folder / "mandate.yaml", "--as-of", AS_OF, "--shown", "--json").stdout
    )
    with register_of(folder) as register:
        kept, shown = register.predictions(ranking[0]["unit_id"]), register.showings()
    assert kept.loc[kept["output"] == "feasibility", "point"].tolist() == [ranking[0]["feasibility_point"]]
    assert shown["unit_id"].tolist() == [unit["unit_id"] for unit in listed["units"]]
    assert set(shown["run_id"]) == {listed["run_id"]}
    assert "پیش‌بینی‌های نگه‌داشته" in ehya("show", ranking[0]["unit_id"]).stdout


def appraise(units, model):
    return judged(units, model, Question(as_of=DAY), Audience.OFFICE).table


@pytest.fixture(scope="module")
def opened(day, folder):
    """Units and model of the workspace."""
    settings = Settings.from_environment({"EHYA_HOME": str(folder / "w")})
    with open_register(settings) as register:
        return register.units(), champion(register, settings)


def test_the_order_of_the_rows_changes_nothing(opened):
    units, model = opened
    shuffled = units.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(appraise(units, model), appraise(shuffled, model))


def test_a_unit_alone_is_judged_as_among_all(opened):
    units, model = opened
    whole = appraise(units, model)
    alone = appraise(units.loc[[whole.index[0]]], model)
    pd.testing.assert_frame_equal(
        alone.drop(columns=AMONG_OTHERS), whole.loc[alone.index].drop(columns=AMONG_OTHERS), check_dtype=False
    )
    assert alone["rank"].tolist() == alone["rank_low"].tolist() == alone["rank_high"].tolist() == [1]


def test_no_unit_is_an_empty_appraisal_with_all_columns(opened):
    units, model = opened
    assert list(appraise(units.head(0), model)) == list(appraise(units.head(2), model))


def test_a_package_is_chosen_defended_signed_and_followed(ehya, day, folder):
    """The story of the README: 15 under 3,000 billion rial, at most four a county, at least three food."""
    terms = folder / "inva.yaml"
    wanted = ["--count", "15", "--budget", "3000 billion rial", "--per-county", "4", "--sector", "10=3"]
    ehya("package", "new", terms, "--event", "INVA 1405", *wanted)
    again = ehya("package", "new", terms, language="en", code=2).stderr
    assert "exists already" in again
    assert "space" not in again
    found = json.loads(ehya("package", "solve", terms, "--as-of", AS_OF, "--json").stdout)
    assert (found["key"], found["objective"]["gap"], len(found["units"])) == ("inva@1", 0, 15)
    assert found["figures"]["capital_rial"] <= 3 * 10**12
    assert pd.Series([unit["county"] for unit in found["units"]]).value_counts().max() <= 4
    assert sum(unit["isic"].startswith("10") for unit in found["units"]) >= 3
    inside, outside = found["units"][0]["unit_id"], found["options"][0]["unit_id"]
    assert "هست، چون" in ehya("package", "why", "inva", inside).stdout
    assert "Forcing it in" in ehya("package", "why", "inva", outside, language="en").stdout
    assert "deputy" in ehya("package", "freeze", "inva", "--by", "deputy", language="en").stdout
    assert "deputy" in ehya("package", "freeze", "inva", "--by", "other", code=2).stderr
    assert "بیت به بیت همان است" in ehya("package", "show", "inva", "--again").stdout
    assert "inva@1" in ehya("package", "list").stdout
    for name in ("inva.pdf", "inva.teaser.pdf"):
        assert name in ehya("package", "export", "inva", "--out", folder / name).stdout
        assert (folder / name).read_bytes().startswith(b"%PDF-")
    assert ".pdf" in ehya("package", "export", "inva", "--teaser", "--out", folder / "inva.xlsx", code=2).stderr


@pytest.mark.parametrize("language", ["fa", "en"])
def test_terms_that_cannot_be_kept_or_read_are_said_in_either_language(ehya, day, tmp_path, language):
    terms = tmp_path / "inva.yaml"
    terms.write_text("name: poor\ncount: 5\nbudgets: {capital: {at_most: 0 rial}}\n", encoding="utf-8")
    said = ehya("package", "solve", terms, "--as-of", AS_OF, language=language, code=1).stdout
    assert "→" in said or "←" in said
    terms.write_text("name: poor\ncuont: 5\n", encoding="utf-8")
    assert "count" in ehya("package", "solve", terms, language=language, code=2).stderr
    assert "poor" not in ehya("package", "list", language=language).stdout


def test_the_smallest_change_of_weights_that_swaps_two_units_is_said(ehya, ranking):
    first, second = (unit["unit_id"] for unit in ranking[:2])
    found = json.loads(ehya("rank", "--swap", f"{second},{first}", "--as-of", AS_OF, "--json").stdout)
    assert {found["ahead"], found["behind"]} == {first, second}
    assert sum(found["before"].values()) == pytest.approx(1)
    if found["moved"] is not None:
        assert sum(found["after"].values()) == pytest.approx(1)
        moved = sum(abs(found["after"][part] - found["before"][part]) for part in found["before"]) / 2
        assert moved == pytest.approx(found["moved"], abs=1e-6)
    assert "UNIT,UNIT" in ehya("rank", "--swap", first, code=2, language="en").stderr


def test_a_plan_says_who_does_what_and_an_act_that_was_done_is_asked_of_nobody_again(ehya, ranking):
    unit = next(row["unit_id"] for row in ranking if row["triage"] == "fix_first")
    plan = json.loads(ehya("plan", unit, "--as-of", AS_OF, "--json").stdout)
    assert plan["status"] == "reached"
    assert plan["feasibility_after"] > plan["feasibility"]
    act = plan["steps"][0]["intervention"]
    english, persian = (ehya("plan", unit, "--as-of", AS_OF, language=language).output for language in ("en", "fa"))
    assert "Feasibility now" in english
    assert "امکان‌پذیری اکنون" in persian
    ehya("outcome", "add", unit, "served", "--act", act, "--on", AS_OF, "--known-on", AS_OF)
    again = json.loads(ehya("plan", unit, "--as-of", AS_OF, "--json").stdout)
    assert act not in again["acts"]
    assert "Done already" in ehya("plan", unit, "--as-of", AS_OF, language="en").output


def test_a_threshold_out_of_reach_gives_the_best_there_is(ehya, ranking):
    unit = next(row["unit_id"] for row in ranking if row["triage"] == "fix_first")
    plan = json.loads(ehya("plan", unit, "--as-of", AS_OF, "--threshold", "0.98", "--json").stdout)
    assert plan["status"] == "out_of_reach"
    assert plan["shortfall"] > 0
    refused = ehya("plan", unit, "--cost", "prayer=1 billion rial", language="en", code=2)
    assert "diagnosis" in refused.output


def test_the_work_of_a_quarter_keeps_to_what_each_owner_can_begin(ehya, day, folder):
    found = json.loads(ehya("workload", "--as-of", AS_OF, "--capacity", "bank=۲", "--json").stdout)
    taken = [line for line in found["work"] if line["taken"]]
    assert sum(line["owner"] == "bank" for line in taken) == 2
    banks = [line["jobs"] for line in found["work"] if line["owner"] == "bank"]
    assert banks == sorted(banks, reverse=True)
    book = folder / "work.xlsx"
    ehya("workload", "--as-of", AS_OF, "--out", book)
    assert len(openpyxl.load_workbook(book).sheetnames) == 3


def test_a_service_names_what_was_done(ehya, ranking):
    refused = ehya("outcome", "add", ranking[0]["unit_id"], "served", "--on", AS_OF, language="en", code=2)
    assert "diagnosis" in refused.output
