"""The booklet of thirty units on paper in Persian, against the same words one below the other by the bare typesetter.

Ours is all that `ehya package export` does once units are appraised: worth in draws, plans, words, pages. The bare side
sets every text of the same pages as a paragraph, a page a unit, in the same letters: no table, picture or map.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from importlib import resources
from typing import Any

import pandas as pd
import typst

from engine.store import StoredPackage
from experiments.bench.timing import compare
from experiments.province_simulator.province import simulate
from experiments.reported_revivals.run import press_sample
from serving.desk.appraisal import Appraised, judged
from serving.desk.booklet import booklet_among
from serving.desk.question import Question
from serving.disclosure.masking import Audience
from serving.i18n import speech
from serving.reports.booklet import TEMPLATE, booklet_document
from serving.reports.typeset import typeset
from training.pipeline.press_fit import fit_sample

UNITS = 30
DAY = pd.Timestamp("2026-11-23")

_BARE = """
#let d = json(bytes(sys.inputs.pages))
#set page(paper: "a4", margin: 18mm)
#set text(font: "Vazirmatn", size: 9.5pt, lang: "fa", dir: rtl)
#for page in d { for words in page { par(words) }; pagebreak(weak: true) }
"""


def measure(*, random_state: int = 0, repeats: int = 7, count: int = UNITS) -> dict[str, float]:
    """Ratio of a booklet to its bare words; units and bytes of the file beside it.

    Returns
    -------
    dict
        As ``experiments.bench.timing.compare``, with ``units`` and ``bytes`` of the PDF.
    """
    whole = appraised(count, random_state=random_state)
    pages = [list(_texts(unit)) for unit in _document(whole)["units"]]

    def ours() -> bytes:
        return typeset(TEMPLATE, _document(whole), made_on=DAY)

    def bare() -> object:
        fonts = resources.files("serving") / "static" / "fonts"
        with resources.as_file(fonts) as folder:
            letters = typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])
            given = {"pages": json.dumps(pages, ensure_ascii=False)}
            return typst.Compiler(_BARE.encode(), font_paths=letters, sys_inputs=given).compile(format="pdf")

    return compare(ours, bare, repeats=repeats) | {"units": len(pages), "bytes": len(ours())}


def appraised(count: int, *, random_state: int) -> Appraised:
    """Simulated units, judged by a model of the press alone."""
    model = fit_sample(press_sample(), as_of=DAY, trials=0).model
    units = simulate(count, seed=random_state).units.assign(status="idle", origin="synthetic", source="bench")
    return judged(units, model, Question(as_of=DAY, price_year=1405), Audience.PUBLIC)


def _document(whole: Appraised) -> dict[str, Any]:
    units = [{"unit_id": str(unit)} for unit in whole.table.index]
    made_at = datetime(2026, 11, 23)
    stored = StoredPackage("bench", 1, "INVA", date(2026, 11, 23), made_at, "m", {"units": units}, {}, digest="")
    return booklet_document(booklet_among(stored, whole), speech("fa"))


def _texts(part: Any) -> Iterator[str]:
    """Every text of a part of a document."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _texts(value)
    elif isinstance(part, (list, tuple)):
        for value in part:
            yield from _texts(value)
