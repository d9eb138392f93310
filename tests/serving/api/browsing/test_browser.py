"""What a real browser makes of the desk: nobody else is asked, axe finds nothing, journeys in both languages arrive."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from engine.packages.terms import PackageTerms
from engine.settings import Settings
from serving.api import Shelf, create_app
from serving.desk.package import solve_package
from serving.desk.people import add_person
from serving.desk.question import Question
from serving.desk.sessions import begin
from serving.desk.watch import Watch
from tests.serving.api.browsing.conftest import CHEAP, PASSWORD, asked_about
from tests.serving.api.parties import BY, NOON, at_work, fresh, with_meetings
from tests.serving.conftest import DAY, listening

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGES = (
    "/desk", "/desk/units", "UNIT", "UNIT/edit", "UNIT/same?q=a&other=OTHER_ID", "/desk/account",
    "/desk/ranking", "/desk/compare?unit=UNIT_ID&unit=OTHER_ID", "/desk/map",
    "/desk/packages", "/desk/packages/new", "/desk/packages/spring?budget=capital&even=county",
    "/desk/imports", "/desk/imports/new", "/desk/decisions", "/desk/decisions?show=conflicts",
    "/desk/outcomes", "/desk/outcomes/new", "/desk/outcomes/sheet", "/desk/requests", "/desk/panel", "/desk/people",
    "/desk/models", "/desk/bank",
    "/desk/admin", "/desk/admin/keys", "/desk/admin/audit", "/desk/admin/backups", "/desk/admin/settings",
    "/desk/style", "/desk/events", "/desk/events/INVA", "/desk/events/INVA/mandates/new", "/desk/events/NOVA",
    "/desk/events/INVA/meetings",
    "/desk/events/INVA/meetings/party?who=fund", "/desk/events/INVA/meetings/sheets?by=table", "/desk/report",
)  # fmt: skip

WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""Points by which a page is wider than its window."""


@pytest.fixture(scope="module")
def chromium():
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def desk(shared, first_day, tmp_path_factory):
    """Address of a desk, what its browser shows, and two units."""
    found = with_meetings(at_work(fresh(shared, tmp_path_factory.mktemp("browser")), first_day))
    made = {"investor": None, "administers": True, "cost": CHEAP}
    person = add_person(found.settings, name="sara", role="planner", password=PASSWORD, **made, **BY)
    add_person(found.settings, name="reza", role="planner", password=PASSWORD, investor=None, cost=CHEAP, **BY)
    terms = {
        "name": "spring",
        "count": 6,
        "verdicts": ["offer", "fix_first"],
        "budgets": {"capital": {"at_most": "9 hemmat"}},
    }
    solve_package(found.settings, Question(as_of=pd.Timestamp(NOON.date())), PackageTerms.read(terms), made_at=NOON)
    asked_about(found.settings, str(found.stock.units.index[0]), {"new": (1, "May we see it?"), "old": (10, "When?")})
    app = found.app()
    app.state.password_cost = CHEAP
    with listening(app) as address:
        yield (
            address,
            begin(found.settings, person, now=NOON).token,
            [str(unit) for unit in found.stock.units.index[:2]],
        )


@pytest.fixture
def opened(chromium, desk):
    """Opens a tab at the desk; at its end nothing was complained of, and nobody else was asked."""
    address, token, _ = desk
    contexts, complaints, asked = [], [], []

    def open_tab(language="fa", theme="light", width=1280):
        context = chromium.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
        cookies = {"ehya_session": token, "ehya_look": f"lang={language}&theme={theme}"}
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert [said for said in complaints if "409 (Conflict)" not in said] == []  # the browser says so of itself
    assert [url for url in asked if not url.startswith((address, "data:"))] == []


def _path(desk, path: str) -> str:
    address, _, (unit, other) = desk
    filled = path.replace("UNIT_ID", unit).replace("OTHER_ID", other)
    return address + filled.replace("UNIT", f"/desk/units/{unit}")


