"""``ehya match``: a shortlist for one investor, or the workbook of a whole event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.exclusion import Exclusion
from engine.domain.mandate import FitPart, Mandate
from engine.domain.prediction import Output
from engine.economics.prices import PriceBasis
from engine.errors import EhyaError, ErrorCode
from engine.matching import Reason, Shortlist, UnitBook, exclusions, mandates_from_workbook, shortlist, why_not
from engine.ranking import Triage
from engine.settings import Settings
from serving.commands.judged import judge_register, marks
from serving.commands.named import find_unit
from serving.commands.question import Question, today
from serving.i18n import Speech
from serving.reports.ranking import legend, origin_remarks
from serving.reports.shortlist import public_view, shortlist_document, write_shortlist
from serving.reports.words import spread
from serving.terminal import Terminal
from serving.workspace import open_register


def show_shortlist(
    terminal: Terminal,
    settings: Settings,
    question: Question,
    path: Path,
    *,
    top: int | None,
    against: str | None,
    out: Path | None,
    shown: bool = False,
) -> None:
    """Print or write the shortlist of one mandate, or say why one unit is not on it; on request record it as shown.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``mandate_...``, ``place_unknown``, ``sector_unknown``, ``no_model``, ``unknown_unit``.
    """
    mandate = Mandate.from_yaml(path)
    appraisal = judge_register(terminal, settings, question)
    if appraisal.empty:
        terminal.say("cli.rank_empty")
        return
    book = UnitBook.from_table(appraisal, as_of=question.as_of)
    if against:
        _print_why_not(terminal, book, mandate, find_unit(appraisal, against))
        return
    listed = shortlist(book, mandate, limit=top)
    if shown:
        _record_shown(settings, listed)
    if out:
        terminal.say("cli.written", path=str(write_shortlist(out, listed, appraisal, terminal.speech)))
    elif not terminal.answer(shortlist_document(listed, appraisal)):
        _print(terminal, book, listed, appraisal)


def _record_shown(settings: Settings, listed: Shortlist) -> None:
    """The list leaves nothing to chance, so each unit on it came to be shown with probability 1."""
    frame = listed.table()[["unit_id", "position"]].assign(propensity=1.0)
    with open_register(settings) as register:
        register.log_showings(frame, run_id=listed.run_id, mandate_id=listed.mandate.id, shown_on=today())


def _print(terminal: Terminal, book: UnitBook, listed: Shortlist, appraisal: pd.DataFrame) -> None:
    words = terminal.speech
    table = listed.table()
    public = public_view(appraisal.loc[table["unit_id"]])
    for remark in origin_remarks(public, words):
        terminal.line(remark, "yellow")
    name = listed.mandate.name or listed.mandate.id
    title = words.text(
        "cli.shortlist_title", name=name, shown=len(listed), feasible=listed.feasible, count=listed.units
    )
    if not len(listed):
        terminal.line(title, "bold")
        terminal.say("cli.shortlist_none")
        _left_out(terminal, book, listed.mandate)
        return
    headers = [
        words.text("cli.position"),
        words.text("cli.unit"),
        words.text("cli.fit"),
        f"{words.text('output.feasibility')} [{words.text('measure.percent')}]",
        f"{words.text('output.jobs_expected')} [{words.text('measure.persons')}]",
        words.text("cli.reasons"),
    ]
    rows = [
        _row(one, public.loc[one["unit_id"]], appraisal.loc[one["unit_id"]], words) for one in table.to_dict("records")
    ]
    terminal.table(headers, rows, title=title)
    _left_out(terminal, book, listed.mandate)
    for line in legend(appraisal.loc[table["unit_id"]], words):
        if line != words.text("legend.rank"):
            terminal.line(line, "dim")


def _left_out(terminal: Terminal, book: UnitBook, mandate: Mandate) -> None:
    """How many units each hard limit leaves out; a unit may break several."""
    bits = exclusions(book, mandate)
    counts = sorted(((int(((bits & code.bit) != 0).sum()), code) for code in Exclusion), key=lambda one: -one[0])
    words = terminal.speech
    pairs = [(words.text(code), words.number(count)) for count, code in counts if count]
    terminal.pairs(pairs, title=words.text("cli.excluded_counts"))


def _row(one: dict[Any, Any], public: pd.Series, judged: pd.Series, words: Speech) -> list[str]:
    parts = [
        f"{words.text(f'fit_part.{part.value}')} {words.number(one[f'part_{part.value}'], 2)}"
        for part in FitPart
        if one[f"part_{part.value}"] > 0
    ]
    said = [
        words.codes(codes, family)
        for codes, family in (
            (one["reasons"], "fit_reason"),
            ("" if one["triage"] == Triage.OFFER else one["triage"], "triage"),
            (one["unknown"], "exclusion"),
            ("" if one["price_basis"] == PriceBasis.SAME_YEAR else one["price_basis"], "price_basis"),
            (public["red_flags"], "red_flag"),
        )
        if codes
    ]
    said += [marks(judged, words), words.text("cli.fit_sum", parts=parts)]
    place, sector = words.place(public["county"]), words.sector(public["isic"])
    return [
        words.number(one["position"]),
        f"{words.fact(public['name'])}\n{one['unit_id']} · {place}\n{sector}",
        words.number(one["fit"], 2),
        spread(public, Output.FEASIBILITY, words),
        spread(public, Output.JOBS_EXPECTED, words),
        "\n".join(line for line in said if line),
    ]


def _print_why_not(terminal: Terminal, book: UnitBook, mandate: Mandate, unit_id: str) -> None:
    words = terminal.speech
    answer = why_not(book, mandate, unit_id)
    document = {
        "unit_id": unit_id,
        "mandate": mandate.id,
        "excluded_by": [{"code": reason.code, **reason.facts} for reason in answer.excluded_by],
        "unknown": list(answer.unknown),
        "position": answer.position,
        "feasible": answer.feasible,
        "fit": answer.fit,
        "parts": {part.value: value for part, value in answer.parts.items()},
    }
    if terminal.answer(document):
        return
    terminal.line(words.text("cli.why_not_title", unit=unit_id, name=mandate.name or mandate.id), "bold")
    for reason in answer.excluded_by:
        terminal.line(f"  {limit_in_words(reason, words)}")
    if answer.position is not None:
        fit = words.number(answer.fit, 2)
        terminal.say("cli.why_not_shown", position=answer.position, feasible=answer.feasible, fit=fit)
        pairs = [(words.text(f"fit_part.{part.value}"), words.number(value, 2)) for part, value in answer.parts.items()]
        terminal.pairs(pairs, title=words.text("cli.fit_parts"))
    if answer.unknown:
        terminal.say("cli.limit_unknown", reasons=list(answer.unknown))


def limit_in_words(reason: Reason, words: Speech) -> str:
    """A broken limit with the unit's value and what the mandate allows."""
    said = words.text(reason.code)
    if "given" not in reason.facts:
        return said
    allowed = reason.facts.get("allowed") or reason.facts.get("refused")
    given = _value(reason, reason.facts["given"], words)
    return words.text("cli.limit_given", reason=said, given=given, allowed=_value(reason, allowed, words))


