"""What every page of the desk is answered with: its frame, its headers, and the way on after an act."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlencode, urlsplit

import pandas as pd
from fastapi import Path, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.codes import Code
from engine.domain.unit import FIELDS
from engine.errors import EhyaError, ErrorCode, errors_in
from engine.parsing.text import latin_digits
from engine.settings import LANGUAGES, Settings
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.browsing.look import look_of, words_for
from serving.api.forms import Form
from serving.api.gate import Pass
from serving.api.problems import sentence
from serving.desk.clock import day_of
from serving.desk.question import Question
from serving.disclosure.levels import CallerRole, Level
from serving.i18n import Speech
from serving.pages.desk.frame import Done, Frame
from serving.reports.refusals import event_facts_said

PAGE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # Browsers name the page that a form comes from only where they may; to others nothing of an address is told.
    "referrer-policy": "same-origin",
}
HTML = "text/html; charset=utf-8"
_OF_AN_ADDRESS = "/?&=#%:+,;@!$'()*~"
"""Signs that an address holds as they are; a header holds no Persian, and an address that was typed may."""
PLANNER = (CallerRole.PLANNER,)


def read_by(*, rate: Rate = Rate.READS, **more: Any) -> dict[str, Any]:
    """Who looks at a page of the office: planners who signed in, or whose key says so."""
    return open_to(PLANNER, level=Level.INTERNAL, without_key=WithoutKey.NEVER, rate=rate, session=True, **more)


def written_by(**more: Any) -> dict[str, Any]:
    """Who sends a form of the office."""
    return read_by(rate=Rate.WRITES, **more)


def form_of(request: Request) -> Form:
    """What the form of a request brought."""
    passed: Pass = request.state.passed
    return passed.form


def settings_of(request: Request) -> Settings:
    """The workspace."""
    settings: Settings = request.app.state.settings
    return settings


def question_of(request: Request, **choices: Any) -> Question:
    """The office's question of today, under other choices of order where some are made."""
    return Question(as_of=pd.Timestamp(day_of(request.app.state.gate.now())), **choices)


