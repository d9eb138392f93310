"""A real browser in the rooms of data scientists and banks: axe, narrow windows, and a model's way to work and back."""

import re
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from engine.domain.bank_ask import BankAskKind
from engine.packages.terms import PackageTerms
from engine.settings import Settings
from engine.store import Register
from serving.api import Shelf, create_app
from serving.desk.package import solve_package
from serving.desk.people import add_person, people
from serving.desk.question import Question
from serving.desk.sessions import begin
from serving.desk.starting import load_demonstration
from serving.desk.watch import Watch
from tests.serving.api.browsing.conftest import CHEAP, PASSWORD
from tests.serving.api.browsing.test_browser import chromium  # noqa: F401 (a fixture)
from tests.serving.api.browsing.test_models import WAITS, with_challenger
from tests.serving.api.parties import BY, NOON, at_work, fresh, with_meetings
from tests.serving.conftest import DAY, listening

pytestmark = pytest.mark.browser
BANK = "Secret bank 0007"
LONG = 600_000
"""Milliseconds that a training may take on a computer that does other things too."""
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def _cookies(settings, name, address, look, now=NOON):
    person = next(one for one in people(settings) if one.name == name)
    shown = {"ehya_session": begin(settings, person, now=now).token, "ehya_look": look}
    return [{"name": key, "value": value, "url": address} for key, value in shown.items()]


@pytest.mark.parametrize(("look", "width"), [("lang=fa&theme=light", 360), ("lang=en&theme=dark", 1280)])
def test_axe_finds_nothing_and_no_page_is_too_wide(chromium, shared, first_day, tmp_path, look, width):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = with_challenger(at_work(fresh(shared, tmp_path), first_day), first_day)
    unit = str(found.private.index[found.private["debts"].str.contains(BANK)][0])
    for name, role, party in (("dana", "data_scientist", None), ("teller", "bank", BANK), ("amir", "admin", None)):
        add_person(found.settings, name=name, role=role, investor=party, password=PASSWORD, cost=CHEAP, **BY)
    with Register.open(found.settings.database_url) as register:
        asked = {"bank": BANK, "unit_id": unit, "kind": BankAskKind.PRICE, "text": "ب" * 300, "actor": "user:sara"}
        register.bank_asks.ask("one", made_at=NOON, due_at=NOON + timedelta(days=9), **asked)
    pages = {
        "dana": (
            "/desk/models",
            f"/desk/models/{WAITS}",
            f"/desk/models/{first_day.version}",
            f"/desk/models/{first_day.version}/drift",
        ),
        "teller": ("/desk/bank",),
        "amir": ("/desk/admin", "/desk/admin/audit", "/desk/admin/keys"),
    }
    broken = {}
    with listening(found.app()) as address:
        for name, paths in pages.items():
            context = chromium.new_context(viewport={"width": width, "height": 900})
            context.add_cookies(_cookies(found.settings, name, address, look))
            page = context.new_page()
            for path in paths:
                assert page.goto(address + path).status == 200
                if page.locator("form[action='/desk/admin/keys'] .dated button").count():
                    page.click("form[action='/desk/admin/keys'] .dated button")  # the calendar too
                wrong = axe.run(page, options=WCAG).response["violations"]
                broken |= {path: [(one["id"], one["nodes"][0]["html"][:160]) for one in wrong]} if wrong else {}
                across = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                assert page.evaluate(across) <= 0, path
            context.close()
    assert broken == {}


@pytest.mark.slow
def test_outcomes_are_recorded_a_model_is_trained_judged_put_to_work_watched_and_rolled_back(chromium, tmp_path: Path):  # noqa: F811
    settings = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'ehya.db'}", language="fa")
    load_demonstration(settings, now=NOON, actor="user:sara")
    for name, role in (("sara", "planner"), ("dana", "data_scientist")):
        add_person(settings, name=name, role=role, investor=None, password=PASSWORD, cost=CHEAP, **BY)
    shelf = Shelf(latest=Watch(settings, lambda: Question(as_of=DAY)).latest)
    app = create_app(settings=settings, shelf=shelf, password_cost=CHEAP)
    now = app.state.gate.now()
    with listening(app) as address:

        def tab(name, language):
            context = chromium.new_context()
            context.add_cookies(_cookies(settings, name, address, f"lang={language}", now))
            return context.new_page()

        page = tab("dana", "fa")
        page.goto(f"{address}/desk")
        assert page.url == f"{address}/desk/models"
        page.fill("#f-trials", "۱")
        page.check("input[name=promote]")
        page.fill("#f-reason", "نخستین مدل")
        page.click("form[action='/desk/models/train'] button.main")
        page.locator("progress").wait_for()
        page.locator("#run .banner").wait_for(timeout=LONG)
        page.reload()
        first = page.locator("section[aria-labelledby=at-work] a b").inner_text()
        assert "نخستین مدل" in page.inner_text("main")

        planner = tab("sara", "en")
        planner.goto(f"{address}/desk/units")
        unit = re.search(r"/desk/units/([^?/]+)", planner.locator("#list tbody th a").first.get_attribute("href"))[1]
        planner.goto(f"{address}/desk/outcomes/new?unit={unit}")
        planner.check("input[name=kind][value=visited]")
        planner.click("form[data-draft] button.main")

        page = tab("dana", "en")
        page.goto(f"{address}/desk/models")
        page.fill("#f-trials", "1")
        page.fill("#f-seed", "7")
        page.click("form[action='/desk/models/train'] button.main")
        page.locator("#run .banner").wait_for(timeout=LONG)
        page.click("#run .banner a")
        assert page.locator("section[aria-labelledby=gates] tbody tr").count() >= 6
        assert page.locator("svg.reliability circle").count() > 2
        assert page.locator("section[aria-labelledby=effects-now] tbody tr").count() > 8
        page.fill("#f-reason", "a second look at the press")
        if page.locator("input[name=force]").count():
            page.check("input[name=force]")
        page.click("form[action='/desk/models/promote'] button.main")
        page.locator("#run .banner").wait_for(timeout=LONG)
        said = page.inner_text("main")
        if "was not put to work" in said:  # a gate that was open at the training is shut by now: answered for
            page.go_back()
            page.fill("#f-reason", "a second look at the press")
            page.check("input[name=force]")
            page.click("form[action='/desk/models/promote'] button.main")
            page.locator("#run .banner").wait_for(timeout=LONG)
        page.reload()
        assert "a second look at the press" in page.inner_text("section[aria-labelledby=history]")
        page.click("form[action='/desk/models/drift'] button")
        page.locator("#run .banner.good").wait_for(timeout=LONG)
        page.reload()
        page.click("section[aria-labelledby=fits] a.button")
        assert page.locator("section[aria-labelledby=findings] li").count() > 0

        page = tab("dana", "fa")
        page.goto(f"{address}/desk/models/{first}")
        page.fill("#f-reason", "دومی بهتر نبود")
        page.click("form[action='/desk/models/rollback'] button.main")
        page.locator("#run .banner").wait_for(timeout=LONG)
        page.reload()
        assert page.locator("section[aria-labelledby=at-work] a b").inner_text() == first
        assert "دومی بهتر نبود" in page.inner_text("section[aria-labelledby=history]")


