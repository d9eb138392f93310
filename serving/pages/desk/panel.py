"""The page on which an expert compares pairs of units, on a tablet as well as on paper's sister, the workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.domain.unit import Field
from serving.desk.learning import AnswersTaken, HandedOut, PanelRead
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.reports.panel import ANSWERS, OUTPUTS, records_said


def panel_page(
    frame: Frame,
    found: HandedOut | None,
    *,
    typed: Mapping[str, str] | None = None,
    read: PanelRead | None = None,
    last: AnswersTaken | None = None,
    problem: str = "",
) -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The pairs; ``None`` where none were chosen yet.
    typed
        What was answered and could not be taken.
    read
        What the experts agree on, after answers were taken.
    last
        The answers that were taken last and can be taken back.
    problem
        What is wrong.
    """
    words = frame.speech
    taken = {} if last is None else {"count": last.count, "experts": words.join(last.experts)}
    return page(
        "panel.html",
        frame,
        Place.PANEL,
        panel="" if found is None else found.panel,
        pairs=[] if found is None else _pairs(found, words),
        answers={
            output: [(answer, words.text(f"panel_answer_{output}.{answer}")) for answer in ANSWERS]
            for output in OUTPUTS
        },
        typed=typed or {},
        agreed=None if read is None else _agreed(read, words),
        last=None if last is None else last.mark,
        last_said=words.text("desk.last_answers", **taken) if taken else "",
        problem=problem,
    )


def _pairs(found: HandedOut, words: Speech) -> list[dict[str, Any]]:
    records = records_said(found.units, (words.language,))
    pairs = []
    for number, first, second in found.pairs[["number", "first", "second"]].itertuples(index=False):
        one, other = records.get(str(first)), records.get(str(second))
        if one is None or other is None:
            continue
        lines = [
            (words.text(field), one.get(field, "—"), other.get(field, "—"), one.get(field) != other.get(field))
            for field in Field
            if field in one or field in other
        ]
        pairs.append({"number": int(number), "said": words.text("panel.pair", number=int(number)), "lines": lines})
    return pairs


def _agreed(read: PanelRead, words: Speech) -> list[tuple[str, str, str, str]]:
    return [
        (
            expert.code,
            words.number(expert.answers),
            words.share(expert.with_others),
            words.join(words.text(doubt) for doubt in expert.doubts),
        )
        for expert in read.restart.experts
    ]