def _value(reason: Reason, value: Any, words: Speech) -> str:
    if isinstance(value, (list, tuple)):
        return words.join([_value(reason, one, words) for one in value]) or words.fact(None)
    measure, family = reason.facts.get("measure"), reason.code.value.partition("_")[0]
    if measure == "rial":
        return words.money(value if value is not None and abs(value) != float("inf") else None)
    if measure == "probability":
        return words.share(value, 1)
    if measure:
        return f"{words.number(value)} {words.text(f'measure.{measure}')}"
    if family == "sector":
        return f"{value} · {words.sector(value)}" if value else words.fact(None)
    if family == "place":
        return words.join(words.place(part) for part in reversed(str(value).split("/"))) if value else words.fact(None)
    families = {"status": "status", "deal": "deal_form", "confidence": "confidence", "not": "triage", "fix": "triage"}
    return words.codes(value, families[family]) if family in families else words.fact(value)


def write_event(
    terminal: Terminal, settings: Settings, question: Question, path: Path, *, top: int | None, out: Path
) -> None:
    """Write the workbook of an event: every mandate of a spreadsheet matched.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``mandate_...``, ``no_model``; ``unknown_option`` when ``out`` is no .xlsx.
    """
    from engine.packages import event
    from serving.reports import event_workbook

    if out.suffix != ".xlsx":
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=out.name, allowed=[".xlsx"])
    mandates = mandates_from_workbook(path)
    appraisal = judge_register(terminal, settings, question)
    with terminal.busy("cli.matching"):
        whole = event(UnitBook.from_table(appraisal, as_of=question.as_of), mandates, limit=top)
        event_workbook.write_event(out, whole, appraisal, terminal.speech)
    if not terminal.answer({"path": str(out), "counts": whole.counts}):
        counts = {"investors": len(mandates), "units": len(appraisal), "unmatched": len(whole.unmatched)}
        terminal.say("cli.event_written", path=str(out), **counts)
