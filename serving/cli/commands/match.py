"""``ehya match``: a shortlist for one investor, or the workbook of a whole event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.mandate import FitPart, Mandate, plain_yaml
from engine.economics.prices import PriceBasis
from engine.errors import EhyaError, ErrorCode
from engine.matching.event_terms import EventTerms
from engine.matching.reasons import Reason
from engine.ranking.reasons import Triage
from engine.settings import Settings
from serving.cli.commands.judged import estimates, marks
from serving.cli.mandates import read_mandates
from serving.cli.question import today
from serving.cli.terminal import Terminal
from serving.desk.event_lists import declined_by, event_document, event_lists, record_event_shown, replay
from serving.desk.named import find_unit
from serving.desk.question import Question, read_changes
from serving.desk.replaying import replay_list
from serving.desk.shortlist import record_shown, stock
from serving.desk.stock import Offer, Stock
from serving.disclosure.masking import Audience
from serving.i18n import Speech
from serving.reports.handout import write_list
from serving.reports.legend import legend, origin_remarks
from serving.reports.limits import limit_in_words, opening_in_words
from serving.reports.replay import replay_document
from serving.reports.shortlist import reason_sentences, shortlist_document
from serving.reports.workbook import write_json

_SHOWN = 10  # units of a shortlist at a terminal; files and JSON hold all
USUAL = "usual"
_PARTS = 3  # parts of the fit that a line names


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
    internal: bool = False,
) -> None:
    """Print or write the shortlist of one mandate, or say why one unit is not on it; on request record it as shown.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``mandate_...``, ``place_unknown``, ``sector_unknown``, ``no_model``, ``unknown_unit``;
        ``internal_not_written`` for ``out`` or ``shown`` with ``internal``: those figures stay in the office.
    """
    if internal and (out or shown):
        raise EhyaError(ErrorCode.INTERNAL_NOT_WRITTEN, option="--out" if out else "--shown")
    mandate = Mandate.from_yaml(path)
    with terminal.busy("cli.judging"):
        offered = stock(settings, question, Audience.OFFICE if internal else Audience.PUBLIC)
    if offered.appraised.table.empty:
        terminal.say("cli.rank_empty")
        return
    if internal:
        terminal.line(terminal.speech.text("cli.internal"), "bold yellow")
    if against:
        _print_why_not(terminal, offered, mandate, find_unit(offered.appraised.table, against))
        return
    offer = offered.offer(mandate, limit=top)
    if shown:
        record_shown(settings, offer.shortlist, shown_on=today())
    if out:
        terminal.written(write_list(out, offer, terminal.speech))
    elif not terminal.answer(shortlist_document(offer)):
        _print(terminal, offer, offered.appraised.audience)


def _print(terminal: Terminal, offer: Offer, audience: Audience) -> None:
    words, listed = terminal.speech, offer.shortlist
    for remark in origin_remarks(offer.units, words):
        terminal.line(remark, "yellow")
    name = listed.mandate.name or listed.mandate.id
    title = words.text(
        "cli.shortlist_title", name=name, shown=len(listed), feasible=listed.feasible, count=listed.units
    )
    if not len(listed):
        terminal.line(title, "bold")
        terminal.say("cli.shortlist_none")
        if offer.opening:
            terminal.line(opening_in_words(offer.opening, words), "bold")
        for missing in offer.unfulfilled:
            said = limit_in_words(Reason(missing.code, missing.facts), words)
            terminal.line(words.text("cli.unfulfilled", reason=said), "bold")
        if offer.best is not None:
            terminal.say("cli.best_there_is", units=list(map(str, offer.best.unit_id)))
        _left_out(terminal, offer)
        return
    table = listed.table()
    entries = [_entry(one, offer.units.loc[one["unit_id"]], words) for one in table.head(_SHOWN).to_dict("records")]
    terminal.entries(entries, title=title)
    if len(listed) > _SHOWN:
        terminal.say("cli.more_units", count=len(listed) - _SHOWN)
    _left_out(terminal, offer)
    public = [words.text("legend.public")] if audience is Audience.PUBLIC else []
    for line in [*legend(offer.units, words), *public]:
        if line != words.text("legend.rank"):
            terminal.line(line, "dim")


def _left_out(terminal: Terminal, offer: Offer) -> None:
    """How many units each hard limit leaves out; a unit may break several."""
    words = terminal.speech
    counts = sorted(offer.excluded.items(), key=lambda one: -one[1])
    terminal.pairs(
        [(words.text(code), words.number(count)) for code, count in counts], title=words.text("cli.excluded_counts")
    )


def _entry(one: dict[Any, Any], public: pd.Series, words: Speech) -> list[str]:
    """A unit of the shortlist in a few lines; of the parts of its fit the weightiest are named, the rest is summed."""
    fit = f"{words.text('cli.fit')} {words.number(one['fit'], 2)}"
    lines = [
        f"{words.number(one['position'])}. {words.fact(public['name'])} ({one['unit_id']}) — {fit}",
        f"{words.place(public['county'])} · {words.sector(public['isic'])}",
        estimates(public, words),
        _named("cli.fit_parts", _parts(one, words), words),
        _named("cli.reasons", reason_sentences(one["reasons"], words), words),
    ]
    said = (
        ("column.triage", "" if one["triage"] == Triage.OFFER else one["triage"], "triage"),
        ("cli.against", one["against"], "side_reason"),
        ("cli.unknown", one["unknown"], "exclusion"),
        ("cli.price_basis", "" if one["price_basis"] == PriceBasis.SAME_YEAR else one["price_basis"], "price_basis"),
        ("cli.red_flags", public["red_flags"], "red_flag"),
    )
    lines += [_named(key, words.codes(codes, family), words) for key, codes, family in said if codes]
    return [line for line in (*lines, *marks(public, words).split("\n")) if line]


def _named(key: str, said: str, words: Speech) -> str:
    return f"{words.text(key)}: {said}" if said != words.fact(None) else ""


def _parts(one: dict[Any, Any], words: Speech) -> str:
    parts = sorted(((float(one[f"part_{part.value}"]), part) for part in FitPart), key=lambda part: -part[0])
    named = [(size, words.text(f"fit_part.{part.value}")) for size, part in parts[:_PARTS]]
    named.append((sum(size for size, _ in parts[_PARTS:]), words.text("cli.other_parts")))
    return words.join(f"{name} {words.number(size, 2)}" for size, name in named if size > 0)


def _print_why_not(terminal: Terminal, offered: Stock, mandate: Mandate, unit_id: str) -> None:
    words = terminal.speech
    answer = offered.why_not(mandate, unit_id)
    document = {
        "unit_id": unit_id,
        "mandate": mandate.id,
        "excluded_by": [{"code": reason.code, **reason.facts} for reason in answer.excluded_by],
        "unknown": list(answer.unknown),
        "position": answer.position,
        "feasible": answer.feasible,
        "fit": answer.fit,
        "parts": {part.value: value for part, value in answer.parts.items()},
        "factor": answer.factor,
        "against": list(answer.against),
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
    for unmet in answer.against:
        terminal.line(f"  {words.text(unmet)}")
    if answer.unknown:
        terminal.say("cli.limit_unknown", reasons=list(answer.unknown))


def write_event(
    terminal: Terminal,
    settings: Settings,
    question: Question,
    path: Path,
    *,
    top: int | None,
    out: Path,
    together: str | None = None,
    shown: bool = False,
) -> None:
    """Write the workbook of an event: every mandate of a spreadsheet matched; and beside it all that it rests on.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``mandate_...``, ``no_model``; ``unknown_option`` when ``out`` is no .xlsx;
        ``event_term_refused``, ``value_unreadable``.
    """
    from serving.reports.event_workbook import write_event as write_workbook

    if out.suffix != ".xlsx":
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=out.name, allowed=[".xlsx"])
    terms = (
        None if together is None else EventTerms.read({} if together == USUAL else read_changes(together.split(",")))
    )
    mandates = read_mandates(terminal, path)
    with terminal.busy("cli.judging"):
        offered = stock(settings, question)
    with terminal.busy("cli.matching"):
        declined = declined_by(settings, mandates)
        whole = event_lists(offered, mandates, limit=top, terms=terms, declined=declined)
        write_workbook(out, whole, offered, terminal.speech)
    record = out.with_suffix(".json")
    write_json(record, event_document(whole, offered, mandates, limit=top, declined=declined))
    if shown:
        record_event_shown(settings, whole, shown_on=today())
    said = {"path": str(out), "record": str(record), "run_id": whole.run_id, "counts": whole.counts}
    quality = {"least_ndcg": float(whole.ndcg.min(initial=1.0)), "overlap": whole.overlap, "over": len(whole.over)}
    if terminal.answer(said | quality):
        return
    if terms is not None:
        terminal.say("cli.event_together", **{name: terminal.speech.number(one, 2) for name, one in quality.items()})
    counts = {"investors": len(mandates), "units": len(offered.appraised.table), "unmatched": len(whole.unmatched)}
    terminal.say("cli.event_written", path=str(out), **counts)
    terminal.say("cli.event_record", path=str(record))


def replay_any(terminal: Terminal, settings: Settings, question: Question, given: Path) -> bool:
    """Make the lists of an event again from its record, or a kept list by its id; whether all came out as they were.

    Raises
    ------
    EhyaError
        ``file_not_found``, with what else was looked for; what `replay_event` and `serving.desk.replaying` raise.
    """
    if given.suffix or given.is_file() or len(given.parts) > 1:
        return replay_event(terminal, settings, question, given)
    with terminal.busy("cli.judging"):
        found = replay_list(settings, given.name, question)
    if terminal.answer(replay_document(found)):
        return found.same
    words, kept = terminal.speech, found.kept
    facts = {"list": kept.list_id, "owner": kept.owner, "mandate": kept.mandate, "places": len(kept.places)}
    terminal.say("cli.list_same" if found.same else "cli.list_differs", same=found.same_places, **facts)
    for one in found.differs:
        terminal.line(f"  {words.text(one)}")
    if found.known_by is not None and found.run_id is not None:
        terminal.say("cli.units_as_known", date=words.date(pd.Timestamp(found.known_by)))
    return found.same


def replay_event(terminal: Terminal, settings: Settings, question: Question, path: Path) -> bool:
    """Make the lists of an event again from its record; whether every one came out as it was.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``; ``event_record_unreadable`` for a file of another kind;
        ``model_file_missing`` and the like.
    """
    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
    try:
        recorded = plain_yaml(path.read_text("utf-8-sig"), given=path.name)
    except UnicodeDecodeError as error:  # the workbook, say, beside which the record lies
        raise EhyaError(ErrorCode.EVENT_RECORD_UNREADABLE, given=path.name) from error
    with terminal.busy("cli.judging"):
        found = replay(settings, recorded, question)
    words = terminal.speech
    told = {"same": found.same, "run_id": found.now.run_id, "differs": [one.value for one in found.differs]}
    if terminal.answer(told | {"lists": list(found.lists)}):
        return found.same
    if found.same:
        terminal.say("cli.replay_same", count=len(found.now.shortlists))
    else:
        terminal.say("cli.replay_differs", lists=list(found.lists), count=len(found.lists))
    for one in found.differs:
        terminal.line(f"  {words.text(one)}")
    return found.same