def actor_of(request: Request) -> str:
    """How the audit names who asks."""
    passed: Pass = request.state.passed
    return passed.caller.actor


Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""A number of the register in an address; what no register counts to is no address."""


def number_of(given: str, otherwise: int = 0) -> int:
    """A small whole number as a form or a query has it, in any digits; another where it is none.

    Examples
    --------
    >>> number_of(" ۲۵ "), number_of("²"), number_of("-1", 20), number_of("9" * 12)
    (25, 0, 20, 0)
    """
    plain = latin_digits(given).strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 10 else otherwise


def json_of(given: str) -> Any:
    """What a hidden field of ours holds.

    Raises
    ------
    EhyaError
        ``value_unreadable`` where somebody else wrote it.
    """
    try:
        found = json.loads(given)
        written = json.dumps(found, ensure_ascii=False)
        written.encode()  # half of a sign is no text
        if r"\u0000" not in written:  # what no database of ours keeps
            return found
    except (ValueError, RecursionError):
        pass
    raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="key", given=given[:40], allowed=["JSON"])


def texts_of(given: str, length: int) -> list[str]:
    """So many texts of a hidden field of ours.

    Raises
    ------
    EhyaError
        ``value_unreadable`` where somebody else wrote it.
    """
    found = json_of(given)
    if not isinstance(found, list) or len(found) != length:
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="key", given=given[:40], allowed=["JSON"])
    return [str(one) for one in found]


def start_of(request: Request) -> int:
    """The first row that a list is asked for."""
    return number_of(request.query_params.get("start", ""))


def file_answer(body: bytes, name: str, media_type: str) -> Response:
    """A file to be saved, never shown: what somebody else wrote does not run under our name."""
    headers = PAGE_HEADERS | {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Response(body, 200, headers, media_type)


def frame_of(request: Request) -> Frame:
    """What stands around a page."""
    passed: Pass | None = getattr(request.state, "passed", None)
    visit = None if passed is None else passed.visit
    query = f"?{request.url.query}" if request.url.query else ""
    return Frame(
        speech=words_for(request),
        look=look_of(request),
        person="" if visit is None else visit.session.name,
        token="" if visit is None else visit.form_token,
        administers=visit is not None and visit.caller.administers,
        role=CallerRole.ANYONE if passed is None else passed.caller.role,
        address=f"{request.url.path}{query}" if request.method == "GET" else "/desk",
        done=_done(request),
    )


async def answered(request: Request, write: Callable[[Frame], str], status: int = 200) -> Response:
    """A page, written beside the event loop; nothing of it is kept on the way.

    Parameters
    ----------
    request
        The request.
    write
        Called with the frame; gives the page.
    status
        HTTP status.
    """
    request.app.state.ahead.asked()
    frame = frame_of(request)
    body = await run_in_threadpool(write, frame)
    headers = PAGE_HEADERS | {"content-language": frame.speech.language}
    return Response(body.encode(), status, headers, HTML)


def went(request: Request, address: str, done: str = "", **undo: str) -> Response:
    """The way on after a form: to a page that says what was done.

    Parameters
    ----------
    request
        The request.
    address
        Path of ours, with or without a query.
    done
        What was done: a code of the texts ``done``, and behind a colon what is counted.
    **undo
        ``undo_KIND`` that takes it back -> what.
    """
    said = {"done": done, **undo} if done else {}
    asked = request.query_params.get("lang", "")
    if request.method in ("GET", "HEAD") and asked in LANGUAGES and "lang=" not in address:  # not chosen for good yet
        address = f"{address}{'&' if '?' in address else '?'}lang={asked}"
    query = urlencode(said | ({"mark": _mark(request, said)} if said else {}))
    onward = f"{address}{'&' if '?' in address else '?'}{query}" if query else address
    return Response(None, 303, PAGE_HEADERS | {"location": quote(onward, safe=_OF_AN_ADDRESS)})


def _mark(request: Request, said: Mapping[str, str]) -> str:
    """What shows that we ourselves wrote that something was done: no link of others offers to undo anything."""
    return hmac.new(_secret(request).encode(), urlencode(sorted(said.items())).encode(), "sha256").hexdigest()[:24]


def _secret(request: Request) -> str:
    """What only a session's own pages know; empty where nobody is signed in, and nothing is said to be done."""
    passed: Pass | None = getattr(request.state, "passed", None)
    return "" if passed is None or passed.visit is None else passed.visit.form_token


def _done(request: Request) -> Done | None:
    query = request.query_params
    said = {name: value for name, value in query.items() if name == "done" or name.startswith("undo_")}
    mark, ours = query.get("mark", ""), _mark(request, said)
    if not _secret(request) or "done" not in said or not hmac.compare_digest(mark.encode(), ours.encode()):
        return None
    code, _, counted = said["done"].partition(":")
    kept = [(name.removeprefix("undo_"), value) for name, value in said.items() if name != "done"]
    back = {"next": request.url.path}
    undo = (_undoing(kept[0][0]), {"which": kept[0][1]} | back) if kept else None
    words = words_for(request)
    counts = {"count": int(counted)} if counted.isdecimal() else {"given": counted}
    return Done(words.text(f"done.{code}", **counts), undo)


def _undoing(kind: str) -> str:
    """Where something is taken back; what an investor did, at its own door.

    Examples
    --------
    >>> _undoing("import"), _undoing("door_mandate")
    ('/desk/undo/import', '/desk/door/undo/mandate')
    """
    own = kind.removeprefix("door_")
    return f"/desk/undo/{kind}" if own == kind else f"/desk/door/undo/{own}"