@pytest.mark.parametrize(("language", "theme"), [("fa", "light"), ("en", "dark")])
def test_axe_finds_nothing_on_any_page_and_none_is_wider_than_a_large_window(desk, opened, language, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page, found = opened(language, theme), {}
    for path in PAGES:
        page.goto(_path(desk, path))
        assert page.evaluate(WIDER) <= 0, path
        wanted = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
        broken = axe.run(page, options=wanted).response["violations"]
        if broken:
            found[path] = [(one["id"], [node["html"][:160] for node in one["nodes"][:2]]) for one in broken]
    assert found == {}


def test_no_page_is_wider_than_a_phone_and_all_are_small(desk, opened):
    page = opened("fa", width=360)
    for path in PAGES:
        sizes = []
        page.on("response", lambda answer, sizes=sizes: sizes.append((answer.url, len(answer.body()))))
        page.goto(_path(desk, path))
        assert page.evaluate(WIDER) <= 0, path
        assert sum(size for url, size in sizes if not url.endswith(".woff2")) < 150_000, path


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_planner_searches_edits_records_and_takes_back(desk, opened, language):
    page, (address, _, (unit, _)) = opened(language), desk
    page.goto(f"{address}/desk/units")
    rows = page.locator("#list tbody tr")
    everything = rows.count()
    name = page.locator("#list tbody tr th a").nth(2).inner_text()
    page.keyboard.press("/")
    page.keyboard.type(name)
    rows.nth(everything - 1).wait_for(state="detached")
    assert "q=" in page.url
    page.goto(f"{address}/desk/units/{unit}/edit")
    page.fill("#f-estate", "شهرک آزمون")
    page.click("form[data-draft] button.main")
    assert "شهرک آزمون" in page.inner_text("main")
    page.click("form[action='/desk/undo/import'] button")
    assert "شهرک آزمون" not in page.inner_text("main")
    page.click("a[href^='/desk/outcomes/new']")
    page.check("input[name=kind][value=visited]")
    page.click("form[data-draft] button.main")
    assert page.locator("form[action='/desk/undo/outcome']").count() == 1
    page.click("form[action='/desk/undo/outcome'] button")
    assert page.locator("form[action='/desk/undo/outcome']").count() == 0


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_register_is_brought_mended_looked_at_ranked_compared_and_taken_back(desk, opened, tmp_path, language):
    page, address = opened(language), desk[0]
    names = [f"Journey {language} {word}" for word in ("one", "two")]
    file = tmp_path / f"{language}.csv"
    lines = [f"{name},Khoy,idle,{jobs}" for name, jobs in zip(names, ("14", "-3"), strict=True)]
    file.write_text("\n".join(["Unit name,County,Status,Jobs before stop", *lines]), encoding="utf-8")
    page.goto(f"{address}/desk/imports/new")
    page.set_input_files("input[name=file]", file)
    page.fill("#f-source", f"office {language}")
    page.fill("#f-as_of", "1404/12/29")
    page.click("main form button.main")
    page.click("button[name=then][value=check]")
    page.fill(".refused-row input[id^=i-]", "23")
    page.click("form[action$='/mend'] p.acts button")
    page.locator(".refused-row").wait_for(state="detached")
    page.locator("button[formaction$='/store']").first.click()
    stored = re.sub(r"\?.*", "", page.url)
    page.goto(f"{address}/desk/units?q={names[1]}")
    page.locator("#list tbody tr th a").first.click()
    assert names[1] in page.inner_text("h1")
    assert ("۲۳" if language == "fa" else "23") in page.inner_text("main")
    page.click("a[href^='/desk/outcomes/new']")
    page.check("input[name=kind][value=visited]")
    page.click("form[data-draft] button.main")
    page.click("form[action='/desk/undo/outcome'] button")
    page.goto(f"{address}/desk/ranking")
    for place in (0, 1):
        page.locator("input[name=unit][form=compare]").nth(place).check()
    page.click("form#compare button")
    assert page.url.startswith(f"{address}/desk/compare?")
    assert page.locator("main h2").count() > 1
    page.goto(stored)
    page.click("a[href$='/undo']")
    assert names[0] in page.inner_text("main")  # the page says what goes along
    page.click("form[action='/desk/undo/import'] button")
    page.goto(f"{address}/desk/units?q={names[1]}")
    assert page.locator(".empty").count() == 1


def test_two_people_on_one_unit_see_each_other_and_both_changes_stay(desk, opened):
    first, second, (address, _, (unit, _)) = opened("en"), opened("fa"), desk
    second.context.clear_cookies(name="ehya_session")
    second.goto(f"{address}/desk/sign-in?next=/desk/units/{unit}/edit")
    second.fill("#f-name", "reza")
    second.fill("#f-password", PASSWORD)
    second.click("button.main")
    first.goto(f"{address}/desk/units/{unit}/edit")
    first.fill("#f-jobs_now", "41")
    first.click("form[data-draft] button.main")
    second.fill("#f-jobs_now", "42")
    second.fill("#f-estate", "شهرک دوم")
    with second.expect_response(lambda answer: answer.request.method == "POST") as met:
        second.click("form[data-draft] button.main")
    assert met.value.status == 409
    assert second.input_value("#f-jobs_now") == "42"
    assert "۴۱" in second.inner_text("main")  # what the first wrote stands beside the box
    second.click("form[data-draft] button.main")
    second.wait_for_url(f"{address}/desk/units/{unit}?done=*")
    first.goto(f"{address}/desk/units/{unit}/edit")
    assert first.input_value("#f-jobs_now") == "42"
    assert first.input_value("#f-estate") == "شهرک دوم"


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_package_is_looked_for_changed_by_a_wish_and_signed_off(desk, opened, language):
    page = opened(language)
    page.goto(_path(desk, "/desk/packages/new?from=spring"))
    page.fill("#f-name", f"event-{language}")
    page.click("form[data-draft] button.main")
    page.wait_for_url("**/desk/packages/event-*@1*", timeout=60_000)
    units = page.locator("section[aria-labelledby=units] ol > li")
    assert units.count() == 6
    first = units.first
    left_out = first.locator("a").first.inner_text()
    first.locator("summary").click()
    first.locator("input[name=reason]").fill("sold")
    first.locator("button").click()
    page.wait_for_url("**/desk/packages/event-*@2*", timeout=60_000)
    assert left_out not in page.inner_text("section[aria-labelledby=units]")
    page.fill("#f-office", "planning")
    page.click("section[aria-labelledby=sign] button:not([type])")
    assert page.locator(".chip.good", has_text="planning").count() == 1
    assert page.locator("details.wish").count() == 0


def test_days_are_picked_by_keys_in_the_readers_calendar(desk, opened):
    page = opened("fa")
    page.goto(_path(desk, "/desk/outcomes/new"))
    box = page.locator("#f-happened_on")
    box.fill("۱۴۰۳/۱۲/۳۰")  # the last day of a leap year
    box.press("ArrowUp")
    assert box.input_value() == "۱۴۰۴/۰۱/۰۱"
    box.press("PageDown")
    assert box.input_value() == "۱۴۰۳/۱۲/۰۱"
    box.press("Alt+ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert box.input_value() == "۱۴۰۳/۱۲/۰۸"


def test_what_is_typed_is_there_again_after_the_page_was_left(desk, opened):
    page = opened("en")
    page.goto(_path(desk, "UNIT/edit"))
    page.fill("#f-estate", "Half a thought")
    page.wait_for_timeout(400)
    page.goto(_path(desk, "/desk"))
    page.goto(_path(desk, "UNIT/edit"))
    assert page.input_value("#f-estate") == "Half a thought"


def test_a_draft_undoes_nothing_that_somebody_else_changed_meanwhile(desk, opened):
    page = opened("en")
    page.goto(_path(desk, "UNIT/edit"))
    page.fill("#f-estate", "My own thought")
    page.wait_for_timeout(400)
    other = opened("en")
    other.goto(_path(desk, "UNIT/edit"))
    other.fill("#f-estate", "Another's")
    other.fill("#f-jobs_now", "77")
    other.click("form[data-draft] button.main")
    page.goto(_path(desk, "UNIT/edit"))
    assert page.input_value("#f-estate") == "My own thought"
    assert page.input_value("#f-jobs_now") == "77"
    page.click("form[data-draft] button.main")
    assert "is “Another's” now" in page.inner_text("main")


def test_a_unit_dragged_out_says_its_price_and_a_meeting_dragged_elsewhere_is_locked_there(desk, opened):
    page = opened(language="en")
    page.goto(f"{desk[0]}/desk/packages/spring")
    grip = {"source_position": {"x": 12, "y": 60}}
    page.locator("[data-drag=in]").first.drag_to(page.locator("#options"), **grip)
    assert "is in package spring@1" in page.inner_text("#answer")
    assert page.evaluate("document.activeElement.id") == "why-answer"
    page.goto(f"{desk[0]}/desk/events/INVA/meetings")
    here = page.locator("[data-drag=meeting]").first
    slot = here.locator("select[data-fill=slot]").input_value()
    here.drag_to(page.locator(f"td[data-takes=meeting][data-slot='{slot}']").last)
    page.wait_for_url("**/meetings?locked=*")
    assert page.locator("input[name=lock]:checked").count() == 1


def test_pages_are_read_and_forms_sent_without_scripts(chromium, desk):
    address, token, (unit, _) = desk
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "ehya_session", "value": token, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/desk/units?q=zzz")
    assert page.locator(".empty").count() == 1
    page.fill("#f-q", "")
    page.click("form[role=search] button")
    assert page.locator("#list tbody tr").count() > 1
    page.goto(f"{address}/desk/outcomes/new?unit={unit}")
    page.check("input[name=kind][value=visited]")
    page.click("form[data-draft] button.main")
    assert page.locator("form[action='/desk/undo/outcome']").count() == 1
    page.click("form[action='/desk/undo/outcome'] button")
    context.close()


@pytest.mark.slow
def test_a_first_run_makes_an_account_loads_the_example_trains_and_arrives(chromium, tmp_path: Path):
    settings = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'ehya.db'}", language="fa")
    shelf = Shelf(latest=Watch(settings, lambda: Question(as_of=DAY)).latest)
    app = create_app(settings=settings, shelf=shelf, password_cost=CHEAP)
    with listening(app) as address:
        page = chromium.new_page()
        page.goto(address)
        assert page.url == f"{address}/desk/start"
        page.fill("#f-name", "sara")
        page.fill("#f-password", "short")
        page.click("button.main")
        assert page.locator("[role=alert]").count() == 1
        page.fill("#f-password", PASSWORD)
        page.click("button.main")
        page.click("form[action='/desk/start/demonstration'] button")
        page.click("form[action='/desk/start/training'] button")
        assert page.locator("progress").count() == 1
        page.wait_for_url(re.compile(r"/desk\?done=trained"), timeout=240_000)
        assert page.locator(".tile").count() > 4
        page.close()


@pytest.mark.slow
def test_experts_answer_and_their_answers_are_trained_with(chromium, shared, first_day, tmp_path):
    found = at_work(fresh(shared, tmp_path), first_day)
    before = len(list(found.settings.models.iterdir()))
    made = {"investor": None, "administers": False, "cost": CHEAP}
    person = add_person(found.settings, name="sara", role="planner", password=PASSWORD, **made, **BY)
    with listening(found.app()) as address:
        context = chromium.new_context()
        token = begin(found.settings, person, now=NOON).token
        context.add_cookies([{"name": "ehya_session", "value": token, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/desk/panel")
        page.fill("#f-pairs", "5")
        page.click("form[action='/desk/panel/choose'] button")
        page.fill("#f-expert", "E1")
        for answer in page.locator("input[type=radio][value=first]").all():
            answer.check()
        page.click("form[action='/desk/panel'] button.main")
        page.click("form[action='/desk/start/training'] button")
        page.locator("progress").wait_for(state="detached", timeout=240_000)  # at work, or waiting: the gates decide
        said = page.inner_text("main")
        context.close()
    assert len(list(found.settings.models.iterdir())) > before, said
