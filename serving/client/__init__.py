"""A typed client of the service: keys, pages, repeated writes, waits and refusals are its own business.

It needs nothing beside the standard library and the shapes of the answers (`serving.api.answers` and its neighbours).
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

from serving.api.answers import (
    Answer,
    ComparisonAnswer,
    ModelAnswer,
    OutcomeAnswer,
    OutcomesAnswer,
    PackageAnswer,
    PackagesAnswer,
    Rankings,
    ServiceHealth,
    ShortlistAnswer,
    Unit,
    UnitAlone,
    UnitEconomics,
    UnitPage,
    WithdrawnAnswer,
)
from serving.api.bank_answers import (
    BankAsked,
    BankAsksAnswer,
    BankClaim,
    BankClaimsAnswer,
    BankWishes,
    BankWishesAnswer,
)
from serving.api.job_answers import (
    ImportAnswer,
    MessageAnswer,
    MessagesAnswer,
    NewWebhook,
    WebhookAnswer,
    WebhooksAnswer,
)
from serving.api.kept_answers import (
    KeptList,
    KeptLists,
    KeptMandate,
    KeptMandates,
    KeptPlace,
    KeptReaction,
    KeptReactions,
    KeptRequest,
    KeptRequests,
    ListChanges,
    ListHeading,
    ListReplayAnswer,
    RequestFiguresAnswer,
    TakenReaction,
)
from serving.api.meeting_answers import (
    MeetingPlanAnswer,
    MeetingsAnswer,
    MeetingsHeading,
    MeetingsJobAnswer,
    OwnMeetingsAnswer,
)
from serving.api.office_answers import OfficeEconomics, OfficePlan, OfficeRankings, OfficeWorth, PeriodAnswer
from serving.api.wish_answers import SideWishes, WishesAnswer

RETRIES = 4
"""Times that a request is sent again where the service is busy or out of reach."""
LONGEST_WAIT = 60.0
"""Seconds to wait before another attempt at most; who is told to wait longer is refused."""
_BUSY = (429, 503)
_TYPE_OF = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

A = TypeVar("A", bound=Answer)
J = TypeVar("J", ImportAnswer, MeetingsJobAnswer)


class Refused(Exception):  # noqa: N818 (a refusal is no error of the program)
    """A request that the service refused.

    Parameters
    ----------
    status
        HTTP status.
    problem
        RFC 9457 problem: ``code``, ``detail``, and what was given and is allowed.

    Examples
    --------
    >>> refused = Refused(404, {"code": "unknown_unit", "detail": "There is no unit “x” on show."})
    >>> refused.code, str(refused)
    ('unknown_unit', '404 unknown_unit: There is no unit “x” on show.')
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status, self.problem = status, problem
        super().__init__(f"{status} {self.code}: {problem.get('detail', '')}")

    @property
    def code(self) -> str:
        """Code of the problem; empty where the answer held none."""
        return str(self.problem.get("code", ""))


