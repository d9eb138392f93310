"""What a real browser makes of the pages and of the report."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from serving.i18n import speech
from serving.reports.page import report_html

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def reports(appraisal, tmp_path_factory) -> dict[str, str]:
    folder, addresses = tmp_path_factory.mktemp("reports"), {}
    appraisal = appraisal.assign(source="a_long_name_of_a_register_of_idle_units.xlsx")
    for language in ("fa", "en"):
        path: Path = folder / f"{language}.html"
        text = report_html(appraisal, speech(language), title="گزارش", as_of=pd.Timestamp("2026-11-23"), top=25)
        path.write_text(text, "utf-8")
        addresses[language] = path.as_uri()
    return addresses


def _opened(browser, url: str, width: int):
    """The page, what it complained of, and what it asked of others."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    complaints, asked = [], []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    page.evaluate("document.fonts.ready")
    return page, complaints, asked


def _address(reports, address: str, name: str, language: str) -> str:
    return reports[language] if name == "report" else f"{address}{name}?lang={language}"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("name", ["report", "/", "/docs"])
def test_a_page_fits_its_window_is_silent_and_asks_nobody(browser, reports, address, name, language, width):
    page, complaints, asked = _opened(browser, _address(reports, address, name, language), width)
    direction = page.evaluate("getComputedStyle(document.body).direction")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    cut = page.evaluate(_CUT_OFF)
    page.close()
    assert direction == ("rtl" if language == "fa" else "ltr")
    assert complaints == []
    assert [url for url in asked if not url.startswith(("data:", "file:", address))] == []
    assert overflow <= 0
    assert cut == []


_CUT_OFF = """() => [...document.querySelectorAll('main td, main th, main p, main h2, main .card, main dd, main .chip')]
    .filter(one => one.offsetParent && getComputedStyle(one).clipPath === 'none' && !one.closest('thead'))
    .map(one => [one.getBoundingClientRect(), one.textContent.trim().slice(0, 40)])
    .filter(([box]) => box.left < -0.5 || box.right > document.documentElement.clientWidth + 0.5)
    .map(([box, text]) => text)"""


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_ranking_is_sorted_as_seen(browser, reports, language):
    page, _, _ = _opened(browser, reports[language], 1280)
    tops = page.eval_on_selector_all("#ranking td.place", "cells => cells.map(one => one.getBoundingClientRect().top)")
    said = page.eval_on_selector_all("#ranking td.place", "cells => cells.map(one => one.textContent)")
    page.close()
    assert tops == sorted(tops)
    assert said[:3] == [speech(language).number(rank) for rank in (1, 2, 3)]


def test_the_embedded_font_is_the_one_that_is_used(browser, reports):
    page, _, _ = _opened(browser, reports["fa"], 1280)
    loaded = page.evaluate("[...document.fonts].filter(one => one.status === 'loaded').map(one => one.family)")
    page.close()
    assert loaded == ["Vazirmatn"]


def test_names_in_the_chart_do_not_cover_each_other(browser, reports):
    page, _, _ = _opened(browser, reports["fa"], 1280)
    boxes = page.eval_on_selector_all(
        ".wide text.named",
        "all => all.map(one => { const b = one.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom] })",
    )
    page.close()
    assert boxes
    for number, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] + 3 or other[3] <= top + 3


def test_a_name_that_is_markup_runs_nothing_in_a_browser(browser, appraisal, tmp_path):
    evil = "<script>document.title='hacked'</script><img src=x onerror=\"document.title='hacked'\">"
    path = tmp_path / "evil.html"
    text = report_html(
        appraisal.assign(name=evil, source=evil), speech("en"), title="safe", as_of=pd.Timestamp("2026-11-23")
    )
    path.write_text(text, "utf-8")
    page, complaints, _ = _opened(browser, path.as_uri(), 1280)
    title = page.title()
    page.close()
    assert (title, complaints) == ("safe", [])


def test_the_report_prints_on_a4_without_losing_a_column(browser, reports):
    page, _, _ = _opened(browser, reports["fa"], 1280)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 710, "height": 1000})  # 188 mm between the margins of A4, at 96 dots an inch
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    columns = page.evaluate("getComputedStyle(document.querySelector('#ranking td')).display")
    page.close()
    assert overflow <= 0
    assert columns == "table-cell"
