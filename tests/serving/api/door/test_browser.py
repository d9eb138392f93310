"""What a real browser makes of the door: the investor's story in both languages, axe, small windows, no scripts."""

import shutil

import pytest

from serving.desk.invitations import invite
from serving.desk.mandates import keep_list, make_list
from serving.desk.people import add_person
from serving.desk.sessions import begin
from serving.desk.workspace import open_register
from tests.serving.api.browsing.conftest import CHEAP, PASSWORD, asked_about
from tests.serving.api.parties import BY, NOON, at_work, fresh, with_meetings
from tests.serving.conftest import listening

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGES = (
    "/desk/door", "/desk/door/offers", "/desk/door/offers?county=Khoy", "/desk/door/offers/UNIT",
    "/desk/door/offers/AGREED", "/desk/door/compare?unit=UNIT&unit=AGREED", "/desk/door/mandates",
    "/desk/door/mandates/new", "/desk/door/mandates/asked", "/desk/door/lists", "/desk/door/lists/asked?unit=AGREED",
    "/desk/door/packages", "/desk/door/packages/inva@1", "/desk/door/requests", "/desk/door/meetings",
    "/desk/door/meetings/INVA", "/desk/door/keys", "/desk/invited/LINK", "/desk/invited/nothing",
)  # fmt: skip


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
def door(shared, first_day, tmp_path_factory):
    """Address of a door, sessions of an investor and a planner, and the workspace."""
    found = with_meetings(at_work(fresh(shared, tmp_path_factory.mktemp("browser")), first_day))
    tokens = {}
    for name, role, investor in (("neda", "investor", "fund"), ("sara", "planner", None)):
        person = add_person(
            found.settings, name=name, role=role, password=PASSWORD, investor=investor, cost=CHEAP, **BY
        )
        tokens[name] = begin(found.settings, person, now=NOON).token
    unit = str(found.stock.units.index[0])
    with open_register(found.settings) as register:
        nothing = {"id": "nothing", "sectors": {"must": ["33"]}}
        register.mandates.save("fund", "nothing", nothing, over=None, **BY)
        keep_list(register, make_list(register, "fund", "nothing", found.stock), top=10, **BY)
    asked_about(found.settings, unit, {"new": (1, "May we see it?"), "old": (10, "When?")})
    app = found.app()
    app.state.password_cost = CHEAP
    with listening(app) as address:
        yield address, tokens, found, unit


@pytest.fixture
def opened(chromium, door):
    """Opens a tab; at its end nothing was complained of, and nobody else was asked."""
    address, tokens, _, _ = door
    contexts, complaints, asked = [], [], []

    def open_tab(who="neda", language="fa", theme="light", width=1280, **more):
        context = chromium.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **more)
        cookies = {"ehya_look": f"lang={language}&theme={theme}"} | ({"ehya_session": tokens[who]} if who else {})
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
    assert [said for said in complaints if "404 (Not Found)" not in said] == []  # the browser says so of itself
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def _paths(door):
    address, _, found, unit = door
    link = invite(found.settings, "fund", "INVA", **BY).token  # for whom somebody acts already
    for path in PAGES:
        yield path, address + path.replace("UNIT", unit).replace("AGREED", found.agreed[0]).replace("LINK", link)


@pytest.mark.parametrize(("language", "theme"), [("fa", "light"), ("en", "dark")])
def test_axe_finds_nothing_on_any_page(door, opened, language, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page, found = opened(language=language, theme=theme), {}
    for path, address in _paths(door):
        page.goto(address)
        wanted = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
        broken = axe.run(page, options=wanted).response["violations"]
        if broken:
            found[path] = [(one["id"], [node["html"][:160] for node in one["nodes"][:2]]) for one in broken]
    assert found == {}


def test_no_page_is_wider_than_a_phone(door, opened):
    page = opened(width=360)
    for path, address in _paths(door):
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_story_of_an_investor_from_the_invitation_to_the_decline(door, opened, language):
    address, _, found, _ = door
    event, name = f"STORY {language}", f"صندوق {language}"
    office = opened("sara", language)
    office.goto(f"{address}/desk/events/{event}")
    office.fill("#f-investor", name)
    office.click("form[action$='/invite'] button")
    link = office.inner_text(".made code")
    page = opened(None, language)
    page.goto(link)
    page.fill("#f-name", f"investor {language}")
    page.fill("#f-password", PASSWORD)
    page.click("button.main")
    assert name in page.inner_text("h1")
    page.click("main a[href='/desk/door/mandates/new'] >> nth=0")
    page.fill("#f-id", "first")
    page.select_option("#f-risk_appetite", "high")
    page.check("input[name=accept_unknown]")
    before = page.inner_text("#fits .big")
    page.fill("#f-min_jobs", "100000")  # what fits follows what is typed, and says what it costs
    page.wait_for_function("before => document.querySelector('#fits .big').innerText !== before", arg=before)
    page.fill("#f-min_jobs", "")
    page.click("button[value=list]")
    assert page.locator("section[aria-labelledby=places] li").count() == 10
    page.click("section[aria-labelledby=places] li a >> nth=0")
    unit = page.url.partition("?")[0]
    page.select_option("#f-kind", "visit")
    page.fill("#f-text", "May we see it?")
    page.click("form[action$='/ask'] button.main")
    assert page.locator("#ask ~ p .chip.good, section[aria-labelledby=ask] .chip.good").count() == 1  # the clock
    page.goto(f"{address}/desk/door/packages/inva@1")
    page.check("input[name=sure]")
    page.click("form[action$='/agree'] button")
    assert page.locator("section[aria-labelledby=nda] .chip.note").count() == 1
    office.reload()
    office.click("form[action$='/confirm'] button")
    page.goto(f"{address}/desk/door/offers/{found.agreed[0]}")
    assert page.locator("section[aria-labelledby=nda] dd").count() == 8  # what the agreement opens
    office.goto(f"{address}/desk/events/{event}")
    for box, text in {"date": "1405/09/20", "tables": "3"}.items():
        office.fill(f"#f-{box}", text)
    office.click("form[action$='/plan'] button.main")
    office.wait_for_url("**/meetings?done=*", timeout=60_000)
    page.goto(f"{address}/desk/door/meetings/{event}")
    assert page.locator("section[aria-labelledby=meetings] tbody tr").count() > 0
    with page.expect_download() as calendar:
        page.click("a[href$='.ics']")
    assert "BEGIN:VEVENT" in calendar.value.path().read_text("utf-8")
    page.goto(unit)
    page.click("details.wish summary")
    page.select_option("select[name=reason]", "place")
    page.click("details.wish button")
    assert page.locator(".react .chip.plain").count() == 1


def test_the_door_is_used_without_scripts(door, opened):
    page = opened(language="en", java_script_enabled=False)
    page.goto(f"{door[0]}/desk/door/mandates/new")
    page.fill("#f-min_jobs", "100000")
    page.click("button[value=look]")
    assert "0 of 60 units fit" in page.inner_text("#fits")
    page.goto(f"{door[0]}/desk/door/offers")
    page.fill("#f-q", "zzz")
    page.click("form[role=search] button")
    assert page.locator(".empty").count() == 1


def test_a_mandate_that_was_half_filled_is_there_again_after_the_page_was_left(door, opened):
    page = opened(language="en")
    page.goto(f"{door[0]}/desk/door/mandates/new")
    page.fill("#f-id", "half a wish")
    page.wait_for_timeout(400)
    page.goto(f"{door[0]}/desk/door")
    page.goto(f"{door[0]}/desk/door/mandates/new")
    assert page.input_value("#f-id") == "half a wish"
