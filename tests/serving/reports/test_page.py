import re
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest

from serving.i18n import speech
from serving.reports.page import report_html

DAY = pd.Timestamp("2026-11-23")


def _report(appraisal, language="fa", **options) -> str:
    options = {"title": "گزارش", "as_of": DAY} | options
    return report_html(appraisal, speech(language), **options)


class _Reader(HTMLParser):
    """Tags with their attributes, headings, and tags that were left open."""

    VOID = frozenset({"meta", "link", "br", "line", "path", "rect", "circle"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.mark.parametrize(("language", "direction"), [("fa", "rtl"), ("en", "ltr")])
def test_the_report_is_written_in_the_direction_of_its_language(appraisal, language, direction):
    [root] = _Reader(_report(appraisal, language)).named("html")
    assert (root["lang"], root["dir"]) == (language, direction)


def test_every_tag_is_closed(appraisal):
    assert not _Reader(_report(appraisal)).open


def test_the_report_loads_nothing_and_runs_nothing(appraisal):
    text = _report(appraisal.assign(source="https://example.org/a?b=1&c=2", origin="reported"))
    reader = _Reader(text)
    assert not reader.named("script")
    assert not reader.named("img")
    assert [link["href"] for link in reader.named("link")] == ["data:,"]
    assert set(re.findall(r"url\([\"']?(\w+)", text)) == {"data"}
    assert "@import" not in text
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]


def test_a_name_that_is_markup_is_harmless(appraisal):
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    text = _report(
        appraisal.assign(name=evil, source=evil, sector_text=evil, isic=None, estate=evil, county=evil),
        title=evil,
        notes=[evil],
        model_card=[(evil, evil)],
    )
    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;script&gt;" in text
    assert not _Reader(text).open


def test_the_ranking_table_is_by_rank_and_its_header_cells_have_a_scope(appraisal):
    text = _report(appraisal, "en", top=12)
    ranks = [int(rank) for rank in re.findall(r'<td class="place">(\d+)</td>', text)]
    assert ranks == list(range(1, 13))
    assert all("scope" in cell for cell in _Reader(text).named("th"))
    assert "First 12 of 40 units" in text


def test_headings_go_down_one_level_at_a_time(appraisal):
    levels = [int(tag[1]) for tag, _ in _Reader(_report(appraisal)).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_picture_is_told_in_words(appraisal):
    for picture in _Reader(_report(appraisal)).named("svg"):
        assert picture.get("aria-hidden") == "true" or picture.get("aria-label")


def test_a_synthetic_list_says_so_before_any_figure(appraisal):
    text = _report(appraisal, "en")
    assert text.index("Every unit in this list is synthetic") < text.index('class="card"')
    assert text.count("chip origin synthetic") >= 40


def test_a_reported_list_says_as_reported_on_and_links_its_sources(appraisal):
    changes = {"origin": "reported", "source": "https://example.org/news/1", "as_of": pd.Timestamp("2025-10-02")}
    text = _report(appraisal.assign(**changes), "en", top=5)
    assert "40 units are press-reported, as published until 2025-10-02" in text
    assert text.count('href="https://example.org/news/1"') == 5
    assert "synthetic" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL).lower()


def test_the_sum_of_expected_jobs_is_worked_by_hand(appraisal):
    two = appraisal[appraisal["scorable"]].head(2).copy()
    for bound, values in (("low", [1.0, 2.0]), ("point", [10.0, 20.0]), ("high", [30.0, 40.0])):
        two[f"jobs_expected_{bound}"] = values
    text = _report(two, "en")
    assert '<span class="figure">30 <small>persons</small>' in text
    assert "from the sum of the low ends (3) to the sum of the high ends (70), persons" in text


def test_the_report_says_how_many_are_not_scorable_and_why(appraisal):
    text = _report(appraisal, "en")
    unscored = int((~appraisal["scorable"]).sum())
    assert f"Why {unscored} units have no prediction" in text
    assert "sector not known" in text


def test_model_version_and_dates_are_shown(appraisal):
    text = _report(appraisal, "fa")
    assert "2026-11-23-abc123" in text
    assert "۱۴۰۵/۰۷/۰۱" in text  # data of the model, 2026-09-23
    assert "۱۴۰۵/۰۹/۰۲" in text  # the day that is shown


def test_numbers_are_written_in_persian_digits(appraisal):
    body = re.sub(r"<style>.*?</style>", "", _report(appraisal, "fa", title="گزارش"), flags=re.DOTALL)
    seen = re.sub(r"<[^>]*>", " ", body)
    for known in ("2026-11-23-abc123", *sorted((str(name) for name in appraisal["name"]), key=len, reverse=True)):
        seen = seen.replace(known, "")
    assert re.findall(r"\d+", re.sub("[۰-۹]", "", seen)) == []


def test_an_empty_list_gives_a_report(appraisal):
    text = _report(appraisal.head(0), "en")
    assert "No unit in the list has a full prediction." in text


def test_the_order_of_rows_changes_nothing(appraisal):
    assert _report(appraisal) == _report(appraisal.sample(frac=1, random_state=1))