class Client:
    """Asks one service with one key. One thread uses it at a time.

    Parameters
    ----------
    address
        Where the service is, such as ``https://ehya.example.org``.
    key
        What ``ehya keys add`` showed; ``None`` asks without.
    language
        ``en`` or ``fa``: of texts and refusals.
    retries
        Times that a request is sent again.
    seconds
        Longest wait for an answer.
    sleep
        Waits so many seconds.

    Examples
    --------
    >>> with Client("http://127.0.0.1:8600", "ehya_...") as ehya:  # doctest: +SKIP
    ...     [unit.unit_id for unit in ehya.units(county="Urmia")]
    """

    def __init__(
        self,
        address: str,
        key: str | None = None,
        *,
        language: str = "en",
        retries: int = RETRIES,
        seconds: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{address!r} is no http or https address")
        self._https, self._host, self._port = parts.scheme == "https", parts.hostname, parts.port
        self._headers = {"accept-language": language} | ({} if key is None else {"authorization": f"Bearer {key}"})
        self._retries, self._seconds, self._sleep = retries, seconds, sleep
        self._connection: http.client.HTTPConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection; the next request makes another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # Units

    def units(self, **filters: Any) -> Iterator[Unit]:
        """All units that pass filters, page by page; filters are the parameters of ``GET /v1/units``."""
        page = self._get(UnitPage, "/v1/units", **{"limit": 200, **filters})
        yield from page.units
        while page.next:
            page = self._get(UnitPage, page.next)
            yield from page.units

    def unit(self, unit_id: str) -> UnitAlone:
        """One unit, at the level that the key may see."""
        return self._get(UnitAlone, f"/v1/units/{_part(unit_id)}")

    def economics(self, unit_id: str) -> UnitEconomics:
        """What a unit is worth, with private fields unknown."""
        return self._get(UnitEconomics, f"/v1/units/{_part(unit_id)}/economics")

    def compare(self, *unit_ids: str) -> ComparisonAnswer:
        """Two to five units side by side."""
        return self._get(ComparisonAnswer, "/v1/comparison", unit=list(unit_ids))

    def rankings(self, **asked: Any) -> Rankings:
        """The first units by rank; parameters of ``GET /v1/rankings``."""
        return self._get(Rankings, "/v1/rankings", **asked)

    def shortlist(self, mandate: Mapping[str, Any], **asked: Any) -> ShortlistAnswer:
        """A list for a mandate that nobody keeps."""
        return self._send(ShortlistAnswer, "POST", "/v1/shortlists", mandate, **asked)

    def health(self) -> ServiceHealth:
        """Whether the service can answer, and on what."""
        return self._get(ServiceHealth, "/v1/health")

    def model(self) -> ModelAnswer:
        """The card of the model at work."""
        return self._get(ModelAnswer, "/v1/model")

    # What is kept

    def mandates(self, **asked: Any) -> Iterator[KeptMandate]:
        """Saved mandates in force."""
        yield from self._pages(KeptMandates, "mandates", "/v1/mandates", **asked)

    def mandate(self, name: str) -> KeptMandate:
        """One saved mandate."""
        return self._get(KeptMandate, f"/v1/mandates/{_part(name)}")

    def save_mandate(self, mandate: Mapping[str, Any]) -> KeptMandate:
        """Save a new mandate."""
        return self._send(KeptMandate, "POST", "/v1/mandates", mandate)

    def change_mandate(self, mandate: Mapping[str, Any], *, version: int) -> KeptMandate:
        """Save the next version of a mandate over the one that was read."""
        path = f"/v1/mandates/{_part(str(mandate['id']))}"
        return self._send(KeptMandate, "PUT", path, mandate, match=version)

    def withdraw_mandate(self, name: str, *, version: int) -> KeptMandate:
        """Withdraw a mandate."""
        return self._send(KeptMandate, "DELETE", f"/v1/mandates/{_part(name)}", None, match=version)

    def make_list(self, mandate: str, *, top: int = 10) -> KeptList:
        """Make a list for a saved mandate, and keep it."""
        return self._send(KeptList, "POST", f"/v1/mandates/{_part(mandate)}/shortlists", None, top=top)

    def lists(self, **asked: Any) -> Iterator[ListHeading]:
        """Kept lists, the oldest first."""
        yield from self._pages(KeptLists, "shortlists", "/v1/shortlists", **asked)

    def places(self, list_id: str, **asked: Any) -> Iterator[KeptPlace]:
        """All places of a kept list; those that are read count as shown."""
        yield from self._pages(KeptList, "page", f"/v1/shortlists/{_part(list_id)}", **asked)

    def changes(self, list_id: str) -> ListChanges:
        """What changed since the last list for the same mandate."""
        return self._get(ListChanges, f"/v1/shortlists/{_part(list_id)}/changes")

    def replay(self, list_id: str) -> ListReplayAnswer:
        """A kept list made again, for the office: whether it comes out as it was, or what differs."""
        return self._get(ListReplayAnswer, f"/v1/shortlists/{_part(list_id)}/replay")

    def react(self, list_id: str, unit_id: str, kind: str, *, reason: str | None = None) -> TakenReaction:
        """Interest in a unit of a list, or that it is declined and why."""
        said = {"unit_id": unit_id, "kind": kind} | ({} if reason is None else {"reason": reason})
        return self._send(TakenReaction, "POST", f"/v1/shortlists/{_part(list_id)}/reactions", said)

    def reactions(self, **asked: Any) -> Iterator[KeptReaction]:
        """What was said to units, oldest first."""
        yield from self._pages(KeptReactions, "reactions", "/v1/reactions", **asked)

    def ask(self, list_id: str, unit_id: str, kind: str, text: str) -> KeptRequest:
        """Ask the office about a unit of a list: for information, a visit, a meeting or documents."""
        said = {"list_id": list_id, "unit_id": unit_id, "kind": kind, "text": text}
        return self._send(KeptRequest, "POST", "/v1/requests", said)

    def requests(self, **asked: Any) -> Iterator[KeptRequest]:
        """What was asked, oldest first; parameters of ``GET /v1/requests``."""
        yield from self._pages(KeptRequests, "requests", "/v1/requests", **asked)

    def request(self, request_id: str) -> KeptRequest:
        """One request, and what the office answered."""
        return self._get(KeptRequest, f"/v1/requests/{_part(request_id)}")

    def withdraw_request(self, request_id: str) -> KeptRequest:
        """Take back what was asked."""
        return self._send(KeptRequest, "POST", f"/v1/requests/{_part(request_id)}/withdraw", None)

    def request_figures(self) -> RequestFiguresAnswer:
        """How well the office answers."""
        return self._get(RequestFiguresAnswer, "/v1/requests/figures")

    def packages(self) -> PackagesAnswer:
        """Packages that were signed off."""
        return self._get(PackagesAnswer, "/v1/packages")

    def package(self, package: str) -> PackageAnswer:
        """One package and its units."""
        return self._get(PackageAnswer, f"/v1/packages/{_part(package)}")

    # Meetings of an event

    def meetings(self) -> Iterator[MeetingsHeading]:
        """Events whose meetings are planned; for an investor those that it is a guest of."""
        yield from self._pages(MeetingsAnswer, "meetings", "/v1/meetings")

    def plan_meetings(self, day: Mapping[str, Any], *, owners: Sequence[str] | None = None) -> MeetingsJobAnswer:
        """Plan the meetings of an event; :meth:`wait_for_meetings` says when it is done.

        Parameters
        ----------
        day
            The day, with the keys of ``docs/examples/day.yaml``.
        owners
            Whose saved mandates; by default those of all investors.
        """
        stated = {"day": dict(day)} | ({} if owners is None else {"owners": list(owners)})
        return self._send(MeetingsJobAnswer, "POST", "/v1/meetings", stated)

    def meeting_plan(self, event: str, *, version: int | None = None) -> MeetingPlanAnswer:
        """The plan of an event's meetings, the newest or another version."""
        return self._get(MeetingPlanAnswer, f"/v1/meetings/{_part(event)}", version=version)

    def plan_meetings_again(self, event: str, *gone: str, version: int, since: str | None = None) -> MeetingsJobAnswer:
        """Plan anew without those who do not come, over the version that was read."""
        stated: dict[str, Any] = {"gone": list(gone)} | ({} if since is None else {"since": since})
        return self._send(MeetingsJobAnswer, "POST", f"/v1/meetings/{_part(event)}/again", stated, match=version)

    def wait_for_meetings(
        self, event: str, job_id: str, *, every: float = 1.0, seconds: float = 600.0
    ) -> MeetingsJobAnswer:
        """What became of a plan that was asked for, as soon as it is known.

        Raises
        ------
        TimeoutError
            When that takes longer than so many seconds.
        """
        path = f"/v1/meetings/{_part(event)}/jobs/{_part(job_id)}"
        return self._until(
            lambda: self._get(MeetingsJobAnswer, path),
            lambda found: found.version is not None or found.problem is not None,
            f"the meetings of {event}",
            every=every,
            seconds=seconds,
        )

    def own_meetings(self, event: str) -> OwnMeetingsAnswer:
        """The day of the investor for whom the key acts."""
        return self._get(OwnMeetingsAnswer, f"/v1/meetings/{_part(event)}/mine")

    def own_calendar(self, event: str) -> bytes:
        """The same as a calendar (.ics)."""
        return self._ask("GET", f"/v1/meetings/{_part(event)}/mine.ics", None, {})

    # Webhooks

    def webhooks(self) -> Iterator[WebhookAnswer]:
        """Webhooks that stand."""
        yield from self._pages(WebhooksAnswer, "webhooks", "/v1/webhooks")

    def add_webhook(self, mandate: str, address: str) -> NewWebhook:
        """Be told of a saved mandate at an address; the answer holds the secret, this once."""
        return self._send(NewWebhook, "POST", "/v1/webhooks", {"mandate": mandate, "address": address})

    def change_secret(self, webhook_id: str) -> NewWebhook:
        """Sign with another secret, shown this once."""
        return self._send(NewWebhook, "POST", f"/v1/webhooks/{_part(webhook_id)}/secret", None)

    def end_webhook(self, webhook_id: str) -> WebhookAnswer:
        """Be told nothing more."""
        return self._send(WebhookAnswer, "DELETE", f"/v1/webhooks/{_part(webhook_id)}", None)

    def messages(self, webhook_id: str) -> Iterator[MessageAnswer]:
        """Messages to a webhook, the newest first."""
        yield from self._pages(MessagesAnswer, "messages", f"/v1/webhooks/{_part(webhook_id)}/messages")

    # The office

    def office_rankings(self, **asked: Any) -> OfficeRankings:
        """The office's ranking, with private fields."""
        return self._get(OfficeRankings, "/v1/office/rankings", **asked)

    def office_worth(self, **asked: Any) -> OfficeWorth:
        """What the first units are worth."""
        return self._get(OfficeWorth, "/v1/office/economics", **asked)

    def office_economics(self, unit_id: str, **asked: Any) -> OfficeEconomics:
        """What a unit is worth, old debts counted."""
        return self._get(OfficeEconomics, f"/v1/office/units/{_part(unit_id)}/economics", **asked)

    def plan(self, unit_id: str, **asked: Any) -> OfficePlan:
        """What has to be done for a unit."""
        return self._get(OfficePlan, f"/v1/office/units/{_part(unit_id)}/plan", **asked)

    def period(self, start: str, end: str, **asked: Any) -> PeriodAnswer:
        """What the programme did in a period of ISO days."""
        return self._get(PeriodAnswer, "/v1/office/reports/period", start=start, end=end, **asked)

    def outcomes(self) -> Iterator[OutcomeAnswer]:
        """What came of units, oldest first."""
        yield from self._pages(OutcomesAnswer, "outcomes", "/v1/outcomes")

    def record(self, **event: Any) -> OutcomeAnswer:
        """Record what came of a unit: ``unit, kind, happened_on`` and what belongs to the kind."""
        return self._send(OutcomeAnswer, "POST", "/v1/outcomes", event)

    def correct(self, number: int, **event: Any) -> OutcomeAnswer:
        """Let another event stand in the place of one."""
        return self._send(OutcomeAnswer, "PUT", f"/v1/outcomes/{number}", event)

    def withdraw_outcome(self, number: int) -> WithdrawnAnswer:
        """Let an event stand no more."""
        return self._send(WithdrawnAnswer, "DELETE", f"/v1/outcomes/{number}", None)

    def wishes(self, **asked: Any) -> Iterator[SideWishes]:
        """What owners of units and banks want of an investor, by unit and side; of one with ``unit``."""
        yield from self._pages(WishesAnswer, "wishes", "/v1/wishes", **asked)

    def state_wishes(self, unit_id: str, side: str, wishes: Mapping[str, Any], *, source: str) -> SideWishes:
        """State what a side of a unit (``owner``, ``bank``) wants, and who says so."""
        stated = {"wishes": dict(wishes), "source": source}
        return self._send(SideWishes, "PUT", f"/v1/wishes/{_part(unit_id)}/{_part(side)}", stated)

    def take_back_wishes(self, unit_id: str, side: str) -> SideWishes:
        """Let what a side of a unit wanted count no more."""
        return self._send(SideWishes, "DELETE", f"/v1/wishes/{_part(unit_id)}/{_part(side)}", None)

    def bank_claims(self) -> Iterator[BankClaim]:
        """Units that the bank of the key has a claim on."""
        yield from self._pages(BankClaimsAnswer, "claims", "/v1/banks/claims")

    def bank_asks(self, **asked: Any) -> Iterator[BankAsked]:
        """What the bank of the key is asked, or all are, for the office; with ``bank``, ``state`` or ``overdue``."""
        yield from self._pages(BankAsksAnswer, "asks", "/v1/banks/asks", **asked)

    def ask_bank(self, bank: str, unit_id: str, kind: str, text: str, **more: Any) -> BankAsked:
        """Ask a bank about a unit that it has a claim on; ``until`` is the last day to answer."""
        stated = {"bank": bank, "unit_id": unit_id, "kind": kind, "text": text, **more}
        return self._send(BankAsked, "POST", "/v1/banks/asks", stated)

    def answer_ask(self, ask_id: str, verdict: str, text: str, *, rial: int | None = None) -> BankAsked:
        """Answer what a bank is asked: ``agreed``, ``conditions`` or ``refused``."""
        stated = {"verdict": verdict, "text": text, "rial": rial}
        return self._send(BankAsked, "POST", f"/v1/banks/asks/{_part(ask_id)}/answer", stated)

    def bank_wishes(self) -> Iterator[BankWishes]:
        """What the bank of the key wants of investors, by unit."""
        yield from self._pages(BankWishesAnswer, "wishes", "/v1/banks/wishes")

    def state_bank_wishes(self, unit_id: str, wishes: Mapping[str, Any]) -> BankWishes:
        """State what the bank of the key wants of an investor in a unit."""
        return self._send(BankWishes, "PUT", f"/v1/banks/wishes/{_part(unit_id)}", {"wishes": dict(wishes)})

    def take_back_bank_wishes(self, unit_id: str) -> BankWishes:
        """Let what the bank of the key wanted count no more."""
        return self._send(BankWishes, "DELETE", f"/v1/banks/wishes/{_part(unit_id)}", None)

    def answer(self, request_id: str, text: str) -> KeptRequest:
        """Answer what an investor asked."""
        return self._send(KeptRequest, "POST", f"/v1/requests/{_part(request_id)}/answer", {"text": text})

    def send_register(self, name: str, content: bytes, **asked: Any) -> ImportAnswer:
        """Send a register; ask :meth:`imported` what became of it, or :meth:`wait_for` it.

        Parameters
        ----------
        name
            Name of the file; it ends in .csv or .xlsx.
        content
            Its bytes.
        **asked
            Parameters of ``POST /v1/imports``.
        """
        suffix = name[name.rfind(".") :].lower()
        headers = {"content-type": _TYPE_OF.get(suffix, "application/octet-stream"), **_once()}
        path = _address("/v1/imports", {"name": name, **asked})
        return ImportAnswer.model_validate_json(self._ask("POST", path, content, headers))

    def imported(self, job_id: str) -> ImportAnswer:
        """How far a register is, and at last what became of it."""
        return self._get(ImportAnswer, f"/v1/imports/{_part(job_id)}")

    def wait_for(self, job_id: str, *, every: float = 1.0, seconds: float = 600.0) -> ImportAnswer:
        """What became of a register, as soon as it is known.

        Raises
        ------
        TimeoutError
            When that takes longer than so many seconds.
        """
        return self._until(
            lambda: self.imported(job_id),
            lambda found: found.result is not None or found.problem is not None,
            f"import {job_id}",
            every=every,
            seconds=seconds,
        )

    def download(self, path: str, **asked: Any) -> bytes:
        """A file, such as ``/v1/office/reports/ranking.xlsx``."""
        return self._ask("GET", _address(path, asked), None, {})

    # How it is asked

    def _until(self, ask: Callable[[], J], ended: Callable[[J], bool], what: str, *, every: float, seconds: float) -> J:
        """Ask how far a job is until it has ended."""
        until = time.monotonic() + seconds
        while not ended(found := ask()):
            if time.monotonic() > until:
                raise TimeoutError(f"{what}: still {found.state.value}")
            self._sleep(every)
        return found

    def _get(self, shape: type[A], path: str, **query: Any) -> A:
        return shape.model_validate_json(self._ask("GET", _address(path, query), None, {}))

    def _pages(self, shape: type[Answer], name: str, path: str, **query: Any) -> Iterator[Any]:
        page: Any = self._get(shape, path, **query)
        yield from getattr(page, name)
        while page.next:
            page = self._get(shape, page.next)
            yield from getattr(page, name)

    def _send(
        self,
        shape: type[A],
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        *,
        match: int | None = None,
        **query: Any,
    ) -> A:
        headers = _once() | ({} if match is None else {"if-match": f'"{match}"'})
        content = None
        if body is not None:
            headers["content-type"], content = "application/json", json.dumps(body, default=str).encode()
        return shape.model_validate_json(self._ask(method, _address(path, query), content, headers))

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        """Ask, and ask again where the service is busy or the connection broke: a write bears its idempotency key."""
        for attempt in range(self._retries + 1):
            last = attempt == self._retries
            try:
                status, given, content = self._once(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                self.close()
                if last:
                    raise
                self._sleep(_wait(attempt, None))
                continue
            if status < 300:
                return content
            wait = _wait(attempt, given.get("retry-after"))
            if status not in _BUSY or last or wait > LONGEST_WAIT:
                raise Refused(status, _problem(content))
            self._sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _once(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        if self._connection is None:
            self._connection = self._connect()
        self._connection.request(method, path, body, {**self._headers, **headers})
        answer = self._connection.getresponse()
        content = answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content

    def _connect(self) -> http.client.HTTPConnection:
        if self._https:
            trusted = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._seconds, context=trusted)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._seconds)


def _part(name: str) -> str:
    """A name as one part of a path.

    Examples
    --------
    >>> _part("inva@1"), _part("a/b?c")
    ('inva@1', 'a%2Fb%3Fc')
    """
    return quote(name, safe="@")


def _address(path: str, query: Mapping[str, Any]) -> str:
    """A path with its parameters; those that are ``None`` are left out.

    Examples
    --------
    >>> _address("/v1/units", {"county": ["Urmia", "Khoy"], "scorable": True, "limit": None})
    '/v1/units?county=Urmia&county=Khoy&scorable=true'
    """
    said = {name: _word(value) for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(said, doseq=True)}" if said else path


def _word(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _once() -> dict[str, str]:
    return {"idempotency-key": uuid4().hex}


def _wait(attempt: int, stated: str | None) -> float:
    """Seconds before another attempt: as the service says, else longer each time.

    Examples
    --------
    >>> _wait(0, None), _wait(3, None), _wait(0, "7")
    (0.5, 4.0, 7.0)
    """
    return float(stated) if stated is not None and stated.isdigit() else 0.5 * 2.0**attempt


def _problem(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