def test_every_room_does_its_main_act_without_scripts(chromium, shared, first_day, tmp_path):  # noqa: F811
    found = with_meetings(with_challenger(at_work(fresh(shared, tmp_path), first_day), first_day))
    unit = str(found.private.index[found.private["debts"].str.contains(BANK)][0])
    people_of = {
        "sara": ("planner", None), "dana": ("data_scientist", None), "amir": ("admin", None),
        "teller": ("bank", BANK), "neda": ("investor", "fund"),
    }  # fmt: skip
    for name, (role, party) in people_of.items():
        add_person(found.settings, name=name, role=role, investor=party, password=PASSWORD, cost=CHEAP, **BY)
    terms = {"name": "spring", "count": 4, "verdicts": ["offer", "fix_first"]}
    solve_package(found.settings, Question(as_of=pd.Timestamp(NOON.date())), PackageTerms.read(terms), made_at=NOON)
    with listening(found.app()) as address:

        def tab(name):
            context = chromium.new_context(java_script_enabled=False)
            context.add_cookies(_cookies(found.settings, name, address, "lang=en"))
            page = context.new_page()
            page.set_default_timeout(60_000)
            return page

        page = tab("sara")
        page.goto(f"{address}/desk/packages/spring")
        page.click("section[aria-labelledby=units] a[data-part]")  # what leaving the first one out costs
        page.fill("#why-answer input[name=reason]", "sold last week")
        page.click("#why-answer button")
        for _ in range(100):
            if "/searches/" not in page.url:
                break
            page.wait_for_timeout(300)
            page.reload()
        assert "spring@2" in page.inner_text("h1")

        page.goto(f"{address}/desk/events/INVA/mandates/new")
        page.fill("#f-id", "north")
        page.fill("#f-places_must", "Khoy")
        page.click("button[value=look]")
        assert "units fit" in page.inner_text("#fits")
        page.click("form.wide-form button.main")
        assert "north" in page.inner_text("section[aria-labelledby=mandates] table")

        page.goto(f"{address}/desk/events/INVA/meetings")
        page.click("[data-drag=meeting] summary >> nth=0")
        page.select_option("[data-drag=meeting] select[data-fill=table] >> nth=0", "4")
        page.click("[data-drag=meeting] button[name=move] >> nth=0")
        assert page.locator("td:nth-child(5) input[name=lock]:checked").count() == 1

        page.goto(f"{address}/desk/bank")
        for box, text in (("bank", BANK), ("unit", unit), ("text", "Five years, please.")):
            page.fill(f"#f-{box}", text)
        page.click("form[action='/desk/bank/ask'] button")
        page = tab("teller")
        page.goto(f"{address}/desk/bank")
        page.check("input[name=verdict][value=agreed]")
        page.fill("textarea[name=text]", "So be it.")
        page.click("form[action$='/answer'] button")
        assert "So be it." in page.inner_text("main")

        page = tab("neda")
        page.goto(f"{address}/desk/door/mandates/new")
        page.fill("#f-id", "mine")
        page.check("input[name=accept_unknown]")
        page.click("button[value=list]")
        assert page.locator("section[aria-labelledby=places] li").count() > 0

        page = tab("dana")
        page.goto(f"{address}/desk/models")
        page.click("form[action='/desk/models/drift'] button")
        for _ in range(100):
            if page.locator("progress").count() == 0:
                break
            page.wait_for_timeout(300)
            page.reload()
        assert page.locator("section[aria-labelledby=fits] a.button").count() == 1

        page = tab("amir")
        page.goto(f"{address}/desk/admin/backups")
        page.click("form[action='/desk/admin/backups'] button")
        assert ".zip" in page.inner_text("table")
        page.goto(f"{address}/desk/admin/audit")
        page.fill("#f-q", "north")
        page.click("form[role=search] button")
        assert page.locator("tbody tr").count() == 1