def own_address(given: str, otherwise: str = "/desk") -> str:
    r"""An address of ours to go on to; anything else is not gone to.

    Examples
    --------
    >>> own_address("/desk/units?q=a"), own_address("//evil.example"), own_address("/\\evil.example")
    ('/desk/units?q=a', '/desk', '/desk')
    """
    parts = urlsplit(given)
    plain = given.startswith("/desk") and not parts.scheme and not parts.netloc
    return given if plain and "\\" not in given and not any(ord(sign) < 33 for sign in given) else otherwise


_OPTIONS = {
    "name": "desk.name",
    "happened_on": "cli.happened_on",
    "known_on": "cli.known_on",
    "jobs": "desk.jobs_seen",
    "capacity_share": "field.capacity_share",
    "rial": "desk.money_put_in",
    "event": "desk.at_event",
    "source": "desk.source_column",
    "KIND": "desk.what_happened",
    "since": "desk.since",
    "until": "desk.until",
    "on": "deciding.checked_on",
    "act": "outcome_column.act",
    "field": "desk.field_column",
    "role": "access.role",
    "investor": "access.investor",
    "level": "deciding.level",
    "jobs_now": "field.jobs_now",
    "office": "studio.office",
    "verdict": "bank.answer",
    "day": "studio.on",
    "start": "period_report.start",
    "end": "period_report.end",
    "to": "period_report.end",
    "days": "event.days",
}
"""What the page calls a box that the desk calls by its option."""


def wrong(request: Request, error: EhyaError, **labels: str) -> str:
    """What is wrong with a form, in words of the page: its boxes by their labels, no address and no command; of
    several things each on a line.

    Parameters
    ----------
    request, error
        The request, and what is wrong.
    **labels
        Option -> key of the text that labels its box, where this page calls it otherwise than most.
    """
    return "\n".join(_wrong(request, one, labels) for one in errors_in(error))


def _wrong(request: Request, error: EhyaError, labels: Mapping[str, str]) -> str:
    words, called = words_for(request), {**_OPTIONS, **labels}
    if error.code is ErrorCode.UNKNOWN_UNIT:
        return words.text("desk.no_such_unit", given=error.facts.get("given"))
    facts = {"nearest": None, "allowed": None, **error.facts}
    option = str(facts.get("option", "")).removeprefix("--")
    label = words.text(called[option]) if option in called else option
    blank = not str(facts.get("given") or "").strip()
    if blank and error.code in (ErrorCode.VALUE_UNREADABLE, ErrorCode.UNKNOWN_OPTION):
        return words.text("desk.value_needed", given=label)
    return said_here(error.code, facts | ({"option": label} if option else {}), words)


def said_here(code: Code, facts: Mapping[str, Any], words: Speech) -> str:
    """A problem in words of the desk: fields and kinds by their names, no command of the terminal.

    Parameters
    ----------
    code, facts
        What is wrong.
    words
        Language.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> facts = {"given": 2_000_000, "field": "jobs", "allowed": [0, 1_000_000]}
    >>> said_here(ErrorCode.OUTCOME_OUT_OF_RANGE, facts, speech("en"))
    '2,000,000 is not accepted for Persons at work; allowed: 0 to 1,000,000.'
    """
    named = event_facts_said(code, facts, words)
    if named.get("field") == facts.get("field") and str(named.get("field")) in FIELDS:
        named["field"] = words.text(f"field.{named['field']}")
    if code is ErrorCode.UNKNOWN_OPTION and isinstance(named.get("allowed"), list | tuple):
        named["allowed"] = [_choice_said(str(one), words) for one in named["allowed"]]
    try:
        return words.text(f"desk_error.{code.value}", **named)
    except KeyError:  # most texts say it for every reader
        return sentence(code, named, words.language)


def _choice_said(choice: str, words: Speech) -> str:
    """A choice as the page offers it: a field or a role by its name, anything else as it is."""
    if choice in FIELDS:
        return words.text(f"field.{choice}")
    return words.text(f"caller_role.{choice}") if choice in set(CallerRole) else choice
